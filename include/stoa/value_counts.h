/**
 * value_counts.h: the different values of an expression, and how often each comes.
 *
 * Null is a value of its own. All NaNs are one value, and -0.0 is 0.0. The values stand in the
 * order in which they first come, until they are sorted by how often they do; for any number of
 * threads the same.
 */
#ifndef STOA_VALUE_COUNTS_H
#define STOA_VALUE_COUNTS_H

#include <stoa/program.h>

STOA_BEGIN_DECLS

/**
 * Different values. All of it may be read, none written.
 *
 * @members stoa_value_counts
 */
typedef struct stoa_value_counts {
    size_t count;     /* how many different values there are, null among them */
    stoa_type type;   /* of the values */
    const void *data; /* the values, as cells of that type: of strings, handles of `strings`; of an
                         enumeration the numbers of its labels (stoa_program_output_labels) */
    const uint64_t *counts;          /* in how many rows each value comes */
    const uint64_t *rows;            /* the first row of each */
    size_t null;                     /* which value is null, whose cell is 0; `count`: none is */
    const stoa_string_pool *strings; /* of values of type STOA_STRING; else NULL */
} stoa_value_counts;

/**
 * Counts the values of the one output of a program.
 *
 * @param counts becomes the new values and their counts
 * @param table NULL if the program reads arrays alone
 * @param scope NULL: all rows
 * @return STOA_INVALID: not one output. STOA_NO_FIELD, STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does
 *     not fit the table, is a vector or of type object. STOA_NO_PARAMETER: a parameter has no
 *     value. STOA_STALE: the scope's selection or version is out of date. STOA_OUT_OF_RANGE: the
 *     scope has more rows than the table. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a
 *     value at fault, in row `error->row`. STOA_FULL: four billion different values.
 *     STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_value_counts_free(). It keeps its pool of strings alive, which
 *     for values of a string field as they are is the table's.
 * @cost One pass over the fields that are read, on all cores; O(different values) memory. Strings
 *     and small integers are counted by their number, other values by a hash of them.
 * @threads Reads the table, changes the program.
 * @snippet value_counts.c program
 */
STOA_TRY stoa_program_count_values(stoa_value_counts **counts, stoa_program *program,
                                   const stoa_table *table, const stoa_scope *scope,
                                   stoa_error *error);

/**
 * Counts the values of an expression, as "lower(carrier)".
 *
 * @param counts becomes the new values and their counts
 * @param where a condition; NULL: every row
 * @return STOA_SYNTAX: the text is no expression. STOA_INVALID: not one expression. STOA_NO_FIELD,
 *     STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table, is a vector or of type object.
 *     STOA_NO_PARAMETER: a parameter has no value. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO,
 *     STOA_INVALID: a value at fault, in row `error->row`. STOA_FULL: four billion different
 *     values. STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_value_counts_free(). It keeps its pool of strings alive, which
 *     for values of a string field as they are is the table's.
 * @cost Parsing, and one pass over the fields that are read, on all cores; O(different values)
 *     memory.
 * @threads Reads the table.
 * @snippet value_counts.c text
 */
STOA_TRY stoa_count_values(stoa_value_counts **counts, const stoa_table *table, const char *text,
                           const char *where, stoa_error *error);

/**
 * Puts the values that come most often first; of those that come equally often the one that stood
 * before the other.
 *
 * @return STOA_OUT_OF_MEMORY: the order is as it was.
 * @cost O(values × bytes of the largest count).
 * @threads Changes `counts`.
 * @snippet value_counts.c text
 */
STOA_TRY stoa_value_counts_sort(stoa_value_counts *counts, stoa_error *error);

/**
 * Frees values and their counts. NULL does nothing.
 *
 * @cost O(1).
 * @threads Changes `counts`; the last user of a pool of strings frees it.
 * @snippet value_counts.c text
 */
STOA_API void stoa_value_counts_free(stoa_value_counts *counts);

STOA_END_DECLS

#endif
