/* test_vector_expressions.c: what expressions make of vectors, beside the same written by
 * component.
 */
#include <math.h>
#include <stdlib.h>

#include "../support/testing.h"

enum { ROWS = 1500, MOST = 3 };

/* i: int32[3], f: float32[3], g: float64[3], u: uint64[3], b: bool[3], w: float32[2]; x, c: not. */
static stoa_table *filled(void)
{
    stoa_table *table = TABLE(OPTIONS(.rows = ROWS), {.name = "i", .type = STOA_INT32, .length = 3},
                              {.name = "f", .type = STOA_FLOAT32, .length = 3},
                              {.name = "g", .type = STOA_FLOAT64, .length = 3},
                              {.name = "u", .type = STOA_UINT64, .length = 3},
                              {.name = "b", .type = STOA_BOOL, .length = 3},
                              {.name = "w", .type = STOA_FLOAT32, .length = 2},
                              {.name = "x", .type = STOA_INT16}, {.name = "c", .type = STOA_BOOL});
    for (size_t field = 0; field < stoa_table_field_limit(table); field++)
        for (size_t row = 0; row < ROWS; row++) {
            int64_t number = (int64_t)((row * 7919 + field * 104729) % 2001) - 1000;
            stoa_type type = stoa_table_field_type(table, field);
            stoa_value value = stoa_int64_value(number);
            if (type == STOA_BOOL)
                value = stoa_boolean_value(number % 3 == 0);
            else if (type == STOA_UINT64)
                value = stoa_int64_value(number + 1000);
            else if (type == STOA_FLOAT32 || type == STOA_FLOAT64)
                value = stoa_float64_value((double)number / 16);
            PASSES(stoa_row_set(stoa_table_row(table, row), field, value, &trouble));
        }
    return table;
}

/* The text with each `@` written as the number of a component. */
static const char *at(const char *text, int component)
{
    static char made[256];
    size_t length = 0;
    for (; *text != '\0'; text++)
        made[length++] = *text == '@' ? (char)('0' + component) : *text;
    made[length] = '\0';
    return made;
}

static void evaluate(const stoa_table *table, const char *text, double *const *out, size_t count)
{
    stoa_program *program;
    stoa_output outputs[MOST];
    for (size_t k = 0; k < count; k++)
        outputs[k] = (stoa_output){.type = STOA_FLOAT64, .data = out[k], .count = ROWS};
    PASSES(stoa_program_parse(&program, table, text, NULL, &trouble));
    PASSES(stoa_program_evaluate(program, table, NULL, outputs, count, &trouble));
    PASSES(stoa_program_evaluate(program, table, NULL, outputs, count, &trouble)); /* bound */
    stoa_program_free(program);
}

/* Both texts give the same bits; the second one is that of a component. */
static void same(const stoa_table *table, const char *text, const char *component, size_t length)
{
    static double whole[MOST][ROWS], one[ROWS];
    evaluate(table, text, (double *const[]){whole[0], whole[1], whole[2]}, length);
    for (size_t k = 0; k < length; k++) {
        evaluate(table, at(component, (int)k), (double *const[]){one}, 1);
        ck_assert_msg(memcmp(whole[k], one, sizeof one) == 0, "component %zu of %s", k, text);
    }
}

TEST(operations_are_done_by_component)
{
    static const char *const pairs[][2] = {
        {"f + g", "f[@] + g[@]"},
        {"f - 1", "f[@] - 1"},
        {"2 * i", "2 * i[@]"},
        {"x * i", "x * i[@]"},
        {"f / g", "f[@] / g[@]"},
        {"i // (i + 3000)", "i[@] // (i[@] + 3000)"},
        {"i % 7", "i[@] % 7"},
        {"f ** 2", "f[@] ** 2"},
        {"-f", "-f[@]"},
        {"+b", "+b[@]"},
        {"abs(i)", "abs(i[@])"},
        {"i & 255", "i[@] & 255"},
        {"u | u << 1", "u[@] | u[@] << 1"},
        {"~i", "~i[@]"},
        {"min(f, g, 0)", "min(f[@], g[@], 0)"},
        {"max(x, i)", "max(x, i[@])"},
        {"clip(f, -1, g)", "clip(f[@], -1, g[@])"},
        {"where(c, f, g)", "where(c, f[@], g[@])"},
        {"where(b, f, 0)", "where(b[@], f[@], 0)"},
        {"where(x > 0, 1, i)", "where(x > 0, 1, i[@])"},
        {"sqrt(u)", "sqrt(u[@])"},
        {"atan2(f, 2)", "atan2(f[@], 2)"},
        {"int8(i // 100)", "int8(i[@] // 100)"},
        {"float32(g) * g", "float32(g[@]) * g[@]"},
        {"cumsum(i)", "cumsum(i[@])"},
        {"f - mean(f)", "f[@] - mean(f[@])"},
        {"(f + g) * (f + g)", "(f[@] + g[@]) * (f[@] + g[@])"},
    };
    stoa_table *table = filled();
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        same(table, pairs[i][0], pairs[i][1], 3);
    same(table, "not b", "not b[@]", 3);
    same(table, "b and c", "b[@] and c", 3);
    same(table, "isnan(f / 0 - f / 0)", "isnan(f[@] / 0 - f[@] / 0)", 3);
    stoa_table_free(table);
}

TEST(some_operations_make_one_value_of_all_components)
{
    stoa_table *table = filled();
    same(table, "dot(f, g)", "f[0] * g[0] + f[1] * g[1] + f[2] * g[2]", 1);
    same(table, "dot(i, i)", "i[0] * i[0] + i[1] * i[1] + i[2] * i[2]", 1);
    same(table, "norm(f)", "sqrt(f[0] * f[0] + f[1] * f[1] + f[2] * f[2])", 1);
    same(table, "norm(w)", "sqrt(w[0] * w[0] + w[1] * w[1])", 1);
    same(table, "norm(i)", "sqrt(i[0] * i[0] + i[1] * i[1] + i[2] * i[2])", 1);
    same(table, "f == g", "f[0] == g[0] and f[1] == g[1] and f[2] == g[2]", 1);
    same(table, "i != 0", "i[0] != 0 or i[1] != 0 or i[2] != 0", 1);
    same(table, "(f * 2)[1]", "f[1] * 2", 1);
    same(table, "component(f, 2)", "`f[2]`", 1);
    same(table, "vector(x, 2, x + 1)[2]", "x + 1", 1);
    same(table, "dot(vector(1, 0, 0), g)", "g[0]", 1);
    same(table, "dot(x, x) * 1 + x", "sum(x * x) + x", 1); /* of numbers: an aggregate */
    stoa_table_free(table);
}

TEST(aggregates_give_a_value_for_each_component)
{
    static const char *const names[] = {"sum",    "mean",   "min",   "max", "var",
                                        "argmin", "argmax", "first", "last"};
    stoa_table *table = filled();
    stoa_program *program;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[40];
        stoa_value values[3], one;
        snprintf(text, sizeof text, "%s(i)", names[i]);
        PASSES(stoa_compute_all(table, text, "x > 0", values, 3, &trouble));
        for (int k = 0; k < 3; k++) {
            snprintf(text, sizeof text, "%s(i[%d])", names[i], k);
            PASSES(stoa_compute_all(table, text, "x > 0", &one, 1, &trouble));
            ck_assert_int_eq(values[k].type, one.type);
            ck_assert_uint_eq(values[k].uint64, one.uint64);
        }
    }
    stoa_value values[5];
    PASSES(stoa_compute_all(table, "count(f), sum(w) * 2, norm(sum(i)), any(b)[1]", NULL, values, 5,
                            &trouble));
    ck_assert_int_eq(values[0].int64, ROWS);
    PASSES(stoa_program_parse(&program, table, "x, sum(f) + f, w", NULL, &trouble));
    ck_assert_uint_eq(stoa_program_output_count(program), 3);
    ck_assert_uint_eq(stoa_program_output_length(program, 0), 0);
    ck_assert_uint_eq(stoa_program_output_length(program, 1), 3);
    ck_assert_uint_eq(stoa_program_output_length(program, 2), 2);
    ck_assert_int_eq(stoa_program_output_type(program, 2), STOA_FLOAT32);
    ck_assert(!stoa_program_output_is_aggregate(program, 1));
    stoa_program_free(program);
    stoa_table_free(table);
}

/* ---- storing ---- */

static float cell(const stoa_table *table, const char *name, size_t row)
{
    return stoa_float32_column(table, name)[row];
}

TEST(a_vector_is_assigned_by_component_and_every_right_side_is_of_before)
{
    stoa_table *table = filled();
    WORKS(table, stoa_assign(table, "f", "vector(f[2], 1, f[1])", "row() == 7", &trouble));
    ck_assert_float_eq(cell(table, "f[1]", 7), 1);
    PASSES(stoa_assign(table, "f", "g", NULL, &trouble));
    PASSES(stoa_assign(table, "f", "vector(f[1], f[2], f[0])", NULL, &trouble));
    for (size_t row = 0; row < ROWS; row++) {
        ck_assert_float_eq(cell(table, "f[0]", row),
                           (float)stoa_float64_column(table, "g[1]")[row]);
        ck_assert_float_eq(cell(table, "f[2]", row),
                           (float)stoa_float64_column(table, "g[0]")[row]);
    }
    PASSES(stoa_assign(table, "f", "0.5", "x > 0", &trouble)); /* one value for all components */
    for (size_t row = 0; row < ROWS; row++)
        ck_assert(stoa_int16_column(table, "x")[row] <= 0 || cell(table, "f[2]", row) == 0.5F);
    static const char *const fields[] = {"x", "f", "w"}, *const texts[] = {"1", "f + w[0]", "2"};
    float before = cell(table, "f[1]", 3), w = cell(table, "w[0]", 3);
    PASSES(stoa_update(table, fields, texts, 3, NULL, &trouble));
    ck_assert_float_eq(cell(table, "f[1]", 3), before + w);
    ck_assert_float_eq(cell(table, "w[1]", 3), 2);
    stoa_table_free(table);
}

TEST(a_component_is_assigned_as_a_field)
{
    stoa_table *table = filled();
    PASSES(stoa_assign(table, "f[1]", "x", NULL, &trouble));
    ck_assert_float_eq(cell(table, "f[1]", 9), stoa_int16_column(table, "x")[9]);
    static const char *const fields[] = {"f", "f[1]"}, *const texts[] = {"1", "2"};
    REFUSED(table, STOA_INVALID, stoa_update(table, fields, texts, 2, NULL, &trouble));
    SAYS("assigned twice");
    stoa_table_free(table);
}

TEST(a_field_that_is_added_of_a_vector_is_one)
{
    stoa_table *table = filled();
    stoa_vector vector;
    WORKS(table, stoa_add_field(table, "h", STOA_NO_TYPE, "f * 2", NULL, &trouble));
    PASSES(stoa_table_find_vector(table, "h", &vector, &trouble));
    ck_assert_int_eq(vector.type, STOA_FLOAT64);
    PASSES(stoa_table_drop_field(table, "h", &trouble));
    PASSES(stoa_add_field(table, "h", STOA_FLOAT64, "f * 2", "x > 0", &trouble));
    PASSES(stoa_table_find_vector(table, "h", &vector, &trouble));
    ck_assert_uint_eq(vector.length, 3);
    for (size_t row = 0; row < ROWS; row++)
        ck_assert_double_eq(stoa_float64_column(table, "h[2]")[row],
                            stoa_int16_column(table, "x")[row] > 0 ? cell(table, "f[2]", row) * 2
                                                                   : 0);
    stoa_table_free(table);
}

/* ---- float32 in place: see fuse.c ---- */

enum { LONG = 70000 };

/* p, v: float32[2], n: float32. Some are infinite, no number, or so large that others overflow. */
static stoa_table *moving(void)
{
    static const float odd[] = {INFINITY, -INFINITY, NAN, -0.0F, 1e-45F, 3e38F, -3e38F};
    stoa_table *table = TABLE(
        OPTIONS(.rows = LONG), {.name = "p", .type = STOA_FLOAT32, .length = 2},
        {.name = "v", .type = STOA_FLOAT32, .length = 2}, {.name = "n", .type = STOA_FLOAT32});
    for (size_t field = 0; field < 5; field++)
        for (size_t row = 0; row < LONG; row++)
            ((float *)stoa_column_cells(table, field))[row] =
                row % 611 == field ? odd[row % 7] : (float)((row * 7919 + field) % 2001) / 7.0F;
    return table;
}

static float sum_of(float p, float v, double factor)
{
    double product = (double)v * factor;
    return (float)((double)p + product);
}

static bool same_float(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

TEST(float32_in_place_is_what_the_steps_give_and_every_right_side_is_of_before)
{
    stoa_table *table = moving(), *before;
    static const char *const fields[] = {"p", "v", "n"};
    static const char *const texts[] = {"p + v * 0.1", "p[1] * 0.3 + v", "n + n * 0.1"};
    PASSES(stoa_table_copy(&before, table, &trouble));
    PASSES(stoa_update(table, fields, texts, 3, NULL, &trouble));
    for (size_t row = 0; row < LONG; row++) {
        float p[2] = {cell(before, "p[0]", row), cell(before, "p[1]", row)};
        for (int k = 0; k < 2; k++) {
            float v = cell(before, k == 0 ? "v[0]" : "v[1]", row);
            ck_assert(same_float(cell(table, k == 0 ? "p[0]" : "p[1]", row), sum_of(p[k], v, 0.1)));
            ck_assert(same_float(cell(table, k == 0 ? "v[0]" : "v[1]", row), sum_of(v, p[1], 0.3)));
        }
        float n = cell(before, "n", row);
        ck_assert(same_float(cell(table, "n", row), sum_of(n, n, 0.1)));
    }
    stoa_table_free(before);
    stoa_table_free(table);
}

TEST(float32_in_place_that_overflows_in_some_row_changes_nothing)
{
    stoa_table *table = moving();
    stoa_float32_column(table, "p[1]")[66000] = 3e38F;
    stoa_float32_column(table, "v[1]")[66000] = 3e38F;
    stoa_float32_column(table, "p[0]")[69000] = 3e38F;
    stoa_float32_column(table, "v[0]")[69000] = 3e38F;
    REFUSED(table, STOA_OVERFLOW, stoa_assign(table, "p", "p + v * 0.9", NULL, &trouble));
    SAYS("does not fit float32");
    ck_assert_uint_eq(trouble.row, 66000);
    REFUSED(table, STOA_OVERFLOW, stoa_assign(table, "p[0]", "p[0] + v[0] * 0.9", NULL, &trouble));
    ck_assert_uint_eq(trouble.row, 69000);
    PASSES(stoa_assign(table, "p", "p + v * 0.9", "row() % 3000 != 0", &trouble)); /* not there */
    stoa_table_free(table);
}

/* Of so many rows that they take several journals. Where p is 0 or tiny all that it was is lost. */
enum { MANY = 200000 };

static void fill_motion(stoa_table *table, size_t zeros_from)
{
    for (int k = 0; k < 2; k++) {
        float *p = stoa_float32_column(table, k == 0 ? "p[0]" : "p[1]");
        float *v = stoa_float32_column(table, k == 0 ? "v[0]" : "v[1]");
        for (size_t row = 0; row < MANY; row++) {
            p[row] = row >= zeros_from ? -0.0F : (float)(row * 7919 % 20011) / 97.0F;
            v[row] = (float)(row * 104729 % 2003) / 11.0F - 60;
        }
    }
}

static void check_motion(const stoa_table *table, const stoa_table *before)
{
    for (int k = 0; k < 2; k++) {
        const char *p = k == 0 ? "p[0]" : "p[1]", *v = k == 0 ? "v[0]" : "v[1]";
        const float *now = stoa_float32_column(table, p), *then = stoa_float32_column(before, p);
        const float *added = stoa_float32_column(before, v);
        for (size_t row = 0; row < MANY; row++)
            ck_assert(same_float(now[row], sum_of(then[row], added[row], 0.01)));
    }
}

static void same_cells(const stoa_table *table, const stoa_table *before)
{
    for (size_t field = 0; field < 4; field++)
        ck_assert(memcmp(stoa_column_cells(table, field), stoa_column_cells(before, field),
                         MANY * sizeof(float)) == 0);
}

TEST(many_rows_of_float32_in_place_are_moved_in_one_pass_or_not_at_all)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = MANY), {.name = "p", .type = STOA_FLOAT32, .length = 2},
              {.name = "v", .type = STOA_FLOAT32, .length = 2});
    const size_t zeros_from[] = {MANY, MANY - 100, MANY / 2, 0}; /* the journal becomes full */
    for (size_t i = 0; i < 4; i++)
        for (size_t threads = 1; threads <= 2; threads++) {
            stoa_table *before;
            PASSES(stoa_set_threads(threads, &trouble));
            fill_motion(table, zeros_from[i]);
            PASSES(stoa_table_copy(&before, table, &trouble));
            PASSES(stoa_assign(table, "p", "p + v * 0.01", NULL, &trouble));
            check_motion(table, before);
            stoa_table_free(before);
            stoa_float32_column(table, "p[1]")[MANY - 1] = 3.4e38F;
            stoa_float32_column(table, "v[1]")[MANY - 1] = 3.4e38F;
            PASSES(stoa_table_copy(&before, table, &trouble));
            FAILS(STOA_OVERFLOW, stoa_assign(table, "p", "p + v * 0.01", NULL, &trouble));
            ck_assert_uint_eq(trouble.row, MANY - 1);
            same_cells(table, before);
            stoa_table_free(before);
        }
    PASSES(stoa_set_threads(0, &trouble));
    stoa_table_free(table);
}

/* ---- what is refused ---- */

TEST(what_has_no_meaning_for_vectors_is_refused_and_says_why)
{
    static const struct {
        const char *text, *says;
        stoa_status status;
    } tries[] = {
        {"f + w", "f has 3 components, w has 2", STOA_WRONG_TYPE},
        {"dot(f, w)", "same length", STOA_WRONG_TYPE},
        {"f < g", "compare components", STOA_WRONG_TYPE},
        {"dot(f, 1)", "two vectors", STOA_WRONG_TYPE},
        {"norm(x)", "abs is for numbers", STOA_WRONG_TYPE},
        {"x[0]", "x is no vector", STOA_WRONG_TYPE},
        {"f[3]", "f has the components 0 to 2", STOA_OUT_OF_RANGE},
        {"component(f, x)", "literal", STOA_WRONG_TYPE},
        {"vector(f, 1)", "numbers, which become the components", STOA_WRONG_TYPE},
        {"where(f, 1, 2)", "condition", STOA_WRONG_TYPE},
        {"f and g", "condition", STOA_WRONG_TYPE},
        {"f & 1", "integers or conditions", STOA_WRONG_TYPE},
        {"f[", "the number of a component is expected here, not the end", STOA_SYNTAX},
        {"f[1.5]", "the number of a component", STOA_SYNTAX},
        {"f[1, 2]", "]", STOA_SYNTAX},
        {"[1]", "a value is expected", STOA_SYNTAX},
        {"f]", "an operator is expected", STOA_SYNTAX},
    };
    stoa_table *table = filled();
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        stoa_program *program;
        FAILS(tries[i].status, stoa_program_parse(&program, table, tries[i].text, NULL, &trouble));
        SAYS(tries[i].says);
    }
    stoa_table *rows;
    FAILS(STOA_WRONG_TYPE, stoa_filter(&rows, table, "b", &trouble));
    SAYS("not by a vector");
    stoa_value value;
    FAILS(STOA_WRONG_TYPE, stoa_compute_all(table, "sum(x)", "b", &value, 1, &trouble));
    SAYS("not by a vector");
    FAILS(STOA_INVALID, stoa_compute(table, "sum(f)", &value, &trouble));
    SAYS("room for 1 values, but the program has 3");
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "w", "f", NULL, &trouble));
    SAYS("a vector of length 3 does not go into 'w' of length 2");
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "x", "f", NULL, &trouble));
    SAYS("does not go into field 'x'");
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "i", "f", NULL, &trouble));
    SAYS("'i'");
    REFUSED(table, STOA_OVERFLOW, stoa_assign(table, "f", "g * 1e300", NULL, &trouble));
    stoa_table_free(table);
}

TEST(components_are_written_as_they_are_read)
{
    static const char *const texts[] = {"f[0] + 1", "(f + g)[2] * x", "-f[1]", "(-f)[1]",
                                        "vector(1, x)[0] ** 2"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        stoa_expression *expression;
        char printed[60];
        PASSES(stoa_expression_parse(&expression, texts[i], &trouble));
        stoa_expression_print(expression, printed, sizeof printed);
        ck_assert_str_eq(printed, texts[i]);
        stoa_expression_free(expression);
    }
}

int main(void)
{
    return RUN("vector expressions", operations_are_done_by_component,
               some_operations_make_one_value_of_all_components,
               aggregates_give_a_value_for_each_component,
               a_vector_is_assigned_by_component_and_every_right_side_is_of_before,
               float32_in_place_is_what_the_steps_give_and_every_right_side_is_of_before,
               float32_in_place_that_overflows_in_some_row_changes_nothing,
               many_rows_of_float32_in_place_are_moved_in_one_pass_or_not_at_all,
               a_component_is_assigned_as_a_field, a_field_that_is_added_of_a_vector_is_one,
               what_has_no_meaning_for_vectors_is_refused_and_says_why,
               components_are_written_as_they_are_read);
}
