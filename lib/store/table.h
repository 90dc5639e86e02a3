/* table.h: the inside of a table, and the steps of its operations.
 *
 * stoa_table is the head that inline code may read; stoa__table is the whole. */
#ifndef STOA__STORE_TABLE_H
#define STOA__STORE_TABLE_H

#include <stoa/column.h>
#include <stoa/table.h>

#include "base/bits.h"
#include "base/check.h"
#include "base/memory.h"
#include "base/words.h"
#include "store/pool.h"
#include "store/schema.h"
#include "store/strings.h"

/* Data that most columns never need. That of a vector is all at its first component. */
typedef struct stoa__column_extra {
    stoa__region own;   /* of a field that was added; else the column lies in the table's region */
    uint32_t exports;   /* views that may read its pages */
    size_t first, last; /* offsets in the table's region of what an exported column left there when
                           its field was dropped */
} stoa__column_extra;

/* See reference.h. */
typedef struct stoa__link stoa__link;

typedef struct stoa__table {
    stoa_table head;
    stoa__schema *schema;
    stoa_pool *pool;           /* NULL: none was given, and there is no object field */
    stoa__column_extra *extra; /* one for each field index, or NULL */
    stoa__region region;       /* of the fields that the table was made with */
    size_t asked;              /* the max_rows that was asked for; 0: as many as fit well */
    size_t max_rows;           /* as granted */
    size_t capacity;           /* rows that are committed */
    size_t written; /* rows behind it are zero, but for those that inline appends counted */
    uint32_t references;
    uint32_t exports;      /* of all columns */
    uint64_t changes;      /* that are in no other version: see stoa_table_version */
    uint32_t loans;        /* that have all columns locked: see lib/io/loan.c */
    uint32_t followed;     /* runs that follow references to its rows: see lock.h */
    uint32_t lent_arrays;  /* arrays and streams of Arrow that hold these */
    stoa__link **links;    /* of reference fields, by field index; NULL: there are none */
    stoa__link *referrers; /* fields that refer to rows of this table */
    uint32_t rules;        /* those of them that refuse a removal, or are removed with it */
} stoa__table;

static inline stoa__table *stoa__whole(stoa_table *table)
{
    return (stoa__table *)(void *)table;
}

static inline const stoa__table *stoa__whole_const(const stoa_table *table)
{
    return (const stoa__table *)(const void *)table;
}

/* Where the extra of a field is, a dropped one too. */
static inline stoa__column_extra *stoa__extra_of(const stoa__table *table, size_t field)
{
    return &table->extra[field - table->schema->fields[field].component];
}

/* for (each field that is not dropped) */
#define STOA__EACH_FIELD(table, i)                           \
    for (uint32_t i = 0; i < (table)->head.field_limit; i++) \
        if ((table)->head.columns[i].type != STOA_NO_TYPE)

static inline size_t stoa__column_width(const stoa__table *table, uint32_t field)
{
    return stoa__width((stoa_type)table->head.columns[field].type);
}

static inline char *stoa__cell_at(const stoa__table *table, uint32_t field, size_t row)
{
    return (char *)table->head.columns[field].cells + row * stoa__column_width(table, field);
}

/* Bytes of the bits of so many rows. */
static inline size_t stoa__validity_bytes(size_t rows)
{
    return stoa__words(rows) * sizeof(uint64_t);
}

static inline bool stoa__is_valid(const stoa__table *table, uint32_t field, size_t row)
{
    const uint64_t *validity = table->head.columns[field].validity;
    return validity == NULL || stoa__bit(validity, row);
}

static inline bool stoa__is_object(const stoa__table *table, uint32_t field)
{
    return table->head.columns[field].type == STOA_OBJECT;
}

static inline bool stoa__is_string(const stoa__table *table, uint32_t field)
{
    return table->head.columns[field].type == STOA_STRING;
}

/* Whether cells of the field are handles. */
static inline bool stoa__is_pooled(const stoa__table *table, uint32_t field)
{
    return stoa__has_handles((stoa_type)table->head.columns[field].type);
}

/* How many strings the table's pool has. A change that fails takes out those that came since
 * (stoa__table_forget_strings), before anybody else can use them. */
static inline size_t stoa__table_strings_mark(const stoa__table *table)
{
    return table->head.strings == NULL ? 0 : table->head.strings->count;
}

static inline void stoa__table_forget_strings(const stoa__table *table, size_t mark)
{
    stoa__strings_cut(table->head.strings, mark);
}

static inline bool stoa__field_exists(const stoa_table *table, size_t field)
{
    return field < table->field_limit && table->columns[field].type != STOA_NO_TYPE;
}

/* ---- fallible steps: nothing visible has changed, whatever they return ---- */

stoa_status stoa__check_row(const stoa_table *table, size_t row, stoa_error *error);
stoa_status stoa__check_rows(const stoa_table *table, size_t first, size_t count,
                             stoa_error *error);
/* Rows first, first + step, …. A step of 0 is for one row at most. */
stoa_status stoa__check_steps(const stoa_table *table, size_t first, ptrdiff_t step, size_t count,
                              stoa_error *error);
stoa_status stoa__check_field(const stoa_table *table, size_t field, stoa_error *error);
/* Makes a table with the same fields, without dropped ones, and `rows` rows, which the caller
 * writes. */
stoa_status stoa__table_like(stoa__table **made, const stoa__table *table, size_t rows,
                             stoa_error *error);

/* The caller's memory is read while the table's cells change: a copy of it if it overlaps them,
 * which the caller releases; NULL if no copy is needed. */
stoa_status stoa__table_keep_aside(void **aside, const stoa__table *table, const void *memory,
                                   size_t bytes, stoa_error *error);

/* ---- infallible steps ---- */

/* Adds a reference, which stoa_table_free() gives back. */
static inline stoa_table *stoa__table_retain(stoa_table *table)
{
    __atomic_add_fetch(&stoa__whole(table)->references, 1, __ATOMIC_RELAXED);
    return table;
}

/* Rows that were removed, inserted in the middle or reordered. */
static inline void stoa__table_reordered(stoa__table *table)
{
    table->head.order++;
}

#endif
