/* test_value_counts.c: the different values of expressions and how often they come, beside a slow
 * list of them. */
#include <math.h>
#include <stdlib.h>

#include "../support/testing.h"

enum { ROWS = 150001, FIELDS = 11, MOST = 400000 };

static const char *const words[] = {"", "UA", "DL", "ua", " N1 ", "straße", "€"};

/* ---- the slow way ---- */

/* What a value is, as a number that differs where values do; null is a value of its own. */
typedef struct slow {
    uint64_t keys[MOST], counts[MOST], rows[MOST];
    size_t count;
} slow;

static void note(slow *s, uint64_t key, uint64_t row)
{
    size_t i = 0;
    while (i < s->count && s->keys[i] != key)
        i++;
    if (i == s->count) {
        s->keys[s->count] = key;
        s->counts[s->count] = 0;
        s->rows[s->count++] = row;
    }
    s->counts[i]++;
}

static uint64_t hash_of(stoa_string string)
{
    uint64_t made = 7;
    for (size_t i = 0; i < string.length; i++)
        made = made * 1000003 + (unsigned char)string.bytes[i];
    return made;
}

static uint64_t bits_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return value != value ? 1 : value == 0 ? 0 : bits;
}

/* Value i of cells of a type. */
static uint64_t key_of(stoa_type type, const void *data, size_t i, const stoa_string_pool *pool)
{
    switch (type) {
    case STOA_BOOL:
    case STOA_UINT8:
        return ((const uint8_t *)data)[i];
    case STOA_INT8:
        return (uint64_t)((const int8_t *)data)[i];
    case STOA_INT16:
        return (uint64_t)((const int16_t *)data)[i];
    case STOA_UINT16:
        return ((const uint16_t *)data)[i];
    case STOA_INT32:
    case STOA_DATE:
        return (uint64_t)((const int32_t *)data)[i];
    case STOA_UINT32:
        return ((const uint32_t *)data)[i];
    case STOA_FLOAT32:
        return bits_of_double((double)((const float *)data)[i]);
    case STOA_FLOAT64:
        return bits_of_double(((const double *)data)[i]);
    case STOA_STRING:
        return hash_of(stoa_string_pool_get(pool, ((const stoa_handle *)data)[i]));
    default:
        return ((const uint64_t *)data)[i];
    }
}

#define NULL_KEY UINT64_C(0x123456789abcdef)

static void compare(const stoa_value_counts *made, const slow *wanted)
{
    ck_assert_uint_eq(made->count, wanted->count);
    ck_assert((made->strings != NULL) == (made->type == STOA_STRING));
    for (size_t i = 0; i < made->count; i++) {
        uint64_t key =
            i == made->null ? NULL_KEY : key_of(made->type, made->data, i, made->strings);
        ck_assert_msg(key == wanted->keys[i], "value %zu", i);
        ck_assert_uint_eq(made->counts[i], wanted->counts[i]);
        ck_assert_uint_eq(made->rows[i], wanted->rows[i]);
    }
}

/* ---- the table ---- */

static stoa_table *table_of(size_t rows)
{
    stoa_table *table = TABLE(
        OPTIONS(.rows = rows), {.name = "s", .type = STOA_STRING}, {.name = "b", .type = STOA_BOOL},
        {.name = "i8", .type = STOA_INT8}, {.name = "u16", .type = STOA_UINT16},
        {.name = "i32", .type = STOA_INT32}, {.name = "u64", .type = STOA_UINT64},
        {.name = "f32", .type = STOA_FLOAT32}, {.name = "f64", .type = STOA_FLOAT64},
        {.name = "d", .type = STOA_DATE}, {.name = "n", .type = STOA_INT16, .flags = STOA_NULLABLE},
        {.name = "x", .type = STOA_INT64, .flags = STOA_NULLABLE});
    static const double floats[] = {0.0, -0.0, 1.5, -1.5, NAN, INFINITY};
    dice d = {11};
    stoa_handle handles[sizeof words / sizeof *words];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        stoa_string word = {words[i], strlen(words[i])};
        PASSES(stoa_string_pool_intern(table->strings, &word, 1, &handles[i], &trouble));
    }
    for (size_t i = 0; i < rows; i++) {
        double value = floats[dice_below(&d, 6)];
        ((stoa_handle *)table->columns[0].cells)[i] =
            handles[dice_below(&d, i < rows / 2 ? 4 : sizeof words / sizeof *words)];
        stoa_bool_column(table, "b")[i] = i > 20 && dice_below(&d, 2) > 0;
        stoa_int8_column(table, "i8")[i] = (int8_t)(dice_below(&d, 7) - 3);
        stoa_uint16_column(table, "u16")[i] = (uint16_t)(65535 - dice_below(&d, 50));
        stoa_int32_column(table, "i32")[i] = (int32_t)(dice_roll(&d) % 90) * 20000000 - 900000000;
        stoa_uint64_column(table, "u64")[i] = UINT64_MAX - dice_below(&d, 60);
        stoa_float32_column(table, "f32")[i] = (float)value;
        stoa_float64_column(table, "f64")[i] = isnan(value) && i % 2 ? -value : value;
        stoa_date_column(table, "d")[i] = 15000 + (int32_t)dice_below(&d, 70);
        if (dice_below(&d, 3) > 0)
            PASSES(stoa_row_set(stoa_table_row(table, i), 9,
                                stoa_int64_value((int64_t)dice_below(&d, 9) - 4), &trouble));
        if (i > 300 && dice_below(&d, 2) > 0)
            PASSES(stoa_row_set(
                stoa_table_row(table, i), 10,
                stoa_int64_value((int64_t)dice_roll(&d) % 100 * INT64_C(90000000000)), &trouble));
    }
    return table;
}

/* The values of a field in the rows i with i % step == 0, the slow way. */
static void count_slowly(slow *s, const stoa_table *table, uint32_t field, size_t step)
{
    const stoa_column *column = &table->columns[field];
    s->count = 0;
    for (size_t i = 0; i < table->rows; i += step) {
        bool is_null = column->validity != NULL && (column->validity[i / 64] >> i % 64 & 1) == 0;
        note(s,
             is_null ? NULL_KEY : key_of((stoa_type)column->type, column->cells, i, table->strings),
             i);
    }
}

static slow wanted;

/* ---- tests ---- */

static void count_each_field(size_t rows)
{
    stoa_table *table = table_of(rows);
    for (uint32_t field = 0; field < FIELDS; field++)
        for (size_t step = 1; step < 4; step += 2) {
            stoa_value_counts *made;
            count_slowly(&wanted, table, field, step);
            const char *where = step == 1 ? NULL : "row() % 3 == 0";
            PASSES(stoa_count_values(&made, table, stoa_table_field_name(table, field), where,
                                     &trouble));
            ck_assert_int_eq(made->type, table->columns[field].type);
            compare(made, &wanted);
            stoa_value_counts_free(made);
        }
    stoa_table_free(table);
}

TEST(values_are_counted_as_a_slow_list_does)
{
    static const size_t rows[] = {0, 1, 63, 511, 512, 513, 1700};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        count_each_field(rows[i]);
    for (size_t threads = 1; threads < 3; threads++) {
        PASSES(stoa_set_threads(threads, &trouble));
        count_each_field(scaled(ROWS, 3000));
    }
    PASSES(stoa_set_threads(0, &trouble));
}

/* The values of rows 0 … rows - 1 that a function gives. */
static void check_text(const stoa_table *table, const char *text,
                       uint64_t (*value)(const stoa_table *table, size_t row))
{
    stoa_value_counts *made;
    wanted.count = 0;
    for (size_t i = 0; i < table->rows; i++)
        note(&wanted, value(table, i), i);
    PASSES(stoa_count_values(&made, table, text, NULL, &trouble));
    compare(made, &wanted);
    stoa_value_counts_free(made);
}

static stoa_string word_of(const stoa_table *table, size_t row)
{
    return stoa_string_pool_get(table->strings,
                                ((const stoa_handle *)table->columns[0].cells)[row]);
}

static uint64_t lower(const stoa_table *table, size_t row)
{
    stoa_string word = word_of(table, row);
    char made[20];
    for (size_t i = 0; i < word.length; i++) {
        made[i] = word.bytes[i];
        if (made[i] >= 'A' && made[i] <= 'Z')
            made[i] = (char)(made[i] + 32);
    }
    return hash_of((stoa_string){made, word.length});
}

static uint64_t beside_number(const stoa_table *table, size_t row)
{
    char made[40];
    stoa_string word = word_of(table, row);
    bool small = stoa_int8_column(table, "i8")[row] < 0;
    int length = snprintf(made, sizeof made, "%.*s%.*s", (int)word.length, word.bytes,
                          small ? (int)word.length : 1, small ? word.bytes : "-");
    return hash_of((stoa_string){made, (size_t)length});
}

static uint64_t constant(const stoa_table *table, size_t row)
{
    (void)table, (void)row;
    return hash_of((stoa_string){"one", 3});
}

static uint64_t remainder_of(const stoa_table *table, size_t row)
{
    return (uint64_t)(stoa_int8_column(table, "i8")[row] * 3 - 5);
}

static uint64_t truth(const stoa_table *table, size_t row)
{
    return word_of(table, row).length == 2;
}

TEST(expressions_are_counted_by_what_they_give)
{
    stoa_table *table = table_of(scaled(ROWS, 2000));
    check_text(table, "lower(s)", lower);
    check_text(table, "concat(s, where(i8 < 0, s, '-'))", beside_number);
    check_text(table, "'one'", constant);
    check_text(table, "i8 * 3 - 5", remainder_of);
    check_text(table, "s in ('UA', 'DL', 'ua')", truth);
    stoa_table_free(table);
}

TEST(sorting_puts_the_most_frequent_first_and_keeps_the_order_of_equals)
{
    stoa_table *table = table_of(3000);
    for (uint32_t field = 0; field < FIELDS; field++) {
        stoa_value_counts *made;
        count_slowly(&wanted, table, field, 1);
        PASSES(
            stoa_count_values(&made, table, stoa_table_field_name(table, field), NULL, &trouble));
        for (size_t i = 1; i < wanted.count; i++) /* insertion sort, which is stable */
            for (size_t k = i; k > 0 && wanted.counts[k] > wanted.counts[k - 1]; k--) {
                uint64_t *const all[] = {wanted.keys, wanted.counts, wanted.rows};
                for (size_t a = 0; a < 3; a++) {
                    uint64_t last = all[a][k];
                    all[a][k] = all[a][k - 1];
                    all[a][k - 1] = last;
                }
            }
        WORKS(table, stoa_value_counts_sort(made, &trouble));
        compare(made, &wanted);
        WORKS(table, stoa_value_counts_sort(made, &trouble));
        compare(made, &wanted);
        stoa_value_counts_free(made);
    }
    stoa_table_free(table);
}

TEST(as_many_values_as_rows_are_counted)
{
    enum { FEW = 3000 };
    size_t rows = scaled(300000, FEW);
    stoa_table *table = TABLE(OPTIONS(.rows = rows), {.name = "i", .type = STOA_INT64},
                              {.name = "s", .type = STOA_STRING});
    for (size_t i = 0; i < rows; i++) {
        char text[20];
        stoa_string string = {text, (size_t)snprintf(text, sizeof text, "%zu", i)};
        stoa_int64_column(table, "i")[i] = (int64_t)(i * 0x9e3779b97f4a7c15);
        PASSES(stoa_string_pool_intern(table->strings, &string, 1,
                                       (stoa_handle *)table->columns[1].cells + i, &trouble));
    }
    static const char *const texts[] = {"i", "s", "lower(s)", "i // 1"};
    for (size_t k = 0; k < 4; k++)
        for (size_t threads = 1; threads < 3; threads++) {
            stoa_value_counts *made;
            PASSES(stoa_set_threads(threads, &trouble));
            PASSES(stoa_count_values(&made, table, texts[k], NULL, &trouble));
            ck_assert_uint_eq(made->count, rows);
            for (size_t i = 0; i < rows; i++) {
                ck_assert_uint_eq(made->rows[i], i);
                ck_assert_uint_eq(made->counts[i], 1);
            }
            stoa_value_counts_free(made);
        }
    PASSES(stoa_set_threads(0, &trouble));
    stoa_table_free(table);
}

/* Cells that were written through pointers may be what no store lets in. */
TEST(cells_beyond_what_their_field_can_hold_are_counted_too)
{
    static const char *const labels[] = {"red", "green", "blue"};
    stoa_table *table =
        TABLE(OPTIONS(.rows = 1000),
              {.name = "e", .type = STOA_UINT8, .labels = labels, .label_count = 3});
    uint8_t *cells = stoa_uint8_column(table, "e");
    cells[3] = 200;
    cells[4] = 2;
    static const char *const texts[] = {"e", "int32(e)"};
    for (size_t k = 0; k < 2; k++) {
        stoa_value_counts *made;
        PASSES(stoa_count_values(&made, table, texts[k], NULL, &trouble));
        ck_assert_uint_eq(made->count, 3);
        ck_assert_uint_eq(made->counts[0], 998);
        ck_assert_int_eq(
            k == 0 ? ((const uint8_t *)made->data)[1] : ((const int32_t *)made->data)[1], 200);
        stoa_value_counts_free(made);
    }
    stoa_table_free(table);
}

static stoa_status count_once(const stoa_table *table, const char *text, const char *where)
{
    stoa_value_counts *made = NULL;
    stoa_status status = stoa_count_values(&made, table, text, where, &trouble);
    ck_assert((made != NULL) == (status == STOA_OK));
    stoa_value_counts_free(made);
    return status;
}

TEST(refused_memory_and_bad_input_change_nothing)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 6000), {.name = "i", .type = STOA_INT64});
    for (size_t i = 0; i < table->rows; i++)
        stoa_int64_column(table, "i")[i] = (int64_t)(i * 0x9e3779b97f4a7c15);
    WORKS(table, count_once(table, "i", NULL));
    stoa_table_free(table);
    table = table_of(1500);
    WORKS(table, count_once(table, "s", NULL));
    WORKS(table, count_once(table, "upper(s)", "i8 > 0"));
    WORKS(table, count_once(table, "i32", NULL));
    WORKS(table, count_once(table, "x", "not is_null(n)"));
    REFUSED(table, STOA_INVALID, count_once(table, "s, b", NULL));
    SAYS("2 outputs");
    REFUSED(table, STOA_NO_FIELD, count_once(table, "carrier", NULL));
    REFUSED(table, STOA_SYNTAX, count_once(table, "s +", NULL));
    REFUSED(table, STOA_NO_PARAMETER, count_once(table, "i8 + $p", NULL));
    REFUSED(table, STOA_WRONG_TYPE, count_once(table, "vector(i8, i32)", NULL));
    SAYS("component");
    REFUSED(table, STOA_DIVISION_BY_ZERO, count_once(table, "i8 // 0", NULL));
    stoa_table_free(table);
    table = TABLE(OPTIONS(.rows = 3), {.name = "o", .type = STOA_OBJECT});
    REFUSED(table, STOA_WRONG_TYPE, count_once(table, "o", NULL));
    SAYS("object");
    stoa_table_free(table);
}

/* Those of a field as it is are in the table's pool, others in one of their own. */
TEST(counts_outlive_the_table_and_the_program)
{
    stoa_table *table = table_of(900);
    static const char *const texts[] = {"s", "upper(s)"};
    for (size_t k = 0; k < 2; k++) {
        stoa_program *program;
        stoa_value_counts *first, *second;
        PASSES(stoa_program_parse(&program, table, texts[k], NULL, &trouble));
        PASSES(stoa_program_count_values(&first, program, table, NULL, &trouble));
        PASSES(
            stoa_program_count_values(&second, program, table, &(stoa_scope){.rows = 5}, &trouble));
        ck_assert((first->strings == table->strings) == (k == 0));
        ck_assert_uint_le(second->count, 5);
        stoa_program_free(program);
        if (k == 1)
            stoa_table_free(table);
        for (size_t i = 0; i < first->count; i++) {
            stoa_handle handle = ((const stoa_handle *)first->data)[i];
            ck_assert_ptr_nonnull(stoa_string_pool_get(first->strings, handle).bytes);
        }
        stoa_value_counts_free(first);
        stoa_value_counts_free(second);
    }
}

int main(void)
{
    return RUN(
        "value_counts", values_are_counted_as_a_slow_list_does,
        expressions_are_counted_by_what_they_give,
        sorting_puts_the_most_frequent_first_and_keeps_the_order_of_equals,
        as_many_values_as_rows_are_counted, cells_beyond_what_their_field_can_hold_are_counted_too,
        refused_memory_and_bad_input_change_nothing, counts_outlive_the_table_and_the_program);
}
