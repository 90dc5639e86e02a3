/* test_errors.c: statuses and their texts; what messages say; errors may be NULL, are not changed
 * by success, and are complete however long the names are. */
#include "../support/sources.h"
#include "../support/testing.h"
#include "../support/things.h"

/* ---- statuses ---- */

TEST(each_status_has_a_name_a_number_and_a_text_of_its_own)
{
    const char *texts[64];
    size_t count = 0;
#define CHECK(NAME, number, text)                                   \
    ck_assert_int_eq(STOA_##NAME, number);                          \
    ck_assert_str_eq(stoa_status_name(STOA_##NAME), "STOA_" #NAME); \
    ck_assert_str_eq(stoa_status_text(STOA_##NAME), text);          \
    texts[count++] = stoa_status_text(STOA_##NAME);
    STOA_STATUSES(CHECK)
#undef CHECK
    ck_assert_uint_ge(count, 11);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(texts[i], texts[j]);
}

TEST(a_number_that_is_no_status_has_a_name_and_a_text_all_the_same)
{
    static const int none[] = {-1, 50, 99, 1 << 30};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_str_eq(stoa_status_name((stoa_status)none[i]), "STOA_?");
        ck_assert_ptr_nonnull(stoa_status_text((stoa_status)none[i]));
        ck_assert_str_ne(stoa_status_text((stoa_status)none[i]), "");
    }
}

/* ---- messages ---- */

static stoa_table *three_fields(void)
{
    return TABLE(OPTIONS(.rows = 4, .max_rows = 6), {.name = "alpha", .type = STOA_INT8},
                 {.name = "beta", .type = STOA_FLOAT32}, {.name = "gamma", .type = STOA_OBJECT});
}

TEST(a_name_that_is_not_found_is_told_with_the_names_that_there_are)
{
    stoa_table *table = three_fields();
    size_t field;
    REFUSED(table, STOA_NO_FIELD, stoa_table_find_field(table, "delta", &field, &trouble));
    SAYS("delta");
    SAYS("alpha");
    SAYS("beta");
    SAYS("gamma");
    REFUSED(table, STOA_NO_FIELD, stoa_table_drop_field(table, "delta", &trouble));
    SAYS("gamma");
    WORKS(table, stoa_table_drop_field(table, "beta", &trouble));
    REFUSED(table, STOA_NO_FIELD, stoa_table_rename_field(table, "delta", "e", &trouble));
    SAYS("alpha");
    SAYS("gamma");
    ck_assert_ptr_null(strstr(trouble.message, "beta")); /* a dropped field */
    stoa_table_free(table);
}

TEST(a_message_names_the_field_the_value_and_the_type)
{
    stoa_table *table = three_fields();
    stoa_row row = stoa_table_row(table, 2);
    REFUSED(table, STOA_OVERFLOW, stoa_row_set(row, 0, stoa_int64_value(-129), &trouble));
    SAYS("alpha");
    SAYS("-129");
    SAYS("int8");
    ck_assert_uint_eq(trouble.row, 2);
    REFUSED(table, STOA_OVERFLOW, stoa_row_set(row, 0, stoa_uint64_value(UINT64_MAX), &trouble));
    SAYS("18446744073709551615");
    REFUSED(table, STOA_OVERFLOW, stoa_row_set(row, 1, stoa_float64_value(1e39), &trouble));
    SAYS("beta");
    SAYS("float32");
    REFUSED(table, STOA_WRONG_TYPE, stoa_row_set(row, 0, stoa_float64_value(1.5), &trouble));
    SAYS("1.5");
    REFUSED(table, STOA_WRONG_TYPE, stoa_row_set(row, 2, stoa_boolean_value(true), &trouble));
    SAYS("gamma");
    SAYS("object");
    REFUSED(table, STOA_NO_FIELD, stoa_row_set(row, 3, stoa_boolean_value(true), &trouble));
    SAYS("3");
    stoa_table_free(table);
}

TEST(a_message_names_the_row_and_how_many_there_are)
{
    stoa_table *table = three_fields();
    REFUSED(table, STOA_OUT_OF_RANGE, stoa_table_remove(table, 2, 3, &trouble));
    SAYS("4");
    REFUSED(table, STOA_OUT_OF_RANGE, stoa_table_swap_remove(table, 77, &trouble));
    SAYS("77");
    ck_assert_uint_eq(trouble.row, 77);
    REFUSED(table, STOA_OUT_OF_RANGE, stoa_table_swap(table, 0, 78, &trouble));
    SAYS("78");
    REFUSED(table, STOA_OUT_OF_RANGE, stoa_table_insert(table, 79, NULL, 0, &trouble));
    SAYS("79");
    REFUSED(table, STOA_FULL, stoa_table_resize(table, 7, &trouble));
    SAYS("7");
    SAYS("6");
    SAYS("max_rows");
    static const size_t indices[] = {0, 80};
    stoa_table *taken = NULL;
    REFUSED(table, STOA_OUT_OF_RANGE, stoa_table_take(&taken, table, indices, 2, &trouble));
    SAYS("80");
    stoa_table_free(table);
}

TEST(a_message_of_refused_memory_says_so)
{
    stoa_table *table = NULL;
    const stoa_field x = {.name = "x", .type = STOA_INT32};
    faults_arm(FAULT_ANY, 0, SIZE_MAX);
    stoa_status status = stoa_table_new(&table, &x, 1, NULL, &trouble);
    faults_disarm();
    ck_assert_int_eq(status, STOA_OUT_OF_MEMORY);
    ck_assert_int_eq(trouble.status, STOA_OUT_OF_MEMORY);
    SAYS("refused");
}

/* ---- long names ---- */

static bool is_utf8(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        int more = *c < 0x80 ? 0 : *c < 0xe0 ? 1 : *c < 0xf0 ? 2 : 3;
        if (*c >= 0x80 && *c < 0xc0)
            return false;
        for (c++; more > 0; more--, c++)
            if ((*c & 0xc0) != 0x80)
                return false;
    }
    return true;
}

TEST(a_message_of_long_names_ends_within_its_size_and_between_characters)
{
    for (size_t ascii = 0; ascii < 8; ascii++) {
        char names[3][STOA_MAX_NAME + 1];
        stoa_field fields[3];
        memset(fields, 0, sizeof fields);
        for (int i = 0; i < 3; i++) {
            size_t length = 0;
            for (size_t k = 0; k <= ascii; k++)
                names[i][length++] = (char)('a' + i);
            while (length + 4 <= STOA_MAX_NAME) {
                memcpy(names[i] + length, i == 1 ? "\xf0\x9f\x98\x80" : "\xe5\x90\x8d", 4);
                length += i == 1 ? 4 : 3;
            }
            names[i][length] = '\0';
            fields[i].name = names[i];
            fields[i].type = STOA_INT8;
        }
        stoa_table *table = new_table(fields, 3, OPTIONS(.rows = 1));
        size_t field;
        char absent[STOA_MAX_NAME + 1];
        memcpy(absent, names[0], sizeof absent);
        absent[0] = 'z';
        REFUSED(table, STOA_NO_FIELD, stoa_table_find_field(table, absent, &field, &trouble));
        ck_assert_msg(is_utf8(trouble.message), "not UTF-8: %s", trouble.message);
        REFUSED(table, STOA_NO_FIELD, stoa_table_find_field(table, "z", &field, &trouble));
        ck_assert_msg(is_utf8(trouble.message), "not UTF-8: %s", trouble.message);
        for (int i = 0; i < 3; i++) {
            stoa_row row = stoa_table_row(table, 0);
            REFUSED(table, STOA_OVERFLOW,
                    stoa_row_set(row, (size_t)i, stoa_int64_value(300), &trouble));
            ck_assert_msg(is_utf8(trouble.message), "not UTF-8: %s", trouble.message);
            REFUSED(table, STOA_BAD_NAME, stoa_table_add_field(table, &fields[i], NULL, &trouble));
            ck_assert_msg(is_utf8(trouble.message), "not UTF-8: %s", trouble.message);
        }
        stoa_table_free(table);
    }
}

TEST(a_name_that_is_no_text_is_looked_for_and_told_as_text)
{
    static const char *const odd[] = {"\xff\xfe", "a\x80z", "\xe5\x90", "\xc0\xaf!",
                                      "\xed\xa0\x80"};
    stoa_table *table = three_fields();
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        size_t field;
        REFUSED(table, STOA_NO_FIELD, stoa_table_find_field(table, odd[i], &field, &trouble));
        ck_assert_msg(is_utf8(trouble.message), "not UTF-8: %s", trouble.message);
        SAYS("alpha");
        SAYS("gamma");
    }
    SAYS("?");
    stoa_table_free(table);
}

TEST(a_thousand_names_are_listed_as_far_as_they_go)
{
    static stoa_field fields[1000];
    static char names[1000][24];
    for (int i = 0; i < 1000; i++) {
        snprintf(names[i], sizeof names[i], "field_%d", i);
        fields[i] = (stoa_field){.name = names[i], .type = STOA_INT8};
    }
    stoa_table *table = new_table(fields, 1000, OPTIONS(.max_rows = 1));
    size_t field;
    FAILS(STOA_NO_FIELD, stoa_table_find_field(table, "absent", &field, &trouble));
    SAYS("absent");
    SAYS("field_0");
    SAYS("field_9");
    ck_assert_uint_lt(strlen(trouble.message), STOA_MESSAGE_SIZE);
    stoa_table_free(table);
}

/* ---- the error itself ---- */

/* Calls every public function that takes an error, so that it works (`well`) or fails. */
static void call_everything(stoa_error *error, bool well)
{
    stoa_table *table = NULL, *other = NULL;
    stoa_pool *pool = NULL;
    const stoa_field fields[] = {{.name = "a", .type = STOA_INT8},
                                 {.name = "b", .type = STOA_INT8}};
    const stoa_field added = {.name = well ? "c" : "a", .type = STOA_INT8};
    static const size_t indices[] = {2, 0, 1, 5};
    static const uint8_t mask[3] = {1, 1, 1};
    static const int8_t data[2] = {1, 2};
    const stoa_source source = {.name = well ? "a" : "z", .type = STOA_INT8, .data = data};
    const stoa_value value = stoa_int64_value(well ? 5 : 500);
    stoa_value got;
    size_t field;
    ck_assert_int_eq(stoa_table_new(&table, fields, 2, OPTIONS(.rows = 3, .max_rows = 20), error),
                     STOA_OK);
#define CALL(call) ck_assert_msg(((call) == STOA_OK) == well, "%s", #call)
    CALL(stoa_table_new(&other, fields, well ? 2 : 0, NULL, error));
    stoa_table_free(other);
    CALL(stoa_pool_new(well ? &pool : NULL, NULL, error));
    stoa_pool_free(pool);
    CALL(stoa_table_take(&other, table, indices, well ? 3 : 4, error));
    if (well)
        stoa_table_free(other);
    CALL(stoa_table_find_field(table, well ? "a" : "z", &field, error));
    CALL(stoa_table_add_field(table, &added, NULL, error));
    CALL(stoa_table_rename_field(table, well ? "c" : "z", "d", error));
    CALL(stoa_table_drop_field(table, well ? "d" : "z", error));
    CALL(stoa_table_resize(table, well ? 3 : 21, error));
    CALL(stoa_table_reserve(table, well ? 3 : 21, error));
    CALL(stoa_table_permute(table, indices, well ? 3 : 2, error));
    CALL(stoa_table_keep(table, mask, well ? 3 : 2, error));
    CALL(stoa_table_append(table, &value, 1, error));
    CALL(stoa_table_insert(table, 0, &value, 1, error));
    CALL(stoa_table_replace(table, well ? 0 : 30, &value, 1, error));
    CALL(stoa_table_extend(table, &source, 1, 2, error));
    CALL(stoa_table_remove(table, well ? 0 : 30, 1, error));
    CALL(stoa_table_swap(table, 0, well ? 1 : 30, error));
    CALL(stoa_table_swap_remove(table, well ? 0 : 30, error));
    CALL(stoa_column_write(table, well ? 0 : 7, 0, 1, 2, &source, error));
    CALL(stoa_column_export(table, well ? 0 : 7, error));
    if (well)
        stoa_column_unexport(table, 0);
    CALL(stoa_row_set(stoa_table_row(table, well ? 0 : 30), 0, value, error));
    CALL(stoa_row_get(stoa_table_row(table, well ? 0 : 30), 0, &got, error));
#undef CALL
    ck_assert_int_eq(stoa_table_reverse(table, error), STOA_OK);
    ck_assert_int_eq(stoa_table_copy(&other, table, error), STOA_OK);
    stoa_table_free(other);
    stoa_table_free(table);
}

TEST(an_error_may_be_null_everywhere)
{
    call_everything(NULL, true);
    call_everything(NULL, false);
}

TEST(an_error_is_left_alone_by_calls_that_work)
{
    stoa_error error, before;
    memset(&error, 0x5a, sizeof error);
    before = error;
    call_everything(&error, true);
    ck_assert_mem_eq(&error, &before, sizeof error);
}

TEST(an_error_need_not_be_zeroed)
{
    stoa_error error;
    memset(&error, 0x5a, sizeof error);
    call_everything(&error, false);
    ck_assert_int_ne(error.status, STOA_OK);
    ck_assert_ptr_nonnull(memchr(error.message, 0, sizeof error.message));
    ck_assert_uint_eq(error.reserved, 0);
}

int main(void)
{
    return RUN("errors", each_status_has_a_name_a_number_and_a_text_of_its_own,
               a_number_that_is_no_status_has_a_name_and_a_text_all_the_same,
               a_name_that_is_not_found_is_told_with_the_names_that_there_are,
               a_message_names_the_field_the_value_and_the_type,
               a_message_names_the_row_and_how_many_there_are, a_message_of_refused_memory_says_so,
               a_message_of_long_names_ends_within_its_size_and_between_characters,
               a_name_that_is_no_text_is_looked_for_and_told_as_text,
               a_thousand_names_are_listed_as_far_as_they_go, an_error_may_be_null_everywhere,
               an_error_is_left_alone_by_calls_that_work, an_error_need_not_be_zeroed);
}
