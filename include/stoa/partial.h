/**
 * partial.h: aggregates of tables that are not in one place.
 *
 * A partial is what aggregates have come to after the rows of one part: small, to be sent as bytes,
 * and merged with those of other parts. The result is that of one table with the rows of the parts
 * in the order in which they were merged, bit for bit: for any parts, of any length, and any number
 * of threads. Integers are added in 128 bits, and floats without rounding: sum, mean, dot and var
 * of floats are rounded once, when the result is made, and std is the root of var.
 * (stoa_program_compute() adds floats in lanes, which is faster, and can differ from that in the
 * last digits.)
 *
 * Each combination of the values of keys is a group with aggregates of its own. Groups stand in the
 * order in which they first came.
 *
 * What the row of a part cannot tell alone is refused: aggregates within aggregates or in the
 * condition, running sums, row(), count_distinct.
 */
#ifndef STOA_PARTIAL_H
#define STOA_PARTIAL_H

#include <stoa/program.h>

STOA_BEGIN_DECLS

/**
 * The most keys that tell groups apart.
 */
#define STOA_MAX_KEYS 64

/**
 * A partial.
 */
typedef struct stoa_partial stoa_partial;

/**
 * Computes the partial of the rows of a run.
 *
 * @param partial becomes the new partial
 * @param table NULL if the program reads arrays alone
 * @param scope NULL: all rows. With a selection the part has the selected rows alone: the row
 *     numbers of argmin and argmax are those among them
 * @param keys so many of the outputs, from the first on, are keys; the others are aggregates
 * @return STOA_INVALID: an aggregate among the keys, another output that is none, or one that
 *     cannot be computed in parts; more than STOA_MAX_KEYS keys, no aggregate. STOA_NO_FIELD,
 *     STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter
 *     has no value. STOA_STALE: the scope's selection or version is out of date. STOA_OUT_OF_RANGE:
 *     the scope has more rows than the table. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a
 *     value at fault, in row `error->row`. STOA_FULL: four billion groups. STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_partial_free().
 * @cost One pass over the fields that are read, on all cores; O(groups) memory.
 * @threads Reads the table, changes the program.
 * @snippet partial.c program
 */
STOA_TRY stoa_program_partial(stoa_partial **partial, stoa_program *program,
                              const stoa_table *table, const stoa_scope *scope, size_t keys,
                              stoa_error *error);

/**
 * Computes the partial of all rows of a table, as of "sum(x), mean(y)".
 *
 * @param partial becomes the new partial
 * @param text aggregates alone
 * @param by keys, as "carrier, year(day)"; NULL: all rows are one group
 * @param where a condition; NULL: every row
 * @return STOA_SYNTAX: a text is no expression. STOA_INVALID: not aggregates alone, an aggregate
 *     among the keys, an output that cannot be computed in parts, more than STOA_MAX_KEYS keys.
 *     STOA_NO_FIELD, STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table.
 *     STOA_NO_PARAMETER: a parameter has no value. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO,
 *     STOA_INVALID: a value at fault, in row `error->row`. STOA_FULL: four billion groups.
 *     STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_partial_free().
 * @cost Parsing, and one pass over the fields that are read, on all cores; O(groups) memory.
 * @threads Reads the table.
 * @snippet partial.c text
 */
STOA_TRY stoa_partial_new(stoa_partial **partial, const stoa_table *table, const char *text,
                          const char *by, const char *where, stoa_error *error);

/**
 * Frees a partial. NULL does nothing.
 *
 * @cost O(groups).
 * @threads Changes the partial.
 * @snippet partial.c text
 */
STOA_API void stoa_partial_free(stoa_partial *partial);

/**
 * Adds another partial: its rows come behind those that were merged before. If it fails, the
 * partial is as it was.
 *
 * @param next of the same aggregates and keys; may be the partial itself. The condition and the
 *     values of parameters are not compared
 * @return STOA_WRONG_TYPE: it is of other ones, or their types differ. STOA_FULL: four billion
 *     groups. STOA_OVERFLOW: more rows than 64 bits count. STOA_OUT_OF_MEMORY.
 * @cost O(groups of `next`).
 * @threads Changes the partial, reads `next`.
 * @snippet partial.c text
 */
STOA_TRY stoa_partial_merge(stoa_partial *partial, const stoa_partial *next, stoa_error *error);

/**
 * Tells how many rows the parts have, those among them that the condition leaves out. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the partial.
 * @snippet partial.c facts
 */
STOA_API uint64_t stoa_partial_rows(const stoa_partial *partial);

/**
 * Tells how many groups there are; 1 where there are no keys. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the partial.
 * @snippet partial.c facts
 */
STOA_API size_t stoa_partial_group_count(const stoa_partial *partial);

/**
 * Makes a table of the results: a row for each group, a field for each output, in the order in
 * which they were written. Aggregates that may have nothing to tell, and keys that may be null, are
 * nullable.
 *
 * @param result becomes the new table
 * @param names of the fields, one for each output; NULL, all or one of them: as they were written:
 *     "sum(x)"
 * @param count the number of these names
 * @return STOA_INVALID: another `count`. STOA_BAD_NAME: a name is empty, too long, not UTF-8, or
 *     there twice. STOA_OVERFLOW: a sum that does not fit its type. STOA_FULL: more rows than a
 *     table can have. STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_table_free(); it borrows nothing.
 * @cost O(groups).
 * @threads Reads the partial.
 * @snippet partial.c text
 */
STOA_TRY stoa_partial_result(stoa_table **result, const stoa_partial *partial,
                             const char *const *names, size_t count, stoa_error *error);

/**
 * Tells how many bytes stoa_partial_write() writes. 0 for NULL.
 *
 * @cost O(groups).
 * @threads Reads the partial.
 * @snippet partial.c bytes
 */
STOA_API size_t stoa_partial_size(const stoa_partial *partial);

/**
 * Writes a partial as bytes, with a version and a hash (XXH3) of them. Equal partials give equal
 * bytes, on any machine.
 *
 * @param bytes room for them
 * @param size what stoa_partial_size() tells
 * @return STOA_INVALID: another `size`.
 * @cost O(groups).
 * @threads Reads the partial.
 * @snippet partial.c bytes
 */
STOA_TRY stoa_partial_write(const stoa_partial *partial, void *bytes, size_t size,
                            stoa_error *error);

/**
 * Makes a partial of bytes that stoa_partial_write() wrote, here or elsewhere. Every length is
 * checked before it is used.
 *
 * @param partial becomes the new partial
 * @return STOA_INVALID: the bytes are no partial, are damaged or cut short, or of a later version.
 *     STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_partial_free().
 * @cost O(size).
 * @threads Any.
 * @snippet partial.c bytes
 */
STOA_TRY stoa_partial_read(stoa_partial **partial, const void *bytes, size_t size,
                           stoa_error *error);

STOA_END_DECLS

#endif
