/* test_compute.c: aggregates: their values, when they are null, what they refuse; and that no
 * thread count or processor level changes a bit. */
#include <math.h>
#include <stdlib.h>

#include "../support/testing.h"

#define N 150001 /* more than two morsels */

static stoa_table *points(size_t rows)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = rows), {.name = "x", .type = STOA_INT32},
              {.name = "y", .type = STOA_INT32}, {.name = "w", .type = STOA_FLOAT64},
              {.name = "u", .type = STOA_UINT64}, {.name = "b", .type = STOA_BOOL});
    dice d = {7};
    for (size_t i = 0; i < rows; i++) {
        stoa_int32_column(table, "x")[i] = (int32_t)dice_below(&d, 2001) - 1000;
        stoa_int32_column(table, "y")[i] = (int32_t)dice_below(&d, 100) + 1;
        stoa_float64_column(table, "w")[i] = (double)dice_below(&d, 1000000) / 7 - 50000;
        stoa_uint64_column(table, "u")[i] = dice_below(&d, 1000);
        stoa_bool_column(table, "b")[i] = dice_below(&d, 2) == 1;
    }
    return table;
}

static stoa_value computed(const stoa_table *table, const char *text, const char *where)
{
    stoa_value value = {.type = STOA_NO_TYPE};
    PASSES(stoa_compute_all(table, text, where, &value, 1, &trouble));
    return value;
}

static int64_t integer(const stoa_table *table, const char *text)
{
    stoa_value value = computed(table, text, NULL);
    ck_assert_int_eq(value.type, STOA_INT64);
    ck_assert(!value.is_null);
    return value.int64;
}

static double number(const stoa_table *table, const char *text)
{
    stoa_value value = computed(table, text, NULL);
    ck_assert_int_eq(value.type, STOA_FLOAT64);
    ck_assert(!value.is_null);
    return value.float64;
}

TEST(the_first_example_works)
{
    stoa_table *table = points(1000);
    stoa_value total;
    int64_t expected = 0;
    for (size_t i = 0; i < 1000; i++) {
        int64_t x = stoa_int32_column(table, "x")[i], y = stoa_int32_column(table, "y")[i];
        expected += x * x + y * y;
    }
    WORKS(table, stoa_compute(table, "sum(x * x + y * y)", &total, &trouble));
    ck_assert_int_eq(total.int64, expected);
    stoa_table_free(table);
}

TEST(several_aggregates_come_of_one_pass_under_a_condition)
{
    stoa_table *table = points(3000);
    stoa_value values[5];
    int64_t sum = 0, count = 0, first = -1, last = -1, least = INT64_MAX;
    for (int64_t i = 0; i < 3000; i++) {
        int64_t x = stoa_int32_column(table, "x")[i];
        if (stoa_int32_column(table, "y")[i] <= 50)
            continue;
        sum += x;
        least = x < least ? x : least;
        first = count++ == 0 ? x : first;
        last = x;
    }
    WORKS(table, stoa_compute_all(table, "sum(x), count(), first(x), last(x), min(x)", "y > 50",
                                  values, 5, &trouble));
    ck_assert_int_eq(values[0].int64, sum);
    ck_assert_int_eq(values[1].int64, count);
    ck_assert_int_eq(values[2].int64, first);
    ck_assert_int_eq(values[3].int64, last);
    ck_assert_int_eq(values[4].int64, least);
    REFUSED(table, STOA_INVALID, stoa_compute_all(table, "sum(x), 1", NULL, values, 1, &trouble));
    stoa_table_free(table);
}

TEST(the_ends_of_a_range_come_together_as_they_come_apart)
{
    static const char *const of[] = {"x", "w", "u", "b", "x + y", "w * 2", "int64(y) - x"};
    stoa_table *table = points(N);
    for (size_t threads = 1; threads <= 2; threads++) {
        PASSES(stoa_set_threads(threads, &trouble));
        for (size_t i = 0; i < 2 * sizeof of / sizeof *of; i++) {
            const char *where = i % 2 == 0 ? NULL : "y < 30 and w > mean(w)", *name = of[i / 2];
            char text[96], min[32], max[32];
            snprintf(min, sizeof min, "min(%s)", name);
            snprintf(max, sizeof max, "max(%s)", name);
            snprintf(text, sizeof text, "%s, sum(x), %s, max(y), argmin(x)", max, min);
            stoa_value together[5];
            stoa_value apart[] = {computed(table, max, where), computed(table, "sum(x)", where),
                                  computed(table, min, where), computed(table, "max(y)", where),
                                  computed(table, "argmin(x)", where)};
            PASSES(stoa_compute_all(table, text, where, together, 5, &trouble));
            for (size_t k = 0; k < 5; k++)
                ck_assert_msg(together[k].type == apart[k].type && !together[k].is_null &&
                                  together[k].uint64 == apart[k].uint64,
                              "%s, value %zu, where %s", text, k, where == NULL ? "" : where);
        }
    }
    PASSES(stoa_set_threads(0, &trouble));
    stoa_table_free(table);
}

TEST(an_aggregate_may_stand_in_an_expression_and_need_another)
{
    stoa_table *table = points(5000);
    double mean = number(table, "mean(w)"), sum = 0;
    ck_assert(fabs(number(table, "sum(w) / count()") - mean) < 1e-9);
    for (size_t i = 0; i < 5000; i++) {
        double apart = stoa_float64_column(table, "w")[i] - mean;
        sum += apart * apart;
    }
    ck_assert(fabs(number(table, "sum((w - mean(w)) ** 2) / count()") / (sum / 5000) - 1) < 1e-12);
    ck_assert(fabs(number(table, "var(w)") / (sum / 5000) - 1) < 1e-12);
    ck_assert(fabs(number(table, "var(w, ddof=1)") / (sum / 4999) - 1) < 1e-12);
    ck_assert(fabs(number(table, "std(w)") / sqrt(sum / 5000) - 1) < 1e-12);
    /* the aggregate in the condition is over all rows, the one in the output over the selected
     * rows */
    stoa_value value = computed(table, "count()", "w > mean(w)");
    int64_t above = 0;
    for (size_t i = 0; i < 5000; i++)
        above += stoa_float64_column(table, "w")[i] > mean;
    ck_assert_int_eq(value.int64, above);
    stoa_table_free(table);
}

TEST(equal_values_have_no_variance_and_far_ones_keep_it)
{
    stoa_table *table = points(N);
    double *w = stoa_float64_column(table, "w");
    for (size_t i = 0; i < N; i++)
        w[i] = 1e17 / 3;
    for (size_t threads = 1; threads <= 2; threads++) {
        PASSES(stoa_set_threads(threads, &trouble));
        ck_assert(number(table, "var(w)") == 0 && number(table, "std(w, ddof=1)") == 0);
        ck_assert(computed(table, "std(w)", "x > 7").float64 == 0);
        ck_assert(number(table, "var(w * 1e180)") == 0 && number(table, "std(0.1)") == 0);
        ck_assert(fabs(number(table, "var(y + 1e9)") / number(table, "var(y)") - 1) < 1e-13);
        ck_assert(isinf(number(table, "std(y * 1e200)")));
        ck_assert(isnan(number(table, "std(y / (y - y))")));
    }
    PASSES(stoa_set_threads(0, &trouble));
    stoa_table_free(table);
}

TEST(aggregates_of_nothing_are_what_the_semantics_say)
{
    stoa_table *table = points(0);
    ck_assert_int_eq(integer(table, "sum(x)"), 0);
    ck_assert_int_eq(integer(table, "count()"), 0);
    ck_assert(number(table, "sum(w)") == 0.0);
    ck_assert(!computed(table, "any(b)", NULL).boolean);
    ck_assert(computed(table, "all(b)", NULL).boolean);
    static const char *const nothing[] = {"mean(x)",   "min(x)",      "max(w)",  "var(w)",
                                          "std(x)",    "first(x)",    "last(b)", "argmin(w)",
                                          "argmax(x)", "mean(x) + 1", "-min(u)", "var(x, 1)"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        ck_assert_msg(computed(table, nothing[i], NULL).is_null, "%s is not null", nothing[i]);
    stoa_table_free(table);
    table = points(1);
    ck_assert(computed(table, "var(x, 1)", NULL).is_null);
    ck_assert(computed(table, "mean(w)", "x > 5000").is_null);
    stoa_table_free(table);
}

TEST(sums_are_128_bits_wide_until_they_are_told)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 4), {.name = "z", .type = STOA_INT64},
                              {.name = "u", .type = STOA_UINT64});
    int64_t *z = stoa_int64_column(table, "z");
    uint64_t *u = stoa_uint64_column(table, "u");
    z[0] = z[1] = INT64_MAX;
    z[2] = z[3] = -INT64_MAX;
    u[0] = UINT64_MAX;
    stoa_value value;
    ck_assert_int_eq(integer(table, "sum(z)"), 0);
    ck_assert(number(table, "mean(z)") == 0.0);
    value = computed(table, "sum(u)", NULL);
    ck_assert_int_eq(value.type, STOA_UINT64);
    ck_assert_uint_eq(value.uint64, UINT64_MAX);
    ck_assert(number(table, "mean(u)") == 0x1p62);
    z[2] = z[3] = 0;
    REFUSED(table, STOA_OVERFLOW, stoa_compute(table, "sum(z)", &value, &trouble));
    SAYS("does not fit int64");
    ck_assert(number(table, "mean(z)") == 0x1p62);
    stoa_table_free(table);
}

TEST(uint64_beyond_int64_goes_with_signed_values_where_the_result_has_a_type)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3), {.name = "u", .type = STOA_UINT64},
                              {.name = "x", .type = STOA_INT32}, {.name = "z", .type = STOA_INT64});
    uint64_t *u = stoa_uint64_column(table, "u");
    int32_t *x = stoa_int32_column(table, "x");
    u[0] = UINT64_MAX;
    u[1] = (uint64_t)1 << 63 | 5;
    u[2] = 7;
    x[0] = -2;
    x[1] = 4;
    stoa_int64_column(table, "z")[0] = INT64_MIN;
    static const struct {
        const char *text;
        stoa_type type;
        uint64_t bits;
    } cases[] = {
        {"max(u & x)", STOA_UINT64, UINT64_MAX - 1},
        {"max(x & u)", STOA_UINT64, UINT64_MAX - 1},
        {"max(u & z)", STOA_UINT64, (uint64_t)1 << 63},
        {"max(u & -1)", STOA_UINT64, UINT64_MAX},
        {"max(u & (x > 0))", STOA_UINT64, 1},
        {"max(clip(u, -5, 100))", STOA_UINT64, 100},
        {"min(clip(u, x, 6))", STOA_UINT64, 6},
        {"max(clip(x, -1, u))", STOA_INT64, 4},
        {"max(where(x < 0, u & 15, x))", STOA_INT64, 15},
        {"max(where(u < 10, u, x))", STOA_INT64, 7},
        {"max(u | 8)", STOA_UINT64, UINT64_MAX},
        {"max(u ^ 1)", STOA_UINT64, UINT64_MAX - 1},
        {"max(max(u, x))", STOA_UINT64, UINT64_MAX},
        {"min(min(u, x))", STOA_INT64, (uint64_t)-2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        stoa_value value = {.type = STOA_NO_TYPE};
        PASSES(stoa_compute(table, cases[i].text, &value, &trouble));
        ck_assert_msg(value.type == cases[i].type && value.uint64 == cases[i].bits, "%s is %s %lld",
                      cases[i].text, stoa_type_name(value.type), (long long)value.int64);
    }
    static const char *const of_no_type[] = {"sum(u | x)", "sum(u ^ x)", "sum(where(x < 0, u, x))"};
    stoa_value value;
    for (size_t i = 0; i < 3; i++) {
        REFUSED(table, STOA_OVERFLOW, stoa_compute(table, of_no_type[i], &value, &trouble));
        SAYS("row 0: 18446744073709551615 does not fit int64");
    }
    PASSES(stoa_compute(table, "sum(where(u < 10, u ^ x, x))", &value, &trouble));
    REFUSED(table, STOA_OVERFLOW, stoa_compute(table, "sum(int8(u))", &value, &trouble));
    SAYS("18446744073709551615 does not fit int8");
    /* No value fits, so the result's range is empty. */
    REFUSED(table, STOA_OVERFLOW,
            stoa_compute(table, "sum(x << uint8(clip(x, -5, -2)))", &value, &trouble));
    SAYS("-2 does not fit uint8");
    REFUSED(table, STOA_OVERFLOW, stoa_compute(table, "sum(int32(u * 1e300))", &value, &trouble));
    SAYS("does not fit int32");
    stoa_table_free(table);
}

TEST(failures_count_only_where_a_value_is_used_and_the_first_row_is_told)
{
    stoa_table *table = points(N);
    int32_t *y = stoa_int32_column(table, "y");
    y[140000] = y[70001] = 0;
    stoa_value value;
    for (size_t threads = 1; threads <= 3; threads++) {
        PASSES(stoa_set_threads(threads, &trouble));
        FAILS(STOA_DIVISION_BY_ZERO, stoa_compute(table, "sum(x // y)", &value, &trouble));
        ck_assert_uint_eq(trouble.row, 70001);
        SAYS("row 70001");
        SAYS("sum(x // y)\n      ^");
        PASSES(stoa_compute(table, "sum(where(y != 0, x // y, 0))", &value, &trouble));
        PASSES(stoa_compute_all(table, "sum(x // y)", "y != 0", &value, 1, &trouble));
        PASSES(stoa_compute(table, "any(y != 0 and x // y > 3)", &value, &trouble));
        PASSES(stoa_compute(table, "all(y == 0 or x // y > 3)", &value, &trouble));
        FAILS(STOA_DIVISION_BY_ZERO,
              stoa_compute(table, "any(x // y > 3 and y != 0)", &value, &trouble));
        PASSES(stoa_compute(table, "where(count() > 0, 1, 1 // 0)", &value, &trouble));
        FAILS(STOA_DIVISION_BY_ZERO,
              stoa_compute(table, "sum(x) // (count() - 150001)", &value, &trouble));
        FAILS(STOA_OVERFLOW, stoa_compute(table, "sum(x + 9223372036854775807)", &value, &trouble));
        FAILS(STOA_INVALID, stoa_compute(table, "sum(x ** -1)", &value, &trouble));
    }
    PASSES(stoa_set_threads(0, &trouble));
    stoa_table_free(table);
}

TEST(results_have_the_same_bits_for_any_number_of_threads)
{
    static const char *const texts[] = {"sum(w)",
                                        "mean(w)",
                                        "std(w)",
                                        "sum(exp(w / 50000) * x)",
                                        "dot(w, w)",
                                        "min(w)",
                                        "sum(where(x > 0, w, 0))"};
    stoa_table *table = points(scaled(1000000, N));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double first = 0;
        for (size_t threads = 1; threads <= 4; threads++) {
            PASSES(stoa_set_threads(threads, &trouble));
            double got = number(table, texts[i]);
            if (threads == 1)
                first = got;
            ck_assert_msg(memcmp(&got, &first, sizeof got) == 0, "%s: %.17g, not %.17g", texts[i],
                          got, first);
        }
    }
    PASSES(stoa_set_threads(0, &trouble));
    stoa_table_free(table);
}

TEST(what_cannot_be_computed_is_refused_with_its_place)
{
    stoa_table *table = points(10);
    stoa_value value;
    REFUSED(table, STOA_NO_FIELD, stoa_compute(table, "sum(z)", &value, &trouble));
    SAYS("the fields are: x, y, w, u, b");
    REFUSED(table, STOA_SYNTAX, stoa_compute(table, "sum(x", &value, &trouble));
    REFUSED(table, STOA_SYNTAX, stoa_compute(table, "", &value, &trouble));
    REFUSED(table, STOA_INVALID, stoa_compute(table, NULL, &value, &trouble));
    REFUSED(table, STOA_INVALID, stoa_compute(table, "x", &value, &trouble));
    SAYS("aggregate");
    REFUSED(table, STOA_WRONG_TYPE, stoa_compute(table, "any(x)", &value, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_compute(table, "sum(x and b)", &value, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_compute(table, "sum(w & 1)", &value, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_compute(table, "sum(where(x, 1, 2))", &value, &trouble));
    REFUSED(table, STOA_NO_PARAMETER, stoa_compute(table, "sum(x > $limit)", &value, &trouble));
    SAYS("$limit");
    FAILS(STOA_WRONG_TYPE, stoa_compute_all(table, "sum(x)", "x + 1", &value, 1, &trouble));
    stoa_table_free(table);
}

TEST(objects_are_counted_and_not_computed_with)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3), {.name = "o", .type = STOA_OBJECT},
                              {.name = "x", .type = STOA_INT8});
    stoa_value value;
    ck_assert_int_eq(integer(table, "count(o)"), 3);
    REFUSED(table, STOA_WRONG_TYPE, stoa_compute(table, "sum(o)", &value, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_compute(table, "sum(o + x)", &value, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_compute(table, "o", &value, &trouble));
    stoa_table_free(table);
}

TEST(aggregates_that_nobody_asks_for_cannot_fail)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"where(False, sum(x // 0), 3)", 3},
        {"where(True, count(x), max(sum(x // 0), min(x % 0)))", 1000},
        {"int64(False and sum(x // 0) > 1)", 0},
        {"int64(True or sum(x - mean(x // 0)) > 1)", 1},
    };
    stoa_table *table = points(1000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_int_eq(computed(table, cases[i].text, NULL).int64, cases[i].value);
    stoa_value value;
    REFUSED(
        table, STOA_DIVISION_BY_ZERO,
        stoa_compute(table, "where(count() > 1, 3, sum(x // 0)) + sum(x // 0)", &value, &trouble));
    stoa_table_free(table);
}

int main(void)
{
    return RUN("compute", the_first_example_works,
               several_aggregates_come_of_one_pass_under_a_condition,
               the_ends_of_a_range_come_together_as_they_come_apart,
               an_aggregate_may_stand_in_an_expression_and_need_another,
               aggregates_of_nothing_are_what_the_semantics_say,
               aggregates_that_nobody_asks_for_cannot_fail,
               equal_values_have_no_variance_and_far_ones_keep_it,
               sums_are_128_bits_wide_until_they_are_told,
               uint64_beyond_int64_goes_with_signed_values_where_the_result_has_a_type,
               failures_count_only_where_a_value_is_used_and_the_first_row_is_told,
               results_have_the_same_bits_for_any_number_of_threads,
               what_cannot_be_computed_is_refused_with_its_place,
               objects_are_counted_and_not_computed_with);
}
