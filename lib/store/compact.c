/* compact.c: gives the bytes of strings that no cell holds back to the system.
 *
 * The strings that cells and defaults hold are copied into a new pool, in the order of their
 * handles; only then are the handles of this table rewritten, which cannot fail. Other tables of
 * the old pool keep it as it is. Cells keep their values, so that no version changes. */
#include "store/lock.h"
#include "store/table.h"

/* 1 for each handle that is in use. */
static void mark(const stoa__table *table, stoa_handle *used)
{
    used[0] = 1;
    STOA__EACH_FIELD (table, i) {
        if (!stoa__is_string(table, i))
            continue;
        const stoa_handle *cells = table->head.columns[i].cells;
        used[table->head.columns[i].initial] = 1;
        for (size_t row = 0; row < table->head.rows; row++)
            used[cells[row]] = 1;
    }
}

/* Strings of the old pool are all different, and come in the order of their handles. */
static stoa_status copy_marked(stoa_string_pool *made, const stoa_string_pool *pool,
                               stoa_handle *to, stoa_error *error)
{
    for (size_t handle = 0; handle < pool->count; handle++) {
        if (to[handle] == 0)
            continue;
        stoa_string string = stoa__string_of(pool, (stoa_handle)handle);
        stoa_status status = stoa__strings_intern(made, &string, 0, 1, &to[handle],
                                                  (stoa__place){NULL, handle}, error);
        if (status != STOA_OK)
            return status;
    }
    return STOA_OK;
}

static void rename_handles(stoa__table *table, const stoa_handle *to)
{
    STOA__EACH_FIELD (table, i) {
        if (!stoa__is_string(table, i))
            continue;
        stoa_handle *cells = table->head.columns[i].cells;
        table->head.columns[i].initial = to[table->head.columns[i].initial];
        for (size_t row = 0; row < table->head.rows; row++)
            cells[row] = to[cells[row]];
    }
}

static stoa_status make_pool(stoa_string_pool **made, const stoa__table *table, stoa_handle *to,
                             stoa_error *error)
{
    const stoa__string_pool *pool = (const stoa__string_pool *)(const void *)table->head.strings;
    const stoa_string_pool_options options = {.max_count = pool->asked_count,
                                              .max_bytes = pool->asked_bytes};
    stoa_status status = stoa_string_pool_new(made, &options, error);
    if (status != STOA_OK)
        return status;
    mark(table, to);
    status = copy_marked(*made, table->head.strings, to, error);
    if (status != STOA_OK)
        stoa_string_pool_free(*made);
    return status;
}

stoa_status stoa_table_compact(stoa_table *table, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa__table *whole = stoa__whole(table);
    stoa_string_pool *made, *before = table->strings;
    if (before == NULL)
        return STOA_OK;
    stoa_status status = stoa__check_unlocked(whole, error);
    if (status != STOA_OK)
        return status;
    size_t bytes = before->count * sizeof(stoa_handle);
    stoa_handle *to = stoa__allocate_zeroed(bytes); /* by the handle that it was */
    if (to == NULL)
        return stoa__fail_memory(error, bytes);
    status = make_pool(&made, whole, to, error);
    if (status == STOA_OK) {
        rename_handles(whole, to);
        table->strings = made;
        stoa_string_pool_free(before);
    }
    stoa__release(to);
    return status;
}
