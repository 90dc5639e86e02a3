/* fuzz_parse.c: any bytes either parse to an expression, whose printed text parses to the same
 * expression, or give an error that shows the place.
 *
 * Under libFuzzer (-DSTOA_FUZZER) the fuzzer makes the inputs. Otherwise main mutates a few texts,
 * and the results of that, in a fixed sequence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stoa/expression.h>

static void expect(bool holds, const char *what, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", what, text);
    abort();
}

static char *printed(const stoa_expression *expression)
{
    size_t size = stoa_expression_print(expression, NULL, 0) + 1;
    char *text = malloc(size);
    if (text == NULL)
        abort();
    stoa_expression_print(expression, text, size);
    return text;
}

static void check_error(const stoa_error *error, stoa_status status, const char *text)
{
    expect(status == STOA_SYNTAX || status == STOA_OVERFLOW, "another status", text);
    expect(error->status == status && error->row == 0, "another status in the error", text);
    expect(memchr(error->message, '\0', sizeof error->message) != NULL, "no end", text);
    const char *caret = strrchr(error->message, '\n');
    expect(strstr(error->message, "empty") != NULL ||
               (caret != NULL && strcmp(caret + 1 + strspn(caret + 1, " "), "^") == 0),
           "no caret", text);
}

static void check_tree(stoa_expression *made, const char *text)
{
    stoa_error error = {0};
    stoa_expression *back = NULL;
    char *first = printed(made), *second;
    if (strlen(first) < 1 << 20) { /* a longer text is cut */
        expect(stoa_expression_parse(&back, first, &error) == STOA_OK, error.message, text);
        second = printed(back);
        expect(strcmp(first, second) == 0, "prints differently", text);
        expect(stoa_expression_output_count(made) == stoa_expression_output_count(back), "outputs",
               text);
        free(second);
        stoa_expression_free(back);
    }
    free(first);
}

/* Whether the text is an expression. Ends the process if a promise is broken. */
static bool check(const char *text)
{
    stoa_error error = {0};
    stoa_expression *made = NULL;
    stoa_status status = stoa_expression_parse(&made, text, &error);
    if (status == STOA_OK)
        check_tree(made, text);
    else
        check_error(&error, status, text);
    stoa_expression_free(made);
    return status == STOA_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    check(text);
    free(text);
    return 0;
}

#ifndef STOA_FUZZER

enum { TEXTS = 64, LONGEST = 400 };

static const char *const seeds[] = {
    "sum(x * x + y * y)",
    "where(y != 0, x // y, -9223372036854775808) ** -2 ** .5e-3",
    "0 < x <= `odd ``name` < $limit and not a or b == True",
    "var(w, ddof=1), std(w,), row() % 0x_ff, min(a, b, max(c))",
    "~x | y ^ z & 3 << 2 >> 1_000\n- (-5) + +18446744073709551615",
    "größe * 1e999 - inf(1) + ((((x))))",
    "name in ('UA', \"D'L\", '\\x00\\u20ac\\\\') and x not in (1, 2.5,) or 'ä' < `in`",
};
static const char *const words[] = {" + y",
                                    " < z",
                                    "-(x)",
                                    " ** 2",
                                    "sqrt(x) * ",
                                    "(",
                                    ")",
                                    ",",
                                    " ",
                                    "-",
                                    "not ",
                                    "**",
                                    "<",
                                    "==",
                                    " and ",
                                    "`",
                                    "$",
                                    "sum(",
                                    "ddof=",
                                    "1",
                                    ".",
                                    "e",
                                    "_",
                                    "0x",
                                    "é",
                                    "\xff",
                                    "\n",
                                    "x",
                                    "9223372036854775808",
                                    "min(",
                                    "True",
                                    "~",
                                    "=",
                                    "!",
                                    "'",
                                    "\"",
                                    "\\",
                                    "\\x4",
                                    "\\u00e4",
                                    " in (",
                                    " not in ",
                                    "''"};

static unsigned long long state = 1;

static size_t below(size_t limit) /* splitmix64 */
{
    unsigned long long z = (state += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return (size_t)((z ^ (z >> 31)) % limit);
}

/* Replaces bytes [from, to) of text by `length` bytes of `with`. */
static void replace(char *text, size_t from, size_t to, const char *with, size_t length)
{
    size_t rest = strlen(text) - to;
    if (from + length + rest >= LONGEST)
        return;
    memmove(text + from + length, text + to, rest + 1);
    memcpy(text + from, with, length);
}

static void mutate(char *text, char texts[][LONGEST])
{
    size_t length = strlen(text), from = below(length + 1), to = from + below(8);
    to = to < length ? to : length;
    const char *word = words[below(sizeof words / sizeof *words)], *other = texts[below(TEXTS)];
    size_t start = below(strlen(other) + 1), taken = below(strlen(other) - start + 1);
    char copy[LONGEST], byte = (char)(1 + below(255));
    memcpy(copy, other, LONGEST);
    switch (below(5)) {
    case 0:
        replace(text, from, from, word, strlen(word));
        break;
    case 1:
        replace(text, from, to, word, strlen(word));
        break;
    case 2:
        replace(text, from, to, "", 0);
        break;
    case 3:
        replace(text, from, from < length ? from + 1 : from, &byte, 1);
        break;
    default:
        replace(text, from, to, copy + start, taken);
    }
}

int main(int count, char **arguments)
{
    static char texts[TEXTS][LONGEST];
    size_t usual = getenv("STOA_TESTS_SMALL") == NULL ? 200000 : 25000;
    size_t rounds = count > 1 ? (size_t)strtoull(arguments[1], NULL, 10) : usual;
    for (size_t i = 0; i < TEXTS; i++)
        strcpy(texts[i], seeds[i % (sizeof seeds / sizeof *seeds)]);
    for (size_t i = 0; i < rounds; i++) {
        char *text = texts[below(TEXTS)], before[LONGEST];
        if (below(200) == 0)
            strcpy(text, seeds[below(sizeof seeds / sizeof *seeds)]);
        memcpy(before, text, LONGEST);
        do
            mutate(text, texts);
        while (below(4) == 0);
        if (!check(text)) /* mutate only what is an expression */
            memcpy(text, before, LONGEST);
    }
    return 0;
}

#endif
