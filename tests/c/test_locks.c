/* test_locks.c: locked columns, versions, and what runs do with both. */
#include "../support/testing.h"

enum { ROWS = 6 };

static stoa_table *numbers(void)
{
    stoa_table *table = TABLE(OPTIONS(.rows = ROWS), {.name = "x", .type = STOA_INT32},
                              {.name = "y", .type = STOA_INT32, .initial.int64 = 7},
                              {.name = "w", .type = STOA_FLOAT64});
    for (int i = 0; i < ROWS; i++)
        stoa_int32_column(table, "x")[i] = i;
    return table;
}

static const int32_t five = 5;
static const stoa_source fives = {.name = "x", .type = STOA_INT32, .repeat = true, .data = &five};

/* ---- locks ---- */

/* A lock of x refuses writes to its cells. */
static void refuses_writes(stoa_table *table)
{
    stoa_row row = stoa_table_row(table, 1);
    ck_assert_int_eq(stoa_row_set_int32(row, "x", 5), STOA_LOCKED);
    ck_assert_int_eq(stoa_row_set_int32_at(row, 0, 5), STOA_LOCKED);
    ck_assert_int_eq(stoa__cell_put_int64(table, 0, 1, table->order, 5), STOA_LOCKED);
    REFUSED(table, STOA_LOCKED, stoa_row_set(row, 0, stoa_int64_value(5), &trouble));
    ck_assert_str_eq(trouble.message, "field 'x' is locked: it can't be written to now");
    REFUSED(table, STOA_LOCKED, stoa_column_write(table, 0, 0, 1, ROWS, &fives, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_assign(table, "x", "1", NULL, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_assign(table, "x", "x + 1", "x > 3", &trouble));
}

/* A lock of any column refuses to remove or move rows, and to change fields. */
static void refuses_changes(stoa_table *table)
{
    static const size_t indices[ROWS] = {5, 4, 3, 2, 1, 0};
    static const uint8_t mask[ROWS] = {1, 0, 1};
    const stoa_value values[] = {stoa_int64_value(1)};
    const stoa_field field = {.name = "z", .type = STOA_INT8};
    stoa_selection *some;
    PASSES(stoa_selection_from_mask(&some, table, mask, ROWS, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_resize(table, 3, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_insert(table, 2, values, 1, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_replace(table, 2, values, 1, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_splice(table, 1, 1, 2, &fives, 1, 3, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_remove(table, 1, 2, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_swap_remove(table, 1, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_swap(table, 1, 2, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_reverse(table, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_permute(table, indices, ROWS, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_keep(table, mask, ROWS, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_keep_selected(table, some, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_remove_selected(table, some, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_remove(table, "x > 3", &trouble));
    REFUSED(table, STOA_LOCKED, stoa_keep(table, "x > 3", &trouble));
    REFUSED(table, STOA_LOCKED, stoa_add_field(table, "z", STOA_INT64, "x", NULL, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_add_field(table, &field, NULL, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_drop_field(table, "y", &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_rename_field(table, "y", "z", &trouble));
    stoa_table_clear(table);
    ck_assert_uint_eq(stoa_table_rows(table), ROWS);
    stoa_selection_free(some);
}

TEST(a_locked_column_refuses_writes_and_its_table_changes)
{
    stoa_table *table = numbers();
    PASSES(stoa_column_lock(table, 0, &trouble));
    PASSES(stoa_column_lock(table, 0, &trouble));
    refuses_writes(table);
    refuses_changes(table);
    stoa_column_unlock(table, 0);
    refuses_writes(table);
    refuses_changes(table);
    stoa_column_unlock(table, 0);
    stoa_column_unlock(table, 0); /* unlocked once more than it was locked */
    PASSES(stoa_assign(table, "x", "1", NULL, &trouble));
    PASSES(stoa_table_drop_field(table, "x", &trouble));
    stoa_table_free(table);
}

TEST(beside_a_lock_other_columns_are_written_rows_appended_and_all_is_read)
{
    stoa_table *table = numbers();
    stoa_value total;
    stoa_table *made;
    PASSES(stoa_column_lock(table, 0, &trouble));
    PASSES(stoa_assign(table, "y", "x * 2", NULL, &trouble));
    ck_assert_int_eq(stoa_row_set_int32_at(stoa_table_row(table, 1), 1, 5), STOA_OK);
    PASSES(stoa_table_append(table, NULL, 0, &trouble));
    PASSES(stoa_table_resize(table, ROWS + 2, &trouble));
    PASSES(stoa_table_splice(table, ROWS + 2, 1, 0, &fives, 1, 1, &trouble));
    PASSES(stoa_compute(table, "sum(x)", &total, &trouble));
    ck_assert_int_eq(total.int64, 15 + 5);
    PASSES(stoa_filter(&made, table, "x > 2", &trouble));
    ck_assert_uint_eq(stoa_table_rows(made), 4);
    PASSES(stoa_assign(made, "x", "0", NULL, &trouble)); /* a copy is not locked */
    stoa_table_free(made);
    PASSES(stoa_table_copy(&made, table, &trouble));
    PASSES(stoa_table_reverse(made, &trouble));
    stoa_table_free(made);
    stoa_table_free(table); /* freed while it is locked */
}

TEST(runs_leave_no_lock_whether_they_succeed_or_not)
{
    stoa_table *table = numbers(), *made;
    stoa_value value;
    stoa_selection *some;
    PASSES(stoa_compute(table, "sum(x + y)", &value, &trouble));
    FAILS(STOA_DIVISION_BY_ZERO, stoa_compute(table, "sum(y // x)", &value, &trouble));
    PASSES(stoa_assign(table, "y", "x + 1", NULL, &trouble));
    FAILS(STOA_OVERFLOW, stoa_assign(table, "y", "x + 3000000000", NULL, &trouble));
    PASSES(stoa_select(&some, table, "x > y", &trouble));
    stoa_selection_free(some);
    FAILS(STOA_DIVISION_BY_ZERO, stoa_select(&some, table, "1 // x > y", &trouble));
    FAILS(STOA_DIVISION_BY_ZERO, stoa_filter(&made, table, "1 // x > y", &trouble));
    FAILS(STOA_DIVISION_BY_ZERO, stoa_remove(table, "1 // x > y", &trouble));
    FAILS(STOA_DIVISION_BY_ZERO,
          stoa_add_field(table, "z", STOA_NO_TYPE, "1 // x", NULL, &trouble));
    PASSES(stoa_remove(table, "x == 0", &trouble));
    PASSES(stoa_table_reverse(table, &trouble)); /* nothing is locked here */
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_eq(table->columns[i].locked, 0);
    stoa_table_free(table);
}

TEST(a_child_of_a_fork_forgets_the_locks_of_threads_that_it_does_not_have)
{
    stoa_table *table = numbers();
    PASSES(stoa_column_lock(table, 0, &trouble));
    PASSES(stoa_column_lock(table, 2, &trouble));
    stoa__table_forget_locks(table);
    PASSES(stoa_assign(table, "x", "1", NULL, &trouble));
    PASSES(stoa_table_reverse(table, &trouble));
    stoa_table_free(table);
}

/* ---- versions ---- */

typedef struct versions {
    uint64_t x, y, table;
} versions;

static versions of(const stoa_table *table)
{
    return (versions){stoa_column_version(table, 0), stoa_column_version(table, 1),
                      stoa_table_version(table)};
}

/* Checks which versions grew since `before`. */
static void grew(const stoa_table *table, versions *before, bool x, bool y, bool whole)
{
    versions now = of(table);
    ck_assert_int_eq(now.x > before->x, x);
    ck_assert_int_eq(now.y > before->y, y);
    ck_assert_int_eq(now.table > before->table, whole);
    ck_assert(x || now.x == before->x);
    ck_assert(y || now.y == before->y);
    ck_assert(whole || now.table == before->table);
    *before = now;
}

TEST(a_version_grows_with_each_write_and_with_nothing_else)
{
    stoa_table *table = numbers();
    stoa_value value;
    versions before = of(table);
    ck_assert(before.x > 0 && before.table > 0);
    ck_assert_int_eq(stoa_row_set_int32_at(stoa_table_row(table, 1), 0, 5), STOA_OK);
    grew(table, &before, true, false, true);
    ck_assert_int_eq(stoa_row_set_int32(stoa_table_row(table, 1), "x", 5), STOA_OK);
    grew(table, &before, true, false, true);
    ck_assert_int_eq(stoa_row_set_int8_at(stoa_table_row(table, 1), 0, 5), STOA_OK);
    grew(table, &before, true, false, true);
    ck_assert_int_eq(stoa__cell_put_int64(table, 0, 1, table->order, 5), STOA_OK);
    grew(table, &before, true, false, true);
    PASSES(stoa_row_set(stoa_table_row(table, 1), 1, stoa_int64_value(5), &trouble));
    grew(table, &before, false, true, true);
    PASSES(stoa_column_write(table, 0, 0, 1, 2, &fives, &trouble));
    grew(table, &before, true, false, true);
    PASSES(stoa_column_write(table, 0, 0, 1, 0, &fives, &trouble));
    grew(table, &before, false, false, false);
    PASSES(stoa_assign(table, "y", "x + 1", NULL, &trouble));
    grew(table, &before, false, true, true);
    PASSES(stoa_table_replace(table, 1, NULL, 0, &trouble));
    grew(table, &before, true, true, true);
    PASSES(stoa_table_splice(table, 1, 1, 2, &fives, 1, 2, &trouble));
    grew(table, &before, true, true, true);
    FAILS(STOA_OVERFLOW, stoa_assign(table, "x", "x + 3000000000", NULL, &trouble));
    PASSES(stoa_compute(table, "sum(x)", &value, &trouble));
    ck_assert_int_ne(stoa_row_set_int64_at(stoa_table_row(table, 1), 0, INT64_MAX), STOA_OK);
    ck_assert_int_ne(stoa__cell_put_int64(table, 0, 1, table->order, INT64_MAX), STOA_OK);
    ck_assert_int_ne(stoa__cell_put_int64(table, 0, 1, table->order + 1, 5), STOA_OK);
    grew(table, &before, false, false, false);
    stoa_table_free(table);
}

TEST(rows_that_move_change_every_column_and_appended_ones_only_the_table)
{
    stoa_table *table = numbers();
    const stoa_field field = {.name = "z", .type = STOA_INT8};
    versions before = of(table);
    PASSES(stoa_table_append(table, NULL, 0, &trouble));
    grew(table, &before, false, false, true);
    PASSES(stoa_table_resize(table, ROWS + 5, &trouble));
    grew(table, &before, false, false, true);
    PASSES(stoa_table_remove(table, 2, 4, &trouble));
    grew(table, &before, true, true, true);
    PASSES(stoa_table_reverse(table, &trouble));
    grew(table, &before, true, true, true);
    PASSES(stoa_table_resize(table, 1, &trouble));
    grew(table, &before, true, true, true);
    PASSES(stoa_table_append(table, NULL, 0, &trouble));
    grew(table, &before, false, false, true);
    stoa_table_clear(table);
    grew(table, &before, true, true, true);
    PASSES(stoa_table_add_field(table, &field, NULL, &trouble));
    grew(table, &before, false, false, true);
    PASSES(stoa_table_rename_field(table, "y", "why", &trouble));
    grew(table, &before, false, true, true);
    PASSES(stoa_table_drop_field(table, "z", &trouble));
    grew(table, &before, false, false, true);
    stoa_table_free(table);
}

/* ---- runs ---- */

static stoa_program *program_of(const stoa_table *table, const char *text)
{
    stoa_program *program;
    PASSES(stoa_program_parse(&program, table, text, NULL, &trouble));
    return program;
}

TEST(a_run_of_another_version_is_refused)
{
    stoa_table *table = numbers();
    stoa_program *program = program_of(table, "sum(x)");
    stoa_value total;
    stoa_scope scope = {.rows = ROWS, .version = stoa_program_version(program, table)};
    PASSES(stoa_table_append(table, NULL, 0, &trouble));
    PASSES(stoa_assign(table, "y", "1", NULL, &trouble)); /* the run does not read y */
    PASSES(stoa_program_compute(program, table, &scope, &total, 1, &trouble));
    ck_assert_int_eq(total.int64, 15);
    ck_assert_int_eq(stoa_row_set_int32_at(stoa_table_row(table, 1), 0, 1), STOA_OK);
    FAILS(STOA_STALE, stoa_program_compute(program, table, &scope, &total, 1, &trouble));
    scope.version = stoa_program_version(program, table);
    PASSES(stoa_table_reverse(table, &trouble));
    FAILS(STOA_STALE, stoa_program_compute(program, table, &scope, &total, 1, &trouble));
    stoa_program_free(program);
    stoa_table_free(table);
}

TEST(the_version_of_a_program_has_the_columns_that_its_arrays_lie_in)
{
    stoa_table *table = numbers();
    stoa_expression *array, *sum;
    stoa_program *program;
    const stoa_source source = {
        .type = STOA_INT32, .data = stoa_int32_column(table, "x") + ROWS - 1, .stride = -4};
    PASSES(stoa_expression_array(&array, &source, ROWS, &trouble));
    PASSES(stoa_expression_call(&sum, STOA_SUM, &array, 1, &trouble));
    PASSES(stoa_program_new(&program, table, sum, NULL, &trouble));
    uint64_t version = stoa_program_version(program, table);
    PASSES(stoa_assign(table, "y", "1", NULL, &trouble));
    ck_assert_uint_eq(stoa_program_version(program, table), version);
    PASSES(stoa_assign(table, "x", "1", NULL, &trouble));
    ck_assert_uint_gt(stoa_program_version(program, table), version);
    stoa_program_free(program);
    stoa_expression_free(sum);
    stoa_expression_free(array);
    stoa_table_free(table);
}

/* ---- interpreters ---- */

static stoa_table *seen_from_outside;
static uint32_t locks_of_x, locks_of_y, times_left, times_entered;

static void *leave(void)
{
    locks_of_x = seen_from_outside->columns[0].locked;
    locks_of_y = seen_from_outside->columns[1].locked;
    times_left++;
    return &times_left;
}

static void enter(void *left)
{
    ck_assert_ptr_eq(left, &times_left);
    ck_assert_uint_eq(seen_from_outside->columns[0].locked, locks_of_x);
    times_entered++;
}

static const stoa_interpreter interpreter = {leave, enter};

/* Checks that this many runs released the interpreter and took it again, with x or y locked. */
static void left(uint32_t times, bool x, bool y)
{
    ck_assert_uint_eq(times_left, times);
    ck_assert_uint_eq(times_entered, times);
    ck_assert_int_eq(locks_of_x > 0, x);
    ck_assert_int_eq(locks_of_y > 0, y);
    ck_assert_uint_eq(seen_from_outside->columns[0].locked, 0);
    ck_assert_uint_eq(seen_from_outside->columns[1].locked, 0);
}

static void *append_meanwhile(void)
{
    PASSES(stoa_table_resize(seen_from_outside, ROWS, &trouble));
    return NULL;
}

static void stay(void *left)
{
    (void)left;
}

TEST(rows_that_are_appended_meanwhile_do_not_change_what_is_unlocked)
{
    stoa_table *table = seen_from_outside = numbers();
    const stoa_interpreter appending = {append_meanwhile, stay};
    const stoa_source source = {.type = STOA_INT32, .data = stoa_int32_column(table, "x") + 4};
    stoa_expression *array, *sum;
    stoa_program *program;
    stoa_value total;
    PASSES(stoa_expression_array(&array, &source, 2, &trouble));
    PASSES(stoa_expression_call(&sum, STOA_SUM, &array, 1, &trouble));
    PASSES(stoa_program_new(&program, table, sum, NULL, &trouble));
    PASSES(stoa_table_resize(table, 2, &trouble)); /* the array's cells lie behind the rows */
    PASSES(stoa_program_compute(program, table, &(stoa_scope){.rows = 2, .interpreter = &appending},
                                &total, 1, &trouble));
    ck_assert_uint_eq(table->columns[0].locked, 0);
    PASSES(stoa_assign(table, "x", "1", NULL, &trouble));
    stoa_program_free(program);
    stoa_expression_free(sum);
    stoa_expression_free(array);
    stoa_table_free(table);
}

TEST(a_run_leaves_the_interpreter_once_its_columns_are_locked)
{
    stoa_table *table = seen_from_outside = numbers(), *made;
    const char *y = "y";
    stoa_scope scope = {.rows = ROWS, .interpreter = &interpreter};
    stoa_value value;
    stoa_selection *some;
    stoa_program *program = program_of(table, "sum(x)");
    times_left = times_entered = 0;
    PASSES(stoa_program_compute(program, table, &scope, &value, 1, &trouble));
    left(1, true, false);
    stoa_program_free(program);
    program = program_of(table, "x + 1");
    PASSES(stoa_program_assign(program, table, &scope, &y, 1, &trouble));
    left(2, true, true);
    stoa_program_free(program);
    program = program_of(table, "x > 1");
    PASSES(stoa_program_select(&some, program, table, &scope, &trouble));
    stoa_selection_free(some);
    left(3, true, false);
    PASSES(stoa_program_filter(&made, program, table, &scope, &trouble));
    stoa_table_free(made);
    left(4, true, true);
    stoa_program_free(program);
    program = program_of(table, "min(y // x)");
    FAILS(STOA_DIVISION_BY_ZERO, stoa_program_compute(program, table, &scope, &value, 1, &trouble));
    left(5, true, true);
    scope.version = 1; /* a run that is refused does not release the interpreter */
    FAILS(STOA_STALE, stoa_program_compute(program, table, &scope, &value, 1, &trouble));
    left(5, true, true);
    scope.version = 0;
    scope.interpreter = &(const stoa_interpreter){.leave = leave};
    FAILS(STOA_INVALID, stoa_program_compute(program, table, &scope, &value, 1, &trouble));
    stoa_program_free(program);
    stoa_table_free(table);
}

int main(void)
{
    return RUN("locks", a_locked_column_refuses_writes_and_its_table_changes,
               beside_a_lock_other_columns_are_written_rows_appended_and_all_is_read,
               runs_leave_no_lock_whether_they_succeed_or_not,
               a_child_of_a_fork_forgets_the_locks_of_threads_that_it_does_not_have,
               a_version_grows_with_each_write_and_with_nothing_else,
               rows_that_move_change_every_column_and_appended_ones_only_the_table,
               a_run_of_another_version_is_refused,
               the_version_of_a_program_has_the_columns_that_its_arrays_lie_in,
               rows_that_are_appended_meanwhile_do_not_change_what_is_unlocked,
               a_run_leaves_the_interpreter_once_its_columns_are_locked);
}
