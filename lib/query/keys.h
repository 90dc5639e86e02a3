/* keys.h: cells as keys of 64 bits, which differ where the values do. */
#ifndef STOA__QUERY_KEYS_H
#define STOA__QUERY_KEYS_H

#include <stoa/type.h>

/* The keys of cells that lie packed, each less `low`, modulo 2^64. */
typedef void stoa__make_keys(uint64_t *keys, const void *cells, size_t count, uint64_t low);

/* Of any type but STOA_OBJECT. */
stoa__make_keys *stoa__keys_of(stoa_type type);

#endif
