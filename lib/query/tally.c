/* tally.c: how often keys come.
 *
 * Entries lie in the order in which their keys first came. Keys below a span are counted in a table
 * that has a place for each. Others are found by open addressing with linear probing, at most half
 * or three quarters full, under the uppermost bits of their XXH3, so that growing goes through the
 * old and the new slots from start to end. A key beyond the span (cells can be written to through
 * pointers) makes the tally a hashed one. Room for all keys of a call is made before the first is
 * added. Invariant: every key has one entry, and one place that leads to it; `first` ascends. */
#include "query/tally.h"

#include <string.h>

#include "base/hash.h"

#define FEWEST_BITS 6
#define MOST_ENTRIES ((size_t)UINT32_MAX - 1)
/* So many slots and more are not in the first caches. */
#define LARGE_BITS 15

/* ---- slots ---- */

static inline size_t slots_of(uint32_t bits)
{
    return (size_t)1 << bits;
}

static inline size_t home_of(uint64_t key, uint32_t bits)
{
    return (size_t)(stoa__hash(&key, sizeof key) >> (64 - bits));
}

/* The slot of the key, or the free one where it belongs. */
static inline stoa__tally_slot *find_from(stoa__tally_slot *slots, uint32_t bits, size_t at,
                                          uint64_t key)
{
    while (slots[at].place != 0 && slots[at].key != key)
        at = (at + 1) & (slots_of(bits) - 1);
    return &slots[at];
}

/* Entries that so many slots may lead to. While they are few, a search that goes on to a second
 * slot costs more than memory does. */
static size_t most_entries(uint32_t bits)
{
    return bits < LARGE_BITS ? slots_of(bits) / 2 : slots_of(bits) / 4 * 3;
}

static bool reserve_slots(stoa__region *region, size_t bytes)
{
    if (!stoa__region_reserve(region, bytes, bytes, 1))
        return false;
    if (stoa__region_commit(region, 0, bytes)) {
        stoa__region_expect(region, 0, bytes);
        return true;
    }
    stoa__region_free(region);
    return false;
}

static void fill_slots(const stoa__tally *tally, stoa__tally_slot *slots, uint32_t bits)
{
    for (size_t i = 0; tally->slots != NULL && i < slots_of(tally->bits); i++) {
        const stoa__tally_slot *slot = &tally->slots[i];
        if (slot->place != 0)
            *find_from(slots, bits, home_of(slot->key, bits), slot->key) = *slot;
    }
    for (size_t i = 0; tally->slots == NULL && i < tally->count; i++) {
        uint64_t key = tally->entries[i].key;
        *find_from(slots, bits, home_of(key, bits), key) =
            (stoa__tally_slot){key, (uint32_t)(i + 1)};
    }
}

/* Slots for so many entries, of which there are some. */
static bool make_slots(stoa__tally *tally, size_t entries)
{
    stoa__region region;
    uint32_t bits = FEWEST_BITS;
    while (entries > most_entries(bits))
        bits++;
    if (!reserve_slots(&region, slots_of(bits) * sizeof(stoa__tally_slot)))
        return false;
    stoa__tally_slot *slots = (stoa__tally_slot *)(void *)region.base;
    fill_slots(tally, slots, bits);
    if (tally->slots != NULL)
        stoa__region_free(&tally->region);
    tally->slots = slots;
    tally->region = region;
    tally->bits = bits;
    return true;
}

static stoa_status reserve(stoa__tally *tally, size_t more)
{
    size_t entries = tally->count + more;
    if (entries > MOST_ENTRIES)
        return STOA_FULL;
    if (!stoa__make_room(&tally->entries, &tally->room, entries, sizeof *tally->entries, NULL))
        return STOA_OUT_OF_MEMORY;
    bool has_slots = tally->slots == NULL || entries <= most_entries(tally->bits);
    return has_slots || make_slots(tally, entries) ? STOA_OK : STOA_OUT_OF_MEMORY;
}

/* From a table with a place for each key to slots. */
static stoa_status hash_keys(stoa__tally *tally)
{
    stoa__tally_finish(tally);
    if (!make_slots(tally, tally->count))
        return STOA_OUT_OF_MEMORY;
    stoa__release(tally->totals);
    tally->totals = NULL;
    return STOA_OK;
}

/* ---- keys come: there is room for all ---- */

static inline void put_by_number(stoa__tally *tally, uint64_t key, uint64_t count, uint64_t first)
{
    if (!STOA__LIKELY(tally->totals[key] != 0))
        tally->entries[tally->count++] = (stoa__tally_entry){key, 0, first};
    tally->totals[key] += count;
}

static inline void put_by_hash(stoa__tally *tally, size_t home, uint64_t key, uint64_t count,
                               uint64_t first)
{
    stoa__tally_slot *slot = find_from(tally->slots, tally->bits, home, key);
    if (STOA__LIKELY(slot->place != 0)) {
        tally->entries[slot->place - 1].count += count;
        return;
    }
    tally->entries[tally->count++] = (stoa__tally_entry){key, count, first};
    *slot = (stoa__tally_slot){key, (uint32_t)tally->count};
}

/* Where the search for each key begins. In a large table slots, and then entries, are asked for
 * ahead, so that they are on the way from memory. */
static void find_homes(const stoa__tally *tally, const uint64_t *keys, size_t *homes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        homes[i] = home_of(keys[i], tally->bits);
    if (tally->bits < LARGE_BITS)
        return;
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&tally->slots[homes[i]]);
    for (size_t i = 0; i < count; i++)
        if (tally->slots[homes[i]].place != 0)
            __builtin_prefetch(&tally->entries[tally->slots[homes[i]].place - 1]);
}

static bool are_below(const uint64_t *keys, size_t count, size_t span)
{
    uint64_t beyond = 0;
    for (size_t i = 0; i < count; i++)
        beyond |= keys[i] >= span;
    return beyond == 0;
}

stoa_status stoa__tally_add(stoa__tally *tally, const uint64_t *keys, const uint16_t *at,
                            size_t count, uint64_t first)
{
    size_t homes[STOA__TALLY_CHUNK];
    stoa_status status = STOA_OK;
    if (tally->totals != NULL && !are_below(keys, count, tally->span))
        status = hash_keys(tally);
    if (status == STOA_OK)
        status = reserve(tally, count);
    if (status != STOA_OK)
        return status;
    if (tally->totals != NULL) {
        for (size_t i = 0; i < count; i++)
            put_by_number(tally, keys[i], 1, first + (at == NULL ? i : at[i]));
        return STOA_OK;
    }
    find_homes(tally, keys, homes, count);
    for (size_t i = 0; i < count; i++)
        put_by_hash(tally, homes[i], keys[i], 1, first + (at == NULL ? i : at[i]));
    return STOA_OK;
}

void stoa__tally_finish(stoa__tally *tally)
{
    for (size_t i = 0; tally->totals != NULL && i < tally->count; i++)
        tally->entries[i].count = tally->totals[tally->entries[i].key];
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

/* The next entries of all, a chunk at most; how many. */
static size_t take_chunk(stoa__tally_entry *taken, const stoa__tally *tallies, size_t *done,
                         size_t count)
{
    size_t made = 0, best;
    while (made < STOA__TALLY_CHUNK && (best = next_of(tallies, done, count)) < count)
        taken[made++] = tallies[best].entries[done[best]++];
    return made;
}

static stoa_status add_entries(stoa__tally *into, const stoa__tally_entry *entries, size_t count)
{
    uint64_t keys[STOA__TALLY_CHUNK];
    size_t homes[STOA__TALLY_CHUNK];
    stoa_status status = reserve(into, count);
    for (size_t i = 0; status == STOA_OK && into->totals != NULL && i < count; i++)
        put_by_number(into, entries[i].key, entries[i].count, entries[i].first);
    if (status != STOA_OK || into->totals != NULL)
        return status;
    for (size_t i = 0; i < count; i++)
        keys[i] = entries[i].key;
    find_homes(into, keys, homes, count);
    for (size_t i = 0; i < count; i++)
        put_by_hash(into, homes[i], keys[i], entries[i].count, entries[i].first);
    return STOA_OK;
}

stoa_status stoa__tally_merge(stoa__tally *into, stoa__tally *tallies, size_t count)
{
    stoa__tally_entry taken[STOA__TALLY_CHUNK];
    size_t *done = stoa__allocate_zeroed(count * sizeof *done), some;
    stoa_status status = done == NULL ? STOA_OUT_OF_MEMORY : STOA_OK;
    for (size_t i = 0; status == STOA_OK && i < count; i++) {
        stoa__tally_finish(&tallies[i]);
        if (tallies[i].totals == NULL && into->totals != NULL)
            status = hash_keys(into);
    }
    while (status == STOA_OK && (some = take_chunk(taken, tallies, done, count)) > 0)
        status = add_entries(into, taken, some);
    stoa__release(done);
    stoa__tally_finish(into);
    return status;
}

/* ---- life ---- */

stoa_status stoa__tally_begin(stoa__tally *tally, size_t span)
{
    *tally = (stoa__tally){.span = span};
    if (span == 0)
        return make_slots(tally, 0) ? STOA_OK : STOA_OUT_OF_MEMORY;
    tally->totals = stoa__allocate_zeroed(span * sizeof *tally->totals);
    return tally->totals != NULL ? STOA_OK : STOA_OUT_OF_MEMORY;
}

void stoa__tally_dispose(stoa__tally *tally)
{
    stoa__release(tally->entries);
    stoa__release(tally->totals);
    if (tally->slots != NULL)
        stoa__region_free(&tally->region);
}
