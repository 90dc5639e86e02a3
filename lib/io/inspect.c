/* inspect.c: whether an array is what its schema says, as far as that can be told.
 *
 * How long a buffer is nobody tells, but for the texts of views. Everything else is checked before
 * it is used: counts, pointers, offsets that must not fall, and where texts begin and end. */
#include <string.h>

#include "io/arrival.h"

#define BAD(...) stoa__fail(error, STOA_INVALID, __VA_ARGS__)

static int64_t buffers_of(stoa__arrow_layout layout)
{
    switch (layout) {
    case STOA__LAYOUT_NOTHING:
        return 0;
    case STOA__LAYOUT_LISTS:
    case STOA__LAYOUT_STRUCT:
        return 1;
    case STOA__LAYOUT_TEXT:
    case STOA__LAYOUT_LARGE_TEXT:
        return 3;
    case STOA__LAYOUT_NUMBERS:
    case STOA__LAYOUT_BITS:
    case STOA__LAYOUT_VIEWS:
    default:
        return 2;
    }
}

/* ---- counts and pointers ---- */

/* No buffer has more: an element takes up to 16 bytes, and one with all of them is addressable. */
#define MOST_ELEMENTS (INT64_MAX / 16)

static stoa_status check_counts(const struct ArrowArray *array, const stoa__arrow_type *type,
                                const char *path, size_t first, size_t rows, stoa_error *error)
{
    int64_t children = type->layout == STOA__LAYOUT_LISTS ? 1 : 0;
    int64_t buffers = buffers_of(type->layout);
    bool is_views = type->layout == STOA__LAYOUT_VIEWS;
    int64_t most = type->layout == STOA__LAYOUT_NOTHING ? INT64_MAX : MOST_ELEMENTS;
    if (array->length < 0 || array->offset < 0 || array->length > most ||
        array->offset > most - array->length)
        return BAD("the array of column '%s' has length %lld and offset %lld", path,
                   (long long)array->length, (long long)array->offset);
    if (first > (size_t)array->length || rows > (size_t)array->length - first)
        return BAD("the array of column '%s' has %lld rows, but %zu are needed", path,
                   (long long)array->length, first + rows);
    if (array->null_count < -1 || array->null_count > array->length)
        return BAD("the array of column '%s' has %lld nulls in %lld rows", path,
                   (long long)array->null_count, (long long)array->length);
    bool is_nothing = type->layout == STOA__LAYOUT_NOTHING; /* Polars gives it a validity, too */
    if (is_views     ? array->n_buffers < buffers + 1
        : is_nothing ? array->n_buffers < 0 || array->n_buffers > 1
                     : array->n_buffers != buffers)
        return BAD("the array of column '%s' has %lld buffers", path, (long long)array->n_buffers);
    if (array->n_buffers > 0 && array->buffers == NULL)
        return BAD("the array of column '%s' has no buffers", path);
    if (type->layout != STOA__LAYOUT_STRUCT && array->n_children != children)
        return BAD("the array of column '%s' has %lld children", path,
                   (long long)array->n_children);
    if (array->n_children > 0 && array->children == NULL)
        return BAD("the array of column '%s' has no children", path);
    return STOA_OK;
}

static bool is_aligned(const void *buffer, size_t width)
{
    return (uintptr_t)buffer % width == 0;
}

/* Bytes that a buffer's elements begin at multiples of. */
static size_t alignment_of(stoa__arrow_layout layout)
{
    return layout == STOA__LAYOUT_LARGE_TEXT ? sizeof(int64_t) : sizeof(int32_t);
}

static stoa_status check_pointers(const struct ArrowArray *array, const stoa__arrow_type *type,
                                  const char *path, size_t rows, stoa_error *error)
{
    bool has_data = array->n_buffers > 1;
    bool has_validity = type->layout != STOA__LAYOUT_NOTHING;
    if (has_validity && array->null_count > 0 && array->n_buffers > 0 && array->buffers[0] == NULL)
        return BAD("the array of column '%s' has nulls, but no validity", path);
    if (has_data && rows > 0 && array->buffers[1] == NULL)
        return BAD("the array of column '%s' has rows, but no values", path);
    if (rows > 0 && stoa__arrow_is_text(type->layout) &&
        !is_aligned(array->buffers[1], alignment_of(type->layout)))
        return BAD("the offsets of column '%s' are not aligned", path);
    return STOA_OK;
}

/* ---- texts ---- */

static int64_t offset_at(const struct ArrowArray *array, stoa__arrow_layout layout, size_t at)
{
    const int32_t *narrow = array->buffers[1];
    const int64_t *wide = array->buffers[1];
    return layout == STOA__LAYOUT_TEXT ? narrow[at] : wide[at];
}

static stoa_status check_offsets(const struct ArrowArray *array, stoa__arrow_layout layout,
                                 const char *path, size_t first, size_t rows, stoa_error *error)
{
    int64_t before = offset_at(array, layout, first), start = before;
    for (size_t i = 1; i <= rows; i++) {
        int64_t end = offset_at(array, layout, first + i);
        if (before < 0 || end < before)
            return BAD("the text of row %zu of column '%s' goes from byte %lld to byte %lld", i - 1,
                       path, (long long)before, (long long)end);
        before = end;
    }
    if (before > start && array->buffers[2] == NULL)
        return BAD("the array of column '%s' has %lld bytes of text, but no buffer for them", path,
                   (long long)(before - start));
    return STOA_OK;
}

/* A view: its length, and the bytes themselves, or the first four, a buffer and an offset. */
typedef struct view {
    int32_t length;
    char bytes[4];
    int32_t buffer, offset;
} view;

enum { INLINED = 12 };

static bool view_fits(const struct ArrowArray *array, const view *v)
{
    int64_t buffers = array->n_buffers - 3;
    const int64_t *sizes = array->buffers[array->n_buffers - 1];
    if (v->length <= INLINED)
        return v->length >= 0;
    return v->buffer >= 0 && v->buffer < buffers && sizes != NULL && v->offset >= 0 &&
           (int64_t)v->offset + v->length <= sizes[v->buffer] &&
           array->buffers[2 + v->buffer] != NULL;
}

static stoa_status check_views(const struct ArrowArray *array, const char *path, size_t first,
                               size_t rows, stoa_error *error)
{
    const view *views = array->buffers[1];
    if (!is_aligned(array->buffers[array->n_buffers - 1], sizeof(int64_t)))
        return BAD("the sizes of the buffers of column '%s' are not aligned", path);
    for (size_t i = 0; i < rows; i++)
        if (stoa__arrow_has(array, first + i) && !view_fits(array, &views[first + i]))
            return BAD("the text of row %zu of column '%s' is in none of its buffers", i, path);
    return STOA_OK;
}

stoa_string stoa__arrow_text(const struct ArrowArray *array, stoa__arrow_layout layout, size_t at)
{
    if (layout == STOA__LAYOUT_VIEWS) {
        const view *v = (const view *)array->buffers[1] + at;
        const char *bytes = v->length <= INLINED
                                ? v->bytes
                                : (const char *)array->buffers[2 + v->buffer] + v->offset;
        return (stoa_string){bytes, (size_t)v->length};
    }
    int64_t start = offset_at(array, layout, at), end = offset_at(array, layout, at + 1);
    if (start == end)
        return (stoa_string){"", 0};
    return (stoa_string){(const char *)array->buffers[2] + start, (size_t)(end - start)};
}

/* ---- all of it ---- */

stoa_status stoa__arrow_check(const struct ArrowArray *array, const stoa__arrow_type *type,
                              const stoa__arrow_path *path, size_t first, size_t rows,
                              stoa_error *error)
{
    if (array == NULL || array->release == NULL)
        return BAD("column '%s' has no array, or it was released", path->text);
    stoa_status status = check_counts(array, type, path->text, first, rows, error);
    if (status == STOA_OK)
        status = check_pointers(array, type, path->text, rows, error);
    if (status != STOA_OK || rows == 0)
        return status;
    size_t start = (size_t)array->offset + first;
    if (type->layout == STOA__LAYOUT_TEXT || type->layout == STOA__LAYOUT_LARGE_TEXT)
        return check_offsets(array, type->layout, path->text, start, rows, error);
    if (type->layout == STOA__LAYOUT_VIEWS)
        return check_views(array, path->text, start, rows, error);
    return STOA_OK;
}
#undef BAD
