/* convert_to.h: a template: values of every type that goes into one type of cell.
 *
 * Parameters, all undefined at the end:
 *   TO_NAME               name of the cell's type
 *   TO_CELL               its C type
 *   TO_FROM_INTEGER(v, c) stores an integer; true if it does not fit
 *   TO_FROM_FLOAT(v, c)   the same for a float; not defined: floats are refused
 * Makes the functions of convert_pair.h for each pair, and `static const pair pairs_TO_NAME[]`. */

#define TO_PASTE_(a, b, c) a##b##c
#define TO_PASTE(a, b, c) TO_PASTE_(a, b, c)
#define TO_PAIR(from) TO_PASTE(TO_NAME, _from_, from)

#define PAIR_NAME TO_PAIR(bool8)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE uint8_t
#define PAIR_CONVERT(v, c) ((v) > 1 || TO_FROM_INTEGER(v, c))
#include "store/convert_pair.h"
#define PAIR_NAME TO_PAIR(int8)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE int8_t
#define PAIR_CONVERT TO_FROM_INTEGER
#include "store/convert_pair.h"
#define PAIR_NAME TO_PAIR(int16)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE int16_t
#define PAIR_CONVERT TO_FROM_INTEGER
#include "store/convert_pair.h"
#define PAIR_NAME TO_PAIR(int32)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE int32_t
#define PAIR_CONVERT TO_FROM_INTEGER
#include "store/convert_pair.h"
#define PAIR_NAME TO_PAIR(int64)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE int64_t
#define PAIR_CONVERT TO_FROM_INTEGER
#include "store/convert_pair.h"
#define PAIR_NAME TO_PAIR(uint8)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE uint8_t
#define PAIR_CONVERT TO_FROM_INTEGER
#include "store/convert_pair.h"
#define PAIR_NAME TO_PAIR(uint16)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE uint16_t
#define PAIR_CONVERT TO_FROM_INTEGER
#include "store/convert_pair.h"
#define PAIR_NAME TO_PAIR(uint32)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE uint32_t
#define PAIR_CONVERT TO_FROM_INTEGER
#include "store/convert_pair.h"
#define PAIR_NAME TO_PAIR(uint64)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE uint64_t
#define PAIR_CONVERT TO_FROM_INTEGER
#include "store/convert_pair.h"
#ifdef TO_FROM_FLOAT
#define PAIR_NAME TO_PAIR(float32)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE float
#define PAIR_CONVERT TO_FROM_FLOAT
#include "store/convert_pair.h"
#define PAIR_NAME TO_PAIR(float64)
#define PAIR_CELL TO_CELL
#define PAIR_VALUE double
#define PAIR_CONVERT TO_FROM_FLOAT
#include "store/convert_pair.h"
#endif

#define TO_ENTRY(from)                                                                   \
    {                                                                                    \
        TO_PASTE(check_, TO_NAME, _from_##from), TO_PASTE(store_, TO_NAME, _from_##from) \
    }

static const pair TO_PASTE(pairs_, TO_NAME, )[] = {
    [STOA_BOOL] = TO_ENTRY(bool8),      [STOA_INT8] = TO_ENTRY(int8),
    [STOA_INT16] = TO_ENTRY(int16),     [STOA_INT32] = TO_ENTRY(int32),
    [STOA_INT64] = TO_ENTRY(int64),     [STOA_UINT8] = TO_ENTRY(uint8),
    [STOA_UINT16] = TO_ENTRY(uint16),   [STOA_UINT32] = TO_ENTRY(uint32),
    [STOA_UINT64] = TO_ENTRY(uint64),
#ifdef TO_FROM_FLOAT
    [STOA_FLOAT32] = TO_ENTRY(float32), [STOA_FLOAT64] = TO_ENTRY(float64),
#endif
    [STOA_FLOAT64 + 1] = {NULL, NULL},
};

#undef TO_PASTE_
#undef TO_PASTE
#undef TO_PAIR
#undef TO_ENTRY
#undef TO_NAME
#undef TO_CELL
#undef TO_FROM_INTEGER
#undef TO_FROM_FLOAT
