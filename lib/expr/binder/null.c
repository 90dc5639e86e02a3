/* null.c: what a literal null is.
 *
 * A null (and a parameter that is one) has no type of its own: its typed value is of NO_TYPE. It is
 * given one where it is used: that of the values beside it or, where its operation takes values of
 * one kind alone, that kind. A choice among nulls is a null without a type again. As a term it is a
 * step without operands that a run knows to be null (STOA__NULL). */
#include "expr/binder/null.h"

#include "expr/binder/strings.h"
#include "expr/binder/times.h"

stoa__typed stoa__null_like(stoa__code_block *code, const stoa__typed *like)
{
    stoa__typed made = *like;
    bool is_float = like->type == STOA_FLOAT32 || like->type == STOA_FLOAT64;
    bool is_wide = like->type == STOA_TIMESTAMP || like->type == STOA_DURATION;
    stoa_type form = is_float                                               ? STOA_FLOAT64
                     : like->type == STOA_REFERENCE                         ? STOA_UINT64
                     : is_wide                                              ? STOA_INT64
                     : like->type == STOA_BOOL || like->type == STOA_STRING ? like->type
                                                                            : STOA_INT32;
    made.length = 0; /* beside a vector a number, which goes with each component */
    if (made.type == STOA_OBJECT)
        made.type = STOA_INT64;
    made.id = form == STOA_STRING && !stoa__begin_strings(code)
                  ? STOA__NOTHING_ID
                  : stoa__emit_null(code, form, STOA__TABLE_POOL);
    return made;
}

stoa__typed stoa__null_of(stoa__code_block *code, stoa_type type)
{
    return stoa__null_like(code, &(stoa__typed){.type = type});
}

static bool is_choice(stoa_operation operation)
{
    return operation == STOA_WHERE || operation == STOA_COALESCE || operation == STOA_FILL_NULL;
}

/* The first value from an argument on that has a type; NULL: all are nulls. */
static const stoa__typed *first_typed(const stoa_expression *node, const stoa__typed *arguments,
                                      uint32_t first)
{
    for (uint32_t i = first; i < node->count; i++)
        if (!stoa__is_untyped(&arguments[i]))
            return &arguments[i];
    return NULL;
}

/* Beside what stands with it: a moment and a duration are added, a duration is multiplied by a
 * number. */
static stoa__typed beside(stoa__code_block *code, stoa_operation operation, const stoa__typed *like)
{
    bool is_moment = like->type == STOA_DATE || like->type == STOA_TIMESTAMP;
    stoa__typed duration = {.type = STOA_DURATION, .unit = like->unit};
    if (duration.unit == STOA_NO_UNIT)
        duration.unit = STOA_SECOND;
    if (operation == STOA_ADD && is_moment)
        return stoa__null_like(code, &duration);
    if (operation == STOA_MULTIPLY && stoa__is_time(like->type))
        return stoa__null_of(code, STOA_INT64);
    return stoa__null_like(code, like);
}

/* What an operation takes as argument i, whatever stands beside it; NO_TYPE: that decides. */
static stoa_type taken(stoa_operation operation, uint32_t i)
{
    if ((operation == STOA_SLICE && i > 0) || operation == STOA_TO_TIMESTAMP ||
        operation == STOA_TO_DURATION)
        return STOA_INT64;
    if (stoa__is_string_operation(operation) || operation == STOA_COUNT_DISTINCT)
        return STOA_STRING;
    switch (operation) {
    case STOA_AND:
    case STOA_OR:
    case STOA_NOT:
    case STOA_ANY:
    case STOA_ALL:
        return STOA_BOOL;
    case STOA_WHERE:
        return i == 0 ? STOA_BOOL : STOA_NO_TYPE;
    default:
        return operation >= STOA_YEAR && operation <= STOA_TRUNC ? STOA_TIMESTAMP : STOA_NO_TYPE;
    }
}

bool stoa__type_nulls(stoa__code_block *code, const stoa_expression *node, stoa__typed *arguments)
{
    stoa_operation operation = (stoa_operation)node->operation;
    uint32_t first = operation == STOA_WHERE ? 1 : 0;
    const stoa__typed *like = first_typed(node, arguments, first);
    if (like == NULL && is_choice(operation))
        return false;
    for (uint32_t i = 0; i < node->count; i++) {
        stoa_type type = taken(operation, i);
        if (!stoa__is_untyped(&arguments[i]))
            continue;
        if (type == STOA_TIMESTAMP)
            arguments[i] = stoa__null_like(code, &(stoa__typed){.type = type, .unit = STOA_SECOND});
        else if (type == STOA_NO_TYPE && like != NULL)
            arguments[i] = beside(code, operation, like);
        else
            arguments[i] = stoa__null_of(code, type == STOA_NO_TYPE ? STOA_INT64 : type);
    }
    return true;
}
