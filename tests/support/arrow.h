/* arrow.h: a slow and suspicious reader of Arrow's arrays, and tables to export. */
#ifndef STOA_TESTS_ARROW_H
#define STOA_TESTS_ARROW_H

#include "testing.h"

#define BY(...) (&(const stoa_arrow_options){__VA_ARGS__})

/* What exports promise: formats that are known, offset 0, the exact number of nulls, zero where
 * there is none, dictionaries and texts that are within their bounds, and no nulls in structs. */
void arrow_check(const struct ArrowSchema *schema, const struct ArrowArray *array);
/* The value at a place, whatever the type: numbers as int64, uint64 or float64 by their sign and
 * kind, strings as strings, those of dictionaries, too. Of a list its item `component`. */
stoa_value arrow_value(const struct ArrowSchema *schema, const struct ArrowArray *array,
                       size_t place, size_t component);
/* Whether it is the value of a table's cell. `labels`: of an enumeration; NULL: it is none. */
bool arrow_equals(stoa_value value, stoa_value cell, const char *const *labels);

/* Compares a column, or a table's columns in order, with cells of the table: place i of the array
 * is that of row rows[i]. */
void arrow_compare(const stoa_table *table, size_t field, const struct ArrowSchema *schema,
                   const struct ArrowArray *array, const size_t *rows);
void arrow_compare_all(const stoa_table *table, const struct ArrowSchema *schema,
                       const struct ArrowArray *array, const size_t *rows);

/* A table with a field of each type that Arrow has, most of them twice: the second nullable. */
stoa_table *arrow_table(size_t rows, dice *d);
/* Writes random values into rows [first, rows). */
void arrow_fill(stoa_table *table, size_t first, dice *d);

#endif
