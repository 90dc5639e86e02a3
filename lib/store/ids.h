/* ids.h: the ids of a table's rows, from inside. Steps without a status cannot fail. */
#ifndef STOA__STORE_IDS_H
#define STOA__STORE_IDS_H

#include <stoa/ids.h>

#include "store/table.h"

/* Tables with ids have at most this many rows. */
#define STOA__MOST_ID_ROWS ((size_t)3 << 30)

typedef struct stoa__ids {
    stoa_ids head;
    stoa__region region;  /* of both arrays */
    size_t moved;         /* rows whose memory is said to be written, since rows have moved */
    size_t committed;     /* rows that there is memory for */
    size_t ready;         /* rows that have ids; those of the first table->rows are given */
    size_t room;          /* slots that there is address space for */
    size_t cursor;        /* slots below it had their turn with this prefix */
    uint64_t prefix;      /* of the ids that slots begin with */
    uint64_t first;       /* the generation that slots begin with, in the bits of generations */
    uint64_t generations; /* the bits of an id that are its generation */
} stoa__ids;

static inline stoa__ids *stoa__ids_of(const stoa__table *table)
{
    return (stoa__ids *)(void *)table->head.ids;
}

/* ---- fallible ---- */

/* Gives a new table ids. Its max_rows falls to what the address space has room for, but not below
 * `rows`. */
stoa_status stoa__ids_new(stoa__table *table, size_t rows, stoa_error *error);
/* Gets memory for the ids of so many rows; at most max_rows. */
bool stoa__ids_commit(stoa__table *table, size_t rows);

/* ---- infallible; none does anything to a table without ids ---- */

void stoa__ids_free(stoa__table *table);
/* Has ids ready for `rows` rows and some more, at most `committed`. */
void stoa__ids_prepare(stoa__table *table, size_t rows);
/* Rows that are no more leave their ids: those behind `rows`, as many as the table had `before`. */
void stoa__ids_leave(stoa__table *table, size_t rows, size_t before);

/* Moves of rows, as those of cells. Ids of rows that are removed come behind the others. */
void stoa__ids_swap(stoa__table *table, size_t a, size_t b);
/* The last row takes the place of a row that is removed, and whose id leaves. */
void stoa__ids_take_place(stoa__table *table, size_t row);
void stoa__ids_reverse(stoa__table *table);
void stoa__ids_rotate(stoa__table *table, size_t first, size_t middle, size_t end);
/* Row i was row indices[i]. scratch: room for `count` ids. */
void stoa__ids_permute(stoa__table *table, const size_t *indices, size_t count, void *scratch);
/* Those of rows [first, first + count) whose bit is set go to row `to` and the following ones,
 * to <= first; rows [to, first) hold the ids of removed ones. Gives the next `to`. */
size_t stoa__ids_pack(stoa__table *table, const uint64_t *words, size_t first, size_t count,
                      size_t to);

#endif
