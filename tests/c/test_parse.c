/* test_parse.c: what texts mean: operators, literals, names, functions, lists. */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "../support/testing.h"
#include "../support/trees.h"
#include "expr/parser/expression.h"

/* ---- operators ---- */

TEST(operators_bind_as_in_python)
{
    MEAN({"a + b * c", "(ADD a (MULTIPLY b c))"}, {"(a + b) * c", "(MULTIPLY (ADD a b) c)"},
         {"a - b - c", "(SUBTRACT (SUBTRACT a b) c)"},
         {"a / b // c % d", "(REMAINDER (FLOOR_DIVIDE (DIVIDE a b) c) d)"},
         {"a ** b ** c", "(POWER a (POWER b c))"}, {"-a ** b", "(NEGATE (POWER a b))"},
         {"a ** -b", "(POWER a (NEGATE b))"}, {"a ** -b ** c", "(POWER a (NEGATE (POWER b c)))"},
         {"-a * b", "(MULTIPLY (NEGATE a) b)"}, {"~a + +b", "(ADD (INVERT a) (PLUS b))"},
         {"a << b + c >> d", "(SHIFT_RIGHT (SHIFT_LEFT a (ADD b c)) d)"},
         {"a | b ^ c & d", "(BIT_OR a (BIT_XOR b (BIT_AND c d)))"},
         {"a & b == c", "(EQUAL (BIT_AND a b) c)"}, {"not a == b", "(NOT (EQUAL a b))"},
         {"not not a and b", "(AND (NOT (NOT a)) b)"},
         {"a or b and not c or d", "(OR (OR a (AND b (NOT c))) d)"},
         {"a and b and c", "(AND (AND a b) c)"}, {"a & b << c", "(BIT_AND a (SHIFT_LEFT b c))"},
         {"a*-b", "(MULTIPLY a (NEGATE b))"}, {"- -a", "(NEGATE (NEGATE a))"}, {"(((a)))", "a"},
         {"a<b", "(LESS a b)"}, {"a<=b", "(LESS_EQUAL a b)"}, {"a==b", "(EQUAL a b)"},
         {"a!=b", "(NOT_EQUAL a b)"}, {"a>=b", "(GREATER_EQUAL a b)"}, {"a>b", "(GREATER a b)"},
         {"a//b/c", "(DIVIDE (FLOOR_DIVIDE a b) c)"});
}

TEST(comparisons_chain)
{
    MEAN({"a < b < c", "(AND (LESS a b) (LESS b c))"},
         {"a < b + 1 <= c != d",
          "(AND (AND (LESS a (ADD b 1)) (LESS_EQUAL (ADD b 1) c)) (NOT_EQUAL c d))"},
         {"(a < b) < c", "(LESS (LESS a b) c)"}, {"a < (b < c)", "(LESS a (LESS b c))"},
         {"a < b and b < c", "(AND (LESS a b) (LESS b c))"},
         {"a < b < c or d", "(OR (AND (LESS a b) (LESS b c)) d)"},
         {"not a < b < c", "(NOT (AND (LESS a b) (LESS b c)))"},
         {"a < b < c == d and e", "(AND (AND (AND (LESS a b) (LESS b c)) (EQUAL c d)) e)"});
}

TEST(what_is_in_the_middle_of_a_chain_is_one_node)
{
    stoa_expression *made = parsed("a < b * 2 < c");
    ck_assert_ptr_eq(made->arguments[0]->arguments[1], made->arguments[1]->arguments[0]);
    stoa_expression_free(made);
    made = parsed("a < b and b < c");
    ck_assert_ptr_ne(made->arguments[0]->arguments[1], made->arguments[1]->arguments[0]);
    stoa_expression_free(made);
}

TEST(not_stands_where_python_lets_it)
{
    FAULTS({"a == |not b", "parentheses"}, {"-|not a", "parentheses"},
           {"a + |not b", "parentheses"}, {"a ** |not b", "parentheses"}, {"a |not b", "operator"});
    MEAN({"a == (not b)", "(EQUAL a (NOT b))"}, {"a and not b", "(AND a (NOT b))"});
}

TEST(the_place_of_a_node_is_its_operator_or_its_name)
{
    stoa_expression *made = parsed("  ab + sqrt( c ) * -d");
    ck_assert_uint_eq(made->place, 5);
    ck_assert_uint_eq(made->arguments[0]->place, 2);
    ck_assert_uint_eq(made->arguments[1]->place, 17);
    ck_assert_uint_eq(made->arguments[1]->arguments[0]->place, 7);
    ck_assert_uint_eq(made->arguments[1]->arguments[1]->place, 19);
    stoa_expression_free(made);
}

/* ---- literals ---- */

TEST(integers_are_read_in_four_bases)
{
    MEAN({"0", "0"}, {"000", "0"}, {"0_0", "0"}, {"1_000_000", "1000000"}, {"0xfF", "255"},
         {"0X_1_f", "31"}, {"0o17", "15"}, {"0B101", "5"},
         {"9223372036854775807", "9223372036854775807"},
         {"9223372036854775808", "9223372036854775808u"},
         {"18446744073709551615", "18446744073709551615u"},
         {"0xffffffffffffffff", "18446744073709551615u"}, {"True", "True"}, {"true", "True"},
         {"False", "False"}, {"false", "False"});
}

TEST(integers_beyond_64_bits_are_refused)
{
    fails_at(STOA_OVERFLOW, "x + |18446744073709551616", "18446744073709551615");
    fails_at(STOA_OVERFLOW, "|99999999999999999999999999 + x", "greatest");
    fails_at(STOA_OVERFLOW, "|0x1ffffffffffffffff", "greatest");
    fails_at(STOA_OVERFLOW, "|-9223372036854775809", "-9223372036854775808");
}

TEST(a_minus_before_a_number_is_part_of_it)
{
    MEAN({"-5", "-5"}, {"- 5", "-5"}, {"-9223372036854775808", "-9223372036854775808"}, {"-0", "0"},
         {"-1.5", "-1.5000000000000000"}, {"-.5", "-0.50000000000000000"},
         {"-0.0", "-0.0000000000000000"}, {"-5 ** 2", "(NEGATE (POWER 5 2))"},
         {"(-5) ** 2", "(POWER -5 2)"}, {"2 ** -5", "(POWER 2 -5)"},
         {"2 ** -5 ** 2", "(POWER 2 (NEGATE (POWER 5 2)))"}, {"-(5)", "(NEGATE 5)"},
         {"a -5", "(SUBTRACT a 5)"}, {"a - -5", "(SUBTRACT a -5)"}, {"-5 * a", "(MULTIPLY -5 a)"},
         {"-x", "(NEGATE x)"}, {"+5", "(PLUS 5)"}, {"-True", "(NEGATE True)"},
         {"- - 5", "(NEGATE -5)"});
}

static double number(const char *text)
{
    stoa_expression *made = parsed(text);
    ck_assert_int_eq(made->kind, STOA__CONSTANT_NODE);
    ck_assert_int_eq(made->value.type, STOA_FLOAT64);
    double value = made->value.float64;
    stoa_expression_free(made);
    return value;
}

static void known_floats(void)
{
    static const struct {
        const char *text;
        double value;
    } all[] = {
        {"1.", 1.0},
        {".5", 0.5},
        {"1e5", 1e5},
        {"1_0.5", 10.5},
        {"1_0e-1_0", 10e-10},
        {"1.e2", 100.0},
        {"0.0", 0.0},
        {"0e5", 0.0},
        {"00.5", 0.5},
        {"007e1", 70.0},
        {"3.14159265358979323846", 0x1.921fb54442d18p+1},
        {"9007199254740993.0", 0x1p53}, /* halfway, rounded to even */
        {"9007199254740993.0000000000000000000000000000001", 0x1.0000000000001p53},
        {"0.1", 0x1.999999999999ap-4},
        {"1e23", 0x1.52d02c7e14af6p+76},
        {"8.5e22", 0x1.1ffdbf6b2b2ebp+76},
        {"2.2250738585072014e-308", DBL_MIN},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022},
        {"4.9e-324", 0x1p-1074},
        {"2.4703282292062327e-324", 0.0},
        {"2.4703282292062328e-324", 0x1p-1074},
        {"1.7976931348623157e308", DBL_MAX},
        {"1.7976931348623159e308", HUGE_VAL},
        {"1e999", HUGE_VAL},
        {"1e-999", 0.0},
        {"1e99999999999999999999999999", HUGE_VAL},
        {"1e-99999999999999999999999999", 0.0},
        {"0.0000000000000000000000000000001e31", 1.0},
        {"100000000000000000000000000000000e-32", 1.0},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ck_assert_msg(number(all[i].text) == all[i].value, "%s is %a", all[i].text,
                      number(all[i].text));
}

TEST(floats_are_the_nearest_to_what_is_written)
{
    known_floats();
}

/* Halfway between 1 and the next float, so that any digit after that decides. */
TEST(of_a_float_every_digit_counts)
{
    char text[1400], more[1500];
    snprintf(text, sizeof text, "%.1074f", 0x1p-1074);
    ck_assert(number(text) == 0x1p-1074);
    snprintf(text, sizeof text, "%.1074f", 0x1.8p-1022); /* exact, but long */
    ck_assert(number(text) == 0x1.8p-1022);
    strcpy(text, "1.00000000000000011102230246251565404236316680908203125");
    ck_assert(number(text) == 1.0);
    memset(more, '0', sizeof more);
    memcpy(more, text, strlen(text));
    strcpy(more + 1300, "1");
    ck_assert(number(more) == 1.0 + DBL_EPSILON);
    strcpy(more + 1300, "0");
    ck_assert(number(more) == 1.0);
    memset(more, '9', sizeof more);
    strcpy(more + 1200, "e-1200");
    ck_assert(number(more) == 1.0);
}

TEST(floats_that_are_printed_read_back_to_the_bit)
{
    dice d = {7};
    for (size_t i = 0; i < scaled(200000, 2000); i++) {
        uint64_t bits = dice_roll(&d) & (UINT64_MAX >> 1);
        double value;
        char text[64];
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        snprintf(text, sizeof text, i % 2 == 0 ? "%.17e" : "%.25e", value);
        ck_assert_msg(number(text) == value, "%s is %a", text, number(text));
        snprintf(text, sizeof text, "%.*f", (int)(bits % 20), (double)(bits % 1000000007) / 4096);
        if (strchr(text, '.') != NULL)
            ck_assert_msg(number(text) == strtod(text, NULL), "%s is %a", text, number(text));
    }
}

/* Tries every locale with a decimal comma that exists here; there may be none. */
TEST(floats_do_not_depend_on_the_locale)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ru_RU.UTF-8",
                                        "fa_IR.UTF-8", "ps_AF.UTF-8", "C"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (setlocale(LC_ALL, names[i]) == NULL)
            continue;
        char text[64];
        stoa_expression *made = parsed("x * 2.5 + 1e300 + 1.7976931348623157e308");
        known_floats();
        stoa_expression_print(made, text, sizeof text);
        ck_assert_str_eq(text, "x * 2.5 + 1e+300 + 1.7976931348623157e+308");
        stoa_expression_free(made);
    }
    setlocale(LC_ALL, "C");
}

TEST(inf_and_nan_are_names)
{
    MEAN({"inf", "inf"}, {"-nan", "(NEGATE nan)"});
}

TEST(numbers_that_python_would_refuse_are_refused)
{
    FAULTS({"1|_", "number"}, {"1|__0", "number"}, {"1|_.5", "number"}, {"1.5|_", "number"},
           {"1|e", "number"}, {"1|e+", "number"}, {"1.5|e_1", "number"}, {"1e5|x", "number"},
           {"1|x", "number"}, {"1.5|.2", "number"}, {"1|or 2", "number"}, {"0x|", "base 16"},
           {"0x|g", "base 16"}, {"0xf|g", "number"}, {"0b1|2", "number"}, {"0o|8", "base 8"},
           {"0b|", "base 2"}, {"x + |007", "0o"}, {"|0_7", "0o"}, {"1|é", "number"},
           {"0x1f|.5", "number"}, {"x + |.", "'.'"}, {"1.|_5", "number"});
}

/* ---- names ---- */

TEST(names_are_those_of_python_or_stand_in_backquotes)
{
    MEAN({"_x1", "_x1"}, {"größe", "größe"}, {"名前 + x", "(ADD 名前 x)"}, {"sum", "sum"},
         {"exp * min", "(MULTIPLY exp min)"}, {"int32", "int32"}, {"`a b`", "a b"},
         {"`sum`", "sum"}, {"`and` + `True`", "(ADD and True)"}, {"`a``b`", "a`b"}, {"````", "`"},
         {"``````", "``"}, {"`1`", "1"}, {"`x`", "x"}, {"`a\nb`", "a\nb"}, {"TRUE", "TRUE"},
         {"And", "And"}, {"android", "android"}, {"nothing", "nothing"});
    FAULTS({"|``", "no name"}, {"x + |`ab", "never closed"}, {"|`", "never closed"},
           {"|```", "never closed"}, {"|`sum`(x)", "backquotes"});
}

TEST(names_have_at_most_255_bytes)
{
    char text[600] = "", quoted[600] = "`";
    stoa_expression *made = NULL;
    memset(text, 'n', 255);
    ck_assert_uint_eq(strlen((made = parsed(text))->name), 255);
    stoa_expression_free(made);
    text[255] = 'n';
    FAILS(STOA_SYNTAX, stoa_expression_parse(&made, text, &trouble));
    SAYS("255");
    memset(quoted + 1, '`', 510);
    quoted[511] = '`';
    made = parsed(quoted);
    ck_assert_uint_eq(strlen(made->name), 255);
    stoa_expression_free(made);
    memcpy(quoted + 511, "x`", 3);
    FAILS(STOA_SYNTAX, stoa_expression_parse(&made, quoted, &trouble));
    SAYS("256");
}

TEST(parameters_have_any_name)
{
    MEAN({"$limit", "$limit"}, {"x > $and", "(GREATER x $and)"}, {"$`odd name`", "$odd name"},
         {"-$a ** $b", "(NEGATE (POWER $a $b))"});
    FAULTS({"|$", "parameter"}, {"|$ a", "parameter"}, {"|$1", "parameter"},
           {"x + $|``", "no name"}, {"$sum |(x)", "operator"}, {"var(x, $ddof|=1)", "=="});
}

/* ---- functions ---- */

static void check_call(stoa_operation operation, size_t count)
{
    const stoa__operation_facts *facts = &stoa__operations[operation];
    char text[4000];
    size_t used = (size_t)snprintf(text, sizeof text, "%s(", facts->text);
    for (size_t k = 0; k < count; k++)
        used += (size_t)snprintf(text + used, sizeof text - used, k > 0 ? ", 1" : "1");
    strcpy(text + used, ")");
    bool fits = count >= facts->least && count <= facts->most;
    stoa_operation named = stoa_operation_named(facts->text, count);
    if (fits) {
        stoa_expression *made = parsed(text);
        ck_assert_int_eq(made->operation, operation);
        ck_assert_uint_eq(made->count, count);
        stoa_expression_free(made);
    } else if (named == operation || named == STOA_NO_OPERATION) { /* min and max exist twice */
        stoa_expression *made = NULL;
        FAILS(STOA_SYNTAX, stoa_expression_parse(&made, text, &trouble));
        SAYS("takes");
    }
}

TEST(a_parameter_that_has_a_value_is_a_constant)
{
    stoa_parameter given[] = {{.name = "a", .value = stoa_int64_value(-5)},
                              {.name = "odd `name", .value = stoa_float64_value(0.5)},
                              {.name = "big", .value = stoa_uint64_value(7)},
                              {.name = "b", .value = stoa_boolean_value(true)}};
    const char *text = "$a ** x + $`odd ``name` * $big + $other + $a";
    stoa_expression *made;
    ck_assert_int_eq(stoa_expression_parse_with(&made, text, given, 4, &trouble), STOA_OK);
    ck_assert_str_eq(tree_shape(made),
                     "(ADD (ADD (ADD (POWER -5 x) (MULTIPLY 0.50000000000000000 7)) $other) -5)");
    ck_assert_uint_eq(made->arguments[1]->place, strlen(text) - 2);
    stoa_expression_free(made);
    ck_assert(given[0].is_used && given[1].is_used && given[2].is_used && !given[3].is_used);
    given[0].value = stoa_uint64_value(UINT64_MAX);
    ck_assert_int_eq(stoa_expression_parse_with(&made, "$a", given, 1, &trouble), STOA_OK);
    ck_assert_str_eq(tree_shape(made), "18446744073709551615u");
    stoa_expression_free(made);
    made = NULL;
    given[1].value.type = STOA_INT8;
    FAILS(STOA_WRONG_TYPE, stoa_expression_parse_with(&made, text, given, 4, &trouble));
    SAYS("odd `name");
    given[1] = (stoa_parameter){.value = stoa_int64_value(1)};
    FAILS(STOA_INVALID, stoa_expression_parse_with(&made, text, given, 4, &trouble));
    FAILS(STOA_INVALID, stoa_expression_parse_with(&made, text, NULL, 1, &trouble));
    ck_assert_ptr_null(made);
}

TEST(every_function_is_called_by_its_name_with_as_many_arguments_as_it_takes)
{
    for (int i = STOA_ABS; i < STOA__OPERATIONS_END; i++)
        for (size_t count = 0; count <= (size_t)stoa__operations[i].most + 1; count++)
            if (count < 260 || count >= stoa__operations[i].most)
                check_call((stoa_operation)i, count);
}

TEST(min_and_max_of_one_are_aggregates)
{
    MEAN({"min(x)", "(MIN x)"}, {"max(x)", "(MAX x)"}, {"min(x, y)", "(MINIMUM x y)"},
         {"max(x, 1, max(y))", "(MAXIMUM x 1 (MAX y))"});
    FAULTS({"|min()", "min takes 1 argument, not 0"}, {"x - |max()", "max takes 1 argument"});
}

TEST(wrong_numbers_of_arguments_are_told)
{
    FAULTS({"1 + |atan2(x)", "atan2 takes 2 arguments, not 1"},
           {"|row(x)", "row takes no arguments, not 1"},
           {"|count(x, y)", "count takes 0 to 1 arguments, not 2"},
           {"|sqrt()", "sqrt takes 1 argument, not 0"}, {"|var(x, 1, 2)", "var takes 1 to 2"},
           {"|where(x, y)", "where takes 3 arguments, not 2"});
}

TEST(var_and_std_take_a_ddof)
{
    MEAN({"var(x)", "(VAR x)"}, {"var(x, 1)", "(VAR x 1)"}, {"var(x, ddof=1)", "(VAR x 1)"},
         {"std(x + y, ddof = 0)", "(STD (ADD x y) 0)"},
         {"std(ddof, ddof=18446744073709551615)", "(STD ddof 18446744073709551615u)"});
    FAULTS({"var(x, |y)", "ddof"}, {"var(x, ddof=|-1)", "ddof"}, {"std(x, |1.0)", "ddof"},
           {"std(x, |True)", "ddof"}, {"var(x, 1 |+ 1)", "ddof"}, {"var(x, dd|=1)", "ddof"},
           {"var(ddof|=1)", "ddof"}, {"sum(x, ddof|=1)", "ddof"}, {"var(x, ddof=ddof|=1)", "ddof"},
           {"var(x, ddof=|)", "a value"}, {"ddof|=1", "=="}, {"var(x, (ddof|=1))", "=="},
           {"var(x, `ddof` |= 1)", "=="});
}

TEST(an_unknown_function_is_told_with_those_of_similar_names)
{
    FAULTS({"1 + |sqr(x)", "there is sqrt"}, {"|Sum(x)", "sum"},
           {"|averge(x)", "no function 'averge'"}, {"|int(x)", "int8, int16, int32, int64"},
           {"|float(x)", "float32, float64"}, {"|arcsin(x)", "no function 'arcsin'"},
           {"|stdev(x)", "there is std"}, {"|minimum(x, y)", "there is min"},
           {"|x(y)", "a field is not followed by ("}, {"|cumsumm (x)", "there is cumsum"},
           {"|größe(x)", "größe"});
    char text[300];
    memset(text, 'f', 255);
    strcpy(text + 255, "(x)");
    stoa_expression *made = NULL;
    FAILS(STOA_SYNTAX, stoa_expression_parse(&made, text, &trouble));
    SAYS("no function");
}

TEST(a_list_stands_only_at_the_top)
{
    MEAN({"a, b + 1, c", "[a (ADD b 1) c]"}, {"a,", "[a]"}, {"a, b,", "[a b]"},
         {"(a), min(b, c)", "[a (MINIMUM b c)]"}, {"min(a, b,)", "(MINIMUM a b)"});
    FAULTS({"(a|, b)", "top"}, {"(a|,)", "top"}, {"sum((a|, b))", "top"}, {"a, |, b", "value"},
           {"|,", "value"}, {"sum(|,)", "value"}, {"min(a, |, b)", "value"}, {"a,b,|,", "value"});
    stoa_expression *made = parsed("a, b, c");
    ck_assert_uint_eq(stoa_expression_output_count(made), 3);
    stoa_expression_free(made);
    ck_assert_uint_eq(stoa_expression_output_count(made = parsed("a")), 1);
    stoa_expression_free(made);
}

TEST(white_space_is_free)
{
    MEAN({" \t\n\r\fx\n+\ty ", "(ADD x y)"}, {"sum (x)", "(SUM x)"}, {"row ( )", "(ROW)"},
         {"std(x ,\nddof = 1)", "(STD x 1)"}, {"a<b", "(LESS a b)"}, {"-\n5", "-5"});
}

int main(void)
{
    return RUN("parse", operators_bind_as_in_python, comparisons_chain,
               what_is_in_the_middle_of_a_chain_is_one_node, not_stands_where_python_lets_it,
               the_place_of_a_node_is_its_operator_or_its_name, integers_are_read_in_four_bases,
               integers_beyond_64_bits_are_refused, a_minus_before_a_number_is_part_of_it,
               floats_are_the_nearest_to_what_is_written, of_a_float_every_digit_counts,
               floats_that_are_printed_read_back_to_the_bit, floats_do_not_depend_on_the_locale,
               inf_and_nan_are_names, numbers_that_python_would_refuse_are_refused,
               names_are_those_of_python_or_stand_in_backquotes, names_have_at_most_255_bytes,
               parameters_have_any_name, a_parameter_that_has_a_value_is_a_constant,
               every_function_is_called_by_its_name_with_as_many_arguments_as_it_takes,
               min_and_max_of_one_are_aggregates, wrong_numbers_of_arguments_are_told,
               var_and_std_take_a_ddof, an_unknown_function_is_told_with_those_of_similar_names,
               a_list_stands_only_at_the_top, white_space_is_free);
}
