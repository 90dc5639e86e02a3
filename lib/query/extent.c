/* extent.c: which rows a run is about: those of the table, fewer, or those of a selection; and
 * whether it reads cells that it would write meanwhile.
 *
 * A block's cells are read before any of them is written, and blocks are independent of each other:
 * so what is read may be written cell for cell, and otherwise must lie elsewhere. */
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
    if (extent != NULL && (extent->reserved[0] | extent->reserved[1]) != 0)
        return stoa__fail(error, STOA_INVALID, "stoa_extent.reserved must be zero");
    if (extent != NULL && table != NULL && extent->rows > table->rows)
        return stoa__fail_at(error, STOA_OUT_OF_RANGE, extent->rows, "%zu rows of a table of %zu",
                             extent->rows, table->rows);
    if (extent != NULL)
        run->rows = extent->rows;
    if (extent != NULL && extent->selection != NULL) {
        const stoa_selection *selection = extent->selection;
        stoa_status status = stoa__selection_check(selection, table, error);
        if (status != STOA_OK)
            return status;
        if (extent->rows == 0 || extent->rows > selection->rows)
            run->rows = selection->rows;
        run->selection = selection->words;
        run->is_trimmed = run->rows < selection->rows;
    }
    if (!stoa__program_prepare(program, 1))
        return stoa__fail_memory(error, sizeof(stoa__worker));
    return program->code.array_count == 0 ? STOA_OK : check_arrays(run, error);
}

/* ---- cells that are read and written ---- */

/* Bytes from `first` to before `end`. */
typedef struct span {
    uintptr_t first, end;
} span;

/* Of cells that are `stride` apart; rows > 0. */
static span span_of(const void *cells, ptrdiff_t stride, size_t width, size_t rows)
{
    uintptr_t first = (uintptr_t)cells;
    uintptr_t last = first + (uintptr_t)stride * (rows - 1); /* below it where stride is negative */
    return stride < 0 ? (span){last, first + width} : (span){first, last + width};
}

const stoa__value *stoa__run_overlap(const stoa__run *run, const void *cells, size_t width,
                                     bool strictly)
{
    const stoa__code_block *code = &run->program->code;
    const stoa__pass *pass = &run->program->plan.passes[run->program->plan.count - 1];
    if (run->rows == 0)
        return NULL;
    span written = span_of(cells, (ptrdiff_t)width, width, run->rows);
    for (uint32_t i = 0; i < pass->column_count; i++) {
        const stoa__value *value = &code->values[pass->columns[i]];
        bool is_column = value->kind == STOA__COLUMN_VALUE;
        size_t read_width = stoa__width((stoa_type)value->form);
        const void *data =
            is_column ? run->table->columns[value->index].cells : code->arrays[value->index].data;
        ptrdiff_t stride = is_column ? (ptrdiff_t)read_width : code->arrays[value->index].stride;
        span read = span_of(data, stride, read_width, run->rows);
        bool same =
            data == cells && read_width == width && (stride == (ptrdiff_t)width || run->rows == 1);
        if (read.first < written.end && written.first < read.end && (strictly || !same))
            return value;
    }
    return NULL;
}
