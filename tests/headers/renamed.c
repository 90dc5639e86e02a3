/* A program that still uses the names of earlier versions: stoa/renamed.h makes it compile. */
#include <stoa/stoa.h>

stoa_status uses_old_names(stoa_table *table, stoa_program *program, stoa_selection *selection,
                           const stoa_expression *expression);

stoa_status uses_old_names(stoa_table *table, stoa_program *program, stoa_selection *selection,
                           const stoa_expression *expression)
{
    stoa_error error = STOA__ZERO;
    stoa_extent scope = STOA__ZERO;
    stoa_table *taken;
    stoa_value value = stoa_int64_value(1);
    stoa_status status = stoa_add(table, "z", STOA_NO_TYPE, "x", STOA__NOTHING, &error);
    if (status == STOA_OK)
        status = stoa_program_set(program, "p", value, &error);
    if (status == STOA_OK)
        status = stoa_program_compute(program, table, &scope, &value, 1, &error);
    if (status == STOA_OK)
        status = stoa_selection_take(&taken, table, selection, &error);
    if (status == STOA_OK)
        status = stoa_selection_keep(table, selection, &error);
    if (status == STOA_OK)
        status = stoa_selection_remove(table, selection, &error);
    if (stoa_program_is_aggregate(program, 0) && stoa_program_type(program, 0) == STOA_INT64 &&
        stoa_program_outputs(program) == stoa_expression_outputs(expression))
        return STOA_OK;
    return status;
}
