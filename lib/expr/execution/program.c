/* program.c: programs: expressions that are kept, with what they were bound to last.
 *
 * A program is bound for a schema, for the kinds of its parameters' values and for what is wanted
 * of it (aggregates, cells of some types, bits). A run that finds it bound so goes on at once; else
 * it is bound anew, aside: a program that fails to bind is simply unbound. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "expr/binder/times.h"
#include "expr/execution/paths.h"
#include "expr/execution/strings.h"
#include "kernel/floats.h"
#include "store/labels.h"

/* ---- what is bound ---- */

static void release_workers(stoa_program *program)
{
    for (size_t i = 0; i < program->worker_count; i++)
        stoa__release(program->workers[i].memory);
    stoa__release(program->workers);
    program->workers = NULL;
    program->worker_count = 0;
}

static void unbind(stoa_program *program)
{
    program->wanted = 0;
    release_workers(program);
    stoa__plan_dispose(&program->plan);
    stoa__release_lookups(program);
    program->lookups = NULL;
    stoa__release_seen(program);
    stoa__buffer_dispose(&program->row_buffer);
    stoa__code_dispose(&program->code);
    stoa__release(program->uniforms);
    program->uniforms = NULL;
    stoa__release(program->lengths);
    program->lengths = NULL;
    program->targets = NULL;
    if (program->schema != NULL)
        stoa__schema_release(program->schema);
    program->schema = NULL;
}

static stoa_status make_room(stoa_program *program, stoa_error *error)
{
    size_t ids = program->code.count, aggregates = program->code.aggregate_count;
    size_t bytes = ids * (sizeof *program->uniforms + 2) + aggregates * sizeof *program->totals +
                   program->code.cumulative_count * sizeof *program->cumulatives + 64;
    size_t lookups = program->code.strings == NULL ? 0 : ids * sizeof *program->lookups;
    bytes += lookups;
    char *memory = stoa__allocate_zeroed(bytes);
    if (memory == NULL)
        return stoa__fail_memory(error, bytes);
    program->uniforms = (void *)memory;
    program->totals = (void *)(memory + ids * sizeof *program->uniforms);
    program->cumulatives = (void *)(program->totals + aggregates);
    program->lookups = (void *)(program->cumulatives + program->code.cumulative_count);
    program->nulls = (bool *)program->lookups + lookups;
    if (lookups == 0)
        program->lookups = NULL;
    program->uniform_failed = program->nulls + ids;
    return STOA_OK;
}

/* ---- workers ---- */

static size_t aligned(size_t bytes)
{
    return stoa__round_up(bytes, 64);
}

static void place_values(stoa_program *program, stoa__worker *worker)
{
    stoa__code_block *code = &program->code;
    worker->slots[STOA__FIRST_ID] = &worker->first;
    for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
        stoa__term *term = &code->terms[id];
        if (term->kind == STOA__CONSTANT_TERM)
            worker->slots[id] = term->bits;
        else if (term->kind == STOA__PARAMETER_TERM)
            worker->slots[id] = &program->parameters[term->index].bits;
        else if (term->kind == STOA__STEP_TERM && term->code == STOA__STRING_MAP)
            worker->slots[id] = program->lookups[id];
        else if (term->uniform)
            worker->slots[id] = program->uniforms[id];
    }
}

static bool make_worker(stoa_program *program, stoa__worker *worker)
{
    const stoa__plan *plan = &program->plan;
    size_t block = STOA__BLOCK_WORDS * sizeof(uint64_t), rows = STOA__LONG_WORDS * sizeof(uint64_t);
    size_t slots = aligned(program->code.count * sizeof *worker->slots);
    size_t packed = program->code.array_count * STOA__BLOCK * 8;
    size_t aggregates = aligned(program->code.aggregate_count * sizeof *worker->accumulators);
    size_t failing = aligned(plan->failures * sizeof *worker->failing);
    size_t validity = program->code.has_nullable ? slots : 0;
    size_t bits = program->code.nullable_count * (plan->block / 64) * sizeof(uint64_t);
    size_t bytes = 2 * slots + aligned(plan->scratch) + packed + aggregates + failing + 2 * rows +
                   block * (plan->failures + plan->masks) + bits + STOA__PAGE;
    *worker = (stoa__worker){.memory = stoa__allocate(bytes), .failed_row = SIZE_MAX};
    if (worker->memory == NULL)
        return false;
    char *at = (char *)stoa__round_up((uintptr_t)worker->memory, STOA__PAGE);
    worker->scratch = at;
    worker->packed = at += aligned(plan->scratch);
    worker->mask = (void *)(at += packed);
    worker->joined = (void *)(at += rows);
    worker->failed = (void *)(at += rows);
    worker->active_masks = (void *)(at += block * plan->failures);
    worker->accumulators = (void *)(at += block * plan->masks);
    worker->failing = (void *)(at += aggregates);
    worker->slots = (void *)(at += failing);
    worker->validity = (void *)(at + slots);
    worker->validity_bits = (void *)(at + slots + validity);
    memset(worker->slots, 0, slots + validity);
    place_values(program, worker);
    return true;
}

bool stoa__program_prepare(stoa_program *program, size_t workers)
{
    if (workers <= program->worker_count)
        return true;
    stoa__worker *list = stoa__reallocate(program->workers, workers * sizeof *list);
    if (list == NULL)
        return false;
    program->workers = list;
    for (size_t i = 0; i < program->worker_count; i++)
        list[i].slots[STOA__FIRST_ID] = &list[i].first;
    while (program->worker_count < workers) {
        if (!make_worker(program, &list[program->worker_count]))
            return false;
        program->worker_count++;
    }
    return true;
}

/* ---- binding ---- */

static stoa__schema *schema_of(const stoa_table *table)
{
    return table == NULL ? NULL : stoa__whole_const(table)->schema;
}

static size_t count_targets(const stoa_program *program, const uint16_t *lengths)
{
    size_t count = 0;
    for (uint32_t i = 0; i < program->output_count; i++)
        count += lengths[i];
    return count;
}

/* Labels, and the tables that references refer to, are those of the very fields, which targets do
 * not tell: they are bound anew each time. */
static bool has_own_target(const stoa_program *program)
{
    size_t count = count_targets(program, program->lengths);
    for (size_t i = 0; i < count; i++)
        if (stoa__is_labels_target(program->targets[i]) || program->targets[i] == STOA_REFERENCE)
            return true;
    return false;
}

static bool same_targets(const stoa_program *program, const stoa__targets *targets)
{
    size_t count = 0;
    for (uint32_t i = 0; i < program->output_count; i++) {
        if (targets->lengths[i] != program->lengths[i])
            return false;
        count += program->lengths[i];
    }
    for (size_t i = 0; i < count; i++)
        if (targets->types[i] != program->targets[i])
            return false;
    return true;
}

static bool is_bound(const stoa_program *program, const stoa_table *table, stoa__wanted wanted,
                     const stoa__targets *targets)
{
    const stoa__schema *schema = schema_of(table);
    if (program->wanted != wanted || program->schema != schema ||
        !stoa__reach_tables(&program->code, table))
        return false;
    if (targets == NULL || program->targets == NULL)
        return targets == NULL && program->targets == NULL;
    return (targets->names != NULL) == program->into_fields && same_targets(program, targets) &&
           !(schema != NULL && schema->labels_count + schema->reference_count > 0 &&
             has_own_target(program));
}

static bool keep_targets(stoa_program *program, const stoa__targets *targets)
{
    size_t bytes = program->output_count * sizeof *program->lengths;
    size_t count = count_targets(program, targets->lengths);
    program->lengths = stoa__allocate(bytes + count);
    if (program->lengths == NULL)
        return false;
    program->targets = (uint8_t *)(program->lengths + program->output_count);
    memcpy(program->lengths, targets->lengths, bytes);
    memcpy(program->targets, targets->types, count);
    return true;
}

static stoa_status bind_anew(stoa_program *program, const stoa_table *table, stoa__wanted wanted,
                             const stoa__targets *targets, stoa_error *error)
{
    program->wanted = wanted;
    program->into_fields = targets != NULL && targets->names != NULL;
    if (targets != NULL && !keep_targets(program, targets))
        return stoa__fail_memory(error, program->output_count);
    stoa__binding binding = {.expression = program->expression,
                             .where = program->where,
                             .table = table,
                             .parameters = program->parameters,
                             .parameter_names = &program->parameter_names,
                             .wanted = wanted,
                             .row_numbers = program->row_numbers,
                             .targets = program->targets,
                             .lengths = program->lengths,
                             .names = targets == NULL ? NULL : targets->names};
    stoa__floats floats = stoa__floats_begin(); /* constants are folded */
    stoa_status status = stoa__bind(&program->code, &binding, error);
    stoa__floats_end(floats);
    if (status == STOA_OK)
        status =
            stoa__plan_new(&program->plan, &program->code, wanted != STOA__WANTS_VALUES, error);
    if (status == STOA_OK)
        status = make_room(program, error);
    if (status == STOA_OK && !stoa__program_prepare(program, 1))
        status = stoa__fail_memory(error, sizeof(stoa__worker));
    return status;
}

stoa_status stoa__program_bind(stoa_program *program, const stoa_table *table, stoa__wanted wanted,
                               const stoa__targets *targets, stoa_error *error)
{
    stoa__schema *schema = schema_of(table);
    if (is_bound(program, table, wanted, targets))
        return STOA_OK;
    unbind(program);
    stoa_status status = bind_anew(program, table, wanted, targets, error);
    if (status != STOA_OK) {
        unbind(program);
        return status;
    }
    program->schema = schema;
    if (schema != NULL)
        stoa__schema_retain(schema);
    return STOA_OK;
}

stoa_status stoa__program_bind_any(stoa_program *program, const stoa_table *table,
                                   stoa_error *error)
{
    if (program->wanted != 0 && program->schema == schema_of(table) &&
        stoa__reach_tables(&program->code, table))
        return STOA_OK;
    return stoa__program_bind(program, table, STOA__WANTS_CELLS, NULL, error);
}

/* ---- parameters ---- */

typedef struct search {
    stoa_program *program;
    stoa_expression **seen;
    size_t count, room, parameter_room;
} search;

static bool add_parameter(search *s, const char *name)
{
    stoa_program *program = s->program;
    if (stoa__names_find(&program->parameter_names, name) != STOA__NO_NAME)
        return true;
    if (!stoa__make_room(&program->parameters, &s->parameter_room,
                         program->parameter_count + (size_t)1, sizeof *program->parameters, NULL) ||
        !stoa__names_add(&program->parameter_names, name, program->parameter_count))
        return false;
    program->parameters[program->parameter_count++] = (stoa__parameter_slot){.name = name};
    return true;
}

static bool see(search *s, stoa_expression *node)
{
    if (node->mark != 0)
        return true;
    if (!stoa__make_room(&s->seen, &s->room, s->count + 1, sizeof(stoa_expression *), NULL))
        return false;
    node->mark = 1;
    s->seen[s->count++] = node;
    return node->kind != STOA__PARAMETER_NODE || add_parameter(s, node->name);
}

/* Every node of both expressions, for the parameters among them. */
static stoa_status find_parameters(stoa_program *program, stoa_error *error)
{
    search s = {.program = program};
    bool fits = see(&s, program->expression) && (program->where == NULL || see(&s, program->where));
    for (size_t i = 0; fits && i < s.count; i++)
        for (uint32_t k = 0; fits && k < s.seen[i]->count; k++)
            fits = see(&s, s.seen[i]->arguments[k]);
    for (size_t i = 0; i < s.count; i++)
        s.seen[i]->mark = 0;
    stoa__release(s.seen);
    return fits ? STOA_OK : stoa__fail_memory(error, sizeof(stoa__parameter_slot));
}

/* Copies the bytes; on failure what was there stays. */
static stoa_status keep_string(stoa__parameter_slot *slot, stoa_string string, stoa_error *error)
{
    char *bytes = stoa__allocate(string.length + 1);
    if (bytes == NULL)
        return stoa__fail_memory(error, string.length + 1);
    if (string.length > 0)
        memcpy(bytes, string.bytes, string.length);
    stoa__release((char *)(uintptr_t)slot->string.bytes);
    slot->string = (stoa_string){bytes, string.length};
    return STOA_OK;
}

static void parameter_of(stoa_value value, stoa_type *type, uint64_t *bits)
{
    *type = value.type;
    *bits = 0;
    switch (value.type) {
    case STOA_BOOL:
        *bits = value.boolean;
        break;
    case STOA_INT64:
        if (value.int64 >= INT32_MIN && value.int64 <= INT32_MAX)
            *type = STOA_INT32;
        *bits = *type == STOA_INT32 ? (uint32_t)(int32_t)value.int64 : (uint64_t)value.int64;
        break;
    case STOA_UINT64:
        *bits = value.uint64;
        if (value.uint64 <= INT64_MAX)
            *type = value.uint64 <= INT32_MAX ? STOA_INT32 : STOA_INT64;
        break;
    case STOA_FLOAT64:
        memcpy(bits, &value.float64, sizeof *bits);
        break;
    case STOA_DATE:
    case STOA_TIMESTAMP:
    case STOA_DURATION:
        *bits = value.type == STOA_DATE ? (uint32_t)value.int64 : (uint64_t)value.int64;
        break;
    default:
        break;
    }
}

stoa_status stoa_program_set_parameter(stoa_program *program, const char *parameter,
                                       stoa_value value, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, parameter);
    char what[80];
    stoa_type type;
    uint64_t bits;
    snprintf(what, sizeof what, "$%.64s", parameter);
    stoa_status status = stoa__check_operand(&value, what, error);
    if (status != STOA_OK)
        return status;
    if (stoa__is_null(&value))
        value = stoa_null_value();
    parameter_of(value, &type, &bits);
    uint32_t index = stoa__names_find(&program->parameter_names, parameter);
    if (index == STOA__NO_NAME)
        return stoa__fail(error, STOA_NO_PARAMETER, "the expression has no parameter $%s",
                          parameter);
    stoa__parameter_slot *found = &program->parameters[index];
    if (value.type == STOA_STRING)
        status = keep_string(found, value.string, error);
    if (status != STOA_OK)
        return status;
    if (found->type != type || found->unit != value.unit || found->is_zoned != value.is_zoned ||
        found->is_null != value.is_null)
        unbind(program);
    found->type = type;
    found->unit = value.unit;
    found->is_zoned = value.is_zoned;
    found->is_null = value.is_null;
    found->bits = bits;
    return STOA_OK;
}

stoa_status stoa__program_take_parameters(stoa_program *program, const stoa_program *from,
                                          stoa_error *error)
{
    stoa_status status = STOA_OK;
    for (uint32_t i = 0; status == STOA_OK && i < from->parameter_count; i++) {
        const stoa__parameter_slot *given = &from->parameters[i];
        uint32_t index = stoa__names_find(&program->parameter_names, given->name);
        if (index == STOA__NO_NAME)
            continue;
        stoa__parameter_slot *own = &program->parameters[index];
        const char *name = own->name;
        if (given->type == STOA_STRING)
            status = keep_string(own, given->string, error);
        stoa_string kept = own->string;
        *own = *given;
        own->name = name;
        own->string = kept;
    }
    return status;
}

/* ---- life ---- */

/* Whether the program fits the table, for what is wanted of it most likely. */
static stoa_status try_to_bind(stoa_program *program, const stoa_table *table, stoa_error *error)
{
    stoa_error failure = {.status = STOA_OK};
    stoa_status status = stoa__program_bind(program, table, STOA__WANTS_VALUES, NULL, &failure);
    if (status == STOA_INVALID) /* a value for each row */
        status = stoa__program_bind(program, table, STOA__WANTS_CELLS, NULL, &failure);
    if (status == STOA_OK || status == STOA_NO_PARAMETER)
        return STOA_OK;
    if (error != NULL)
        *error = failure;
    return status;
}

stoa_status stoa__program_make(stoa_program **program, stoa_expression *expression,
                               stoa_expression *where, stoa_error *error)
{
    stoa_program *made = stoa__allocate_zeroed(sizeof *made);
    if (made == NULL)
        return stoa__fail_memory(error, sizeof *made);
    made->expression = stoa_expression_retain(expression);
    made->where = where == NULL ? NULL : stoa_expression_retain(where);
    made->output_count = (uint32_t)stoa_expression_output_count(expression);
    stoa_status status = find_parameters(made, error);
    if (status != STOA_OK) {
        stoa_program_free(made);
        return status;
    }
    *program = made;
    return STOA_OK;
}

stoa_status stoa__program_read(stoa_program **program, const char *text, const char *where,
                               stoa_error *error)
{
    stoa_expression *expression, *condition = NULL;
    stoa_status status = stoa_expression_parse(&expression, text, error);
    if (status != STOA_OK)
        return status;
    if (where != NULL)
        status = stoa_expression_parse(&condition, where, error);
    if (status == STOA_OK)
        status = stoa__program_make(program, expression, condition, error);
    stoa_expression_free(expression);
    stoa_expression_free(condition);
    return status;
}

/* Hands the program out if it fits the table. */
static stoa_status tried(stoa_program **program, stoa_program *made, const stoa_table *table,
                         stoa_error *error)
{
    stoa_status status = try_to_bind(made, table, error);
    if (status == STOA_OK)
        *program = made;
    else
        stoa_program_free(made);
    return status;
}

stoa_status stoa_program_new(stoa_program **program, const stoa_table *table,
                             stoa_expression *expression, stoa_expression *where, stoa_error *error)
{
    stoa_program *made;
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, expression);
    stoa_status status = stoa__program_make(&made, expression, where, error);
    return status == STOA_OK ? tried(program, made, table, error) : status;
}

stoa_status stoa_program_parse(stoa_program **program, const stoa_table *table, const char *text,
                               const char *where, stoa_error *error)
{
    stoa_program *made;
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, text);
    stoa_status status = stoa__program_read(&made, text, where, error);
    return status == STOA_OK ? tried(program, made, table, error) : status;
}

void stoa_program_free(stoa_program *program)
{
    if (program == NULL)
        return;
    unbind(program);
    stoa_expression_free(program->expression);
    stoa_expression_free(program->where);
    stoa__names_dispose(&program->parameter_names);
    for (uint32_t i = 0; i < program->parameter_count; i++)
        stoa__release((char *)(uintptr_t)program->parameters[i].string.bytes);
    stoa__release(program->parameters);
    stoa__release(program);
}

/* ---- what it is ---- */

size_t stoa_program_output_count(const stoa_program *program)
{
    return program == NULL ? 0 : program->output_count;
}

/* NULL: there is no such output, or the program is not bound. */
static const stoa__typed *output_typed(const stoa_program *program, size_t output)
{
    if (program == NULL || program->wanted == 0 || output >= program->output_count)
        return NULL;
    return &program->code.results[program->code.outputs[output].first].typed;
}

stoa_type stoa_program_output_type(const stoa_program *program, size_t output)
{
    if (program == NULL || program->wanted == 0 || output >= program->output_count)
        return STOA_NO_TYPE;
    return program->code.results[program->code.outputs[output].first].typed.type;
}

const char *const *stoa_program_output_labels(const stoa_program *program, size_t output,
                                              size_t *count)
{
    const stoa__schema_field *field = NULL;
    if (program != NULL && program->wanted != 0 && output < program->output_count)
        field = program->code.results[program->code.outputs[output].first].typed.labels;
    if (count != NULL)
        *count = field == NULL ? 0 : field->label_count;
    return field == NULL ? NULL : field->labels;
}

stoa_unit stoa_program_output_unit(const stoa_program *program, size_t output)
{
    const stoa__typed *typed = output_typed(program, output);
    bool has_unit = typed != NULL && stoa__is_time(typed->type);
    return has_unit ? (stoa_unit)typed->unit : STOA_NO_UNIT;
}

const char *stoa_program_output_zone(const stoa_program *program, size_t output)
{
    const stoa__typed *typed = output_typed(program, output);
    bool has_zone = typed != NULL && typed->type == STOA_TIMESTAMP && typed->zone != NULL;
    return has_zone ? typed->zone->name : NULL;
}

size_t stoa_program_output_length(const stoa_program *program, size_t output)
{
    if (program == NULL || program->wanted == 0 || output >= program->output_count)
        return 0;
    return program->code.outputs[output].length;
}

bool stoa_program_output_is_nullable(const stoa_program *program, size_t output)
{
    if (program == NULL || program->wanted == 0 || output >= program->output_count)
        return false;
    const stoa__output *made = &program->code.outputs[output];
    bool may = false;
    for (uint32_t i = made->first; i < made->first + (made->length > 0 ? made->length : 1); i++)
        may = may || program->code.terms[program->code.results[i].id].nullable_rows;
    return may;
}

bool stoa_program_output_is_aggregate(const stoa_program *program, size_t output)
{
    if (program == NULL || program->wanted == 0 || output >= program->output_count)
        return false;
    const stoa__code_block *code = &program->code;
    return code->terms[code->results[code->outputs[output].first].typed.id].uniform;
}

bool stoa_program_is_by_row(const stoa_program *program)
{
    return program != NULL && program->wanted != 0 && program->code.aggregate_count == 0 &&
           program->code.cumulative_count == 0;
}

size_t stoa_program_fields(const stoa_program *program, uint32_t *fields, size_t room)
{
    size_t count = 0;
    if (program == NULL || program->wanted == 0 || (fields == NULL && room > 0))
        return 0;
    for (stoa__id id = STOA__FIRST_TERM; id < program->code.count; id++) {
        const stoa__term *term = &program->code.terms[id];
        if (term->kind != STOA__COLUMN_TERM)
            continue;
        if (count < room)
            fields[count] = term->index;
        count++;
    }
    return count;
}

size_t stoa__program_targets(const stoa_program *program, const stoa_table **tables,
                             uint32_t *fields, size_t room)
{
    if (program == NULL || program->wanted == 0 || ((tables == NULL || fields == NULL) && room > 0))
        return 0;
    const stoa__code_block *code = &program->code;
    size_t count = code->collected_count + code->way_count;
    for (size_t i = 0; i < count && i < room; i++) {
        bool is_column = i < code->collected_count;
        size_t table =
            is_column ? code->collected[i].table : code->ways[i - code->collected_count].to;
        tables[i] = code->tables[table].table;
        fields[i] = is_column ? code->collected[i].field : UINT32_MAX;
    }
    return count;
}
