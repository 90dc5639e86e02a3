/* arrival.c: columns that arrive by Arrow: which field each is for, and whether its arrays can be
 * read. slice.c makes sources of them. */
#include "io/arrival.h"

#include <string.h>

#include "base/memory.h"

/* ---- the column ---- */

static stoa_status parse(stoa__arrival *arrival, stoa_error *error)
{
    const struct ArrowSchema *schema = arrival->schema;
    stoa_status status = stoa__arrow_parse(schema, &arrival->path, &arrival->type, error);
    if (status != STOA_OK)
        return status;
    if (arrival->type.layout == STOA__LAYOUT_STRUCT)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "column '%s' is of Arrow's type struct, which no field can have",
                          arrival->path.text);
    const struct ArrowSchema *inner = schema->dictionary;
    stoa__arrow_path path = stoa__arrow_path_into(arrival->path, "dictionary");
    if (arrival->type.layout == STOA__LAYOUT_LISTS) {
        arrival->length = arrival->type.length;
        inner = schema->children[0];
        path = stoa__arrow_path_into(arrival->path, "item");
    } else if (inner != NULL) {
        arrival->index = arrival->type;
    }
    if (inner == NULL)
        return STOA_OK;
    status = stoa__arrow_parse(inner, &path, &arrival->type, error);
    bool is_flat = status == STOA_OK && inner->dictionary == NULL &&
                   arrival->type.layout != STOA__LAYOUT_LISTS &&
                   arrival->type.layout != STOA__LAYOUT_STRUCT;
    if (status != STOA_OK || is_flat)
        return status;
    return stoa__fail(error, STOA_WRONG_TYPE,
                      "column '%s' is nested in a way that no field can have", path.text);
}

static stoa_status check_kind(const stoa__arrival *arrival, stoa_error *error)
{
    stoa_type type = arrival->type.type;
    bool is_list = arrival->length > 0;
    if (stoa__arrival_is_coded(arrival) &&
        (is_list || arrival->index.type < STOA_INT8 || arrival->index.type > STOA_UINT64))
        return stoa__fail(error, STOA_INVALID,
                          "column '%s' has a dictionary, but no integers for indices",
                          arrival->path.text);
    if (is_list && (type < STOA_BOOL || type > STOA_FLOAT64))
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "column '%s' has lists of what is no number: no field can have them",
                          arrival->path.text);
    return STOA_OK;
}

stoa_status stoa__arrival_describe(stoa__arrival *arrival, const struct ArrowSchema *schema,
                                   stoa_error *error)
{
    *arrival = (stoa__arrival){.schema = schema, .path = stoa__arrow_path_of(schema)};
    stoa_status status = parse(arrival, error);
    return status == STOA_OK ? check_kind(arrival, error) : status;
}

/* ---- its field ---- */

static stoa_status find_field(stoa__arrival *arrival, const stoa_table *table, stoa_error *error)
{
    const stoa__schema *schema = stoa__whole_const(table)->schema;
    const char *name = stoa__arrow_name(arrival->schema);
    size_t length = strlen(name);
    uint32_t found = stoa__schema_find(schema, name, length);
    const stoa__schema_field *vector = stoa__schema_find_vector(schema, name, length);
    if (found == STOA__NO_FIELD && vector == NULL)
        return stoa__schema_no_field(schema, name, error);
    uint32_t components = vector != NULL ? vector->components : 0;
    if (components != arrival->length)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "field '%s' has %u components, and the lists of its column %u", name,
                          (unsigned)components, (unsigned)arrival->length);
    arrival->field = &schema->fields[vector != NULL ? vector->vector : found];
    arrival->strings = table->strings;
    return STOA_OK;
}

/* An index of the labels. */
static stoa_status index_labels(stoa__arrival *arrival, stoa_error *error)
{
    uint32_t count = arrival->field->label_count;
    stoa_status status = stoa_string_pool_new(&arrival->labels, NULL, error);
    if (status != STOA_OK)
        return status;
    size_t bytes = ((size_t)count + 1) * sizeof *arrival->numbers;
    arrival->numbers = stoa__allocate_zeroed(bytes);
    if (arrival->numbers == NULL)
        return stoa__fail_memory(error, bytes);
    for (uint32_t i = 0; status == STOA_OK && i < count; i++) {
        stoa_handle handle;
        stoa_string label = {arrival->field->labels[i], strlen(arrival->field->labels[i])};
        status = stoa_string_pool_intern(arrival->labels, &label, 1, &handle, error);
        if (status == STOA_OK)
            arrival->numbers[handle] = (uint16_t)i;
    }
    return status;
}

bool stoa__arrival_needs_room(const stoa__arrival *arrival)
{
    return arrival->type.layout != STOA__LAYOUT_NUMBERS || arrival->type.is_milliseconds ||
           stoa__arrival_is_coded(arrival);
}

static stoa_status make_room(stoa__arrival *arrival, stoa_error *error)
{
    size_t values = STOA__ARROW_SLICE * stoa__arrival_sources(arrival);
    size_t bytes = values * sizeof(stoa_string);
    if (arrival->length > 0)
        bytes = values; /* of bools */
    if (!stoa__arrival_needs_room(arrival))
        return STOA_OK;
    arrival->room = stoa__allocate(bytes);
    return arrival->room == NULL ? stoa__fail_memory(error, bytes) : STOA_OK;
}

static stoa_status check_field(const stoa__arrival *arrival, stoa_error *error)
{
    bool is_text = arrival->type.type == STOA_STRING;
    if (!stoa__arrival_is_for_labels(arrival) || is_text ||
        arrival->type.layout == STOA__LAYOUT_NOTHING)
        return STOA_OK;
    return stoa__fail(error, STOA_WRONG_TYPE,
                      "field '%s' is an enumeration, which takes the texts of its labels",
                      arrival->field->name);
}

stoa_status stoa__arrival_init(stoa__arrival *arrival, const stoa_table *table,
                               const struct ArrowSchema *schema, stoa_error *error)
{
    stoa_status status = stoa__arrival_describe(arrival, schema, error);
    if (status == STOA_OK)
        status = find_field(arrival, table, error);
    if (status == STOA_OK)
        status = check_field(arrival, error);
    if (status == STOA_OK && stoa__arrival_is_for_labels(arrival))
        status = index_labels(arrival, error);
    return status == STOA_OK ? make_room(arrival, error) : status;
}

void stoa__arrival_dispose(stoa__arrival *arrival)
{
    stoa_string_pool_free(arrival->labels);
    stoa__release(arrival->numbers);
    stoa__release(arrival->entries);
    stoa__release(arrival->room);
    stoa__release(arrival->bits);
    *arrival = (stoa__arrival){0};
}

/* ---- the array at hand ---- */

static stoa_status check_indices(const stoa__arrival *arrival, size_t rows, stoa_error *error)
{
    size_t entries = (size_t)arrival->array->dictionary->length;
    if (rows > 0 && (uintptr_t)arrival->array->buffers[1] % stoa__width(arrival->index.type) != 0)
        return stoa__fail(error, STOA_INVALID, "the indices of column '%s' are not aligned",
                          arrival->path.text);
    for (size_t i = 0; i < rows; i++)
        if (stoa__arrow_has(arrival->array, arrival->offset + i) &&
            stoa__arrival_index(arrival, arrival->offset + i) >= entries)
            return stoa__fail_at(error, STOA_INVALID, i,
                                 "row %zu of column '%s' is none of the dictionary's %zu values", i,
                                 arrival->path.text, entries);
    return STOA_OK;
}

static stoa_status take_dictionary(stoa__arrival *arrival, size_t rows, stoa_error *error)
{
    const struct ArrowArray *dictionary = arrival->array->dictionary;
    stoa__arrow_path path = stoa__arrow_path_into(arrival->path, "dictionary");
    size_t entries = dictionary == NULL || dictionary->length < 0 ? 0 : (size_t)dictionary->length;
    stoa_status status = stoa__arrow_check(dictionary, &arrival->type, &path, 0, entries, error);
    if (status == STOA_OK)
        status = check_indices(arrival, rows, error);
    if (status != STOA_OK || entries == 0 || arrival->type.type != STOA_STRING)
        return status;
    stoa__release(arrival->entries);
    size_t bytes = entries <= SIZE_MAX / sizeof(uint32_t) ? entries * sizeof(uint32_t) : SIZE_MAX;
    arrival->entries = stoa__allocate(bytes);
    if (arrival->entries == NULL)
        return stoa__fail_memory(error, bytes);
    memset(arrival->entries, 0xFF, bytes);
    return STOA_OK;
}

/* Lists and their items have no nulls, and there are enough items. */
static stoa_status take_items(stoa__arrival *arrival, size_t rows, stoa_error *error)
{
    const struct ArrowArray *items = arrival->array->children[0];
    stoa__arrow_path path = stoa__arrow_path_into(arrival->path, "item");
    if (arrival->offset + rows > SIZE_MAX / arrival->length)
        return stoa__fail(error, STOA_INVALID, "column '%s' has too many items", path.text);
    size_t first = arrival->offset * arrival->length, count = rows * arrival->length;
    stoa_status status = stoa__arrow_check(items, &arrival->type, &path, first, count, error);
    for (size_t i = 0; status == STOA_OK && arrival->array->null_count != 0 && i < rows; i++)
        if (!stoa__arrow_has(arrival->array, arrival->offset + i))
            return stoa__fail_at(error, STOA_WRONG_TYPE, i,
                                 "row %zu of column '%s' is null, which no vector can be", i,
                                 arrival->path.text);
    for (size_t i = 0; status == STOA_OK && items->null_count != 0 && i < count; i++)
        if (!stoa__arrow_has(items, (size_t)items->offset + first + i))
            return stoa__fail_at(error, STOA_WRONG_TYPE, i / arrival->length,
                                 "an item of row %zu of column '%s' is null, which no component "
                                 "can be",
                                 i / arrival->length, arrival->path.text);
    return status;
}

stoa_status stoa__arrival_take(stoa__arrival *arrival, const struct ArrowArray *array,
                               size_t skipped, size_t rows, stoa_error *error)
{
    stoa__arrow_type own = stoa__arrival_is_coded(arrival) ? arrival->index : arrival->type;
    if (arrival->length > 0)
        own = (stoa__arrow_type){.layout = STOA__LAYOUT_LISTS};
    stoa_status status = stoa__arrow_check(array, &own, &arrival->path, skipped, rows, error);
    if (status != STOA_OK)
        return status;
    if (!stoa__arrival_is_coded(arrival) != (array->dictionary == NULL))
        return stoa__fail(
            error, STOA_INVALID,
            "column '%s' has a dictionary in its schema or its array, but not in both",
            arrival->path.text);
    arrival->array = array;
    arrival->offset = (size_t)array->offset + skipped;
    if (rows == 0)
        return STOA_OK;
    if (stoa__arrival_is_coded(arrival))
        return take_dictionary(arrival, rows, error);
    return arrival->length > 0 ? take_items(arrival, rows, error) : STOA_OK;
}
