/* text.c: operations on single strings.
 *
 * Code points are in the order of their UTF-8 bytes, so comparing and searching go by bytes. Where
 * characters count, bytes that begin one are counted. The matcher keeps one place to come back to,
 * behind the last *: what a * takes is lengthened by a character when the rest does not match. */
#include "expr/strings/text.h"

#include <string.h>

#include "base/memory.h"

/* ---- buffers ---- */

bool stoa__buffer_reserve(stoa__buffer *buffer, size_t more)
{
    if (more <= buffer->room - buffer->length)
        return true;
    if (more > PTRDIFF_MAX - buffer->length)
        return false;
    size_t needed = buffer->length + more, room = needed < 64 ? 64 : needed + needed / 2;
    char *bytes = stoa__reallocate(buffer->bytes, room);
    if (bytes == NULL)
        return false;
    buffer->bytes = bytes;
    buffer->room = room;
    return true;
}

bool stoa__buffer_add(stoa__buffer *buffer, stoa_string string)
{
    if (string.length == 0)
        return true;
    if (!stoa__buffer_reserve(buffer, string.length))
        return false;
    memcpy(buffer->bytes + buffer->length, string.bytes, string.length);
    buffer->length += string.length;
    return true;
}

void stoa__buffer_dispose(stoa__buffer *buffer)
{
    stoa__release(buffer->bytes);
    *buffer = (stoa__buffer){NULL, 0, 0};
}

/* ---- bytes ---- */

int stoa__text_compare(stoa_string a, stoa_string b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.bytes, b.bytes, common);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static bool is_at(const char *bytes, stoa_string part)
{
    return part.length == 0 || memcmp(bytes, part.bytes, part.length) == 0;
}

bool stoa__text_equal(stoa_string a, stoa_string b)
{
    return a.length == b.length && is_at(a.bytes, b);
}

bool stoa__text_starts_with(stoa_string text, stoa_string part)
{
    return part.length <= text.length && is_at(text.bytes, part);
}

bool stoa__text_ends_with(stoa_string text, stoa_string part)
{
    return part.length <= text.length && is_at(text.bytes + (text.length - part.length), part);
}

bool stoa__text_contains(stoa_string text, stoa_string part)
{
    if (part.length == 0)
        return true;
    const char *at = text.bytes, *end = text.bytes + text.length;
    while ((size_t)(end - at) >= part.length) {
        at = memchr(at, part.bytes[0], (size_t)(end - at) - part.length + 1);
        if (at == NULL || is_at(at, part))
            return at != NULL;
        at++;
    }
    return false;
}

/* ---- characters ---- */

size_t stoa__text_length(stoa_string text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += !stoa__is_continuation(text.bytes[i]);
    return count;
}

/* White_Space of Unicode, and U+001C to U+001F. */
static bool is_space(uint32_t code)
{
    if (code < 0x80)
        return code == ' ' || (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x1F);
    return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
           code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

stoa_string stoa__text_trim(stoa_string text)
{
    const char *first = text.bytes, *end = text.bytes + text.length, *next = first;
    while (first < end && is_space(stoa__next_character(&next)))
        first = next;
    for (const char *before = end; first < end; end = before)
        if (!is_space(stoa__previous_character(&before)))
            break;
    return (stoa_string){first, (size_t)(end - first)};
}

/* Where the character of that number begins, or the end. */
static size_t place_of(stoa_string text, uint64_t character)
{
    size_t at = 0;
    for (; at < text.length && character > 0; character--)
        for (at++; at < text.length && stoa__is_continuation(text.bytes[at]);)
            at++;
    return at;
}

/* The same for the one that is so many before the end, or the beginning. */
static size_t place_before_end(stoa_string text, uint64_t characters)
{
    size_t at = text.length;
    for (; at > 0 && characters > 0; characters--)
        for (at--; at > 0 && stoa__is_continuation(text.bytes[at]);)
            at--;
    return at;
}

static size_t place_from_either_end(stoa_string text, int64_t character)
{
    return character < 0 ? place_before_end(text, -(uint64_t)character)
                         : place_of(text, (uint64_t)character);
}

stoa_string stoa__text_slice(stoa_string text, int64_t from, int64_t to)
{
    size_t first = place_from_either_end(text, from), end = place_from_either_end(text, to);
    return end <= first ? (stoa_string){text.bytes, 0}
                        : (stoa_string){text.bytes + first, end - first};
}

/* ---- patterns ---- */

/* The ] of a set that begins behind `at`, or NULL. One that comes first is part of the set. */
static const char *set_end(const char *at, const char *end)
{
    at += at < end && *at == '!';
    return at + 1 < end ? memchr(at + 1, ']', (size_t)(end - at - 1)) : NULL;
}

/* Whether the character is in the set from `at` to its ]. */
static bool is_in_set(const char *at, const char *end, uint32_t code)
{
    bool negated = *at == '!', found = false;
    at += negated;
    while (at < end) {
        uint32_t low = stoa__next_character(&at), high = low;
        if (at + 1 < end && *at == '-') {
            at++;
            high = stoa__next_character(&at);
        }
        found = found || (low <= code && code <= high);
    }
    return found != negated;
}

/* Whether the character matches what the pattern has at *at, which is no *, and then passes it. */
static bool matches_one(const char **at, const char *end, uint32_t code)
{
    const char *set = **at == '[' ? set_end(*at + 1, end) : NULL;
    if (set != NULL) {
        const char *first = *at + 1;
        *at = set + 1;
        return is_in_set(first, set, code);
    }
    uint32_t wanted = stoa__next_character(at);
    return wanted == '?' || wanted == code;
}

bool stoa__text_matches(stoa_string text, stoa_string pattern)
{
    const char *at = text.bytes, *end = at + text.length;
    const char *want = pattern.bytes, *want_end = want + pattern.length;
    const char *star = NULL, *taken = NULL; /* behind the last *, and what it has taken */
    while (at < end) {
        if (want < want_end && *want == '*') {
            star = ++want;
            taken = at;
            continue;
        }
        const char *next = at;
        if (want < want_end && matches_one(&want, want_end, stoa__next_character(&next))) {
            at = next;
            continue;
        }
        if (star == NULL)
            return false;
        (void)stoa__next_character(&taken);
        at = taken;
        want = star;
    }
    while (want < want_end && *want == '*')
        want++;
    return want == want_end;
}
