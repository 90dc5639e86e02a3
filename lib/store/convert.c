/* convert.c: one pair of loops for each (cell, value) pair, made from templates.
 *
 * Packed values of the cell's own type are copied. Only bools are checked then, since a byte may
 * hold other values than 0 and 1. */
#include "store/convert.h"

#include <math.h>
#include <string.h>

#include "store/type.h"

typedef struct pair {
    size_t (*check)(const char *in, ptrdiff_t in_stride, size_t count);
    size_t (*store)(char *out, ptrdiff_t out_stride, const char *in, ptrdiff_t in_stride,
                    size_t count);
} pair;

/* Stores the float; true if a finite value became infinite. */
static inline bool float32_overflows(double value, float *cell)
{
    *cell = (float)value;
    return isinf(*cell) && !isinf(value);
}

#define INTEGER_FITS(v, c) __builtin_add_overflow(v, 0, c)
#define ALWAYS(v, c) (*(c) = (TO_CELL)(v), false)

#define TO_NAME bool8
#define TO_CELL uint8_t
#define TO_FROM_INTEGER(v, c) (INTEGER_FITS(v, c) || *(c) > 1)
#include "store/convert_to.h"
#define TO_NAME int8
#define TO_CELL int8_t
#define TO_FROM_INTEGER INTEGER_FITS
#include "store/convert_to.h"
#define TO_NAME int16
#define TO_CELL int16_t
#define TO_FROM_INTEGER INTEGER_FITS
#include "store/convert_to.h"
#define TO_NAME int32
#define TO_CELL int32_t
#define TO_FROM_INTEGER INTEGER_FITS
#include "store/convert_to.h"
#define TO_NAME int64
#define TO_CELL int64_t
#define TO_FROM_INTEGER INTEGER_FITS
#include "store/convert_to.h"
#define TO_NAME uint8
#define TO_CELL uint8_t
#define TO_FROM_INTEGER INTEGER_FITS
#include "store/convert_to.h"
#define TO_NAME uint16
#define TO_CELL uint16_t
#define TO_FROM_INTEGER INTEGER_FITS
#include "store/convert_to.h"
#define TO_NAME uint32
#define TO_CELL uint32_t
#define TO_FROM_INTEGER INTEGER_FITS
#include "store/convert_to.h"
#define TO_NAME uint64
#define TO_CELL uint64_t
#define TO_FROM_INTEGER INTEGER_FITS
#include "store/convert_to.h"
#define TO_NAME float32
#define TO_CELL float
#define TO_FROM_INTEGER ALWAYS
#define TO_FROM_FLOAT(v, c) float32_overflows(v, c)
#include "store/convert_to.h"
#define TO_NAME float64
#define TO_CELL double
#define TO_FROM_INTEGER ALWAYS
#define TO_FROM_FLOAT ALWAYS
#include "store/convert_to.h"

static const pair *const pairs[] = {
    [STOA_BOOL] = pairs_bool8,      [STOA_INT8] = pairs_int8,       [STOA_INT16] = pairs_int16,
    [STOA_INT32] = pairs_int32,     [STOA_INT64] = pairs_int64,     [STOA_UINT8] = pairs_uint8,
    [STOA_UINT16] = pairs_uint16,   [STOA_UINT32] = pairs_uint32,   [STOA_UINT64] = pairs_uint64,
    [STOA_FLOAT32] = pairs_float32, [STOA_FLOAT64] = pairs_float64,
};

bool stoa__convertible(stoa_type to, stoa_type from)
{
    return stoa__is_number(to) && stoa__is_number(from) && pairs[to][from].check != NULL;
}

static bool is_unsigned(stoa_type type)
{
    return type >= STOA_UINT8 && type <= STOA_UINT64;
}

static bool is_float(stoa_type type)
{
    return type == STOA_FLOAT32 || type == STOA_FLOAT64;
}

bool stoa__converts_always(stoa_type to, stoa_type from)
{
    if (from == STOA_BOOL || to == STOA_BOOL)
        return false;
    if (is_float(to))
        return to == STOA_FLOAT64 || from != STOA_FLOAT64;
    if (to == from)
        return true;
    return stoa__width(to) > stoa__width(from) && (!is_unsigned(to) || is_unsigned(from));
}

size_t stoa__convert_check(stoa_type to, stoa_type from, const void *in, ptrdiff_t in_stride,
                           size_t count)
{
    if (stoa__converts_always(to, from))
        return count;
    return pairs[to][from].check(in, in_stride, count);
}

size_t stoa__convert_store(stoa_type to, void *out, ptrdiff_t out_stride, stoa_type from,
                           const void *in, ptrdiff_t in_stride, size_t count)
{
    ptrdiff_t width = (ptrdiff_t)stoa__width(to);
    if (count == 0) /* of which there may be no memory */
        return 0;
    if (to == from && to != STOA_BOOL && in_stride == width && out_stride == width) {
        memmove(out, in, count * (size_t)width);
        return count;
    }
    return pairs[to][from].store(out, out_stride, in, in_stride, count);
}
