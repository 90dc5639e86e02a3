/* by_width.h: a template: moving cells of one width about, whatever they mean.
 *
 * Parameters, all undefined at the end:
 *   WIDTH_NAME   suffix of the functions
 *   WIDTH_CELL   an unsigned type of that width
 * Makes
 *   copy_NAME(cells, to, from)               one cell
 *   reverse_NAME(cells, count)
 *   gather_NAME(out, cells, indices, count)  out[i] = cells[indices[i]]; out is elsewhere
 */

#define WIDTH_PASTE_(a, b) a##b
#define WIDTH_PASTE(a, b) WIDTH_PASTE_(a, b)

static inline void WIDTH_PASTE(copy_, WIDTH_NAME)(void *cells, size_t to, size_t from)
{
    ((WIDTH_CELL *)cells)[to] = ((WIDTH_CELL *)cells)[from];
}

static void WIDTH_PASTE(reverse_, WIDTH_NAME)(void *cells, size_t count)
{
    WIDTH_CELL *all = cells;
    for (size_t i = 0; i < count / 2; i++) {
        WIDTH_CELL first = all[i];
        all[i] = all[count - 1 - i];
        all[count - 1 - i] = first;
    }
}

static void WIDTH_PASTE(gather_, WIDTH_NAME)(void *out, const void *cells, const size_t *indices,
                                             size_t count)
{
    WIDTH_CELL *to = out;
    const WIDTH_CELL *all = cells;
    for (size_t i = 0; i < count; i++)
        to[i] = all[indices[i]];
}

#undef WIDTH_PASTE_
#undef WIDTH_PASTE
#undef WIDTH_NAME
#undef WIDTH_CELL
