/* zone_file.c: reads TZif files, version 1 to 4, and the rule in POSIX's notation at their end.
 *
 * Every count is compared with the bytes that are left before anything is read; what does not fit
 * is refused as a whole. The rule is written out as the transitions of 400 years, after which the
 * calendar repeats. Invariant: the times of a zone ascend. */
#include "base/zone_file.h"

#include <string.h>

#include "base/civil.h"
#include "base/memory.h"

enum {
    HEAD = 44,
    CYCLE_YEARS = 400,
    RULE_TIMES = 2 * (CYCLE_YEARS + 2),
    MOST_OFFSET = 26 * 3600, /* RFC 9636: from -25 to 26 hours, these not included */
};
#define MOST_TIME (INT64_C(1) << 60)

/* ---- zones ---- */

/* Room for `count` times; the caller fills the lists. */
static stoa__zone *new_zone(const char *name, size_t count, int64_t **times, int32_t **offsets)
{
    size_t head = stoa__round_up(sizeof(stoa__zone) + strlen(name) + 1, _Alignof(int64_t));
    size_t bytes = head + count * sizeof **times + (count + 1) * sizeof **offsets;
    stoa__zone *zone = stoa__allocate_zeroed(bytes);
    if (zone == NULL)
        return NULL;
    zone->name = memcpy(zone + 1, name, strlen(name) + 1);
    *times = (int64_t *)(void *)((char *)zone + head);
    *offsets = (int32_t *)(*times + count);
    zone->times = *times;
    zone->offsets = *offsets;
    return zone;
}

stoa__zone *stoa__zone_fixed(const char *name, int32_t offset)
{
    int64_t *times;
    int32_t *offsets;
    stoa__zone *zone = new_zone(name, 0, &times, &offsets);
    if (zone != NULL)
        offsets[0] = offset;
    return zone;
}

/* ---- the rule ---- */

/* When clocks change, each year: a day, and a time of that day in seconds, local. */
typedef struct change {
    char kind;            /* 'J': day 1 to 365, without leap days; 'D': 0 to 365; 'M' */
    int day, month, week; /* M: the weekday (Sunday: 0), and which of the month; 5: the last */
    int64_t time;
} change;

typedef struct rule {
    int32_t standard, summer; /* seconds east of UTC */
    bool has_summer;
    change begins, ends; /* of summer time */
} rule;

/* A number of at most three digits, from least to most. */
static bool take_number(const char **at, int least, int most, int *number)
{
    int value = 0, digits = 0;
    for (; **at >= '0' && **at <= '9' && digits < 4; digits++)
        value = value * 10 + (*(*at)++ - '0');
    *number = value;
    return digits > 0 && digits < 4 && value >= least && value <= most;
}

static bool take_sign(const char **at, char sign)
{
    bool taken = **at == sign;
    *at += taken;
    return taken;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(const char **at, int most_hours, int64_t *seconds)
{
    int hours, minutes = 0, rest = 0;
    bool negative = take_sign(at, '-');
    if (!negative)
        take_sign(at, '+');
    if (!take_number(at, 0, most_hours, &hours))
        return false;
    if (take_sign(at, ':') && !take_number(at, 0, 59, &minutes))
        return false;
    if ((*at)[0] == ':' && take_sign(at, ':') && !take_number(at, 0, 59, &rest))
        return false;
    *seconds = hours * INT64_C(3600) + minutes * INT64_C(60) + rest;
    if (negative)
        *seconds = -*seconds;
    return true;
}

/* Three letters or more, or anything alphanumeric in < >. */
static bool skip_abbreviation(const char **at)
{
    const char *from = *at;
    bool quoted = take_sign(at, '<');
    for (; **at != '\0' && **at != '>' && **at != '\n'; (*at)++) {
        bool letter = (**at | 0x20) >= 'a' && (**at | 0x20) <= 'z';
        if (!letter && !quoted)
            break;
    }
    return quoted ? take_sign(at, '>') : *at - from >= 3;
}

static bool take_change(const char **at, change *made)
{
    bool fits;
    *made = (change){.kind = 'D', .time = INT64_C(7200)};
    if (!take_sign(at, ','))
        return false;
    if (take_sign(at, 'M')) {
        made->kind = 'M';
        fits = take_number(at, 1, 12, &made->month) && take_sign(at, '.') &&
               take_number(at, 1, 5, &made->week) && take_sign(at, '.') &&
               take_number(at, 0, 6, &made->day);
    } else if (take_sign(at, 'J')) {
        made->kind = 'J';
        fits = take_number(at, 1, 365, &made->day);
    } else
        fits = take_number(at, 0, 365, &made->day);
    return fits && (!take_sign(at, '/') || take_time(at, 167, &made->time));
}

/* An offset, which POSIX counts west of UTC. */
static bool take_offset(const char **at, int32_t *offset)
{
    int64_t west;
    if (!take_time(at, 24, &west))
        return false;
    *offset = (int32_t)-west;
    return true;
}

static bool read_rule(const char *text, rule *made)
{
    const char *at = text;
    *made = (rule){0};
    if (!skip_abbreviation(&at) || !take_offset(&at, &made->standard))
        return false;
    if (*at == '\0')
        return true;
    made->has_summer = true;
    made->summer = made->standard + 3600;
    if (!skip_abbreviation(&at) || (*at != ',' && !take_offset(&at, &made->summer)))
        return false;
    return take_change(&at, &made->begins) && take_change(&at, &made->ends) && *at == '\0';
}

/* The day of a change, in days since 1970-01-01. */
static int64_t day_of(const change *c, int64_t year)
{
    int64_t january = stoa__days_from_civil((stoa__civil){year, 1, 1});
    if (c->kind == 'D')
        return january + c->day;
    if (c->kind == 'J')
        return january + c->day - 1 + (c->day >= 60 && stoa__is_leap(year));
    int64_t first = stoa__days_from_civil((stoa__civil){year, (unsigned)c->month, 1});
    int64_t weekday = first + 4 - stoa__floor_div(first + 4, 7) * 7; /* Sunday: 0 */
    int64_t day = (c->day - weekday + 7) % 7 + (c->week - 1) * INT64_C(7);
    if (day >= stoa__days_of_month(year, (unsigned)c->month))
        day -= 7;
    return first + day;
}

/* ---- lists that grow ---- */

typedef struct list {
    int64_t *times;
    int32_t *offsets; /* from each time on; offsets[0]: before */
    size_t count;
} list;

static void add(list *to, int64_t time, int32_t offset)
{
    to->times[to->count] = time;
    to->offsets[++to->count] = offset;
}

static void add_year(list *to, const rule *r, int64_t year, int64_t after)
{
    int64_t begins = day_of(&r->begins, year) * STOA__DAY_SECONDS + r->begins.time - r->standard;
    int64_t ends = day_of(&r->ends, year) * STOA__DAY_SECONDS + r->ends.time - r->summer;
    bool swapped = ends < begins;
    for (int i = 0; i < 2; i++) {
        bool is_end = (i == 1) != swapped;
        int64_t time = is_end ? ends : begins;
        if (time > after)
            add(to, time, is_end ? r->standard : r->summer);
    }
}

/* Times behind the last of the file. False where they do not ascend. */
static bool add_rule(list *to, const rule *r)
{
    size_t before = to->count;
    int64_t after = before > 0 ? to->times[before - 1] : INT64_MIN;
    int64_t days = before > 0 ? stoa__floor_div(after, STOA__DAY_SECONDS) : 0;
    int64_t year = before > 0 ? stoa__civil_from_days(days).year : 0;
    if (before == 0)
        to->offsets[0] = r->standard;
    for (int64_t i = 0; i < CYCLE_YEARS + 2; i++)
        add_year(to, r, year + i, after);
    for (size_t i = before + 1; i < to->count; i++)
        if (to->times[i] < to->times[i - 1])
            return false;
    return true;
}

/* ---- the file ---- */

/* One of the two blocks of a file. */
typedef struct block {
    const unsigned char *data; /* behind the head */
    uint64_t bytes;
    uint32_t standards, universals, leaps, times, types, letters;
    unsigned width; /* of a time */
} block;

static uint32_t big_4(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t big_8(const unsigned char *at)
{
    return (int64_t)((uint64_t)big_4(at) << 32 | big_4(at + 4));
}

/* NULL: the block is there as a whole. */
static const char *find_block(block *b, const unsigned char *at, size_t left, unsigned width)
{
    if (left < HEAD || memcmp(at, "TZif", 4) != 0)
        return "it is no TZif file";
    b->data = at + HEAD;
    b->width = width;
    b->universals = big_4(at + 20);
    b->standards = big_4(at + 24);
    b->leaps = big_4(at + 28);
    b->times = big_4(at + 32);
    b->types = big_4(at + 36);
    b->letters = big_4(at + 40);
    b->bytes = (uint64_t)b->times * (width + 1) + (uint64_t)b->types * 6 + b->letters +
               (uint64_t)b->leaps * (width + 4) + b->standards + b->universals;
    return b->bytes > left - HEAD ? "it ends too early" : NULL;
}

/* The offset of a type; MOST_OFFSET: there is none such. */
static int32_t offset_of(const block *b, unsigned type)
{
    if (type >= b->types)
        return MOST_OFFSET;
    const unsigned char *types = b->data + (size_t)b->times * (b->width + 1);
    int32_t offset = (int32_t)big_4(types + (size_t)type * 6);
    return offset > -MOST_OFFSET + 3600 && offset < MOST_OFFSET ? offset : MOST_OFFSET;
}

static const char *read_times(const block *b, list *to)
{
    const unsigned char *indices = b->data + (size_t)b->times * b->width;
    to->offsets[0] = offset_of(b, 0);
    if (to->offsets[0] == MOST_OFFSET)
        return "its first offset from UTC is missing or too large";
    for (uint32_t i = 0; i < b->times; i++) {
        const unsigned char *at = b->data + (size_t)i * b->width;
        int64_t time = b->width == 8 ? big_8(at) : (int32_t)big_4(at);
        int32_t offset = offset_of(b, indices[i]);
        if (time < -MOST_TIME || time > MOST_TIME || (i > 0 && time <= to->times[i - 1]))
            return "its times do not ascend";
        if (offset == MOST_OFFSET)
            return "an offset from UTC is missing or too large";
        add(to, time, offset);
    }
    return NULL;
}

/* "\nCET-1CEST,M3.5.0,M10.5.0/3\n" */
static const char *read_footer(const unsigned char *at, size_t left, rule *made, bool *has_rule)
{
    char text[256];
    size_t length = 0;
    *has_rule = false;
    if (left < 2 || at[0] != '\n')
        return "its rule is missing";
    for (at++, left--; length < left && at[length] != '\n' && at[length] != '\0'; length++) {
    }
    if (length == left || at[length] != '\n' || length >= sizeof text)
        return "its rule does not end";
    memcpy(text, at, length);
    text[length] = '\0';
    *has_rule = length > 0;
    return length > 0 && !read_rule(text, made) ? "its rule cannot be read" : NULL;
}

static const char *read_blocks(const unsigned char *bytes, size_t size, block *b, rule *r,
                               bool *has_rule)
{
    *has_rule = false;
    const char *what = find_block(b, bytes, size, 4);
    if (what != NULL || bytes[4] < '2')
        return what;
    size_t skipped = HEAD + (size_t)b->bytes;
    what = find_block(b, bytes + skipped, size - skipped, 8);
    if (what != NULL)
        return what;
    skipped += HEAD + (size_t)b->bytes;
    return read_footer(bytes + skipped, size - skipped, r, has_rule);
}

static const char *fill(const block *b, const rule *r, bool has_rule, list *to)
{
    const char *what = read_times(b, to);
    if (what != NULL || !has_rule)
        return what;
    if (!r->has_summer) {
        if (to->count == 0)
            to->offsets[0] = r->standard;
        return NULL;
    }
    return add_rule(to, r) ? NULL : "the times of its rule do not ascend";
}

stoa__zone *stoa__zone_read(const char *name, const unsigned char *bytes, size_t size,
                            const char **what)
{
    block b;
    rule r = {0};
    bool has_rule;
    list to = {0};
    *what = read_blocks(bytes, size, &b, &r, &has_rule);
    if (*what == NULL && b.leaps > 0)
        *what = "it counts leap seconds";
    if (*what != NULL)
        return NULL;
    bool repeats = has_rule && r.has_summer;
    stoa__zone *zone =
        new_zone(name, b.times + (size_t)(repeats ? RULE_TIMES : 0), &to.times, &to.offsets);
    if (zone == NULL)
        return NULL;
    *what = fill(&b, &r, has_rule, &to);
    if (*what != NULL) {
        stoa__release(zone);
        return NULL;
    }
    zone->count = to.count;
    zone->repeats = repeats;
    return zone;
}
