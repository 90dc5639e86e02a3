/* test_arrow_memory.c: arrays and streams that outlive their table, tables that are written to
 * meanwhile, loans, and guards. */
#include <errno.h>
#include <pthread.h>

#include "../support/arrow.h"

/* ---- whose memory it is ---- */

TEST(arrays_outlive_the_table_and_streams_hold_it)
{
    dice d = {6};
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray first, rest, child;
    stoa_table *table = arrow_table(100, &d), *same = NULL;
    PASSES(stoa_table_copy(&same, table, &trouble));
    PASSES(stoa_table_arrow_stream(
        &stream, table, BY(.batch_rows = 60, .flags = STOA_ARROW_DICTIONARIES), &trouble));
    stoa_table_free(table);
    ck_assert_int_eq(stream.get_schema(&stream, &schema), 0);
    ck_assert_int_eq(stream.get_next(&stream, &first), 0);
    ck_assert_int_eq(stream.get_next(&stream, &rest), 0);
    stream.release(&stream);
    size_t rows[100];
    for (size_t i = 0; i < 100; i++)
        rows[i] = i;
    arrow_compare_all(same, &schema, &first, rows);
    arrow_compare_all(same, &schema, &rest, rows + 60);
    child = *first.children[22]; /* moved out, as a consumer may: strings with a dictionary */
    first.children[22]->release = NULL;
    first.release(&first);
    arrow_compare(same, 22, schema.children[22], &child, rows);
    child.release(&child);
    rest.release(&rest);
    schema.release(&schema);
    stoa_table_free(same);
}

static void *release_all(void *given)
{
    struct ArrowArray *arrays = given;
    for (int i = 0; i < 20; i++)
        arrays[i].release(&arrays[i]);
    return NULL;
}

TEST(any_thread_releases)
{
    dice d = {7};
    pthread_t threads[2];
    struct ArrowArray arrays[40];
    struct ArrowArrayStream stream;
    stoa_table *table = arrow_table(40, &d);
    PASSES(stoa_table_arrow_stream(
        &stream, table, BY(.batch_rows = 1, .flags = STOA_ARROW_DICTIONARIES), &trouble));
    for (int i = 0; i < 40; i++)
        ck_assert_int_eq(stream.get_next(&stream, &arrays[i]), 0);
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, release_all, arrays + 20 * i), 0);
    stream.release(&stream);
    stoa_table_free(table);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

enum { LONG_ROWS = 400000, LONG_BATCH = 50000, LONG_BATCHES = LONG_ROWS / LONG_BATCH };

/* So much that its arrays lie in slabs. */
static stoa_table *long_table(void)
{
    stoa_table *table = TABLE(OPTIONS(.rows = LONG_ROWS), {.name = "x", .type = STOA_INT64});
    for (int64_t i = 0; i < LONG_ROWS; i++)
        stoa_int64_column(table, "x")[i] = i;
    return table;
}

static void holds_batch(const struct ArrowArray *array, int64_t batch)
{
    const int64_t *cells = array->children[0]->buffers[1];
    ck_assert_int_eq(array->length, LONG_BATCH);
    for (int64_t i = 0; i < LONG_BATCH; i += 997)
        ck_assert_int_eq(cells[i], batch * LONG_BATCH + i);
}

TEST(arrays_in_slabs_stay_and_leave_their_memory_to_the_next_ones)
{
    struct ArrowArrayStream stream;
    struct ArrowArray arrays[LONG_BATCHES];
    stoa_table *table = long_table();
    PASSES(stoa_table_arrow_stream(&stream, table, BY(.batch_rows = LONG_BATCH), &trouble));
    const void *place = NULL;
    for (int i = 0; i < LONG_BATCHES; i++) {
        ck_assert_int_eq(stream.get_next(&stream, &arrays[0]), 0);
        holds_batch(&arrays[0], i);
        ck_assert(i == 0 || arrays[0].children[0]->buffers[1] == place);
        place = arrays[0].children[0]->buffers[1];
        arrays[0].release(&arrays[0]);
    }
    stream.release(&stream);
    PASSES(stoa_table_arrow_stream(&stream, table, BY(.batch_rows = LONG_BATCH), &trouble));
    for (int i = 0; i < LONG_BATCHES; i++)
        ck_assert_int_eq(stream.get_next(&stream, &arrays[i]), 0);
    stream.release(&stream);
    stoa_table_free(table);
    for (int i = 0; i < LONG_BATCHES; i++)
        holds_batch(&arrays[i], i);
    for (int i = 0; i < LONG_BATCHES; i++) /* in no order */
        arrays[i * 3 % LONG_BATCHES].release(&arrays[i * 3 % LONG_BATCHES]);
}

/* One request is refused, or it and all after it. */
TEST(refused_slabs_are_errors_or_memory_of_another_kind)
{
    static const size_t counts[] = {1, SIZE_MAX};
    stoa_table *table = long_table();
    for (size_t i = 0; i < 2; i++) {
        struct ArrowArrayStream stream;
        struct ArrowArray array;
        int64_t batch = 0;
        PASSES(stoa_table_arrow_stream(&stream, table, BY(.batch_rows = LONG_BATCH), &trouble));
        for (size_t request = 0, failed = 1; failed > 0; request++) {
            faults_arm(FAULT_ANY, request, counts[i]);
            int code = stream.get_next(&stream, &array);
            failed = faults_disarm();
            ck_assert_int_eq(code, array.release != NULL ? 0 : ENOMEM);
            ck_assert(code == 0 || failed > 0);
            if (code != 0)
                continue;
            holds_batch(&array, batch++);
            array.release(&array);
        }
        ck_assert_int_gt(batch, 0);
        stream.release(&stream);
    }
    stoa_table_free(table);
}

/* ---- tables that are written to in between ---- */

static void check_stale(stoa_table *table, bool is_stale, stoa_status (*change)(stoa_table *))
{
    struct ArrowArrayStream stream;
    struct ArrowArray array;
    const size_t fields[] = {6, 36}; /* int32 and v */
    PASSES(stoa_table_arrow_stream(
        &stream, table, BY(.batch_rows = 10, .fields = fields, .field_count = 2), &trouble));
    ck_assert_int_eq(stream.get_next(&stream, &array), 0);
    array.release(&array);
    ck_assert_ptr_null(stream.get_last_error(&stream));
    PASSES(change(table));
    ck_assert_int_eq(stream.get_next(&stream, &array), is_stale ? EINVAL : 0);
    ck_assert(array.release != NULL || is_stale);
    if (is_stale)
        ck_assert_ptr_nonnull(strstr(stream.get_last_error(&stream), "was changed"));
    else
        array.release(&array);
    stream.release(&stream);
}

static stoa_status write_int32(stoa_table *table)
{
    return stoa_row_set_int32(stoa_table_row(table, 0), "int32", 7);
}
static stoa_status write_component(stoa_table *table)
{
    return stoa_assign(table, "v", "vector(1, 2, 3)", NULL, &trouble);
}
static stoa_status write_another(stoa_table *table)
{
    return stoa_row_set_int64(stoa_table_row(table, 0), "int64", 7);
}
static stoa_status append(stoa_table *table)
{
    return stoa_table_append(table, NULL, 0, &trouble);
}
static stoa_status swap(stoa_table *table)
{
    return stoa_table_swap(table, 0, 1, &trouble);
}
static stoa_status add_field(stoa_table *table)
{
    return stoa_add_field(table, "more", STOA_INT8, "1", NULL, &trouble);
}
static stoa_status rename_another(stoa_table *table)
{
    return stoa_table_rename_field(table, "int8", "tiny", &trouble);
}
static stoa_status drop_int32(stoa_table *table)
{
    return stoa_table_drop_field(table, "int32", &trouble);
}

TEST(a_stream_ends_with_an_error_where_its_columns_were_written_to)
{
    dice d = {8};
    stoa_table *table = arrow_table(30, &d);
    check_stale(table, true, write_int32);
    check_stale(table, true, write_component);
    check_stale(table, false, write_another);
    check_stale(table, false, append);
    check_stale(table, true, swap);
    check_stale(table, false, add_field);
    check_stale(table, false, rename_another);
    check_stale(table, true, drop_int32);
    stoa_table_free(table);
}

TEST(strings_that_are_compacted_meanwhile_stay_the_same)
{
    dice d = {9};
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array;
    size_t rows[40];
    stoa_table *table = arrow_table(40, &d);
    for (size_t i = 0; i < 40; i++)
        rows[i] = i;
    for (unsigned flags = 0; flags <= STOA_ARROW_DICTIONARIES; flags += STOA_ARROW_DICTIONARIES) {
        PASSES(stoa_table_arrow_stream(&stream, table, BY(.flags = flags, .batch_rows = 20),
                                       &trouble));
        ck_assert_int_eq(stream.get_schema(&stream, &schema), 0);
        for (size_t at = 0; at < 40; at += 20) {
            ck_assert_int_eq(stream.get_next(&stream, &array), 0);
            PASSES(stoa_table_compact(table, &trouble));
            arrow_compare_all(table, &schema, &array, rows + at);
            array.release(&array);
        }
        schema.release(&schema);
        stream.release(&stream);
    }
    stoa_table_free(table);
}

/* ---- loans ---- */

static void check_shared(const stoa_table *table, size_t field, const struct ArrowArray *array)
{
    const uint64_t *validity = stoa_column_validity(table, field);
    ck_assert_ptr_eq(array->buffers[1], stoa_column_cells(table, field));
    if (array->null_count > 0)
        ck_assert_ptr_eq(array->buffers[0], validity);
}

static void refuses_writes(stoa_table *table)
{
    const stoa_value value = stoa_int64_value(1);
    REFUSED(table, STOA_LENT, stoa_row_set(stoa_table_row(table, 0), 6, value, &trouble));
    SAYS("the table is lent: it can't be written to until");
    REFUSED(table, STOA_LENT, stoa_table_remove(table, 0, 1, &trouble));
    SAYS("the table is lent: rows can't be removed or reordered, nor fields changed until");
    REFUSED(table, STOA_LENT, stoa_table_resize(table, 1, &trouble));
    REFUSED(table, STOA_LENT, stoa_table_swap(table, 0, 1, &trouble));
    REFUSED(table, STOA_LENT, stoa_table_compact(table, &trouble));
    REFUSED(table, STOA_LENT, stoa_assign(table, "int32", "1", NULL, &trouble));
    REFUSED(table, STOA_LENT, stoa_table_drop_field(table, "int32", &trouble));
    ck_assert_int_eq(stoa__cell_put_int64(table, 6, 0, table->order, 1), STOA_LOCKED);
}

TEST(a_loan_shares_memory_and_refuses_writes_until_the_last_array_is_gone)
{
    dice d = {13};
    stoa_loan *loan;
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowArrayStream stream;
    size_t rows[130], arrays;
    for (size_t i = 0; i < 130; i++)
        rows[i] = i;
    stoa_table *table = arrow_table(130, &d), *same;
    PASSES(stoa_table_copy(&same, table, &trouble));
    WORKS(table, stoa_loan_new(&loan, table, &trouble));
    REFUSED(same, STOA_INVALID, stoa_table_arrow_stream(&stream, same, BY(.loan = loan), &trouble));
    PASSES(stoa_table_arrow_stream(&stream, table,
                                   BY(.loan = loan, .flags = STOA_ARROW_DICTIONARIES), &trouble));
    stoa_loan_free(loan);
    refuses_writes(table);
    ck_assert_int_eq(stream.get_schema(&stream, &schema), 0);
    ck_assert_int_eq(stream.get_next(&stream, &array), 0);
    stream.release(&stream);
    for (size_t i = 2; i < 36; i++) /* all but bools and vectors */
        check_shared(table, i, array.children[i]);
    for (int i = 0; i < 100; i++) {
        PASSES(stoa_table_append(table, NULL, 0, &trouble));
        arrow_fill(same, 130, &d);
    }
    arrow_compare_all(same, &schema, &array, rows);
    ck_assert_uint_eq(stoa_table_loans(table, &arrays), 1);
    ck_assert_uint_eq(arrays, 34);
    refuses_writes(table);
    array.release(&array);
    ck_assert_uint_eq(stoa_table_loans(table, NULL), 0);
    PASSES(stoa_table_resize(table, 1, &trouble));
    PASSES(write_int32(table));
    schema.release(&schema);
    stoa_table_free(same);
    stoa_table_free(table);
}

TEST(lent_parts_begin_anywhere_and_outlive_the_table)
{
    dice d = {14};
    stoa_loan *loan;
    struct ArrowSchema schema;
    struct ArrowArray array;
    size_t rows[130];
    stoa_table *table = arrow_table(130, &d), *same;
    PASSES(stoa_table_copy(&same, table, &trouble));
    PASSES(stoa_loan_new(&loan, table, &trouble));
    static const size_t firsts[] = {0, 1, 8, 64, 100};
    for (size_t k = 0; k < 5; k++) {
        for (size_t i = 0; i < 30; i++)
            rows[i] = firsts[k] + i;
        PASSES(stoa_table_arrow_array(&schema, &array, table,
                                      BY(.loan = loan, .first = firsts[k], .step = 1, .count = 30),
                                      &trouble));
        arrow_compare_all(same, &schema, &array, rows);
        array.release(&array);
        schema.release(&schema);
    }
    PASSES(stoa_table_arrow_array(&schema, &array, table, BY(.loan = loan), &trouble));
    stoa_loan_free(loan);
    stoa_table_free(table);
    for (size_t i = 0; i < 130; i++)
        rows[i] = i;
    arrow_compare_all(same, &schema, &array, rows);
    array.release(&array);
    schema.release(&schema);
    stoa_table_free(same);
}

/* ---- guards ---- */

typedef struct watch {
    int calls;
    stoa_status refuse;
} watch;

static stoa_status around(void *context, stoa_status (*act)(void *state, stoa_error *error),
                          void *state, stoa_error *error)
{
    watch *w = context;
    w->calls++;
    if (w->refuse == STOA_OK)
        return act(state, error);
    snprintf(error->message, sizeof error->message, "not now");
    return w->refuse;
}

TEST(a_guard_is_around_each_pull)
{
    dice d = {11};
    watch w = {0};
    struct ArrowArray array;
    struct ArrowSchema schema;
    struct ArrowArrayStream stream;
    stoa_table *table = arrow_table(5, &d);
    const stoa_arrow_guard guard = {around, &w}, half = {NULL, NULL};
    REFUSED(table, STOA_INVALID,
            stoa_table_arrow_stream(&stream, table, BY(.guard = &half), &trouble));
    PASSES(stoa_table_arrow_stream(&stream, table, BY(.guard = &guard), &trouble));
    stoa_table_free(table);
    ck_assert_int_eq(stream.get_schema(&stream, &schema), 0);
    schema.release(&schema);
    w.refuse = STOA_LOCKED;
    ck_assert_int_eq(stream.get_next(&stream, &array), EINVAL);
    ck_assert(array.release == NULL);
    ck_assert_str_eq(stream.get_last_error(&stream), "not now");
    w.refuse = STOA_OK;
    ck_assert_int_eq(stream.get_next(&stream, &array), 0);
    array.release(&array);
    ck_assert_int_eq(w.calls, 3);
    stream.release(&stream);
}

int main(void)
{
    return RUN("arrow_memory", arrays_outlive_the_table_and_streams_hold_it, any_thread_releases,
               arrays_in_slabs_stay_and_leave_their_memory_to_the_next_ones,
               refused_slabs_are_errors_or_memory_of_another_kind,
               a_stream_ends_with_an_error_where_its_columns_were_written_to,
               strings_that_are_compacted_meanwhile_stay_the_same,
               a_loan_shares_memory_and_refuses_writes_until_the_last_array_is_gone,
               lent_parts_begin_anywhere_and_outlive_the_table, a_guard_is_around_each_pull);
}
