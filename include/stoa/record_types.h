/* record_types.h: what STOA_RECORD knows of each type: how a field of it is described, its default,
 * which values fit, and what is made of it. Part of record.h. */
#ifndef STOA_RECORD_TYPES_H
#define STOA_RECORD_TYPES_H

#include <stoa/field.h>

#include <string.h>

STOA_BEGIN_DECLS

#define STOA__TYPEDEFS(NAME, name, cell, value, member) \
    typedef cell stoa__##name;                          \
    typedef value stoa__##name##_value;
STOA_TYPES(STOA__TYPEDEFS)
#undef STOA__TYPEDEFS

/* Timestamps and durations, by the names that say their units. */
#define STOA__TIMES_IN(TIME, suffix, UNIT)               \
    TIME(timestamp_##suffix, STOA_TIMESTAMP, UNIT, NULL) \
    TIME(utc_##suffix, STOA_TIMESTAMP, UNIT, "UTC")      \
    TIME(duration_##suffix, STOA_DURATION, UNIT, NULL)
#define STOA__TIMES(TIME)                      \
    STOA__TIMES_IN(TIME, s, STOA_SECOND)       \
    STOA__TIMES_IN(TIME, ms, STOA_MILLISECOND) \
    STOA__TIMES_IN(TIME, us, STOA_MICROSECOND) \
    STOA__TIMES_IN(TIME, ns, STOA_NANOSECOND)
#define STOA__TYPEDEFS(name, tag, unit, zone) typedef int64_t stoa__##name, stoa__##name##_value;
STOA__TIMES(STOA__TYPEDEFS)
#undef STOA__TYPEDEFS

STOA__INLINE stoa_field stoa__typed_field(const char *name, stoa_type type, size_t components)
{
    stoa_field field = STOA__ZERO;
    field.name = name;
    field.type = type;
    field.length = STOA__CAST(uint16_t, components > 1 ? components : 0);
    return field;
}

#define STOA__DESCRIBE(name, tag, argument, slot)                                                  \
    STOA__INLINE stoa_field stoa__describe_stoa__##name(const char *field_name, size_t components, \
                                                        argument initial)                          \
    {                                                                                              \
        stoa_field field = stoa__typed_field(field_name, tag, components);                         \
        field.initial.slot = initial;                                                              \
        return field;                                                                              \
    }                                                                                              \
    STOA__INLINE stoa__##name##_value stoa__default_stoa__##name(argument initial)                 \
    {                                                                                              \
        return STOA__CAST(stoa__##name##_value, initial);                                          \
    }                                                                                              \
    STOA__INLINE bool stoa__fits_stoa__##name(stoa__##name##_value value)                          \
    {                                                                                              \
        return STOA__FITS(tag, value);                                                             \
    }
#define STOA__FITS(tag, value) (STOA__CAST(void, value), true)
STOA__DESCRIBE(bool, STOA_BOOL, bool, boolean)
STOA__DESCRIBE(int8, STOA_INT8, int64_t, int64)
STOA__DESCRIBE(int16, STOA_INT16, int64_t, int64)
STOA__DESCRIBE(int32, STOA_INT32, int64_t, int64)
STOA__DESCRIBE(int64, STOA_INT64, int64_t, int64)
STOA__DESCRIBE(uint8, STOA_UINT8, uint64_t, uint64)
STOA__DESCRIBE(uint16, STOA_UINT16, uint64_t, uint64)
STOA__DESCRIBE(uint32, STOA_UINT32, uint64_t, uint64)
STOA__DESCRIBE(uint64, STOA_UINT64, uint64_t, uint64)
STOA__DESCRIBE(float32, STOA_FLOAT32, double, float64)
STOA__DESCRIBE(float64, STOA_FLOAT64, double, float64)
STOA__DESCRIBE(object, STOA_OBJECT, void *, object)
#undef STOA__FITS
#define STOA__FITS(tag, value) ((value) >= STOA_FIRST_DAY && (value) <= STOA_LAST_DAY)
STOA__DESCRIBE(date, STOA_DATE, int64_t, int64)
#undef STOA__FITS
#undef STOA__DESCRIBE

/* Whether a count is within the years 1 to 9999; the least int64 is nothing. */
STOA__INLINE bool stoa__time_fits(stoa_type type, stoa_unit unit, int64_t count)
{
    int64_t day = INT64_C(86400) * (unit == STOA_SECOND        ? 1
                                    : unit == STOA_MILLISECOND ? 1000
                                                               : 1000000);
    if (type == STOA_DURATION || unit == STOA_NANOSECOND)
        return count >= -INT64_MAX;
    return count >= STOA_FIRST_DAY * day && count < (STOA_LAST_DAY + 1) * day;
}

#define STOA__DESCRIBE(name, tag, time_unit, time_zone)                                            \
    STOA__INLINE stoa_field stoa__describe_stoa__##name(const char *field_name, size_t components, \
                                                        int64_t initial)                           \
    {                                                                                              \
        stoa_field field = stoa__typed_field(field_name, tag, components);                         \
        field.unit = time_unit;                                                                    \
        field.zone = time_zone;                                                                    \
        field.initial.int64 = initial;                                                             \
        return field;                                                                              \
    }                                                                                              \
    STOA__INLINE int64_t stoa__default_stoa__##name(int64_t initial)                               \
    {                                                                                              \
        return initial;                                                                            \
    }                                                                                              \
    STOA__INLINE bool stoa__fits_stoa__##name(int64_t count)                                       \
    {                                                                                              \
        return stoa__time_fits(tag, time_unit, count);                                             \
    }
STOA__TIMES(STOA__DESCRIBE)
#undef STOA__DESCRIBE

STOA__INLINE stoa__string_value stoa__default_stoa__string(const char *text)
{
    stoa_string string;
    string.bytes = text;
    string.length = text ? strlen(text) : 0;
    return string;
}

STOA__INLINE stoa_field stoa__describe_stoa__string(const char *field_name, size_t length,
                                                    const char *text)
{
    stoa_field field = stoa__typed_field(field_name, STOA_STRING, length);
    field.initial.string = stoa__default_stoa__string(text);
    return field;
}

/* No row: null, the default of a reference. */
STOA__INLINE stoa_row stoa__default_stoa__reference(int none)
{
    stoa_row row = STOA__ZERO;
    STOA__CAST(void, none);
    return row;
}

STOA__INLINE stoa_field stoa__describe_stoa__reference(const char *field_name, size_t length,
                                                       int none)
{
    stoa_field field = stoa__typed_field(field_name, STOA_REFERENCE, length);
    STOA__CAST(void, none);
    return field;
}

STOA__INLINE stoa_field stoa__nullable_field(stoa_field field, bool has_default)
{
    field.flags = STOA__CAST(uint32_t, STOA_NULLABLE | (has_default ? STOA_HAS_INITIAL : 0));
    return field;
}

/* ---- what is made of it ---- */

/* What generated code is like for a type, and the C type of its cells. The length of a vector, in
 * brackets, comes behind, as it does where the field is declared. */
#define STOA__TYPE_bool STOA__PLAIN, stoa__bool,
#define STOA__TYPE__Bool STOA__PLAIN, stoa__bool,
#define STOA__TYPE_int8 STOA__PLAIN, stoa__int8,
#define STOA__TYPE_int16 STOA__PLAIN, stoa__int16,
#define STOA__TYPE_int32 STOA__PLAIN, stoa__int32,
#define STOA__TYPE_int64 STOA__PLAIN, stoa__int64,
#define STOA__TYPE_uint8 STOA__PLAIN, stoa__uint8,
#define STOA__TYPE_uint16 STOA__PLAIN, stoa__uint16,
#define STOA__TYPE_uint32 STOA__PLAIN, stoa__uint32,
#define STOA__TYPE_uint64 STOA__PLAIN, stoa__uint64,
#define STOA__TYPE_float32 STOA__PLAIN, stoa__float32,
#define STOA__TYPE_float64 STOA__PLAIN, stoa__float64,
#define STOA__TYPE_object STOA__OBJECT, stoa__object,
#define STOA__TYPE_date STOA__PLAIN, stoa__date,
#define STOA__TYPE_timestamp_s STOA__PLAIN, stoa__timestamp_s,
#define STOA__TYPE_utc_s STOA__PLAIN, stoa__utc_s,
#define STOA__TYPE_duration_s STOA__PLAIN, stoa__duration_s,
#define STOA__TYPE_timestamp_ms STOA__PLAIN, stoa__timestamp_ms,
#define STOA__TYPE_utc_ms STOA__PLAIN, stoa__utc_ms,
#define STOA__TYPE_duration_ms STOA__PLAIN, stoa__duration_ms,
#define STOA__TYPE_timestamp_us STOA__PLAIN, stoa__timestamp_us,
#define STOA__TYPE_utc_us STOA__PLAIN, stoa__utc_us,
#define STOA__TYPE_duration_us STOA__PLAIN, stoa__duration_us,
#define STOA__TYPE_timestamp_ns STOA__PLAIN, stoa__timestamp_ns,
#define STOA__TYPE_utc_ns STOA__PLAIN, stoa__utc_ns,
#define STOA__TYPE_duration_ns STOA__PLAIN, stoa__duration_ns,
#define STOA__TYPE_string STOA__STRING, stoa__string,
#define STOA__TYPE_reference STOA__REFERENCE, stoa__reference,
#define STOA__TYPE_nullable(type) STOA__OR_NULL(STOA__TYPE_##type)
#define STOA__OR_NULL(...) STOA__OR_NULL_(__VA_ARGS__)
#define STOA__OR_NULL_(kind, cell, length) \
    kind##_OR_NULL, STOA__SECOND(STOA__NO_LENGTH length(cell), stoa__a_vector_is_never_null), length

/* macro(cell, length, …): STOA__WITH(macro, STOA__TYPE_##type, …). */
#define STOA__WITH(...) STOA__WITH_(__VA_ARGS__)
#define STOA__WITH_(macro, kind, cell, length, ...) macro(cell, length, __VA_ARGS__)
/* The macro for plain types, objects, strings or, where there is a length, vectors, whose names end
 * in `what`: STOA__BY_KIND(what, STOA__TYPE_##type, …). */
#define STOA__BY_KIND(...) STOA__BY_KIND_(__VA_ARGS__)
#define STOA__BY_KIND_(what, kind, cell, length, ...) \
    STOA__PASTE(STOA__KIND(kind, length), what)(cell, __VA_ARGS__)
#define STOA__KIND(kind, length) STOA__SECOND(STOA__NO_LENGTH length(kind), STOA__VECTOR)
#define STOA__NO_LENGTH(kind) ~, kind,

STOA_END_DECLS

#endif
