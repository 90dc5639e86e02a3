/* test_select.c: rows found by a condition: as selections, as new tables, removed, kept. */
#include <stdlib.h>

#include "../support/testing.h"

static stoa_table *numbered(size_t rows)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = rows), {.name = "x", .type = STOA_INT32},
              {.name = "w", .type = STOA_FLOAT64}, {.name = "b", .type = STOA_BOOL},
              {.name = "s", .type = STOA_INT16}, {.name = "o", .type = STOA_OBJECT});
    for (size_t i = 0; i < rows; i++) {
        stoa_int32_column(table, "x")[i] = (int32_t)i;
        stoa_float64_column(table, "w")[i] = (double)i;
        stoa_bool_column(table, "b")[i] = i % 2 == 0;
        stoa_int16_column(table, "s")[i] = (int16_t)(i % 1000);
    }
    return table;
}

/* The rows of `table` are those of the numbered table whose number passes. */
static void holds(const stoa_table *table, size_t rows, size_t step, bool turned)
{
    size_t at = 0;
    for (size_t i = 0; i < rows; i++) {
        if ((i % step == 0) == turned)
            continue;
        ck_assert_int_eq(stoa_int32_column(table, "x")[at], (int32_t)i);
        ck_assert(stoa_float64_column(table, "w")[at] == (double)i);
        ck_assert_int_eq(stoa_bool_column(table, "b")[at], i % 2 == 0);
        ck_assert_int_eq(stoa_int16_column(table, "s")[at], (int16_t)(i % 1000));
        at++;
    }
    ck_assert_uint_eq(stoa_table_rows(table), at);
}

static const size_t lengths[] = {0, 1, 63, 64, 65, 511, 512, 513, 2000, 65535, 65537, 200000};
static const size_t steps[] = {1, 2, 3, 100, 1000000};
static const char *const conditions[] = {"x % 1 == 0", "x % 2 == 0", "x % 3 == 0", "x % 100 == 0",
                                         "x % 1000000 == 0"};
#define COUNT(list) (sizeof(list) / sizeof *(list))

TEST(a_filter_takes_the_rows_where_the_condition_holds)
{
    for (size_t k = 0; k < COUNT(lengths) * COUNT(steps); k++) {
        size_t rows = lengths[k / COUNT(steps)];
        stoa_table *table = numbered(rows), *made;
        PASSES(stoa_set_threads(1 + k % 3, &trouble));
        PASSES(stoa_filter(&made, table, conditions[k % COUNT(steps)], &trouble));
        holds(made, rows, steps[k % COUNT(steps)], false);
        holds(table, rows, 1, false);
        stoa_table_free(made);
        stoa_table_free(table);
    }
    PASSES(stoa_set_threads(0, &trouble));
}

TEST(rows_are_removed_and_kept_in_place)
{
    for (size_t k = 0; k < COUNT(lengths) * COUNT(steps); k++) {
        size_t rows = lengths[k / COUNT(steps)], step = steps[k % COUNT(steps)];
        stoa_table *table = numbered(rows);
        PASSES(stoa_keep(table, conditions[k % COUNT(steps)], &trouble));
        holds(table, rows, step, false);
        stoa_table_free(table);
        table = numbered(rows);
        PASSES(stoa_remove(table, conditions[k % COUNT(steps)], &trouble));
        holds(table, rows, step, true);
        stoa_table_free(table);
    }
}

static stoa_table *few_rows(void *context)
{
    (void)context;
    return numbered(3000);
}

static stoa_status remove_some(stoa_table **table, void *context, stoa_error *error)
{
    (void)context;
    return stoa_remove(*table, "x % 3 == 0", error);
}

static void some_are_gone(stoa_table *table, void *context)
{
    (void)context;
    holds(table, 3000, 3, true);
}

TEST(refused_memory_leaves_the_table_as_it_was)
{
    static const lone_sweep scenario = {few_rows, remove_some, some_are_gone};
    stoa_table *table = numbered(3000), *made = NULL;
    stoa_selection *selection = NULL;
    sweep_alone(&scenario, NULL);
    WORKS(table, stoa_filter(&made, table, "x % 3 == 0", &trouble));
    stoa_table_free(made);
    WORKS(table, stoa_select(&selection, table, "x % 3 == 0", &trouble));
    ck_assert_uint_eq(selection->count, 1000);
    stoa_selection_free(selection);
    stoa_table_free(table);
}

/* Rows are moved in windows of 2**24 rows. The sum is not used, which is found out early: it must
 * not ask for memory between two windows. */
TEST(refused_memory_leaves_a_table_of_two_windows_as_it_was)
{
    size_t rows = scaled(((size_t)1 << 24) + 200000, 1000), failed = 1;
    PASSES(stoa_set_threads(2, &trouble));
    for (size_t request = 0; failed > 0; request++) {
        stoa_table *table = TABLE(OPTIONS(.rows = rows), {.name = "x", .type = STOA_BOOL});
        stoa_bool_column(table, "x")[1] = true;
        faults_arm(FAULT_HEAP | FAULT_MAP, request, SIZE_MAX);
        stoa_status status = stoa_keep(table, "row() >= where(False, sum(x), 1)", &trouble);
        failed = faults_disarm();
        ck_assert(status == STOA_OK || (status == STOA_OUT_OF_MEMORY && failed > 0));
        ck_assert_uint_eq(stoa_table_rows(table), rows - (status == STOA_OK));
        ck_assert_int_eq(stoa_bool_column(table, "x")[0], status == STOA_OK);
        stoa_table_free(table);
    }
    PASSES(stoa_set_threads(0, &trouble));
}

/* If address space is short, a new table sized by the first rows may be too small for the later
 * ones. The filter then starts again, and the caller's error is not touched. */
TEST(a_filter_that_begins_anew_for_want_of_address_space_leaves_the_error_alone)
{
    enum { ROWS = 2050000, FROM = 300000 };
    stoa_table *table = TABLE(OPTIONS(.rows = ROWS), {.name = "z", .type = STOA_INT64}), *made;
    for (size_t i = 0; i < ROWS; i++)
        stoa_int64_column(table, "z")[i] = (int64_t)i;
    stoa_error untouched, error;
    memset(&untouched, 0x5A, sizeof untouched);
    error = untouched;
    PASSES(stoa_set_threads(1, &trouble));
    faults_limit_mapping((size_t)ROWS * 8 + 65536);
    stoa_status status = stoa_filter(&made, table, "z >= 300000", &error);
    faults_limit_mapping(0);
    PASSES(stoa_set_threads(0, &trouble));
    ck_assert_int_eq(status, STOA_OK);
    ck_assert_mem_eq(&error, &untouched, sizeof error);
    ck_assert_uint_eq(stoa_table_rows(made), ROWS - FROM);
    ck_assert_int_eq(stoa_int64_column(made, "z")[0], FROM);
    stoa_table_free(made);
    stoa_table_free(table);
}

TEST(a_condition_that_fails_changes_nothing)
{
    stoa_table *table = numbered(3000), *made;
    stoa_selection *selection;
    REFUSED(table, STOA_DIVISION_BY_ZERO, stoa_remove(table, "x // (x - 2500) == 0", &trouble));
    ck_assert_uint_eq(trouble.row, 2500);
    REFUSED(table, STOA_DIVISION_BY_ZERO, stoa_keep(table, "x // (x - 2500) == 0", &trouble));
    REFUSED(table, STOA_DIVISION_BY_ZERO, stoa_filter(&made, table, "x // (x - 9) == 0", &trouble));
    REFUSED(table, STOA_DIVISION_BY_ZERO, stoa_select(&selection, table, "1 // 0 == x", &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_select(&selection, table, "x", &trouble));
    REFUSED(table, STOA_INVALID, stoa_select(&selection, table, "x > 1, x > 2", &trouble));
    stoa_table_free(table);
}

TEST(a_selection_restricts_what_is_computed_and_assigned)
{
    stoa_table *table = numbered(2000);
    stoa_selection *selection;
    PASSES(stoa_select(&selection, table, "x % 3 == 0", &trouble));
    stoa_scope scope = {.rows = 2000, .selection = selection};
    stoa_program *program;
    stoa_value values[3];
    const char *field = "w";
    PASSES(stoa_program_parse(&program, table, "sum(x), count(), last(x)", "x > 10", &trouble));
    int64_t sum = 0, count = 0;
    for (int64_t i = 12; i < 2000; i += 3) {
        sum += i;
        count++;
    }
    WORKS(table, stoa_program_compute(program, table, &scope, values, 3, &trouble));
    ck_assert_int_eq(values[0].int64, sum);
    ck_assert_int_eq(values[1].int64, count);
    ck_assert_int_eq(values[2].int64, 1998);
    scope.rows = 100; /* within a word */
    PASSES(stoa_program_compute(program, table, &scope, values, 3, &trouble));
    ck_assert_int_eq(values[2].int64, 99);
    stoa_program_free(program);
    PASSES(stoa_program_parse(&program, table, "-1 // (x % 3 - 1)", "x < 50", &trouble));
    PASSES(stoa_program_assign(program, table, &scope, &field, 1, &trouble)); /* there x % 3 is 0 */
    for (size_t i = 0; i < 2000; i++)
        ck_assert(stoa_float64_column(table, "w")[i] == (i % 3 == 0 && i < 50 ? 1.0 : (double)i));
    PASSES(stoa_table_swap_remove(table, 5, &trouble));
    FAILS(STOA_STALE, stoa_program_assign(program, table, &scope, &field, 1, &trouble));
    stoa_program_free(program);
    stoa_selection_free(selection);
    stoa_table_free(table);
}

static int64_t counted(stoa_program *program, const stoa_table *table, const stoa_scope *scope)
{
    stoa_value value;
    PASSES(stoa_program_compute(program, table, scope, &value, 1, &trouble));
    return value.int64;
}

TEST(a_selection_without_a_number_of_rows_is_of_all_its_rows)
{
    stoa_table *table = numbered(0);
    stoa_selection *empty, *none, *some;
    stoa_program *program;
    PASSES(stoa_program_parse(&program, table, "count()", NULL, &trouble));
    PASSES(stoa_select(&empty, table, "x == x", &trouble));
    ck_assert_int_eq(counted(program, table, &(stoa_scope){.selection = empty}), 0);
    PASSES(stoa_table_resize(table, 1000, &trouble));
    PASSES(stoa_select(&none, table, "x != x", &trouble));
    PASSES(stoa_select(&some, table, "row() % 10 == 0", &trouble));
    PASSES(stoa_table_resize(table, 2000, &trouble));
    ck_assert_int_eq(counted(program, table, &(stoa_scope){.selection = empty}), 0);
    ck_assert_int_eq(counted(program, table, &(stoa_scope){.selection = none}), 0);
    ck_assert_int_eq(counted(program, table, &(stoa_scope){.selection = some}), 100);
    ck_assert_int_eq(counted(program, table, &(stoa_scope){.rows = 11, .selection = some}), 2);
    ck_assert_int_eq(counted(program, table, &(stoa_scope){.rows = 2000, .selection = some}), 100);
    ck_assert_int_eq(counted(program, table, &(stoa_scope){.rows = 0}), 0);
    stoa_program_free(program);
    stoa_selection *made[] = {empty, none, some};
    for (size_t i = 0; i < 3; i++)
        stoa_selection_free(made[i]);
    stoa_table_free(table);
}

TEST(objects_that_are_filtered_belong_to_both_tables)
{
    static int things[3];
    stoa_table *table =
        TABLE(NULL, {.name = "x", .type = STOA_INT8}, {.name = "o", .type = STOA_OBJECT});
    for (int i = 0; i < 3; i++)
        PASSES(stoa_table_append(table,
                                 (stoa_value[]){stoa_int64_value(i), stoa_object_value(&things[i])},
                                 2, &trouble));
    stoa_table *made = NULL;
    WORKS(table, stoa_filter(&made, table, "x != 1", &trouble));
    stoa_table_free(table);
    stoa_value value;
    PASSES(stoa_row_get(stoa_table_row(made, 1), 1, &value, &trouble));
    ck_assert_ptr_eq(value.object, &things[2]);
    stoa_table_free(made);
}

int main(void)
{
    return RUN("select", a_filter_takes_the_rows_where_the_condition_holds,
               rows_are_removed_and_kept_in_place, refused_memory_leaves_the_table_as_it_was,
               refused_memory_leaves_a_table_of_two_windows_as_it_was,
               a_filter_that_begins_anew_for_want_of_address_space_leaves_the_error_alone,
               a_condition_that_fails_changes_nothing,
               a_selection_restricts_what_is_computed_and_assigned,
               a_selection_without_a_number_of_rows_is_of_all_its_rows,
               objects_that_are_filtered_belong_to_both_tables);
}
