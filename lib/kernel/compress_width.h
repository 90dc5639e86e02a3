/* compress_width.h: stoa__compress for one width, a word of the mask at a time. Parameters, all
 * undefined at the end:
 *   NAME    the function to make
 *   CELL    a cell's type
 *   PACK    packs the 64 cells of a word, and may write 64 cells: see compress.c
 *   TARGET  what stands before it
 *   FASTER  a statement that returns, if there is a faster function here
 * Where there is no room for 64 more cells, or are no 64 cells left, cells are copied one by one:
 * fewer than 64 for want of room, and those of one word at the end. */

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
