/* strings.c: examples of stoa/strings.h. */
#include "example.h"

static stoa_string text(const char *bytes)
{
    return (stoa_string){bytes, strlen(bytes)};
}

void strings_examples(void)
{
    stoa_error error;
    /* [pool] */
    stoa_string_pool *pool;
    must(stoa_string_pool_new(&pool, NULL, &error), &error);

    const stoa_string names[] = {text("Ann"), text("Bob"), text(""), text("Ann")};
    stoa_handle handles[4];
    must(stoa_string_pool_intern(pool, names, 4, handles, &error), &error);
    for (size_t i = 0; i < 4; i++)
        printf("%" PRIu32 " ", handles[i]);
    printf("of %zu\n", stoa_string_pool_count(pool)); /* prints 1 2 0 1 of 3 */

    stoa_string bob = stoa_string_pool_get(pool, 2);
    printf("%.*s\n", (int)bob.length, bob.bytes);                               /* prints Bob */
    printf("%d\n", stoa_string_pool_find(pool, text("Bob")) == 2);              /* prints 1 */
    printf("%d\n", stoa_string_pool_find(pool, text("Eve")) == STOA_NO_STRING); /* prints 1 */
    printf("%d\n", stoa_string_pool_bytes(pool) > 0);                           /* prints 1 */

    stoa_string_pool *same = stoa_string_pool_retain(pool);
    stoa_string_pool_free(pool); /* the other reference is left */
    stoa_string_pool_free(same);
    /* [pool] */
}
