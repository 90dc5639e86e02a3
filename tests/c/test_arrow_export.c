/* test_arrow_export.c: what leaves by Arrow, read byte by byte beside the table's rows. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "../support/arrow.h"

#define BY(...) (&(const stoa_arrow_options){__VA_ARGS__})

/* ---- comparing ---- */

/* Column `child` of an array, from row `at` of the rows on. */
static void compare(const stoa_table *table, size_t field, const struct ArrowSchema *schema,
                    const struct ArrowArray *array, const size_t *rows)
{
    stoa_vector vector = {.length = 1};
    bool is_vector = stoa_table_field_vector(table, field, &vector) == STOA_OK;
    const char *const *labels = stoa_table_field_labels(table, field, NULL);
    ck_assert_str_eq(schema->name, is_vector ? vector.name : stoa_table_field_name(table, field));
    for (size_t i = 0; i < (size_t)array->length; i++) {
        for (size_t k = 0; k < vector.length; k++) {
            stoa_value cell, value = arrow_value(schema, array, i, k);
            PASSES(stoa_row_get(stoa_table_row((stoa_table *)(uintptr_t)table, rows[i]), field + k,
                                &cell, &trouble));
            ck_assert_msg(arrow_equals(value, cell, labels), "row %zu of %s", rows[i],
                          schema->name);
        }
    }
}

/* All fields of the table are in the struct, in order. */
static void compare_all(const stoa_table *table, const struct ArrowSchema *schema,
                        const struct ArrowArray *array, const size_t *rows)
{
    int64_t child = 0;
    arrow_check(schema, array);
    for (size_t field = 0; field < stoa_table_field_limit(table); child++) {
        stoa_vector vector = {.length = 1};
        bool is_vector = stoa_table_field_vector(table, field, &vector) == STOA_OK;
        compare(table, field, schema->children[child], array->children[child], rows);
        field += is_vector ? vector.length : 1;
    }
    ck_assert_int_eq(child, schema->n_children);
}

/* Pulls all of a stream; its batches have these rows, in order. */
static void compare_stream(stoa_table *table, const stoa_arrow_options *options, const size_t *rows,
                           size_t count)
{
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array;
    size_t at = 0, most = options->batch_rows > 0 ? options->batch_rows : STOA_ARROW_BATCH;
    PASSES(stoa_table_arrow_stream(&stream, table, options, &trouble));
    ck_assert_int_eq(stream.get_schema(&stream, &schema), 0);
    for (;;) {
        ck_assert_int_eq(stream.get_next(&stream, &array), 0);
        if (array.release == NULL)
            break;
        ck_assert_uint_eq((size_t)array.length, count - at < most ? count - at : most);
        compare_all(table, &schema, &array, rows + at);
        at += (size_t)array.length;
        array.release(&array);
        ck_assert(array.release == NULL);
    }
    ck_assert_uint_eq(at, count);
    ck_assert_int_eq(stream.get_next(&stream, &array), 0); /* the end stays the end */
    ck_assert(array.release == NULL);
    schema.release(&schema);
    stream.release(&stream);
    ck_assert(stream.release == NULL);
}

static void compare_array(const stoa_table *table, const stoa_arrow_options *options,
                          const size_t *rows, size_t count)
{
    struct ArrowSchema schema;
    struct ArrowArray array;
    PASSES(stoa_table_arrow_array(&schema, &array, table, options, &trouble));
    ck_assert_uint_eq((size_t)array.length, count);
    compare_all(table, &schema, &array, rows);
    array.release(&array);
    schema.release(&schema);
}

/* ---- rows ---- */

enum { ROWS = 300 };

TEST(all_rows_leave_in_batches)
{
    dice d = {1};
    size_t rows[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = i;
    static const size_t counts[] = {0, 1, 63, 64, 65, ROWS}, batches[] = {0, 1, 64, 100, ROWS};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        stoa_table *table = arrow_table(counts[i], &d);
        for (size_t k = 0; k < sizeof batches / sizeof *batches; k++)
            compare_stream(table, BY(.batch_rows = batches[k]), rows, counts[i]);
        compare_stream(table, BY(.flags = STOA_ARROW_DICTIONARIES), rows, counts[i]);
        compare_array(table, NULL, rows, counts[i]);
        stoa_table_free(table);
    }
}

TEST(rows_in_steps_leave_in_their_order)
{
    static const struct {
        size_t first;
        ptrdiff_t step;
        size_t count;
    } parts[] = {{0, 1, 0}, {7, 1, 200},    {64, 1, 64},   {0, 2, 150},
                 {1, 7, 3}, {299, -1, 300}, {250, -3, 80}, {5, 0, 0}};
    dice d = {2};
    stoa_table *table = arrow_table(ROWS, &d);
    for (size_t i = 0; i < sizeof parts / sizeof *parts - 1; i++) {
        size_t rows[ROWS];
        for (size_t k = 0; k < parts[i].count; k++)
            rows[k] = parts[i].first + k * (size_t)parts[i].step;
        const stoa_arrow_options options = {.first = parts[i].first,
                                            .step = parts[i].step,
                                            .count = parts[i].count,
                                            .batch_rows = 70,
                                            .flags = i % 2 * STOA_ARROW_DICTIONARIES};
        compare_stream(table, &options, rows, parts[i].count);
        compare_array(table, &options, rows, parts[i].count);
    }
    stoa_table_free(table);
}

TEST(selected_rows_leave_alone)
{
    dice d = {3};
    stoa_table *table = arrow_table(ROWS, &d);
    for (size_t density = 1; density < 400; density *= 4) {
        uint8_t mask[ROWS];
        size_t rows[ROWS], count = 0;
        for (size_t i = 0; i < ROWS; i++) {
            mask[i] = dice_below(&d, density) == 0;
            if (mask[i])
                rows[count++] = i;
        }
        stoa_selection *selection;
        PASSES(stoa_selection_from_mask(&selection, table, mask, ROWS, &trouble));
        compare_array(table, BY(.selection = selection), rows, count);
        compare_stream(table, BY(.selection = selection, .batch_rows = 40), rows, count);
        stoa_selection_free(selection);
    }
    stoa_table_free(table);
}

TEST(some_fields_leave_in_the_order_asked_for_or_one_by_itself)
{
    dice d = {4};
    struct ArrowSchema schema;
    struct ArrowArray array;
    stoa_table *table = arrow_table(5, &d);
    size_t last = stoa_table_field_limit(table) - 1; /* component 4 of flags */
    const size_t fields[] = {last, 2, 2}, all[] = {0, 1, 2, 3, 4};
    PASSES(stoa_table_arrow_array(&schema, &array, table, BY(.fields = fields, .field_count = 3),
                                  &trouble));
    arrow_check(&schema, &array);
    ck_assert_int_eq(schema.n_children, 3);
    compare(table, last - 4, schema.children[0], array.children[0], all);
    compare(table, 2, schema.children[1], array.children[1], all);
    compare(table, 2, schema.children[2], array.children[2], all);
    array.release(&array);
    schema.release(&schema);
    PASSES(stoa_table_arrow_array(&schema, &array, table,
                                  BY(.fields = fields, .field_count = 1, .flags = STOA_ARROW_BARE),
                                  &trouble));
    arrow_check(&schema, &array);
    compare(table, last - 4, &schema, &array, all);
    array.release(&array);
    schema.release(&schema);
    PASSES(stoa_table_arrow_array(&schema, &array, table, BY(.fields = fields), &trouble));
    ck_assert_int_eq(schema.n_children, 0); /* but it has rows */
    ck_assert_int_eq(array.length, 5);
    array.release(&array);
    schema.release(&schema);
    stoa_table_free(table);
}

/* ---- schemas ---- */

static void check_format(const struct ArrowSchema *schema, int64_t child, const char *format,
                         const char *dictionary)
{
    const struct ArrowSchema *made = schema->children[child];
    ck_assert_str_eq(made->format, format);
    ck_assert_int_eq(made->flags, strstr(made->name, "or null") ? ARROW_FLAG_NULLABLE : 0);
    ck_assert(made->metadata == NULL);
    if (dictionary != NULL)
        ck_assert_str_eq(made->dictionary->format, dictionary);
    else
        ck_assert_ptr_null(made->dictionary);
}

TEST(schemas_have_the_formats_of_arrow)
{
    static const char *const formats[] = {"b", "c", "s", "i", "l",   "C",    "S",          "I",
                                          "L", "f", "g", "u", "tdD", "tsn:", "tsm:+02:00", "tDs"};
    dice d = {5};
    struct ArrowSchema schema;
    stoa_table *table = arrow_table(0, &d);
    WORKS(table, stoa_table_arrow_schema(&schema, table, NULL, &trouble));
    schema.release(&schema);
    for (int again = 0; again < 2; again++) {
        const stoa_arrow_options options = {.flags = again ? STOA_ARROW_DICTIONARIES : 0};
        PASSES(stoa_table_arrow_schema(&schema, table, &options, &trouble));
        ck_assert_str_eq(schema.format, "+s");
        ck_assert_int_eq(schema.flags, 0);
        for (int64_t i = 0; i < 32; i++) {
            bool is_dictionary = again && i / 2 == 11;
            check_format(&schema, i, is_dictionary ? "I" : formats[i / 2],
                         is_dictionary ? "U" : NULL);
        }
        check_format(&schema, 32, "C", "u");
        check_format(&schema, 35, "S", "u");
        check_format(&schema, 36, "+w:3", NULL);
        ck_assert_str_eq(schema.children[36]->children[0]->format, "f");
        ck_assert_str_eq(schema.children[37]->children[0]->format, "b");
        schema.release(&schema);
    }
    stoa_table_free(table);
}

/* The children of a schema that is asked for, all alike. */
static struct ArrowSchema wish_of(struct ArrowSchema *child, struct ArrowSchema **children,
                                  size_t count)
{
    for (size_t i = 0; i < count; i++)
        children[i] = child;
    return (struct ArrowSchema){.format = "+s",
                                .n_children = (int64_t)count,
                                .children = children,
                                .release = child->release};
}

static void release_nothing(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

TEST(texts_leave_in_the_form_that_is_asked_for)
{
    dice d = {12};
    struct ArrowSchema text = {.format = "u"}, *children[40], schema;
    size_t rows[70];
    for (size_t i = 0; i < 70; i++)
        rows[i] = 69 - i;
    stoa_table *table = arrow_table(70, &d);
    static const char *const formats[] = {"u", "vu", "U", "I", "z"};
    for (size_t i = 0; i < 5; i++) {
        struct ArrowSchema child = {
            .format = formats[i], .dictionary = i == 3 ? &text : NULL, .release = release_nothing};
        struct ArrowSchema wish = wish_of(&child, children, 38);
        const stoa_arrow_options options = {
            .requested = &wish, .first = 69, .step = -1, .count = 70, .batch_rows = 33};
        compare_stream(table, &options, rows, 70);
        compare_array(table, &options, rows, 70);
        PASSES(stoa_table_arrow_schema(&schema, table, &options, &trouble));
        check_format(&schema, 23, i == 1 || i == 4 ? "u" : formats[i], i == 3 ? "U" : NULL);
        check_format(&schema, 33, i == 1 ? "u" : i >= 3 ? "C" : formats[i], i >= 3 ? "u" : NULL);
        schema.release(&schema);
        wish.n_children = 37;
        REFUSED(table, STOA_INVALID, stoa_table_arrow_schema(&schema, table, &options, &trouble));
        SAYS("a schema of 37 fields is requested, but there are 38");
        wish.release = NULL;
        REFUSED(table, STOA_INVALID, stoa_table_arrow_schema(&schema, table, &options, &trouble));
    }
    stoa_table_free(table);
}

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
    compare_all(same, &schema, &first, rows);
    compare_all(same, &schema, &rest, rows + 60);
    child = *first.children[22]; /* moved out, as a consumer may: strings with a dictionary */
    first.children[22]->release = NULL;
    first.release(&first);
    compare(same, 22, schema.children[22], &child, rows);
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
            compare_all(table, &schema, &array, rows + at);
            array.release(&array);
        }
        schema.release(&schema);
        stream.release(&stream);
    }
    stoa_table_free(table);
}

/* ---- what is refused ---- */

TEST(what_cannot_leave_is_refused_by_name)
{
    static const char *const labels[] = {"A", "B"};
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowArrayStream stream;
    stoa_table *table =
        TABLE(OPTIONS(.rows = 3), {.name = "x", .type = STOA_INT32},
              {.name = "thing", .type = STOA_OBJECT},
              {.name = "letter", .type = STOA_UINT8, .labels = labels, .label_count = 2});
    const size_t x = 0, letter = 2, none = 3;
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_arrow_schema(&schema, table, NULL, &trouble));
    SAYS("field 'thing' is an object field");
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_arrow_stream(&stream, table, NULL, &trouble));
    REFUSED(
        table, STOA_NO_FIELD,
        stoa_table_arrow_schema(&schema, table, BY(.fields = &none, .field_count = 1), &trouble));
    REFUSED(table, STOA_INVALID, stoa_table_arrow_schema(&schema, table, BY(.flags = 8), &trouble));
    REFUSED(table, STOA_INVALID,
            stoa_table_arrow_schema(&schema, table, BY(.fields = &x, .flags = STOA_ARROW_BARE),
                                    &trouble));
    SAYS("STOA_ARROW_BARE is for one field, not for 0");
    REFUSED(table, STOA_OUT_OF_RANGE,
            stoa_table_arrow_stream(
                &stream, table,
                BY(.fields = &x, .field_count = 1, .first = 2, .step = 1, .count = 2), &trouble));
    REFUSED(table, STOA_INVALID,
            stoa_table_arrow_stream(&stream, table, BY(.fields = &x, .field_count = 1, .count = 2),
                                    &trouble));
    ((uint8_t *)stoa_column_cells(table, 2))[1] = 2; /* behind the back of the table */
    REFUSED(table, STOA_OVERFLOW,
            stoa_table_arrow_array(&schema, &array, table, BY(.fields = &letter, .field_count = 1),
                                   &trouble));
    SAYS("field 'letter' holds a number without a label in row 1");
    stoa_selection *selection;
    PASSES(stoa_select(&selection, table, "x == 0", &trouble));
    REFUSED(table, STOA_INVALID,
            stoa_table_arrow_stream(
                &stream, table,
                BY(.fields = &x, .field_count = 1, .selection = selection, .step = 1), &trouble));
    PASSES(stoa_table_swap(table, 0, 1, &trouble));
    REFUSED(table, STOA_STALE,
            stoa_table_arrow_stream(&stream, table,
                                    BY(.fields = &x, .field_count = 1, .selection = selection),
                                    &trouble));
    stoa_selection_free(selection);
    stoa_table_free(table);
}

TEST(refused_memory_leaves_nothing_behind)
{
    dice d = {10};
    stoa_selection *selection;
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowArrayStream stream;
    stoa_table *table = arrow_table(20, &d);
    PASSES(stoa_select(&selection, table, "int32 > 0", &trouble));
    for (unsigned flags = 0; flags <= STOA_ARROW_DICTIONARIES; flags += STOA_ARROW_DICTIONARIES) {
        const stoa_arrow_options options = {.selection = selection, .flags = flags};
        WORKS(table, stoa_table_arrow_array(&schema, &array, table, &options, &trouble));
        array.release(&array);
        schema.release(&schema);
        WORKS(table, stoa_table_arrow_stream(&stream, table, &options, &trouble));
        for (size_t request = 0, failed = 1; failed > 0; request++) {
            faults_arm(FAULT_ANY, request, SIZE_MAX);
            int code = stream.get_next(&stream, &array);
            failed = faults_disarm();
            ck_assert_int_eq(code, failed > 0 ? ENOMEM : 0);
            ck_assert((array.release == NULL) == (failed > 0));
        }
        array.release(&array);
        stream.release(&stream);
    }
    stoa_selection_free(selection);
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
    compare_all(same, &schema, &array, rows);
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
        compare_all(same, &schema, &array, rows);
        array.release(&array);
        schema.release(&schema);
    }
    PASSES(stoa_table_arrow_array(&schema, &array, table, BY(.loan = loan), &trouble));
    stoa_loan_free(loan);
    stoa_table_free(table);
    for (size_t i = 0; i < 130; i++)
        rows[i] = i;
    compare_all(same, &schema, &array, rows);
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
    return RUN("arrow_export", all_rows_leave_in_batches, rows_in_steps_leave_in_their_order,
               selected_rows_leave_alone, some_fields_leave_in_the_order_asked_for_or_one_by_itself,
               schemas_have_the_formats_of_arrow, texts_leave_in_the_form_that_is_asked_for,
               arrays_outlive_the_table_and_streams_hold_it, any_thread_releases,
               a_stream_ends_with_an_error_where_its_columns_were_written_to,
               strings_that_are_compacted_meanwhile_stay_the_same,
               what_cannot_leave_is_refused_by_name, refused_memory_leaves_nothing_behind,
               a_loan_shares_memory_and_refuses_writes_until_the_last_array_is_gone,
               lent_parts_begin_anywhere_and_outlive_the_table, a_guard_is_around_each_pull);
}
