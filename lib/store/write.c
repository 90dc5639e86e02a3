/* write.c: overwriting cells of a column, and replacing rows by the same number, more or fewer.
 *
 * Every value is checked, and every object has entered its pool, before the first cell is stored;
 * from then on nothing can fail. Values that overlap cells to be written are copied aside first.
 * Additional rows are appended and then rotated to their place. */
#include <string.h>

#include "store/cell.h"
#include "store/convert.h"
#include "store/grow.h"
#include "store/lock.h"
#include "store/order.h"
#include "store/reference.h"
#include "store/removal.h"
#include "store/source.h"

/* The values for one column: `count` cells a stride apart take the first of them, cells beyond the
 * end the rest. Objects have entered the pool. */
typedef struct part {
    uint32_t field;
    stoa_type type;
    uint8_t unit; /* as the field's */
    size_t width;
    size_t row; /* of the first cell */
    ptrdiff_t step;
    char *start;
    ptrdiff_t stride;
    size_t count;
    size_t values;
    const stoa_source *source; /* NULL: no such field */
    stoa_source initial;       /* the source of a field without one */
    void *aside;               /* the values as cells, packed; NULL: the source is read in place */
    void *validity_aside;      /* the same of the source's validity */
    uint64_t few[2];           /* room for a few of them */
} part;

stoa_status stoa__check_steps(const stoa_table *table, size_t first, ptrdiff_t step, size_t count,
                              stoa_error *error)
{
    if (count == 0)
        return STOA_OK;
    size_t behind = step < 0 ? first : table->rows - 1 - first;
    size_t stride = step < 0 ? (size_t)0 - (size_t)step : (size_t)step;
    if (step == 0 && count > 1)
        return stoa__fail(error, STOA_INVALID, "a step of 0 names the same row over and over");
    if (first >= table->rows || (stride > 0 && (count - 1) > behind / stride))
        return stoa__fail_at(error, STOA_OUT_OF_RANGE, first,
                             "%zu rows from row %zu on, in steps of %td: the table has %zu", count,
                             first, step, table->rows);
    return STOA_OK;
}

static part part_of(stoa__table *table, uint32_t field, size_t first, ptrdiff_t step, size_t count)
{
    part made = {.field = field, .count = count, .values = count, .row = first, .step = step};
    made.type = (stoa_type)table->head.columns[field].type;
    made.unit = table->schema->fields[field].unit;
    made.width = stoa__width(made.type);
    made.stride = count > 1 ? step * (ptrdiff_t)made.width : 0; /* of one cell, any step is fine */
    made.start = stoa__cell_at(table, field, first);
    return made;
}

/* ---- steps that may fail ---- */

/* The memory from the lowest byte of `count` values to the highest; the stride has any sign. */
typedef struct span {
    uintptr_t first, end;
} span;

static span span_of(const void *data, ptrdiff_t stride, size_t count)
{
    ptrdiff_t last = (ptrdiff_t)(count > 0 ? count - 1 : 0) * stride;
    uintptr_t first = (uintptr_t)data + (uintptr_t)(last < 0 ? last : 0);
    return (span){first, first + (uintptr_t)(last < 0 ? -last : last) + sizeof(stoa_string)};
}

static bool reads_cells_of(const part *reader, const part *written)
{
    span in = span_of(reader->source->data, stoa__source_stride(reader->source), reader->values);
    span out = span_of(written->start, written->stride, written->count);
    return written->count > 0 && in.first < out.end && out.first < in.end;
}

/* Whether the source must be read before anything is stored, because it overlaps cells of these
 * parts, all of which are within `cells`. */
static bool is_in_the_way(const part *p, const part *parts, size_t count, span cells)
{
    span in = span_of(p->source->data, stoa__source_stride(p->source), p->values);
    if (in.first >= cells.end || cells.first >= in.end)
        return false;
    bool packed = p->type == p->source->type && p->unit == p->source->unit &&
                  p->type != STOA_BOOL && p->values == p->count &&
                  p->stride == (ptrdiff_t)p->width && stoa__source_stride(p->source) == p->stride;
    for (size_t i = 0; i < count; i++) {
        bool is_own = &parts[i] == p;
        if (parts[i].source != NULL && !(is_own && (packed || p->values < 2)) &&
            reads_cells_of(p, &parts[i]))
            return true;
    }
    return false;
}

static stoa_status make_aside(part *p, stoa_error *error)
{
    size_t bytes = p->values * p->width;
    p->aside = bytes <= sizeof p->few ? p->few : stoa__allocate(bytes);
    return p->aside == NULL ? stoa__fail_memory(error, bytes) : STOA_OK;
}

static size_t bytes_of_bits(const part *p)
{
    size_t bits = p->source->repeat && p->values > 0 ? 1 : p->values;
    return bits / 8 + (bits % 8 != 0);
}

/* The bits that say which values are there may be overwritten, too. */
static stoa_status keep_validity(const stoa__table *table, part *p, stoa_error *error)
{
    if (p->source->validity == NULL)
        return STOA_OK;
    return stoa__table_keep_aside(&p->validity_aside, table, p->source->validity, bytes_of_bits(p),
                                  error);
}

static stoa_status prepare_numbers(const stoa__table *table, part *p, bool is_in_way,
                                   stoa_error *error)
{
    const stoa_source *source = p->source;
    stoa__time to = stoa__field_time(&table->schema->fields[p->field]);
    size_t fit = stoa__source_fit(source, to, p->values);
    stoa_status status;
    if (fit < p->values)
        return stoa__source_overflow(table, p->field, source, fit, error);
    status = keep_validity(table, p, error);
    if (status != STOA_OK || !is_in_way)
        return status;
    status = make_aside(p, error);
    if (status == STOA_OK)
        stoa__source_store(source, to, p->aside, (ptrdiff_t)p->width, 0, p->values);
    return status;
}

/* All new objects enter before an old one leaves, so that an object that is both stays. */
static stoa_status prepare_objects(const stoa__table *table, part *p, stoa_error *error)
{
    stoa_status status = make_aside(p, error);
    if (status != STOA_OK)
        return status;
    status = stoa__source_enter(table, p->source, p->values, p->aside, 1, error);
    if (status == STOA_OK)
        return STOA_OK;
    if (p->aside != p->few)
        stoa__release(p->aside);
    p->aside = NULL; /* none has entered */
    return status;
}

static stoa_status prepare_strings(const stoa__table *table, part *p, stoa_error *error)
{
    stoa_status status = keep_validity(table, p, error);
    if (status == STOA_OK)
        status = make_aside(p, error);
    if (status == STOA_OK)
        status = stoa__source_intern(table, p->field, p->source, p->values, p->aside, error);
    return status;
}

/* One of `count` parts. */
static stoa_status prepare(const stoa__table *table, part *p, const part *parts, size_t count,
                           span cells, stoa_error *error)
{
    if (p->type == STOA_OBJECT)
        return prepare_objects(table, p, error);
    if (p->type == STOA_STRING)
        return prepare_strings(table, p, error);
    return prepare_numbers(table, p, is_in_the_way(p, parts, count, cells), error);
}

static void release_part(part *p)
{
    if (p->aside != p->few)
        stoa__release(p->aside);
    stoa__release(p->validity_aside);
}

static void give_up(const stoa__table *table, part *p)
{
    if (p->type == STOA_OBJECT && p->aside != NULL)
        stoa__pool_leave_all(table->pool, p->aside, p->values);
    release_part(p);
}

/* ---- steps that cannot ---- */

static void leave_cells(stoa_pool *pool, const part *p)
{
    const char *at = p->start;
    for (size_t i = 0; i < p->count; i++, at += p->stride)
        stoa__pool_leave(pool, *(const stoa_handle *)(const void *)at);
}

/* The source, or what was put aside of it, as cells of that type. */
static stoa_source prepared(const part *p, stoa_type type)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): every field has a source */
    stoa_source made = *p->source;
    if (p->validity_aside != NULL)
        made.validity = p->validity_aside;
    if (p->aside == NULL)
        return made;
    made.data = p->aside;
    made.strings = NULL;
    made.type = type;
    made.unit = p->unit;
    made.stride = (ptrdiff_t)p->width;
    if (made.validity == NULL)
        made.repeat = false; /* aside are all values */
    return made;
}

static void store_validity(stoa__table *table, const part *p, const stoa_source *from)
{
    uint64_t *validity = table->head.columns[p->field].validity;
    if (validity == NULL)
        return;
    stoa__source_store_validity(from, validity, p->row, p->step, 0, p->count);
    if (p->values > p->count)
        stoa__source_store_validity(from, validity, table->head.rows, 1, p->count,
                                    p->values - p->count);
}

static void store(stoa__table *table, part *p)
{
    stoa__time to = stoa__field_time(&table->schema->fields[p->field]);
    if (stoa__has_handles(p->type))
        to.type = STOA_UINT32;
    stoa_source from = prepared(p, (stoa_type)to.type);
    if (p->count > 0)
        stoa__column_written(table, p->field);
    if (p->type == STOA_OBJECT)
        leave_cells(table->pool, p);
    stoa__source_store(&from, to, p->start, p->stride, 0, p->count);
    if (p->values > p->count)
        stoa__source_store(&from, to, stoa__cell_at(table, p->field, table->head.rows),
                           (ptrdiff_t)p->width, p->count, p->values - p->count);
    store_validity(table, p, &from);
    release_part(p);
}

/* ---- one column ---- */

stoa_status stoa_column_write(stoa_table *table, size_t field, size_t first, ptrdiff_t step,
                              size_t count, const stoa_source *source, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, source);
    stoa__table *whole = stoa__whole(table);
    stoa_status status = stoa__check_field(table, field, error);
    if (status == STOA_OK)
        status = stoa__check_steps(table, first, step, count, error);
    if (status == STOA_OK)
        status = stoa__source_check(whole, (uint32_t)field, source, count, error);
    if (status == STOA_OK)
        status = stoa__check_writable(whole, (uint32_t)field, error);
    if (status != STOA_OK || count == 0)
        return status;
    size_t mark = stoa__table_strings_mark(whole);
    part p = part_of(whole, (uint32_t)field, first, step, count);
    p.source = source;
    status = prepare(whole, &p, &p, 1, span_of(p.start, p.stride, count), error);
    if (status == STOA_OK) {
        store(whole, &p);
    } else {
        give_up(whole, &p);
        stoa__table_forget_strings(whole, mark);
    }
    stoa__pool_release_pending(whole->pool);
    return status;
}

/* ---- rows ---- */

/* The rows of a table that are replaced, and by which. */
typedef struct splice {
    stoa__table *table;
    size_t first, count; /* rows that are replaced or removed */
    ptrdiff_t step;
    size_t rows; /* rows that take their place */
    part *parts; /* by field index */
    span cells;  /* from the lowest that is overwritten to the highest */
    stoa__removal removal;
    bool is_ruled; /* rows go, to which others refer by rules */
} splice;

static stoa_status check_splice(const splice *s, stoa_error *error)
{
    size_t rows = s->table->head.rows;
    if (s->rows != s->count && s->step != 1)
        return stoa__fail(
            error, STOA_INVALID,
            "%zu rows cannot replace %zu: with a step other than 1 the numbers must be equal",
            s->rows, s->count);
    if (s->count == 0 && s->first > rows)
        return stoa__check_row(&s->table->head, s->first, error);
    if (s->rows > s->count && s->rows - s->count > SIZE_MAX - rows)
        return stoa__fail(error, STOA_FULL, "no table has room for %zu more rows",
                          s->rows - s->count);
    return stoa__check_steps(&s->table->head, s->first, s->step, s->count, error);
}

/* The default, as a source. */
static stoa_source initial_of(const stoa__schema_field *described)
{
    static const uint8_t null;
    const void *data = &described->initial;
    if (described->type == STOA_OBJECT)
        data = &described->object;
    if (described->type == STOA_STRING)
        data = &described->string;
    return (stoa_source){.type = (stoa_type)described->type,
                         .repeat = true,
                         .unit = described->unit,
                         .is_zoned = described->zone != NULL,
                         .data = data,
                         .validity = stoa__schema_begins_null(described) ? &null : NULL};
}

static stoa_status match_parts(splice *s, const stoa_source *sources, size_t source_count,
                               stoa_error *error)
{
    stoa__table *table = s->table;
    size_t kept = s->rows < s->count ? s->rows : s->count;
    STOA__EACH_FIELD (table, i) {
        s->parts[i] = part_of(table, i, s->first, s->step, kept);
        s->parts[i].values = s->rows;
        span own = span_of(s->parts[i].start, s->parts[i].stride, kept);
        s->cells.first = own.first < s->cells.first ? own.first : s->cells.first;
        s->cells.end = own.end > s->cells.end ? own.end : s->cells.end;
        s->parts[i].initial = initial_of(&table->schema->fields[i]);
    }
    for (size_t k = 0; k < source_count; k++) {
        size_t field;
        stoa_status status = stoa__source_match(table, &sources[k], s->rows, &field, error);
        if (status == STOA_OK && s->parts[field].source != NULL)
            status = stoa__source_twice(&sources[k], error);
        if (status != STOA_OK)
            return status;
        s->parts[field].source = &sources[k];
    }
    STOA__EACH_FIELD (table, i)
        if (s->parts[i].source == NULL)
            s->parts[i].source = &s->parts[i].initial;
    return STOA_OK;
}

static stoa_status prepare_parts(splice *s, stoa_error *error)
{
    stoa__table *table = s->table;
    size_t more = s->rows > s->count ? s->rows - s->count : 0;
    size_t mark = stoa__table_strings_mark(table);
    stoa_status status = stoa__table_grow(table, table->head.rows + more, error);
    uint32_t done = 0;
    for (; status == STOA_OK && done < table->head.field_limit; done++)
        if (s->parts[done].source != NULL)
            status =
                prepare(table, &s->parts[done], s->parts, table->head.field_limit, s->cells, error);
    if (status == STOA_OK)
        return STOA_OK;
    while (done-- > 0)
        give_up(table, &s->parts[done]);
    stoa__table_forget_strings(table, mark);
    stoa__table_open(table);
    stoa__pool_release_pending(table->pool);
    return status;
}

/* Whether the ids that are stored are those of rows that stay. */
static stoa_status check_references(const splice *s, stoa_error *error)
{
    STOA__EACH_FIELD (s->table, i) {
        const part *p = &s->parts[i];
        if (p->type != STOA_REFERENCE || p->source->type == STOA_NO_TYPE)
            continue;
        const stoa__table *target = stoa__target_of_field(s->table, i);
        for (size_t k = 0; target != NULL && k < s->rows; k++) {
            uint64_t id;
            size_t row;
            memcpy(&id,
                   (const char *)p->source->data + (ptrdiff_t)k * stoa__source_stride(p->source),
                   sizeof id);
            if (stoa__source_has(p->source, k) &&
                stoa_table_find_id(&target->head, id, &row) == STOA_OK &&
                stoa__removal_takes(&s->removal, target, row))
                return stoa__fail_at(error, STOA_NO_ID, k,
                                     "value %zu for field '%s' refers to a row that goes", k,
                                     s->table->schema->fields[i].name);
        }
    }
    return STOA_OK;
}

/* What goes with the rows behind those that are overwritten. */
static stoa_status find_removal(splice *s, stoa_error *error)
{
    stoa_status status =
        stoa__removal_begin(&s->removal, s->table, s->first + s->rows, s->count - s->rows, error);
    s->removal.kept_first = s->first;
    s->removal.kept_end = s->first + s->rows;
    if (status == STOA_OK)
        status = stoa__removal_find(&s->removal, error);
    return status == STOA_OK ? check_references(s, error) : status;
}

/* Rows [first, first + count) go, and what refers to them. */
static void remove_rest(splice *s, size_t first, size_t count)
{
    bool is_alone = !s->is_ruled || stoa__removal_own_count(&s->removal) == count;
    if (s->is_ruled)
        stoa__removal_carry_out(&s->removal, !is_alone);
    if (is_alone)
        stoa__table_close_gap(s->table, first, count);
}

static void store_parts(splice *s)
{
    stoa__table *table = s->table;
    size_t before = table->head.rows, kept = s->rows < s->count ? s->rows : s->count;
    size_t more = s->rows - kept, less = s->count - kept, behind = s->first + kept;
    stoa__table_expect(table, before, before + more);
    STOA__EACH_FIELD (table, i)
        store(table, &s->parts[i]);
    if (more > 0) {
        if (behind < before) {
            stoa__table_rotate(table, behind, before, before + more);
            stoa__table_reordered(table);
        }
        stoa__table_set_rows(table, before + more);
    }
    if (less > 0)
        remove_rest(s, behind, less);
    else
        stoa__pool_release_pending(table->pool);
}

stoa_status stoa_table_splice(stoa_table *table, size_t first, ptrdiff_t step, size_t count,
                              const stoa_source *sources, size_t source_count, size_t rows,
                              stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_EACH(error, sources, source_count, .name);
    part few[8] = {0};
    splice s = {stoa__whole(table), first, count, step, rows, few, {UINTPTR_MAX, 0}, {0}, false};
    s.is_ruled = rows < count && s.table->rules > 0;
    stoa_status status = check_splice(&s, error);
    if (status == STOA_OK && (count > 0 || first < table->rows))
        status = stoa__check_unlocked(s.table, error);
    if (status != STOA_OK)
        return status;
    size_t bytes = table->field_limit * sizeof *s.parts;
    if (bytes > sizeof few)
        s.parts = stoa__allocate_zeroed(bytes);
    if (s.parts == NULL)
        return stoa__fail_memory(error, bytes);
    status = match_parts(&s, sources, source_count, error);
    if (status == STOA_OK && s.is_ruled)
        status = find_removal(&s, error);
    if (status == STOA_OK)
        status = prepare_parts(&s, error);
    if (status == STOA_OK)
        store_parts(&s);
    if (s.is_ruled)
        stoa__removal_end(&s.removal);
    if (s.parts != few)
        stoa__release(s.parts);
    return status;
}
