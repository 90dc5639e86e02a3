/* table.c: examples of stoa/table.h. */
#include <pthread.h>

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

static void room(void)
{
    /* [room] */
    static const stoa_field fields[] = {{.name = "x", .type = STOA_INT32}};
    const stoa_table_options options = {.rows = 2, .max_rows = 100000};
    stoa_table *table;
    stoa_error error;
    must(stoa_table_new(&table, fields, 1, &options, &error), &error);
    printf("%zu\n", stoa_table_max_rows(table)); /* prints 100000 */
    must(stoa_table_reserve(table, 50000, &error), &error);
    printf("%d\n", stoa_table_capacity(table) >= 50000); /* prints 1 */
    stoa_status status = stoa_table_reserve(table, 100001, &error);
    printf("%s\n", stoa_status_name(status)); /* prints STOA_FULL */
    stoa_table_clear(table);                  /* the memory is kept for the next rows */
    stoa_table_shrink(table);                 /* and now given back */
    printf("%zu\n", stoa_table_rows(table));  /* prints 0 */
    stoa_table_free(table);
    /* [room] */
}

static void copies(void)
{
    stoa_error error;
    stoa_table *table = table_of(4, (const int32_t[]){10, 11, 12, 13});
    /* [copy] */
    stoa_table *whole, *some;
    const size_t indices[] = {3, 0, 3};
    must(stoa_table_copy(&whole, table, &error), &error);
    must(stoa_table_take(&some, table, indices, 3, &error), &error);
    show(whole); /* prints 10 11 12 13 */
    show(some);  /* prints 13 10 13 */
    stoa_table_free(some);
    stoa_table_free(whole);
    /* [copy] */
    stoa_table_free(table);
}

static void description(void)
{
    static const stoa_field fields[] = {{.name = "x", .type = STOA_INT32, .initial.int64 = 7},
                                        {.name = "w", .type = STOA_FLOAT64}};
    stoa_table *table;
    stoa_error error;
    must(stoa_table_new(&table, fields, 2, NULL, &error), &error);
    /* [describe] */
    for (size_t i = 0; i < stoa_table_field_limit(table); i++) {
        const char *name = stoa_table_field_name(table, i);
        if (name != NULL) /* else it was dropped */
            printf("%s: %s\n", name, stoa_type_name(stoa_table_field_type(table, i)));
    }
    /* prints x: int32 */
    /* prints w: float64 */
    size_t field;
    stoa_value initial;
    must(stoa_table_find_field(table, "x", &field, &error), &error);
    must(stoa_table_field_initial(table, field, &initial), &error);
    printf("%" PRId64 "\n", initial.int64); /* prints 7 */
    if (stoa_table_find_field(table, "z", &field, &error) == STOA_NO_FIELD)
        printf("%s\n", error.message); /* prints there is no field 'z'; the fields are: x, w */
    /* [describe] */
    stoa_table_free(table);
}

static void nullable_fields(void)
{
    stoa_table *table;
    stoa_error error;
    /* [nullable] */
    static const stoa_field fields[] = {
        {.name = "delay", .type = STOA_INT32, .flags = STOA_NULLABLE}, /* begins as null */
        {.name = "stops", .type = STOA_INT32, .flags = STOA_NULLABLE | STOA_HAS_INITIAL},
    };
    must(stoa_table_new(&table, fields, 2, NULL, &error), &error);
    must(stoa_table_resize(table, 1, &error), &error);
    for (size_t i = 0; i < stoa_table_field_limit(table); i++) {
        stoa_value cell;
        must(stoa_row_get(stoa_table_row(table, 0), i, &cell, &error), &error);
        bool nullable = (stoa_table_field_flags(table, i) & STOA_NULLABLE) != 0;
        printf("%d %d\n", nullable, cell.is_null);
    }
    /* prints 1 1 */
    /* prints 1 0 */
    /* [nullable] */
    stoa_table_free(table);
}

static void enumerations(void)
{
    stoa_table *table;
    stoa_error error;
    size_t count;
    /* [labels] */
    static const char *const colors[] = {"RED", "GREEN", "BLUE"};
    static const stoa_field fields[] = {
        {.name = "color", .type = STOA_UINT8, .labels = colors, .label_count = 3},
    };
    must(stoa_table_new(&table, fields, 1, NULL, &error), &error);
    must(stoa_table_resize(table, 4, &error), &error);
    must(stoa_assign(table, "color", "'BLUE'", "row() > 0", &error), &error);
    const char *const *labels = stoa_table_field_labels(table, 0, &count);
    printf("%s of %zu\n", labels[stoa_uint8_column(table, "color")[1]], count);
    /* prints BLUE of 3 */
    stoa_status status = stoa_row_set_uint8(stoa_table_row(table, 0), "color", 3);
    printf("%s\n", stoa_status_name(status)); /* prints STOA_OVERFLOW */
    /* [labels] */
    stoa_table_free(table);
}

static void field_changes(void)
{
    stoa_error error;
    stoa_table *table = table_of(2, (const int32_t[]){10, 11});
    /* [fields] */
    const stoa_field field = {.name = "weight", .type = STOA_FLOAT64, .initial.float64 = 0.5};
    const int32_t *x = stoa_int32_column(table, "x");
    size_t index;
    must(stoa_table_add_field(table, &field, &index, &error), &error);
    must(stoa_table_rename_field(table, "weight", "w", &error), &error);
    printf("field %zu: %g\n", index, stoa_float64_column(table, "w")[1]); /* prints field 1: 0.5 */
    printf("%d\n", x == stoa_int32_column(table, "x"));                   /* prints 1 */
    must(stoa_table_drop_field(table, "w", &error), &error);
    printf("%zu of %zu\n", stoa_table_field_count(table),
           stoa_table_field_limit(table)); /* prints 1 of 2 */
    /* [fields] */
    stoa_table_free(table);
}

static void appending(void)
{
    stoa_error error;
    stoa_table *table = table_of(0, NULL);
    /* [append] */
    const stoa_value five = stoa_int64_value(5);
    must(stoa_table_append(table, &five, 1, &error), &error);
    must(stoa_table_append(table, NULL, 0, &error), &error); /* all defaults */
    const stoa_value six = stoa_int64_value(6);
    must(stoa_table_insert(table, 0, &six, 1, &error), &error);
    show(table); /* prints 6 5 0 */
    must(stoa_table_replace(table, 2, &six, 1, &error), &error);
    show(table); /* prints 6 5 6 */
    const stoa_value half = stoa_float64_value(0.5);
    if (stoa_table_append(table, &half, 1, &error) == STOA_WRONG_TYPE)
        show(table); /* prints 6 5 6 */
    /* [append] */
    stoa_table_free(table);
}

static void extending(void)
{
    stoa_error error;
    stoa_table *table = table_of(1, (const int32_t[]){1});
    /* [extend] */
    const int64_t numbers[] = {2, 3, 4}; /* of another type: checked, value by value */
    const stoa_source source = {.name = "x", .type = STOA_INT64, .data = numbers};
    must(stoa_table_extend(table, &source, 1, 3, &error), &error);
    show(table); /* prints 1 2 3 4 */
    const int64_t large[] = {5, INT64_MAX};
    const stoa_source refused = {.name = "x", .type = STOA_INT64, .data = large};
    stoa_status status = stoa_table_extend(table, &refused, 1, 2, &error);
    printf("%s at value %d\n", stoa_status_name(status),
           (int)error.row); /* prints STOA_OVERFLOW at value 1 */
    show(table);            /* prints 1 2 3 4 */
    /* [extend] */
    stoa_table_free(table);
}

static void splicing(void)
{
    stoa_error error;
    stoa_table *table = table_of(5, (const int32_t[]){0, 1, 2, 3, 4});
    /* [splice] */
    const int32_t three[] = {7, 8, 9}, one[] = {5};
    const stoa_source more = {.name = "x", .type = STOA_INT32, .data = three};
    const stoa_source less = {.name = "x", .type = STOA_INT32, .data = one};
    must(stoa_table_splice(table, 1, 1, 2, &more, 1, 3, &error), &error); /* two by three */
    show(table);                                                          /* prints 0 7 8 9 3 4 */
    must(stoa_table_splice(table, 0, 1, 4, &less, 1, 1, &error), &error); /* four by one */
    show(table);                                                          /* prints 5 3 4 */
    /* [splice] */
    stoa_table_free(table);
}

static void removing(void)
{
    stoa_error error;
    stoa_table *table = table_of(6, (const int32_t[]){0, 1, 2, 3, 4, 5});
    /* [remove] */
    must(stoa_table_remove(table, 1, 2, &error), &error); /* rows 1 and 2 */
    show(table);                                          /* prints 0 3 4 5 */
    must(stoa_table_swap_remove(table, 0, &error), &error);
    show(table); /* prints 5 3 4 */
    /* [remove] */
    stoa_table_free(table);
}

static void ordering(void)
{
    stoa_error error;
    stoa_table *table = table_of(3, (const int32_t[]){10, 11, 12});
    /* [order] */
    must(stoa_table_swap(table, 0, 2, &error), &error);
    show(table); /* prints 12 11 10 */
    must(stoa_table_reverse(table, &error), &error);
    show(table); /* prints 10 11 12 */
    const size_t indices[] = {1, 2, 0};
    must(stoa_table_permute(table, indices, 3, &error), &error);
    show(table); /* prints 11 12 10 */
    /* [order] */
    stoa_table_free(table);
}

static void times(void)
{
    stoa_error error;
    stoa_table *table;
    /* [times] */
    static const stoa_field fields[] = {
        {.name = "day", .type = STOA_DATE},
        {.name = "start",
         .type = STOA_TIMESTAMP,
         .unit = STOA_MICROSECOND,
         .zone = "Europe/Berlin"},
    };
    must(stoa_table_new(&table, fields, 2, NULL, &error), &error);
    printf("%d %s\n", stoa_table_field_unit(table, 1) == STOA_MICROSECOND,
           stoa_table_field_zone(table, 1)); /* prints 1 Europe/Berlin */
    const stoa_value row[] = {stoa_date_value(15706), stoa_zoned_value(1357041600, STOA_SECOND)};
    must(stoa_table_append(table, row, 2, &error), &error);
    printf("%lld\n", (long long)stoa_timestamp_column(table, "start")[0]);
    /* prints 1357041600000000 */
    /* [times] */
    stoa_table_free(table);
}

static void keeping(void)
{
    stoa_error error;
    stoa_table *table = table_of(4, (const int32_t[]){10, 11, 12, 13});
    /* [keep] */
    const uint8_t mask[] = {1, 0, 0, 1};
    must(stoa_table_keep(table, mask, 4, &error), &error);
    show(table); /* prints 10 13 */
    /* [keep] */
    stoa_table_free(table);
}

/* [published] */
/* Sums the rows that have come, until there are a thousand, while another thread appends. */
static void *sum_while_rows_come(void *context)
{
    const stoa_table *table = context;
    const int32_t *x = stoa_int32_column(table, "x"); /* the column never moves */
    int64_t sum = 0;
    for (size_t seen = 0; seen < 1000;)
        for (size_t rows = stoa_table_rows_published(table); seen < rows; seen++)
            sum += x[seen];
    printf("%" PRId64 "\n", sum); /* prints 499500 */
    return NULL;
}

static void append_beside(stoa_table *table)
{
    pthread_t reader;
    stoa_error error;
    if (pthread_create(&reader, NULL, sum_while_rows_come, table) != 0)
        exit(EXIT_FAILURE);
    for (int i = 0; i < 1000; i++) {
        const stoa_value value = stoa_int64_value(i);
        must(stoa_table_append(table, &value, 1, &error), &error);
    }
    pthread_join(reader, NULL);
}
/* [published] */

void table_examples(void)
{
    life();
    room();
    copies();
    description();
    nullable_fields();
    enumerations();
    field_changes();
    appending();
    extending();
    splicing();
    removing();
    ordering();
    times();
    keeping();
    stoa_table *growing = table_of(0, NULL);
    append_beside(growing);
    stoa_table_free(growing);
}
