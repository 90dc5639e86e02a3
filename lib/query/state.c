/* state.c: what groups have come to: arrays by group, which grow with the groups' keys. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/partial.h"

void stoa__state_begin(stoa__state *state, uint32_t keys, uint32_t measures, uint32_t exacts)
{
    *state = (stoa__state){.measures = measures, .exact_count = exacts};
    stoa__groups_begin(&state->groups, (size_t)keys + 1);
}

void stoa__state_dispose(stoa__state *state)
{
    for (size_t i = 0; i < state->groups.count * state->exact_count; i++)
        stoa__exact_dispose(&state->exacts[i]);
    stoa__groups_dispose(&state->groups);
    stoa__release(state->cells);
    stoa__release(state->exacts);
    stoa__release(state->firsts);
    *state = (stoa__state){0};
}

/* Grows an array of some items for each group; no items are nothing. */
static bool grow(void *items, size_t groups, size_t size)
{
    void **array = items;
    void *grown = stoa__reallocate(*array, groups * size + 1);
    if (grown != NULL)
        *array = grown;
    return grown != NULL;
}

stoa_status stoa__fail_groups(stoa_error *error, stoa_status status)
{
    return status == STOA_FULL
               ? stoa__fail(error, status, "there are more groups than %u", STOA__MOST_GROUPS)
               : stoa__fail(error, status, "the system refused memory for the groups");
}

stoa_status stoa__state_reserve(stoa__state *state, size_t more)
{
    if (more > STOA__MOST_GROUPS - state->groups.count)
        return STOA_FULL;
    if (!stoa__groups_reserve(&state->groups, more))
        return STOA_OUT_OF_MEMORY;
    size_t room = state->groups.room;
    if (room == state->room)
        return STOA_OK;
    if (!grow(&state->cells, room, state->measures * sizeof *state->cells) ||
        !grow(&state->exacts, room, state->exact_count * sizeof *state->exacts) ||
        !grow(&state->firsts, room, sizeof *state->firsts))
        return STOA_OUT_OF_MEMORY;
    state->room = room;
    return STOA_OK;
}

uint32_t stoa__state_group(stoa__state *state, const uint64_t *key, uint64_t row)
{
    size_t before = state->groups.count;
    uint32_t group = stoa__groups_add(&state->groups, key);
    if (state->groups.count > before) {
        memset(stoa__state_cells(state, group), 0, state->measures * sizeof *state->cells);
        if (state->exact_count > 0)
            memset(stoa__state_exacts(state, group), 0, state->exact_count * sizeof *state->exacts);
        state->firsts[group] = row;
    }
    return group;
}

/* ---- order ---- */

typedef struct place {
    uint64_t first;
    uint32_t group;
} place;

static int by_first(const void *a, const void *b)
{
    uint64_t x = ((const place *)a)->first, y = ((const place *)b)->first;
    return (x > y) - (x < y);
}

/* The same groups in another order; there is room for all. */
static void move_groups(stoa__state *to, stoa__state *from, const place *order, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t group = order[i].group;
        stoa__state_group(to, stoa__groups_key(&from->groups, group), order[i].first);
        memcpy(stoa__state_cells(to, i), stoa__state_cells(from, group),
               to->measures * sizeof *to->cells);
        if (to->exact_count > 0)
            memcpy(stoa__state_exacts(to, i), stoa__state_exacts(from, group),
                   to->exact_count * sizeof *to->exacts);
    }
}

stoa_status stoa__state_sort(stoa__state *state)
{
    stoa__state sorted;
    size_t count = state->groups.count;
    place *order = stoa__allocate(count * sizeof *order + 1);
    if (order == NULL)
        return STOA_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++)
        order[i] = (place){state->firsts[i], (uint32_t)i};
    qsort(order, count, sizeof *order, by_first);
    stoa__state_begin(&sorted, (uint32_t)state->groups.words - 1, state->measures,
                      state->exact_count);
    stoa_status status = stoa__state_reserve(&sorted, count);
    if (status == STOA_OK) {
        move_groups(&sorted, state, order, count);
        state->groups.count = 0; /* their sums have moved */
        stoa__state_dispose(state);
        *state = sorted;
    } else
        stoa__state_dispose(&sorted);
    stoa__release(order);
    return status;
}
