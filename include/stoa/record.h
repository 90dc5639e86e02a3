/* record.h: records that are known at compile time.
 *
 *     #define POINT(FIELD)    \
 *         FIELD(int32, x)     \
 *         FIELD(int32, y)     \
 *         FIELD(float64, w, 1.0)
 *     STOA_RECORD(point, POINT)
 *
 * FIELD(type, name) or FIELD(type, name, default); type is a name of STOA_TYPES, or with a length a
 * vector: FIELD(float32[3], position) makes `float *position[3]` of the table, `float position[3]`
 * of the values. Of timestamps and durations the type says the unit: timestamp_s, timestamp_ms,
 * timestamp_us, timestamp_ns, duration_s and so on, and utc_s and so on for timestamps with a zone:
 * UTC in a table of its own, any in another's. The default of a string is a text in quotes.
 * FIELD(nullable(int32), x) is nullable: any type but vectors and objects; without a default it
 * begins as null. It makes
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
 *                                                       object field the pointer, of a string
 *                                                       field a stoa_string; the setters of both
 *                                                       give a status. Of an enumeration: the
 *                                                       number
 *     point_x_is_null(row), point_set_x_null(row)       of a nullable field, which is zero where it
 *                                                       is null; point_set_x makes it a value. The
 *                                                       table has `uint64_t *x_validity` (see
 *                                                       stoa_column_validity), the values
 *                                                       `bool x_is_null`, and push takes a pointer
 *                                                       to the value, or NULL
 *     point_position(row, k), point_set_position(row, k, value)     component k of a vector
 *     point_owner(row), point_set_owner(row, other)     of a reference: the stoa_row, whose table
 *                                                       is NULL where there is none; the setter
 *                                                       gives a status. FIELD(reference, owner), or
 *                                                       nullable(reference). A table of its own
 *                                                       refers to itself, and has ids. The cells
 *                                                       are ids
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
#include <stoa/record_types.h>
#include <stoa/row.h>
#include <stoa/table.h>

STOA_BEGIN_DECLS

/* ---- what the generated code calls ---- */

/* Finds the fields, checks their types and holds them; columns becomes their cells in order, those
 * of each component of a vector, and behind those of a nullable field its validity. Columns are
 * NULL where the typed table to be made is. */
STOA_TRY stoa__typed_hold(stoa_table *table, const stoa_field *fields, size_t count, void **columns,
                          stoa_error *error);

/* Lets go of what stoa__typed_hold held, and frees the table with its last owner. */
STOA_API void stoa__typed_release(stoa_table *table, const stoa_field *fields, size_t count);

/* Gives the creator's share of a new table to its first typed table. */
STOA_TRY stoa__typed_new(stoa_table **table, const stoa_field *fields, size_t count, size_t rows,
                         void **columns, stoa_error *error);

/* values[i] points at the value of fields[i], or at those of the components; NULL: null. */
STOA_TRY stoa__typed_append(stoa_table *table, const stoa_field *fields, size_t count,
                            const void *const *values, stoa_error *error);

STOA__INLINE bool stoa__is_there(const uint64_t *validity, size_t row)
{
    return (STOA__LOAD_RELAXED(&validity[row / 64]) >> row % 64 & 1) != 0;
}

/* Other threads may read the bits of other rows. */
STOA__INLINE void stoa__put_there(uint64_t *validity, size_t row, bool there)
{
    if (stoa__is_there(validity, row) != there)
        STOA__FLIP(&validity[row / 64], STOA__CAST(uint64_t, 1) << row % 64);
}

#define STOA__LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define STOA__EACH_COMPONENT(array) \
    for (size_t stoa__component = 0; stoa__component < STOA__LENGTH(array); stoa__component++)

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
/* 1 for (name, default), 0 for (name). */
#define STOA__HAS_DEFAULT(...) STOA__HAS_DEFAULT_(__VA_ARGS__, 1, 0, ~)
#define STOA__HAS_DEFAULT_(name, value, has, ...) has
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
#define STOA__RESERVED_pointer_count ()
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
#define STOA__COUNT_ONE(type, ...) +1
#define STOA__COUNT_FIELDS(type, ...) STOA__WITH(STOA__COUNT_FIELDS_OF, STOA__TYPE_##type, ~)
#define STOA__COUNT_FIELDS_OF(cell, length, ...) +sizeof(char length)
/* One for the validity of a nullable field. */
#define STOA__COUNT_BITS(type, ...) STOA__BY_KIND(_BITS, STOA__TYPE_##type, ~)
#define STOA__COLUMN_MEMBER(type, ...)                                 \
    STOA__WITH(STOA__COLUMN_MEMBER_OF, STOA__TYPE_##type, __VA_ARGS__) \
    STOA__BY_KIND(_VALIDITY, STOA__TYPE_##type, STOA__FIRST(__VA_ARGS__))
#define STOA__COLUMN_MEMBER_OF(cell, length, ...) cell *STOA__FIRST(__VA_ARGS__) length;
#define STOA__VALUE_MEMBER(type, ...)                                 \
    STOA__WITH(STOA__VALUE_MEMBER_OF, STOA__TYPE_##type, __VA_ARGS__) \
    STOA__BY_KIND(_FLAG, STOA__TYPE_##type, STOA__FIRST(__VA_ARGS__))
#define STOA__VALUE_MEMBER_OF(cell, length, ...) cell##_value STOA__FIRST(__VA_ARGS__) length;
#define STOA__DESCRIPTION(type, ...)                                             \
    STOA__BY_KIND(_DESCRIBED, STOA__TYPE_##type, STOA__HAS_DEFAULT(__VA_ARGS__), \
                  STOA__WITH(STOA__DESCRIPTION_OF, STOA__TYPE_##type, __VA_ARGS__)),
#define STOA__DESCRIPTION_OF(cell, length, ...)                                       \
    stoa__describe_##cell(STOA__QUOTE(STOA__FIRST(__VA_ARGS__)), sizeof(char length), \
                          STOA__DEFAULT(__VA_ARGS__))
#define STOA__PLAIN_DESCRIBED(cell, has_default, ...) __VA_ARGS__
#define STOA__OBJECT_DESCRIBED(cell, has_default, ...) __VA_ARGS__
#define STOA__STRING_DESCRIBED(cell, has_default, ...) __VA_ARGS__
#define STOA__REFERENCE_DESCRIBED(cell, has_default, ...) __VA_ARGS__
#define STOA__VECTOR_DESCRIBED(cell, has_default, ...) __VA_ARGS__
#define STOA__TAKE_COLUMN(type, ...) STOA__BY_KIND(_TAKE, STOA__TYPE_##type, __VA_ARGS__)
#define STOA__PLAIN_TAKE(cell, ...) \
    stoa__columns->STOA__FIRST(__VA_ARGS__) = STOA__CAST(cell *, *stoa__cells++);
#define STOA__OBJECT_TAKE(cell, ...) STOA__PLAIN_TAKE(cell, __VA_ARGS__)
#define STOA__STRING_TAKE(cell, ...) STOA__PLAIN_TAKE(cell, __VA_ARGS__)
#define STOA__REFERENCE_TAKE(cell, ...) STOA__PLAIN_TAKE(cell, __VA_ARGS__)
#define STOA__VECTOR_TAKE(cell, ...)                              \
    STOA__EACH_COMPONENT(stoa__columns->STOA__FIRST(__VA_ARGS__)) \
    stoa__columns->STOA__FIRST(__VA_ARGS__)[stoa__component] = STOA__CAST(cell *, *stoa__cells++);
#define STOA__ARGUMENT(...) STOA__PASTE(stoa__argument_, STOA__FIRST(__VA_ARGS__))
#define STOA__PUSH_PARAMETER(type, ...) STOA__BY_KIND(_PARAMETER, STOA__TYPE_##type, __VA_ARGS__)
#define STOA__PLAIN_PARAMETER(cell, ...) cell##_value STOA__ARGUMENT(__VA_ARGS__),
#define STOA__OBJECT_PARAMETER(cell, ...) STOA__PLAIN_PARAMETER(cell, __VA_ARGS__)
#define STOA__STRING_PARAMETER(cell, ...) STOA__PLAIN_PARAMETER(cell, __VA_ARGS__)
#define STOA__REFERENCE_PARAMETER(cell, ...) STOA__PLAIN_PARAMETER(cell, __VA_ARGS__)
#define STOA__VECTOR_PARAMETER(cell, ...) const cell##_value *STOA__ARGUMENT(__VA_ARGS__),
#define STOA__PUSH_VALUE(type, ...) STOA__BY_KIND(_PUSH, STOA__TYPE_##type, __VA_ARGS__)
#define STOA__PLAIN_PUSH(cell, ...) \
    stoa__values.STOA__FIRST(__VA_ARGS__) = STOA__ARGUMENT(__VA_ARGS__);
#define STOA__OBJECT_PUSH(cell, ...) STOA__PLAIN_PUSH(cell, __VA_ARGS__)
#define STOA__STRING_PUSH(cell, ...) STOA__PLAIN_PUSH(cell, __VA_ARGS__)
#define STOA__REFERENCE_PUSH(cell, ...) STOA__PLAIN_PUSH(cell, __VA_ARGS__)
#define STOA__VECTOR_PUSH(cell, ...)                            \
    STOA__EACH_COMPONENT(stoa__values.STOA__FIRST(__VA_ARGS__)) \
    stoa__values.STOA__FIRST(__VA_ARGS__)[stoa__component] =    \
        STOA__ARGUMENT(__VA_ARGS__)[stoa__component];
#define STOA__DEFAULT_VALUE(type, ...) STOA__BY_KIND(_DEFAULT, STOA__TYPE_##type, __VA_ARGS__)
#define STOA__PLAIN_DEFAULT(cell, ...) \
    stoa__values.STOA__FIRST(__VA_ARGS__) = stoa__default_##cell(STOA__DEFAULT(__VA_ARGS__));
#define STOA__OBJECT_DEFAULT(cell, ...) STOA__PLAIN_DEFAULT(cell, __VA_ARGS__)
#define STOA__STRING_DEFAULT(cell, ...) STOA__PLAIN_DEFAULT(cell, __VA_ARGS__)
#define STOA__REFERENCE_DEFAULT(cell, ...) STOA__PLAIN_DEFAULT(cell, __VA_ARGS__)
#define STOA__VECTOR_DEFAULT(cell, ...)                         \
    STOA__EACH_COMPONENT(stoa__values.STOA__FIRST(__VA_ARGS__)) \
    stoa__values.STOA__FIRST(__VA_ARGS__)[stoa__component] =    \
        stoa__default_##cell(STOA__DEFAULT(__VA_ARGS__));
#define STOA__VALUE_POINTER(type, ...) \
    STOA__BY_KIND(_POINTER, STOA__TYPE_##type, STOA__FIRST(__VA_ARGS__))
#define STOA__PLAIN_POINTER(cell, name) &stoa__values->name,
#define STOA__OBJECT_POINTER(cell, name) STOA__PLAIN_POINTER(cell, name)
#define STOA__STRING_POINTER(cell, name) STOA__PLAIN_POINTER(cell, name)
#define STOA__REFERENCE_POINTER(cell, name) STOA__PLAIN_POINTER(cell, name)
#define STOA__VECTOR_POINTER(cell, name) STOA__PLAIN_POINTER(cell, name)
/* Behind a condition: or the value is none of the type. */
#define STOA__MISFIT(type, ...) STOA__BY_KIND(_MISFIT, STOA__TYPE_##type, STOA__FIRST(__VA_ARGS__))
#define STOA__PLAIN_MISFIT(cell, name) || !stoa__fits_##cell(stoa__values.name)
#define STOA__OBJECT_MISFIT(cell, name)
#define STOA__STRING_MISFIT(cell, name)
#define STOA__REFERENCE_MISFIT(cell, name) || true
#define STOA__VECTOR_MISFIT(cell, name)
#define STOA__STORE_CELL(type, ...) \
    STOA__BY_KIND(_STORE, STOA__TYPE_##type, STOA__FIRST(__VA_ARGS__))
#define STOA__PLAIN_STORE(cell, name) stoa__columns->name[stoa__row] = stoa__values.name;
/* A record with an object, string or reference field never takes plain stores. */
#define STOA__OBJECT_STORE(cell, name)
#define STOA__STRING_STORE(cell, name)
#define STOA__REFERENCE_STORE(cell, name)
#define STOA__VECTOR_STORE(cell, name)      \
    STOA__EACH_COMPONENT(stoa__values.name) \
    stoa__columns->name[stoa__component][stoa__row] = stoa__values.name[stoa__component];

/* ---- what nullable fields have besides ---- */

#define STOA__OBJECT_OR_NULL_VALIDITY(cell, name) stoa__an_object_may_be_NULL_as_it_is name##_;

#define STOA__PLAIN_BITS(cell, ...)
#define STOA__OBJECT_BITS(cell, ...)
#define STOA__STRING_BITS(cell, ...)
#define STOA__VECTOR_BITS(cell, ...)
#define STOA__REFERENCE_BITS(cell, ...)
#define STOA__PLAIN_OR_NULL_BITS(cell, ...) +1
#define STOA__STRING_OR_NULL_BITS(cell, ...) +1
#define STOA__PLAIN_VALIDITY(cell, name)
#define STOA__OBJECT_VALIDITY(cell, name)
#define STOA__STRING_VALIDITY(cell, name)
#define STOA__VECTOR_VALIDITY(cell, name)
#define STOA__REFERENCE_VALIDITY(cell, name)
#define STOA__PLAIN_OR_NULL_VALIDITY(cell, name) uint64_t *name##_validity;
#define STOA__STRING_OR_NULL_VALIDITY(cell, name) uint64_t *name##_validity;
#define STOA__PLAIN_FLAG(cell, name)
#define STOA__OBJECT_FLAG(cell, name)
#define STOA__STRING_FLAG(cell, name)
#define STOA__VECTOR_FLAG(cell, name)
#define STOA__REFERENCE_FLAG(cell, name)
#define STOA__PLAIN_OR_NULL_FLAG(cell, name) bool name##_is_null;
#define STOA__STRING_OR_NULL_FLAG(cell, name) bool name##_is_null;
#define STOA__PLAIN_OR_NULL_DESCRIBED(cell, has_default, ...) \
    stoa__nullable_field(__VA_ARGS__, has_default)
#define STOA__STRING_OR_NULL_DESCRIBED(cell, has_default, ...) \
    stoa__nullable_field(__VA_ARGS__, has_default)
#define STOA__PLAIN_OR_NULL_TAKE(cell, ...)                           \
    STOA__PLAIN_TAKE(cell, __VA_ARGS__)                               \
    stoa__columns->STOA__PASTE(STOA__FIRST(__VA_ARGS__), _validity) = \
        STOA__CAST(uint64_t *, *stoa__cells++);
#define STOA__STRING_OR_NULL_TAKE(cell, ...) STOA__PLAIN_OR_NULL_TAKE(cell, __VA_ARGS__)
#define STOA__PLAIN_OR_NULL_PARAMETER(cell, ...) const cell##_value *STOA__ARGUMENT(__VA_ARGS__),
#define STOA__STRING_OR_NULL_PARAMETER(cell, ...) STOA__PLAIN_OR_NULL_PARAMETER(cell, __VA_ARGS__)
#define STOA__PLAIN_OR_NULL_PUSH(cell, ...)                                                      \
    stoa__values.STOA__PASTE(STOA__FIRST(__VA_ARGS__), _is_null) = !STOA__ARGUMENT(__VA_ARGS__); \
    if (STOA__ARGUMENT(__VA_ARGS__))                                                             \
        stoa__values.STOA__FIRST(__VA_ARGS__) = *STOA__ARGUMENT(__VA_ARGS__);                    \
    else                                                                                         \
        stoa__values.STOA__FIRST(__VA_ARGS__) = stoa__default_##cell(STOA__NOTHING);
#define STOA__STRING_OR_NULL_PUSH(cell, ...) STOA__PLAIN_OR_NULL_PUSH(cell, __VA_ARGS__)
#define STOA__PLAIN_OR_NULL_DEFAULT(cell, ...) \
    STOA__PLAIN_DEFAULT(cell, __VA_ARGS__)     \
    stoa__values.STOA__PASTE(STOA__FIRST(__VA_ARGS__), _is_null) = !STOA__HAS_DEFAULT(__VA_ARGS__);
#define STOA__STRING_OR_NULL_DEFAULT(cell, ...) STOA__PLAIN_OR_NULL_DEFAULT(cell, __VA_ARGS__)
#define STOA__PLAIN_OR_NULL_POINTER(cell, name) \
    stoa__values->name##_is_null ? NULL : &stoa__values->name,
#define STOA__STRING_OR_NULL_POINTER(cell, name) STOA__PLAIN_OR_NULL_POINTER(cell, name)
#define STOA__PLAIN_OR_NULL_MISFIT(cell, name) \
    || (!stoa__values.name##_is_null && !stoa__fits_##cell(stoa__values.name))
#define STOA__STRING_OR_NULL_MISFIT(cell, name)
/* Bits behind the rows are 0. */
#define STOA__PLAIN_OR_NULL_STORE(cell, name)                                 \
    if (stoa__values.name##_is_null)                                          \
        stoa__columns->name[stoa__row] = stoa__default_##cell(STOA__NOTHING); \
    else                                                                      \
        stoa__columns->name[stoa__row] = stoa__values.name;                   \
    stoa__put_there(stoa__columns->name##_validity, stoa__row, !stoa__values.name##_is_null);
#define STOA__STRING_OR_NULL_STORE(cell, name)

/* A null reference is no row. */
#define STOA__REFERENCE_OR_NULL_BITS(cell, ...)
#define STOA__REFERENCE_OR_NULL_VALIDITY(cell, name)
#define STOA__REFERENCE_OR_NULL_FLAG(cell, name)
#define STOA__REFERENCE_OR_NULL_DESCRIBED(cell, has_default, ...) \
    stoa__nullable_field(__VA_ARGS__, false)
#define STOA__REFERENCE_OR_NULL_TAKE(cell, ...) STOA__PLAIN_TAKE(cell, __VA_ARGS__)
#define STOA__REFERENCE_OR_NULL_PARAMETER(cell, ...) STOA__PLAIN_PARAMETER(cell, __VA_ARGS__)
#define STOA__REFERENCE_OR_NULL_PUSH(cell, ...) STOA__PLAIN_PUSH(cell, __VA_ARGS__)
#define STOA__REFERENCE_OR_NULL_DEFAULT(cell, ...) STOA__PLAIN_DEFAULT(cell, __VA_ARGS__)
#define STOA__REFERENCE_OR_NULL_POINTER(cell, name) STOA__PLAIN_POINTER(cell, name)
#define STOA__REFERENCE_OR_NULL_MISFIT(cell, name) || true
#define STOA__REFERENCE_OR_NULL_STORE(cell, name)

#define STOA__TUPLE(type, ...) (STOA__TYPE_##type, STOA__FIRST(__VA_ARGS__))
#define STOA__ACCESSORS(record, tuple) STOA__ACCESSORS_(record, STOA__UNPACK tuple)
#define STOA__UNPACK(...) __VA_ARGS__
#define STOA__ACCESSORS_(...) STOA__ACCESSORS_OF(__VA_ARGS__)
#define STOA__ACCESSORS_OF(record, kind, cell, length, name) \
    STOA__PASTE(STOA__KIND(kind, length), _ACCESSORS)(record, cell, name)
#define STOA__PLAIN_ACCESSORS(record, cell, name)                         \
    STOA__INLINE cell record##_##name(record stoa__row)                   \
    {                                                                     \
        return stoa__row.columns->name[stoa__row.index];                  \
    }                                                                     \
    STOA__INLINE void record##_set_##name(record stoa__row, cell stoa__v) \
    {                                                                     \
        stoa__row.columns->name[stoa__row.index] = stoa__v;               \
    }
#define STOA__VECTOR_ACCESSORS(record, cell, name)                                                \
    STOA__INLINE cell record##_##name(record stoa__row, size_t stoa__component)                   \
    {                                                                                             \
        return stoa__row.columns->name[stoa__component][stoa__row.index];                         \
    }                                                                                             \
    STOA__INLINE void record##_set_##name(record stoa__row, size_t stoa__component, cell stoa__v) \
    {                                                                                             \
        stoa__row.columns->name[stoa__component][stoa__row.index] = stoa__v;                      \
    }
#define STOA__SETTER_WITH_STATUS(record, name, value, set)                                      \
    STOA__INLINE STOA_MUST_USE stoa_status record##_set_##name(record stoa__row, value stoa__v) \
    {                                                                                           \
        return set(stoa_table_row(stoa__row.columns->table, stoa__row.index), #name, stoa__v);  \
    }
#define STOA__OBJECT_ACCESSORS(record, cell, name)                      \
    STOA__INLINE void *record##_##name(record stoa__row)                \
    {                                                                   \
        return stoa_pool_get(stoa_table_pool(stoa__row.columns->table), \
                             stoa__row.columns->name[stoa__row.index]); \
    }                                                                   \
    STOA__SETTER_WITH_STATUS(record, name, void *, stoa_row_set_object)
#define STOA__STRING_ACCESSORS(record, cell, name)                        \
    STOA__INLINE stoa_string record##_##name(record stoa__row)            \
    {                                                                     \
        return stoa__string_of(stoa__row.columns->table->strings,         \
                               stoa__row.columns->name[stoa__row.index]); \
    }                                                                     \
    STOA__SETTER_WITH_STATUS(record, name, stoa_string, stoa_row_set_string)

#define STOA__REFERENCE_ACCESSORS(record, cell, name)                                    \
    STOA__INLINE stoa_row record##_##name(record stoa__row)                              \
    {                                                                                    \
        stoa_row stoa__found;                                                            \
        stoa_row stoa__from = stoa_table_row(stoa__row.columns->table, stoa__row.index); \
        if (stoa_row_get_reference(stoa__from, #name, &stoa__found) != STOA_OK)          \
            stoa__found = stoa__default_##cell(0);                                       \
        return stoa__found;                                                              \
    }                                                                                    \
    STOA__SETTER_WITH_STATUS(record, name, stoa_row, stoa_row_set_reference)
#define STOA__REFERENCE_OR_NULL_ACCESSORS(record, cell, name)                           \
    STOA__REFERENCE_ACCESSORS(record, cell, name)                                       \
    STOA__INLINE bool record##_##name##_is_null(record stoa__row)                       \
    {                                                                                   \
        return !record##_##name(stoa__row).table;                                       \
    }                                                                                   \
    STOA__INLINE STOA_MUST_USE stoa_status record##_set_##name##_null(record stoa__row) \
    {                                                                                   \
        return record##_set_##name(stoa__row, stoa__default_##cell(0));                 \
    }

#define STOA__IS_NULL_ACCESSOR(record, name)                                         \
    STOA__INLINE bool record##_##name##_is_null(record stoa__row)                    \
    {                                                                                \
        return !stoa__is_there(stoa__row.columns->name##_validity, stoa__row.index); \
    }
#define STOA__PLAIN_OR_NULL_ACCESSORS(record, cell, name)                               \
    STOA__IS_NULL_ACCESSOR(record, name)                                                \
    STOA__INLINE cell record##_##name(record stoa__row)                                 \
    {                                                                                   \
        return stoa__row.columns->name[stoa__row.index];                                \
    }                                                                                   \
    STOA__INLINE void record##_set_##name(record stoa__row, cell stoa__v)               \
    {                                                                                   \
        stoa__row.columns->name[stoa__row.index] = stoa__v;                             \
        stoa__put_there(stoa__row.columns->name##_validity, stoa__row.index, true);     \
    }                                                                                   \
    STOA__INLINE void record##_set_##name##_null(record stoa__row)                      \
    {                                                                                   \
        stoa__row.columns->name[stoa__row.index] = stoa__default_##cell(STOA__NOTHING); \
        stoa__put_there(stoa__row.columns->name##_validity, stoa__row.index, false);    \
    }
#define STOA__STRING_OR_NULL_ACCESSORS(record, cell, name)                                  \
    STOA__IS_NULL_ACCESSOR(record, name)                                                    \
    STOA__STRING_ACCESSORS(record, cell, name)                                              \
    STOA__INLINE STOA_MUST_USE stoa_status record##_set_##name##_null(record stoa__row)     \
    {                                                                                       \
        return stoa_row_set_null(stoa_table_row(stoa__row.columns->table, stoa__row.index), \
                                 #name);                                                    \
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
    enum { record##_field_count = 0 FIELDS(STOA__COUNT_FIELDS) };                                 \
    enum { record##_pointer_count = record##_field_count FIELDS(STOA__COUNT_BITS) };              \
    STOA__ASSERT(0 FIELDS(STOA__COUNT_ONE) <= 250, "a STOA_RECORD has at most 250 fields");       \
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
        void *stoa__cells[record##_pointer_count];                                                \
        stoa_table *stoa__table;                                                                  \
        stoa_status stoa__status =                                                                \
            stoa__typed_new(&stoa__table, stoa__fields, STOA__LENGTH(stoa__fields), stoa__rows,   \
                            stoa__columns == NULL ? NULL : stoa__cells, stoa__error);             \
        if (stoa__status == STOA_OK)                                                              \
            record##_table_take(stoa__columns, stoa__table, stoa__cells);                         \
        return stoa__status;                                                                      \
    }                                                                                             \
    STOA__INLINE STOA_MUST_USE stoa_status record##_table_from(                                   \
        record##_table *stoa__columns, stoa_table *stoa__table, stoa_error *stoa__error)          \
    {                                                                                             \
        const stoa_field stoa__fields[] = {FIELDS(STOA__DESCRIPTION)};                            \
        void *stoa__cells[record##_pointer_count];                                                \
        stoa_status stoa__status =                                                                \
            stoa__typed_hold(stoa__table, stoa__fields, STOA__LENGTH(stoa__fields),               \
                             stoa__columns == NULL ? NULL : stoa__cells, stoa__error);            \
        if (stoa__status == STOA_OK)                                                              \
            record##_table_take(stoa__columns, stoa__table, stoa__cells);                         \
        return stoa__status;                                                                      \
    }                                                                                             \
    STOA__INLINE void record##_table_dispose(record##_table *stoa__columns)                       \
    {                                                                                             \
        void *stoa__cells[record##_pointer_count] = {NULL};                                       \
        const stoa_field stoa__fields[] = {FIELDS(STOA__DESCRIPTION)};                            \
        if (stoa__columns == NULL)                                                                \
            return;                                                                               \
        stoa__typed_release(stoa__columns->table, stoa__fields, STOA__LENGTH(stoa__fields));      \
        record##_table_take(stoa__columns, NULL, stoa__cells);                                    \
    }                                                                                             \
    STOA__INLINE STOA_MUST_USE stoa_status record##_table_append_slow(                            \
        record##_table *stoa__columns, const record##_values *stoa__values,                       \
        stoa_error *stoa__error)                                                                  \
    {                                                                                             \
        const stoa_field stoa__fields[] = {FIELDS(STOA__DESCRIPTION)};                            \
        const void *const stoa__pointers[] = {FIELDS(STOA__VALUE_POINTER)};                       \
        return stoa__typed_append(stoa__columns->table, stoa__fields, STOA__LENGTH(stoa__fields), \
                                  stoa__pointers, stoa__error);                                   \
    }                                                                                             \
    STOA__INLINE STOA_MUST_USE stoa_status record##_table_append(                                 \
        record##_table *stoa__columns, record##_values stoa__values, stoa_error *stoa__error)     \
    {                                                                                             \
        const size_t stoa__row = stoa__columns->table->rows;                                      \
        if (stoa__row >= stoa__columns->table->append_limit ||                                    \
            stoa__columns->table->field_count != record##_field_count FIELDS(STOA__MISFIT))       \
            return record##_table_append_slow(stoa__columns, &stoa__values, stoa__error);         \
        FIELDS(STOA__STORE_CELL)                                                                  \
        stoa__table_publish(stoa__columns->table, stoa__row + 1);                                 \
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
