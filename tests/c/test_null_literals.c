/* test_null_literals.c: `null` in texts, and parameters that are null, beside values of each type.
 */
#include "../support/testing.h"

static const char *const colors[] = {"RED", "GREEN"};

/* A nullable field of each type, and two that are not; three rows, all null in the second. */
static stoa_table *of_each_type(void)
{
    stoa_table *table =
        TABLE(NULL, {.name = "plain", .type = STOA_INT32}, {.name = "flag", .type = STOA_BOOL},
              {.name = "truth", .type = STOA_BOOL, .flags = STOA_NULLABLE},
              {.name = "small", .type = STOA_INT8, .flags = STOA_NULLABLE},
              {.name = "wide", .type = STOA_INT64, .flags = STOA_NULLABLE},
              {.name = "large", .type = STOA_UINT64, .flags = STOA_NULLABLE},
              {.name = "single", .type = STOA_FLOAT32, .flags = STOA_NULLABLE},
              {.name = "w", .type = STOA_FLOAT64, .flags = STOA_NULLABLE},
              {.name = "name", .type = STOA_STRING, .flags = STOA_NULLABLE},
              {.name = "day", .type = STOA_DATE, .flags = STOA_NULLABLE},
              {.name = "at",
               .type = STOA_TIMESTAMP,
               .unit = STOA_MILLISECOND,
               .zone = "Europe/Berlin",
               .flags = STOA_NULLABLE},
              {.name = "lasts", .type = STOA_DURATION, .unit = STOA_SECOND, .flags = STOA_NULLABLE},
              {.name = "color",
               .type = STOA_UINT8,
               .labels = colors,
               .label_count = 2,
               .flags = STOA_NULLABLE});
    const stoa_string ann = {"Ann", 3};
    stoa_value values[13];
    for (size_t i = 0; i < 13; i++)
        values[i] = stoa_int64_value(1);
    values[1] = values[2] = stoa_boolean_value(true);
    values[8] = stoa_string_value(ann);
    values[9] = stoa_date_value(20000);
    values[10] = stoa_zoned_value(123456, STOA_MILLISECOND);
    values[11] = stoa_duration_value(60, STOA_SECOND);
    PASSES(stoa_table_append(table, values, 13, &trouble));
    for (size_t i = 2; i < 13; i++)
        values[i] = stoa_null_value();
    values[1] = stoa_boolean_value(false);
    PASSES(stoa_table_append(table, values, 13, &trouble));
    PASSES(stoa_table_resize(table, 3, &trouble));
    return table;
}

static const char *const names[] = {"truth", "small", "wide", "large", "single", "w",
                                    "name",  "day",   "at",   "lasts", "color"};
enum { NAMES = sizeof names / sizeof *names };

TEST(a_null_has_the_type_of_what_stands_beside_it)
{
    stoa_table *table = of_each_type();
    static const struct {
        const char *text;
        int64_t count;
    } cases[] = {
        {"count(where(flag, %s, null))", 1},
        {"count(where(flag, null, %s))", 0},
        {"count(coalesce(null, %s))", 1},
        {"count(coalesce(%s, null))", 1},
        {"count(fill_null(%s, null))", 1},
        {"count(%s == null)", 0},
        {"count(null != %s)", 0},
        {"count(%s in (null))", 0},
        {"count(null in (%s))", 0},
        {"count(where(null, %s, %s))", 0},
    };
    for (size_t i = 0; i < NAMES; i++)
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            char text[80];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
            snprintf(text, sizeof text, cases[k].text, names[i], names[i]);
#pragma GCC diagnostic pop
            ck_assert_msg(integer_of(table, text) == cases[k].count, "%s", text);
        }
    stoa_table_free(table);
}

TEST(an_operation_on_null_is_null)
{
    static const char *const all[] = {
        "wide + null",
        "null - wide",
        "wide * null",
        "wide / null",
        "wide // null",
        "wide % null",
        "null ** wide",
        "-null",
        "w + null",
        "null / w",
        "sqrt(null)",
        "abs(null)",
        "large + null",
        "large & null",
        "wide << null",
        "~null",
        "not null",
        "flag and null or null",
        "null < null",
        "null == null",
        "min(wide, null)",
        "clip(w, null, 2)",
        "int8(null)",
        "float32(null)",
        "bool(null)",
        "concat(name, null)",
        "lower(null)",
        "length(null)",
        "starts_with(name, null)",
        "slice(name, 0, null)",
        "name < null",
        "name in ('x', null)",
        "name in ('x', 'y', 'z', 'a', 'b', null)",
        "day + null",
        "day - null",
        "null + at",
        "at - null",
        "null - lasts",
        "lasts * null",
        "lasts / null",
        "lasts // null",
        "year(null)",
        "hour(null)",
        "trunc(null, 'hour')",
        "date(null)",
        "timestamp(null, 's')",
        "day < null",
        "where(flag, null, null)",
        "coalesce(null, null)",
        "null",
        "cumsum(null)",
        "1 // null",
    };
    stoa_table *table = of_each_type();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[120];
        snprintf(text, sizeof text, "count(%s)", all[i]);
        ck_assert_msg(integer_of(table, text) == 0, "%s is not null", all[i]);
        snprintf(text, sizeof text, "sum(is_null(%s))", all[i]);
        ck_assert_msg(integer_of(table, text) == 3, "%s is not null", all[i]);
    }
    ck_assert_int_eq(integer_of(table, "sum(flag or null)"), 1);
    ck_assert_int_eq(integer_of(table, "count(flag and null)"), 2);
    ck_assert_int_eq(integer_of(table, "sum(null)"), 0);
    ck_assert_int_eq(integer_of(table, "count_distinct(null)"), 0);
    ck_assert_int_eq(integer_of(table, "sum(is_null(min(null)))"), 3);
    stoa_table_free(table);
}

TEST(null_is_stored_into_each_nullable_field)
{
    stoa_table *table = of_each_type();
    for (size_t i = 0; i < NAMES; i++) {
        char text[40];
        snprintf(text, sizeof text, "count(%s)", names[i]);
        WORKS(table, stoa_assign(table, names[i], "null", "not flag", &trouble));
        ck_assert_int_eq(integer_of(table, text), 1);
        PASSES(stoa_assign(table, names[i], "where(flag, null, null)", "flag", &trouble));
        ck_assert_int_eq(integer_of(table, text), 0);
    }
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "plain", "null", NULL, &trouble));
    SAYS("row 0: the value is null, but field 'plain' takes no null");
    PASSES(stoa_assign(table, "plain", "null", "plain > 5", &trouble)); /* in no row */
    PASSES(stoa_add_field(table, "more", STOA_NO_TYPE, "where(flag, plain, null)", NULL, &trouble));
    ck_assert_uint_eq(stoa_table_field_flags(table, 13), STOA_NULLABLE);
    ck_assert_int_eq(integer_of(table, "count(more)"), 1);
    PASSES(stoa_add_field(table, "text", STOA_STRING, "null", NULL, &trouble));
    ck_assert_int_eq(integer_of(table, "count(text)"), 0);
    stoa_table_free(table);
}

TEST(a_null_condition_selects_nothing)
{
    stoa_table *table = of_each_type(), *kept;
    stoa_selection *selection;
    PASSES(stoa_select(&selection, table, "null", &trouble));
    ck_assert_uint_eq(selection->count, 0);
    stoa_selection_free(selection);
    PASSES(stoa_filter(&kept, table, "wide == null", &trouble));
    ck_assert_uint_eq(kept->rows, 0);
    stoa_table_free(kept);
    PASSES(stoa_assign(table, "plain", "9", "null", &trouble));
    ck_assert_int_eq(integer_of(table, "sum(plain)"), 2);
    stoa_table_free(table);
}

TEST(a_parameter_may_be_null_in_one_run_and_a_value_in_the_next)
{
    static const char *const texts[] = {"count(coalesce(wide, $p))", "count(wide == $p)",
                                        "count(where(flag, $p, wide))"};
    static const int64_t counts[][2] = {{1, 3}, {0, 1}, {0, 1}};
    stoa_table *table = of_each_type();
    for (size_t i = 0; i < 3; i++) {
        stoa_program *program;
        stoa_value value;
        PASSES(stoa_program_parse(&program, table, texts[i], NULL, &trouble));
        FAILS(STOA_NO_PARAMETER, stoa_program_compute(program, table, NULL, &value, 1, &trouble));
        for (int k = 0; k < 4; k++) {
            stoa_value given = k % 2 == 0 ? stoa_null_value() : stoa_int64_value(1);
            if (k == 2)
                given.type = STOA_STRING; /* which does not count */
            WORKS(table, stoa_program_set_parameter(program, "p", given, &trouble));
            WORKS(table, stoa_program_compute(program, table, NULL, &value, 1, &trouble));
            ck_assert_int_eq(value.int64, counts[i][k % 2]);
        }
        stoa_program_free(program);
    }
    stoa_table_free(table);
}

TEST(a_value_of_all_rows_that_failed_and_is_null_now_does_not_fail)
{
    stoa_table *table = of_each_type();
    stoa_program *program;
    stoa_value value;
    PASSES(stoa_assign(table, "wide", "0", NULL, &trouble));
    PASSES(stoa_program_parse(&program, table, "1 // max(wide)", NULL, &trouble));
    FAILS(STOA_DIVISION_BY_ZERO, stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    PASSES(stoa_assign(table, "wide", "null", NULL, &trouble));
    PASSES(stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    ck_assert(value.is_null);
    stoa_program_free(program);
    stoa_table_free(table);
}

TEST(nulls_are_constants_of_trees_and_are_printed)
{
    stoa_expression *null, *sum, *again;
    stoa_value given = stoa_int64_value(7);
    char text[60];
    given.is_null = true;
    PASSES(stoa_expression_constant(&null, given, &trouble));
    PASSES(stoa_expression_call(&sum, STOA_NEGATE, &null, 1, &trouble));
    stoa_expression_print(sum, text, sizeof text);
    ck_assert_str_eq(text, "-null");
    PASSES(stoa_expression_parse(&again, "where(x, `null`, null)", &trouble));
    stoa_expression_print(again, text, sizeof text);
    ck_assert_str_eq(text, "where(x, `null`, null)");
    stoa_expression_free(again);
    stoa_expression_free(sum);
    stoa_expression_free(null);
}

TEST(what_has_no_meaning_is_refused)
{
    stoa_table *table = of_each_type();
    stoa_value value;
    REFUSED(table, STOA_WRONG_TYPE, stoa_compute(table, "count(color + null)", &value, &trouble));
    SAYS("'color' is an enumeration");
    REFUSED(table, STOA_WRONG_TYPE,
            stoa_compute(table, "count(trunc(at, null))", &value, &trouble));
    SAYS("trunc takes a period here");
    REFUSED(table, STOA_WRONG_TYPE, stoa_compute(table, "count(null[0])", &value, &trouble));
    SAYS("null is no vector");
    REFUSED(table, STOA_SYNTAX, stoa_compute(table, "var(w, ddof=null)", &value, &trouble));
    stoa_table_free(table);
}

int main(void)
{
    return RUN("null_literals", a_null_has_the_type_of_what_stands_beside_it,
               an_operation_on_null_is_null, null_is_stored_into_each_nullable_field,
               a_null_condition_selects_nothing,
               a_parameter_may_be_null_in_one_run_and_a_value_in_the_next,
               a_value_of_all_rows_that_failed_and_is_null_now_does_not_fail,
               nulls_are_constants_of_trees_and_are_printed, what_has_no_meaning_is_refused);
}
