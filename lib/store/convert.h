/* convert.h: arrays of numbers into columns of numbers, checked by the rules of type.c. */
#ifndef STOA__STORE_CONVERT_H
#define STOA__STORE_CONVERT_H

#include <stoa/type.h>

/* Whether values of type `from` can go into cells of type `to` at all. Only numbers can. */
bool stoa__convertible(stoa_type to, stoa_type from);
/* Whether every value fits, so that checking can be left out. */
bool stoa__converts_always(stoa_type to, stoa_type from);
/* The position of the first value that does not fit, or count. Strides in bytes, any sign. */
size_t stoa__convert_check(stoa_type to, stoa_type from, const void *in, ptrdiff_t in_stride,
                           size_t count);
/* The same, and stores the values before it. in and out must not overlap, unless both are packed
 * and of the same type. */
size_t stoa__convert_store(stoa_type to, void *out, ptrdiff_t out_stride, stoa_type from,
                           const void *in, ptrdiff_t in_stride, size_t count);

#endif
