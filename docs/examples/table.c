/* table.c: examples of stoa/table.h. */
#include "example.h"

static void life(void)
{
    /* [new] */
    static const stoa_field fields[] = {
        {.name = "x", .type = STOA_INT32},
        {.name = "y", .type = STOA_INT32, .initial.int64 = 7}, /* the default of new rows */
        {.name = "w", .type = STOA_FLOAT64},
    };
    stoa_table *table;
    stoa_error error;
    must(stoa_table_new(&table, fields, 3, NULL, &error), &error);
    must(stoa_table_resize(table, 1000, &error), &error);
    printf("%zu rows of %zu bytes\n", stoa_table_rows(table),
           stoa_table_row_bytes(table)); /* prints 1000 rows of 16 bytes */
    stoa_table_free(table);
    /* [new] */
}

void table_examples(void)
{
    life();
}
