/* times.h: dates, timestamps and durations: what their counts mean, and how they are stored.
 *
 * A count means something by its type, its unit and whether it is of a zone. Dates and timestamps
 * are within the years 1 to 9999; the least int64 is neither a timestamp nor a duration, since
 * numpy takes it for "not a time". */
#ifndef STOA__STORE_TIMES_H
#define STOA__STORE_TIMES_H

#include <stoa/type.h>

#include "base/civil.h"
#include "base/zone.h"
#include "store/type.h"

/* What a time's count means. */
typedef struct stoa__time {
    uint8_t type; /* a stoa_type; no DATE, TIMESTAMP or DURATION: the rest has no meaning */
    uint8_t unit; /* a stoa_unit; of a date: none */
    const stoa__zone *zone; /* NULL: none */
} stoa__time;

typedef struct stoa__limits {
    int64_t low, high;
} stoa__limits;

/* Counts of a unit in a second. */
int64_t stoa__per_second(unsigned unit);
/* "us". */
const char *stoa__unit_name(unsigned unit);
static inline bool stoa__unit_exists(unsigned unit)
{
    return unit >= STOA_SECOND && unit <= STOA_NANOSECOND;
}
/* The counts that are taken. */
stoa__limits stoa__time_limits(unsigned type, unsigned unit);
/* Whether values of `from` can become values of `to`: the same type, both with a zone or none. */
bool stoa__times_match(stoa__time to, stoa_type type, bool is_zoned);
/* The same time in another unit: STOA_OVERFLOW if it is not exact, or beyond the limits. */
stoa_status stoa__time_rescale(stoa__time to, unsigned unit, int64_t *count);
/* The value as a count of `to`, at `out`, an int32_t of a date, else an int64_t. STOA_WRONG_TYPE,
 * or as stoa__time_rescale(). */
stoa_status stoa__time_convert(stoa__time to, const stoa_value *value, void *out);
/* The value of a count. */
stoa_value stoa__time_value_of(stoa__time time, int64_t count);

/* Arrays, as in convert.h; `unit` is that of the values, which match. */
size_t stoa__times_check(stoa__time to, unsigned unit, const void *in, ptrdiff_t in_stride,
                         size_t count);
size_t stoa__times_store(stoa__time to, void *out, ptrdiff_t out_stride, unsigned unit,
                         const void *in, ptrdiff_t in_stride, size_t count);

/* "2013-01-01", "2013-01-01 05:00:00.5 UTC", "90 s": for messages. */
void stoa__time_print(stoa_type type, unsigned unit, bool is_zoned, int64_t count, char *text,
                      size_t size);
/* "int32", "date", "timestamp[us, Europe/Berlin]", "duration[ms]": for messages. */
enum { STOA__TYPE_TEXT = 140 };
const char *stoa__type_text(stoa_type type, stoa__time time, char text[STOA__TYPE_TEXT]);
/* What would do instead, behind "…, which does not fit": "" or "; …". */
const char *stoa__time_hint(stoa__time to, const stoa_value *value);

#endif
