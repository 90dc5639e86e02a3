/* test_program.c: programs that are kept: run again, with other parameters, on other tables. */
#include "../support/faults.h"
#include "../support/testing.h"

static stoa_table *table_of(stoa_type type, size_t rows)
{
    stoa_table *table = TABLE(OPTIONS(.rows = rows), {.name = "x", .type = type},
                              {.name = "w", .type = STOA_FLOAT64});
    for (size_t i = 0; i < rows; i++)
        PASSES(stoa_row_set(stoa_table_row(table, i), 0, stoa_int64_value((int64_t)i % 100),
                            &trouble));
    return table;
}

static stoa_value run(stoa_program *program, const stoa_table *table)
{
    stoa_value value = {.type = STOA_NO_TYPE};
    WORKS(table, stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    return value;
}

TEST(a_program_runs_again_with_other_parameters)
{
    stoa_table *table = table_of(STOA_INT32, 1000);
    stoa_program *program;
    stoa_value value;
    WORKS(table, stoa_program_parse(&program, table, "sum(x > $limit)", NULL, &trouble));
    stoa_program_free(program);
    PASSES(stoa_program_parse(&program, table, "sum(x > $limit)", NULL, &trouble));
    ck_assert_int_eq(stoa_program_output_type(program, 0), STOA_NO_TYPE);
    REFUSED(table, STOA_NO_PARAMETER,
            stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    PASSES(stoa_program_set_parameter(program, "limit", stoa_int64_value(49), &trouble));
    ck_assert_int_eq(run(program, table).int64, 500);
    PASSES(stoa_program_set_parameter(program, "limit", stoa_int64_value(89), &trouble));
    ck_assert_int_eq(run(program, table).int64, 100);
    PASSES(stoa_program_set_parameter(program, "limit", stoa_float64_value(89.5), &trouble));
    ck_assert_int_eq(run(program, table).int64, 100);
    PASSES(stoa_program_set_parameter(program, "limit", stoa_int64_value(INT64_MIN), &trouble));
    ck_assert_int_eq(run(program, table).int64, 1000);
    PASSES(stoa_program_set_parameter(program, "limit", stoa_uint64_value(UINT64_MAX), &trouble));
    ck_assert_int_eq(run(program, table).int64, 0);
    FAILS(STOA_NO_PARAMETER,
          stoa_program_set_parameter(program, "nothing", stoa_int64_value(1), &trouble));
    FAILS(STOA_WRONG_TYPE,
          stoa_program_set_parameter(program, "limit", stoa_object_value(table), &trouble));
    FAILS(STOA_INVALID, stoa_program_set_parameter(program, NULL, stoa_int64_value(1), &trouble));
    stoa_program_free(program);
    stoa_table_free(table);
}

TEST(a_program_runs_on_any_table_that_has_its_fields)
{
    stoa_table *table = table_of(STOA_INT32, 100), *other = table_of(STOA_INT32, 10),
               *third = table_of(STOA_UINT8, 50), *fourth = table_of(STOA_UINT64, 70000);
    stoa_program *program;
    PASSES(stoa_program_parse(&program, table, "sum(x * 2)", NULL, &trouble));
    ck_assert_int_eq(run(program, table).int64, 9900);
    ck_assert_int_eq(run(program, other).int64, 90);
    ck_assert_int_eq(run(program, third).int64, 2450);
    ck_assert_int_eq(run(program, fourth).int64, 700 * 9900);
    PASSES(stoa_table_rename_field(third, "x", "y", &trouble));
    stoa_value value;
    REFUSED(third, STOA_NO_FIELD, stoa_program_compute(program, third, NULL, &value, 1, &trouble));
    ck_assert_int_eq(run(program, table).int64, 9900);
    PASSES(stoa_table_resize(table, 10, &trouble));
    ck_assert_int_eq(run(program, table).int64, 90);
    stoa_program_free(program);
    stoa_table *tables[] = {table, other, third, fourth};
    for (size_t i = 0; i < 4; i++)
        stoa_table_free(tables[i]);
}

TEST(a_program_says_what_it_gives)
{
    static const struct {
        const char *text;
        stoa_type type;
        bool aggregate;
    } cases[] = {
        {"x", STOA_INT32, false},
        {"x + 1", STOA_INT64, false},
        {"x / 2", STOA_FLOAT64, false},
        {"x > 1", STOA_BOOL, false},
        {"int8(x)", STOA_INT8, false},
        {"sum(x)", STOA_INT64, true},
        {"mean(x)", STOA_FLOAT64, true},
        {"1 + 1", STOA_INT64, true},
        {"min(w)", STOA_FLOAT64, true},
        {"uint64(x)", STOA_UINT64, false},
        {"x - mean(x)", STOA_FLOAT64, false},
        {"float32(w)", STOA_FLOAT32, false},
        {"any(x > 1)", STOA_BOOL, true},
    };
    stoa_table *table = table_of(STOA_INT32, 10);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        stoa_program *program;
        PASSES(stoa_program_parse(&program, table, cases[i].text, NULL, &trouble));
        ck_assert_uint_eq(stoa_program_output_count(program), 1);
        ck_assert_msg(stoa_program_output_type(program, 0) == cases[i].type, "%s is %s",
                      cases[i].text, stoa_type_name(stoa_program_output_type(program, 0)));
        ck_assert_msg(stoa_program_output_is_aggregate(program, 0) == cases[i].aggregate, "%s",
                      cases[i].text);
        ck_assert_int_eq(stoa_program_output_type(program, 1), STOA_NO_TYPE);
        stoa_program_free(program);
    }
    stoa_table_free(table);
}

TEST(a_program_says_what_it_reads)
{
    static const struct {
        const char *text;
        size_t count;
        uint32_t first;
        bool by_row;
    } cases[] = {
        {"x + 1", 1, 0, true},        {"w * x - w", 2, 0, true},  {"1 + 1", 0, 0, true},
        {"w > mean(w)", 1, 1, false}, {"cumsum(w)", 1, 1, false}, {"x + count()", 1, 0, false},
        {"row() + 1", 0, 0, true},
    };
    stoa_table *table = table_of(STOA_INT32, 10);
    uint32_t fields[3];
    stoa_program *program;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PASSES(stoa_program_parse(&program, table, cases[i].text, NULL, &trouble));
        fields[0] = fields[1] = 77;
        ck_assert_uint_eq(stoa_program_fields(program, NULL, 0), cases[i].count);
        ck_assert_uint_eq(stoa_program_fields(program, fields, 1), cases[i].count);
        ck_assert_uint_eq(fields[1], 77);
        ck_assert_uint_eq(stoa_program_fields(program, fields, 3), cases[i].count);
        if (cases[i].count == 2)
            ck_assert_uint_eq(fields[0] + fields[1], 1);
        else
            ck_assert_uint_eq(fields[0], cases[i].count == 0 ? 77 : cases[i].first);
        ck_assert_msg(stoa_program_is_by_row(program) == cases[i].by_row, "%s", cases[i].text);
        stoa_program_free(program);
    }
    stoa_table_free(table);
}

TEST(a_program_says_nothing_of_itself_until_a_run_has_bound_it)
{
    static double cells[10];
    stoa_table *table = table_of(STOA_INT32, 10);
    stoa_output output = {.type = STOA_FLOAT64, .data = cells, .count = 10};
    stoa_program *program;
    uint32_t fields[3];
    PASSES(stoa_program_parse(&program, table, "x + $n", NULL, &trouble));
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(stoa_program_output_type(program, 0), STOA_NO_TYPE);
        ck_assert_uint_eq(stoa_program_fields(program, fields, 3), 0);
        ck_assert(!stoa_program_is_by_row(program) &&
                  !stoa_program_output_is_aggregate(program, 0));
        bool is_float = round == 1;
        PASSES(stoa_program_set_parameter(
            program, "n", is_float ? stoa_float64_value(0.5) : stoa_int64_value(1), &trouble));
        ck_assert_int_eq(stoa_program_output_type(program, 0), STOA_NO_TYPE);
        ck_assert(!stoa_program_is_by_row(program));
        PASSES(stoa_program_evaluate(program, table, NULL, &output, 1, &trouble));
        ck_assert_int_eq(stoa_program_output_type(program, 0),
                         is_float ? STOA_FLOAT64 : STOA_INT64);
        ck_assert_uint_eq(stoa_program_fields(program, fields, 3), 1);
        ck_assert(stoa_program_is_by_row(program));
        PASSES(stoa_program_set_parameter(
            program, "n", is_float ? stoa_int64_value(1) : stoa_float64_value(0.5), &trouble));
    }
    stoa_program_free(program);
    stoa_table_free(table);
}

TEST(what_is_not_there_is_nothing)
{
    uint32_t field;
    ck_assert_uint_eq(stoa_program_output_count(NULL), 0);
    ck_assert_int_eq(stoa_program_output_type(NULL, 0), STOA_NO_TYPE);
    ck_assert(!stoa_program_output_is_aggregate(NULL, 0) && !stoa_program_is_by_row(NULL));
    ck_assert_uint_eq(stoa_program_fields(NULL, &field, 1), 0);
    stoa_selection_not(NULL);
    stoa_selection_indices(NULL, NULL);
    stoa_selection_mask(NULL, NULL);
}

TEST(one_program_serves_every_use)
{
    stoa_table *table = table_of(STOA_INT32, 200), *made;
    stoa_program *program;
    stoa_selection *selection;
    const char *field = "w";
    PASSES(stoa_program_parse(&program, table, "x % 2 == 0", "x < 50", &trouble));
    PASSES(stoa_program_select(&selection, program, table, NULL, &trouble));
    ck_assert_uint_eq(selection->count, 50);
    stoa_selection_free(selection);
    PASSES(stoa_program_assign(program, table, NULL, &field, 1, &trouble));
    PASSES(stoa_program_filter(&made, program, table, NULL, &trouble));
    ck_assert_uint_eq(stoa_table_rows(made), 50);
    PASSES(stoa_program_add_field(program, table, NULL, "even", STOA_NO_TYPE, &trouble));
    ck_assert(stoa_bool_column(table, "even")[2]);
    PASSES(stoa_program_remove(program, table, &trouble));
    ck_assert_uint_eq(stoa_table_rows(table), 150);
    stoa_value value;
    FAILS(STOA_INVALID, stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    stoa_table_free(made);
    stoa_program_free(program);
    stoa_table_free(table);
}

TEST(long_chains_and_wide_sharing_need_no_stack)
{
    stoa_table *table = table_of(STOA_INT32, 10);
    stoa_expression *sum, *x;
    size_t links = scaled(200000, 2000);
    PASSES(stoa_expression_field(&x, "x", &trouble));
    PASSES(stoa_expression_field(&sum, "x", &trouble));
    for (size_t i = 1; i < links; i++) {
        stoa_expression *more;
        PASSES(stoa_expression_call(&more, i % 2 == 1 ? STOA_ADD : STOA_SUBTRACT,
                                    (stoa_expression *[]){sum, x}, 2, &trouble));
        stoa_expression_free(sum);
        sum = more;
    }
    for (size_t i = 0; i < 40; i++) { /* 2**40 terms, but only 40 distinct ones */
        stoa_expression *more;
        PASSES(stoa_expression_call(&more, STOA_MAXIMUM, (stoa_expression *[]){sum, sum}, 2,
                                    &trouble));
        stoa_expression_free(sum);
        sum = more;
    }
    stoa_expression *last;
    stoa_program *program;
    PASSES(stoa_expression_call(&last, STOA_SUM, &sum, 1, &trouble));
    PASSES(stoa_program_new(&program, table, last, NULL, &trouble));
    ck_assert_int_eq(run(program, table).int64, links % 2 == 0 ? 90 : 45);
    stoa_program_free(program);
    stoa_expression_free(last);
    stoa_expression_free(sum);
    stoa_expression_free(x);
    stoa_table_free(table);
}

TEST(expressions_of_arrays_alone_need_no_table)
{
    static const double numbers[] = {1.5, 2.5, -4};
    stoa_expression *array, *sum;
    stoa_source source = {.type = STOA_FLOAT64, .data = numbers};
    PASSES(stoa_expression_array(&array, &source, 3, &trouble));
    PASSES(stoa_expression_call(&sum, STOA_SUM, &array, 1, &trouble));
    stoa_program *program;
    stoa_value value;
    stoa_scope scope = {.rows = 3};
    PASSES(stoa_program_new(&program, NULL, sum, NULL, &trouble));
    PASSES(stoa_program_compute(program, NULL, &scope, &value, 1, &trouble));
    ck_assert(value.float64 == 0.0);
    stoa_program_free(program);
    FAILS(STOA_NO_FIELD, stoa_program_parse(&program, NULL, "x", NULL, &trouble));
    FAILS(STOA_INVALID, stoa_program_new(&program, NULL, NULL, NULL, &trouble));
    stoa_program_free(NULL);
    stoa_expression_free(sum);
    stoa_expression_free(array);
}

TEST(what_is_reserved_must_be_zero)
{
    stoa_table *table = table_of(STOA_INT32, 3);
    stoa_program *program;
    stoa_expression *made = NULL;
    stoa_value value;
    int32_t cells[3] = {7, 7, 7};
    PASSES(stoa_program_parse(&program, table, "x", NULL, &trouble));
    for (size_t i = 0; i < 2; i++) {
        stoa_scope scope = {.rows = 3};
        stoa_output output = {.type = STOA_INT32, .data = cells, .count = 3};
        stoa_source source = {.type = STOA_INT32, .data = cells};
        stoa_parameter parameter = {.name = "n", .value = stoa_int64_value(1)};
        scope.reserved[i] = output.reserved[0] = source.reserved[0] = parameter.reserved[i] = 1;
        REFUSED(table, STOA_INVALID,
                stoa_program_compute(program, table, &scope, &value, 1, &trouble));
        REFUSED(table, STOA_INVALID,
                stoa_program_evaluate(program, table, NULL, &output, 1, &trouble));
        REFUSED(table, STOA_INVALID, stoa_column_write(table, 0, 0, 1, 3, &source, &trouble));
        FAILS(STOA_INVALID, stoa_expression_array(&made, &source, 3, &trouble));
        FAILS(STOA_INVALID, stoa_expression_parse_with(&made, "$n", &parameter, 1, &trouble));
        SAYS("reserved");
        ck_assert_ptr_null(made);
    }
    ck_assert_int_eq(cells[0], 7);
    stoa_program_free(program);
    stoa_table_free(table);
}

TEST(a_program_that_is_not_there_is_refused)
{
    stoa_table *table = table_of(STOA_INT32, 3), *made;
    stoa_selection *selection;
    stoa_value value;
    stoa_output output = {.type = STOA_INT32, .data = &value, .count = 3};
    const char *field = "x";
    FAILS(STOA_INVALID, stoa_program_set_parameter(NULL, "a", stoa_int64_value(1), &trouble));
    REFUSED(table, STOA_INVALID, stoa_program_compute(NULL, table, NULL, &value, 1, &trouble));
    REFUSED(table, STOA_INVALID, stoa_program_evaluate(NULL, table, NULL, &output, 1, &trouble));
    REFUSED(table, STOA_INVALID, stoa_program_assign(NULL, table, NULL, &field, 1, &trouble));
    REFUSED(table, STOA_INVALID,
            stoa_program_add_field(NULL, table, NULL, "n", STOA_INT8, &trouble));
    REFUSED(table, STOA_INVALID, stoa_program_select(&selection, NULL, table, NULL, &trouble));
    REFUSED(table, STOA_INVALID, stoa_program_filter(&made, NULL, table, NULL, &trouble));
    REFUSED(table, STOA_INVALID, stoa_program_remove(NULL, table, &trouble));
    REFUSED(table, STOA_INVALID, stoa_program_keep(NULL, table, &trouble));
    FAILS(STOA_INVALID, stoa_selection_or(NULL, NULL, &trouble));
    stoa_table_free(table);
}

TEST(a_table_that_is_not_there_is_refused)
{
    stoa_table *made = NULL, *table = table_of(STOA_INT32, 3);
    stoa_selection *selection = NULL;
    stoa_program *program;
    stoa_value value;
    const char *field = "x", *text = "x + 1", *where = "x > 1";
    PASSES(stoa_program_parse(&program, table, where, NULL, &trouble));
    FAILS(STOA_NO_FIELD, stoa_program_compute(program, NULL, NULL, &value, 1, &trouble));
    FAILS(STOA_INVALID, stoa_program_assign(program, NULL, NULL, &field, 1, &trouble));
    SAYS("table is NULL");
    FAILS(STOA_INVALID, stoa_program_add_field(program, NULL, NULL, "n", STOA_INT8, &trouble));
    FAILS(STOA_INVALID, stoa_program_select(&selection, program, NULL, NULL, &trouble));
    FAILS(STOA_INVALID, stoa_program_filter(&made, program, NULL, NULL, &trouble));
    FAILS(STOA_INVALID, stoa_program_remove(program, NULL, &trouble));
    FAILS(STOA_INVALID, stoa_program_keep(program, NULL, &trouble));
    FAILS(STOA_INVALID, stoa_compute(NULL, "count()", &value, &trouble));
    FAILS(STOA_INVALID, stoa_compute_all(NULL, "count()", NULL, &value, 1, &trouble));
    FAILS(STOA_INVALID, stoa_assign(NULL, field, text, NULL, &trouble));
    FAILS(STOA_INVALID, stoa_update(NULL, &field, &text, 1, NULL, &trouble));
    FAILS(STOA_INVALID, stoa_add_field(NULL, "n", STOA_NO_TYPE, text, NULL, &trouble));
    FAILS(STOA_INVALID, stoa_filter(&made, NULL, where, &trouble));
    FAILS(STOA_INVALID, stoa_remove(NULL, where, &trouble));
    FAILS(STOA_INVALID, stoa_keep(NULL, where, &trouble));
    FAILS(STOA_INVALID, stoa_select(&selection, NULL, where, &trouble));
    stoa_program_free(program);
    stoa_table_free(table);
    ck_assert(made == NULL && selection == NULL);
}

TEST(a_selection_needs_its_table)
{
    stoa_table *table = table_of(STOA_INT32, 3);
    stoa_selection *selection;
    stoa_program *program;
    stoa_value value;
    PASSES(stoa_select(&selection, table, "x > 1", &trouble));
    PASSES(stoa_program_parse(&program, NULL, "count()", NULL, &trouble));
    stoa_scope scope = {.rows = 3, .selection = selection};
    FAILS(STOA_INVALID, stoa_program_compute(program, NULL, &scope, &value, 1, &trouble));
    SAYS("a selection needs a table");
    stoa_program_free(program);
    stoa_selection_free(selection);
    stoa_table_free(table);
}

/* Room for terms is allocated for 32 or more at a time. With `before` terms in front, it runs out
 * at each term of the text in turn. Binding must end properly whatever was refused. */
static void refuse_once(const stoa_table *table, const char *text, int before)
{
    char longer[1024] = "";
    for (int i = 0; i < before; i++)
        strcat(longer, "sqrt(");
    strcat(longer, "w");
    for (int i = 0; i < before; i++)
        strcat(longer, ")");
    strcat(strcat(longer, ", "), text);
    for (size_t n = 0;; n++) {
        stoa_program *program = NULL;
        memset(&trouble, 0, sizeof trouble);
        faults_arm(FAULT_HEAP, n, 1);
        stoa_status status = stoa_program_parse(&program, table, longer, NULL, &trouble);
        bool is_refused = faults_disarm() > 0;
        stoa_program_free(program);
        ck_assert_msg(status == (is_refused ? STOA_OUT_OF_MEMORY : STOA_OK), "%s: %zu: %s: %s",
                      longer, n, stoa_status_name(status), trouble.message);
        if (!is_refused)
            return;
    }
}

TEST(memory_that_is_refused_at_any_term_is_all_that_is_told)
{
    static const char *const texts[] = {
        "where(x > 3, x // 2, x % 5), clip(w, x, 3.5), x ** 2 + w ** 0.5 - x ** 3 * x / u",
        "u & x, u | 1, u ^ 3, ~u, x << 2, u >> x, min(u, x), max(x, u, 3), u - x * w",
        "int8(w), uint32(x), bool(w), bool(u), float32(u), isnan(w), floor(x), sqrt(x * x + x * x)",
        "x < 2.5 and not u == x or w >= u, t & t, t == t, cumsum(x), cummax(w), abs(-x), +t, row()",
        "x + sum(x * x) + sum(where(t, x, 0)) + mean(w) - max(x) + argmin(w) + dot(x, w) + std(x)",
        "any(x > 3), all(t), count(w), first(t), last(w), sum(x - mean(x))",
    };
    stoa_table *table =
        TABLE(NULL, {.name = "x", .type = STOA_INT32}, {.name = "w", .type = STOA_FLOAT64},
              {.name = "u", .type = STOA_UINT64}, {.name = "t", .type = STOA_BOOL});
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int before = 0; before < 32; before++)
            refuse_once(table, texts[i], before);
    stoa_table_free(table);
}

int main(void)
{
    return RUN("program", a_program_runs_again_with_other_parameters,
               a_program_runs_on_any_table_that_has_its_fields, a_program_says_what_it_gives,
               a_program_says_what_it_reads,
               a_program_says_nothing_of_itself_until_a_run_has_bound_it,
               what_is_not_there_is_nothing, one_program_serves_every_use,
               long_chains_and_wide_sharing_need_no_stack,
               expressions_of_arrays_alone_need_no_table, what_is_reserved_must_be_zero,
               a_program_that_is_not_there_is_refused, a_table_that_is_not_there_is_refused,
               a_selection_needs_its_table, memory_that_is_refused_at_any_term_is_all_that_is_told);
}
