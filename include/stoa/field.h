/**
 * field.h: the fields of tables: how they are described, what a table tells of them, and how they
 * come and go.
 */
#ifndef STOA_FIELD_H
#define STOA_FIELD_H

#include <stoa/type.h>

STOA_BEGIN_DECLS

/**
 * The longest name of a field, in bytes without the NUL. Names are UTF-8.
 */
#define STOA_MAX_NAME 255
/**
 * The most fields that a table can ever have had.
 */
#define STOA_MAX_FIELDS 32767
/**
 * The most components of a vector.
 */
#define STOA_MAX_LENGTH 1024

/**
 * A flag of a field: its cells may be null. That takes one bit a row besides the cell: see
 * stoa_column_validity(). A field without a default, or with one that is all zero, then begins as
 * null. Not for object fields, whose pointers may be NULL as they are.
 */
#define STOA_NULLABLE 1u
/**
 * A flag of a nullable field: it has a default, though all members of `initial` may be zero.
 */
#define STOA_HAS_INITIAL 2u

/**
 * What becomes of a reference when the row that it refers to is removed. All rows that a removal
 * takes along are found before the first one goes, over all tables; each call that removes rows
 * gives STOA_REFERRED if a row that stays refers to one that would go, STOA_LOCKED or STOA_LENT if
 * a table that would lose rows is locked or lent, or STOA_OUT_OF_MEMORY, and has then changed
 * nothing; stoa_table_clear() does nothing then. With references that refuse or cascade a removal
 * takes a look at each of their cells, and moves the rows that stay, all on one thread; it changes
 * the tables that lose rows, and reads all that refer to them. Freeing a table is no removal: what
 * refers to its rows reads as null from then on.
 */
typedef enum stoa_on_remove {
    STOA_ON_REMOVE_DEFAULT = 0, /* null of a nullable field, refuse of any other */
    STOA_ON_REMOVE_NULL,        /* it reads as null from then on, which costs nothing */
    STOA_ON_REMOVE_REFUSE,      /* the row can't be removed: STOA_REFERRED */
    STOA_ON_REMOVE_CASCADE,     /* the row that refers to it is removed, too */
} stoa_on_remove;

/**
 * A field, as the caller describes it. One with a length is a vector of so many numbers, which the
 * table keeps as fields of their own: `position` of length 3 becomes the fields `position[0]`,
 * `position[1]` and `position[2]`, whose indices and columns follow one another
 * (stoa_table_find_vector()). What holds for fields holds for them, but that only the whole
 * vector can be dropped or renamed.
 *
 * @members stoa_field
 */
typedef struct stoa_field {
    const char *name; /* copied */
    stoa_type type;
    uint32_t flags;               /* zero, or STOA_NULLABLE, STOA_HAS_INITIAL */
    stoa_initial initial;         /* of a vector: of each component */
    const stoa_initial *initials; /* of a vector: one for each component instead; NULL: none */
    const char *zone; /* of a timestamp: NULL: none; else as "Europe/Berlin", "UTC" or "+02:00" */
    /* of an enumeration, which is a uint8 or uint16 field: labels[i] names the number i. Copied */
    const char *const *labels;
    uint32_t label_count; /* the field takes numbers below it; 0: it is no enumeration */
    uint16_t length;      /* of a vector: 2 to STOA_MAX_LENGTH; 0: one value */
    uint8_t unit;         /* a stoa_unit: of a timestamp or a duration */
    uint8_t on_remove;    /* a stoa_on_remove: of a reference */
    stoa_table *target;   /* of a reference: the table with its rows, which has ids; NULL: the
                             table that gets the field */
    uint64_t reserved[2]; /* zero */
} stoa_field;

/**
 * A vector of a table: `length` columns of the same type, at one distance from each other.
 *
 * @members stoa_vector
 */
typedef struct stoa_vector {
    const char *name; /* borrowed until the vector is renamed or dropped */
    stoa_type type;   /* of the components */
    size_t first;     /* the field index of component 0; the others follow it */
    size_t length;
    size_t distance; /* bytes from a cell to that of the next component in the same row */
} stoa_vector;

/* ---- what a table tells of them ---- */

/**
 * Tells how many fields there are; each component of a vector is one. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c fields
 */
STOA_API size_t stoa_table_field_count(const stoa_table *table);

/**
 * Tells the number that all field indices are below. The index of a dropped field is never used
 * again, so that it may be larger than stoa_table_field_count(). 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c fields
 */
STOA_API size_t stoa_table_field_limit(const stoa_table *table);

/**
 * Tells the name of a field, in UTF-8. NULL if there is no such field.
 *
 * @owner Borrowed until the field is renamed or dropped.
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c describe
 */
STOA_API const char *stoa_table_field_name(const stoa_table *table, size_t field);

/**
 * Tells the type of a field. STOA_NO_TYPE if there is no such field.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c describe
 */
STOA_API stoa_type stoa_table_field_type(const stoa_table *table, size_t field);

/**
 * Tells the flags of a field: STOA_NULLABLE, and STOA_HAS_INITIAL where its default is not null. 0
 * if there is no such field.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c nullable
 */
STOA_API uint32_t stoa_table_field_flags(const stoa_table *table, size_t field);

/**
 * Tells the unit of a timestamp or duration field; of any other, and of none, STOA_NO_UNIT.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c times
 */
STOA_API stoa_unit stoa_table_field_unit(const stoa_table *table, size_t field);

/**
 * Tells the zone of a timestamp field, as "Europe/Berlin". NULL: it has none, or there is no such
 * field.
 *
 * @owner Static storage.
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c times
 */
STOA_API const char *stoa_table_field_zone(const stoa_table *table, size_t field);

/**
 * Tells the labels of an enumeration. NULL if there is no such field, or it has none.
 *
 * @param count becomes how many there are, and 0 if there are none; may be NULL
 * @owner Borrowed from the table until its fields change.
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c labels
 */
STOA_API const char *const *stoa_table_field_labels(const stoa_table *table, size_t field,
                                                    size_t *count);

/**
 * Tells the table that a reference field refers to. NULL: there is no such field, it is no
 * reference, or that table was freed.
 *
 * @owner Borrowed: it is the caller's who made it.
 * @cost O(1).
 * @threads Reads the table.
 * @snippet reference.c describe
 */
STOA_API stoa_table *stoa_table_field_target(const stoa_table *table, size_t field);

/**
 * Tells what becomes of a reference whose row is removed; STOA_ON_REMOVE_DEFAULT of any other
 * field, and of none.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet reference.c describe
 */
STOA_API stoa_on_remove stoa_table_field_on_remove(const stoa_table *table, size_t field);

/**
 * Tells the default of a field, in the field's type.
 *
 * @param initial becomes the default, which may be null; an object is borrowed
 * @return STOA_INVALID: NULL. STOA_NO_FIELD: there is no such field.
 * @cost O(1).
 * @threads Reads the table.
 * @snippet table.c describe
 */
STOA_TRY stoa_table_field_initial(const stoa_table *table, size_t field, stoa_value *initial);

/**
 * Finds the index of a field.
 *
 * @param field becomes the index
 * @return STOA_NO_FIELD: there is no field of that name; the message lists those that there are.
 *     A vector is no field, but its components are, as `position[0]`: see stoa_table_find_vector().
 * @cost O(1), by a hash of the name.
 * @threads Reads the table.
 * @snippet table.c describe
 */
STOA_TRY stoa_table_find_field(const stoa_table *table, const char *name, size_t *field,
                               stoa_error *error);

/**
 * Finds a vector by its name: the indices of its components, and where their columns lie.
 *
 * @param vector becomes what it is
 * @return STOA_NO_FIELD: there is no vector of that name.
 * @cost O(1), by a hash of the name.
 * @threads Reads the table.
 * @snippet vector.c find
 */
STOA_TRY stoa_table_find_vector(const stoa_table *table, const char *name, stoa_vector *vector,
                                stoa_error *error);

/**
 * Tells which vector a field is a component of: component `field - vector->first`.
 *
 * @param vector becomes what it is
 * @return STOA_INVALID: NULL. STOA_NO_FIELD: there is no such field, or it is no component.
 * @cost O(1).
 * @threads Reads the table.
 * @snippet vector.c component
 */
STOA_TRY stoa_table_field_vector(const stoa_table *table, size_t field, stoa_vector *vector);

/* ---- fields of a living table: the other columns stay untouched where they are ---- */

/**
 * Adds a field, or a vector with all its components; each row gets the default. The other columns
 * stay where they are. If no `max_rows` was asked for when the table was made, it may fall to what
 * the address space allows.
 *
 * @param index becomes the field's index, or that of component 0; may be NULL
 * @return STOA_INVALID: a reserve or flag that is set, a default in two members, a vector of a
 *     length that no vector has. STOA_FULL: more
 *     fields than STOA_MAX_FIELDS. STOA_BAD_NAME: the name is empty, too long, not UTF-8 or taken.
 *     STOA_WRONG_TYPE: a type that does not exist, or a default of another type. STOA_OVERFLOW: the
 *     default does not fit. STOA_OUT_OF_MEMORY. STOA_REFUSED: the pool refused the default.
 *     STOA_LOCKED: a column is locked.
 * @cost O(fields); O(rows) if the default is not zero.
 * @threads Changes the table.
 * @snippet table.c fields
 */
STOA_TRY stoa_table_add_field(stoa_table *table, const stoa_field *field, size_t *index,
                              stoa_error *error);

/**
 * Removes a field and its column, or a vector with all its components. Pages that are exported stay
 * mapped. The last field stays.
 *
 * @return STOA_NO_FIELD: there is no such field. STOA_IN_USE: a typed table has it. STOA_INVALID:
 *     it is the last one, or a component of a vector. STOA_OUT_OF_MEMORY. STOA_LOCKED: a column is
 *     locked.
 * @cost O(fields); O(rows) for an object field.
 * @threads Changes the table.
 * @snippet table.c fields
 */
STOA_TRY stoa_table_drop_field(stoa_table *table, const char *name, stoa_error *error);

/**
 * Gives a field, or a vector with its components, another name. Its index and its column stay.
 *
 * @return STOA_NO_FIELD: there is no such field. STOA_IN_USE: a typed table has it. STOA_INVALID:
 *     it is a component of a vector. STOA_BAD_NAME:
 *     the new name is empty, too long, not UTF-8 or taken. STOA_OUT_OF_MEMORY. STOA_LOCKED: a
 *     column is locked.
 * @cost O(fields).
 * @threads Changes the table.
 * @snippet table.c fields
 */
STOA_TRY stoa_table_rename_field(stoa_table *table, const char *name, const char *new_name,
                                 stoa_error *error);

STOA_END_DECLS

#endif
