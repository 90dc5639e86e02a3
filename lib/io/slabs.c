/* slabs.c: memory for the arrays of a stream. */
#include "io/slabs.h"

#include "base/memory.h"
#include "io/nodes.h"

#define SLAB_BYTES ((size_t)4 << 20)

struct stoa__slab {
    char *base;     /* where whole huge pages begin */
    size_t used;    /* bytes behind it */
    size_t holders; /* the stream, and arrays */
};

/* Behind the head is room to begin at a huge page. */
static stoa__slab *new_slab(void)
{
    stoa__slab *made = stoa__allocate_expected(sizeof *made + STOA__HUGE_PAGE + SLAB_BYTES);
    if (made == NULL)
        return NULL;
    uintptr_t behind = (uintptr_t)(made + 1);
    size_t before = stoa__round_up(behind, STOA__HUGE_PAGE) - behind;
    *made = (stoa__slab){.base = (char *)(made + 1) + before, .holders = 1};
    return made;
}

void stoa__slab_let_go(stoa__slab *slab)
{
    if (slab != NULL && __atomic_sub_fetch(&slab->holders, 1, __ATOMIC_ACQ_REL) == 0)
        stoa__release(slab);
}

/* What nobody but the stream holds is used again. */
static bool has_room(stoa__slab *slab, size_t bytes)
{
    if (__atomic_load_n(&slab->holders, __ATOMIC_ACQUIRE) == 1)
        slab->used = 0;
    return bytes <= SLAB_BYTES - slab->used;
}

/* A slab with so much room: one of those at hand, or a new one in the place of the oldest. */
static stoa__slab *slab_with(stoa__slabs *slabs, size_t bytes)
{
    for (size_t i = 0; i < STOA__SLABS; i++)
        if (slabs->slabs[i] != NULL && has_room(slabs->slabs[i], bytes))
            return slabs->slabs[i];
    stoa__slab *made = slabs->left < SLAB_BYTES / 2 ? NULL : new_slab();
    if (made == NULL)
        return NULL;
    stoa__slab_let_go(slabs->slabs[slabs->next]);
    slabs->slabs[slabs->next] = made;
    slabs->next = (slabs->next + 1) % STOA__SLABS;
    return made;
}

void *stoa__slabs_take(stoa__slabs *slabs, size_t bytes, stoa__slab **slab)
{
    if (slabs == NULL || bytes > SLAB_BYTES / 4)
        return NULL;
    stoa__slab *from = slab_with(slabs, bytes);
    if (from == NULL)
        return NULL;
    char *taken = from->base + from->used;
    from->used += stoa__round_up(bytes, STOA__ARROW_ALIGNMENT);
    slabs->left -= bytes < slabs->left ? bytes : slabs->left;
    __atomic_add_fetch(&from->holders, 1, __ATOMIC_RELAXED);
    *slab = from;
    return taken;
}

void stoa__slabs_dispose(stoa__slabs *slabs)
{
    for (size_t i = 0; i < STOA__SLABS; i++)
        stoa__slab_let_go(slabs->slabs[i]);
    *slabs = (stoa__slabs){0};
}
