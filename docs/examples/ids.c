/* ids.c: examples of ids: how to keep hold of a row while others come and go. */
#include "example.h"

static const stoa_field fields[] = {{.name = "x", .type = STOA_INT32}};

static stoa_table *three_rows(void)
{
    stoa_table *table;
    stoa_error error;
    const stoa_table_options options = {.rows = 3, .ids = true};
    must(stoa_table_new(&table, fields, 1, &options, &error), &error);
    for (int32_t i = 0; i < 3; i++)
        stoa_int32_column(table, "x")[i] = 10 * i;
    return table;
}

static void find(void)
{
    stoa_table *table = three_rows();
    stoa_error error;
    /* [find] */
    size_t row;
    uint64_t last = stoa_row_id(stoa_table_row(table, 2));
    must(stoa_table_swap_remove(table, 0, &error), &error); /* the last row is row 0 now */
    must(stoa_table_find_id(table, last, &row), &error);
    printf("row %zu holds %d\n", row, stoa_int32_column(table, "x")[row]);
    /* prints row 0 holds 20 */

    must(stoa_table_remove(table, row, 1, &error), &error);
    printf("%s\n", stoa_status_name(stoa_table_find_id(table, last, &row)));
    /* prints STOA_NO_ID */
    /* [find] */
    stoa_table_free(table);
}

static void read(void)
{
    stoa_table *table = three_rows();
    stoa_error error;
    /* [read] */
    uint64_t ids[3] = {0};
    if (stoa_table_has_ids(table))
        must(stoa_table_read_ids(table, 0, 3, ids, &error), &error);
    for (size_t i = 0; i < 3; i++)
        printf("%d\n", ids[i] > 0 && ids[i] <= INT64_MAX); /* prints 1 */
    /* prints 1 */
    /* prints 1 */

    stoa_selection *large;
    must(stoa_select(&large, table, "x >= 20", &error), &error);
    uint64_t last; /* large->count is 1 */
    must(stoa_selection_ids(large, table, &last, &error), &error);
    printf("%d\n", last == ids[2]); /* prints 1 */
    stoa_selection_free(large);
    /* [read] */
    stoa_table_free(table);
}

static void removal(void)
{
    stoa_table *table = three_rows();
    stoa_error error;
    /* [remove] */
    const uint64_t gone[] = {stoa_row_id(stoa_table_row(table, 2)),
                             stoa_row_id(stoa_table_row(table, 0))};
    must(stoa_table_remove_ids(table, gone, 2, &error), &error);
    printf("%zu row: %d\n", table->rows, stoa_int32_column(table, "x")[0]); /* prints 1 row: 10 */

    if (stoa_table_remove_ids(table, gone, 2, &error) == STOA_NO_ID)
        printf("number %d is of no row\n", (int)error.row); /* prints number 0 is of no row */
    /* [remove] */
    stoa_table_free(table);
}

void ids_examples(void)
{
    find();
    read();
    removal();
}
