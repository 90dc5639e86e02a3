/* zone.c: the zones that were asked for, and what time it is in them.
 *
 * The list only grows, at its head and under the lock; a zone never changes once it is in it. Files
 * are looked for where TZDIR says, or else where systems keep them. */
#define _POSIX_C_SOURCE 200809L
#include "base/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lock.h"
#include "base/memory.h"
#include "base/zone_file.h"

enum { MOST_NAME = 100, MOST_BYTES = 1 << 20 };
#define CYCLE (INT64_C(146097) * 86400) /* seconds of 400 years */
#define MOST_OFFSET INT64_C(93600)      /* greater than any offset */

STOA__LOCK;
static stoa__zone *known;

/* ---- files ---- */

static bool is_name(const char *name)
{
    size_t length = strnlen(name, MOST_NAME + 1);
    if (length == 0 || length > MOST_NAME)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool begins = i == 0 || name[i - 1] == '/';
        bool is_plain = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
                        (name[i] >= '0' && name[i] <= '9') || strchr("_+-", name[i]) != NULL;
        bool is_inside = (name[i] == '.' || name[i] == '/') && !begins && name[i + 1] != '\0';
        if (!is_plain && !is_inside)
            return false;
    }
    return true;
}

/* The bytes of an open file; NULL: *what says why, or memory was refused. */
static unsigned char *read_all(int file, size_t *size, const char **what)
{
    struct stat facts;
    *what = "it cannot be read";
    if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode))
        return NULL;
    if (facts.st_size > MOST_BYTES) {
        *what = "it is too large for a TZif file";
        return NULL;
    }
    size_t wanted = (size_t)facts.st_size, got = 0;
    unsigned char *bytes = stoa__allocate(wanted + 1);
    if (bytes == NULL) {
        *what = NULL;
        return NULL;
    }
    while (got < wanted) {
        ssize_t more = read(file, bytes + got, wanted - got);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            break;
        got += (size_t)more;
    }
    *size = got;
    return bytes;
}

static int open_zone(const char *name)
{
    static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                          "/usr/share/lib/zoneinfo", "/etc/zoneinfo"};
    const char *own = getenv("TZDIR");
    char path[4096];
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *folder = own != NULL && *own != '\0' ? own : folders[i];
        int length = snprintf(path, sizeof path, "%s/%s", folder, name);
        if (length < 0 || (size_t)length >= sizeof path)
            return -1;
        int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (file >= 0 || folder == own)
            return file;
    }
    return -1;
}

/* *what: as stoa__zone_read; "" where there is no file. */
static stoa__zone *load(const char *name, const char **what)
{
    size_t size = 0;
    int file = open_zone(name);
    *what = "";
    if (file < 0)
        return NULL;
    unsigned char *bytes = read_all(file, &size, what);
    close(file);
    if (bytes == NULL)
        return NULL;
    stoa__zone *zone = stoa__zone_read(name, bytes, size, what);
    stoa__release(bytes);
    return zone;
}

/* "+02:00" and its like: hours and minutes. */
static bool is_offset(const char *name, int32_t *offset)
{
    if (strlen(name) != 6 || (name[0] != '+' && name[0] != '-') || name[3] != ':')
        return false;
    for (int i = 1; i < 6; i++)
        if (i != 3 && (name[i] < '0' || name[i] > '9'))
            return false;
    int hours = (name[1] - '0') * 10 + name[2] - '0',
        minutes = (name[4] - '0') * 10 + name[5] - '0';
    *offset = (hours * 60 + minutes) * 60 * (name[0] == '-' ? -1 : 1);
    return hours < 24 && minutes < 60;
}

/* ---- the list ---- */

static const stoa__zone *find_known(const char *name)
{
    const stoa__zone *zone = known;
    while (zone != NULL && strcmp(zone->name, name) != 0)
        zone = zone->next;
    return zone;
}

/* The zone, or the one of that name that came first. */
static const stoa__zone *keep(stoa__zone *zone)
{
    take_lock();
    const stoa__zone *twin = find_known(zone->name);
    if (twin == NULL) {
        zone->next = known;
        known = zone;
    }
    give_lock();
    if (twin == NULL)
        return zone;
    stoa__release(zone);
    return twin;
}

const stoa__zone *stoa__zone_utc(void)
{
    static const int32_t zero = 0;
    static const stoa__zone utc = {.offsets = &zero, .name = "UTC"};
    return &utc;
}

stoa_status stoa__zone_find(const stoa__zone **zone, const char *name, stoa_error *error)
{
    int32_t offset;
    const char *what = NULL;
    *zone = stoa__zone_utc();
    if (strcmp(name, "UTC") == 0)
        return STOA_OK;
    if (!is_name(name) && !is_offset(name, &offset))
        return stoa__fail(error, STOA_INVALID,
                          "'%.60s' is no name of a time zone; one is 'Europe/Berlin', 'UTC' or "
                          "'+02:00'",
                          name);
    take_lock();
    *zone = find_known(name);
    give_lock();
    if (*zone != NULL)
        return STOA_OK;
    stoa__zone *made =
        is_offset(name, &offset) ? stoa__zone_fixed(name, offset) : load(name, &what);
    if (made == NULL && what == NULL)
        return stoa__fail_memory(error, sizeof *made);
    if (made == NULL && *what == '\0')
        return stoa__fail(error, STOA_INVALID,
                          "there is no time zone '%s' in the system's time zone files", name);
    if (made == NULL)
        return stoa__fail(error, STOA_INVALID, "the file of the time zone '%s' is of no use: %s",
                          name, what);
    *zone = keep(made);
    return STOA_OK;
}

/* ---- what time it is ---- */

static stoa__zone_span span_in_list(const stoa__zone *zone, int64_t seconds)
{
    size_t low = 0,
           high = zone->count; /* times before low are <= seconds, from high on they are > */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return (stoa__zone_span){.first = low == 0 ? INT64_MIN : zone->times[low - 1],
                             .end = low == zone->count ? INT64_MAX : zone->times[low],
                             .offset = zone->offsets[low]};
}

stoa__zone_span stoa__zone_span_at(const stoa__zone *zone, int64_t seconds)
{
    if (!zone->repeats || seconds < zone->times[zone->count - 1])
        return span_in_list(zone, seconds);
    int64_t last = zone->times[zone->count - 1];
    int64_t shift = ((seconds - last) / CYCLE + 1) * CYCLE;
    stoa__zone_span span = span_in_list(zone, seconds - shift);
    span.first = span.first + shift < last ? last : span.first + shift;
    span.end += shift;
    return span;
}

int64_t stoa__zone_from_local(const stoa__zone *zone, int64_t local)
{
    stoa__zone_span span = stoa__zone_span_at(zone, local - MOST_OFFSET);
    while (local - span.offset >= span.end)
        span = stoa__zone_span_at(zone, span.end);
    return local - span.offset < span.first ? span.first : local - span.offset;
}
