/* test_selection.c: selections, compared with byte masks: made, combined, converted to other forms,
 * and used to keep, remove and take the rows of a table. */
#include <stdlib.h>

#include "../support/scene.h"

/* Around a word, a chunk that is packed at once, and a morsel. */
static const size_t lengths[] = {0, 1, 2, 63, 64, 65, 127, 128, 1000, 8191, 8192, 8193, 20000};
enum { LENGTHS = sizeof lengths / sizeof *lengths, LONG = 70000 };

/* Selected rows in 100. */
static const unsigned densities[] = {0, 1, 50, 99, 100};
enum { DENSITIES = sizeof densities / sizeof *densities };

static uint8_t *random_mask(dice *d, size_t rows, unsigned density)
{
    uint8_t *mask = malloc(rows + 1);
    for (size_t i = 0; i < rows; i++)
        mask[i] = dice_below(d, 100) < density ? (uint8_t)(1 + dice_below(d, 255)) : 0;
    return mask;
}

static stoa_table *numbered(size_t rows)
{
    stoa_table *table = TABLE(OPTIONS(.rows = rows), {.name = "n", .type = STOA_INT32});
    for (size_t i = 0; i < rows; i++)
        stoa_int32_column(table, "n")[i] = (int32_t)i;
    return table;
}

/* Compares bit by bit, with the unused bits of the last word. */
static void matches(const stoa_selection *s, const uint8_t *mask, size_t rows)
{
    size_t count = 0;
    ck_assert_uint_eq(s->rows, rows);
    for (size_t i = 0; i < (rows + 63) / 64 * 64; i++) {
        bool wanted = i < rows && mask[i] != 0;
        ck_assert_int_eq(s->words[i / 64] >> i % 64 & 1, wanted);
        count += wanted;
    }
    ck_assert_uint_eq(s->count, count);
}

static stoa_selection *selected(const stoa_table *table, const uint8_t *mask)
{
    stoa_selection *s = NULL;
    PASSES(stoa_selection_from_mask(&s, table, mask, stoa_table_rows(table), &trouble));
    return s;
}

/* ---- making and converting selections ---- */

TEST(a_selection_can_be_made_of_a_mask_and_told_as_one)
{
    dice d = {1};
    for (size_t k = 0; k < LENGTHS * DENSITIES; k++) {
        size_t rows = lengths[k / DENSITIES];
        stoa_table *table = numbered(rows);
        uint8_t *mask = random_mask(&d, rows, densities[k % DENSITIES]);
        stoa_selection *s = NULL;
        WORKS(table, stoa_selection_from_mask(&s, table, mask, rows, &trouble));
        matches(s, mask, rows);
        uint8_t *told = malloc(rows + 1);
        told[rows] = 77;
        stoa_selection_mask(s, told);
        for (size_t i = 0; i < rows; i++)
            ck_assert_int_eq(told[i], mask[i] != 0);
        ck_assert_int_eq(told[rows], 77);
        free(told);
        free(mask);
        stoa_selection_free(s);
        stoa_table_free(table);
    }
}

TEST(a_selection_can_be_made_of_indices_and_told_as_them)
{
    dice d = {2};
    for (size_t k = 0; k < LENGTHS * DENSITIES; k++) {
        size_t rows = lengths[k / DENSITIES], count = 0, twice = 0;
        stoa_table *table = numbered(rows);
        uint8_t *mask = random_mask(&d, rows, densities[k % DENSITIES]);
        size_t *indices = malloc((2 * rows + 2) * sizeof *indices);
        size_t *told = malloc((rows + 1) * sizeof *told);
        for (size_t i = rows; i-- > 0;)
            if (mask[i] != 0)
                indices[count++] = i;
        for (twice = count; twice < 2 * count; twice++)
            indices[twice] = indices[dice_below(&d, count)];
        stoa_selection *s = NULL;
        WORKS(table, stoa_selection_from_indices(&s, table, indices, twice, &trouble));
        matches(s, mask, rows);
        told[count] = 77;
        stoa_selection_indices(s, told);
        for (size_t i = 0; i < count; i++)
            ck_assert_uint_eq(told[i], indices[count - 1 - i]);
        ck_assert_uint_eq(told[count], 77);
        free(told);
        free(indices);
        free(mask);
        stoa_selection_free(s);
        stoa_table_free(table);
    }
}

TEST(selections_combine_row_by_row)
{
    dice d = {3};
    for (size_t k = 0; k < LENGTHS; k++) {
        size_t rows = lengths[k];
        stoa_table *table = numbered(rows);
        uint8_t *a = random_mask(&d, rows, 50), *b = random_mask(&d, rows, 30);
        stoa_selection *both, *other = selected(table, b), *first = selected(table, a);
        WORKS(table, stoa_selection_copy(&both, first, &trouble));
        matches(both, a, rows);
        WORKS(table, stoa_selection_and(both, other, &trouble));
        PASSES(stoa_selection_or(first, other, &trouble));
        stoa_selection_not(other);
        for (size_t i = 0; i < rows; i++) {
            uint8_t in_a = a[i], in_b = b[i];
            a[i] = in_a && in_b;
            b[i] = in_a || in_b;
        }
        matches(both, a, rows);
        matches(first, b, rows);
        stoa_selection_not(other);
        PASSES(stoa_selection_or(both, other, &trouble));
        PASSES(stoa_selection_and(both, both, &trouble));
        ck_assert_uint_eq(both->count, other->count);
        free(a);
        free(b);
        stoa_selection_free(both);
        stoa_selection_free(other);
        stoa_selection_free(first);
        stoa_table_free(table);
    }
}

/* Values of one width to the places of their rows: each of them, from the last on, or one for all.
 */
static void values_are_spread(const stoa_selection *s, const size_t *rows, size_t width,
                              const uint8_t *values)
{
    size_t bytes = s->rows * width + 2, last = s->count > 0 ? (s->count - 1) * width : 0;
    for (int step = -1; step <= 1; step++) {
        uint8_t *cells = malloc(bytes), *wanted = malloc(bytes);
        const uint8_t *first = step < 0 ? values + last : values;
        ptrdiff_t stride = step * (ptrdiff_t)width;
        memset(cells, 77, bytes);
        memset(wanted, 77, bytes);
        for (size_t i = 0; i < s->count; i++)
            memcpy(wanted + 1 + rows[i] * width, first + (ptrdiff_t)i * stride, width);
        PASSES(stoa_selection_spread(s, first, stride, width, cells + 1, &trouble));
        ck_assert_mem_eq(cells, wanted, bytes);
        free(cells);
        free(wanted);
    }
}

/* Values of one width: into another array, and in place. */
static void values_are_taken(const stoa_selection *s, const size_t *rows, size_t width)
{
    size_t bytes = s->rows * width;
    uint8_t *values = calloc(bytes + 1, 1), *taken = malloc(s->count * width + 1);
    for (size_t i = 0; i < bytes; i++)
        values[i] = (uint8_t)(i / width * 7 + i % width * 31 + (i / width >> 8));
    uint8_t *before = malloc(bytes + 1);
    memcpy(before, values, bytes);
    taken[s->count * width] = 77;
    PASSES(stoa_selection_values(s, values, width, taken, &trouble));
    ck_assert_mem_eq(values, before, bytes);
    PASSES(stoa_selection_values(s, values, width, values, &trouble));
    for (size_t i = 0; i < s->count; i++)
        ck_assert_mem_eq(taken + i * width, before + rows[i] * width, width);
    ck_assert_mem_eq(values, taken, s->count * width);
    ck_assert_int_eq(taken[s->count * width], 77);
    values_are_spread(s, rows, width, taken);
    free(before);
    free(values);
    free(taken);
}

TEST(values_of_the_selected_rows_are_taken)
{
    dice d = {8};
    for (size_t k = 0; k < LENGTHS * DENSITIES; k++) {
        size_t rows = lengths[k / DENSITIES];
        stoa_table *table = numbered(rows);
        uint8_t *mask = random_mask(&d, rows, densities[k % DENSITIES]);
        stoa_selection *s = selected(table, mask);
        size_t *told = malloc((rows + 1) * sizeof *told);
        stoa_selection_indices(s, told);
        for (size_t width = 1; width <= 8; width *= 2)
            values_are_taken(s, told, width);
        free(told);
        free(mask);
        stoa_selection_free(s);
        stoa_table_free(table);
    }
}

TEST(ids_of_the_selected_rows_are_written)
{
    dice d = {9};
    for (size_t k = 0; k < LENGTHS * DENSITIES; k++) {
        size_t rows = lengths[k / DENSITIES], count = 0;
        stoa_table *table =
            TABLE(OPTIONS(.rows = rows + 9, .ids = true), {.name = "n", .type = STOA_INT32});
        for (size_t i = 0; i < 9; i++)
            PASSES(stoa_table_swap_remove(table, dice_below(&d, rows + 9 - i), &trouble));
        uint8_t *mask = random_mask(&d, rows, densities[k % DENSITIES]);
        stoa_selection *s = selected(table, mask);
        uint64_t *ids = malloc((rows + 1) * sizeof *ids);
        ids[s->count] = 77;
        PASSES(stoa_selection_ids(s, table, ids, &trouble));
        for (size_t i = 0; i < rows; i++)
            if (mask[i] != 0)
                ck_assert_uint_eq(ids[count++], stoa_row_id(stoa_table_row(table, i)));
        ck_assert_uint_eq(count, s->count);
        ck_assert_uint_eq(ids[count], 77);
        free(ids);
        free(mask);
        stoa_selection_free(s);
        stoa_table_free(table);
    }
}

TEST(ids_are_not_written_of_tables_without_them_or_of_stale_selections)
{
    stoa_table *without = numbered(3);
    stoa_table *table = TABLE(OPTIONS(.rows = 3, .ids = true), {.name = "n", .type = STOA_INT32});
    const uint8_t mask[] = {1, 1, 0};
    uint64_t ids[2] = {7, 8};
    stoa_selection *s = selected(without, mask);
    FAILS(STOA_NO_ID, stoa_selection_ids(s, without, ids, &trouble));
    stoa_selection_free(s);
    s = selected(table, mask);
    PASSES(stoa_table_swap(table, 0, 1, &trouble));
    FAILS(STOA_STALE, stoa_selection_ids(s, table, ids, &trouble));
    ck_assert(ids[0] == 7 && ids[1] == 8);
    stoa_selection_free(s);
    stoa_table_free(table);
    stoa_table_free(without);
}

/* ---- using selections ---- */

static size_t rows_of(const uint8_t *mask, size_t rows, size_t *indices)
{
    size_t count = 0;
    for (size_t i = 0; i < rows; i++)
        if (mask[i] != 0)
            indices[count++] = i;
    return count;
}

static void take_is_right(scene *s, const uint8_t *mask)
{
    size_t *indices = malloc((s->m.count + 1) * sizeof *indices);
    model copy;
    stoa_table *taken = NULL;
    stoa_selection *chosen = selected(s->table, mask);
    WORKS(s->table, stoa_table_take_selected(&taken, s->table, chosen, &trouble));
    model_copy(&copy, &s->m);
    model_take(&copy, indices, rows_of(mask, s->m.count, indices));
    model_rows_match(&copy, taken);
    const model *models[] = {&s->m, &copy};
    models_match_pool(models, 2, &s->owner, s->pool);
    stoa_table_free(taken);
    scene_matches(s);
    model_dispose(&copy);
    stoa_selection_free(chosen);
    free(indices);
}

/* On a scene of its own, whose model is changed in the same way. */
static void removal_is_right(size_t rows, uint8_t *mask, bool keep)
{
    scene s;
    scene_start(&s, rows);
    stoa_selection *chosen = selected(s.table, mask);
    if (keep)
        WORKS(s.table, stoa_table_keep_selected(s.table, chosen, &trouble));
    else
        WORKS(s.table, stoa_table_remove_selected(s.table, chosen, &trouble));
    for (size_t i = 0; i < rows && !keep; i++)
        mask[i] = mask[i] == 0;
    model_keep(&s.m, mask);
    scene_end(&s);
    stoa_selection_free(chosen);
}

static void rows_are_right(dice *d, size_t rows, unsigned density)
{
    scene s;
    scene_start(&s, rows);
    uint8_t *mask = random_mask(d, rows, density);
    take_is_right(&s, mask);
    scene_end(&s);
    removal_is_right(rows, mask, true);
    removal_is_right(rows, mask, false);
    free(mask);
}

TEST(selected_rows_are_taken_kept_and_removed)
{
    dice d = {4};
    for (size_t k = 0; k < LENGTHS * DENSITIES; k++)
        if (lengths[k / DENSITIES] <= scaled(1000, 200))
            rows_are_right(&d, lengths[k / DENSITIES], densities[k % DENSITIES]);
    rows_are_right(&d, 8193, 50);
}

TEST(the_number_of_threads_makes_no_difference)
{
    dice d = {5};
    for (size_t threads = 1; threads <= 4; threads += 3) {
        PASSES(stoa_set_threads(threads, &trouble));
        rows_are_right(&d, scaled(LONG, 2000), 30);
    }
    PASSES(stoa_set_threads(0, &trouble));
}

TEST(keeping_and_removing_need_no_memory)
{
    stoa_table *table = numbered(LONG);
    dice d = {6};
    uint8_t *mask = random_mask(&d, LONG, 50);
    stoa_selection *s = selected(table, mask);
    faults_arm(FAULT_ANY, 0, SIZE_MAX);
    stoa_status status = stoa_table_keep_selected(table, s, NULL);
    faults_disarm();
    ck_assert_int_eq(status, STOA_OK);
    ck_assert_uint_eq(stoa_table_rows(table), s->count);
    for (size_t i = 0, to = 0; i < LONG; i++)
        if (mask[i] != 0)
            ck_assert_int_eq(stoa_int32_column(table, "n")[to++], (int32_t)i);
    stoa_selection_free(s);
    stoa_table_free(table);
    free(mask);
}

/* Rows that were appended later are not selected: they stay when selected rows are removed, and go
 * when only those are kept. */
static void appended_rows_are_right(size_t rows, size_t more, bool keep)
{
    stoa_table *table = numbered(rows);
    uint8_t *mask = calloc(rows + more + 1, 1);
    dice d = {7};
    for (size_t i = 0; i < rows; i++)
        mask[i] = (uint8_t)dice_below(&d, 2);
    stoa_selection *s = selected(table, mask);
    PASSES(stoa_table_resize(table, rows + more, &trouble));
    for (size_t i = rows; i < rows + more; i++)
        stoa_int32_column(table, "n")[i] = (int32_t)i;
    stoa_table *taken = NULL;
    WORKS(table, stoa_table_take_selected(&taken, table, s, &trouble));
    ck_assert_uint_eq(stoa_table_rows(taken), s->count);
    if (keep)
        WORKS(table, stoa_table_keep_selected(table, s, &trouble));
    else
        WORKS(table, stoa_table_remove_selected(table, s, &trouble));
    size_t left = 0;
    for (size_t i = 0; i < rows + more; i++)
        if ((mask[i] != 0) == keep)
            ck_assert_int_eq(stoa_int32_column(table, "n")[left++], (int32_t)i);
    ck_assert_uint_eq(stoa_table_rows(table), left);
    stoa_table_free(taken);
    stoa_table_free(table);
    stoa_selection_free(s);
    free(mask);
}

TEST(rows_appended_later_are_not_selected)
{
    for (size_t k = 0; k < LENGTHS; k++) {
        appended_rows_are_right(lengths[k], 100, true);
        appended_rows_are_right(lengths[k], 100, false);
        appended_rows_are_right(lengths[k], 10000, false);
    }
}

TEST(fields_that_came_and_went_are_where_they_belong)
{
    stoa_table *taken = NULL, *table = TABLE(NULL, {.name = "gone", .type = STOA_INT8},
                                             {.name = "n", .type = STOA_INT32});
    PASSES(stoa_table_resize(table, 100, &trouble));
    PASSES(stoa_table_add_field(table, &(stoa_field){.name = "w", .type = STOA_FLOAT64}, NULL,
                                &trouble));
    PASSES(stoa_table_drop_field(table, "gone", &trouble));
    for (size_t i = 0; i < 100; i++) {
        stoa_int32_column(table, "n")[i] = (int32_t)i;
        stoa_float64_column(table, "w")[i] = (double)i / 4;
    }
    stoa_selection *s = NULL;
    PASSES(stoa_selection_from_indices(&s, table, (const size_t[]){99, 7}, 2, &trouble));
    WORKS(table, stoa_table_take_selected(&taken, table, s, &trouble));
    WORKS(table, stoa_table_keep_selected(table, s, &trouble));
    const stoa_table *const both[] = {taken, table};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(stoa_table_rows(both[i]), 2);
        ck_assert_int_eq(stoa_int32_column(both[i], "n")[0], 7);
        ck_assert_int_eq(stoa_int32_column(both[i], "n")[1], 99);
        ck_assert_double_eq(stoa_float64_column(both[i], "w")[1], 99 / 4.0);
    }
    ck_assert_uint_eq(stoa_table_field_limit(taken), 2);
    stoa_selection_free(s);
    stoa_table_free(taken);
    stoa_table_free(table);
}

/* ---- refused ---- */

TEST(a_stale_selection_is_refused)
{
    stoa_table *none = NULL, *table = numbered(10), *shorter = numbered(9);
    stoa_selection *s = selected(table, (const uint8_t[10]){1, 0, 1});
    REFUSED(shorter, STOA_STALE, stoa_table_keep_selected(shorter, s, &trouble));
    SAYS("10 rows");
    PASSES(stoa_table_swap(table, 0, 1, &trouble));
    REFUSED(table, STOA_STALE, stoa_table_keep_selected(table, s, &trouble));
    SAYS("removed or reordered");
    REFUSED(table, STOA_STALE, stoa_table_remove_selected(table, s, &trouble));
    REFUSED(table, STOA_STALE, stoa_table_take_selected(&none, table, s, &trouble));
    ck_assert_ptr_null(none);
    stoa_selection *later = selected(table, (const uint8_t[10]){1, 0, 1});
    REFUSED(table, STOA_STALE, stoa_selection_and(s, later, &trouble));
    SAYS("between");
    PASSES(stoa_table_keep_selected(table, later, &trouble));
    REFUSED(table, STOA_STALE, stoa_table_keep_selected(table, later, &trouble));
    stoa_selection_free(later);
    later = selected(table, (const uint8_t[2]){1, 0});
    REFUSED(table, STOA_STALE, stoa_selection_or(s, later, &trouble));
    SAYS("10 rows, the other 2");
    ck_assert_uint_eq(s->count, 2);
    stoa_selection_free(later);
    stoa_selection_free(s);
    stoa_table_free(table);
    stoa_table_free(shorter);
}

TEST(what_cannot_be_a_selection_is_refused)
{
    stoa_table *none = NULL, *table = numbered(3);
    stoa_selection *s = NULL;
    const uint8_t mask[4] = {1, 1, 1, 1};
    REFUSED(table, STOA_INVALID, stoa_selection_from_mask(&s, table, mask, 4, &trouble));
    SAYS("4 bytes for 3 rows");
    REFUSED(table, STOA_INVALID, stoa_selection_from_mask(&s, table, NULL, 3, &trouble));
    REFUSED(table, STOA_INVALID, stoa_selection_from_indices(&s, table, NULL, 1, &trouble));
    const size_t indices[] = {2, 3};
    REFUSED(table, STOA_OUT_OF_RANGE, stoa_selection_from_indices(&s, table, indices, 2, &trouble));
    SAYS("indices[1] is 3");
    ck_assert_uint_eq(trouble.row, 1);
    REFUSED(table, STOA_INVALID, stoa_selection_copy(&s, NULL, &trouble));
    ck_assert_ptr_null(s);
    REFUSED(table, STOA_INVALID, stoa_table_keep_selected(table, NULL, &trouble));
    REFUSED(table, STOA_INVALID, stoa_table_remove_selected(table, NULL, &trouble));
    REFUSED(table, STOA_INVALID, stoa_table_take_selected(&none, table, NULL, &trouble));
    s = selected(table, mask);
    REFUSED(table, STOA_INVALID, stoa_selection_and(s, NULL, &trouble));
    REFUSED(table, STOA_INVALID, stoa_selection_from_mask(NULL, table, mask, 3, &trouble));
    REFUSED(table, STOA_INVALID, stoa_selection_from_indices(NULL, table, indices, 1, &trouble));
    REFUSED(table, STOA_INVALID, stoa_selection_copy(NULL, s, &trouble));
    REFUSED(table, STOA_INVALID, stoa_table_take_selected(NULL, table, s, &trouble));
    stoa_selection *other = NULL;
    FAILS(STOA_INVALID, stoa_selection_from_mask(&other, NULL, mask, 3, &trouble));
    SAYS("table is NULL");
    FAILS(STOA_INVALID, stoa_selection_from_indices(&other, NULL, indices, 1, &trouble));
    FAILS(STOA_INVALID, stoa_table_take_selected(&none, NULL, s, &trouble));
    FAILS(STOA_INVALID, stoa_table_keep_selected(NULL, s, &trouble));
    FAILS(STOA_INVALID, stoa_table_remove_selected(NULL, s, &trouble));
    ck_assert(none == NULL && other == NULL);
    stoa_selection_free(s);
    stoa_selection_free(NULL);
    stoa_table_free(table);
}

int main(void)
{
    return RUN("selection", a_selection_can_be_made_of_a_mask_and_told_as_one,
               a_selection_can_be_made_of_indices_and_told_as_them, selections_combine_row_by_row,
               values_of_the_selected_rows_are_taken, ids_of_the_selected_rows_are_written,
               ids_are_not_written_of_tables_without_them_or_of_stale_selections,
               selected_rows_are_taken_kept_and_removed, the_number_of_threads_makes_no_difference,
               keeping_and_removing_need_no_memory, rows_appended_later_are_not_selected,
               fields_that_came_and_went_are_where_they_belong, a_stale_selection_is_refused,
               what_cannot_be_a_selection_is_refused);
}
