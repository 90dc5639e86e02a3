/* strings.c: strings behind handles.
 *
 * The text is one run of bytes; offsets[handle] says where a string begins, offsets[handle + 1]
 * where it ends. An open addressing index with linear probing, at most three quarters full, finds
 * the handle of a string by the upper half of its XXH3. The index keeps that half, so that other
 * strings are seldom read, and that growing reads none. A slot's home is given by the uppermost
 * bits: growing goes through the old and the new index from start to end. New strings are checked
 * to be UTF-8; those that are found were checked before.
 * Invariant: every handle from 1 to count - 1 is in the index once, under different strings. */
#include "store/strings.h"

#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/utf8.h"

#define FEWEST_BITS 4
/* Strings that are hashed ahead, so that their slots are on the way from memory. */
#define BATCH 32

static inline uint32_t hash_of(stoa_string string)
{
    return (uint32_t)(stoa__hash(string.bytes, string.length) >> 32);
}

/* ---- the index ---- */

static inline size_t slots(const stoa__string_pool *pool)
{
    return (size_t)1 << pool->index_bits;
}

static inline size_t home_of(uint32_t hash, uint32_t bits)
{
    return (size_t)(((uint64_t)hash << 32) >> (64 - bits));
}

static inline bool is_at(const stoa_string_pool *pool, stoa_handle handle, stoa_string string)
{
    stoa_string there = stoa__string_of(pool, handle);
    return there.length == string.length && memcmp(there.bytes, string.bytes, string.length) == 0;
}

/* Where the string is, or the free slot where it belongs. There is an index. */
static inline size_t find_slot(const stoa__string_pool *pool, stoa_string string, uint32_t hash)
{
    size_t mask = slots(pool) - 1, slot = home_of(hash, pool->index_bits);
    while (pool->index[slot].handle != 0 && (pool->index[slot].hash != hash ||
                                             !is_at(&pool->head, pool->index[slot].handle, string)))
        slot = (slot + 1) & mask;
    return slot;
}

static void copy_index(stoa__string_slot *to, uint32_t bits, const stoa__string_slot *from,
                       size_t count)
{
    size_t mask = ((size_t)1 << bits) - 1;
    for (size_t i = 0; i < count; i++) {
        if (from[i].handle == 0)
            continue;
        size_t slot = home_of(from[i].hash, bits);
        while (to[slot].handle != 0)
            slot = (slot + 1) & mask;
        to[slot] = from[i];
    }
}

static stoa_status grow_index(stoa__string_pool *pool, stoa_error *error)
{
    stoa__region region;
    uint32_t bits = pool->index == NULL ? FEWEST_BITS : pool->index_bits + 1;
    size_t bytes = sizeof(stoa__string_slot) << bits;
    if (!stoa__region_reserve(&region, bytes, bytes, 1))
        return stoa__fail_memory(error, bytes);
    if (!stoa__region_commit(&region, 0, bytes)) {
        stoa__region_free(&region);
        return stoa__fail_memory(error, bytes);
    }
    stoa__region_expect(&region, 0, bytes);
    stoa__string_slot *index = (stoa__string_slot *)(void *)region.base;
    if (pool->index != NULL)
        copy_index(index, bits, pool->index, slots(pool));
    stoa__region_free(&pool->index_region);
    pool->index = index;
    pool->index_region = region;
    pool->index_bits = bits;
    return STOA_OK;
}

/* A slot that a search would not find any more across the hole is moved into it. */
static void remove_slot(stoa__string_pool *pool, size_t hole)
{
    size_t mask = slots(pool) - 1;
    for (size_t slot = (hole + 1) & mask; pool->index[slot].handle != 0; slot = (slot + 1) & mask) {
        size_t home = home_of(pool->index[slot].hash, pool->index_bits);
        if (((slot - home) & mask) < ((slot - hole) & mask))
            continue;
        pool->index[hole] = pool->index[slot];
        hole = slot;
    }
    pool->index[hole] = (stoa__string_slot){0, 0};
}

/* ---- strings come ---- */

#define STOA__FAIL_STRING(error, at, format, ...)                                                 \
    stoa__fail_at(error, STOA_INVALID, (at).position, "value %zu%s%s%s " format, (at).position,   \
                  (at).field == NULL ? "" : " for field '", (at).field == NULL ? "" : (at).field, \
                  (at).field == NULL ? "" : "'", __VA_ARGS__)

/* A length without bytes, or more bytes than memory can have. */
static stoa_status refuse(stoa_string string, stoa__place at, stoa_error *error)
{
    if (string.bytes == NULL)
        return STOA__FAIL_STRING(error, at, "has %zu bytes, but they are NULL", string.length);
    return STOA__FAIL_STRING(error, at, "cannot have %zu bytes", string.length);
}

static inline bool is_sound(stoa_string string)
{
    return string.length == 0 || (string.bytes != NULL && string.length <= PTRDIFF_MAX);
}

static stoa_status check_text(stoa_string string, stoa__place at, stoa_error *error)
{
    const unsigned char *text = (const unsigned char *)string.bytes;
    size_t end = stoa__utf8_valid(text, string.length);
    if (end < string.length)
        return STOA__FAIL_STRING(error, at, "is not UTF-8: byte 0x%02x at %zu", text[end], end);
    return STOA_OK;
}

/* Room for one string more, in all parts of the pool. */
static stoa_status reserve(stoa__string_pool *pool, size_t length, stoa_error *error)
{
    stoa_status status = stoa__strings_make_room(pool, length, error);
    if (status == STOA_OK && (pool->index == NULL || pool->head.count > slots(pool) / 4 * 3))
        status = grow_index(pool, error);
    return status;
}

static void push(stoa__string_pool *pool, stoa_string string)
{
    uint64_t *offsets = (uint64_t *)(void *)pool->block.base;
    char *text = pool->block.base + pool->text_at;
    size_t end = (size_t)offsets[pool->head.count];
    memcpy(text + end, string.bytes, string.length);
    offsets[pool->head.count + 1] = end + string.length;
    STOA__STORE_RELEASE(&pool->head.count, pool->head.count + 1);
}

static stoa_status enter(stoa__string_pool *pool, stoa_string string, uint32_t hash, stoa__place at,
                         stoa_handle *handle, stoa_error *error)
{
    stoa_status status = check_text(string, at, error);
    if (status == STOA_OK)
        status = reserve(pool, string.length, error);
    if (status != STOA_OK)
        return status;
    *handle = (stoa_handle)pool->head.count;
    pool->index[find_slot(pool, string, hash)] = (stoa__string_slot){*handle, hash};
    push(pool, string);
    return STOA_OK;
}

static inline void fetch_slot(const stoa__string_pool *pool, uint32_t hash)
{
    if (pool->index != NULL)
        __builtin_prefetch(&pool->index[home_of(hash, pool->index_bits)]);
}

/* At most BATCH strings. at: where the first stands. */
static stoa_status intern_batch(stoa__string_pool *pool, const char *strings, ptrdiff_t stride,
                                size_t count, stoa_handle *handles, stoa__place at,
                                stoa_error *error)
{
    stoa_string batch[BATCH];
    uint32_t hashes[BATCH];
    for (size_t i = 0; i < count; i++) {
        memcpy(&batch[i], strings + (ptrdiff_t)i * stride, sizeof *batch);
        if (!STOA__LIKELY(is_sound(batch[i])))
            return refuse(batch[i], (stoa__place){at.field, at.position + i}, error);
        hashes[i] = hash_of(batch[i]);
        fetch_slot(pool, hashes[i]);
    }
    for (size_t i = 0; i < count; i++, at.position++) {
        handles[i] = 0;
        if (batch[i].length == 0)
            continue;
        if (pool->index != NULL)
            handles[i] = pool->index[find_slot(pool, batch[i], hashes[i])].handle;
        if (handles[i] != 0)
            continue;
        stoa_status status = enter(pool, batch[i], hashes[i], at, &handles[i], error);
        if (status != STOA_OK)
            return status;
    }
    return STOA_OK;
}

stoa_status stoa__strings_intern(stoa_string_pool *pool, const void *strings, ptrdiff_t stride,
                                 size_t count, stoa_handle *handles, stoa__place at,
                                 stoa_error *error)
{
    size_t before = pool->count;
    stoa_status status = STOA_OK;
    for (size_t first = 0; status == STOA_OK && first < count; first += BATCH) {
        size_t some = count - first < BATCH ? count - first : BATCH;
        status = intern_batch(stoa__whole_strings(pool),
                              (const char *)strings + (ptrdiff_t)first * stride, stride, some,
                              handles + first, (stoa__place){at.field, at.position + first}, error);
    }
    if (status != STOA_OK)
        stoa__strings_cut(pool, before);
    return status;
}

stoa_status stoa_string_pool_intern(stoa_string_pool *pool, const stoa_string *strings,
                                    size_t count, stoa_handle *handles, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, pool);
    STOA__REQUIRE_ARRAY(error, strings, count);
    STOA__REQUIRE_ARRAY(error, handles, count);
    return stoa__strings_intern(pool, strings, sizeof *strings, count, handles,
                                (stoa__place){NULL, 0}, error);
}

void stoa__strings_cut(stoa_string_pool *pool, size_t count)
{
    stoa__string_pool *whole = stoa__whole_strings(pool);
    size_t least = count > 1 ? count : 1; /* the empty one stays */
    if (pool == NULL)
        return;
    while (pool->count > least) {
        stoa_string last = stoa__string_of(pool, (stoa_handle)(pool->count - 1));
        remove_slot(whole, find_slot(whole, last, hash_of(last)));
        STOA__STORE_RELEASE(&pool->count, pool->count - 1);
    }
}

/* ---- life ---- */

stoa_status stoa_string_pool_new(stoa_string_pool **pool, const stoa_string_pool_options *options,
                                 stoa_error *error)
{
    static const stoa_string_pool_options none;
    static const uint64_t no_offsets[2];
    STOA__REQUIRE_ARGUMENT(error, pool);
    options = options != NULL ? options : &none;
    if ((options->reserved[0] | options->reserved[1] | options->reserved[2] |
         options->reserved[3]) != 0)
        return stoa__fail(error, STOA_INVALID, "stoa_string_pool_options.reserved must be zero");
    stoa__string_pool *made = stoa__allocate_zeroed(sizeof *made);
    if (made == NULL)
        return stoa__fail_memory(error, sizeof *made);
    made->head = (stoa_string_pool){"", no_offsets, 1};
    made->references = 1;
    made->asked_count = options->max_count;
    made->asked_bytes = options->max_bytes;
    *pool = &made->head;
    return STOA_OK;
}

stoa_string_pool *stoa_string_pool_retain(stoa_string_pool *pool)
{
    if (pool != NULL)
        __atomic_add_fetch(&stoa__whole_strings(pool)->references, 1, __ATOMIC_RELAXED);
    return pool;
}

void stoa_string_pool_free(stoa_string_pool *pool)
{
    stoa__string_pool *whole = stoa__whole_strings(pool);
    if (pool == NULL || __atomic_sub_fetch(&whole->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    stoa__strings_release_memory(whole);
    stoa__release(whole);
}

/* ---- looking ---- */

stoa_handle stoa_string_pool_find(const stoa_string_pool *pool, stoa_string string)
{
    if (pool == NULL || !is_sound(string))
        return STOA_NO_STRING;
    const stoa__string_pool *whole = (const stoa__string_pool *)(const void *)pool;
    if (string.length == 0 || whole->index == NULL)
        return string.length == 0 ? 0 : STOA_NO_STRING;
    stoa_handle handle = whole->index[find_slot(whole, string, hash_of(string))].handle;
    return handle != 0 ? handle : STOA_NO_STRING;
}

stoa_string stoa_string_pool_get(const stoa_string_pool *pool, stoa_handle handle)
{
    if (pool == NULL || handle >= STOA__LOAD_ACQUIRE(&pool->count))
        return (stoa_string){NULL, 0};
    /* The pool may take larger memory meanwhile, where all is as before; the old one is kept. */
    const uint64_t *offset = STOA__LOAD_ACQUIRE(&pool->offsets) + handle;
    return (stoa_string){STOA__LOAD_ACQUIRE(&pool->text) + offset[0],
                         (size_t)(offset[1] - offset[0])};
}

size_t stoa_string_pool_count(const stoa_string_pool *pool)
{
    return pool == NULL ? 0 : STOA__LOAD_ACQUIRE(&pool->count);
}

size_t stoa_string_pool_bytes(const stoa_string_pool *pool)
{
    if (pool == NULL)
        return 0;
    const stoa__string_pool *whole = (const stoa__string_pool *)(const void *)pool;
    size_t bytes = sizeof *whole;
    if (whole->index != NULL)
        bytes += slots(whole) * sizeof *whole->index;
    for (uint32_t i = 0; i < whole->outgrown_count; i++)
        bytes += whole->outgrown[i].bytes;
    return bytes + (pool->count + 1) * sizeof *pool->offsets + (size_t)pool->offsets[pool->count];
}
