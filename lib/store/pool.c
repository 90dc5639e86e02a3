/* pool.c: the objects behind handles, and the number of cells that hold each.
 *
 * entries[handle] has the object and its number of cells; free entries are chained. An open
 * addressing index with linear probing, at most half full, finds the handle of a pointer; a removal
 * moves later entries up, so that the index needs no marks for deleted ones. When the last cell of
 * an object goes, the object is put on the pending chain; it can still be found until
 * stoa__pool_release_pending takes it off, and stays in the pool if a cell holds it again by then.
 * Invariant: an entry is on the pending chain if and only if its `pending` is set, and handle 0 is
 * not an entry. */
#include "store/pool.h"

#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/memory.h"

typedef struct entry {
    void *object; /* NULL: free */
    size_t cells;
    stoa_handle next; /* free or pending chain */
    bool pending;
} entry;

struct stoa_pool {
    stoa_pool_options options;
    size_t references;
    entry *entries;
    uint32_t entry_limit; /* entries in use or free; the next new handle */
    size_t entry_capacity;
    stoa_handle free_chain;
    stoa_handle pending_chain;
    stoa_handle *index; /* 0: free slot */
    size_t index_mask;
    size_t count;
};

/* ---- the index ---- */

static inline size_t slot_of(const stoa_pool *pool, const void *object)
{
    return (size_t)stoa__hash(&object, sizeof object) & pool->index_mask;
}

/* Where the object is, or the free slot where it belongs. */
static inline size_t find_slot(const stoa_pool *pool, const void *object)
{
    size_t slot = slot_of(pool, object);
    while (pool->index[slot] != 0 && pool->entries[pool->index[slot]].object != object)
        slot = (slot + 1) & pool->index_mask;
    return slot;
}

/* Moves up the entries after the hole that a search would not find across it. */
static void remove_from_index(stoa_pool *pool, size_t hole)
{
    for (size_t slot = hole;;) {
        slot = (slot + 1) & pool->index_mask;
        if (pool->index[slot] == 0)
            break;
        size_t home = slot_of(pool, pool->entries[pool->index[slot]].object);
        if (((slot - home) & pool->index_mask) < ((slot - hole) & pool->index_mask))
            continue;
        pool->index[hole] = pool->index[slot];
        hole = slot;
    }
    pool->index[hole] = 0;
}

static bool grow_index(stoa_pool *pool)
{
    size_t slots = 2 * (pool->index_mask + 1);
    stoa_handle *index = stoa__allocate_zeroed(slots * sizeof *index);
    if (index == NULL)
        return false;
    stoa_handle *old = pool->index;
    size_t old_slots = pool->index_mask + 1;
    pool->index = index;
    pool->index_mask = slots - 1;
    for (size_t i = 0; i < old_slots; i++)
        if (old[i] != 0)
            index[find_slot(pool, pool->entries[old[i]].object)] = old[i];
    stoa__release(old);
    return true;
}

/* Room for one object more. */
static stoa_status reserve(stoa_pool *pool, stoa_error *error)
{
    bool new_entry = pool->free_chain == 0;
    if (new_entry && pool->entry_limit == UINT32_MAX)
        return stoa__fail(error, STOA_FULL, "a pool holds at most %u objects", UINT32_MAX - 1);
    if (new_entry && !stoa__make_room(&pool->entries, &pool->entry_capacity,
                                      pool->entry_limit + (size_t)1, sizeof *pool->entries, NULL))
        return stoa__fail_memory(error, 2 * sizeof(entry) * pool->entry_capacity);
    if (2 * (pool->count + 1) > pool->index_mask + 1 && !grow_index(pool))
        return stoa__fail_memory(error, 2 * sizeof(stoa_handle) * (pool->index_mask + 1));
    return STOA_OK;
}

/* ---- cells come and go ---- */

static stoa_handle insert(stoa_pool *pool, void *object)
{
    stoa_handle handle = pool->free_chain;
    if (handle != 0)
        pool->free_chain = pool->entries[handle].next;
    else
        handle = pool->entry_limit++;
    pool->index[find_slot(pool, object)] = handle;
    pool->entries[handle] = (entry){.object = object};
    pool->count++;
    return handle;
}

stoa_status stoa__pool_enter(stoa_pool *pool, void *object, stoa_handle *handle, stoa_error *error)
{
    *handle = 0;
    if (object == NULL)
        return STOA_OK;
    *handle = pool->index[find_slot(pool, object)];
    if (*handle == 0) {
        stoa_status status = reserve(pool, error);
        if (status != STOA_OK)
            return status;
        if (pool->options.retain != NULL && !pool->options.retain(pool->options.context, object))
            return stoa__fail(error, STOA_REFUSED, "the pool's retain callback refused an object");
        *handle = insert(pool, object);
    }
    pool->entries[*handle].cells++;
    return STOA_OK;
}

void stoa__pool_share(stoa_pool *pool, stoa_handle handle, size_t cells)
{
    if (handle != 0)
        pool->entries[handle].cells += cells;
}

void stoa__pool_leave(stoa_pool *pool, stoa_handle handle)
{
    if (handle == 0)
        return;
    entry *left = &pool->entries[handle];
    if (--left->cells > 0 || left->pending)
        return;
    left->pending = true;
    left->next = pool->pending_chain;
    pool->pending_chain = handle;
}

void stoa__pool_leave_all(stoa_pool *pool, const stoa_handle *handles, size_t count)
{
    for (size_t i = 0; i < count; i++)
        stoa__pool_leave(pool, handles[i]);
}

/* Takes one entry off the pending chain. Returns its object if no cell holds it any more, else
 * NULL. */
static void *take_pending(stoa_pool *pool)
{
    stoa_handle handle = pool->pending_chain;
    entry *left = &pool->entries[handle];
    pool->pending_chain = left->next;
    left->pending = false;
    if (left->cells > 0)
        return NULL;
    void *object = left->object;
    remove_from_index(pool, find_slot(pool, object));
    left->object = NULL;
    left->next = pool->free_chain;
    pool->free_chain = handle;
    pool->count--;
    return object;
}

void stoa__pool_release_pending(stoa_pool *pool)
{
    if (pool == NULL || pool->pending_chain == 0)
        return;
    stoa__pool_retain(pool); /* a callback may free the last table */
    while (pool->pending_chain != 0) {
        void *object = take_pending(pool);
        if (object != NULL && pool->options.release != NULL)
            pool->options.release(pool->options.context, object);
    }
    stoa_pool_free(pool);
}

/* ---- life ---- */

static bool start_empty(stoa_pool *pool)
{
    pool->entry_limit = 1;
    pool->entry_capacity = 8;
    pool->index_mask = 15;
    pool->entries = stoa__allocate(pool->entry_capacity * sizeof *pool->entries);
    pool->index = stoa__allocate_zeroed((pool->index_mask + 1) * sizeof *pool->index);
    return pool->entries != NULL && pool->index != NULL;
}

stoa_status stoa_pool_new(stoa_pool **pool, const stoa_pool_options *options, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, pool);
    if (options != NULL && (options->reserved[0] | options->reserved[1] | options->reserved[2] |
                            options->reserved[3]) != 0)
        return stoa__fail(error, STOA_INVALID, "stoa_pool_options.reserved must be zero");
    stoa_pool *made = stoa__allocate_zeroed(sizeof *made);
    if (made == NULL)
        return stoa__fail_memory(error, sizeof *made);
    if (options != NULL)
        made->options = *options;
    made->references = 1;
    if (!start_empty(made)) {
        stoa_pool_free(made);
        return stoa__fail_memory(error, sizeof *made);
    }
    *pool = made;
    return STOA_OK;
}

stoa_pool *stoa__pool_retain(stoa_pool *pool)
{
    pool->references++;
    return pool;
}

void stoa_pool_free(stoa_pool *pool)
{
    if (pool == NULL || --pool->references > 0)
        return;
    stoa__release(pool->entries);
    stoa__release(pool->index);
    stoa__release(pool);
}

/* ---- looking ---- */

static const entry *entry_of(const stoa_pool *pool, stoa_handle handle)
{
    if (pool == NULL || handle == 0 || handle >= pool->entry_limit)
        return NULL;
    return &pool->entries[handle];
}

void *stoa_pool_get(const stoa_pool *pool, stoa_handle handle)
{
    const entry *found = entry_of(pool, handle);
    return found == NULL ? NULL : found->object;
}

stoa_handle stoa_pool_find(const stoa_pool *pool, const void *object)
{
    return pool == NULL || object == NULL ? 0 : pool->index[find_slot(pool, object)];
}

size_t stoa_pool_count(const stoa_pool *pool)
{
    return pool == NULL ? 0 : pool->count;
}

size_t stoa_pool_uses(const stoa_pool *pool, stoa_handle handle)
{
    const entry *found = entry_of(pool, handle);
    return found == NULL || found->object == NULL ? 0 : found->cells;
}

size_t stoa_pool_bytes(const stoa_pool *pool)
{
    if (pool == NULL)
        return 0;
    return sizeof *pool + pool->entry_capacity * sizeof *pool->entries +
           (pool->index_mask + 1) * sizeof *pool->index;
}
