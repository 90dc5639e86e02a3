/* test_enumerations.c: fields with labels: what they take, what they refuse, and in expressions. */
#include <stdlib.h>

#include "../support/testing.h"

static const char *const colors[] = {"RED", "GREEN", "BLUE"};
static const char *const fruits[] = {"APPLE", "PEAR"};

#define COLOR(field)                                                             \
    {                                                                            \
        .name = (field), .type = STOA_UINT8, .labels = colors, .label_count = 3, \
    }

static stoa_table *make(size_t rows)
{
    return TABLE(OPTIONS(.rows = rows), {.name = "x", .type = STOA_INT32}, COLOR("color"),
                 {.name = "fruit", .type = STOA_UINT16, .labels = fruits, .label_count = 2},
                 {.name = "maybe",
                  .type = STOA_UINT8,
                  .flags = STOA_NULLABLE,
                  .labels = colors,
                  .label_count = 3});
}

static stoa_value text(const char *bytes)
{
    return stoa_string_value((stoa_string){bytes, strlen(bytes)});
}

/* Rows 0 to 5: x is the row, color the row modulo 3. */
static stoa_table *filled(void)
{
    stoa_table *table = make(0);
    for (int32_t i = 0; i < 6; i++) {
        const stoa_value row[] = {stoa_int64_value(i), stoa_uint64_value((uint64_t)i % 3),
                                  text(fruits[i % 2])};
        PASSES(stoa_table_append(table, row, 3, &trouble));
    }
    return table;
}

/* ---- descriptions ---- */

TEST(a_field_tells_its_labels)
{
    stoa_table *table = make(1);
    size_t count;
    const char *const *labels = stoa_table_field_labels(table, 1, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert(labels != colors && labels[0] != colors[0]); /* copies */
    for (size_t i = 0; i < 3; i++)
        ck_assert_str_eq(labels[i], colors[i]);
    ck_assert_ptr_null(stoa_table_field_labels(table, 0, &count));
    ck_assert_uint_eq(count, 0);
    ck_assert_ptr_null(stoa_table_field_labels(table, 9, NULL));
    stoa_table_free(table);
}

TEST(labels_live_through_changes_of_fields_and_in_copies)
{
    stoa_table *table = filled(), *copy;
    const stoa_field more = {
        .name = "more", .type = STOA_UINT8, .labels = fruits, .label_count = 2};
    size_t index;
    WORKS(table, stoa_table_add_field(table, &more, &index, &trouble));
    WORKS(table, stoa_table_drop_field(table, "x", &trouble));
    WORKS(table, stoa_table_rename_field(table, "color", "paint", &trouble));
    WORKS(table, stoa_table_copy(&copy, table, &trouble));
    ck_assert_str_eq(stoa_table_field_labels(table, 1, NULL)[2], "BLUE");
    ck_assert_str_eq(stoa_table_field_labels(table, index, NULL)[1], "PEAR");
    stoa_table_free(table);
    ck_assert_str_eq(stoa_table_field_labels(copy, 0, NULL)[2], "BLUE");
    stoa_table_free(copy);
}

static void refused(stoa_field field, const char *part)
{
    stoa_table *table = NULL;
    field.name = "c";
    FAILS(STOA_INVALID, stoa_table_new(&table, &field, 1, NULL, &trouble));
    ck_assert_msg(strstr(trouble.message, part) != NULL, "%s", trouble.message);
    ck_assert_ptr_null(table);
}

TEST(labels_that_no_field_can_have_are_refused)
{
    static const char *const twice[] = {"A", "B", "A"};
    static const char *const none[] = {"A", NULL}, *const broken[] = {"\xff"};
    static const char *many[257];
    static char texts[257][8];
    for (size_t i = 0; i < 257; i++) {
        snprintf(texts[i], sizeof texts[i], "L%d", (int)i);
        many[i] = texts[i];
    }
    stoa_field field = {.type = STOA_UINT8, .labels = twice, .label_count = 3};
    refused(field, "two labels of field 'c' are 'A'");
    field.label_count = 2;
    field.labels = none;
    refused(field, "label 1 of field 'c' is NULL");
    field.labels = broken;
    field.label_count = 1;
    refused(field, "label 0 of field 'c' is not valid UTF-8");
    field.labels = many;
    field.label_count = 257;
    refused(field, "field 'c' has 257 labels, and uint8 has room for 256");
    field.type = STOA_INT32;
    refused(field, "these are for fields of type uint8 and uint16");
    field.type = STOA_UINT16;
    field.length = 3;
    refused(field, "these are for fields of type uint8 and uint16");
    field.length = 0;
    field.label_count = 0;
    refused(field, "sets one of labels and label_count");
    field.labels = NULL;
    field.label_count = 1;
    refused(field, "sets one of labels and label_count");
}

/* ---- cells ---- */

TEST(cells_take_numbers_of_labels_and_labels)
{
    stoa_table *table = filled();
    stoa_row row = stoa_table_row(table, 0);
    uint8_t number;
    ck_assert_int_eq(stoa_row_set_uint8(row, "color", 2), STOA_OK);
    ck_assert_int_eq(stoa_row_get_uint8(row, "color", &number), STOA_OK);
    ck_assert_uint_eq(number, 2);
    WORKS(table, stoa_row_set(row, 1, text("GREEN"), &trouble));
    ck_assert_uint_eq(stoa_uint8_column(table, "color")[0], 1);
    WORKS(table, stoa_row_set(row, 3, text("BLUE"), &trouble));
    WORKS(table, stoa_row_set(row, 3, stoa_null_value(), &trouble));
    ck_assert_uint_eq(stoa_uint8_column(table, "maybe")[0], 0);
    ck_assert_uint_eq(stoa_uint16_column(table, "fruit")[1], 1);
    stoa_table_free(table);
}

TEST(numbers_without_a_label_are_refused_everywhere)
{
    stoa_table *table = filled();
    stoa_row row = stoa_table_row(table, 0);
    uint8_t bad[] = {0, 3}, all = 255;
    int64_t wide[] = {1, -1};
    const stoa_value values[] = {stoa_int64_value(1), stoa_uint64_value(3)};
    const stoa_source source = {.name = "color", .type = STOA_UINT8, .data = bad};
    const stoa_source other = {.name = "color", .type = STOA_INT64, .data = wide};
    const stoa_source repeated = {
        .name = "color", .type = STOA_UINT8, .repeat = true, .data = &all};
    ck_assert_int_eq(stoa_row_set_uint8(row, "color", 3), STOA_OVERFLOW);
    ck_assert_int_eq(stoa_row_set_uint8_at(row, 1, 3), STOA_OVERFLOW);
    ck_assert_int_eq(stoa_row_set_int64(row, "fruit", 2), STOA_OVERFLOW);
    REFUSED(table, STOA_OVERFLOW, stoa_row_set(row, 1, text("PINK"), &trouble));
    ck_assert_msg(strstr(trouble.message, "it has 3 labels: RED, GREEN, BLUE") != NULL, "%s",
                  trouble.message);
    REFUSED(table, STOA_OVERFLOW, stoa_table_append(table, values, 2, &trouble));
    REFUSED(table, STOA_OVERFLOW, stoa_table_replace(table, 0, values, 2, &trouble));
    REFUSED(table, STOA_OVERFLOW, stoa_table_insert(table, 0, values, 2, &trouble));
    REFUSED(table, STOA_OVERFLOW, stoa_column_write(table, 1, 0, 1, 2, &source, &trouble));
    ck_assert_uint_eq(trouble.row, 1);
    REFUSED(table, STOA_OVERFLOW, stoa_column_write(table, 1, 0, 1, 2, &other, &trouble));
    REFUSED(table, STOA_OVERFLOW, stoa_column_write(table, 1, 0, 1, 6, &repeated, &trouble));
    REFUSED(table, STOA_OVERFLOW, stoa_table_extend(table, &source, 1, 2, &trouble));
    ck_assert_int_eq(stoa__cell_put_int64(table, 1, 0, table->order, 3), STOA_OVERFLOW);
    stoa_table_free(table);
}

TEST(columns_of_numbers_and_defaults_are_taken)
{
    const stoa_field green = {.name = "green",
                              .type = STOA_UINT8,
                              .initial.uint64 = 1,
                              .labels = colors,
                              .label_count = 3};
    stoa_field pink = green;
    uint8_t good[] = {2, 1, 0};
    const stoa_source source = {.name = "color", .type = STOA_UINT8, .data = good};
    stoa_table *table = filled();
    WORKS(table, stoa_column_write(table, 1, 0, 2, 3, &source, &trouble));
    ck_assert_uint_eq(stoa_uint8_column(table, "color")[2], 1);
    WORKS(table, stoa_table_extend(table, &source, 1, 3, &trouble));
    WORKS(table, stoa_table_add_field(table, &green, NULL, &trouble));
    ck_assert_uint_eq(stoa_uint8_column(table, "green")[8], 1);
    pink.name = "pink";
    pink.initial.uint64 = 3;
    REFUSED(table, STOA_OVERFLOW, stoa_table_add_field(table, &pink, NULL, &trouble));
    stoa_table_free(table);
}

/* ---- typed tables ---- */

#define PAINT(FIELD) FIELD(int32, x) FIELD(uint8, color)
STOA_RECORD(paint, PAINT)

#define SPOT(FIELD) FIELD(uint8, maybe)
STOA_RECORD(spot, SPOT)

TEST(appends_of_a_typed_table_are_checked)
{
    stoa_table *table = TABLE(NULL, {.name = "x", .type = STOA_INT32}, COLOR("color"));
    paint_table paints;
    PASSES(paint_table_from(&paints, table, &trouble));
    PASSES(paint_table_push(&paints, 1, 2, &trouble));
    FAILS(STOA_OVERFLOW, paint_table_push(&paints, 1, 3, &trouble));
    SAYS("'color'");
    ck_assert_uint_eq(stoa_table_rows(table), 1);
    paint_table_dispose(&paints);
    stoa_table_free(table);
}

TEST(a_typed_table_of_a_nullable_field_is_refused)
{
    stoa_table *table = make(1);
    spot_table spots;
    FAILS(STOA_WRONG_TYPE, spot_table_from(&spots, table, &trouble));
    SAYS("'maybe' is nullable in the table");
    stoa_table_free(table);
}

/* ---- expressions ---- */

TEST(labels_are_compared_in_text)
{
    stoa_table *table = filled();
    ck_assert_int_eq(integer_of(table, "sum(color == 'BLUE')"), 2);
    ck_assert_int_eq(integer_of(table, "sum('BLUE' != color)"), 4);
    ck_assert_int_eq(integer_of(table, "sum(color in ('RED', 'BLUE'))"), 4);
    ck_assert_int_eq(integer_of(table, "sum(where(x > 2, color, 'RED') == 'RED')"), 4);
    ck_assert_int_eq(integer_of(table, "sum(int32(color))"), 6);
    ck_assert_int_eq(integer_of(table, "count(color)"), 6);
    ck_assert_int_eq(integer_of(table, "last(color)"), 2);
    ck_assert_int_eq(integer_of(table, "count(maybe)"), 0);
    ck_assert_int_eq(integer_of(table, "sum(coalesce(maybe, color) == color)"), 6);
    ck_assert_int_eq(integer_of(table, "sum(is_null(maybe))"), 6);
    stoa_uint8_column(table, "color")[0] = 77; /* past stoa: no label, and equal to none */
    ck_assert_int_eq(integer_of(table, "sum(color == 'RED')"), 1);
    stoa_table_free(table);
}

TEST(labels_are_assigned)
{
    stoa_table *table = filled();
    const uint8_t *color = stoa_uint8_column(table, "color");
    WORKS(table, stoa_assign(table, "color", "'BLUE'", "x < 3", &trouble));
    ck_assert(color[0] == 2 && color[1] == 2 && color[2] == 2 && color[3] == 0);
    WORKS(table, stoa_assign(table, "color", "where(x == 0, 'GREEN', color)", NULL, &trouble));
    ck_assert(color[0] == 1 && color[1] == 2 && color[5] == 2);
    WORKS(table, stoa_assign(table, "maybe", "color", NULL, &trouble));
    ck_assert_int_eq(integer_of(table, "sum(maybe == color)"), 6);
    stoa_table_free(table);
}

TEST(a_choice_among_labels_has_the_type_of_where_it_goes)
{
    stoa_table *table = filled();
    const uint8_t *color = stoa_uint8_column(table, "color");
    ck_assert_int_eq(
        integer_of(table, "sum(where(x > 2, 'RED', 'BLUE') == color)"),
        integer_of(table, "sum(color == 'RED' and x > 2 or color == 'BLUE' and x <= 2)"));
    ck_assert_int_eq(integer_of(table, "sum(color in (where(x > 2, 'RED', 'BLUE'), 'GREEN'))"),
                     integer_of(table,
                                "sum(color == 'RED' and x > 2 or color == 'BLUE' and x <= 2 or "
                                "color == 'GREEN')"));
    WORKS(table, stoa_assign(table, "color", "where(x > 3, 'BLUE', 'GREEN')", NULL, &trouble));
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(color[i], i > 3 ? 2 : 1);
    WORKS(table, stoa_assign(table, "color",
                             "where(x < 2, where(x == 0, 'RED', 'GREEN'), where(x < 4, color, "
                             "where(x == 4, 'RED', 'BLUE')))",
                             "x != 3", &trouble));
    static const uint8_t expected[] = {0, 1, 1, 1, 0, 2};
    ck_assert_mem_eq(color, expected, 6);
    WORKS(table,
          stoa_assign(table, "color", "where(max(x) > 4, 'RED', 'BLUE')", "x == 5", &trouble));
    WORKS(table, stoa_assign(table, "color", "where(True, 'BLUE', 'RED')", "x == 4", &trouble));
    ck_assert(color[5] == 0 && color[4] == 2);
    WORKS(table, stoa_assign(table, "maybe", "where(x > 3, 'RED', null)", NULL, &trouble));
    ck_assert_int_eq(integer_of(table, "count(maybe)"), 2);
    WORKS(table, stoa_assign(table, "maybe", "coalesce(null, where(x > 3, null, 'BLUE'))", NULL,
                             &trouble));
    ck_assert_int_eq(integer_of(table, "sum(maybe == 'BLUE')"), 4);
    REFUSED(table, STOA_INVALID,
            stoa_assign(table, "color", "where(x > 3, 'RED', 'PINK')", NULL, &trouble));
    SAYS("'color' has no such label; it has: RED, GREEN, BLUE");
    REFUSED(table, STOA_WRONG_TYPE,
            stoa_assign(table, "color", "where(x > 3, 'RED', null)", NULL, &trouble));
    REFUSED(table, STOA_WRONG_TYPE,
            stoa_assign(table, "color", "where(x > 3, 'RED', lower('BLUE'))", NULL, &trouble));
    SAYS("'color' is an enumeration and takes its labels, as 'RED'");
    stoa_table_free(table);
}

static void wrong(const char *expression, stoa_status status, const char *part)
{
    stoa_table *table = filled();
    stoa_value value;
    ck_assert_int_eq(stoa_compute(table, expression, &value, &trouble), status);
    ck_assert_msg(strstr(trouble.message, part) != NULL, "%s: %s", expression, trouble.message);
    stoa_table_free(table);
}

TEST(what_has_no_meaning_for_labels_is_refused)
{
    static const char *const none[] = {"color + 1",   "sum(color)",        "color < 'RED'",
                                       "color == 1",  "max(color)",        "-color",
                                       "abs(color)",  "cumsum(color)",     "color and x > 1",
                                       "color == x",  "clip(color, 0, 1)", "color in ('RED', 1)",
                                       "sqrt(color)", "where(color, 1, 2)"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        wrong(none[i], STOA_WRONG_TYPE, "'color' is an enumeration (RED, GREEN, BLUE)");
    wrong("sum(color == 'PINK')", STOA_INVALID, "'color' has no such label; it has: RED, GREEN");
    wrong("sum(color == fruit)", STOA_WRONG_TYPE, "'color' and 'fruit' are different");
}

TEST(arrays_of_numbers_are_assigned_if_all_have_labels)
{
    stoa_table *table = filled();
    uint8_t numbers[] = {2, 2, 1, 1, 0, 0};
    const stoa_source source = {.type = STOA_UINT8, .data = numbers};
    const char *const fields[] = {"color"};
    stoa_expression *array;
    stoa_program *program;
    PASSES(stoa_expression_array(&array, &source, 6, &trouble));
    PASSES(stoa_program_new(&program, table, array, NULL, &trouble));
    WORKS(table, stoa_program_assign(program, table, NULL, fields, 1, &trouble));
    ck_assert(memcmp(stoa_uint8_column(table, "color"), numbers, 6) == 0);
    numbers[3] = 3;
    REFUSED(table, STOA_OVERFLOW, stoa_program_assign(program, table, NULL, fields, 1, &trouble));
    stoa_program_free(program);
    stoa_expression_free(array);
    stoa_table_free(table);
}

TEST(a_kept_program_is_bound_to_the_labels_of_each_field_that_it_goes_into)
{
    static const char *const few[] = {"UP", "DOWN"};
    stoa_table *table =
        TABLE(OPTIONS(.rows = 4), {.name = "n", .type = STOA_UINT8}, COLOR("color"), COLOR("paint"),
              {.name = "way", .type = STOA_UINT8, .labels = few, .label_count = 2});
    const char *const into[] = {"n", "color", "paint", "way"};
    stoa_program *numbers, *labels;
    stoa_uint8_column(table, "n")[2] = 200;
    PASSES(stoa_program_parse(&numbers, table, "n", NULL, &trouble));
    PASSES(stoa_program_parse(&labels, table, "where(n > 0, 'BLUE', color)", NULL, &trouble));
    for (int again = 0; again < 2; again++) {
        PASSES(stoa_program_assign(numbers, table, NULL, &into[0], 1, &trouble));
        REFUSED(table, STOA_WRONG_TYPE,
                stoa_program_assign(numbers, table, NULL, &into[1], 1, &trouble));
        WORKS(table, stoa_program_assign(labels, table, NULL, &into[1], 1, &trouble));
        WORKS(table, stoa_program_assign(labels, table, NULL, &into[2], 1, &trouble));
        REFUSED(table, STOA_WRONG_TYPE,
                stoa_program_assign(labels, table, NULL, &into[3], 1, &trouble));
        REFUSED(table, STOA_WRONG_TYPE,
                stoa_program_assign(labels, table, NULL, &into[0], 1, &trouble));
    }
    stoa_program_free(numbers);
    stoa_program_free(labels);
    stoa_table_free(table);
}

TEST(a_field_that_is_added_from_labels_has_them)
{
    stoa_table *table = filled();
    WORKS(table, stoa_add_field(table, "other", STOA_NO_TYPE, "where(x > 3, color, 'RED')", NULL,
                                &trouble));
    ck_assert_int_eq(integer_of(table, "sum(other == 'RED')"), 4);
    stoa_table_free(table);
}

TEST(assignments_between_labels_and_numbers_are_refused)
{
    stoa_table *table = filled();
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "color", "1", NULL, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "color", "fruit", NULL, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "color", "int32(color)", NULL, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "x", "color", NULL, &trouble));
    REFUSED(table, STOA_INVALID, stoa_assign(table, "color", "'PINK'", NULL, &trouble));
    stoa_table_free(table);
}

TEST(a_program_tells_the_labels_of_its_outputs)
{
    stoa_table *table = filled();
    stoa_program *program;
    size_t count;
    WORKS(table,
          stoa_program_parse(&program, table, "first(color), sum(x), last(fruit)", NULL, &trouble));
    ck_assert_str_eq(stoa_program_output_labels(program, 0, &count)[2], "BLUE");
    ck_assert_uint_eq(count, 3);
    ck_assert_ptr_null(stoa_program_output_labels(program, 1, &count));
    ck_assert_uint_eq(count, 0);
    ck_assert_str_eq(stoa_program_output_labels(program, 2, NULL)[1], "PEAR");
    ck_assert_ptr_null(stoa_program_output_labels(program, 3, NULL));
    ck_assert_ptr_null(stoa_program_output_labels(NULL, 0, NULL));
    stoa_program_free(program);
    stoa_table_free(table);
}

int main(void)
{
    return RUN("enumerations", a_field_tells_its_labels,
               labels_live_through_changes_of_fields_and_in_copies,
               labels_that_no_field_can_have_are_refused, cells_take_numbers_of_labels_and_labels,
               numbers_without_a_label_are_refused_everywhere,
               columns_of_numbers_and_defaults_are_taken, appends_of_a_typed_table_are_checked,
               a_typed_table_of_a_nullable_field_is_refused, labels_are_compared_in_text,
               labels_are_assigned, a_choice_among_labels_has_the_type_of_where_it_goes,
               arrays_of_numbers_are_assigned_if_all_have_labels,
               a_kept_program_is_bound_to_the_labels_of_each_field_that_it_goes_into,
               a_field_that_is_added_from_labels_has_them,
               what_has_no_meaning_for_labels_is_refused,
               assignments_between_labels_and_numbers_are_refused,
               a_program_tells_the_labels_of_its_outputs);
}
