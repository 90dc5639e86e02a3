/* pool.h: what the store does with a pool, cell by cell.
 *
 * Entering may fail, leaving may not. What has left its last cell is released by
 * stoa__pool_release_pending, which the store calls as the last thing of a change. */
#ifndef STOA__STORE_POOL_H
#define STOA__STORE_POOL_H

#include <stoa/pool.h>

/* One cell more holds `object`; *handle is where. NULL is handle 0, which is not counted. */
stoa_status stoa__pool_enter(stoa_pool *pool, void *object, stoa_handle *handle, stoa_error *error);
/* `cells` cells more hold what one already holds. */
void stoa__pool_share(stoa_pool *pool, stoa_handle handle, size_t cells);
/* One cell less. */
void stoa__pool_leave(stoa_pool *pool, stoa_handle handle);
/* One cell less for each of these handles. */
void stoa__pool_leave_all(stoa_pool *pool, const stoa_handle *handles, size_t count);
/* Releases the objects without cells. May run callbacks, which may come back into any table. */
void stoa__pool_release_pending(stoa_pool *pool);
stoa_pool *stoa__pool_retain(stoa_pool *pool);

#endif
