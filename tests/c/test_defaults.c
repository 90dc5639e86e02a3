/* test_defaults.c: defaults of fields: which are accepted, which are refused, and which rows get
 * them. */
#include <math.h>

#include "../support/plain_types.h"
#include "../support/reference.h"
#include "../support/testing.h"
#include "../support/things.h"

static const stoa_type every_type[] = {
#define LISTED(NAME, name, cell, value, member) STOA_##NAME,
    PLAIN_TYPES(LISTED)
#undef LISTED
};
enum { TYPES = sizeof every_type / sizeof *every_type };

/* What a default of type `from`, given in its member, becomes in a field of type `to`. */
static stoa_status expected(stoa_type from, const void *value, stoa_type to, void *cell)
{
    return reference_convert(from, value, to, cell);
}

static void check_default(stoa_field field, stoa_type from, const void *value)
{
    uint64_t cell = 0, got = 0;
    stoa_status status = expected(from, value, field.type, &cell);
    stoa_table *table = NULL;
    FAILS(status, stoa_table_new(&table, &field, 1, OPTIONS(.rows = 3, .max_rows = 9), &trouble));
    if (status != STOA_OK) {
        ck_assert_ptr_null(table);
        SAYS("the field");
        return;
    }
    stoa_value initial = {0};
    PASSES(stoa_table_field_initial(table, 0, &initial));
    ck_assert_int_eq(initial.type, field.type);
    ck_assert(!initial.is_null);
    reference_cell(initial, &got);
    ck_assert_msg(reference_same(field.type, &got, &cell), "the default of a %s field from %s",
                  stoa_type_name(field.type), stoa_type_name(from));
    const char *cells = stoa_column_cells(table, 0);
    for (size_t i = 0; i < 3; i++)
        ck_assert(reference_same(field.type, cells + i * stoa_type_width(field.type), &cell));
    stoa_table_free(table);
}

/* Gives every edge value as a default, in the member for its type, to fields of every type. A zero
 * member means that no default is given, so zeros are left out. */
static void check_member(stoa_type from, void (*set)(stoa_initial *initial, const void *value))
{
    const char *edges;
    size_t count = reference_edges(from, (const void **)&edges);
    size_t width = stoa_type_width(from);
    size_t step = scaled(64, 1) == 64 ? 1 : 7;
    for (size_t t = 0; t < VALUE_TYPES; t++)
        for (size_t i = 0; i < count; i += step) {
            stoa_field field = {.name = "the field", .type = value_type(t)};
            set(&field.initial, edges + i * width);
            static const stoa_initial nothing;
            if (memcmp(&field.initial, &nothing, sizeof nothing) != 0)
                check_default(field, from, edges + i * width);
        }
}

static void set_int64(stoa_initial *initial, const void *value)
{
    memcpy(&initial->int64, value, sizeof initial->int64);
}

static void set_uint64(stoa_initial *initial, const void *value)
{
    memcpy(&initial->uint64, value, sizeof initial->uint64);
}

static void set_float64(stoa_initial *initial, const void *value)
{
    memcpy(&initial->float64, value, sizeof initial->float64);
}

static void set_boolean(stoa_initial *initial, const void *value)
{
    memcpy(&initial->boolean, value, sizeof initial->boolean);
}

TEST(a_signed_default_goes_where_it_fits)
{
    check_member(STOA_INT64, set_int64);
}

TEST(an_unsigned_default_goes_where_it_fits)
{
    check_member(STOA_UINT64, set_uint64);
}

TEST(a_float_default_goes_into_float_fields_alone)
{
    check_member(STOA_FLOAT64, set_float64);
}

TEST(a_boolean_default_goes_where_it_fits)
{
    check_member(STOA_BOOL, set_boolean);
}

TEST(a_field_without_a_default_starts_at_zero)
{
    for (size_t i = 0; i < TYPES; i++) {
        static const char zeros[8];
        stoa_table *table =
            TABLE(OPTIONS(.rows = 100), {.name = "the field", .type = every_type[i]});
        const char *cells = stoa_column_cells(table, 0);
        size_t width = stoa_type_width(every_type[i]);
        for (size_t row = 0; row < 100; row++)
            ck_assert_mem_eq(cells + row * width, zeros, width);
        stoa_value initial;
        memset(&initial, 0xff, sizeof initial);
        PASSES(stoa_table_field_initial(table, 0, &initial));
        ck_assert_int_eq(initial.type, every_type[i]);
        ck_assert(!initial.is_null);
        if (every_type[i] == STOA_STRING)
            ck_assert_uint_eq(initial.string.length, 0);
        else
            ck_assert(every_type[i] == STOA_BOOL ? !initial.boolean : initial.uint64 == 0);
        stoa_table_free(table);
    }
}

TEST(a_default_of_minus_zero_keeps_its_sign)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = 2), {.name = "w", .type = STOA_FLOAT64, .initial.float64 = -0.0},
              {.name = "v", .type = STOA_FLOAT32, .initial.float64 = -0.0});
    ck_assert(signbit(stoa_float64_column(table, "w")[1]) != 0);
    ck_assert(signbit(stoa_float32_column(table, "v")[1]) != 0);
    stoa_table_free(table);
}

TEST(a_default_given_in_two_members_is_refused)
{
    static int object;
    const stoa_initial conflicts[] = {
        {.int64 = 1, .uint64 = 1},        {.int64 = 1, .float64 = 1},
        {.int64 = 1, .object = &object},  {.int64 = 1, .boolean = true},
        {.uint64 = 1, .float64 = 1},      {.float64 = 1, .boolean = true},
        {.uint64 = 1, .object = &object},
    };
    stoa_table *table = TABLE(NULL, {.name = "x", .type = STOA_INT32});
    for (size_t t = 0; t < TYPES; t++)
        for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++) {
            stoa_field field = {
                .name = "the field", .type = every_type[t], .initial = conflicts[i]};
            ck_assert_int_ne(stoa_table_add_field(table, &field, NULL, &trouble), STOA_OK);
            SAYS("the field");
            ck_assert_uint_eq(stoa_table_field_limit(table), 1);
        }
    stoa_table_free(table);
}

TEST(an_object_is_no_default_of_a_number_nor_a_number_of_an_object)
{
    static int object;
    stoa_table *table = TABLE(NULL, {.name = "x", .type = STOA_INT32});
    for (size_t t = 0; t < VALUE_TYPES; t++) {
        stoa_field field = {.name = "the field", .type = value_type(t), .initial.object = &object};
        REFUSED(table, STOA_WRONG_TYPE, stoa_table_add_field(table, &field, NULL, &trouble));
    }
    const stoa_initial numbers[] = {{.int64 = 1}, {.uint64 = 1}, {.float64 = 1}, {.boolean = true}};
    for (size_t i = 0; i < 4; i++) {
        stoa_field field = {.name = "the field", .type = STOA_OBJECT, .initial = numbers[i]};
        REFUSED(table, STOA_WRONG_TYPE, stoa_table_add_field(table, &field, NULL, &trouble));
    }
    stoa_table_free(table);
}

TEST(an_object_default_is_held_by_the_field_and_by_each_row_that_has_it)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    thing *it = &owner.all[3];
    stoa_table *table = TABLE(OPTIONS(.rows = 5, .pool = pool),
                              {.name = "thing", .type = STOA_OBJECT, .initial.object = it});
    stoa_handle handle = stoa_pool_find(pool, it);
    ck_assert_uint_ne(handle, 0);
    for (size_t i = 0; i < 5; i++)
        ck_assert_uint_eq(stoa_object_column(table, "thing")[i], handle);
    WORKS(table, stoa_table_resize(table, 7, &trouble));
    WORKS(table, stoa_table_append(table, NULL, 0, &trouble));
    WORKS(table, stoa_table_append(table, &(stoa_value){.type = STOA_OBJECT}, 1, &trouble));
    ck_assert_uint_eq(stoa_object_column(table, "thing")[7], handle);
    ck_assert_uint_eq(stoa_object_column(table, "thing")[8], 0);
    stoa_table_clear(table);
    ck_assert_int_eq(it->retained, 1);
    ck_assert_int_eq(it->released, 0); /* the next row needs it */
    stoa_value initial = {0};
    PASSES(stoa_table_field_initial(table, 0, &initial));
    ck_assert(initial.type == STOA_OBJECT && initial.object == it);
    WORKS(table, stoa_table_resize(table, 2, &trouble));
    ck_assert_ptr_eq(stoa_pool_get(pool, stoa_object_column(table, "thing")[1]), it);
    stoa_table_free(table);
    ck_assert_int_eq(it->retained, 1);
    ck_assert_int_eq(it->released, 1);
    stoa_pool_free(pool);
}

int main(void)
{
    return RUN("defaults", a_signed_default_goes_where_it_fits,
               an_unsigned_default_goes_where_it_fits, a_float_default_goes_into_float_fields_alone,
               a_boolean_default_goes_where_it_fits, a_field_without_a_default_starts_at_zero,
               a_default_of_minus_zero_keeps_its_sign, a_default_given_in_two_members_is_refused,
               an_object_is_no_default_of_a_number_nor_a_number_of_an_object,
               an_object_default_is_held_by_the_field_and_by_each_row_that_has_it);
}
