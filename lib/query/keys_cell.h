/* keys_cell.h: a template: cells of a type as keys of 64 bits, which differ where the values do.
 *
 * Parameters, all undefined at the end:
 *   KEYS_NAME     suffix of the function
 *   KEYS_CELL     the type of a cell
 *   KEYS_OF(cell) its key
 * Makes
 *   keys_of_NAME(keys, cells, count, low)   keys above `low`, modulo 2^64
 */

#define KEYS_PASTE_(a, b) a##b
#define KEYS_PASTE(a, b) KEYS_PASTE_(a, b)

static void KEYS_PASTE(keys_of_, KEYS_NAME)(uint64_t *keys, const void *cells, size_t count,
                                            uint64_t low)
{
    const KEYS_CELL *all = cells;
    for (size_t i = 0; i < count; i++)
        keys[i] = KEYS_OF(all[i]) - low;
}

#undef KEYS_PASTE_
#undef KEYS_PASTE
#undef KEYS_NAME
#undef KEYS_CELL
#undef KEYS_OF
