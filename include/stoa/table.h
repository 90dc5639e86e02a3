/**
 * table.h: tables, and their rows as a whole.
 *
 * A table is a set of typed columns of the same length. A column never moves: its address is the
 * same from the table's creation (or from add_field) until the table is freed. Threads: any
 * number of readers, or one writer, or one that appends beside any number of readers that keep to
 * stoa_table_rows_published(); that is the caller's duty.
 */
#ifndef STOA_TABLE_H
#define STOA_TABLE_H

#include <stoa/field.h>
#include <stoa/pool.h>
#include <stoa/strings.h>
#include <stoa/type.h>

STOA_BEGIN_DECLS

/**
 * A flag of a table, for a result whose rows are all stored at once. The initial rows hold
 * unspecified values, which may change by themselves until they are written; only object, string
 * and nullable fields have their defaults. A table of 1 to 256 MiB gets the pages of the last freed
 * result, if they were kept (see stoa_trim()) and it had the same widths of fields in order, the
 * same `max_rows` and about as many rows. That saves what the first touch of fresh pages costs.
 */
#define STOA_ROWS_UNWRITTEN 1u

/**
 * How a table is made, beyond its fields. Zero it, and set what you need.
 *
 * @members stoa_table_options
 */
typedef struct stoa_table_options {
    size_t rows;               /* initial rows, all defaults unless flags say otherwise */
    size_t max_rows;           /* address space is reserved for these; 0: for a good number */
    stoa_pool *pool;           /* of the object fields; NULL: one of its own, without callbacks */
    stoa_string_pool *strings; /* of the string fields; NULL: one of its own */
    uint64_t flags;            /* zero, or STOA_ROWS_UNWRITTEN */
    bool ids;                  /* rows get ids: see ids.h */
    uint64_t reserved[2];      /* zero */
} stoa_table_options;

/**
 * A column, as inline code sees it. Only stoa's own inline code writes it; use the functions of
 * column.h.
 *
 * @members stoa_column
 */
typedef struct stoa_column {
    void *cells;         /* NULL: dropped */
    uint64_t version;    /* counts writes to its cells: see stoa_column_version */
    stoa_handle initial; /* object and string fields: the default's handle */
    uint32_t locked;     /* nonzero: its cells may not be written to: see stoa_column_lock */
    uint32_t writers;    /* writes to cells that are under way: see lib/store/lock.c */
    uint16_t holds;      /* typed tables that use it */
    uint8_t type;        /* a stoa_type; STOA_NO_TYPE: dropped */
    uint8_t plain;       /* the type, if inline code may read and write its cells as they are; else
                            STOA_NO_TYPE */
    uint64_t *validity;  /* see stoa_column_validity; NULL: not nullable */
} stoa_column;

/* See ids.h. */
typedef struct stoa_ids stoa_ids;

/**
 * A table. Inline code may read these members; only stoa's own writes them. Never make a table of
 * your own.
 *
 * @members stoa_table
 */
struct stoa_table {
    size_t rows;
    size_t append_limit; /* rows below it take plain stores; 0: appending needs the library */
    uint64_t order;      /* bumped by removal, insertion in the middle and reordering */
    stoa_column *columns;
    uint32_t field_limit; /* field indices are below it */
    uint32_t field_count; /* fields that are not dropped */
    stoa_string_pool
        *strings;  /* of the string fields; NULL: no pool was given, and there are none */
    stoa_ids *ids; /* NULL: rows have none */
    size_t room;   /* as append_limit, for bindings that store handles of strings themselves */
};

/**
 * Values of one field for many rows, by the field's name.
 *
 * @members stoa_source
 */
typedef struct stoa_source {
    const char *name; /* of the field */
    stoa_type type;   /* of the values: STOA_OBJECT takes an array of pointers, STOA_STRING one of
                         stoa_string, or of handles */
    bool repeat;      /* data is one value, for every row */
    uint8_t unit;     /* a stoa_unit: of timestamps and durations */
    bool is_zoned;    /* timestamps of UTC, for a field with a zone */
    const void *data; /* borrowed; may be unaligned, and may be a column of the table */
    ptrdiff_t stride; /* bytes from value to value; 0: packed */
    /* bit i % 8 of byte i / 8: value i is there; 0: it is null, whatever is in data; of a repeated
     * value: bit 0. NULL: all are there. Borrowed; it may be a column's validity */
    const uint8_t *validity;
    const stoa_string_pool *strings; /* STOA_STRING: data has handles of this pool; NULL: strings */
    uint64_t reserved[1];            /* zero */
} stoa_source;

/* ---- life ---- */

/**
 * Makes a table of these fields, whose indices are 0, 1, … in order; a vector takes one for each
 * component. If the system refuses the address space for
 * `max_rows`, it is halved until it is granted; stoa_table_max_rows() tells what it became. A table
 * whose `max_rows` needs at most 64 KiB takes plain memory.
 *
 * @param table becomes the new table
 * @param fields one or more; names are copied
 * @param options NULL: no rows, as much room to grow as fits well
 * @return STOA_INVALID: no fields or too many, a reserve or an unknown flag that is set, `ids` that
 *     is no bool, a default in two members of `initial`, a vector of a length that no vector has.
 *     STOA_BAD_NAME: a name is empty, too long, not UTF-8 or taken. STOA_WRONG_TYPE: a type that
 *     does not exist, or a default of another type. STOA_OVERFLOW: a default does not fit its
 *     field. STOA_FULL: more rows than a table can have. STOA_OUT_OF_MEMORY. STOA_REFUSED: the pool
 *     refused a default.
 * @owner The caller frees it by stoa_table_free().
 * @cost O(fields), and the rows that have a default other than zero.
 * @threads Any thread; but a pool that is given counts as changed.
 * @snippet table.c new
 */
STOA_TRY stoa_table_new(stoa_table **table, const stoa_field *fields, size_t field_count,
                        const stoa_table_options *options, stoa_error *error);

/**
 * Gives memory of strings that no cell holds back: the table gets a new pool with the strings of
 * its own cells and defaults, and its handles are rewritten. Other tables of the old pool keep it.
 * The bytes of stoa_string that were read before are valid as long as the old pool is.
 *
 * @return STOA_OUT_OF_MEMORY. STOA_LOCKED: a column is locked.
 * @cost O(rows), for each string field, and O(strings).
 * @threads Changes the table; reads its pool.
 * @snippet strings.c table
 */
STOA_TRY stoa_table_compact(stoa_table *table, stoa_error *error);

/**
 * Frees the table with its columns. Typed tables that were made of it keep it alive until they are
 * disposed of. NULL does nothing.
 *
 * @cost O(fields), and O(rows) for each object field.
 * @threads Changes the table.
 * @snippet table.c new
 */
STOA_API void stoa_table_free(stoa_table *table);

/**
 * Makes a table of its own with the same fields, rows and pool, and the same `max_rows` if one was
 * asked for. Dropped fields are left out: fields are numbered anew.
 *
 * @param copy becomes the new table
 * @return STOA_OUT_OF_MEMORY.
 * @owner The caller frees it. Both tables hold the pool.
 * @cost O(rows), at the speed of memcpy.
 * @threads Reads the table. With object fields: changes the pool.
 * @snippet table.c copy
 */
STOA_TRY stoa_table_copy(stoa_table **copy, const stoa_table *table, stoa_error *error);

/**
 * Makes a table like stoa_table_copy(), of the rows at these indices, in this order.
 *
 * @param taken becomes the new table
 * @param indices row numbers, in any order; a row may come several times
 * @return STOA_OUT_OF_RANGE: an index is beyond the rows; `error->row` is its position.
 *     STOA_OUT_OF_MEMORY.
 * @owner The caller frees it. Both tables hold the pool.
 * @cost O(count).
 * @threads Reads the table. With object fields: changes the pool.
 * @snippet table.c copy
 */
STOA_TRY stoa_table_take(stoa_table **taken, const stoa_table *table, const size_t *indices,
                         size_t count, stoa_error *error);

/* ---- what it is ---- */

/**
 * Tells how many rows there are. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c new
 */
STOA_API size_t stoa_table_rows(const stoa_table *table);

#ifndef STOA_CDEF
/**
 * Tells how many rows are published: appended, and written as a whole. It is what
 * stoa_table_rows() tells, for a thread that reads while another one appends. Without a lock it may
 * read, of the rows below this number: cells by their address, typed ones by point_x() too; words
 * of stoa_column_validity(), by an atomic load, since other rows of the last word come; strings, by
 * stoa_string_pool_get(); and a program without strings may run, if its scope says so many rows.
 * Fields may be looked up and described. Appends are those of typed tables, stoa_table_append(),
 * stoa_table_extend(), stoa_table_reserve() and growth by stoa_table_resize(). 0 for NULL.
 *
 * @cost A load that acquires; inline.
 * @threads Any, beside one that appends.
 * @snippet table.c published
 */
STOA__INLINE size_t stoa_table_rows_published(const stoa_table *table)
{
    return table ? STOA__LOAD_ACQUIRE(&table->rows) : 0;
}

/* Tells other threads of rows whose cells are written. */
STOA__INLINE void stoa__table_publish(stoa_table *table, size_t rows)
{
    STOA__STORE_RELEASE(&table->rows, rows);
}
#endif

/**
 * Tells how many rows the table can ever have. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c room
 */
STOA_API size_t stoa_table_max_rows(const stoa_table *table);

/**
 * Tells up to how many rows the table can grow without asking the system for memory. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c room
 */
STOA_API size_t stoa_table_capacity(const stoa_table *table);

/**
 * Tells how many bytes a row takes: the sum of the field widths. Each nullable field takes one bit
 * a row besides. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c new
 */
STOA_API size_t stoa_table_row_bytes(const stoa_table *table);

/**
 * Tells the pool of the object fields. NULL if the table has none.
 *
 * @owner Borrowed from the table.
 * @cost O(1).
 * @threads Reads the table.
 * @snippet pool.c pool
 */
STOA_API stoa_pool *stoa_table_pool(const stoa_table *table);

/**
 * Tells the pool of the string fields. NULL if the table has none.
 *
 * @owner Borrowed from the table; stoa_table_compact() gives the table another one.
 * @cost O(1).
 * @threads Reads the table.
 * @snippet strings.c table
 */
STOA_API stoa_string_pool *stoa_table_strings(const stoa_table *table);

/**
 * Tells a number that grows with every change of the table through stoa: rows that are appended,
 * removed, reordered or written to, fields that come, go or get other names. It does not see writes
 * through pointers to the cells, typed setters as point_set_x() among them. 0 for NULL.
 *
 * @cost O(fields).
 * @threads Reads the table.
 * @snippet column.c version
 */
STOA_API uint64_t stoa_table_version(const stoa_table *table);

/* ---- rows ---- */

/**
 * Makes the table have this many rows: new ones hold defaults, those behind the end are removed.
 *
 * @return STOA_FULL: more than stoa_table_max_rows(). STOA_OUT_OF_MEMORY. STOA_LOCKED: rows would
 *     go, and a column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost O(rows that come or go); defaults of zero cost nothing in memory that was never written.
 * @threads Changes the table.
 * @snippet table.c new
 */
STOA_TRY stoa_table_resize(stoa_table *table, size_t rows, stoa_error *error);

/**
 * Asks the system for memory for this many rows in all. Appends up to there cannot fail for want of
 * memory.
 *
 * @return STOA_FULL: more than stoa_table_max_rows(). STOA_OUT_OF_MEMORY.
 * @cost One system call for each column at most.
 * @threads Changes the table.
 * @snippet table.c room
 */
STOA_TRY stoa_table_reserve(stoa_table *table, size_t rows, stoa_error *error);

/**
 * Adds a row at the end.
 *
 * @param values in the order of the fields, dropped ones left out
 * @param count at most the number of fields; the fields behind get their defaults
 * @return STOA_INVALID: more values than fields. STOA_WRONG_TYPE: a field takes no value of that
 *     type. STOA_OVERFLOW: a value does not fit. STOA_FULL: the table has stoa_table_max_rows().
 *     STOA_OUT_OF_MEMORY. STOA_REFUSED: the pool refused an object.
 * @cost O(fields).
 * @threads Changes the table.
 * @snippet table.c append
 */
STOA_TRY stoa_table_append(stoa_table *table, const stoa_value *values, size_t count,
                           stoa_error *error);

/**
 * Adds a row before row `index`, which may be the number of rows. See stoa_table_append().
 *
 * @return As stoa_table_append(); STOA_OUT_OF_RANGE: `index` is beyond the number of rows.
 *     STOA_LOCKED: a column is locked, and rows before the end would be
 *     written or moved.
 * @cost O(fields × rows behind it).
 * @threads Changes the table, and the order of its rows.
 * @snippet table.c append
 */
STOA_TRY stoa_table_insert(stoa_table *table, size_t index, const stoa_value *values, size_t count,
                           stoa_error *error);

/**
 * Writes a row as a whole: all of its fields, or none.
 *
 * @param values in the order of the fields; fields behind the last value get their defaults
 * @return STOA_OUT_OF_RANGE: there is no such row. STOA_INVALID: more values than fields.
 *     STOA_WRONG_TYPE, STOA_OVERFLOW: a value does not fit. STOA_OUT_OF_MEMORY. STOA_REFUSED: the
 *     pool refused an object. STOA_LOCKED: a column is locked.
 * @cost O(fields).
 * @threads Changes the table.
 * @snippet table.c append
 */
STOA_TRY stoa_table_replace(stoa_table *table, size_t index, const stoa_value *values, size_t count,
                            stoa_error *error);

/**
 * Adds rows from columns. All come, or none.
 *
 * @param sources at most one for each field, by name; fields without one get their defaults
 * @param rows how many; each source has as many values, or one that is repeated
 * @return STOA_NO_FIELD: there is no field of that name. STOA_WRONG_TYPE: the field takes no values
 *     of that type. STOA_OVERFLOW: a value does not fit; `error->row` is its position.
 *     STOA_BAD_NAME: two sources of one field. STOA_INVALID: data that is NULL. STOA_FULL: more
 *     than stoa_table_max_rows(). STOA_OUT_OF_MEMORY. STOA_REFUSED: the pool refused an object.
 * @cost O(rows); at the speed of memcpy for packed values of the field's type.
 * @threads Changes the table.
 * @snippet table.c extend
 */
STOA_TRY stoa_table_extend(stoa_table *table, const stoa_source *sources, size_t source_count,
                           size_t rows, stoa_error *error);

/**
 * Replaces `count` rows (first, first + step, …) by `rows` rows from columns. All of it is done, or
 * nothing.
 *
 * @param step 1 if `rows` is not `count`; else any step that stays within the table
 * @param count may be 0: then rows are put before row `first`
 * @param sources as for stoa_table_extend(); fields without one get their defaults
 * @return As stoa_table_extend(); STOA_OUT_OF_RANGE: the rows are not all there. STOA_INVALID: a
 *     step other than 1 while the number of rows changes, or a step of 0 over several rows.
 *     STOA_LOCKED: a column is locked, and rows before the end would be
 *     written or moved.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost O(rows), and O(rows behind them) if their number changes in the middle.
 * @threads Changes the table; if rows are removed or inserted in the middle, also their order.
 * @snippet table.c splice
 */
STOA_TRY stoa_table_splice(stoa_table *table, size_t first, ptrdiff_t step, size_t count,
                           const stoa_source *sources, size_t source_count, size_t rows,
                           stoa_error *error);

/**
 * Removes rows [first, first + count). Those behind move up.
 *
 * @return STOA_OUT_OF_RANGE: the rows are not all there. STOA_LOCKED: a column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost O(fields × rows behind them).
 * @threads Changes the table, and the order of its rows.
 * @snippet table.c remove
 */
STOA_TRY stoa_table_remove(stoa_table *table, size_t first, size_t count, stoa_error *error);

/**
 * Removes a row; the last one takes its place.
 *
 * @return STOA_OUT_OF_RANGE: there is no such row. STOA_LOCKED: a column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost O(fields).
 * @threads Changes the table, and the order of its rows.
 * @snippet table.c remove
 */
STOA_TRY stoa_table_swap_remove(stoa_table *table, size_t index, stoa_error *error);

/**
 * Exchanges two rows.
 *
 * @return STOA_OUT_OF_RANGE: one of them is not there. STOA_LOCKED: a column is locked.
 * @cost O(fields).
 * @threads Changes the table, and the order of its rows.
 * @snippet table.c order
 */
STOA_TRY stoa_table_swap(stoa_table *table, size_t a, size_t b, stoa_error *error);

/**
 * Turns the order of the rows around, in place.
 *
 * @return STOA_INVALID: NULL. STOA_LOCKED: a column is locked.
 * @cost O(fields × rows).
 * @threads Changes the table, and the order of its rows.
 * @snippet table.c order
 */
STOA_TRY stoa_table_reverse(stoa_table *table, stoa_error *error);

/**
 * Puts the rows into another order: row i becomes what row indices[i] was. Sort an array of indices
 * by whatever you like, and hand it over here.
 *
 * @param indices each row once; they may lie in a column of the table
 * @param count the number of rows
 * @return STOA_INVALID: `count` is not the number of rows, or a row comes twice. STOA_OUT_OF_RANGE:
 *     an index is beyond the rows; `error->row` is its position. STOA_OUT_OF_MEMORY. STOA_LOCKED: a
 *     column is locked.
 * @cost O(fields × rows), and memory for one column.
 * @threads Changes the table, and the order of its rows.
 * @snippet table.c order
 */
STOA_TRY stoa_table_permute(stoa_table *table, const size_t *indices, size_t count,
                            stoa_error *error);

/**
 * Removes the rows whose byte is zero.
 *
 * @param mask a byte for each row; it may lie in a column of the table
 * @param length the number of rows
 * @return STOA_INVALID: `length` is not the number of rows. STOA_OUT_OF_MEMORY. STOA_LOCKED: a
 *     column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost O(fields × rows), on all cores.
 * @threads Changes the table, and the order of its rows.
 * @snippet table.c keep
 */
STOA_TRY stoa_table_keep(stoa_table *table, const uint8_t *mask, size_t length, stoa_error *error);

/**
 * Removes all rows. Memory stays for the next ones. NULL does nothing, nor does a table that is
 * locked, or whose rows others refer to and refuse that (stoa_on_remove).
 *
 * @cost O(fields); O(rows) for each object field.
 * @threads Changes the table, and the order of its rows.
 * @snippet table.c room
 */
STOA_API void stoa_table_clear(stoa_table *table);

/**
 * Gives memory beyond the rows back to the system. NULL does nothing.
 *
 * @cost A few system calls for each column.
 * @threads Changes the table.
 * @snippet table.c room
 */
STOA_API void stoa_table_shrink(stoa_table *table);

STOA_END_DECLS

#endif
