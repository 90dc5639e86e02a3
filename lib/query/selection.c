/* selection.c: sets of rows as bits: made, combined, and converted to indices and masks.
 *
 * A selection is one allocation: the head, then its words. Invariant: bits at and beyond `rows` are
 * 0 and `count` is the number of set bits, so that and, or and not work on whole words. Operations
 * on the rows of tables are in rows.c. */
#include "query/selection.h"

#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/words.h"
#include "kernel/kernel.h"

_Static_assert(sizeof(size_t) == sizeof(uint64_t), "row numbers are written as uint64");

/* ---- life ---- */

static stoa_status allocate(stoa_selection **made, size_t rows, uint64_t order, stoa_error *error)
{
    size_t bytes = sizeof(stoa_selection) + stoa__words(rows) * sizeof(uint64_t);
    stoa_selection *selection = stoa__allocate_zeroed(bytes);
    if (selection == NULL)
        return stoa__fail_memory(error, bytes);
    selection->rows = rows;
    selection->order = order;
    selection->words = (uint64_t *)(void *)(selection + 1);
    *made = selection;
    return STOA_OK;
}

stoa_status stoa__selection_new(stoa_selection **made, const stoa_table *table, size_t rows,
                                stoa_error *error)
{
    return allocate(made, rows, table->order, error);
}

static void count_anew(stoa_selection *selection)
{
    selection->count = stoa__kernels_here()->count_bits(selection->words, selection->rows);
}

stoa_status stoa_selection_from_mask(stoa_selection **selection, const stoa_table *table,
                                     const uint8_t *mask, size_t length, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, selection);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, mask, length);
    if (length != table->rows)
        return stoa__fail(error, STOA_INVALID, "the mask has %zu bytes for %zu rows", length,
                          table->rows);
    stoa_status status = stoa__selection_new(selection, table, length, error);
    if (status != STOA_OK)
        return status;
    stoa__words_of_mask((*selection)->words, mask, length);
    count_anew(*selection);
    return STOA_OK;
}

stoa_status stoa_selection_from_indices(stoa_selection **selection, const stoa_table *table,
                                        const size_t *indices, size_t count, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, selection);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, indices, count);
    for (size_t i = 0; i < count; i++)
        if (indices[i] >= table->rows)
            return stoa__fail_at(error, STOA_OUT_OF_RANGE, i,
                                 "indices[%zu] is %zu, but there are %zu rows", i, indices[i],
                                 table->rows);
    stoa_status status = stoa__selection_new(selection, table, table->rows, error);
    if (status != STOA_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        (*selection)->words[indices[i] / 64] |= (uint64_t)1 << indices[i] % 64;
    count_anew(*selection);
    return STOA_OK;
}

stoa_status stoa_selection_copy(stoa_selection **copy, const stoa_selection *selection,
                                stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, copy);
    STOA__REQUIRE_ARGUMENT(error, selection);
    stoa_selection *made = NULL;
    stoa_status status = allocate(&made, selection->rows, selection->order, error);
    if (status != STOA_OK)
        return status;
    memcpy(made->words, selection->words, stoa__words(selection->rows) * sizeof *made->words);
    made->count = selection->count;
    *copy = made;
    return STOA_OK;
}

void stoa_selection_free(stoa_selection *selection)
{
    stoa__release(selection);
}

/* ---- with others ---- */

stoa_status stoa__selection_check(const stoa_selection *selection, const stoa_table *table,
                                  stoa_error *error)
{
    if (selection->rows > table->rows)
        return stoa__fail(error, STOA_STALE, "the selection covers %zu rows, but the table has %zu",
                          selection->rows, table->rows);
    if (selection->order != table->order)
        return stoa__fail(error, STOA_STALE,
                          "rows were removed or reordered since the selection was made");
    return STOA_OK;
}

static stoa_status check_pair(const stoa_selection *selection, const stoa_selection *other,
                              stoa_error *error)
{
    if (selection->rows != other->rows)
        return stoa__fail(error, STOA_STALE, "one selection covers %zu rows, the other %zu",
                          selection->rows, other->rows);
    if (selection->order != other->order)
        return stoa__fail(error, STOA_STALE,
                          "rows were removed or reordered between the two selections");
    return STOA_OK;
}

stoa_status stoa_selection_and(stoa_selection *selection, const stoa_selection *other,
                               stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, selection);
    STOA__REQUIRE_ARGUMENT(error, other);
    stoa_status status = check_pair(selection, other, error);
    if (status != STOA_OK)
        return status;
    for (size_t i = 0; i < stoa__words(selection->rows); i++)
        selection->words[i] &= other->words[i];
    count_anew(selection);
    return STOA_OK;
}

stoa_status stoa_selection_or(stoa_selection *selection, const stoa_selection *other,
                              stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, selection);
    STOA__REQUIRE_ARGUMENT(error, other);
    stoa_status status = check_pair(selection, other, error);
    if (status != STOA_OK)
        return status;
    for (size_t i = 0; i < stoa__words(selection->rows); i++)
        selection->words[i] |= other->words[i];
    count_anew(selection);
    return STOA_OK;
}

void stoa_selection_not(stoa_selection *selection)
{
    if (selection == NULL)
        return;
    size_t words = stoa__words(selection->rows);
    for (size_t i = 0; i < words; i++)
        selection->words[i] = ~selection->words[i];
    stoa__words_end(selection->words, selection->rows);
    selection->count = selection->rows - selection->count;
}

/* ---- in other forms ---- */

void stoa_selection_indices(const stoa_selection *selection, size_t *indices)
{
    if (selection == NULL || indices == NULL)
        return;
    stoa__kernels_here()->positions((uint64_t *)(void *)indices, selection->words, selection->rows,
                                    0, selection->count);
}

stoa_status stoa_selection_ids(const stoa_selection *selection, const stoa_table *table,
                               uint64_t *ids, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, selection);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, ids, selection->count);
    stoa_status status = stoa__selection_check(selection, table, error);
    if (status == STOA_OK && table->ids == NULL)
        status = stoa__fail(error, STOA_NO_ID, "the table was made without ids");
    if (status != STOA_OK)
        return status;
    size_t count = stoa__kernels_here()->positions(ids, selection->words, selection->rows, 0,
                                                   selection->count);
    for (size_t i = 0; i < count; i++)
        ids[i] = stoa__id_at(table->ids, ids[i]);
    return STOA_OK;
}

void stoa_selection_mask(const stoa_selection *selection, uint8_t *mask)
{
    if (selection == NULL || mask == NULL)
        return;
    const uint64_t *words = selection->words;
    size_t i = 0;
    for (; i + 8 <= selection->rows; i += 8) {
        uint64_t bytes = stoa__bytes_of_bits(words[i / 64] >> i % 64);
        memcpy(mask + i, &bytes, sizeof bytes);
    }
    for (; i < selection->rows; i++)
        mask[i] = words[i / 64] >> i % 64 & 1;
}
