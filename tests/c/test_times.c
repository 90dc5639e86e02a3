/* test_times.c: fields of dates, timestamps and durations, and expressions of them. */
#include <stdlib.h>

#include <stoa/record.h>

#include "../support/sweep.h"
#include "../support/testing.h"

#define TIMES(FIELD)           \
    FIELD(date, day, 15706)    \
    FIELD(timestamp_us, start) \
    FIELD(utc_ms, moment)      \
    FIELD(duration_s, late, 60)
STOA_RECORD(times, TIMES)

static stoa_table *new_times(void)
{
    return TABLE(
        OPTIONS(.max_rows = 1000), {.name = "day", .type = STOA_DATE},
        {.name = "t", .type = STOA_TIMESTAMP, .unit = STOA_MICROSECOND},
        {.name = "z", .type = STOA_TIMESTAMP, .unit = STOA_MILLISECOND, .zone = "Europe/Berlin"},
        {.name = "d", .type = STOA_DURATION, .unit = STOA_SECOND});
}

/* ---- fields ---- */

TEST(a_field_says_its_unit_and_its_zone)
{
    stoa_table *table = new_times();
    ck_assert_int_eq(stoa_table_field_unit(table, 0), STOA_NO_UNIT);
    ck_assert_int_eq(stoa_table_field_unit(table, 1), STOA_MICROSECOND);
    ck_assert_str_eq(stoa_table_field_zone(table, 2), "Europe/Berlin");
    ck_assert_ptr_null(stoa_table_field_zone(table, 1));
    stoa_table_free(table);
}

TEST(units_and_zones_that_cannot_be_are_refused)
{
    static const struct {
        stoa_field field;
        const char *says;
    } bad[] = {
        {{.name = "f", .type = STOA_TIMESTAMP}, "unit"},
        {{.name = "f", .type = STOA_DURATION, .unit = 5}, "unit"},
        {{.name = "f", .type = STOA_DATE, .unit = STOA_SECOND}, "takes no unit"},
        {{.name = "f", .type = STOA_INT32, .unit = STOA_SECOND}, "takes no unit"},
        {{.name = "f", .type = STOA_DURATION, .unit = STOA_SECOND, .zone = "UTC"}, "no zone"},
        {{.name = "f", .type = STOA_TIMESTAMP, .unit = 1, .zone = "Nowhere/Here"}, "no time zone"},
        {{.name = "f", .type = STOA_TIMESTAMP, .unit = 1, .zone = "../passwd"}, "no name"},
        {{.name = "f", .type = STOA_TIMESTAMP, .unit = 1, .zone = ""}, "no name"},
        {{.name = "f", .type = STOA_TIMESTAMP, .unit = 1, .zone = "+25:00"}, "no name"},
        {{.name = "f", .type = STOA_TIMESTAMP, .unit = 1, .zone = "Europe"}, "of no use"},
    };
    stoa_table *table = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        REFUSED(NULL, STOA_INVALID, stoa_table_new(&table, &bad[i].field, 1, NULL, &trouble));
        SAYS(bad[i].says);
    }
    stoa_field late = {.name = "f", .type = STOA_DATE, .initial.int64 = STOA_LAST_DAY + 1};
    REFUSED(NULL, STOA_OVERFLOW, stoa_table_new(&table, &late, 1, NULL, &trouble));
}

TEST(values_of_other_units_are_taken_where_they_are_exact)
{
    stoa_table *table = new_times();
    const stoa_value row[] = {stoa_date_value(STOA_LAST_DAY), stoa_timestamp_value(-1, STOA_SECOND),
                              stoa_zoned_value(5000000, STOA_NANOSECOND),
                              stoa_duration_value(7000, STOA_MILLISECOND)};
    WORKS(table, stoa_table_append(table, row, 4, &trouble));
    ck_assert_int_eq(stoa_timestamp_column(table, "t")[0], -1000000);
    ck_assert_int_eq(stoa_timestamp_column(table, "z")[0], 5);
    ck_assert_int_eq(stoa_duration_column(table, "d")[0], 7);
    const struct {
        size_t field;
        stoa_value value;
        stoa_status status;
    } bad[] = {
        {0, stoa_date_value(STOA_LAST_DAY + 1), STOA_OVERFLOW},
        {0, stoa_date_value(STOA_FIRST_DAY - 1), STOA_OVERFLOW},
        {0, stoa_int64_value(5), STOA_WRONG_TYPE},
        {0, stoa_timestamp_value(5, STOA_SECOND), STOA_WRONG_TYPE},
        {1, stoa_timestamp_value(1, STOA_NANOSECOND), STOA_OVERFLOW},
        {1, stoa_timestamp_value(INT64_MAX, STOA_SECOND), STOA_OVERFLOW},
        {1, stoa_timestamp_value(253402300800, STOA_SECOND), STOA_OVERFLOW},
        {1, stoa_timestamp_value(1, STOA_NO_UNIT), STOA_WRONG_TYPE},
        {1, stoa_zoned_value(1, STOA_SECOND), STOA_WRONG_TYPE},
        {2, stoa_timestamp_value(1, STOA_SECOND), STOA_WRONG_TYPE},
        {3, stoa_duration_value(1, STOA_MILLISECOND), STOA_OVERFLOW},
        {3, stoa_duration_value(INT64_MIN, STOA_SECOND), STOA_OVERFLOW},
        {3, stoa_float64_value(1), STOA_WRONG_TYPE},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        stoa_row at = stoa_table_row(table, 0);
        REFUSED(table, bad[i].status, stoa_row_set(at, bad[i].field, bad[i].value, &trouble));
        SAYS(stoa_table_field_name(table, bad[i].field));
    }
    stoa_table_free(table);
}

TEST(a_row_reads_and_writes_counts_in_the_unit_of_the_field)
{
    stoa_table *table = new_times();
    WORKS(table, stoa_table_resize(table, 1, &trouble));
    stoa_row row = stoa_table_row(table, 0);
    int32_t day;
    int64_t count;
    WORKS(table, stoa_row_set_date(row, "day", STOA_FIRST_DAY));
    WORKS(table, stoa_row_set_timestamp_at(row, 1, 5));
    PASSES(stoa_row_get_date_at(row, 0, &day));
    PASSES(stoa_row_get_timestamp(row, "t", &count));
    ck_assert(day == STOA_FIRST_DAY && count == 5);
    ck_assert_int_eq(stoa_row_set_date_at(row, 0, STOA_FIRST_DAY - 1), STOA_OVERFLOW);
    ck_assert_int_eq(stoa_row_set_duration_at(row, 3, INT64_MIN), STOA_OVERFLOW);
    ck_assert_int_eq(stoa_row_get_int64(row, "t", &count), STOA_WRONG_TYPE);
    ck_assert_int_eq(stoa_row_get_date(row, "t", &day), STOA_WRONG_TYPE);
    stoa_table_free(table);
}

TEST(columns_of_another_unit_are_converted_or_refused_as_a_whole)
{
    static int64_t seconds[1500], spoiled[1500];
    stoa_table *table = TABLE(OPTIONS(.max_rows = 5000),
                              {.name = "t", .type = STOA_TIMESTAMP, .unit = STOA_MILLISECOND});
    for (size_t i = 0; i < 1500; i++)
        seconds[i] = spoiled[i] = (int64_t)i * 86399 - 40000000;
    stoa_source source = {
        .name = "t", .type = STOA_TIMESTAMP, .unit = STOA_SECOND, .data = seconds};
    WORKS(table, stoa_table_extend(table, &source, 1, 1500, &trouble));
    for (size_t i = 0; i < 1500; i++)
        ck_assert_int_eq(stoa_timestamp_column(table, "t")[i], seconds[i] * 1000);
    source.unit = STOA_MICROSECOND; /* 86,399 and its multiples are no whole milliseconds */
    REFUSED(table, STOA_OVERFLOW, stoa_table_extend(table, &source, 1, 1500, &trouble));
    source.unit = STOA_MILLISECOND;
    source.data = spoiled;
    spoiled[1499] = INT64_MIN;
    REFUSED(table, STOA_OVERFLOW, stoa_column_write(table, 0, 0, 1, 1500, &source, &trouble));
    ck_assert_uint_eq(trouble.row, 1499);
    spoiled[1499] = 1;
    WORKS(table, stoa_column_write(table, 0, 1499, -1, 1500, &source, &trouble));
    ck_assert_int_eq(stoa_timestamp_column(table, "t")[0], 1);
    source.unit = STOA_NO_UNIT;
    REFUSED(table, STOA_INVALID, stoa_table_extend(table, &source, 1, 1500, &trouble));
    source.unit = STOA_SECOND;
    source.is_zoned = true;
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_extend(table, &source, 1, 1500, &trouble));
    stoa_table_free(table);
}

/* ---- typed tables ---- */

TEST(a_typed_table_says_its_units_in_its_types)
{
    times_table table;
    PASSES(times_table_init(&table, 1, &trouble));
    ck_assert(table.day[0] == 15706 && table.late[0] == 60);
    ck_assert_str_eq(stoa_table_field_zone(table.table, 2), "UTC");
    PASSES(times_table_push(&table, 1, 2, 3, 4, &trouble));
    ck_assert(table.day[1] == 1 && table.start[1] == 2 && table.moment[1] == 3);
    ck_assert_int_eq(times_table_push(&table, STOA_LAST_DAY + 1, 2, 3, 4, &trouble), STOA_OVERFLOW);
    SAYS("day");
    ck_assert_int_eq(times_table_push(&table, 1, INT64_MAX, 3, 4, &trouble), STOA_OVERFLOW);
    ck_assert_uint_eq(stoa_table_rows(table.table), 2);
    times_table_dispose(&table);
}

TEST(a_typed_table_is_not_made_of_other_units)
{
    stoa_table *table =
        TABLE(NULL, {.name = "day", .type = STOA_DATE},
              {.name = "start", .type = STOA_TIMESTAMP, .unit = STOA_NANOSECOND},
              {.name = "moment", .type = STOA_TIMESTAMP, .unit = STOA_MILLISECOND, .zone = "UTC"},
              {.name = "late", .type = STOA_DURATION, .unit = STOA_SECOND});
    times_table typed;
    REFUSED(table, STOA_WRONG_TYPE, times_table_from(&typed, table, &trouble));
    SAYS("start");
    stoa_table_free(table);
}

/* ---- expressions ---- */

static stoa_table *one_row(void)
{
    stoa_table *table = new_times();
    const stoa_value row[] = {stoa_date_value(15764),                        /* 2013-02-28 */
                              stoa_timestamp_value(1364693400, STOA_SECOND), /* 2013-03-31 01:30 */
                              stoa_zoned_value(1364693400, STOA_SECOND),
                              stoa_duration_value(5400, STOA_SECOND)};
    PASSES(stoa_table_append(table, row, 4, &trouble));
    return table;
}

TEST(expressions_of_times_have_values)
{
    stoa_table *table = one_row();
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"max(year(day))", 2013},
        {"max(month(day) * 100 + day(day))", 228},
        {"max(weekday(day))", 3},
        {"max(yearday(t))", 90},
        {"max(hour(t) * 100 + minute(t))", 130},
        {"max(hour(z) * 100 + minute(z))", 330}, /* clocks went from 2 to 3 */
        {"max(second(t + duration'7s'))", 7},
        {"max(int64(trunc(t, 'day')))", 1364688000000000},
        {"max(int64(trunc(z, 'day')))", 1364684400000},
        {"max(int64(trunc(z, 'hour')))", 1364691600000},
        {"max(int64(trunc(t, 'week')))", 1364169600000000},
        {"max(int64(trunc(t, 'quarter')))", 1356998400000000},
        {"max(int32(trunc(day, 'month')))", 15737},
        {"max(int32(day + duration'1d'))", 15765},
        {"max(int64(day - date'2013-01-01'))", 58 * 86400},
        {"max(int64(t - timestamp'2013-03-31'))", 5400000000},
        {"sum(t == timestamp'2013-03-31T01:30:00')", 1},
        {"sum(z == timestamp'2013-03-31T03:30:00+02:00')", 1},
        {"sum(t > timestamp'2013-03-31T01:29:59.999999999')", 1},
        {"sum(day in (date'2013-02-28', date'1970-01-01'))", 1},
        {"max(int64(d * 2 + duration'500ms'))", 10800500},
        {"max(d // duration'1h')", 1},
        {"max(int64(d % duration'1h'))", 1800},
        {"max(int64(-d))", -5400},
        {"int64(mean(d))", 5400},
        {"int64(sum(d))", 5400},
        {"max(int32(date(z)))", 15795},
        {"max(int64(timestamp(day, 'ms')))", INT64_C(15764) * 86400000},
        {"max(int64(duration(d, 'us')))", 5400000000},
        {"sum(min(t, timestamp'2000-01-01') == timestamp'2000-01-01')", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(integer_of(table, cases[i].text) == cases[i].value, "%s", cases[i].text);
    stoa_table_free(table);
}

TEST(what_has_no_meaning_is_refused_and_names_the_field)
{
    stoa_table *table = one_row();
    static const char *const bad[][2] = {
        {"sum(t)", "'t' (timestamp[us])"},
        {"max(t + t)", "difference"},
        {"max(t + 1)", "duration'90s'"},
        {"max(t * 2)", "multiplied"},
        {"sum(t > z)", "zone"},
        {"sum(day > t)", "date(t)"},
        {"sum(t > '2013')", "timestamp'"},
        {"sum(t > 5)", "int64("},
        {"max(d * 1.5)", "int64(x)"},
        {"max(d / 2)", "//"},
        {"var(d)", "duration'1s'"},
        {"mean(t)", "min(t)"},
        {"max(sqrt(t))", "'t'"},
        {"max(-t)", "'t'"},
        {"max(hour(day))", "time of day"},
        {"max(trunc(t, 'fortnight'))", "'month'"},
        {"max(year(5))", "date"},
        {"max(timestamp(day, 'h'))", "'ms'"},
        {"max(where(t, 1, 2))", "where"},
        {"max(day + d)", "whole days"},
        {"date'2013-02-29'", "date'2013-01-01'"},
        {"duration'1m1h'", "duration'"},
        {"timestamp'0000-12-31'", "timestamp'"},
        {"date'2013-01-01", "never closed"},
    };
    stoa_value value;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        stoa_status status = stoa_compute(table, bad[i][0], &value, &trouble);
        ck_assert_msg(status == STOA_WRONG_TYPE || status == STOA_SYNTAX, "%s", bad[i][0]);
        SAYS(bad[i][1]);
    }
    stoa_table_free(table);
}

TEST(literals_are_printed_as_they_are_read)
{
    static const char *const texts[] = {
        "date'0001-01-01'",
        "timestamp'2013-01-01T05:06:07'",
        "timestamp'1969-12-31T23:59:59.999'",
        "timestamp'9999-12-31T23:59:59.999999Z'",
        "timestamp'1677-09-21T00:12:43.145224193'",
        "duration'90s'",
        "duration'-1500ms'",
        "-(duration'7ns')",
    };
    char text[80];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        stoa_expression *made;
        PASSES(stoa_expression_parse(&made, texts[i], &trouble));
        stoa_expression_print(made, text, sizeof text);
        ck_assert_str_eq(text, texts[i]);
        stoa_expression_free(made);
    }
}

TEST(parameters_and_assignments_take_times)
{
    stoa_table *table = one_row();
    stoa_program *program;
    stoa_value value;
    PASSES(stoa_program_parse(&program, table, "sum(t >= $from)", NULL, &trouble));
    PASSES(stoa_program_set_parameter(program, "from",
                                      stoa_timestamp_value(1364693400, STOA_SECOND), &trouble));
    PASSES(stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    ck_assert_int_eq(value.int64, 1);
    PASSES(stoa_program_set_parameter(
        program, "from", stoa_timestamp_value(1364693400001, STOA_MILLISECOND), &trouble));
    PASSES(stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    ck_assert_int_eq(value.int64, 0);
    stoa_program_free(program);
    WORKS(table, stoa_assign(table, "d", "t - timestamp'2013-03-31'", NULL, &trouble));
    ck_assert_int_eq(stoa_duration_column(table, "d")[0], 5400);
    REFUSED(table, STOA_OVERFLOW, stoa_assign(table, "d", "duration'1ms'", NULL, &trouble));
    REFUSED(table, STOA_OVERFLOW,
            stoa_assign(table, "day", "date'9999-12-31' + duration'1d'", NULL, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "t", "z", NULL, &trouble));
    WORKS(table, stoa_add_field(table, "month", STOA_NO_TYPE, "trunc(z, 'month')", NULL, &trouble));
    ck_assert_str_eq(stoa_table_field_zone(table, 4), "Europe/Berlin");
    stoa_table_free(table);
}

TEST(cells_that_raw_writes_spoilt_are_told_not_computed_with)
{
    stoa_table *table = one_row();
    stoa_value value;
    stoa_timestamp_column(table, "t")[0] = INT64_MAX;
    stoa_timestamp_column(table, "z")[0] = INT64_MIN;
    stoa_date_column(table, "day")[0] = INT32_MIN;
    static const char *const texts[] = {"sum(year(t))",
                                        "sum(hour(z))",
                                        "sum(year(day))",
                                        "max(trunc(t, 'hour'))",
                                        "max(trunc(z, 'month'))",
                                        "max(trunc(z, 'hour'))",
                                        "max(trunc(day, 'quarter'))"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_int_eq(stoa_compute(table, texts[i], &value, &trouble), STOA_OVERFLOW);
    stoa_table_free(table);
}

TEST(memory_that_is_refused_is_told)
{
    static const char *const texts[] = {
        "sum(year(z) + hour(t) + weekday(day))",
        "max(trunc(z, 'day'))",
        "min(where(t > timestamp'2013-01-01T05:00', t, t + duration'1h'))",
        "sum(day in (date'2013-01-01', date'2013-03-31'))",
        "max(timestamp(date(t), 's') - t)",
        "mean(d)"};
    static const char *const zones[] = {"Asia/Kathmandu", "America/St_Johns", "+05:45"};
    stoa_table *table = one_row();
    stoa_value value;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        WORKS(table, stoa_compute(table, texts[i], &value, &trouble));
    WORKS(table, stoa_keep(table, "trunc(z, 'month') == trunc(z, 'quarter') or d > duration'1s'",
                           &trouble));
    stoa_table_free(table);
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) { /* their files were not read yet */
        stoa_field field = {.name = "t", .type = STOA_TIMESTAMP, .unit = STOA_SECOND};
        field.zone = zones[i];
        WORKS(NULL, stoa_table_new(&table, &field, 1, OPTIONS(.max_rows = 100), &trouble));
        ck_assert_str_eq(stoa_table_field_zone(table, 0), zones[i]);
        stoa_table_free(table);
    }
}

int main(void)
{
    return RUN(
        "times", a_field_says_its_unit_and_its_zone, units_and_zones_that_cannot_be_are_refused,
        values_of_other_units_are_taken_where_they_are_exact,
        a_row_reads_and_writes_counts_in_the_unit_of_the_field,
        columns_of_another_unit_are_converted_or_refused_as_a_whole,
        a_typed_table_says_its_units_in_its_types, a_typed_table_is_not_made_of_other_units,
        expressions_of_times_have_values, what_has_no_meaning_is_refused_and_names_the_field,
        literals_are_printed_as_they_are_read, parameters_and_assignments_take_times,
        cells_that_raw_writes_spoilt_are_told_not_computed_with, memory_that_is_refused_is_told);
}
