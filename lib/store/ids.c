/* ids.c: ids of rows.
 *
 * An id is three numbers, from the highest bits on: a prefix, which is the table's alone
 * (base/unique.h); a generation; a slot. One array says the id of a row, another the row of a slot:
 * an id is found if both agree. Behind the ids of the rows lie, ready, those that the next rows
 * will have, and their slots say those rows already: an append, inline ones too, has nothing to do
 * but to count the row. A removed row's id goes behind the others, and is at once replaced by that
 * of its slot's next generation.
 *
 * A row that is as it began, in the slot of its own number, is zero in both arrays (stoa/ids.h): so
 * ids take no memory and no time until rows move or go.
 *
 * A slot whose generations are used up is retired: nothing refers to it any more. New slots are
 * taken in order (the cursor). After a quarter more slots than there are ids, they are gone through
 * once more, with another prefix: then retired ones get ids again, which nobody has had. The first
 * generation is a random one, so that ids of tables with the same prefix differ most likely.
 *
 * Invariant: the ids of rows [0, ready) have different slots, each of which says its row. */
#include "store/ids.h"

#include "base/unique.h"
#include "store/grow.h"
#include "store/lock.h"

/* Below the prefix of an id are so many bits, generation and slot; and there are so many prefixes.
 * Prefix 0 is left out: no id is 0. */
#define PREFIX_SHIFT 44
#define PREFIXES (((uint64_t)1 << (63 - PREFIX_SHIFT)) - 1)
/* So many more ids than are needed are made ready at once. */
#define CHUNK ((size_t)256)

static uint64_t new_prefix(void)
{
    return (1 + stoa__unique(PREFIXES)) << PREFIX_SHIFT;
}

/* ---- room ---- */

/* Slots for the ids of so many rows, with those that may be retired before they are used again. */
static size_t slots_for(size_t rows)
{
    return rows + rows / 4 + 64;
}

/* From the start of the region to the array of rows. */
static size_t bytes_before(const stoa__region *region, size_t max_rows)
{
    bool large = max_rows * sizeof(uint64_t) > STOA__PLAIN_LIMIT;
    size_t unit = stoa__region_is_large(region) ? STOA__HUGE_PAGE : STOA__PAGE;
    size_t bytes = (large ? stoa__stagger(region->phase) : 0) + max_rows * sizeof(uint64_t);
    return large ? stoa__round_up(bytes, unit) + STOA__STAGGER : bytes;
}

/* Enough for `rows` rows, wherever the arrays begin. */
static size_t enough_bytes(size_t rows)
{
    size_t bytes = rows * sizeof(uint64_t) + slots_for(rows) * sizeof(uint32_t);
    size_t unit = bytes < STOA__LARGE_REGION ? STOA__PAGE : STOA__HUGE_PAGE;
    size_t lost = STOA__MOST_STAGGER + STOA__STAGGER + unit;
    return bytes + (rows * sizeof(uint64_t) > STOA__PLAIN_LIMIT ? lost : 0);
}

/* About the most rows for which so many bytes are enough. */
static size_t rows_in(size_t bytes)
{
    size_t rows = bytes / 13;
    while (rows > 0 && enough_bytes(rows) > bytes)
        rows -= 1 + (enough_bytes(rows) - bytes) / 13;
    return rows;
}

/* Address space for the table's max_rows; if none was asked for, for a share that fits well, and
 * for `least` rows in any case. */
static bool reserve(stoa__ids *ids, stoa__table *table, size_t least)
{
    size_t most = table->max_rows < STOA__MOST_ID_ROWS ? table->max_rows : STOA__MOST_ID_ROWS;
    least = table->asked > 0 ? most : least;
    size_t least_bytes = enough_bytes(least), bytes = enough_bytes(most);
    size_t share = stoa__reserve_share(least_bytes);
    if (table->asked == 0 && bytes > share)
        bytes = share > least_bytes ? share : least_bytes;
    if (!stoa__region_reserve(&ids->region, bytes, least_bytes, 2))
        return false;
    size_t rows = rows_in(ids->region.bytes);
    rows = rows > least ? rows : least;
    table->max_rows = rows < most ? rows : most;
    return true;
}

static void place(stoa__ids *ids, const stoa__table *table)
{
    size_t before = bytes_before(&ids->region, table->max_rows);
    ids->head.rows = (uint32_t *)(void *)(ids->region.base + before);
    before = table->max_rows * sizeof(uint64_t) > STOA__PLAIN_LIMIT
                 ? stoa__stagger(ids->region.phase)
                 : 0;
    ids->head.cells = (uint64_t *)(void *)(ids->region.base + before);
    ids->room = slots_for(table->max_rows);
}

/* As many bits for the slot as a table with that max_rows needs; so a table that was saved and one
 * that is made to load it have the same. */
static void divide(stoa__ids *ids, size_t asked)
{
    size_t slots = asked > 0 ? slots_for(asked) : (size_t)1 << 32;
    unsigned bits = 64 - (unsigned)__builtin_clzll(slots - 1);
    ids->head.slots = ((uint64_t)1 << bits) - 1;
    ids->generations = (((uint64_t)1 << PREFIX_SHIFT) - 1) ^ ids->head.slots;
    ids->first = stoa__random() & ids->generations;
    ids->prefix = new_prefix();
    ids->head.origin = ids->prefix | ids->first;
    ids->head.begun = SIZE_MAX;
}

static bool commit(stoa__ids *ids, size_t rows)
{
    size_t cells = (size_t)((char *)ids->head.cells - ids->region.base);
    size_t slots = (size_t)((char *)ids->head.rows - ids->region.base);
    size_t done = ids->committed, before = done > 0 ? slots_for(done) : 0;
    if (!stoa__region_commit(&ids->region, cells + done * sizeof(uint64_t),
                             cells + rows * sizeof(uint64_t)) ||
        !stoa__region_commit(&ids->region, slots + before * sizeof(uint32_t),
                             slots + slots_for(rows) * sizeof(uint32_t)))
        return false;
    ids->committed = rows;
    return true;
}

bool stoa__ids_commit(stoa__table *table, size_t rows)
{
    stoa__ids *ids = stoa__ids_of(table);
    return ids == NULL || rows <= ids->committed || commit(ids, rows);
}

stoa_status stoa__ids_new(stoa__table *table, size_t rows, stoa_error *error)
{
    stoa__ids *ids = stoa__allocate_zeroed(sizeof *ids);
    if (ids == NULL)
        return stoa__fail_memory(error, sizeof *ids);
    rows = rows > table->capacity ? rows : table->capacity;
    bool had = rows <= STOA__MOST_ID_ROWS && reserve(ids, table, rows);
    if (had) {
        place(ids, table);
        had = commit(ids, table->capacity);
    }
    if (!had) {
        stoa__region_free(&ids->region);
        stoa__release(ids);
        return stoa__fail(error, STOA_OUT_OF_MEMORY,
                          "the system refused address space for the ids of %zu rows", rows);
    }
    divide(ids, table->asked);
    table->head.ids = &ids->head;
    return STOA_OK;
}

void stoa__ids_free(stoa__table *table)
{
    stoa__ids *ids = stoa__ids_of(table);
    if (ids != NULL)
        stoa__region_free(&ids->region);
    stoa__release(ids);
}

/* ---- ids that are ready ---- */

static uint64_t get(const stoa__ids *ids, size_t row)
{
    return stoa__id_at(&ids->head, row);
}

static void put(stoa__ids *ids, size_t row, uint64_t id)
{
    uint64_t slot = id & ids->head.slots;
    ids->head.cells[row] = id ^ ids->head.origin ^ row;
    ids->head.rows[slot] = (uint32_t)(row ^ slot);
}

/* Rows from `row` on are no longer all as they came. */
static void begun_to(stoa__ids *ids, size_t row)
{
    if (row < ids->head.begun)
        ids->head.begun = row;
}

static bool is_used(const stoa__ids *ids, size_t slot)
{
    size_t row = slot < ids->head.slot_count ? ids->head.rows[slot] ^ slot : SIZE_MAX;
    return row < ids->ready && (get(ids, row) & ids->head.slots) == slot;
}

/* A slot that no id has, and that had none with this prefix. */
static size_t next_slot(stoa__ids *ids)
{
    size_t limit = slots_for(ids->ready);
    for (;;) {
        if (ids->cursor >= limit) {
            ids->cursor = 0;
            ids->prefix = new_prefix();
        }
        if (!is_used(ids, ids->cursor))
            return ids->cursor++;
        ids->cursor++;
    }
}

static void prepare_one(stoa__ids *ids)
{
    size_t slot = next_slot(ids);
    put(ids, ids->ready++, ids->prefix | ids->first | slot);
    if (slot >= ids->head.slot_count)
        ids->head.slot_count = slot + 1;
}

/* As long as no slot was retired all rows to come are as they begin. */
void stoa__ids_prepare(stoa__table *table, size_t rows)
{
    stoa__ids *ids = stoa__ids_of(table);
    if (ids == NULL || rows <= ids->ready)
        return;
    if (ids->cursor == ids->ready && ids->head.slot_count == ids->ready &&
        (ids->prefix | ids->first) == ids->head.origin) {
        ids->ready = ids->cursor = ids->head.slot_count = ids->committed;
        return;
    }
    size_t goal = ids->committed - rows > CHUNK ? rows + CHUNK : ids->committed;
    while (ids->ready < goal)
        prepare_one(ids);
}

/* The id of the slot's next generation; 0: it has none left with this prefix. */
static uint64_t next_id(const stoa__ids *ids, uint64_t id)
{
    uint64_t next = (id & ~ids->generations) | ((id + ids->head.slots + 1) & ids->generations);
    bool is_own = (id ^ ids->prefix) >> PREFIX_SHIFT == 0;
    return is_own && (next & ids->generations) != ids->first ? next : 0;
}

/* Most slots say the row already, and stay untouched. */
static void leave(stoa__ids *ids, size_t row, uint64_t next)
{
    uint64_t slot = next & ids->head.slots;
    ids->head.cells[row] = next ^ ids->head.origin ^ row;
    if (ids->head.rows[slot] != (uint32_t)(row ^ slot))
        ids->head.rows[slot] = (uint32_t)(row ^ slot);
}

/* The id behind the others takes the place of one that is retired. */
static void replace_retired(stoa__ids *ids, size_t row)
{
    if (--ids->ready > row)
        put(ids, row, get(ids, ids->ready));
}

/* Downwards, so that the id that takes the place of a retired one is a next one already. */
void stoa__ids_leave(stoa__table *table, size_t rows, size_t before)
{
    stoa__ids *ids = stoa__ids_of(table);
    if (ids != NULL && rows < before)
        begun_to(ids, rows);
    for (size_t i = before; ids != NULL && i-- > rows;) {
        uint64_t next = next_id(ids, get(ids, i));
        if (next != 0)
            leave(ids, i, next);
        else
            replace_retired(ids, i);
    }
}

/* ---- moves ---- */

/* That array elements [from, to) will be written. */
static void expect(stoa__ids *ids, const void *array, size_t from, size_t to, size_t width)
{
    size_t before = (size_t)((const char *)array - ids->region.base);
    stoa__region_expect(&ids->region, before + from * width, before + to * width);
}

/* The ids, before rows move. Once some do, most will: then the memory of all is written, and gets
 * huge pages. NULL: there are none. */
static stoa__ids *moving(stoa__table *table)
{
    stoa__ids *ids = stoa__ids_of(table);
    size_t rows = table->head.rows;
    if (ids == NULL || rows <= ids->moved + ids->moved / 4)
        return ids;
    expect(ids, ids->head.cells, ids->moved, rows, sizeof(uint64_t));
    expect(ids, ids->head.rows, ids->moved, rows, sizeof(uint32_t));
    ids->moved = rows;
    return ids;
}

static void swap(stoa__ids *ids, size_t a, size_t b)
{
    uint64_t id = get(ids, a);
    begun_to(ids, a < b ? a : b);
    put(ids, a, get(ids, b));
    put(ids, b, id);
}

static void reverse(stoa__ids *ids, size_t first, size_t end)
{
    for (; first + 1 < end; first++)
        swap(ids, first, --end);
}

/* Row `by` comes to `row`. The id of that row, which is removed, goes where `by` was; its slot is
 * told so when it leaves. */
static void replace(stoa__ids *ids, size_t row, size_t by)
{
    uint64_t id = get(ids, by);
    begun_to(ids, row);
    ids->head.cells[by] = get(ids, row) ^ ids->head.origin ^ by;
    put(ids, row, id);
}

void stoa__ids_swap(stoa__table *table, size_t a, size_t b)
{
    stoa__ids *ids = moving(table);
    if (ids != NULL)
        swap(ids, a, b);
}

void stoa__ids_take_place(stoa__table *table, size_t row)
{
    stoa__ids *ids = moving(table);
    size_t last = table->head.rows - 1;
    if (ids == NULL)
        return;
    uint64_t moved = get(ids, last), next = next_id(ids, get(ids, row));
    begun_to(ids, row);
    put(ids, row, moved);
    if (next != 0)
        put(ids, last, next);
    else
        replace_retired(ids, last);
}

void stoa__ids_reverse(stoa__table *table)
{
    stoa__ids *ids = moving(table);
    if (ids != NULL)
        reverse(ids, 0, table->head.rows);
}

enum { FEW = 64 };

/* At most FEW ids before or behind the middle are put aside, and the others shifted. */
static void shift(stoa__ids *ids, size_t first, size_t middle, size_t end)
{
    uint64_t few[FEW];
    size_t before = middle - first, behind = end - middle;
    bool up = behind <= FEW; /* those before the middle go up */
    begun_to(ids, first);
    for (size_t i = 0; i < (up ? behind : before); i++)
        few[i] = get(ids, (up ? middle : first) + i);
    for (size_t i = middle; up && i-- > first;)
        put(ids, i + behind, get(ids, i));
    for (size_t i = middle; !up && i < end; i++)
        put(ids, i - before, get(ids, i));
    for (size_t i = 0; i < (up ? behind : before); i++)
        put(ids, (up ? first : end - before) + i, few[i]);
}

void stoa__ids_rotate(stoa__table *table, size_t first, size_t middle, size_t end)
{
    stoa__ids *ids = moving(table);
    if (ids == NULL || first == middle || middle == end)
        return;
    if (middle - first <= FEW || end - middle <= FEW) {
        shift(ids, first, middle, end);
        return;
    }
    reverse(ids, first, middle);
    reverse(ids, middle, end);
    reverse(ids, first, end);
}

void stoa__ids_permute(stoa__table *table, const size_t *indices, size_t count, void *scratch)
{
    stoa__ids *ids = moving(table);
    uint64_t *before = scratch;
    if (ids != NULL)
        begun_to(ids, 0);
    for (size_t i = 0; ids != NULL && i < count; i++)
        before[i] = get(ids, i);
    for (size_t i = 0; ids != NULL && i < count; i++)
        put(ids, i, before[indices[i]]);
}

size_t stoa__ids_pack(stoa__table *table, const uint64_t *words, size_t first, size_t count,
                      size_t to)
{
    stoa__ids *ids = moving(table);
    for (size_t i = 0; ids != NULL && i < stoa__words(count); i++) {
        for (uint64_t left = words[i]; left != 0; left &= left - 1) {
            size_t row = first + i * 64 + (size_t)__builtin_ctzll(left);
            if (row != to)
                replace(ids, to, row);
            to++;
        }
    }
    return to;
}

/* ---- restoring ---- */

/* How many slots the ids need. Fails if they can't be those of a table with as much room. */
static stoa_status count_slots(const stoa__ids *ids, const uint64_t *given, size_t count,
                               size_t *slot_count, stoa_error *error)
{
    *slot_count = ids->head.slot_count;
    for (size_t i = 0; i < count; i++) {
        uint64_t slot = given[i] & ids->head.slots;
        if (given[i] == 0 || given[i] >> 63 != 0 || slot >= ids->room)
            return stoa__fail_at(error, STOA_INVALID, i,
                                 "%llu at position %zu is no id of a table with this max_rows",
                                 (unsigned long long)given[i], i);
        *slot_count = slot >= *slot_count ? slot + 1 : *slot_count;
    }
    return STOA_OK;
}

/* Fails if two ids have the same slot. */
static stoa_status check_slots(const stoa__ids *ids, const uint64_t *given, size_t count,
                               size_t slot_count, stoa_error *error)
{
    size_t bytes = (slot_count / 64 + 1) * sizeof(uint64_t);
    uint64_t *seen = stoa__allocate_zeroed(bytes);
    stoa_status status = STOA_OK;
    if (seen == NULL)
        return stoa__fail_memory(error, bytes);
    for (size_t i = 0; status == STOA_OK && i < count; i++) {
        uint64_t slot = given[i] & ids->head.slots;
        if (stoa__bit(seen, slot))
            status = stoa__fail_at(error, STOA_INVALID, i,
                                   "the id %llu at position %zu has the slot of one before it",
                                   (unsigned long long)given[i], i);
        stoa__bit_put(seen, slot, true);
    }
    stoa__release(seen);
    return status;
}

/* All slots up to the last are committed: rows[] of slots that no id has is never read as one. */
static stoa_status commit_slots(stoa__ids *ids, size_t slot_count, stoa_error *error)
{
    size_t slots = (size_t)((char *)ids->head.rows - ids->region.base);
    size_t bytes = slot_count * sizeof(uint32_t);
    return stoa__region_commit(&ids->region, slots, slots + bytes)
               ? STOA_OK
               : stoa__fail_memory(error, bytes);
}

static void take_ids(stoa__ids *ids, const uint64_t *given, size_t count, size_t slot_count)
{
    ids->prefix = new_prefix();
    ids->cursor = 0;
    ids->ready = count;
    ids->head.slot_count = slot_count;
    begun_to(ids, 0);
    for (size_t i = 0; i < count; i++)
        put(ids, i, given[i]);
}

stoa_status stoa__table_restore_ids(stoa_table *table, const uint64_t *ids, size_t count,
                                    stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, ids, count);
    stoa__ids *own = stoa__ids_of(stoa__whole(table));
    if (own == NULL || count != table->rows)
        return stoa__fail(error, STOA_INVALID, "%zu ids are given for %zu rows %s ids", count,
                          table->rows, own == NULL ? "without" : "with");
    size_t slot_count = 0;
    stoa_status status = stoa__check_unlocked(stoa__whole(table), error);
    if (status == STOA_OK)
        status = count_slots(own, ids, count, &slot_count, error);
    if (status == STOA_OK)
        status = check_slots(own, ids, count, slot_count, error);
    if (status == STOA_OK)
        status = commit_slots(own, slot_count, error);
    if (status != STOA_OK || count == 0) /* an empty table may go on as it is */
        return status;
    take_ids(own, ids, count, slot_count);
    stoa__table_reordered(stoa__whole(table));
    stoa__table_open(stoa__whole(table));
    return STOA_OK;
}

/* ---- public ---- */

bool stoa_table_has_ids(const stoa_table *table)
{
    return table != NULL && table->ids != NULL;
}

stoa_status stoa_table_read_ids(const stoa_table *table, size_t first, size_t count, uint64_t *ids,
                                stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, ids, count);
    if (table->ids == NULL)
        return stoa__fail(error, STOA_NO_ID, "the table was made without ids");
    stoa_status status = stoa__check_rows(table, first, count, error);
    for (size_t i = first; status == STOA_OK && i < first + count; i++)
        ids[i - first] = stoa__id_at(table->ids, i);
    return status;
}
