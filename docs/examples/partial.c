/* partial.c: examples of stoa/partial.h. */
#include "example.h"

static stoa_table *flights(const int32_t *delays, size_t count)
{
    stoa_error error;
    stoa_table *table;
    static const stoa_field fields[] = {{.name = "carrier", .type = STOA_STRING},
                                        {.name = "delay", .type = STOA_INT32}};
    static const stoa_string carriers[] = {{"UA", 2}, {"DL", 2}, {"UA", 2}};
    const stoa_source sources[] = {{.name = "carrier", .type = STOA_STRING, .data = carriers},
                                   {.name = "delay", .type = STOA_INT32, .data = delays}};
    must(stoa_table_new(&table, fields, 2, NULL, &error), &error);
    must(stoa_table_extend(table, sources, 2, count, &error), &error);
    return table;
}

static void show_groups(stoa_table *result)
{
    stoa_error error;
    for (size_t i = 0; i < stoa_table_rows(result); i++) {
        stoa_value name, total, mean;
        must(stoa_row_get(stoa_table_row(result, i), 0, &name, &error), &error);
        must(stoa_row_get(stoa_table_row(result, i), 1, &total, &error), &error);
        must(stoa_row_get(stoa_table_row(result, i), 2, &mean, &error), &error);
        printf(i == 0 ? "%.*s %lld %g" : ", %.*s %lld %g", (int)name.string.length,
               name.string.bytes, (long long)total.int64, mean.float64);
    }
    printf("\n");
}

void partial_examples(void)
{
    stoa_error error;
    stoa_table *here = flights((const int32_t[]){10, 20, 30}, 3);
    stoa_table *there = flights((const int32_t[]){50, 60}, 2);
    {
        /* [text] */
        stoa_partial *all, *next;
        stoa_table *result;
        must(stoa_partial_new(&all, here, "sum(delay), mean(delay)", "carrier", NULL, &error),
             &error);
        must(stoa_partial_new(&next, there, "sum(delay), mean(delay)", "carrier", NULL, &error),
             &error);
        must(stoa_partial_merge(all, next, &error), &error);
        must(stoa_partial_result(&result, all, NULL, 0, &error), &error);
        show_groups(result); /* prints UA 90 30, DL 80 40 */
        stoa_table_free(result);
        stoa_partial_free(next);
        stoa_partial_free(all);
        /* [text] */
    }
    {
        /* [program] */
        stoa_program *program; /* of one key and one aggregate */
        stoa_partial *partial;
        must(stoa_program_parse(&program, here, "carrier, max(delay)", NULL, &error), &error);
        must(stoa_program_partial(&partial, program, here, NULL, 1, &error), &error);
        stoa_program_free(program);
        /* [program] */
        /* [facts] */
        printf("%zu groups of %llu rows\n", stoa_partial_group_count(partial),
               (unsigned long long)stoa_partial_rows(partial)); /* prints 2 groups of 3 rows */
        /* [facts] */
        /* [bytes] */
        stoa_partial *arrived;
        size_t size = stoa_partial_size(partial);
        void *bytes = malloc(size);
        if (bytes == NULL)
            abort();
        must(stoa_partial_write(partial, bytes, size, &error), &error);
        must(stoa_partial_read(&arrived, bytes, size, &error), &error);
        free(bytes);
        printf("%zu groups\n", stoa_partial_group_count(arrived)); /* prints 2 groups */
        stoa_partial_free(arrived);
        stoa_partial_free(partial);
        /* [bytes] */
    }
    stoa_table_free(here);
    stoa_table_free(there);
}
