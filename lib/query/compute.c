/* compute.c: aggregates: all outputs of a program in one pass over the rows (in more, if an
 * aggregate needs another first), and the results as values. */
#include "expr/execution/strings.h"
#include "query/scope.h"

static stoa_value value_of(const stoa__run *run, const stoa__result *result)
{
    const stoa_program *program = run->program;
    const stoa__code_block *code = &program->code;
    const uint64_t *bits = program->workers[0].slots[result->id];
    stoa_value value = {.type = (stoa_type)code->terms[result->id].form};
    const stoa__typed *typed = &result->typed;
    value.is_null = program->nulls[result->id];
    if (value.is_null)
        value.uint64 = 0;
    else if (value.type == STOA_BOOL)
        value.boolean = (*bits & 1) != 0;
    else if (value.type == STOA_STRING)
        value.string = stoa__string_of_run(run, code->terms[result->id].pool,
                                           *(const stoa_handle *)(const void *)bits);
    else if (value.type == STOA_INT32)
        value.int64 = *(const int32_t *)(const void *)bits;
    else
        value.uint64 = *bits;
    if (stoa__is_time(typed->type)) {
        value.type = typed->type;
        value.unit = typed->unit;
        value.is_zoned = typed->zone != NULL;
    } else if (value.type == STOA_INT32)
        value.type = STOA_INT64;
    return value;
}

stoa_status stoa_program_compute(stoa_program *program, const stoa_table *table,
                                 const stoa_scope *scope, stoa_value *values, size_t count,
                                 stoa_error *error)
{
    stoa__run run;
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, values);
    stoa_status status = stoa__program_bind(program, table, STOA__WANTS_VALUES, NULL, error);
    if (status == STOA_OK && count != program->code.result_count)
        return stoa__fail(error, STOA_INVALID,
                          "the caller gives room for %zu values, but the program has %u", count,
                          program->code.result_count);
    if (status == STOA_OK)
        status = stoa__run_begin(&run, program, table, scope, error);
    if (status != STOA_OK)
        return status;
    status = stoa__run_aggregates(&run, error);
    stoa__run_end(&run);
    for (size_t i = 0; status == STOA_OK && i < count; i++)
        values[i] = value_of(&run, &program->code.results[i]);
    return status;
}

static stoa_status compute(const stoa_table *table, const char *text, const char *where,
                           stoa_value *values, size_t count, stoa_error *error)
{
    stoa_program *program;
    stoa_status status = stoa__program_read(&program, text, where, error);
    if (status != STOA_OK)
        return status;
    status = stoa_program_compute(program, table, NULL, values, count, error);
    stoa_program_free(program);
    return status;
}

stoa_status stoa_compute_all(const stoa_table *table, const char *text, const char *where,
                             stoa_value *values, size_t count, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, text);
    STOA__REQUIRE_ARGUMENT(error, values);
    return compute(table, text, where, values, count, error);
}

stoa_status stoa_compute(const stoa_table *table, const char *text, stoa_value *value,
                         stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, text);
    STOA__REQUIRE_ARGUMENT(error, value);
    return compute(table, text, NULL, value, 1, error);
}
