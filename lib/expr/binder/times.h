/* times.h: dates, timestamps and durations in expressions. */
#ifndef STOA__EXPR_BINDER_TIMES_H
#define STOA__EXPR_BINDER_TIMES_H

#include "expr/binder/operate.h"
#include "store/times.h"

/* Cells of an output, in one byte: the type, or for timestamps and durations that, the unit and
 * whether there is a zone. */
enum { STOA__UNIT_TARGET = 128, STOA__DURATION_TARGET = 64, STOA__ZONED_TARGET = 8 };
/* Of an enumeration, beside its type, which has no unit. */
enum { STOA__LABELS_TARGET = 64 };
static inline bool stoa__is_labels_target(uint8_t target)
{
    return (target & (STOA__UNIT_TARGET | STOA__LABELS_TARGET)) == STOA__LABELS_TARGET;
}
static inline uint8_t stoa__target_of(stoa_type type, unsigned unit, bool is_zoned)
{
    if (type != STOA_TIMESTAMP && type != STOA_DURATION)
        return (uint8_t)type;
    return (uint8_t)(STOA__UNIT_TARGET | (type == STOA_DURATION ? STOA__DURATION_TARGET : 0) |
                     (is_zoned ? STOA__ZONED_TARGET : 0) | unit);
}
static inline stoa__time stoa__target_time(uint8_t target)
{
    bool has_unit = (target & STOA__UNIT_TARGET) != 0;
    if (!has_unit)
        return (stoa__time){.type = target & (STOA__LABELS_TARGET - 1)};
    bool is_duration = (target & STOA__DURATION_TARGET) != 0;
    return (stoa__time){.type = is_duration ? STOA_DURATION : STOA_TIMESTAMP,
                        .unit = target & 7,
                        .zone = (target & STOA__ZONED_TARGET) != 0 ? stoa__zone_utc() : NULL};
}
static inline stoa_type stoa__target_type(uint8_t target)
{
    return (stoa_type)stoa__target_time(target).type;
}

/* Whether an operation on values of these types (bits, by stoa_type) is one of times. */
static inline bool stoa__is_of_times(unsigned operation, uint32_t types)
{
    uint32_t times = 1u << STOA_DATE | 1u << STOA_TIMESTAMP | 1u << STOA_DURATION;
    return (types & times) != 0 || (operation >= STOA_YEAR && operation <= STOA_TO_DURATION);
}
/* Binds a call of times. The arguments may be changed. */
stoa_status stoa__bind_times(stoa__code_block *code, const stoa_expression *node,
                             stoa__typed *arguments, stoa__typed *made, stoa_error *error);
/* Refuses an aggregate that has no meaning for a time. */
stoa_status stoa__check_time_aggregate(const stoa_expression *node, const stoa__typed *argument,
                                       stoa_error *error);
/* Makes a time of its value, if it is one: the mean of durations is rounded to a count. */
void stoa__type_time_aggregate(stoa__code_block *code, const stoa_expression *node,
                               const stoa__typed *argument, stoa__typed *made);
/* A time as cells of another: as stoa__bind_store(), which asks this where either is a time. */
stoa_status stoa__bind_time_store(stoa__code_block *code, stoa__typed typed, stoa__time target,
                                  const char *name, stoa__id *made, stoa_error *error);

#endif
