/* test_wide.c: tables with more fields than the library's arrays on the stack have room for. */
#include <stdlib.h>

#include "../support/testing.h"
#include "../support/things.h"

enum { FIELDS = 150, OBJECT = 100 };

/* f0, f1, … of int16 with default i; f100 holds objects. */
static stoa_table *wide_table(stoa_pool *pool)
{
    static char names[FIELDS][16];
    static stoa_field fields[FIELDS];
    for (int i = 0; i < FIELDS; i++) {
        snprintf(names[i], sizeof names[i], "f%d", i);
        fields[i] = (stoa_field){.name = names[i], .type = STOA_INT16, .initial.int64 = i};
    }
    fields[OBJECT].type = STOA_OBJECT;
    fields[OBJECT].initial.int64 = 0;
    return new_table(fields, FIELDS, OPTIONS(.rows = 2, .max_rows = 100, .pool = pool));
}

static void row_is(const stoa_table *table, size_t row, int base)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (i != OBJECT)
            ck_assert_int_eq(((int16_t *)stoa_column_cells(table, i))[row], base + (int)i);
}

TEST(rows_of_many_fields_come_one_at_a_time)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    stoa_table *table = wide_table(pool);
    stoa_value values[FIELDS];
    for (int i = 0; i < FIELDS; i++)
        values[i] = stoa_int64_value(1000 + i);
    values[OBJECT] = stoa_object_value(&owner.all[0]);
    WORKS(table, stoa_table_append(table, values, FIELDS, &trouble));
    WORKS(table, stoa_table_insert(table, 1, values, FIELDS, &trouble));
    row_is(table, 0, 0);
    row_is(table, 1, 1000);
    row_is(table, 2, 0);
    row_is(table, 3, 1000);
    WORKS(table, stoa_table_replace(table, 2, values, FIELDS, &trouble));
    row_is(table, 2, 1000);
    row_is(table, 3, 1000);
    WORKS(table, stoa_table_replace(table, 2, NULL, 0, &trouble));
    row_is(table, 2, 0);
    ck_assert_uint_eq(stoa_pool_uses(pool, stoa_pool_find(pool, &owner.all[0])), 2);
    values[FIELDS - 1] = stoa_int64_value(40000);
    REFUSED(table, STOA_OVERFLOW, stoa_table_append(table, values, FIELDS, &trouble));
    SAYS("f149");
    owner.all[1].refuses = true;
    values[FIELDS - 1] = stoa_int64_value(4);
    values[OBJECT] = stoa_object_value(&owner.all[1]);
    REFUSED(table, STOA_REFUSED, stoa_table_append(table, values, FIELDS, &trouble));
    stoa_table_free(table);
    things_are_all_released(&owner);
    stoa_pool_free(pool);
}

TEST(rows_of_many_fields_come_as_columns)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    stoa_table *table = wide_table(pool);
    static int32_t data[FIELDS][3];
    static char names[FIELDS][16];
    stoa_source sources[FIELDS];
    void *objects[] = {&owner.all[1], NULL, &owner.all[1]};
    for (int i = 0; i < FIELDS; i++) {
        data[i][0] = data[i][1] = data[i][2] = 2000 + i;
        snprintf(names[i], sizeof names[i], "f%d", FIELDS - 1 - i); /* in another order */
        sources[i] =
            (stoa_source){.name = names[i], .type = STOA_INT32, .data = data[FIELDS - 1 - i]};
    }
    sources[FIELDS - 1 - OBJECT].type = STOA_OBJECT;
    sources[FIELDS - 1 - OBJECT].data = objects;
    WORKS(table, stoa_table_extend(table, sources, FIELDS, 3, &trouble));
    row_is(table, 1, 0);
    row_is(table, 2, 2000);
    row_is(table, 4, 2000);
    WORKS(table, stoa_table_extend(table, sources, FIELDS / 2, 1, &trouble));
    ck_assert_int_eq(stoa_int16_column(table, "f149")[5], 2149);
    ck_assert_int_eq(stoa_int16_column(table, "f2")[5], 2);
    sources[40].name = sources[41].name;
    REFUSED(table, STOA_BAD_NAME, stoa_table_extend(table, sources, FIELDS, 3, &trouble));
    stoa_table_free(table);
    things_are_all_released(&owner);
    stoa_pool_free(pool);
}

TEST(tables_of_many_fields_are_copied_taken_and_reordered)
{
    stoa_table *table = wide_table(NULL), *made = NULL;
    const stoa_value value = stoa_int64_value(77);
    static const size_t indices[] = {2, 0, 1};
    WORKS(table, stoa_table_append(table, &value, 1, &trouble));
    WORKS(table, stoa_table_permute(table, indices, 3, &trouble));
    ck_assert_int_eq(stoa_int16_column(table, "f0")[0], 77);
    WORKS(table, stoa_table_drop_field(table, "f3", &trouble));
    WORKS(table, stoa_table_copy(&made, table, &trouble));
    ck_assert_uint_eq(stoa_table_field_count(made), FIELDS - 1);
    ck_assert_int_eq(stoa_int16_column(made, "f0")[0], 77);
    ck_assert_int_eq(stoa_int16_column(made, "f149")[2], 149);
    stoa_table_free(made);
    WORKS(table, stoa_table_take(&made, table, indices, 2, &trouble));
    ck_assert_int_eq(stoa_int16_column(made, "f0")[1], 77);
    stoa_table_free(made);
    stoa_table_free(table);
}

int main(void)
{
    return RUN("wide", rows_of_many_fields_come_one_at_a_time, rows_of_many_fields_come_as_columns,
               tables_of_many_fields_are_copied_taken_and_reordered);
}
