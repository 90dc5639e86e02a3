/* strings_memory.c: the memory of a string pool: one block, offsets first, the text behind them.
 *
 * A block begins small and plain. One that is outgrown is copied into the next, 8 times as large,
 * and kept, so that no address of a string ever becomes invalid, and other threads may read in it
 * still. What outgrows the largest plain
 * block gets reserved address space, which is committed in steps, and has no next block. So all
 * that was outgrown is at most 73 KiB. */
#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "store/strings.h"

#define SMALLEST_BLOCK ((size_t)1 << 10)
#define LEAST_STEP ((size_t)64 << 10)
#define MOST_OFFSETS ((size_t)UINT32_MAX + 1) /* of UINT32_MAX strings, and the end */

/* The parts of a block, in bytes. */
typedef struct parts {
    size_t offsets, text;
} parts;

static size_t max_count(const stoa__string_pool *pool)
{
    bool is_given = pool->asked_count > 0 && pool->asked_count < UINT32_MAX;
    return is_given ? pool->asked_count : UINT32_MAX;
}

/* ---- the next block ---- */

/* Each string but the empty one has a byte at least. */
static size_t asked_offsets(const stoa__string_pool *pool)
{
    size_t count = max_count(pool), bytes = pool->asked_bytes;
    return (bytes > 0 && bytes < count ? bytes + 1 : count) + 1;
}

/* A part for as much as was asked for; else a third for offsets, the rest for the text. */
static parts reserved_parts(const stoa__string_pool *pool, parts least)
{
    size_t share = stoa__reserve_share(3 * (least.offsets + least.text));
    size_t offsets = asked_offsets(pool) * sizeof(uint64_t);
    if (pool->asked_bytes == 0 && max_count(pool) == UINT32_MAX && offsets > share / 3)
        offsets = share / 3;
    size_t text = pool->asked_bytes > 0 ? pool->asked_bytes : share - share / 3;
    size_t most = PTRDIFF_MAX / 4;
    offsets = offsets > least.offsets ? offsets : least.offsets;
    text = text > least.text ? text : least.text;
    return (parts){stoa__round_up(offsets, STOA__PAGE),
                   stoa__round_up(text < most ? text : most, STOA__PAGE)};
}

static bool hold(parts room, parts least)
{
    return room.offsets >= least.offsets && room.text >= least.text;
}

/* The parts of a plain block of that many bytes, and no more than was asked for. */
static parts plain_parts(const stoa__string_pool *pool, size_t bytes)
{
    parts room = {bytes / 3 / sizeof(uint64_t) * sizeof(uint64_t), 0};
    room.text = bytes - room.offsets;
    if (asked_offsets(pool) < room.offsets / sizeof(uint64_t))
        room.offsets = asked_offsets(pool) * sizeof(uint64_t);
    if (pool->asked_bytes > 0 && pool->asked_bytes < room.text)
        room.text = pool->asked_bytes;
    return room;
}

/* Reserves `wanted`, or as much of both parts as the system grants. */
static bool reserve_block(stoa__region *block, parts *room, parts wanted, parts least)
{
    size_t bytes = wanted.offsets + wanted.text, halvings = 0;
    while (hold((parts){wanted.offsets >> (halvings + 1), wanted.text >> (halvings + 1)}, least))
        halvings++;
    if (!stoa__region_reserve(block, bytes, bytes >> halvings, 2))
        return false;
    size_t unit = stoa__region_is_large(block) ? STOA__HUGE_PAGE : STOA__PAGE;
    double granted = (double)block->bytes / (double)bytes;
    size_t offsets = stoa__round_up((size_t)((double)wanted.offsets * granted), unit);
    *room = (parts){offsets, block->bytes > offsets ? block->bytes - offsets : 0};
    if (hold(*room, least))
        return true;
    stoa__region_free(block);
    return false;
}

/* A block for `least`, and how it is divided. is_last: it has no next one. */
static bool new_block(const stoa__string_pool *pool, stoa__region *block, parts *room, parts least,
                      bool *is_last)
{
    size_t bytes = SMALLEST_BLOCK;
    if (pool->block.kind != STOA__NO_REGION)
        bytes = 8 * pool->block.bytes;
    for (; bytes <= STOA__PLAIN_LIMIT; bytes *= 8) {
        *room = plain_parts(pool, bytes);
        size_t needed = room->offsets + room->text;
        if (hold(*room, least))
            return stoa__region_reserve(block, needed, needed, 1);
    }
    *is_last = true;
    bool reserved = reserve_block(block, room, reserved_parts(pool, least), least);
    if (pool->asked_bytes > 0 && room->text > pool->asked_bytes)
        room->text = pool->asked_bytes;
    return reserved;
}

/* ---- committing ---- */

/* An eighth more than is needed, 64 KiB at least. */
static size_t generous(size_t needed, size_t limit)
{
    size_t more = needed / 8 > LEAST_STEP ? needed / 8 : LEAST_STEP;
    return more < limit - needed ? needed + more : limit;
}

/* Commits a part, which begins at `at`, from *room up to `needed` bytes or more. */
static bool commit(stoa__region *block, size_t at, size_t *room, size_t needed, size_t limit)
{
    if (needed <= *room)
        return true;
    size_t goal = generous(needed, limit);
    if (!stoa__region_commit(block, at + *room, at + goal)) {
        goal = needed;
        if (!stoa__region_commit(block, at + *room, at + goal))
            return false;
    }
    if (goal - *room >= STOA__HUGE_PAGE)
        stoa__region_expect(block, at + *room, at + goal);
    *room = goal;
    return true;
}

/* ---- moving into the next block ---- */

static void take_block(stoa__string_pool *pool, stoa__region block, parts room, parts committed)
{
    uint64_t *offsets = (uint64_t *)(void *)block.base;
    char *text = block.base + room.offsets;
    memcpy(offsets, pool->head.offsets, (pool->head.count + 1) * sizeof *offsets);
    memcpy(text, pool->head.text, (size_t)offsets[pool->head.count]);
    if (pool->block.kind != STOA__NO_REGION) {
        assert(pool->outgrown_count < STOA__STRING_BLOCKS);
        pool->outgrown[pool->outgrown_count++] = pool->block;
    }
    pool->block = block;
    pool->text_at = room.offsets;
    pool->text_room = committed.text;
    pool->text_limit = room.text;
    pool->offset_room = committed.offsets / sizeof *offsets;
    pool->offset_limit = room.offsets / sizeof *offsets;
    STOA__STORE_RELEASE(&pool->head.offsets, offsets);
    STOA__STORE_RELEASE(&pool->head.text, text);
}

static stoa_status outgrow(stoa__string_pool *pool, parts least, stoa_error *error)
{
    stoa__region block;
    parts room = {0, 0}, committed = {0, 0};
    bool is_last = false;
    if (!new_block(pool, &block, &room, least, &is_last))
        return stoa__fail_memory(error, least.offsets + least.text);
    if (block.kind == STOA__PLAIN_REGION)
        committed = room;
    if (!commit(&block, 0, &committed.offsets, least.offsets, room.offsets) ||
        !commit(&block, room.offsets, &committed.text, least.text, room.text)) {
        stoa__region_free(&block);
        return stoa__fail_memory(error, least.offsets + least.text);
    }
    take_block(pool, block, room, committed);
    pool->has_last_block = is_last;
    return STOA_OK;
}

/* ---- room ---- */

static stoa_status check_limits(const stoa__string_pool *pool, parts least, stoa_error *error)
{
    size_t count = max_count(pool), bytes = pool->asked_bytes > 0 ? pool->asked_bytes : SIZE_MAX;
    if (pool->has_last_block) {
        count = pool->offset_limit - 1 < count ? pool->offset_limit - 1 : count;
        bytes = pool->text_limit < bytes ? pool->text_limit : bytes;
    }
    if (pool->head.count >= count)
        return stoa__fail(error, STOA_FULL,
                          "the pool of strings is full: it can hold %zu; make it with a larger "
                          "max_count",
                          count);
    if (least.text > bytes)
        return stoa__fail(error, STOA_FULL,
                          "%zu bytes are more than the pool of strings can hold: max_bytes is %zu; "
                          "make it with a larger max_bytes",
                          least.text, bytes);
    return STOA_OK;
}

static stoa_status commit_more(stoa__string_pool *pool, parts least, stoa_error *error)
{
    size_t offsets = pool->offset_room * sizeof(uint64_t);
    bool committed =
        commit(&pool->block, 0, &offsets, least.offsets, pool->offset_limit * sizeof(uint64_t)) &&
        commit(&pool->block, pool->text_at, &pool->text_room, least.text, pool->text_limit);
    pool->offset_room = offsets / sizeof(uint64_t);
    return committed ? STOA_OK : stoa__fail_memory(error, least.offsets + least.text);
}

stoa_status stoa__strings_make_room(stoa__string_pool *pool, size_t length, stoa_error *error)
{
    size_t used = (size_t)pool->head.offsets[pool->head.count];
    if (STOA__LIKELY(pool->head.count + 1 < pool->offset_room && length <= pool->text_room &&
                     used <= pool->text_room - length))
        return pool->head.count < max_count(pool) ? STOA_OK
                                                  : check_limits(pool, (parts){0, 0}, error);
    if (length > PTRDIFF_MAX / 8)
        return stoa__fail(error, STOA_FULL, "no pool can hold a string of %zu bytes", length);
    parts least = {(pool->head.count + 2) * sizeof(uint64_t), used + length};
    stoa_status status = check_limits(pool, least, error);
    if (status != STOA_OK)
        return status;
    if (!hold((parts){pool->offset_limit * sizeof(uint64_t), pool->text_limit}, least))
        return outgrow(pool, least, error);
    return commit_more(pool, least, error);
}

void stoa__strings_release_memory(stoa__string_pool *pool)
{
    for (uint32_t i = 0; i < pool->outgrown_count; i++)
        stoa__region_free(&pool->outgrown[i]);
    stoa__region_free(&pool->block);
    stoa__region_free(&pool->index_region);
}
