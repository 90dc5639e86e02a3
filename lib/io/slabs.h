/* slabs.h: memory for the arrays of a stream.
 *
 * The arrays of a batch are some hundred KiB each: memory of that size comes from the system in
 * small pages, which take longer to get than the values to copy. So a stream that has much to give
 * takes slabs of whole huge pages, and gives its arrays pieces of these. A slab goes once the
 * stream and all arrays have let go of it. Arrays that are gone leave their memory to the next
 * ones, still in the caches, as long as the stream has hold of the slab: for a consumer that goes
 * through the batches a few slabs are enough.
 */
#ifndef STOA__IO_SLABS_H
#define STOA__IO_SLABS_H

#include <stddef.h>

enum { STOA__SLABS = 4 };

typedef struct stoa__slab stoa__slab;

/* Where the arrays of one stream get memory. Zero: from malloc. */
typedef struct stoa__slabs {
    stoa__slab *slabs[STOA__SLABS]; /* NULL: none yet */
    size_t next;                    /* the oldest */
    size_t left;                    /* bytes that are likely to be asked for yet */
} stoa__slabs;

/* Memory of a slab, which becomes *slab and is held; NULL: take it from elsewhere. */
void *stoa__slabs_take(stoa__slabs *slabs, size_t bytes, stoa__slab **slab);
/* The stream ends. */
void stoa__slabs_dispose(stoa__slabs *slabs);
/* Lets go of a slab; any thread may. */
void stoa__slab_let_go(stoa__slab *slab);

#endif
