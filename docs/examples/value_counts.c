/* value_counts.c: examples of stoa/value_counts.h. */
#include "example.h"

static void show_counts(const stoa_value_counts *counts)
{
    const stoa_handle *handles = counts->data;
    for (size_t i = 0; i < counts->count; i++) {
        stoa_string value = stoa_string_pool_get(counts->strings, handles[i]);
        printf("%.*s %llu%s", (int)value.length, value.bytes, (unsigned long long)counts->counts[i],
               i + 1 < counts->count ? ", " : "\n");
    }
}

void value_counts_examples(void)
{
    stoa_error error;
    stoa_table *table;
    static const stoa_field fields[] = {{.name = "carrier", .type = STOA_STRING}};
    static const stoa_string carriers[] = {{"DL", 2}, {"UA", 2}, {"ua", 2}, {"UA", 2}};
    const stoa_source source = {.name = "carrier", .type = STOA_STRING, .data = carriers};
    must(stoa_table_new(&table, fields, 1, NULL, &error), &error);
    must(stoa_table_extend(table, &source, 1, 4, &error), &error);
    {
        /* [text] */
        stoa_value_counts *counts;
        must(stoa_count_values(&counts, table, "carrier", NULL, &error), &error);
        show_counts(counts); /* prints DL 1, UA 2, ua 1 */
        must(stoa_value_counts_sort(counts, &error), &error);
        show_counts(counts); /* prints UA 2, DL 1, ua 1 */
        stoa_value_counts_free(counts);
        /* [text] */
    }
    {
        /* [program] */
        stoa_program *program;
        stoa_value_counts *counts;
        must(stoa_program_parse(&program, table, "upper(carrier)", NULL, &error), &error);
        must(stoa_program_count_values(&counts, program, table, NULL, &error), &error);
        show_counts(counts); /* prints DL 1, UA 3 */
        stoa_value_counts_free(counts);
        stoa_program_free(program);
        /* [program] */
    }
    stoa_table_free(table);
}
