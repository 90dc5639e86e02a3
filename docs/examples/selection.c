/* selection.c: examples of stoa/selection.h. */
#include "example.h"

void selection_examples(void)
{
    stoa_error error;
    stoa_table *table = table_of(6, (const int32_t[]){10, 11, 12, 13, 14, 15});
    {
        /* [select] */
        stoa_selection *large;
        must(stoa_select(&large, table, "x >= 12", &error), &error);
        printf("%zu of %zu\n", large->count, large->rows); /* prints 4 of 6 */
        stoa_selection_free(large);
        /* [select] */
    }
    {
        /* [made] */
        const uint8_t mask[] = {1, 0, 0, 0, 0, 1};
        const size_t indices[] = {5, 0};
        stoa_selection *by_mask, *by_indices;
        must(stoa_selection_from_mask(&by_mask, table, mask, 6, &error), &error);
        must(stoa_selection_from_indices(&by_indices, table, indices, 2, &error), &error);
        printf("%d\n", by_mask->words[0] == by_indices->words[0]); /* prints 1 */
        stoa_selection_free(by_indices);
        stoa_selection_free(by_mask);
        /* [made] */
    }
    stoa_selection *large, *even;
    must(stoa_select(&large, table, "x >= 12", &error), &error);
    must(stoa_select(&even, table, "x % 2 == 0", &error), &error);
    {
        /* [combine] */
        stoa_selection *both;
        must(stoa_selection_copy(&both, large, &error), &error);
        must(stoa_selection_and(both, even, &error), &error);
        printf("%zu\n", both->count); /* prints 2 */
        stoa_selection_not(both);
        printf("%zu\n", both->count); /* prints 4 */
        must(stoa_selection_or(both, large, &error), &error);
        printf("%zu\n", both->count); /* prints 6 */
        stoa_selection_free(both);
        /* [combine] */
    }
    {
        /* [forms] */
        size_t *indices = malloc(even->count * sizeof *indices);
        uint8_t *mask = malloc(even->rows);
        int32_t *values = malloc(even->count * sizeof *values);
        if (indices == NULL || mask == NULL || values == NULL)
            exit(EXIT_FAILURE);
        stoa_selection_indices(even, indices);
        stoa_selection_mask(even, mask);
        printf("%zu %zu %zu\n", indices[0], indices[1], indices[2]); /* prints 0 2 4 */
        printf("%d %d %d\n", mask[0], mask[1], mask[2]);             /* prints 1 0 1 */

        const int32_t *x = stoa_int32_column(table, "x");
        must(stoa_selection_values(even, x, sizeof *x, values, &error), &error);
        printf("%d %d %d\n", values[0], values[1], values[2]); /* prints 10 12 14 */

        int32_t cells[6] = {0};
        must(stoa_selection_spread(even, values, sizeof *values, sizeof *cells, cells, &error),
             &error);
        printf("%d %d %d\n", cells[0], cells[1], cells[2]); /* prints 10 0 12 */
        free(values);
        free(mask);
        free(indices);
        /* [forms] */
    }
    {
        /* [use] */
        stoa_table *taken;
        must(stoa_table_take_selected(&taken, table, even, &error), &error);
        show(taken); /* prints 10 12 14 */
        stoa_table_free(taken);
        must(stoa_table_remove_selected(table, even, &error), &error);
        show(table); /* prints 11 13 15 */
        stoa_status status = stoa_table_keep_selected(table, large, &error);
        printf("%s\n", stoa_status_name(status)); /* prints STOA_STALE */
        /* [use] */
    }
    stoa_selection_free(even);
    stoa_selection_free(large);
    stoa_table_free(table);
}
