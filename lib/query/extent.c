/* extent.c: which rows a run is about: those of the table, fewer, or those of a selection. */
#include "expr/program.h"
#include "query/selection.h"

static stoa_status check_arrays(const stoa__run *run, stoa_error *error)
{
    const stoa__code_block *code = &run->program->code;
    for (uint32_t i = 0; i < code->array_count; i++)
        if (code->arrays[i].length != run->rows)
            return stoa__fail(error, STOA_INVALID, "an array of %zu values beside %zu rows",
                              code->arrays[i].length, run->rows);
    return STOA_OK;
}

stoa_status stoa__run_begin(stoa__run *run, stoa_program *program, const stoa_table *table,
                            const stoa_extent *extent, stoa_error *error)
{
    *run = (stoa__run){.program = program, .table = table};
    run->rows = table == NULL ? 0 : table->rows;
    if (extent != NULL && table != NULL && extent->rows > table->rows)
        return stoa__fail_at(error, STOA_OUT_OF_RANGE, extent->rows, "%zu rows of a table of %zu",
                             extent->rows, table->rows);
    if (extent != NULL)
        run->rows = extent->rows;
    if (extent != NULL && extent->selection != NULL) {
        stoa_status status = stoa__selection_check(extent->selection, table, error);
        if (status != STOA_OK)
            return status;
        if (extent->selection->rows < run->rows)
            run->rows = extent->selection->rows;
        run->selection = extent->selection->words;
        run->is_trimmed = run->rows < extent->selection->rows;
    }
    if (!stoa__program_prepare(program, 1))
        return stoa__fail_memory(error, sizeof(stoa__worker));
    return program->code.array_count == 0 ? STOA_OK : check_arrays(run, error);
}
