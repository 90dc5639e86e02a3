/* test_parse_faults.c: texts that are not expressions, with the caret under the fault; texts of any
 * depth, length and bytes. */
#include <stdlib.h>

#include "../support/testing.h"
#include "../support/trees.h"
#include "expr/parser/expression.h"

TEST(a_fault_is_shown_in_its_line)
{
    FAULTS({"x + |* y", "a value is expected here, not '*'"}, {"x +|", "not the end"},
           {"name.|lower()", "write lower(...)"}, {"-|.x", "a value is expected"},
           {"x +|  \n", "not the end"}, {"a\n+ b |c\n+ d", "an operator is expected here, not 'c'"},
           {"ä * ö |ü", "operator"}, {"|(x", "never closed"}, {"|((x)", "never closed"},
           {"x + |sum(y", "never closed"}, {"x|)", "closes nothing"}, {"(x) |)", "closes nothing"},
           {"(|)", "value"}, {"5 |(y)", "operator"}, {"(x) |(y)", "operator"}, {"x |= 5", "=="},
           {"x |&& y", "'and'"}, {"x ||| y", "'or'"}, {"|!x", "'not'"}, {"x |<> y", "!="},
           {"x |'a'", "operator"}, {"x |@ y", "'@'"}, {"x|; y", "';'"}, {"x |~ y", "operator"},
           {"|[1]", "'['"}, {"x |if y else z", "operator"}, {"|*", "value"}, {"x |$y", "operator"},
           {"x |1", "operator"}, {"x - |/ 2", "value"});
}

TEST(an_empty_text_is_no_expression)
{
    stoa_expression *made = NULL;
    REFUSED(NULL, STOA_SYNTAX, stoa_expression_parse(&made, "", &trouble));
    SAYS("empty");
    REFUSED(NULL, STOA_SYNTAX, stoa_expression_parse(&made, " \n\t ", &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_parse(&made, NULL, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_parse(NULL, "x", &trouble));
    ck_assert_ptr_null(made);
    ck_assert_int_eq(stoa_expression_parse(&made, "x +", NULL), STOA_SYNTAX);
}

TEST(bytes_that_are_no_text_are_refused_and_shown_as_one_character)
{
    static const struct {
        const char *text, *says, *lines;
    } all[] = {
        {"x + \xff", "0xFF", "\nx + ?\n    ^"},
        {"é + a\x80", "0x80", "\né + a?\n     ^"},
        {"`a\xc3`", "0xC3", "\n`a?`\n  ^"},
        {"'a\xc3'", "0xC3", "\n'a?'\n  ^"},
        {"\xed\xa0\x80", "0xED", "\n???\n^"},
        {"x\x01", "0x01", "\nx?\n ^"},
        {"\x7f", "0x7F", "\n?\n^"},
        {"\tx\x1b[31m", "0x1B", "\n x?[31m\n  ^"},
        {"\xf0\x9f\x98", "0xF0", "\n???\n^"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        stoa_expression *made = NULL;
        FAILS(STOA_SYNTAX, stoa_expression_parse(&made, all[i].text, &trouble));
        SAYS(all[i].says);
        SAYS(all[i].lines);
    }
}

/* The character above the caret; 0 if the message is not laid out as it should be. */
static const char *above_caret(const char *message)
{
    const char *line = strchr(message, '\n'), *below = line ? strchr(line + 1, '\n') : NULL;
    size_t column = below != NULL ? strspn(below + 1, " ") : 0;
    if (below == NULL || strcmp(below + 1 + column, "^") != 0)
        return NULL;
    for (line++; column > 0 && line < below; column--)
        for (line++; ((unsigned char)*line & 0xC0) == 0x80;)
            line++;
    return line;
}

/* A line in which '@' is the fault, between `before` and `after` names of `width` bytes each. */
static void check_long_line(size_t before, size_t after, const char *name)
{
    char text[2000] = "";
    stoa_expression *made = NULL;
    for (size_t i = 0; i < before + after; i++)
        strcat(strcat(text, i == before ? "@" : ""), i % 2 == 0 ? name : "+");
    strcat(text, after == 0 ? "@" : "");
    FAILS(STOA_SYNTAX, stoa_expression_parse(&made, text, &trouble));
    const char *above = above_caret(trouble.message);
    ck_assert_msg(above != NULL && *above == '@', "%zu, %zu: %s", before, after, trouble.message);
    bool cut = strstr(trouble.message, "...") != NULL;
    ck_assert_msg(cut || strstr(trouble.message, text) != NULL, "%s", trouble.message);
    ck_assert_msg(!cut || strlen(trouble.message) > 120, "cut too short: %s", trouble.message);
    ck_assert_ptr_null(strchr(trouble.message, '?'));
}

TEST(a_long_line_is_cut_around_the_fault)
{
    static const char *const names[] = {"x", "é", "名", "😀", "abcdefghij"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        for (size_t before = 1; before < 150; before += 2)
            for (size_t after = 0; after < 150; after += 7)
                check_long_line(before, after, names[n]);
}

TEST(a_fault_in_a_text_of_megabytes_is_found)
{
    size_t length = scaled(4 << 20, 1 << 16);
    char *text = malloc(length + 8);
    stoa_expression *made = NULL;
    for (size_t i = 0; i < length; i++)
        text[i] = "x+"[i % 2];
    strcpy(text + length, "y @ z");
    FAILS(STOA_SYNTAX, stoa_expression_parse(&made, text, &trouble));
    ck_assert_int_eq(*above_caret(trouble.message), '@');
    memset(text, ' ', length);
    made = NULL;
    strcpy(text + length, "y");
    stoa_expression_free(parsed(text));
    memset(text, '7', length);
    text[length] = '\0';
    FAILS(STOA_OVERFLOW, stoa_expression_parse(&made, text, &trouble));
    text[1] = '.';
    made = parsed(text);
    ck_assert(made->value.float64 > 7.77 && made->value.float64 < 7.78);
    stoa_expression_free(made);
    memset(text, 'n', length);
    FAILS(STOA_SYNTAX, stoa_expression_parse(&made, text, &trouble));
    SAYS("255");
    free(text);
}

/* ---- depth and length ---- */

/* `open`, `levels` times, then x, then `close` as often. */
static stoa_status nested(const char *open, const char *close, size_t levels, stoa_error *error)
{
    char *text = malloc(levels * (strlen(open) + strlen(close)) + 2), *at = text;
    for (size_t i = 0; i < levels; i++)
        at = strcpy(at, open) + strlen(open);
    at = strcpy(at, "x") + 1;
    for (size_t i = 0; i < levels; i++)
        at = strcpy(at, close) + strlen(close);
    stoa_expression *made = NULL;
    stoa_status status = stoa_expression_parse(&made, text, error);
    stoa_expression_free(made);
    free(text);
    return status;
}

TEST(a_thousand_levels_are_taken_and_one_more_is_refused)
{
    static const char *const pairs[][2] = {
        {"(", ")"},
        {"-", ""},
        {"not ", ""},
        {"~", ""},
        {"x ** ", ""},
        {"sqrt(", ")"},
        {"min(1, ", ", 2)"},
        {"(1 + ", ")"},
        {"x and (1 < x + 2 * (", "))"},
        {"-(", " * y)"},
        {"where(a or b and c | d ^ e & f << g + h * ", ", 1, 2)"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        bool two = i == 8 || i == 9;
        PASSES(nested(pairs[i][0], pairs[i][1], two ? 500 : 1000, &trouble));
        FAILS(STOA_SYNTAX, nested(pairs[i][0], pairs[i][1], two ? 501 : 1001, &trouble));
        SAYS("1000 levels");
        FAILS(STOA_SYNTAX, nested(pairs[i][0], pairs[i][1], scaled(1000000, 5000), &trouble));
    }
}

TEST(flat_chains_have_any_length)
{
    static const char *const links[] = {"x + ", "1 < ", "a and ", "x, ", "f1 * ", "(x) - "};
    size_t terms = scaled(1000000, 5000);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        size_t width = strlen(links[i]);
        char *text = malloc(terms * width + 2);
        for (size_t k = 0; k < terms; k++)
            memcpy(text + k * width, links[i], width);
        strcpy(text + terms * width, "x");
        stoa_expression *made = parsed(text);
        ck_assert_uint_eq(stoa_expression_output_count(made), i == 3 ? terms + 1 : 1);
        ck_assert_uint_ge(stoa_expression_print(made, NULL, 0), terms / 8);
        stoa_expression_free(made);
        free(text);
    }
}

/* ---- any bytes, refused memory ---- */

/* An expression's text parses to the same expression. */
static void check_round_trip(const char *text)
{
    char printed[4096], again[4096];
    stoa_expression *made = NULL, *second;
    if (stoa_expression_parse(&made, text, &trouble) != STOA_OK)
        return;
    ck_assert_uint_lt(stoa_expression_print(made, printed, sizeof printed), sizeof printed);
    second = parsed(printed);
    ck_assert_msg(trees_equal(made, second), "%s is printed as %s", text, printed);
    stoa_expression_print(second, again, sizeof again);
    ck_assert_str_eq(printed, again);
    stoa_expression_free(made);
    stoa_expression_free(second);
}

TEST(any_two_bytes_are_an_expression_or_an_error)
{
    for (unsigned a = 1; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            char text[] = {(char)a, (char)b, '\0'};
            check_round_trip(text);
        }
}

TEST(any_few_words_are_an_expression_or_an_error)
{
    static const char *const words[] = {"x",
                                        "`y z`",
                                        "$p",
                                        "1",
                                        "2.5",
                                        "-",
                                        "+",
                                        "~",
                                        "not ",
                                        "**",
                                        "*",
                                        "//",
                                        "<",
                                        "<=",
                                        "==",
                                        " and ",
                                        " or ",
                                        "(",
                                        ")",
                                        "sqrt(",
                                        ",",
                                        "min(",
                                        "var(",
                                        "ddof=",
                                        "18446744073709551615",
                                        "9223372036854775808",
                                        " ",
                                        "|",
                                        "^",
                                        "&",
                                        "<<",
                                        "True",
                                        "1e999",
                                        "é"};
    dice d = {11};
    for (size_t i = 0; i < scaled(300000, 3000); i++) {
        char text[300] = "";
        for (size_t k = dice_below(&d, 9); k < 10; k++)
            strcat(text, words[dice_below(&d, sizeof words / sizeof *words)]);
        check_round_trip(text);
    }
}

TEST(refused_memory_leaves_nothing_behind)
{
    char many[6000] = "";
    stoa_expression *made = NULL;
    WORKS(NULL, stoa_expression_parse(&made, "sum(x * x + y * y), mean(`a b`)", &trouble));
    stoa_expression_free(made);
    for (size_t i = 0; i < 500; i++)
        strcat(many, i % 100 == 99 ? "x," : i % 2 == 0 ? "-(x+" : "y*(");
    strcat(many, "z");
    REFUSED(NULL, STOA_SYNTAX, stoa_expression_parse(&made, many, &trouble));
    strcpy(many, "x");
    for (size_t i = 0; i < 1000; i++)
        strcat(many, i % 2 == 0 ? ",sin(y)" : "+1");
    WORKS(NULL, stoa_expression_parse(&made, many, &trouble));
    stoa_expression_free(made);
}

int main(void)
{
    return RUN("parse_faults", a_fault_is_shown_in_its_line, an_empty_text_is_no_expression,
               bytes_that_are_no_text_are_refused_and_shown_as_one_character,
               a_long_line_is_cut_around_the_fault, a_fault_in_a_text_of_megabytes_is_found,
               a_thousand_levels_are_taken_and_one_more_is_refused, flat_chains_have_any_length,
               any_two_bytes_are_an_expression_or_an_error,
               any_few_words_are_an_expression_or_an_error, refused_memory_leaves_nothing_behind);
}
