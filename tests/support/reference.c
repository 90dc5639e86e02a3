/* reference.c: see reference.h. */
#include "reference.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

__extension__ typedef __int128 wide;

/* A value of any type except object. */
typedef struct number {
    bool is_float;
    wide integer;
    double real;
} number;

static bool is_float(stoa_type type)
{
    return type == STOA_FLOAT32 || type == STOA_FLOAT64;
}

static void limits(stoa_type type, wide *least, wide *most)
{
    const wide one = 1;
    switch (type) {
    case STOA_BOOL:
        *least = 0, *most = 1;
        break;
    case STOA_INT8:
        *least = -128, *most = 127;
        break;
    case STOA_INT16:
        *least = -32768, *most = 32767;
        break;
    case STOA_INT32:
        *least = -(one << 31), *most = (one << 31) - 1;
        break;
    case STOA_INT64:
        *least = -(one << 63), *most = (one << 63) - 1;
        break;
    case STOA_UINT8:
        *least = 0, *most = 255;
        break;
    case STOA_UINT16:
        *least = 0, *most = 65535;
        break;
    case STOA_UINT32:
        *least = 0, *most = (one << 32) - 1;
        break;
    case STOA_UINT64:
        *least = 0, *most = (one << 64) - 1;
        break;
    default:
        ck_abort_msg("no integer type");
    }
}

static number load(stoa_type type, const void *value)
{
    number n = {.is_float = is_float(type)};
    switch (type) {
#define LOAD(ctype, member)          \
    {                                \
        ctype v;                     \
        memcpy(&v, value, sizeof v); \
        n.member = v;                \
        break;                       \
    }
    case STOA_BOOL:
        LOAD(uint8_t, integer)
    case STOA_INT8:
        LOAD(int8_t, integer)
    case STOA_INT16:
        LOAD(int16_t, integer)
    case STOA_INT32:
        LOAD(int32_t, integer)
    case STOA_INT64:
        LOAD(int64_t, integer)
    case STOA_UINT8:
        LOAD(uint8_t, integer)
    case STOA_UINT16:
        LOAD(uint16_t, integer)
    case STOA_UINT32:
        LOAD(uint32_t, integer)
    case STOA_UINT64:
        LOAD(uint64_t, integer)
    case STOA_FLOAT32:
        LOAD(float, real)
    case STOA_FLOAT64:
        LOAD(double, real)
#undef LOAD
    default:
        ck_abort_msg("no value type");
    }
    return n;
}

static void store_integer(wide integer, stoa_type type, void *cell)
{
    /* Casts narrow the value, so that this works for both byte orders. */
    switch (stoa_type_width(type)) {
    case 1:
        memcpy(cell, &(uint8_t){(uint8_t)integer}, 1);
        break;
    case 2:
        memcpy(cell, &(uint16_t){(uint16_t)integer}, 2);
        break;
    case 4:
        memcpy(cell, &(uint32_t){(uint32_t)integer}, 4);
        break;
    default:
        memcpy(cell, &(uint64_t){(uint64_t)integer}, 8);
        break;
    }
}

static stoa_status store(number n, stoa_type type, void *cell)
{
    if (type == STOA_FLOAT64) {
        double d = n.is_float ? n.real : (double)n.integer;
        memcpy(cell, &d, sizeof d);
        return STOA_OK;
    }
    if (type == STOA_FLOAT32) {
        float f = n.is_float ? (float)n.real : (float)n.integer;
        if (isinf(f) && !(n.is_float && isinf(n.real)))
            return STOA_OVERFLOW;
        memcpy(cell, &f, sizeof f);
        return STOA_OK;
    }
    if (n.is_float)
        return STOA_WRONG_TYPE;
    wide least, most;
    limits(type, &least, &most);
    if (n.integer < least || n.integer > most)
        return STOA_OVERFLOW;
    store_integer(n.integer, type, cell);
    return STOA_OK;
}

stoa_status reference_convert(stoa_type from, const void *value, stoa_type to, void *cell)
{
    if (from == to) { /* copied, since not even a NaN's bits may change */
        memcpy(cell, value, stoa_type_width(to));
        return STOA_OK;
    }
    return store(load(from, value), to, cell);
}

stoa_value reference_value(stoa_type type, const void *value)
{
    stoa_value v = {.type = type};
    number n = load(type, value);
    if (type == STOA_BOOL)
        v.boolean = n.integer != 0;
    else if (n.is_float)
        v.float64 = n.real;
    else if (n.integer < 0)
        v.int64 = (int64_t)n.integer;
    else
        v.uint64 = (uint64_t)n.integer;
    return v;
}

void reference_cell(stoa_value value, void *cell)
{
    number n = {.is_float = is_float(value.type)};
    if (n.is_float)
        n.real = value.float64;
    else if (value.type == STOA_BOOL)
        n.integer = value.boolean;
    else if (value.type >= STOA_UINT8)
        n.integer = value.uint64;
    else
        n.integer = value.int64;
    ck_assert_int_eq(store(n, value.type, cell), STOA_OK);
}

bool reference_same(stoa_type type, const void *a, const void *b)
{
    if (is_float(type) && isnan(load(type, a).real))
        return isnan(load(type, b).real);
    return memcmp(a, b, stoa_type_width(type)) == 0;
}

/* ---- edge values ---- */

enum { MOST_EDGES = 2048 };
static uint64_t edge_cells[VALUE_TYPES][MOST_EDGES]; /* of each type, as packed cells */
static size_t edge_counts[VALUE_TYPES];

static void add_edge(stoa_type type, number n)
{
    size_t width = stoa_type_width(type), *count = &edge_counts[type - 1];
    char *cells = (char *)edge_cells[type - 1];
    ck_assert_uint_lt(*count, MOST_EDGES);
    if (store(n, type, cells + *count * width) == STOA_OK)
        ++*count;
}

static void add_integer_edges(stoa_type type)
{
    for (int power = 0; power <= 64; power++)
        for (int more = -1; more <= 1; more++) {
            wide integer = ((wide)1 << power) + more;
            add_edge(type, (number){.integer = integer});
            add_edge(type, (number){.integer = -integer});
        }
}

static void add_real_edges(stoa_type type)
{
    static const double reals[] = {
        0.0,
        0.1,
        0.5,
        1.5,
        DBL_MIN,
        DBL_TRUE_MIN,
        DBL_MAX,
        FLT_MIN,
        FLT_TRUE_MIN,
        FLT_MAX,
        0x1p-150,              /* half of the smallest float32 */
        0x1.8p-149,            /* between two subnormal float32 */
        0x1.fffffefffffffp127, /* rounds down to FLT_MAX */
        0x1.ffffffp127,        /* the smallest that rounds to infinity as a float32 */
        0x1.000001p0,          /* halfway between two float32 */
        0x1.0000010000001p0,
        0x1.0000030000000p0,
        INFINITY,
        NAN};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        add_edge(type, (number){.is_float = true, .real = reals[i]});
        add_edge(type, (number){.is_float = true, .real = -reals[i]});
    }
}

size_t reference_edges(stoa_type type, const void **values)
{
    size_t i = type - 1u;
    ck_assert_uint_lt(i, VALUE_TYPES);
    if (edge_counts[i] == 0) {
        add_integer_edges(type);
        if (is_float(type))
            add_real_edges(type);
    }
    *values = edge_cells[i];
    return edge_counts[i];
}

size_t reference_fitting(stoa_type type, stoa_type to, void **values)
{
    const char *edges;
    size_t width = stoa_type_width(type), fitting = 0;
    size_t count = reference_edges(type, (const void **)&edges);
    char *found = malloc(count * width);
    ck_assert_ptr_nonnull(found);
    for (size_t i = 0; i < count; i++) {
        uint64_t cell;
        if (reference_convert(type, edges + i * width, to, &cell) == STOA_OK)
            memcpy(found + fitting++ * width, edges + i * width, width);
    }
    *values = found;
    return fitting;
}
