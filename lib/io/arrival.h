/* arrival.h: a column that arrives by Arrow, and the sources that its values become. */
#ifndef STOA__IO_ARRIVAL_H
#define STOA__IO_ARRIVAL_H

#include <stoa/arrow.h>

#include "io/types.h"
#include "store/table.h"

/* Rows that are prepared at a time, where values have to be made first. */
#define STOA__ARROW_SLICE ((size_t)65536)

typedef struct stoa__arrival {
    const struct ArrowSchema *schema;
    stoa__arrow_path path;
    stoa__arrow_type type;  /* of a dictionary's column that of its values; of lists of the items */
    stoa__arrow_type index; /* of a dictionary's column: of its indices */
    uint32_t length;        /* of lists; 0: none */

    /* The field that it is for. */
    const stoa__schema_field *field;
    stoa_string_pool *strings; /* of the table */
    stoa_string_pool *labels;  /* of an enumeration: its labels, to find them; NULL: none */
    uint16_t *numbers;         /* by the handles of these */

    /* The array at hand. */
    const struct ArrowArray *array;
    size_t offset;     /* of its first row */
    uint32_t *entries; /* what each of the dictionary's strings became: see arrival.c */

    /* Room for the values of a slice, and for its validity. */
    void *room;
    uint64_t *bits;
} stoa__arrival;

static inline bool stoa__arrival_is_for_labels(const stoa__arrival *arrival)
{
    return arrival->field->label_count > 0;
}

/* Whether it has a dictionary. */
static inline bool stoa__arrival_is_coded(const stoa__arrival *arrival)
{
    return arrival->schema->dictionary != NULL;
}

/* Which of the dictionary's values a row has; `at` has the offset in it. */
static inline size_t stoa__arrival_index(const stoa__arrival *arrival, size_t at)
{
    const void *indices = arrival->array->buffers[1];
#define CASE(NAME, cell) \
    case STOA_##NAME:    \
        return (size_t)((const cell *)indices)[at]
    switch (arrival->index.type) {
        CASE(INT8, int8_t);
        CASE(INT16, int16_t);
        CASE(INT32, int32_t);
        CASE(UINT8, uint8_t);
        CASE(UINT16, uint16_t);
        CASE(UINT32, uint32_t);
    default: /* of 64 bits */
        return (size_t)((const uint64_t *)indices)[at];
    }
#undef CASE
}

/* What a column of a schema is, without a field. */
stoa_status stoa__arrival_describe(stoa__arrival *arrival, const struct ArrowSchema *schema,
                                   stoa_error *error);
/* A column of a schema, for the field of its name; the caller disposes of it, whatever is
 * returned. STOA_NO_FIELD, STOA_WRONG_TYPE. */
stoa_status stoa__arrival_init(stoa__arrival *arrival, const stoa_table *table,
                               const struct ArrowSchema *schema, stoa_error *error);
void stoa__arrival_dispose(stoa__arrival *arrival);
/* Whether values of slices have to be made, instead of being read where they are. */
bool stoa__arrival_needs_room(const stoa__arrival *arrival);
/* How many sources it is: of lists one for each component. */
static inline size_t stoa__arrival_sources(const stoa__arrival *arrival)
{
    return arrival->length > 0 ? arrival->length : 1;
}
/* Takes an array up, of `rows` rows behind the first `skipped`: everything is checked that will be
 * read. STOA_INVALID. */
stoa_status stoa__arrival_take(stoa__arrival *arrival, const struct ArrowArray *array,
                               size_t skipped, size_t rows, stoa_error *error);
/* The sources of rows [first, first + count) of the array, at most STOA__ARROW_SLICE if it needs
 * room; valid until the next call. */
stoa_status stoa__arrival_slice(stoa__arrival *arrival, size_t first, size_t count,
                                stoa_source *sources, stoa_error *error);

/* Checks an array: its buffers, offsets and texts are such as the type says. Of lists and
 * dictionaries only what is at the top. */
stoa_status stoa__arrow_check(const struct ArrowArray *array, const stoa__arrow_type *type,
                              const stoa__arrow_path *path, size_t first, size_t rows,
                              stoa_error *error);
/* Whether row `at` of an array, its offset included, has a value. */
static inline bool stoa__arrow_has(const struct ArrowArray *array, size_t at)
{
    const uint8_t *bits = array->null_count == 0 ? NULL : array->buffers[0];
    return bits == NULL || (bits[at / 8] >> at % 8 & 1) != 0;
}
/* The text of a row that has one. */
stoa_string stoa__arrow_text(const struct ArrowArray *array, stoa__arrow_layout layout, size_t at);

#endif
