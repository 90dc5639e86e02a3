/* hash.h: XXH3, inlined, so that nothing needs libxxhash at run time. */
#ifndef STOA__BASE_HASH_H
#define STOA__BASE_HASH_H

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdint.h>

static inline uint64_t stoa__hash(const void *bytes, size_t count)
{
    return XXH3_64bits(bytes, count);
}

#endif
