/* row.c: examples of stoa/row.h. */
#include "example.h"

static void nulls(void)
{
    static const stoa_field fields[] = {
        {.name = "delay", .type = STOA_INT32, .flags = STOA_NULLABLE}};
    stoa_table *table;
    stoa_error error;
    must(stoa_table_new(&table, fields, 1, NULL, &error), &error);
    /* [null] */
    stoa_value nothing = stoa_null_value();
    must(stoa_table_append(table, &nothing, 1, &error), &error);
    stoa_row row = stoa_table_row(table, 0);
    bool is_null;
    int32_t delay;
    if (stoa_row_is_null(row, "delay", &is_null) == STOA_OK)
        printf("%d\n", is_null);                                   /* prints 1 */
    stoa_status status = stoa_row_get_int32(row, "delay", &delay); /* no value to give */
    printf("%s\n", stoa_status_name(status));                      /* prints STOA_NULL */
    if (stoa_row_set_int32(row, "delay", 5) == STOA_OK &&
        stoa_row_set_null(row, "delay") == STOA_OK)
        printf("%" PRId32 "\n", stoa_int32_column(table, "delay")[0]); /* prints 0 */
    /* [null] */
    stoa_table_free(table);
}

void row_examples(void)
{
    stoa_error error;
    stoa_table *table = table_of(3, (const int32_t[]){1, 2, 3});
    nulls();
    {
        /* [by_name] */
        stoa_row row = stoa_table_row(table, 1); /* by value: nothing is allocated */
        int32_t x;
        if (stoa_row_get_int32(row, "x", &x) == STOA_OK)
            printf("%" PRId32 "\n", x); /* prints 2 */
        if (stoa_row_set_int32(row, "x", x + 10) == STOA_OK)
            show(table); /* prints 1 12 3 */
        double wide;
        if (stoa_row_get_float64(row, "x", &wide) == STOA_OK) /* an integer as a float */
            printf("%g\n", wide);                             /* prints 12 */
        stoa_status status = stoa_row_set_int64(row, "x", INT64_MAX);
        printf("%s\n", stoa_status_name(status)); /* prints STOA_OVERFLOW */
        /* [by_name] */
    }
    {
        /* [by_index] */
        size_t x;
        must(stoa_table_find_field(table, "x", &x, &error), &error); /* once */
        int32_t total = 0;
        for (size_t i = 0; i < stoa_table_rows(table); i++) {
            stoa_row row = stoa_table_row(table, i);
            int32_t value;
            if (stoa_row_get_int32_at(row, x, &value) == STOA_OK)
                total += value;
            if (stoa_row_set_int32_at(row, x, 0) != STOA_OK)
                break;
        }
        printf("%" PRId32 "\n", total); /* prints 16 */
        /* [by_index] */
    }
    {
        /* [any] */
        stoa_row row = stoa_table_row(table, 2);
        stoa_value value;
        must(stoa_row_set(row, 0, stoa_int64_value(5), &error), &error);
        must(stoa_row_get(row, 0, &value, &error), &error);
        printf("%s %" PRId64 "\n", stoa_type_name(value.type), value.int64); /* prints int32 5 */
        if (stoa_row_set(row, 0, stoa_int64_value(INT64_MAX), &error) == STOA_OVERFLOW)
            printf("%s\n", error.message);
        /* prints field 'x' is int32 and takes no 9223372036854775807 */
        /* [any] */
    }
    stoa_table_free(table);
}
