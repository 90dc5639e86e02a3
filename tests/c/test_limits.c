/* test_limits.c: very wide tables, very deep expressions, very long texts, very large numbers. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include "../support/testing.h"

/* ---- long texts ---- */

/* `count` terms such as "sum(x + 0)"; `format` takes an int. To be freed. */
static char *terms(const char *format, const char *between, size_t count)
{
    size_t room = count * (strlen(format) + strlen(between) + 10) + 1, length = 0;
    char *text = malloc(room);
    for (size_t i = 0; i < count; i++) {
        length += (size_t)snprintf(text + length, room - length, "%s", i > 0 ? between : "");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        length += (size_t)snprintf(text + length, room - length, format, (int)i);
#pragma GCC diagnostic pop
    }
    return text;
}

static stoa_table *two_fields(size_t rows)
{
    return TABLE(OPTIONS(.rows = rows), {.name = "x", .type = STOA_INT32, .initial.int64 = 3},
                 {.name = "w", .type = STOA_FLOAT64, .initial.float64 = 0.5});
}

/* So many terms that the test would time out if binding compared each with all before it. */
TEST(binding_takes_time_in_proportion_to_the_terms)
{
    static const struct {
        const char *term, *between;
    } kinds[] = {
        {"sum(x + %d)", ", "},  {"sum(x + %d)", " + "},
        {"min(x + %d)", " + "}, {"min(x - %d), max(x - %1$d)", ", "},
        {"x == %d", " or "},    {"$p%d", " + "},
    };
    size_t count = scaled(80000, 200);
    stoa_table *table = two_fields(10);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char *text = terms(kinds[i].term, kinds[i].between, count);
        stoa_program *program;
        PASSES(stoa_program_parse(&program, table, text, NULL, &trouble));
        stoa_program_free(program);
        free(text);
    }
    stoa_table_free(table);
}

TEST(each_of_many_aggregates_has_its_own_value)
{
    enum { COUNT = 3000 };
    static stoa_value values[2 * COUNT];
    stoa_table *table = two_fields(7);
    char *text = terms("min(x - %d), max(x + %1$d)", ", ", COUNT);
    PASSES(stoa_compute_all(table, text, NULL, values, 2 * COUNT, &trouble));
    for (int i = 0; i < COUNT; i++) {
        ck_assert_int_eq(values[2 * i].int64, 3 - i);
        ck_assert_int_eq(values[2 * i + 1].int64, 3 + i);
    }
    free(text);
    text = terms("sum(x + %d), mean(x + %1$d)", ", ", COUNT);
    PASSES(stoa_compute_all(table, text, NULL, values, 2 * COUNT, &trouble));
    for (int i = 0; i < COUNT; i++) {
        ck_assert_int_eq(values[2 * i].int64, 7 * (3 + i));
        ck_assert_double_eq(values[2 * i + 1].float64, 3 + i);
    }
    free(text);
    stoa_table_free(table);
}

TEST(equal_aggregates_are_one)
{
    stoa_value values[8];
    stoa_table *table = two_fields(4);
    PASSES(stoa_compute_all(table,
                            "max(x), min(x), max(x), var(w), std(w), var(w, 1), var(w), "
                            "min(x) + max(x)",
                            NULL, values, 8, &trouble));
    ck_assert_int_eq(values[0].int64, 3);
    ck_assert_int_eq(values[1].int64, 3);
    ck_assert_int_eq(values[2].int64, 3);
    for (size_t i = 3; i < 7; i++)
        ck_assert(!values[i].is_null && values[i].float64 == 0);
    ck_assert_int_eq(values[7].int64, 6);
    stoa_table_free(table);
}

/* More conditions, each as long as a morsel, than fit a cache. */
TEST(a_condition_of_many_terms_selects_the_same_rows)
{
    stoa_selection *selection;
    size_t rows = scaled(70001, 1100), terms_at_all = scaled(2000, 200);
    stoa_table *table = two_fields(rows);
    int32_t *x = stoa_int32_column(table, "x");
    for (size_t i = 0; i < rows; i++)
        x[i] = (int32_t)(i % 5000);
    char *text = terms("x == %d", " or ", terms_at_all);
    PASSES(stoa_select(&selection, table, text, &trouble));
    size_t expected = 0;
    for (size_t i = 0; i < rows; i++)
        expected += i % 5000 < terms_at_all;
    ck_assert_uint_eq(selection->count, expected);
    stoa_selection_free(selection);
    free(text);
    text = terms("any(x == %d)", ", ", 300); /* bits that are used until the end of the block */
    static stoa_value values[300];
    PASSES(stoa_compute_all(table, text, "x > 9", values, 300, &trouble));
    for (size_t i = 0; i < 300; i++)
        ck_assert_int_eq(values[i].boolean, i > 9);
    free(text);
    stoa_table_free(table);
}

TEST(each_of_many_parameters_has_its_own_value)
{
    enum { COUNT = 500 };
    static char names[COUNT][16];
    static stoa_parameter given[COUNT];
    stoa_program *program;
    stoa_expression *tree;
    stoa_value value;
    stoa_table *table = two_fields(1);
    int64_t expected = 0;
    char *text = terms("$p%d * sum(x + %1$d)", " + ", COUNT);
    PASSES(stoa_program_parse(&program, table, text, NULL, &trouble));
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "p%d", i);
        given[i] = (stoa_parameter){.name = names[i], .value = stoa_int64_value(i % 7)};
        expected += i % 7 * (3 + i);
        PASSES(stoa_program_set_parameter(program, names[i], given[i].value, &trouble));
    }
    FAILS(STOA_NO_PARAMETER,
          stoa_program_set_parameter(program, "p500", stoa_int64_value(1), &trouble));
    PASSES(stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    ck_assert_int_eq(value.int64, expected);
    stoa_program_free(program);
    WORKS(table, stoa_expression_parse_with(&tree, text, given, COUNT, &trouble));
    for (int i = 0; i < COUNT; i++)
        ck_assert(given[i].is_used);
    PASSES(stoa_program_new(&program, table, tree, NULL, &trouble));
    PASSES(stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    ck_assert_int_eq(value.int64, expected);
    stoa_program_free(program);
    stoa_expression_free(tree);
    free(text);
    stoa_table_free(table);
}

/* ---- nesting ---- */

/* max(w - max(w - … max(w - w))), `levels` deep. */
static stoa_expression *nested(size_t levels)
{
    stoa_expression *w, *inner, *difference;
    PASSES(stoa_expression_field(&w, "w", &trouble));
    PASSES(stoa_expression_field(&inner, "w", &trouble));
    for (size_t i = 0; i < levels; i++) {
        stoa_expression *const operands[] = {w, inner};
        PASSES(stoa_expression_call(&difference, STOA_SUBTRACT, operands, 2, &trouble));
        stoa_expression_free(inner);
        PASSES(stoa_expression_call(&inner, STOA_MAX, &difference, 1, &trouble));
        stoa_expression_free(difference);
    }
    stoa_expression_free(w);
    return inner;
}

TEST(aggregates_are_nested_a_thousand_levels_deep_and_no_deeper)
{
    static const size_t too_many[] = {1001, 1002, 5000, 70000};
    stoa_program *program;
    stoa_value value;
    stoa_table *table = two_fields(3);
    stoa_expression *tree = nested(1000);
    PASSES(stoa_program_new(&program, table, tree, NULL, &trouble));
    PASSES(stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    ck_assert_double_eq(value.float64, 0.5); /* 0 for an odd number of levels */
    stoa_program_free(program);
    stoa_expression_free(tree);
    for (size_t i = 0; i < sizeof too_many / sizeof *too_many; i++) {
        tree = nested(too_many[i]);
        FAILS(STOA_INVALID, stoa_program_new(&program, table, tree, NULL, &trouble));
        SAYS("aggregates are nested more than 1000 levels deep");
        stoa_expression_free(tree);
    }
    stoa_table_free(table);
}

/* ---- large numbers ---- */

TEST(a_ddof_beyond_32_bits_is_not_cut)
{
    static const char *const texts[] = {"var(w, 4294967296)", "std(w, 4294967297)",
                                        "var(w, ddof=18446744073709551615)"};
    stoa_value value;
    stoa_table *table = two_fields(9);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        PASSES(stoa_compute(table, texts[i], &value, &trouble));
        ck_assert_msg(value.is_null, "%s", texts[i]);
    }
    stoa_table_free(table);
}

/* Strides and counts whose products are beyond any address. */
TEST(values_that_fit_no_memory_are_refused)
{
    static const struct {
        ptrdiff_t stride;
        size_t count;
    } spans[] = {
        {PTRDIFF_MAX, 3},       {PTRDIFF_MIN, 2},          {PTRDIFF_MIN, 3}, {PTRDIFF_MAX / 2, 4},
        {PTRDIFF_MIN / 2, 100}, {(ptrdiff_t)1 << 60, 100}, {8, SIZE_MAX},    {8, SIZE_MAX / 8 + 2},
        {-8, SIZE_MAX / 8 + 2}, {0, SIZE_MAX / 2},
    };
    int64_t values[100] = {0};
    stoa_expression *made;
    stoa_table *table = two_fields(100);
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        stoa_source source = {
            .name = "x", .type = STOA_INT64, .data = &values[50], .stride = spans[i].stride};
        REFUSED(NULL, STOA_INVALID,
                stoa_expression_array(&made, &source, spans[i].count, &trouble));
        SAYS("do not fit in memory");
        size_t count = spans[i].count <= 100 ? spans[i].count : 100;
        if (spans[i].count <= 100)
            REFUSED(table, STOA_INVALID,
                    stoa_column_write(table, 0, 0, 1, count, &source, &trouble));
        if (spans[i].count <= 100)
            SAYS("do not fit in memory");
        stoa_status status = stoa_table_extend(table, &source, 1, spans[i].count, &trouble);
        ck_assert(status == STOA_INVALID || status == STOA_FULL);
        ck_assert_uint_eq(stoa_table_rows(table), 100);
    }
    stoa_table_free(table);
}

TEST(runs_and_outputs_of_any_length_are_refused_or_right)
{
    static const size_t lengths[] = {SIZE_MAX,        SIZE_MAX - 65535,  SIZE_MAX / 8 + 1,
                                     (size_t)1 << 63, (size_t)INT64_MAX, ((size_t)1 << 48) + 1};
    static int64_t out[4];
    stoa_program *program;
    stoa_value value;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const stoa_scope scope = {.rows = lengths[i]};
        const stoa_output output = {.type = STOA_INT64, .data = out, .count = lengths[i]};
        PASSES(stoa_program_parse(&program, NULL, "row()", NULL, &trouble));
        FAILS(STOA_INVALID, stoa_program_evaluate(program, NULL, &scope, &output, 1, &trouble));
        FAILS(STOA_INVALID, stoa_program_fill(program, NULL, &scope, &output, 1, &trouble));
        stoa_program_free(program);
        PASSES(stoa_program_parse(&program, NULL, "count()", NULL, &trouble));
        FAILS(STOA_INVALID, stoa_program_compute(program, NULL, &scope, &value, 1, &trouble));
        SAYS("a run has at most");
        stoa_program_free(program);
    }
}

TEST(numbers_of_rows_near_the_end_of_their_type_are_refused)
{
    static const size_t large[] = {SIZE_MAX,      SIZE_MAX - 1,      SIZE_MAX - 100, SIZE_MAX / 2,
                                   SIZE_MAX / 12, SIZE_MAX / 12 + 1, (size_t)1 << 48};
    stoa_table *table = two_fields(100), *made = NULL;
    const stoa_field field = {.name = "z", .type = STOA_INT64};
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        REFUSED(table, STOA_FULL, stoa_table_resize(table, large[i], &trouble));
        REFUSED(table, STOA_FULL, stoa_table_reserve(table, large[i], &trouble));
        REFUSED(table, STOA_FULL, stoa_table_extend(table, NULL, 0, large[i], &trouble));
        REFUSED(NULL, STOA_FULL,
                stoa_table_new(&made, &field, 1, OPTIONS(.rows = large[i]), &trouble));
        REFUSED(table, STOA_OUT_OF_RANGE, stoa_table_remove(table, 50, large[i], &trouble));
        REFUSED(table, STOA_OUT_OF_RANGE, stoa_table_remove(table, large[i], 50, &trouble));
        REFUSED(table, STOA_OUT_OF_RANGE, stoa_table_swap(table, 1, large[i], &trouble));
        REFUSED(table, STOA_OUT_OF_RANGE, stoa_table_insert(table, large[i], NULL, 0, &trouble));
        PASSES(stoa_table_new(&made, &field, 1, OPTIONS(.max_rows = large[i]), &trouble));
        PASSES(stoa_table_resize(made, 1000, &trouble));
        PASSES(stoa_table_add_field(made, &(stoa_field){.name = "b", .type = STOA_BOOL}, NULL,
                                    &trouble));
        stoa_table_free(made);
    }
    stoa_table_free(table);
}

/* ---- width ---- */

/* Fields f0, f1, … with all number types in turn. */
typedef struct wide {
    stoa_field *fields;
    char (*names)[24];
    size_t count;
} wide;

static wide wide_fields(size_t count)
{
    wide made = {calloc(count, sizeof(stoa_field)), calloc(count, 24), count};
    for (size_t i = 0; i < count; i++) {
        snprintf(made.names[i], sizeof *made.names, "f%zu", i);
        made.fields[i].name = made.names[i];
        made.fields[i].type = (stoa_type)(STOA_BOOL + i % 11);
    }
    return made;
}

static void drop_wide(wide *w)
{
    free(w->fields);
    free(w->names);
}

/* 0 or 1 in bools; below 128 in every type. */
static int64_t cell_of(size_t field, size_t row)
{
    return field % 11 == 0 ? (int64_t)(field / 11 + row) % 2 : (int64_t)(field + 3 * row) % 128;
}

static void set_cells(stoa_table *table, size_t fields, size_t first, size_t end)
{
    for (size_t row = first; row < end; row++)
        for (size_t i = 0; i < fields; i++) {
            int64_t cell = cell_of(i, row);
            stoa_value value = i % 11 == 0  ? stoa_boolean_value(cell != 0)
                               : i % 11 > 8 ? stoa_float64_value((double)cell)
                                            : stoa_int64_value(cell);
            PASSES(stoa_row_set(stoa_table_row(table, row), i, value, &trouble));
        }
}

static void has_cells(const stoa_table *table, size_t fields, size_t rows)
{
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < fields; i++) {
            double value;
            stoa_row at = {(stoa_table *)(uintptr_t)table, row};
            PASSES(stoa_row_get_float64_at(at, i, &value));
            ck_assert_msg(value == (double)cell_of(i, row), "field %zu, row %zu: %g", i, row,
                          value);
        }
}

/* Compares the sums of all fields but bools; the text is "sum(f1), sum(f2), …". */
static void has_sums(const stoa_table *table, const wide *w, size_t rows)
{
    char *text = terms("sum(f%d)", ", ", w->count);
    stoa_value *values = calloc(w->count, sizeof *values);
    PASSES(stoa_compute_all(table, text, NULL, values, w->count, &trouble));
    for (size_t i = 0; i < w->count; i++) {
        int64_t sum = 0;
        for (size_t row = 0; row < rows; row++)
            sum += cell_of(i, row);
        bool same = values[i].type == STOA_FLOAT64 ? values[i].float64 == (double)sum
                                                   : values[i].int64 == sum;
        ck_assert_msg(same, "the sum of field %zu", i);
    }
    free(values);
    free(text);
}

static void takes_columns(stoa_table *table, const wide *w, size_t rows)
{
    static const uint64_t zero;
    stoa_source *sources = calloc(w->count, sizeof *sources);
    for (size_t i = 0; i < w->count; i++)
        sources[i] = (stoa_source){
            .name = w->names[i], .type = w->fields[i].type, .data = &zero, .repeat = true};
    PASSES(stoa_table_extend(table, sources, w->count, rows, &trouble));
    free(sources);
}

static void updates_all(stoa_table *table, const wide *w)
{
    const char **names = calloc(w->count, sizeof(char *)),
               **texts = calloc(w->count, sizeof(char *));
    for (size_t i = 0; i < w->count; i++) {
        names[i] = texts[i] = w->names[i];
    }
    PASSES(stoa_update(table, names, texts, w->count, "f1 >= 0", &trouble));
    names[1] = names[w->count - 1];
    FAILS(STOA_INVALID, stoa_update(table, names, texts, w->count, NULL, &trouble));
    SAYS("is assigned twice");
    free(names);
    free(texts);
}

static void wide_table_works(size_t count, const stoa_table_options *options)
{
    enum { ROWS = 5 };
    wide w = wide_fields(count);
    stoa_table *table = NULL, *copy = NULL;
    stoa_selection *selection = NULL;
    PASSES(stoa_table_new(&table, w.fields, count, options, &trouble));
    for (size_t row = 0; row < ROWS; row++) {
        PASSES(stoa_table_append(table, NULL, 0, &trouble));
        set_cells(table, count, row, row + 1);
    }
    has_cells(table, count, ROWS);
    has_sums(table, &w, ROWS);
    PASSES(stoa_table_resize(table, 40, &trouble));
    has_cells(table, count, ROWS);
    has_sums(table, &w, ROWS);
    PASSES(stoa_table_resize(table, ROWS, &trouble));
    stoa_table_shrink(table);
    takes_columns(table, &w, 3);
    has_sums(table, &w, ROWS);
    PASSES(stoa_table_remove(table, ROWS, 3, &trouble));
    updates_all(table, &w);
    PASSES(stoa_table_copy(&copy, table, &trouble));
    has_cells(copy, count, ROWS);
    stoa_table_free(copy);
    char *text = terms("float64(f%d) >= 0", " and ", count);
    PASSES(stoa_select(&selection, table, text, &trouble));
    ck_assert_uint_eq(selection->count, ROWS);
    PASSES(stoa_table_take_selected(&copy, table, selection, &trouble));
    has_cells(copy, count, ROWS);
    stoa_selection_free(selection);
    stoa_table_free(copy);
    free(text);
    stoa_table_free(table);
    drop_wide(&w);
}

TEST(a_table_has_as_many_fields_as_there_may_be)
{
    static const size_t counts[] = {5500, 5400, STOA_MAX_FIELDS};
    for (size_t i = 0; i < scaled(3, 1); i++)
        wide_table_works(counts[i], NULL);
    for (size_t i = 1; i < scaled(2, 1); i++) {
        wide_table_works(5500, OPTIONS(.max_rows = 50));
        wide_table_works(5500, OPTIONS(.max_rows = 100000));
    }
}

TEST(a_wide_table_has_room_for_many_rows)
{
    wide w = wide_fields(STOA_MAX_FIELDS);
    stoa_table *table = NULL;
    PASSES(stoa_table_new(&table, w.fields, w.count, NULL, &trouble));
    ck_assert_uint_ge(stoa_table_max_rows(table), scaled(100000, 100));
    FAILS(STOA_FULL, stoa_table_add_field(table, &(stoa_field){.name = "one", .type = STOA_INT8},
                                          NULL, &trouble));
    stoa_table_free(table);
    drop_wide(&w);
}

TEST(fields_are_added_beyond_the_maps_that_there_are)
{
    size_t before = 5300, after = 5600;
    wide w = wide_fields(after);
    stoa_table *table = NULL;
    allow_slabs();
    PASSES(stoa_table_new(&table, w.fields, before, OPTIONS(.rows = 2), &trouble));
    for (size_t i = before; i < after; i++)
        PASSES(stoa_table_add_field(table, &w.fields[i], NULL, &trouble));
    set_cells(table, after, 0, 2);
    PASSES(stoa_table_resize(table, 1000, &trouble));
    has_cells(table, after, 2);
    has_sums(table, &w, 2);
    stoa_table_free(table);
    drop_wide(&w);
}

/* ---- signals ---- */

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
    (void)number;
    signals = signals + 1;
}

/* Sends signals that interrupt system calls, which are not restarted. */
static void storm(suseconds_t every)
{
    struct sigaction action = {.sa_handler = count_signal};
    struct itimerval timer = {.it_interval.tv_usec = every, .it_value.tv_usec = every};
    ck_assert_int_eq(sigaction(SIGPROF, &action, NULL), 0);
    ck_assert_int_eq(setitimer(ITIMER_PROF, &timer, NULL), 0);
}

TEST(signals_that_come_all_the_time_change_no_result)
{
    size_t rows = scaled(300000, 70000), rounds = 0;
    signals = 0;
    storm(200);
    PASSES(stoa_set_threads(3, &trouble));
    stoa_table *table = two_fields(rows), *copy = NULL;
    for (; rounds < 3 || (signals < 20 && rounds < 2000); rounds++) {
        stoa_value value;
        PASSES(stoa_assign(table, "x", "row() % 100", NULL, &trouble));
        PASSES(stoa_compute(table, "sum(x * x + w)", &value, &trouble));
        int64_t expected = 0;
        for (size_t row = 0; row < rows; row++)
            expected += (int64_t)(row % 100 * (row % 100));
        ck_assert_double_eq(value.float64, (double)expected + 0.5 * (double)rows);
        PASSES(stoa_filter(&copy, table, "x < 50", &trouble));
        ck_assert_uint_eq(stoa_table_rows(copy),
                          rows / 100 * 50 + (rows % 100 < 50 ? rows % 100 : 50));
        stoa_table_free(copy);
    }
    storm(0);
    ck_assert_int_gt(signals, 0);
    PASSES(stoa_set_threads(0, &trouble));
    stoa_table_free(table);
}

int main(void)
{
    return RUN("limits", binding_takes_time_in_proportion_to_the_terms,
               each_of_many_aggregates_has_its_own_value, equal_aggregates_are_one,
               a_condition_of_many_terms_selects_the_same_rows,
               each_of_many_parameters_has_its_own_value,
               aggregates_are_nested_a_thousand_levels_deep_and_no_deeper,
               a_ddof_beyond_32_bits_is_not_cut, values_that_fit_no_memory_are_refused,
               runs_and_outputs_of_any_length_are_refused_or_right,
               numbers_of_rows_near_the_end_of_their_type_are_refused,
               a_table_has_as_many_fields_as_there_may_be, a_wide_table_has_room_for_many_rows,
               fields_are_added_beyond_the_maps_that_there_are,
               signals_that_come_all_the_time_change_no_result);
}
