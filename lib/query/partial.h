/* partial.h: partials, from inside.
 *
 * Groups have a number each, in the order in which they first came; without keys there is one. A
 * group has a cell for each measure, and exact sums for those that need them: one for the values,
 * of variances one for their squares too. Strings are handles of the partial's own pool. */
#ifndef STOA__QUERY_PARTIAL_H
#define STOA__QUERY_PARTIAL_H

#include <stoa/partial.h>

#include "base/zone.h"
#include "kernel/kernel.h"
#include "query/exact.h"
#include "query/groups.h"

/* One of the outputs; of a vector, one of its components. */
typedef struct stoa__entry {
    char *name;           /* as it was written */
    uint8_t operation;    /* stoa_operation; NO_OPERATION: a key */
    uint8_t operand;      /* of a measure: BOOL, INT64, UINT64, FLOAT64 or STRING */
    uint8_t form;         /* of a measure: what the value must fit */
    uint8_t type, unit;   /* of the value */
    bool may_be_null;     /* a key */
    uint16_t length;      /* of the vector that begins here; 0: no vector, or one that has begun */
    uint16_t component;   /* of it */
    uint32_t label_count; /* 0: no enumeration */
    char **labels;        /* the texts lie behind the pointers */
    const stoa__zone *zone;
    uint64_t ddof;
    uint32_t index; /* among the keys, or the measures */
    uint32_t exact; /* the first of its exact sums in a group */
    uint8_t exacts; /* how many there are */
} stoa__entry;

/* What groups have come to. */
typedef struct stoa__state {
    stoa__groups groups;  /* a word for each key, and one whose bit k says that key k is null */
    stoa__partial *cells; /* by group, then by measure. Integer sums count in `row` how often 128
                           * bits wrapped; of strings int64 is the handle */
    stoa__exact *exacts;  /* by group */
    uint64_t *firsts;     /* by group: the row in which it came */
    size_t room;          /* groups that these have room for */
    uint32_t measures, exact_count; /* in a group */
} stoa__state;

struct stoa_partial {
    uint64_t rows;
    stoa__entry *entries;
    uint32_t entry_count, key_count;
    stoa__state state;
    stoa_string_pool *strings; /* NULL: there are none */
};

/* ---- states ---- */

void stoa__state_begin(stoa__state *state, uint32_t keys, uint32_t measures, uint32_t exacts);
void stoa__state_dispose(stoa__state *state);
#define STOA__MOST_GROUPS (UINT32_MAX - 2)
/* The error of stoa__state_reserve. */
stoa_status stoa__fail_groups(stoa_error *error, stoa_status status);
/* Room for so many more groups. STOA_OUT_OF_MEMORY, STOA_FULL: nothing has changed. */
stoa_status stoa__state_reserve(stoa__state *state, size_t more);
/* The group of a key, for which there is room. */
uint32_t stoa__state_group(stoa__state *state, const uint64_t *key, uint64_t row);
static inline stoa__partial *stoa__state_cells(const stoa__state *state, size_t group)
{
    return state->cells + group * state->measures;
}
static inline stoa__exact *stoa__state_exacts(const stoa__state *state, size_t group)
{
    return state->exacts + group * state->exact_count;
}
/* Groups in the order of their first rows. */
stoa_status stoa__state_sort(stoa__state *state);

/* ---- cells ---- */

/* Adds to the 128 bits of an integer sum. */
static inline void stoa__cell_add(stoa__partial *cell, stoa__int128 number)
{
    if (__builtin_add_overflow(cell->sum, number, &cell->sum))
        cell->row += number < 0 ? UINT64_MAX : 1;
}
/* The reduction that cells of a MIN … LAST are combined by; of strings COUNT. */
stoa__reduction stoa__reduction_of(const stoa__entry *entry);
bool stoa__is_integer_sum(const stoa__entry *entry);
/* Whether the cells hold the values of rows: MIN … LAST. */
bool stoa__is_chosen(const stoa__entry *entry);
/* How many exact sums it takes. */
uint8_t stoa__exacts_of(unsigned operation, unsigned operand);
/* Whether it is a key or a value that holds a string. */
bool stoa__holds_string(const stoa__entry *entry);
/* MIN or MAX of strings: each that is met is compared. */
bool stoa__chooses_string(const stoa__entry *entry);
/* Whether the string of a handle takes the place of another one: MIN, MAX. */
bool stoa__string_is_better(const stoa_string_pool *pool, const stoa__entry *entry,
                            stoa_handle next, stoa_handle now);

/* ---- partials ---- */

/* With room for the entries, which are zero; keys, exacts and indices are counted by
 * stoa__partial_begin_state, once the entries are there. NULL where memory was refused. */
stoa_partial *stoa__partial_make(uint32_t entries);
stoa_status stoa__partial_begin_state(stoa_partial *partial, stoa_error *error);
/* Makes the entries of the outputs of a program, which is bound for measures, and the state. keys:
 * so many outputs are to be keys. */
stoa_status stoa__partial_describe(stoa_partial *made, const struct stoa_program *program,
                                   size_t keys, stoa_error *error);
/* Whether a run can make such an entry, its place among others aside. */
bool stoa__is_entry(const stoa__entry *entry);
/* Copies a text to the heap, with a NUL; NULL where memory was refused. */
char *stoa__copy_text(const char *bytes, size_t length);
/* Merges the groups of a state, whose strings are of the pool `from`. rows: what row numbers of its
 * cells begin behind. by_row: rows of both come in any order, and row numbers decide. If it fails,
 * nothing has changed. */
stoa_status stoa__partial_take(stoa_partial *partial, const stoa__state *state,
                               const stoa_string_pool *const *from, uint64_t rows, bool by_row,
                               stoa_error *error);

#endif
