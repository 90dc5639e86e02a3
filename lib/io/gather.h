/* gather.h: a template: cells of one width, of rows in steps or at indices.
 *
 * Parameters, all undefined at the end:
 *   GATHER_NAME   suffix of the function
 *   GATHER_CELL   an unsigned type of that width
 * Makes gather_NAME(out, out_step, cells, rows): out[i * out_step] = the cell of row i of the rows
 */

#define GATHER_PASTE_(a, b) a##b
#define GATHER_PASTE(a, b) GATHER_PASTE_(a, b)

static void GATHER_PASTE(gather_, GATHER_NAME)(void *out, size_t out_step, const void *cells,
                                               const stoa__arrow_rows *rows)
{
    GATHER_CELL *to = out;
    const GATHER_CELL *all = cells;
    size_t count = rows->count;
    if (rows->indices != NULL) {
        for (size_t i = 0; i < count; i++)
            to[i * out_step] = all[rows->indices[i]];
        return;
    }
    if (rows->step == 1) {
        all += rows->first;
        for (size_t i = 0; i < count; i++)
            to[i * out_step] = all[i];
        return;
    }
    for (size_t i = 0; i < count; i++)
        to[i * out_step] = all[stoa__arrow_row(rows, i)];
}

#undef GATHER_PASTE_
#undef GATHER_PASTE
#undef GATHER_NAME
#undef GATHER_CELL
