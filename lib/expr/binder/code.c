/* code.c: the lists of terms and of aggregates, each of them there once (hash-consing).
 *
 * Terms with the same hash are chained, newest first. Invariant: an operand has a lower number
 * than what is made of it. */
#include "expr/binder/code.h"

#include <string.h>

#include "base/memory.h"
#include "store/schema.h"

enum { FIRST_ROOM = 32 }; /* terms; a power of two, as all later rooms are */

/* ---- the list of terms ---- */

static uint32_t bucket_of(const stoa__code_block *code, const stoa__term *term)
{
    uint64_t key = ((uint64_t)term->kind << 56) ^ ((uint64_t)term->form << 48) ^
                   ((uint64_t)term->code << 32) ^ term->a;
    key = (key ^ ((uint64_t)term->b << 32 | term->c) * 0x9E3779B97F4A7C15u ^
           term->bits[0] * 0xC2B2AE3D27D4EB4Fu ^ term->bits[1] * 0x165667B19E3779F9u) *
          0x9E3779B97F4A7C15u;
    return (uint32_t)(key >> 32) & code->bucket_mask;
}

static bool equal(const stoa__term *a, const stoa__term *b)
{
    return a->kind == b->kind && a->form == b->form && a->code == b->code && a->a == b->a &&
           a->b == b->b && a->c == b->c && a->shape == b->shape && a->strict == b->strict &&
           a->bits[0] == b->bits[0] && a->bits[1] == b->bits[1];
}

/* Chains anew, for as many terms as there is room for. */
static bool rehash(stoa__code_block *code)
{
    stoa__id *buckets = stoa__allocate_zeroed(code->room * sizeof *buckets);
    if (buckets == NULL)
        return false;
    stoa__release(code->buckets);
    code->buckets = buckets;
    code->bucket_mask = (uint32_t)code->room - 1;
    for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
        uint32_t bucket = bucket_of(code, &code->terms[id]);
        code->terms[id].next = buckets[bucket];
        buckets[bucket] = id;
    }
    return true;
}

static bool make_room(stoa__code_block *code, size_t terms)
{
    return terms <= code->room ||
           (stoa__make_room(&code->terms, &code->room, terms, sizeof *code->terms, NULL) &&
            rehash(code));
}

bool stoa__code_begin(stoa__code_block *code)
{
    if (!make_room(code, FIRST_ROOM))
        return false;
    memset(code->terms, 0, STOA__FIRST_TERM * sizeof *code->terms);
    code->terms[STOA__FIRST_ID].form = STOA_INT64;
    code->terms[STOA__FIRST_ID].uniform = true;
    code->count = STOA__FIRST_TERM;
    return true;
}

/* The equal term that there is, or NOTHING. */
static stoa__id find(const stoa__code_block *code, const stoa__term *term)
{
    stoa__id id = code->buckets[bucket_of(code, term)];
    while (id != 0 && !equal(&code->terms[id], term))
        id = code->terms[id].next;
    return id;
}

stoa__id stoa__intern(stoa__code_block *code, const stoa__term *term)
{
    code->refused = code->refused || !make_room(code, code->count + (size_t)1);
    if (code->refused)
        return STOA__NOTHING_ID;
    stoa__id id = find(code, term);
    if (id != 0)
        return id;
    uint32_t bucket = bucket_of(code, term);
    id = code->count++;
    code->terms[id] = *term;
    code->terms[id].next = code->buckets[bucket];
    code->buckets[bucket] = id;
    return id;
}

/* ---- aggregates ---- */

/* Of no rows. */
static bool may_be_null(stoa_operation operation)
{
    return operation != STOA_SUM && operation != STOA_DOT && operation != STOA_COUNT &&
           operation != STOA_COUNT_DISTINCT && operation != STOA_ANY && operation != STOA_ALL;
}

static stoa__term aggregate_of(const stoa__code_block *code, const stoa__aggregate *aggregate)
{
    stoa__term term = {.kind = STOA__AGGREGATE_TERM,
                       .form = aggregate->form,
                       .uniform = true,
                       .depth = (uint16_t)(aggregate->depth + 1),
                       .pool = code->terms[aggregate->a].pool,
                       .a = aggregate->a,
                       .b = aggregate->b,
                       .c = aggregate->mask,
                       .aggregate = code->aggregate_count,
                       .may_be_null = may_be_null((stoa_operation)aggregate->operation),
                       .range = stoa__range_of((stoa_type)aggregate->form)};
    term.bits[0] = (uint64_t)aggregate->reduction << 32 | aggregate->operation;
    term.bits[1] = aggregate->ddof;
    return term;
}

stoa__id stoa__emit_aggregate(stoa__code_block *code, const stoa__aggregate *aggregate)
{
    (void)stoa__has_room(code, &code->aggregates, &code->aggregate_room,
                         code->aggregate_count + (size_t)1, sizeof *aggregate);
    stoa__term term = aggregate_of(code, aggregate);
    stoa__id id = stoa__intern(code, &term);
    if (!code->refused && code->terms[id].aggregate == code->aggregate_count) {
        code->aggregates[code->aggregate_count] = *aggregate;
        code->aggregates[code->aggregate_count++].id = id;
    }
    return id;
}

stoa__id stoa__find_aggregate(const stoa__code_block *code, const stoa__aggregate *aggregate)
{
    stoa__term term = aggregate_of(code, aggregate);
    return find(code, &term);
}

static void release_paths(stoa__code_block *code)
{
    for (uint32_t i = 0; i < code->table_count; i++)
        if (code->tables[i].schema != NULL)
            stoa__schema_release(code->tables[i].schema);
    stoa__release(code->tables);
    stoa__release(code->ways);
    stoa__release(code->collected);
}

void stoa__code_dispose(stoa__code_block *code)
{
    stoa__release(code->terms);
    stoa__release(code->buckets);
    stoa__release(code->aggregates);
    stoa__release(code->arrays);
    stoa_string_pool_free(code->strings);
    stoa__release(code->results);
    stoa__release(code->measures);
    stoa__release(code->outputs);
    stoa__release(code->components);
    if (code->table_room > 0)
        release_paths(code);
    *code = (stoa__code_block){0};
}
