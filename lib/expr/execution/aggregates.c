/* aggregates.c: which aggregates a pass computes, and by which reductions.
 *
 * The min and the max of the same values are found by one call: the max comes right after the min
 * in the list, and its own call is none. */
#include "expr/execution/plan.h"

/* From a MIN reduction to the MAX of the same form. */
enum { MAX_AFTER_MIN = STOA__MAX_INT32_REDUCTION - STOA__MIN_INT32_REDUCTION };

/* Both ends of a value's range, in one call. */
static stoa__reduction both_ends(stoa__reduction min)
{
    switch (min) {
    case STOA__MIN_INT32_REDUCTION:
        return STOA__EXTREMES_INT32_REDUCTION;
    case STOA__MIN_INT64_REDUCTION:
        return STOA__EXTREMES_INT64_REDUCTION;
    case STOA__MIN_UINT64_REDUCTION:
        return STOA__EXTREMES_UINT64_REDUCTION;
    default:
        return STOA__EXTREMES_FLOAT64_REDUCTION;
    }
}

/* The aggregate of the other end of the range that a MIN or MAX is of, or the count of aggregates.
 */
static uint32_t other_end(const stoa__code_block *code, const stoa__aggregate *one)
{
    stoa__aggregate other = *one;
    if (one->operation != STOA_MIN && one->operation != STOA_MAX)
        return code->aggregate_count;
    bool is_min = one->operation == STOA_MIN;
    other.operation = is_min ? STOA_MAX : STOA_MIN;
    other.reduction =
        (stoa__reduction)(is_min ? one->reduction + MAX_AFTER_MIN : one->reduction - MAX_AFTER_MIN);
    stoa__id id = stoa__find_aggregate(code, &other);
    if (id == 0 || code->aggregates[code->terms[id].aggregate].depth != one->depth)
        return code->aggregate_count; /* not there, or nobody asks for it */
    return code->terms[id].aggregate;
}

static void list_aggregate(stoa__pass *pass, uint32_t aggregate, stoa__reduction call)
{
    pass->aggregates[pass->aggregate_count] = aggregate;
    pass->calls[pass->aggregate_count++] = call;
}

void stoa__list_aggregates(stoa__pass *pass, const stoa__code_block *code, unsigned depth)
{
    for (uint32_t i = 0; i < code->aggregate_count; i++) {
        const stoa__aggregate *aggregate = &code->aggregates[i];
        if (aggregate->depth != depth)
            continue;
        uint32_t other = other_end(code, aggregate);
        if (other == code->aggregate_count)
            list_aggregate(pass, i, aggregate->reduction);
        else if (aggregate->operation == STOA_MIN) {
            list_aggregate(pass, i, both_ends(aggregate->reduction));
            list_aggregate(pass, other, STOA__DONE);
        }
    }
}
