/* scatter.c: values of each row go to the rows that a reference refers to.
 *
 * Several rows may refer to the same one, so an assignment through a path has no meaning; a sum, a
 * minimum or a maximum has. Each row of the target has a state aside, which begins as its cell:
 * integers in 128 bits, so that only what comes out in the end must fit, floats as float64. Rows go
 * one after another, on one thread: sums of floats are those of that order. When all is done the
 * states are checked, and then stored: a failed call has changed nothing. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "expr/binder/times.h"
#include "expr/execution/paths.h"
#include "query/scope.h"
#include "store/labels.h"
#include "store/lock.h"

typedef union state {
    stoa__wide whole;
    double real;
} state;

typedef struct scattering {
    stoa_program *program; /* of the value and the reference */
    stoa_operation operation;
    stoa_table *target;
    uint32_t field;
    stoa_type type;  /* of the field */
    stoa_type given; /* of the values */
    size_t rows;     /* of the target */
    state *states;
} scattering;

/* ---- where the values go ---- */

/* What the path begins with. */
static const stoa__typed *beginning(const scattering *s)
{
    const stoa__code_block *code = &s->program->code;
    return &code->results[code->outputs[1].first].typed;
}

/* The table that the reference leads to, as the program reads it. */
static const stoa__read_table *read_table(const scattering *s)
{
    return &s->program->code.tables[beginning(s)->target];
}

/* The path's field, and a component of it; NULL: it is no path. */
static stoa_expression *field_of(stoa_expression *path, int64_t *component)
{
    *component = -1;
    if (path->kind == STOA__CALL_NODE && path->operation == STOA_COMPONENT &&
        path->arguments[1]->kind == STOA__CONSTANT_NODE) {
        *component = path->arguments[1]->value.int64;
        path = path->arguments[0];
    }
    return path->kind == STOA__PATH_NODE ? path : NULL;
}

static stoa_status find_field(scattering *s, const stoa_expression *path, int64_t component,
                              stoa_error *error)
{
    const stoa__schema *schema = stoa__whole(s->target)->schema;
    uint32_t field = stoa__schema_find_any(schema, path->name, strlen(path->name));
    if (field == STOA__NO_FIELD)
        return stoa__schema_no_field(schema, path->name, error);
    const stoa__schema_field *found = &schema->fields[field];
    bool is_vector = field >= schema->field_limit;
    if (is_vector && component >= found->components)
        return stoa__fail(error, STOA_INVALID, "'%s' has the components 0 to %d", path->name,
                          found->components - 1);
    if (is_vector != (component >= 0))
        return stoa__fail(error, STOA_WRONG_TYPE, "'%s' %s", path->name,
                          is_vector ? "is a vector: name one of its components, as x[0]"
                                    : "is no vector and has no components");
    s->field = is_vector ? found->vector + (uint32_t)component : field;
    s->type = (stoa_type)s->target->columns[s->field].type;
    return STOA_OK;
}

/* The type that values have on their way. */
static stoa_status choose_type(scattering *s, stoa_type value, stoa_error *error)
{
    const stoa__schema_field *field = &stoa__whole(s->target)->schema->fields[s->field];
    bool is_float = s->type == STOA_FLOAT32 || s->type == STOA_FLOAT64;
    bool from_float = value == STOA_FLOAT32 || value == STOA_FLOAT64;
    bool is_number = s->type >= STOA_INT8 && s->type <= STOA_FLOAT64 && !stoa__has_labels(field);
    bool is_time = s->type == STOA_DURATION || (s->operation != STOA_ADD && stoa__is_time(s->type));
    if (!is_number && !is_time)
        return stoa__fail(error, STOA_WRONG_TYPE, "field '%s' of type %s takes no %s", field->name,
                          stoa_type_name(s->type),
                          s->operation == STOA_ADD ? "sums" : "least or greatest values");
    bool is_strange = value > STOA_FLOAT64 || (from_float && !is_float);
    if (value == STOA_REFERENCE || (is_number && is_strange))
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "a value of type %s does not go into field '%s' of type %s",
                          stoa_type_name(value), field->name, stoa_type_name(s->type));
    s->given = is_time                ? s->type
               : is_float             ? STOA_FLOAT64
               : value == STOA_UINT64 ? STOA_UINT64
                                      : STOA_INT64;
    return STOA_OK;
}

/* ---- states ---- */

static stoa__wide whole_at(stoa_type type, const void *cells, size_t row)
{
    switch (stoa__cell_type(type)) {
    case STOA_INT8:
        return ((const int8_t *)cells)[row];
    case STOA_INT16:
        return ((const int16_t *)cells)[row];
    case STOA_INT32:
        return ((const int32_t *)cells)[row];
    case STOA_UINT8:
        return ((const uint8_t *)cells)[row];
    case STOA_UINT16:
        return ((const uint16_t *)cells)[row];
    case STOA_UINT32:
        return ((const uint32_t *)cells)[row];
    case STOA_UINT64:
        return ((const uint64_t *)cells)[row];
    default:
        return ((const int64_t *)cells)[row];
    }
}

static bool is_real(stoa_type type)
{
    return type == STOA_FLOAT32 || type == STOA_FLOAT64;
}

static double real_at(stoa_type type, const void *cells, size_t row)
{
    return type == STOA_FLOAT32 ? (double)((const float *)cells)[row]
                                : ((const double *)cells)[row];
}

static bool begin_states(scattering *s)
{
    const void *cells = s->target->columns[s->field].cells;
    s->states = stoa__allocate((s->rows + 1) * sizeof *s->states);
    for (size_t row = 0; s->states != NULL && row < s->rows; row++) {
        if (is_real(s->type))
            s->states[row].real = real_at(s->type, cells, row);
        else
            s->states[row].whole = whole_at(s->type, cells, row);
    }
    return s->states != NULL;
}

/* As MIN and MAX of two values: NaN is passed over, and -0.0 is below 0.0. */
static double lesser(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) ? b : a;
    return a < b || (a == b && signbit(a)) ? a : b;
}

static void take_real(scattering *s, uint32_t row, double value)
{
    double *to = &s->states[row].real;
    if (s->operation == STOA_ADD)
        *to += value;
    else
        *to = s->operation == STOA_MINIMUM ? lesser(*to, value) : -lesser(-*to, -value);
}

static void take_whole(scattering *s, uint32_t row, stoa__wide value)
{
    stoa__wide *to = &s->states[row].whole;
    if (s->operation == STOA_ADD)
        *to += value;
    else if (s->operation == STOA_MINIMUM ? value < *to : value > *to)
        *to = value;
}

static void take_block(void *context, size_t worker, void *const *slots,
                       const uint64_t *const *validity, const uint64_t *mask, size_t first,
                       size_t count)
{
    (void)worker, (void)first;
    scattering *s = context;
    const stoa__result *results = s->program->code.results;
    const void *values = slots[results[0].id];
    const uint32_t *rows = slots[results[1].id];
    const uint64_t *there = validity == NULL ? NULL : validity[results[0].id];
    for (size_t i = 0; i < count; i++) {
        if (rows[i] == STOA__NO_ROW || (mask != NULL && !stoa__bit(mask, i)) ||
            (there != NULL && !stoa__bit(there, i)))
            continue;
        if (is_real(s->given))
            take_real(s, rows[i], ((const double *)values)[i]);
        else
            take_whole(s, rows[i], whole_at(s->given, values, i));
    }
}

/* ---- the end ---- */

static stoa_status no_fit(const scattering *s, size_t row, stoa_error *error)
{
    return stoa__fail_at(error, STOA_OVERFLOW, row,
                         "row %zu of the table that is referred to: what comes out does not fit "
                         "field '%s' of type %s",
                         row, stoa__whole(s->target)->schema->fields[s->field].name,
                         stoa_type_name(s->type));
}

static bool fits(const scattering *s, size_t row)
{
    const state *made = &s->states[row];
    if (is_real(s->type))
        return s->type == STOA_FLOAT64 || !isfinite(made->real) || isfinite((float)made->real);
    stoa__range range = stoa__range_of(stoa__cell_type(s->type));
    range.low += stoa__is_time(s->type) && s->type != STOA_DATE; /* the least int64 is no time */
    return stoa__range_has(range, made->whole);
}

static void store(const scattering *s, size_t row)
{
    const state *made = &s->states[row];
    void *cells = s->target->columns[s->field].cells;
    if (s->type == STOA_FLOAT64)
        ((double *)cells)[row] = made->real;
    else if (s->type == STOA_FLOAT32)
        ((float *)cells)[row] = (float)made->real;
    else {
        size_t width = stoa__width(s->type);
        uint64_t bits = (uint64_t)made->whole;
        memcpy((char *)cells + row * width, &bits, width); /* little-endian: the low bytes */
    }
}

static stoa_status end_states(const scattering *s, stoa_error *error)
{
    const uint64_t *validity = s->target->columns[s->field].validity;
    for (size_t row = 0; row < s->rows; row++)
        if ((validity == NULL || stoa__bit(validity, row)) && !fits(s, row))
            return no_fit(s, row, error);
    for (size_t row = 0; row < s->rows; row++)
        if (validity == NULL || stoa__bit(validity, row))
            store(s, row);
    return STOA_OK;
}

/* ---- runs ---- */

static stoa_status run_rows(scattering *s, stoa_table *table, const stoa_scope *scope,
                            stoa_error *error)
{
    stoa__run run;
    uint64_t any;
    uint64_t *const takes_null[] = {&any, &any}; /* which are passed over */
    stoa_status status = stoa__run_begin(&run, s->program, table, scope, error);
    if (status != STOA_OK)
        return status;
    run.validity = takes_null;
    s->rows = read_table(s)->rows;
    if (begin_states(s))
        status = stoa__run_aggregates(&run, error);
    else
        status = stoa__fail_memory(error, s->rows * sizeof *s->states);
    if (status == STOA_OK)
        status = stoa__run_outputs(&run, 0, run.rows, take_block, s, error);
    if (status == STOA_OK)
        status = end_states(s, error);
    stoa__release(s->states);
    stoa__run_end(&run);
    return status;
}

/* The target's column is locked while others may write: until the states are stored. */
static stoa_status run_locked(scattering *s, stoa_table *table, const stoa_scope *scope,
                              stoa_error *error)
{
    bool locks = scope != NULL && scope->interpreter != NULL;
    stoa_table *target = stoa__table_retain(s->target);
    if (locks)
        stoa__column_lock(target, s->field);
    stoa_status status = run_rows(s, table, scope, error);
    if (status == STOA_OK)
        stoa__column_written(stoa__whole(target), s->field);
    if (locks)
        stoa__column_unlock(target, s->field);
    stoa_table_free(target);
    return status;
}

/* The version that the caller expects is that of its own program. */
static stoa_status run_version(scattering *s, const stoa_program *given, stoa_table *table,
                               const stoa_scope *scope, stoa_error *error)
{
    if (scope == NULL || scope->version == 0)
        return run_locked(s, table, scope, error);
    stoa_scope own = *scope;
    own.version = stoa_program_version(
        s->program, table); /* before the check: a later write makes the run stale */
    if (scope->version != stoa_program_version(given, table))
        return stoa__fail(error, STOA_STALE, "what the program reads was written to");
    return run_locked(s, table, &own, error);
}

/* Binds the value, and then it and the rows that it goes to. */
static stoa_status bind(scattering *s, const stoa_program *given, const stoa_table *table,
                        const stoa_expression *path, int64_t component, stoa_error *error)
{
    uint16_t lengths[] = {1, 1};
    uint8_t types[] = {STOA_NO_TYPE, STOA_UINT64};
    s->program->row_numbers = true;
    stoa_status status = stoa__program_take_parameters(s->program, given, error);
    if (status == STOA_OK)
        status = stoa__program_bind(s->program, table, STOA__WANTS_CELLS, NULL, error);
    if (status != STOA_OK)
        return status;
    if (beginning(s)->type != STOA_REFERENCE)
        return stoa__fail(error, STOA_WRONG_TYPE, "the path to '%s' begins with no reference",
                          path->name);
    s->target = (stoa_table *)(uintptr_t)read_table(s)->table;
    if (s->target == NULL)
        return stoa__fail(error, STOA_NO_FIELD, "the table that the path leads to was freed");
    status = find_field(s, path, component, error);
    if (status == STOA_OK)
        status = choose_type(s, stoa_program_output_type(s->program, 0), error);
    if (status != STOA_OK)
        return status;
    const stoa__schema_field *field = &stoa__whole(s->target)->schema->fields[s->field];
    types[0] = stoa__target_of(s->given, field->unit, field->zone != NULL);
    const stoa__targets targets = {.types = types, .lengths = lengths};
    status = stoa__program_bind(s->program, table, STOA__WANTS_CELLS, &targets, error);
    s->program->plan.in_order = true;
    return status;
}

static stoa_status scatter(stoa_program *given, stoa_table *table, const stoa_scope *scope,
                           stoa_expression *path, stoa_operation operation, stoa_error *error)
{
    scattering s = {.operation = operation};
    int64_t component;
    stoa_expression *list, *field = field_of(path, &component);
    if (field == NULL)
        return stoa__fail(error, STOA_INVALID,
                          "a path is wanted, which names a reference and a field of the rows that "
                          "it refers to, as target.degree");
    stoa_expression *outputs[] = {given->expression, field->arguments[0]};
    stoa_status status = stoa_expression_list(&list, outputs, 2, error);
    if (status != STOA_OK)
        return status;
    status = stoa__program_make(&s.program, list, given->where, error);
    if (status == STOA_OK) {
        status = bind(&s, given, table, field, component, error);
        if (status == STOA_OK)
            status = stoa__check_writable(stoa__whole(s.target), s.field, error);
        if (status == STOA_OK)
            status = run_version(&s, given, table, scope, error);
        stoa_program_free(s.program);
    }
    stoa_expression_free(list);
    return status;
}

stoa_status stoa_program_scatter(stoa_program *program, stoa_table *table, const stoa_scope *scope,
                                 const char *path, stoa_operation operation, stoa_error *error)
{
    stoa_expression *parsed;
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, path);
    if (operation != STOA_ADD && operation != STOA_MINIMUM && operation != STOA_MAXIMUM)
        return stoa__fail(error, STOA_INVALID,
                          "values are scattered by STOA_ADD, STOA_MINIMUM or STOA_MAXIMUM");
    if (program->output_count != 1)
        return stoa__fail(error, STOA_INVALID, "the program has %u outputs; one value is wanted",
                          program->output_count);
    stoa_status status = stoa_expression_parse(&parsed, path, error);
    if (status != STOA_OK)
        return status;
    status = scatter(program, table, scope, parsed, operation, error);
    stoa_expression_free(parsed);
    return status;
}

stoa_status stoa_scatter(stoa_table *table, const char *path, stoa_operation operation,
                         const char *text, const char *where, stoa_error *error)
{
    stoa_program *program;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, path);
    STOA__REQUIRE_ARGUMENT(error, text);
    stoa_status status = stoa__program_read(&program, text, where, error);
    if (status != STOA_OK)
        return status;
    status = stoa_program_scatter(program, table, NULL, path, operation, error);
    stoa_program_free(program);
    return status;
}
