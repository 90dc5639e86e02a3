/* type.c: type names and widths, and the rules of storing for single values.
 *
 * The rules: an integer field takes integers that fit, never floats; a float field takes integers
 * as IEEE 754 rounds them; a float32 refuses what overflows it; a bool takes booleans, 0 and 1;
 * an object field takes objects only, a string field strings only. convert_pair.h has the same
 * rules for whole arrays. */
#include "store/type.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "store/times.h"

const char *stoa_type_name(stoa_type type)
{
    switch (type) {
    case STOA_NO_TYPE:
        return NULL;
#define NAME(NAME, name, cell, value, member) \
    case STOA_##NAME:                         \
        return #name;
        STOA_TYPES(NAME)
#undef NAME
    }
    return NULL;
}

size_t stoa_type_width(stoa_type type)
{
    return stoa__type_exists(type) ? stoa__width(type) : 0;
}

stoa_type stoa_type_named(const char *name)
{
    for (int type = STOA_BOOL; name != NULL && type < STOA__TYPES_END; type++)
        if (strcmp(stoa_type_name((stoa_type)type), name) == 0)
            return (stoa_type)type;
    return STOA_NO_TYPE;
}

__extension__ typedef __int128 int128;

/* A number: an integer (128 bits hold every one) or a float. */
typedef struct number {
    bool is_integer;
    int128 integer;
    double real;
} number;

static bool as_number(const stoa_value *value, number *out)
{
    *out = (number){.is_integer = true};
    switch (value->type) {
    case STOA_BOOL:
        out->integer = stoa__byte_of(&value->boolean);
        return out->integer <= 1;
    case STOA_INT8:
    case STOA_INT16:
    case STOA_INT32:
    case STOA_INT64:
        out->integer = value->int64;
        break;
    case STOA_UINT8:
    case STOA_UINT16:
    case STOA_UINT32:
    case STOA_UINT64:
        out->integer = value->uint64;
        break;
    case STOA_FLOAT32:
    case STOA_FLOAT64:
        out->is_integer = false;
        out->real = value->float64;
        break;
    default:
        return false;
    }
    return true;
}

bool stoa__is_operand(const stoa_value *value)
{
    if (stoa__is_null(value))
        return false;
    if (value->type == STOA_BOOL)
        return stoa__byte_of(&value->boolean) <= 1;
    if (stoa__is_time(value->type)) {
        if (stoa__unit_exists(value->unit) != (value->type != STOA_DATE) ||
            stoa__byte_of(&value->is_zoned) > (value->type == STOA_TIMESTAMP))
            return false;
        stoa__limits limits = stoa__time_limits(value->type, value->unit);
        return value->int64 >= limits.low && value->int64 <= limits.high;
    }
    return value->type == STOA_INT64 || value->type == STOA_UINT64 || value->type == STOA_FLOAT64;
}

static stoa_status store_integer(const number *value, int128 least, int128 greatest, size_t width,
                                 void *out)
{
    if (!value->is_integer)
        return STOA_WRONG_TYPE;
    if (value->integer < least || value->integer > greatest)
        return STOA_OVERFLOW;
    uint64_t bits = (uint64_t)value->integer;
    memcpy(out, &bits, width); /* little-endian: the low bytes */
    return STOA_OK;
}

static stoa_status store_float32(const number *value, void *out)
{
    float narrow = value->is_integer ? (float)value->integer : (float)value->real;
    if (isinf(narrow) && !(!value->is_integer && isinf(value->real)))
        return STOA_OVERFLOW;
    memcpy(out, &narrow, sizeof narrow);
    return STOA_OK;
}

static stoa_status store_float64(const number *value, void *out)
{
    double wide = value->is_integer ? (double)value->integer : value->real;
    memcpy(out, &wide, sizeof wide);
    return STOA_OK;
}

/* Of an object the pointer, of a string its bytes and length. */
static stoa_status store_as_it_is(stoa_type type, const stoa_value *value, void *out)
{
    if (value->type != type)
        return STOA_WRONG_TYPE;
    memcpy(out, &value->object, stoa__value_width(type));
    return STOA_OK;
}

stoa_status stoa__convert_value(stoa_type type, const stoa_value *value, void *out)
{
    number source;
    if (stoa__is_null(value))
        return STOA_WRONG_TYPE;
    if (stoa__has_handles(type))
        return store_as_it_is(type, value, out);
    if (!as_number(value, &source))
        return STOA_WRONG_TYPE;
    switch (type) {
    case STOA_BOOL:
        return store_integer(&source, 0, 1, 1, out);
    case STOA_INT8:
        return store_integer(&source, INT8_MIN, INT8_MAX, 1, out);
    case STOA_INT16:
        return store_integer(&source, INT16_MIN, INT16_MAX, 2, out);
    case STOA_INT32:
        return store_integer(&source, INT32_MIN, INT32_MAX, 4, out);
    case STOA_INT64:
        return store_integer(&source, INT64_MIN, INT64_MAX, 8, out);
    case STOA_UINT8:
        return store_integer(&source, 0, UINT8_MAX, 1, out);
    case STOA_UINT16:
        return store_integer(&source, 0, UINT16_MAX, 2, out);
    case STOA_UINT32:
        return store_integer(&source, 0, UINT32_MAX, 4, out);
    case STOA_UINT64:
        return store_integer(&source, 0, UINT64_MAX, 8, out);
    case STOA_FLOAT32:
        return store_float32(&source, out);
    case STOA_FLOAT64:
        return store_float64(&source, out);
    default:
        break;
    }
    return STOA_WRONG_TYPE;
}

stoa_value stoa__cell_value(stoa_type type, const void *cell)
{
    stoa_value value = {.type = type};
    switch (type) {
    case STOA_BOOL:
        value.boolean = *(const uint8_t *)cell != 0;
        break;
#define READ(NAME, c_type, member)            \
    case STOA_##NAME:                         \
        value.member = *(const c_type *)cell; \
        break;
        READ(INT8, int8_t, int64)
        READ(INT16, int16_t, int64)
        READ(INT32, int32_t, int64)
        READ(INT64, int64_t, int64)
        READ(UINT8, uint8_t, uint64)
        READ(UINT16, uint16_t, uint64)
        READ(UINT32, uint32_t, uint64)
        READ(UINT64, uint64_t, uint64)
        READ(FLOAT32, float, float64)
        READ(FLOAT64, double, float64)
#undef READ
    default:
        break;
    }
    return value;
}

/* Minus zero is a default like any other, so floats are compared by their bits. */
stoa_status stoa__initial_value(const stoa_initial *initial, stoa_value *value)
{
    uint64_t float_bits;
    unsigned char boolean = stoa__byte_of(&initial->boolean);
    int given = 0;
    memcpy(&float_bits, &initial->float64, sizeof float_bits);
    *value = (stoa_value){.type = STOA_NO_TYPE};
    if (initial->int64 != 0 && ++given)
        *value = stoa_int64_value(initial->int64);
    if (initial->uint64 != 0 && ++given)
        *value = stoa_uint64_value(initial->uint64);
    if (float_bits != 0 && ++given)
        *value = stoa_float64_value(initial->float64);
    if (boolean != 0 && ++given) /* a byte that is no bool fits no bool */
        *value = boolean == 1 ? stoa_boolean_value(true) : stoa_uint64_value(boolean);
    if (initial->object != NULL && ++given)
        *value = stoa_object_value(initial->object);
    if ((initial->string.length != 0 || initial->string.bytes != NULL) && ++given)
        *value = stoa_string_value(initial->string);
    return given > 1 ? STOA_INVALID : STOA_OK;
}

/* Cut off where it is long. */
static void print_string(stoa_string string, char *text, size_t size)
{
    int shown = string.length < 20 ? (int)string.length : 20;
    if (string.bytes == NULL)
        snprintf(text, size, string.length == 0 ? "''" : "a string without bytes");
    else
        snprintf(text, size, "'%.*s%s'", shown, string.bytes, string.length > 20 ? "..." : "");
}

void stoa__print_value(const stoa_value *value, char *text, size_t size)
{
    number source;
    if (stoa__is_null(value))
        snprintf(text, size, "null");
    else if (value->type == STOA_OBJECT)
        snprintf(text, size, "an object");
    else if (value->type == STOA_REFERENCE)
        snprintf(text, size, "row %zu", value->row.index);
    else if (value->type == STOA_STRING)
        print_string(value->string, text, size);
    else if (stoa__is_time(value->type))
        stoa__time_print(value->type, stoa__unit_exists(value->unit) ? value->unit : 0,
                         stoa__byte_of(&value->is_zoned) != 0, value->int64, text, size);
    else if (!as_number(value, &source))
        snprintf(text, size, "a value without a type");
    else if (!source.is_integer)
        snprintf(text, size, "%.17g", source.real);
    else if (source.integer < 0)
        snprintf(text, size, "%" PRId64, (int64_t)source.integer);
    else
        snprintf(text, size, "%" PRIu64, (uint64_t)source.integer);
}
