/* test_literals.c: strings and lists in texts: what they mean, how they are printed, what is
 * refused. */
#include <stdlib.h>

#include "../support/testing.h"
#include "../support/trees.h"
#include "expr/parser/expression.h"

static void prints(const char *text, const char *printed)
{
    char buffer[400];
    stoa_expression *made = parsed(text), *back;
    ck_assert_uint_eq(stoa_expression_print(made, buffer, sizeof buffer), strlen(printed));
    ck_assert_str_eq(buffer, printed);
    back = parsed(buffer);
    ck_assert_msg(trees_equal(made, back), "%s is another tree than %s", buffer, text);
    stoa_expression_free(made);
    stoa_expression_free(back);
}

static stoa_string string(const char *bytes)
{
    return (stoa_string){bytes, strlen(bytes)};
}

/* ---- strings ---- */

TEST(strings_stand_in_either_quote)
{
    MEAN({"'UA'", "«UA»"}, {"\"UA\"", "«UA»"}, {"''", "«»"}, {"\"it's\"", "«it's»"},
         {"'a\"b'", "«a\"b»"}, {"'$x `y` # (z'", "«$x `y` # (z»"},
         {"'\xc3\xa4\xf0\x9f\x98\x80'", "«<c3><a4><f0><9f><98><80>»"},
         {"name == 'UA' and x < 1", "(AND (EQUAL name «UA») (LESS x 1))"}, {"'\t'", "«<09>»"},
         {"'a' , 'b'", "[«a» «b»]"}, {"f == 'and'", "(EQUAL f «and»)"});
}

TEST(escapes_are_those_of_python)
{
    MEAN({"'\\\\'", "«\\»"}, {"'\\''", "«'»"}, {"'\\\"'", "«\"»"},
         {"'\\a\\b\\f\\n\\r\\t\\v'", "«<07><08><0c><0a><0d><09><0b>»"}, {"'\\x41\\x4a'", "«AJ»"},
         {"'\\xe4'", "«<c3><a4>»"}, {"'\\xE4'", "«<c3><a4>»"}, {"'\\u20ac1'", "«<e2><82><ac>1»"},
         {"'\\U0001F600'", "«<f0><9f><98><80>»"}, {"'\\U0010ffff'", "«<f4><8f><bf><bf>»"},
         {"'\\0'", "«<00>»"}, {"'a\\0b'", "«a<00>b»"}, {"'\\x00'", "«<00>»"}, {"'\\1012'", "«A2»"},
         {"'\\08'", "«<00>8»"}, {"'\\377'", "«<c3><bf>»"}, {"'\\18'", "«<01>8»"},
         {"'\\ud7ff\\ue000'", "«<ed><9f><bf><ee><80><80>»"}, {"'\\u007f\\u0080'", "«<7f><c2><80>»"},
         {"'\\u07ff\\u0800'", "«<df><bf><e0><a0><80>»"},
         {"'\\uffff\\U00010000'", "«<ef><bf><bf><f0><90><80><80>»"});
}

TEST(texts_that_are_no_strings_are_shown)
{
    FAULTS({"x == |'UA", "never closed"}, {"x == |\"UA'", "never closed"}, {"|'", "never closed"},
           {"|'a\n'", "on its line"}, {"'a|\\qb'", "\\q is no escape"}, {"'|\\x4'", "2 hex"},
           {"'|\\xg1'", "2 hex"}, {"'|\\u12'", "4 hex"}, {"'|\\U0011ffff'", "U+10FFFF"},
           {"'|\\U0000001'", "8 hex"}, {"'ab|\\ud800'", "U+D800 is half"},
           {"'|\\udfff'", "surrogate"}, {"'|\\400'", "377"}, {"'|\\N{BULLET}'", "\\N is no escape"},
           {"'|\\\n'", "backslash"}, {"|'\\'", "never closed"}, {"'a' |'b'", "operator"},
           {"x == |r'a'", "no prefix"}, {"|f\"a\"", "no prefix"}, {"x |'a'", "operator"},
           {"'a' |b", "operator"}, {"'a'|(b)", "operator"});
}

TEST(strings_are_printed_as_pythons)
{
    prints("\"UA\"", "'UA'");
    prints("'it\\'s'", "\"it's\"");
    prints("'say \"hi\"'", "'say \"hi\"'");
    prints("'\\'\"'", "'\\'\"'");
    prints("'\\0\\x1f\\x7f\\n\\\\ä'", "'\\x00\\x1f\\x7f\\n\\\\ä'");
    prints("-('a')", "-'a'");
    prints("'a' == x or 'b' < y", "'a' == x or 'b' < y");
    prints("f == '\\x007'", "f == '\\x007'");
}

TEST(a_string_is_a_constant_with_bytes_of_its_own)
{
    char bytes[] = "a\0b";
    stoa_expression *made = NULL;
    WORKS(NULL,
          stoa_expression_constant(&made, stoa_string_value((stoa_string){bytes, 3}), &trouble));
    bytes[0] = 'x';
    ck_assert_str_eq(tree_shape(made), "«a<00>b»");
    ck_assert_int_eq(made->value.string.bytes[3], '\0');
    stoa_expression_free(made);
    WORKS(NULL,
          stoa_expression_constant(&made, stoa_string_value((stoa_string){NULL, 0}), &trouble));
    ck_assert_str_eq(tree_shape(made), "«»");
    stoa_expression_free(made);
    made = NULL;
    REFUSED(NULL, STOA_INVALID,
            stoa_expression_constant(&made, stoa_string_value((stoa_string){NULL, 1}), &trouble));
    SAYS("NULL");
    REFUSED(NULL, STOA_INVALID,
            stoa_expression_constant(&made, stoa_string_value(string("a\x80")), &trouble));
    SAYS("UTF-8");
    REFUSED(NULL, STOA_INVALID,
            stoa_expression_constant(&made, stoa_string_value(string("\xed\xa0\x80")), &trouble));
    ck_assert_ptr_null(made);
}

TEST(a_parameter_can_be_a_string)
{
    char bytes[] = "U\0A";
    stoa_parameter given[] = {{.name = "c", .value = stoa_string_value((stoa_string){bytes, 3})}};
    stoa_expression *made = NULL;
    WORKS(NULL, stoa_expression_parse_with(&made, "x == $c", given, 1, &trouble));
    bytes[0] = 'x';
    ck_assert_str_eq(tree_shape(made), "(EQUAL x «U<00>A»)");
    stoa_expression_free(made);
    made = NULL;
    given[0].value = stoa_string_value(string("\xff"));
    REFUSED(NULL, STOA_INVALID, stoa_expression_parse_with(&made, "x == $c", given, 1, &trouble));
    SAYS("$c");
    ck_assert_ptr_null(made);
}

/* ---- in ---- */

TEST(in_takes_a_list)
{
    MEAN({"x in (1, 2)", "(IN x 1 2)"}, {"x in (1,)", "(IN x 1)"}, {"x in ()", "(IN x)"},
         {"x in ('UA', 'DL',)", "(IN x «UA» «DL»)"}, {"x not in (1)", "(NOT (IN x 1))"},
         {"not x in (1)", "(NOT (IN x 1))"}, {"not x not in (1)", "(NOT (NOT (IN x 1)))"},
         {"a + b in (c * 2, -d)", "(IN (ADD a b) (MULTIPLY c 2) (NEGATE d))"},
         {"a in (1) and b in (2) or c", "(OR (AND (IN a 1) (IN b 2)) c)"},
         {"a in (b in (1), c)", "(IN a (IN b 1) c)"}, {"-a in (1)", "(IN (NEGATE a) 1)"},
         {"a < b in (1, 2)", "(AND (LESS a b) (IN b 1 2))"},
         {"a < b not in (1)", "(AND (LESS a b) (NOT (IN b 1)))"},
         {"(a in (1)) == b", "(EQUAL (IN a 1) b)"}, {"a in ((b))", "(IN a b)"},
         {"where(a in (1), 2, 3)", "(WHERE (IN a 1) 2 3)"}, {"a in (1), b", "[(IN a 1) b]"},
         {"a in(1)", "(IN a 1)"}, {"a in (b or c, d and e)", "(IN a (OR b c) (AND d e))"},
         {"inside", "inside"}, {"`in` in (1)", "(IN in 1)"});
}

TEST(what_is_no_list_is_shown)
{
    FAULTS({"x in |y", "list"}, {"x in |'abc'", "list"}, {"x not in |1", "list"}, {"x in|", "list"},
           {"x |in (1", "never closed"}, {"x in (|, 1)", "value"}, {"x in (1 |2)", "operator"},
           {"x in ((1|, 2))", "top"}, {"x in (1) |< 2", "parentheses"},
           {"x in (1) |in (2)", "parentheses"}, {"x in (1) |+ 2", "parentheses"},
           {"x in (1) |not in (2)", "parentheses"}, {"a + (x in (1) |** 2)", "parentheses"},
           {"|in (1)", "value"}, {"x + |not in (1)", "parentheses"}, {"x |not y", "operator"});
}

TEST(lists_are_printed)
{
    prints("x in (1,2,)", "x in (1, 2)");
    prints("x in ()", "x in ()");
    prints("x not in ('a')", "not x in ('a')");
    prints("(a in (1)) == (b in (2))", "(a in (1)) == (b in (2))");
    prints("(a == b) in (c, d)", "(a == b) in (c, d)");
    prints("(a or b) in (c or d, not e)", "(a or b) in (c or d, not e)");
    prints("a < b in (1)", "a < b and b in (1)");
    prints("a < b < c and c in (1)", "a < b < c and c in (1)");
    prints("-(a in (1))", "-(a in (1))");
    prints("sum(a in (1)), b", "sum(a in (1)), b");
}

TEST(a_list_can_be_long)
{
    size_t count = scaled(65534, 1000), used;
    char *text = malloc(count * 8 + 100);
    stoa_expression *made = NULL;
    ck_assert_ptr_nonnull(text);
    used = (size_t)sprintf(text, "x in (");
    for (size_t i = 0; i < count; i++)
        used += (size_t)sprintf(text + used, "%zu, ", i);
    strcpy(text + used, ")");
    PASSES(stoa_expression_parse(&made, text, &trouble));
    ck_assert_uint_eq(made->count, count + 1);
    stoa_expression_free(made);
    if (count == 65534) {
        strcpy(text + used, "1)");
        FAILS(STOA_SYNTAX, stoa_expression_parse(&made, text, &trouble));
        SAYS("65535");
    }
    free(text);
}

/* ---- without fields of strings ---- */

static int64_t computed(stoa_table *table, const char *text)
{
    stoa_value value;
    WORKS(table, stoa_compute(table, text, &value, &trouble));
    ck_assert_int_eq(value.type, STOA_INT64);
    return value.int64;
}

TEST(numbers_are_looked_for_in_lists)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = 100), {.name = "x", .type = STOA_INT32},
              {.name = "w", .type = STOA_FLOAT64}, {.name = "b", .type = STOA_BOOL});
    for (size_t i = 0; i < 100; i++) {
        stoa_int32_column(table, "x")[i] = (int32_t)i;
        stoa_float64_column(table, "w")[i] = (double)i / 2;
        stoa_bool_column(table, "b")[i] = i % 4 == 0;
    }
    ck_assert_int_eq(computed(table, "sum(x in (3, 5, 200))"), 2);
    ck_assert_int_eq(computed(table, "sum(x not in (3, 5, 5))"), 98);
    ck_assert_int_eq(computed(table, "sum(x in ())"), 0);
    ck_assert_int_eq(computed(table, "sum(x in (w))"), 1);
    ck_assert_int_eq(computed(table, "sum(w in (x, 0.5, 3))"), 3);
    ck_assert_int_eq(computed(table, "sum(b in (True))"), 25);
    ck_assert_int_eq(computed(table, "sum(x in (2.5, 2.0))"), 1);
    stoa_table_free(table);
}

TEST(strings_are_refused_where_they_have_no_meaning)
{
    static const struct {
        const char *text, *says;
    } all[] = {
        {"sum('a')", "sum takes no string here, and a value is of type string"},
        {"x + 'a'", "concat(a, b) joins strings"},
        {"sum(x == 'a')", "field 'x' is of type int32"},
        {"sum(x in (1, 'a'))", "in takes a string beside a string"},
        {"sqrt('a')", "sqrt takes no string"},
        {"not 'a'", "not takes no string"},
        {"int32('1')", "length(s) counts its characters"},
        {"min('a', 'b')", "min takes no string"},
        {"cumsum('a')", "cumsum takes no str"},
        {"-'a'", "- takes no string"},
    };
    stoa_value value;
    stoa_table *table = TABLE(OPTIONS(.rows = 3), {.name = "x", .type = STOA_INT32});
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        REFUSED(table, STOA_WRONG_TYPE, stoa_compute(table, all[i].text, &value, &trouble));
        SAYS(all[i].says);
    }
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "x", "'a'", NULL, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_assign(table, "x", "1", "'a'", &trouble));
    stoa_table_free(table);
}

int main(void)
{
    return RUN("literals", strings_stand_in_either_quote, escapes_are_those_of_python,
               texts_that_are_no_strings_are_shown, strings_are_printed_as_pythons,
               a_string_is_a_constant_with_bytes_of_its_own, a_parameter_can_be_a_string,
               in_takes_a_list, what_is_no_list_is_shown, lists_are_printed, a_list_can_be_long,
               numbers_are_looked_for_in_lists, strings_are_refused_where_they_have_no_meaning);
}
