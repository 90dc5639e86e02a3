/* expression.c: examples of stoa/expression.h. */
#include "example.h"

void expression_examples(void)
{
    stoa_error error;
    stoa_table *table = table_of(4, (const int32_t[]){1, 2, 3, 4});
    {
        /* [parse] */
        stoa_expression *parsed;
        stoa_parameter least = {.name = "least", .value = stoa_int64_value(3)};
        must(stoa_expression_parse_with(&parsed, "sum(x > $least)", &least, 1, &error), &error);
        char text[80];
        stoa_expression_print(parsed, text, sizeof text);
        printf("%s\n", text);          /* prints sum(x > 3) */
        printf("%d\n", least.is_used); /* prints 1 */
        stoa_expression_free(parsed);
        if (stoa_expression_parse(&parsed, "sum(x) + sun(y)", &error) == STOA_SYNTAX)
            printf("%s\n", error.message);
        /* prints there is no function 'sun'; there is sin, sum */
        /* prints sum(x) + sun(y) */
        /* prints          ^ */
        /* [parse] */
    }
    {
        /* [build] */
        stoa_expression *x, *by, *product, *total; /* sum(x * $by) */
        must(stoa_expression_field(&x, "x", &error), &error);
        must(stoa_expression_parameter(&by, "by", &error), &error);
        must(stoa_expression_call(&product, STOA_MULTIPLY, (stoa_expression *[]){x, by}, 2, &error),
             &error);
        must(stoa_expression_call(&total, STOA_SUM, &product, 1, &error), &error);

        stoa_program *program;
        stoa_value value;
        must(stoa_program_new(&program, table, total, NULL, &error), &error);
        must(stoa_program_set_parameter(program, "by", stoa_int64_value(10), &error), &error);
        must(stoa_program_compute(program, table, NULL, &value, 1, &error), &error);
        printf("%" PRId64 "\n", value.int64); /* prints 100 */

        stoa_program_free(program);
        stoa_expression_free(total);
        stoa_expression_free(product);
        stoa_expression_free(by);
        stoa_expression_free(x);
        /* [build] */
    }
    {
        /* [array] */
        const double weights[] = {0.5, 0.25, 0.25, 0}; /* they outlive the program */
        const stoa_source source = {.name = "weights", .type = STOA_FLOAT64, .data = weights};
        stoa_expression *x, *array, *weighted;
        must(stoa_expression_field(&x, "x", &error), &error);
        must(stoa_expression_array(&array, &source, 4, &error), &error);
        must(stoa_expression_call(&weighted, STOA_DOT, (stoa_expression *[]){x, array}, 2, &error),
             &error);

        stoa_program *program;
        stoa_value value;
        must(stoa_program_new(&program, table, weighted, NULL, &error), &error);
        must(stoa_program_compute(program, table, NULL, &value, 1, &error), &error);
        printf("%g\n", value.float64); /* prints 1.75 */

        stoa_program_free(program);
        stoa_expression_free(weighted);
        stoa_expression_free(array);
        stoa_expression_free(x);
        /* [array] */
    }
    {
        /* [list] */
        stoa_expression *one, *half, *list;
        must(stoa_expression_constant(&one, stoa_int64_value(1), &error), &error);
        must(stoa_expression_constant(&half, stoa_float64_value(0.5), &error), &error);
        stoa_expression *again = stoa_expression_retain(one);
        must(stoa_expression_list(&list, (stoa_expression *[]){again, half}, 2, &error), &error);
        printf("%zu\n", stoa_expression_output_count(list)); /* prints 2 */
        stoa_expression_free(list);
        stoa_expression_free(again);
        stoa_expression_free(half);
        stoa_expression_free(one);
        /* [list] */
    }
    {
        /* [operations] */
        printf("%d\n", stoa_operation_named("sqrt", 1) == STOA_SQRT);   /* prints 1 */
        printf("%d\n", stoa_operation_named("min", 1) == STOA_MIN);     /* prints 1 */
        printf("%d\n", stoa_operation_named("min", 2) == STOA_MINIMUM); /* prints 1 */
        printf("%s\n", stoa_operation_text(STOA_HYPOT));                /* prints hypot */
        /* [operations] */
    }
    stoa_table_free(table);
}
