/* column.c: whole columns: their arrays, and exports. Writes into them are in write.c. */
#include "store/grow.h"

/* ---- arrays ---- */

static void *cells_of(const stoa_table *table, const char *name, stoa_type type)
{
    size_t field;
    if (table == NULL || name == NULL ||
        stoa_table_find_field(table, name, &field, NULL) != STOA_OK)
        return NULL;
    return table->columns[field].type == type ? table->columns[field].cells : NULL;
}

#define COLUMN(NAME, name, cell, value, member)                                 \
    cell *stoa_##name##_column(const stoa_table *table, const char *field_name) \
    {                                                                           \
        return cells_of(table, field_name, STOA_##NAME);                        \
    }
STOA_TYPES(COLUMN)
#undef COLUMN

void *stoa_column_cells(const stoa_table *table, size_t field)
{
    if (table == NULL || !stoa__field_exists(table, field))
        return NULL;
    return table->columns[field].cells;
}

uint64_t *stoa_column_validity(const stoa_table *table, size_t field)
{
    if (table == NULL || !stoa__field_exists(table, field))
        return NULL;
    return table->columns[field].validity;
}

/* ---- exports ---- */

stoa_status stoa_column_export(stoa_table *table, size_t field, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa__table *whole = stoa__whole(table);
    stoa_status status = stoa__check_field(table, field, error);
    if (status != STOA_OK)
        return status;
    if (whole->extra == NULL) {
        size_t bytes = table->field_limit * sizeof *whole->extra;
        whole->extra = stoa__allocate_zeroed(bytes);
        if (whole->extra == NULL)
            return stoa__fail_memory(error, bytes);
    }
    stoa__extra_of(whole, field)->exports++;
    whole->exports++;
    return STOA_OK;
}

void stoa_column_unexport(stoa_table *table, size_t field)
{
    stoa__table *whole = stoa__whole(table);
    if (table == NULL || field >= table->field_limit || whole->extra == NULL ||
        stoa__extra_of(whole, field)->exports == 0)
        return;
    stoa__column_extra *extra = stoa__extra_of(whole, field);
    extra->exports--;
    whole->exports--;
    if (extra->exports == 0 && !stoa__field_exists(table, field)) {
        if (extra->own.kind != STOA__NO_REGION)
            stoa__region_free(&extra->own);
        else
            stoa__region_discard(&whole->region, extra->first, extra->last);
    }
    if (whole->exports == 0)
        stoa__table_trim_memory(whole);
}
