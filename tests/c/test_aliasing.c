/* test_aliasing.c: sources that are the table's own cells. What is written must be what the source
 * held before the call, however the two overlap; the reference copies the source first. */
#include <stdlib.h>

#include "../support/reference.h"
#include "../support/testing.h"
#include "../support/things.h"

enum { ROWS = 1200 };

/* Every type as a column, filled with small numbers that fit each type (0 … 99, bool 0 and 1). */
static stoa_table *filled_table(void)
{
    stoa_field fields[VALUE_TYPES];
    memset(fields, 0, sizeof fields);
    for (size_t i = 0; i < VALUE_TYPES; i++) {
        fields[i].name = stoa_type_name(value_type(i));
        fields[i].type = value_type(i);
    }
    stoa_table *table = new_table(fields, VALUE_TYPES, OPTIONS(.rows = ROWS));
    for (size_t i = 0; i < VALUE_TYPES; i++)
        for (size_t row = 0; row < ROWS; row++) {
            int8_t small = (int8_t)((row * 7 + i) % (i == 0 ? 2 : 100));
            char *cells = stoa_column_cells(table, i);
            ck_assert_int_eq(reference_convert(STOA_INT8, &small, value_type(i),
                                               cells + row * stoa_type_width(value_type(i))),
                             STOA_OK);
        }
    return table;
}

/* A write of `count` values read at `data` with `stride`, into `field`. */
typedef struct overlap {
    size_t field;
    size_t first;
    ptrdiff_t step;
    size_t count;
    stoa_type from;
    const char *data;
    ptrdiff_t stride;
} overlap;

/* The column after the write, cell by cell from the values before it, as long as they fit. */
static char *expected_cells(const stoa_table *table, const overlap *o, stoa_status *status)
{
    stoa_type to = stoa_table_field_type(table, o->field);
    size_t width = stoa_type_width(to), size = stoa_table_rows(table) * width;
    char *cells = malloc(size);
    ck_assert_ptr_nonnull(cells);
    memcpy(cells, stoa_column_cells(table, o->field), size);
    for (size_t i = 0; i < o->count; i++) {
        uint64_t value = 0; /* read from the table, which is not written here */
        memcpy(&value, o->data + (ptrdiff_t)i * o->stride, stoa_type_width(o->from));
        char *cell = cells + ((ptrdiff_t)o->first + (ptrdiff_t)i * o->step) * (ptrdiff_t)width;
        *status = reference_convert(o->from, &value, to, cell);
        if (*status != STOA_OK)
            break;
    }
    return cells;
}

static void check_overlap(stoa_table *table, const overlap *o)
{
    stoa_source source = {.type = o->from, .data = o->data, .stride = o->stride};
    stoa_type to = stoa_table_field_type(table, o->field);
    size_t width = stoa_type_width(to);
    stoa_status status = STOA_OK;
    char *expected = expected_cells(table, o, &status);
    SWEPT(table, status,
          stoa_column_write(table, o->field, o->first, o->step, o->count, &source, &trouble));
    const char *cells = stoa_column_cells(table, o->field);
    for (size_t i = 0; i < stoa_table_rows(table) && status == STOA_OK; i++)
        ck_assert_msg(reference_same(to, cells + i * width, expected + i * width),
                      "%s from %s at %zu", stoa_type_name(to), stoa_type_name(o->from), i);
    free(expected);
}

TEST(a_column_is_written_onto_itself_shifted_by_a_few_rows)
{
    static const ptrdiff_t shifts[] = {0, 1, -1, 2, -3, 1000, -700};
    for (size_t field = 0; field < VALUE_TYPES; field++) {
        stoa_table *table = filled_table();
        const char *cells = stoa_column_cells(table, field);
        ptrdiff_t width = (ptrdiff_t)stoa_type_width(value_type(field));
        for (size_t s = 0; s < sizeof shifts / sizeof *shifts; s++) {
            size_t by = (size_t)(shifts[s] < 0 ? -shifts[s] : shifts[s]);
            size_t to = shifts[s] > 0 ? by : 0, from = shifts[s] > 0 ? 0 : by;
            check_overlap(table, &(overlap){field, to, 1, ROWS - by, value_type(field),
                                            cells + (ptrdiff_t)from * width, width});
        }
        stoa_table_free(table);
    }
}

TEST(a_column_is_written_onto_itself_backwards)
{
    for (size_t field = 0; field < VALUE_TYPES; field++) {
        stoa_table *table = filled_table();
        const char *cells = stoa_column_cells(table, field);
        ptrdiff_t width = (ptrdiff_t)stoa_type_width(value_type(field));
        check_overlap(table, &(overlap){field, 0, 1, ROWS, value_type(field),
                                        cells + (ROWS - 1) * width, -width});
        check_overlap(table,
                      &(overlap){field, ROWS - 1, -1, ROWS, value_type(field), cells, width});
        check_overlap(table, &(overlap){field, ROWS - 1, -1, ROWS - 5, value_type(field),
                                        cells + 5 * width, width});
        stoa_table_free(table);
    }
}

TEST(every_second_row_is_written_onto_those_between)
{
    for (size_t field = 0; field < VALUE_TYPES; field++) {
        stoa_table *table = filled_table();
        const char *cells = stoa_column_cells(table, field);
        ptrdiff_t width = (ptrdiff_t)stoa_type_width(value_type(field));
        stoa_type type = value_type(field);
        check_overlap(table, &(overlap){field, 1, 2, ROWS / 2, type, cells, 2 * width});
        check_overlap(table, &(overlap){field, 0, 1, ROWS / 2, type, cells, 2 * width});
        check_overlap(table, &(overlap){field, 1, 2, ROWS / 2, type, cells, width});
        check_overlap(table, &(overlap){field, ROWS - 1, -2, ROWS / 2, type, cells, width});
        stoa_table_free(table);
    }
}

TEST(another_column_is_a_source_like_any_other)
{
    stoa_table *table = filled_table();
    for (size_t from = 0; from < VALUE_TYPES; from++)
        for (size_t to = 0; to < VALUE_TYPES; to++)
            check_overlap(table, &(overlap){to, 0, 1, ROWS, value_type(from),
                                            stoa_column_cells(table, from),
                                            (ptrdiff_t)stoa_type_width(value_type(from))});
    stoa_table_free(table);
}

TEST(the_bytes_of_a_column_are_read_as_another_type_before_they_are_overwritten)
{
    static const ptrdiff_t offsets[] = {0, 1, 8, 4096};
    for (size_t to = 1; to < VALUE_TYPES; to++)
        for (size_t from = 1; from < VALUE_TYPES; from++) {
            stoa_table *table = filled_table();
            size_t width = stoa_type_width(value_type(from));
            size_t all = ROWS * stoa_type_width(value_type(to));
            for (size_t k = 0; k < sizeof offsets / sizeof *offsets; k++) {
                const char *data = (const char *)stoa_column_cells(table, to) + offsets[k];
                if ((size_t)offsets[k] + width > all)
                    continue;
                size_t count = (all - (size_t)offsets[k]) / width;
                overlap o = {to,
                             0,
                             1,
                             count < ROWS ? count : ROWS,
                             value_type(from),
                             data,
                             (ptrdiff_t)width};
                check_overlap(table, &o);
            }
            stoa_table_free(table);
        }
}

TEST(one_cell_of_the_column_is_repeated_over_all_of_it)
{
    for (size_t field = 0; field < VALUE_TYPES; field++) {
        stoa_table *table = filled_table();
        stoa_type type = value_type(field);
        size_t width = stoa_type_width(type);
        const char *cells = stoa_column_cells(table, field);
        char kept[8];
        memcpy(kept, cells + 700 * width, width);
        stoa_source source = {.type = type, .repeat = true, .data = cells + 700 * width};
        WORKS(table, stoa_column_write(table, field, 0, 1, ROWS, &source, &trouble));
        for (size_t i = 0; i < ROWS; i++)
            ck_assert_mem_eq(cells + i * width, kept, width);
        stoa_table_free(table);
    }
}

TEST(a_table_is_extended_by_its_own_columns)
{
    stoa_table *table = filled_table();
    stoa_source sources[VALUE_TYPES];
    for (size_t i = 0; i < VALUE_TYPES; i++)
        sources[i] = (stoa_source){.name = stoa_type_name(value_type(i)),
                                   .type = value_type(i),
                                   .data = stoa_column_cells(table, i)};
    WORKS(table, stoa_table_extend(table, sources, VALUE_TYPES, ROWS, &trouble));
    ck_assert_uint_eq(stoa_table_rows(table), 2 * ROWS);
    for (size_t i = 0; i < VALUE_TYPES; i++) {
        size_t bytes = ROWS * stoa_type_width(value_type(i));
        const char *cells = stoa_column_cells(table, i);
        ck_assert_ptr_eq(cells, sources[i].data);
        ck_assert_mem_eq(cells, cells + bytes, bytes);
    }
    stoa_table_free(table);
}

TEST(a_row_is_appended_and_inserted_from_the_values_of_another)
{
    stoa_table *table = filled_table();
    stoa_value values[VALUE_TYPES];
    for (size_t i = 0; i < VALUE_TYPES; i++)
        PASSES(stoa_row_get(stoa_table_row(table, 41), i, &values[i], &trouble));
    WORKS(table, stoa_table_append(table, values, VALUE_TYPES, &trouble));
    WORKS(table, stoa_table_insert(table, 0, values, VALUE_TYPES, &trouble));
    for (size_t i = 0; i < VALUE_TYPES; i++) {
        size_t width = stoa_type_width(value_type(i));
        const char *cells = stoa_column_cells(table, i);
        ck_assert_mem_eq(cells, cells + 42 * width, width);
        ck_assert_mem_eq(cells + (ROWS + 1) * width, cells + 42 * width, width);
    }
    stoa_table_free(table);
}

int main(void)
{
    return RUN(
        "aliasing", a_column_is_written_onto_itself_shifted_by_a_few_rows,
        a_column_is_written_onto_itself_backwards, every_second_row_is_written_onto_those_between,
        another_column_is_a_source_like_any_other,
        the_bytes_of_a_column_are_read_as_another_type_before_they_are_overwritten,
        one_cell_of_the_column_is_repeated_over_all_of_it, a_table_is_extended_by_its_own_columns,
        a_row_is_appended_and_inserted_from_the_values_of_another);
}
