/* pool.h: objects behind 4-byte handles.
 *
 * A pool gives each distinct pointer one handle and counts the cells that hold it. `retain` runs
 * once, when an object enters, and may refuse, but not change the pool or a table that uses it;
 * `release` runs once, when its last cell is gone, after the change that took the cell away is
 * whole: it may come back into the table. */
#ifndef STOA_POOL_H
#define STOA_POOL_H

#include <stoa/type.h>

STOA_BEGIN_DECLS

typedef struct stoa_pool stoa_pool;

typedef struct stoa_pool_options {
    void *context;                                /* borrowed; handed to both callbacks */
    bool (*retain)(void *context, void *object);  /* false: refused (STOA_REFUSED); NULL: none */
    void (*release)(void *context, void *object); /* NULL: none */
    uint64_t reserved[4];                         /* zero */
} stoa_pool_options;

/**
 * A pool without callbacks for options NULL. The caller owns one reference; each table that uses
 * the pool holds another. Tables that share a pool share its handles, and are one table as far as
 * threads go: any number of readers or one writer.
 */
STOA_TRY stoa_pool_new(stoa_pool **pool, const stoa_pool_options *options, stoa_error *error);
/**
 * Gives the caller's reference back. NULL does nothing.
 */
STOA_API void stoa_pool_free(stoa_pool *pool);

/**
 * The object of a handle; NULL for 0 and for a handle that is not in use. O(1).
 */
STOA_API void *stoa_pool_get(const stoa_pool *pool, stoa_handle handle);
/**
 * The handle of an object; 0 for NULL and for an object that is not in the pool. O(1).
 */
STOA_API stoa_handle stoa_pool_find(const stoa_pool *pool, const void *object);
/**
 * Objects in the pool.
 */
STOA_API size_t stoa_pool_count(const stoa_pool *pool);
/**
 * Cells that hold the handle.
 */
STOA_API size_t stoa_pool_uses(const stoa_pool *pool, stoa_handle handle);
/**
 * Bytes that the pool itself takes.
 */
STOA_API size_t stoa_pool_bytes(const stoa_pool *pool);

STOA_END_DECLS

#endif
