/* things.c: see things.h. The callbacks of the pool count their calls. */
#include "things.h"

#include "testing.h"

static bool retain(void *context, void *object)
{
    things *owner = context;
    thing *t = object;
    if (t->refuses)
        return false;
    t->retained++;
    owner->retains++;
    if (owner->on_retain != NULL)
        owner->on_retain(owner, t);
    return true;
}

static void release(void *context, void *object)
{
    things *owner = context;
    thing *t = object;
    t->released++;
    owner->releases++;
    if (owner->on_release != NULL)
        owner->on_release(owner, t);
}

stoa_pool *things_pool(things *owner)
{
    stoa_pool_options options = {.context = owner, .retain = retain, .release = release};
    stoa_pool *pool = NULL;
    WORKS(NULL, stoa_pool_new(&pool, &options, &trouble));
    ck_assert_ptr_nonnull(pool);
    return pool;
}

size_t things_held(const things *owner)
{
    size_t held = 0;
    for (size_t i = 0; i < THINGS; i++) {
        int more = owner->all[i].retained - owner->all[i].released;
        ck_assert_msg(more == 0 || more == 1, "thing %zu: %d retains, %d releases", i,
                      owner->all[i].retained, owner->all[i].released);
        held += (size_t)more;
    }
    return held;
}

void things_match(const things *owner, const stoa_pool *pool)
{
    ck_assert_uint_eq(stoa_pool_count(pool), things_held(owner));
    for (size_t i = 0; i < THINGS; i++) {
        const thing *t = &owner->all[i];
        stoa_handle handle = stoa_pool_find(pool, t);
        ck_assert_msg((handle != 0) == (t->retained > t->released), "thing %zu", i);
        if (handle != 0)
            ck_assert_ptr_eq(stoa_pool_get(pool, handle), t);
    }
}

void things_are_all_released(const things *owner)
{
    ck_assert_uint_eq(things_held(owner), 0);
    ck_assert_uint_eq(owner->retains, owner->releases);
}
