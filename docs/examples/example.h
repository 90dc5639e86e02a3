/* example.h: what the examples in this folder share.
 *
 * The lines between two comments [name] are shown in the documentation. A comment "prints TEXT"
 * stands behind each line that prints: main.c compares. */
#ifndef STOA_EXAMPLE_H
#define STOA_EXAMPLE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stoa/stoa.h>

/* [must] */
/* Ends the program, with the message, if a call failed. */
static inline void must(stoa_status status, const stoa_error *error)
{
    if (status == STOA_OK)
        return;
    fprintf(stderr, "%s: %s\n", stoa_status_name(status), error->message);
    exit(EXIT_FAILURE);
}
/* [must] */

/* [table_of] */
/* A table of one field, x, with these values. */
static inline stoa_table *table_of(size_t rows, const int32_t *x)
{
    static const stoa_field fields[] = {{.name = "x", .type = STOA_INT32}};
    const stoa_source source = {.name = "x", .type = STOA_INT32, .data = x};
    stoa_table *table;
    stoa_error error;
    must(stoa_table_new(&table, fields, 1, NULL, &error), &error);
    must(stoa_table_extend(table, &source, 1, rows, &error), &error);
    return table;
}

/* Prints the values of x. */
static inline void show(const stoa_table *table)
{
    const int32_t *x = stoa_int32_column(table, "x");
    for (size_t i = 0; i < stoa_table_rows(table); i++)
        printf(i == 0 ? "%" PRId32 : " %" PRId32, x[i]);
    printf("\n");
}
/* [table_of] */

void arrow_examples(void);
void column_examples(void);
void error_examples(void);
void expression_examples(void);
void ids_examples(void);
void partial_examples(void);
void pool_examples(void);
void program_examples(void);
void readme_examples(void);
void record_examples(void);
void reference_examples(void);
void row_examples(void);
void selection_examples(void);
void strings_examples(void);
void table_examples(void);
void type_examples(void);
void value_counts_examples(void);
void vector_examples(void);

#endif
