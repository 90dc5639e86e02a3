/* test_string_fields.c: fields of strings: cells, whole columns, handles of this pool and of
 * others, nulls, shared pools, typed tables, compaction. test_random covers them among the other
 * types. */
#include <stdlib.h>

#include "../support/testing.h"

#define S(text) ((stoa_string){text, sizeof(text) - 1})
/* The same, for arrays that are static. */
#define T(text)                \
    {                          \
        text, sizeof(text) - 1 \
    }
#define NAME                                \
    {                                       \
        .name = "name", .type = STOA_STRING \
    }

static void has(const stoa_table *table, size_t row, const char *expected)
{
    stoa_string found;
    PASSES(
        stoa_row_get_string(stoa_table_row((stoa_table *)(uintptr_t)table, row), "name", &found));
    ck_assert_uint_eq(found.length, strlen(expected));
    ck_assert_mem_eq(found.bytes, expected, found.length);
}

static stoa_table *table_of(const stoa_table_options *options, size_t count,
                            const stoa_string *strings)
{
    stoa_table *table = TABLE(options, NAME);
    const stoa_source source = {.name = "name", .type = STOA_STRING, .data = strings};
    WORKS(table, stoa_table_extend(table, &source, 1, count, &trouble));
    return table;
}

static const stoa_string four[] = {T("Ann"), T("Bob"), T(""), T("Ann")};

/* ---- cells ---- */

TEST(a_cell_takes_a_string_and_nothing_else)
{
    stoa_table *table = table_of(NULL, 4, four);
    stoa_row row = stoa_table_row(table, 1);
    WORKS(table, stoa_row_set(row, 0, stoa_string_value(S("Eve\0!")), &trouble));
    stoa_value value;
    PASSES(stoa_row_get(row, 0, &value, &trouble));
    ck_assert_int_eq(value.type, STOA_STRING);
    ck_assert_uint_eq(value.string.length, 5);
    ck_assert_mem_eq(value.string.bytes, "Eve\0!", 5);
    static const char *const no[] = {"1", "null", "0.5"};
    const stoa_value wrong[] = {
        stoa_int64_value(1), {.type = STOA_STRING, .is_null = true}, stoa_float64_value(0.5)};
    for (size_t i = 0; i < 3; i++) {
        REFUSED(table, STOA_WRONG_TYPE, stoa_row_set(row, 0, wrong[i], &trouble));
        SAYS(no[i]);
        REFUSED(table, STOA_WRONG_TYPE, stoa_table_append(table, &wrong[i], 1, &trouble));
        SAYS("'name'");
    }
    REFUSED(table, STOA_INVALID, stoa_row_set(row, 0, stoa_string_value(S("\xFF")), &trouble));
    SAYS("'name' is not UTF-8");
    int32_t number = 0;
    ck_assert_int_eq(stoa_row_get_int32(row, "name", &number), STOA_WRONG_TYPE);
    ck_assert_int_eq(stoa_row_set_int32(row, "name", 1), STOA_WRONG_TYPE);
    stoa_table_free(table);
}

TEST(a_string_goes_into_no_field_of_numbers)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 2), {.name = "x", .type = STOA_INT32}, NAME);
    const stoa_source strings = {.type = STOA_STRING, .data = four};
    static const int32_t numbers[] = {1, 2};
    const stoa_source source = {.type = STOA_INT32, .data = numbers};
    REFUSED(table, STOA_WRONG_TYPE,
            stoa_row_set(stoa_table_row(table, 0), 0, stoa_string_value(S("abc")), &trouble));
    SAYS("'abc'");
    REFUSED(table, STOA_WRONG_TYPE, stoa_column_write(table, 0, 0, 1, 2, &strings, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_column_write(table, 1, 0, 1, 2, &source, &trouble));
    stoa_table_free(table);
}

/* ---- columns ---- */

TEST(a_column_is_written_from_strings_in_any_order)
{
    stoa_table *table = table_of(NULL, 4, four);
    stoa_source source = {.type = STOA_STRING, .data = four};
    WORKS(table, stoa_column_write(table, 0, 3, -1, 4, &source, &trouble));
    has(table, 0, "Ann");
    has(table, 1, "");
    has(table, 2, "Bob");
    source.repeat = true;
    source.data = four + 1;
    WORKS(table, stoa_column_write(table, 0, 0, 2, 2, &source, &trouble));
    has(table, 0, "Bob");
    has(table, 2, "Bob");
    const stoa_string bad[] = {S("new"), S("\xC3")};
    source = (stoa_source){.name = "name", .type = STOA_STRING, .data = bad};
    REFUSED(table, STOA_INVALID, stoa_column_write(table, 0, 0, 1, 2, &source, &trouble));
    SAYS("value 1 for field 'name' is not UTF-8");
    ck_assert_uint_eq(trouble.row, 1);
    REFUSED(table, STOA_INVALID, stoa_table_extend(table, &source, 1, 2, &trouble));
    REFUSED(table, STOA_INVALID, stoa_table_splice(table, 1, 1, 2, &source, 1, 2, &trouble));
    stoa_table_free(table);
}

TEST(handles_of_the_pool_and_of_another_are_taken_and_unknown_ones_refused)
{
    stoa_table *table = table_of(NULL, 4, four);
    static const stoa_string more[] = {T("Zoe"), T("Bob"), T("")};
    stoa_table *other = table_of(NULL, 3, more);
    stoa_source source = {.name = "name",
                          .type = STOA_STRING,
                          .data = stoa_string_column(table, "name"),
                          .strings = stoa_table_strings(table)};
    WORKS(table, stoa_table_extend(table, &source, 1, 2, &trouble));
    has(table, 4, "Ann");
    ck_assert_uint_eq(stoa_string_pool_count(stoa_table_strings(table)), 3);
    source.data = stoa_string_column(other, "name");
    source.strings = stoa_table_strings(other);
    WORKS(table, stoa_column_write(table, 0, 1, 1, 3, &source, &trouble));
    has(table, 1, "Zoe");
    has(table, 2, "Bob");
    has(table, 3, "");
    ck_assert_uint_eq(stoa_string_pool_count(stoa_table_strings(table)), 4);
    static const stoa_handle unknown[] = {1, 3};
    source.data = unknown;
    REFUSED(table, STOA_OUT_OF_RANGE, stoa_table_extend(table, &source, 1, 2, &trouble));
    SAYS("value 1 for field 'name' is handle 3, but the pool has 3 strings");
    ck_assert_uint_eq(trouble.row, 1);
    source.type = STOA_UINT32;
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_extend(table, &source, 1, 2, &trouble));
    stoa_table_free(table);
    stoa_table_free(other);
}

TEST(null_strings_stay_null_and_are_not_looked_at)
{
    stoa_table *table = TABLE(NULL, {.name = "name", .type = STOA_STRING, .flags = STOA_NULLABLE});
    const stoa_string strings[] = {S("Ann"), {NULL, 5}, S("\xFF"), S("Bob")};
    static const uint8_t there = 9;
    const stoa_source source = {
        .name = "name", .type = STOA_STRING, .data = strings, .validity = &there};
    WORKS(table, stoa_table_extend(table, &source, 1, 4, &trouble));
    for (size_t round = 0; round < 2; round++) {
        has(table, 0, "Ann");
        has(table, 3, "Bob");
        for (size_t row = 1; row < 3; row++) {
            stoa_value value;
            PASSES(stoa_row_get(stoa_table_row(table, row), 0, &value, &trouble));
            ck_assert(value.is_null && value.type == STOA_STRING);
            ck_assert_uint_eq(stoa_string_column(table, "name")[row], 0);
        }
        WORKS(table, stoa_column_write(table, 0, 0, 1, 4, &source, &trouble));
    }
    WORKS(table, stoa_row_set(stoa_table_row(table, 1), 0, stoa_string_value(S("")), &trouble));
    has(table, 1, "");
    WORKS(table, stoa_table_resize(table, 6, &trouble));
    bool is_null = false;
    PASSES(stoa_row_is_null(stoa_table_row(table, 5), "name", &is_null));
    ck_assert(is_null);
    stoa_table_free(table);
}

/* ---- defaults ---- */

TEST(new_rows_get_the_default_string)
{
    char text[] = "unknown";
    stoa_table *table = TABLE(OPTIONS(.rows = 2),
                              {.name = "name", .type = STOA_STRING, .initial.string = {text, 7}});
    memset(text, 'x', 7); /* it was copied */
    has(table, 1, "unknown");
    WORKS(table, stoa_table_append(table, NULL, 0, &trouble));
    has(table, 2, "unknown");
    const stoa_field other = {.name = "other", .type = STOA_STRING, .initial.string = S("?")};
    WORKS(table, stoa_table_add_field(table, &other, NULL, &trouble));
    stoa_string found;
    PASSES(stoa_row_get_string(stoa_table_row(table, 1), "other", &found));
    ck_assert_uint_eq(found.length, 1);
    stoa_table *copy = NULL;
    WORKS(table, stoa_table_copy(&copy, table, &trouble));
    WORKS(copy, stoa_table_resize(copy, 9, &trouble));
    has(copy, 8, "unknown");
    stoa_table_free(copy);
    stoa_table_free(table);
    stoa_table *none = NULL;
    const stoa_field bad = {.name = "name", .type = STOA_STRING, .initial.string = S("a\xFF")};
    FAILS(STOA_INVALID, stoa_table_new(&none, &bad, 1, NULL, &trouble));
    SAYS("'name'");
    const stoa_field number = {.name = "name", .type = STOA_STRING, .initial.int64 = 1};
    FAILS(STOA_WRONG_TYPE, stoa_table_new(&none, &number, 1, NULL, &trouble));
}

/* ---- pools ---- */

TEST(tables_share_a_pool_that_is_given)
{
    stoa_string_pool *pool = NULL;
    WORKS(NULL, stoa_string_pool_new(&pool, NULL, &trouble));
    stoa_table *a = table_of(OPTIONS(.strings = pool), 4, four);
    stoa_table *b = table_of(OPTIONS(.strings = pool), 2, four);
    stoa_string_pool_free(pool); /* the tables have it */
    ck_assert_ptr_eq(stoa_table_strings(a), stoa_table_strings(b));
    ck_assert_uint_eq(stoa_string_column(a, "name")[3], stoa_string_column(b, "name")[0]);
    stoa_table_free(a);
    has(b, 1, "Bob");
    stoa_table_free(b);
}

TEST(a_full_pool_refuses_rows_and_changes_nothing)
{
    const stoa_string_pool_options options = {.max_count = 3};
    stoa_string_pool *pool = NULL;
    PASSES(stoa_string_pool_new(&pool, &options, &trouble));
    stoa_table *table = table_of(OPTIONS(.strings = pool), 4, four);
    const stoa_string more[] = {S("Bob"), S("Eve")};
    const stoa_source source = {.name = "name", .type = STOA_STRING, .data = more};
    REFUSED(table, STOA_FULL, stoa_table_extend(table, &source, 1, 2, &trouble));
    REFUSED(table, STOA_FULL, stoa_column_write(table, 0, 0, 1, 2, &source, &trouble));
    const stoa_value eve = stoa_string_value(more[1]);
    REFUSED(table, STOA_FULL, stoa_table_append(table, &eve, 1, &trouble));
    REFUSED(table, STOA_FULL, stoa_row_set(stoa_table_row(table, 0), 0, eve, &trouble));
    WORKS(table, stoa_table_extend(table, &source, 1, 1, &trouble));
    stoa_table_free(table);
    stoa_string_pool_free(pool);
}

TEST(a_table_tells_how_many_rows_take_handles_that_are_stored_from_outside)
{
    stoa_table *strings = TABLE(OPTIONS(.rows = 3), NAME, {.name = "x", .type = STOA_INT32});
    stoa_table *plain = TABLE(OPTIONS(.rows = 3), {.name = "x", .type = STOA_INT32});
    stoa_table *objects = TABLE(OPTIONS(.rows = 3), NAME, {.name = "o", .type = STOA_OBJECT});
    ck_assert_uint_eq(strings->append_limit, 0);
    ck_assert_uint_ge(strings->room, 3);
    ck_assert_uint_eq(plain->room, plain->append_limit);
    ck_assert_uint_eq(objects->room, 0);
    stoa_table_free(strings);
    stoa_table_free(plain);
    stoa_table_free(objects);
}

TEST(compaction_drops_the_strings_that_no_cell_holds)
{
    stoa_table *table = table_of(NULL, 4, four), *other = NULL;
    WORKS(table, stoa_row_set_string(stoa_table_row(table, 1), "name", S("Eve")));
    PASSES(stoa_table_copy(&other, table, &trouble));
    WORKS(table, stoa_table_remove(table, 0, 1, &trouble));
    const stoa_handle *cells = stoa_string_column(table, "name");
    uint64_t version = stoa_column_version(table, 0);
    WORKS(table, stoa_table_compact(table, &trouble));
    ck_assert_ptr_eq(stoa_string_column(table, "name"), cells);
    ck_assert_uint_eq(stoa_column_version(table, 0), version);
    ck_assert_uint_eq(stoa_string_pool_count(stoa_table_strings(table)), 3);
    ck_assert_uint_eq(stoa_string_pool_count(stoa_table_strings(other)), 4);
    static const char *const left[] = {"Eve", "", "Ann"};
    for (size_t row = 0; row < 3; row++) {
        has(table, row, left[row]);
        has(other, row + 1, left[row]);
    }
    PASSES(stoa_column_lock(table, 0, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_compact(table, &trouble));
    stoa_column_unlock(table, 0);
    stoa_table_free(table);
    has(other, 0, "Ann");
    stoa_table_free(other);
    stoa_table *numbers = TABLE(NULL, {.name = "x", .type = STOA_INT8});
    WORKS(numbers, stoa_table_compact(numbers, &trouble));
    stoa_table_free(numbers);
}

/* ---- typed tables ---- */

#define PERSON(FIELD)   \
    FIELD(int32, age)   \
    FIELD(string, name) \
    FIELD(string, city, "Oslo")
STOA_RECORD(person, PERSON)

TEST(a_typed_table_takes_and_gives_strings)
{
    person_table people;
    PASSES(person_table_init(&people, 1, &trouble));
    ck_assert_uint_eq(person_name(person_at(&people, 0)).length, 0);
    ck_assert_uint_eq(person_city(person_at(&people, 0)).length, 4);
    person_values ann = person_defaults();
    ann.name = S("Ann");
    WORKS(people.table, person_table_append(&people, ann, &trouble));
    WORKS(people.table, person_table_push(&people, 7, S("Bob"), S("Rom"), &trouble));
    person row = person_at(&people, 1);
    ck_assert_mem_eq(person_name(row).bytes, "Ann", 3);
    ck_assert_mem_eq(person_city(row).bytes, "Oslo", 4);
    PASSES(person_set_name(row, S("Eve")));
    has(people.table, 1, "Eve");
    has(people.table, 2, "Bob");
    ck_assert_int_eq(person_set_name(row, S("\xFF")), STOA_INVALID);
    ck_assert_uint_ne(people.name[1], people.name[2]);
    person_table_dispose(&people);
}

int main(void)
{
    return RUN("string fields", a_cell_takes_a_string_and_nothing_else,
               a_string_goes_into_no_field_of_numbers,
               a_column_is_written_from_strings_in_any_order,
               handles_of_the_pool_and_of_another_are_taken_and_unknown_ones_refused,
               null_strings_stay_null_and_are_not_looked_at, new_rows_get_the_default_string,
               tables_share_a_pool_that_is_given, a_full_pool_refuses_rows_and_changes_nothing,
               compaction_drops_the_strings_that_no_cell_holds,
               a_table_tells_how_many_rows_take_handles_that_are_stored_from_outside,
               a_typed_table_takes_and_gives_strings);
}
