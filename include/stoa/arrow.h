/**
 * arrow.h: tables to and from Arrow's C data and stream interface, which needs no library of Arrow.
 *
 * What leaves is a copy, made batch by batch as the consumer asks for it: it never changes, and
 * lives as long as the consumer wants. A stream holds the table, which is freed with the later of
 * the two. Arrays may be moved and released by any thread; whoever pulls from a stream reads the
 * table.
 *
 * Types: bool as bits, integers, floats, dates, timestamps with unit and zone, and durations as
 * they are; strings as utf8, or as dictionaries; enumerations as dictionaries of their labels;
 * vectors as lists of fixed size; references as ids, uint64, null where the row is gone, and a
 * stream holds the tables that they refer to. Object fields have no counterpart. Arrays begin at
 * offset 0, tell the exact number of nulls, hold zero where there is none, and a struct has no
 * nulls of its own.
 */
#ifndef STOA_ARROW_H
#define STOA_ARROW_H

#include <stoa/selection.h>

STOA_BEGIN_DECLS

/**
 * The structs of the C data interface, as https://arrow.apache.org/docs/format/CDataInterface.html
 * fixes them. Whatever else declares them in the same program has the same guards.
 */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif

/**
 * Rows of a batch, if nobody asks for another number.
 */
#define STOA_ARROW_BATCH 65536

/**
 * A flag of an export: strings leave as dictionaries, which share the bytes of the table's pool.
 */
#define STOA_ARROW_DICTIONARIES 1u
/**
 * A flag of an export: the one field leaves by itself, not as the child of a struct.
 */
#define STOA_ARROW_BARE 2u

/**
 * For bindings of languages whose interpreter has a lock: consumers may pull from any thread.
 * `around` is called for each pull, and must give what act(state, error) gives, or fail.
 *
 * @members stoa_arrow_guard
 */
typedef struct stoa_arrow_guard {
    stoa_status (*around)(void *context, stoa_status (*act)(void *state, stoa_error *error),
                          void *state, stoa_error *error);
    void *context; /* must be valid as long as the stream is */
} stoa_arrow_guard;

/**
 * A table whose memory is lent: see stoa_loan_new().
 */
typedef struct stoa_loan stoa_loan;

/**
 * What of a table leaves, and how. Zero it, and set what you need.
 *
 * @members stoa_arrow_options
 */
typedef struct stoa_arrow_options {
    size_t batch_rows;    /* the most rows of a batch; 0: STOA_ARROW_BATCH */
    const size_t *fields; /* indices; one of a vector's components means the vector. NULL: all */
    size_t field_count;
    /* Rows first, first + step, …, `count` of them; step 0: all rows that the table has now. */
    size_t first;
    ptrdiff_t step;
    size_t count;
    const stoa_selection *selection; /* only these rows; copied. NULL: all */
    /* A schema that the consumer would like: strings and enumerations leave in its form, as utf8,
     * large_utf8 or dictionary. All else is as it is. Only read by the call. NULL: none. */
    const struct ArrowSchema *requested;
    const stoa_arrow_guard *guard; /* copied; NULL: none */
    /* Arrays share the memory that is lent, where they can, and hold the loan. NULL: copies. */
    stoa_loan *loan;
    uint64_t flags;       /* zero, or STOA_ARROW_DICTIONARIES, STOA_ARROW_BARE */
    uint64_t reserved[4]; /* zero */
} stoa_arrow_options;

/**
 * Describes the fields of a table as Arrow has them.
 *
 * @param schema becomes the schema
 * @param options NULL: all fields; what is about rows is not read
 * @return STOA_INVALID: an unknown flag or a reserve that is set; STOA_ARROW_BARE and not one
 *     field; a requested schema of another number of fields. STOA_NO_FIELD: there is no such field.
 *     STOA_WRONG_TYPE: an object field. STOA_OUT_OF_MEMORY.
 * @owner The caller releases the schema by `schema->release`.
 * @cost O(fields).
 * @threads Reads the table.
 * @snippet arrow.c stream
 */
STOA_TRY stoa_table_arrow_schema(struct ArrowSchema *schema, const stoa_table *table,
                                 const stoa_arrow_options *options, stoa_error *error);

/**
 * Makes a stream of a table: its rows are copied batch by batch as they are pulled. If the columns
 * were written to meanwhile, or rows removed, inserted in the middle or reordered, the next pull is
 * an error; rows that are appended don't belong to it. Strings leave in shorter batches where 2 GiB
 * of text would not fit one.
 *
 * @param stream becomes the stream
 * @param options NULL: all rows and fields
 * @return STOA_INVALID: an unknown flag or a reserve that is set; STOA_ARROW_BARE and not one
 *     field; a requested schema of another number of fields. STOA_NO_FIELD: there is no such field.
 *     STOA_WRONG_TYPE: an object field. STOA_OUT_OF_RANGE: the rows are not all there.
 *     STOA_STALE: the selection is out of date. STOA_OUT_OF_MEMORY.
 * @owner The caller releases the stream by `stream->release`, from any thread. It holds the table.
 * @cost O(fields); each batch at the speed of memcpy.
 * @threads Reads the table, and so does each pull.
 * @snippet arrow.c stream
 */
STOA_TRY stoa_table_arrow_stream(struct ArrowArrayStream *stream, stoa_table *table,
                                 const stoa_arrow_options *options, stoa_error *error);

/**
 * Copies rows of a table into one array. Strings of 2 GiB and more are large_utf8 in it, so that
 * the schema comes with it.
 *
 * @param schema becomes the schema
 * @param array becomes the array
 * @param options NULL: all rows and fields; `batch_rows` and `guard` are not read
 * @return As stoa_table_arrow_stream().
 * @owner The caller releases both.
 * @cost O(rows), at the speed of memcpy.
 * @threads Reads the table.
 * @snippet arrow.c array
 */
STOA_TRY stoa_table_arrow_array(struct ArrowSchema *schema, struct ArrowArray *array,
                                const stoa_table *table, const stoa_arrow_options *options,
                                stoa_error *error);

/**
 * Lends the memory of a table: streams and arrays that are made with the loan (of this table, by
 * stoa_arrow_options.loan) share it, without a copy. Until the loan was freed and all of these were
 * released, calls that would write to cells, remove or reorder rows, or change fields give
 * STOA_LENT and change nothing; rows can be appended, and don't belong to what was lent before.
 * Writes through pointers and typed setters are not seen: they are the caller's to avoid. Bools,
 * vectors, references, plain strings, rows in other steps than 1 and selected rows are copied all
 * the same. A stream gives all rows at once, if no other number was asked for.
 *
 * @param loan becomes the new loan
 * @return STOA_INVALID: NULL. STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_loan_free(). It holds the table.
 * @cost O(fields).
 * @threads Changes the table.
 * @snippet arrow.c lend
 */
STOA_TRY stoa_loan_new(stoa_loan **loan, stoa_table *table, stoa_error *error);

/**
 * Gives a loan back. What was made with it stays as it is, and holds the memory still. NULL does
 * nothing.
 *
 * @cost O(1); O(fields) where nothing else holds it.
 * @threads Any; the last holder ends the locks of the columns, which may be an array that another
 *     thread releases.
 * @snippet arrow.c lend
 */
STOA_API void stoa_loan_free(stoa_loan *loan);

/**
 * Tells how many loans of a table are not over, and how many arrays and streams hold these.
 *
 * @param arrays becomes the number of arrays and streams; may be NULL
 * @cost O(1).
 * @threads Any.
 * @snippet arrow.c lend
 */
STOA_API size_t stoa_table_loans(const stoa_table *table, size_t *arrays);

/**
 * Makes a table of all that a stream gives, with the fields of its schema: see
 * stoa_table_from_arrow_schema().
 *
 * @param table becomes the new table
 * @param stream pulled to its end; the caller releases it
 * @param options NULL: as much room as fits well
 * @return As stoa_table_from_arrow_schema() and stoa_table_extend_arrow(). STOA_REFUSED: the stream
 *     failed; the message has what it says.
 * @owner The caller frees the table by stoa_table_free(). All values are copied.
 * @cost O(rows), at the speed of memcpy for numbers.
 * @threads Any.
 * @snippet arrow.c import
 */
STOA_TRY stoa_table_from_arrow(stoa_table **table, struct ArrowArrayStream *stream,
                               const stoa_table_options *options, stoa_error *error);

/**
 * Makes an empty table with the fields of a schema: one for each child of a struct, or one for the
 * only column. A dictionary is taken for its values, a column of nulls for bools; where the schema
 * says that there may be nulls, the field is nullable.
 *
 * @param table becomes the new table
 * @param schema only read; the caller releases it
 * @param options NULL: as much room as fits well
 * @return STOA_WRONG_TYPE: a column of a type that no field can have; the message names both.
 *     STOA_INVALID: it is no schema. STOA_BAD_NAME: the name of a column is too long, not UTF-8 or
 *     there twice. STOA_FULL: too many columns. STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_table_free().
 * @cost O(fields).
 * @threads Any.
 * @snippet arrow.c import
 */
STOA_TRY stoa_table_from_arrow_schema(stoa_table **table, const struct ArrowSchema *schema,
                                      const stoa_table_options *options, stoa_error *error);

/**
 * Adds the rows of arrays, by the names of their columns. All come, or none; a thread that reads
 * beside may see rows of a call that then fails. Fields without a column get their defaults. Texts
 * go into strings and into enumerations that have them for labels, ids into references; the values
 * must fit their fields by the rules of stoa_table_extend().
 *
 * @param schema of all the arrays; only read
 * @param arrays only read; the caller releases them
 * @return STOA_INVALID: an array that is not what the schema says, a text that is not UTF-8.
 *     STOA_NO_FIELD: there is no field for a column. STOA_WRONG_TYPE: a column of a type that its
 *     field does not take, a null for a field that takes none. STOA_OVERFLOW: a value that does not
 *     fit. STOA_NO_ID: a reference's target has no row of that id. STOA_FULL,
 *     STOA_OUT_OF_MEMORY. STOA_REFUSED: the pool refused a default.
 * @cost O(rows), at the speed of memcpy for numbers.
 * @threads Changes the table.
 * @snippet arrow.c import
 */
STOA_TRY stoa_table_extend_arrow(stoa_table *table, const struct ArrowSchema *schema,
                                 const struct ArrowArray *const *arrays, size_t count,
                                 stoa_error *error);

STOA_END_DECLS

#endif
