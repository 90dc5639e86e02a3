/* reference.h: what a value of one type becomes in a cell of another, slow and obvious.
 *
 * Integers are taken as 128-bit integers, floats as doubles; one value at a time. Never linked
 * with, nor written like, the library's conversions. Objects are not values here. */
#ifndef STOA_TESTS_REFERENCE_H
#define STOA_TESTS_REFERENCE_H

#include <stoa/stoa.h>

/* The types that convert: all but object. value_type(0) … value_type(VALUE_TYPES - 1). */
enum { VALUE_TYPES = STOA_OBJECT - 1 };
static inline stoa_type value_type(size_t i)
{
    return (stoa_type)(i + 1);
}

/* Stores the value of type `from` at `value` (unaligned is fine) as a cell of type `to`, or says
 * why it can't be: STOA_WRONG_TYPE or STOA_OVERFLOW. */
stoa_status reference_convert(stoa_type from, const void *value, stoa_type to, void *cell);

/* The same value in a stoa_value of its own type. */
stoa_value reference_value(stoa_type type, const void *value);
/* The cell that a stoa_value of that type stands for. */
void reference_cell(stoa_value value, void *cell);

/* The same cell, bit by bit; a NaN is any NaN. */
bool reference_same(stoa_type type, const void *a, const void *b);

/* Every edge value of a type, packed: around the powers of two, the limits of the narrower types,
 * where floats start to round and to overflow, infinities, NaN, both zeros. */
size_t reference_edges(stoa_type type, const void **values);
/* Those among them that fit `to`; the caller frees it. */
size_t reference_fitting(stoa_type type, stoa_type to, void **values);

#endif
