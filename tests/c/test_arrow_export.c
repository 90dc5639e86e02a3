/* test_arrow_export.c: what leaves by Arrow, read byte by byte beside the table's rows. */
#include <errno.h>

#include "../support/arrow.h"

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
        arrow_compare_all(table, &schema, &array, rows + at);
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
    arrow_compare_all(table, &schema, &array, rows);
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
    arrow_compare(table, last - 4, schema.children[0], array.children[0], all);
    arrow_compare(table, 2, schema.children[1], array.children[1], all);
    arrow_compare(table, 2, schema.children[2], array.children[2], all);
    array.release(&array);
    schema.release(&schema);
    PASSES(stoa_table_arrow_array(&schema, &array, table,
                                  BY(.fields = fields, .field_count = 1, .flags = STOA_ARROW_BARE),
                                  &trouble));
    arrow_check(&schema, &array);
    arrow_compare(table, last - 4, &schema, &array, all);
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

int main(void)
{
    return RUN("arrow_export", all_rows_leave_in_batches, rows_in_steps_leave_in_their_order,
               selected_rows_leave_alone, some_fields_leave_in_the_order_asked_for_or_one_by_itself,
               schemas_have_the_formats_of_arrow, texts_leave_in_the_form_that_is_asked_for,
               what_cannot_leave_is_refused_by_name, refused_memory_leaves_nothing_behind);
}
