/* groups.c: keys and their numbers: open addressing with linear probing under the uppermost bits of
 * their XXH3, at most half full. Keys lie in the order of their numbers. */
#include "query/groups.h"

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

#define FEWEST_BITS 5
#define MOST_GROUPS ((size_t)UINT32_MAX - 1)

static size_t slots_of(uint32_t bits)
{
    return (size_t)1 << bits;
}

/* The slot of a key, or the free one where it belongs. */
static uint32_t *slot_of(const stoa__groups *groups, uint32_t *slots, uint32_t bits,
                         const uint64_t *key)
{
    size_t bytes = groups->words * sizeof *key;
    size_t at = (size_t)(stoa__hash(key, bytes) >> (64 - bits));
    while (slots[at] != 0 && memcmp(stoa__groups_key(groups, slots[at] - 1), key, bytes) != 0)
        at = (at + 1) & (slots_of(bits) - 1);
    return &slots[at];
}

bool stoa__groups_reserve(stoa__groups *groups, size_t more)
{
    size_t wanted = groups->count + more;
    uint32_t bits = groups->slots == NULL ? FEWEST_BITS : groups->bits;
    while (wanted > slots_of(bits) / 2 && bits < 40)
        bits++;
    if (groups->slots != NULL && bits == groups->bits)
        return true;
    if (wanted > MOST_GROUPS)
        return false;
    uint32_t *slots = stoa__allocate_zeroed(slots_of(bits) * sizeof *slots);
    size_t bytes = slots_of(bits) / 2 * groups->words * sizeof *groups->keys;
    uint64_t *keys = slots == NULL ? NULL : stoa__reallocate(groups->keys, bytes);
    if (keys == NULL) {
        stoa__release(slots);
        return false;
    }
    groups->keys = keys;
    for (size_t i = 0; i < groups->count; i++)
        *slot_of(groups, slots, bits, stoa__groups_key(groups, i)) = (uint32_t)(i + 1);
    stoa__release(groups->slots);
    groups->slots = slots;
    groups->bits = bits;
    groups->room = slots_of(bits) / 2;
    return true;
}

uint32_t stoa__groups_add(stoa__groups *groups, const uint64_t *key)
{
    uint32_t *slot = slot_of(groups, groups->slots, groups->bits, key);
    if (*slot == 0) {
        memcpy(groups->keys + groups->count * groups->words, key, groups->words * sizeof *key);
        *slot = (uint32_t)++groups->count;
    }
    return *slot - 1;
}

uint32_t stoa__groups_find(const stoa__groups *groups, const uint64_t *key)
{
    uint32_t slot = groups->slots == NULL ? 0 : *slot_of(groups, groups->slots, groups->bits, key);
    return slot == 0 ? STOA__NO_GROUP : slot - 1;
}

void stoa__groups_dispose(stoa__groups *groups)
{
    stoa__release(groups->keys);
    stoa__release(groups->slots);
    *groups = (stoa__groups){0};
}
