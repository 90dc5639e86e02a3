/* snapshot.c: a table written out as one string of bytes, compared as such; each piece starts with
 * a label, so that the first difference can be named. Slow and obvious; small tables only. */
#include "snapshot.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece of what is seen: a name for people and the bytes. */
typedef struct piece {
    char name[96];
    void *bytes;
    size_t size;
} piece;

struct snapshot {
    piece *pieces;
    size_t count, room;
    bool of_nothing;
};

static void add(snapshot *s, const char *name, const char *detail, const void *bytes, size_t size)
{
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 64;
        s->pieces = realloc(s->pieces, s->room * sizeof *s->pieces);
        ck_assert_ptr_nonnull(s->pieces);
    }
    piece *p = &s->pieces[s->count++];
    snprintf(p->name, sizeof p->name, "%s %.60s", name, detail);
    p->size = size;
    p->bytes = malloc(size + 1);
    ck_assert_ptr_nonnull(p->bytes);
    if (size > 0)
        memcpy(p->bytes, bytes, size);
}

static void add_number(snapshot *s, const char *name, const char *detail, uint64_t number)
{
    add(s, name, detail, &number, sizeof number);
}

static void add_field(snapshot *s, const stoa_table *table, size_t field)
{
    const stoa_column *column = &table->columns[field];
    const char *name = stoa_table_field_name(table, field);
    if (name == NULL) {
        char number[24];
        snprintf(number, sizeof number, "%zu", field);
        add_number(s, "dropped field", number, column->cells == NULL);
        return;
    }
    add(s, "name of field", name, name, strlen(name) + 1);
    add_number(s, "type of field", name, stoa_table_field_type(table, field));
    add_number(s, "address of field", name, (uintptr_t)stoa_column_cells(table, field));
    add_number(s, "lock of field", name, column->locked);
    add_number(s, "holds of field", name, column->holds);
    stoa_value initial;
    memset(&initial, 0, sizeof initial);
    ck_assert_int_eq(stoa_table_field_initial(table, field, &initial), STOA_OK);
    add_number(s, "type of the default of field", name, initial.type);
    add_number(s, "default of field", name,
               initial.type == STOA_BOOL ? initial.boolean : initial.uint64);
    add(s, "cells of field", name, stoa_column_cells(table, field),
        table->rows * stoa_type_width(stoa_table_field_type(table, field)));
}

static void add_pool(snapshot *s, const stoa_pool *pool)
{
    add_number(s, "pool", "", (uintptr_t)pool);
    if (pool == NULL)
        return;
    size_t count = stoa_pool_count(pool), found = 0;
    add_number(s, "objects in the pool", "", count);
    for (stoa_handle handle = 1; found < count; handle++) {
        ck_assert_msg(handle < 1u << 24, "the pool counts %zu objects and shows %zu", count, found);
        void *object = stoa_pool_get(pool, handle);
        if (object == NULL)
            continue;
        char number[24];
        snprintf(number, sizeof number, "%u", (unsigned)handle);
        ck_assert_uint_eq(stoa_pool_find(pool, object), handle);
        add_number(s, "object of handle", number, (uintptr_t)object);
        add_number(s, "uses of handle", number, stoa_pool_uses(pool, handle));
        found++;
    }
}

snapshot *snapshot_take(const stoa_table *table)
{
    snapshot *s = calloc(1, sizeof *s);
    ck_assert_ptr_nonnull(s);
    s->of_nothing = table == NULL;
    if (table == NULL)
        return s;
    add_number(s, "rows", "", stoa_table_rows(table));
    add_number(s, "max_rows", "", stoa_table_max_rows(table));
    add_number(s, "order", "", table->order);
    add_number(s, "row bytes", "", stoa_table_row_bytes(table));
    add_number(s, "field count", "", stoa_table_field_count(table));
    add_number(s, "field limit", "", stoa_table_field_limit(table));
    for (size_t i = 0; i < stoa_table_field_limit(table); i++)
        add_field(s, table, i);
    add_pool(s, stoa_table_pool(table));
    return s;
}

void snapshot_free(snapshot *taken)
{
    for (size_t i = 0; i < taken->count; i++)
        free(taken->pieces[i].bytes);
    free(taken->pieces);
    free(taken);
}

const char *snapshot_differs(const snapshot *taken, const stoa_table *table)
{
    static char difference[128];
    if (taken->of_nothing)
        return NULL;
    snapshot *now = snapshot_take(table);
    difference[0] = '\0';
    for (size_t i = 0; i < taken->count && i < now->count && !difference[0]; i++) {
        const piece *a = &taken->pieces[i], *b = &now->pieces[i];
        if (strcmp(a->name, b->name) != 0 || a->size != b->size ||
            memcmp(a->bytes, b->bytes, a->size) != 0)
            snprintf(difference, sizeof difference, "%s", a->name);
    }
    if (!difference[0] && taken->count != now->count)
        snprintf(difference, sizeof difference, "number of pieces");
    snapshot_free(now);
    return difference[0] ? difference : NULL;
}
