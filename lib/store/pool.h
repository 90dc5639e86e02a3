/* pool.h: how the store counts the cells that hold objects.
 *
 * Entering may fail, leaving cannot. An object without cells is released by
 * stoa__pool_release_pending, which the store calls at the very end of a change. */
#ifndef STOA__STORE_POOL_H
#define STOA__STORE_POOL_H

#include <stoa/pool.h>

/* One more cell holds `object`; gives its handle. NULL has handle 0, which is not counted. */
stoa_status stoa__pool_enter(stoa_pool *pool, void *object, stoa_handle *handle, stoa_error *error);
/* `cells` more cells hold an object that a cell holds already. */
void stoa__pool_share(stoa_pool *pool, stoa_handle handle, size_t cells);
/* One cell less. */
void stoa__pool_leave(stoa_pool *pool, stoa_handle handle);
/* One cell less for each of these handles. */
void stoa__pool_leave_all(stoa_pool *pool, const stoa_handle *handles, size_t count);
/* Releases the objects without cells. The callbacks may call the library, with any table. */
void stoa__pool_release_pending(stoa_pool *pool);
stoa_pool *stoa__pool_retain(stoa_pool *pool);

#endif
