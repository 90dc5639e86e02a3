/* test_reproducibility.c: results have exactly these bits, whatever the compiler, processor level,
 * number of threads or signedness of char.
 *
 * Elementary functions are left out: they may become more accurate. */
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "../support/testing.h"

enum { ROWS = 150000 };

static stoa_table *new_random_table(void)
{
    dice d = {42};
    stoa_table *table =
        TABLE(OPTIONS(.rows = ROWS), {.name = "x", .type = STOA_INT32},
              {.name = "z", .type = STOA_INT64}, {.name = "u", .type = STOA_UINT64},
              {.name = "v", .type = STOA_FLOAT64}, {.name = "w", .type = STOA_FLOAT64},
              {.name = "g", .type = STOA_FLOAT32}, {.name = "i", .type = STOA_INT8});
    for (size_t row = 0; row < ROWS; row++) {
        int64_t z = (int64_t)dice_roll(&d), v = (int64_t)dice_roll(&d);
        uint64_t u = dice_roll(&d), any = dice_roll(&d);
        stoa_int32_column(table, "x")[row] = (int32_t)dice_roll(&d);
        stoa_int64_column(table, "z")[row] = z >> dice_below(&d, 60);
        stoa_uint64_column(table, "u")[row] = u >> dice_below(&d, 60);
        stoa_float64_column(table, "v")[row] = ldexp((double)v, (int)dice_below(&d, 20) - 70);
        memcpy(&stoa_float64_column(table, "w")[row], &any, sizeof any);
        stoa_float32_column(table, "g")[row] = (float)v * 0x1p-61f;
        stoa_int8_column(table, "i")[row] = (int8_t)dice_roll(&d);
    }
    return table;
}

/* Mixes bits into the hash; all NaN are the same. */
static uint64_t mixed(uint64_t hash, uint64_t bits, bool is_float)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    if (is_float && isnan(value))
        bits = 0x7ff8000000000000;
    hash = (hash ^ bits) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint64_t hash_of_rows(const stoa_table *table, const char *text)
{
    static uint64_t cells[ROWS];
    stoa_program *program;
    uint64_t hash = 1;
    PASSES(stoa_program_parse(&program, table, text, NULL, &trouble));
    stoa_type type = stoa_program_output_type(program, 0) == STOA_INT64 ? STOA_INT64 : STOA_FLOAT64;
    const stoa_output output = {.type = type, .data = cells, .count = ROWS};
    PASSES(stoa_program_evaluate(program, table, NULL, &output, 1, &trouble));
    for (size_t row = 0; row < ROWS; row++)
        hash = mixed(hash, cells[row], type == STOA_FLOAT64);
    stoa_program_free(program);
    return hash;
}

static const struct {
    const char *text;
    uint64_t hash;
} of_rows[] = {
    {"v * w + v", 0x9b1aa132f216b3ff},
    {"v / w", 0x19c284c32723c529},
    {"v // w", 0xb9063fe229b291f4},
    {"v % w", 0x00b1a043b0d7f7f9},
    {"w % v", 0x003f4d0638857612},
    {"float64(z) * v", 0x27f72318651ca7c9},
    {"float64(u) / 3", 0xc245966bb81c6fcf},
    {"z / x", 0xa2c33c43688e6b79},
    {"sqrt(abs(w))", 0xdd65fb4d56215dc2},
    {"sqrt(x * x + i * i)", 0x07b700594ab7277b},
    {"float32(v * 3.3)", 0x2537433d78bf7de7},
    {"round(v * 10)", 0xa01a5c850bb13065},
    {"floor(w)", 0x9c94bd9420ef5268},
    {"g * 1.1 + g", 0x2e82ff8749393ba9},
    {"min(v, w)", 0xa003329c765b0b84},
    {"max(v, g)", 0x22286f110eabfd87},
    {"clip(v, -1, 1)", 0xc0e8150d154eecf0},
    {"where(i > 0, v / 0, 0 / 0)", 0x4186678d49da3088},
    {"where(abs(v) < 9e18, int64(v), 0)", 0x9e62b4493c68f6cc},
    {"z // 7 + z % 7", 0x6a4433e8315b6aad},
    {"where(i != 0, x // i, 0)", 0xa5ea20a654a120a5},
    {"cumsum(v)", 0xf27e4a8995f209a7},
    {"cumprod(1 + v * 1e-9)", 0x75becfa2b771536e},
    {"cummin(w)", 0x31fb98e3354af9e2},
    {"float64(u) - float64(z)", 0xfba4011359b809bb},
};

static const struct {
    const char *text;
    uint64_t bits;
} of_all[] = {
    {"sum(v)", 0x4100acfb462cbe50},
    {"mean(v)", 0x3fed249602a760db},
    {"var(v)", 0x41169d7425345063},
    {"std(v)", 0x408305a952af788e},
    {"std(v, 1)", 0x408305ad7a7c0995},
    {"dot(v, g)", 0x41935ff83906ad8c},
    {"sum(v * v)", 0x4229e184cee8d5ff},
    {"min(w)", 0xffefb21e5a20ff00},
    {"max(w)", 0x7fefc8fbd138cfec},
    {"argmin(v)", 0x0000000000020be3},
    {"argmax(w)", 0x00000000000117e1},
    {"mean(z)", 0x4319ef070555c421},
    {"mean(u)", 0x43912ca9e2cc5919},
    {"var(x)", 0x43b5533d98406365},
    {"std(g)", 0x400277b828fb443d},
    {"mean(x * i)", 0xc1933a6475233d40},
    {"sum(sqrt(abs(v)))", 0x41309181a58573b0},
    {"var(v * 1e10 + 1)", 0x453ea62c3f2b9ba1},
    {"std(z)", 0x43a5e255dc648700},
    {"sum(g)", 0xc076cf22e0b68d40},
    {"sum(v - mean(v))", 0x3e08000000000000},
};

static void rows_match(const stoa_table *table)
{
    for (size_t i = 0; i < sizeof of_rows / sizeof *of_rows; i++) {
        uint64_t hash = hash_of_rows(table, of_rows[i].text);
        ck_assert_msg(hash == of_rows[i].hash, "{\"%s\", 0x%016llx},", of_rows[i].text,
                      (unsigned long long)hash);
    }
}

static void aggregates_match(const stoa_table *table)
{
    for (size_t i = 0; i < sizeof of_all / sizeof *of_all; i++) {
        stoa_value value;
        PASSES(stoa_compute(table, of_all[i].text, &value, &trouble));
        ck_assert_msg(value.uint64 == of_all[i].bits, "{\"%s\", 0x%016llx},", of_all[i].text,
                      (unsigned long long)value.uint64);
    }
}

TEST(values_of_rows_have_these_bits)
{
    stoa_table *table = new_random_table();
    rows_match(table);
    stoa_table_free(table);
}

TEST(aggregates_have_these_bits_on_any_number_of_threads)
{
    stoa_table *table = new_random_table();
    for (size_t threads = scaled(3, 1); threads > 0; threads--) {
        PASSES(stoa_set_threads(threads, &trouble));
        aggregates_match(table);
    }
    PASSES(stoa_set_threads(0, &trouble));
    stoa_table_free(table);
}

/* Texts and constants, too, have the same meaning everywhere. */
static void literals_match(const stoa_table *table)
{
    static const double numbers[] = {0.1, 1e23, 3e-310, 123456789.123456789};
    static const char *const texts[] = {"0.1", "1e23", "3e-310", "123456789.123456789"};
    char text[64];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        stoa_value value;
        stoa_expression *made;
        snprintf(text, sizeof text, "max(row() * 0 + %s)", texts[i]);
        PASSES(stoa_compute(table, text, &value, &trouble));
        ck_assert_mem_eq(&value.float64, &numbers[i], sizeof numbers[i]);
        PASSES(stoa_expression_parse(&made, texts[i], &trouble));
        stoa_expression_print(made, text, sizeof text);
        ck_assert_str_eq(text, i == 1   ? "1e+23"
                               : i == 2 ? "2.99999999999999e-310"
                               : i == 3 ? "123456789.12345679"
                                        : texts[i]);
        stoa_expression_free(made);
    }
}

/* The pool's threads start under one rounding mode and are used under the others. */
TEST(the_rounding_of_the_callers_thread_changes_nothing)
{
    static const int modes[] = {FE_UPWARD, FE_TOWARDZERO, FE_DOWNWARD};
    stoa_table *table = new_random_table();
    PASSES(stoa_set_threads(3, &trouble));
    for (size_t i = 0; i < scaled(3, 1); i++) {
        ck_assert_int_eq(fesetround(modes[i]), 0);
        literals_match(table);
        aggregates_match(table);
        if (i == 0)
            rows_match(table);
        ck_assert_int_eq(fegetround(), modes[i]);
        fesetround(FE_TONEAREST);
    }
#if defined(__x86_64__)
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040);             /* flushes subnormals to zero */
    if ((_mm_getcsr() & 0x8040) == 0x8040) { /* valgrind does not have this mode */
        literals_match(table);
        aggregates_match(table);
        ck_assert_uint_eq(_mm_getcsr() & 0x8040, 0x8040);
    }
    _mm_setcsr(before);
#endif
    PASSES(stoa_set_threads(0, &trouble));
    stoa_table_free(table);
}

int main(void)
{
    return RUN("bits", values_of_rows_have_these_bits,
               aggregates_have_these_bits_on_any_number_of_threads,
               the_rounding_of_the_callers_thread_changes_nothing);
}
