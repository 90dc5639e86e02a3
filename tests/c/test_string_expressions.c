/* test_string_expressions.c: strings in expressions: what operations give, beside plain loops. */
#include <stdlib.h>

#include "../support/testing.h"

enum { N = 150001, WORDS = 9 };

static const char *const words[WORDS] = {"",     "UA",   "DL",     "ua ",  "N123ÄÖ",
                                         "n12€", " N1 ", "straße", "ÄÖ UA"};

static stoa_string text(const char *bytes)
{
    return (stoa_string){bytes, strlen(bytes)};
}

/* a and b of words, at random; x numbers. */
static stoa_table *flights(size_t rows)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = rows), {.name = "a", .type = STOA_STRING},
              {.name = "b", .type = STOA_STRING}, {.name = "x", .type = STOA_INT32});
    dice d = {5};
    stoa_handle handles[WORDS];
    for (size_t i = 0; i < WORDS; i++) {
        stoa_string word = text(words[i]);
        PASSES(stoa_string_pool_intern(table->strings, &word, 1, &handles[i], &trouble));
    }
    for (size_t i = 0; i < rows; i++) {
        ((stoa_handle *)table->columns[0].cells)[i] = handles[dice_below(&d, WORDS)];
        ((stoa_handle *)table->columns[1].cells)[i] = handles[dice_below(&d, WORDS)];
        stoa_int32_column(table, "x")[i] = (int32_t)(i % 7);
    }
    return table;
}

static const char *cell(const stoa_table *table, size_t field, size_t row)
{
    static char made[4][100];
    static int next;
    stoa_handle handle = ((const stoa_handle *)table->columns[field].cells)[row];
    stoa_string string = stoa_string_pool_get(table->strings, handle);
    next = (next + 1) % 4;
    snprintf(made[next], sizeof *made, "%.*s", (int)string.length, string.bytes);
    return made[next];
}

static int64_t count_of(const stoa_table *table, const char *condition)
{
    char sum[200];
    stoa_value value = {.type = STOA_NO_TYPE};
    snprintf(sum, sizeof sum, "sum(%s)", condition);
    PASSES(stoa_compute(table, sum, &value, &trouble));
    ck_assert_int_eq(value.type, STOA_INT64);
    return value.int64;
}

/* How often a condition holds, and how often a slow one does. */
#define COUNTED(condition, slow)                                                    \
    do {                                                                            \
        int64_t wanted_ = 0;                                                        \
        for (size_t row = 0; row < table->rows; row++) {                            \
            const char *a = cell(table, 0, row), *b = cell(table, 1, row);          \
            (void)a, (void)b;                                                       \
            wanted_ += (slow);                                                      \
        }                                                                           \
        int64_t made_ = count_of(table, condition);                                 \
        ck_assert_msg(made_ == wanted_, "%s: %ld, not %ld", condition, (long)made_, \
                      (long)wanted_);                                               \
    } while (0)

TEST(conditions_hold_where_plain_loops_say)
{
    stoa_table *table = flights(scaled(N, 2000));
    COUNTED("a == 'UA'", strcmp(a, "UA") == 0);
    COUNTED("'UA' == a", strcmp(a, "UA") == 0);
    COUNTED("a != 'UA'", strcmp(a, "UA") != 0);
    COUNTED("a == 'not there'", false);
    COUNTED("a != 'not there'", true);
    COUNTED("a == ''", *a == '\0');
    COUNTED("a < 'N'", strcmp(a, "N") < 0);
    COUNTED("'N' <= a", strcmp("N", a) <= 0);
    COUNTED("a == b", strcmp(a, b) == 0);
    COUNTED("a < b", strcmp(a, b) < 0);
    COUNTED("a >= b", strcmp(a, b) >= 0);
    COUNTED("a in ('UA', 'DL')", strcmp(a, "UA") == 0 || strcmp(a, "DL") == 0);
    COUNTED("a in ('UA', 'DL', 'x', 'y', 'z', '')",
            strcmp(a, "UA") == 0 || strcmp(a, "DL") == 0 || *a == '\0');
    COUNTED("a not in ('UA', b)", strcmp(a, "UA") != 0 && strcmp(a, b) != 0);
    COUNTED("starts_with(a, 'N')", *a == 'N');
    COUNTED("ends_with(a, 'UA')", strcmp(a, "UA") == 0 || strcmp(a, "ÄÖ UA") == 0);
    COUNTED("contains(a, 'ÄÖ')", strstr(a, "ÄÖ") != NULL);
    COUNTED("contains(a, b)", strstr(a, b) != NULL);
    COUNTED("matches(a, '*[0-9]*')", strpbrk(a, "0123456789") != NULL);
    COUNTED("upper(trim(a)) == 'UA'", strcmp(a, "UA") == 0 || strcmp(a, "ua ") == 0);
    COUNTED("trim(a) == a", strcmp(a, "ua ") != 0 && strcmp(a, " N1 ") != 0);
    COUNTED("upper(a) == b", strcmp(a, b) == 0 && strcmp(a, "ua ") != 0 && strcmp(a, "n12€") != 0 &&
                                 strcmp(a, "straße") != 0);
    COUNTED("lower(a) in ('ua', 'dl')", strcmp(a, "UA") == 0 || strcmp(a, "DL") == 0);
    COUNTED("length(a) == 6", strcmp(a, "N123ÄÖ") == 0 || strcmp(a, "straße") == 0);
    COUNTED("slice(a, 0, 1) == 'N'", *a == 'N');
    COUNTED("slice(a, -2, 2) == 'UA'", strcmp(a, "UA") == 0);
    COUNTED("concat(a, '-', a) == 'UA-UA'", strcmp(a, "UA") == 0);
    COUNTED("concat(a, b) == 'UADL'", strcmp(a, "UA") == 0 && strcmp(b, "DL") == 0);
    COUNTED("contains(upper(concat(a, b)), 'UADL')",
            (strcmp(a, "UA") == 0 || strcmp(a, "ÄÖ UA") == 0) && strcmp(b, "DL") == 0);
    COUNTED("slice(a, 0, x) == 'U'", row % 7 == 1 && *a == 'U');
    COUNTED("where(x == 1, a, b) == 'UA'", strcmp(row % 7 == 1 ? a : b, "UA") == 0);
    COUNTED("where(x == 1, a, 'q') == 'q'", row % 7 != 1);
    COUNTED("upper(where(x == 1, a, 'q')) == 'Q'", row % 7 != 1);
    COUNTED("where(x == 1, 'y', 'q') == 'q'", row % 7 != 1);
    COUNTED("where(x == 1, concat(a, b), a) == 'UA'",
            row % 7 == 1 ? (strlen(a) + strlen(b) == 2 && strstr("UA UA", a) &&
                            strstr("UA UA", b) && (*a == '\0' || *b == '\0'))
                         : strcmp(a, "UA") == 0);
    COUNTED("'a' < 'b' and x == 1", row % 7 == 1);
    COUNTED("a == max(b)", strcmp(a, "ÄÖ UA") == 0);
    COUNTED("starts_with(a, slice(max(b), 0, 1))", strcmp(a, "ÄÖ UA") == 0);
    stoa_table_free(table);
}

static void is_string(const stoa_value *value, const char *wanted)
{
    ck_assert_int_eq(value->type, STOA_STRING);
    ck_assert(!value->is_null);
    ck_assert_msg(value->string.length == strlen(wanted) &&
                      memcmp(value->string.bytes, wanted, strlen(wanted)) == 0,
                  "«%.*s» is not «%s»", (int)value->string.length, value->string.bytes, wanted);
}

static void gives(stoa_table *table, const char *expression, const char *where, const char *wanted)
{
    stoa_value value;
    stoa_program *program;
    PASSES(stoa_program_parse(&program, table, expression, where, &trouble));
    for (int i = 0; i < 3; i++) {
        PASSES(stoa_program_compute(program, table, NULL, &value, 1, &trouble));
        if (wanted == NULL)
            ck_assert(value.is_null);
        else
            is_string(&value, wanted);
    }
    stoa_program_free(program);
}

TEST(aggregates_of_strings_are_strings)
{
    stoa_table *table = flights(1000);
    stoa_value value;
    gives(table, "min(a)", NULL, "");
    gives(table, "max(a)", NULL, "ÄÖ UA");
    gives(table, "min(a)", "a != ''", " N1 ");
    gives(table, "min(upper(trim(a)))", "a > 'V'", "N12€");
    gives(table, "max(concat(a, b))", NULL, "ÄÖ UAÄÖ UA");
    gives(table, "first(a)", NULL, cell(table, 0, 0));
    gives(table, "last(lower(a))", "a == 'UA'", "ua");
    gives(table, "min(a)", "a == 'no such'", NULL);
    gives(table, "concat('x', max(a), 'y')", NULL, "xÄÖ UAy");
    gives(table, "upper('abc')", NULL, "ABC");
    gives(table, "where(count() > 5, 'many', 'few')", NULL, "many");
    PASSES(stoa_compute(table, "count_distinct(a)", &value, &trouble));
    ck_assert_int_eq(value.int64, WORDS);
    PASSES(stoa_compute(table, "count_distinct(slice(a, 0, 1))", &value, &trouble));
    ck_assert_int_eq(value.int64, WORDS);
    PASSES(stoa_compute_all(table, "count_distinct(a)", "x > 100", &value, 1, &trouble));
    ck_assert_int_eq(value.int64, 0);
    PASSES(stoa_compute(table, "sum(length(a))", &value, &trouble));
    PASSES(stoa_compute(table, "count(a)", &value, &trouble));
    ck_assert_int_eq(value.int64, 1000);
    stoa_table_free(table);
}

TEST(parameters_can_be_strings_and_pools_may_grow)
{
    stoa_table *table = flights(1000);
    stoa_program *program;
    stoa_value value;
    char bytes[] = "new";
    PASSES(stoa_program_parse(&program, table, "sum(a == $c), sum(starts_with(a, $c))", NULL,
                              &trouble));
    WORKS(table, stoa_program_set_parameter(program, "c",
                                            stoa_string_value((stoa_string){bytes, 3}), &trouble));
    bytes[0] = 'x';
    stoa_value values[2];
    WORKS(table, stoa_program_compute(program, table, NULL, values, 2, &trouble));
    ck_assert_int_eq(values[0].int64, 0);
    WORKS(table, stoa_row_set_string(stoa_table_row(table, 7), "a", text("new")));
    PASSES(stoa_program_compute(program, table, NULL, values, 2, &trouble));
    ck_assert_int_eq(values[0].int64, 1);
    ck_assert_int_eq(values[1].int64, 1);
    PASSES(stoa_program_set_parameter(program, "c", stoa_string_value(text("UA")), &trouble));
    PASSES(stoa_program_compute(program, table, NULL, values, 2, &trouble));
    ck_assert_int_eq(values[0].int64, count_of(table, "a == 'UA'"));
    REFUSED(table, STOA_INVALID,
            stoa_program_set_parameter(program, "c", stoa_string_value(text("\xff")), &trouble));
    stoa_program_free(program);
    (void)value;
    stoa_table_free(table);
}

TEST(strings_are_assigned)
{
    stoa_table *table = flights(1000), *other;
    size_t before = stoa_string_pool_count(table->strings);
    PASSES(stoa_table_copy(&other, table, &trouble));
    WORKS(table, stoa_assign(table, "a", "upper(a)", NULL, &trouble));
    ck_assert_uint_eq(stoa_string_pool_count(table->strings), before + 3);
    for (size_t i = 0; i < 1000; i++)
        if (strcmp(cell(other, 0, i), "straße") == 0)
            ck_assert_str_eq(cell(table, 0, i), "STRASSE");
    WORKS(table, stoa_assign(table, "a", "concat(a, '/', b)", "x == 2", &trouble));
    ck_assert_str_eq(cell(table, 1, 2), cell(other, 1, 2));
    ck_assert(strchr(cell(table, 0, 2), '/') != NULL && strchr(cell(table, 0, 3), '/') == NULL);
    WORKS(table, stoa_assign(table, "b", "'constant'", "x != 2", &trouble));
    ck_assert_str_eq(cell(table, 1, 3), "constant");
    ck_assert_str_eq(cell(table, 1, 2), cell(other, 1, 2));
    WORKS(table, stoa_assign(table, "a", "b", NULL, &trouble));
    WORKS(table, stoa_assign(table, "a", "where(x == 1, a, 'z')", NULL, &trouble));
    ck_assert_str_eq(cell(table, 0, 2), "z");
    ck_assert_str_eq(cell(table, 0, 1), "constant");
    static const char *const fields[] = {"a", "b"}, *const texts[] = {"b", "lower(a)"};
    WORKS(table, stoa_update(table, fields, texts, 2, NULL, &trouble));
    ck_assert_str_eq(cell(table, 1, 2), "z");
    stoa_table_free(other);
    stoa_table_free(table);
}

TEST(fields_of_strings_are_added)
{
    stoa_table *table = flights(100),
               *bare = TABLE(OPTIONS(.rows = 5), {.name = "x", .type = STOA_INT32});
    WORKS(table, stoa_add_field(table, "c", STOA_NO_TYPE, "upper(a)", NULL, &trouble));
    ck_assert_int_eq(table->columns[3].type, STOA_STRING);
    ck_assert_int_eq(count_of(table, "c == upper(a)"), 100);
    WORKS(bare, stoa_add_field(bare, "c", STOA_STRING, "where(x == 0, 'nought', 'more')", NULL,
                               &trouble));
    ck_assert_str_eq(cell(bare, 1, 3), "nought");
    stoa_table_free(table);
    stoa_table_free(bare);
}

TEST(rows_are_chosen_by_strings)
{
    stoa_table *table = flights(1000), *made;
    int64_t wanted = count_of(table, "starts_with(a, 'N')");
    PASSES(stoa_filter(&made, table, "starts_with(a, 'N')", &trouble));
    ck_assert_int_eq((int64_t)made->rows, wanted);
    ck_assert_int_eq(count_of(made, "starts_with(a, 'N')"), wanted);
    stoa_table_free(made);
    WORKS(table, stoa_remove(table, "a == 'UA'", &trouble));
    ck_assert_int_eq(count_of(table, "a == 'UA'"), 0);
    stoa_table_free(table);
}

TEST(few_rows_of_a_large_pool_are_computed_alone)
{
    stoa_table *table = flights(20);
    for (int i = 0; i < 1000; i++) {
        char name[20];
        stoa_handle handle;
        stoa_string string = {name, (size_t)snprintf(name, sizeof name, "other%d", i)};
        PASSES(stoa_string_pool_intern(table->strings, &string, 1, &handle, &trouble));
    }
    COUNTED("starts_with(a, 'N')", *a == 'N');
    COUNTED("length(a) == 2", strcmp(a, "UA") == 0 || strcmp(a, "DL") == 0);
    COUNTED("upper(a) == b", strcmp(a, b) == 0 && strcmp(a, "ua ") != 0 && strcmp(a, "n12€") != 0 &&
                                 strcmp(a, "straße") != 0);
    stoa_table_free(table);
}

/* length(array) of handles, or of a part of the column, in a run over `rows` rows. */
static stoa_status lengths_of(const stoa_table *table, const stoa_source *source, int64_t *lengths,
                              size_t rows)
{
    stoa_expression *array = NULL, *length = NULL;
    stoa_program *program = NULL;
    const stoa_output output = {.type = STOA_INT64, .data = lengths, .count = rows};
    const stoa_scope scope = {.rows = rows};
    stoa_status status = stoa_expression_array(&array, source, rows, &trouble);
    if (status == STOA_OK)
        status = stoa_expression_call(&length, STOA_LENGTH, &array, 1, &trouble);
    if (status == STOA_OK)
        status = stoa_program_new(&program, table, length, NULL, &trouble);
    if (status == STOA_OK)
        status = stoa_program_evaluate(program, table, &scope, &output, 1, &trouble);
    stoa_program_free(program);
    stoa_expression_free(length);
    stoa_expression_free(array);
    return status;
}

TEST(arrays_of_handles_are_strings_of_the_table)
{
    enum { SOME = 40 };
    stoa_table *table = flights(100);
    const stoa_handle *cells = table->columns[0].cells;
    int64_t lengths[SOME];
    stoa_handle handles[SOME];
    for (size_t i = 0; i < SOME; i++)
        handles[i] = cells[i * 2];
    const stoa_source sources[] = {
        {.type = STOA_STRING, .strings = table->strings, .data = handles},
        {.type = STOA_STRING, .strings = table->strings, .data = cells, .stride = 8},
        {.type = STOA_STRING,
         .strings = table->strings,
         .data = handles + SOME - 1,
         .stride = -(ptrdiff_t)sizeof *handles}};
    for (size_t k = 0; k < 3; k++) {
        PASSES(lengths_of(table, &sources[k], lengths, SOME));
        for (size_t i = 0; i < SOME; i++) {
            size_t row = (k == 2 ? SOME - 1 - i : i) * 2;
            const char *word = cell(table, 0, row);
            int64_t wanted = 0;
            for (; *word != '\0'; word++)
                wanted += (*word & 0xC0) != 0x80;
            ck_assert_int_eq(lengths[i], wanted);
        }
    }
    stoa_table_free(table);
}

TEST(foreign_handles_are_refused)
{
    stoa_table *table = flights(4), *other = flights(4);
    int64_t lengths[4] = {7, 7, 7, 7};
    const uint8_t there[] = {0xB}; /* all but value 2 */
    stoa_handle handles[4] = {0, 1, WORDS, 2};
    stoa_source source = {.type = STOA_STRING, .strings = other->strings, .data = handles};
    REFUSED(table, STOA_INVALID, lengths_of(table, &source, lengths, 4));
    SAYS("another pool");
    source.strings = table->strings;
    REFUSED(table, STOA_INVALID, lengths_of(table, &source, lengths, 4));
    SAYS("value 2 of an array is 9, but the pool has 9 strings");
    ck_assert_uint_eq(trouble.row, 2);
    ck_assert_int_eq(lengths[0], 7);
    REFUSED(NULL, STOA_INVALID, lengths_of(NULL, &source, lengths, 4));
    stoa_expression *made;
    source.validity = there;
    PASSES(stoa_expression_array(&made, &source, 4, &trouble));
    stoa_value value;
    stoa_program *program;
    stoa_expression *count;
    PASSES(stoa_expression_call(&count, STOA_COUNT_DISTINCT, &made, 1, &trouble));
    PASSES(stoa_program_new(&program, table, count, NULL, &trouble));
    WORKS(table, stoa_program_compute(program, table, NULL, &value, 1, &trouble));
    ck_assert_int_eq(value.int64, 3);
    stoa_program_free(program);
    stoa_expression_free(count);
    stoa_expression_free(made);
    const stoa_string strings[] = {{"a", 1}};
    source = (stoa_source){.type = STOA_STRING, .data = strings};
    REFUSED(NULL, STOA_WRONG_TYPE, stoa_expression_array(&made, &source, 1, &trouble));
    SAYS("give their handles");
    stoa_table_free(table);
    stoa_table_free(other);
}

TEST(memory_that_is_refused_is_told)
{
    static const char *const all[] = {"sum(a == 'UA')",
                                      "sum(upper(trim(a)) == 'UA')",
                                      "sum(a in ('UA', 'b', 'c', 'd', 'e', 'f'))",
                                      "max(concat(a, b)), min(a), count_distinct(lower(a))",
                                      "sum(where(x == 1, a, 'q') < b)",
                                      "concat('x', max(a))"};
    stoa_table *table = flights(1000);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        stoa_value values[3];
        size_t outputs = strstr(all[i], "), ") != NULL ? 3 : 1;
        WORKS(table, stoa_compute_all(table, all[i], NULL, values, outputs, &trouble));
    }
    stoa_table_free(table);
}

TEST(what_has_no_meaning_is_refused_with_what_could_be_meant)
{
    static const struct {
        const char *text, *says;
    } all[] = {
        {"sum(a)", "field 'a' is of type string; count, count_distinct"},
        {"a + 'x'", "concat(a, b) joins"},
        {"sum(a == 1)", "== takes a string beside a string here, and a value is of type int64"},
        {"sum(x == 'a')", "field 'x' is of type int32"},
        {"sum(int32(a))", "int32 takes no string here"},
        {"sum(not a)", "compare it"},
        {"sum(length(x))", "length takes a string"},
        {"sum(slice(a, 0, 1.5) == 'a')", "slice takes an integer here"},
        {"sum(slice(a, 'b', 1) == 'a')", "slice takes an integer here"},
        {"max(where(a, a, a))", "where takes a condition"},
        {"max(where(x == 1, a, x))", "where takes a string beside"},
        {"cumsum(a)", "cumsum takes no string"},
        {"min(a, b)", "where(a < b, a, b)"},
        {"sum(sqrt(a))", "sqrt takes no string"},
        {"sum(x in (1, 'a'))", "in takes a string beside"},
        {"-a", "- takes no string"},
        {"count_distinct(x)", "count_distinct takes a string"},
        {"concat(a, x)", "concat takes a string"},
    };
    stoa_value value;
    stoa_table *table = flights(3);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        FAILS(STOA_WRONG_TYPE, stoa_compute(table, all[i].text, &value, &trouble));
        SAYS(all[i].says);
    }
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "x", "a", NULL, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "a", "x", NULL, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "x", "1", "a", &trouble));
    stoa_table_free(table);
}

int main(void)
{
    return RUN("string expressions", conditions_hold_where_plain_loops_say,
               aggregates_of_strings_are_strings, parameters_can_be_strings_and_pools_may_grow,
               strings_are_assigned, fields_of_strings_are_added, rows_are_chosen_by_strings,
               few_rows_of_a_large_pool_are_computed_alone,
               arrays_of_handles_are_strings_of_the_table, foreign_handles_are_refused,
               memory_that_is_refused_is_told,
               what_has_no_meaning_is_refused_with_what_could_be_meant);
}
