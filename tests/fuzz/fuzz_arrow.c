/* fuzz_arrow.c: malformed schemas and arrays of Arrow: each is taken as it is, or refused, and then
 * the table is as it was.
 *
 * An input is a list of choices. They make columns of every layout, in buffers that are exactly as
 * long as they must be, so that the address sanitizer sees each read beyond them; and then lies:
 * counts, offsets, indices, views, formats, names, pointers that are NULL. Only what nobody can
 * tell stays true: how long buffers are. Under libFuzzer (-DSTOA_FUZZER) the fuzzer makes the
 * inputs; otherwise main does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stoa/stoa.h>

#include "chance.h"

const chance by_chance = {15000, 200, "arrays of Arrow were read or refused"};

enum { MOST_COLUMNS = 4, MOST_ROWS = 20, MOST_BUFFERS = 5 };

typedef struct input {
    const uint8_t *data;
    size_t size, at;
} input;

static unsigned choose(input *in, unsigned n)
{
    return in->at < in->size ? in->data[in->at++] % n : 0;
}

static bool seldom(input *in)
{
    return choose(in, 32) == 31;
}

/* ---- nodes ---- */

typedef struct node {
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowSchema *schemas[MOST_COLUMNS];
    struct ArrowArray *arrays[MOST_COLUMNS];
    const void *buffers[MOST_BUFFERS];
} node;

/* Two levels: a struct, its columns, and what these have. */
typedef struct scene {
    node top, columns[MOST_COLUMNS], inner[MOST_COLUMNS];
    void *memory[64];
    size_t count;
} scene;

static void *memory_of(scene *s, size_t bytes)
{
    void *made = calloc(1, bytes > 0 ? bytes : 1);
    if (made == NULL)
        abort();
    return s->memory[s->count++] = made;
}

static void release_no_array(struct ArrowArray *array)
{
    array->release = NULL;
}

static void release_no_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void fill(input *in, void *buffer, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        ((uint8_t *)buffer)[i] = (uint8_t)choose(in, 256);
}

static void begin(node *n, const char *format, const char *name, size_t rows, size_t offset)
{
    n->schema = (struct ArrowSchema){.format = format,
                                     .name = name,
                                     .flags = ARROW_FLAG_NULLABLE,
                                     .children = n->schemas,
                                     .release = release_no_schema};
    n->array = (struct ArrowArray){.length = (int64_t)rows,
                                   .offset = (int64_t)offset,
                                   .buffers = n->buffers,
                                   .children = n->arrays,
                                   .release = release_no_array};
}

static void make_validity(scene *s, input *in, node *n, size_t bits)
{
    if (choose(in, 2) == 0)
        return;
    n->buffers[0] = memory_of(s, (bits + 7) / 8);
    fill(in, memory_of(s, 0), 0);
    memset((void *)(uintptr_t)n->buffers[0], (int)choose(in, 256), (bits + 7) / 8);
    n->array.null_count = -1;
}

/* Offsets that rise, or almost; the last is never beyond the text. */
static void make_text(scene *s, input *in, node *n, size_t rows, bool is_large)
{
    enum { BYTES = 30 };
    char *text = memory_of(s, BYTES);
    void *ends = memory_of(s, (rows + 1) * (is_large ? 8 : 4));
    int32_t at = 0;
    memset(text, choose(in, 16) == 0 ? 0xC3 : 'a', BYTES);
    for (size_t i = 0; i <= rows; i++) {
        int32_t put = seldom(in) ? (int32_t)choose(in, BYTES) - 3 : at;
        if (is_large)
            ((int64_t *)ends)[i] = put;
        else
            ((int32_t *)ends)[i] = put;
        at += (int32_t)choose(in, 4);
        at = at > BYTES ? BYTES : at;
    }
    n->buffers[1] = ends;
    n->buffers[2] = text;
    n->array.n_buffers = 3;
}

/* Of 16 bytes, any values: what they name is checked. */
static void make_views(scene *s, input *in, node *n, size_t rows)
{
    int64_t *sizes = memory_of(s, sizeof *sizes);
    int32_t *views = memory_of(s, rows * 16);
    sizes[0] = 40;
    for (size_t i = 0; i < rows * 4; i++)
        views[i] = (int32_t)choose(in, 64) - (seldom(in) ? 40 : 0);
    n->buffers[1] = views;
    n->buffers[2] = memset(memory_of(s, 40), 'b', 40);
    n->buffers[3] = sizes;
    n->array.n_buffers = 4;
}

static void make_numbers(scene *s, input *in, node *n, size_t bytes)
{
    void *cells = memory_of(s, bytes);
    fill(in, cells, bytes < 8 ? bytes : 8);
    n->buffers[1] = cells;
    n->array.n_buffers = 2;
}

static const struct {
    const char *format;
    unsigned width; /* 0: bits */
} numbers[] = {{"b", 0},   {"c", 1},   {"S", 2},    {"i", 4},       {"L", 8},   {"f", 4}, {"g", 8},
               {"tdD", 4}, {"tdm", 8}, {"tsu:", 8}, {"tss:UTC", 8}, {"tDn", 8}, {"l", 8}};

/* A flat node of any layout. */
static void make_flat(scene *s, input *in, node *n, const char *name, size_t rows)
{
    static const char *const texts[] = {"u", "U", "vu"};
    size_t offset = choose(in, 12), all = rows + offset;
    unsigned kind = choose(in, 17);
    if (kind < 13) {
        begin(n, numbers[kind].format, name, rows, offset);
        make_numbers(s, in, n, numbers[kind].width > 0 ? all * numbers[kind].width : (all + 7) / 8);
    } else if (kind < 16) {
        begin(n, texts[kind - 13], name, rows, offset);
        if (kind == 15)
            make_views(s, in, n, all);
        else
            make_text(s, in, n, all, kind == 14);
    } else {
        begin(n, "n", name, rows, offset);
        return;
    }
    make_validity(s, in, n, all);
}

/* Indices of a byte each, most of them of the dictionary's. */
static void make_coded(scene *s, input *in, node *n, node *inner, const char *name, size_t rows)
{
    size_t entries = choose(in, 6), offset = choose(in, 5);
    uint8_t *indices = memory_of(s, rows + offset);
    begin(n, choose(in, 2) == 0 ? "C" : "c", name, rows, offset);
    for (size_t i = 0; i < rows + offset; i++)
        indices[i] = seldom(in) ? (uint8_t)choose(in, 256)
                                : (uint8_t)choose(in, (unsigned)(entries > 0 ? entries : 1));
    n->buffers[1] = indices;
    n->array.n_buffers = 2;
    make_validity(s, in, n, rows + offset);
    make_flat(s, in, inner, "", entries);
    n->schema.dictionary = &inner->schema;
    n->array.dictionary = &inner->array;
}

static void make_list(scene *s, input *in, node *n, node *inner, const char *name, size_t rows)
{
    static const char *const formats[] = {"+w:0", "+w:1", "+w:2", "+w:3"};
    unsigned length = choose(in, 4);
    size_t offset = choose(in, 3);
    begin(n, formats[length], name, rows, offset);
    n->array.n_buffers = 1;
    make_validity(s, in, n, rows + offset);
    make_flat(s, in, inner, "item", (rows + offset) * length);
    n->schemas[0] = &inner->schema;
    n->arrays[0] = &inner->array;
    n->schema.n_children = n->array.n_children = 1;
}

/* ---- lies ---- */

static void lie_in_array(input *in, struct ArrowArray *array)
{
    static const int64_t odd[] = {-1, -2, 0, 1, 2, 3, INT64_MIN, INT64_MAX};
    int64_t number = odd[choose(in, 8)];
    switch (choose(in, 10)) {
    case 0: /* longer would be a lie that nobody can tell */
        array->length = number < array->length || number == INT64_MAX ? number : array->length;
        break;
    case 1:
        array->offset = number < array->offset || number == INT64_MAX ? number : array->offset;
        break;
    case 2:
        array->null_count =
            number == 0 || array->buffers == NULL || array->buffers[0] != NULL ? number : -1;
        break;
    case 3:
        array->n_buffers = number < array->n_buffers || number > 5 ? number : array->n_buffers;
        array->n_buffers = array->n_buffers > 5 ? 6 : array->n_buffers;
        break;
    case 4:
        array->n_children = number < array->n_children || number > 5 ? number : array->n_children;
        break;
    case 5:
        array->buffers = NULL;
        break;
    case 6:
        array->children = NULL;
        break;
    case 7:
        array->dictionary = NULL;
        break;
    case 8:
        array->release = NULL;
        break;
    default:
        if (array->buffers != NULL)
            array->buffers[choose(in, 3)] = NULL;
    }
}

static void lie_in_schema(input *in, struct ArrowSchema *schema)
{
    static const char *const formats[] = {"", "z", "+l", "+s", "n", "?", "ts", "+w:9999999999",
                                          "e"};
    static const char *const names[] = {NULL, "", "\xff", "a", "b"};
    switch (choose(in, 7)) {
    case 0:
        schema->format = formats[choose(in, 9)];
        break;
    case 1:
        schema->name = names[choose(in, 5)];
        break;
    case 2:
        schema->n_children = (int64_t)choose(in, 3) - 1;
        break;
    case 3:
        schema->children = NULL;
        break;
    case 4:
        schema->dictionary = NULL;
        break;
    case 5:
        schema->release = NULL;
        break;
    default:
        schema->flags = choose(in, 8);
    }
}

/* ---- the game ---- */

static size_t make_scene(scene *s, input *in)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    size_t rows = choose(in, MOST_ROWS), offset = choose(in, 4),
           count = choose(in, MOST_COLUMNS + 1);
    begin(&s->top, "+s", "", rows, offset);
    s->top.array.n_buffers = 1;
    if (choose(in, 8) == 0)
        make_validity(s, in, &s->top, rows + offset);
    s->top.schema.n_children = s->top.array.n_children = (int64_t)count;
    for (size_t i = 0; i < count; i++) {
        node *n = &s->columns[i];
        unsigned kind = choose(in, 4);
        if (kind == 0)
            make_coded(s, in, n, &s->inner[i], names[i], rows + offset);
        else if (kind == 1)
            make_list(s, in, n, &s->inner[i], names[i], rows + offset);
        else
            make_flat(s, in, n, names[i], rows + offset);
        s->top.schemas[i] = &n->schema;
        s->top.arrays[i] = &n->array;
    }
    return count;
}

static void tell_lies(scene *s, input *in, size_t count)
{
    for (unsigned lies = choose(in, 4); lies > 0; lies--) {
        unsigned which = choose(in, 1 + 2 * MOST_COLUMNS);
        node *n = which == 0              ? &s->top
                  : which <= MOST_COLUMNS ? &s->columns[which - 1]
                                          : &s->inner[which - 1 - MOST_COLUMNS];
        if (which > 0 && (which - 1) % MOST_COLUMNS >= count)
            continue;
        if (choose(in, 2) == 0)
            lie_in_array(in, &n->array);
        else
            lie_in_schema(in, &n->schema);
    }
}

static void expect(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void check(stoa_status status, const stoa_error *error, stoa_table *table, size_t before,
                  size_t rows)
{
    expect(status == STOA_OK || error->message[0] != '\0', "a failure without a message");
    expect(status != STOA_OUT_OF_MEMORY || rows > MOST_ROWS, "memory is refused");
    expect(stoa_table_rows(table) == before + (status == STOA_OK ? rows : 0), "the rows");
    if (status != STOA_OK)
        return;
    for (size_t i = 0; i < stoa_table_field_limit(table); i++)
        for (size_t row = before; row < stoa_table_rows(table); row++) {
            stoa_value value;
            expect(stoa_row_get(stoa_table_row(table, row), i, &value, NULL) == STOA_OK, "a cell");
        }
}

static void read_scene(const scene *s)
{
    stoa_error error = {0};
    stoa_table *table;
    const struct ArrowArray *const arrays[] = {&s->top.array};
    const stoa_table_options options = {.max_rows = (size_t)2 * MOST_ROWS}; /* in plain memory */
    if (stoa_table_from_arrow_schema(&table, &s->top.schema, &options, &error) != STOA_OK) {
        expect(error.message[0] != '\0', "a failure without a message");
        return;
    }
    for (size_t again = 0; again < 2; again++) {
        size_t before = stoa_table_rows(table);
        stoa_status status = stoa_table_extend_arrow(table, &s->top.schema, arrays, 1, &error);
        check(status, &error, table, before, (size_t)s->top.array.length);
    }
    stoa_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size, 0};
    scene s = {0};
    size_t count = make_scene(&s, &in);
    if (choose(&in, 3) > 0)
        tell_lies(&s, &in, count);
    read_scene(&s);
    for (size_t i = 0; i < s.count; i++)
        free(s.memory[i]);
    return 0;
}
