/* assign.c: values of each row into fields, new fields and arrays.
 *
 * The targets of all outputs are found and checked first, and their room; outputs.c stores. */
#include <string.h>

#include "base/memory.h"
#include "expr/binder/times.h"
#include "query/outputs.h"
#include "query/scope.h"
#include "store/fields.h"
#include "store/labels.h"
#include "store/lock.h"

/* ---- arrays ---- */

static stoa_status check_outputs(const stoa_output *outputs, size_t count, stoa_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (outputs[i].reserved[0] != 0)
            return stoa__fail(error, STOA_INVALID, "stoa_output.reserved must be zero");
        if (!stoa__is_number(outputs[i].type) && !stoa__is_time(outputs[i].type) &&
            outputs[i].type != STOA_STRING)
            return stoa__fail(error, STOA_WRONG_TYPE, "output %zu is not of a number type", i);
        bool has_unit = outputs[i].type == STOA_TIMESTAMP || outputs[i].type == STOA_DURATION;
        if ((has_unit ? !stoa__unit_exists(outputs[i].unit) : outputs[i].unit != STOA_NO_UNIT) ||
            stoa__byte_of(&outputs[i].is_zoned) > (outputs[i].type == STOA_TIMESTAMP))
            return stoa__fail(error, STOA_INVALID,
                              "output %zu is %s: its unit or is_zoned cannot be so", i,
                              stoa_type_name(outputs[i].type));
        if (outputs[i].data == NULL && outputs[i].count > 0)
            return stoa__fail(error, STOA_INVALID, "output %zu: data is NULL", i);
        if (outputs[i].count > 0 && (uintptr_t)outputs[i].data % stoa__width(outputs[i].type) != 0)
            return stoa__fail(error, STOA_INVALID, "output %zu is not aligned to its type", i);
        if (outputs[i].count > 0 && (uintptr_t)outputs[i].validity % sizeof(uint64_t) != 0)
            return stoa__fail(error, STOA_INVALID, "output %zu: validity is not aligned", i);
        size_t most = (UINTPTR_MAX - (uintptr_t)outputs[i].data) / stoa__width(outputs[i].type);
        if (outputs[i].count > most)
            return stoa__fail(error, STOA_INVALID, "output %zu cannot have %zu cells", i,
                              outputs[i].count);
    }
    return STOA_OK;
}

/* The cells, types and places of the results, and how many of these each output has, in one
 * allocation that the caller releases. */
typedef struct targets {
    char **cells;
    uint64_t **validity; /* NULL: it takes no null */
    stoa__written *written;
    uint32_t *fields;  /* of the table, where they are */
    uint16_t *lengths; /* by output */
    uint8_t *types;    /* targets: see times.h */
    size_t count;
} targets;

static stoa_status new_targets(targets *made, size_t results, size_t outputs, stoa_error *error)
{
    size_t each = sizeof *made->cells + sizeof *made->validity + sizeof *made->written +
                  sizeof *made->fields + 1;
    size_t bytes = results * each + outputs * sizeof *made->lengths;
    made->cells = stoa__allocate(bytes);
    if (made->cells == NULL)
        return stoa__fail_memory(error, bytes);
    made->validity = (uint64_t **)(void *)(made->cells + results);
    made->written = (stoa__written *)(void *)(made->validity + results);
    made->fields = (uint32_t *)(made->written + results);
    made->lengths = (uint16_t *)(made->fields + results);
    made->types = (uint8_t *)(made->lengths + outputs);
    made->count = results;
    return STOA_OK;
}

static stoa__targets wanted_of(const targets *to, const char *const *names)
{
    return (stoa__targets){.types = to->types, .lengths = to->lengths, .names = names};
}

/* Where output i goes: a cell for each row. */
static void set_target(targets *to, size_t i, void *cells, uint64_t *validity, uint8_t target)
{
    stoa_type type = stoa__target_type(target);
    to->cells[i] = cells;
    to->validity[i] = validity;
    to->types[i] = target;
    to->written[i] = (stoa__written){.cells = cells, .width = stoa__width(type), .index = i};
}

static bool overlaps(const stoa_output *output, const void *memory, size_t bytes)
{
    uintptr_t first = (uintptr_t)memory, out = (uintptr_t)output->data;
    return out < first + bytes && first < out + output->count * stoa__width(output->type);
}

/* Refuses an output that overlaps the words of the scope's selection, which are read meanwhile, or
 * handles, which the library alone may write. */
static stoa_status check_place(const stoa__run *run, const stoa_scope *scope,
                               const stoa_output *outputs, size_t i, stoa_error *error)
{
    const stoa_selection *selection = scope == NULL ? NULL : scope->selection;
    const stoa__table *table = stoa__whole_const(run->table);
    if (selection != NULL && overlaps(&outputs[i], selection->words,
                                      stoa__words(selection->rows) * sizeof *selection->words))
        return stoa__fail(error, STOA_INVALID,
                          "output %zu overlaps the words of the scope's selection", i);
    if (table == NULL || table->schema->object_count + table->schema->string_count == 0)
        return STOA_OK;
    STOA__EACH_FIELD (table, field) {
        if (stoa__is_pooled(table, field) && overlaps(&outputs[i], stoa__cell_at(table, field, 0),
                                                      table->head.rows * sizeof(stoa_handle)))
            return stoa__fail(error, STOA_INVALID,
                              "output %zu overlaps the handles of field '%s', which only the "
                              "library may write",
                              i, table->schema->fields[field].name);
    }
    return STOA_OK;
}

/* Checks that each output has room for the rows and overlaps neither another output nor cells that
 * are read. */
static stoa_status check_room(stoa__run *run, const stoa_scope *scope, targets *to,
                              const stoa_output *outputs, size_t count, bool is_fresh,
                              stoa_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (outputs[i].count != run->rows)
            return stoa__fail(error, STOA_INVALID, "output %zu has room for %zu of %zu rows", i,
                              outputs[i].count, run->rows);
        stoa_status status = check_place(run, scope, outputs, i, error);
        if (status != STOA_OK)
            return status;
    }
    size_t at = stoa__written_sort(to->written, count, run->rows);
    if (at < count) {
        size_t a = to->written[at - 1].index, b = to->written[at].index;
        return stoa__fail(error, STOA_INVALID, "outputs %zu and %zu overlap", a < b ? a : b,
                          a < b ? b : a);
    }
    const stoa__term *read = stoa__run_overlap(run, to->written, count, is_fresh, &at);
    if (read == NULL)
        return stoa__run_keep(run, to->written, count, error);
    return stoa__fail(error, STOA_INVALID, "output %zu overlaps %s that the program reads%s", at,
                      read->kind == STOA__COLUMN_TERM ? "a column" : "an array",
                      is_fresh ? "" : ", but not cell for cell");
}

/* How many arrays an output goes into. */
static uint16_t arrays_of(const stoa_program *program, uint32_t output, bool has_vectors)
{
    size_t length = has_vectors ? program->code.outputs[output].length : 0;
    return (uint16_t)(length > 0 ? length : 1);
}

/* Where there are as many arrays as outputs it is one each; else the program is bound, so that the
 * lengths of its vectors are known. */
static stoa_status check_count(stoa_program *program, const stoa_table *table, size_t count,
                               stoa_error *error)
{
    size_t wanted = 0;
    if (count == program->output_count)
        return STOA_OK;
    stoa_status status = stoa__program_bind_any(program, table, error);
    for (uint32_t i = 0; status == STOA_OK && i < program->output_count; i++)
        wanted += arrays_of(program, i, true);
    if (status == STOA_OK && count != wanted)
        return stoa__fail(error, STOA_INVALID,
                          "the caller gives %zu outputs, but the program has %zu", count, wanted);
    return status;
}

static stoa_status evaluate(stoa_program *program, const stoa_table *table, const stoa_scope *scope,
                            const stoa_output *outputs, size_t count, bool is_fresh,
                            stoa_error *error)
{
    stoa__run run;
    targets to;
    stoa_status status = check_count(program, table, count, error);
    if (status == STOA_OK)
        status = check_outputs(outputs, count, error);
    if (status == STOA_OK)
        status = new_targets(&to, count, program->output_count, error);
    if (status != STOA_OK)
        return status;
    for (uint32_t i = 0; i < program->output_count; i++)
        to.lengths[i] = arrays_of(program, i, count != program->output_count);
    for (size_t i = 0; i < count; i++)
        set_target(&to, i, outputs[i].data, outputs[i].validity,
                   stoa__target_of(outputs[i].type, outputs[i].unit, outputs[i].is_zoned));
    stoa__targets wanted = wanted_of(&to, NULL);
    status = stoa__program_bind(program, table, STOA__WANTS_CELLS, &wanted, error);
    if (status == STOA_OK)
        status = stoa__run_begin(&run, program, table, scope, error);
    if (status == STOA_OK) {
        status = check_room(&run, scope, &to, outputs, count, is_fresh, error);
        if (status == STOA_OK)
            status =
                stoa__store_outputs(&run, to.cells, to.validity, to.types, NULL, is_fresh, error);
        for (size_t i = 0; status == STOA_OK && i < count; i++)
            if (outputs[i].validity != NULL)
                stoa__words_end(outputs[i].validity, run.rows);
        stoa__run_end(&run);
    }
    stoa__release(to.cells);
    return status;
}

stoa_status stoa_program_evaluate(stoa_program *program, const stoa_table *table,
                                  const stoa_scope *scope, const stoa_output *outputs, size_t count,
                                  stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, outputs);
    return evaluate(program, table, scope, outputs, count, false, error);
}

stoa_status stoa_program_fill(stoa_program *program, const stoa_table *table,
                              const stoa_scope *scope, const stoa_output *outputs, size_t count,
                              stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, outputs);
    return evaluate(program, table, scope, outputs, count, true, error);
}

/* ---- fields ---- */

/* Whether the name is that of a reference with a field behind it. */
static bool is_path(const stoa__schema *schema, const char *name)
{
    const char *dot = strchr(name, '.');
    uint32_t field =
        dot == NULL ? STOA__NO_FIELD : stoa__schema_find(schema, name, (size_t)(dot - name));
    return field != STOA__NO_FIELD && schema->fields[field].type == STOA_REFERENCE;
}

/* The first of the fields that a name stands for, and how many they are. */
static stoa_status find_field(const stoa_table *table, const char *name, size_t *first,
                              uint16_t *count, stoa_error *error)
{
    const stoa__schema *schema = stoa__whole_const(table)->schema;
    uint32_t found = stoa__schema_find_any(schema, name, strlen(name));
    if (found == STOA__NO_FIELD && is_path(schema, name))
        return stoa__fail(error, STOA_NO_FIELD,
                          "'%.60s' is a path, and several rows may refer to the same one: "
                          "stoa_scatter says what becomes of it then (in Python scatter_add)",
                          name);
    if (found == STOA__NO_FIELD)
        return stoa__schema_no_field(schema, name, error);
    bool is_vector = found >= schema->field_limit;
    *first = is_vector ? schema->fields[found].vector : found;
    *count = is_vector ? schema->fields[found].components : 1;
    return STOA_OK;
}

static stoa_status count_fields(const stoa_table *table, const char *const *fields, size_t count,
                                size_t *all, stoa_error *error)
{
    *all = 0;
    if (stoa__whole_const(table)->schema->vector_count == 0) {
        *all = count;
        return STOA_OK;
    }
    for (size_t i = 0; i < count; i++) {
        size_t first;
        uint16_t length = 1;
        stoa_status status = find_field(table, fields[i], &first, &length, error);
        if (status != STOA_OK)
            return status;
        *all += length;
    }
    return STOA_OK;
}

/* Which of the names a result goes into. */
static size_t name_of(const targets *to, size_t result)
{
    size_t i = 0;
    for (; result >= to->lengths[i]; i++)
        result -= to->lengths[i];
    return i;
}

static stoa_status find_fields(targets *to, const stoa_table *table, const char *const *fields,
                               size_t count, stoa_error *error)
{
    size_t at = 0, first = 0;
    for (size_t i = 0; i < count; i++) {
        stoa_status status = find_field(table, fields[i], &first, &to->lengths[i], error);
        for (size_t field = first; status == STOA_OK && field < first + to->lengths[i]; field++) {
            const stoa_column *column = &table->columns[field];
            const stoa__schema_field *described = &stoa__whole_const(table)->schema->fields[field];
            uint8_t target =
                stoa__target_of((stoa_type)column->type, described->unit, described->zone != NULL);
            if (stoa__has_labels(described))
                target |= STOA__LABELS_TARGET;
            set_target(to, at, column->cells, column->validity, target);
            to->fields[at++] = (uint32_t)field;
            status = stoa__check_writable(stoa__whole_const(table), (uint32_t)field, error);
        }
        if (status != STOA_OK)
            return status;
    }
    size_t twice = stoa__written_sort(to->written, to->count, 1);
    if (twice < to->count)
        return stoa__fail(error, STOA_INVALID, "field '%s' is assigned twice",
                          fields[name_of(to, to->written[twice].index)]);
    return STOA_OK;
}

/* Checks that arrays overlap the assigned columns cell for cell, if at all; of columns that paths
 * lead to, copies are read. */
static stoa_status check_arrays(stoa__run *run, const targets *to, const char *const *fields,
                                stoa_error *error)
{
    size_t at = 0;
    if (run->program->code.array_count == 0 ||
        stoa__run_overlap(run, to->written, to->count, false, &at) == NULL)
        return stoa__run_keep(run, to->written, to->count, error);
    return stoa__fail(error, STOA_INVALID,
                      "an array that the program reads overlaps field '%s', which it assigns to, "
                      "but not cell for cell",
                      fields[name_of(to, at)]);
}

/* Locks the fields while a run stores into them and others may write. */
static stoa_status store_into_fields(stoa__run *run, stoa_table *table, const targets *to,
                                     const stoa_scope *scope, const char *const *fields,
                                     stoa_error *error)
{
    bool locks = scope != NULL && scope->interpreter != NULL;
    for (size_t i = 0; locks && i < to->count; i++)
        stoa__column_lock(table, to->fields[i]);
    size_t strings = stoa__table_strings_mark(stoa__whole(table));
    stoa_status status = stoa__run_begin(run, run->program, table, scope, error);
    if (status == STOA_OK) {
        status = check_arrays(run, to, fields, error);
        if (status == STOA_OK)
            status =
                stoa__store_outputs(run, to->cells, to->validity, to->types, fields, false, error);
        stoa__run_end(run);
    }
    if (status != STOA_OK)
        stoa__table_forget_strings(stoa__whole(table), strings);
    for (size_t i = 0; status == STOA_OK && i < to->count; i++)
        table->columns[to->fields[i]].version++; /* nobody else writes to them */
    for (size_t i = 0; locks && i < to->count; i++)
        stoa__column_unlock(table, to->fields[i]);
    return status;
}

stoa_status stoa_program_assign(stoa_program *program, stoa_table *table, const stoa_scope *scope,
                                const char *const *fields, size_t count, stoa_error *error)
{
    stoa__run run;
    targets to;
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, table);
    if (count != program->output_count)
        return stoa__fail(error, STOA_INVALID,
                          "%zu fields are given, but the program has %u outputs", count,
                          program->output_count);
    STOA__REQUIRE_EACH(error, fields, count, );
    size_t results;
    stoa_status status = count_fields(table, fields, count, &results, error);
    if (status == STOA_OK)
        status = new_targets(&to, results, count, error);
    if (status != STOA_OK)
        return status;
    status = find_fields(&to, table, fields, count, error);
    stoa__targets wanted = wanted_of(&to, fields);
    if (status == STOA_OK)
        status = stoa__program_bind(program, table, STOA__WANTS_CELLS, &wanted, error);
    run.program = program;
    if (status == STOA_OK)
        status = store_into_fields(&run, table, &to, scope, fields, error);
    stoa__release(to.cells);
    return status;
}

/* Fills the cells of a field that the table does not have yet. */
static stoa_status fill_addition(stoa__addition *added, targets *to, stoa_program *program,
                                 const stoa_table *table, const stoa_scope *scope, const char *name,
                                 stoa_error *error)
{
    stoa__run run;
    for (uint32_t i = 0; i < added->count; i++) {
        to->cells[i] = added->cells + i * added->distance;
        to->validity[i] = added->validity;
    }
    stoa_status status = stoa__run_begin(&run, program, table, scope, error);
    if (status != STOA_OK)
        return status;
    run.strings = added->strings;
    stoa__field_expect(added, run.rows);
    status = stoa__store_outputs(&run, to->cells, to->validity, to->types, &name, true, error);
    stoa__run_end(&run);
    return status;
}

/* The field that takes the output: a vector of its length, of its type if none is given. */
static stoa_status describe_addition(stoa_field *field, stoa_program *program,
                                     const stoa_table *table, stoa_error *error)
{
    stoa_status status = stoa__program_bind_any(program, table, error);
    if (status != STOA_OK)
        return status;
    if (field->type == STOA_NO_TYPE)
        field->type = stoa_program_output_type(program, 0);
    if (field->type == stoa_program_output_type(program, 0)) {
        field->unit = (uint8_t)stoa_program_output_unit(program, 0);
        field->zone = stoa_program_output_zone(program, 0);
    }
    size_t labels;
    field->length = (uint16_t)stoa_program_output_length(program, 0);
    if (field->type == stoa_program_output_type(program, 0)) {
        field->labels = stoa_program_output_labels(program, 0, &labels);
        field->label_count = (uint32_t)labels;
    }
    return STOA_OK;
}

static stoa_status add_field(stoa_program *program, stoa_table *table, const stoa_scope *scope,
                             stoa_field *field, stoa_error *error)
{
    targets to;
    stoa__addition added;
    size_t count = field->length > 0 ? field->length : 1;
    size_t strings = stoa__table_strings_mark(stoa__whole(table));
    stoa_status status = new_targets(&to, count, 1, error);
    if (status != STOA_OK)
        return status;
    to.lengths[0] = (uint16_t)count;
    memset(to.types, stoa__target_of(field->type, field->unit, field->zone != NULL), count);
    stoa__targets wanted = wanted_of(&to, &field->name);
    status = stoa__program_bind(program, table, STOA__WANTS_CELLS, &wanted, error);
    if (status == STOA_OK && field->length == 0 &&
        program->code.terms[program->code.results[0].id].nullable_rows)
        field->flags = STOA_NULLABLE;
    if (status == STOA_OK)
        status = stoa__field_prepare(&added, table, field, error);
    if (status == STOA_OK) {
        status = fill_addition(&added, &to, program, table, scope, field->name, error);
        if (status == STOA_OK)
            stoa__field_put(table, &added);
        else
            stoa__field_give_up(&added, table);
    }
    if (status != STOA_OK)
        stoa__table_forget_strings(stoa__whole(table), strings);
    stoa__release(to.cells);
    return status;
}

stoa_status stoa_program_add_field(stoa_program *program, stoa_table *table,
                                   const stoa_scope *scope, const char *name, stoa_type type,
                                   stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, name);
    if (program->output_count != 1)
        return stoa__fail(error, STOA_INVALID, "the program has %u outputs; one field takes one",
                          program->output_count);
    stoa_status status = stoa__check_unlocked(stoa__whole(table), error);
    if (status != STOA_OK)
        return status;
    if (type != STOA_NO_TYPE && stoa_type_name(type) == NULL)
        return stoa__fail(error, STOA_WRONG_TYPE, "no field has type %d: it does not exist",
                          (int)type);
    stoa_field field = {.name = name, .type = type};
    status = describe_addition(&field, program, table, error);
    return status == STOA_OK ? add_field(program, table, scope, &field, error) : status;
}

/* ---- from text ---- */

stoa_status stoa_assign(stoa_table *table, const char *field, const char *text, const char *where,
                        stoa_error *error)
{
    stoa_program *program;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, field);
    STOA__REQUIRE_ARGUMENT(error, text);
    stoa_status status = stoa__program_read(&program, text, where, error);
    if (status != STOA_OK)
        return status;
    status = stoa_program_assign(program, table, NULL, &field, 1, error);
    stoa_program_free(program);
    return status;
}

stoa_status stoa_add_field(stoa_table *table, const char *field, stoa_type type, const char *text,
                           const char *where, stoa_error *error)
{
    stoa_program *program;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, field);
    STOA__REQUIRE_ARGUMENT(error, text);
    stoa_status status = stoa__program_read(&program, text, where, error);
    if (status != STOA_OK)
        return status;
    status = stoa_program_add_field(program, table, NULL, field, type, error);
    stoa_program_free(program);
    return status;
}

static stoa_status parse_each(stoa_expression **made, const char *const *texts, size_t count,
                              stoa_error *error)
{
    stoa_expression **outputs = stoa__allocate_zeroed(count * sizeof(stoa_expression *));
    stoa_status status = STOA_OK;
    if (outputs == NULL)
        return stoa__fail_memory(error, count * sizeof(stoa_expression *));
    for (size_t i = 0; status == STOA_OK && i < count; i++)
        status = stoa_expression_parse(&outputs[i], texts[i], error);
    if (status == STOA_OK)
        status = stoa_expression_list(made, outputs, count, error);
    for (size_t i = 0; i < count; i++)
        stoa_expression_free(outputs[i]);
    stoa__release(outputs);
    return status;
}

stoa_status stoa_update(stoa_table *table, const char *const *fields, const char *const *texts,
                        size_t count, const char *where, stoa_error *error)
{
    stoa_expression *list = NULL, *condition = NULL;
    stoa_program *program = NULL;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_EACH(error, fields, count, );
    STOA__REQUIRE_EACH(error, texts, count, );
    if (count == 0)
        return stoa__fail(error, STOA_INVALID, "there is nothing to update");
    stoa_status status = parse_each(&list, texts, count, error);
    if (status == STOA_OK && where != NULL)
        status = stoa_expression_parse(&condition, where, error);
    if (status == STOA_OK)
        status = stoa__program_make(&program, list, condition, error);
    if (status == STOA_OK)
        status = stoa_program_assign(program, table, NULL, fields, count, error);
    stoa_program_free(program);
    stoa_expression_free(list);
    stoa_expression_free(condition);
    return status;
}
