/* hash.h: XXH3, inlined, so that nothing needs libxxhash at run time. */
#ifndef STOA__BASE_HASH_H
#define STOA__BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* clang's analyzer would spend its steps on xxHash's branches and see little of what follows. */
#ifdef __clang_analyzer__
uint64_t stoa__hash(const void *bytes, size_t count);
#else
#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t stoa__hash(const void *bytes, size_t count)
{
    return XXH3_64bits(bytes, count);
}
#endif

#endif
