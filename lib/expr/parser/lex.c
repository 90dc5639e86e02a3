/* lex.c: text into tokens, one at a time, each byte looked at once or twice.
 *
 * The NUL at the end of the text belongs to no token and so ends each; nothing is copied. A float
 * is read without the locale: its digits, the point left out, and a power of ten that says where
 * the point was. Up to 2^53 and 10^22 a product or quotient of the two is correctly rounded;
 * beyond that strtod is given "digits e power", in which no locale has a say. 767 digits decide
 * any rounding; of more it matters only whether one of them is not zero. */
#include "expr/parser/literal.h"
#include "expr/parser/time_literal.h"

#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { BLANK = 1, LETTER = 2, DIGIT = 4 };

/* What a byte may be part of. Bytes from 0x80 on are letters once they are known to be UTF-8. */
static unsigned class_of(char byte)
{
    unsigned c = (unsigned char)byte;
    if ((c | 0x20) - 'a' < 26 || c == '_' || c >= 0x80)
        return LETTER;
    if (c - '0' < 10)
        return DIGIT;
    return c == ' ' || c - '\t' < 5 ? BLANK : 0;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static size_t place_of(const stoa__lexer *lexer, const char *at)
{
    return (size_t)(at - lexer->text->bytes);
}

/* A fault at `at`, or in words without an argument. */
#define FAIL(lexer, status, at, ...) \
    stoa__text_fail((lexer)->error, status, (lexer)->text, place_of(lexer, at), __VA_ARGS__)

const char *stoa__lex_peek(stoa__lexer *lexer)
{
    while (class_of(*lexer->next) == BLANK)
        lexer->next++;
    return lexer->next;
}

/* ---- names ---- */

/* The end of the name that begins at `at`. NULL: not UTF-8, and then `*bad` is where. */
static const char *name_end(const stoa__lexer *lexer, const char *at, const char **bad)
{
    const char *end = lexer->text->bytes + lexer->text->length;
    while ((class_of(*at) & (LETTER | DIGIT)) != 0) {
        if ((unsigned char)*at < 0x80) {
            at++;
            continue;
        }
        size_t bytes = stoa__utf8_character((const unsigned char *)at, (size_t)(end - at));
        if (bytes == 0) {
            *bad = at;
            return NULL;
        }
        at += bytes;
    }
    return at;
}

static stoa_status not_utf8(const stoa__lexer *lexer, const char *bad)
{
    return FAIL(lexer, STOA_SYNTAX, bad, "the byte 0x%02X is not valid UTF-8 here",
                (unsigned)(unsigned char)*bad);
}

enum { NO_TRUTH = 2 }; /* of null */

static const struct word {
    const char *text;
    uint8_t kind, operation, truth;
} words[] = {
    {"and", STOA__OPERATOR_TOKEN, STOA_AND, 0},  {"or", STOA__OPERATOR_TOKEN, STOA_OR, 0},
    {"not", STOA__OPERATOR_TOKEN, STOA_NOT, 0},  {"True", STOA__CONSTANT_TOKEN, 0, 1},
    {"true", STOA__CONSTANT_TOKEN, 0, 1},        {"False", STOA__CONSTANT_TOKEN, 0, 0},
    {"false", STOA__CONSTANT_TOKEN, 0, 0},       {"in", STOA__OPERATOR_TOKEN, STOA_IN, 0},
    {"null", STOA__CONSTANT_TOKEN, 0, NO_TRUTH},
};

static const struct word *reserved(const char *name, size_t length)
{
    if (length < 2 || length > 5)
        return NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(words[i].text, name, length) == 0 && words[i].text[length] == '\0')
            return &words[i];
    return NULL;
}

bool stoa__is_plain_name(const char *name)
{
    size_t length = 0;
    while ((class_of(name[length]) & (LETTER | DIGIT)) != 0)
        length++;
    return length > 0 && name[length] == '\0' && !is_digit(name[0]) &&
           reserved(name, length) == NULL;
}

static stoa_status check_length(const stoa__lexer *lexer, const stoa__token *token, size_t length)
{
    if (length > STOA_MAX_NAME)
        return FAIL(lexer, STOA_SYNTAX, lexer->text->bytes + token->place,
                    "a name has at most %d bytes; this one has %zu", STOA_MAX_NAME, length);
    return STOA_OK;
}

static stoa_status lex_plain(stoa__lexer *lexer, stoa__token *token, const char *at)
{
    const char *bad = NULL, *end = name_end(lexer, at, &bad);
    if (end == NULL)
        return not_utf8(lexer, bad);
    token->name = (uint32_t)place_of(lexer, at);
    token->bytes = (uint32_t)(end - at);
    lexer->next = end;
    return check_length(lexer, token, token->bytes);
}

/* at is the first backquote. */
static stoa_status lex_quoted(stoa__lexer *lexer, stoa__token *token, const char *at)
{
    const char *end = lexer->text->bytes + lexer->text->length, *from = at + 1;
    size_t doubled = 0, bytes;
    for (at = from; *at != '`' || at[1] == '`'; at += bytes) {
        if (at == end)
            return FAIL(lexer, STOA_SYNTAX, from - 1, "this backquote is never closed");
        bytes = stoa__utf8_character((const unsigned char *)at, (size_t)(end - at));
        if (bytes == 0)
            return not_utf8(lexer, at);
        if (*at == '`') {
            doubled++;
            bytes = 2;
        }
    }
    token->name = (uint32_t)place_of(lexer, from);
    token->bytes = (uint32_t)(at - from);
    lexer->next = at + 1;
    if (at == from)
        return FAIL(lexer, STOA_SYNTAX, from - 1, "these backquotes hold no name");
    return check_length(lexer, token, token->bytes - doubled);
}

static stoa_status lex_parameter(stoa__lexer *lexer, stoa__token *token, const char *at)
{
    token->kind = STOA__PARAMETER_TOKEN;
    if (at[1] == '`')
        return lex_quoted(lexer, token, at + 1);
    if (class_of(at[1]) != LETTER)
        return FAIL(lexer, STOA_SYNTAX, at, "$ must be followed by the name of a parameter");
    return lex_plain(lexer, token, at + 1);
}

static stoa_status lex_name(stoa__lexer *lexer, stoa__token *token, const char *at)
{
    token->kind = STOA__NAME_TOKEN;
    stoa_status status = lex_plain(lexer, token, at);
    if (status != STOA_OK)
        return status;
    const struct word *word = reserved(at, token->bytes);
    bool is_prefix = *lexer->next == '\'' || *lexer->next == '"';
    stoa_type type = is_prefix ? stoa__time_prefix(at, token->bytes) : STOA_NO_TYPE;
    if (type != STOA_NO_TYPE)
        return stoa__lex_time(lexer, token, type, lexer->next);
    if (word == NULL && is_prefix)
        return FAIL(lexer, STOA_SYNTAX, at, "a string has no prefix here; write '...'");
    if (word != NULL) {
        token->kind = word->kind;
        token->operation = word->operation;
        token->value =
            word->truth == NO_TRUTH ? stoa_null_value() : stoa_boolean_value(word->truth != 0);
    }
    return status;
}

/* ---- numbers ---- */

/* Passes over digits of a base, with single underscores between them. */
static const char *digits_end(const char *at, bool (*is)(char))
{
    while (is(*at) || (*at == '_' && is(at[1])))
        at++;
    return at;
}

static bool is_hexadecimal(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static bool is_octal(char byte)
{
    return byte >= '0' && byte <= '7';
}

static bool is_binary(char byte)
{
    return byte == '0' || byte == '1';
}

static stoa_status read_integer(const stoa__lexer *lexer, stoa__token *token, const char *at,
                                const char *end, unsigned base)
{
    uint64_t value = 0;
    for (; at < end; at++) {
        if (*at == '_')
            continue;
        unsigned digit = is_digit(*at) ? (unsigned)(*at - '0') : ((unsigned)*at | 0x20u) - 'a' + 10;
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return FAIL(lexer, STOA_OVERFLOW, lexer->text->bytes + token->place,
                        "this integer is beyond 18446744073709551615, the greatest uint64");
    }
    token->value = stoa__unsigned_value(value);
    return STOA_OK;
}

/* The digits of a float, and the power of ten that they are to be multiplied by. */
enum { MOST_DIGITS = 768, MOST_POWER = 100000 };
typedef struct decimal {
    char digits[MOST_DIGITS + 32]; /* and "e-100000" */
    size_t count;
    int64_t power;
} decimal;

static void read_digits(decimal *d, const char *at, const char *end)
{
    bool point = false;
    d->count = 0;
    d->power = 0;
    for (; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '_')
            continue;
        if (*at == '.') {
            point = true;
            continue;
        }
        bool stored = d->count < MOST_DIGITS;
        if (stored && (d->count > 0 || *at != '0'))
            d->digits[d->count++] = *at;
        else if (!stored && *at != '0' && d->digits[MOST_DIGITS - 1] == '0')
            d->digits[MOST_DIGITS - 1] = '1'; /* too far off to matter, but that it is not zero */
        d->power += (int64_t)!stored - (int64_t)point;
    }
}

static int64_t read_power(const char *at, const char *end)
{
    int64_t power = 0;
    while (at < end && (*at | 0x20) != 'e')
        at++;
    if (at == end)
        return 0;
    bool negative = at[1] == '-';
    for (at++; at < end; at++)
        if (is_digit(*at) && power < INT64_MAX / 16)
            power = power * 10 + (*at - '0');
    return negative ? -power : power;
}

static double nearest_float(const char *at, const char *end)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    decimal d;
    uint64_t whole = 0;
    read_digits(&d, at, end);
    d.power += read_power(at, end);
    if (d.count == 0)
        return 0.0;
    if (d.count <= 15 && d.power >= -22 && d.power <= 22) {
        for (size_t i = 0; i < d.count; i++)
            whole = whole * 10 + (uint64_t)(d.digits[i] - '0');
        return d.power < 0 ? (double)whole / tens[-d.power] : (double)whole * tens[d.power];
    }
    int power = d.power > MOST_POWER    ? MOST_POWER
                : d.power < -MOST_POWER ? -MOST_POWER
                                        : (int)d.power;
    snprintf(d.digits + d.count, sizeof d.digits - d.count, "e%d", power);
    return strtod(d.digits, NULL);
}

static double read_float(const char *at, const char *end)
{
    fenv_t callers;
    fegetenv(&callers);
    fesetenv(FE_DFL_ENV);
    double value = nearest_float(at, end);
    fesetenv(&callers);
    return value;
}

/* Past a fraction and an exponent, if there are any. */
static const char *float_end(const char *at)
{
    if (*at == '.')
        at = is_digit(at[1]) ? digits_end(at + 1, is_digit) : at + 1;
    if ((*at | 0x20) == 'e') {
        const char *digit = at + 1 + (at[1] == '+' || at[1] == '-');
        if (is_digit(*digit))
            at = digits_end(digit, is_digit);
    }
    return at;
}

/* A number that runs into what can't be part of one. */
static stoa_status check_end(const stoa__lexer *lexer, const char *end)
{
    if ((class_of(*end) & (LETTER | DIGIT)) != 0 || *end == '.')
        return FAIL(lexer, STOA_SYNTAX, end, "this cannot be part of a number");
    return STOA_OK;
}

/* Behind 0x, 0o or 0b. */
static stoa_status lex_prefixed(stoa__lexer *lexer, stoa__token *token, const char *at,
                                unsigned base, bool (*is)(char))
{
    const char *from = at + 2, *end = digits_end(from, is);
    lexer->next = end;
    if (end == from)
        return FAIL(lexer, STOA_SYNTAX, from, "0%c must be followed by digits of base %u", at[1],
                    base);
    stoa_status status = check_end(lexer, end);
    return status == STOA_OK ? read_integer(lexer, token, from, end, base) : status;
}

static stoa_status lex_decimal(stoa__lexer *lexer, stoa__token *token, const char *at)
{
    const char *whole = digits_end(at, is_digit), *end = float_end(whole), *zeros = at;
    lexer->next = end;
    stoa_status status = check_end(lexer, end);
    if (status != STOA_OK)
        return status;
    if (end > whole) {
        token->value = stoa_float64_value(read_float(at, end));
        return STOA_OK;
    }
    while (*zeros == '0' || *zeros == '_')
        zeros++;
    if (zeros > at && zeros < end)
        return FAIL(lexer, STOA_SYNTAX, at,
                    "an integer cannot begin with 0; octal numbers begin with 0o");
    return read_integer(lexer, token, at, end, 10);
}

/* at is at a digit, or at a point before one. */
static stoa_status lex_number(stoa__lexer *lexer, stoa__token *token, const char *at)
{
    token->kind = STOA__CONSTANT_TOKEN;
    if (*at == '0' && (at[1] == 'x' || at[1] == 'X'))
        return lex_prefixed(lexer, token, at, 16, is_hexadecimal);
    if (*at == '0' && (at[1] == 'o' || at[1] == 'O'))
        return lex_prefixed(lexer, token, at, 8, is_octal);
    if (*at == '0' && (at[1] == 'b' || at[1] == 'B'))
        return lex_prefixed(lexer, token, at, 2, is_binary);
    return lex_decimal(lexer, token, at);
}

/* ---- signs ---- */

/* A sign, by its first byte: alone, twice in a row, and with = behind it. */
static const struct sign {
    uint8_t kind, alone, twice, equal; /* kind: alone */
} signs[128] = {
    ['+'] = {STOA__OPERATOR_TOKEN, STOA_ADD, 0, 0},
    ['-'] = {STOA__OPERATOR_TOKEN, STOA_SUBTRACT, 0, 0},
    ['*'] = {STOA__OPERATOR_TOKEN, STOA_MULTIPLY, STOA_POWER, 0},
    ['/'] = {STOA__OPERATOR_TOKEN, STOA_DIVIDE, STOA_FLOOR_DIVIDE, 0},
    ['%'] = {STOA__OPERATOR_TOKEN, STOA_REMAINDER, 0, 0},
    ['&'] = {STOA__OPERATOR_TOKEN, STOA_BIT_AND, 0, 0},
    ['|'] = {STOA__OPERATOR_TOKEN, STOA_BIT_OR, 0, 0},
    ['^'] = {STOA__OPERATOR_TOKEN, STOA_BIT_XOR, 0, 0},
    ['~'] = {STOA__OPERATOR_TOKEN, STOA_INVERT, 0, 0},
    ['<'] = {STOA__OPERATOR_TOKEN, STOA_LESS, STOA_SHIFT_LEFT, STOA_LESS_EQUAL},
    ['>'] = {STOA__OPERATOR_TOKEN, STOA_GREATER, STOA_SHIFT_RIGHT, STOA_GREATER_EQUAL},
    ['='] = {STOA__ASSIGN_TOKEN, 0, STOA_EQUAL, 0},
    ['!'] = {0, 0, 0, STOA_NOT_EQUAL},
    ['('] = {STOA__OPEN_TOKEN, 0, 0, 0},
    [')'] = {STOA__CLOSE_TOKEN, 0, 0, 0},
    [','] = {STOA__COMMA_TOKEN, 0, 0, 0},
    ['['] = {STOA__INDEX_TOKEN, 0, 0, 0},
    [']'] = {STOA__INDEX_END_TOKEN, 0, 0, 0},
    ['.'] = {STOA__DOT_TOKEN, 0, 0, 0},
};

/* What people write who come from other languages. */
static const char *hint(const char *at)
{
    if (at[0] == '&' && at[1] == '&')
        return "write 'and' here";
    if (at[0] == '|' && at[1] == '|')
        return "write 'or' here";
    if (at[0] == '<' && at[1] == '>')
        return "write != here";
    if (at[0] == '!' && at[1] != '=')
        return "write 'not' here";
    return NULL;
}

static stoa_status no_sign(const stoa__lexer *lexer, const char *at)
{
    if ((unsigned char)*at < 0x20 || *at == 0x7F)
        return FAIL(lexer, STOA_SYNTAX, at, "a control character (byte 0x%02X) has no meaning here",
                    (unsigned)(unsigned char)*at);
    return FAIL(lexer, STOA_SYNTAX, at, "'%c' has no meaning here", *at);
}

static stoa_status lex_sign(stoa__lexer *lexer, stoa__token *token, const char *at)
{
    const struct sign *sign = &signs[(unsigned char)*at & 127];
    uint8_t longer = at[1] == at[0] ? sign->twice : at[1] == '=' ? sign->equal : 0;
    const char *wrong = hint(at);
    if (wrong != NULL)
        return FAIL(lexer, STOA_SYNTAX, at, "%s", wrong);
    if (longer == 0 && sign->kind == 0)
        return no_sign(lexer, at);
    token->kind = longer != 0 ? STOA__OPERATOR_TOKEN : sign->kind;
    token->operation = longer != 0 ? longer : sign->alone;
    lexer->next = at + (longer != 0 ? 2 : 1);
    return STOA_OK;
}

/* The end is shown behind the last thing that is not blank. */
static stoa_status lex_end(const stoa__lexer *lexer, stoa__token *token, const char *at)
{
    while (at > lexer->text->bytes && class_of(at[-1]) == BLANK)
        at--;
    token->kind = STOA__END_TOKEN;
    token->place = (uint32_t)place_of(lexer, at);
    token->length = 0;
    return STOA_OK;
}

stoa_status stoa__lex(stoa__lexer *lexer, stoa__token *token)
{
    stoa_status status;
    const char *at = stoa__lex_peek(lexer);
    unsigned class = class_of(*at);
    token->place = (uint32_t)place_of(lexer, at);
    token->operation = STOA_NO_OPERATION;
    if (class == LETTER)
        status = lex_name(lexer, token, at);
    else if (class == DIGIT || (*at == '.' && is_digit(at[1])))
        status = lex_number(lexer, token, at);
    else if (*at == '\0')
        return lex_end(lexer, token, at);
    else if (*at == '\'' || *at == '"')
        status = stoa__lex_string(lexer, token, at);
    else if (*at == '$')
        status = lex_parameter(lexer, token, at);
    else if (*at == '`') {
        token->kind = STOA__QUOTED_TOKEN;
        status = lex_quoted(lexer, token, at);
    } else
        status = lex_sign(lexer, token, at);
    token->length = (uint32_t)(lexer->next - at);
    return status;
}
