/* slice.c: columns of Arrow become sources of the store, which checks and converts their values.
 *
 * Numbers are read where they lie. Other values are made for a slice of rows at a time: bits become
 * bytes, texts become stoa_string structs, and validity that does not begin at a byte is shifted.
 * The strings of a dictionary become handles of the table, or numbers of an enumeration, when the
 * first row needs them: `entries` has what each became. */
#include <string.h>

#include "base/bits.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "io/arrival.h"

/* What is known of a string of a dictionary, besides handles and numbers. */
#define UNKNOWN UINT32_MAX
#define NO_ENTRY (UINT32_MAX - 1) /* it is null */

/* ---- validity ---- */

static bool bit_at(const void *bits, size_t at)
{
    return (((const uint8_t *)bits)[at / 8] >> at % 8 & 1) != 0;
}

/* Whether row i of a slice has a value. */
static bool has(const uint8_t *validity, size_t i)
{
    return validity == NULL || bit_at(validity, i);
}

static stoa_status bits_room(stoa__arrival *arrival, size_t count, stoa_error *error)
{
    size_t bytes = stoa__words(count) * sizeof *arrival->bits;
    stoa__release(arrival->bits);
    arrival->bits = stoa__allocate_zeroed(bytes);
    return arrival->bits == NULL ? stoa__fail_memory(error, bytes) : STOA_OK;
}

/* Which rows have a value, from bit 0 on. */
static stoa_status slice_validity(stoa__arrival *arrival, size_t first, size_t count,
                                  const uint8_t **validity, stoa_error *error)
{
    const struct ArrowArray *array = arrival->array;
    const uint8_t *bits = array->null_count == 0 ? NULL : array->buffers[0];
    size_t at = arrival->offset + first;
    *validity = bits == NULL ? NULL : bits + at / 8;
    if (bits == NULL || at % 8 == 0)
        return STOA_OK;
    stoa_status status = bits_room(arrival, count, error);
    if (status != STOA_OK)
        return status;
    for (size_t i = 0; i < count; i += 64)
        arrival->bits[i / 64] =
            stoa__bits_of_bytes_get(bits, at + i, count - i < 64 ? count - i : 64);
    *validity = (const uint8_t *)arrival->bits;
    return STOA_OK;
}

/* ---- texts ---- */

static stoa_status no_label(const stoa__arrival *arrival, stoa_string text, size_t row,
                            stoa_error *error)
{
    int shown = text.length < 60 ? (int)text.length : 60;
    if (stoa__utf8_valid((const unsigned char *)text.bytes, text.length) < text.length)
        return stoa__fail_at(error, STOA_INVALID, row,
                             "the text of row %zu of column '%s' is not valid UTF-8", row,
                             arrival->path.text);
    return stoa__fail_at(error, STOA_OVERFLOW, row, "'%.*s' in row %zu is no label of field '%s'",
                         shown, text.bytes, row, arrival->field->name);
}

/* The number that a label stands for. */
static stoa_status number_of(const stoa__arrival *arrival, stoa_string text, size_t row,
                             uint32_t *number, stoa_error *error)
{
    stoa_handle handle = stoa_string_pool_find(arrival->labels, text);
    bool is_empty = handle == 0;
    if (handle == STOA_NO_STRING ||
        (is_empty && arrival->field->labels[arrival->numbers[0]][0] != '\0'))
        return no_label(arrival, text, row, error);
    *number = arrival->numbers[handle];
    return STOA_OK;
}

static stoa_status labels_of_texts(stoa__arrival *arrival, size_t first, size_t count,
                                   stoa_error *error)
{
    uint16_t *numbers = arrival->room;
    stoa_status status = STOA_OK;
    for (size_t i = 0; status == STOA_OK && i < count; i++) {
        size_t at = arrival->offset + first + i;
        uint32_t number = 0;
        if (stoa__arrow_has(arrival->array, at))
            status = number_of(arrival, stoa__arrow_text(arrival->array, arrival->type.layout, at),
                               first + i, &number, error);
        numbers[i] = (uint16_t)number;
    }
    return status;
}

static void slice_texts(stoa__arrival *arrival, size_t first, size_t count)
{
    stoa_string *texts = arrival->room;
    for (size_t i = 0; i < count; i++) {
        size_t at = arrival->offset + first + i;
        texts[i] = stoa__arrow_has(arrival->array, at)
                       ? stoa__arrow_text(arrival->array, arrival->type.layout, at)
                       : (stoa_string){0};
    }
}

/* ---- dictionaries ---- */

/* What a string of the dictionary becomes: a handle, the number of a label, or NO_ENTRY. */
static stoa_status entry_of(const stoa__arrival *arrival, size_t index, size_t row, uint32_t *entry,
                            stoa_error *error)
{
    const struct ArrowArray *dictionary = arrival->array->dictionary;
    size_t at = (size_t)dictionary->offset + index;
    if (!stoa__arrow_has(dictionary, at)) {
        *entry = NO_ENTRY;
        return STOA_OK;
    }
    stoa_string text = stoa__arrow_text(dictionary, arrival->type.layout, at);
    if (stoa__arrival_is_for_labels(arrival))
        return number_of(arrival, text, row, entry, error);
    return stoa__strings_intern(arrival->strings, &text, 0, 1, entry,
                                (stoa__place){arrival->field->name, row}, error);
}

static stoa_status entries_of_rows(stoa__arrival *arrival, size_t first, size_t count,
                                   const uint8_t *validity, stoa_error *error)
{
    uint32_t *handles = arrival->room;
    uint16_t *numbers = arrival->room;
    bool are_numbers = stoa__arrival_is_for_labels(arrival);
    for (size_t i = 0; i < count; i++) {
        uint32_t entry = 0;
        if (has(validity, i)) {
            size_t index = stoa__arrival_index(arrival, arrival->offset + first + i);
            uint32_t *known = &arrival->entries[index];
            stoa_status status = STOA_OK;
            if (*known == UNKNOWN)
                status = entry_of(arrival, index, first + i, known, error);
            if (status != STOA_OK) {
                *known = UNKNOWN;
                return status;
            }
            entry = *known;
        }
        if (are_numbers)
            numbers[i] = (uint16_t)entry; /* of NO_ENTRY anything: it is null */
        else
            handles[i] = entry == NO_ENTRY ? 0 : entry;
    }
    return STOA_OK;
}

/* Bytes of a value in Arrow. */
static size_t width_of(const stoa__arrow_type *type)
{
    return type->is_milliseconds ? sizeof(int64_t) : stoa__width(type->type);
}

/* Numbers of a dictionary, as if they lay in the array. */
static void numbers_of_rows(stoa__arrival *arrival, size_t first, size_t count,
                            const uint8_t *validity)
{
    const struct ArrowArray *dictionary = arrival->array->dictionary;
    const char *cells = dictionary->buffers[1];
    size_t width = width_of(&arrival->type);
    char *out = arrival->room;
    bool are_bits = arrival->type.layout == STOA__LAYOUT_BITS;
    for (size_t i = 0; i < count; i++) {
        if (!has(validity, i)) {
            memset(out + i * width, 0, width);
            continue;
        }
        size_t at =
            (size_t)dictionary->offset + stoa__arrival_index(arrival, arrival->offset + first + i);
        if (are_bits)
            out[i] = (char)bit_at(cells, at);
        else
            memcpy(out + i * width, cells + at * width, width);
    }
}

/* Rows whose index names a null of the dictionary are null, too. */
static stoa_status entries_validity(stoa__arrival *arrival, size_t first, size_t count,
                                    const uint8_t **validity, stoa_error *error)
{
    const struct ArrowArray *dictionary = arrival->array->dictionary;
    if (dictionary->null_count == 0)
        return STOA_OK;
    const uint8_t *before = *validity;
    uint64_t *old = arrival->bits;
    arrival->bits = NULL;
    stoa_status status = bits_room(arrival, count, error);
    for (size_t i = 0; status == STOA_OK && i < count; i++) {
        bool is_there = has(before, i);
        size_t index = is_there ? stoa__arrival_index(arrival, arrival->offset + first + i) : 0;
        stoa__bit_put(arrival->bits, i,
                      is_there && stoa__arrow_has(dictionary, (size_t)dictionary->offset + index));
    }
    stoa__release(old);
    *validity = (const uint8_t *)arrival->bits;
    return status;
}

/* ---- values ---- */

static void bytes_of_bits(uint8_t *out, const uint8_t *bits, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i += 64) {
        size_t some = count - i < 64 ? count - i : 64;
        uint64_t word = stoa__bits_of_bytes_get(bits, first + i, some);
        for (size_t j = 0; j < some; j += 8, word >>= 8) {
            uint64_t bytes = stoa__bytes_of_bits(word);
            memcpy(out + i + j, &bytes, some - j < 8 ? some - j : 8);
        }
    }
}

/* Dates in milliseconds become days; both may lie in the room. */
static stoa_status days_of(const stoa__arrival *arrival, size_t first, size_t count,
                           stoa_source *source, stoa_error *error)
{
    const int64_t day = STOA__DAY_SECONDS * 1000;
    const char *milliseconds = source->data;
    int32_t *days = arrival->room;
    for (size_t i = 0; i < count; i++) {
        int64_t moment;
        memcpy(&moment, milliseconds + i * sizeof moment, sizeof moment);
        bool is_there = has(source->validity, i);
        int64_t number = is_there ? moment / day : 0;
        if (is_there && (moment % day != 0 || number != (int32_t)number))
            return stoa__fail_at(error, STOA_OVERFLOW, first + i,
                                 "row %zu of column '%s' is no day: %lld milliseconds", first + i,
                                 arrival->path.text, (long long)moment);
        days[i] = (int32_t)number;
    }
    source->data = days;
    return STOA_OK;
}

static void slice_lists(const stoa__arrival *arrival, size_t first, size_t count,
                        stoa_source *sources)
{
    const struct ArrowArray *items = arrival->array->children[0];
    size_t length = arrival->length, width = stoa__width(arrival->type.type);
    size_t at = (size_t)items->offset + (arrival->offset + first) * length;
    const char *cells = (const char *)items->buffers[1] + at * width;
    if (arrival->type.layout == STOA__LAYOUT_BITS) {
        bytes_of_bits(arrival->room, items->buffers[1], at, count * length);
        cells = arrival->room;
    }
    for (size_t i = 0; i < length; i++)
        sources[i] = (stoa_source){.type = arrival->type.type,
                                   .data = cells + i * width,
                                   .stride = (ptrdiff_t)(length * width)};
}

/* Columns whose values are all null fit any field. */
static stoa_source nothing_for(const stoa__arrival *arrival)
{
    static const uint8_t null;
    static const uint64_t zero[2];
    const stoa__schema_field *field = arrival->field;
    return (stoa_source){.type = (stoa_type)field->type,
                         .repeat = true,
                         .unit = field->unit,
                         .is_zoned = field->zone != NULL,
                         .data = zero,
                         .validity = &null};
}

static stoa_status slice_coded(stoa__arrival *arrival, size_t first, size_t count,
                               stoa_source *source, stoa_error *error)
{
    stoa_status status = entries_validity(arrival, first, count, &source->validity, error);
    if (status != STOA_OK)
        return status;
    if (arrival->type.type == STOA_STRING && arrival->strings == NULL &&
        !stoa__arrival_is_for_labels(arrival))
        return STOA_OK; /* no string field: the store refuses the type */
    if (arrival->type.type == STOA_STRING)
        status = entries_of_rows(arrival, first, count, source->validity, error);
    else
        numbers_of_rows(arrival, first, count, source->validity);
    source->strings = arrival->type.type == STOA_STRING ? arrival->strings : NULL;
    return status;
}

static stoa_status slice_values(stoa__arrival *arrival, size_t first, size_t count,
                                stoa_source *source, stoa_error *error)
{
    const char *values = arrival->array->buffers[1];
    size_t at = arrival->offset + first;
    stoa_status status = STOA_OK;
    if (stoa__arrival_is_coded(arrival))
        status = slice_coded(arrival, first, count, source, error);
    else if (arrival->type.layout == STOA__LAYOUT_BITS)
        bytes_of_bits(arrival->room, (const uint8_t *)values, at, count);
    else if (!stoa__arrow_is_text(arrival->type.layout))
        source->data = values + at * width_of(&arrival->type);
    else if (stoa__arrival_is_for_labels(arrival))
        status = labels_of_texts(arrival, first, count, error);
    else
        slice_texts(arrival, first, count);
    if (status != STOA_OK || !arrival->type.is_milliseconds)
        return status;
    return days_of(arrival, first, count, source, error);
}

static void name_sources(const stoa__arrival *arrival, stoa_source *sources)
{
    for (size_t i = 0; i < stoa__arrival_sources(arrival); i++)
        sources[i].name = arrival->field[i].name;
}

stoa_status stoa__arrival_slice(stoa__arrival *arrival, size_t first, size_t count,
                                stoa_source *sources, stoa_error *error)
{
    stoa_status status = STOA_OK;
    if (arrival->length > 0) {
        slice_lists(arrival, first, count, sources);
    } else if (arrival->type.layout == STOA__LAYOUT_NOTHING) {
        *sources = nothing_for(arrival);
    } else {
        *sources = (stoa_source){.type = arrival->type.type,
                                 .unit = arrival->type.unit,
                                 .is_zoned = arrival->type.zone != NULL,
                                 .data = arrival->room};
        status = slice_validity(arrival, first, count, &sources->validity, error);
        if (status == STOA_OK)
            status = slice_values(arrival, first, count, sources, error);
        if (stoa__arrival_is_for_labels(arrival)) {
            sources->type = STOA_UINT16;
            sources->strings = NULL;
        }
    }
    name_sources(arrival, sources);
    return status;
}
