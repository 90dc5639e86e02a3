/**
 * column.h: whole columns, as arrays.
 *
 * A column is a plain C array of stoa_table_rows cells. Its address never changes while the table
 * lives and the field is not dropped; only the number of cells does.
 */
#ifndef STOA_COLUMN_H
#define STOA_COLUMN_H

#include <stoa/table.h>

STOA_BEGIN_DECLS

/**
 * Gives the cells of a field, as a plain array of stoa_table_rows(). NULL if there is no field of
 * that name, or if it has another type. There is one function for each type. Of an object field the
 * cells are handles, which only the library may write; stoa_pool_get() gives the object.
 *
 * @each CELL *stoa_NAME_column(const stoa_table *table, const char *field_name)
 * @owner Borrowed from the table. The address never changes while the table lives and has the
 *     field.
 * @cost O(1), by a hash of the name.
 * @threads Reads the table.
 * @snippet column.c column
 */

#define STOA__COLUMN(NAME, name, cell, value, member) \
    STOA_API cell *stoa_##name##_column(const stoa_table *table, const char *field_name);
STOA_TYPES(STOA__COLUMN)
#undef STOA__COLUMN

/**
 * Gives the cells of a field by its index, whatever its type. NULL if there is no such field.
 *
 * @owner Borrowed from the table, as for stoa_int32_column().
 * @cost O(1).
 * @threads Reads the table.
 * @snippet column.c cells
 */
STOA_API void *stoa_column_cells(const stoa_table *table, size_t field);

/**
 * Tells which cells of a nullable field hold a value: bit i % 64 of word i / 64 is 1 if row i does,
 * and 0 if it is null. Bits behind the rows are 0. Who writes to it writes zero to the cells that
 * become null, and no bit behind the rows. NULL if there is no such field, or it is not nullable.
 *
 * @owner Borrowed from the table, as for stoa_int32_column(). The address never changes.
 * @cost O(1).
 * @threads Reads the table.
 * @snippet column.c validity
 */
STOA_API uint64_t *stoa_column_validity(const stoa_table *table, size_t field);

/**
 * A number that grows when values of the column change through stoa: cells are written to, or rows
 * removed, inserted in the middle or reordered. Appended rows leave it as it is: what was there is
 * still the same. It does not see writes through pointers to the cells, typed setters as
 * point_set_x() among them. 0 if there is no such field.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet column.c version
 */
STOA_API uint64_t stoa_column_version(const stoa_table *table, size_t field);

/**
 * Locks a column against writes, until it is unlocked as often. Meanwhile calls that would write to
 * its cells, remove or reorder rows of the table, or add, drop or rename a field give STOA_LOCKED
 * and change nothing; stoa_table_clear(), which gives no status, does nothing. Rows can be
 * appended, and everything can be read. A run that leaves an
 * interpreter (stoa_scope.interpreter) locks the columns that it reads and writes. A locked table
 * can be freed.
 *
 * @return STOA_NO_FIELD: there is no such field.
 * @cost O(1).
 * @threads Changes the table.
 * @snippet column.c lock
 */
STOA_TRY stoa_column_lock(stoa_table *table, size_t field, stoa_error *error);

/**
 * Ends one lock. Does nothing if the column is not locked.
 *
 * @cost O(1).
 * @threads Changes the table.
 * @snippet column.c lock
 */
STOA_API void stoa_column_unlock(stoa_table *table, size_t field);

/**
 * Writes `count` cells, at rows first, first + step, …. Every value is checked before the first is
 * stored. Integers must fit; a float never goes into an integer field, nor an integer other than 0
 * and 1 into a bool field.
 *
 * @param step may be negative; 0 only for one cell
 * @param source the values; its name is not read, and it may lie in a column of the table
 * @return STOA_NO_FIELD: there is no such field. STOA_OUT_OF_RANGE: the rows are not all there.
 *     STOA_INVALID: a step of 0, data that is NULL, a reserve that is set. STOA_WRONG_TYPE: the
 *     field takes no values of that type. STOA_OVERFLOW: a value does not fit; `error->row` is its
 *     position. STOA_OUT_OF_MEMORY. STOA_REFUSED: the pool refused an object. STOA_LOCKED: the
 *     column is locked.
 * @cost O(count); at the speed of memcpy for packed values of the field's type.
 * @threads Changes the table.
 * @snippet column.c write
 */
STOA_TRY stoa_column_write(stoa_table *table, size_t field, size_t first, ptrdiff_t step,
                           size_t count, const stoa_source *source, stoa_error *error);

/**
 * Keeps the pages of a column mapped until stoa_column_unexport(), though the table shrinks or
 * drops the field meanwhile; the cells are then unspecified. Exports are counted. They end with the
 * table.
 *
 * @return STOA_NO_FIELD: there is no such field. STOA_OUT_OF_MEMORY.
 * @cost O(1); O(fields) the first time.
 * @threads Changes the table.
 * @snippet column.c export
 */
STOA_TRY stoa_column_export(stoa_table *table, size_t field, stoa_error *error);

/**
 * Ends one export. The end of the last one gives memory back that has become free meanwhile. Does
 * nothing if the column is not exported.
 *
 * @cost O(1), and what giving memory back takes.
 * @threads Changes the table.
 * @snippet column.c export
 */
STOA_API void stoa_column_unexport(stoa_table *table, size_t field);

STOA_END_DECLS

#endif
