/* test_print.c: expressions print as text that parses to the same tree; messages point to the right
 * place. */
#include <math.h>
#include <stdlib.h>

#include "../support/testing.h"
#include "../support/trees.h"
#include "expr/parser/expression.h"

static void prints(const char *text, const char *printed)
{
    char buffer[400];
    stoa_expression *made = parsed(text);
    ck_assert_uint_eq(stoa_expression_print(made, buffer, sizeof buffer), strlen(printed));
    ck_assert_str_eq(buffer, printed);
    stoa_expression_free(made);
}

static const char *printed_constant(stoa_value value)
{
    static char text[64];
    stoa_expression *made = NULL;
    PASSES(stoa_expression_constant(&made, value, &trouble));
    ck_assert_uint_lt(stoa_expression_print(made, text, sizeof text), sizeof text);
    stoa_expression_free(made);
    return text;
}

TEST(parentheses_stand_only_where_they_must)
{
    static const char *const same[] = {"a + b * c",
                                       "(a + b) * c",
                                       "a - b - c",
                                       "a - (b - c)",
                                       "a ** b ** c",
                                       "(a ** b) ** c",
                                       "-a ** b",
                                       "(-a) ** b",
                                       "a ** -b",
                                       "-(a + b)",
                                       "-a + b",
                                       "~-+a",
                                       "not a and b",
                                       "not (a and b)",
                                       "not not a",
                                       "(a < b) < c",
                                       "a < (b < c)",
                                       "a < b < c",
                                       "a < b < c < d",
                                       "(a < b < c) == d",
                                       "a < b and c < d",
                                       "a == (not b)",
                                       "-(not a)",
                                       "a | b ^ c & d",
                                       "a & (b | c)",
                                       "a << b + c",
                                       "(a << b) + c",
                                       "a or b and c",
                                       "(a or b) and c",
                                       "a / (b / c)",
                                       "a / b / c",
                                       "a % -b",
                                       "-5 ** 2",
                                       "(-5) ** 2",
                                       "2 ** -5",
                                       "-(5)",
                                       "--5",
                                       "-(1.5)",
                                       "x - -5",
                                       "+5",
                                       "-True",
                                       "a, b + 1",
                                       "a,",
                                       "row() - count()",
                                       "min(a, b, max(c))",
                                       "var(x + 1, ddof=1)",
                                       "int8(x) + float64(y)",
                                       "where(a, b, c)",
                                       "a * (not b)",
                                       "(a < b < c) ** d",
                                       "p and a < b < c",
                                       "p and a < b and b < c",
                                       "(p and a < b < c) < d",
                                       "not a < b < c",
                                       "-(a < b < c)"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        prints(same[i], same[i]);
    prints("((a))+(b*c)", "a + b * c");
    prints("(a**(b**c))", "a ** b ** c");
    prints("(a+b)+(c)", "a + b + c");
    prints("a+(b+c)", "a + (b + c)");
    prints("-(a**b)", "-a ** b");
    prints("not(a==b)", "not a == b");
    prints("std(x, 2)", "std(x, ddof=2)");
    prints("- - 5", "--5");
}

TEST(names_stand_in_backquotes_where_they_must)
{
    prints("`x` + `sum` + `größe`", "x + sum + größe");
    prints("`a b` + `and` + ````", "`a b` + `and` + ````");
    prints("`True` * `a``b` - `1`", "`True` * `a``b` - `1`");
    prints("$`x` + $`a b` + $and", "$x + $`a b` + $`and`");
}

TEST(floats_are_printed_in_the_shortest_way_that_reads_back)
{
    static const struct {
        double value;
        const char *text;
    } all[] = {{0.1, "0.1"},
               {1.0, "1.0"},
               {-2.5, "-2.5"},
               {-0.0, "-0.0"},
               {1e22, "1e+22"},
               {1e-7, "1e-07"},
               {123456789012345678.0, "1.2345678901234568e+17"},
               {100000.0, "100000.0"},
               {0.30000000000000004, "0.30000000000000004"},
               {1.0 / 3, "0.3333333333333333"},
               {HUGE_VAL, "1e999"},
               {-HUGE_VAL, "-1e999"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        ck_assert_str_eq(printed_constant(stoa_float64_value(all[i].value)), all[i].text);
        stoa_expression *made = parsed(all[i].text);
        ck_assert(made->value.float64 == all[i].value);
        stoa_expression_free(made);
    }
}

TEST(a_nan_is_printed_as_what_gives_one)
{
    ck_assert_str_eq(printed_constant(stoa_float64_value((double)NAN)), "1e999 - 1e999");
    stoa_expression *made = NULL, *product = NULL;
    PASSES(stoa_expression_constant(&made, stoa_float64_value((double)NAN), &trouble));
    stoa_expression *both[] = {made, made};
    PASSES(stoa_expression_call(&product, STOA_MULTIPLY, both, 2, &trouble));
    char text[64];
    stoa_expression_print(product, text, sizeof text);
    ck_assert_str_eq(text, "(1e999 - 1e999) * (1e999 - 1e999)");
    stoa_expression_free(product);
    stoa_expression_free(made);
}

TEST(what_does_not_fit_is_cut)
{
    static const char whole[] = "sqrt(x * x + `a b`) < $p < -1.5";
    stoa_expression *made = parsed(whole);
    for (size_t size = 0; size < sizeof whole + 3; size++) {
        char text[64];
        memset(text, '#', sizeof text);
        ck_assert_uint_eq(stoa_expression_print(made, text, size), sizeof whole - 1);
        size_t kept = size == 0 ? 0 : size < sizeof whole ? size - 1 : sizeof whole - 1;
        ck_assert_int_eq(memcmp(text, whole, kept), 0);
        ck_assert(size == 0 || text[kept] == '\0');
        for (size_t i = size == 0 ? 0 : kept + 1; i < sizeof text; i++)
            ck_assert_int_eq(text[i], '#');
    }
    ck_assert_uint_eq(stoa_expression_print(made, NULL, 100), sizeof whole - 1);
    stoa_expression_free(made);
    char text[4] = "###";
    ck_assert_uint_eq(stoa_expression_print(NULL, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
}

/* ---- any tree ---- */

enum { NODES = 24 };

static stoa_expression *random_leaf(dice *d)
{
    static const char *const names[] = {"x", "sum", "a b", "and", "größe", "`", "1", "True", "_"};
    const char *name = names[dice_below(d, sizeof names / sizeof *names)];
    stoa_expression *made = NULL;
    uint64_t bits = dice_roll(d) >> dice_below(d, 64);
    double real;
    memcpy(&real, &bits, sizeof real);
    stoa_value values[] = {stoa_int64_value(-(int64_t)(bits / 2)), stoa_uint64_value(bits),
                           stoa_boolean_value(bits & 1),
                           stoa_float64_value(isnan(real) ? HUGE_VAL : -real),
                           stoa_float64_value((double)(bits % 1000) / 8)};
    switch (dice_below(d, 4)) {
    case 0:
        PASSES(stoa_expression_field(&made, name, &trouble));
        break;
    case 1:
        PASSES(stoa_expression_parameter(&made, name, &trouble));
        break;
    default:
        PASSES(stoa_expression_constant(&made, values[dice_below(d, 5)], &trouble));
    }
    return made;
}

/* A random call on existing nodes, each of which may be used several times. */
static stoa_expression *random_call(dice *d, stoa_expression *const *nodes, size_t count)
{
    stoa_expression *made = NULL, *arguments[6];
    for (;;) {
        size_t limit = dice_below(d, 3) > 0 ? STOA_ABS - 1 : STOA__OPERATIONS_END - 1;
        size_t given = 1 + dice_below(d, 3);
        for (size_t i = 0; i < given; i++)
            arguments[i] = nodes[count - 1 - dice_below(d, count < 5 ? count : 5)];
        stoa_operation operation = (stoa_operation)(1 + dice_below(d, limit));
        if (stoa_expression_call(&made, operation, arguments, given, &trouble) == STOA_OK)
            return made;
    }
}

static void check_prints_back(const stoa_expression *made)
{
    size_t length = stoa_expression_print(made, NULL, 0);
    if (length > 50000) /* much of it is shared */
        return;
    char *text = malloc(length + 1), *again = malloc(length + 1);
    stoa_expression_print(made, text, length + 1);
    stoa_expression *back = parsed(text);
    ck_assert_msg(trees_equal(made, back), "%s", text);
    ck_assert_uint_eq(stoa_expression_print(back, again, length + 1), length);
    ck_assert_str_eq(text, again);
    stoa_expression_free(back);
    free(text);
    free(again);
}

TEST(any_tree_is_printed_as_text_that_parses_to_it)
{
    dice d = {3};
    for (size_t i = 0; i < scaled(30000, 500); i++) {
        stoa_expression *nodes[NODES];
        size_t count = 0, leaves = 1 + dice_below(&d, 5), all = leaves + dice_below(&d, NODES - 6);
        for (; count < leaves; count++)
            nodes[count] = random_leaf(&d);
        for (; count < all; count++)
            nodes[count] = random_call(&d, nodes, count);
        check_prints_back(nodes[count - 1]);
        while (count > 0)
            stoa_expression_free(nodes[--count]);
    }
}

/* `and`s of comparisons; each shares a node with the previous one, or does not. */
TEST(chains_are_printed_as_chains_wherever_they_break)
{
    stoa_expression *x[6];
    for (size_t i = 0; i < 6; i++)
        PASSES(stoa_expression_field(&x[i], i % 2 ? "x" : "y", &trouble));
    for (unsigned links = 0; links < 81; links++) {
        stoa_expression *made = NULL, *next, *pair[2];
        unsigned rest = links;
        for (size_t i = 0; i < 5; i++) {
            stoa_expression *sides[] = {x[i == 0 ? 0 : rest % 3 == 0 ? 5 : i], x[i + 1]};
            if (i > 0)
                rest /= 3;
            PASSES(stoa_expression_call(&next, STOA_LESS, sides, 2, &trouble));
            if (made != NULL) {
                pair[rest % 3 == 1] = made;
                pair[rest % 3 != 1] = next;
                stoa_expression *joined = NULL;
                PASSES(stoa_expression_call(&joined, STOA_AND, pair, 2, &trouble));
                stoa_expression_free(made);
                stoa_expression_free(next);
                next = joined;
            }
            made = next;
            check_prints_back(made);
        }
        stoa_expression_free(made);
    }
    for (size_t i = 0; i < 6; i++)
        stoa_expression_free(x[i]);
}

/* Each `and` looks like part of a chain, but there is no chain at the bottom. Finding that out
 * separately for each would take hours. */
TEST(a_long_chain_that_breaks_at_its_end_takes_no_longer)
{
    char text[40];
    stoa_expression *made = parsed("p"), *x = parsed("x"), *less = NULL, *joined = NULL;
    stoa_expression *both[] = {x, x}, *pair[] = {made, NULL};
    PASSES(stoa_expression_call(&less, STOA_LESS, both, 2, &trouble));
    for (size_t i = 0; i < scaled(1000000, 5000); i++) {
        pair[0] = made;
        pair[1] = less;
        PASSES(stoa_expression_call(&joined, STOA_AND, pair, 2, &trouble));
        stoa_expression_free(made);
        made = joined;
    }
    stoa_expression_print(made, text, sizeof text);
    ck_assert_str_eq(text, "p and x < x and x < x and x < x and x <");
    stoa_expression_free(made);
    stoa_expression_free(less);
    stoa_expression_free(x);
}

/* ---- messages ---- */

TEST(a_message_about_a_parsed_node_points_into_the_text)
{
    stoa_expression *made = parsed("a +\n  größe * sum(c)");
    const stoa_expression *product = made->arguments[1];
    ck_assert_int_eq(stoa__expression_fail(&trouble, STOA_WRONG_TYPE, product, "no %s", "good"),
                     STOA_WRONG_TYPE);
    ck_assert_str_eq(trouble.message, "no good\n  größe * sum(c)\n        ^");
    ck_assert_int_eq(trouble.status, STOA_WRONG_TYPE);
    ck_assert_uint_eq(trouble.row, 0);
    stoa__expression_fail(&trouble, STOA_WRONG_TYPE, product->arguments[1], "no");
    ck_assert_str_eq(trouble.message, "no\n  größe * sum(c)\n          ^");
    stoa__expression_fail(&trouble, STOA_NO_FIELD, made->arguments[0], "no");
    ck_assert_str_eq(trouble.message, "no\na +\n^");
    ck_assert_int_eq(stoa__expression_fail(NULL, STOA_NO_FIELD, made, "no"), STOA_NO_FIELD);
    stoa_expression_free(made);
}

TEST(a_message_about_a_built_node_shows_it)
{
    stoa_expression *x = parsed("x + y"), *made = NULL;
    PASSES(stoa_expression_call(&made, STOA_SQRT, &x, 1, &trouble));
    stoa__expression_fail(&trouble, STOA_WRONG_TYPE, made, "no");
    ck_assert_str_eq(trouble.message, "no\nsqrt(x + y)");
    stoa_expression_free(made);
    stoa_expression_free(x);
}

/* Texts of any length, with characters of any width: complete if they fit, else truncated. */
TEST(long_messages_leave_room_for_the_place)
{
    char name[256] = "", sentence[1001] = "";
    for (size_t i = 0; i < 63; i++)
        strcat(name, "😀");
    stoa_expression *built = NULL, *text = parsed("x + some_name * other_name"), *wide;
    PASSES(stoa_expression_field(&built, name, &trouble));
    wide = parsed(name);
    for (size_t length = 0; length < sizeof sentence - 4; length += 2) {
        strcat(sentence, "é");
        stoa__expression_fail(&trouble, STOA_NO_FIELD, text->arguments[1], "%s", sentence);
        SAYS("\nx + some_name * other_name\n              ^");
        stoa__expression_fail(&trouble, STOA_NO_FIELD, built, "%s", sentence);
        SAYS("\n😀😀😀😀😀");
        ck_assert_ptr_null(strchr(trouble.message, '?'));
        stoa__expression_fail(&trouble, STOA_NO_FIELD, wide, "%s", sentence);
        SAYS("\n😀😀😀😀😀");
        ck_assert_int_eq(strcmp(trouble.message + strlen(trouble.message) - 2, "\n^"), 0);
        ck_assert_ptr_null(strchr(trouble.message, '?'));
        ck_assert_int_eq(strncmp(trouble.message, sentence, length < 100 ? length : 100), 0);
    }
    ck_assert_ptr_nonnull(strstr(trouble.message, "é...\n"));
    stoa_expression_free(text);
    stoa_expression_free(built);
    stoa_expression_free(wide);
}

int main(void)
{
    return RUN(
        "print", parentheses_stand_only_where_they_must, names_stand_in_backquotes_where_they_must,
        floats_are_printed_in_the_shortest_way_that_reads_back, a_nan_is_printed_as_what_gives_one,
        what_does_not_fit_is_cut, any_tree_is_printed_as_text_that_parses_to_it,
        chains_are_printed_as_chains_wherever_they_break,
        a_long_chain_that_breaks_at_its_end_takes_no_longer,
        a_message_about_a_parsed_node_points_into_the_text, a_message_about_a_built_node_shows_it,
        long_messages_leave_room_for_the_place);
}
