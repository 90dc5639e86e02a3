/* attempts_base.c: tries of the functions for types, statuses, settings and pools. */
#include "attempts.h"

/* ---- types and statuses ---- */

ATTEMPTS(stoa_version)
{
    EACH_TRY attempt_gave(a, strcmp(stoa_version(), "") != 0, false);
}

ATTEMPTS(stoa_status_name)
{
    EACH_TRY
    {
        const char *name = stoa_status_name((stoa_status)NUMBER("status", STOA_FULL, no_row));
        attempt_gave(a, strcmp(name, "STOA_FULL") == 0, strncmp(name, "STOA_", 5) == 0);
    }
}

ATTEMPTS(stoa_status_text)
{
    EACH_TRY
    {
        const char *text = stoa_status_text((stoa_status)NUMBER("status", STOA_FULL, no_row));
        attempt_gave(a, *text != '\0', *text != '\0');
    }
}

ATTEMPTS(stoa_type_name)
{
    EACH_TRY
    {
        const char *name = stoa_type_name((stoa_type)NUMBER("type", STOA_INT8, no_type));
        attempt_gave(a, name != NULL && strcmp(name, "int8") == 0, name == NULL);
    }
}

ATTEMPTS(stoa_type_width)
{
    EACH_TRY
    {
        size_t width = stoa_type_width((stoa_type)NUMBER("type", STOA_INT16, no_type));
        attempt_gave(a, width == 2, width == 0);
    }
}

ATTEMPTS(stoa_type_named)
{
    EACH_TRY
    {
        stoa_type type = stoa_type_named(TEXT("name", "int8"));
        attempt_gave(a, type == STOA_INT8, type == STOA_NO_TYPE);
    }
}

/* ---- settings ---- */

ATTEMPTS(stoa_set_threads)
{
    static const odd threads[] = {
        {1, true}, {256, true}, {257, false}, {TRUNCATED(1), false}, {SIZE_MAX, false}};
    EACH_TRY JUDGE(stoa_set_threads(NUMBER("threads", 0, threads), ERROR));
    PASSES(stoa_set_threads(0, &trouble));
}

ATTEMPTS(stoa_threads)
{
    EACH_TRY attempt_gave(a, stoa_threads() > 0, false);
}

ATTEMPTS(stoa_simd)
{
    EACH_TRY attempt_gave(a, strlen(stoa_simd()) > 0, false);
}

ATTEMPTS(stoa_trim)
{
    EACH_TRY attempt_gave(a, stoa_trim() < MOST, false);
}

/* ---- pools ---- */

ATTEMPTS(stoa_pool_new)
{
    EACH_TRY
    {
        stoa_pool *made;
        const stoa_pool_options options = {
            .reserved = {NUMBER("reserved[0]", 0, not_zero), NUMBER("reserved[1]", 0, not_zero),
                         NUMBER("reserved[2]", 0, not_zero), NUMBER("reserved[3]", 0, not_zero)}};
        if (JUDGE(stoa_pool_new(PLACE("pool", &made), OPTIONAL("options", &options), ERROR)))
            stoa_pool_free(made);
    }
}

ATTEMPTS(stoa_pool_free)
{
    EACH_TRY
    {
        stoa_pool *made = NULL;
        PASSES(stoa_pool_new(&made, NULL, &trouble));
        stoa_pool *given = NEEDED("pool", made);
        stoa_pool_free(given);
        attempt_gave(a, true, true);
        stoa_pool_free(given == NULL ? made : NULL);
    }
}

static const odd no_handle[] = {{0, false}, {4, false}, {65537, false}, {UINT32_MAX, false}};

ATTEMPTS(stoa_pool_get)
{
    EACH_TRY
    {
        const void *object =
            stoa_pool_get(NEEDED("pool", a->pool), (stoa_handle)NUMBER("handle", 2, no_handle));
        attempt_gave(a, object != NULL, object == NULL);
    }
}

ATTEMPTS(stoa_pool_find)
{
    EACH_TRY
    {
        const void *object = stoa_pool_get(a->pool, 2);
        stoa_handle handle = stoa_pool_find(NEEDED("pool", a->pool), NEEDED("object", object));
        attempt_gave(a, handle == 2, handle == 0);
    }
}

ATTEMPTS(stoa_pool_count)
{
    EACH_TRY
    {
        size_t count = stoa_pool_count(NEEDED("pool", a->pool));
        attempt_gave(a, count == ROWS / 2, count == 0);
    }
}

ATTEMPTS(stoa_pool_uses)
{
    EACH_TRY
    {
        size_t uses =
            stoa_pool_uses(NEEDED("pool", a->pool), (stoa_handle)NUMBER("handle", 2, no_handle));
        attempt_gave(a, uses == 2, uses == 0);
    }
}

ATTEMPTS(stoa_pool_bytes)
{
    EACH_TRY
    {
        size_t bytes = stoa_pool_bytes(NEEDED("pool", a->pool));
        attempt_gave(a, bytes > 0, bytes == 0);
    }
}
