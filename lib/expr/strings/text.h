/* text.h: operations on single strings of valid UTF-8, whose characters are code points.
 *
 * They are what a program does once per distinct value. What they give lies in what they were
 * given, or in a buffer. */
#ifndef STOA__EXPR_STRINGS_TEXT_H
#define STOA__EXPR_STRINGS_TEXT_H

#include <string.h>

#include <stoa/type.h>

/* Bytes that grow; zeroed: none. */
typedef struct stoa__buffer {
    char *bytes;
    size_t length, room;
} stoa__buffer;

/* Room for `more` bytes behind the others; false where memory was refused. */
bool stoa__buffer_reserve(stoa__buffer *buffer, size_t more);
/* Appends to a buffer; false where memory was refused. */
bool stoa__buffer_add(stoa__buffer *buffer, stoa_string string);
void stoa__buffer_dispose(stoa__buffer *buffer);

/* Below, at or above 0, by code points. */
int stoa__text_compare(stoa_string a, stoa_string b);
bool stoa__text_equal(stoa_string a, stoa_string b);
/* Whether it is that text, which ends in NUL. */
static inline bool stoa__text_is(stoa_string text, const char *wanted)
{
    return stoa__text_equal(text, (stoa_string){wanted, strlen(wanted)});
}
bool stoa__text_starts_with(stoa_string text, stoa_string part);
bool stoa__text_ends_with(stoa_string text, stoa_string part);
bool stoa__text_contains(stoa_string text, stoa_string part);
/* Whether the whole text matches a pattern: * is any characters, ? one, [a-z_] one of these, [!a-z]
 * one of no others. A [ without its ] is itself. As Python's fnmatchcase. */
bool stoa__text_matches(stoa_string text, stoa_string pattern);

/* Characters. */
size_t stoa__text_length(stoa_string text);
/* Without white space at both ends: what Python's str.strip() takes off. */
stoa_string stoa__text_trim(stoa_string text);
/* Characters from `from` to `to`, which is left out; negative ones count from the end, and what
 * lies beyond an end is that end: text[from:to] of Python. */
stoa_string stoa__text_slice(stoa_string text, int64_t from, int64_t to);

/* Appended to a buffer: Unicode's full mapping, as Python's str.lower() and str.upper(), with the
 * final sigma (case.c). False where memory was refused. */
bool stoa__text_lower(stoa__buffer *made, stoa_string text);
bool stoa__text_upper(stoa__buffer *made, stoa_string text);

/* ---- characters ---- */

static inline bool stoa__is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* The character at `at`, whose end becomes the new `at`. */
static inline uint32_t stoa__next_character(const char **at)
{
    const unsigned char *text = (const unsigned char *)*at;
    unsigned more = text[0] < 0x80 ? 0 : text[0] < 0xE0 ? 1 : text[0] < 0xF0 ? 2 : 3;
    uint32_t code = more == 0 ? text[0] : text[0] & (0x3Fu >> more);
    for (unsigned k = 1; k <= more; k++)
        code = code << 6 | (text[k] & 0x3Fu);
    *at += more + 1;
    return code;
}

/* The character before `at`, whose beginning becomes the new `at`. */
static inline uint32_t stoa__previous_character(const char **at)
{
    do
        --*at;
    while (stoa__is_continuation(**at));
    const char *character = *at;
    return stoa__next_character(&character);
}

#endif
