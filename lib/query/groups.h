/* groups.h: keys of several 64-bit words, numbered in the order in which they come. */
#ifndef STOA__QUERY_GROUPS_H
#define STOA__QUERY_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STOA__NO_GROUP UINT32_MAX

typedef struct stoa__groups {
    uint64_t *keys; /* `words` of each, one after the other */
    size_t words;
    size_t count, room; /* groups; room is 2 to the power of `bits`, halved */
    uint32_t *slots;    /* 2^bits of them: a group's number plus 1; 0: free */
    uint32_t bits;
} stoa__groups;

/* words > 0. */
static inline void stoa__groups_begin(stoa__groups *groups, size_t words)
{
    *groups = (stoa__groups){.words = words};
}
void stoa__groups_dispose(stoa__groups *groups);
/* Room for so many more. False where memory was refused: then nothing has changed. */
bool stoa__groups_reserve(stoa__groups *groups, size_t more);
/* The number of a key; it is added where it is new, and then there must be room. */
uint32_t stoa__groups_add(stoa__groups *groups, const uint64_t *key);
/* The number of a key, or STOA__NO_GROUP. */
uint32_t stoa__groups_find(const stoa__groups *groups, const uint64_t *key);
static inline const uint64_t *stoa__groups_key(const stoa__groups *groups, size_t group)
{
    return groups->keys + group * groups->words;
}

#endif
