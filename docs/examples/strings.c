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

    /* [table] */
    const stoa_field fields[] = {
        {.name = "name", .type = STOA_STRING},
        {.name = "city", .type = STOA_STRING, .initial.string = {.bytes = "Oslo", .length = 4}}};
    stoa_table *table;
    must(stoa_table_new(&table, fields, 2, NULL, &error), &error);
    const stoa_value values[] = {stoa_string_value(text("Ann"))};
    for (size_t i = 0; i < 3; i++)
        must(stoa_table_append(table, values, 1, &error), &error);
    if (stoa_row_set_string(stoa_table_row(table, 1), "name", text("Bob")) != STOA_OK)
        exit(EXIT_FAILURE);

    stoa_string name;
    if (stoa_row_get_string(stoa_table_row(table, 1), "name", &name) != STOA_OK)
        exit(EXIT_FAILURE);
    printf("%.*s\n", (int)name.length, name.bytes); /* prints Bob */

    const stoa_handle *cities = stoa_string_column(table, "city"); /* 4 bytes a row */
    stoa_string city = stoa_string_pool_get(stoa_table_strings(table), cities[2]);
    printf("%.*s\n", (int)city.length, city.bytes); /* prints Oslo */

    must(stoa_table_resize(table, 1, &error), &error); /* Bob is in no cell any more */
    must(stoa_table_compact(table, &error), &error);
    printf("%zu strings\n",
           stoa_string_pool_count(stoa_table_strings(table))); /* prints 3 strings */
    stoa_table_free(table);
    /* [table] */
}
