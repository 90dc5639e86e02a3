/* column.h: whole columns, as arrays.
 *
 * A column is a plain C array of stoa_table_rows cells. Its address never changes while the table
 * lives and the field is not dropped; only the number of cells does. */
#ifndef STOA_COLUMN_H
#define STOA_COLUMN_H

#include <stoa/table.h>

STOA_BEGIN_DECLS

/* int32_t *stoa_int32_column(stoa_table *, const char *name) and its like for each type: the
 * cells, borrowed from the table; NULL where name or type is wrong. stoa_object_column gives
 * handles, which only the library may write. */
#define STOA__COLUMN(NAME, name, cell, value, member) \
    STOA_API cell *stoa_##name##_column(const stoa_table *table, const char *field_name);
STOA_TYPES(STOA__COLUMN)
#undef STOA__COLUMN

/**
 * The cells of a field by index, of any type; NULL where there is no such field.
 */
STOA_API void *stoa_column_cells(const stoa_table *table, size_t field);

/**
 * A number that grows when values of the column change through stoa: cells are written to, or rows
 * removed, inserted in the middle or reordered. Rows that are appended leave it as it is: what
 * there was is still the same. It does not see writes through pointers to the cells, typed setters
 * (point_set_x) among them. 0 where there is no such field. O(1).
 */
STOA_API uint64_t stoa_column_version(const stoa_table *table, size_t field);

/**
 * Locks a column against writes until it is unlocked as often. Meanwhile calls that would write to
 * its cells, remove or reorder rows of the table, or add, drop or rename a field give STOA_LOCKED
 * and change nothing (stoa_table_clear, which gives no status, does nothing); rows can be appended
 * and everything can be read. Runs of programs lock the columns that they read and write for as
 * long as they take. A locked table can be freed. O(1).
 */
STOA_TRY stoa_column_lock(stoa_table *table, size_t field, stoa_error *error);
/**
 * Nothing where the column is not locked.
 */
STOA_API void stoa_column_unlock(stoa_table *table, size_t field);

/**
 * Writes `count` cells, first, first + step, …, from `source` (its name is not read). Values are
 * checked first: an integer must fit, a float never goes into an integer, nor an integer other
 * than 0 and 1 into a bool. error->row is the position of the first value at fault.
 */
STOA_TRY stoa_column_write(stoa_table *table, size_t field, size_t first, ptrdiff_t step,
                           size_t count, const stoa_source *source, stoa_error *error);

/**
 * Exports: as long as one is held, the column's pages stay mapped, though the table shrinks or
 * drops the field, until the table is freed. The cells are then unspecified. The end of the last
 * one gives back what has fallen free meanwhile; it counts as a change of the table.
 */
STOA_TRY stoa_column_export(stoa_table *table, size_t field, stoa_error *error);
/**
 * Nothing where the column is not exported.
 */
STOA_API void stoa_column_unexport(stoa_table *table, size_t field);

STOA_END_DECLS

#endif
