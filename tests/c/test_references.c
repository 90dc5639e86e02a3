/* test_references.c: cells that refer to rows: written and read as rows and as ids, null once the
 * row is gone; tables that refer to others, to themselves and to each other; copies; what is
 * refused. */
#include "../support/testing.h"

#define AGE                               \
    {                                     \
        .name = "age", .type = STOA_INT32 \
    }

static stoa_table *people_of(size_t rows)
{
    stoa_table *people = TABLE(OPTIONS(.rows = rows, .ids = true), AGE);
    for (size_t i = 0; i < rows; i++)
        stoa_int32_column(people, "age")[i] = (int32_t)i;
    return people;
}

/* Fields: 0: "owner", never null, 1: "friend", nullable. Both refer to people. */
static stoa_table *pets_of(stoa_table *people)
{
    return TABLE(
        NULL, {.name = "owner", .type = STOA_REFERENCE, .target = people},
        {.name = "friend", .type = STOA_REFERENCE, .target = people, .flags = STOA_NULLABLE});
}

/* A table that refers to itself by field 1, "parent". */
static stoa_table *nodes_of(size_t rows)
{
    stoa_table *nodes = TABLE(OPTIONS(.rows = rows, .ids = true), {.name = "n", .type = STOA_INT64},
                              {.name = "parent", .type = STOA_REFERENCE, .flags = STOA_NULLABLE});
    for (size_t i = 0; i < rows; i++)
        stoa_int64_column(nodes, "n")[i] = (int64_t)i;
    return nodes;
}

static stoa_row row_of(stoa_table *table, size_t index)
{
    return stoa_table_row(table, index);
}

static void refer(stoa_table *table, size_t row, size_t field, stoa_row to)
{
    PASSES(stoa_row_set(row_of(table, row), field, stoa_reference_value(to), &trouble));
}

/* The row that a cell refers to; SIZE_MAX: null. All ways of reading agree. */
static size_t referred(stoa_table *table, size_t row, size_t field)
{
    stoa_row by_index = {0}, by_name = {0};
    uint64_t id = 0;
    bool is_null = false;
    stoa_value value = {0};
    const char *name = stoa_table_field_name(table, field);
    stoa_status status = stoa_row_get_reference_at(row_of(table, row), field, &by_index);
    ck_assert(status == STOA_OK || status == STOA_NULL);
    ck_assert_int_eq(stoa_row_get_reference(row_of(table, row), name, &by_name), status);
    ck_assert_int_eq(stoa_row_get_uint64_at(row_of(table, row), field, &id), status);
    PASSES(stoa_row_is_null(row_of(table, row), name, &is_null));
    PASSES(stoa_row_get(row_of(table, row), field, &value, &trouble));
    ck_assert(is_null == (status == STOA_NULL) && value.is_null == is_null);
    ck_assert_int_eq(value.type, STOA_REFERENCE);
    if (is_null)
        return SIZE_MAX;
    ck_assert_ptr_eq(by_index.table, stoa_table_field_target(table, field));
    ck_assert_uint_eq(id, stoa_row_id(by_index));
    ck_assert(by_index.index == by_name.index && by_index.index == value.row.index);
    return by_index.index;
}

TEST(a_cell_refers_to_its_row_wherever_that_moves_and_is_null_once_it_is_gone)
{
    stoa_table *people = people_of(5), *pets = pets_of(people);
    const stoa_value values[] = {stoa_reference_value(row_of(people, 4)),
                                 stoa_reference_value(row_of(people, 1))};
    WORKS(pets, stoa_table_append(pets, values, 2, &trouble));
    ck_assert_uint_eq(referred(pets, 0, 0), 4);
    ck_assert_uint_eq(referred(pets, 0, 1), 1);
    PASSES(stoa_table_swap(people, 4, 2, &trouble));
    ck_assert_uint_eq(referred(pets, 0, 0), 2);
    uint64_t version = stoa_column_version(pets, 1);
    PASSES(stoa_table_remove(people, 1, 1, &trouble));
    ck_assert_uint_eq(referred(pets, 0, 0), 1);
    ck_assert_uint_eq(referred(pets, 0, 1), SIZE_MAX);
    ck_assert_uint_gt(stoa_column_version(pets, 1), version);
    const stoa_row none = {0};
    WORKS(pets,
          stoa_row_set(row_of(pets, 0), 1, stoa_reference_value(row_of(people, 3)), &trouble));
    ck_assert_uint_eq(referred(pets, 0, 1), 3);
    PASSES(stoa_row_set_reference(row_of(pets, 0), "friend", none));
    ck_assert_uint_eq(referred(pets, 0, 1), SIZE_MAX);
    PASSES(stoa_row_set_uint64(row_of(pets, 0), "friend", stoa_row_id(row_of(people, 0))));
    ck_assert_uint_eq(referred(pets, 0, 1), 0);
    PASSES(stoa_row_set_null(row_of(pets, 0), "friend"));
    ck_assert_uint_eq(stoa_reference_column(pets, "friend")[0], 0);
    stoa_table_free(pets);
    stoa_table_free(people);
}

TEST(fields_tell_their_target_and_what_a_removal_does)
{
    stoa_table *people = people_of(1), *pets = pets_of(people), *nodes = nodes_of(1);
    ck_assert_ptr_eq(stoa_table_field_target(pets, 0), people);
    ck_assert_ptr_eq(stoa_table_field_target(nodes, 1), nodes);
    ck_assert_ptr_null(stoa_table_field_target(nodes, 0));
    ck_assert_ptr_null(stoa_table_field_target(nodes, 2));
    ck_assert_int_eq(stoa_table_field_on_remove(pets, 0), STOA_ON_REMOVE_REFUSE);
    ck_assert_int_eq(stoa_table_field_on_remove(pets, 1), STOA_ON_REMOVE_NULL);
    ck_assert_int_eq(stoa_table_field_on_remove(nodes, 0), STOA_ON_REMOVE_DEFAULT);
    ck_assert_uint_eq(stoa_table_row_bytes(pets), 16);
    ck_assert_ptr_null(stoa_column_validity(pets, 1));
    ck_assert_uint_eq(stoa_table_field_flags(pets, 1), STOA_NULLABLE);
    stoa_value initial;
    PASSES(stoa_table_field_initial(pets, 0, &initial));
    ck_assert(initial.is_null && initial.type == STOA_REFERENCE);
    stoa_table_free(nodes);
    stoa_table_free(pets);
    stoa_table_free(people);
}

TEST(rows_of_other_tables_stale_ids_and_forged_ones_are_refused)
{
    stoa_table *people = people_of(3), *others = people_of(3), *pets = pets_of(people);
    uint64_t gone = stoa_row_id(row_of(people, 2));
    PASSES(stoa_table_remove(people, 2, 1, &trouble));
    const stoa_value values[] = {stoa_reference_value(row_of(people, 0)), stoa_null_value()};
    PASSES(stoa_table_append(pets, values, 2, &trouble));
    const stoa_value bad[] = {stoa_reference_value(row_of(others, 0)),
                              stoa_reference_value(row_of(people, 2)),
                              stoa_uint64_value(gone),
                              stoa_uint64_value(stoa_row_id(row_of(others, 0))),
                              stoa_uint64_value(UINT64_MAX),
                              stoa_int64_value(-1),
                              stoa_uint64_value(1)};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        REFUSED(pets, STOA_NO_ID, stoa_row_set(row_of(pets, 0), 0, bad[i], &trouble));
        SAYS("'owner'");
        REFUSED(pets, STOA_NO_ID, stoa_row_set(row_of(pets, 0), 1, bad[i], &trouble));
        REFUSED(pets, STOA_NO_ID, stoa_table_append(pets, &bad[i], 1, &trouble));
        REFUSED(pets, STOA_NO_ID, stoa_table_replace(pets, 0, &bad[i], 1, &trouble));
    }
    REFUSED(pets, STOA_WRONG_TYPE, stoa_row_set(row_of(pets, 0), 0, stoa_null_value(), &trouble));
    REFUSED(pets, STOA_WRONG_TYPE,
            stoa_row_set(row_of(pets, 0), 0, stoa_uint64_value(0), &trouble));
    REFUSED(pets, STOA_WRONG_TYPE,
            stoa_row_set(row_of(pets, 0), 1, stoa_float64_value(1), &trouble));
    REFUSED(people, STOA_WRONG_TYPE,
            stoa_row_set(row_of(people, 0), 0, stoa_reference_value(row_of(people, 1)), &trouble));
    ck_assert_uint_eq(referred(pets, 0, 0), 0);
    stoa_table_free(pets);
    stoa_table_free(others);
    stoa_table_free(people);
}

TEST(arrays_of_ids_are_checked_as_a_whole)
{
    stoa_table *people = people_of(4), *pets = pets_of(people);
    uint64_t ids[4];
    PASSES(stoa_table_read_ids(people, 0, 4, ids, &trouble));
    const uint64_t some[] = {ids[3], 0, ids[1]};
    const uint8_t bits = 5;
    stoa_source sources[] = {{.name = "owner", .type = STOA_UINT64, .data = ids},
                             {.name = "friend", .type = STOA_REFERENCE, .data = some}};
    WORKS(pets, stoa_table_extend(pets, sources, 2, 3, &trouble));
    PASSES(stoa_table_extend(pets, sources, 2, 3, &trouble));
    ck_assert_uint_eq(referred(pets, 2, 0), 2);
    ck_assert_uint_eq(referred(pets, 0, 1), 3);
    ck_assert_uint_eq(referred(pets, 1, 1), SIZE_MAX);
    sources[1].validity = &bits;
    sources[1].data = ids;
    PASSES(stoa_column_write(pets, 1, 2, -1, 3, &sources[1], &trouble));
    ck_assert_uint_eq(referred(pets, 2, 1), 0);
    ck_assert_uint_eq(referred(pets, 1, 1), SIZE_MAX);
    ck_assert_uint_eq(referred(pets, 0, 1), 2);
    REFUSED(pets, STOA_WRONG_TYPE, stoa_column_write(pets, 0, 0, 1, 3, &sources[1], &trouble));
    ids[2] = 77;
    REFUSED(pets, STOA_NO_ID, stoa_table_extend(pets, sources, 1, 3, &trouble));
    ck_assert_uint_eq(trouble.row, 2);
    sources[0].repeat = true;
    PASSES(stoa_table_splice(pets, 0, 1, 2, sources, 1, 3, &trouble));
    ck_assert_uint_eq(referred(pets, 1, 0), 0);
    ck_assert_uint_eq(referred(pets, 1, 1), SIZE_MAX);
    const stoa_source wrong = {.name = "owner", .type = STOA_INT32, .data = ids};
    REFUSED(pets, STOA_WRONG_TYPE, stoa_table_extend(pets, &wrong, 1, 2, &trouble));
    stoa_table_free(pets);
    stoa_table_free(people);
}

TEST(a_freed_target_leaves_null_behind_and_takes_no_more)
{
    stoa_table *people = people_of(2), *pets = pets_of(people);
    const stoa_value values[] = {stoa_reference_value(row_of(people, 1)), stoa_null_value()};
    PASSES(stoa_table_append(pets, values, 2, &trouble));
    PASSES(stoa_table_swap(people, 0, 1, &trouble));
    uint64_t id = stoa_row_id(row_of(people, 0)), version = stoa_column_version(pets, 0);
    stoa_table_free(people);
    ck_assert_uint_eq(referred(pets, 0, 0), SIZE_MAX);
    ck_assert_ptr_null(stoa_table_field_target(pets, 0));
    ck_assert_uint_gt(stoa_column_version(pets, 0), version);
    REFUSED(pets, STOA_NO_ID, stoa_row_set(row_of(pets, 0), 0, stoa_uint64_value(id), &trouble));
    SAYS("was freed");
    stoa_table *copy;
    WORKS(pets, stoa_table_copy(&copy, pets, &trouble));
    ck_assert_uint_eq(referred(copy, 0, 0), SIZE_MAX);
    stoa_table_free(copy);
    stoa_table_free(pets);
}

TEST(tables_that_refer_to_themselves_and_to_each_other_are_freed)
{
    stoa_table *first = nodes_of(2), *second = nodes_of(2);
    const stoa_field to_second = {.name = "other", .type = STOA_REFERENCE, .target = second},
                     to_first = {.name = "other", .type = STOA_REFERENCE, .target = first};
    size_t field;
    WORKS(first, stoa_table_add_field(first, &to_second, &field, &trouble));
    PASSES(stoa_table_add_field(second, &to_first, NULL, &trouble));
    refer(first, 0, field, row_of(second, 1));
    refer(second, 1, field, row_of(first, 0));
    refer(first, 1, 1, row_of(first, 1));
    ck_assert_uint_eq(referred(first, 0, field), 1);
    PASSES(stoa_table_drop_field(first, "parent", &trouble));
    PASSES(stoa_table_drop_field(first, "other", &trouble));
    PASSES(stoa_table_add_field(first, &to_second, &field, &trouble));
    ck_assert_uint_eq(referred(first, 0, field), SIZE_MAX);
    refer(first, 0, field, row_of(second, 0));
    stoa_table_free(first);
    ck_assert_uint_eq(referred(second, 1, 2), SIZE_MAX);
    stoa_table_free(second);
}

/* Row i of the copy is row rows[i] of nodes, whose parent is row i - 1. */
static void check_copy(stoa_table *copy, stoa_table *nodes, const size_t *rows, size_t count)
{
    ck_assert_uint_eq(copy->rows, count);
    ck_assert_ptr_eq(stoa_table_field_target(copy, 0), copy);
    for (size_t i = 0; i < count; i++) {
        size_t parent = SIZE_MAX;
        for (size_t k = count; k-- > 0;)
            if (rows[i] > 0 && rows[k] == rows[i] - 1)
                parent = k;
        ck_assert_uint_eq(referred(copy, i, 0), parent);
    }
    ck_assert_uint_eq(referred(nodes, 1, 1), 0);
    stoa_table_free(copy);
}

TEST(a_copy_refers_to_its_own_rows_and_null_to_those_left_out)
{
    stoa_table *nodes = nodes_of(7), *copy = NULL;
    stoa_selection *selection = NULL;
    for (size_t i = 1; i < 7; i++)
        refer(nodes, i, 1, row_of(nodes, i - 1));
    PASSES(stoa_table_permute(nodes, (const size_t[]){0, 1, 2, 3, 4, 5, 6}, 7, &trouble));
    const stoa_field last = {.name = "last", .type = STOA_INT8};
    PASSES(stoa_table_add_field(nodes, &last, NULL, &trouble));
    PASSES(stoa_select(&selection, nodes, "n > 1 and n != 4", &trouble));
    PASSES(stoa_table_drop_field(nodes, "n", &trouble));
    WORKS(nodes, stoa_table_copy(&copy, nodes, &trouble));
    check_copy(copy, nodes, (const size_t[]){0, 1, 2, 3, 4, 5, 6}, 7);
    WORKS(nodes, stoa_table_take(&copy, nodes, (const size_t[]){3, 2, 3, 6}, 4, &trouble));
    check_copy(copy, nodes, (const size_t[]){3, 2, 3, 6}, 4);
    WORKS(nodes, stoa_table_take_selected(&copy, nodes, selection, &trouble));
    check_copy(copy, nodes, (const size_t[]){2, 3, 5, 6}, 4);
    WORKS(nodes, stoa_table_take(&copy, nodes, NULL, 0, &trouble));
    check_copy(copy, nodes, NULL, 0);
    WORKS(nodes, stoa_filter(&copy, nodes, "last == 0", &trouble));
    check_copy(copy, nodes, (const size_t[]){0, 1, 2, 3, 4, 5, 6}, 7);
    stoa_selection_free(selection);
    stoa_table_free(nodes);
}

TEST(fields_that_no_table_can_have_are_refused)
{
    stoa_table *plain = TABLE(NULL, AGE), *table = NULL;
    const stoa_field bad[] = {
        {.name = "r", .type = STOA_REFERENCE, .target = plain},
        {.name = "r", .type = STOA_REFERENCE},
        {.name = "r", .type = STOA_REFERENCE, .initial.uint64 = 1},
        {.name = "r", .type = STOA_REFERENCE, .on_remove = STOA_ON_REMOVE_CASCADE + 1},
        {.name = "r", .type = STOA_INT32, .on_remove = STOA_ON_REMOVE_NULL},
        {.name = "r", .type = STOA_UINT64, .target = plain},
        {.name = "r", .type = STOA_REFERENCE, .length = 3},
        {.name = "r", .type = STOA_REFERENCE, .flags = STOA_NULLABLE | STOA_HAS_INITIAL},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        stoa_status status = i < 2 ? STOA_NO_ID : i == 2 || i == 6 ? STOA_WRONG_TYPE : STOA_INVALID;
        REFUSED(NULL, status, stoa_table_new(&table, &bad[i], 1, NULL, &trouble));
        SAYS("'r'");
        REFUSED(plain, status, stoa_table_add_field(plain, &bad[i], NULL, &trouble));
    }
    stoa_table_free(plain);
}

TEST(expressions_refuse_references_by_name)
{
    stoa_table *nodes = nodes_of(2);
    stoa_value value;
    REFUSED(nodes, STOA_WRONG_TYPE, stoa_compute(nodes, "max(parent)", &value, &trouble));
    SAYS("'parent'");
    REFUSED(nodes, STOA_WRONG_TYPE, stoa_assign(nodes, "parent", "1", NULL, &trouble));
    stoa_table_free(nodes);
}

#define NODE(FIELD)      \
    FIELD(int32, weight) \
    FIELD(nullable(reference), parent)
STOA_RECORD(node, NODE)

TEST(typed_tables_give_and_take_rows)
{
    node_table nodes;
    PASSES(node_table_init(&nodes, 1, &trouble));
    const stoa_row none = {0};
    PASSES(node_table_push(&nodes, 5, stoa_table_row(nodes.table, 0), &trouble));
    PASSES(node_table_append(&nodes, (node_values){.weight = 6}, &trouble));
    FAILS(STOA_NO_ID, node_table_push(&nodes, 7, stoa_table_row(nodes.table, 9), &trouble));
    ck_assert_uint_eq(nodes.table->rows, 3);
    ck_assert(node_parent(node_at(&nodes, 1)).table == nodes.table &&
              node_parent(node_at(&nodes, 1)).index == 0);
    ck_assert(node_parent_is_null(node_at(&nodes, 2)));
    PASSES(node_set_parent(node_at(&nodes, 2), stoa_table_row(nodes.table, 1)));
    ck_assert_uint_eq(nodes.parent[2], stoa_row_id(stoa_table_row(nodes.table, 1)));
    PASSES(node_set_parent_null(node_at(&nodes, 1)));
    PASSES(node_set_parent(node_at(&nodes, 2), none));
    ck_assert(node_parent_is_null(node_at(&nodes, 1)) && nodes.parent[2] == 0);
    node_table_dispose(&nodes);
}

int main(void)
{
    return RUN(
        "references", a_cell_refers_to_its_row_wherever_that_moves_and_is_null_once_it_is_gone,
        fields_tell_their_target_and_what_a_removal_does,
        rows_of_other_tables_stale_ids_and_forged_ones_are_refused,
        arrays_of_ids_are_checked_as_a_whole, a_freed_target_leaves_null_behind_and_takes_no_more,
        tables_that_refer_to_themselves_and_to_each_other_are_freed,
        a_copy_refers_to_its_own_rows_and_null_to_those_left_out,
        fields_that_no_table_can_have_are_refused, expressions_refuse_references_by_name,
        typed_tables_give_and_take_rows);
}
