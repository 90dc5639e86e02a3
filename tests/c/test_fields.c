/* test_fields.c: names of fields; fields that are added and dropped while the other columns stay
 * where they are. */
#include <stdlib.h>

#include "../support/plain_types.h"
#include "../support/testing.h"

static const stoa_field x_field = {.name = "x", .type = STOA_INT32, .initial.int64 = 7};

/* ---- names ---- */

static stoa_status new_with_name(const char *name)
{
    stoa_field field = {.name = name, .type = STOA_INT8};
    stoa_table *table = NULL;
    stoa_status status = stoa_table_new(&table, &field, 1, NULL, &trouble);
    if (status == STOA_OK)
        stoa_table_free(table);
    return status;
}

TEST(a_name_may_be_any_utf8_up_to_255_bytes)
{
    char longest[STOA_MAX_NAME + 2];
    memset(longest, 'n', sizeof longest);
    longest[STOA_MAX_NAME] = '\0';
    WORKS(NULL, new_with_name(longest));
    WORKS(NULL, new_with_name("a"));
    WORKS(NULL, new_with_name("größe"));
    WORKS(NULL, new_with_name("名前"));
    WORKS(NULL, new_with_name("😀 with spaces, `quotes` and \"more\""));
    WORKS(NULL, new_with_name("\x7f\n"));
    static const char *const edges[] = {"\xc2\x80",         "\xdf\xbf",        "\xe0\xa0\x80",
                                        "\xed\x9f\xbf",     "\xee\x80\x80",    "\xef\xbf\xbf",
                                        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        PASSES(new_with_name(edges[i]));
}

TEST(a_name_that_is_empty_or_too_long_is_refused)
{
    char overlong[STOA_MAX_NAME + 2];
    memset(overlong, 'n', sizeof overlong);
    overlong[STOA_MAX_NAME + 1] = '\0';
    FAILS(STOA_BAD_NAME, new_with_name(""));
    FAILS(STOA_BAD_NAME, new_with_name(overlong));
    SAYS("255");

    stoa_table *table = TABLE(NULL, x_field);
    stoa_field field = {.name = overlong, .type = STOA_INT8};
    REFUSED(table, STOA_BAD_NAME, stoa_table_add_field(table, &field, NULL, &trouble));
    REFUSED(table, STOA_BAD_NAME, stoa_table_rename_field(table, "x", overlong, &trouble));
    REFUSED(table, STOA_BAD_NAME, stoa_table_rename_field(table, "x", "", &trouble));
    stoa_table_free(table);
}

TEST(a_name_that_is_not_utf8_is_refused)
{
    static const char *const bad[] = {
        "\xff",             /* a byte that UTF-8 never has */
        "\x80",             /* a continuation without a start */
        "a\xc3",            /* truncated */
        "\xe5\x90",         /* truncated */
        "\xc0\xaf",         /* an overlong '/' */
        "\xe0\x80\xaf",     /* overlong */
        "\xed\xa0\x80",     /* a surrogate */
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xf9\x80\x80\x80", /* not a lead byte, though the rest would fit */
        "a\xe5\x90z",       /* interrupted by another character */
        "a\xc3\xc3\xa4",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        FAILS(STOA_BAD_NAME, new_with_name(bad[i]));
}

TEST(a_name_that_is_taken_is_refused)
{
    stoa_table *table = NULL;
    const stoa_field twice[] = {x_field, {.name = "y", .type = STOA_INT8}, x_field};
    REFUSED(NULL, STOA_BAD_NAME, stoa_table_new(&table, twice, 3, NULL, &trouble));
    SAYS("x");
    ck_assert_ptr_null(table);

    table = TABLE(NULL, x_field, {.name = "y", .type = STOA_INT8});
    REFUSED(table, STOA_BAD_NAME, stoa_table_add_field(table, &x_field, NULL, &trouble));
    SAYS("x");
    REFUSED(table, STOA_BAD_NAME, stoa_table_rename_field(table, "x", "y", &trouble));
    SAYS("y");
    WORKS(table, stoa_table_rename_field(table, "x", "x", &trouble)); /* renamed to its own name */
    stoa_table_free(table);
}

TEST(a_name_is_copied)
{
    char name[] = "first";
    stoa_table *table = TABLE(NULL, {.name = name, .type = STOA_INT8});
    memcpy(name, "other", sizeof name);
    ck_assert_str_eq(stoa_table_field_name(table, 0), "first");
    size_t field = 9;
    WORKS(table, stoa_table_find_field(table, "first", &field, &trouble));
    ck_assert_uint_eq(field, 0);
    stoa_table_free(table);
}

/* ---- finding ---- */

static void field_number(char *name, size_t size, size_t i)
{
    snprintf(name, size, "field %zu", i);
}

static void find_all(size_t count)
{
    stoa_field *fields = calloc(count, sizeof *fields);
    char(*names)[32] = calloc(count, sizeof *names);
    ck_assert(fields != NULL && names != NULL);
    for (size_t i = 0; i < count; i++) {
        field_number(names[i], sizeof names[i], i);
        fields[i] = (stoa_field){.name = names[i], .type = STOA_INT16};
    }
    stoa_table *table = new_table(fields, count, OPTIONS(.max_rows = 4));
    ck_assert_uint_eq(stoa_table_field_count(table), count);
    ck_assert_uint_eq(stoa_table_row_bytes(table), 2 * count);
    for (size_t i = 0; i < count; i++) {
        size_t found = SIZE_MAX;
        PASSES(stoa_table_find_field(table, names[i], &found, &trouble));
        ck_assert_uint_eq(found, i);
    }
    char absent[32];
    size_t found = 12345;
    field_number(absent, sizeof absent, count);
    FAILS(STOA_NO_FIELD, stoa_table_find_field(table, absent, &found, &trouble));
    FAILS(STOA_NO_FIELD, stoa_table_find_field(table, "field", &found, &trouble));
    FAILS(STOA_NO_FIELD, stoa_table_find_field(table, "", &found, &trouble));
    ck_assert_uint_eq(found, 12345);
    stoa_table_free(table);
    free(names);
    free(fields);
}

TEST(each_field_is_found_among_1_8_100_and_1000)
{
    find_all(1);
    find_all(8);
    find_all(100);
    find_all(1000);
}

TEST(a_name_is_found_only_as_a_whole)
{
    stoa_table *table = TABLE(NULL, {.name = "abc", .type = STOA_INT8});
    size_t found;
    FAILS(STOA_NO_FIELD, stoa_table_find_field(table, "ab", &found, &trouble));
    FAILS(STOA_NO_FIELD, stoa_table_find_field(table, "abcd", &found, &trouble));
    FAILS(STOA_NO_FIELD, stoa_table_find_field(table, "ABC", &found, &trouble));
    stoa_table_free(table);
}

TEST(an_index_without_a_field_has_neither_name_nor_type_nor_cells)
{
    stoa_table *table = TABLE(NULL, x_field, {.name = "y", .type = STOA_INT8});
    static const size_t none[] = {2, 3, STOA_MAX_FIELDS, SIZE_MAX};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        stoa_value initial;
        ck_assert_ptr_null(stoa_table_field_name(table, none[i]));
        ck_assert_int_eq(stoa_table_field_type(table, none[i]), STOA_NO_TYPE);
        ck_assert_ptr_null(stoa_column_cells(table, none[i]));
        ck_assert_int_eq(stoa_table_field_initial(table, none[i], &initial), STOA_NO_FIELD);
    }
    stoa_table_free(table);
}

/* ---- adding, dropping, renaming ---- */

/* A table with fields x, y, w and 1000 filled rows; at: the addresses of its columns. */
static stoa_table *filled(void **at)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 1000), x_field, {.name = "y", .type = STOA_UINT8},
                              {.name = "w", .type = STOA_FLOAT64});
    int32_t *x = stoa_int32_column(table, "x");
    uint8_t *y = stoa_uint8_column(table, "y");
    double *w = stoa_float64_column(table, "w");
    for (int i = 0; i < 1000; i++)
        x[i] = -i, y[i] = (uint8_t)i, w[i] = i / 8.0;
    at[0] = x, at[1] = y, at[2] = w;
    return table;
}

static void still_filled(const stoa_table *table, void *const *at, size_t from, size_t behind)
{
    for (size_t field = from; field < behind; field++)
        ck_assert_ptr_eq(stoa_column_cells(table, field), at[field]);
    const int32_t *x = at[0];
    const uint8_t *y = at[1];
    const double *w = at[2];
    for (int i = 0; i < 1000; i++) {
        ck_assert(from > 0 || x[i] == -i);
        ck_assert(from > 1 || behind < 2 || y[i] == (uint8_t)i);
        ck_assert(behind < 3 || w[i] == i / 8.0);
    }
}

TEST(an_added_field_gives_its_default_to_every_row_and_moves_no_column)
{
    void *at[3];
    stoa_table *table = filled(at);
    uint64_t order = table->order;
    for (size_t added = 3; added < 200; added++) {
        char name[32];
        size_t index = 0;
        field_number(name, sizeof name, added);
        stoa_field field = {.name = name, .type = STOA_INT64, .initial.int64 = -(int64_t)added};
        if (added < 12)
            WORKS(table, stoa_table_add_field(table, &field, &index, &trouble));
        else
            PASSES(stoa_table_add_field(table, &field, &index, &trouble));
        ck_assert_uint_eq(index, added);
        ck_assert_uint_eq(stoa_table_field_count(table), added + 1);
        ck_assert_uint_eq(stoa_table_row_bytes(table), 13 + 8 * (added - 2));
        const int64_t *cells = stoa_int64_column(table, name);
        for (size_t i = 0; i < 1000; i++)
            ck_assert_int_eq(cells[i], -(int64_t)added);
    }
    still_filled(table, at, 0, 3);
    ck_assert_uint_eq(table->order, order);
    WORKS(NULL, stoa_table_append(table, NULL, 0, &trouble));
    ck_assert_int_eq(stoa_int64_column(table, "field 100")[1000], -100);
    stoa_table_free(table);
}

TEST(a_narrow_table_takes_many_wide_fields_more)
{
    size_t many = scaled(400, 20);
    stoa_table *table = TABLE(NULL, {.name = "x", .type = STOA_INT8, .initial.int64 = 3});
    PASSES(stoa_table_resize(table, 1000, &trouble));
    for (size_t i = 1; i < many; i++) {
        char name[32];
        field_number(name, sizeof name, i);
        const stoa_field field = {.name = name, .type = STOA_FLOAT64};
        PASSES(stoa_table_add_field(table, &field, NULL, &trouble));
    }
    ck_assert_uint_ge(stoa_table_max_rows(table), 10000000);
    PASSES(stoa_table_resize(table, 2000, &trouble));
    ck_assert_int_eq(stoa_int8_column(table, "x")[1999], 3);
    stoa_table *other = TABLE(NULL, {.name = "x", .type = STOA_INT64});
    ck_assert_uint_ge(stoa_table_max_rows(other), 10000000); /* it has room for other tables */
    stoa_table_free(other);
    stoa_table_free(table);
}

TEST(a_field_keeps_the_max_rows_that_was_asked_for_though_no_address_space_is_granted)
{
    const stoa_field field = {.name = "y", .type = STOA_INT64, .initial.int64 = 6};
    stoa_table *table = TABLE(OPTIONS(.rows = 50, .max_rows = 10000000), x_field);
    faults_limit_mapping(10000000 * 4);
    PASSES(stoa_table_add_field(table, &field, NULL, &trouble)); /* this table is in plain memory */
    faults_limit_mapping(0);
    ck_assert_uint_eq(stoa_table_max_rows(table), 10000000);
    PASSES(stoa_table_resize(table, scaled(10000000, 9000), &trouble));
    ck_assert_int_eq(stoa_int64_column(table, "y")[stoa_table_rows(table) - 1], 6);
    stoa_table_free(table);
}

TEST(a_field_lowers_max_rows_where_none_was_asked_for_and_less_is_granted)
{
    const stoa_field field = {.name = "y", .type = STOA_INT64, .initial.int64 = 6};
    stoa_table *table = TABLE(OPTIONS(.rows = 50), x_field);
    size_t before = stoa_table_max_rows(table);
    faults_limit_mapping((size_t)64 << 20);
    WORKS(table, stoa_table_add_field(table, &field, NULL, &trouble));
    faults_limit_mapping(0);
    size_t most = stoa_table_max_rows(table);
    ck_assert(most < before && most <= (64 << 20) / 8 && most >= (16 << 20) / 8);
    PASSES(stoa_table_resize(table, scaled(most, 9000), &trouble));
    ck_assert_int_eq(stoa_int64_column(table, "y")[stoa_table_rows(table) - 1], 6);
    ck_assert_int_eq(stoa_int32_column(table, "x")[stoa_table_rows(table) - 1], 7);
    FAILS(STOA_FULL, stoa_table_resize(table, most + 1, &trouble));
    stoa_table_free(table);
}

TEST(a_dropped_field_is_gone_and_its_index_is_never_used_again)
{
    void *at[3];
    stoa_table *table = filled(at);
    size_t index;
    WORKS(table, stoa_table_drop_field(table, "y", &trouble));
    ck_assert_ptr_null(stoa_table_field_name(table, 1));
    ck_assert_int_eq(stoa_table_field_type(table, 1), STOA_NO_TYPE);
    ck_assert_ptr_null(stoa_column_cells(table, 1));
    ck_assert_ptr_null(stoa_uint8_column(table, "y"));
    ck_assert_uint_eq(stoa_table_field_count(table), 2);
    ck_assert_uint_eq(stoa_table_field_limit(table), 3);
    ck_assert_uint_eq(stoa_table_row_bytes(table), 12);
    REFUSED(table, STOA_NO_FIELD, stoa_table_find_field(table, "y", &index, &trouble));
    REFUSED(table, STOA_NO_FIELD, stoa_table_drop_field(table, "y", &trouble));
    SAYS("y");

    for (size_t i = 3; i < 20; i++) { /* the same name each time */
        stoa_field field = {.name = "y", .type = STOA_UINT8, .initial.uint64 = i};
        WORKS(table, stoa_table_add_field(table, &field, &index, &trouble));
        ck_assert_uint_eq(index, i);
        ck_assert_uint_eq(stoa_table_field_limit(table), i + 1);
        ck_assert_uint_eq(stoa_uint8_column(table, "y")[999], i);
        WORKS(table, stoa_table_drop_field(table, "y", &trouble));
    }
    ck_assert_ptr_eq(stoa_int32_column(table, "x"), at[0]);
    ck_assert_ptr_eq(stoa_float64_column(table, "w"), at[2]);
    for (int i = 0; i < 1000; i++)
        ck_assert(((int32_t *)at[0])[i] == -i && ((double *)at[2])[i] == i / 8.0);
    stoa_table_free(table);
}

TEST(the_other_fields_are_found_after_many_were_dropped)
{
    enum { COUNT = 300 };
    stoa_table *table = TABLE(OPTIONS(.max_rows = 8), x_field);
    char name[32];
    for (size_t i = 1; i < COUNT; i++) {
        field_number(name, sizeof name, i);
        stoa_field field = {.name = name, .type = STOA_INT8};
        PASSES(stoa_table_add_field(table, &field, NULL, &trouble));
    }
    for (size_t i = 1; i < COUNT; i++)
        if (i % 3 != 0) {
            field_number(name, sizeof name, i);
            PASSES(stoa_table_drop_field(table, name, &trouble));
        }
    for (size_t i = 1; i < COUNT; i++) {
        size_t found = SIZE_MAX;
        field_number(name, sizeof name, i);
        FAILS(i % 3 != 0 ? STOA_NO_FIELD : STOA_OK,
              stoa_table_find_field(table, name, &found, &trouble));
        ck_assert_uint_eq(found, i % 3 != 0 ? SIZE_MAX : i);
    }
    stoa_table_free(table);
}

TEST(the_last_field_cannot_be_dropped)
{
    stoa_table *table = TABLE(NULL, x_field, {.name = "y", .type = STOA_INT8});
    WORKS(table, stoa_table_drop_field(table, "x", &trouble));
    REFUSED(table, STOA_INVALID, stoa_table_drop_field(table, "y", &trouble));
    stoa_table_free(table);
}

TEST(a_renamed_field_is_found_by_its_new_name_only_and_stays_where_it_is)
{
    void *at[3];
    stoa_table *table = filled(at);
    size_t found = 99;
    WORKS(table, stoa_table_rename_field(table, "y", "ypsilon", &trouble));
    ck_assert_str_eq(stoa_table_field_name(table, 1), "ypsilon");
    WORKS(table, stoa_table_find_field(table, "ypsilon", &found, &trouble));
    ck_assert_uint_eq(found, 1);
    REFUSED(table, STOA_NO_FIELD, stoa_table_find_field(table, "y", &found, &trouble));
    REFUSED(table, STOA_NO_FIELD, stoa_table_rename_field(table, "y", "z", &trouble));
    WORKS(table, stoa_table_rename_field(table, "x", "y", &trouble)); /* the name is free again */
    still_filled(table, at, 0, 3);
    stoa_table_free(table);
}

TEST(a_field_can_be_renamed_to_a_part_of_its_own_name)
{
    stoa_table *table = TABLE(NULL, {.name = "long name", .type = STOA_INT8});
    const char *own = stoa_table_field_name(table, 0);
    WORKS(table, stoa_table_rename_field(table, own, own + 5, &trouble));
    ck_assert_str_eq(stoa_table_field_name(table, 0), "name");
    stoa_table_free(table);
}

/* ---- invalid fields ---- */

TEST(a_field_without_a_type_a_name_or_a_reason_is_refused)
{
    stoa_table *table = TABLE(NULL, x_field);
    stoa_field field = {.name = "y"};
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_add_field(table, &field, NULL, &trouble));
    SAYS("y");
    field.type = (stoa_type)BEHIND_TYPES;
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_add_field(table, &field, NULL, &trouble));
    field.type = STOA_INT8;
    field.flags = 8;
    REFUSED(table, STOA_INVALID, stoa_table_add_field(table, &field, NULL, &trouble));
    field.flags = 0;
    for (int i = 0; i < 2; i++) {
        field.reserved[i] = 1;
        REFUSED(table, STOA_INVALID, stoa_table_add_field(table, &field, NULL, &trouble));
        field.reserved[i] = 0;
    }
    field.name = NULL;
    ck_assert_int_ne(stoa_table_add_field(table, &field, NULL, &trouble), STOA_OK);
    ck_assert_int_ne(stoa_table_add_field(table, NULL, NULL, &trouble), STOA_OK);
    stoa_table_free(table);
}

TEST(a_table_never_has_had_more_fields_than_the_most)
{
    stoa_field *fields = calloc(STOA_MAX_FIELDS + 1, sizeof *fields);
    char(*names)[32] = calloc(STOA_MAX_FIELDS + 1, sizeof *names);
    ck_assert(fields != NULL && names != NULL);
    for (size_t i = 0; i <= STOA_MAX_FIELDS; i++) {
        field_number(names[i], sizeof names[i], i);
        fields[i] = (stoa_field){.name = names[i], .type = STOA_INT8};
    }
    stoa_table *table = NULL;
    const stoa_table_options *options = OPTIONS(.rows = 1, .max_rows = 1);
    ck_assert_int_ne(stoa_table_new(&table, fields, STOA_MAX_FIELDS + 1, options, &trouble),
                     STOA_OK);
    SAYS("32767");
    PASSES(stoa_table_new(&table, fields, STOA_MAX_FIELDS - 1, options, &trouble));
    PASSES(stoa_table_add_field(table, &fields[STOA_MAX_FIELDS - 1], NULL, &trouble));
    PASSES(stoa_table_drop_field(table, "field 100", &trouble));
    FAILS(STOA_FULL, stoa_table_add_field(table, &fields[STOA_MAX_FIELDS], NULL, &trouble));
    SAYS("32767");
    size_t found;
    PASSES(stoa_table_find_field(table, names[STOA_MAX_FIELDS - 1], &found, &trouble));
    ck_assert_uint_eq(found, STOA_MAX_FIELDS - 1);
    stoa_table_free(table);
    free(names);
    free(fields);
}

int main(void)
{
    return RUN("fields", a_name_may_be_any_utf8_up_to_255_bytes,
               a_name_that_is_empty_or_too_long_is_refused, a_name_that_is_not_utf8_is_refused,
               a_name_that_is_taken_is_refused, a_name_is_copied,
               each_field_is_found_among_1_8_100_and_1000, a_name_is_found_only_as_a_whole,
               an_index_without_a_field_has_neither_name_nor_type_nor_cells,
               an_added_field_gives_its_default_to_every_row_and_moves_no_column,
               a_narrow_table_takes_many_wide_fields_more,
               a_field_keeps_the_max_rows_that_was_asked_for_though_no_address_space_is_granted,
               a_field_lowers_max_rows_where_none_was_asked_for_and_less_is_granted,
               a_dropped_field_is_gone_and_its_index_is_never_used_again,
               the_other_fields_are_found_after_many_were_dropped, the_last_field_cannot_be_dropped,
               a_renamed_field_is_found_by_its_new_name_only_and_stays_where_it_is,
               a_field_can_be_renamed_to_a_part_of_its_own_name,
               a_field_without_a_type_a_name_or_a_reason_is_refused,
               a_table_never_has_had_more_fields_than_the_most);
}
