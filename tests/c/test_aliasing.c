/* test_aliasing.c: sources that are cells of the table itself. A call must write what the source
 * held before the call, however source and target overlap; the reference copies the source first.
 * Arrays of expressions are read block by block: such a call must do the same, or be refused. */
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

/* A write to `field` of `count` values, read at `data` with `stride`. */
typedef struct overlap {
    size_t field;
    size_t first;
    ptrdiff_t step;
    size_t count;
    stoa_type from;
    const char *data;
    ptrdiff_t stride;
} overlap;

/* The column's expected cells, computed from the values before the write. They must fit. */
static char *expected_cells(const stoa_table *table, const overlap *o, stoa_status *status)
{
    stoa_type to = stoa_table_field_type(table, o->field);
    size_t width = stoa_type_width(to), size = stoa_table_rows(table) * width;
    char *cells = malloc(size);
    ck_assert_ptr_nonnull(cells);
    memcpy(cells, stoa_column_cells(table, o->field), size);
    for (size_t i = 0; i < o->count; i++) {
        uint64_t value = 0; /* read from the table, which is not changed here */
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

/* ---- arrays of expressions ---- */

/* A table of x (int32), y (int64) and z (int32) in which each cell holds its row number. */
static stoa_table *numbered(size_t rows)
{
    stoa_table *table = TABLE(OPTIONS(.rows = rows), {.name = "x", .type = STOA_INT32},
                              {.name = "y", .type = STOA_INT64}, {.name = "z", .type = STOA_INT32});
    for (size_t i = 0; i < rows; i++) {
        stoa_int32_column(table, "x")[i] = stoa_int32_column(table, "z")[i] = (int32_t)i;
        stoa_int64_column(table, "y")[i] = (int64_t)i;
    }
    return table;
}

static stoa_expression *array_of(stoa_type type, const void *data, ptrdiff_t stride, size_t rows)
{
    stoa_expression *made = NULL;
    stoa_source source = {.type = type, .data = data, .stride = stride};
    PASSES(stoa_expression_array(&made, &source, rows, &trouble));
    return made;
}

/* `operation` applied to an array and a constant; the array belongs to the expression. */
static stoa_expression *with(stoa_operation operation, stoa_expression *array, int64_t value)
{
    stoa_expression *made = NULL, *constant = NULL;
    PASSES(stoa_expression_constant(&constant, stoa_int64_value(value), &trouble));
    PASSES(stoa_expression_call(&made, operation, (stoa_expression *[]){array, constant}, 2,
                                &trouble));
    stoa_expression_free(array);
    stoa_expression_free(constant);
    return made;
}

/* The program takes over the expression. */
static stoa_program *program_of(const stoa_table *table, stoa_expression *expression)
{
    stoa_program *made = NULL;
    PASSES(stoa_program_new(&made, table, expression, NULL, &trouble));
    stoa_expression_free(expression);
    return made;
}

/* Arrays of ROWS rows that are cells of x, but not those of the same rows: shifted either way,
 * shifted by less than a cell, reversed, spread out, or of another width. */
static const struct {
    stoa_type type;
    ptrdiff_t offset, stride;
} elsewhere[] = {
    {STOA_INT32, 4, 4},         {STOA_INT32, 4 * 70, 4}, {STOA_INT32, 2, 4},
    {STOA_INT32, 4 * 1199, -4}, {STOA_INT32, 0, 8},      {STOA_INT64, 0, 8},
    {STOA_INT16, 0, 2},         {STOA_INT16, 0, 4},      {STOA_UINT8, 4 * 1199, 1},
};
enum { ELSEWHERE = sizeof elsewhere / sizeof *elsewhere };

static stoa_expression *array_elsewhere(stoa_table *table, size_t k)
{
    const char *x = (const char *)stoa_int32_column(table, "x");
    return array_of(elsewhere[k].type, x + elsewhere[k].offset, elsewhere[k].stride, ROWS);
}

static const stoa_scope first_rows = {.rows = ROWS};

TEST(an_array_in_the_column_that_is_assigned_is_read_cell_for_cell_or_refused)
{
    const char *x = "x", *y = "y", *both[] = {"z", "x"};
    stoa_table *table = numbered(2 * ROWS + 1);
    for (size_t k = 0; k < ELSEWHERE; k++) {
        stoa_program *program = program_of(table, with(STOA_ADD, array_elsewhere(table, k), 1));
        REFUSED(table, STOA_INVALID,
                stoa_program_assign(program, table, &first_rows, &x, 1, &trouble));
        SAYS("field 'x'");
        WORKS(table, stoa_program_assign(program, table, &first_rows, &y, 1, &trouble));
        stoa_program_free(program);
    }
    stoa_expression *list,
        *parts[2] = {
            with(STOA_ADD, array_of(STOA_INT32, stoa_int32_column(table, "x"), 4, 2 * ROWS + 1), 1),
            with(STOA_ADD, array_of(STOA_INT32, stoa_int32_column(table, "x"), 4, 2 * ROWS + 1),
                 2)};
    PASSES(stoa_expression_list(&list, parts, 2, &trouble));
    stoa_program *one = program_of(table, parts[0]), *two = program_of(table, list);
    WORKS(table, stoa_program_assign(one, table, NULL, &x, 1, &trouble));
    WORKS(table, stoa_program_assign(two, table, NULL, both, 2, &trouble));
    for (size_t i = 0; i < 2 * ROWS + 1; i++) {
        ck_assert_int_eq(stoa_int32_column(table, "x")[i], (int32_t)i + 3);
        ck_assert_int_eq(stoa_int32_column(table, "z")[i], (int32_t)i + 2);
    }
    stoa_expression_free(parts[1]);
    stoa_program_free(one);
    stoa_program_free(two);
    stoa_table_free(table);
}

TEST(an_array_behind_the_rows_that_are_assigned_or_in_an_aggregate_alone_is_no_overlap)
{
    const char *x = "x";
    stoa_table *table = numbered(2 * ROWS);
    stoa_program *program = program_of(
        table,
        with(STOA_ADD, array_of(STOA_INT32, stoa_int32_column(table, "x") + ROWS, 4, ROWS), 1));
    WORKS(table, stoa_program_assign(program, table, &first_rows, &x, 1, &trouble));
    for (size_t i = 0; i < ROWS; i++)
        ck_assert_int_eq(stoa_int32_column(table, "x")[i], (int32_t)(ROWS + i + 1));
    stoa_program_free(program);
    stoa_expression *array = array_of(STOA_INT32, stoa_int32_column(table, "x") + 1, 4, ROWS),
                    *last;
    PASSES(stoa_expression_call(&last, STOA_LAST, &array, 1, &trouble));
    program = program_of(table, with(STOA_ADD, last, 1));
    WORKS(table, stoa_program_assign(program, table, &first_rows, &x, 1, &trouble));
    for (size_t i = 0; i < ROWS; i++)
        ck_assert_int_eq(stoa_int32_column(table, "x")[i], ROWS + 1);
    stoa_expression_free(array);
    stoa_program_free(program);
    stoa_table_free(table);
}

TEST(outputs_may_lie_in_what_is_read_cell_for_cell_and_never_where_nothing_is_checked_first)
{
    stoa_table *table = numbered(ROWS + 1);
    stoa_program *program;
    PASSES(stoa_program_parse(&program, table, "x + 1", NULL, &trouble));
    char *x = (char *)stoa_int32_column(table, "x");
    const stoa_output same = {.type = STOA_INT32, .data = x, .count = ROWS},
                      refused[] = {{.type = STOA_INT32, .data = x + 4, .count = ROWS},
                                   {.type = STOA_INT16, .data = x, .count = ROWS},
                                   {.type = STOA_INT16, .data = x + 4 * (ROWS - 1), .count = ROWS}};
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        REFUSED(table, STOA_INVALID,
                stoa_program_evaluate(program, table, &first_rows, &refused[k], 1, &trouble));
        SAYS("output 0 overlaps a column that the program reads, but not cell for cell");
    }
    REFUSED(table, STOA_INVALID,
            stoa_program_fill(program, table, &first_rows, &same, 1, &trouble));
    SAYS("output 0 overlaps a column that the program reads");
    WORKS(table, stoa_program_evaluate(program, table, &first_rows, &same, 1, &trouble));
    for (size_t i = 0; i <= ROWS; i++)
        ck_assert_int_eq(stoa_int32_column(table, "x")[i], (int32_t)(i + (i < ROWS)));
    stoa_program_free(program);
    stoa_table_free(table);
}

TEST(outputs_may_lie_in_arrays_cell_for_cell_and_not_in_each_other)
{
    static int32_t numbers[ROWS + 1], more[ROWS];
    for (int32_t i = 0; i <= ROWS; i++)
        numbers[i] = i;
    stoa_expression *array = array_of(STOA_INT32, numbers, 0, ROWS), *list;
    stoa_expression *parts[2] = {with(STOA_ADD, array, 1), NULL};
    array = array_of(STOA_INT32, numbers, 0, ROWS);
    parts[1] = with(STOA_MULTIPLY, array, 2);
    PASSES(stoa_expression_list(&list, parts, 2, &trouble));
    stoa_program *program = program_of(NULL, list);
    stoa_output outputs[] = {{.type = STOA_INT32, .data = more, .count = ROWS},
                             {.type = STOA_INT32, .data = numbers + 1, .count = ROWS}};
    REFUSED(NULL, STOA_INVALID,
            stoa_program_evaluate(program, NULL, &first_rows, outputs, 2, &trouble));
    SAYS("output 1 overlaps an array that the program reads, but not cell for cell");
    outputs[1].data = more;
    REFUSED(NULL, STOA_INVALID,
            stoa_program_evaluate(program, NULL, &first_rows, outputs, 2, &trouble));
    SAYS("outputs 0 and 1 overlap");
    outputs[0].data = numbers;
    REFUSED(NULL, STOA_INVALID,
            stoa_program_fill(program, NULL, &first_rows, outputs, 2, &trouble));
    SAYS("output 0 overlaps an array that the program reads");
    PASSES(stoa_program_evaluate(program, NULL, &first_rows, outputs, 2, &trouble));
    for (int32_t i = 0; i < ROWS; i++) {
        ck_assert_int_eq(numbers[i], i + 1);
        ck_assert_int_eq(more[i], 2 * i);
    }
    ck_assert_int_eq(numbers[ROWS], ROWS);
    for (size_t i = 0; i < 2; i++)
        stoa_expression_free(parts[i]);
    stoa_program_free(program);
}

TEST(rows_go_by_an_array_that_lies_in_a_column_cell_for_cell_or_elsewhere)
{
    static int32_t apart[ROWS];
    stoa_table *table = numbered(ROWS);
    for (size_t k = 0; k < ELSEWHERE; k++) {
        stoa_program *program = program_of(table, with(STOA_GREATER, array_elsewhere(table, k), 5));
        REFUSED(table, STOA_INVALID, stoa_program_remove(program, table, &trouble));
        REFUSED(table, STOA_INVALID, stoa_program_keep(program, table, &trouble));
        SAYS("an array of the condition overlaps field 'x'");
        stoa_program_free(program);
    }
    for (size_t i = 0; i < ROWS; i++)
        apart[i] = (int32_t)i;
    const int32_t *places[] = {apart, stoa_int32_column(table, "x")};
    for (size_t k = 0; k < 2; k++) { /* 1200 rows, of which 900 stay, and these 100 more */
        size_t rows = stoa_table_rows(table);
        stoa_expression *array = array_of(STOA_INT32, places[k], 4, rows);
        stoa_program *program =
            program_of(table, with(STOA_LESS, array, k == 0 ? ROWS - 900 : ROWS - 100));
        WORKS(table, stoa_program_remove(program, table, &trouble));
        ck_assert_uint_eq(stoa_table_rows(table), k == 0 ? 900 : 100);
        ck_assert_int_eq(stoa_int32_column(table, "x")[0], k == 0 ? ROWS - 900 : ROWS - 100);
        stoa_program_free(program);
    }
    stoa_table_free(table);
}

/* Rows are moved in windows of 2**24 rows: the condition for the second window is read after the
 * rows of the first were moved. */
TEST(an_array_in_a_column_tells_the_rows_of_the_windows_to_come)
{
    size_t rows = scaled(((size_t)1 << 24) + 1000, 1000), kept = 0;
    stoa_table *table = TABLE(OPTIONS(.rows = rows), {.name = "x", .type = STOA_UINT8});
    uint8_t *x = stoa_uint8_column(table, "x");
    for (size_t i = 0; i < rows; i++)
        kept += (x[i] = (uint8_t)(i % 251)) > 125;
    stoa_program *program =
        program_of(table, with(STOA_GREATER, array_of(STOA_UINT8, x, 1, rows), 125));
    PASSES(stoa_program_keep(program, table, &trouble));
    ck_assert_uint_eq(stoa_table_rows(table), kept);
    for (size_t i = 0; i < kept; i++)
        ck_assert_int_eq(x[i], (int)(126 + i % 125));
    stoa_program_free(program);
    stoa_table_free(table);
}

/* The paths of the second window lead to rows of the first. */
TEST(a_path_tells_the_rows_of_the_windows_to_come)
{
    size_t rows = scaled(((size_t)1 << 24) + 1000, 1000), kept = 0;
    stoa_table *table = TABLE(OPTIONS(.rows = rows, .ids = true), {.name = "x", .type = STOA_UINT8},
                              {.name = "quarter", .type = STOA_REFERENCE, .flags = STOA_NULLABLE});
    uint8_t *x = stoa_uint8_column(table, "x");
    uint64_t *quarter = stoa_column_cells(table, 1);
    for (size_t i = 0; i < rows; i++) {
        x[i] = (uint8_t)(i % 251);
        quarter[i] = stoa_row_id(stoa_table_row(table, i / 4));
    }
    PASSES(stoa_remove(table, "quarter.x <= 125", &trouble));
    for (size_t i = 0; i < rows; i++)
        if (i / 4 % 251 > 125)
            ck_assert_int_eq(x[kept++], (int)(i % 251));
    ck_assert_uint_eq(stoa_table_rows(table), kept);
    stoa_table_free(table);
}

/* Two columns that must change together, and a third that holds the mask or the order. */
static stoa_table *three_columns(stoa_type third)
{
    stoa_table *table = TABLE(OPTIONS(.rows = ROWS), {.name = "a", .type = STOA_INT32},
                              {.name = "by", .type = third}, {.name = "b", .type = STOA_INT32});
    for (int32_t i = 0; i < ROWS; i++)
        stoa_int32_column(table, "a")[i] = stoa_int32_column(table, "b")[i] = i;
    return table;
}

TEST(rows_are_kept_by_a_mask_in_one_of_the_columns)
{
    for (size_t shift = 0; shift < 2; shift++) { /* in the column itself, or in bytes of another */
        stoa_table *table = three_columns(STOA_UINT8);
        uint8_t *by = stoa_column_cells(table, shift == 0 ? 1 : 2), mask[ROWS];
        for (size_t i = 0; i < ROWS && shift == 0; i++)
            by[i] = i % 7 < 3;
        by += shift;
        memcpy(mask, by, ROWS);
        WORKS(table, stoa_table_keep(table, by, ROWS, &trouble));
        size_t kept = 0;
        for (size_t i = 0; i < ROWS; i++) {
            if (mask[i] == 0)
                continue;
            ck_assert_int_eq(stoa_int32_column(table, "a")[kept], (int32_t)i);
            ck_assert_int_eq(stoa_int32_column(table, "b")[kept++], (int32_t)i);
        }
        ck_assert_uint_eq(kept, stoa_table_rows(table));
        ck_assert_uint_lt(kept, ROWS);
        stoa_table_free(table);
    }
}

TEST(rows_are_put_in_an_order_that_lies_in_one_of_the_columns)
{
    stoa_table *table = three_columns(STOA_UINT64);
    size_t *by = stoa_column_cells(table, 1);
    for (size_t i = 0; i < ROWS; i++)
        by[i] = (i * 7 + 3) % ROWS;
    WORKS(table, stoa_table_permute(table, by, ROWS, &trouble));
    for (size_t i = 0; i < ROWS; i++) {
        size_t from = (i * 7 + 3) % ROWS;
        ck_assert_uint_eq((size_t)stoa_int32_column(table, "a")[i], from);
        ck_assert_uint_eq((size_t)stoa_int32_column(table, "b")[i], from);
        ck_assert_uint_eq(by[i], (from * 7 + 3) % ROWS);
    }
    stoa_table_free(table);
}

int main(void)
{
    return RUN(
        "aliasing", rows_are_kept_by_a_mask_in_one_of_the_columns,
        rows_are_put_in_an_order_that_lies_in_one_of_the_columns,
        a_column_is_written_onto_itself_shifted_by_a_few_rows,
        a_column_is_written_onto_itself_backwards, every_second_row_is_written_onto_those_between,
        another_column_is_a_source_like_any_other,
        the_bytes_of_a_column_are_read_as_another_type_before_they_are_overwritten,
        one_cell_of_the_column_is_repeated_over_all_of_it, a_table_is_extended_by_its_own_columns,
        a_row_is_appended_and_inserted_from_the_values_of_another,
        an_array_in_the_column_that_is_assigned_is_read_cell_for_cell_or_refused,
        an_array_behind_the_rows_that_are_assigned_or_in_an_aggregate_alone_is_no_overlap,
        outputs_may_lie_in_what_is_read_cell_for_cell_and_never_where_nothing_is_checked_first,
        outputs_may_lie_in_arrays_cell_for_cell_and_not_in_each_other,
        rows_go_by_an_array_that_lies_in_a_column_cell_for_cell_or_elsewhere,
        an_array_in_a_column_tells_the_rows_of_the_windows_to_come,
        a_path_tells_the_rows_of_the_windows_to_come);
}
