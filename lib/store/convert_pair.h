/* convert_pair.h: a template: values of one type into cells of another.
 *
 * Parameters, all undefined at the end:
 *   PAIR_NAME          suffix of the two functions
 *   PAIR_CELL          C type of the cell
 *   PAIR_VALUE         C type of the value
 *   PAIR_CONVERT(v, c) stores v at c (a PAIR_CELL *); true if it does not fit
 * Makes
 *   size_t check_PAIR_NAME(in, in_stride, count)                   the first that does not fit
 *   size_t store_PAIR_NAME(out, out_stride, in, in_stride, count)  the same, storing up to there
 * Strides are in bytes and may be zero or negative; in may be unaligned. */

#define PAIR_PASTE_(a, b) a##b
#define PAIR_PASTE(a, b) PAIR_PASTE_(a, b)

static size_t PAIR_PASTE(check_, PAIR_NAME)(const char *in, ptrdiff_t in_stride, size_t count)
{
    for (size_t i = 0; i < count; i++, in += in_stride) {
        PAIR_VALUE value;
        PAIR_CELL cell;
        memcpy(&value, in, sizeof value);
        if (PAIR_CONVERT(value, &cell))
            return i;
    }
    return count;
}

static size_t PAIR_PASTE(store_, PAIR_NAME)(char *out, ptrdiff_t out_stride, const char *in,
                                            ptrdiff_t in_stride, size_t count)
{
    for (size_t i = 0; i < count; i++, in += in_stride, out += out_stride) {
        PAIR_VALUE value;
        PAIR_CELL cell;
        memcpy(&value, in, sizeof value);
        if (PAIR_CONVERT(value, &cell))
            return i;
        memcpy(out, &cell, sizeof cell);
    }
    return count;
}

#undef PAIR_PASTE_
#undef PAIR_PASTE
#undef PAIR_NAME
#undef PAIR_CELL
#undef PAIR_VALUE
#undef PAIR_CONVERT
