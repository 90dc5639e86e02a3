/* times.c: what each operation means for dates, timestamps and durations, in kernels on integers.
 *
 * Times of two units meet in the finer one, by a product that is checked where the ranges do not
 * rule out that it overflows. Timestamps with a zone are counts of UTC: parts and trunc go by way
 * of what clocks show. Anything that has no rule here is refused. */
#include "expr/binder/times.h"

#include <stdio.h>

#include "expr/binder/calendar.h"
#include "expr/binder/null.h"
#include "expr/strings/text.h"

#define RULE_FAIL(node, error, ...) stoa__expression_fail(error, STOA_WRONG_TYPE, node, __VA_ARGS__)

/* ---- what there is ---- */

static bool is_time(const stoa__typed *typed)
{
    return stoa__is_time(typed->type);
}

static stoa__time time_of(const stoa__typed *typed)
{
    return (stoa__time){(uint8_t)typed->type, typed->unit, typed->zone};
}

/* ---- faults ---- */

enum { OPERAND_TEXT = STOA__TYPE_TEXT + 80 };

/* "field 'day' (date)", "timestamp[us]" */
static const char *operand_text(const stoa_expression *node, const stoa__typed *typed,
                                char text[OPERAND_TEXT])
{
    char type[STOA__TYPE_TEXT];
    const char *what =
        typed->length > 0 ? "a vector" : stoa__type_text(typed->type, time_of(typed), type);
    if (node->kind == STOA__FIELD_NODE)
        snprintf(text, OPERAND_TEXT, "field '%.60s' (%s)", node->name, what);
    else
        snprintf(text, OPERAND_TEXT, "%s", what);
    return text;
}

/* The operation has no meaning for these; `hint` says what could be meant. */
static stoa_status refuse(const stoa_expression *node, const stoa__typed *arguments,
                          const char *hint, stoa_error *error)
{
    char first[OPERAND_TEXT], second[OPERAND_TEXT];
    const char *text = stoa_operation_text((stoa_operation)node->operation);
    operand_text(node->arguments[0], &arguments[0], first);
    if (node->count == 1)
        return RULE_FAIL(node, error, "%s has no meaning for %s%s%s", text, first,
                         *hint == '\0' ? "" : ": ", hint);
    operand_text(node->arguments[1], &arguments[1], second);
    return RULE_FAIL(node, error, "%s has no meaning for %s and %s%s%s", text, first, second,
                     *hint == '\0' ? "" : ": ", hint);
}

/* Why two operands of which one is a time cannot stand side by side. */
static const char *hint_beside(const stoa__typed *a, const stoa__typed *b)
{
    if (a->type == STOA_TIMESTAMP && b->type == STOA_TIMESTAMP)
        return "one belongs to a zone, the other to none";
    if ((a->type == STOA_DATE && b->type == STOA_TIMESTAMP) ||
        (a->type == STOA_TIMESTAMP && b->type == STOA_DATE))
        return "take the date of the timestamp, as date(t)";
    const stoa__typed *time = is_time(a) ? a : b, *other = is_time(a) ? b : a;
    if (other->type == STOA_STRING)
        return time->type == STOA_DATE        ? "a date is written date'2013-01-01'"
               : time->type == STOA_TIMESTAMP ? "a timestamp is written timestamp'2013-01-01T05:00'"
                                              : "a duration is written duration'90s'";
    if (!is_time(other))
        return time->type == STOA_DURATION ? "a duration is written duration'90s'"
                                           : "int64(...) gives the count; a duration is written "
                                             "duration'90s'";
    return "";
}

/* ---- units ---- */

static stoa__id count_of(stoa__code_block *code, stoa__id id)
{
    return stoa__emit_as(code, id, STOA_INT64);
}

static stoa__id product(stoa__code_block *code, stoa__id id, int64_t factor)
{
    if (factor == 1)
        return id;
    return stoa__integer_arithmetic(code, STOA_MULTIPLY, id, stoa__emit_integer(code, factor));
}

/* The same time in another unit; a rest fails. */
static stoa__id rescaled(stoa__code_block *code, stoa__id id, unsigned from, unsigned to)
{
    int64_t a = stoa__per_second(from), b = stoa__per_second(to);
    if (b >= a)
        return b == a ? id : product(code, count_of(code, id), b / a);
    stoa__range range = range_of(code, id), made = {range.low / (a / b), range.high / (a / b)};
    stoa__id divisor = stoa__emit_constant(code, STOA_INT64, (uint64_t)(a / b));
    return stoa__emit(code, STOA__EXACT_DIV, count_of(code, id), divisor, true, made);
}

/* Two times in the finer of their units; dates have none. */
static void meet(stoa__code_block *code, stoa__typed *a, stoa__typed *b)
{
    stoa__typed *coarse = a->unit < b->unit ? a : b;
    const stoa__typed *fine = a->unit < b->unit ? b : a;
    if (a->unit == b->unit || a->type == STOA_DATE || b->type == STOA_DATE)
        return;
    coarse->id = rescaled(code, coarse->id, coarse->unit, fine->unit);
    coarse->unit = fine->unit;
}

static bool same_kind(const stoa__typed *a, const stoa__typed *b)
{
    return a->type == b->type && (a->zone != NULL) == (b->zone != NULL);
}

static stoa__typed typed_as(stoa__id id, const stoa__typed *like)
{
    stoa__typed made = *like;
    made.id = id;
    return made;
}

static stoa__typed duration_in(stoa__id id, unsigned unit)
{
    return (stoa__typed){.id = id, .type = STOA_DURATION, .unit = (uint8_t)unit};
}

/* ---- arithmetic ---- */

static stoa__id integers(stoa__code_block *code, stoa_operation operation, const stoa__typed *a,
                         const stoa__typed *b)
{
    return stoa__integer_arithmetic(code, operation, a->id, b->id);
}

static bool is_integer(const stoa__code_block *code, const stoa__typed *typed)
{
    return typed->length == 0 && typed->type >= STOA_BOOL && typed->type <= STOA_UINT64 &&
           form_of(code, typed->id) != STOA_FLOAT64;
}

/* A date and a duration: of whole days, which a literal is known to be or not. */
static stoa_status shift_date(stoa__code_block *code, const stoa_expression *node, stoa__typed *a,
                              stoa__typed *b, stoa__typed *made, stoa_error *error)
{
    const stoa__typed *date = a->type == STOA_DATE ? a : b;
    stoa__typed *by = a->type == STOA_DATE ? b : a;
    int64_t day = STOA__DAY_SECONDS * stoa__per_second(by->unit);
    bool constant = stoa__is_constant(code, by->id), null = stoa__is_literal_null(code, by->id);
    if (!null && (!constant || range_of(code, by->id).low % day != 0))
        return RULE_FAIL(node, error,
                         "a date takes durations of whole days, as literals: write "
                         "duration'7d', or make a timestamp of it: timestamp(day, 'us')");
    if (!null)
        by->id = stoa__emit_integer(code, (int64_t)(range_of(code, by->id).low / day));
    *made = typed_as(integers(code, (stoa_operation)node->operation, a, b), date);
    return STOA_OK;
}

static stoa_status add(stoa__code_block *code, const stoa_expression *node, stoa__typed *a,
                       stoa__typed *b, stoa__typed *made, stoa_error *error)
{
    bool minus = node->operation == STOA_SUBTRACT;
    if (b->type == STOA_DURATION && a->type == STOA_DATE)
        return shift_date(code, node, a, b, made, error);
    if (!minus && a->type == STOA_DURATION && b->type == STOA_DATE)
        return shift_date(code, node, a, b, made, error);
    if (minus && a->type == STOA_DATE && b->type == STOA_DATE) {
        stoa__id days = integers(code, STOA_SUBTRACT, a, b);
        *made = duration_in(product(code, days, STOA__DAY_SECONDS), STOA_SECOND);
        return STOA_OK;
    }
    bool ends = minus && same_kind(a, b) && a->type == STOA_TIMESTAMP;
    bool moves = is_time(a) && is_time(b) &&
                 (b->type == STOA_DURATION || (!minus && a->type == STOA_DURATION));
    if (!ends && !moves) {
        bool sum = !minus && is_time(a) && same_kind(a, b);
        return refuse(node, (stoa__typed[]){*a, *b},
                      sum ? "moments are not added; their difference is a duration"
                          : hint_beside(a, b),
                      error);
    }
    meet(code, a, b);
    stoa__id id = integers(code, (stoa_operation)node->operation, a, b);
    if (ends)
        *made = duration_in(id, a->unit);
    else
        *made = typed_as(id, a->type == STOA_DURATION && b->type != STOA_DURATION ? b : a);
    return STOA_OK;
}

static stoa_status multiply(stoa__code_block *code, const stoa_expression *node, stoa__typed *a,
                            stoa__typed *b, stoa__typed *made, stoa_error *error)
{
    const stoa__typed *time = a->type == STOA_DURATION ? a : b;
    const stoa__typed *factor = a->type == STOA_DURATION ? b : a;
    if (time->type != STOA_DURATION || !is_integer(code, factor))
        return refuse(node, (stoa__typed[]){*a, *b},
                      "durations are multiplied by integers, as d * int64(x)", error);
    *made = duration_in(integers(code, STOA_MULTIPLY, a, b), time->unit);
    return STOA_OK;
}

static stoa_status divide(stoa__code_block *code, const stoa_expression *node, stoa__typed *a,
                          stoa__typed *b, stoa__typed *made, stoa_error *error)
{
    stoa_operation operation = (stoa_operation)node->operation;
    bool both = a->type == STOA_DURATION && b->type == STOA_DURATION;
    bool by_number =
        operation == STOA_FLOOR_DIVIDE && a->type == STOA_DURATION && is_integer(code, b);
    if (!both && !by_number)
        return refuse(node, (stoa__typed[]){*a, *b},
                      operation == STOA_DIVIDE && a->type == STOA_DURATION
                          ? "// divides a duration by an integer, / by a duration"
                          : "a duration is divided by a duration, or by an integer with //",
                      error);
    if (both)
        meet(code, a, b);
    stoa__id id = stoa__emit_arithmetic(code, operation, a->id, b->id);
    if (by_number || operation == STOA_REMAINDER)
        *made = duration_in(id, a->unit);
    else
        *made =
            (stoa__typed){.id = id, .type = operation == STOA_DIVIDE ? STOA_FLOAT64 : STOA_INT64};
    return STOA_OK;
}

/* ---- values of one kind ---- */

/* A literal or a parameter says a moment, and no zone. */
static bool takes_any_zone(const stoa__code_block *code, const stoa__typed *typed)
{
    unsigned kind = code->terms[typed->id].kind;
    return kind == STOA__CONSTANT_TERM || kind == STOA__PARAMETER_TERM;
}

/* The zone of the first that has one of its own. */
static const stoa__zone *common_zone(const stoa__code_block *code, const stoa__typed *arguments,
                                     uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < count; i++)
        if (!takes_any_zone(code, &arguments[i]))
            return arguments[i].zone;
    return arguments[first].zone;
}

/* Brings arguments from `first` on to one unit. All must be of the same kind. */
static stoa_status unify(stoa__code_block *code, const stoa_expression *node,
                         stoa__typed *arguments, uint32_t first, bool same_zone, stoa_error *error)
{
    for (uint32_t i = first + 1; i < node->count; i++) {
        const stoa__typed *a = &arguments[first], *b = &arguments[i];
        char left[OPERAND_TEXT], right[OPERAND_TEXT];
        operand_text(node->arguments[first], a, left);
        operand_text(node->arguments[i], b, right);
        const char *text = stoa_operation_text((stoa_operation)node->operation);
        if (!same_kind(a, b)) {
            const char *hint = hint_beside(a, b);
            return RULE_FAIL(node, error, "%s has no meaning for %s and %s%s%s", text, left, right,
                             *hint == '\0' ? "" : ": ", hint);
        }
        if (same_zone && a->zone != b->zone && !takes_any_zone(code, a) && !takes_any_zone(code, b))
            return RULE_FAIL(node, error, "%s takes timestamps of one zone, not %s and %s", text,
                             left, right);
    }
    for (int round = 0; round < 2; round++) /* the first ends up in the finest, then the others */
        for (uint32_t i = first + 1; i < node->count; i++)
            meet(code, &arguments[first], &arguments[i]);
    return STOA_OK;
}

static stoa_status compare(stoa__code_block *code, const stoa_expression *node,
                           stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    stoa_status status = unify(code, node, arguments, 0, false, error);
    if (status != STOA_OK)
        return status;
    made->type = STOA_BOOL;
    made->id = stoa__emit_call(code, node, arguments);
    return STOA_OK;
}

static stoa_status choose(stoa__code_block *code, const stoa_expression *node,
                          stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    uint32_t first = node->operation == STOA_WHERE;
    if (first == 1 && arguments[0].type != STOA_BOOL)
        return refuse(node, arguments, "where takes a condition first", error);
    const stoa__zone *zone = common_zone(code, arguments, first, node->count);
    stoa_status status = unify(code, node, arguments, first, true, error);
    if (status != STOA_OK)
        return status;
    *made = typed_as(stoa__emit_call(code, node, arguments), &arguments[first]);
    made->zone = zone;
    return STOA_OK;
}

static stoa_status single(stoa__code_block *code, const stoa_expression *node,
                          stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    stoa_operation operation = (stoa_operation)node->operation;
    bool any = operation == STOA_CUMMIN || operation == STOA_CUMMAX;
    if (arguments[0].type != STOA_DURATION && !any)
        return refuse(node, arguments, "", error);
    *made = typed_as(stoa__emit_call(code, node, arguments), &arguments[0]);
    return STOA_OK;
}

static stoa_status to_number(stoa__code_block *code, const stoa_expression *node,
                             stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    stoa_type type = stoa__cast_type((stoa_operation)node->operation);
    if (type == STOA_BOOL || type == STOA_FLOAT32 || type == STOA_FLOAT64)
        return refuse(node, arguments,
                      arguments[0].type == STOA_DURATION ? "divide by a duration: d / duration'1s'"
                                                         : "int64(...) gives the count",
                      error);
    *made = (stoa__typed){.id = stoa__emit_call(code, node, arguments), .type = type};
    return STOA_OK;
}

/* ---- casts to times ---- */

static stoa__id within(stoa__code_block *code, stoa__id id, stoa__time time)
{
    stoa__limits limits = stoa__time_limits(time.type, time.unit);
    return stoa__emit_within(code, id, (stoa__range){limits.low, limits.high});
}

/* The unit that a literal names; NO_UNIT, and the error is set. */
static unsigned unit_named(const stoa_expression *node, stoa_error *error)
{
    const stoa_expression *name = node->arguments[1];
    bool is_text = name->kind == STOA__CONSTANT_NODE && name->value.type == STOA_STRING;
    for (unsigned unit = STOA_SECOND; is_text && unit <= STOA_NANOSECOND; unit++)
        if (stoa__text_is(name->value.string, stoa__unit_name(unit)))
            return unit;
    (void)RULE_FAIL(name, error, "%s takes a unit here: 's', 'ms', 'us' or 'ns'",
                    stoa_operation_text((stoa_operation)node->operation));
    return STOA_NO_UNIT;
}

static stoa_status to_date(stoa__code_block *code, const stoa_expression *node,
                           stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    stoa__id id = arguments[0].id;
    if (arguments[0].type == STOA_DATE || arguments[0].type == STOA_TIMESTAMP)
        id = stoa__emit_days(code, &arguments[0]);
    else if (is_integer(code, &arguments[0]))
        id = within(code, count_of(code, id), (stoa__time){.type = STOA_DATE});
    else
        return refuse(node, arguments, "it takes a timestamp, or days since 1970-01-01", error);
    *made = (stoa__typed){.id = stoa__emit_as(code, id, STOA_INT32), .type = STOA_DATE};
    return STOA_OK;
}

static stoa_status to_time(stoa__code_block *code, const stoa_expression *node,
                           stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    stoa_type type = node->operation == STOA_TO_TIMESTAMP ? STOA_TIMESTAMP : STOA_DURATION;
    unsigned unit = unit_named(node, error);
    if (unit == STOA_NO_UNIT)
        return STOA_WRONG_TYPE;
    *made = (stoa__typed){.type = type, .unit = (uint8_t)unit, .zone = arguments[0].zone};
    if (arguments[0].type == type)
        made->id = rescaled(code, arguments[0].id, arguments[0].unit, unit);
    else if (arguments[0].type == STOA_DATE && type == STOA_TIMESTAMP)
        made->id = product(code, count_of(code, stoa__emit_days(code, &arguments[0])),
                           STOA__DAY_SECONDS * stoa__per_second(unit));
    else if (is_integer(code, &arguments[0]))
        made->id = within(code, count_of(code, arguments[0].id), time_of(made));
    else
        return RULE_FAIL(node, error, "%s takes no %s", stoa_operation_text(node->operation),
                         stoa_type_name(arguments[0].type));
    return STOA_OK;
}

/* ---- all of them ---- */

stoa_status stoa__bind_times(stoa__code_block *code, const stoa_expression *node,
                             stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    stoa_operation operation = (stoa_operation)node->operation;
    stoa__typed *a = &arguments[0], *b = &arguments[1];
    *made = (stoa__typed){0};
    if (operation >= STOA_YEAR && operation <= STOA_TRUNC)
        return stoa__bind_calendar(code, node, arguments, made, error);
    if (operation >= STOA_LESS && operation <= STOA_GREATER)
        return compare(code, node, arguments, made, error);
    if (stoa__cast_type(operation) != STOA_NO_TYPE)
        return to_number(code, node, arguments, made, error);
    switch (operation) {
    case STOA_ADD:
    case STOA_SUBTRACT:
        return add(code, node, a, b, made, error);
    case STOA_MULTIPLY:
        return multiply(code, node, a, b, made, error);
    case STOA_DIVIDE:
    case STOA_FLOOR_DIVIDE:
    case STOA_REMAINDER:
        return divide(code, node, a, b, made, error);
    case STOA_IN:
        return compare(code, node, arguments, made, error);
    case STOA_IS_NULL:
        *made = (stoa__typed){.id = stoa__emit_is_null(code, a->id), .type = STOA_BOOL};
        return STOA_OK;
    case STOA_MINIMUM:
    case STOA_MAXIMUM:
    case STOA_WHERE:
    case STOA_CLIP:
    case STOA_COALESCE:
    case STOA_FILL_NULL:
        return choose(code, node, arguments, made, error);
    case STOA_NEGATE:
    case STOA_PLUS:
    case STOA_ABS:
    case STOA_CUMSUM:
    case STOA_CUMMIN:
    case STOA_CUMMAX:
        return single(code, node, arguments, made, error);
    case STOA_TO_DATE:
        return to_date(code, node, arguments, made, error);
    case STOA_TO_TIMESTAMP:
    case STOA_TO_DURATION:
        return to_time(code, node, arguments, made, error);
    default:
        return refuse(node, arguments, "", error);
    }
}

/* ---- aggregates ---- */

stoa_status stoa__check_time_aggregate(const stoa_expression *node, const stoa__typed *argument,
                                       stoa_error *error)
{
    stoa_operation operation = (stoa_operation)node->operation;
    bool any = operation == STOA_COUNT || operation == STOA_MIN || operation == STOA_MAX ||
               operation == STOA_FIRST || operation == STOA_LAST || operation == STOA_ARGMIN ||
               operation == STOA_ARGMAX;
    bool of_durations = operation == STOA_SUM || operation == STOA_MEAN;
    if (any || (of_durations && argument->type == STOA_DURATION))
        return STOA_OK;
    char text[OPERAND_TEXT];
    operand_text(node->arguments[0], argument, text);
    return RULE_FAIL(node, error, "%s has no meaning for %s%s", stoa_operation_text(operation),
                     text,
                     argument->type == STOA_DURATION ? ": divide by a duration, as d / duration'1s'"
                     : operation == STOA_MEAN        ? ": write min(t) + mean(t - min(t))"
                                                     : "");
}

void stoa__type_time_aggregate(stoa__code_block *code, const stoa_expression *node,
                               const stoa__typed *argument, stoa__typed *made)
{
    stoa_operation operation = (stoa_operation)node->operation;
    stoa__id id = made->id;
    if (operation == STOA_COUNT || operation == STOA_ARGMIN || operation == STOA_ARGMAX)
        return;
    if (operation == STOA_MEAN) {
        id = stoa__emit(code, STOA__ROUND, id, 0, false, STOA__NO_RANGE);
        id = stoa__emit(code, STOA__INT64_FLOAT64, id, 0, true, stoa__range_of(STOA_INT64));
    }
    *made = typed_as(id, argument);
}

/* ---- storing ---- */

stoa_status stoa__bind_time_store(stoa__code_block *code, stoa__typed typed, stoa__time target,
                                  const char *name, stoa__id *made, stoa_error *error)
{
    char from[STOA__TYPE_TEXT], to[STOA__TYPE_TEXT];
    const char *hint = "";
    stoa__typed field = {.type = (stoa_type)target.type, .zone = target.zone};
    if (!same_kind(&typed, &field)) {
        if (is_time(&typed) && !stoa__is_time((stoa_type)target.type))
            hint = "; int64(...) gives the count";
        else if (typed.type == STOA_TIMESTAMP && target.type == STOA_DATE)
            hint = "; date(...) gives the date";
        return RULE_FAIL(
            code->origin, error, "a value of type %s does not go into %s%s%s of type %s%s",
            stoa__type_text(typed.type, time_of(&typed), from),
            name == NULL ? "an array" : "field '", name == NULL ? "" : name,
            name == NULL ? "" : "'", stoa__type_text((stoa_type)target.type, target, to), hint);
    }
    stoa__id id = stoa__emit_row(code, typed.id);
    if (typed.type == STOA_DATE)
        *made = within(code, stoa__emit_as(code, id, STOA_INT32), target);
    else
        *made = within(code, count_of(code, rescaled(code, id, typed.unit, target.unit)), target);
    return STOA_OK;
}
