/* table.h: tables, their fields and their rows as a whole.
 *
 * A table is a set of typed columns of the same length. A column never moves: its address is the
 * same from the table's creation (or from add_field) until the table is freed. Threads: any
 * number of readers, or one writer; that is the caller's duty. */
#ifndef STOA_TABLE_H
#define STOA_TABLE_H

#include <stoa/pool.h>
#include <stoa/type.h>

STOA_BEGIN_DECLS

/* Longest name of a field, in bytes without the NUL. Names are UTF-8. */
#define STOA_MAX_NAME 255
/* Most fields that a table can ever have had. */
#define STOA_MAX_FIELDS 32767

/**
 * A field as its table's creator describes it.
 */
typedef struct stoa_field {
    const char *name; /* copied */
    stoa_type type;
    uint32_t flags; /* zero */
    stoa_initial initial;
    uint64_t reserved[3]; /* zero */
} stoa_field;

/* Flags of a table. The initial rows hold anything until they are written, and may then change by
 * themselves; only object fields have their defaults. For a result that is stored at once: where it
 * takes 1 to 256 MiB it gets the pages of the last freed result with the same widths of fields in
 * order, the same max_rows and about as many rows, if those were kept (see stoa_trim), and saves
 * what the first touch of fresh pages costs. */
#define STOA_ROWS_UNWRITTEN 1u

typedef struct stoa_table_options {
    size_t rows;          /* initial rows, all defaults unless flags say otherwise */
    size_t max_rows;      /* address space is reserved for so many; 0: for as many as fits well */
    stoa_pool *pool;      /* of the object fields; NULL: one of its own, without callbacks */
    uint64_t flags;       /* zero, or STOA_ROWS_UNWRITTEN */
    uint64_t reserved[3]; /* zero */
} stoa_table_options;

/**
 * A column as inline code sees it. Read only; use the functions of column.h.
 */
typedef struct stoa_column {
    void *cells;         /* NULL: dropped */
    stoa_handle initial; /* object fields: the default's handle */
    uint8_t type;        /* a stoa_type; STOA_NO_TYPE: dropped */
    uint8_t locked; /* nonzero: may not be written; for columns that are lent, which none is yet */
    uint16_t holds; /* typed tables that use it */
} stoa_column;

/**
 * What inline code may read of a table. Never write it; never make one of your own.
 */
typedef struct stoa_table {
    size_t rows;
    size_t append_limit; /* rows below it take plain stores; 0: appending needs the library */
    uint64_t order;      /* bumped by removal, insertion in the middle and reordering */
    stoa_column *columns;
    uint32_t field_limit; /* field indices are below it */
    uint32_t field_count; /* fields that are not dropped */
} stoa_table;

/**
 * Values for many rows of one field, by field name.
 */
typedef struct stoa_source {
    const char *name;     /* of the field */
    stoa_type type;       /* of the values: STOA_OBJECT takes an array of pointers */
    bool repeat;          /* data is one value, for every row */
    const void *data;     /* borrowed; may be unaligned, and may be a column of the table */
    ptrdiff_t stride;     /* bytes from value to value; 0: packed */
    uint64_t reserved[2]; /* zero */
} stoa_source;

/* ---- life ---- */

/**
 * A table of these fields (at least one), owned by the caller. options may be NULL. Field i gets
 * index i. Where the address space for max_rows is refused, it is halved until it is granted:
 * stoa_table_max_rows tells. A table whose max_rows needs at most 64 KiB takes plain
 * memory.
 */
STOA_TRY stoa_table_new(stoa_table **table, const stoa_field *fields, size_t field_count,
                        const stoa_table_options *options, stoa_error *error);
/**
 * Gives the table back. Its columns are gone, but for typed tables made of it, which keep it
 * alive. NULL does nothing.
 */
STOA_API void stoa_table_free(stoa_table *table);
/**
 * A table of its own with the same fields (dropped ones left out, so that they are numbered anew),
 * rows and pool, and the same max_rows if one was said.
 */
STOA_TRY stoa_table_copy(stoa_table **copy, const stoa_table *table, stoa_error *error);
/**
 * The same, of the rows at these indices, in their order; an index may come twice.
 */
STOA_TRY stoa_table_take(stoa_table **taken, const stoa_table *table, const size_t *indices,
                         size_t count, stoa_error *error);

/* ---- what it is ---- */

STOA_API size_t stoa_table_rows(const stoa_table *table);
/**
 * How far the table can grow.
 */
STOA_API size_t stoa_table_max_rows(const stoa_table *table);
/**
 * Rows that can be had without asking the system for memory again.
 */
STOA_API size_t stoa_table_capacity(const stoa_table *table);
/**
 * Bytes of one row: the sum of the field widths.
 */
STOA_API size_t stoa_table_row_bytes(const stoa_table *table);
/**
 * Fields that are not dropped.
 */
STOA_API size_t stoa_table_field_count(const stoa_table *table);
/**
 * Indices are below it. A dropped field's index is never used again.
 */
STOA_API size_t stoa_table_field_limit(const stoa_table *table);
/**
 * Borrowed until the field is renamed or dropped; NULL where there is no such field.
 */
STOA_API const char *stoa_table_field_name(const stoa_table *table, size_t field);
/**
 * STOA_NO_TYPE where there is no such field.
 */
STOA_API stoa_type stoa_table_field_type(const stoa_table *table, size_t field);
/**
 * The default for new rows, in the type of the field.
 */
STOA_TRY stoa_table_field_initial(const stoa_table *table, size_t field, stoa_value *initial);
/**
 * The index of a field. The error lists the names that there are. O(1), by XXH3.
 */
STOA_TRY stoa_table_find_field(const stoa_table *table, const char *name, size_t *field,
                               stoa_error *error);
/**
 * The pool of the object fields; borrowed; NULL where there is none.
 */
STOA_API stoa_pool *stoa_table_pool(const stoa_table *table);

/* ---- fields of a living table: the other columns stay untouched where they are ---- */

/**
 * Every row gets the default. index may be NULL. Where no max_rows was asked for, max_rows falls to
 * what the address space for the new column allows.
 */
STOA_TRY stoa_table_add_field(stoa_table *table, const stoa_field *field, size_t *index,
                              stoa_error *error);
/**
 * The last field cannot be dropped. The column's memory stays while it is exported.
 */
STOA_TRY stoa_table_drop_field(stoa_table *table, const char *name, stoa_error *error);
STOA_TRY stoa_table_rename_field(stoa_table *table, const char *name, const char *new_name,
                                 stoa_error *error);

/* ---- rows ---- */

/**
 * More rows with defaults, or fewer.
 */
STOA_TRY stoa_table_resize(stoa_table *table, size_t rows, stoa_error *error);
/**
 * Memory for so many rows in all: appends up to there cannot fail for want of it.
 */
STOA_TRY stoa_table_reserve(stoa_table *table, size_t rows, stoa_error *error);
/**
 * One row; values in the order of the fields. Values left out at the end are defaults.
 */
STOA_TRY stoa_table_append(stoa_table *table, const stoa_value *values, size_t count,
                           stoa_error *error);
/**
 * The same before row `index` (at most the number of rows). O(rows behind it).
 */
STOA_TRY stoa_table_insert(stoa_table *table, size_t index, const stoa_value *values, size_t count,
                           stoa_error *error);
/**
 * Row `index` becomes these values, or stays as it is. Values left out at the end are defaults.
 */
STOA_TRY stoa_table_replace(stoa_table *table, size_t index, const stoa_value *values, size_t count,
                            stoa_error *error);
/**
 * `rows` rows from columns; fields without a source get their default. Of the same type and
 * packed: at the speed of a copy.
 */
STOA_TRY stoa_table_extend(stoa_table *table, const stoa_source *sources, size_t source_count,
                           size_t rows, stoa_error *error);
/**
 * `count` rows, first, first + step, …, become `rows` rows from columns; fields without a source
 * get their default. With a step of 1 there may be more or fewer rows than before, which is a
 * removal or an insertion unless it is at the end. All of it is done, or nothing.
 */
STOA_TRY stoa_table_splice(stoa_table *table, size_t first, ptrdiff_t step, size_t count,
                           const stoa_source *sources, size_t source_count, size_t rows,
                           stoa_error *error);
/**
 * Rows [first, first + count) go; those behind move up.
 */
STOA_TRY stoa_table_remove(stoa_table *table, size_t first, size_t count, stoa_error *error);
/**
 * The last row takes the place of row `index`. O(1).
 */
STOA_TRY stoa_table_swap_remove(stoa_table *table, size_t index, stoa_error *error);
STOA_TRY stoa_table_swap(stoa_table *table, size_t a, size_t b, stoa_error *error);
STOA_TRY stoa_table_reverse(stoa_table *table, stoa_error *error);
/**
 * Row i becomes what row indices[i] was; `count` must be the number of rows, and each index must
 * come once. Needs memory for one column aside; the indices may lie in a column.
 */
STOA_TRY stoa_table_permute(stoa_table *table, const size_t *indices, size_t count,
                            stoa_error *error);
/**
 * Rows with a zero byte go; `length` must be the number of rows. The mask may lie in a column.
 */
STOA_TRY stoa_table_keep(stoa_table *table, const uint8_t *mask, size_t length, stoa_error *error);
/**
 * No rows; memory stays for the next ones.
 */
STOA_API void stoa_table_clear(stoa_table *table);
/**
 * Memory beyond the rows goes back to the system.
 */
STOA_API void stoa_table_shrink(stoa_table *table);

STOA_END_DECLS

#endif
