/* reference.h: what a value of one type becomes in a cell of another, in the slow, obvious way.
 *
 * Integers are taken as 128-bit integers and floats as doubles, one value at a time. It shares no
 * code with the library's conversions. Objects are not covered. */
#ifndef STOA_TESTS_REFERENCE_H
#define STOA_TESTS_REFERENCE_H

#include <stoa/stoa.h>

/* The types that convert: all but object; as value_type(0) … value_type(VALUE_TYPES - 1). */
enum { VALUE_TYPES = STOA_OBJECT - 1 };
static inline stoa_type value_type(size_t i)
{
    return (stoa_type)(i + 1);
}

/* Stores the value of type `from` at `value` (alignment does not matter) as a cell of type `to`;
 * else returns STOA_WRONG_TYPE or STOA_OVERFLOW. */
stoa_status reference_convert(stoa_type from, const void *value, stoa_type to, void *cell);

/* The same value as a stoa_value of its own type. */
stoa_value reference_value(stoa_type type, const void *value);
/* Stores the cell for a stoa_value of its type. */
void reference_cell(stoa_value value, void *cell);

/* Whether two cells have the same bits; all NaN are equal. */
bool reference_same(stoa_type type, const void *a, const void *b);

/* All edge values of a type, packed: around the powers of two, the limits of narrower types, where
 * floats start to round and to overflow, infinities, NaN, both zeros. Returns how many. */
size_t reference_edges(stoa_type type, const void **values);
/* Those of them that fit `to`; the caller frees *values. */
size_t reference_fitting(stoa_type type, stoa_type to, void **values);

#endif
