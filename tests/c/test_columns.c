/* test_columns.c: whole columns: their addresses; and stoa_column_write of every type to every
 * type, from every layout, with every step, compared with the reference. */
#include <stdlib.h>

#include "../support/reference.h"
#include "../support/sources.h"
#include "../support/testing.h"

/* ---- access ---- */

TEST(a_column_is_given_by_name_and_type_alone)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = 1), {.name = "int32", .type = STOA_INT32},
              {.name = "bool", .type = STOA_BOOL}, {.name = "float64", .type = STOA_FLOAT64},
              {.name = "object", .type = STOA_OBJECT});
    ck_assert_ptr_eq(stoa_int32_column(table, "int32"), stoa_column_cells(table, 0));
    ck_assert_ptr_eq(stoa_bool_column(table, "bool"), stoa_column_cells(table, 1));
    ck_assert_ptr_eq(stoa_float64_column(table, "float64"), stoa_column_cells(table, 2));
    ck_assert_ptr_eq(stoa_object_column(table, "object"), stoa_column_cells(table, 3));
#define CHECK(NAME, type_name, cell, value, member)                                                \
    ck_assert_ptr_null(stoa_##type_name##_column(table, "none"));                                  \
    ck_assert((stoa_##type_name##_column(table, "int32") != NULL) == (STOA_##NAME == STOA_INT32)); \
    ck_assert((stoa_##type_name##_column(table, "bool") != NULL) == (STOA_##NAME == STOA_BOOL));   \
    ck_assert((stoa_##type_name##_column(table, "object") != NULL) == (STOA_##NAME == STOA_OBJECT));
    STOA_TYPES(CHECK)
#undef CHECK
    stoa_table_free(table);
}

TEST(every_column_is_aligned_for_vectors)
{
    for (size_t max_rows = 1; max_rows <= 1000000; max_rows *= 10) {
        stoa_table *table =
            TABLE(OPTIONS(.max_rows = max_rows), {.name = "a", .type = STOA_INT8},
                  {.name = "b", .type = STOA_FLOAT64}, {.name = "c", .type = STOA_INT16});
        for (size_t i = 0; i < 3; i++) {
            size_t width = stoa_type_width(stoa_table_field_type(table, i));
            ck_assert_uint_eq((uintptr_t)stoa_column_cells(table, i) % width, 0);
        }
        stoa_table_free(table);
    }
}

/* ---- writing ---- */

enum { ROWS = 5000 };

/* A column of the type, and its expected cells. */
typedef struct target {
    stoa_table *table;
    stoa_type type;
    size_t width;
    char *expected;
} target;

static target target_new(stoa_type type)
{
    target t = {.type = type, .width = stoa_type_width(type)};
    t.table = TABLE(OPTIONS(.rows = ROWS, .max_rows = ROWS), {.name = "before", .type = STOA_INT8},
                    {.name = "c", .type = type}, {.name = "after", .type = STOA_INT8});
    t.expected = calloc(ROWS, t.width);
    ck_assert_ptr_nonnull(t.expected);
    return t;
}

static void target_matches(const target *t)
{
    const char *cells = stoa_column_cells(t->table, 1);
    static const char zeros[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        ck_assert_msg(reference_same(t->type, cells + i * t->width, t->expected + i * t->width),
                      "%s at %zu", stoa_type_name(t->type), i);
    ck_assert_mem_eq(stoa_int8_column(t->table, "before"), zeros, ROWS);
    ck_assert_mem_eq(stoa_int8_column(t->table, "after"), zeros, ROWS);
}

static void target_free(target *t)
{
    stoa_table_free(t->table);
    free(t->expected);
}

/* Makes the expected write, cell by cell; `values` is packed. */
static void expect(target *t, size_t first, ptrdiff_t step, size_t count, stoa_type from,
                   const char *values, bool repeat)
{
    for (size_t i = 0; i < count; i++) {
        size_t row = (size_t)((ptrdiff_t)first + (ptrdiff_t)i * step);
        const char *value = values + (repeat ? 0 : i) * stoa_type_width(from);
        ck_assert_int_eq(reference_convert(from, value, t->type, t->expected + row * t->width),
                         STOA_OK);
    }
}

/* `count` values of type `from` that fit `to`: the edge values, repeated, from a random start. */
static char *fitting_values(stoa_type from, stoa_type to, size_t count, size_t start)
{
    void *edges;
    size_t found = reference_fitting(from, to, &edges), width = stoa_type_width(from);
    char *values = malloc((count + 1) * width);
    ck_assert_ptr_nonnull(values);
    for (size_t i = 0; i < count && found > 0; i++)
        memcpy(values + i * width, (char *)edges + (start + i) % found * width, width);
    free(edges);
    return found > 0 ? values : (free(values), NULL);
}

static void write_layouts(target *t, stoa_type from, size_t count, const char *values)
{
    static const ptrdiff_t steps[] = {1, 2, -1, -3};
    for (int how = 0; how < LAYOUTS; how++)
        for (size_t s = 0; s < 4; s++) {
            if (s > 0 && count > 1025)
                continue;
            laid_out l = lay_out(from, values, count, (layout)how);
            size_t first = steps[s] > 0 ? count % 7 : ROWS - 1 - count % 7;
            PASSES(stoa_column_write(t->table, 1, first, steps[s], count, &l.source, &trouble));
            expect(t, first, steps[s], count, from, values, false);
            laid_out_free(&l);
            if (count > 0) {
                l = lay_out(from, values + (count - 1) * stoa_type_width(from), 1, (layout)how);
                l.source.repeat = true;
                first += 1000 * (size_t)(steps[s] > 0);
                PASSES(stoa_column_write(t->table, 1, first, steps[s], count, &l.source, &trouble));
                expect(t, first, steps[s], count, from,
                       values + (count - 1) * stoa_type_width(from), true);
                laid_out_free(&l);
            }
        }
    target_matches(t);
}

static void write_pair(stoa_type from, stoa_type to)
{
    target t = target_new(to);
    for (size_t c = 0; c < block_count_count; c += scaled(64, 1) == 64 ? 1 : 5) {
        char *values = fitting_values(from, to, block_counts[c], c * 100);
        if (values == NULL)
            break;
        write_layouts(&t, from, block_counts[c], values);
        free(values);
    }
    target_free(&t);
}

TEST(each_type_is_written_into_each_type_from_every_layout_at_every_length)
{
    for (size_t f = 0; f < VALUE_TYPES; f++)
        for (size_t t = 0; t < VALUE_TYPES; t++)
            write_pair(value_type(f), value_type(t));
}

TEST(every_edge_value_is_written_where_it_fits)
{
    for (size_t f = 0; f < VALUE_TYPES; f++)
        for (size_t i = 0; i < VALUE_TYPES; i++) {
            stoa_type from = value_type(f);
            target t = target_new(value_type(i));
            void *values;
            size_t count = reference_fitting(from, t.type, &values);
            stoa_source source = {.type = from, .data = values};
            if (count > 0) {
                WORKS(t.table, stoa_column_write(t.table, 1, 0, 1, count, &source, &trouble));
                expect(&t, 0, 1, count, from, values, false);
            }
            target_matches(&t);
            free(values);
            target_free(&t);
        }
}

/* A write in which the value at this position does not fit, and all others do, is refused. */
static void refuse_at(target *t, stoa_type from, const char *bad, stoa_status status, size_t at,
                      size_t count)
{
    size_t width = stoa_type_width(from);
    char *values = fitting_values(from, t->type, count, 0);
    if (values == NULL) {
        values = calloc(count, width);
        ck_assert_ptr_nonnull(values);
    }
    memcpy(values + at * width, bad, width);
    for (int how = 0; how < LAYOUTS; how++) {
        laid_out l = lay_out(from, values, count, (layout)how);
        FAILS(status, stoa_column_write(t->table, 1, 3, 1, count, &l.source, &trouble));
        SAYS("c");
        if (status == STOA_OVERFLOW)
            ck_assert_uint_eq(trouble.row, at);
        FAILS(status, stoa_column_write(t->table, 1, ROWS - 1, -2, count, &l.source, &trouble));
        laid_out_free(&l);
    }
    target_matches(t);
    free(values);
}

TEST(a_value_that_does_not_fit_is_refused_wherever_it_stands_and_nothing_is_written)
{
    static const size_t counts[] = {1, 17, 1024, 1025, 2049};
    for (size_t f = 0; f < VALUE_TYPES; f++)
        for (size_t i = 0; i < VALUE_TYPES; i++) {
            const char *edges;
            stoa_type from = value_type(f);
            target t = target_new(value_type(i));
            size_t all = reference_edges(from, (const void **)&edges), tried = 0;
            for (size_t e = 0; e < all; e++) {
                uint64_t cell;
                const char *bad = edges + e * stoa_type_width(from);
                stoa_status status = reference_convert(from, bad, t.type, &cell);
                if (status == STOA_OK)
                    continue;
                size_t count = counts[tried++ % 5];
                size_t at = tried % 3 == 0 ? 0 : tried % 3 == 1 ? count - 1 : count / 2;
                if (tried < 12 || e % 16 == 0)
                    refuse_at(&t, from, bad, status, at, count);
            }
            target_free(&t);
        }
}

TEST(the_first_of_several_values_at_fault_is_the_one_that_is_named)
{
    target t = target_new(STOA_INT8);
    int32_t values[2000] = {0};
    values[1999] = 200, values[1300] = 300, values[1299] = -129;
    stoa_source source = {.type = STOA_INT32, .data = values};
    REFUSED(t.table, STOA_OVERFLOW, stoa_column_write(t.table, 1, 5, 1, 2000, &source, &trouble));
    ck_assert_uint_eq(trouble.row, 1299);
    SAYS("-129");
    SAYS("c");
    target_matches(&t);
    target_free(&t);
}

TEST(a_byte_other_than_0_and_1_is_no_bool)
{
    uint8_t bytes[70] = {0};
    bytes[1] = 1;
    bytes[66] = 2;
    stoa_source source = {.type = STOA_BOOL, .data = bytes};
    for (size_t i = 0; i < VALUE_TYPES; i++) {
        target t = target_new(value_type(i));
        REFUSED(t.table, STOA_OVERFLOW, stoa_column_write(t.table, 1, 0, 1, 70, &source, &trouble));
        ck_assert_uint_eq(trouble.row, 66);
        SAYS(", 2,");
        target_matches(&t);
        target_free(&t);
    }
}

TEST(objects_are_no_numbers_nor_numbers_objects)
{
    static int object;
    void *objects[] = {&object};
    static const int64_t numbers[] = {0};
    stoa_source source = {.type = STOA_OBJECT, .data = objects};
    for (size_t i = 0; i < VALUE_TYPES; i++) {
        target t = target_new(value_type(i));
        REFUSED(t.table, STOA_WRONG_TYPE,
                stoa_column_write(t.table, 1, 0, 1, 1, &source, &trouble));
        target_matches(&t);
        target_free(&t);
    }
    stoa_table *table = TABLE(OPTIONS(.rows = 3), {.name = "o", .type = STOA_OBJECT});
    for (size_t i = 0; i < VALUE_TYPES; i++) {
        source = (stoa_source){.type = value_type(i), .data = numbers};
        REFUSED(table, STOA_WRONG_TYPE, stoa_column_write(table, 0, 0, 1, 1, &source, &trouble));
        SAYS("o");
    }
    stoa_table_free(table);
}

TEST(cells_that_are_not_there_are_not_written)
{
    static const struct {
        size_t first;
        ptrdiff_t step;
        size_t count;
    } beyond[] = {{ROWS, 1, 1},
                  {0, 1, ROWS + 1},
                  {ROWS - 1, 1, 2},
                  {0, 2, ROWS},
                  {0, -1, 2},
                  {3, -2, 3},
                  {SIZE_MAX, 1, 1},
                  {0, 1, SIZE_MAX},
                  {0, PTRDIFF_MAX, 2},
                  {0, PTRDIFF_MAX, 3},
                  {ROWS - 1, PTRDIFF_MIN, 2},
                  {1, 1, SIZE_MAX},
                  {0, (ptrdiff_t)1 << 62, 5}};
    target t = target_new(STOA_INT32);
    int32_t *values = calloc(ROWS + 1, sizeof *values);
    ck_assert_ptr_nonnull(values);
    for (size_t i = 0; i <= ROWS; i++)
        values[i] = 1;
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        for (int repeat = 0; repeat < 2; repeat++) {
            stoa_source source = {.type = STOA_INT32, .data = values, .repeat = repeat};
            FAILS(STOA_OUT_OF_RANGE, stoa_column_write(t.table, 1, beyond[i].first, beyond[i].step,
                                                       beyond[i].count, &source, &trouble));
            ck_assert_str_ne(trouble.message, "");
        }
    target_matches(&t);
    free(values);
    target_free(&t);
}

TEST(one_cell_is_written_whatever_the_step)
{
    static const ptrdiff_t steps[] = {0, 1, -1, 1000000, PTRDIFF_MAX, PTRDIFF_MIN};
    target t = target_new(STOA_FLOAT64);
    stoa_table *objects = TABLE(OPTIONS(.rows = 3), {.name = "o", .type = STOA_OBJECT});
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const int16_t value = (int16_t)(i + 100);
        void *object = &t;
        const stoa_source source = {.type = STOA_INT16, .data = &value};
        WORKS(t.table, stoa_column_write(t.table, 1, 7, steps[i], 1, &source, &trouble));
        expect(&t, 7, 0, 1, STOA_INT16, (const char *)&value, false);
        WORKS(objects,
              stoa_column_write(objects, 0, 1, steps[i], 1,
                                &(stoa_source){.type = STOA_OBJECT, .data = &object}, &trouble));
        WORKS(t.table, stoa_column_write(t.table, 1, SIZE_MAX, steps[i], 0, &source, &trouble));
    }
    stoa_source source = {.type = STOA_INT16, .repeat = true, .data = &(int16_t){1}};
    REFUSED(t.table, STOA_INVALID, stoa_column_write(t.table, 1, 7, 0, 2, &source, &trouble));
    target_matches(&t);
    stoa_table_free(objects);
    target_free(&t);
}

TEST(a_source_that_cannot_be_is_refused)
{
    target t = target_new(STOA_INT32);
    static const int32_t value = 1;
    stoa_source source = {.type = STOA_INT32, .data = &value};
    REFUSED(t.table, STOA_INVALID, stoa_column_write(t.table, 1, 0, 1, 1, NULL, &trouble));
    REFUSED(t.table, STOA_NO_FIELD, stoa_column_write(t.table, 3, 0, 1, 1, &source, &trouble));
    REFUSED(t.table, STOA_NO_FIELD,
            stoa_column_write(t.table, SIZE_MAX, 0, 1, 1, &source, &trouble));
    source.data = NULL;
    REFUSED(t.table, STOA_INVALID, stoa_column_write(t.table, 1, 0, 1, 1, &source, &trouble));
    source = (stoa_source){.type = STOA_NO_TYPE, .data = &value};
    REFUSED(t.table, STOA_WRONG_TYPE, stoa_column_write(t.table, 1, 0, 1, 1, &source, &trouble));
    source.type = (stoa_type)77;
    REFUSED(t.table, STOA_WRONG_TYPE, stoa_column_write(t.table, 1, 0, 1, 1, &source, &trouble));
    target_matches(&t);
    target_free(&t);
}

int main(void)
{
    return RUN("columns", a_column_is_given_by_name_and_type_alone,
               every_column_is_aligned_for_vectors,
               each_type_is_written_into_each_type_from_every_layout_at_every_length,
               every_edge_value_is_written_where_it_fits,
               a_value_that_does_not_fit_is_refused_wherever_it_stands_and_nothing_is_written,
               the_first_of_several_values_at_fault_is_the_one_that_is_named,
               a_byte_other_than_0_and_1_is_no_bool, objects_are_no_numbers_nor_numbers_objects,
               cells_that_are_not_there_are_not_written, one_cell_is_written_whatever_the_step,
               a_source_that_cannot_be_is_refused);
}
