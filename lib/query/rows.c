/* rows.c: keeps, removes or copies the rows of a table whose bits are set.
 *
 * The bits come from a selection, an inverted selection or a byte mask; each becomes words, a chunk
 * at a time. In place, a column is packed from its start: the kept cells of a chunk move down
 * behind those kept before. Each thread packs whole columns. Into another table, each thread packs
 * whole morsels: the rows before each morsel are counted first, and if few rows of a morsel are
 * chosen their cells are gathered. Objects enter and leave their pool on the caller's thread
 * only. */
#include "base/threads.h"
#include "base/words.h"
#include "kernel/kernel.h"
#include "query/selection.h"
#include "store/grow.h"
#include "store/ids.h"
#include "store/lock.h"
#include "store/order.h"
#include "store/reference.h"
#include "store/removal.h"
#include "store/table.h"

#define CHUNK ((size_t)8192)

/* ---- which rows ---- */

typedef struct choice {
    const uint64_t *words; /* of `rows` rows; later ones are not chosen */
    const uint8_t *mask;   /* NULL: by words */
    size_t rows;
    bool inverted;
} choice;

/* Room for the words of a chunk that must be made. */
typedef uint64_t chunk_words[CHUNK / 64];

/* The words of `count` rows from `first` on, which is a multiple of CHUNK. */
static const uint64_t *words_at(const choice *c, size_t first, size_t count, uint64_t *made)
{
    size_t left = c->rows > first ? c->rows - first : 0;
    size_t known = left < count ? left : count;
    if (c->mask == NULL && known == count && !c->inverted)
        return c->words + first / 64;
    memset(made, 0, stoa__words(count) * sizeof *made);
    if (c->mask != NULL)
        stoa__words_of_mask(made, c->mask + first, known);
    else if (known > 0)
        memcpy(made, c->words + first / 64, stoa__words(known) * sizeof *made);
    for (size_t i = 0; c->inverted && i < stoa__words(count); i++)
        made[i] = ~made[i];
    stoa__words_end(made, count);
    return made;
}

static size_t chunk_at(size_t first, size_t end)
{
    return end - first < CHUNK ? end - first : CHUNK;
}

/* ---- packing ---- */

static size_t pack(char *out, const char *in, const uint64_t *words, size_t count, size_t room,
                   size_t width)
{
    const stoa__kernels *kernels = stoa__kernels_here();
    size_t chosen = kernels->count_bits(words, count);
    if (chosen == count && out != in)
        memmove(out, in, count * width);
    else if (chosen > 0 && chosen < count)
        kernels->compress[__builtin_ctzll(width)](out, in, words, count, room);
    return chosen;
}

/* ---- in place ---- */

/* Rows [first, end), whose kept rows go to row `to` and the following ones. */
typedef struct removal {
    stoa__table *table;
    const choice *kept; /* of the rows from `first` on */
    size_t first, end, to;
} removal;

/* Bits of a chunk are packed aside, since their words are shared with rows before and behind. */
static void pack_validity(const removal *r, uint64_t *validity)
{
    size_t kept = r->to;
    for (size_t first = r->first; first < r->end; first += CHUNK) {
        chunk_words made, packed;
        size_t count = chunk_at(first, r->end);
        const uint64_t *words = words_at(r->kept, first - r->first, count, made);
        size_t n = stoa__kernels_here()->compress_bits(packed, validity + first / 64, words, count);
        stoa__bits_move(validity, kept, packed, 0, n);
        kept += n;
    }
}

static void pack_column(const removal *r, size_t field)
{
    size_t kept = r->to;
    char *cells = r->table->head.columns[field].cells;
    size_t width = stoa__column_width(r->table, (uint32_t)field);
    for (size_t first = r->first; first < r->end; first += CHUNK) {
        chunk_words made;
        size_t count = chunk_at(first, r->end);
        const uint64_t *words = words_at(r->kept, first - r->first, count, made);
        kept += pack(cells + kept * width, cells + first * width, words, count, count, width);
    }
    if (r->table->head.columns[field].validity != NULL)
        pack_validity(r, r->table->head.columns[field].validity);
}

static void leave_chunk(stoa__table *table, const stoa_handle *handles, const uint64_t *words,
                        size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((words[i / 64] >> i % 64 & 1) == 0)
            stoa__pool_leave(table->pool, handles[i]);
}

/* The objects of the removed rows leave their pool. */
static void leave_rows(const removal *r)
{
    for (size_t first = r->first; first < r->end; first += CHUNK) {
        chunk_words made;
        size_t count = chunk_at(first, r->end);
        const uint64_t *words = words_at(r->kept, first - r->first, count, made);
        STOA__EACH_FIELD (r->table, i) {
            if (stoa__is_object(r->table, i))
                leave_chunk(r->table, (const stoa_handle *)r->table->head.columns[i].cells + first,
                            words, count);
        }
    }
}

/* The ids of the kept rows come first, those of the removed ones behind them. */
static void pack_ids(const removal *r)
{
    size_t kept = r->to;
    for (size_t first = r->first; first < r->end; first += CHUNK) {
        chunk_words made;
        size_t count = chunk_at(first, r->end);
        kept = stoa__ids_pack(r->table, words_at(r->kept, first - r->first, count, made), first,
                              count, kept);
    }
}

/* The ids, which take longest, and then each column. */
static void pack_part(void *context, size_t task, size_t worker)
{
    const removal *r = context;
    bool has_ids = r->table->head.ids != NULL;
    (void)worker;
    if (has_ids && task == 0)
        pack_ids(r);
    else if (stoa__field_exists(&r->table->head, task - has_ids))
        pack_column(r, task - has_ids);
}

static void pack_rows(const removal *r)
{
    size_t tasks = r->table->head.field_limit + (r->table->head.ids != NULL);
    if (r->table->schema->object_count > 0)
        leave_rows(r);
    stoa__parallel(tasks, r->end - r->first > STOA__MORSEL ? stoa__workers(tasks) : 1, pack_part,
                   (void *)(uintptr_t)r);
}

/* Removes the rows that are not kept by the rules of those that refer to them. */
static stoa_status keep_by_rules(stoa__table *table, const choice *kept, stoa_error *error)
{
    size_t rows = table->head.rows, bytes = (stoa__words(rows) + 1) * sizeof(uint64_t);
    uint64_t *removed = stoa__allocate(bytes);
    if (removed == NULL)
        return stoa__fail_memory(error, bytes);
    for (size_t first = 0; first < rows; first += CHUNK) {
        chunk_words made;
        size_t count = chunk_at(first, rows);
        const uint64_t *words = words_at(kept, first, count, made);
        for (size_t i = 0; i < stoa__words(count); i++)
            removed[first / 64 + i] = ~words[i];
    }
    stoa_status status = stoa__remove_bits(table, removed, error);
    stoa__release(removed);
    return status;
}

/* `count` is the number of rows that are kept. Fails only by rules, and for want of memory then. */
static stoa_status keep_rows(stoa__table *table, const choice *kept, size_t count,
                             stoa_error *error)
{
    if (count == table->head.rows)
        return STOA_OK;
    if (table->rules > 0)
        return keep_by_rules(table, kept, error);
    pack_rows(&(removal){table, kept, 0, table->head.rows, 0});
    stoa__table_end_removal(table, count);
    return STOA_OK;
}

void stoa__rows_pack(stoa__table *table, const uint64_t *words, bool inverted, size_t first,
                     size_t end, size_t to)
{
    choice kept = {.words = words, .rows = end - first, .inverted = inverted};
    pack_rows(&(removal){table, &kept, first, end, to});
}

static size_t count_mask(const uint8_t *mask, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += mask[i] != 0;
    return count;
}

stoa_status stoa_table_keep(stoa_table *table, const uint8_t *mask, size_t length,
                            stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, mask, length);
    if (length != table->rows)
        return stoa__fail(error, STOA_INVALID, "the mask has %zu bytes for %zu rows", length,
                          table->rows);
    void *aside;
    stoa_status status = stoa__check_unlocked(stoa__whole(table), error);
    if (status == STOA_OK)
        status = stoa__table_keep_aside(&aside, stoa__whole(table), mask, length, error);
    if (status != STOA_OK)
        return status;
    status = keep_rows(stoa__whole(table),
                       &(choice){.mask = aside != NULL ? aside : mask, .rows = length},
                       count_mask(mask, length), error);
    stoa__release(aside);
    return status;
}

/* Sets the bits of the rows that have these ids. */
static stoa_status mark_ids(uint64_t *words, const stoa_table *table, const uint64_t *ids,
                            size_t count, stoa_error *error)
{
    for (size_t i = 0; i < count; i++) {
        size_t row;
        if (stoa_table_find_id(table, ids[i], &row) != STOA_OK)
            return stoa__fail_at(error, STOA_NO_ID, i,
                                 "no row has the id %lld, at position %zu: %s", (long long)ids[i],
                                 i,
                                 table->ids == NULL ? "the table was made without ids"
                                                    : "its row was removed, or was never here");
        stoa__bit_put(words, row, true);
    }
    return STOA_OK;
}

stoa_status stoa_table_remove_ids(stoa_table *table, const uint64_t *ids, size_t count,
                                  stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, ids, count);
    size_t words = stoa__words(table->rows), bytes = (words + 1) * sizeof(uint64_t);
    stoa_status status = count > 0 ? stoa__check_unlocked(stoa__whole(table), error) : STOA_OK;
    if (status != STOA_OK || count == 0)
        return status;
    uint64_t *removed = stoa__allocate_zeroed(bytes);
    if (removed == NULL)
        return stoa__fail_memory(error, bytes);
    status = mark_ids(removed, table, ids, count, error);
    if (status == STOA_OK)
        status = keep_rows(
            stoa__whole(table), &(choice){.words = removed, .rows = table->rows, .inverted = true},
            table->rows - stoa__kernels_here()->count_bits(removed, table->rows), error);
    stoa__release(removed);
    return status;
}

stoa_status stoa_table_keep_selected(stoa_table *table, const stoa_selection *selection,
                                     stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, selection);
    stoa_status status = stoa__selection_check(selection, table, error);
    if (status == STOA_OK)
        status = stoa__check_unlocked(stoa__whole(table), error);
    if (status == STOA_OK)
        status = keep_rows(stoa__whole(table),
                           &(choice){.words = selection->words, .rows = selection->rows},
                           selection->count, error);
    return status;
}

stoa_status stoa_table_remove_selected(stoa_table *table, const stoa_selection *selection,
                                       stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, selection);
    stoa_status status = stoa__selection_check(selection, table, error);
    if (status == STOA_OK)
        status = stoa__check_unlocked(stoa__whole(table), error);
    if (status == STOA_OK)
        status = keep_rows(
            stoa__whole(table),
            &(choice){.words = selection->words, .rows = selection->rows, .inverted = true},
            table->rows - selection->count, error);
    return status;
}

/* ---- into another table ---- */

/* If at most one row in this many is chosen, the positions are found before the cells are read. */
#define FEW ((size_t)16)

/* The bits at those offsets from row `first` on become bits `place` and the following ones. */
static void gather_validity(uint64_t *out, size_t place, const uint64_t *in,
                            const uint16_t *offsets, size_t count)
{
    chunk_words packed;
    memset(packed, 0, stoa__words(count) * sizeof *packed);
    for (size_t i = 0; i < count; i++)
        packed[i / 64] |= (uint64_t)stoa__bit(in, offsets[i]) << i % 64;
    stoa__bits_add(out, place, packed, count);
}

static void take_few(stoa__table *taken, size_t place, const stoa__table *table,
                     const stoa__part *part)
{
    const stoa__kernels *kernels = stoa__kernels_here();
    uint16_t offsets[CHUNK + STOA__OFFSETS_MORE]; /* 16 KiB */
    for (size_t i = 0; i < part->count; i += CHUNK) {
        size_t rows = chunk_at(i, part->count);
        size_t likely = part->chosen * rows / part->count;
        size_t found = kernels->offsets(offsets, part->words + i / 64, rows, likely);
        uint32_t to = 0;
        STOA__EACH_FIELD (table, from) {
            size_t width = stoa__column_width(table, from);
            kernels->gather[__builtin_ctzll(width)](stoa__cell_at(taken, to, place),
                                                    stoa__cell_at(table, from, part->first + i),
                                                    offsets, found);
            if (table->head.columns[from].validity != NULL)
                gather_validity(taken->head.columns[to].validity, place,
                                table->head.columns[from].validity + (part->first + i) / 64,
                                offsets, found);
            to++;
        }
        place += found;
    }
}

static void take_column(char *out, const char *in, const stoa__part *part, size_t width)
{
    size_t done = 0;
    for (size_t i = 0; i < part->count; i += CHUNK)
        done += pack(out + done * width, in + i * width, part->words + i / 64,
                     chunk_at(i, part->count), part->chosen - done, width);
}

/* The arguments of calls that take an array with a cell for each row. */
#define REQUIRE_CELLS(error, selection, cells, values, width)                                    \
    do {                                                                                         \
        STOA__REQUIRE_ARGUMENT(error, selection);                                                \
        if ((selection)->count > 0) {                                                            \
            STOA__REQUIRE_ARGUMENT(error, cells);                                                \
            STOA__REQUIRE_ARGUMENT(error, values);                                               \
        }                                                                                        \
        if ((width) != 1 && (width) != 2 && (width) != 4 && (width) != 8)                        \
            return stoa__fail(error, STOA_INVALID, "cells of %zu bytes; they have 1, 2, 4 or 8", \
                              width);                                                            \
    } while (0)

#define SPREADS(width)                                                                             \
    static void spread_##width(const stoa_selection *selection, const char *values,                \
                               ptrdiff_t stride, char *cells)                                      \
    {                                                                                              \
        for (size_t i = 0; i < stoa__words(selection->rows); i++)                                  \
            for (uint64_t left = selection->words[i]; left != 0; left &= left - 1) {               \
                memcpy(cells + (i * 64 + (size_t)__builtin_ctzll(left)) * (width), values, width); \
                values += stride;                                                                  \
            }                                                                                      \
    }
SPREADS(1)
SPREADS(2)
SPREADS(4)
SPREADS(8)

stoa_status stoa_selection_spread(const stoa_selection *selection, const void *values,
                                  ptrdiff_t stride, size_t width, void *cells, stoa_error *error)
{
    REQUIRE_CELLS(error, selection, cells, values, width);
    if (width == 1)
        spread_1(selection, values, stride, cells);
    else if (width == 2)
        spread_2(selection, values, stride, cells);
    else if (width == 4)
        spread_4(selection, values, stride, cells);
    else
        spread_8(selection, values, stride, cells);
    return STOA_OK;
}

stoa_status stoa_selection_values(const stoa_selection *selection, const void *cells, size_t width,
                                  void *values, stoa_error *error)
{
    REQUIRE_CELLS(error, selection, cells, values, width);
    stoa__part whole = {
        .words = selection->words, .count = selection->rows, .chosen = selection->count};
    take_column(values, cells, &whole, width);
    return STOA_OK;
}

static void take_validity(uint64_t *out, size_t place, const uint64_t *in, const stoa__part *part)
{
    for (size_t i = 0; i < part->count; i += CHUNK) {
        chunk_words packed;
        size_t n = stoa__kernels_here()->compress_bits(packed, in + i / 64, part->words + i / 64,
                                                       chunk_at(i, part->count));
        stoa__bits_add(out, place, packed, n);
        place += n;
    }
}

void stoa__rows_take(stoa__table *taken, size_t place, const stoa__table *table,
                     const stoa__part *part)
{
    uint32_t to = 0;
    if (part->chosen <= part->count / FEW) {
        if (part->chosen > 0)
            take_few(taken, place, table, part);
        return;
    }
    STOA__EACH_FIELD (table, from) {
        take_column(stoa__cell_at(taken, to, place), stoa__cell_at(table, from, part->first), part,
                    stoa__column_width(table, from));
        const uint64_t *validity = table->head.columns[from].validity;
        if (validity != NULL)
            take_validity(taken->head.columns[to].validity, place, validity + part->first / 64,
                          part);
        to++;
    }
}

typedef struct taking {
    stoa__table *taken;
    const stoa__table *table;
    const stoa_selection *selection;
    size_t *before; /* selected rows before each morsel, and in all */
} taking;

static size_t count_before(size_t *before, const stoa_selection *selection)
{
    size_t morsels = 0, count = 0;
    for (size_t first = 0; first < selection->rows; first += STOA__MORSEL) {
        size_t left = selection->rows - first;
        before[morsels++] = count;
        count += stoa__kernels_here()->count_bits(selection->words + first / 64,
                                                  left < STOA__MORSEL ? left : STOA__MORSEL);
    }
    before[morsels] = count;
    return morsels;
}

static void take_morsel(void *context, size_t morsel, size_t worker)
{
    const taking *t = context;
    size_t first = morsel * STOA__MORSEL, left = t->selection->rows - first;
    stoa__part part = {.words = t->selection->words + first / 64,
                       .first = first,
                       .count = left < STOA__MORSEL ? left : STOA__MORSEL,
                       .chosen = t->before[morsel + 1] - t->before[morsel]};
    (void)worker;
    stoa__rows_take(t->taken, t->before[morsel], t->table, &part);
}

/* Where the selected rows are in a copy of them. */
static void place_selected(uint32_t *places, const stoa_selection *selection)
{
    uint32_t place = 0;
    for (size_t row = 0; row < selection->rows; row++)
        if (stoa__bit(selection->words, row))
            places[row] = place++;
}

stoa_status stoa_table_take_selected(stoa_table **taken, const stoa_table *table,
                                     const stoa_selection *selection, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, taken);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, selection);
    stoa_status status = stoa__selection_check(selection, table, error);
    if (status != STOA_OK)
        return status;
    taking t = {.table = stoa__whole_const(table), .selection = selection};
    size_t bytes = (selection->rows / STOA__MORSEL + 2) * sizeof *t.before;
    uint32_t *places;
    status = stoa__places_new(&places, t.table, error);
    if (status != STOA_OK)
        return status;
    t.before = stoa__allocate(bytes);
    if (t.before == NULL)
        status = stoa__fail_memory(error, bytes);
    if (status == STOA_OK)
        status = stoa__table_like(&t.taken, t.table, selection->count, error);
    if (status == STOA_OK) {
        size_t morsels = count_before(t.before, selection);
        stoa__table_lock(table);
        stoa__parallel(morsels, stoa__workers(morsels), take_morsel, &t);
        stoa__table_unlock(table);
        stoa__table_share_objects(t.taken, selection->count);
        stoa__table_set_rows(t.taken, selection->count);
        if (places != NULL) {
            place_selected(places, selection);
            stoa__references_follow(t.taken, t.table, places);
        }
        *taken = &t.taken->head;
    }
    stoa__release(t.before);
    stoa__release(places);
    return status;
}
