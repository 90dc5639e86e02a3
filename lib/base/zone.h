/* zone.h: time zones: how far local time is from UTC, at any moment.
 *
 * Zones are read once from the system's TZif files (RFC 9636) and never freed: the same name is
 * always the same pointer. */
#ifndef STOA__BASE_ZONE_H
#define STOA__BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The offset in force from times[i] on is offsets[i + 1]; before times[0] it is offsets[0]. What
 * lies behind the last time repeats the 400 years before it, which is how long the calendar takes
 * to repeat, or, with no rule for the future, keeps the last offset. */
typedef struct stoa__zone {
    struct stoa__zone *next;
    size_t count;
    const int64_t *times;   /* seconds since 1970-01-01, UTC; ascending */
    const int32_t *offsets; /* seconds east of UTC; count + 1 of them */
    bool repeats;
    const char *name; /* lies behind it */
} stoa__zone;

/* Some moments, and the offset that all of them have. */
typedef struct stoa__zone_span {
    int64_t first, end; /* seconds, UTC; end itself is not in it */
    int64_t offset;
} stoa__zone_span;

/* The zone of a name, as "Europe/Berlin", "UTC" or "+02:00". STOA_INVALID: there is none, or its
 * file is damaged. STOA_OUT_OF_MEMORY. */
stoa_status stoa__zone_find(const stoa__zone **zone, const char *name, stoa_error *error);
/* "UTC". */
const stoa__zone *stoa__zone_utc(void);
/* The span that a moment lies in. */
stoa__zone_span stoa__zone_span_at(const stoa__zone *zone, int64_t seconds);
/* The first moment at which clocks of the zone show this local time (in seconds as if of UTC). Of a
 * time that they skip: the moment at which they skip it. */
int64_t stoa__zone_from_local(const stoa__zone *zone, int64_t local);

#endif
