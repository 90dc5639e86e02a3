/* test_arrow_import.c: what comes in by Arrow: round trips, offsets, every layout, and what is
 * refused. */
#include <stdlib.h>

#include "../support/arrow.h"

/* ---- round trips ---- */

/* Rows [first, …) of one table are those of another, from `at` on. Labels have become strings,
 * unless the other has labels, too. */
static void compare(const stoa_table *table, size_t first, const stoa_table *other, size_t at,
                    size_t rows)
{
    for (size_t field = 0; field < stoa_table_field_limit(table); field++) {
        size_t to;
        PASSES(stoa_table_find_field(other, stoa_table_field_name(table, field), &to, &trouble));
        const char *const *labels = stoa_table_field_labels(table, field, NULL);
        if (stoa_table_field_labels(other, to, NULL) != NULL)
            labels = NULL;
        for (size_t i = 0; i < rows; i++) {
            stoa_value mine, theirs;
            PASSES(stoa_row_get(stoa_table_row((stoa_table *)(uintptr_t)table, first + i), field,
                                &mine, &trouble));
            PASSES(stoa_row_get(stoa_table_row((stoa_table *)(uintptr_t)other, at + i), to, &theirs,
                                &trouble));
            ck_assert_msg(arrow_equals(theirs, mine, labels), "row %zu of %s", i,
                          stoa_table_field_name(table, field));
        }
    }
}

TEST(a_stream_becomes_a_table_of_the_same_fields)
{
    dice d = {1};
    for (unsigned flags = 0; flags <= STOA_ARROW_DICTIONARIES; flags += STOA_ARROW_DICTIONARIES) {
        struct ArrowArrayStream stream;
        stoa_table *table = arrow_table(150, &d), *made;
        PASSES(stoa_table_arrow_stream(&stream, table, BY(.batch_rows = 64, .flags = flags),
                                       &trouble));
        PASSES(stoa_table_from_arrow(&made, &stream, OPTIONS(.max_rows = 500), &trouble));
        stream.release(&stream);
        ck_assert_uint_eq(stoa_table_rows(made), 150);
        ck_assert_uint_eq(stoa_table_max_rows(made), 500);
        ck_assert_uint_eq(stoa_table_field_limit(made), stoa_table_field_limit(table));
        for (size_t i = 0; i < stoa_table_field_limit(table); i++) {
            bool is_coded = stoa_table_field_labels(table, i, NULL) != NULL;
            ck_assert_int_eq(stoa_table_field_type(made, i),
                             is_coded ? STOA_STRING : stoa_table_field_type(table, i));
            ck_assert_int_eq(stoa_table_field_flags(made, i), stoa_table_field_flags(table, i));
            ck_assert_int_eq(stoa_table_field_unit(made, i), stoa_table_field_unit(table, i));
            ck_assert_ptr_eq(stoa_table_field_zone(made, i), stoa_table_field_zone(table, i));
        }
        compare(table, 0, made, 0, 150);
        stoa_table_free(table);
        stoa_table_free(made);
    }
}

/* The same arrays, but as a consumer may slice them: their structs begin at row `skip`. */
static void slice(struct ArrowArray *array, int64_t skip, int64_t rows)
{
    array->offset = skip;
    array->length = rows;
}

TEST(arrays_with_offsets_are_added_to_a_table_of_the_same_fields)
{
    dice d = {2};
    static const unsigned flags[] = {0, STOA_ARROW_DICTIONARIES};
    stoa_table *table = arrow_table(200, &d);
    for (size_t k = 0; k < 2; k++) {
        stoa_table *other = arrow_table(0, &d);
        struct ArrowSchema schema;
        struct ArrowArray first, second;
        PASSES(stoa_table_arrow_array(&schema, &first, table, BY(.flags = flags[k]), &trouble));
        schema.release(&schema);
        PASSES(stoa_table_arrow_array(&schema, &second, table, BY(.flags = flags[k]), &trouble));
        slice(&first, 13, 150);
        slice(&second, 64, 70);
        const struct ArrowArray *const arrays[] = {&first, &second, &first};
        WORKS(other, stoa_table_extend_arrow(other, &schema, arrays, 3, &trouble));
        ck_assert_uint_eq(stoa_table_rows(other), 370);
        compare(table, 13, other, 0, 150);
        compare(table, 64, other, 150, 70);
        compare(table, 13, other, 220, 150);
        first.release(&first);
        second.release(&second);
        schema.release(&schema);
        stoa_table_free(other);
    }
    stoa_table_free(table);
}

TEST(children_have_offsets_of_their_own)
{
    dice d = {3};
    struct ArrowSchema schema;
    struct ArrowArray array;
    stoa_table *table = arrow_table(100, &d), *other = arrow_table(0, &d);
    PASSES(stoa_table_arrow_array(&schema, &array, table, NULL, &trouble));
    for (int64_t i = 0; i < array.n_children; i++) { /* row 7 of each child, and rows 5 on of it */
        array.children[i]->offset = 7;
        array.children[i]->length = 80;
        array.children[i]->null_count = array.children[i]->null_count > 0 ? -1 : 0;
    }
    slice(&array, 5, 75);
    const struct ArrowArray *const arrays[] = {&array};
    WORKS(other, stoa_table_extend_arrow(other, &schema, arrays, 1, &trouble));
    compare(table, 12, other, 0, 75);
    array.children[3]->length = 79;
    REFUSED(other, STOA_INVALID, stoa_table_extend_arrow(other, &schema, arrays, 1, &trouble));
    SAYS("the array of column 'int8 or null' has 79 rows, but 80 are needed");
    array.release(&array);
    schema.release(&schema);
    stoa_table_free(table);
    stoa_table_free(other);
}

TEST(many_rows_come_in_slices)
{
    struct ArrowSchema schema;
    struct ArrowArray array;
    stoa_selection *half;
    size_t rows = scaled(200000, 70000);
    stoa_table *table = TABLE(OPTIONS(.rows = rows), {.name = "x", .type = STOA_INT32},
                              {.name = "even", .type = STOA_BOOL, .flags = STOA_NULLABLE}),
               *other;
    for (size_t i = 0; i < rows; i++)
        stoa_int32_column(table, "x")[i] = (int32_t)i;
    PASSES(stoa_assign(table, "even", "x % 2 == 0", "x % 3 > 0", &trouble));
    PASSES(stoa_select(&half, table, "x >= 3", &trouble));
    PASSES(stoa_table_arrow_array(&schema, &array, table, BY(.selection = half), &trouble));
    PASSES(stoa_table_from_arrow_schema(&other, &schema, NULL, &trouble));
    const struct ArrowArray *const arrays[] = {&array};
    PASSES(stoa_table_extend_arrow(other, &schema, arrays, 1, &trouble));
    ck_assert_uint_eq(stoa_table_rows(other), rows - 3);
    compare(table, 3, other, 0, rows - 3);
    array.release(&array);
    schema.release(&schema);
    stoa_selection_free(half);
    stoa_table_free(table);
    stoa_table_free(other);
}

/* ---- arrays by hand ---- */

typedef struct hand {
    struct ArrowSchema schema, dictionary_schema;
    struct ArrowArray array, dictionary;
    const void *buffers[5], *dictionary_buffers[3];
} hand;

static void release_no_array(struct ArrowArray *array)
{
    array->release = NULL;
}

static void release_no_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

/* A column called x of `rows` rows. */
static void make(hand *h, const char *format, int64_t rows, const void *first, const void *second,
                 const void *third)
{
    *h = (hand){.buffers = {first, second, third}};
    h->schema = (struct ArrowSchema){
        .format = format, .name = "x", .flags = ARROW_FLAG_NULLABLE, .release = release_no_schema};
    h->array = (struct ArrowArray){.length = rows,
                                   .null_count = first == NULL ? 0 : -1,
                                   .n_buffers = strchr("uU", format[0]) != NULL ? 3 : 2,
                                   .buffers = h->buffers,
                                   .release = release_no_array};
}

static void code(hand *h, const char *format, int64_t entries, const void *first,
                 const void *second, const void *third)
{
    hand values;
    make(&values, format, entries, first, second, third);
    h->dictionary_schema = values.schema;
    h->dictionary = values.array;
    memcpy(h->dictionary_buffers, values.buffers, sizeof h->dictionary_buffers);
    h->dictionary.buffers = h->dictionary_buffers;
    h->schema.dictionary = &h->dictionary_schema;
    h->array.dictionary = &h->dictionary;
}

static stoa_table *into(const hand *h)
{
    stoa_table *made;
    const struct ArrowArray *const arrays[] = {&h->array};
    PASSES(stoa_table_from_arrow_schema(&made, &h->schema, NULL, &trouble));
    WORKS(made, stoa_table_extend_arrow(made, &h->schema, arrays, 1, &trouble));
    return made;
}

/* The values of x, as "1 null 3". */
static void says(stoa_table *table, stoa_type type, const char *expected)
{
    char text[200] = "";
    ck_assert_int_eq(stoa_table_field_type(table, 0), type);
    for (size_t i = 0; i < stoa_table_rows(table); i++) {
        stoa_value value;
        size_t at = strlen(text);
        PASSES(stoa_row_get(stoa_table_row(table, i), 0, &value, &trouble));
        char *end = text + at;
        size_t room = sizeof text - at;
        if (value.is_null)
            snprintf(end, room, " null");
        else if (type == STOA_STRING)
            snprintf(end, room, " %.*s", (int)value.string.length, value.string.bytes);
        else if (type == STOA_FLOAT64 || type == STOA_FLOAT32)
            snprintf(end, room, " %g", value.float64);
        else
            snprintf(end, room, " %lld", (long long)value.int64);
    }
    ck_assert_str_eq(text[0] == '\0' ? text : text + 1, expected);
    stoa_table_free(table);
}

TEST(every_layout_is_read)
{
    hand h;
    static const uint8_t some[] = {0x0D}; /* 1, 0, 1, 1 */
    const int64_t milliseconds[] = {86400000, 7, -172800000, 0};
    make(&h, "tdm", 4, some, milliseconds, NULL);
    says(into(&h), STOA_DATE, "1 null -2 0");

    const int32_t offsets[] = {0, 2, 2, 3, 6};
    make(&h, "u", 4, some, offsets, "abcdef");
    says(into(&h), STOA_STRING, "ab null c def");
    const int64_t wide[] = {1, 2, 2, 3, 6};
    make(&h, "U", 3, NULL, wide, "abcdef");
    h.array.offset = 1;
    says(into(&h), STOA_STRING, " c def");

    make(&h, "n", 3, NULL, NULL, NULL);
    h.array.n_buffers = 0;
    h.array.null_count = 3;
    says(into(&h), STOA_BOOL, "null null null");

    const uint8_t bits[] = {0x05};
    make(&h, "b", 3, NULL, bits, NULL);
    says(into(&h), STOA_BOOL, "1 0 1");

    const int16_t indices[] = {2, 0, 0, 2};
    make(&h, "s", 4, some, indices, NULL);
    code(&h, "u", 3, NULL, offsets + 1, "abcdef");
    says(into(&h), STOA_STRING, "def null  def");
    code(&h, "g", 3, some, (const double[]){0.5, 0, 2.5}, NULL);
    says(into(&h), STOA_FLOAT64, "2.5 null 0.5 2.5");
    const int16_t unknown[] = {1, 99, 0, 2}; /* entry 1 is null, and so is the row of 99 */
    h.buffers[1] = unknown;
    says(into(&h), STOA_FLOAT64, "null null 0.5 2.5");
    code(&h, "tdm", 3, NULL, milliseconds + 1, NULL);
    h.dictionary_buffers[1] = (const int64_t[]){0, 86400000, -86400000};
    says(into(&h), STOA_DATE, "1 null 0 -1");
}

/* A view of 16 bytes. */
typedef struct view {
    int32_t length;
    char bytes[4];
    int32_t buffer, offset;
} view;

TEST(views_of_strings_are_read)
{
    hand h;
    static const uint8_t some[] = {0x0B}; /* 1, 1, 0, 1 */
    const char text[] = "xxthirteen characters";
    const view views[] = {{3, "abc", 0, 0}, {19, "thir", 0, 2}, {99, "?", 9, 9}, {0, "", 0, 0}};
    const int64_t sizes[] = {21};
    make(&h, "vu", 4, some, views, text);
    h.array.n_buffers = 4;
    h.buffers[3] = sizes;
    says(into(&h), STOA_STRING, "abc thirteen characters null ");
}

TEST(buffers_of_no_rows_need_not_be_aligned)
{
    hand h;
    static const int32_t offsets[] = {0, 0, 0};
    make(&h, "u", 0, NULL, (const char *)offsets + 1, "");
    says(into(&h), STOA_STRING, "");
    make(&h, "i", 0, NULL, (const char *)offsets + 1, NULL);
    code(&h, "u", 0, NULL, (const char *)offsets + 1, "");
    says(into(&h), STOA_STRING, "");
}

/* ---- what is refused ---- */

static void refuses(const hand *h, stoa_status status, const char *message)
{
    stoa_table *table = TABLE(NULL, {.name = "x", .type = STOA_STRING, .flags = STOA_NULLABLE});
    const struct ArrowArray *const arrays[] = {&h->array, &h->array};
    PASSES(stoa_table_append(table, NULL, 0, &trouble));
    REFUSED(table, status, stoa_table_extend_arrow(table, &h->schema, arrays, 2, &trouble));
    SAYS(message);
    stoa_table_free(table);
}

TEST(texts_that_cannot_be_are_refused)
{
    hand h;
    const int32_t offsets[] = {0, 2, 3};
    const char text[] = "abc";
    make(&h, "u", 2, NULL, (const int32_t[]){0, 2, 1}, text);
    refuses(&h, STOA_INVALID, "row 1 of column 'x' goes from byte 2 to byte 1");
    make(&h, "u", 2, NULL, (const int32_t[]){-1, 2, 3}, text);
    refuses(&h, STOA_INVALID, "row 0 of column 'x' goes from byte -1 to byte 2");
    make(&h, "u", 2, NULL, offsets, NULL);
    refuses(&h, STOA_INVALID, "3 bytes of text, but no buffer");
    make(&h, "u", 2, NULL, NULL, text);
    refuses(&h, STOA_INVALID, "has rows, but no values");
    make(&h, "u", 2, NULL, (const char *)offsets + 1, text);
    refuses(&h, STOA_INVALID, "not aligned");
    make(&h, "u", 2, NULL, offsets, "a\xff\x62");
    refuses(&h, STOA_INVALID, "UTF-8");
    const view views[] = {{20, "abcd", 0, 2}, {20, "abcd", 1, 0}, {-3, "", 0, 0}, {20, "", 0, -1}};
    for (size_t i = 0; i < 4; i++) {
        make(&h, "vu", 1, NULL, views + i, text);
        h.array.n_buffers = 4;
        h.buffers[3] = (const int64_t[]){21};
        refuses(&h, STOA_INVALID, "the text of row 0 of column 'x' is in none of its buffers");
    }
    h.array.n_buffers = 2;
    refuses(&h, STOA_INVALID, "has 2 buffers");
}

TEST(counts_that_cannot_be_are_refused)
{
    hand h, good;
    const int32_t offsets[] = {0, 1, 2};
    make(&good, "u", 2, NULL, offsets, "ab");
#define WITH(statement, status, message) \
    h = good;                            \
    h.array.buffers = h.buffers;         \
    statement;                           \
    refuses(&h, status, message)
    WITH(h.array.length = -1, STOA_INVALID, "length -1");
    WITH(h.array.offset = -1, STOA_INVALID, "offset -1");
    WITH(h.array.offset = INT64_MAX, STOA_INVALID, "has length 2 and offset 9223372036854775807");
    WITH(h.array.offset = INT64_MAX / 16 - 1, STOA_INVALID, "and offset 576460752303423486");
    WITH(h.array.null_count = 3, STOA_INVALID, "3 nulls in 2 rows");
    WITH(h.array.null_count = -2, STOA_INVALID, "-2 nulls in 2 rows");
    WITH(h.array.null_count = 1, STOA_INVALID, "has nulls, but no validity");
    WITH(h.array.n_buffers = 2, STOA_INVALID, "has 2 buffers");
    WITH(h.array.buffers = NULL, STOA_INVALID, "has no buffers");
    WITH(h.array.n_children = 1, STOA_INVALID, "has 1 children");
    WITH(h.array.release = NULL, STOA_INVALID, "released");
    WITH(h.array.dictionary = &h.array, STOA_INVALID, "but not in both");
    WITH(h.schema.dictionary = &good.schema, STOA_INVALID, "no integers for indices");
    WITH(h.schema.format = NULL, STOA_INVALID, "no schema");
    WITH(h.schema.release = NULL, STOA_INVALID, "no schema");
    WITH(h.schema.n_children = 1, STOA_INVALID, "has 1 children");
    WITH(h.schema.name = "y", STOA_NO_FIELD, "no field");
#undef WITH
    make(&h, "c", 1, NULL, "\x03", NULL);
    code(&h, "u", 2, NULL, offsets, "ab");
    refuses(&h, STOA_INVALID, "row 0 of column 'x' is none of the dictionary's 2 values");
    h.buffers[1] = "\xff";
    refuses(&h, STOA_INVALID, "row 0 of column 'x' is none of the dictionary's 2 values");
    h.array.dictionary = NULL;
    refuses(&h, STOA_INVALID, "but not in both");
}

/* So many rows are no buffers' to tell, since there are none. */
TEST(a_table_of_nothing_may_be_longer_than_memory)
{
    const int64_t many = INT64_C(1) << 62;
    const void *none[] = {NULL};
    stoa_table *made;
    struct ArrowSchema column = {.format = "n",
                                 .name = "x",
                                 .flags = ARROW_FLAG_NULLABLE,
                                 .release = release_no_schema},
                       *columns[] = {&column};
    const struct ArrowSchema schema = {
        .format = "+s", .n_children = 1, .children = columns, .release = release_no_schema};
    struct ArrowArray nothing = {.length = many,
                                 .null_count = many,
                                 .n_buffers = 1, /* as Polars has it */
                                 .buffers = none,
                                 .release = release_no_array},
                      *children[] = {&nothing};
    struct ArrowArray array = {.length = many,
                               .null_count = -1,
                               .n_buffers = 1,
                               .buffers = none,
                               .n_children = 1,
                               .children = children,
                               .release = release_no_array};
    const struct ArrowArray *const arrays[] = {&array};
    PASSES(stoa_table_from_arrow_schema(&made, &schema, NULL, &trouble));
    FAILS(STOA_INVALID, stoa_table_extend_arrow(made, &schema, arrays, 1, &trouble));
    SAYS("has length 4611686018427387904");
    array.length = nothing.length = nothing.null_count = 3;
    WORKS(made, stoa_table_extend_arrow(made, &schema, arrays, 1, &trouble));
    ck_assert_uint_eq(stoa_table_rows(made), 3);
    bool is_null = false;
    PASSES(stoa_row_is_null(stoa_table_row(made, 2), "x", &is_null));
    ck_assert(is_null);
    stoa_table_free(made);
}

TEST(types_without_a_field_are_refused_by_name)
{
    static const char *const pairs[][2] = {
        {"e", "float16"},      {"z", "binary"},          {"Z", "large_binary"},
        {"vz", "binary_view"}, {"d:19,10", "decimal"},   {"w:42", "fixed_size_binary"},
        {"tts", "time32"},     {"ttn", "time64"},        {"tiM", "interval"},
        {"+l", "list"},        {"+L", "large_list"},     {"+vl", "list_view"},
        {"+m", "map"},         {"+ud:0", "dense_union"}, {"+us:0", "sparse_union"},
        {"+r", "run_end"},     {"+s", "struct"}};
    static const char *const none[] = {"", "x", "ts", "tsu", "tsq:", "+w", "+w:x", "tDx", "ii"};
    struct ArrowSchema column = {.name = "x", .release = release_no_schema}, *columns[] = {&column};
    const struct ArrowSchema schema = {
        .format = "+s", .n_children = 1, .children = columns, .release = release_no_schema};
    stoa_table *made = NULL;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        column.format = pairs[i][0];
        FAILS(STOA_WRONG_TYPE, stoa_table_from_arrow_schema(&made, &schema, NULL, &trouble));
        ck_assert_msg(strstr(trouble.message, pairs[i][1]) != NULL &&
                          strstr(trouble.message, "column 'x'") != NULL,
                      "%s: %s", pairs[i][0], trouble.message);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        column.format = none[i];
        FAILS(STOA_INVALID, stoa_table_from_arrow_schema(&made, &schema, NULL, &trouble));
    }
    struct ArrowSchema item = {.format = "i", .release = release_no_schema}, *items[] = {&item};
    static const char *const lengths[] = {"+w:0", "+w:1", "+w:1025", "+w:99999999999999999999"};
    column.n_children = 1;
    column.children = items;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        column.format = lengths[i];
        FAILS(STOA_WRONG_TYPE, stoa_table_from_arrow_schema(&made, &schema, NULL, &trouble));
        SAYS(lengths[i] + strlen("+w:"));
        SAYS("values, but a vector has 2 to 1024");
    }
    column.format = "+w:1024";
    PASSES(stoa_table_from_arrow_schema(&made, &schema, NULL, &trouble));
    ck_assert_uint_eq(stoa_table_field_limit(made), 1024);
    stoa_table_free(made);
    made = NULL;
    column.format = "+w:3";
    item.format = "u";
    FAILS(STOA_WRONG_TYPE, stoa_table_from_arrow_schema(&made, &schema, NULL, &trouble));
    SAYS("column 'x' has lists of what is no number");
    item.format = "e";
    FAILS(STOA_WRONG_TYPE, stoa_table_from_arrow_schema(&made, &schema, NULL, &trouble));
    SAYS("column 'x.item' is of Arrow's type float16");
    ck_assert_ptr_null(made);
}

TEST(values_that_do_not_fit_leave_the_table_as_it_was)
{
    static const char *const labels[] = {"A", "", "B"};
    hand h;
    stoa_table *table =
        TABLE(NULL, {.name = "x", .type = STOA_INT8}, {.name = "s", .type = STOA_STRING},
              {.name = "l", .type = STOA_UINT8, .labels = labels, .label_count = 3},
              {.name = "day", .type = STOA_DATE});
    PASSES(stoa_table_append(table, NULL, 0, &trouble));
    make(&h, "i", 3, NULL, (const int32_t[]){1, 2, 300}, NULL);
    hand good = h;
    good.buffers[1] = (const int32_t[]){4, 5, 6};
    good.array.buffers = good.buffers;
    const struct ArrowArray *const arrays[] = {&good.array, &h.array};
    REFUSED(table, STOA_OVERFLOW, stoa_table_extend_arrow(table, &h.schema, arrays, 2, &trouble));
    SAYS("300, does not fit int8");
    h.buffers[0] = "\x03"; /* the last is null */
    h.array.null_count = 1;
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_extend_arrow(table, &h.schema, arrays, 2, &trouble));
    SAYS("takes no null");
    const struct ArrowArray *const one[] = {&h.array};
    make(&h, "u", 2, NULL, (const int32_t[]){0, 1, 2}, "AC");
    h.schema.name = "l";
    REFUSED(table, STOA_OVERFLOW, stoa_table_extend_arrow(table, &h.schema, one, 1, &trouble));
    SAYS("'C' in row 1 is no label of field 'l'");
    make(&h, "C", 2, NULL, "\1\2", NULL);
    h.schema.name = "l";
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_extend_arrow(table, &h.schema, one, 1, &trouble));
    SAYS("field 'l' is an enumeration, which takes the texts of its labels");
    make(&h, "tdm", 1, NULL, (const int64_t[]){86400001}, NULL);
    h.schema.name = "day";
    REFUSED(table, STOA_OVERFLOW, stoa_table_extend_arrow(table, &h.schema, one, 1, &trouble));
    SAYS("row 0 of column 'day' is no day: 86400001 milliseconds");
    make(&h, "g", 1, NULL, (const double[]){1}, NULL);
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_extend_arrow(table, &h.schema, one, 1, &trouble));
    SAYS("field 'x' is int8 and takes no values of float64");
    stoa_table_free(table);
}

/* ---- streams that fail ---- */

typedef struct source {
    const hand *hand;
    int left, live; /* arrays to come, and those that were not released */
    bool fails;
} source;

static void count_release(struct ArrowArray *array)
{
    ((source *)array->private_data)->live--;
    array->release = NULL;
}

static int give_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    *out = ((source *)stream->private_data)->hand->schema;
    return 0;
}

static int give_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    source *s = stream->private_data;
    memset(out, 0, sizeof *out);
    if (s->left-- <= 0)
        return s->fails ? 5 : 0;
    *out = s->hand->array;
    out->release = count_release;
    out->private_data = s;
    s->live++;
    return 0;
}

static const char *tell_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "the wire is cut";
}

TEST(streams_that_fail_half_way_leave_nothing_behind)
{
    hand h;
    stoa_table *made = NULL;
    make(&h, "i", 2, NULL, (const int32_t[]){7, 8}, NULL);
    source s = {.hand = &h, .left = 2, .fails = true};
    struct ArrowArrayStream stream = {
        .get_schema = give_schema, .get_next = give_next, .private_data = &s};
    FAILS(STOA_INVALID, stoa_table_from_arrow(&made, &stream, NULL, &trouble));
    SAYS("it was released");
    stream.release = (void (*)(struct ArrowArrayStream *))1; /* it is never called */
    FAILS(STOA_REFUSED, stoa_table_from_arrow(&made, &stream, NULL, &trouble));
    SAYS("the stream gives no array (error 5)");
    stream.get_last_error = tell_error;
    s.left = 0;
    FAILS(STOA_REFUSED, stoa_table_from_arrow(&made, &stream, NULL, &trouble));
    SAYS("(error 5): the wire is cut");
    ck_assert_ptr_null(made);
    for (size_t request = 0, failed = 1; failed > 0; request++) {
        s = (source){.hand = &h, .left = 3};
        faults_arm(FAULT_ANY, request, SIZE_MAX);
        stoa_status status = stoa_table_from_arrow(&made, &stream, NULL, &trouble);
        failed = faults_disarm();
        ck_assert_int_eq(status, failed > 0 ? STOA_OUT_OF_MEMORY : STOA_OK);
        ck_assert_int_eq(s.live, 0);
    }
    says(made, STOA_INT32, "7 8 7 8 7 8");
}

int main(void)
{
    return RUN("arrow_import", a_stream_becomes_a_table_of_the_same_fields,
               arrays_with_offsets_are_added_to_a_table_of_the_same_fields,
               children_have_offsets_of_their_own, many_rows_come_in_slices, every_layout_is_read,
               views_of_strings_are_read, buffers_of_no_rows_need_not_be_aligned,
               texts_that_cannot_be_are_refused, counts_that_cannot_be_are_refused,
               a_table_of_nothing_may_be_longer_than_memory,
               types_without_a_field_are_refused_by_name,
               values_that_do_not_fit_leave_the_table_as_it_was,
               streams_that_fail_half_way_leave_nothing_behind);
}
