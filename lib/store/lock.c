/* lock.c: locks of columns, versions, and writes to single cells beside runs of other threads.
 *
 * A lock is a count in the column. Writes through row.h look at the count first: that is enough
 * where an interpreter's lock, or the caller, keeps runs from beginning in between. The writes at
 * the end of this file need no such lock. A writer says that it writes before it looks for locks;
 * who locks looks for writers afterwards, and waits until they are done. So one of the two sees the
 * other (Dekker's algorithm).
 *
 * Versions only grow. A column's begins at 1 and counts writes to its cells; its public version has
 * the table's order number added to it, so that it also tells of rows that moved. */
#include "store/lock.h"

#include <inttypes.h>
#include <sched.h>
#include <string.h>

#include <stoa/row.h>

#include "store/cell.h"
#include "store/reference.h"

/* ---- locks ---- */

/* The error for a lock: that of a loan, or of a run. */
static stoa_status refuse(const stoa__table *table, uint32_t field, const char *what,
                          stoa_error *error)
{
    uint32_t loans = __atomic_load_n(&table->loans, __ATOMIC_SEQ_CST);
    uint32_t arrays = __atomic_load_n(&table->lent_arrays, __ATOMIC_SEQ_CST);
    if (loans == 0)
        return stoa__fail(error, STOA_LOCKED, "field '%s' is locked: %s now",
                          table->schema->fields[field].name, what);
    return stoa__fail(error, STOA_LENT,
                      "the table is lent: %s until its memory is released by %" PRIu32
                      " loan%s and %" PRIu32 " array%s of Arrow",
                      what, loans, loans == 1 ? "" : "s", arrays, arrays == 1 ? "" : "s");
}

stoa_status stoa__check_writable(const stoa__table *table, uint32_t field, stoa_error *error)
{
    if (__atomic_load_n(&table->head.columns[field].locked, __ATOMIC_SEQ_CST) == 0)
        return STOA_OK;
    return refuse(table, field, "it can't be written to", error);
}

stoa_status stoa__refuse_if_locked(const stoa__table *table, stoa_error *error)
{
    STOA__EACH_FIELD (table, i) {
        if (__atomic_load_n(&table->head.columns[i].locked, __ATOMIC_SEQ_CST) != 0)
            return refuse(table, i, "rows can't be removed or reordered, nor fields changed",
                          error);
    }
    if (__atomic_load_n(&table->followed, __ATOMIC_SEQ_CST) != 0)
        return stoa__fail(error, STOA_LOCKED,
                          "the table is locked: rows can't be removed or reordered, nor fields "
                          "changed, while a run follows references to them");
    return STOA_OK;
}

void stoa__column_lock(const stoa_table *table, uint32_t field)
{
    stoa_column *column = &table->columns[field];
    __atomic_fetch_add(&column->locked, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&column->writers, __ATOMIC_SEQ_CST) != 0)
        sched_yield();
}

void stoa__column_unlock(const stoa_table *table, uint32_t field)
{
    __atomic_fetch_sub(&table->columns[field].locked, 1, __ATOMIC_SEQ_CST);
}

void stoa__rows_lock(const stoa_table *table)
{
    __atomic_fetch_add(&((stoa__table *)(uintptr_t)table)->followed, 1, __ATOMIC_SEQ_CST);
}

void stoa__rows_unlock(const stoa_table *table)
{
    __atomic_fetch_sub(&((stoa__table *)(uintptr_t)table)->followed, 1, __ATOMIC_SEQ_CST);
}

void stoa__table_lock(const stoa_table *table)
{
    STOA__EACH_FIELD (stoa__whole_const(table), i)
        stoa__column_lock(table, i);
}

void stoa__table_unlock(const stoa_table *table)
{
    STOA__EACH_FIELD (stoa__whole_const(table), i)
        stoa__column_unlock(table, i);
}

stoa_status stoa_column_lock(stoa_table *table, size_t field, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa_status status = stoa__check_field(table, field, error);
    if (status == STOA_OK)
        stoa__column_lock(table, (uint32_t)field);
    return status;
}

void stoa_column_unlock(stoa_table *table, size_t field)
{
    if (table != NULL && stoa__field_exists(table, field) && table->columns[field].locked > 0)
        stoa__column_unlock(table, (uint32_t)field);
}

void stoa__table_forget_locks(stoa_table *table)
{
    if (table != NULL)
        stoa__whole(table)->followed = 0;
    for (uint32_t i = 0; table != NULL && i < table->field_limit; i++) {
        table->columns[i].locked = stoa__whole(table)->loans;
        table->columns[i].writers = 0;
    }
}

/* ---- versions ---- */

uint64_t stoa_column_version(const stoa_table *table, size_t field)
{
    if (table == NULL || !stoa__field_exists(table, field))
        return 0;
    uint64_t version = __atomic_load_n(&table->columns[field].version, __ATOMIC_RELAXED);
    const stoa_table *target = stoa_table_field_target(table, field);
    if (target != NULL && target != table) /* whose rows may be gone */
        version += target->order;
    return table->order + version;
}

uint64_t stoa_table_version(const stoa_table *table)
{
    if (table == NULL)
        return 0;
    uint64_t version = table->order + table->rows + stoa__whole_const(table)->changes;
    for (uint32_t i = 0; i < table->field_limit; i++)
        version += __atomic_load_n(&table->columns[i].version, __ATOMIC_RELAXED);
    return version;
}

/* ---- writes beside runs of other threads ---- */

/* Begins a write to a cell. If the status is STOA_OK the caller ends it. */
static inline stoa_status begin_write(stoa_table *table, size_t field, size_t row, uint64_t order)
{
    if (table->order != order || row >= table->rows)
        return STOA_STALE;
    if (!stoa__field_exists(table, field))
        return STOA_NO_FIELD;
    __atomic_fetch_add(&table->columns[field].writers, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&table->columns[field].locked, __ATOMIC_SEQ_CST) == 0)
        return STOA_OK;
    __atomic_fetch_sub(&table->columns[field].writers, 1, __ATOMIC_SEQ_CST);
    return STOA_LOCKED;
}

/* A number into a cell, where its type is another; most are not. Of a time: its count. */
static stoa_status store_converted(const stoa__schema_field *field, void *cell,
                                   const stoa_value *value)
{
    stoa__cell made;
    stoa_value time = *value;
    if (stoa__is_time((stoa_type)field->type) && value->type == STOA_INT64)
        time = stoa__time_value_of(stoa__field_time(field), value->int64);
    stoa_status status = stoa__has_handles((stoa_type)field->type)
                             ? STOA_WRONG_TYPE
                             : stoa__field_convert(field, &time, made.bytes);
    if (status == STOA_OK)
        memcpy(cell, made.bytes, stoa__width((stoa_type)field->type));
    return status;
}

static inline stoa_status store_number(const stoa__schema_field *field, void *cell,
                                       const stoa_value *value)
{
    stoa_type type = (stoa_type)field->type;
    if (type == STOA_INT32 && value->type == STOA_INT64 && value->int64 == (int32_t)value->int64)
        *(int32_t *)cell = (int32_t)value->int64;
    else if (type == value->type && type == STOA_INT64)
        *(int64_t *)cell = value->int64;
    else if (type == value->type && type == STOA_FLOAT64)
        *(double *)cell = value->float64;
    else
        return store_converted(field, cell, value);
    return STOA_OK;
}

/* Other threads may write to other rows. */
static void put_bit(uint64_t *words, size_t row, bool bit)
{
    uint64_t at = (uint64_t)1 << row % 64;
    if (bit)
        __atomic_fetch_or(&words[row / 64], at, __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&words[row / 64], ~at, __ATOMIC_RELAXED);
}

static stoa_status put_reference(stoa__table *table, uint32_t field, size_t row,
                                 const stoa_value *value)
{
    uint64_t id;
    stoa_status status = stoa__reference_convert(table, field, value, row, &id, NULL);
    if (status == STOA_OK)
        ((uint64_t *)table->head.columns[field].cells)[row] = id;
    return status;
}

static inline stoa_status put(stoa_table *table, size_t field, size_t row, uint64_t order,
                              const stoa_value *value)
{
    STOA__REQUIRE_ARGUMENT(NULL, table);
    stoa_status status = begin_write(table, field, row, order);
    if (status != STOA_OK)
        return status;
    stoa__table *whole = stoa__whole(table);
    stoa_type type = (stoa_type)table->columns[field].type;
    char *cell = stoa__cell_at(whole, (uint32_t)field, row);
    uint64_t *validity = table->columns[field].validity;
    bool null = validity != NULL && value->is_null;
    if (null)
        memset(cell, 0, stoa__width(type));
    else if (type == STOA_REFERENCE)
        status = put_reference(whole, (uint32_t)field, row, value);
    else
        status = store_number(&whole->schema->fields[field], cell, value);
    if (status == STOA_OK && validity != NULL)
        put_bit(validity, row, !null);
    if (status == STOA_OK)
        stoa__column_written(whole, (uint32_t)field);
    __atomic_fetch_sub(&table->columns[field].writers, 1, __ATOMIC_SEQ_CST);
    return status;
}

#define PUT(name, argument)                                                                        \
    stoa_status stoa__cell_put_##name(stoa_table *table, size_t field, size_t row, uint64_t order, \
                                      argument number)                                             \
    {                                                                                              \
        stoa_value value = stoa_##name##_value(number);                                            \
        return put(table, field, row, order, &value);                                              \
    }
PUT(int64, int64_t)
PUT(uint64, uint64_t)
PUT(float64, double)
PUT(boolean, bool)
#undef PUT

stoa_status stoa__cell_put_null(stoa_table *table, size_t field, size_t row, uint64_t order)
{
    stoa_value value = stoa_null_value();
    return put(table, field, row, order, &value);
}
