/* tally.c: how often keys come.
 *
 * Entries lie in the order in which their keys first came. The index says where the entry of a key
 * is: at the key's own number, if keys are below a span, else by open addressing with linear
 * probing, at most three quarters full, under the upper bits of the key's XXH3. A key beyond the
 * span (cells can be written to through pointers) makes the tally a hashed one. Room for all keys
 * of a call is made before the first is added. Invariant: every entry is in the index once, under
 * different keys; `first` ascends. */
#include "query/tally.h"

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

#define FEWEST_PLACES ((size_t)64)
#define MOST_ENTRIES ((size_t)UINT32_MAX - 1)

/* ---- the index ---- */

/* places: a power of two. */
static inline size_t home_of(uint64_t key, size_t places)
{
    return (size_t)(stoa__hash(&key, sizeof key) >> 32) & (places - 1);
}

/* The place of the key, or the free one where it belongs. */
static inline size_t find_from(const stoa__tally *tally, size_t place, uint64_t key)
{
    while (tally->index[place] != 0 && tally->entries[tally->index[place] - 1].key != key)
        place = (place + 1) & (tally->places - 1);
    return place;
}

static bool make_index(stoa__tally *tally, size_t places)
{
    stoa__tally grown = *tally;
    grown.index = stoa__allocate_zeroed(places * sizeof *grown.index);
    grown.places = places;
    grown.is_hashed = true;
    if (grown.index == NULL)
        return false;
    for (size_t i = 0; i < tally->count; i++) {
        uint64_t key = tally->entries[i].key;
        grown.index[find_from(&grown, home_of(key, places), key)] = (uint32_t)(i + 1);
    }
    stoa__release(tally->index);
    *tally = grown;
    return true;
}

static bool has_places(const stoa__tally *tally, size_t entries)
{
    return !tally->is_hashed || entries <= tally->places / 4 * 3;
}

static stoa_status reserve(stoa__tally *tally, size_t more)
{
    size_t entries = tally->count + more, places = tally->places;
    if (entries > MOST_ENTRIES)
        return STOA_FULL;
    if (!stoa__make_room(&tally->entries, &tally->room, entries, sizeof *tally->entries, NULL))
        return STOA_OUT_OF_MEMORY;
    while (entries > places / 4 * 3)
        places *= 2;
    return has_places(tally, entries) || make_index(tally, places) ? STOA_OK : STOA_OUT_OF_MEMORY;
}

/* ---- keys come ---- */

/* There is room. */
static inline void put(stoa__tally *tally, size_t place, uint64_t key, uint64_t count,
                       uint64_t first)
{
    uint32_t at = tally->index[place];
    if (STOA__LIKELY(at != 0)) {
        tally->entries[at - 1].count += count;
        return;
    }
    tally->entries[tally->count++] = (stoa__tally_entry){key, count, first};
    tally->index[place] = (uint32_t)tally->count;
}

static void put_by_number(stoa__tally *tally, const uint64_t *keys, const uint16_t *at,
                          size_t count, uint64_t first)
{
    for (size_t i = 0; i < count; i++)
        put(tally, (size_t)keys[i], keys[i], 1, first + (at == NULL ? i : at[i]));
}

/* Homes first, so that they are on the way from memory. */
static void put_by_hash(stoa__tally *tally, const uint64_t *keys, const uint16_t *at, size_t count,
                        uint64_t first)
{
    size_t homes[STOA__TALLY_CHUNK];
    for (size_t i = 0; i < count; i++) {
        homes[i] = home_of(keys[i], tally->places);
        __builtin_prefetch(&tally->index[homes[i]]);
    }
    for (size_t i = 0; i < count; i++)
        put(tally, find_from(tally, homes[i], keys[i]), keys[i], 1,
            first + (at == NULL ? i : at[i]));
}

static bool are_below(const uint64_t *keys, size_t count, size_t span)
{
    uint64_t beyond = 0;
    for (size_t i = 0; i < count; i++)
        beyond |= keys[i] >= span;
    return beyond == 0;
}

static stoa_status hash_keys(stoa__tally *tally)
{
    size_t places = FEWEST_PLACES;
    while (tally->count > places / 4 * 3)
        places *= 2;
    return make_index(tally, places) ? STOA_OK : STOA_OUT_OF_MEMORY;
}

stoa_status stoa__tally_add(stoa__tally *tally, const uint64_t *keys, const uint16_t *at,
                            size_t count, uint64_t first)
{
    stoa_status status = STOA_OK;
    if (!tally->is_hashed && !are_below(keys, count, tally->places))
        status = hash_keys(tally);
    if (status == STOA_OK)
        status = reserve(tally, count);
    if (status != STOA_OK)
        return status;
    if (tally->is_hashed)
        put_by_hash(tally, keys, at, count, first);
    else
        put_by_number(tally, keys, at, count, first);
    return STOA_OK;
}

/* ---- several ---- */

/* The tally whose next entry came first; `count`: there is none. */
static size_t next_of(const stoa__tally *tallies, const size_t *done, size_t count)
{
    size_t best = count;
    for (size_t i = 0; i < count; i++)
        if (done[i] < tallies[i].count &&
            (best == count ||
             tallies[i].entries[done[i]].first < tallies[best].entries[done[best]].first))
            best = i;
    return best;
}

stoa_status stoa__tally_merge(stoa__tally *into, const stoa__tally *tallies, size_t count)
{
    size_t *done = stoa__allocate_zeroed(count * sizeof *done), entries = 0;
    stoa_status status = done == NULL ? STOA_OUT_OF_MEMORY : STOA_OK;
    for (size_t i = 0; status == STOA_OK && i < count; i++) {
        if (tallies[i].is_hashed && !into->is_hashed)
            status = hash_keys(into);
        entries += tallies[i].count;
    }
    for (; status == STOA_OK && entries > 0; entries--) {
        size_t best = next_of(tallies, done, count);
        const stoa__tally_entry *entry = &tallies[best].entries[done[best]++];
        status = reserve(into, 1);
        if (status != STOA_OK)
            break;
        size_t place = into->is_hashed
                           ? find_from(into, home_of(entry->key, into->places), entry->key)
                           : (size_t)entry->key;
        put(into, place, entry->key, entry->count, entry->first);
    }
    stoa__release(done);
    return status;
}

/* ---- life ---- */

stoa_status stoa__tally_begin(stoa__tally *tally, size_t span)
{
    *tally = (stoa__tally){.places = span > 0 ? span : FEWEST_PLACES, .is_hashed = span == 0};
    tally->index = stoa__allocate_zeroed(tally->places * sizeof *tally->index);
    return tally->index != NULL ? STOA_OK : STOA_OUT_OF_MEMORY;
}

void stoa__tally_dispose(stoa__tally *tally)
{
    stoa__release(tally->entries);
    stoa__release(tally->index);
}
