/* removal.c: what a removal does to rows that refer to the removed ones.
 *
 * First the whole of it is found, in memory aside: the doomed rows of each table, as bits. Newly
 * doomed rows of a table that others refer to by cascade are gone through in batches. For each such
 * field a batch is looked for by a scan of its cells; from the third batch on by lists of the rows
 * that refer to each row, which are made then: so a chain of any length, in any order, takes a time
 * in proportion to the rows. Each row is doomed once, so that cycles end. Then a scan tells whether
 * a row that stays refers to one that goes by a field that refuses that, and whether a table that
 * loses rows is locked. Only then, when nothing can fail any more, the rows are removed. */
#include "store/removal.h"

#include <string.h>

#include "store/grow.h"
#include "store/ids.h"
#include "store/lock.h"
#include "store/order.h"
#include "store/reference.h"

/* The rows of a table that go. */
struct stoa__doom {
    stoa__table *table;
    stoa__doom *next;
    uint64_t *words; /* bit i: row i goes */
    uint32_t *queue; /* these rows as they were found; NULL: nobody refers to them by a rule */
    size_t count;
    size_t done; /* of the queue: whose referrers have been found */
    stoa_pool *pool;
};

/* A link by cascade that was followed. */
struct stoa__trail {
    const stoa__link *link;
    stoa__trail *next;
    unsigned scans;
    uint32_t *first; /* by row of the target: the first row that refers to it; NULL: not made yet */
    uint32_t *more;  /* by row that refers: the next one that refers to the same */
};

enum { SCANS = 2 };
#define NO_ROW UINT32_MAX

/* ---- which rows ---- */

static stoa__doom *find_doom(const stoa__removal *removal, const stoa__table *table)
{
    stoa__doom *doom = removal->dooms;
    while (doom != NULL && doom->table != table)
        doom = doom->next;
    return doom;
}

static stoa_status doom_of(stoa__removal *removal, stoa__table *table, stoa__doom **found,
                           stoa_error *error)
{
    *found = find_doom(removal, table);
    if (*found != NULL)
        return STOA_OK;
    size_t rows = table->head.rows, bytes = (stoa__words(rows) + 1) * sizeof(uint64_t);
    stoa__doom *doom = stoa__allocate_zeroed(sizeof *doom);
    if (doom == NULL)
        return stoa__fail_memory(error, sizeof *doom);
    *doom = (stoa__doom){.table = table, .next = removal->dooms};
    removal->dooms = *found = doom; /* stoa__removal_end() frees it */
    doom->words = stoa__allocate_zeroed(bytes);
    if (table->rules > 0 && rows > 0)
        doom->queue = stoa__allocate(rows * sizeof *doom->queue);
    if (doom->words == NULL || (table->rules > 0 && rows > 0 && doom->queue == NULL))
        return stoa__fail_memory(error, bytes);
    return STOA_OK;
}

static void doom_row(stoa__doom *doom, size_t row)
{
    if (stoa__bit(doom->words, row))
        return;
    stoa__bit_put(doom->words, row, true);
    if (doom->queue != NULL)
        doom->queue[doom->count] = (uint32_t)row;
    doom->count++;
}

/* Whether a row is one that the caller overwrites. */
static bool is_kept(const stoa__removal *removal, const stoa__doom *doom, size_t row)
{
    return doom == removal->own && row >= removal->kept_first && row < removal->kept_end;
}

/* The rows that refer to doomed ones: next_referring() from one to the next. If a single row is
 * doomed its id is compared, else each id is looked up. */
typedef struct search {
    const stoa__link *link;
    const stoa__doom *doom;
    uint64_t only; /* 0: several */
} search;

static search search_for(const stoa__link *link, const stoa__doom *doom)
{
    search made = {.link = link, .doom = doom};
    if (doom->count == 1)
        made.only = stoa_row_id(stoa_table_row(&doom->table->head, doom->queue[0]));
    return made;
}

/* The first row from `row` on, or the number of rows; `found` becomes the row it refers to. */
static size_t next_referring(const search *s, size_t row, size_t *found)
{
    const stoa__table *table = s->link->table;
    const uint64_t *cells = table->head.columns[s->link->field].cells;
    size_t rows = table->head.rows;
    if (s->only != 0) {
        *found = s->doom->queue[0];
        while (row < rows && cells[row] != s->only)
            row++;
        return row;
    }
    for (; row < rows; row++)
        if (cells[row] != 0 &&
            stoa_table_find_id(&s->doom->table->head, cells[row], found) == STOA_OK &&
            stoa__bit(s->doom->words, *found))
            break;
    return row;
}

/* ---- cascades ---- */

static stoa_status trail_of(stoa__removal *removal, const stoa__link *link, stoa__trail **found,
                            stoa_error *error)
{
    stoa__trail *trail = removal->trails;
    while (trail != NULL && trail->link != link)
        trail = trail->next;
    *found = trail;
    if (trail != NULL)
        return STOA_OK;
    trail = stoa__allocate_zeroed(sizeof *trail);
    if (trail == NULL)
        return stoa__fail_memory(error, sizeof *trail);
    *trail = (stoa__trail){.link = link, .next = removal->trails};
    removal->trails = *found = trail;
    return STOA_OK;
}

static void scan(const stoa__removal *removal, const stoa__link *link, const stoa__doom *doom,
                 stoa__doom *from)
{
    size_t found;
    search s = search_for(link, doom);
    for (size_t row = next_referring(&s, 0, &found); row < from->table->head.rows;
         row = next_referring(&s, row + 1, &found))
        if (!is_kept(removal, from, row))
            doom_row(from, row);
}

/* For each row of the target the list of the rows that refer to it. */
static stoa_status make_lists(stoa__trail *trail, const stoa__doom *doom, stoa_error *error)
{
    const stoa__link *link = trail->link;
    size_t rows = link->table->head.rows, targets = doom->table->head.rows, found;
    trail->first = stoa__allocate(targets * sizeof *trail->first);
    trail->more = stoa__allocate(rows * sizeof *trail->more);
    if (trail->first == NULL || trail->more == NULL)
        return stoa__fail_memory(error, (targets + rows) * sizeof *trail->more);
    memset(trail->first, 0xFF, targets * sizeof *trail->first);
    for (size_t row = 0; row < rows; row++) {
        if (!stoa__reference_find(link->table, link->field, row, &found))
            continue;
        trail->more[row] = trail->first[found];
        trail->first[found] = (uint32_t)row;
    }
    return STOA_OK;
}

static stoa_status follow_lists(const stoa__removal *removal, stoa__trail *trail,
                                const stoa__doom *doom, size_t first, size_t end, stoa__doom *from,
                                stoa_error *error)
{
    stoa_status status = trail->first == NULL ? make_lists(trail, doom, error) : STOA_OK;
    for (size_t i = first; status == STOA_OK && i < end; i++)
        for (uint32_t row = trail->first[doom->queue[i]]; row != NO_ROW; row = trail->more[row])
            if (!is_kept(removal, from, row))
                doom_row(from, row);
    return status;
}

/* Dooms what refers by this link to rows [first, end) of the queue. */
static stoa_status follow(stoa__removal *removal, stoa__link *link, const stoa__doom *doom,
                          size_t first, size_t end, stoa_error *error)
{
    stoa__doom *from;
    stoa__trail *trail;
    stoa_status status = doom_of(removal, link->table, &from, error);
    if (status == STOA_OK)
        status = trail_of(removal, link, &trail, error);
    if (status != STOA_OK)
        return status;
    bool few = link->table->head.rows < NO_ROW;
    if (trail->scans >= SCANS && few)
        return follow_lists(removal, trail, doom, first, end, from, error);
    trail->scans++;
    scan(removal, link, doom, from);
    return STOA_OK;
}

/* A table with doomed rows whose referrers have not been found yet. */
static stoa__doom *unfinished(const stoa__removal *removal)
{
    stoa__doom *doom = removal->dooms;
    while (doom != NULL && (doom->queue == NULL || doom->done == doom->count))
        doom = doom->next;
    return doom;
}

static stoa_status find_cascades(stoa__removal *removal, stoa_error *error)
{
    stoa_status status = STOA_OK;
    for (stoa__doom *doom; status == STOA_OK && (doom = unfinished(removal)) != NULL;) {
        size_t first = doom->done, end = doom->count;
        doom->done = end;
        for (stoa__link *link = doom->table->referrers; status == STOA_OK && link != NULL;
             link = link->next)
            if (link->on_remove == STOA_ON_REMOVE_CASCADE)
                status = follow(removal, link, doom, first, end, error);
    }
    return status;
}

/* ---- what is in the way ---- */

static stoa_status check_link(const stoa__removal *removal, const stoa__link *link,
                              const stoa__doom *doom, stoa_error *error)
{
    const stoa__doom *from = find_doom(removal, link->table);
    search s = search_for(link, doom);
    size_t rows = link->table->head.rows, found = 0, row = next_referring(&s, 0, &found);
    while (row < rows && from != NULL &&
           (stoa__bit(from->words, row) || is_kept(removal, from, row)))
        row = next_referring(&s, row + 1, &found);
    if (row >= rows)
        return STOA_OK;
    return stoa__fail_at(error, STOA_REFERRED, found,
                         "row %zu cannot be removed: row %zu of %s refers to it by field '%s'",
                         found, row, link->table == doom->table ? "the table" : "another table",
                         link->table->schema->fields[link->field].name);
}

static stoa_status check_dooms(const stoa__removal *removal, stoa_error *error)
{
    stoa_status status = STOA_OK;
    for (const stoa__doom *doom = removal->dooms; doom != NULL; doom = doom->next) {
        if (doom->count > 0 && status == STOA_OK)
            status = stoa__check_unlocked(doom->table, error);
        if (doom->count == 0 || doom->queue == NULL)
            continue;
        for (const stoa__link *link = doom->table->referrers; status == STOA_OK && link != NULL;
             link = link->next)
            if (link->on_remove == STOA_ON_REMOVE_REFUSE)
                status = check_link(removal, link, doom, error);
    }
    return status;
}

/* ---- steps ---- */

stoa_status stoa__removal_begin(stoa__removal *removal, stoa__table *table, size_t first,
                                size_t count, stoa_error *error)
{
    *removal = (stoa__removal){0};
    stoa_status status = doom_of(removal, table, &removal->own, error);
    for (size_t i = 0; status == STOA_OK && i < count; i++)
        doom_row(removal->own, first + i);
    return status;
}

stoa_status stoa__removal_find(stoa__removal *removal, stoa_error *error)
{
    stoa_status status = find_cascades(removal, error);
    return status == STOA_OK ? check_dooms(removal, error) : status;
}

size_t stoa__removal_own_count(const stoa__removal *removal)
{
    return removal->own->count;
}

bool stoa__removal_takes(const stoa__removal *removal, const stoa__table *table, size_t row)
{
    const stoa__doom *doom = find_doom(removal, table);
    return doom != NULL && stoa__bit(doom->words, row);
}

/* The end of the rows from `row` on whose bit is the same. */
static size_t run_end(const uint64_t *words, size_t row, size_t rows)
{
    bool bit = stoa__bit(words, row);
    uint64_t none = bit ? UINT64_MAX : 0;
    while (row < rows) {
        if (row % 64 == 0 && words[row / 64] == none)
            row += 64;
        else if (stoa__bit(words, row) == bit)
            row++;
        else
            return row;
    }
    return rows;
}

static void move_rows(stoa__table *table, size_t to, size_t first, size_t count)
{
    STOA__EACH_FIELD (table, i) {
        uint64_t *validity = table->head.columns[i].validity;
        memmove(stoa__cell_at(table, i, to), stoa__cell_at(table, i, first),
                count * stoa__column_width(table, i));
        if (validity != NULL)
            stoa__bits_move(validity, to, validity, first, count);
    }
}

static void drop_rows(stoa__doom *doom)
{
    stoa__table *table = doom->table;
    size_t rows = table->head.rows, kept = 0;
    for (size_t row = 0, end; row < rows; row = end) {
        end = run_end(doom->words, row, rows);
        if (stoa__bit(doom->words, row)) {
            stoa__table_leave_objects(table, row, end - row);
            continue;
        }
        if (kept < row)
            move_rows(table, kept, row, end - row);
        kept += end - row;
    }
    for (size_t i = 0; i < stoa__words(rows); i++)
        doom->words[i] = ~doom->words[i];
    stoa__words_end(doom->words, rows);
    if (table->head.ids != NULL)
        stoa__ids_pack(table, doom->words, 0, rows, 0);
    stoa__table_reordered(table);
    stoa__table_set_rows(table, kept);
}

void stoa__removal_carry_out(stoa__removal *removal, bool all)
{
    for (stoa__doom *doom = removal->dooms; doom != NULL; doom = doom->next) {
        if (doom->count == 0 || (doom == removal->own && !all))
            continue;
        if (doom->table->pool != NULL) /* the table may be gone when objects are released */
            doom->pool = stoa__pool_retain(doom->table->pool);
        drop_rows(doom);
    }
}

static void free_trail(stoa__trail *trail)
{
    stoa__release(trail->first);
    stoa__release(trail->more);
    stoa__release(trail);
}

void stoa__removal_end(stoa__removal *removal)
{
    for (stoa__trail *trail = removal->trails, *next; trail != NULL; trail = next) {
        next = trail->next;
        free_trail(trail);
    }
    for (stoa__doom *doom = removal->dooms, *next; doom != NULL; doom = next) {
        next = doom->next;
        if (doom->pool != NULL) {
            stoa__pool_release_pending(doom->pool);
            stoa_pool_free(doom->pool);
        }
        stoa__release(doom->words);
        stoa__release(doom->queue);
        stoa__release(doom);
    }
}

/* ---- as a whole ---- */

/* What was begun. */
static stoa_status finish(stoa__removal *removal, stoa_status status, stoa_error *error)
{
    if (status == STOA_OK)
        status = stoa__removal_find(removal, error);
    if (status == STOA_OK)
        stoa__removal_carry_out(removal, true);
    stoa__removal_end(removal);
    return status;
}

stoa_status stoa__remove_rows(stoa__table *table, size_t first, size_t count, stoa_error *error)
{
    stoa__removal removal;
    stoa_status status = stoa__removal_begin(&removal, table, first, count, error);
    return finish(&removal, status, error);
}

stoa_status stoa__remove_bits(stoa__table *table, const uint64_t *words, stoa_error *error)
{
    stoa__removal removal;
    stoa_status status = stoa__removal_begin(&removal, table, 0, 0, error);
    for (size_t row = 0; status == STOA_OK && row < table->head.rows; row++)
        if (stoa__bit(words, row))
            doom_row(removal.own, row);
    return finish(&removal, status, error);
}
