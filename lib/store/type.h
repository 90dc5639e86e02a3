/* type.h: widths of types, and conversions of single values to and from cells. */
#ifndef STOA__STORE_TYPE_H
#define STOA__STORE_TYPE_H

#include <stoa/type.h>

#include "base/check.h"

/* Room for one cell of any type. */
typedef union stoa__cell {
    uint64_t bits;
    unsigned char bytes[8];
    stoa_handle handle;
} stoa__cell;

/* Behind the last type. */
enum {
    STOA__TYPES_END = 1
#define COUNT(NAME, name, cell, value, member) +1
    STOA_TYPES(COUNT)
#undef COUNT
};

/* A date, a timestamp or a duration: see times.h. */
static inline bool stoa__is_time(stoa_type type)
{
    return type >= STOA_DATE && type <= STOA_DURATION;
}

/* The number type whose cells are the same: what a time is once it has been checked, and a
 * reference, as its id. */
static inline stoa_type stoa__cell_type(stoa_type type)
{
    if (type == STOA_DATE)
        return STOA_INT32;
    if (type == STOA_REFERENCE)
        return STOA_UINT64;
    return type == STOA_TIMESTAMP || type == STOA_DURATION ? STOA_INT64 : type;
}

static inline size_t stoa__width(stoa_type type)
{
    static const uint8_t widths[] = {0,
#define WIDTH(NAME, name, cell, value, member) sizeof(cell),
                                     STOA_TYPES(WIDTH)
#undef WIDTH
    };
    return widths[type];
}

static inline bool stoa__type_exists(stoa_type type)
{
    return (unsigned)type > STOA_NO_TYPE && (unsigned)type < STOA__TYPES_END;
}

/* A bool, an integer or a float: what converts into each other. */
static inline bool stoa__is_number(stoa_type type)
{
    return type >= STOA_BOOL && type <= STOA_FLOAT64;
}

/* Whether cells are handles into a pool, and values something else. */
static inline bool stoa__has_handles(stoa_type type)
{
    return type == STOA_OBJECT || type == STOA_STRING;
}

/* Bytes of a value in an array of the caller's: that of a reference is its id. */
static inline size_t stoa__value_width(stoa_type type)
{
    if (type == STOA_REFERENCE)
        return sizeof(uint64_t);
    static const uint8_t widths[] = {0,
#define WIDTH(NAME, name, cell, value, member) sizeof(value),
                                     STOA_TYPES(WIDTH)
#undef WIDTH
    };
    return widths[type];
}

/* Whether a value is null, or its is_null holds a byte that is not a bool. */
static inline bool stoa__is_null(const stoa_value *value)
{
    return stoa__byte_of(&value->is_null) != 0;
}

/* Whether an expression can have the value for a constant or a parameter: a BOOL, INT64, UINT64 or
 * FLOAT64. */
bool stoa__is_operand(const stoa_value *value);
/* Stores a value as the C value type of `type` (object: the pointer) at `out`, which may be
 * unaligned. Strings are not looked into. Fails with STOA_WRONG_TYPE or STOA_OVERFLOW, and then
 * writes nothing. */
stoa_status stoa__convert_value(stoa_type type, const stoa_value *value, void *out);
/* The value at `cell`. Not for objects and strings, whose cells are handles. */
stoa_value stoa__cell_value(stoa_type type, const void *cell);
/* The default that a field describes, as a value of some type; STOA_INVALID for two at once. */
stoa_status stoa__initial_value(const stoa_initial *initial, stoa_value *value);
/* "300" or "1.5", for messages. */
void stoa__print_value(const stoa_value *value, char *text, size_t size);

#endif
