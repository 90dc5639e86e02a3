/* test_type.c: the list of types, the values made of them, and the version. */
#include <stoa/type.h>
#include <stoa/version.h>

#include "../support/plain_types.h"
#include "../support/testing.h"

TEST(each_type_has_a_name_a_width_and_is_found_by_its_name)
{
#define CHECK(NAME, type_name, cell, value, member)                \
    ck_assert_str_eq(stoa_type_name(STOA_##NAME), #type_name);     \
    ck_assert_uint_eq(stoa_type_width(STOA_##NAME), sizeof(cell)); \
    ck_assert_int_eq(stoa_type_named(#type_name), STOA_##NAME);
    STOA_TYPES(CHECK)
#undef CHECK
}

TEST(a_bool_takes_one_byte_and_an_object_four)
{
    ck_assert_uint_eq(stoa_type_width(STOA_BOOL), 1);
    ck_assert_uint_eq(stoa_type_width(STOA_INT64), 8);
    ck_assert_uint_eq(stoa_type_width(STOA_FLOAT32), 4);
    ck_assert_uint_eq(stoa_type_width(STOA_OBJECT), 4);
    ck_assert_uint_eq(stoa_type_width(STOA_STRING), 4);
}

TEST(what_is_no_type_has_neither_name_nor_width)
{
    static const int none[] = {STOA_NO_TYPE, BEHIND_TYPES, 255, 1 << 20, -1};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        ck_assert_ptr_null(stoa_type_name((stoa_type)none[i]));
        ck_assert_uint_eq(stoa_type_width((stoa_type)none[i]), 0);
    }
}

TEST(a_name_that_no_type_has_gives_no_type)
{
    static const char *const none[] = {"",      "int",    "int3",  "int32 ", " int32",  "INT32",
                                       "_Bool", "int322", "float", "double", "strings", "void *"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        ck_assert_int_eq(stoa_type_named(none[i]), STOA_NO_TYPE);
}

TEST(values_know_their_type_and_are_not_null)
{
    int object;
    stoa_value value = stoa_boolean_value(true);
    ck_assert(value.type == STOA_BOOL && value.boolean && !value.is_null);
    value = stoa_int64_value(INT64_MIN);
    ck_assert(value.type == STOA_INT64 && value.int64 == INT64_MIN && !value.is_null);
    value = stoa_uint64_value(UINT64_MAX);
    ck_assert(value.type == STOA_UINT64 && value.uint64 == UINT64_MAX && !value.is_null);
    value = stoa_float64_value(-0.1);
    ck_assert(value.type == STOA_FLOAT64 && value.float64 == -0.1 && !value.is_null);
    value = stoa_object_value(&object);
    ck_assert(value.type == STOA_OBJECT && value.object == &object && !value.is_null);
}

TEST(the_library_is_of_the_version_of_its_headers)
{
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", STOA_VERSION_MAJOR, STOA_VERSION_MINOR,
             STOA_VERSION_PATCH);
    ck_assert_str_eq(stoa_version(), version);
}

int main(void)
{
    return RUN("type", each_type_has_a_name_a_width_and_is_found_by_its_name,
               a_bool_takes_one_byte_and_an_object_four, what_is_no_type_has_neither_name_nor_width,
               a_name_that_no_type_has_gives_no_type, values_know_their_type_and_are_not_null,
               the_library_is_of_the_version_of_its_headers);
}
