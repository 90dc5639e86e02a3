/**
 * pool.h: objects behind 4-byte handles.
 *
 * A pool gives each distinct pointer one handle and counts the cells that hold it. `retain` runs
 * once, when an object enters, and may refuse, but not change the pool or a table that uses it;
 * `release` runs once, when its last cell is gone, after the change that took the cell away is
 * whole: it may come back into the table.
 */
#ifndef STOA_POOL_H
#define STOA_POOL_H

#include <stoa/type.h>

STOA_BEGIN_DECLS

/**
 * A pool of objects.
 */
typedef struct stoa_pool stoa_pool;

/**
 * How a pool takes and gives back objects. Zero it, and set what you need.
 *
 * @members stoa_pool_options
 */
typedef struct stoa_pool_options {
    void *context;                                /* borrowed; handed to both callbacks */
    bool (*retain)(void *context, void *object);  /* false: refused (STOA_REFUSED); NULL: none */
    void (*release)(void *context, void *object); /* NULL: none */
    uint64_t reserved[4];                         /* zero */
} stoa_pool_options;

/**
 * Makes a pool. Tables that share a pool share its handles, and count as one table for threads.
 *
 * @param pool becomes the new pool
 * @param options NULL: no callbacks
 * @return STOA_INVALID: a reserve that is set. STOA_OUT_OF_MEMORY.
 * @owner The caller holds one reference, which stoa_pool_free() gives back; each table that uses
 *     the pool holds another.
 * @cost O(1).
 * @threads Any.
 * @snippet pool.c pool
 */
STOA_TRY stoa_pool_new(stoa_pool **pool, const stoa_pool_options *options, stoa_error *error);

/**
 * Gives the caller's reference back. The pool goes with its last one. NULL does nothing.
 *
 * @cost O(1).
 * @threads Changes the pool.
 * @snippet pool.c pool
 */
STOA_API void stoa_pool_free(stoa_pool *pool);

/**
 * Gives the object of a handle. NULL for handle 0, and for one that is not in use.
 *
 * @owner Borrowed from the pool.
 * @cost O(1).
 * @threads Reads the pool.
 * @snippet pool.c pool
 */
STOA_API void *stoa_pool_get(const stoa_pool *pool, stoa_handle handle);

/**
 * Gives the handle of an object. 0 for NULL, and for an object that is not in the pool.
 *
 * @cost O(1), by a hash of the pointer.
 * @threads Reads the pool.
 * @snippet pool.c pool
 */
STOA_API stoa_handle stoa_pool_find(const stoa_pool *pool, const void *object);

/**
 * Tells how many objects are in the pool.
 *
 * @cost O(1).
 * @threads Reads the pool.
 * @snippet pool.c pool
 */
STOA_API size_t stoa_pool_count(const stoa_pool *pool);

/**
 * Tells how many cells hold the handle. A default counts as one cell.
 *
 * @cost O(1).
 * @threads Reads the pool.
 * @snippet pool.c pool
 */
STOA_API size_t stoa_pool_uses(const stoa_pool *pool, stoa_handle handle);

/**
 * Tells how many bytes the pool itself takes, its objects aside.
 *
 * @cost O(1).
 * @threads Reads the pool.
 * @snippet pool.c pool
 */
STOA_API size_t stoa_pool_bytes(const stoa_pool *pool);

STOA_END_DECLS

#endif
