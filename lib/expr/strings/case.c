/* case.c: strings in lower and in upper case, by Unicode's full mapping.
 *
 * ASCII goes byte by byte; for all else tables that tools/case_tables.py writes are searched. A
 * capital sigma becomes the final one where letters are before it and none behind it, marks and
 * the like passed over: Final_Sigma of Unicode's SpecialCasing, as in Python's str.lower(). */
#include <string.h>

#include "base/utf8.h"
#include "expr/strings/text.h"

typedef struct run {
    uint32_t first, last;
    uint32_t stride;
    int32_t delta;
} run;

typedef struct expansion {
    uint32_t code;
    char text[12];
} expansion;

typedef struct range {
    uint32_t first, last;
} range;

#include "expr/strings/case_tables.h"

/* One of the two mappings. */
typedef struct mapping {
    const run *runs;
    size_t run_count;
    const expansion *expansions;
    size_t expansion_count;
} mapping;

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const mapping to_lower = {lower_runs, COUNT(lower_runs), lower_expansions,
                                 COUNT(lower_expansions)};
static const mapping to_upper = {upper_runs, COUNT(upper_runs), upper_expansions,
                                 COUNT(upper_expansions)};

/* The last run that begins at or before the code, or NULL. */
static const run *run_at(const mapping *map, uint32_t code)
{
    size_t low = 0, high = map->run_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->runs[middle].first <= code)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &map->runs[low - 1] : NULL;
}

static const expansion *expansion_of(const mapping *map, uint32_t code)
{
    size_t low = 0, high = map->expansion_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->expansions[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->expansion_count && map->expansions[low].code == code ? &map->expansions[low]
                                                                           : NULL;
}

static bool is_within(const range *ranges, size_t count, uint32_t code)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].last < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ranges[low].first <= code;
}

/* ---- the final sigma ---- */

enum { SIGMA = 0x3A3, FINAL_SIGMA = 0x3C2 };

static bool is_letter(uint32_t code)
{
    if (code < 0x80)
        return (code | 0x20) - 'a' < 26;
    return is_within(cased, COUNT(cased), code);
}

static bool is_ignored(uint32_t code)
{
    if (code < 0x80)
        return code == '\'' || code == '.' || code == ':' || code == '^' || code == '`';
    return is_within(ignorable, COUNT(ignorable), code);
}

/* Whether the sigma at `at`, which ends at `next`, is the last letter of a word of several. */
static bool is_final(stoa_string text, const char *at, const char *next)
{
    const char *end = text.bytes + text.length;
    uint32_t code = 0;
    while (at > text.bytes && is_ignored(code = stoa__previous_character(&at)))
        code = 0;
    if (!is_letter(code))
        return false;
    for (code = 0; next < end && is_ignored(code = stoa__next_character(&next));)
        code = 0;
    return !is_letter(code);
}

/* ---- characters and strings ---- */

/* Writes what a character beyond ASCII becomes. */
static size_t put_mapped(char *out, const mapping *map, uint32_t code)
{
    const expansion *several = expansion_of(map, code);
    if (several != NULL) {
        size_t length = strlen(several->text);
        memcpy(out, several->text, length);
        return length;
    }
    const run *found = run_at(map, code);
    bool is_in = found != NULL && code <= found->last && (code - found->first) % found->stride == 0;
    return stoa__utf8_put(out, is_in ? (uint32_t)((int32_t)code + found->delta) : code);
}

static bool map_text(stoa__buffer *made, stoa_string text, const mapping *map, char first)
{
    const char *at = text.bytes, *end = at + text.length, *next = at;
    for (; at < end; at = next) {
        if (!stoa__buffer_reserve(made, sizeof(expansion)))
            return false;
        char *out = made->bytes + made->length;
        uint32_t code = stoa__next_character(&next);
        if (code < 0x80) {
            bool is_other = code - (unsigned char)first < 26;
            *out = (char)(is_other ? code ^ 0x20 : code);
            made->length++;
        } else if (code == SIGMA && map == &to_lower && is_final(text, at, next))
            made->length += stoa__utf8_put(out, FINAL_SIGMA);
        else
            made->length += put_mapped(out, map, code);
    }
    return true;
}

bool stoa__text_lower(stoa__buffer *made, stoa_string text)
{
    return map_text(made, text, &to_lower, 'A');
}

bool stoa__text_upper(stoa__buffer *made, stoa_string text)
{
    return map_text(made, text, &to_upper, 'a');
}
