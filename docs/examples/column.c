/* column.c: examples of stoa/column.h. */
#include "example.h"

static void arrays(void)
{
    stoa_error error;
    stoa_table *table = table_of(4, (const int32_t[]){1, 2, 3, 4});
    /* [column] */
    int32_t *x = stoa_int32_column(table, "x");
    if (x == NULL) /* no such field, or not of int32 */
        exit(EXIT_FAILURE);
    must(stoa_table_resize(table, 1000000, &error), &error);
    printf("%d\n", x == stoa_int32_column(table, "x")); /* prints 1 */
    for (size_t i = 0; i < stoa_table_rows(table); i++)
        x[i] = (int32_t)i;
    printf("%d\n", stoa_float64_column(table, "x") == NULL); /* prints 1 */
    /* [column] */
    stoa_table_free(table);
}

static void cells_by_index(void)
{
    stoa_table *table = table_of(2, (const int32_t[]){1, 2});
    /* [cells] */
    for (size_t i = 0; i < stoa_table_field_limit(table); i++) {
        const void *cells = stoa_column_cells(table, i);
        size_t bytes = stoa_table_rows(table) * stoa_type_width(stoa_table_field_type(table, i));
        if (cells != NULL) /* fwrite(cells, 1, bytes, file) writes the column */
            printf("field %zu: %zu bytes\n", i, bytes); /* prints field 0: 8 bytes */
    }
    /* [cells] */
    stoa_table_free(table);
}

static void validity(void)
{
    static const stoa_field fields[] = {
        {.name = "delay", .type = STOA_INT32, .flags = STOA_NULLABLE}};
    stoa_table *table;
    stoa_error error;
    must(stoa_table_new(&table, fields, 1, NULL, &error), &error);
    /* [validity] */
    const int32_t values[] = {5, 0, 7};
    const uint8_t there[] = {5}; /* bits 0 and 2 */
    const stoa_source source = {
        .name = "delay", .type = STOA_INT32, .data = values, .validity = there};
    must(stoa_table_extend(table, &source, 1, 3, &error), &error);
    const uint64_t *bits = stoa_column_validity(table, 0);
    for (size_t i = 0; i < stoa_table_rows(table); i++)
        printf("%d\n", (int)(bits[i / 64] >> i % 64 & 1));
    /* prints 1 */
    /* prints 0 */
    /* prints 1 */
    /* [validity] */
    stoa_table_free(table);
}

static void writing(void)
{
    stoa_error error;
    stoa_table *table = table_of(6, (const int32_t[]){0, 0, 0, 0, 0, 0});
    /* [write] */
    const int64_t values[] = {1, 2, 3};
    const stoa_source source = {.type = STOA_INT64, .data = values};
    must(stoa_column_write(table, 0, 0, 2, 3, &source, &error), &error); /* every second row */
    show(table);                                                         /* prints 1 0 2 0 3 0 */
    const int64_t nine = 9;
    const stoa_source repeated = {.type = STOA_INT64, .repeat = true, .data = &nine};
    must(stoa_column_write(table, 0, 4, 1, 2, &repeated, &error), &error);
    show(table); /* prints 1 0 2 0 9 9 */
    const double half = 0.5;
    const stoa_source refused = {.type = STOA_FLOAT64, .repeat = true, .data = &half};
    if (stoa_column_write(table, 0, 0, 1, 6, &refused, &error) == STOA_WRONG_TYPE)
        show(table); /* prints 1 0 2 0 9 9 */
    /* [write] */
    stoa_table_free(table);
}

static void exporting(void)
{
    stoa_error error;
    stoa_table *table = table_of(4, (const int32_t[]){1, 2, 3, 4});
    /* [export] */
    must(stoa_column_export(table, 0, &error), &error);
    const int32_t *view = stoa_int32_column(table, "x"); /* somebody keeps this */
    stoa_table_clear(table);
    stoa_table_shrink(table);
    (void)view[3];                  /* unspecified by now, but no fault */
    stoa_column_unexport(table, 0); /* now the pages may go */
    /* [export] */
    stoa_table_free(table);
}

static void versions(void)
{
    stoa_error error;
    stoa_table *table = table_of(2, (const int32_t[]){1, 2});
    const stoa_value three = stoa_int64_value(3);
    /* [version] */
    uint64_t column = stoa_column_version(table, 0), whole = stoa_table_version(table);
    must(stoa_table_append(table, &three, 1, &error), &error);
    printf("%d\n", stoa_column_version(table, 0) == column); /* prints 1 */
    printf("%d\n", stoa_table_version(table) == whole);      /* prints 0 */
    must(stoa_row_set(stoa_table_row(table, 0), 0, three, &error), &error);
    printf("%d\n", stoa_column_version(table, 0) == column); /* prints 0 */
    /* [version] */
    stoa_table_free(table);
}

static void locking(void)
{
    stoa_error error;
    stoa_table *table = table_of(2, (const int32_t[]){1, 2});
    const stoa_value three = stoa_int64_value(3);
    /* [lock] */
    must(stoa_column_lock(table, 0, &error), &error);
    stoa_status status = stoa_row_set(stoa_table_row(table, 0), 0, three, &error);
    printf("%s\n", stoa_status_name(status)); /* prints STOA_LOCKED */
    must(stoa_table_append(table, &three, 1, &error), &error);
    show(table); /* prints 1 2 3 */
    stoa_column_unlock(table, 0);
    must(stoa_row_set(stoa_table_row(table, 0), 0, three, &error), &error);
    show(table); /* prints 3 2 3 */
    /* [lock] */
    stoa_table_free(table);
}

void column_examples(void)
{
    arrays();
    cells_by_index();
    validity();
    writing();
    exporting();
    versions();
    locking();
}
