/* removal.h: removals from tables to which others refer with STOA_ON_REMOVE_REFUSE or
 * STOA_ON_REMOVE_CASCADE: see removal.c. Where table->rules is 0 nobody does, and rows are removed
 * without any of this. */
#ifndef STOA__STORE_REMOVAL_H
#define STOA__STORE_REMOVAL_H

#include "store/table.h"

typedef struct stoa__doom stoa__doom;
typedef struct stoa__trail stoa__trail;

typedef struct stoa__removal {
    stoa__doom *dooms; /* of each table that loses rows; that of the removal's own comes last */
    stoa__doom *own;
    stoa__trail *trails;         /* of the links that were followed */
    size_t kept_first, kept_end; /* rows of its own that are overwritten: nothing is made of what
                                    they refer to */
} stoa__removal;

/* ---- a removal as a whole ---- */

/* Removes rows [first, first + count), or those whose bits are set, and what refers to them by
 * cascade; the others move up in their order. STOA_REFERRED, STOA_LOCKED, STOA_LENT,
 * STOA_OUT_OF_MEMORY: nothing has changed. */
stoa_status stoa__remove_rows(stoa__table *table, size_t first, size_t count, stoa_error *error);
stoa_status stoa__remove_bits(stoa__table *table, const uint64_t *words, stoa_error *error);

/* ---- its steps, for who removes the table's own rows itself ---- */

/* Begins a removal of these rows. Whatever it returns, stoa__removal_end() is called later. */
stoa_status stoa__removal_begin(stoa__removal *removal, stoa__table *table, size_t first,
                                size_t count, stoa_error *error);
/* Finds what goes along, and whether all of it can. */
stoa_status stoa__removal_find(stoa__removal *removal, stoa_error *error);
/* How many rows of its own table go. */
size_t stoa__removal_own_count(const stoa__removal *removal);
/* Whether a row of some table goes. */
bool stoa__removal_takes(const stoa__removal *removal, const stoa__table *table, size_t row);
/* Removes the rows of the other tables, and those of its own if `all`. Cannot fail. */
void stoa__removal_carry_out(stoa__removal *removal, bool all);
/* Releases objects that are gone, whose callbacks may call the library, and the memory. */
void stoa__removal_end(stoa__removal *removal);

#endif
