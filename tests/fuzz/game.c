/* game.c: compares a table with its model, and makes memory and callbacks refuse. */
#include "game.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/faults.h"

void must(const game *g, bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n  after %s\n  %s\n", what, g->last, g->error.message);
    abort();
}

bool retain(void *context, void *object)
{
    game *g = context;
    if (g->refuses) {
        g->refusals++;
        return false;
    }
    g->retained[(char *)object - g->objects]++;
    return true;
}

void release(void *context, void *object)
{
    game *g = context;
    g->retained[(char *)object - g->objects]--;
}

void arm(game *g)
{
    static const unsigned kinds[] = {FAULT_ANY,  FAULT_HEAP,    FAULT_MAP,
                                     FAULT_HINT, FAULT_PROTECT, FAULT_ANY | FAULT_UNMAP};
    memset(&g->error, 0, sizeof g->error);
    g->refusals = 0;
    g->refuses = choose(&g->from, 8) == 0;
    if (choose(&g->from, 3) != 0)
        return;
    unsigned chosen = kinds[choose(&g->from, 6)];
    size_t first = choose(&g->from, 6);
    faults_arm(chosen, first, choose(&g->from, 2) == 0 ? 1 : SIZE_MAX);
}

bool was_refused(game *g, stoa_status status)
{
    size_t failed = faults_disarm();
    g->refuses = false;
    if (status == STOA_OK)
        return false;
    must(g,
         (status == STOA_OUT_OF_MEMORY && failed > 0) ||
             (status == STOA_REFUSED && g->refusals > 0),
         "it failed without a reason");
    must(g, g->error.status == status && g->error.message[0] != '\0', "it does not say why");
    return true;
}

static uint64_t cell_bits(const game *g, const column *c, size_t row)
{
    uint64_t bits = 0;
    size_t width = stoa_type_width(c->type);
    memcpy(&bits, (const char *)c->address + row * width, width);
    if (c->type != STOA_OBJECT)
        return bits;
    const char *object = stoa_pool_get(g->pool, (stoa_handle)bits);
    return object == NULL ? 0 : (uint64_t)(object - g->objects);
}

static void compare_objects(const game *g)
{
    size_t uses[OBJECTS] = {0}, distinct = 0;
    for (unsigned i = 0; i < g->limit; i++)
        for (size_t row = 0;
             g->columns[i].lives && g->columns[i].type == STOA_OBJECT && row < g->rows; row++)
            uses[g->columns[i].cells[row]]++;
    for (size_t i = 1; i < OBJECTS; i++) {
        distinct += uses[i] > 0;
        must(g, g->retained[i] == (uses[i] > 0), "an object is not retained once while it is used");
        stoa_handle handle = stoa_pool_find(g->pool, &g->objects[i]);
        must(g, stoa_pool_uses(g->pool, handle) == uses[i], "uses of an object");
    }
    must(g, stoa_pool_count(g->pool) == distinct, "objects in the pool");
}

void compare(game *g)
{
    size_t living = 0, index = 0;
    must(g, stoa_table_rows(g->table) == g->rows, "the number of rows");
    must(g, stoa_table_field_limit(g->table) == g->limit, "the limit of fields");
    must(g,
         g->rows <= stoa_table_capacity(g->table) &&
             stoa_table_capacity(g->table) <= stoa_table_max_rows(g->table),
         "capacity");
    for (unsigned i = 0; i < g->limit; i++) {
        const column *c = &g->columns[i];
        if (!c->lives) {
            must(g, stoa_table_field_type(g->table, i) == STOA_NO_TYPE, "a dropped field");
            continue;
        }
        living++;
        must(g, strcmp(stoa_table_field_name(g->table, i), c->name) == 0, "a name");
        must(g, stoa_table_find_field(g->table, c->name, &index, NULL) == STOA_OK && index == i,
             "a field is not found");
        must(g, stoa_table_field_type(g->table, i) == c->type, "a type");
        must(g, stoa_column_cells(g->table, i) == c->address, "a column has moved");
        for (size_t row = 0; row < g->rows; row++)
            must(g, cell_bits(g, c, row) == c->cells[row], "a cell");
    }
    must(g, stoa_table_field_count(g->table) == living, "the number of fields");
    compare_objects(g);
}
