/* pool.c: examples of stoa/pool.h and of object fields. */
#include "example.h"

/* [callbacks] */
/* Objects here are counters of those who hold them. */
static bool retain(void *context, void *object)
{
    (void)context;
    ++*(int *)object;
    return true; /* false would refuse the object */
}

static void release(void *context, void *object)
{
    (void)context;
    --*(int *)object;
}
/* [callbacks] */

void pool_examples(void)
{
    stoa_error error;
    /* [pool] */
    const stoa_pool_options callbacks = {.retain = retain, .release = release};
    stoa_pool *pool;
    must(stoa_pool_new(&pool, &callbacks, &error), &error);

    const stoa_field fields[] = {{.name = "owner", .type = STOA_OBJECT}};
    const stoa_table_options options = {.rows = 3, .pool = pool};
    stoa_table *table;
    must(stoa_table_new(&table, fields, 1, &options, &error), &error);

    int ann = 0;
    for (size_t i = 0; i < 2; i++)
        if (stoa_row_set_object(stoa_table_row(table, i), "owner", &ann) != STOA_OK)
            exit(EXIT_FAILURE);
    stoa_handle handle = stoa_object_column(table, "owner")[0];
    printf("%d\n", stoa_pool_get(stoa_table_pool(table), handle) == &ann); /* prints 1 */
    printf("%d\n", stoa_pool_find(pool, &ann) == handle);                  /* prints 1 */
    printf("%zu object in %zu cells, retained %d time\n", stoa_pool_count(pool),
           stoa_pool_uses(pool, handle), ann); /* prints 1 object in 2 cells, retained 1 time */
    printf("%d\n", stoa_pool_bytes(pool) > 0); /* prints 1 */

    stoa_table_clear(table);
    printf("%d\n", ann);  /* prints 0 */
    stoa_pool_free(pool); /* the table still has a reference */
    stoa_table_free(table);
    /* [pool] */
}
