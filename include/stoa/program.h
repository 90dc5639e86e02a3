/**
 * program.h: an expression that was bound to the fields of a table, ready to run.
 *
 * A program can be kept and run again: with other parameters, and on any table that has the fields
 * that it names (if their types differ from the last table's, it is bound again by itself). It
 * holds no reference to a table. One thread may use a program at a time, and programs that share
 * expressions count as one: binding marks the expressions' nodes. Results are the same bits for any
 * number of threads and on any processor level, a NaN's sign and payload aside.
 *
 * Errors count only where a value is used: not in rows that the condition leaves out, and not in
 * branches that are not taken. error->row is the first row at fault. A program that does not fit a
 * table says so by STOA_NO_FIELD, STOA_WRONG_TYPE, or STOA_OUT_OF_RANGE for a component that a
 * vector does not have. STOA_FULL: a pool has no room for a string that a program makes.
 */
#ifndef STOA_PROGRAM_H
#define STOA_PROGRAM_H

#include <stoa/expression.h>
#include <stoa/selection.h>
#include <stoa/text.h>

STOA_BEGIN_DECLS

/**
 * A program, which one thread uses at a time.
 */
typedef struct stoa_program stoa_program;

/**
 * For bindings of languages whose interpreter has a lock: a run that is told of one lets go of it
 * while it computes. `leave` is called once everything has been checked and the columns are locked,
 * and what it gives is handed to `enter` before they are unlocked. Neither may fail. Not for
 * programs of tables whose pool has callbacks that need the interpreter.
 *
 * @members stoa_interpreter
 */
typedef struct stoa_interpreter {
    void *(*leave)(void);
    void (*enter)(void *left);
} stoa_interpreter;

/**
 * The rows of a run, if it is not over the whole table.
 *
 * @members stoa_scope
 */
typedef struct stoa_scope {
    size_t rows; /* the run is over rows [0, rows), at most all of the table's; where the program
                  * reads arrays alone, `rows` is their length. With a selection, 0 means all rows
                  * that the selection covers */
    const stoa_selection *selection; /* of these rows, only the selected ones; NULL: all */
    uint64_t version; /* not 0: STOA_STALE where stoa_program_version is another by now */
    const stoa_interpreter *interpreter; /* borrowed; NULL: none */
    uint64_t reserved[2];                /* zero */
} stoa_scope;

/**
 * Where the values of an output go: `count` cells of that type, `count` being the rows of the run.
 *
 * @members stoa_output
 */
typedef struct stoa_output {
    stoa_type type;
    uint8_t unit;  /* a stoa_unit: of timestamps and durations */
    bool is_zoned; /* timestamps of UTC, of an output that has a zone */
    void *data;
    size_t count;
    uint64_t *validity; /* bit i % 64 of word i / 64 becomes 1 where row i has a value, else 0: then
                           its cell is zero. NULL: a null value is an error */
    uint64_t reserved[1]; /* zero */
} stoa_output;

/**
 * Makes a program of expressions. Names and types are checked once, here. Parameters that have no
 * value yet are checked once they have.
 *
 * @param program becomes the new program
 * @param table whose fields the program is for; NULL if it reads arrays alone
 * @param expression kept by a reference
 * @param where a condition, kept by a reference; NULL: every row
 * @return STOA_NO_FIELD, STOA_WRONG_TYPE, STOA_OUT_OF_RANGE, STOA_INVALID: the expressions do not
 *     fit the table. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO: constants that cannot be computed.
 *     STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_program_free().
 * @cost O(nodes).
 * @threads Reads the table. Programs that share expressions count as one.
 * @snippet program.c built
 */
STOA_TRY stoa_program_new(stoa_program **program, const stoa_table *table,
                          stoa_expression *expression, stoa_expression *where, stoa_error *error);

/**
 * Makes a program of a text.
 *
 * @param program becomes the new program
 * @param table whose fields the program is for; NULL if it names none
 * @param where a condition; NULL: every row
 * @return As stoa_expression_parse() and stoa_program_new().
 * @owner The caller frees it by stoa_program_free().
 * @cost O(length).
 * @threads Reads the table.
 * @snippet program.c again
 */
STOA_TRY stoa_program_parse(stoa_program **program, const stoa_table *table, const char *text,
                            const char *where, stoa_error *error);

/**
 * Frees a program. NULL does nothing.
 *
 * @cost O(nodes).
 * @threads Changes the program.
 * @snippet program.c again
 */
STOA_API void stoa_program_free(stoa_program *program);

/**
 * Sets a parameter, for all runs to come. If the value is of another kind than the last one, the
 * program is bound anew by its next run.
 *
 * @param parameter its name, without the $
 * @param value of type STOA_BOOL, STOA_INT64, STOA_UINT64, STOA_FLOAT64, STOA_DATE,
 *     STOA_TIMESTAMP, STOA_DURATION or STOA_STRING, whose bytes are copied; or stoa_null_value()
 * @return STOA_NO_PARAMETER: there is no such parameter. STOA_WRONG_TYPE: a value of another type.
 * @cost O(1).
 * @threads Changes the program.
 * @snippet program.c again
 */
STOA_TRY stoa_program_set_parameter(stoa_program *program, const char *parameter, stoa_value value,
                                    stoa_error *error);

/**
 * Tells how many outputs there are, each vector being one. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the program.
 * @snippet program.c facts
 */
STOA_API size_t stoa_program_output_count(const stoa_program *program);

/**
 * The functions from here to stoa_program_version() tell what the program was bound to last. It is
 * not bound while a parameter has no value, after a call that could not bind it, and after
 * stoa_program_set_parameter() gave a parameter a value of another kind or another size of integer,
 * until a run has bound it again.
 */

/**
 * Tells the type of an output: STOA_BOOL, STOA_INT64, STOA_UINT64 or STOA_FLOAT64, or that of a
 * cast or of a plain field. STOA_NO_TYPE while the program is not bound.
 *
 * @cost O(1).
 * @threads Reads the program.
 * @snippet program.c facts
 */
STOA_API stoa_type stoa_program_output_type(const stoa_program *program, size_t output);

/**
 * Tells the labels of an output that is an enumeration, whose values are their numbers. NULL if it
 * is none, and while the program is not bound.
 *
 * @param count becomes how many there are, and 0 if there are none; may be NULL
 * @owner Borrowed from the program until it is bound again or freed.
 * @cost O(1).
 * @threads Reads the program.
 * @snippet program.c labels
 */
STOA_API const char *const *stoa_program_output_labels(const stoa_program *program, size_t output,
                                                       size_t *count);

/**
 * Tells the unit of an output that is a timestamp or a duration; else STOA_NO_UNIT.
 *
 * @cost O(1).
 * @threads Reads the program.
 * @snippet program.c times
 */
STOA_API stoa_unit stoa_program_output_unit(const stoa_program *program, size_t output);

/**
 * Tells the zone of an output that is a timestamp, as "Europe/Berlin"; NULL if it has none.
 *
 * @owner Static storage.
 * @cost O(1).
 * @threads Reads the program.
 * @snippet program.c times
 */
STOA_API const char *stoa_program_output_zone(const stoa_program *program, size_t output);

/**
 * Tells the length of an output that is a vector. 0 if it is none, and while the program is not
 * bound.
 *
 * @cost O(1).
 * @threads Reads the program.
 * @snippet vector.c program
 */
STOA_API size_t stoa_program_output_length(const stoa_program *program, size_t output);

/**
 * Tells whether an output can be null in some rows because a field or array that it reads can. (An
 * aggregate over no rows is null, too.) False while the program is not bound.
 *
 * @cost O(1).
 * @threads Reads the program.
 * @snippet program.c nulls
 */
STOA_API bool stoa_program_output_is_nullable(const stoa_program *program, size_t output);

/**
 * Tells whether an output is one value for all rows, made of aggregates and constants alone. False
 * while the program is not bound.
 *
 * @cost O(1).
 * @threads Reads the program.
 * @snippet program.c facts
 */
STOA_API bool stoa_program_output_is_aggregate(const stoa_program *program, size_t output);

/**
 * Tells whether the values of a row follow from that row alone: no aggregate, no running sum. False
 * while the program is not bound.
 *
 * @cost O(nodes).
 * @threads Reads the program.
 * @snippet program.c facts
 */
STOA_API bool stoa_program_is_by_row(const stoa_program *program);

/**
 * Writes the indices of the fields that the program reads, each once, and tells how many there are.
 * 0 while the program is not bound.
 *
 * @param fields may be NULL if `room` is 0
 * @param room how many are written at most
 * @cost O(fields).
 * @threads Reads the program.
 * @snippet program.c facts
 */
STOA_API size_t stoa_program_fields(const stoa_program *program, uint32_t *fields, size_t room);

/**
 * Tells a number that grows when values change that the program reads: those of its fields, of the
 * fields and rows that its paths lead to, and of columns of the table that its arrays lie in. While
 * it is the same, so is the result for the same rows, unless cells were written through pointers,
 * typed setters or outputs of stoa_program_evaluate(). A run whose scope has another `version` is
 * refused: STOA_STALE. 0 while the program is not bound, or is bound to a table of other fields;
 * otherwise never 0.
 *
 * @cost O(fields that it reads).
 * @threads Reads the table, changes the program.
 * @snippet program.c version
 */
STOA_API uint64_t stoa_program_version(const stoa_program *program, const stoa_table *table);

/* For bindings: the fields that its paths read, and the tables that these are of, as of the table
 * that it was bound to last; field UINT32_MAX: rows of the table alone. Gives how many there are,
 * of which `room` at most are stored. */
STOA_API size_t stoa__program_targets(const stoa_program *program, const stoa_table **tables,
                                      uint32_t *fields, size_t room);

/* ---- runs ---- */

/**
 * Memory that a run reads and writes. A run may write the very cells that it reads as values of
 * rows, of a column or an array, cell for cell: row 0 at the same address, of the same width,
 * packed. Any other overlap is STOA_INVALID: shifted, reversed or of another width; outputs that
 * overlap each other, the words of the scope's selection or the handles of an object field. That
 * holds for arrays that lie in columns which are assigned to, or whose rows are moved, too. What
 * only aggregates read is read before anything is written.
 */

/**
 * Computes aggregates, in one pass over the rows. An aggregate of another one, as in `sum(abs(x -
 * mean(x)))`, takes a pass more.
 *
 * @param table NULL if the program reads arrays alone
 * @param scope NULL: all rows
 * @param values becomes a value for each output, or one for each component of a vector, of type
 *     STOA_BOOL, STOA_INT64, STOA_UINT64, STOA_FLOAT64 or STOA_STRING (whose bytes are the table's
 *     or the program's: see stoa_program_strings()), or null
 * @param count the number of these values
 * @return STOA_INVALID: another `count`, or an output that is no aggregate. STOA_NO_FIELD,
 *     STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter
 *     has no value. STOA_STALE: the scope's selection or version is out of date. STOA_OUT_OF_RANGE:
 *     the scope has more rows than the table. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a
 *     value at fault, in row `error->row`. STOA_OUT_OF_MEMORY.
 * @cost One pass over the fields that are read, on all cores. No memory as long as the table.
 * @threads Reads the table, changes the program.
 * @snippet program.c again
 */
STOA_TRY stoa_program_compute(stoa_program *program, const stoa_table *table,
                              const stoa_scope *scope, stoa_value *values, size_t count,
                              stoa_error *error);

/**
 * Writes the values of each row into arrays. Rows that are left out keep what they have. If
 * something could fail, all rows are checked before the first is stored.
 *
 * @param table NULL if the program reads arrays alone
 * @param scope NULL: all rows
 * @param outputs where each goes, and each component of a vector; may be columns of the table
 * @param count the number of these arrays
 * @return STOA_INVALID: another `count`, or memory that overlaps as a run forbids. STOA_NO_FIELD,
 *     STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter
 *     has no value. STOA_STALE: the scope's selection or version is out of date. STOA_OUT_OF_RANGE:
 *     the scope has more rows than the table. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a
 *     value at fault, in row `error->row`. STOA_OUT_OF_MEMORY.
 * @cost One pass over the fields that are read, or two, on all cores.
 * @threads Reads the table, changes the program.
 * @snippet program.c values
 */
STOA_TRY stoa_program_evaluate(stoa_program *program, const stoa_table *table,
                               const stoa_scope *scope, const stoa_output *outputs, size_t count,
                               stoa_error *error);

/**
 * Writes the values of each row into uninitialized memory. Nothing is checked first: **if it fails,
 * the memory may hold any values**. Rows that are left out are not written.
 *
 * @param table NULL if the program reads arrays alone
 * @param scope NULL: all rows
 * @param outputs where each goes, and each component of a vector; must not overlap what is read
 * @param count the number of these arrays
 * @return STOA_INVALID: another `count`, or memory that overlaps. STOA_NO_FIELD, STOA_WRONG_TYPE,
 *     STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter has no value.
 *     STOA_STALE: the scope's selection or version is out of date. STOA_OUT_OF_RANGE: the scope has
 *     more rows than the table. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at
 *     fault, in row `error->row`. STOA_OUT_OF_MEMORY.
 * @cost One pass over the fields that are read, on all cores.
 * @threads Reads the table, changes the program.
 * @snippet program.c values
 */
STOA_TRY stoa_program_fill(stoa_program *program, const stoa_table *table, const stoa_scope *scope,
                           const stoa_output *outputs, size_t count, stoa_error *error);

/**
 * Stores the outputs into fields. Every right side sees the values from before.
 *
 * @param scope NULL: all rows
 * @param fields the name of a field for each output; of a vector, which takes a vector of its
 *     length, or one value for all components
 * @param count the number of outputs
 * @return STOA_INVALID: another `count`, a field twice, an array that overlaps as a run forbids.
 *     STOA_NO_FIELD, STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table.
 *     STOA_NO_PARAMETER: a parameter has no value. STOA_STALE: the scope's selection or version is
 *     out of date. STOA_OUT_OF_RANGE: the scope has more rows than the table. STOA_OVERFLOW,
 *     STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row `error->row`.
 *     STOA_OUT_OF_MEMORY. STOA_LOCKED: a column that is stored into is locked.
 * @cost One pass over the fields that are read, or two, on all cores; in place.
 * @threads Changes the table and the program.
 * @snippet program.c assign
 */
STOA_TRY stoa_program_assign(stoa_program *program, stoa_table *table, const stoa_scope *scope,
                             const char *const *fields, size_t count, stoa_error *error);

/**
 * Adds a field with the values of the one output, a vector if that is one. Rows that are left out
 * get zero.
 *
 * @param scope NULL: all rows
 * @param name of the new field
 * @param type of the new field; STOA_NO_TYPE: the output's
 * @return STOA_INVALID: not one output. STOA_BAD_NAME: the name is empty, too long, not UTF-8 or
 *     taken. STOA_FULL: more fields than STOA_MAX_FIELDS. STOA_NO_FIELD, STOA_WRONG_TYPE,
 *     STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter has no value.
 *     STOA_STALE: the scope's selection or version is out of date. STOA_OUT_OF_RANGE: the scope has
 *     more rows than the table. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at
 *     fault, in row `error->row`. STOA_OUT_OF_MEMORY. STOA_LOCKED: a column is locked.
 * @cost One pass over the fields that are read, on all cores.
 * @threads Changes the table and the program.
 * @snippet program.c assign
 */
STOA_TRY stoa_program_add_field(stoa_program *program, stoa_table *table, const stoa_scope *scope,
                                const char *name, stoa_type type, stoa_error *error);

/**
 * Writes through a path: what the program gives for each row goes to the row that a reference
 * refers to, where it is added to a field, or becomes its least or greatest value. So several rows
 * that refer to the same one all count. Rows whose reference or value is null are passed over; a
 * cell of the target that is null stays null. Integers are added in 128 bits, and only what comes
 * out must fit; floats as float64, in the order of the rows. Every value is computed before one is
 * stored.
 *
 * @param program has one output
 * @param scope NULL: all rows
 * @param path as text: `target.degree`, `parent.parent.hits`, `target.force[0]`
 * @param operation STOA_ADD of numbers and durations; STOA_MINIMUM or STOA_MAXIMUM, of times too
 * @return STOA_INVALID: `path` is no path, the program has several outputs, another operation, or
 *     as for stoa_program_compute(). STOA_NO_FIELD: there is no such field. STOA_WRONG_TYPE: the
 *     field takes no such value. STOA_OVERFLOW: what comes out does not fit the field; `error->row`
 *     is the row of the target. STOA_SYNTAX: as stoa_expression_parse(). STOA_LOCKED: the field is
 *     locked. STOA_DIVISION_BY_ZERO, STOA_STALE, STOA_OUT_OF_RANGE, STOA_OUT_OF_MEMORY.
 * @cost O(rows + rows of the target), on one thread, and 16 bytes for each row of the target.
 * @threads Reads the table, changes the path's target and the program.
 * @snippet reference.c scatter
 */
STOA_TRY stoa_program_scatter(stoa_program *program, stoa_table *table, const stoa_scope *scope,
                              const char *path, stoa_operation operation, stoa_error *error);

/**
 * Selects the rows where the one output, a condition, holds.
 *
 * @param selection becomes the new selection
 * @param scope NULL: all rows
 * @return STOA_INVALID: not one output. STOA_NO_FIELD, STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does
 *     not fit the table. STOA_NO_PARAMETER: a parameter has no value. STOA_STALE: the scope's
 *     selection or version is of before. STOA_OUT_OF_RANGE: the scope has more rows than the table.
 *     STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row `error->row`.
 *     STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_selection_free().
 * @cost One pass over the fields that are read, on all cores; a bit for each row.
 * @threads Reads the table, changes the program.
 * @snippet program.c rows
 */
STOA_TRY stoa_program_select(stoa_selection **selection, stoa_program *program,
                             const stoa_table *table, const stoa_scope *scope, stoa_error *error);

/**
 * Makes a table of copies of the rows where the one output, a condition, holds.
 *
 * @param filtered becomes the new table
 * @param scope NULL: all rows
 * @return STOA_INVALID: not one output. STOA_NO_FIELD, STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does
 *     not fit the table. STOA_NO_PARAMETER: a parameter has no value. STOA_STALE: the scope's
 *     selection or version is of before. STOA_OUT_OF_RANGE: the scope has more rows than the table.
 *     STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row `error->row`.
 *     STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_table_free().
 * @cost One pass over the table, on all cores. No memory as long as the table but the result.
 * @threads Reads the table, changes the program. With object fields: changes the pool.
 * @snippet program.c rows
 */
STOA_TRY stoa_program_filter(stoa_table **filtered, stoa_program *program, const stoa_table *table,
                             const stoa_scope *scope, stoa_error *error);

/**
 * Removes the rows where the one output, a condition, holds.
 *
 * @return STOA_INVALID: not one output, or an array that overlaps as a run forbids. STOA_NO_FIELD,
 *     STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter
 *     has no value. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row
 *     `error->row`. STOA_OUT_OF_MEMORY. STOA_LOCKED: a column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost One pass over the table, or two, on all cores; in place.
 * @threads Changes the table, the order of its rows, and the program.
 * @snippet program.c rows
 */
STOA_TRY stoa_program_remove(stoa_program *program, stoa_table *table, stoa_error *error);

/**
 * Removes the rows where the one output, a condition, does not hold.
 *
 * @return STOA_INVALID: not one output, or an array that overlaps as a run forbids. STOA_NO_FIELD,
 *     STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter
 *     has no value. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row
 *     `error->row`. STOA_OUT_OF_MEMORY. STOA_LOCKED: a column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost One pass over the table, or two, on all cores; in place.
 * @threads Changes the table, the order of its rows, and the program.
 * @snippet program.c rows
 */
STOA_TRY stoa_program_keep(stoa_program *program, stoa_table *table, stoa_error *error);

/**
 * Tells the pool of the strings that a program has made. Outputs of type STOA_STRING are handles of
 * it. NULL if the program is not bound, or has no strings.
 *
 * @owner Borrowed from the program, until it runs again, is bound anew or freed; so are the strings
 *     that stoa_program_compute() gives, unless the pool is the table's.
 * @cost O(1).
 * @threads Reads the program.
 * @snippet program.c strings
 */
STOA_API const stoa_string_pool *stoa_program_strings(const stoa_program *program);

STOA_END_DECLS

#endif
