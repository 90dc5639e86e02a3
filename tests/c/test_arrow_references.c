/* test_arrow_references.c: references leave as the ids of rows that are there, whatever part of a
 * table leaves, and come back as ids; the tables that they refer to live as long as a stream. */
#include "../support/arrow.h"

enum { ROWS = 1100 };

/* Every third reference is null from the start, and every other row of the target is gone. */
static stoa_table *pets_of(stoa_table **people, size_t rows)
{
    *people = TABLE(OPTIONS(.rows = rows, .ids = true), {.name = "age", .type = STOA_INT32});
    stoa_table *pets =
        TABLE(OPTIONS(.rows = rows), {.name = "weight", .type = STOA_FLOAT32},
              {.name = "owner", .type = STOA_REFERENCE, .target = *people, .flags = STOA_NULLABLE});
    for (size_t i = 0; i < rows; i++)
        if (i % 3 != 0)
            PASSES(stoa_row_set(stoa_table_row(pets, i), 1,
                                stoa_reference_value(stoa_table_row(*people, i)), &trouble));
    for (size_t i = rows / 2; i > 0; i--)
        PASSES(stoa_table_swap_remove(*people, 2 * i - 1, &trouble));
    return pets;
}

static void compare(const struct ArrowSchema *schema, const struct ArrowArray *array,
                    stoa_table *pets, const size_t *rows, size_t count)
{
    arrow_check(schema, array);
    const struct ArrowArray *owner = array->children[1];
    ck_assert_str_eq(schema->children[1]->format, "L");
    ck_assert_int_eq(schema->children[1]->flags, ARROW_FLAG_NULLABLE);
    ck_assert_uint_eq((size_t)owner->length, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t id = 0;
        stoa_status status = stoa_row_get_uint64_at(stoa_table_row(pets, rows[i]), 1, &id);
        stoa_value value = arrow_value(schema->children[1], owner, i, 0);
        ck_assert_msg(value.is_null == (status == STOA_NULL), "row %zu", rows[i]);
        ck_assert_uint_eq(value.uint64, status == STOA_NULL ? 0 : id);
    }
}

static void compare_part(stoa_table *pets, const stoa_arrow_options *options, const size_t *rows,
                         size_t count)
{
    struct ArrowSchema schema;
    struct ArrowArray array;
    PASSES(stoa_table_arrow_array(&schema, &array, pets, options, &trouble));
    compare(&schema, &array, pets, rows, count);
    array.release(&array);
    schema.release(&schema);
}

TEST(any_rows_leave_as_ids_and_as_nulls_where_there_is_no_row)
{
    static const size_t counts[] = {0, 1, 64, 511, 512, 513, ROWS};
    stoa_table *people;
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        size_t rows[ROWS], count = counts[k];
        stoa_table *pets = pets_of(&people, count);
        stoa_selection *selection;
        for (size_t i = 0; i < count; i++)
            rows[i] = i;
        compare_part(pets, NULL, rows, count);
        if (count > 7)
            compare_part(pets, BY(.first = 7, .step = 1, .count = count - 7), rows + 7, count - 7);
        for (size_t i = 0; i < count; i++)
            rows[i] = count - 1 - i;
        if (count > 0)
            compare_part(pets, BY(.first = count - 1, .step = -1, .count = count), rows, count);
        for (size_t i = 0; 5 * i < count; i++)
            rows[i] = 5 * i;
        PASSES(stoa_select(&selection, pets, "row() % 5 == 0", &trouble));
        compare_part(pets, BY(.selection = selection), rows, (count + 4) / 5);
        stoa_selection_free(selection);
        stoa_table_free(people); /* from now on all are null */
        for (size_t i = 0; i < count; i++)
            rows[i] = i;
        compare_part(pets, NULL, rows, count);
        stoa_table_free(pets);
    }
}

TEST(a_stream_holds_the_target_and_ends_with_an_error_once_its_rows_are_gone)
{
    struct ArrowArrayStream stream, stale;
    struct ArrowSchema schema;
    struct ArrowArray array;
    stoa_table *people, *pets = pets_of(&people, 9);
    PASSES(stoa_table_arrow_stream(&stale, pets, BY(.batch_rows = 3), &trouble));
    ck_assert_int_eq(stale.get_next(&stale, &array), 0);
    array.release(&array);
    PASSES(stoa_table_swap_remove(people, 0, &trouble));
    ck_assert_int_ne(stale.get_next(&stale, &array), 0);
    ck_assert_ptr_nonnull(strstr(stale.get_last_error(&stale), "changed since"));
    stale.release(&stale);

    PASSES(stoa_table_arrow_stream(&stream, pets, NULL, &trouble));
    uint64_t kept = stoa_row_id(stoa_table_row(people, 2));
    stoa_table_free(people);
    stoa_table_free(pets);
    ck_assert_int_eq(stream.get_schema(&stream, &schema), 0);
    ck_assert_int_eq(stream.get_next(&stream, &array), 0);
    size_t found = 0;
    for (size_t i = 0; i < 9; i++)
        found += arrow_value(schema.children[1], array.children[1], i, 0).uint64 == kept;
    ck_assert_uint_eq(found, 1);
    array.release(&array);
    schema.release(&schema);
    stream.release(&stream);
}

TEST(refused_memory_leaves_nothing_behind)
{
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowArrayStream stream;
    stoa_table *people, *pets = pets_of(&people, 70);
    WORKS(pets, stoa_table_arrow_array(&schema, &array, pets, NULL, &trouble));
    array.release(&array);
    schema.release(&schema);
    WORKS(pets, stoa_table_arrow_stream(&stream, pets, NULL, &trouble));
    stream.release(&stream);
    stoa_table_free(people);
    stoa_table_free(pets);
}

TEST(ids_come_back_where_the_target_is_and_are_refused_elsewhere)
{
    struct ArrowSchema schema;
    struct ArrowArray array;
    const struct ArrowArray *one = &array;
    stoa_table *people, *pets = pets_of(&people, 600), *strangers, *others = pets_of(&strangers, 4);
    stoa_table *again = NULL;
    PASSES(stoa_table_copy(&again, pets, &trouble));
    PASSES(stoa_table_resize(again, 0, &trouble));
    PASSES(stoa_table_arrow_array(&schema, &array, pets, NULL, &trouble));
    WORKS(again, stoa_table_extend_arrow(again, &schema, &one, 1, &trouble));
    for (size_t i = 0; i < 600; i++) {
        uint64_t before = 0, after = 0;
        stoa_status status = stoa_row_get_uint64_at(stoa_table_row(pets, i), 1, &before);
        ck_assert_int_eq(stoa_row_get_uint64_at(stoa_table_row(again, i), 1, &after), status);
        ck_assert_uint_eq(before, after);
    }
    REFUSED(others, STOA_NO_ID, stoa_table_extend_arrow(others, &schema, &one, 1, &trouble));
    SAYS("field 'owner' takes no");
    array.release(&array);
    schema.release(&schema);
    stoa_table *all[] = {people, pets, strangers, others, again};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        stoa_table_free(all[i]);
}

int main(void)
{
    return RUN("arrow_references", any_rows_leave_as_ids_and_as_nulls_where_there_is_no_row,
               a_stream_holds_the_target_and_ends_with_an_error_once_its_rows_are_gone,
               refused_memory_leaves_nothing_behind,
               ids_come_back_where_the_target_is_and_are_refused_elsewhere);
}
