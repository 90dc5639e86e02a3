/* program.c: examples of stoa/program.h. */
#include "example.h"

static stoa_table *points(void)
{
    static const stoa_field fields[] = {{.name = "x", .type = STOA_INT32},
                                        {.name = "w", .type = STOA_FLOAT64}};
    static const int32_t x[] = {1, 2, 3, 4};
    static const double w[] = {0.5, 1.5, 2.5, 3.5};
    const stoa_source sources[] = {{.name = "x", .type = STOA_INT32, .data = x},
                                   {.name = "w", .type = STOA_FLOAT64, .data = w}};
    stoa_table *table;
    stoa_error error;
    must(stoa_table_new(&table, fields, 2, NULL, &error), &error);
    must(stoa_table_extend(table, sources, 2, 4, &error), &error);
    return table;
}

static void nulls(void)
{
    static const stoa_field fields[] = {
        {.name = "delay", .type = STOA_INT32, .flags = STOA_NULLABLE}};
    const stoa_value values[] = {stoa_int64_value(7), stoa_null_value()};
    stoa_table *table;
    stoa_program *program;
    stoa_error error;
    must(stoa_table_new(&table, fields, 1, NULL, &error), &error);
    must(stoa_table_append(table, &values[0], 1, &error), &error);
    must(stoa_table_append(table, &values[1], 1, &error), &error);
    /* [nulls] */
    must(stoa_program_parse(&program, table, "delay + 1, coalesce(delay, 0)", NULL, &error),
         &error);
    printf("%d %d\n", stoa_program_output_is_nullable(program, 0),
           stoa_program_output_is_nullable(program, 1)); /* prints 1 0 */
    int64_t later[2], delay[2];
    uint64_t there[1];
    const stoa_output outputs[] = {
        {.type = STOA_INT64, .data = later, .count = 2, .validity = there},
        {.type = STOA_INT64, .data = delay, .count = 2}};
    must(stoa_program_evaluate(program, table, NULL, outputs, 2, &error), &error);
    printf("%" PRId64 ", bits %" PRIu64 "\n", later[0], there[0]); /* prints 8, bits 1 */
    printf("%" PRId64 " %" PRId64 "\n", delay[0], delay[1]);       /* prints 7 0 */
    stoa_program_free(program);
    /* [nulls] */
    stoa_table_free(table);
}

static void show_w(const stoa_table *table)
{
    const double *w = stoa_float64_column(table, "w");
    for (size_t i = 0; i < stoa_table_rows(table); i++)
        printf(i == 0 ? "%g" : " %g", w[i]);
    printf("\n");
}

static void from_text(void)
{
    stoa_error error;
    stoa_table *table = points(); /* x: 1 2 3 4, w: 0.5 1.5 2.5 3.5 */
    {
        /* [compute] */
        stoa_value total, found[2];
        must(stoa_compute(table, "sum(x * x)", &total, &error), &error);
        printf("%" PRId64 "\n", total.int64); /* prints 30 */
        must(stoa_compute_all(table, "count(), mean(w)", "x > 1", found, 2, &error), &error);
        printf("%" PRId64 " %g\n", found[0].int64, found[1].float64); /* prints 3 2.5 */
        must(stoa_compute_all(table, "max(x)", "x > 100", found, 1, &error), &error);
        printf("%d\n", found[0].is_null); /* prints 1 */
        /* [compute] */
    }
    {
        /* [text] */
        must(stoa_assign(table, "w", "w * 2", "x > 2", &error), &error);
        show_w(table);                                                /* prints 0.5 1.5 5 7 */
        const char *fields[] = {"x", "w"}, *texts[] = {"x + 1", "x"}; /* w becomes the old x */
        must(stoa_update(table, fields, texts, 2, NULL, &error), &error);
        show(table);   /* prints 2 3 4 5 */
        show_w(table); /* prints 1 2 3 4 */
        must(stoa_add_field(table, "root", STOA_NO_TYPE, "sqrt(w)", NULL, &error), &error);
        printf("%g\n", stoa_float64_column(table, "root")[3]); /* prints 2 */
        /* [text] */
    }
    {
        /* [text_rows] */
        stoa_table *filtered;
        must(stoa_filter(&filtered, table, "x % 2 == 0", &error), &error);
        show(filtered); /* prints 2 4 */
        stoa_table_free(filtered);
        must(stoa_remove(table, "x == 3", &error), &error);
        show(table); /* prints 2 4 5 */
        must(stoa_keep(table, "x > 2", &error), &error);
        show(table); /* prints 4 5 */
        /* [text_rows] */
    }
    stoa_table_free(table);
}

static void kept(void)
{
    stoa_error error;
    stoa_table *table = points();
    {
        /* [again] */
        stoa_program *program;
        must(stoa_program_parse(&program, table, "sum(w), count()", "x > $least", &error), &error);
        for (int64_t least = 0; least < 4; least += 2) {
            stoa_value values[2];
            must(stoa_program_set_parameter(program, "least", stoa_int64_value(least), &error),
                 &error);
            must(stoa_program_compute(program, table, NULL, values, 2, &error), &error);
            printf("%g in %" PRId64 " rows\n", values[0].float64, values[1].int64);
        }
        /* prints 8 in 4 rows */
        /* prints 6 in 2 rows */
        stoa_program_free(program);
        /* [again] */
    }
    {
        /* [facts] */
        stoa_program *program;
        must(stoa_program_parse(&program, table, "x * 2, w - mean(w)", NULL, &error), &error);
        uint32_t fields[2];
        printf("%zu outputs, ", stoa_program_output_count(program));
        printf("%s and %s, ", stoa_type_name(stoa_program_output_type(program, 0)),
               stoa_type_name(stoa_program_output_type(program, 1)));
        printf("%zu fields\n", stoa_program_fields(program, fields, 2));
        /* prints 2 outputs, int64 and float64, 2 fields */
        printf("%d\n", stoa_program_output_is_aggregate(program, 1)); /* prints 0 */
        printf("%d\n", stoa_program_is_by_row(program));              /* prints 0 */
        stoa_program_free(program);
        /* [facts] */
    }
    {
        static const char *const colors[] = {"RED", "GREEN", "BLUE"};
        const stoa_field color = {
            .name = "color", .type = STOA_UINT8, .labels = colors, .label_count = 3};
        must(stoa_table_add_field(table, &color, NULL, &error), &error);
        /* [labels] */
        stoa_program *program;
        stoa_value value;
        must(stoa_program_parse(&program, table, "last(color)", NULL, &error), &error);
        must(stoa_program_compute(program, table, NULL, &value, 1, &error), &error);
        printf("%s\n", stoa_program_output_labels(program, 0, NULL)[value.uint64]); /* prints RED */
        stoa_program_free(program);
        /* [labels] */
        must(stoa_table_drop_field(table, "color", &error), &error);
    }
    {
        /* [version] */
        stoa_program *program;
        stoa_value value;
        stoa_scope scope = {.rows = stoa_table_rows(table)};
        must(stoa_program_parse(&program, table, "sum(x)", NULL, &error), &error);
        scope.version = stoa_program_version(program, table);
        must(stoa_assign(table, "w", "w + 0", NULL, &error), &error); /* it does not read w */
        must(stoa_program_compute(program, table, &scope, &value, 1, &error), &error);
        printf("%" PRId64 "\n", value.int64); /* prints 10 */
        must(stoa_assign(table, "x", "x + 0", NULL, &error), &error);
        stoa_status status = stoa_program_compute(program, table, &scope, &value, 1, &error);
        printf("%s\n", stoa_status_name(status)); /* prints STOA_STALE */
        stoa_program_free(program);
        /* [version] */
    }
    {
        /* [built] */
        stoa_expression *total, *condition;
        stoa_program *program;
        stoa_value value;
        must(stoa_expression_parse(&total, "sum(x)", &error), &error);
        must(stoa_expression_parse(&condition, "w > 1", &error), &error);
        must(stoa_program_new(&program, table, total, condition, &error), &error);
        stoa_expression_free(condition); /* the program has references of its own */
        stoa_expression_free(total);
        must(stoa_program_compute(program, table, NULL, &value, 1, &error), &error);
        printf("%" PRId64 "\n", value.int64); /* prints 9 */
        stoa_program_free(program);
        /* [built] */
    }
    {
        /* [values] */
        stoa_program *program;
        double roots[4];
        const stoa_output output = {.type = STOA_FLOAT64, .data = roots, .count = 4};
        must(stoa_program_parse(&program, table, "sqrt(x)", NULL, &error), &error);
        must(stoa_program_fill(program, table, NULL, &output, 1, &error), &error);
        printf("%g\n", roots[3]); /* prints 2 */
        const stoa_scope first_two = {.rows = 2};
        const stoa_output two = {.type = STOA_FLOAT64, .data = roots + 2, .count = 2};
        must(stoa_program_evaluate(program, table, &first_two, &two, 1, &error), &error);
        printf("%g\n", roots[2]); /* prints 1 */
        stoa_program_free(program);
        /* [values] */
    }
    {
        /* [strings] */
        stoa_program *program;
        stoa_handle sizes[4];
        const stoa_output output = {.type = STOA_STRING, .data = sizes, .count = 4};
        must(stoa_program_parse(&program, table, "where(x > 2, 'large', 'small')", NULL, &error),
             &error);
        must(stoa_program_fill(program, table, NULL, &output, 1, &error), &error);
        stoa_string last = stoa_string_pool_get(stoa_program_strings(program), sizes[3]);
        printf("%.*s\n", (int)last.length, last.bytes); /* prints large */
        stoa_program_free(program);
        /* [strings] */
    }
    {
        /* [assign] */
        stoa_program *program;
        const char *fields[] = {"w"};
        must(stoa_program_parse(&program, table, "w * $by", NULL, &error), &error);
        must(stoa_program_set_parameter(program, "by", stoa_float64_value(2), &error), &error);
        must(stoa_program_assign(program, table, NULL, fields, 1, &error), &error);
        show_w(table); /* prints 1 3 5 7 */
        must(stoa_program_add_field(program, table, NULL, "twice", STOA_NO_TYPE, &error), &error);
        printf("%g\n", stoa_float64_column(table, "twice")[3]); /* prints 14 */
        stoa_program_free(program);
        /* [assign] */
    }
    {
        /* [rows] */
        stoa_program *large;
        stoa_selection *selection;
        stoa_table *filtered;
        must(stoa_program_parse(&large, table, "x > $least", NULL, &error), &error);
        must(stoa_program_set_parameter(large, "least", stoa_int64_value(2), &error), &error);
        must(stoa_program_select(&selection, large, table, NULL, &error), &error);
        printf("%zu\n", selection->count); /* prints 2 */
        must(stoa_program_filter(&filtered, large, table, NULL, &error), &error);
        show(filtered); /* prints 3 4 */
        must(stoa_program_remove(large, table, &error), &error);
        show(table); /* prints 1 2 */
        must(stoa_program_keep(large, filtered, &error), &error);
        show(filtered); /* prints 3 4 */
        stoa_table_free(filtered);
        stoa_selection_free(selection);
        stoa_program_free(large);
        /* [rows] */
    }
    stoa_table_free(table);
}

static void times(void)
{
    stoa_error error;
    stoa_table *table;
    stoa_program *program;
    stoa_value value;
    static const stoa_field fields[] = {
        {.name = "t", .type = STOA_TIMESTAMP, .unit = STOA_MICROSECOND, .zone = "Europe/Berlin"},
    };
    const stoa_value noon = stoa_zoned_value(1357041600, STOA_SECOND); /* 2013-01-01 12:00 UTC */
    must(stoa_table_new(&table, fields, 1, NULL, &error), &error);
    must(stoa_table_append(table, &noon, 1, &error), &error);
    /* [times] */
    must(stoa_program_parse(&program, table, "max(t)", NULL, &error), &error);
    printf("%d %s\n", stoa_program_output_unit(program, 0) == STOA_MICROSECOND,
           stoa_program_output_zone(program, 0)); /* prints 1 Europe/Berlin */
    must(stoa_compute(table, "max(hour(t))", &value, &error), &error);
    printf("%lld\n", (long long)value.int64); /* prints 13 */
    stoa_program_free(program);
    /* [times] */
    stoa_table_free(table);
}

void program_examples(void)
{
    nulls();
    from_text();
    kept();
    times();
}
