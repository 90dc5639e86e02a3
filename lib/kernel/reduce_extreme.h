/* reduce_extreme.h: template: min and max of one form, one of them or both, and the row of one. A
 * value's key (reduce_extremes.c) is a signed integer; the extreme is the value with the least key.
 * Parameters, all undefined at the end:
 *   FORM     the form; it ends the names of what is made
 *   VALUE    the C type of a value
 *   MEMBER   the member of a partial that holds a value
 *   WIDTH    of a key, in bytes
 *   IS_REAL  whether some value has the key NONE (otherwise only NaN has it)
 *   QUICK    optional: a quicker way to get what `least` gives:
 *            bool QUICK(const VALUE *a, const uint64_t *mask, size_t count, KEY turn, KEY *key);
 *            false if it cannot tell. QUICK_ENDS is the same for both ends, with KEY key[2] */
#define OF_FORM(name) STOA__PASTE(name, FORM)
#define OF_WIDTH(name) STOA__PASTE(name, WIDTH)
#define KEY OF_WIDTH(key)
#define KEYS OF_WIDTH(keys)
#define NONE OF_WIDTH(NONE)
#define LANES OF_WIDTH(LANES)
/* Independent minima, because each waits for the previous result of its own. */
#define CHAINS 4

typedef struct OF_FORM(minima) {
    KEYS of[CHAINS];
    KEY turn;
} OF_FORM(minima);

STOA__INLINE void OF_FORM(step)(OF_FORM(minima) * state, const VALUE *a, const VALUE *b,
                                uint64_t word, bool all)
{
    (void)b;
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES) {
        KEYS keys = OF_FORM(keys_of)(a + i, state->turn);
        if (!all)
            keys = OF_WIDTH(either)(word, i, keys, OF_WIDTH(each)(NONE));
        KEYS *least = &state->of[i / LANES % CHAINS];
        *least = OF_WIDTH(smaller)(keys, *least);
    }
}

#define NAME OF_FORM(extreme_loop)
#define CELL VALUE
#define STATE OF_FORM(minima)
#define STEP OF_FORM(step)
#define FETCHES AHEAD
#include "kernel/reduce_loop.h"

STOA__INLINE KEY OF_FORM(least_of)(const KEYS *minima, size_t chains)
{
    KEY least = NONE;
    for (size_t i = 0; i < chains; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            least = minima[i][lane] < least ? minima[i][lane] : least;
    return least;
}

/* The least key of the selected values; NONE if there is none. */
static KEY OF_FORM(least)(const VALUE *a, const uint64_t *mask, size_t count, KEY turn)
{
    OF_FORM(minima) state = {.turn = turn};
#ifdef QUICK
    KEY key;
    if (QUICK(a, mask, count, turn, &key))
        return key;
#endif
    for (size_t i = 0; i < CHAINS; i++)
        state.of[i] = OF_WIDTH(each)(NONE);
    OF_FORM(extreme_loop)(&state, a, a, mask, count);
    return OF_FORM(least_of)(state.of, CHAINS);
}

/* The position of the first selected value with this key. There must be one. */
static size_t OF_FORM(find)(const VALUE *a, const uint64_t *mask, size_t count, KEY key, KEY turn)
{
    size_t i = 0;
    while (count - i > 64 && OF_FORM(least)(a + i, masked_from(mask, i), 64, turn) != key)
        i += 64;
    while (OF_FORM(key_of)(a[i], turn) != key || !is_selected(mask, i))
        i++;
    return i;
}

static KEY OF_FORM(best_of)(const stoa__partial *partial, KEY turn)
{
    return partial->has_value ? OF_FORM(key_of)((VALUE)partial->MEMBER, turn) : NONE;
}

static void OF_FORM(keep)(stoa__partial *partial, KEY key, KEY turn)
{
    if (partial->has_value && key >= OF_FORM(best_of)(partial, turn))
        return;
    partial->has_value = true;
    partial->MEMBER = OF_FORM(value_of)(key, turn);
}

static void OF_FORM(extreme)(stoa__partial *partial, const VALUE *a, const uint64_t *mask,
                             size_t count, KEY turn)
{
    size_t selected = selected_of(mask, count);
    partial->count += selected;
    if (selected > 0)
        OF_FORM(keep)(partial, OF_FORM(least)(a, mask, count, turn), turn);
}

/* ---- both ends, in one pass over the values ---- */

/* Half as many chains for each end, so that they fit the registers. */
typedef struct OF_FORM(ends) {
    KEYS low[CHAINS / 2], high[CHAINS / 2];
    KEY turn;
} OF_FORM(ends);

STOA__INLINE void OF_FORM(ends_step)(OF_FORM(ends) * state, const VALUE *a, const VALUE *b,
                                     uint64_t word, bool all)
{
    (void)b;
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES) {
        KEYS low = OF_FORM(keys_of)(a + i, state->turn);
        KEYS high = OF_FORM(keys_of)(a + i, ~state->turn);
        if (!all) {
            low = OF_WIDTH(either)(word, i, low, OF_WIDTH(each)(NONE));
            high = OF_WIDTH(either)(word, i, high, OF_WIDTH(each)(NONE));
        }
        size_t chain = i / LANES % (CHAINS / 2);
        state->low[chain] = OF_WIDTH(smaller)(low, state->low[chain]);
        state->high[chain] = OF_WIDTH(smaller)(high, state->high[chain]);
    }
}

#define NAME OF_FORM(ends_loop)
#define CELL VALUE
#define STATE OF_FORM(ends)
#define STEP OF_FORM(ends_step)
#define FETCHES AHEAD
#include "kernel/reduce_loop.h"

/* The keys of both ends; the second by the complement of turn. */
static void OF_FORM(both)(const VALUE *a, const uint64_t *mask, size_t count, KEY turn, KEY *key)
{
    OF_FORM(ends) state = {.turn = turn};
#ifdef QUICK_ENDS
    if (QUICK_ENDS(a, mask, count, turn, key))
        return;
#endif
    for (size_t i = 0; i < CHAINS / 2; i++)
        state.low[i] = state.high[i] = OF_WIDTH(each)(NONE);
    OF_FORM(ends_loop)(&state, a, a, mask, count);
    key[0] = OF_FORM(least_of)(state.low, CHAINS / 2);
    key[1] = OF_FORM(least_of)(state.high, CHAINS / 2);
}

/* turn: the one for min. */
STOA__INLINE void OF_FORM(extremes)(stoa__partial *min, stoa__partial *max, const VALUE *a,
                                    const uint64_t *mask, size_t count, KEY turn)
{
    KEY key[2];
    size_t selected = selected_of(mask, count);
    min->count += selected;
    max->count += selected;
    if (selected == 0)
        return;
    OF_FORM(both)(a, mask, count, turn, key);
    OF_FORM(keep)(min, key[0], turn);
    OF_FORM(keep)(max, key[1], ~turn);
}

/* ---- where they stand ---- */

/* Finds the least key block by block, and its position in the block that has it. */
static void OF_FORM(place)(stoa__partial *partial, const VALUE *a, const uint64_t *mask,
                           size_t count, uint64_t row, KEY turn)
{
    size_t selected = selected_of(mask, count), place = count;
    KEY best = OF_FORM(best_of)(partial, turn);
    partial->count += selected;
    for (size_t i = 0; i < count; i += STOA__BLOCK) {
        size_t some = count - i < STOA__BLOCK ? count - i : STOA__BLOCK;
        KEY key = OF_FORM(least)(a + i, masked_from(mask, i), some, turn);
        place = key < best ? i : place;
        best = key < best ? key : best;
    }
    if (place < count)
        place += OF_FORM(find)(a + place, masked_from(mask, place), count - place, best, turn);
    else if (IS_REAL && selected > 0 && !partial->has_value)
        place = first_selected(mask, count); /* all selected values have the key NONE */
    else
        return;
    partial->has_value = true;
    partial->MEMBER = OF_FORM(value_of)(best, turn);
    partial->row = row + place;
}

#undef OF_FORM
#undef OF_WIDTH
#undef KEY
#undef KEYS
#undef NONE
#undef LANES
#undef CHAINS
#undef FORM
#undef VALUE
#undef MEMBER
#undef WIDTH
#undef IS_REAL
#undef QUICK
#undef QUICK_ENDS
