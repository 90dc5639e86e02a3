/* record.h: records that are known at compile time.
 *
 *     #define POINT(FIELD)    \
 *         FIELD(int32, x)     \
 *         FIELD(int32, y)     \
 *         FIELD(float64, w, 1.0)
 *     STOA_RECORD(point, POINT)
 *
 * FIELD(type, name) or FIELD(type, name, default); type is a name of STOA_TYPES. It makes
 *
 *     point_table     { stoa_table *table; int32_t *x, *y; double *w; }: the columns as arrays. It
 *                     may be copied; each stoa_ call takes its `table`
 *     point           a row by value, good while the point_table that it was taken from is
 *     point_values    { int32_t x, y; double w; }: a record by value
 *
 *     point_table_init(&points, rows, &error)           a table of its own, all defaults
 *     point_table_from(&points, table, &error)          on a table that has these fields (it may
 *                                                       have more); both then own it together
 *     point_table_dispose(&points)                      gives it back; zeroed or NULL is fine
 *     point_table_append(&points, values, &error)
 *     point_table_push(&points, 1, 2, 0.5, &error)      the same, each field by position
 *     point_defaults()                                  the values of a new row
 *     point_at(&points, i)                              not checked
 *     point_x(row), point_set_x(row, value)             not checked, as fast as the array. Of an
 *                                                       object field: the pointer, and a status
 *
 * init and from refuse NULL (STOA_INVALID). All others but dispose trust that their typed table is
 * one that was made and not disposed of: they are inline, for hot loops.
 *
 * While a typed table lives its fields can't be dropped or renamed. Columns never move, so
 * that points.x stays good however the table grows.
 *
 * How: a macro can hand a list only to a macro of (type, name). Where the record's own name is
 * needed too (its accessors), the list is first turned into (type, name) tuples and then walked
 * by deferred expansion, up to 250 fields. */
#ifndef STOA_RECORD_H
#define STOA_RECORD_H

#include <stoa/column.h>
#include <stoa/row.h>
#include <stoa/table.h>

STOA_BEGIN_DECLS

/* ---- what the generated code calls ---- */

/* Finds the fields, checks their types and holds them; columns[i] becomes the cells of fields[i].
 * Columns are NULL where the typed table to be made is. */
STOA_TRY stoa__typed_hold(stoa_table *table, const stoa_field *fields, size_t count, void **columns,
                          stoa_error *error);

/* Lets go of what stoa__typed_hold held, and frees the table with its last owner. */
STOA_API void stoa__typed_release(stoa_table *table, const stoa_field *fields, size_t count);

/* Gives the creator's share of a new table to its first typed table. */
STOA_TRY stoa__typed_new(stoa_table **table, const stoa_field *fields, size_t count, size_t rows,
                         void **columns, stoa_error *error);

/* values[i] points at the value of fields[i]. */
STOA_TRY stoa__typed_append(stoa_table *table, const stoa_field *fields, size_t count,
                            const void *const *values, stoa_error *error);

#define STOA__TYPEDEFS(NAME, name, cell, value, member) \
    typedef cell stoa__##name;                          \
    typedef value stoa__value_##name;
STOA_TYPES(STOA__TYPEDEFS)
#undef STOA__TYPEDEFS

STOA__INLINE stoa_field stoa__typed_field(const char *name, stoa_type type)
{
    stoa_field field = STOA__ZERO;
    field.name = name;
    field.type = type;
    return field;
}

#define STOA__DESCRIBE(name, tag, argument, slot)                                           \
    STOA__INLINE stoa_field stoa__describe_stoa__##name(const char *field_name, argument v) \
    {                                                                                       \
        stoa_field field = stoa__typed_field(field_name, tag);                              \
        field.initial.slot = v;                                                             \
        return field;                                                                       \
    }                                                                                       \
    STOA__INLINE stoa__value_##name stoa__default_stoa__##name(argument v)                  \
    {                                                                                       \
        return STOA__CAST(stoa__value_##name, v);                                           \
    }
STOA__DESCRIBE(bool, STOA_BOOL, bool, boolean)
STOA__DESCRIBE(int8, STOA_INT8, int64_t, int64)
STOA__DESCRIBE(int16, STOA_INT16, int64_t, int64)
STOA__DESCRIBE(int32, STOA_INT32, int64_t, int64)
STOA__DESCRIBE(int64, STOA_INT64, int64_t, int64)
STOA__DESCRIBE(uint8, STOA_UINT8, uint64_t, uint64)
STOA__DESCRIBE(uint16, STOA_UINT16, uint64_t, uint64)
STOA__DESCRIBE(uint32, STOA_UINT32, uint64_t, uint64)
STOA__DESCRIBE(uint64, STOA_UINT64, uint64_t, uint64)
STOA__DESCRIBE(float32, STOA_FLOAT32, double, float64)
STOA__DESCRIBE(float64, STOA_FLOAT64, double, float64)
STOA__DESCRIBE(object, STOA_OBJECT, void *, object)
#undef STOA__DESCRIBE

/* ---- preprocessor ---- */

#define STOA__EMPTY()
#define STOA__DEFER(macro) macro STOA__EMPTY()
#define STOA__EVAL(...) STOA__EVAL_4(STOA__EVAL_4(STOA__EVAL_4(STOA__EVAL_4(__VA_ARGS__))))
#define STOA__EVAL_4(...) STOA__EVAL_3(STOA__EVAL_3(STOA__EVAL_3(STOA__EVAL_3(__VA_ARGS__))))
#define STOA__EVAL_3(...) STOA__EVAL_2(STOA__EVAL_2(STOA__EVAL_2(STOA__EVAL_2(__VA_ARGS__))))
#define STOA__EVAL_2(...) STOA__EVAL_1(STOA__EVAL_1(STOA__EVAL_1(STOA__EVAL_1(__VA_ARGS__))))
#define STOA__EVAL_1(...) __VA_ARGS__

#define STOA__PASTE(a, b) STOA__PASTE_(a, b)
#define STOA__PASTE_(a, b) a##b
#define STOA__FIRST(...) STOA__FIRST_(__VA_ARGS__, ~)
#define STOA__FIRST_(first, ...) first
#define STOA__SECOND(...) STOA__SECOND_(__VA_ARGS__, ~)
#define STOA__SECOND_(first, second, ...) second
/* The default of (name) is zero, that of (name, default) is default. */
#define STOA__DEFAULT(...) STOA__DEFAULT_(__VA_ARGS__, STOA__NOTHING, ~)
#define STOA__DEFAULT_(name, value, ...) value
#define STOA__QUOTE(...) STOA__QUOTE_(__VA_ARGS__)
#define STOA__QUOTE_(text) #text
/* 0 where x is (), else 1. */
#define STOA__NO_PARENTHESES(x) STOA__SECOND(STOA__PROBE x, 1)
#define STOA__PROBE(...) ~, 0,

/* Walks (a)(b)(c)(): macro(context, a) macro(context, b) macro(context, c). */
#define STOA__WALK(macro, context, list) STOA__EVAL(STOA__STEP(macro, context, list))
#define STOA__STEP(macro, context, list) \
    STOA__PASTE(STOA__STEP_, STOA__IS_END(list))(macro, context, list)
#define STOA__STEP_AGAIN() STOA__STEP
#define STOA__STEP_1(macro, context, list)
#define STOA__STEP_0(macro, context, list) \
    macro(context, STOA__HEAD(list))       \
        STOA__DEFER(STOA__STEP_AGAIN)()(macro, context, STOA__TAIL(list))
#define STOA__HEAD(list) STOA__FIRST(STOA__SPLIT list)
#define STOA__SPLIT(...) (__VA_ARGS__), ~
#define STOA__TAIL(list) STOA__DROP list
#define STOA__DROP(...)
/* 1 where nothing is left but the closing mark. */
#define STOA__IS_END(list) STOA__NO_PARENTHESES(list)

/* Names that the record itself needs. */
#define STOA__RESERVED_table ()
#define STOA__RESERVED_values ()
#define STOA__RESERVED_defaults ()
#define STOA__RESERVED_at ()
#define STOA__RESERVED_fields ()
#define STOA__RESERVED_field_count ()
#define STOA__RESERVED_table_init ()
#define STOA__RESERVED_table_from ()
#define STOA__RESERVED_table_take ()
#define STOA__RESERVED_table_append ()
#define STOA__RESERVED_table_append_slow ()
#define STOA__RESERVED_table_push ()
#define STOA__RESERVED_table_dispose ()

/* ---- one macro for each thing that is made of a field ---- */

#define STOA__CHECK_NAME(type, ...)                                               \
    STOA__ASSERT(STOA__NO_PARENTHESES(STOA__FIRST(STOA__RESERVED_##__VA_ARGS__)), \
                 "a field of a STOA_RECORD can't have this name: the record needs it itself");
#define STOA__COUNT_FIELD(type, ...) +1
#define STOA__COLUMN_MEMBER(type, ...) stoa__##type *STOA__FIRST(__VA_ARGS__);
#define STOA__VALUE_MEMBER(type, ...) stoa__value_##type STOA__FIRST(__VA_ARGS__);
#define STOA__DESCRIPTION(type, ...) \
    stoa__describe_stoa__##type(STOA__QUOTE(STOA__FIRST(__VA_ARGS__)), STOA__DEFAULT(__VA_ARGS__)),
#define STOA__TAKE_COLUMN(type, ...) \
    stoa__columns->STOA__FIRST(__VA_ARGS__) = STOA__CAST(stoa__##type *, *stoa__cells++);
#define STOA__ARGUMENT(...) STOA__PASTE(stoa__argument_, STOA__FIRST(__VA_ARGS__))
#define STOA__PUSH_PARAMETER(type, ...) stoa__value_##type STOA__ARGUMENT(__VA_ARGS__),
#define STOA__PUSH_VALUE(type, ...) \
    stoa__values.STOA__FIRST(__VA_ARGS__) = STOA__ARGUMENT(__VA_ARGS__);
#define STOA__DEFAULT_VALUE(type, ...) \
    stoa__values.STOA__FIRST(__VA_ARGS__) = stoa__default_stoa__##type(STOA__DEFAULT(__VA_ARGS__));
#define STOA__VALUE_POINTER(type, ...) &stoa__values->STOA__FIRST(__VA_ARGS__),
#define STOA__STORE_CELL(type, ...) STOA__STORE_##type(STOA__FIRST(__VA_ARGS__))
#define STOA__TUPLE(type, ...) (stoa__##type, STOA__FIRST(__VA_ARGS__))

#define STOA__PLAIN_STORE(name) stoa__columns->name[stoa__row] = stoa__values.name;
#define STOA__STORE_bool(name) STOA__PLAIN_STORE(name)
#define STOA__STORE__Bool(name) STOA__PLAIN_STORE(name)
#define STOA__STORE_int8(name) STOA__PLAIN_STORE(name)
#define STOA__STORE_int16(name) STOA__PLAIN_STORE(name)
#define STOA__STORE_int32(name) STOA__PLAIN_STORE(name)
#define STOA__STORE_int64(name) STOA__PLAIN_STORE(name)
#define STOA__STORE_uint8(name) STOA__PLAIN_STORE(name)
#define STOA__STORE_uint16(name) STOA__PLAIN_STORE(name)
#define STOA__STORE_uint32(name) STOA__PLAIN_STORE(name)
#define STOA__STORE_uint64(name) STOA__PLAIN_STORE(name)
#define STOA__STORE_float32(name) STOA__PLAIN_STORE(name)
#define STOA__STORE_float64(name) STOA__PLAIN_STORE(name)
/* A table with an object field never takes plain stores. */
#define STOA__STORE_object(name)

#define STOA__ACCESSORS(record, tuple) \
    STOA__ACCESSORS_(record, STOA__FIRST tuple, STOA__SECOND tuple)
#define STOA__ACCESSORS_(record, type, name) STOA__PASTE(STOA__ACCESSORS_, type)(record, type, name)
#define STOA__PLAIN_ACCESSORS(record, type, name)                         \
    STOA__INLINE type record##_##name(record stoa__row)                   \
    {                                                                     \
        return stoa__row.columns->name[stoa__row.index];                  \
    }                                                                     \
    STOA__INLINE void record##_set_##name(record stoa__row, type stoa__v) \
    {                                                                     \
        stoa__row.columns->name[stoa__row.index] = stoa__v;               \
    }
#define STOA__ACCESSORS_stoa__bool(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__int8(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__int16(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__int32(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__int64(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__uint8(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__uint16(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__uint32(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__uint64(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__float32(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__float64(record, type, name) STOA__PLAIN_ACCESSORS(record, type, name)
#define STOA__ACCESSORS_stoa__object(record, type, name)                                      \
    STOA__INLINE void *record##_##name(record stoa__row)                                      \
    {                                                                                         \
        return stoa_pool_get(stoa_table_pool(stoa__row.columns->table),                       \
                             stoa__row.columns->name[stoa__row.index]);                       \
    }                                                                                         \
    STOA__INLINE STOA_MUST_USE stoa_status record##_set_##name(record stoa__row,              \
                                                               void *stoa__pointer)           \
    {                                                                                         \
        return stoa_row_set_object(stoa_table_row(stoa__row.columns->table, stoa__row.index), \
                                   #name, stoa__pointer);                                     \
    }

#define STOA_RECORD(record, FIELDS)                                                               \
    FIELDS(STOA__CHECK_NAME)                                                                      \
    typedef struct record##_table {                                                               \
        stoa_table *table;                                                                        \
        FIELDS(STOA__COLUMN_MEMBER)                                                               \
    } record##_table;                                                                             \
    typedef struct record {                                                                       \
        const record##_table *columns;                                                            \
        size_t index;                                                                             \
    } record;                                                                                     \
    typedef struct record##_values {                                                              \
        FIELDS(STOA__VALUE_MEMBER)                                                                \
    } record##_values;                                                                            \
    enum { record##_field_count = 0 FIELDS(STOA__COUNT_FIELD) };                                  \
    STOA__ASSERT(record##_field_count <= 250, "a STOA_RECORD has at most 250 fields");            \
                                                                                                  \
    STOA__INLINE record##_values record##_defaults(void)                                          \
    {                                                                                             \
        record##_values stoa__values;                                                             \
        FIELDS(STOA__DEFAULT_VALUE)                                                               \
        return stoa__values;                                                                      \
    }                                                                                             \
    STOA__INLINE void record##_table_take(record##_table *stoa__columns, stoa_table *stoa__table, \
                                          void *const *stoa__cells)                               \
    {                                                                                             \
        stoa__columns->table = stoa__table;                                                       \
        FIELDS(STOA__TAKE_COLUMN)                                                                 \
    }                                                                                             \
    STOA__INLINE STOA_MUST_USE stoa_status record##_table_init(                                   \
        record##_table *stoa__columns, size_t stoa__rows, stoa_error *stoa__error)                \
    {                                                                                             \
        const stoa_field stoa__fields[] = {FIELDS(STOA__DESCRIPTION)};                            \
        void *stoa__cells[record##_field_count];                                                  \
        stoa_table *stoa__table;                                                                  \
        stoa_status stoa__status =                                                                \
            stoa__typed_new(&stoa__table, stoa__fields, record##_field_count, stoa__rows,         \
                            stoa__columns == NULL ? NULL : stoa__cells, stoa__error);             \
        if (stoa__status == STOA_OK)                                                              \
            record##_table_take(stoa__columns, stoa__table, stoa__cells);                         \
        return stoa__status;                                                                      \
    }                                                                                             \
    STOA__INLINE STOA_MUST_USE stoa_status record##_table_from(                                   \
        record##_table *stoa__columns, stoa_table *stoa__table, stoa_error *stoa__error)          \
    {                                                                                             \
        const stoa_field stoa__fields[] = {FIELDS(STOA__DESCRIPTION)};                            \
        void *stoa__cells[record##_field_count];                                                  \
        stoa_status stoa__status =                                                                \
            stoa__typed_hold(stoa__table, stoa__fields, record##_field_count,                     \
                             stoa__columns == NULL ? NULL : stoa__cells, stoa__error);            \
        if (stoa__status == STOA_OK)                                                              \
            record##_table_take(stoa__columns, stoa__table, stoa__cells);                         \
        return stoa__status;                                                                      \
    }                                                                                             \
    STOA__INLINE void record##_table_dispose(record##_table *stoa__columns)                       \
    {                                                                                             \
        void *stoa__cells[record##_field_count] = {NULL};                                         \
        const stoa_field stoa__fields[] = {FIELDS(STOA__DESCRIPTION)};                            \
        if (stoa__columns == NULL)                                                                \
            return;                                                                               \
        stoa__typed_release(stoa__columns->table, stoa__fields, record##_field_count);            \
        record##_table_take(stoa__columns, NULL, stoa__cells);                                    \
    }                                                                                             \
    STOA__INLINE STOA_MUST_USE stoa_status record##_table_append_slow(                            \
        record##_table *stoa__columns, const record##_values *stoa__values,                       \
        stoa_error *stoa__error)                                                                  \
    {                                                                                             \
        const stoa_field stoa__fields[] = {FIELDS(STOA__DESCRIPTION)};                            \
        const void *const stoa__pointers[] = {FIELDS(STOA__VALUE_POINTER)};                       \
        return stoa__typed_append(stoa__columns->table, stoa__fields, record##_field_count,       \
                                  stoa__pointers, stoa__error);                                   \
    }                                                                                             \
    STOA__INLINE STOA_MUST_USE stoa_status record##_table_append(                                 \
        record##_table *stoa__columns, record##_values stoa__values, stoa_error *stoa__error)     \
    {                                                                                             \
        const size_t stoa__row = stoa__columns->table->rows;                                      \
        if (stoa__row >= stoa__columns->table->append_limit ||                                    \
            stoa__columns->table->field_count != record##_field_count)                            \
            return record##_table_append_slow(stoa__columns, &stoa__values, stoa__error);         \
        FIELDS(STOA__STORE_CELL)                                                                  \
        stoa__columns->table->rows = stoa__row + 1;                                               \
        return STOA_OK;                                                                           \
    }                                                                                             \
    STOA__INLINE STOA_MUST_USE stoa_status record##_table_push(                                   \
        record##_table *stoa__columns, FIELDS(STOA__PUSH_PARAMETER) stoa_error *stoa__error)      \
    {                                                                                             \
        record##_values stoa__values;                                                             \
        FIELDS(STOA__PUSH_VALUE)                                                                  \
        return record##_table_append(stoa__columns, stoa__values, stoa__error);                   \
    }                                                                                             \
    STOA__INLINE record record##_at(const record##_table *stoa__columns, size_t stoa__index)      \
    {                                                                                             \
        record stoa__row;                                                                         \
        stoa__row.columns = stoa__columns;                                                        \
        stoa__row.index = stoa__index;                                                            \
        return stoa__row;                                                                         \
    }                                                                                             \
    STOA__WALK(STOA__ACCESSORS, record, FIELDS(STOA__TUPLE))

STOA_END_DECLS

#endif
