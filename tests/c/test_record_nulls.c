/* test_record_nulls.c: records with nullable fields: what is made of them, and what is refused. */
#include "../support/testing.h"

#define FLIGHT(FIELD)                   \
    FIELD(int32, number)                \
    FIELD(nullable(int16), delay)       \
    FIELD(nullable(float64), way, -1.5) \
    FIELD(nullable(bool), late)         \
    FIELD(nullable(date), day)
STOA_RECORD(flight, FLIGHT)

#define PERSON(FIELD)             \
    FIELD(nullable(string), name) \
    FIELD(nullable(string), city, "Oslo")
STOA_RECORD(person, PERSON)

#define PLAIN(FIELD)     \
    FIELD(int32, number) \
    FIELD(int16, delay)
STOA_RECORD(plain, PLAIN)

static bool is_null(const stoa_table *table, size_t row, const char *field)
{
    bool null = false;
    ck_assert_int_eq(
        stoa_row_is_null(stoa_table_row((stoa_table *)(uintptr_t)table, row), field, &null),
        STOA_OK);
    return null;
}

TEST(fields_begin_as_null_or_with_their_default)
{
    flight_table flights = {0};
    WORKS(NULL, flight_table_init(&flights, 70, &trouble));
    ck_assert_uint_eq(stoa_table_field_flags(flights.table, 0), 0);
    ck_assert_uint_eq(stoa_table_field_flags(flights.table, 1), STOA_NULLABLE);
    ck_assert_uint_eq(stoa_table_field_flags(flights.table, 2), STOA_NULLABLE | STOA_HAS_INITIAL);
    ck_assert_ptr_eq(flights.delay_validity, stoa_column_validity(flights.table, 1));
    ck_assert_ptr_eq(flights.way_validity, stoa_column_validity(flights.table, 2));
    for (size_t i = 0; i < 70; i++) {
        flight f = flight_at(&flights, i);
        ck_assert(flight_delay_is_null(f) && flight_delay(f) == 0);
        ck_assert(!flight_way_is_null(f) && flight_way(f) == -1.5);
        ck_assert(flight_late_is_null(f) && flight_day_is_null(f));
    }
    flight_values values = flight_defaults();
    ck_assert(values.delay_is_null && !values.way_is_null && values.way == -1.5);
    flight_table_dispose(&flights);
    ck_assert_ptr_null(flights.delay_validity);
}

TEST(setters_write_the_value_and_its_bit)
{
    flight_table flights = {0};
    WORKS(NULL, flight_table_init(&flights, 130, &trouble));
    for (size_t i = 0; i < 130; i += 2)
        flight_set_delay(flight_at(&flights, i), (int16_t)(i + 1));
    for (size_t i = 0; i < 130; i++) {
        flight f = flight_at(&flights, i);
        ck_assert(flight_delay_is_null(f) == (i % 2 != 0));
        ck_assert(is_null(flights.table, i, "delay") == (i % 2 != 0));
        ck_assert_int_eq(flight_delay(f), i % 2 == 0 ? (int)i + 1 : 0);
    }
    for (size_t i = 0; i < 130; i += 4)
        flight_set_delay_null(flight_at(&flights, i));
    ck_assert_int_eq(flights.delay[4], 0);
    stoa_value value;
    PASSES(stoa_compute(flights.table, "count(delay)", &value, &trouble));
    ck_assert_int_eq(value.int64, 32);
    flight_table_dispose(&flights);
}

/* Of each call in turn. */
static stoa_status add(flight_table *flights, int32_t i)
{
    flight_values values = {.number = i, .delay = (int16_t)i, .way = i, .late = true, .day = i};
    values.delay_is_null = i % 3 == 0;
    values.way_is_null = i % 5 == 0;
    values.late_is_null = values.day_is_null = i % 2 == 0;
    if (i % 2 == 0)
        return flight_table_append(flights, values, &trouble);
    return flight_table_push(flights, i, values.delay_is_null ? NULL : &values.delay,
                             values.way_is_null ? NULL : &values.way, &values.late, &values.day,
                             &trouble);
}

static void check_flight(const flight_table *flights, size_t row, int32_t i)
{
    flight f = flight_at(flights, row);
    ck_assert_int_eq(flight_number(f), i);
    ck_assert(flight_delay_is_null(f) == (i % 3 == 0));
    ck_assert_int_eq(flight_delay(f), i % 3 == 0 ? 0 : i);
    ck_assert(flight_way_is_null(f) == (i % 5 == 0));
    ck_assert(flight_way(f) == (i % 5 == 0 ? 0.0 : i));
    ck_assert(flight_late_is_null(f) == (i % 2 == 0) && flight_late(f) == (i % 2 != 0));
    ck_assert(flight_day_is_null(f) == (i % 2 == 0));
}

TEST(appended_and_pushed_rows_have_their_values_and_nulls)
{
    flight_table flights = {0};
    PASSES(flight_table_init(&flights, 0, &trouble));
    int32_t rows = (int32_t)scaled(30000, 3000);
    for (int32_t i = 0; i < rows; i++) {
        if (i % 500 == 0)
            WORKS(NULL, add(&flights, i));
        else
            PASSES(add(&flights, i));
    }
    for (int32_t i = 0; i < rows; i++)
        check_flight(&flights, (size_t)i, i);
    /* Rows that were there before leave nothing behind. */
    PASSES(stoa_table_resize(flights.table, 10, &trouble));
    PASSES(add(&flights, 30));
    check_flight(&flights, 10, 30);
    flight_table_dispose(&flights);
}

TEST(a_date_that_is_none_is_refused_unless_it_is_null)
{
    flight_table flights = {0};
    PASSES(flight_table_init(&flights, 1, &trouble));
    flight_values values = flight_defaults();
    values.day = INT32_MAX;
    WORKS(flights.table, flight_table_append(&flights, values, &trouble));
    ck_assert(flight_day_is_null(flight_at(&flights, 1)));
    ck_assert_int_eq(flight_day(flight_at(&flights, 1)), 0);
    values.day_is_null = false;
    REFUSED(flights.table, STOA_OVERFLOW, flight_table_append(&flights, values, &trouble));
    flight_table_dispose(&flights);
}

static void check_text(stoa_string string, const char *text)
{
    ck_assert_uint_eq(string.length, strlen(text));
    ck_assert_mem_eq(string.bytes, text, string.length);
}

TEST(strings_may_be_null)
{
    person_table people = {0};
    const stoa_string ann = {"Ann", 3};
    WORKS(NULL, person_table_init(&people, 1, &trouble));
    WORKS(people.table, person_table_push(&people, &ann, NULL, &trouble));
    WORKS(people.table, person_table_append(&people, person_defaults(), &trouble));
    person first = person_at(&people, 0), second = person_at(&people, 1);
    ck_assert(person_name_is_null(first) && !person_city_is_null(first));
    check_text(person_city(first), "Oslo");
    check_text(person_city(person_at(&people, 2)), "Oslo");
    ck_assert(!person_name_is_null(second) && person_city_is_null(second));
    check_text(person_name(second), "Ann");
    WORKS(people.table, person_set_name(first, ann));
    WORKS(people.table, person_set_name_null(second));
    ck_assert(!person_name_is_null(first) && person_name_is_null(second));
    ck_assert_uint_eq(person_name(second).length, 0);
    person_table_dispose(&people);
}

TEST(a_record_and_a_table_agree_about_nulls)
{
    stoa_table *nullable = TABLE(NULL, {.name = "number", .type = STOA_INT32},
                                 {.name = "delay", .type = STOA_INT16, .flags = STOA_NULLABLE});
    stoa_table *takes_none =
        TABLE(NULL, {.name = "number", .type = STOA_INT32}, {.name = "delay", .type = STOA_INT16},
              {.name = "way", .type = STOA_FLOAT64, .flags = STOA_NULLABLE},
              {.name = "late", .type = STOA_BOOL, .flags = STOA_NULLABLE},
              {.name = "day", .type = STOA_DATE, .flags = STOA_NULLABLE});
    plain_table plains = {0};
    flight_table flights = {0};
    REFUSED(nullable, STOA_WRONG_TYPE, plain_table_from(&plains, nullable, &trouble));
    SAYS("field 'delay' is nullable in the table, but not in the record: write "
         "FIELD(nullable(int16), delay)");
    REFUSED(takes_none, STOA_WRONG_TYPE, flight_table_from(&flights, takes_none, &trouble));
    SAYS("field 'delay' takes no null in the table, but the record says nullable(int16) of delay");
    ck_assert_ptr_null(plains.table);
    ck_assert_ptr_null(flights.table);
    stoa_table_free(nullable);
    stoa_table_free(takes_none);
}

TEST(fields_that_the_record_does_not_have_begin_as_null)
{
    stoa_table *table =
        TABLE(NULL, {.name = "more", .type = STOA_INT8, .flags = STOA_NULLABLE},
              {.name = "number", .type = STOA_INT32}, {.name = "delay", .type = STOA_INT16});
    plain_table plains = {0};
    WORKS(table, plain_table_from(&plains, table, &trouble));
    for (int32_t i = 0; i < 100; i++)
        WORKS(table, plain_table_push(&plains, i, 7, &trouble));
    for (size_t i = 0; i < 100; i++)
        ck_assert(is_null(table, i, "more") && !is_null(table, i, "delay"));
    plain_table_dispose(&plains);
    stoa_table_free(table);
}

int main(void)
{
    return RUN(
        "record_nulls", fields_begin_as_null_or_with_their_default,
        setters_write_the_value_and_its_bit, appended_and_pushed_rows_have_their_values_and_nulls,
        a_date_that_is_none_is_refused_unless_it_is_null, strings_may_be_null,
        a_record_and_a_table_agree_about_nulls, fields_that_the_record_does_not_have_begin_as_null);
}
