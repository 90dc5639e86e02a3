/* lock.h: locks of columns against writes, and the counting of writes.
 *
 * Runs that let other threads in lock the columns that they read and write. As long as a column is
 * locked its cells may not be written to, and as long as one column of a table is, rows may not be
 * removed or reordered nor fields come or go; appends go on. */
#ifndef STOA__STORE_LOCK_H
#define STOA__STORE_LOCK_H

#include "store/table.h"

/* STOA_LOCKED if the column is locked. */
stoa_status stoa__check_writable(const stoa__table *table, uint32_t field, stoa_error *error);
/* The slow path of what follows. */
stoa_status stoa__refuse_if_locked(const stoa__table *table, stoa_error *error);
/* STOA_LOCKED if any column of the table is locked, or its rows are. */
static inline stoa_status stoa__check_unlocked(const stoa__table *table, stoa_error *error)
{
    const stoa_column *column = table->head.columns, *end = column + table->head.field_limit;
    uint32_t locks = __atomic_load_n(&table->followed, __ATOMIC_SEQ_CST);
    for (; column < end; column++)
        locks |= __atomic_load_n(&column->locked, __ATOMIC_SEQ_CST);
    return STOA__LIKELY(locks == 0) ? STOA_OK : stoa__refuse_if_locked(table, error);
}

/* Locks a column; the field must exist. Waits for writes to its cells that other threads have
 * begun. The table may be const for the caller: its contents stay the same. */
void stoa__column_lock(const stoa_table *table, uint32_t field);
void stoa__column_unlock(const stoa_table *table, uint32_t field);
/* The same for all columns of a table. */
void stoa__table_lock(const stoa_table *table);
void stoa__table_unlock(const stoa_table *table);
/* Keeps rows where they are, and fields as they are, though no column need be locked: a run finds
 * rows by their ids. */
void stoa__rows_lock(const stoa_table *table);
void stoa__rows_unlock(const stoa_table *table);

/* Counts a write to cells of the column. */
static inline void stoa__column_written(stoa__table *table, uint32_t field)
{
    __atomic_fetch_add(&table->head.columns[field].version, 1, __ATOMIC_RELAXED);
}

#endif
