// test_record_cpp.cpp: STOA_RECORD, rows and values in C++17. The C tests check what the calls do;
// this file checks that they compile as C++, with every optimization and every warning.
#include <cstring>
#include <type_traits>
#include <vector>

#include <check.h>
#include <stoa/stoa.h>

namespace
{

#define PARTICLE(FIELD)      \
    FIELD(float32, x, 0.5f)  \
    FIELD(int8, charge, -1)  \
    FIELD(bool, alive, true) \
    FIELD(uint64, id)        \
    FIELD(object, owner)
STOA_RECORD(particle, PARTICLE)

#define PAIR(FIELD) \
    FIELD(int32, a) \
    FIELD(float64, b, 2.5)
STOA_RECORD(pair_of, PAIR)

#define FLIGHT(FIELD)                \
    FIELD(nullable(int8), delay)     \
    FIELD(nullable(string), carrier) \
    FIELD(nullable(float32), way, 0.5f)
STOA_RECORD(flight, FLIGHT)

static_assert(std::is_same<decltype(flight_table::delay_validity), uint64_t *>::value,
              "validity is words");
static_assert(std::is_same<decltype(particle_table::x), float *>::value, "columns are typed");
static_assert(std::is_same<decltype(particle_table::alive), bool *>::value, "columns are typed");
static_assert(std::is_same<decltype(particle_values::owner), void *>::value,
              "objects are pointers");
static_assert(std::is_trivially_copyable<particle_table>::value, "a typed table may be copied");

START_TEST(a_typed_table_is_made_filled_and_read_in_cpp)
{
    stoa_error error{};
    pair_of_table pairs{};
    ck_assert_int_eq(pair_of_table_init(&pairs, 2, &error), STOA_OK);
    for (int i = 0; i < 10000; i++)
        ck_assert_int_eq(pair_of_table_push(&pairs, i, i / 2.0, &error), STOA_OK);
    pair_of_values values = pair_of_defaults();
    ck_assert_double_eq(values.b, 2.5);
    values.a = 7;
    ck_assert_int_eq(pair_of_table_append(&pairs, values, nullptr), STOA_OK);
    ck_assert_uint_eq(stoa_table_rows(pairs.table), 10003);
    ck_assert_double_eq(pairs.b[1], 2.5);
    ck_assert_int_eq(pairs.a[10001], 9999);
    pair_of row = pair_of_at(&pairs, 10002);
    pair_of_set_a(row, pair_of_a(row) + 1);
    ck_assert_int_eq(pairs.a[10002], 8);
    ck_assert_double_eq(pair_of_b(row), 2.5);
    pair_of_table_dispose(&pairs);
    ck_assert_ptr_null(pairs.table);
}
END_TEST

START_TEST(nullable_fields_work_in_cpp)
{
    stoa_error error{};
    flight_table flights{};
    const int8_t five = 5;
    const stoa_string carrier = {"UA", 2};
    ck_assert_int_eq(flight_table_init(&flights, 1, &error), STOA_OK);
    ck_assert_int_eq(flight_table_push(&flights, &five, &carrier, nullptr, &error), STOA_OK);
    ck_assert_int_eq(flight_table_append(&flights, flight_defaults(), &error), STOA_OK);
    flight first = flight_at(&flights, 0), second = flight_at(&flights, 1);
    ck_assert(flight_delay_is_null(first) && !flight_way_is_null(first));
    ck_assert(flight_delay(second) == 5 && flight_way_is_null(second));
    ck_assert(!flight_carrier_is_null(second) && flight_carrier_is_null(first));
    flight_set_delay(first, 7);
    flight_set_way_null(first);
    ck_assert(flight_delay(first) == 7 && !flight_delay_is_null(first));
    ck_assert(flight_way_is_null(first));
    ck_assert_int_eq(flight_set_carrier_null(second), STOA_OK);
    ck_assert(flight_carrier_is_null(second));
    flight_table_dispose(&flights);
}
END_TEST

START_TEST(objects_and_every_kind_of_default_work_in_cpp)
{
    stoa_error error{};
    particle_table particles{};
    int owner = 0;
    ck_assert_int_eq(particle_table_init(&particles, 1, &error), STOA_OK);
    particle first = particle_at(&particles, 0);
    ck_assert(particle_alive(first) && particle_charge(first) == -1 && particle_id(first) == 0);
    ck_assert_float_eq(particle_x(first), 0.5f);
    ck_assert_ptr_null(particle_owner(first));
    ck_assert_int_eq(particle_table_push(&particles, 1.5f, 3, false, UINT64_MAX, &owner, &error),
                     STOA_OK);
    ck_assert_ptr_eq(particle_owner(particle_at(&particles, 1)), &owner);
    ck_assert_int_eq(particle_set_owner(first, &owner), STOA_OK);
    ck_assert_uint_eq(particles.owner[0], particles.owner[1]);
    particle_table_dispose(&particles);
}
END_TEST

START_TEST(a_table_described_at_run_time_is_used_and_typed_in_cpp)
{
    stoa_error error{};
    std::vector<stoa_field> fields(2);
    fields[0].name = "a";
    fields[0].type = STOA_INT32;
    fields[0].initial.int64 = 3;
    fields[1].name = "b";
    fields[1].type = STOA_FLOAT64;
    stoa_table *table = nullptr;
    ck_assert_int_eq(stoa_table_new(&table, fields.data(), fields.size(), nullptr, &error),
                     STOA_OK);
    const stoa_value values[] = {stoa_int64_value(5), stoa_float64_value(0.5)};
    ck_assert_int_eq(stoa_table_append(table, values, 2, &error), STOA_OK);
    pair_of_table pairs{};
    ck_assert_int_eq(pair_of_table_from(&pairs, table, &error), STOA_OK);
    stoa_table_free(table);
    stoa_row row = stoa_table_row(pairs.table, 0);
    int32_t a = 0;
    ck_assert_int_eq(stoa_row_get_int32(row, "a", &a), STOA_OK);
    ck_assert_int_eq(a, 5);
    ck_assert_int_eq(stoa_row_set_int32_at(row, 0, 6), STOA_OK);
    ck_assert_int_eq(stoa_row_get_int32_at(row, 0, &a), STOA_OK);
    ck_assert_int_eq(a, 6);
    ck_assert_int_eq(stoa_table_drop_field(pairs.table, "b", &error), STOA_IN_USE);
    ck_assert_ptr_nonnull(std::strstr(error.message, "b"));
    pair_of_table_dispose(&pairs);
}
END_TEST

} // namespace

int main()
{
    Suite *suite = suite_create("record in C++");
    TCase *cases = tcase_create("record in C++");
    tcase_add_test(cases, a_typed_table_is_made_filled_and_read_in_cpp);
    tcase_add_test(cases, nullable_fields_work_in_cpp);
    tcase_add_test(cases, objects_and_every_kind_of_default_work_in_cpp);
    tcase_add_test(cases, a_table_described_at_run_time_is_used_and_typed_in_cpp);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? 0 : 1;
}
