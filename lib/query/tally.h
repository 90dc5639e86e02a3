/* tally.h: how often keys of 64 bits come, in the order in which they first come.
 *
 * A tally that is given a span expects keys below it, and finds each by its number; others it finds
 * by a hash. */
#ifndef STOA__QUERY_TALLY_H
#define STOA__QUERY_TALLY_H

#include <stoa/error.h>

#include "base/memory.h"

/* Most keys that are added at once. */
#define STOA__TALLY_CHUNK ((size_t)512)

typedef struct stoa__tally_entry {
    uint64_t key, count, first; /* count: see stoa__tally_finish; first: the row that it came in */
} stoa__tally_entry;

typedef struct stoa__tally_slot {
    uint64_t key;
    uint32_t place; /* of its entry, plus 1; 0: the slot is free */
} stoa__tally_slot;

typedef struct stoa__tally {
    stoa__tally_entry *entries; /* in the order in which they came */
    size_t count, room;
    uint64_t *totals; /* by key, how often it has come; NULL: keys are hashed */
    size_t span;
    stoa__tally_slot *slots; /* 2^bits of them */
    stoa__region region;     /* that they lie in */
    uint32_t bits;
} stoa__tally;

/* An empty one; span: 0: keys are hashed. STOA_OUT_OF_MEMORY; then there is nothing to dispose of.
 */
stoa_status stoa__tally_begin(stoa__tally *tally, size_t span);
void stoa__tally_dispose(stoa__tally *tally);
static inline bool stoa__tally_has_begun(const stoa__tally *tally)
{
    return tally->totals != NULL || tally->slots != NULL;
}
/* Adds at most CHUNK keys of rows first, first + 1, …; or first + at[i], if `at` is not NULL. Rows
 * ascend from call to call. STOA_OUT_OF_MEMORY, STOA_FULL: nothing was added. */
stoa_status stoa__tally_add(stoa__tally *tally, const uint64_t *keys, const uint16_t *at,
                            size_t count, uint64_t first);
/* Adds what each of several tallies has, in the order in which it first came in any of them; they
 * are finished. */
stoa_status stoa__tally_merge(stoa__tally *into, stoa__tally *tallies, size_t count);
/* Writes down the counts of the entries. */
void stoa__tally_finish(stoa__tally *tally);

#endif
