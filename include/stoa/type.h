/**
 * type.h: the field types, and values of any of them.
 *
 * STOA_TYPES is the list of types: enum, names, widths and accessors are made from it. What else
 * knows each type is listed in docs/development.md ("A new field type").
 */
#ifndef STOA_TYPE_H
#define STOA_TYPE_H

#include <stoa/error.h>
#include <stoa/export.h>

STOA_BEGIN_DECLS

/**
 * What a cell of an object or string field holds: the place of an object or a string in its pool. 0
 * is NULL, or the empty string.
 */
typedef uint32_t stoa_handle;

/**
 * A string: UTF-8 of any length. It may hold NULs, and no NUL ends it.
 *
 * @members stoa_string
 */
typedef struct stoa_string {
    const char *bytes; /* NULL only for the empty string */
    size_t length;
} stoa_string;

/* See table.h. */
typedef struct stoa_table stoa_table;

/**
 * A row: a table and an index. See row.h.
 *
 * @members stoa_row
 */
typedef struct stoa_row {
    stoa_table *table;
    size_t index;
} stoa_row;

/**
 * The list of field types: `STOA_TYPES(TYPE)` becomes `TYPE(NAME, name, cell, value, member)` for
 * each.
 *
 *     NAME, name   the enumerator's and the function's spelling
 *     cell         the C type in a column
 *     value        the C type that goes in and out (of an object the pointer, of a string its bytes
 *                  and length, not the handle; of a reference the row, not its id)
 *     member       the member of stoa_value that holds one, and of stoa_initial, but that the
 *                  default of a reference is null
 *
 * A user of the list must paste or quote `name` at once: with <stdbool.h>, bool is a macro.
 */
#define STOA_TYPES(TYPE)                                   \
    TYPE(BOOL, bool, bool, bool, boolean)                  \
    TYPE(INT8, int8, int8_t, int8_t, int64)                \
    TYPE(INT16, int16, int16_t, int16_t, int64)            \
    TYPE(INT32, int32, int32_t, int32_t, int64)            \
    TYPE(INT64, int64, int64_t, int64_t, int64)            \
    TYPE(UINT8, uint8, uint8_t, uint8_t, uint64)           \
    TYPE(UINT16, uint16, uint16_t, uint16_t, uint64)       \
    TYPE(UINT32, uint32, uint32_t, uint32_t, uint64)       \
    TYPE(UINT64, uint64, uint64_t, uint64_t, uint64)       \
    TYPE(FLOAT32, float32, float, float, float64)          \
    TYPE(FLOAT64, float64, double, double, float64)        \
    TYPE(OBJECT, object, stoa_handle, void *, object)      \
    TYPE(STRING, string, stoa_handle, stoa_string, string) \
    TYPE(DATE, date, int32_t, int32_t, int64)              \
    TYPE(TIMESTAMP, timestamp, int64_t, int64_t, int64)    \
    TYPE(DURATION, duration, int64_t, int64_t, int64)      \
    TYPE(REFERENCE, reference, uint64_t, stoa_row, row)

/**
 * A field type: STOA_NO_TYPE, or one of STOA_TYPES, as STOA_INT32.
 */
typedef enum stoa_type {
    STOA_NO_TYPE = 0, /* so that a forgotten type is an error */
#define STOA__TYPE(NAME, name, cell, value, member) STOA_##NAME,
    STOA_TYPES(STOA__TYPE)
#undef STOA__TYPE
} stoa_type;

/**
 * What a timestamp or a duration is counted in. There is no default: STOA_NO_UNIT is refused where
 * one is needed, and all else where none is.
 */
typedef enum stoa_unit {
    STOA_NO_UNIT = 0,
    STOA_SECOND,
    STOA_MILLISECOND,
    STOA_MICROSECOND,
    STOA_NANOSECOND,
} stoa_unit;

/**
 * The days that dates and timestamps are within, in days since 1970-01-01: 0001-01-01 and
 * 9999-12-31. Timestamps in nanoseconds are within 1677-09-21 and 2262-04-11, as 64 bits hold them.
 */
#define STOA_FIRST_DAY (-719162)
#define STOA_LAST_DAY 2932896

/**
 * A value with its type. STOA_TYPES tells which member holds a value of which type. A member that
 * is wider than the field is checked when the value is stored.
 *
 * @members stoa_value
 */
typedef struct stoa_value {
    stoa_type type;
    bool is_null;  /* then there is no value, and the type need not be one */
    uint8_t unit;  /* a stoa_unit: of a timestamp or a duration */
    bool is_zoned; /* a timestamp of a zone: its count is of UTC */
    union {
        bool boolean;
        int64_t int64;
        uint64_t uint64;
        double float64;
        void *object;       /* borrowed */
        stoa_string string; /* borrowed */
        stoa_row row;       /* that a reference refers to */
    };
} stoa_value;

/**
 * The default of a field: set one member, and leave the others zero. It is stored by the rules of
 * every store: an integer goes into a float field, a float never into an integer field. Of dates,
 * timestamps and durations int64 is the count, in the unit of the field.
 *
 * @members stoa_initial
 */
typedef struct stoa_initial {
    int64_t int64;
    uint64_t uint64;
    double float64;
    void *object;
    bool boolean;
    stoa_string string; /* copied */
} stoa_initial;

/**
 * Tells the name of a type, as `"int32"`. NULL if there is no such type.
 *
 * @owner Static storage.
 * @cost O(1).
 * @threads Any.
 * @snippet type.c types
 */
STOA_API const char *stoa_type_name(stoa_type type);

/**
 * Tells the bytes of a cell. 0 if there is no such type.
 *
 * @cost O(1).
 * @threads Any.
 * @snippet type.c types
 */
STOA_API size_t stoa_type_width(stoa_type type);

/**
 * Finds a type by its name. STOA_NO_TYPE if there is none.
 *
 * @cost O(1).
 * @threads Any.
 * @snippet type.c types
 */
STOA_API stoa_type stoa_type_named(const char *name);

/**
 * Makes a value, for stoa_table_append(), stoa_row_set() and their like.
 *
 * @declare stoa_value stoa_boolean_value(bool v)
 * @declare stoa_value stoa_int64_value(int64_t v)
 * @declare stoa_value stoa_uint64_value(uint64_t v)
 * @declare stoa_value stoa_float64_value(double v)
 * @declare stoa_value stoa_object_value(void *v)
 * @declare stoa_value stoa_string_value(stoa_string v)
 * @declare stoa_value stoa_reference_value(stoa_row v)
 * @declare stoa_value stoa_null_value(void)
 * @cost A few stores; inline.
 * @threads Any.
 * @snippet type.c values
 */

#ifndef STOA_CDEF
#define STOA__MAKE(name, tag, argument, slot)               \
    STOA__INLINE stoa_value stoa_##name##_value(argument v) \
    {                                                       \
        stoa_value made;                                    \
        made.type = tag;                                    \
        made.is_null = false;                               \
        made.unit = 0;                                      \
        made.is_zoned = false;                              \
        made.string.bytes = STOA__NOTHING;                  \
        made.string.length = 0;                             \
        made.slot = v;                                      \
        return made;                                        \
    }
STOA__MAKE(boolean, STOA_BOOL, bool, boolean)
STOA__MAKE(int64, STOA_INT64, int64_t, int64)
STOA__MAKE(uint64, STOA_UINT64, uint64_t, uint64)
STOA__MAKE(float64, STOA_FLOAT64, double, float64)
STOA__MAKE(object, STOA_OBJECT, void *, object)
STOA__MAKE(string, STOA_STRING, stoa_string, string)
STOA__MAKE(reference, STOA_REFERENCE, stoa_row, row)
#undef STOA__MAKE

STOA__INLINE stoa_value stoa_null_value(void)
{
    stoa_value made;
    made.type = STOA_NO_TYPE;
    made.is_null = true;
    made.unit = 0;
    made.is_zoned = false;
    made.uint64 = 0;
    made.string.length = 0;
    return made;
}
#endif

/**
 * Makes a date, a timestamp or a duration. A date counts days since 1970-01-01, a timestamp what
 * its unit says since then: local time that belongs to no zone, or (stoa_zoned_value) of UTC.
 *
 * @declare stoa_value stoa_date_value(int32_t days)
 * @declare stoa_value stoa_timestamp_value(int64_t count, stoa_unit unit)
 * @declare stoa_value stoa_zoned_value(int64_t count, stoa_unit unit)
 * @declare stoa_value stoa_duration_value(int64_t count, stoa_unit unit)
 * @cost A few stores; inline.
 * @threads Any.
 * @snippet type.c times
 */

#ifndef STOA_CDEF
STOA__INLINE stoa_value stoa__time_value(stoa_type type, int64_t count, stoa_unit unit)
{
    stoa_value made = stoa_int64_value(count);
    made.type = type;
    made.unit = STOA__CAST(uint8_t, unit);
    return made;
}
STOA__INLINE stoa_value stoa_date_value(int32_t days)
{
    return stoa__time_value(STOA_DATE, days, STOA_NO_UNIT);
}
STOA__INLINE stoa_value stoa_timestamp_value(int64_t count, stoa_unit unit)
{
    return stoa__time_value(STOA_TIMESTAMP, count, unit);
}
STOA__INLINE stoa_value stoa_zoned_value(int64_t count, stoa_unit unit)
{
    stoa_value made = stoa__time_value(STOA_TIMESTAMP, count, unit);
    made.is_zoned = true;
    return made;
}
STOA__INLINE stoa_value stoa_duration_value(int64_t count, stoa_unit unit)
{
    return stoa__time_value(STOA_DURATION, count, unit);
}
#endif

STOA_END_DECLS

#endif
