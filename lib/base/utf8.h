/* utf8.h: one character of UTF-8. */
#ifndef STOA__BASE_UTF8_H
#define STOA__BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

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

#endif
