/* oracle.c: see oracle.h. */
#include "oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"

unsigned choose(choices *from, unsigned count)
{
    return from->at < from->size ? from->data[from->at++] % count : 0;
}

/* ---- edge values ---- */

static const int64_t integers[] = {0,
                                   1,
                                   -1,
                                   2,
                                   3,
                                   7,
                                   10,
                                   -2,
                                   100,
                                   INT8_MAX,
                                   INT8_MIN,
                                   INT32_MAX,
                                   64,
                                   INT32_MIN,
                                   INT64_MAX,
                                   INT64_MIN,
                                   1LL << 53,
                                   (1LL << 53) + 1,
                                   63,
                                   255,
                                   65535,
                                   1LL << 31,
                                   -(1LL << 32),
                                   3037000500};
static const double floats[] = {0.0,  -0.0,  1.0,    -1.0,     0.5,       2.5,    1e300,  -1e300,
                                1e-5, 3.0,   -2.5,   1e19,     0x1p53,    0x1p63, 1e-310, 127.5,
                                7.0,  -1e15, 0x1p31, INFINITY, -INFINITY, NAN,    4.0,    1e10};
#define COUNT(list) (sizeof(list) / sizeof *(list))

void oracle_fill(choices *from, stoa_type type, void *cells, size_t count)
{
    uint64_t state = 1 + choose(from, 256) * 0x9E3779B97F4A7C15u;
    unsigned tame = choose(from, 3); /* small numbers, which fail less often */
    char *at = cells;
    for (size_t i = 0; i < count; i++, at += stoa_type_width(type)) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        unsigned pick = (unsigned)(state >> 33);
        int64_t value = tame == 0 ? integers[pick % COUNT(integers)] : (int64_t)(pick % 19) - 5;
        double number = tame == 0 ? floats[pick % COUNT(floats)] : (double)(pick % 77) / 4 - 3;
        float single = (float)number;
        bool truth = pick % 3 == 0;
        if (type == STOA_BOOL)
            memcpy(at, &truth, 1);
        else if (type == STOA_FLOAT64)
            memcpy(at, &number, 8);
        else if (type == STOA_FLOAT32)
            memcpy(at, &single, 4);
        else
            memcpy(at, &value, stoa_type_width(type)); /* the low bytes */
    }
}

/* ---- random trees ---- */

static const node *leaf(tree *into, choices *from, char kind, bool any)
{
    static const char *const int_fields[] = {"x", "i", "y", "z", "x", "v", "x", "u"};
    static const char *const float_fields[] = {"w", "f"};
    node *made = &into->nodes[into->count++];
    *made = (node){.kind = kind};
    if (choose(from, 3) > 0) {
        made->field = kind == 'b'   ? "b"
                      : kind == 'f' ? float_fields[choose(from, 2)]
                                    : int_fields[choose(from, any ? 8 : 7)];
        return made;
    }
    if (kind == 'b')
        made->constant = stoa_boolean_value(choose(from, 2) == 1);
    else if (kind == 'i')
        made->constant = stoa_int64_value(integers[choose(from, COUNT(integers))]);
    else
        made->constant = stoa_float64_value(floats[choose(from, COUNT(floats))]);
    return made;
}

typedef struct form {
    stoa_operation operation;
    const char *kinds; /* kinds of the arguments; n: integer or float; u: integer, also uint64 */
} form;

static const form int_forms[] = {
    {STOA_ADD, "uu"},          {STOA_SUBTRACT, "uu"},    {STOA_MULTIPLY, "uu"},
    {STOA_FLOOR_DIVIDE, "uu"}, {STOA_REMAINDER, "uu"},   {STOA_POWER, "ii"},
    {STOA_NEGATE, "u"},        {STOA_ABS, "i"},          {STOA_BIT_AND, "ii"},
    {STOA_BIT_OR, "ii"},       {STOA_BIT_XOR, "ii"},     {STOA_INVERT, "i"},
    {STOA_SHIFT_LEFT, "ii"},   {STOA_SHIFT_RIGHT, "ii"}, {STOA_MINIMUM, "ui"},
    {STOA_MAXIMUM, "ii"},      {STOA_WHERE, "bii"},      {STOA_TO_INT8, "i"},
    {STOA_TO_INT32, "f"},      {STOA_TO_INT64, "f"},     {STOA_TO_UINT32, "i"},
    {STOA_TO_UINT8, "f"},      {STOA_ROW, ""},           {STOA_CLIP, "uii"},
    {STOA_ADD, "ib"},          {STOA_FLOOR, "i"},        {STOA_WHERE, "bii"},
};
static const form float_forms[] = {
    {STOA_ADD, "fn"},          {STOA_SUBTRACT, "nf"},  {STOA_MULTIPLY, "fn"},
    {STOA_DIVIDE, "uu"},       {STOA_DIVIDE, "fn"},    {STOA_SQRT, "n"},
    {STOA_FLOOR, "f"},         {STOA_CEIL, "f"},       {STOA_ROUND, "f"},
    {STOA_NEGATE, "f"},        {STOA_ABS, "f"},        {STOA_MINIMUM, "fn"},
    {STOA_MAXIMUM, "nf"},      {STOA_WHERE, "bfn"},    {STOA_TO_FLOAT32, "f"},
    {STOA_TO_FLOAT32, "u"},    {STOA_TO_FLOAT64, "u"}, {STOA_REMAINDER, "ff"},
    {STOA_FLOOR_DIVIDE, "fn"}, {STOA_EXP, "n"},        {STOA_POWER, "ff"},
    {STOA_CLIP, "fff"},        {STOA_WHERE, "bnf"},
};
static const form bool_forms[] = {
    {STOA_LESS, "uu"},      {STOA_LESS_EQUAL, "un"}, {STOA_EQUAL, "nu"},
    {STOA_NOT_EQUAL, "un"}, {STOA_GREATER, "nn"},    {STOA_GREATER_EQUAL, "fu"},
    {STOA_LESS, "nf"},      {STOA_EQUAL, "bb"},      {STOA_AND, "bb"},
    {STOA_OR, "bb"},        {STOA_NOT, "b"},         {STOA_BIT_AND, "bb"},
    {STOA_BIT_XOR, "bb"},   {STOA_INVERT, "b"},      {STOA_ISNAN, "n"},
    {STOA_ISFINITE, "f"},   {STOA_TO_BOOL, "n"},     {STOA_WHERE, "bbb"},
    {STOA_AND, "bb"},       {STOA_OR, "bb"},
};

const node *grow(tree *into, choices *from, char kind, unsigned depth)
{
    bool any = kind == 'u';
    if (kind == 'n')
        kind = choose(from, 2) == 0 ? 'i' : 'f';
    if (kind == 'u')
        kind = 'i';
    if (depth == 0 || into->count > 300 || choose(from, 5) == 0)
        return leaf(into, from, kind, any);
    if (into->count > 2 && choose(from, 8) == 0) { /* shares a node that exists */
        const node *before = &into->nodes[choose(from, into->count)];
        if (before->kind == kind && before->field == NULL)
            return before;
    }
    const form *chosen = kind == 'b'   ? &bool_forms[choose(from, COUNT(bool_forms))]
                         : kind == 'i' ? &int_forms[choose(from, COUNT(int_forms))]
                                       : &float_forms[choose(from, COUNT(float_forms))];
    node made = {.kind = kind, .operation = chosen->operation};
    for (; chosen->kinds[made.count] != 0; made.count++)
        made.arguments[made.count] = grow(into, from, chosen->kinds[made.count], depth - 1);
    into->nodes[into->count] = made;
    return &into->nodes[into->count++];
}

stoa_expression *build(const tree *of, const node *what)
{
    stoa_expression *made, *arguments[3] = {NULL, NULL, NULL};
    stoa_status status;
    for (unsigned i = 0; i < what->count; i++)
        arguments[i] = build(of, what->arguments[i]);
    if (what->operation != STOA_NO_OPERATION)
        status = stoa_expression_call(&made, what->operation, arguments, what->count, NULL);
    else if (what->field != NULL)
        status = stoa_expression_field(&made, what->field, NULL);
    else
        status = stoa_expression_constant(&made, what->constant, NULL);
    if (status != STOA_OK)
        abort();
    for (unsigned i = 0; i < what->count; i++)
        stoa_expression_free(arguments[i]);
    return made;
}

/* ---- meaning ---- */

static bool fits(wide value)
{
    return value >= INT64_MIN && value <= INT64_MAX;
}

static double number_of(const answer *value)
{
    if (value->kind == 'f')
        return value->number;
    return value->integer > INT64_MAX ? (double)(uint64_t)value->integer
                                      : (double)(int64_t)value->integer;
}

static double kernel(stoa__code code, double a, double b)
{
    double out;
    stoa__kernels_baseline.run[code][STOA__VV](&out, &a, &b, NULL, 1);
    return out;
}

static bool leaf_value(const node *what, const stoa_table *table, size_t row, answer *out)
{
    stoa_value value = what->constant;
    size_t field;
    if (what->field != NULL) {
        stoa_row at = {(stoa_table *)(uintptr_t)table, row};
        if (stoa_table_find_field(table, what->field, &field, NULL) != STOA_OK ||
            stoa_row_get(at, field, &value, NULL) != STOA_OK)
            abort();
    }
    out->kind = what->kind;
    if (what->kind == 'f')
        out->number = value.float64;
    else if (what->kind == 'b')
        out->integer = value.boolean;
    else
        out->integer = what->field != NULL &&
                               (*what->field == 'u' || *what->field == 'v' || *what->field == 'y')
                           ? (wide)value.uint64
                           : value.int64;
    return true;
}

static wide floor_divide(wide a, wide b)
{
    wide quotient = a / b;
    return a % b != 0 && (a % b < 0) != (b < 0) ? quotient - 1 : quotient;
}

static bool power(wide base, wide exponent, wide *out)
{
    wide made = 1;
    if (exponent < 0)
        return false;
    if (base == 0 || base == 1 || base == -1) {
        *out = exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base;
        return true;
    }
    for (wide i = 0; i < exponent; i++) {
        made *= base;
        if (!fits(made))
            return false;
    }
    *out = made;
    return true;
}

static bool shifted(wide a, wide count, bool left, wide *out)
{
    if (count < 0)
        return false;
    if (!left) {
        *out = count > 63 ? (a < 0 ? -1 : 0) : a >> count;
        return true;
    }
    if (a == 0 || count > 63) {
        *out = 0;
        return a == 0;
    }
    *out = a * ((wide)1 << count);
    return fits(*out);
}

static bool integer_operation(stoa_operation operation, wide a, wide b, wide *out)
{
    switch (operation) {
    case STOA_ADD:
        *out = a + b;
        break;
    case STOA_SUBTRACT:
        *out = a - b;
        break;
    case STOA_MULTIPLY:
        *out = a * b;
        break;
    case STOA_NEGATE:
        *out = -a;
        break;
    case STOA_ABS:
        *out = a < 0 ? -a : a;
        break;
    case STOA_FLOOR_DIVIDE:
        if (b == 0)
            return false;
        *out = floor_divide(a, b);
        break;
    case STOA_REMAINDER:
        if (b == 0)
            return false;
        *out = a - b * floor_divide(a, b);
        break;
    case STOA_POWER:
        return power(a, b, out);
    case STOA_SHIFT_LEFT:
    case STOA_SHIFT_RIGHT:
        return shifted(a, b, operation == STOA_SHIFT_LEFT, out);
    case STOA_BIT_AND:
        *out = a & b;
        break;
    case STOA_BIT_OR:
        *out = a | b;
        break;
    case STOA_BIT_XOR:
        *out = a ^ b;
        break;
    case STOA_INVERT:
        *out = -a - 1;
        break;
    case STOA_MINIMUM:
        *out = a < b ? a : b;
        break;
    case STOA_MAXIMUM:
        *out = a > b ? a : b;
        break;
    default:
        *out = a;
    }
    return fits(*out);
}

static double float_operation(const node *what, double a, double b)
{
    switch (what->operation) {
    case STOA_ADD:
        return a + b;
    case STOA_SUBTRACT:
        return a - b;
    case STOA_MULTIPLY:
        return a * b;
    case STOA_DIVIDE:
        return a / b;
    case STOA_NEGATE:
        return -a;
    case STOA_ABS:
        return fabs(a);
    case STOA_SQRT:
        return sqrt(a);
    case STOA_FLOOR:
        return floor(a);
    case STOA_CEIL:
        return ceil(a);
    case STOA_ROUND:
        return rint(a);
    case STOA_MINIMUM:
        return kernel(STOA__MIN_FLOAT64, a, b);
    case STOA_MAXIMUM:
        return kernel(STOA__MAX_FLOAT64, a, b);
    case STOA_REMAINDER:
        return kernel(STOA__REM_FLOAT64, a, b);
    case STOA_FLOOR_DIVIDE:
        return kernel(STOA__FLOOR_DIV_FLOAT64, a, b);
    case STOA_EXP:
        return kernel(STOA__EXP, a, 0);
    case STOA_POWER:
        return kernel(STOA__POW_FLOAT64, a, b);
    default:
        return a;
    }
}

/* Compares an integer with a float that is not NaN: exactly, and without a wider float, which
 * valgrind lacks. */
static int order_with_float(wide a, double b)
{
    if (b >= 0x1p70 || b <= -0x1p70)
        return b > 0 ? -1 : 1;
    wide whole = (wide)trunc(b);
    if (a != whole)
        return a < whole ? -1 : 1;
    double rest = b - trunc(b);
    return rest > 0 ? -1 : rest < 0;
}

/* -1, 0 or 1; 2 if one is a NaN. */
static int order_of(const answer *a, const answer *b)
{
    if (oracle_is_nan(a) || oracle_is_nan(b))
        return 2;
    if (a->kind == 'f' && b->kind == 'f')
        return a->number < b->number ? -1 : a->number > b->number;
    if (b->kind == 'f')
        return order_with_float(a->integer, b->number);
    if (a->kind == 'f')
        return -order_with_float(b->integer, a->number);
    return a->integer < b->integer ? -1 : a->integer > b->integer;
}

bool oracle_is_nan(const answer *a)
{
    return a->kind == 'f' && isnan(a->number);
}

bool oracle_below(const answer *a, const answer *b)
{
    if (a->kind != 'f')
        return a->integer < b->integer;
    if (isnan(a->number) || isnan(b->number))
        return false;
    return a->number < b->number ||
           (a->number == b->number && signbit(a->number) && !signbit(b->number));
}

static bool comparison(stoa_operation operation, const answer *a, const answer *b)
{
    int order = order_of(a, b);
    switch (operation) {
    case STOA_LESS:
        return order == -1;
    case STOA_LESS_EQUAL:
        return order == -1 || order == 0;
    case STOA_EQUAL:
        return order == 0;
    case STOA_NOT_EQUAL:
        return order != 0;
    case STOA_GREATER:
        return order == 1;
    default:
        return order == 0 || order == 1;
    }
}

static bool cast(stoa_operation operation, const answer *a, answer *out)
{
    static const wide bounds[][2] = {
        {INT8_MIN, INT8_MAX},   {INT16_MIN, INT16_MAX}, {INT32_MIN, INT32_MAX},
        {INT64_MIN, INT64_MAX}, {0, UINT8_MAX},         {0, UINT16_MAX},
        {0, UINT32_MAX},
    };
    const wide *bound = bounds[operation - STOA_TO_INT8];
    if (a->kind == 'f' && (!isfinite(a->number) || fabs(a->number) > 1e25))
        return false;
    out->integer = a->kind == 'f' ? (wide)trunc(a->number) : a->integer;
    return out->integer >= bound[0] && out->integer <= bound[1];
}

/* where, and, or: only the branch that is taken is evaluated. */
static bool lazy(const tree *of, const node *what, const stoa_table *table, size_t row, answer *out)
{
    if (!oracle(of, what->arguments[0], table, row, out))
        return false;
    bool first = out->integer != 0;
    if (what->operation == STOA_WHERE)
        return oracle(of, what->arguments[first ? 1 : 2], table, row, out);
    if ((what->operation == STOA_AND || what->operation == STOA_BIT_AND) == first)
        return oracle(of, what->arguments[1], table, row, out);
    return true;
}

static void clip(answer *out, const answer *arguments)
{
    *out = comparison(STOA_LESS, &arguments[0], &arguments[1]) ? arguments[1] : arguments[0];
    if (comparison(STOA_GREATER, out, &arguments[2]))
        *out = arguments[2];
}

static bool truth(const node *what, const answer *a, answer *out)
{
    switch (what->operation) {
    case STOA_NOT:
    case STOA_INVERT:
        out->integer = a[0].integer == 0;
        return true;
    case STOA_BIT_XOR:
        out->integer = a[0].integer != a[1].integer;
        return true;
    case STOA_ISNAN:
        out->integer = a[0].kind == 'f' && isnan(a[0].number);
        return true;
    case STOA_ISFINITE:
        out->integer = a[0].kind != 'f' || isfinite(a[0].number);
        return true;
    case STOA_TO_BOOL:
        out->integer = a[0].kind == 'f' ? a[0].number != 0.0 : a[0].integer != 0;
        return true;
    default:
        out->integer = comparison(what->operation, &a[0], &a[1]);
        return true;
    }
}

bool oracle(const tree *of, const node *what, const stoa_table *table, size_t row, answer *out)
{
    answer a[3];
    if (what->operation == STOA_NO_OPERATION)
        return leaf_value(what, table, row, out);
    bool logical =
        what->kind == 'b' && (what->operation == STOA_AND || what->operation == STOA_OR ||
                              what->operation == STOA_BIT_AND);
    if (what->operation == STOA_WHERE || logical) {
        if (!lazy(of, what, table, row, out))
            return false;
        if (what->kind == 'f')
            out->number = number_of(out);
        out->kind = what->kind;
        return true;
    }
    for (unsigned i = 0; i < what->count; i++)
        if (!oracle(of, what->arguments[i], table, row, &a[i]))
            return false;
    out->kind = what->kind;
    if (what->operation == STOA_CLIP) {
        clip(out, a);
        return true;
    }
    if (what->kind == 'b')
        return truth(what, a, out);
    if (what->operation == STOA_ROW) {
        out->integer = (wide)row;
        return true;
    }
    if (what->operation >= STOA_TO_INT8 && what->operation <= STOA_TO_UINT32)
        return cast(what->operation, &a[0], out);
    if (what->operation == STOA_TO_FLOAT32) {
        out->number = a[0].kind == 'f' ? (float)a[0].number : (float)a[0].integer;
        return !(isinf(out->number) && (a[0].kind != 'f' || isfinite(a[0].number)));
    }
    if (what->kind == 'f') {
        out->number =
            float_operation(what, number_of(&a[0]), what->count > 1 ? number_of(&a[1]) : 0);
        return true;
    }
    bool exact = what->operation == STOA_MINIMUM || what->operation == STOA_MAXIMUM;
    if (!exact && (!fits(a[0].integer) || (what->count > 1 && !fits(a[1].integer))))
        return false; /* uint64 is taken as int64 here */
    return integer_operation(what->operation, a[0].integer, what->count > 1 ? a[1].integer : 0,
                             &out->integer);
}
