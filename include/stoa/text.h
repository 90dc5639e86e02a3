/**
 * text.h: expressions from text, computed in one step.
 *
 * Each call parses its text, binds it to the table and runs it once: a program (program.h) that is
 * kept is quicker where the same is computed again. Errors are those of programs.
 */
#ifndef STOA_TEXT_H
#define STOA_TEXT_H

#include <stoa/expression.h>
#include <stoa/table.h>

STOA_BEGIN_DECLS

/**
 * Computes one aggregate of all rows, as "sum(x * x + y * y)".
 *
 * @param value becomes the result; null for aggregates of nothing
 * @return STOA_SYNTAX: the text is no expression. STOA_NO_FIELD, STOA_WRONG_TYPE,
 *     STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter has no value.
 *     STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row `error->row`.
 *     STOA_OUT_OF_MEMORY.
 * @cost Parsing, and one pass over the fields that are read, on all cores.
 * @threads Reads the table.
 * @snippet program.c compute
 */
STOA_TRY stoa_compute(const stoa_table *table, const char *text, stoa_value *value,
                      stoa_error *error);

/**
 * Computes several aggregates in one pass, as "sum(x), mean(y)".
 *
 * @param where a condition; NULL: every row
 * @param values becomes a value for each, or one for each component of a vector
 * @param count how many values there are
 * @return STOA_INVALID: another `count`. STOA_SYNTAX: the text is no expression. STOA_NO_FIELD,
 *     STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter
 *     has no value. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row
 *     `error->row`. STOA_OUT_OF_MEMORY.
 * @cost Parsing, and one pass over the fields that are read, on all cores.
 * @threads Reads the table.
 * @snippet program.c compute
 */
STOA_TRY stoa_compute_all(const stoa_table *table, const char *text, const char *where,
                          stoa_value *values, size_t count, stoa_error *error);

/**
 * Stores an expression of the other fields into a field.
 *
 * @param where a condition; NULL: every row
 * @return STOA_SYNTAX: the text is no expression. STOA_NO_FIELD, STOA_WRONG_TYPE,
 *     STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter has no value.
 *     STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row `error->row`.
 *     STOA_OUT_OF_MEMORY. STOA_LOCKED: a column that is stored into is locked.
 * @cost Parsing, and one pass over the fields that are read, or two, on all cores; in place.
 * @threads Changes the table.
 * @snippet program.c text
 */
STOA_TRY stoa_assign(stoa_table *table, const char *field, const char *text, const char *where,
                     stoa_error *error);

/**
 * Stores expressions into several fields, field k from `texts[k]`. Every right side is evaluated
 * before any is stored.
 *
 * @param where a condition; NULL: every row
 * @return STOA_INVALID: none, or a field twice. STOA_SYNTAX: the text is no expression.
 *     STOA_NO_FIELD, STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table.
 *     STOA_NO_PARAMETER: a parameter has no value. STOA_OVERFLOW, STOA_DIVISION_BY_ZERO,
 *     STOA_INVALID: a value at fault, in row `error->row`. STOA_OUT_OF_MEMORY. STOA_LOCKED: a
 *     column that is stored into is locked.
 * @cost Parsing, and one pass over the fields that are read, or two, on all cores.
 * @threads Changes the table.
 * @snippet program.c text
 */
STOA_TRY stoa_update(stoa_table *table, const char *const *fields, const char *const *texts,
                     size_t count, const char *where, stoa_error *error);

/**
 * Adds a field with the values of an expression.
 *
 * @param field the name of the new field
 * @param type of the new field; STOA_NO_TYPE: the expression's
 * @param where a condition: other rows get zero; NULL: every row
 * @return STOA_SYNTAX: the text is no expression. STOA_BAD_NAME: the name is empty, too long, not
 *     UTF-8 or taken. STOA_NO_FIELD, STOA_WRONG_TYPE, STOA_OUT_OF_RANGE: it does not fit the table.
 *     STOA_NO_PARAMETER: a parameter has no value. STOA_FULL: more fields than STOA_MAX_FIELDS.
 *     STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row `error->row`.
 *     STOA_OUT_OF_MEMORY. STOA_LOCKED: a column is locked.
 * @cost Parsing, and one pass over the fields that are read, on all cores.
 * @threads Changes the table.
 * @snippet program.c text
 */
STOA_TRY stoa_add_field(stoa_table *table, const char *field, stoa_type type, const char *text,
                        const char *where, stoa_error *error);

/**
 * stoa_program_scatter() of a text, in the rows where the condition holds.
 *
 * @param where NULL: all rows
 * @return As stoa_program_scatter(); or as stoa_program_parse().
 * @cost O(rows + rows of the target + length of the texts).
 * @threads Reads the table and changes the path's target.
 * @snippet reference.c scatter
 */
STOA_TRY stoa_scatter(stoa_table *table, const char *path, stoa_operation operation,
                      const char *text, const char *where, stoa_error *error);

/**
 * Makes a table of copies of the rows where a condition holds.
 *
 * @param filtered becomes the new table
 * @return STOA_SYNTAX: the text is no expression. STOA_NO_FIELD, STOA_WRONG_TYPE,
 *     STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter has no value.
 *     STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row `error->row`.
 *     STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_table_free().
 * @cost Parsing, and one pass over the table, on all cores.
 * @threads Reads the table. With object fields: changes the pool.
 * @snippet program.c text_rows
 */
STOA_TRY stoa_filter(stoa_table **filtered, const stoa_table *table, const char *where,
                     stoa_error *error);

/**
 * Removes the rows where a condition holds.
 *
 * @return STOA_SYNTAX: the text is no expression. STOA_NO_FIELD, STOA_WRONG_TYPE,
 *     STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter has no value.
 *     STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row `error->row`.
 *     STOA_OUT_OF_MEMORY. STOA_LOCKED: a column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost Parsing, and one pass over the table, or two, on all cores; in place.
 * @threads Changes the table, and the order of its rows.
 * @snippet program.c text_rows
 */
STOA_TRY stoa_remove(stoa_table *table, const char *where, stoa_error *error);

/**
 * Removes the rows where a condition does not hold.
 *
 * @return STOA_SYNTAX: the text is no expression. STOA_NO_FIELD, STOA_WRONG_TYPE,
 *     STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter has no value.
 *     STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row `error->row`.
 *     STOA_OUT_OF_MEMORY. STOA_LOCKED: a column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost Parsing, and one pass over the table, or two, on all cores; in place.
 * @threads Changes the table, and the order of its rows.
 * @snippet program.c text_rows
 */
STOA_TRY stoa_keep(stoa_table *table, const char *where, stoa_error *error);

STOA_END_DECLS

#endif
