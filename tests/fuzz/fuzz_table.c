/* fuzz_table.c: random operations on a table, also made on a plain model, with refused memory.
 *
 * An input is a list of choices. It makes a table and operations on it. Before many of them, some
 * requests for memory are made to fail (support/faults.c), or the pool's callback to refuse. The
 * call then either succeeds all the same, or it must have changed nothing and is made again. After
 * each operation every cell, name and address is compared. Under libFuzzer (-DSTOA_FUZZER) the
 * fuzzer makes the inputs; otherwise main does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/faults.h"
#include "chance.h"
#include "game.h"

/* ---- choices ---- */

static size_t choose_row(game *g)
{
    size_t row = (size_t)choose(&g->from, 256) << 9 | (size_t)choose(&g->from, 256) << 1;
    return g->rows == 0 ? 0 : row % g->rows;
}

static size_t choose_rows(game *g)
{
    static const size_t edges[] = {0, 1, 2, 63, 64, 65, 300, 4096, 5000, 65536, 70000, 80000};
    return edges[choose(&g->from, choose(&g->from, 4) == 0 ? 12 : 8)];
}

/* A small number as the bits of a cell of this type. */
static uint64_t where_bits(game *g, stoa_type type)
{
    unsigned number = choose(&g->from, 3) == 0 ? 0 : choose(&g->from, 100);
    uint64_t bits = type == STOA_BOOL     ? number % 2
                    : type == STOA_OBJECT ? number % OBJECTS
                                          : number;
    float single = (float)number;
    double twice = number;
    if (type == STOA_FLOAT32) {
        bits = 0;
        memcpy(&bits, &single, sizeof single);
    } else if (type == STOA_FLOAT64)
        memcpy(&bits, &twice, sizeof twice);
    return bits;
}

static stoa_value value_of(game *g, stoa_type type, uint64_t bits)
{
    float single;
    double twice;
    memcpy(&single, &bits, sizeof single);
    memcpy(&twice, &bits, sizeof twice);
    switch (type) {
    case STOA_BOOL:
        return stoa_boolean_value(bits != 0);
    case STOA_FLOAT32:
        return stoa_float64_value(single);
    case STOA_FLOAT64:
        return stoa_float64_value(twice);
    case STOA_OBJECT:
        return stoa_object_value(bits == 0 ? NULL : &g->objects[bits]);
    default:
        return stoa_int64_value((int64_t)bits);
    }
}

static column *choose_column(game *g)
{
    unsigned start = choose(&g->from, g->limit);
    for (unsigned i = 0; i < g->limit; i++)
        if (g->columns[(start + i) % g->limit].lives)
            return &g->columns[(start + i) % g->limit];
    abort();
}

static stoa_field choose_field(game *g, column *c)
{
    stoa_type type = (stoa_type)(STOA_BOOL + choose(&g->from, STOA_OBJECT));
    *c = (column){.lives = true, .type = type};
    snprintf(c->name, sizeof c->name, "f%u", g->names++);
    c->cells = calloc(MOST_ROWS, sizeof *c->cells);
    if (c->cells == NULL)
        abort();
    stoa_field field = {.name = c->name, .type = type};
    if (choose(&g->from, 2) == 0 && type != STOA_OBJECT) {
        c->initial = where_bits(g, type);
        stoa_value value = value_of(g, type, c->initial);
        if (value.type == STOA_BOOL)
            field.initial.boolean = value.boolean;
        else if (value.type == STOA_FLOAT64)
            field.initial.float64 = value.float64;
        else
            field.initial.int64 = value.int64;
    }
    return field;
}

/* ---- rows ---- */

static bool has_room(const game *g, size_t more)
{
    return more <= MOST_ROWS - g->rows && more <= stoa_table_max_rows(g->table) - g->rows;
}

static void fill_defaults(game *g, size_t first, size_t end)
{
    for (unsigned i = 0; i < g->limit; i++)
        for (size_t row = first; row < end && g->columns[i].lives; row++)
            g->columns[i].cells[row] = g->columns[i].initial;
}

static void resize(game *g)
{
    size_t rows = choose_rows(g);
    if (rows > stoa_table_max_rows(g->table)) {
        must(g, stoa_table_resize(g->table, rows, NULL) == STOA_FULL, "it is not full");
        return;
    }
    DO(g, stoa_table_resize(g->table, rows, &g->error));
    if (rows > g->rows)
        fill_defaults(g, g->rows, rows);
    g->rows = rows;
}

/* Chooses values for the living fields, in order; sometimes the last ones are left out. */
static size_t choose_values(game *g, stoa_value *values, uint64_t *bits)
{
    size_t count = 0, most = choose(&g->from, MOST_FIELDS);
    for (unsigned i = 0; i < g->limit; i++) {
        const column *c = &g->columns[i];
        bits[i] = c->initial;
        if (!c->lives || count == most)
            continue;
        bits[i] = where_bits(g, c->type);
        values[count++] = value_of(g, c->type, bits[i]);
    }
    return count;
}

static void insert(game *g)
{
    stoa_value values[MOST_FIELDS];
    uint64_t bits[MOST_FIELDS];
    size_t row = choose(&g->from, 2) == 0 ? g->rows : choose_row(g);
    size_t count = choose_values(g, values, bits);
    if (!has_room(g, 1))
        return;
    DO(g, stoa_table_insert(g->table, row, values, count, &g->error));
    for (unsigned i = 0; i < g->limit; i++) {
        uint64_t *cells = g->columns[i].cells;
        if (!g->columns[i].lives)
            continue;
        memmove(cells + row + 1, cells + row, (g->rows - row) * sizeof *cells);
        cells[row] = bits[i];
    }
    g->rows++;
}

static void replace(game *g)
{
    stoa_value values[MOST_FIELDS];
    uint64_t bits[MOST_FIELDS];
    size_t row = choose_row(g), count = choose_values(g, values, bits);
    if (g->rows == 0)
        return;
    DO(g, stoa_table_replace(g->table, row, values, count, &g->error));
    for (unsigned i = 0; i < g->limit; i++)
        if (g->columns[i].lives)
            g->columns[i].cells[row] = bits[i];
}

static void set_cell(game *g)
{
    column *c = choose_column(g);
    size_t row = choose_row(g), field = (size_t)(c - g->columns);
    uint64_t bits = where_bits(g, c->type);
    if (g->rows == 0)
        return;
    DO(g,
       stoa_row_set(stoa_table_row(g->table, row), field, value_of(g, c->type, bits), &g->error));
    c->cells[row] = bits;
}

/* Keeps the model's rows with these indices. */
static void keep(game *g, const size_t *indices, size_t count)
{
    for (unsigned i = 0; i < g->limit; i++) {
        uint64_t *cells = g->columns[i].cells;
        if (!g->columns[i].lives)
            continue;
        uint64_t *moved = calloc(MOST_ROWS, sizeof *moved);
        if (moved == NULL)
            abort();
        for (size_t k = 0; k < count; k++)
            moved[k] = cells[indices[k]];
        free(cells);
        g->columns[i].cells = moved;
    }
    g->rows = count;
}

static void remove_rows(game *g)
{
    static size_t indices[MOST_ROWS];
    size_t first = choose_row(g), count = choose_rows(g), kept = 0;
    count = count > g->rows - first ? g->rows - first : count;
    for (size_t row = 0; row < g->rows; row++)
        if (row < first || row >= first + count)
            indices[kept++] = row;
    DO(g, stoa_table_remove(g->table, first, count, &g->error));
    keep(g, indices, kept);
}

static void move_rows(game *g)
{
    static size_t indices[MOST_ROWS];
    size_t a = choose_row(g), b = choose_row(g), rows = g->rows;
    unsigned kind = choose(&g->from, 4);
    if (rows == 0)
        return;
    for (size_t row = 0; row < rows; row++)
        indices[row] = kind == 0 ? rows - 1 - row : kind == 3 ? (row + a) % rows : row;
    if (kind == 1) {
        indices[a] = b;
        indices[b] = a;
    } else if (kind == 2)
        indices[a] = rows - 1;
    if (kind == 0)
        DO(g, stoa_table_reverse(g->table, &g->error));
    else if (kind == 1)
        DO(g, stoa_table_swap(g->table, a, b, &g->error));
    else if (kind == 2)
        DO(g, stoa_table_swap_remove(g->table, a, &g->error));
    else
        DO(g, stoa_table_permute(g->table, indices, rows, &g->error));
    keep(g, indices, rows - (kind == 2));
}

/* ---- whole columns ---- */

/* A source of `count` values of a type with gaps between them; bits gets the same values. To be
 * freed. */
static char *choose_source(game *g, const column *c, size_t count, stoa_source *source,
                           uint64_t *bits)
{
    size_t width = c->type == STOA_OBJECT ? sizeof(void *) : stoa_type_width(c->type);
    size_t stride = width + choose(&g->from, 2) * 3;
    uint64_t some[7];
    char *data = calloc(count + 1, stride);
    if (data == NULL)
        abort();
    for (size_t i = 0; i < 7; i++)
        some[i] = where_bits(g, c->type);
    for (size_t i = 0; i < count; i++) {
        bits[i] = some[i % 7];
        void *object = bits[i] == 0 ? NULL : &g->objects[bits[i] % OBJECTS];
        memcpy(data + i * stride, c->type == STOA_OBJECT ? (void *)&object : (void *)&bits[i],
               width);
    }
    *source = (stoa_source){.name = c->name, .type = c->type, .data = data};
    source->stride = (ptrdiff_t)stride;
    return data;
}

static void extend(game *g)
{
    static uint64_t bits[MOST_ROWS];
    stoa_source source;
    column *c = choose_column(g);
    size_t count = choose_rows(g);
    if (!has_room(g, count))
        return;
    char *data = choose_source(g, c, count, &source, bits);
    DO(g, stoa_table_extend(g->table, &source, 1, count, &g->error));
    fill_defaults(g, g->rows, g->rows + count);
    memcpy(c->cells + g->rows, bits, count * sizeof *bits);
    g->rows += count;
    free(data);
}

static void write_column(game *g)
{
    static uint64_t bits[MOST_ROWS];
    stoa_source source;
    column *c = choose_column(g);
    size_t first = choose_row(g), step = 1 + choose(&g->from, 5), field = (size_t)(c - g->columns);
    size_t count = g->rows == 0 ? 0 : (g->rows - 1 - first) / step + 1;
    char *data = choose_source(g, c, count, &source, bits);
    DO(g, stoa_column_write(g->table, field, first, (ptrdiff_t)step, count, &source, &g->error));
    for (size_t i = 0; i < count; i++)
        c->cells[first + i * step] = bits[i];
    free(data);
}

/* A source of existing cells, of this column or another of its type; false if there are too few. */
static bool choose_cells(game *g, const column *c, size_t count, stoa_source *source,
                         uint64_t *bits)
{
    size_t first = choose_row(g);
    if (c->type == STOA_OBJECT || choose(&g->from, 3) != 0 || g->rows - first < count)
        return false;
    const column *other = choose_column(g), *from = other->type == c->type ? other : c;
    *source = (stoa_source){.name = c->name, .type = c->type};
    source->data = (const char *)from->address + first * stoa_type_width(c->type);
    memcpy(bits, from->cells + first, count * sizeof *bits);
    return true;
}

/* Replaces, in the model, `count` rows, `step` apart, by `rows` others. */
static void splice_cells(const game *g, column *c, size_t first, ptrdiff_t step, size_t count,
                         const uint64_t *bits, size_t rows)
{
    if (step != 1) {
        for (size_t i = 0; i < rows; i++)
            c->cells[(ptrdiff_t)first + (ptrdiff_t)i * step] = bits[i];
        return;
    }
    size_t end = first + count;
    memmove(c->cells + first + rows, c->cells + end, (g->rows - end) * sizeof *bits);
    memcpy(c->cells + first, bits, rows * sizeof *bits);
}

static void splice(game *g)
{
    enum { MOST_SOURCES = 4 };
    static uint64_t bits[MOST_FIELDS][MOST_ROWS];
    stoa_source sources[MOST_SOURCES];
    char *data[MOST_SOURCES] = {NULL};
    bool is_given[MOST_FIELDS] = {false};
    size_t first = choose(&g->from, 3) == 0 ? g->rows : choose_row(g), source_count = 0;
    size_t count = choose_rows(g), rows = choose_rows(g);
    ptrdiff_t step = choose(&g->from, 2) == 0 ? 1 : (ptrdiff_t)choose(&g->from, 9) - 4;
    size_t far = step == 0 || first == g->rows ? 0
                 : step < 0                    ? first / (size_t)-step
                                               : (g->rows - 1 - first) / (size_t)step;
    size_t most = first == g->rows ? 0 : far + 1;
    count = count > most ? most : count;
    rows = step == 1 ? rows : count;
    if (rows > count && !has_room(g, rows - count))
        return;
    for (unsigned k = choose(&g->from, MOST_SOURCES + 1); k > 0; k--) {
        column *c = choose_column(g);
        size_t field = (size_t)(c - g->columns);
        if (is_given[field])
            continue;
        is_given[field] = true;
        if (!choose_cells(g, c, rows, &sources[source_count], bits[field]))
            data[source_count] = choose_source(g, c, rows, &sources[source_count], bits[field]);
        source_count++;
    }
    DO(g, stoa_table_splice(g->table, first, step, count, sources, source_count, rows, &g->error));
    for (unsigned i = 0; i < g->limit; i++) {
        for (size_t row = 0; row < rows && !is_given[i]; row++)
            bits[i][row] = g->columns[i].initial;
        if (g->columns[i].lives)
            splice_cells(g, &g->columns[i], first, step, count, bits[i], rows);
    }
    g->rows += rows - count;
    for (size_t k = 0; k < source_count; k++)
        free(data[k]);
}

static void assign(game *g)
{
    char text[80];
    column *c = choose_column(g);
    unsigned factor = choose(&g->from, 50), divisor = 1 + choose(&g->from, 9);
    if (c->type != STOA_INT32 && c->type != STOA_INT64 && c->type != STOA_UINT64)
        return;
    snprintf(text, sizeof text, "row() * %u + 3", factor);
    char where[40];
    snprintf(where, sizeof where, "row() %% %u == 0", divisor);
    DO(g, stoa_assign(g->table, c->name, text, where, &g->error));
    for (size_t row = 0; row < g->rows; row += divisor)
        c->cells[row] = row * factor + 3;
}

/* ---- fields ---- */

static void add_field(game *g)
{
    if (g->limit == MOST_FIELDS)
        return;
    column *c = &g->columns[g->limit];
    stoa_field field = choose_field(g, c);
    size_t index = 99;
    DO(g, stoa_table_add_field(g->table, &field, &index, &g->error));
    must(g, index == g->limit, "the index of a new field");
    c->address = stoa_column_cells(g->table, index);
    g->limit++;
    for (size_t row = 0; row < g->rows; row++)
        c->cells[row] = c->initial;
}

static void drop_field(game *g)
{
    column *c = choose_column(g);
    if (stoa_table_field_count(g->table) == 1) {
        must(g, stoa_table_drop_field(g->table, c->name, NULL) == STOA_INVALID, "the last field");
        return;
    }
    DO(g, stoa_table_drop_field(g->table, c->name, &g->error));
    free(c->cells);
    *c = (column){.lives = false};
}

static void rename_field(game *g)
{
    char name[16];
    column *c = choose_column(g);
    snprintf(name, sizeof name, "f%u", g->names++);
    DO(g, stoa_table_rename_field(g->table, c->name, name, &g->error));
    memcpy(c->name, name, sizeof name);
}

/* ---- other tables ---- */

/* The new table replaces the game's table; it lacks the dropped fields. */
static void go_on_with(game *g, stoa_table *made)
{
    unsigned to = 0;
    stoa_table_free(g->table);
    g->table = made;
    for (unsigned i = 0; i < g->limit; i++) {
        if (!g->columns[i].lives)
            continue;
        g->columns[to] = g->columns[i];
        g->columns[to].address = stoa_column_cells(made, to);
        to++;
    }
    g->limit = to;
}

static void copy_or_take(game *g)
{
    static size_t indices[MOST_ROWS];
    stoa_table *made = NULL;
    size_t count = choose_rows(g);
    if (choose(&g->from, 2) == 0) {
        DO(g, stoa_table_copy(&made, g->table, &g->error));
        go_on_with(g, made);
        return;
    }
    count = g->rows == 0 ? 0 : count;
    for (size_t i = 0; i < count; i++)
        indices[i] = (i * 7 + 3) % g->rows;
    DO(g, stoa_table_take(&made, g->table, indices, count, &g->error));
    keep(g, indices, count);
    go_on_with(g, made);
}

static void select_rows(game *g)
{
    static size_t chosen[MOST_ROWS], others[MOST_ROWS];
    char where[40];
    stoa_table *made = NULL;
    stoa_selection *selection = NULL;
    unsigned divisor = 1 + choose(&g->from, 40), kind = choose(&g->from, 6);
    size_t count = 0, rest = 0;
    snprintf(where, sizeof where, "row() %% %u == 0", divisor);
    for (size_t row = 0; row < g->rows; row++)
        if (row % divisor == 0)
            chosen[count++] = row;
        else
            others[rest++] = row;
    if (kind >= 3) {
        DO(g, stoa_select(&selection, g->table, where, &g->error));
        must(g, selection->count == count, "the count of a selection");
    }
    if (kind == 0)
        DO(g, stoa_remove(g->table, where, &g->error));
    else if (kind == 1)
        DO(g, stoa_keep(g->table, where, &g->error));
    else if (kind == 2)
        DO(g, stoa_filter(&made, g->table, where, &g->error));
    else if (kind == 3)
        DO(g, stoa_table_remove_selected(g->table, selection, &g->error));
    else if (kind == 4)
        DO(g, stoa_table_keep_selected(g->table, selection, &g->error));
    else
        DO(g, stoa_table_take_selected(&made, g->table, selection, &g->error));
    bool removes = kind == 0 || kind == 3;
    keep(g, removes ? others : chosen, removes ? rest : count);
    if (made != NULL)
        go_on_with(g, made);
    stoa_selection_free(selection);
}

static void shrink_or_reserve(game *g)
{
    size_t rows = choose_rows(g);
    if (choose(&g->from, 3) == 0) {
        stoa_table_clear(g->table);
        g->rows = 0;
    } else if (choose(&g->from, 2) == 0)
        stoa_table_shrink(g->table);
    else if (rows <= stoa_table_max_rows(g->table))
        DO(g, stoa_table_reserve(g->table, rows, &g->error));
}

/* ---- the loop over choices ---- */

static void start(game *g)
{
    stoa_field fields[6];
    unsigned count = 1 + choose(&g->from, 6);
    const stoa_pool_options callbacks = {.context = g, .retain = retain, .release = release};
    if (stoa_pool_new(&g->pool, &callbacks, &g->error) != STOA_OK)
        abort();
    for (unsigned i = 0; i < count; i++)
        fields[i] = choose_field(g, &g->columns[i]);
    size_t rows = choose_rows(g), more = choose_rows(g);
    stoa_table_options options = {.rows = rows, .pool = g->pool};
    options.max_rows = choose(&g->from, 2) == 0 ? 0 : rows + more;
    if (stoa_table_new(&g->table, fields, count, &options, &g->error) != STOA_OK)
        abort();
    g->limit = count;
    g->rows = rows;
    for (unsigned i = 0; i < count; i++)
        g->columns[i].address = stoa_column_cells(g->table, i);
    fill_defaults(g, 0, rows);
}

static void play(game *g)
{
    static void (*const moves[])(game *) = {
        resize,    insert,     insert,       replace,      set_cell,    remove_rows,
        move_rows, extend,     write_column, splice,       splice,      assign,
        add_field, drop_field, rename_field, copy_or_take, select_rows, shrink_or_reserve};
    start(g);
    compare(g);
    while (g->from.at < g->from.size) {
        moves[choose(&g->from, sizeof moves / sizeof *moves)](g);
        compare(g);
    }
    stoa_table_free(g->table);
    stoa_pool_free(g->pool);
    for (size_t i = 0; i < OBJECTS; i++)
        must(g, g->retained[i] == 0, "an object is still retained");
    for (unsigned i = 0; i < g->limit; i++)
        free(g->columns[i].cells);
    stoa_trim();
    must(g, faults_mapped() == 0, "address space is still mapped");
}

const chance by_chance = {50, 400, "random lives of a table agree with the model"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    game g = {.from = {data, size, 0}, .last = "the start"};
    play(&g);
    return 0;
}
