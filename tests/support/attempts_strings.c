/* attempts_strings.c: pools of strings. */
#include "attempts.h"

/* A pool of "a" and "b", which the caller frees. */
static stoa_string_pool *two_strings(void)
{
    static const stoa_string strings[] = {{"a", 1}, {"b", 1}};
    stoa_string_pool *made = NULL;
    stoa_handle handles[2];
    PASSES(stoa_string_pool_new(&made, NULL, &trouble));
    PASSES(stoa_string_pool_intern(made, strings, 2, handles, &trouble));
    return made;
}

ATTEMPTS(stoa_string_pool_new)
{
    EACH_TRY
    {
        stoa_string_pool *made;
        const stoa_string_pool_options options = {
            .reserved = {NUMBER("reserved[0]", 0, not_zero), NUMBER("reserved[1]", 0, not_zero),
                         NUMBER("reserved[2]", 0, not_zero), NUMBER("reserved[3]", 0, not_zero)}};
        if (JUDGE(stoa_string_pool_new(PLACE("pool", &made), OPTIONAL("options", &options), ERROR)))
            stoa_string_pool_free(made);
    }
}

ATTEMPTS(stoa_string_pool_retain)
{
    EACH_TRY
    {
        stoa_string_pool *made = two_strings();
        stoa_string_pool *given = NEEDED("pool", made);
        stoa_string_pool *gotten = stoa_string_pool_retain(given);
        attempt_gave(a, gotten == made, gotten == NULL);
        stoa_string_pool_free(gotten);
        stoa_string_pool_free(made);
    }
}

ATTEMPTS(stoa_string_pool_free)
{
    EACH_TRY
    {
        stoa_string_pool *made = two_strings();
        stoa_string_pool *given = NEEDED("pool", made);
        stoa_string_pool_free(given);
        attempt_gave(a, true, true);
        stoa_string_pool_free(given == NULL ? made : NULL);
    }
}

ATTEMPTS(stoa_string_pool_intern)
{
    static const odd counts[] = {{0, true}, {1, true}, {SIZE_MAX, false}, {SIZE_MAX / 8, false}};
    static const odd lengths[] = {{0, true}, {2, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_string_pool *pool = two_strings();
        const stoa_string strings[] = {{"b", 1}, {"c\xFF", NUMBER("length", 1, lengths)}};
        stoa_handle handles[2] = {0, 0};
        JUDGE(stoa_string_pool_intern(NEEDED("pool", pool), NEEDED("strings", strings),
                                      NUMBER("count", 2, counts), NEEDED("handles", handles),
                                      ERROR));
        stoa_string_pool_free(pool);
    }
}

ATTEMPTS(stoa_string_pool_find)
{
    static const odd lengths[] = {{2, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_string_pool *pool = two_strings();
        stoa_string string = {NEEDED("bytes", "b!"), NUMBER("length", 1, lengths)};
        stoa_handle handle = stoa_string_pool_find(NEEDED("pool", pool), string);
        attempt_gave(a, handle == 2, handle == STOA_NO_STRING);
        stoa_string_pool_free(pool);
    }
}

ATTEMPTS(stoa_string_pool_get)
{
    static const odd none[] = {{3, false}, {65537, false}, {UINT32_MAX, false}};
    EACH_TRY
    {
        stoa_string_pool *pool = two_strings();
        stoa_string string =
            stoa_string_pool_get(NEEDED("pool", pool), (stoa_handle)NUMBER("handle", 2, none));
        attempt_gave(a, string.bytes != NULL && *string.bytes == 'b', string.bytes == NULL);
        stoa_string_pool_free(pool);
    }
}

ATTEMPTS(stoa_string_pool_count)
{
    EACH_TRY
    {
        stoa_string_pool *pool = two_strings();
        size_t count = stoa_string_pool_count(NEEDED("pool", pool));
        attempt_gave(a, count == 3, count == 0);
        stoa_string_pool_free(pool);
    }
}

ATTEMPTS(stoa_string_pool_bytes)
{
    EACH_TRY
    {
        stoa_string_pool *pool = two_strings();
        size_t bytes = stoa_string_pool_bytes(NEEDED("pool", pool));
        attempt_gave(a, bytes > 0, bytes == 0);
        stoa_string_pool_free(pool);
    }
}

ATTEMPTS(stoa_table_compact)
{
    EACH_TRY JUDGE(stoa_table_compact(NEEDED("table", a->table), ERROR));
}

ATTEMPTS(stoa__strings_cut)
{
    EACH_TRY
    {
        static const odd counts[] = {{0, true}, {3, true}, {SIZE_MAX, true}};
        stoa_string_pool *pool = two_strings();
        size_t count = NUMBER("count", 2, counts), left = count < 3 ? count : 3;
        stoa_string_pool *given = NEEDED("pool", pool);
        stoa__strings_cut(given, count);
        left = given == NULL ? 3 : left > 0 ? left : 1;
        bool has_b = stoa_string_pool_find(pool, (stoa_string){"b", 1}) != STOA_NO_STRING;
        ck_assert_uint_eq(stoa_string_pool_count(pool), left);
        ck_assert(has_b == (left == 3));
        attempt_gave(a, true, true);
        stoa_string_pool_free(pool);
    }
}
