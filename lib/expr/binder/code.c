/* code.c: the lists of values and of aggregates, each of them there once (hash-consing).
 *
 * Values with the same hash are chained, newest first. Invariant: an operand has a lower number
 * than what is made of it. */
#include "expr/binder/code.h"

#include <string.h>

#include "base/memory.h"

#define NO_RANGE ((stoa__range){0, 0})

stoa__range stoa__range_of(stoa_type type)
{
    switch (type) {
    case STOA_BOOL:
        return (stoa__range){0, 1};
    case STOA_INT8:
        return (stoa__range){INT8_MIN, INT8_MAX};
    case STOA_INT16:
        return (stoa__range){INT16_MIN, INT16_MAX};
    case STOA_INT32:
        return (stoa__range){INT32_MIN, INT32_MAX};
    case STOA_INT64:
        return (stoa__range){INT64_MIN, INT64_MAX};
    case STOA_UINT8:
        return (stoa__range){0, UINT8_MAX};
    case STOA_UINT16:
        return (stoa__range){0, UINT16_MAX};
    case STOA_UINT32:
        return (stoa__range){0, UINT32_MAX};
    case STOA_UINT64:
        return (stoa__range){0, UINT64_MAX};
    default:
        return NO_RANGE;
    }
}

/* ---- the list of values ---- */

static bool grow(stoa__code_block *code)
{
    stoa__id room = code->room == 0 ? 32 : code->room * 2;
    if (code->count < code->room)
        return true;
    stoa__value *values = stoa__reallocate(code->values, room * sizeof *values);
    if (values == NULL)
        return false;
    code->values = values;
    stoa__id *buckets = stoa__reallocate(code->buckets, room * sizeof *buckets);
    if (buckets == NULL)
        return false;
    code->buckets = buckets;
    code->room = room;
    code->bucket_mask = room - 1;
    memset(buckets, 0, room * sizeof *buckets);
    if (code->count == 0) {
        memset(values, 0, STOA__FIRST_VALUE * sizeof *values);
        code->count = STOA__FIRST_VALUE;
    }
    values[STOA__FIRST_ID].form = STOA_INT64;
    values[STOA__FIRST_ID].uniform = true;
    return true;
}

static uint32_t bucket_of(const stoa__code_block *code, const stoa__value *value)
{
    uint64_t key = ((uint64_t)value->kind << 56) ^ ((uint64_t)value->form << 48) ^
                   ((uint64_t)value->code << 32) ^ value->a;
    key = (key ^ ((uint64_t)value->b << 32 | value->c) * 0x9E3779B97F4A7C15u ^
           value->bits[0] * 0xC2B2AE3D27D4EB4Fu ^ value->bits[1] * 0x165667B19E3779F9u) *
          0x9E3779B97F4A7C15u;
    return (uint32_t)(key >> 32) & code->bucket_mask;
}

static bool equal(const stoa__value *a, const stoa__value *b)
{
    return a->kind == b->kind && a->form == b->form && a->code == b->code && a->a == b->a &&
           a->b == b->b && a->c == b->c && a->shape == b->shape && a->bits[0] == b->bits[0] &&
           a->bits[1] == b->bits[1];
}

bool stoa__code_begin(stoa__code_block *code)
{
    return grow(code);
}

static void rehash(stoa__code_block *code)
{
    for (stoa__id id = STOA__FIRST_VALUE; id < code->count; id++) {
        uint32_t bucket = bucket_of(code, &code->values[id]);
        code->values[id].next = code->buckets[bucket];
        code->buckets[bucket] = id;
    }
}

/* The equal value that there is, or NOTHING. */
static stoa__id find(const stoa__code_block *code, const stoa__value *value)
{
    stoa__id id = code->buckets[bucket_of(code, value)];
    while (id != 0 && !equal(&code->values[id], value))
        id = code->values[id].next;
    return id;
}

stoa__id stoa__intern(stoa__code_block *code, const stoa__value *value)
{
    if (code->refused)
        return STOA__NOTHING_ID;
    stoa__id before = code->room;
    if (!grow(code)) {
        code->refused = true;
        return STOA__NOTHING_ID;
    }
    if (code->room != before)
        rehash(code);
    stoa__id id = find(code, value);
    if (id != 0)
        return id;
    uint32_t bucket = bucket_of(code, value);
    id = code->count++;
    code->values[id] = *value;
    code->values[id].next = code->buckets[bucket];
    code->buckets[bucket] = id;
    return id;
}

/* ---- aggregates ---- */

static stoa__value aggregate_of(const stoa__code_block *code, const stoa__sink *sink)
{
    stoa__value value = {.kind = STOA__AGGREGATE_VALUE,
                         .form = sink->form,
                         .uniform = true,
                         .depth = (uint16_t)(sink->depth + 1),
                         .a = sink->a,
                         .b = sink->b,
                         .c = sink->mask,
                         .sink = code->sink_count,
                         .range = stoa__range_of((stoa_type)sink->form)};
    value.bits[0] = (uint64_t)sink->reduction << 32 | sink->operation;
    value.bits[1] = sink->ddof;
    return value;
}

static bool room_for_sink(stoa__code_block *code)
{
    if (code->sink_count < code->sink_room)
        return true;
    uint32_t room = code->sink_room == 0 ? 4 : code->sink_room * 2;
    stoa__sink *sinks = stoa__reallocate(code->sinks, room * sizeof *sinks);
    if (sinks == NULL)
        return false;
    code->sinks = sinks;
    code->sink_room = room;
    return true;
}

stoa__id stoa__emit_aggregate(stoa__code_block *code, const stoa__sink *sink)
{
    code->refused = code->refused || !room_for_sink(code);
    stoa__value value = aggregate_of(code, sink);
    stoa__id id = stoa__intern(code, &value);
    if (!code->refused && code->values[id].sink == code->sink_count)
        code->sinks[code->sink_count++] = *sink;
    return id;
}

stoa__id stoa__find_aggregate(const stoa__code_block *code, const stoa__sink *sink)
{
    stoa__value value = aggregate_of(code, sink);
    return find(code, &value);
}

void stoa__code_dispose(stoa__code_block *code)
{
    stoa__release(code->values);
    stoa__release(code->buckets);
    stoa__release(code->sinks);
    stoa__release(code->arrays);
    stoa__release(code->results);
    *code = (stoa__code_block){0};
}
