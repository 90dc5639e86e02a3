/* reduce_loop.h: template: a loop over values, 64 at a time. Parameters, all undefined at the end:
 *   NAME   the function to make
 *   CELL   a value's type
 *   STATE  what is kept from step to step, in registers
 *   STEP   void STEP(STATE *state, const CELL *a, const CELL *b, uint64_t word, bool all):
 *          processes 64 values: all, or those whose bit in word is set
 *   FETCHES  how far ahead a long call prefetches a's values (see fetch_ahead); 0: not at all
 * Values behind the last whole 64 are copied first, so that nothing behind them is read. b may be
 * a. */

STOA__INLINE void NAME(STATE *state, const CELL *a, const CELL *b, const uint64_t *mask,
                       size_t count)
{
    STATE now = *state;
    size_t ahead = FETCHES, i = 0;
    if (count <= STOA__BLOCK)
        ahead = 0;
    if (mask == NULL)
        for (; count - i >= 64; i += 64) {
            if (ahead != 0)
                fetch_ahead(a + i, 64 * sizeof *a, ahead);
            STEP(&now, a + i, b + i, UINT64_MAX, true);
        }
    else
        for (; count - i >= 64; i += 64) {
            if (ahead != 0)
                fetch_ahead(a + i, 64 * sizeof *a, ahead);
            STEP(&now, a + i, b + i, mask[i / 64], false);
        }
    if (i < count) {
        CELL rest_a[64] = {0}, rest_b[64] = {0};
        uint64_t selected = mask == NULL ? UINT64_MAX : mask[i / 64];
        memcpy(rest_a, a + i, (count - i) * sizeof *a);
        memcpy(rest_b, b + i, (count - i) * sizeof *b);
        STEP(&now, rest_a, rest_b, selected & (UINT64_MAX >> (64 - (count - i))), false);
    }
    *state = now;
}

#undef FETCHES
#undef NAME
#undef CELL
#undef STATE
#undef STEP
