/* snapshot.c: writes a table into one string of bytes, in named pieces, so that the first
 * difference can be reported. Slow and simple; for small tables only. */
#include "snapshot.h"

#include <stdlib.h>

#include "testing.h"

/* A piece: what it shows, its field or handle, and where its bytes end. */
typedef struct piece {
    const char *what;
    size_t number, end;
} piece;

struct snapshot {
    piece *pieces;
    size_t count, room;
    unsigned char *bytes;
    size_t byte_room;
    bool of_nothing;
};

static size_t bytes_of(const snapshot *s)
{
    return s->count > 0 ? s->pieces[s->count - 1].end : 0;
}

static void *grown(void *memory, size_t bytes)
{
    void *more = realloc(memory, bytes);
    ck_assert_ptr_nonnull(more);
    return more;
}

static void add(snapshot *s, const char *what, size_t number, const void *bytes, size_t size)
{
    size_t before = bytes_of(s);
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 256;
        s->pieces = grown(s->pieces, s->room * sizeof *s->pieces);
    }
    if (before + size > s->byte_room) {
        s->byte_room = 2 * (before + size) + 2048;
        s->bytes = grown(s->bytes, s->byte_room);
    }
    if (size > 0)
        memcpy(s->bytes + before, bytes, size);
    s->pieces[s->count++] = (piece){what, number, before + size};
}

static void add_number(snapshot *s, const char *what, size_t of, uint64_t number)
{
    add(s, what, of, &number, sizeof number);
}

static void add_field(snapshot *s, const stoa_table *table, size_t field)
{
    const stoa_column *column = &table->columns[field];
    const char *name = stoa_table_field_name(table, field);
    if (name == NULL) {
        add_number(s, "dropped field", field, column->cells == NULL);
        return;
    }
    add(s, "name of field", field, name, strlen(name) + 1);
    add_number(s, "type of field", field, stoa_table_field_type(table, field));
    add_number(s, "address of field", field, (uintptr_t)stoa_column_cells(table, field));
    add_number(s, "lock of field", field, column->locked);
    add_number(s, "version of field", field, column->version);
    add_number(s, "holds of field", field, column->holds);
    stoa_value initial;
    memset(&initial, 0, sizeof initial);
    ck_assert_int_eq(stoa_table_field_initial(table, field, &initial), STOA_OK);
    add_number(s, "type of the default of field", field, initial.type);
    if (initial.type == STOA_STRING)
        add(s, "default of field", field, initial.string.bytes, initial.string.length);
    else
        add_number(s, "default of field", field,
                   initial.type == STOA_BOOL ? initial.boolean : initial.uint64);
    add(s, "cells of field", field, stoa_column_cells(table, field),
        table->rows * stoa_type_width(stoa_table_field_type(table, field)));
    add_number(s, "flags of field", field, stoa_table_field_flags(table, field));
    const uint64_t *validity = stoa_column_validity(table, field);
    if (validity != NULL)
        add(s, "validity of field", field, validity, (table->rows + 63) / 64 * sizeof *validity);
}

static void add_pool(snapshot *s, const stoa_pool *pool)
{
    add_number(s, "pool", 0, (uintptr_t)pool);
    if (pool == NULL)
        return;
    size_t count = stoa_pool_count(pool), found = 0;
    add_number(s, "objects in the pool", 0, count);
    for (stoa_handle handle = 1; found < count; handle++) {
        ck_assert_msg(handle < 1u << 24, "the pool counts %zu objects and shows %zu", count, found);
        void *object = stoa_pool_get(pool, handle);
        if (object == NULL)
            continue;
        ck_assert_uint_eq(stoa_pool_find(pool, object), handle);
        add_number(s, "object of handle", handle, (uintptr_t)object);
        add_number(s, "uses of handle", handle, stoa_pool_uses(pool, handle));
        found++;
    }
}

static void add_strings(snapshot *s, const stoa_string_pool *pool)
{
    add_number(s, "pool of strings", 0, (uintptr_t)pool);
    for (stoa_handle handle = 0; handle < stoa_string_pool_count(pool); handle++) {
        stoa_string string = stoa_string_pool_get(pool, handle);
        add(s, "string of handle", handle, string.bytes, string.length);
        ck_assert_uint_eq(stoa_string_pool_find(pool, string), handle);
    }
}

/* The ids, each of which must find its row. */
static void add_ids(snapshot *s, const stoa_table *table)
{
    add_number(s, "ids", 0, (uintptr_t)table->ids);
    for (size_t i = 0; stoa_table_has_ids(table) && i < table->rows; i++) {
        size_t row = SIZE_MAX;
        uint64_t id = stoa_row_id(stoa_table_row((stoa_table *)(uintptr_t)table, i));
        ck_assert_int_eq(stoa_table_find_id(table, id, &row), STOA_OK);
        ck_assert_uint_eq(row, i);
        add_number(s, "id of row", i, id);
    }
}

snapshot *snapshot_take(const stoa_table *table)
{
    snapshot *s = calloc(1, sizeof *s);
    ck_assert_ptr_nonnull(s);
    s->of_nothing = table == NULL;
    if (table == NULL)
        return s;
    add_number(s, "rows", 0, stoa_table_rows(table));
    add_number(s, "max_rows", 0, stoa_table_max_rows(table));
    add_number(s, "order", 0, table->order);
    add_number(s, "row bytes", 0, stoa_table_row_bytes(table));
    add_number(s, "field count", 0, stoa_table_field_count(table));
    add_number(s, "field limit", 0, stoa_table_field_limit(table));
    for (size_t i = 0; i < stoa_table_field_limit(table); i++)
        add_field(s, table, i);
    add_pool(s, stoa_table_pool(table));
    add_strings(s, stoa_table_strings(table));
    add_ids(s, table);
    return s;
}

void snapshot_free(snapshot *taken)
{
    free(taken->bytes);
    free(taken->pieces);
    free(taken);
}

/* The index of the first piece that differs; the number of pieces if none does. */
static size_t first_difference(const snapshot *a, const snapshot *b)
{
    size_t count = a->count < b->count ? a->count : b->count, start = 0;
    for (size_t i = 0; i < count; i++) {
        const piece *left = &a->pieces[i], *right = &b->pieces[i];
        if (left->what != right->what || left->number != right->number || left->end != right->end ||
            memcmp(a->bytes + start, b->bytes + start, left->end - start) != 0)
            return i;
        start = left->end;
    }
    return count;
}

const char *snapshot_differs(const snapshot *taken, const stoa_table *table)
{
    static char difference[128];
    if (taken->of_nothing)
        return NULL;
    snapshot *now = snapshot_take(table);
    size_t i = first_difference(taken, now);
    bool same = i == taken->count && i == now->count;
    if (i < taken->count)
        snprintf(difference, sizeof difference, "%s %zu", taken->pieces[i].what,
                 taken->pieces[i].number);
    else
        snprintf(difference, sizeof difference, "number of pieces");
    snapshot_free(now);
    return same ? NULL : difference;
}
