/* test_nulls.c: nullable fields: every operation on rows beside a slow model, sources with
 * validity, defaults, single cells. */
#include <stdlib.h>

#include "../support/testing.h"

/* ---- a model: two nullable fields between plain ones ---- */

typedef struct record {
    int8_t plain;
    int32_t x;
    bool has_x;
    bool truth;
    bool has_truth;
} record;

enum { PLAIN, X, TRUTH, FIELDS, MOST_ROWS = 4000 };

typedef struct model {
    stoa_table *table;
    record rows[MOST_ROWS];
    size_t count;
} model;

static stoa_table *nullable(size_t max_rows)
{
    return TABLE(
        OPTIONS(.max_rows = max_rows), {.name = "plain", .type = STOA_INT8, .initial.int64 = 3},
        {.name = "x", .type = STOA_INT32, .flags = STOA_NULLABLE},
        {.name = "truth", .type = STOA_BOOL, .flags = STOA_NULLABLE, .initial.boolean = true});
}

static const record initial = {3, 0, false, true, true};

static record random_record(dice *d)
{
    record r = {.plain = (int8_t)dice_roll(d), .has_x = dice_below(d, 3) > 0};
    r.has_truth = dice_below(d, 2) > 0;
    r.x = r.has_x ? (int32_t)dice_roll(d) : 0;
    r.truth = r.has_truth && dice_below(d, 2) > 0;
    return r;
}

static void values_of(const record *r, stoa_value *values)
{
    values[PLAIN] = stoa_int64_value(r->plain);
    values[X] = r->has_x ? stoa_int64_value(r->x) : stoa_null_value();
    values[TRUTH] = r->has_truth ? stoa_boolean_value(r->truth) : stoa_null_value();
}

static void check_cell(const stoa_table *table, size_t row, size_t field, bool has, uint64_t bits)
{
    const uint64_t *validity = stoa_column_validity(table, field);
    size_t width = stoa_type_width(stoa_table_field_type(table, field));
    uint64_t cell = 0;
    memcpy(&cell, (const char *)stoa_column_cells(table, field) + row * width, width);
    ck_assert_msg((validity[row / 64] >> row % 64 & 1) == has, "row %zu of field %zu", row, field);
    ck_assert_msg(cell == bits, "row %zu of field %zu", row, field);
}

/* Null cells are zero, and so are the bits behind the rows. */
static void check_rows(const stoa_table *table, const record *rows, size_t count)
{
    ck_assert_uint_eq(stoa_table_rows(table), count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(stoa_int8_column(table, "plain")[i], rows[i].plain);
        check_cell(table, i, X, rows[i].has_x, (uint32_t)rows[i].x);
        check_cell(table, i, TRUTH, rows[i].has_truth, rows[i].truth);
    }
    for (size_t field = X; field <= TRUTH && count % 64 != 0; field++)
        ck_assert_uint_eq(stoa_column_validity(table, field)[count / 64] >> count % 64, 0);
    for (size_t field = X; field <= TRUTH; field++)
        for (size_t k = count / 64 + 1; k < stoa_table_capacity(table) / 64; k++)
            ck_assert_uint_eq(stoa_column_validity(table, field)[k], 0);
}

/* ---- operations ---- */

static void insert(model *m, dice *d, size_t at)
{
    stoa_value values[FIELDS];
    record r = random_record(d);
    size_t given = dice_below(d, FIELDS + 1);
    values_of(&r, values);
    if (given <= PLAIN)
        r.plain = initial.plain;
    if (given <= X)
        r.x = initial.x, r.has_x = initial.has_x;
    if (given <= TRUTH)
        r.truth = initial.truth, r.has_truth = initial.has_truth;
    PASSES(at == m->count ? stoa_table_append(m->table, values, given, &trouble)
                          : stoa_table_insert(m->table, at, values, given, &trouble));
    memmove(m->rows + at + 1, m->rows + at, (m->count - at) * sizeof *m->rows);
    m->rows[at] = r;
    m->count++;
}

typedef struct columns {
    int64_t x[MOST_ROWS];
    uint8_t truth[MOST_ROWS], has_x[MOST_ROWS / 8 + 1], has_truth[MOST_ROWS / 8 + 1];
    record rows[MOST_ROWS];
} columns;

/* Values that do not fit stand where there is null. */
static void random_columns(columns *c, dice *d, size_t count)
{
    memset(c, 0, sizeof *c);
    for (size_t i = 0; i < count; i++) {
        record *r = &c->rows[i];
        *r = random_record(d);
        r->plain = initial.plain;
        c->x[i] = r->has_x ? r->x : INT64_MAX;
        c->truth[i] = r->has_truth ? r->truth : 77;
        c->has_x[i / 8] |= (uint8_t)(r->has_x << i % 8);
        c->has_truth[i / 8] |= (uint8_t)(r->has_truth << i % 8);
    }
}

static void splice(model *m, dice *d)
{
    static columns c;
    size_t first = dice_below(d, m->count + 1), gone = dice_below(d, m->count - first + 1);
    size_t come = dice_below(d, 200);
    gone = dice_below(d, 2) == 0 ? gone : gone % 50;
    if (m->count - gone + come > MOST_ROWS)
        return;
    random_columns(&c, d, come);
    const stoa_source sources[] = {
        {.name = "x", .type = STOA_INT64, .data = c.x, .validity = c.has_x},
        {.name = "truth", .type = STOA_BOOL, .data = c.truth, .validity = c.has_truth}};
    size_t given = dice_below(d, 3);
    for (size_t i = 0; i < come; i++) {
        if (given < 1)
            c.rows[i].x = 0, c.rows[i].has_x = false;
        if (given < 2)
            c.rows[i].truth = c.rows[i].has_truth = true;
    }
    if (first == m->count)
        PASSES(stoa_table_extend(m->table, sources, given, come, &trouble));
    else
        PASSES(stoa_table_splice(m->table, first, 1, gone, sources, given, come, &trouble));
    memmove(m->rows + first + come, m->rows + first + gone,
            (m->count - first - gone) * sizeof *m->rows);
    memcpy(m->rows + first, c.rows, come * sizeof *m->rows);
    m->count += come - gone;
}

static void write(model *m, dice *d)
{
    static columns c;
    size_t first = dice_below(d, m->count);
    ptrdiff_t step = (ptrdiff_t)dice_below(d, 3) + 1;
    size_t count = (m->count - first + (size_t)step - 1) / (size_t)step;
    if (dice_below(d, 3) == 0) {
        first += (count - 1) * (size_t)step;
        step = -step;
    }
    random_columns(&c, d, count);
    stoa_source source = {.type = STOA_INT64, .data = c.x, .validity = c.has_x};
    source.repeat = dice_below(d, 4) == 0;
    PASSES(stoa_column_write(m->table, X, first, step, count, &source, &trouble));
    for (size_t i = 0; i < count; i++) {
        record *r = &m->rows[(size_t)((ptrdiff_t)first + (ptrdiff_t)i * step)];
        r->x = c.rows[source.repeat ? 0 : i].x;
        r->has_x = c.rows[source.repeat ? 0 : i].has_x;
    }
}

/* A column written with itself, shifted: the source's validity lies in the way. */
static void write_own(model *m, dice *d)
{
    static record before[MOST_ROWS];
    size_t to = dice_below(d, m->count);
    stoa_source source = {.type = STOA_INT32,
                          .data = stoa_column_cells(m->table, X),
                          .validity = (const uint8_t *)stoa_column_validity(m->table, X)};
    PASSES(stoa_column_write(m->table, X, to, 1, m->count - to, &source, &trouble));
    memcpy(before, m->rows, sizeof before);
    for (size_t i = to; i < m->count; i++) {
        m->rows[i].x = before[i - to].x;
        m->rows[i].has_x = before[i - to].has_x;
    }
}

static void reverse(record *rows, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        record first = rows[i];
        rows[i] = rows[count - 1 - i];
        rows[count - 1 - i] = first;
    }
}

static void permute(model *m, dice *d)
{
    static size_t indices[MOST_ROWS];
    static record before[MOST_ROWS];
    for (size_t i = 0; i < m->count; i++) {
        size_t k = dice_below(d, i + 1);
        indices[i] = indices[k];
        indices[k] = i;
    }
    PASSES(stoa_table_permute(m->table, indices, m->count, &trouble));
    memcpy(before, m->rows, sizeof before);
    for (size_t i = 0; i < m->count; i++)
        m->rows[i] = before[indices[i]];
}

static void keep(model *m, dice *d)
{
    static uint8_t mask[MOST_ROWS];
    size_t kept = 0, odds = 1 + dice_below(d, 40);
    for (size_t i = 0; i < m->count; i++)
        mask[i] = dice_below(d, odds) > 0;
    if (dice_below(d, 2) == 0)
        PASSES(stoa_table_keep(m->table, mask, m->count, &trouble));
    else {
        stoa_selection *selection;
        PASSES(stoa_selection_from_mask(&selection, m->table, mask, m->count, &trouble));
        PASSES(stoa_table_keep_selected(m->table, selection, &trouble));
        stoa_selection_free(selection);
    }
    for (size_t i = 0; i < m->count; i++)
        if (mask[i] != 0)
            m->rows[kept++] = m->rows[i];
    m->count = kept;
}

/* Copies: whole, of some rows by index, of those of a selection. */
static void copies(const model *m, dice *d)
{
    static uint8_t mask[MOST_ROWS];
    static size_t indices[MOST_ROWS];
    static record taken[MOST_ROWS];
    stoa_table *copy;
    stoa_selection *selection;
    size_t chosen = 0, odds = 1 + dice_below(d, 40);
    PASSES(stoa_table_copy(&copy, m->table, &trouble));
    check_rows(copy, m->rows, m->count);
    stoa_table_free(copy);
    for (size_t i = 0; i < m->count; i++) {
        mask[i] = dice_below(d, odds) == 0;
        if (mask[i] == 0)
            continue;
        indices[chosen] = i;
        taken[chosen++] = m->rows[i];
    }
    PASSES(stoa_selection_from_mask(&selection, m->table, mask, m->count, &trouble));
    PASSES(stoa_table_take_selected(&copy, m->table, selection, &trouble));
    check_rows(copy, taken, chosen);
    stoa_table_free(copy);
    stoa_selection_free(selection);
    for (size_t i = 0; i < chosen / 2; i++) {
        size_t index = indices[i];
        indices[i] = indices[chosen - 1 - i];
        indices[chosen - 1 - i] = index;
    }
    reverse(taken, chosen);
    PASSES(stoa_table_take(&copy, m->table, indices, chosen, &trouble));
    check_rows(copy, taken, chosen);
    stoa_table_free(copy);
}

static void change_one_row(model *m, dice *d, size_t way)
{
    stoa_value values[FIELDS];
    record r = random_record(d);
    size_t i = dice_below(d, m->count), k = dice_below(d, m->count);
    values_of(&r, values);
    switch (way) {
    case 0:
        PASSES(stoa_table_replace(m->table, i, values, FIELDS, &trouble));
        m->rows[i] = r;
        break;
    case 1:
        PASSES(stoa_table_swap(m->table, i, k, &trouble));
        r = m->rows[i];
        m->rows[i] = m->rows[k];
        m->rows[k] = r;
        break;
    case 2:
        PASSES(stoa_table_swap_remove(m->table, i, &trouble));
        m->rows[i] = m->rows[--m->count];
        break;
    default:
        PASSES(stoa_row_set(stoa_table_row(m->table, i), X, values[X], &trouble));
        ck_assert_int_eq(r.has_truth
                             ? stoa_row_set_bool(stoa_table_row(m->table, i), "truth", r.truth)
                             : stoa_row_set_null(stoa_table_row(m->table, i), "truth"),
                         STOA_OK);
        r.plain = m->rows[i].plain;
        m->rows[i] = r;
    }
}

static void change_all_rows(model *m, dice *d, size_t way)
{
    size_t first = dice_below(d, m->count), count = dice_below(d, m->count - first + 1);
    size_t more = dice_below(d, 70);
    switch (way) {
    case 0:
        PASSES(stoa_table_remove(m->table, first, count, &trouble));
        memmove(m->rows + first, m->rows + first + count,
                (m->count - first - count) * sizeof *m->rows);
        m->count -= count;
        break;
    case 1:
        PASSES(stoa_table_reverse(m->table, &trouble));
        reverse(m->rows, m->count);
        break;
    case 2:
        if (m->count + more > MOST_ROWS)
            break;
        PASSES(stoa_table_resize(m->table, m->count + more, &trouble));
        for (; more > 0; more--)
            m->rows[m->count++] = initial;
        break;
    default:
        PASSES(stoa_table_resize(m->table, first, &trouble));
        m->count = first;
        if (dice_below(d, 3) == 0)
            stoa_table_shrink(m->table);
    }
}

static void step(model *m, dice *d)
{
    size_t choice = dice_below(d, 16);
    if (choice < 3 && m->count < MOST_ROWS)
        insert(m, d, dice_below(d, 2) == 0 ? m->count : dice_below(d, m->count + 1));
    else if (choice < 6 || m->count == 0)
        splice(m, d);
    else if (choice < 9)
        change_one_row(m, d, dice_below(d, 4));
    else if (choice < 11)
        change_all_rows(m, d, dice_below(d, 4));
    else if (choice == 11)
        write(m, d);
    else if (choice == 12)
        write_own(m, d);
    else if (choice == 13)
        permute(m, d);
    else if (choice == 14)
        copies(m, d);
    else
        keep(m, d);
}

TEST(every_operation_on_rows_keeps_nulls_like_a_slow_model)
{
    static model m;
    const size_t max_rows[] = {MOST_ROWS, 0, 200000};
    for (size_t way = 0; way < 3; way++) {
        dice d = {way};
        m.table = nullable(max_rows[way]);
        m.count = 0;
        for (size_t i = 0; i < scaled(2500, 150); i++) {
            step(&m, &d);
            if (i % 4 == 0)
                check_rows(m.table, m.rows, m.count);
        }
        check_rows(m.table, m.rows, m.count);
        stoa_table_free(m.table);
    }
}

/* ---- results that come out of kept memory ---- */

TEST(a_result_in_kept_memory_shows_no_null_of_the_last_one)
{
    const size_t rows = 400000;
    stoa_table *table = nullable(0), *filtered;
    PASSES(stoa_table_resize(table, rows, &trouble));
    int32_t *x = stoa_int32_column(table, "x");
    uint64_t *validity = stoa_column_validity(table, X);
    for (size_t i = 0; i < rows; i += 3) {
        x[i] = (int32_t)i;
        validity[i / 64] |= (uint64_t)1 << i % 64;
    }
    for (int offset = 0; offset < 4; offset++) {
        char where[40];
        snprintf(where, sizeof where, "row() %% 4 != %d", offset);
        PASSES(stoa_filter(&filtered, table, where, &trouble));
        ck_assert_uint_eq(stoa_table_rows(filtered), rows / 4 * 3);
        size_t k = 0;
        for (size_t i = 0; i < rows; i++) {
            if (i % 4 == (size_t)offset)
                continue;
            bool has = i % 3 == 0;
            check_cell(filtered, k++, X, has, has ? (uint32_t)i : 0);
        }
        stoa_table_free(filtered);
    }
    stoa_table_free(table);
}

/* ---- fields ---- */

TEST(an_added_field_is_null_unless_it_has_a_default)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 100), {.name = "a", .type = STOA_INT8});
    const stoa_field none = {.name = "n", .type = STOA_INT64, .flags = STOA_NULLABLE};
    const stoa_field zero = {
        .name = "z", .type = STOA_FLOAT64, .flags = STOA_NULLABLE | STOA_HAS_INITIAL};
    WORKS(table, stoa_table_add_field(table, &none, NULL, &trouble));
    WORKS(table, stoa_table_add_field(table, &zero, NULL, &trouble));
    ck_assert_uint_eq(stoa_table_row_bytes(table), 17);
    PASSES(stoa_table_resize(table, 5000, &trouble));
    for (size_t i = 0; i < 5000; i++) {
        check_cell(table, i, 1, false, 0);
        check_cell(table, i, 2, true, 0);
    }
    PASSES(stoa_table_drop_field(table, "n", &trouble));
    ck_assert_ptr_null(stoa_column_validity(table, 1));
    ck_assert_uint_eq(stoa_table_field_flags(table, 1), 0);
    stoa_table_free(table);
}

TEST(defaults_tell_null_from_zero)
{
    stoa_table *table =
        TABLE(NULL, {.name = "n", .type = STOA_INT16, .flags = STOA_NULLABLE},
              {.name = "z", .type = STOA_INT16, .flags = STOA_NULLABLE | STOA_HAS_INITIAL},
              {.name = "five", .type = STOA_INT16, .flags = STOA_NULLABLE, .initial.int64 = 5});
    const bool null[] = {true, false, false};
    const int64_t number[] = {0, 0, 5};
    for (size_t i = 0; i < 3; i++) {
        stoa_value value;
        PASSES(stoa_table_field_initial(table, i, &value));
        ck_assert(value.is_null == null[i] && value.int64 == number[i]);
        ck_assert_uint_eq(stoa_table_field_flags(table, i),
                          STOA_NULLABLE | (i > 0 ? STOA_HAS_INITIAL : 0));
    }
    stoa_table_free(table);
}

TEST(flags_without_a_meaning_are_refused)
{
    stoa_table *table = NULL;
    stoa_field field = {.name = "f", .type = STOA_OBJECT, .flags = STOA_NULLABLE};
    REFUSED(NULL, STOA_INVALID, stoa_table_new(&table, &field, 1, NULL, &trouble));
    SAYS("'f'");
    field = (stoa_field){.name = "g", .type = STOA_INT8, .flags = STOA_HAS_INITIAL};
    REFUSED(NULL, STOA_INVALID, stoa_table_new(&table, &field, 1, NULL, &trouble));
    SAYS("'g'");
    field.flags = 4;
    REFUSED(NULL, STOA_INVALID, stoa_table_new(&table, &field, 1, NULL, &trouble));
}

/* ---- what takes no null ---- */

TEST(null_is_refused_by_a_field_that_takes_none_and_nothing_is_stored)
{
    stoa_table *table = nullable(0);
    static const uint8_t validity[] = {0xFF, 0x7F};
    static const int32_t data[16];
    const stoa_source source = {
        .name = "plain", .type = STOA_INT32, .data = data, .validity = validity};
    const stoa_value null = stoa_null_value();
    PASSES(stoa_table_resize(table, 16, &trouble));
    stoa_row row = stoa_table_row(table, 3);
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_append(table, &null, 1, &trouble));
    SAYS("field 'plain' is int8 and takes no null");
    REFUSED(table, STOA_WRONG_TYPE, stoa_row_set(row, PLAIN, null, &trouble));
    SAYS("field 'plain' is int8 and takes no null");
    REFUSED(table, STOA_WRONG_TYPE, stoa_row_set_null(row, "plain"));
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_extend(table, &source, 1, 16, &trouble));
    SAYS("value 15 for field 'plain' is null");
    ck_assert_uint_eq(trouble.row, 15);
    REFUSED(table, STOA_WRONG_TYPE, stoa_column_write(table, PLAIN, 0, 1, 16, &source, &trouble));
    WORKS(table, stoa_column_write(table, PLAIN, 0, 1, 15, &source, &trouble));
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_splice(table, 0, 1, 2, &source, 1, 16, &trouble));
    stoa_table_free(table);
}

TEST(a_value_that_does_not_fit_counts_only_where_it_is_there)
{
    stoa_table *table = nullable(0);
    static int64_t data[200];
    static uint8_t validity[25];
    const stoa_source source = {
        .name = "x", .type = STOA_INT64, .data = data, .validity = validity};
    for (size_t i = 0; i < 200; i++) {
        data[i] = i % 7 == 0 ? INT64_MAX : (int64_t)i;
        validity[i / 8] |= (uint8_t)((i % 7 != 0) << i % 8);
    }
    WORKS(table, stoa_table_extend(table, &source, 1, 200, &trouble));
    data[150] = INT64_MIN;
    REFUSED(table, STOA_OVERFLOW, stoa_table_extend(table, &source, 1, 200, &trouble));
    ck_assert_uint_eq(trouble.row, 150);
    REFUSED(table, STOA_OVERFLOW, stoa_column_write(table, X, 0, 1, 200, &source, &trouble));
    ck_assert_uint_eq(trouble.row, 150);
    for (size_t i = 0; i < 200; i++)
        check_cell(table, i, X, i % 7 != 0, i % 7 != 0 ? i : 0);
    stoa_table_free(table);
}

/* ---- single cells ---- */

TEST(a_null_cell_has_no_value_to_give)
{
    stoa_table *table = nullable(0);
    PASSES(stoa_table_resize(table, 70, &trouble));
    stoa_row row = stoa_table_row(table, 68);
    int32_t x = 9;
    double wide;
    bool is_null;
    stoa_value value;
    ck_assert_int_eq(stoa_row_get_int32(row, "x", &x), STOA_NULL);
    ck_assert_int_eq(stoa_row_get_int32_at(row, X, &x), STOA_NULL);
    ck_assert_int_eq(stoa_row_get_float64(row, "x", &wide), STOA_NULL);
    ck_assert_int_eq(x, 9);
    PASSES(stoa_row_get(row, X, &value, &trouble));
    ck_assert(value.is_null && value.type == STOA_INT32);
    ck_assert_int_eq(stoa_row_set_int32_at(row, X, 5), STOA_OK);
    ck_assert_int_eq(stoa_row_get_int32_at(row, X, &x), STOA_OK);
    ck_assert_int_eq(x, 5);
    ck_assert_int_eq(stoa_row_is_null(row, "x", &is_null), STOA_OK);
    ck_assert(!is_null);
    uint64_t version = stoa_column_version(table, X);
    ck_assert_int_eq(stoa_row_set_null(row, "x"), STOA_OK);
    ck_assert_uint_gt(stoa_column_version(table, X), version);
    check_cell(table, 68, X, false, 0);
    ck_assert_int_eq(stoa__cell_put_int64(table, X, 68, table->order, 7), STOA_OK);
    check_cell(table, 68, X, true, 7);
    ck_assert_int_eq(stoa__cell_put_null(table, X, 68, table->order), STOA_OK);
    check_cell(table, 68, X, false, 0);
    ck_assert_int_eq(stoa__cell_put_null(table, PLAIN, 68, table->order), STOA_WRONG_TYPE);
    PASSES(stoa_column_lock(table, X, &trouble));
    ck_assert_int_eq(stoa_row_set_null(row, "x"), STOA_LOCKED);
    stoa_column_unlock(table, X);
    stoa_table_free(table);
}

int main(void)
{
    return RUN("nulls", every_operation_on_rows_keeps_nulls_like_a_slow_model,
               a_result_in_kept_memory_shows_no_null_of_the_last_one,
               an_added_field_is_null_unless_it_has_a_default, defaults_tell_null_from_zero,
               flags_without_a_meaning_are_refused,
               null_is_refused_by_a_field_that_takes_none_and_nothing_is_stored,
               a_value_that_does_not_fit_counts_only_where_it_is_there,
               a_null_cell_has_no_value_to_give);
}
