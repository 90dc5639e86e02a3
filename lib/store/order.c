/* order.c: rows that are removed, reordered, or copied into another table.
 *
 * Cells are moved by their width, whatever their type. Handles move like other cells; only removal
 * and copying change the counts of the pool. Each removal and reordering bumps the table's order
 * number, unless nothing changes. */
#include <string.h>

#include "store/grow.h"
#include "store/ids.h"
#include "store/lock.h"
#include "store/order.h"
#include "store/reference.h"
#include "store/removal.h"

#define WIDTH_NAME 1
#define WIDTH_CELL uint8_t
#include "store/by_width.h"
#define WIDTH_NAME 2
#define WIDTH_CELL uint16_t
#include "store/by_width.h"
#define WIDTH_NAME 4
#define WIDTH_CELL uint32_t
#include "store/by_width.h"
#define WIDTH_NAME 8
#define WIDTH_CELL uint64_t
#include "store/by_width.h"

/* Calls NAME_1, NAME_2, NAME_4 or NAME_8. */
#define BY_WIDTH(width, name, ...) \
    do {                           \
        if ((width) == 1)          \
            name##_1(__VA_ARGS__); \
        else if ((width) == 2)     \
            name##_2(__VA_ARGS__); \
        else if ((width) == 4)     \
            name##_4(__VA_ARGS__); \
        else                       \
            name##_8(__VA_ARGS__); \
    } while (0)

void stoa__table_end_removal(stoa__table *table, size_t rows)
{
    stoa_pool *pool = table->pool;
    stoa__table_reordered(table);
    stoa__table_set_rows(table, rows);
    stoa__pool_release_pending(pool);
}

void stoa__table_close_gap(stoa__table *table, size_t first, size_t count)
{
    size_t behind = table->head.rows - first - count;
    stoa__table_leave_objects(table, first, count);
    STOA__EACH_FIELD (table, i) {
        uint64_t *validity = table->head.columns[i].validity;
        memmove(stoa__cell_at(table, i, first), stoa__cell_at(table, i, first + count),
                behind * stoa__column_width(table, i));
        if (validity != NULL)
            stoa__bits_move(validity, first, validity, first + count, behind);
    }
    stoa__ids_rotate(table, first, first + count, table->head.rows);
    stoa__table_end_removal(table, table->head.rows - count);
}

stoa_status stoa_table_remove(stoa_table *table, size_t first, size_t count, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa_status status = stoa__check_rows(table, first, count, error);
    if (status == STOA_OK && count > 0)
        status = stoa__check_unlocked(stoa__whole(table), error);
    if (status != STOA_OK || count == 0)
        return status;
    if (stoa__whole(table)->rules > 0)
        return stoa__remove_rows(stoa__whole(table), first, count, error);
    stoa__table_close_gap(stoa__whole(table), first, count);
    return STOA_OK;
}

/* A rotation is three reversals, which need no memory. */
void stoa__table_rotate(stoa__table *table, size_t first, size_t middle, size_t end)
{
    STOA__EACH_FIELD (table, i) {
        size_t width = stoa__column_width(table, i);
        BY_WIDTH(width, reverse, stoa__cell_at(table, i, first), middle - first);
        BY_WIDTH(width, reverse, stoa__cell_at(table, i, middle), end - middle);
        BY_WIDTH(width, reverse, stoa__cell_at(table, i, first), end - first);
        uint64_t *validity = table->head.columns[i].validity;
        if (validity == NULL)
            continue;
        stoa__bits_reverse(validity, first, middle - first);
        stoa__bits_reverse(validity, middle, end - middle);
        stoa__bits_reverse(validity, first, end - first);
    }
    stoa__ids_rotate(table, first, middle, end);
}

/* The steps of one row are few: random places in memory are what takes time, and the shorter the
 * call, the more of them the processor waits for at once. */
static void put_last_cells_there(const stoa__table *table, size_t index, size_t last)
{
    const stoa_column *column = table->head.columns, *end = column + table->head.field_limit;
    for (; column < end; column++) {
        if (column->type != STOA_NO_TYPE)
            BY_WIDTH(stoa__width((stoa_type)column->type), copy, column->cells, index, last);
    }
    if (table->schema->nullable_count == 0)
        return;
    STOA__EACH_FIELD (table, i) {
        uint64_t *validity = table->head.columns[i].validity;
        if (validity != NULL)
            stoa__bit_put(validity, index, stoa__bit(validity, last));
    }
}

static void put_last_there(stoa__table *table, size_t index)
{
    stoa_pool *pool = table->pool;
    stoa__ids_take_place(table, index); /* first: what it reads comes latest */
    stoa__table_leave_objects(table, index, 1);
    put_last_cells_there(table, index, table->head.rows - 1);
    stoa__table_reordered(table);
    stoa__table_drop_last(table);
    stoa__pool_release_pending(pool);
}

/* If more rows of the table go along, the others keep their order. */
static stoa_status swap_remove_by_rules(stoa__table *table, size_t index, stoa_error *error)
{
    stoa__removal removal;
    stoa_status status = stoa__removal_begin(&removal, table, index, 1, error);
    if (status == STOA_OK)
        status = stoa__removal_find(&removal, error);
    if (status == STOA_OK) {
        bool is_alone = stoa__removal_own_count(&removal) == 1;
        stoa__removal_carry_out(&removal, !is_alone);
        if (is_alone)
            put_last_there(table, index);
    }
    stoa__removal_end(&removal);
    return status;
}

stoa_status stoa_table_swap_remove(stoa_table *table, size_t index, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa__table *whole = stoa__whole(table);
    stoa_status status = stoa__check_row(table, index, error);
    if (status == STOA_OK)
        status = stoa__check_unlocked(whole, error);
    if (status != STOA_OK)
        return status;
    if (whole->rules > 0)
        return swap_remove_by_rules(whole, index, error);
    put_last_there(whole, index);
    return STOA_OK;
}

stoa_status stoa_table_swap(stoa_table *table, size_t a, size_t b, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa__table *whole = stoa__whole(table);
    stoa_status status = stoa__check_row(table, a, error);
    if (status == STOA_OK)
        status = stoa__check_row(table, b, error);
    if (status == STOA_OK && a != b)
        status = stoa__check_unlocked(whole, error);
    if (status != STOA_OK || a == b)
        return status;
    STOA__EACH_FIELD (whole, i) {
        stoa__cell cell;
        size_t width = stoa__column_width(whole, i);
        memcpy(cell.bytes, stoa__cell_at(whole, i, a), width);
        memcpy(stoa__cell_at(whole, i, a), stoa__cell_at(whole, i, b), width);
        memcpy(stoa__cell_at(whole, i, b), cell.bytes, width);
        if (table->columns[i].validity == NULL)
            continue;
        bool valid = stoa__is_valid(whole, i, a);
        stoa__bit_put(table->columns[i].validity, a, stoa__is_valid(whole, i, b));
        stoa__bit_put(table->columns[i].validity, b, valid);
    }
    stoa__ids_swap(whole, a, b);
    stoa__table_reordered(whole);
    return STOA_OK;
}

stoa_status stoa_table_reverse(stoa_table *table, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa__table *whole = stoa__whole(table);
    if (table->rows < 2)
        return STOA_OK;
    stoa_status status = stoa__check_unlocked(whole, error);
    if (status != STOA_OK)
        return status;
    STOA__EACH_FIELD (whole, i) {
        BY_WIDTH(stoa__column_width(whole, i), reverse, table->columns[i].cells, table->rows);
        if (table->columns[i].validity != NULL)
            stoa__bits_reverse(table->columns[i].validity, 0, table->rows);
    }
    stoa__ids_reverse(whole);
    stoa__table_reordered(whole);
    return STOA_OK;
}

/* ---- permute ---- */

/* Whether each of 0 … count - 1 is there once. seen: `count` zero bytes. */
static stoa_status check_permutation(const size_t *indices, size_t count, uint8_t *seen,
                                     stoa_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (indices[i] >= count)
            return stoa__fail_at(error, STOA_OUT_OF_RANGE, i,
                                 "indices[%zu] is %zu, but there are %zu rows", i, indices[i],
                                 count);
        if (seen[indices[i]])
            return stoa__fail_at(error, STOA_INVALID, i, "row %zu is among the indices twice",
                                 indices[i]);
        seen[indices[i]] = 1;
    }
    return STOA_OK;
}

static stoa_status permute(stoa__table *table, const size_t *indices, size_t count,
                           stoa_error *error)
{
    void *column = stoa__allocate_zeroed(count * sizeof(uint64_t));
    if (column == NULL)
        return stoa__fail_memory(error, count * sizeof(uint64_t));
    stoa_status status = check_permutation(indices, count, column, error);
    if (status == STOA_OK) {
        STOA__EACH_FIELD (table, i) {
            size_t width = stoa__column_width(table, i);
            BY_WIDTH(width, gather, column, table->head.columns[i].cells, indices, count);
            memcpy(table->head.columns[i].cells, column, count * width);
            if (table->head.columns[i].validity == NULL)
                continue;
            stoa__bits_gather(column, table->head.columns[i].validity, indices, count);
            memcpy(table->head.columns[i].validity, column, stoa__validity_bytes(count));
        }
        stoa__ids_permute(table, indices, count, column);
        stoa__table_reordered(table);
    }
    stoa__release(column);
    return status;
}

stoa_status stoa_table_permute(stoa_table *table, const size_t *indices, size_t count,
                               stoa_error *error)
{
    void *aside;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, indices, count);
    if (count != table->rows)
        return stoa__fail(error, STOA_INVALID, "%zu indices are given for %zu rows", count,
                          table->rows);
    if (count == 0)
        return STOA_OK;
    stoa_status status = stoa__check_unlocked(stoa__whole(table), error);
    if (status != STOA_OK)
        return status;
    status =
        stoa__table_keep_aside(&aside, stoa__whole(table), indices, count * sizeof *indices, error);
    if (status == STOA_OK)
        status = permute(stoa__whole(table), aside != NULL ? aside : indices, count, error);
    stoa__release(aside);
    return status;
}

/* ---- into another table ---- */

void stoa__table_share_objects(stoa__table *table, size_t rows)
{
    STOA__EACH_FIELD (table, i) {
        const stoa_handle *handles = table->head.columns[i].cells;
        for (size_t row = 0; stoa__is_object(table, i) && row < rows; row++)
            stoa__pool_share(table->pool, handles[row], 1);
    }
}

/* Copies all rows of a table, or those at `indices`, into a copy that has no dropped fields. */
static void copy_columns(stoa__table *copy, const stoa__table *table, const size_t *indices,
                         size_t count)
{
    uint32_t to = 0;
    stoa__table_lock(&table->head);
    STOA__EACH_FIELD (table, i) {
        size_t width = stoa__column_width(table, i);
        void *out = copy->head.columns[to].cells;
        const void *cells = table->head.columns[i].cells;
        if (indices == NULL)
            memcpy(out, cells, count * width);
        else
            BY_WIDTH(width, gather, out, cells, indices, count);
        const uint64_t *validity = table->head.columns[i].validity;
        if (validity != NULL && indices == NULL)
            stoa__bits_move(copy->head.columns[to].validity, 0, validity, 0, count);
        else if (validity != NULL)
            stoa__bits_gather(copy->head.columns[to].validity, validity, indices, count);
        to++;
    }
    stoa__table_unlock(&table->head);
    stoa__table_share_objects(copy, count);
    stoa__table_set_rows(copy, count);
}

/* Where the rows at these indices are in a copy; of those that come several times, the first. */
static void place_rows(uint32_t *places, const size_t *indices, size_t count)
{
    for (size_t i = count; i-- > 0;)
        places[indices[i]] = (uint32_t)i;
}

stoa_status stoa_table_copy(stoa_table **copy, const stoa_table *table, stoa_error *error)
{
    stoa__table *made;
    STOA__REQUIRE_ARGUMENT(error, copy);
    STOA__REQUIRE_ARGUMENT(error, table);
    const stoa__table *whole = stoa__whole_const(table);
    stoa_status status = stoa__table_like(&made, whole, table->rows, error);
    if (status != STOA_OK)
        return status;
    copy_columns(made, whole, NULL, table->rows);
    stoa__references_follow(made, whole, NULL);
    *copy = &made->head;
    return STOA_OK;
}

stoa_status stoa_table_take(stoa_table **taken, const stoa_table *table, const size_t *indices,
                            size_t count, stoa_error *error)
{
    stoa__table *made;
    STOA__REQUIRE_ARGUMENT(error, taken);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, indices, count);
    const stoa__table *whole = stoa__whole_const(table);
    for (size_t i = 0; i < count; i++)
        if (indices[i] >= table->rows)
            return stoa__fail_at(error, STOA_OUT_OF_RANGE, i,
                                 "indices[%zu] is %zu, but there are %zu rows", i, indices[i],
                                 table->rows);
    uint32_t *places;
    stoa_status status = stoa__places_new(&places, whole, error);
    if (status == STOA_OK)
        status = stoa__table_like(&made, whole, count, error);
    if (status == STOA_OK && count > 0)
        copy_columns(made, whole, indices, count);
    if (status == STOA_OK && places != NULL) {
        place_rows(places, indices, count);
        stoa__references_follow(made, whole, places);
    }
    stoa__release(places);
    if (status != STOA_OK)
        return status;
    *taken = &made->head;
    return STOA_OK;
}
