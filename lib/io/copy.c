/* copy.c: columns to arrays.
 *
 * Rows that follow one another are copied as they lie, others one by one. Each array owns its
 * memory, but for dictionaries of strings: these hold the pool, whose strings never change. What
 * inline code may have written is not trusted: a number without a label is an error. */
#include <string.h>

#include "base/memory.h"
#include "io/loan.h"
#include "io/nodes.h"
#include "io/plan.h"
#include "kernel/kernel.h"

#define GATHER_NAME 1
#define GATHER_CELL uint8_t
#include "io/gather.h"
#define GATHER_NAME 2
#define GATHER_CELL uint16_t
#include "io/gather.h"
#define GATHER_NAME 4
#define GATHER_CELL uint32_t
#include "io/gather.h"
#define GATHER_NAME 8
#define GATHER_CELL uint64_t
#include "io/gather.h"

static bool are_adjacent(const stoa__arrow_rows *rows)
{
    return rows->indices == NULL && rows->step == 1;
}

/* Cells at out[0], out[out_step], …, counted in cells. */
static void gather(void *out, size_t out_step, const void *cells, size_t width,
                   const stoa__arrow_rows *rows)
{
    if (are_adjacent(rows) && out_step == 1) {
        if (rows->count > 0)
            memcpy(out, (const char *)cells + rows->first * width, rows->count * width);
    } else if (width == 1) {
        gather_1(out, out_step, cells, rows);
    } else if (width == 2) {
        gather_2(out, out_step, cells, rows);
    } else if (width == 4) {
        gather_4(out, out_step, cells, rows);
    } else {
        gather_8(out, out_step, cells, rows);
    }
}

/* ---- bits ---- */

static void copy_bits(uint64_t *out, const uint64_t *bits, const stoa__arrow_rows *rows)
{
    memset(out, 0, stoa__validity_bytes(rows->count));
    if (rows->indices != NULL)
        stoa__bits_gather(out, bits, rows->indices, rows->count);
    else if (rows->step == 1)
        stoa__bits_move(out, 0, bits, rows->first, rows->count);
    else
        for (size_t i = 0; i < rows->count; i++)
            out[i / 64] |= (uint64_t)stoa__bit(bits, stoa__arrow_row(rows, i)) << i % 64;
}

void stoa__arrow_count_nulls(struct ArrowArray *array)
{
    size_t count = (size_t)array->length;
    array->null_count = (int64_t)(count - stoa__count_first(array->buffers[0], count));
    if (array->null_count == 0)
        array->buffers[0] = NULL;
}

/* Fills the validity in, and says how many nulls there are. */
static void copy_validity(struct ArrowArray *array, const uint64_t *validity,
                          const stoa__arrow_rows *rows)
{
    if (validity == NULL || rows->count == 0)
        return;
    uint64_t *bits = stoa__arrow_buffer(array, 0);
    copy_bits(bits, validity, rows);
    stoa__arrow_count_nulls(array);
}

/* ---- what is lent ---- */

static bool are_lent(const stoa__arrow_plan *plan, const stoa__arrow_rows *rows)
{
    return plan->loan != NULL && are_adjacent(rows);
}

/* Whether the validity is at hand as it lies, from a word of the column's on. */
static bool is_lent_as_it_lies(const stoa_column *column, const stoa__arrow_rows *rows)
{
    return column->validity != NULL && rows->first % 64 == 0;
}

/* Bytes of the validity that has to be copied. */
static size_t validity_bytes(const stoa_column *column, bool is_lent, const stoa__arrow_rows *rows)
{
    if (column->validity == NULL || (is_lent && is_lent_as_it_lies(column, rows)))
        return 0;
    return stoa__validity_bytes(rows->count);
}

/* Has the array share the cells of the rows. */
static void share(const stoa__arrow_plan *plan, const stoa_column *column, size_t width,
                  const stoa__arrow_rows *rows, struct ArrowArray *out)
{
    out->buffers[1] = (const char *)column->cells + rows->first * width;
    if (is_lent_as_it_lies(column, rows)) {
        const uint64_t *words = column->validity + rows->first / 64;
        out->null_count = (int64_t)(rows->count - stoa__count_first(words, rows->count));
        out->buffers[0] = out->null_count > 0 ? words : NULL;
    } else {
        copy_validity(out, column->validity, rows);
    }
    stoa__arrow_hold(out, stoa__loan_hold(plan->loan), stoa__loan_let_go);
}

/* ---- numbers ---- */

/* Bools of `components` columns, side by side: a bit for each, through a block of bytes. */
static void pack_bools(uint64_t *out, const stoa_column *columns, size_t components,
                       const stoa__arrow_rows *rows)
{
    enum { BLOCK = 4096 };
    uint8_t bytes[BLOCK];
    size_t values = rows->count * components;
    for (size_t at = 0; at < values;) {
        size_t some = values - at < BLOCK ? values - at : BLOCK;
        if (components == 1 && are_adjacent(rows)) {
            const uint8_t *cells = columns[0].cells;
            stoa__words_of_mask(out + at / 64, cells + rows->first + at, some);
        } else {
            for (size_t i = 0; i < some; i++) {
                const uint8_t *cells = columns[(at + i) % components].cells;
                bytes[i] = cells[stoa__arrow_row(rows, (at + i) / components)];
            }
            stoa__words_of_mask(out + at / 64, bytes, some);
        }
        at += some;
    }
}

/* The values of `components` columns, side by side. */
static stoa_status copy_numbers(const stoa__arrow_plan *plan, const stoa_column *columns,
                                size_t components, stoa_type type, const stoa__arrow_rows *rows,
                                struct ArrowArray *out, stoa_error *error)
{
    size_t width = stoa__width(type), values = rows->count * components;
    bool is_bool = type == STOA_BOOL;
    bool is_lent = are_lent(plan, rows) && components == 1 && !is_bool;
    size_t bytes = is_bool ? stoa__validity_bytes(values) : values * width;
    stoa__arrow_shape shape = {
        .length = values,
        .buffers = 2,
        .slabs = plan->slabs,
        .bytes = {validity_bytes(columns, is_lent, rows), is_lent ? 0 : bytes}};
    stoa_status status = stoa__arrow_array_new(out, &shape, error);
    if (status != STOA_OK)
        return status;
    if (is_lent) {
        share(plan, columns, width, rows, out);
        return STOA_OK;
    }
    copy_validity(out, columns[0].validity, rows); /* a vector has none */
    if (is_bool) {
        pack_bools(stoa__arrow_buffer(out, 1), columns, components, rows);
        return STOA_OK;
    }
    char *data = stoa__arrow_buffer(out, 1);
    for (size_t i = 0; i < components; i++)
        gather(data + i * width, components, columns[i].cells, width, rows);
    return STOA_OK;
}

static stoa_status copy_vector(const stoa__arrow_plan *plan, const stoa__arrow_column *column,
                               const stoa_column *columns, const stoa__arrow_rows *rows,
                               struct ArrowArray *out, stoa_error *error)
{
    const stoa__arrow_shape shape = {.length = rows->count, .buffers = 1, .children = 1};
    stoa_status status = stoa__arrow_array_new(out, &shape, error);
    if (status == STOA_OK)
        status = copy_numbers(plan, columns, column->components, column->type, rows,
                              out->children[0], error);
    return status;
}

/* ---- texts ---- */

/* The text of each row: a string of the pool, or the label of a number. */
typedef struct texts {
    const stoa_column *column;    /* NULL: row i has label i */
    const stoa_string_pool *pool; /* NULL: labels */
    const char *const *labels;
} texts;

static texts texts_of(const stoa__arrow_plan *plan, const stoa__arrow_column *column)
{
    texts made = {.column = &plan->table->columns[column->field]};
    if (column->type == STOA_STRING)
        made.pool = plan->table->strings;
    else
        made.labels = stoa__arrow_field(plan, column)->labels;
    return made;
}

/* The number of an enumeration's cell. */
static inline size_t number_at(const stoa_column *column, size_t row)
{
    return column->type == STOA_UINT8 ? ((const uint8_t *)column->cells)[row]
                                      : ((const uint16_t *)column->cells)[row];
}

/* Of a row that is null, the empty string. */
static inline stoa_string text_of(const texts *t, size_t row)
{
    const stoa_column *column = t->column;
    if (t->pool != NULL)
        return stoa__string_of(t->pool, ((const stoa_handle *)column->cells)[row]);
    if (column != NULL && column->validity != NULL && !stoa__bit(column->validity, row))
        return (stoa_string){0};
    size_t number = column == NULL ? row : number_at(column, row);
    return (stoa_string){t->labels[number], strlen(t->labels[number])};
}

/* How many of the rows have at most `most` bytes of text together, and how many bytes these have.
 */
static size_t measure(const texts *t, const stoa__arrow_rows *rows, size_t most, size_t *bytes)
{
    *bytes = 0;
    for (size_t i = 0; i < rows->count; i++) {
        size_t length = text_of(t, stoa__arrow_row(rows, i)).length;
        if (length > most - *bytes)
            return i;
        *bytes += length;
    }
    return rows->count;
}

static size_t fitting(const stoa__arrow_plan *plan, const stoa__arrow_column *column,
                      const stoa__arrow_rows *rows)
{
    size_t bytes;
    const stoa_string_pool *pool = plan->table->strings;
    const texts t = texts_of(plan, column);
    /* No string is longer than all of them, and no label than 64 KiB. */
    if (column->form != STOA__ARROW_TEXT || column->type != STOA_STRING || rows->count == 0 ||
        pool->offsets[pool->count] <= INT32_MAX / rows->count)
        return rows->count;
    return measure(&t, rows, INT32_MAX, &bytes);
}

size_t stoa__arrow_fitting(const stoa__arrow_plan *plan, const stoa__arrow_rows *rows)
{
    stoa__arrow_rows fit = *rows;
    for (size_t i = 0; i < plan->column_count; i++)
        fit.count = fitting(plan, &plan->columns[i], &fit);
    return fit.count;
}

void stoa__arrow_enlarge(stoa__arrow_plan *plan, const stoa__arrow_rows *rows)
{
    for (size_t i = 0; i < plan->column_count; i++)
        if (fitting(plan, &plan->columns[i], rows) < rows->count)
            plan->columns[i].form = STOA__ARROW_LARGE_TEXT;
}

/* The texts of the rows, and where each ends, in offsets of 32 or 64 bits. */
#define FILL_TEXT(name, offset)                                                                   \
    static void fill_##name(const texts *t, const stoa__arrow_rows *rows, struct ArrowArray *out) \
    {                                                                                             \
        offset *ends = stoa__arrow_buffer(out, 1);                                                \
        char *text = stoa__arrow_buffer(out, 2);                                                  \
        size_t at = 0;                                                                            \
        *ends++ = 0;                                                                              \
        for (size_t i = 0; i < rows->count; i++) {                                                \
            stoa_string string = text_of(t, stoa__arrow_row(rows, i));                            \
            if (string.length > 0)                                                                \
                memcpy(text + at, string.bytes, string.length);                                   \
            at += string.length;                                                                  \
            *ends++ = (offset)at;                                                                 \
        }                                                                                         \
    }
FILL_TEXT(text, int32_t)
FILL_TEXT(large_text, int64_t)
#undef FILL_TEXT

static stoa_status copy_text(const texts *t, bool is_large, const stoa__arrow_rows *rows,
                             struct ArrowArray *out, stoa_error *error)
{
    size_t bytes, most = is_large ? SIZE_MAX : INT32_MAX;
    if (measure(t, rows, most, &bytes) < rows->count)
        return stoa__fail(error, STOA_FULL,
                          "a text of more than 2 GiB leaves by Arrow as large_utf8 alone");
    const uint64_t *validity = t->column != NULL ? t->column->validity : NULL;
    const stoa__arrow_shape shape = {
        .length = rows->count,
        .buffers = 3,
        .bytes = {validity != NULL ? stoa__validity_bytes(rows->count) : 0,
                  (rows->count + 1) * (is_large ? sizeof(int64_t) : sizeof(int32_t)), bytes}};
    stoa_status status = stoa__arrow_array_new(out, &shape, error);
    if (status != STOA_OK)
        return status;
    copy_validity(out, validity, rows);
    (is_large ? fill_large_text : fill_text)(t, rows, out);
    return STOA_OK;
}

/* ---- dictionaries ---- */

static void release_pool(void *pool)
{
    stoa_string_pool_free(pool);
}

/* All strings of the pool, as they lie there. */
static stoa_status pool_array(stoa_string_pool *pool, struct ArrowArray *out, stoa_error *error)
{
    const stoa__arrow_shape shape = {.length = pool->count, .buffers = 3};
    stoa_status status = stoa__arrow_array_new(out, &shape, error);
    if (status != STOA_OK)
        return status;
    out->buffers[1] = pool->offsets;
    out->buffers[2] = pool->text;
    stoa__arrow_hold(out, stoa_string_pool_retain(pool), release_pool);
    return STOA_OK;
}

static stoa_status labels_array(const stoa__schema_field *field, struct ArrowArray *out,
                                stoa_error *error)
{
    const texts labels = {.labels = field->labels};
    const stoa__arrow_rows all = {.step = 1, .count = field->label_count};
    return copy_text(&labels, false, &all, out, error);
}

static stoa_status check_labels(const stoa__arrow_plan *plan, const stoa__arrow_column *column,
                                const stoa__arrow_rows *rows, stoa_error *error)
{
    const stoa__schema_field *field = stoa__arrow_field(plan, column);
    const stoa_column *cells = &plan->table->columns[column->field];
    for (size_t i = 0; i < rows->count; i++) {
        size_t row = stoa__arrow_row(rows, i);
        if (number_at(cells, row) >= field->label_count)
            return stoa__fail_at(error, STOA_OVERFLOW, row,
                                 "field '%s' holds a number without a label in row %zu",
                                 field->name, row);
    }
    return STOA_OK;
}

static stoa_status copy_coded(const stoa__arrow_plan *plan, const stoa__arrow_column *column,
                              const stoa__arrow_rows *rows, struct ArrowArray *out,
                              stoa_error *error)
{
    const stoa_column *cells = &plan->table->columns[column->field];
    size_t width = stoa__width(column->type);
    bool is_lent = are_lent(plan, rows);
    const stoa__arrow_shape shape = {
        .length = rows->count,
        .buffers = 2,
        .bytes = {validity_bytes(cells, is_lent, rows), is_lent ? 0 : rows->count * width},
        .has_dictionary = true,
        .slabs = plan->slabs};
    stoa_status status = stoa__arrow_array_new(out, &shape, error);
    if (status != STOA_OK)
        return status;
    if (is_lent) {
        share(plan, cells, width, rows, out);
    } else {
        copy_validity(out, cells->validity, rows);
        gather(stoa__arrow_buffer(out, 1), 1, cells->cells, width, rows);
    }
    if (column->type == STOA_STRING)
        return pool_array(plan->table->strings, out->dictionary, error);
    return labels_array(stoa__arrow_field(plan, column), out->dictionary, error);
}

/* ---- all columns ---- */

/* What was made of the array is released by the caller, if it fails. */
static stoa_status copy_column(const stoa__arrow_plan *plan, const stoa__arrow_column *column,
                               const stoa__arrow_rows *rows, struct ArrowArray *out,
                               stoa_error *error)
{
    const stoa_column *columns = &plan->table->columns[column->field];
    const texts t = texts_of(plan, column);
    stoa__arrow_form form = column->form;
    if (stoa__arrow_field(plan, column)->label_count > 0) {
        stoa_status status = check_labels(plan, column, rows, error);
        if (status != STOA_OK)
            return status;
    }
    if (form >= STOA__ARROW_TEXT)
        return copy_text(&t, form == STOA__ARROW_LARGE_TEXT, rows, out, error);
    if (form == STOA__ARROW_CODED)
        return copy_coded(plan, column, rows, out, error);
    if (column->type == STOA_REFERENCE)
        return stoa__arrow_copy_references(plan, column, rows, out, error);
    return column->components > 0 ? copy_vector(plan, column, columns, rows, out, error)
                                  : copy_numbers(plan, columns, 1, column->type, rows, out, error);
}

static stoa_status copy_all(const stoa__arrow_plan *plan, const stoa__arrow_rows *rows,
                            struct ArrowArray *out, stoa_error *error)
{
    if (plan->is_bare)
        return copy_column(plan, &plan->columns[0], rows, out, error);
    const stoa__arrow_shape shape = {
        .length = rows->count, .buffers = 1, .children = plan->column_count};
    stoa_status status = stoa__arrow_array_new(out, &shape, error);
    for (size_t i = 0; status == STOA_OK && i < plan->column_count; i++)
        status = copy_column(plan, &plan->columns[i], rows, out->children[i], error);
    return status;
}

stoa_status stoa__arrow_copy(const stoa__arrow_plan *plan, const stoa__arrow_rows *rows,
                             struct ArrowArray *out, stoa_error *error)
{
    struct ArrowArray made = {0};
    stoa_status status = copy_all(plan, rows, &made, error);
    if (status == STOA_OK)
        *out = made;
    else if (made.release != NULL)
        made.release(&made);
    return status;
}
