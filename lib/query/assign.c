/* assign.c: values of each row into fields, new fields and arrays.
 *
 * Cells with values: the steps run over all rows first without storing, if they could fail, and
 * then run again and store. Fresh cells (of a new field, or of memory to be filled) are stored into
 * at once, and given up on a failure. A single output without a condition is written by its last
 * step straight to its cells; other outputs stay in registers until the block is done, so that
 * every right side reads the values from before. */
#include <string.h>

#include "base/memory.h"
#include "base/words.h"
#include "query/scope.h"
#include "store/fields.h"
#include "store/lock.h"

/* Where the outputs go: cells of row 0. */
typedef struct destination {
    stoa_program *program;
    char *const *cells;
    const uint8_t *types;
    bool direct;
} destination;

/* ---- a block ---- */

static void store_some(char *out, const char *in, size_t width, const uint64_t *mask, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((mask[i / 64] >> i % 64 & 1) != 0)
            memcpy(out + i * width, in + i * width, width);
}

static void store_block(void *context, void *const *slots, const uint64_t *mask, size_t first,
                        size_t count)
{
    const destination *to = context;
    const stoa__kernels *kernels = stoa__kernels_here();
    if (to->direct)
        return;
    for (uint32_t i = 0; i < to->program->output_count; i++) {
        size_t width = stoa__width((stoa_type)to->types[i]);
        const void *in = slots[to->program->code.results[i].id];
        char *out = to->cells[i] + first * width;
        if (mask == NULL)
            memmove(out, in, count * width);
        else if (width == 8)
            kernels->run[STOA__CHOOSE_INT64][STOA__VV](out, in, out, mask, count);
        else if (width == 4)
            kernels->run[STOA__CHOOSE_INT32][STOA__VV](out, in, out, mask, count);
        else
            store_some(out, in, width, mask, count);
    }
}

/* ---- a run ---- */

/* Whether the last step can write straight to the output's cells. */
static bool is_direct(const stoa__run *run)
{
    const stoa__code_block *code = &run->program->code;
    const stoa__term *term = &code->terms[code->results[0].id];
    return code->result_count == 1 && code->where == 0 && run->selection == NULL &&
           term->kind == STOA__STEP_TERM && !term->uniform && term->form != STOA_BOOL &&
           term->code != STOA__CUMULATE;
}

static void pass_by(void *context, void *const *slots, const uint64_t *mask, size_t first,
                    size_t count)
{
    (void)context, (void)slots, (void)mask, (void)first, (void)count;
}

/* Computes the aggregates and, before the first cell is stored, checks whether a row would fail. No
 * check is needed for fresh cells. */
static stoa_status get_ready(stoa__run *run, bool is_fresh, stoa_error *error)
{
    const stoa__plan *plan = &run->program->plan;
    stoa_status status = stoa__run_aggregates(run, error);
    if (status != STOA_OK || is_fresh)
        return status;
    if (stoa__has_nulls(run->program, &plan->passes[plan->count - 1]))
        return stoa__run_outputs(run, 0, run->rows, pass_by, NULL, error);
    return stoa__run_check(run, error);
}

static stoa_status store_outputs(stoa__run *run, char *const *cells, const uint8_t *types,
                                 bool is_fresh, stoa_error *error)
{
    destination to = {.program = run->program, .cells = cells, .types = types};
    stoa_status status = get_ready(run, is_fresh, error);
    if (status != STOA_OK)
        return status;
    to.direct = is_direct(run);
    if (to.direct) {
        run->direct = run->program->code.results[0].id;
        run->direct_base = cells[0];
        run->direct_width = stoa__width((stoa_type)types[0]);
    }
    return stoa__run_outputs(run, 0, run->rows, store_block, &to, error);
}

/* ---- arrays ---- */

static stoa_status check_outputs(const stoa_program *program, const stoa_output *outputs,
                                 size_t count, stoa_error *error)
{
    if (count != program->output_count)
        return stoa__fail(error, STOA_INVALID,
                          "the caller gives %zu outputs, but the program has %u", count,
                          program->output_count);
    for (size_t i = 0; i < count; i++) {
        if ((outputs[i].reserved[0] | outputs[i].reserved[1]) != 0)
            return stoa__fail(error, STOA_INVALID, "stoa_output.reserved must be zero");
        if (!stoa__type_exists(outputs[i].type) || outputs[i].type == STOA_OBJECT)
            return stoa__fail(error, STOA_WRONG_TYPE, "output %zu is not of a number type", i);
        if (outputs[i].data == NULL && outputs[i].count > 0)
            return stoa__fail(error, STOA_INVALID, "output %zu: data is NULL", i);
        if ((uintptr_t)outputs[i].data % stoa__width(outputs[i].type) != 0)
            return stoa__fail(error, STOA_INVALID, "output %zu is not aligned to its type", i);
        size_t most = (UINTPTR_MAX - (uintptr_t)outputs[i].data) / stoa__width(outputs[i].type);
        if (outputs[i].count > most)
            return stoa__fail(error, STOA_INVALID, "output %zu cannot have %zu cells", i,
                              outputs[i].count);
    }
    return STOA_OK;
}

/* The cells, types and places of the outputs, in one allocation that the caller releases. */
typedef struct targets {
    char **cells;
    stoa__written *written;
    uint32_t *fields; /* of the table, where they are */
    uint8_t *types;
} targets;

static stoa_status new_targets(targets *made, size_t count, stoa_error *error)
{
    size_t bytes = count * (sizeof *made->cells + sizeof *made->written + sizeof *made->fields + 1);
    made->cells = stoa__allocate(bytes);
    if (made->cells == NULL)
        return stoa__fail_memory(error, bytes);
    made->written = (stoa__written *)(void *)(made->cells + count);
    made->fields = (uint32_t *)(made->written + count);
    made->types = (uint8_t *)(made->fields + count);
    return STOA_OK;
}

/* Where output i goes: a cell for each row. */
static void set_target(targets *to, size_t i, void *cells, stoa_type type)
{
    to->cells[i] = cells;
    to->types[i] = (uint8_t)type;
    to->written[i] = (stoa__written){.cells = cells, .width = stoa__width(type), .index = i};
}

static bool overlaps(const stoa_output *output, const void *memory, size_t bytes)
{
    uintptr_t first = (uintptr_t)memory, out = (uintptr_t)output->data;
    return out < first + bytes && first < out + output->count * stoa__width(output->type);
}

/* Refuses an output that overlaps the words of the scope's selection, which are read meanwhile, or
 * handles, which the pool counts. */
static stoa_status check_place(const stoa__run *run, const stoa_scope *scope,
                               const stoa_output *outputs, size_t i, stoa_error *error)
{
    const stoa_selection *selection = scope == NULL ? NULL : scope->selection;
    const stoa__table *table = stoa__whole_const(run->table);
    if (selection != NULL && overlaps(&outputs[i], selection->words,
                                      stoa__words(selection->rows) * sizeof *selection->words))
        return stoa__fail(error, STOA_INVALID,
                          "output %zu overlaps the words of the scope's selection", i);
    if (table == NULL || table->schema->object_count == 0)
        return STOA_OK;
    STOA__EACH_FIELD (table, field) {
        if (stoa__is_object(table, field) && overlaps(&outputs[i], stoa__cell_at(table, field, 0),
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
static stoa_status check_room(const stoa__run *run, const stoa_scope *scope, targets *to,
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
        return STOA_OK;
    return stoa__fail(error, STOA_INVALID, "output %zu overlaps %s that the program reads%s", at,
                      read->kind == STOA__COLUMN_TERM ? "a column" : "an array",
                      is_fresh ? "" : ", but not cell for cell");
}

static stoa_status evaluate(stoa_program *program, const stoa_table *table, const stoa_scope *scope,
                            const stoa_output *outputs, size_t count, bool is_fresh,
                            stoa_error *error)
{
    stoa__run run;
    targets to;
    stoa_status status = check_outputs(program, outputs, count, error);
    if (status == STOA_OK)
        status = new_targets(&to, count, error);
    if (status != STOA_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        set_target(&to, i, outputs[i].data, outputs[i].type);
    status = stoa__program_bind(program, table, STOA__WANTS_CELLS, to.types, NULL, error);
    if (status == STOA_OK)
        status = stoa__run_begin(&run, program, table, scope, error);
    if (status == STOA_OK) {
        status = check_room(&run, scope, &to, outputs, count, is_fresh, error);
        if (status == STOA_OK)
            status = store_outputs(&run, to.cells, to.types, is_fresh, error);
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

static stoa_status find_fields(targets *to, const stoa_table *table, const char *const *fields,
                               size_t count, stoa_error *error)
{
    for (size_t i = 0; i < count; i++) {
        size_t field;
        stoa_status status = stoa_table_find_field(table, fields[i], &field, error);
        if (status != STOA_OK)
            return status;
        set_target(to, i, table->columns[field].cells, (stoa_type)table->columns[field].type);
        to->fields[i] = (uint32_t)field;
        status = stoa__check_writable(stoa__whole_const(table), (uint32_t)field, error);
        if (status != STOA_OK)
            return status;
    }
    size_t twice = stoa__written_sort(to->written, count, 1);
    if (twice < count)
        return stoa__fail(error, STOA_INVALID, "field '%s' is assigned twice",
                          fields[to->written[twice].index]);
    return STOA_OK;
}

/* Checks that arrays overlap the assigned columns cell for cell, if at all. */
static stoa_status check_arrays(const stoa__run *run, const targets *to, const char *const *fields,
                                size_t count, stoa_error *error)
{
    size_t at = 0;
    if (run->program->code.array_count == 0 ||
        stoa__run_overlap(run, to->written, count, false, &at) == NULL)
        return STOA_OK;
    return stoa__fail(error, STOA_INVALID,
                      "an array that the program reads overlaps field '%s', which it assigns to, "
                      "but not cell for cell",
                      fields[at]);
}

/* Locks the fields while a run stores into them and others may write. */
static stoa_status store_into_fields(stoa__run *run, stoa_table *table, const targets *to,
                                     size_t count, const stoa_scope *scope,
                                     const char *const *fields, stoa_error *error)
{
    bool locks = scope != NULL && scope->interpreter != NULL;
    for (size_t i = 0; locks && i < count; i++)
        stoa__column_lock(table, to->fields[i]);
    stoa_status status = stoa__run_begin(run, run->program, table, scope, error);
    if (status == STOA_OK) {
        status = check_arrays(run, to, fields, count, error);
        if (status == STOA_OK)
            status = store_outputs(run, to->cells, to->types, false, error);
        stoa__run_end(run);
    }
    for (size_t i = 0; status == STOA_OK && i < count; i++)
        table->columns[to->fields[i]].version++; /* nobody else writes to them */
    for (size_t i = 0; locks && i < count; i++)
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
    stoa_status status = new_targets(&to, count, error);
    if (status != STOA_OK)
        return status;
    status = find_fields(&to, table, fields, count, error);
    if (status == STOA_OK)
        status = stoa__program_bind(program, table, STOA__WANTS_CELLS, to.types, fields, error);
    run.program = program;
    if (status == STOA_OK)
        status = store_into_fields(&run, table, &to, count, scope, fields, error);
    stoa__release(to.cells);
    return status;
}

stoa_status stoa_program_add_field(stoa_program *program, stoa_table *table,
                                   const stoa_scope *scope, const char *name, stoa_type type,
                                   stoa_error *error)
{
    stoa__run run;
    uint8_t target;
    stoa__addition added;
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
    if (type == STOA_NO_TYPE) {
        status = stoa__program_bind(program, table, STOA__WANTS_CELLS, NULL, NULL, error);
        type = stoa_program_output_type(program, 0);
    }
    if (status != STOA_OK)
        return status;
    target = (uint8_t)type;
    stoa_field field = {.name = name, .type = type};
    status = stoa__program_bind(program, table, STOA__WANTS_CELLS, &target, NULL, error);
    if (status == STOA_OK)
        status = stoa__field_prepare(&added, table, &field, error);
    if (status != STOA_OK)
        return status;
    char *cells = added.cells;
    status = stoa__run_begin(&run, program, table, scope, error);
    if (status == STOA_OK) {
        stoa__field_expect(&added, run.rows);
        status = store_outputs(&run, &cells, &target, true, error);
        stoa__run_end(&run);
    }
    if (status == STOA_OK)
        stoa__field_put(table, &added);
    else
        stoa__field_give_up(&added, table);
    return status;
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
