/* keys.c: cells as keys: integers by their value, floats by their bits, strings by their handles.
 * All NaNs are one value, and -0.0 is 0.0. */
#include "query/keys.h"

#include <string.h>

static inline uint64_t key_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return value != value ? UINT64_C(0x7ff8000000000000) : value == 0 ? 0 : bits;
}

static inline uint64_t key_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return value != value ? 0x7fc00000 : value == 0 ? 0 : bits;
}

#define KEYS_NAME int8
#define KEYS_CELL int8_t
#define KEYS_OF(cell) (uint64_t)(int64_t)(cell)
#include "query/keys_cell.h"
#define KEYS_NAME int16
#define KEYS_CELL int16_t
#define KEYS_OF(cell) (uint64_t)(int64_t)(cell)
#include "query/keys_cell.h"
#define KEYS_NAME int32
#define KEYS_CELL int32_t
#define KEYS_OF(cell) (uint64_t)(int64_t)(cell)
#include "query/keys_cell.h"
#define KEYS_NAME uint8
#define KEYS_CELL uint8_t
#define KEYS_OF(cell) (uint64_t)(cell)
#include "query/keys_cell.h"
#define KEYS_NAME uint16
#define KEYS_CELL uint16_t
#define KEYS_OF(cell) (uint64_t)(cell)
#include "query/keys_cell.h"
#define KEYS_NAME uint32
#define KEYS_CELL uint32_t
#define KEYS_OF(cell) (uint64_t)(cell)
#include "query/keys_cell.h"
#define KEYS_NAME uint64
#define KEYS_CELL uint64_t
#define KEYS_OF(cell) (cell)
#include "query/keys_cell.h"
#define KEYS_NAME float32
#define KEYS_CELL float
#define KEYS_OF(cell) key_of_float(cell)
#include "query/keys_cell.h"
#define KEYS_NAME float64
#define KEYS_CELL double
#define KEYS_OF(cell) key_of_double(cell)
#include "query/keys_cell.h"

stoa__make_keys *stoa__keys_of(stoa_type type)
{
    static stoa__make_keys *const by_type[] = {
        [STOA_BOOL] = keys_of_uint8,      [STOA_INT8] = keys_of_int8,
        [STOA_INT16] = keys_of_int16,     [STOA_INT32] = keys_of_int32,
        [STOA_INT64] = keys_of_uint64,    [STOA_UINT8] = keys_of_uint8,
        [STOA_UINT16] = keys_of_uint16,   [STOA_UINT32] = keys_of_uint32,
        [STOA_UINT64] = keys_of_uint64,   [STOA_FLOAT32] = keys_of_float32,
        [STOA_FLOAT64] = keys_of_float64, [STOA_STRING] = keys_of_uint32,
        [STOA_DATE] = keys_of_int32,      [STOA_TIMESTAMP] = keys_of_uint64,
        [STOA_DURATION] = keys_of_uint64,
    };
    return by_type[type];
}
