/* test_partial.c: aggregates of parts, merged, beside those of one table. */
#include <fenv.h>
#include <math.h>
#include <stdlib.h>

#include "../support/testing.h"
#include "base/hash.h"

#define NUMBERS                                                                               \
    "count(), count(n), sum(i8), sum(i32), sum(u64 & 65535), mean(i64), min(i32), max(u64), " \
    "argmin(f64), argmax(i8), first(i64), last(n), any(b), all(b), sum(b), min(n), dot(i32, i64)"
#define FLOATS "sum(f64), mean(f64), var(f64), std(f32, ddof=1), var(i32), dot(f64, f64), max(f64)"
#define OTHERS                                                                                \
    "min(s), max(s), first(s), last(s), min(d), max(t), sum(e), mean(e), first(c), last(c), " \
    "sum(v), mean(w), first(f64), min(b)"
#define ALL NUMBERS ", " FLOATS ", " OTHERS

static const char *const words[] = {"", "UA", "DL", "ua", "stra\303\237e", "\xe2\x82\xac", "DLX"};
static const char *const colours[] = {"RED", "GREEN", "BLUE"};

/* ---- tables ---- */

static stoa_table *empty_table(size_t rows)
{
    return TABLE(OPTIONS(.rows = rows), {.name = "s", .type = STOA_STRING},
                 {.name = "b", .type = STOA_BOOL}, {.name = "i8", .type = STOA_INT8},
                 {.name = "i32", .type = STOA_INT32}, {.name = "i64", .type = STOA_INT64},
                 {.name = "u64", .type = STOA_UINT64}, {.name = "f32", .type = STOA_FLOAT32},
                 {.name = "f64", .type = STOA_FLOAT64}, {.name = "d", .type = STOA_DATE},
                 {.name = "t", .type = STOA_TIMESTAMP, .unit = STOA_SECOND, .zone = "UTC"},
                 {.name = "e", .type = STOA_DURATION, .unit = STOA_MILLISECOND},
                 {.name = "c", .type = STOA_UINT8, .labels = colours, .label_count = 3},
                 {.name = "n", .type = STOA_INT16, .flags = STOA_NULLABLE},
                 {.name = "v", .type = STOA_INT32, .length = 2},
                 {.name = "w", .type = STOA_FLOAT64, .length = 2});
}

static double float_of(dice *d)
{
    static const double odd[] = {0.0, -0.0, 1e300, -1e300, 5e-324, 1e-160, NAN, INFINITY};
    size_t kind = dice_below(d, 64);
    double value = ldexp((double)(int64_t)dice_roll(d), (int)dice_below(d, 40) - 80);
    return kind < 6 ? odd[kind] : value;
}

static void fill_row(stoa_table *table, const stoa_handle *handles, dice *d, size_t i)
{
    ((stoa_handle *)table->columns[0].cells)[i] = handles[dice_below(d, 7)];
    stoa_bool_column(table, "b")[i] = dice_below(d, 3) > 0;
    stoa_int8_column(table, "i8")[i] = (int8_t)dice_roll(d);
    stoa_int32_column(table, "i32")[i] = (int32_t)dice_roll(d) / 1024;
    stoa_int64_column(table, "i64")[i] = (int64_t)dice_roll(d) / 65536 / 65536;
    stoa_uint64_column(table, "u64")[i] = dice_roll(d);
    stoa_float32_column(table, "f32")[i] = (float)((double)(int32_t)dice_roll(d) / 1e6);
    stoa_float64_column(table, "f64")[i] = float_of(d);
    stoa_date_column(table, "d")[i] = 15000 + (int32_t)dice_below(d, 70);
    ((int64_t *)table->columns[9].cells)[i] = (int64_t)dice_below(d, 1000000);
    ((int64_t *)table->columns[10].cells)[i] = (int64_t)dice_below(d, 1000000) - 500000;
    stoa_uint8_column(table, "c")[i] = (uint8_t)dice_below(d, 3);
    for (size_t k = 0; k < 2; k++) {
        ((int32_t *)table->columns[13 + k].cells)[i] = (int32_t)dice_roll(d) / 64;
        ((double *)table->columns[15 + k].cells)[i] = (double)(int32_t)dice_roll(d) / 7;
    }
    if (dice_below(d, 3) > 0)
        PASSES(stoa_row_set(stoa_table_row(table, i), 12,
                            stoa_int64_value((int64_t)dice_below(d, 9) - 4), &trouble));
}

static stoa_table *table_of(size_t rows, uint64_t seed)
{
    stoa_table *table = empty_table(rows);
    dice d = {seed};
    stoa_handle handles[7];
    for (size_t i = 0; i < 7; i++) {
        stoa_string word = {words[i], strlen(words[i])};
        PASSES(stoa_string_pool_intern(table->strings, &word, 1, &handles[i], &trouble));
    }
    for (size_t i = 0; i < rows; i++)
        fill_row(table, handles, &d, i);
    return table;
}

static stoa_table *part_of(const stoa_table *table, size_t first, size_t count)
{
    stoa_table *part;
    size_t *rows = malloc((count + 1) * sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = first + i;
    PASSES(stoa_table_take(&part, table, rows, count, &trouble));
    free(rows);
    return part;
}

/* ---- bytes ---- */

typedef struct bytes {
    void *data;
    size_t size;
} bytes;

static bytes bytes_of(const stoa_partial *partial)
{
    bytes made = {.size = stoa_partial_size(partial)};
    made.data = malloc(made.size);
    PASSES(stoa_partial_write(partial, made.data, made.size, &trouble));
    return made;
}

static void same_bytes(const stoa_partial *a, const stoa_partial *b)
{
    bytes x = bytes_of(a), y = bytes_of(b);
    ck_assert_uint_eq(x.size, y.size);
    ck_assert(memcmp(x.data, y.data, x.size) == 0);
    free(x.data);
    free(y.data);
}

/* As it is after it was sent elsewhere. */
static stoa_partial *sent(stoa_partial *partial)
{
    stoa_partial *arrived;
    bytes made = bytes_of(partial);
    PASSES(stoa_partial_read(&arrived, made.data, made.size, &trouble));
    same_bytes(partial, arrived);
    stoa_partial_free(partial);
    free(made.data);
    return arrived;
}

static stoa_partial *partial_of(const stoa_table *table, const char *text, const char *by,
                                const char *where)
{
    stoa_partial *made;
    PASSES(stoa_partial_new(&made, table, text, by, where, &trouble));
    return made;
}

/* The same in parts of random lengths, none and one row among them. */
static stoa_partial *in_parts(const stoa_table *table, const char *text, const char *by,
                              const char *where, dice *d)
{
    stoa_partial *all = NULL;
    size_t first = 0;
    do {
        size_t most = table->rows - first, count = dice_below(d, most + 2);
        count = dice_below(d, 6) == 0 ? 0 : count > most ? most : count;
        stoa_table *part = part_of(table, first, count);
        stoa_partial *next = sent(partial_of(part, text, by, where));
        stoa_table_free(part);
        first += count;
        if (all == NULL) {
            all = next;
            continue;
        }
        PASSES(stoa_partial_merge(all, next, &trouble));
        stoa_partial_free(next);
    } while (first < table->rows);
    ck_assert_uint_eq(stoa_partial_rows(all), table->rows);
    return all;
}

static void compare(const stoa_table *table, const char *text, const char *by, const char *where,
                    dice *d)
{
    stoa_partial *whole = partial_of(table, text, by, where);
    stoa_partial *parts = in_parts(table, text, by, where, d);
    same_bytes(whole, parts);
    stoa_partial_free(whole);
    stoa_partial_free(parts);
}

/* ---- results ---- */

static stoa_table *result_of(stoa_partial *partial)
{
    stoa_table *result;
    PASSES(stoa_partial_result(&result, partial, NULL, 0, &trouble));
    ck_assert_uint_eq(result->rows, stoa_partial_group_count(partial));
    stoa_partial_free(partial);
    return result;
}

static bool is_float(const char *name)
{
    return strncmp(name, "var", 3) == 0 || strncmp(name, "std", 3) == 0 ||
           strstr(name, "f64)") != NULL || strstr(name, "(w)") != NULL;
}

static void same_value(const stoa_value *a, const stoa_value *b, const char *name)
{
    ck_assert_msg(a->is_null == b->is_null, "%s", name);
    if (a->is_null)
        return;
    if (b->type == STOA_STRING) {
        ck_assert_msg(a->string.length == b->string.length, "%s", name);
        ck_assert(memcmp(a->string.bytes, b->string.bytes, b->string.length) == 0);
    } else if (b->type != STOA_FLOAT64 || !is_float(name))
        ck_assert_msg(b->type == STOA_BOOL ? a->boolean == b->boolean : a->uint64 == b->uint64,
                      "%s", name);
    else if (isfinite(b->float64)) /* the lanes of a sum are rounded; a partial's sum is not */
        ck_assert_msg(fabs(a->float64 - b->float64) <= 1e-9 * fabs(b->float64) + 1e285, "%s: %g %g",
                      name, a->float64, b->float64);
}

/* Row 0 of a result beside the values of an ordinary run. */
static void compare_with_run(const stoa_table *table, const char *text, const char *where)
{
    stoa_value values[64];
    stoa_table *result = result_of(partial_of(table, text, NULL, where));
    size_t count = stoa_table_field_count(result);
    PASSES(stoa_compute_all(table, text, where, values, count, &trouble));
    for (size_t i = 0; i < count; i++) {
        stoa_value value;
        PASSES(stoa_row_get(stoa_table_row(result, 0), i, &value, &trouble));
        same_value(&value, &values[i], stoa_table_field_name(result, i));
    }
    stoa_table_free(result);
}

/* ---- tests ---- */

static const size_t lengths[] = {0, 1, 2, 63, 511, 512, 513, 3000, 9000, 140001};

TEST(parts_give_the_bits_of_one_table)
{
    dice d = {5};
    for (size_t i = 0; i < 10; i++) {
        stoa_table *table = table_of(scaled(lengths[i], 40), i);
        compare(table, ALL, NULL, NULL, &d);
        compare(table, ALL, NULL, "b and i8 > -100", &d);
        stoa_table_free(table);
    }
}
END_TEST

TEST(results_are_those_of_an_ordinary_run)
{
    for (size_t i = 0; i < 9; i++) {
        stoa_table *table = table_of(scaled(lengths[i], 40), i);
        compare_with_run(table, ALL, NULL);
        compare_with_run(table, ALL, "b and n > -3");
        stoa_table_free(table);
    }
}
END_TEST

TEST(groups_of_parts_are_those_of_one_table)
{
    static const char *const keys[] = {
        "s", "n, b", "c", "d, i8 % 3", "lower(s), int64(e) // 100000", "f64, is_null(n)"};
    dice d = {6};
    for (size_t i = 0; i < 9; i++) {
        stoa_table *table = table_of(scaled(lengths[i], 40), i);
        for (size_t k = i % 5; k < 6; k += i < 8 ? 2 : 4)
            compare(table, ALL, keys[k], k % 2 == 0 ? NULL : "i32 > -1000000", &d);
        stoa_table_free(table);
    }
}
END_TEST

/* A selection is a part of its own, as if its rows had been copied. */
TEST(selected_rows_are_a_part)
{
    stoa_table *table = table_of(scaled(9000, 100), 8), *copy;
    stoa_selection *selection;
    stoa_program *program;
    stoa_partial *a, *b;
    PASSES(stoa_program_parse(&program, table, "n, b, " ALL, NULL, &trouble));
    stoa_program *chooser;
    PASSES(stoa_program_parse(&chooser, table, "i8 > 30 and not b or i8 < -99", NULL, &trouble));
    PASSES(stoa_program_select(&selection, chooser, table, NULL, &trouble));
    PASSES(stoa_program_filter(&copy, chooser, table, NULL, &trouble));
    stoa_scope scope = {.selection = selection};
    PASSES(stoa_program_partial(&a, program, table, &scope, 2, &trouble));
    PASSES(stoa_program_partial(&b, program, copy, NULL, 2, &trouble));
    ck_assert_uint_eq(stoa_partial_rows(a), copy->rows);
    same_bytes(a, b);
    stoa_partial_free(a);
    stoa_partial_free(b);
    stoa_program_free(program);
    stoa_program_free(chooser);
    stoa_selection_free(selection);
    stoa_table_free(copy);
    stoa_table_free(table);
}
END_TEST

/* The groups of n and b in the order in which they come, with counts and sums, the slow way. */
TEST(groups_stand_in_the_order_in_which_they_come)
{
    stoa_table *table = table_of(scaled(140001, 60), 3), *result;
    const int32_t *i32 = stoa_int32_column(table, "i32");
    const bool *b = stoa_bool_column(table, "b");
    const int16_t *n = table->columns[12].cells;
    int64_t keys[64], counts[64] = {0}, sums[64] = {0};
    size_t found = 0;
    for (size_t i = 0; i < table->rows; i++) {
        bool is_null = (table->columns[12].validity[i / 64] >> i % 64 & 1) == 0;
        int64_t key = (is_null ? 100 : n[i]) * 2 + b[i];
        size_t at = 0;
        while (at < found && keys[at] != key)
            at++;
        found += at == found;
        keys[at] = key;
        counts[at]++;
        sums[at] += i32[i];
    }
    result = result_of(partial_of(table, "count(), sum(i32)", "n, b", NULL));
    ck_assert_uint_eq(result->rows, found);
    for (size_t i = 0; i < found; i++) {
        stoa_value of[4];
        for (size_t k = 0; k < 4; k++)
            PASSES(stoa_row_get(stoa_table_row(result, i), k, &of[k], &trouble));
        ck_assert_int_eq((of[0].is_null ? 100 : of[0].int64) * 2 + of[1].boolean, keys[i]);
        ck_assert_int_eq(of[2].int64, counts[i]);
        ck_assert_int_eq(of[3].int64, sums[i]);
    }
    stoa_table_free(result);
    stoa_table_free(table);
}
END_TEST

/* With memory refused at request 0, 1, … */
TEST(refused_memory_leaves_partials_as_they_were)
{
    stoa_table *table = table_of(60, 4), *result = NULL;
    stoa_partial *made = NULL;
    for (int k = 0; k < 2; k++) {
        const char *by = k == 0 ? NULL : "s, i8 % 5";
        WORKS(table, stoa_partial_new(&made, table, ALL, by, NULL, &trouble));
        stoa_table *part = table_of(300, 5);
        stoa_partial *next = partial_of(part, ALL, by, NULL);
        bytes before = bytes_of(made);
        stoa_status status;
        size_t request = 0, failures;
        do {
            faults_arm(FAULT_ANY, request++, SIZE_MAX);
            status = stoa_partial_merge(made, next, &trouble);
            failures = faults_disarm();
            if (status != STOA_OK) {
                bytes now = bytes_of(made);
                ck_assert_int_eq(status, STOA_OUT_OF_MEMORY);
                ck_assert(now.size == before.size && memcmp(now.data, before.data, now.size) == 0);
                free(now.data);
            }
        } while (status != STOA_OK);
        ck_assert(failures == 0 && request > 2);
        WORKS(table, stoa_partial_result(&result, made, NULL, 0, &trouble));
        stoa_table_free(result);
        bytes after = bytes_of(made);
        stoa_partial_free(made);
        WORKS(table, stoa_partial_read(&made, after.data, after.size, &trouble));
        free(before.data);
        free(after.data);
        stoa_partial_free(made);
        stoa_partial_free(next);
        stoa_table_free(part);
    }
    stoa_table_free(table);
}
END_TEST

TEST(sums_that_do_not_fit_are_refused_when_the_result_is_made)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3), {.name = "x", .type = STOA_INT64},
                              {.name = "u", .type = STOA_UINT64}),
               *result;
    int64_t *x = stoa_int64_column(table, "x");
    uint64_t *u = stoa_uint64_column(table, "u");
    x[0] = x[1] = INT64_MAX;
    x[2] = -5;
    u[0] = u[1] = u[2] = UINT64_MAX;
    static const char *const texts[] = {"sum(x)", "sum(u)", "dot(u, u)", "dot(x, x)"};
    for (size_t i = 0; i < 8; i++) {
        stoa_partial *made = partial_of(table, texts[i % 4], i < 4 ? NULL : "1", NULL);
        FAILS(STOA_OVERFLOW, stoa_partial_result(&result, made, NULL, 0, &trouble));
        SAYS("the result does not fit");
        stoa_partial_free(made);
    }
    stoa_partial *made = partial_of(table, "sum(x)", NULL, NULL);
    x[0] = x[1] = -INT64_MAX;
    stoa_partial *next = partial_of(table, "sum(x)", NULL, NULL);
    PASSES(stoa_partial_merge(made, next, &trouble)); /* what comes back fits again */
    stoa_partial_free(next);
    result = result_of(made);
    ck_assert_int_eq(stoa_int64_column(result, "sum(x)")[0], -10);
    stoa_table_free(result);
    stoa_table_free(table);
}
END_TEST

TEST(what_cannot_be_computed_in_parts_is_refused)
{
    stoa_table *table = table_of(20, 1);
    stoa_partial *made;
    static const char *const texts[][3] = {
        {"sum(i32) / 2", NULL, NULL},
        {"sum(abs(i32 - mean(i32)))", NULL, NULL},
        {"sum(i32)", NULL, "i32 > mean(i32)"},
        {"sum(cumsum(i32))", NULL, NULL},
        {"sum(i32 * row())", NULL, NULL},
        {"count_distinct(s)", NULL, NULL},
        {"i32", NULL, NULL},
        {"sum(i32)", "sum(i8)", NULL},
        {"sum(i32), i8", NULL, NULL},
        {"5", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        REFUSED(table, STOA_INVALID,
                stoa_partial_new(&made, table, texts[i][0], texts[i][1], texts[i][2], &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_partial_new(&made, table, "sum(t)", NULL, NULL, &trouble));
    stoa_partial *a = partial_of(table, "sum(i32), max(t)", NULL, NULL);
    static const char *const others[] = {"sum(i32)", "sum(i8), max(t)", "sum(i32), max(e)"};
    for (size_t i = 0; i < 3; i++) {
        stoa_partial *b = partial_of(table, others[i], NULL, NULL);
        FAILS(STOA_WRONG_TYPE, stoa_partial_merge(a, b, &trouble));
        SAYS("cannot be merged");
        stoa_partial_free(b);
    }
    stoa_partial_free(a);
    stoa_table_free(table);
}
END_TEST

TEST(aggregates_are_told_apart_by_all_that_they_are)
{
    char text[3][1000];
    stoa_table *table = table_of(20, 5), *result;
    for (size_t i = 0; i < 3; i++) {
        size_t at = (size_t)snprintf(text[i], sizeof text[i], "max(concat(s, 'x");
        for (size_t k = 0; k < 200; k++)
            at += (size_t)snprintf(text[i] + at, sizeof text[i] - at, "\xc3\xa9");
        snprintf(text[i] + at, sizeof text[i] - at, "%s'))", i == 1 ? "b" : "a");
    }
    stoa_partial *a = partial_of(table, text[0], NULL, NULL);
    stoa_partial *b = sent(partial_of(table, text[1], NULL, NULL));
    stoa_partial *c = sent(partial_of(table, text[2], NULL, NULL));
    FAILS(STOA_WRONG_TYPE, stoa_partial_merge(a, b, &trouble));
    PASSES(stoa_partial_merge(a, c, &trouble));
    PASSES(stoa_partial_result(&result, a, NULL, 0, &trouble)); /* no character is cut */
    ck_assert_uint_eq(strlen(stoa_table_field_name(result, 0)), STOA_MAX_NAME - 1);
    stoa_table_free(result);
    stoa_partial_free(a);
    stoa_partial_free(b);
    stoa_partial_free(c);
    a = partial_of(table, "mean(i64)", NULL, NULL);
    PASSES(stoa_table_rename_field(table, "i64", "other", &trouble));
    PASSES(stoa_table_rename_field(table, "f64", "i64", &trouble));
    b = partial_of(table, "mean(i64)", NULL, NULL);
    FAILS(STOA_WRONG_TYPE, stoa_partial_merge(a, b, &trouble));
    SAYS("values of type int64, and of type float64");
    stoa_partial_free(a);
    stoa_partial_free(b);
    stoa_table_free(table);
}
END_TEST

TEST(the_rounding_of_the_callers_thread_changes_nothing)
{
    static const int modes[] = {FE_UPWARD, FE_TOWARDZERO, FE_DOWNWARD};
    stoa_table *table = table_of(1000, 6), *wanted, *found;
    stoa_partial *partial =
        partial_of(table, "std(f32), var(f32), mean(i64), mean(e), mean(f32)", NULL, NULL);
    PASSES(stoa_partial_result(&wanted, partial, NULL, 0, &trouble));
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(fesetround(modes[i]), 0);
        PASSES(stoa_partial_result(&found, partial, NULL, 0, &trouble));
        ck_assert_int_eq(fegetround(), modes[i]);
        fesetround(FE_TONEAREST);
        for (size_t k = 0; k < 5; k++)
            ck_assert(memcmp(found->columns[k].cells, wanted->columns[k].cells, 8) == 0);
        stoa_table_free(found);
    }
    stoa_table_free(wanted);
    stoa_partial_free(partial);
    stoa_table_free(table);
}
END_TEST

/* ---- damaged bytes ---- */

/* Puts the hash right again, so that what is behind it is looked at. */
static void seal(bytes damaged)
{
    uint64_t size = damaged.size, hash;
    memcpy((char *)damaged.data + 24, &size, 8);
    hash = stoa__hash((char *)damaged.data + 24, damaged.size - 24);
    memcpy((char *)damaged.data + 16, &hash, 8);
}

/* Bytes that are read may be no partial of any run; what is done with it must be safe. */
static void use(bytes given, const stoa_partial *other)
{
    stoa_partial *made;
    stoa_table *result;
    stoa_status status = stoa_partial_read(&made, given.data, given.size, &trouble);
    ck_assert(status == STOA_OK || status == STOA_INVALID);
    if (status != STOA_OK)
        return;
    status = stoa_partial_merge(made, other, &trouble);
    status = stoa_partial_merge(made, made, &trouble);
    if (stoa_partial_result(&result, made, NULL, 0, &trouble) == STOA_OK)
        stoa_table_free(result);
    stoa_partial_free(sent(made));
}

TEST(damaged_bytes_are_refused_or_do_no_harm)
{
    stoa_table *table = table_of(40, 9);
    stoa_partial *whole = partial_of(table, ALL, "s, n", NULL), *made;
    bytes good = bytes_of(whole);
    bytes bad = {malloc(good.size + 8), good.size};
    dice d = {12};
    for (size_t i = 0; i < good.size; i += 1 + dice_below(&d, 40)) { /* one byte, or cut short */
        memcpy(bad.data, good.data, good.size);
        ((unsigned char *)bad.data)[i] ^= (unsigned char)(1 + dice_below(&d, 255));
        FAILS(STOA_INVALID, stoa_partial_read(&made, bad.data, good.size, &trouble));
        FAILS(STOA_INVALID, stoa_partial_read(&made, good.data, i, &trouble));
    }
    for (size_t i = 32; i < 1500; i += scaled(1, 5)) { /* each byte of the entries */
        memcpy(bad.data, good.data, good.size);
        ((unsigned char *)bad.data)[i] = 200;
        seal(bad);
        use(bad, whole);
    }
    for (size_t i = 0; i < scaled(4000, 300); i++) {
        memcpy(bad.data, good.data, good.size);
        bad.size = dice_below(&d, 8) == 0 ? 32 + dice_below(&d, good.size - 32) : good.size;
        for (size_t k = dice_below(&d, 4); k > 0; k--)
            ((unsigned char *)
                 bad.data)[dice_below(&d, dice_below(&d, 2) == 0 ? 1200 : bad.size) % bad.size] =
                (unsigned char)dice_roll(&d);
        if (bad.size >= 32)
            seal(bad);
        use(bad, whole);
    }
    free(good.data);
    free(bad.data);
    stoa_partial_free(whole);
    stoa_table_free(table);
}
END_TEST

TEST(a_long_name_that_is_no_text_is_refused)
{
    char text[700] = "max(concat(s, '";
    memset(text + strlen(text), 'q', 600);
    strcat(text, "'))");
    stoa_table *table = table_of(40, 9);
    stoa_partial *whole = partial_of(table, text, NULL, NULL), *made;
    bytes bad = bytes_of(whole);
    size_t at = 0, length = strlen(text);
    while (memcmp((char *)bad.data + at, text, length) != 0)
        at++;
    memset((char *)bad.data + at, 0x80, length);
    seal(bad);
    FAILS(STOA_INVALID, stoa_partial_read(&made, bad.data, bad.size, &trouble));
    free(bad.data);
    stoa_partial_free(whole);
    stoa_table_free(table);
}
END_TEST

int main(void)
{
    return RUN(
        "partial", parts_give_the_bits_of_one_table, results_are_those_of_an_ordinary_run,
        groups_of_parts_are_those_of_one_table, selected_rows_are_a_part,
        groups_stand_in_the_order_in_which_they_come, refused_memory_leaves_partials_as_they_were,
        sums_that_do_not_fit_are_refused_when_the_result_is_made,
        what_cannot_be_computed_in_parts_is_refused, aggregates_are_told_apart_by_all_that_they_are,
        the_rounding_of_the_callers_thread_changes_nothing, damaged_bytes_are_refused_or_do_no_harm,
        a_long_name_that_is_no_text_is_refused);
}
