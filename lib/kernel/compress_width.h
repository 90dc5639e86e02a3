/* compress_width.h: template: stoa__compress for cells of one width, a word of the mask at a time.
 * Parameters, all undefined at the end:
 *   NAME    the function to make
 *   CELL    a cell's type
 *   PACK    packs the 64 cells of a word; may write 64 cells (see compress.c)
 *   TARGET  attributes and storage class of the function
 *   FASTER  a statement that returns the result if there is a faster function
 * Cells are copied one by one if `out` has room for fewer than 64 more, or `in` has fewer than 64
 * left. That happens for fewer than 64 cells near the end of `out`, and for the last word of
 * `in`. */

TARGET size_t NAME(void *out, const void *in, const uint64_t *mask, size_t count, size_t room)
{
    FASTER
    CELL *to = out;
    const CELL *from = in;
    size_t n = 0;
    for (size_t i = 0; i < count; i += 64) {
        uint64_t word = mask[i / 64];
        if (stoa__ones(word) > FEW && count - i >= 64 && room - n >= 64) {
            n += PACK(to + n, from + i, word);
            continue;
        }
        for (; word != 0; word &= word - 1)
            to[n++] = from[i + stoa__lowest(word)];
    }
    return n;
}

#undef NAME
#undef CELL
#undef PACK
#undef TARGET
#undef FASTER
