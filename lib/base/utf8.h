/* utf8.h: whether bytes are UTF-8, of one character and of whole texts. */
#ifndef STOA__BASE_UTF8_H
#define STOA__BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The bytes of the character that begins at text. 0 if none does: a stray byte, a character cut off
 * by the end, an overlong form, a surrogate, a code point beyond U+10FFFF. length > 0. */
static inline size_t stoa__utf8_character(const unsigned char *text, size_t length)
{
    size_t more = text[0] < 0x80 ? 0 : text[0] < 0xE0 ? 1 : text[0] < 0xF0 ? 2 : 3;
    if ((text[0] >= 0x80 && text[0] < 0xC2) || text[0] > 0xF4 || more >= length)
        return 0;
    uint32_t code = more == 0 ? text[0] : text[0] & (0x3Fu >> more);
    for (size_t k = 1; k <= more; k++) {
        if ((text[k] & 0xC0u) != 0x80u)
            return 0;
        code = code << 6 | (text[k] & 0x3Fu);
    }
    if ((more == 2 && code < 0x800) || (more == 3 && (code < 0x10000 || code > 0x10FFFF)) ||
        (code >= 0xD800 && code < 0xE000))
        return 0;
    return more + 1;
}

/* Writes a character, of at most 4 bytes, and gives how many. */
static inline size_t stoa__utf8_put(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    for (size_t k = more; k > 0; k--, code >>= 6)
        out[k] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)((0xFF00u >> (more + 1) & 0xFF) | code);
    return more + 1;
}

/* Whether each of 8 bytes is ASCII. */
static inline int stoa__is_ascii8(const unsigned char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return (word & 0x8080808080808080) == 0;
}

/* Where the text stops being UTF-8; length if all of it is. */
static inline size_t stoa__utf8_valid(const unsigned char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        if (length - at >= 8 && stoa__is_ascii8(text + at)) {
            at += 8;
            continue;
        }
        size_t bytes = stoa__utf8_character(text + at, length - at);
        if (bytes == 0)
            return at;
        at += bytes;
    }
    return length;
}

#endif
