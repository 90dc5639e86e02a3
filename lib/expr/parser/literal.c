/* literal.c: string literals: 'UA' and "UA", with Python's escapes, read and printed.
 *
 * The lexer checks a literal as a whole, and only then are its escapes decoded, into the memory of
 * a node; so decoding cannot fail, and what it makes is UTF-8. No escape is shorter than what it
 * stands for. Invariant: what is printed reads back as the same bytes. */
#include "expr/parser/literal.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* An escape: a letter behind the backslash and what it stands for, or the digits that follow. */
static const struct escape {
    char letter, byte;
    uint8_t digits; /* hexadecimal ones of a code point; 0: `byte` */
} escapes[] = {
    {'\\', '\\', 0}, {'\'', '\'', 0}, {'"', '"', 0},  {'a', '\a', 0}, {'b', '\b', 0},
    {'f', '\f', 0},  {'n', '\n', 0},  {'r', '\r', 0}, {'t', '\t', 0}, {'v', '\v', 0},
    {'x', 0, 2},     {'u', 0, 4},     {'U', 0, 8},
};

static const struct escape *escape_of(char letter)
{
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        if (escapes[i].letter == letter)
            return &escapes[i];
    return NULL;
}

static unsigned hexadecimal(char byte)
{
    if (byte >= '0' && byte <= '9')
        return (unsigned)(byte - '0');
    unsigned letter = ((unsigned)(unsigned char)byte | 0x20u) - 'a';
    return letter < 6 ? letter + 10 : 16;
}

/* ---- reading ---- */

#define FAIL(lexer, at, ...)                                    \
    stoa__text_fail((lexer)->error, STOA_SYNTAX, (lexer)->text, \
                    (size_t)((at) - (lexer)->text->bytes), __VA_ARGS__)

/* at is the backslash; *end becomes the end of the escape. */
static stoa_status check_digits(const stoa__lexer *lexer, const char *at, unsigned digits,
                                const char **end)
{
    uint32_t code = 0;
    for (unsigned i = 0; i < digits; i++) {
        unsigned digit = hexadecimal(at[2 + i]);
        if (digit == 16)
            return FAIL(lexer, at, "\\%c must be followed by %u hexadecimal digits", at[1], digits);
        code = code << 4 | digit;
    }
    if (code > 0x10FFFF)
        return FAIL(lexer, at, "code points end at U+10FFFF");
    if (code >= 0xD800 && code < 0xE000)
        return FAIL(lexer, at, "U+%04X is half of a surrogate pair, which no string can hold",
                    (unsigned)code);
    *end = at + 2 + digits;
    return STOA_OK;
}

/* An octal escape, \0 to \377. */
static const char *octal_end(const char *at)
{
    const char *end = at + 1;
    while (end < at + 4 && *end >= '0' && *end <= '7')
        end++;
    return end;
}

static stoa_status check_escape(const stoa__lexer *lexer, const char *at, const char **end)
{
    const struct escape *escape = escape_of(at[1]);
    if (at[1] >= '0' && at[1] <= '7') {
        *end = octal_end(at);
        if (*end == at + 4 && at[1] > '3')
            return FAIL(lexer, at, "octal escapes end at \\377");
        return STOA_OK;
    }
    if (escape == NULL && at[1] > ' ' && at[1] < 0x7F)
        return FAIL(lexer, at, "\\%c is no escape; a backslash is written \\\\", at[1]);
    if (escape == NULL)
        return FAIL(lexer, at, "a backslash is written \\\\");
    *end = at + 2;
    return escape->digits > 0 ? check_digits(lexer, at, escape->digits, end) : STOA_OK;
}

stoa_status stoa__lex_string(stoa__lexer *lexer, stoa__token *token, const char *quote)
{
    const char *end = lexer->text->bytes + lexer->text->length, *at = quote + 1;
    stoa_status status = STOA_OK;
    while (*at != *quote) {
        size_t bytes = stoa__utf8_character((const unsigned char *)at, (size_t)(end - at) + 1);
        if (at == end || *at == '\n')
            return FAIL(lexer, quote, "this quote is never closed%s",
                        at == end ? "" : " on its line; a new line is written \\n");
        if (bytes == 0)
            return FAIL(lexer, at, "the byte 0x%02X is not valid UTF-8 here",
                        (unsigned)(unsigned char)*at);
        if (*at != '\\')
            at += bytes;
        else
            status = check_escape(lexer, at, &at);
        if (status != STOA_OK)
            return status;
    }
    token->kind = STOA__STRING_TOKEN;
    token->name = (uint32_t)(quote + 1 - lexer->text->bytes);
    token->bytes = (uint32_t)(at - quote - 1);
    lexer->next = at + 1;
    return STOA_OK;
}

/* ---- decoding ---- */

/* The escape at the backslash `at` is whole. Gives the bytes that it stands for. */
static size_t decode_escape(char *out, const char *at, const char **end)
{
    uint32_t code = 0;
    const struct escape *escape = escape_of(at[1]);
    if (escape == NULL) {
        *end = octal_end(at);
        for (const char *digit = at + 1; digit < *end; digit++)
            code = code * 8 + (uint32_t)(*digit - '0');
        return stoa__utf8_put(out, code);
    }
    *end = at + 2 + escape->digits;
    if (escape->digits == 0)
        return stoa__utf8_put(out, (unsigned char)escape->byte);
    for (const char *digit = at + 2; digit < *end; digit++)
        code = code << 4 | hexadecimal(*digit);
    return stoa__utf8_put(out, code);
}

size_t stoa__decode_string(char *out, const char *text, size_t length)
{
    size_t made = 0;
    for (const char *at = text, *end = text + length; at < end;) {
        if (*at == '\\')
            made += decode_escape(out + made, at, &at);
        else
            out[made++] = *at++;
    }
    return made;
}

/* ---- printing ---- */

size_t stoa__escape_byte(char *out, char byte, char quote)
{
    static const char controls[] = "\a\b\t\n\v\f\r", letters[] = "abtnvfr";
    const char *control = byte == '\0' ? NULL : strchr(controls, byte);
    if (byte == quote || byte == '\\' || control != NULL) {
        out[0] = '\\';
        out[1] = byte;
        if (control != NULL)
            out[1] = letters[control - controls];
        return 2;
    }
    if ((unsigned char)byte >= 0x20 && byte != 0x7F) {
        out[0] = byte;
        return 1;
    }
    return (size_t)snprintf(out, STOA__ESCAPED, "\\x%02x", (unsigned)(unsigned char)byte);
}

char stoa__quote_for(stoa_string string)
{
    bool single = memchr(string.bytes, '\'', string.length) != NULL;
    bool twofold = memchr(string.bytes, '"', string.length) != NULL;
    return single && !twofold ? '"' : '\'';
}
