/* plain_types.h: the types that the model and the reference cover: numbers, bools, objects and
 * strings, whose values need no unit. PLAIN_TYPES(TYPE) is as STOA_TYPES(TYPE); they come first in
 * it. */
#ifndef STOA_TESTS_PLAIN_TYPES_H
#define STOA_TESTS_PLAIN_TYPES_H

#include <stoa/type.h>

#define PLAIN_TYPES(TYPE)                             \
    TYPE(BOOL, bool, bool, bool, boolean)             \
    TYPE(INT8, int8, int8_t, int8_t, int64)           \
    TYPE(INT16, int16, int16_t, int16_t, int64)       \
    TYPE(INT32, int32, int32_t, int32_t, int64)       \
    TYPE(INT64, int64, int64_t, int64_t, int64)       \
    TYPE(UINT8, uint8, uint8_t, uint8_t, uint64)      \
    TYPE(UINT16, uint16, uint16_t, uint16_t, uint64)  \
    TYPE(UINT32, uint32, uint32_t, uint32_t, uint64)  \
    TYPE(UINT64, uint64, uint64_t, uint64_t, uint64)  \
    TYPE(FLOAT32, float32, float, float, float64)     \
    TYPE(FLOAT64, float64, double, double, float64)   \
    TYPE(OBJECT, object, stoa_handle, void *, object) \
    TYPE(STRING, string, stoa_handle, stoa_string, string)

/* How many types fields can have, and the first number behind all types. */
enum {
    FIELD_TYPES = 0
#define COUNTED(NAME, name, cell, value, member) +1
    STOA_TYPES(COUNTED)
#undef COUNTED
        ,
    BEHIND_TYPES = FIELD_TYPES + 1
};

#endif
