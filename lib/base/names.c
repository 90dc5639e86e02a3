/* names.c: an index from names to numbers, by XXH3 and linear probing.
 *
 * The names stay where they are. Invariant: less than half of the slots are taken, so that each
 * search ends at a free one. */
#include "base/names.h"

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

static uint32_t hash_of(const char *name)
{
    return (uint32_t)stoa__hash(name, strlen(name));
}

/* Where the name is, or the free slot where it belongs. */
static stoa__named *slot_of(const stoa__names *names, const char *name, uint32_t hash)
{
    for (size_t i = hash & (names->room - 1);; i = (i + 1) & (names->room - 1)) {
        stoa__named *slot = &names->slots[i];
        if (slot->name == NULL || (slot->hash == hash && strcmp(slot->name, name) == 0))
            return slot;
    }
}

uint32_t stoa__names_find(const stoa__names *names, const char *name)
{
    if (names->count == 0)
        return STOA__NO_NAME;
    const stoa__named *slot = slot_of(names, name, hash_of(name));
    return slot->name == NULL ? STOA__NO_NAME : slot->number;
}

static bool grow(stoa__names *names)
{
    stoa__names grown = {.room = names->room == 0 ? 16 : names->room * 2, .count = names->count};
    grown.slots = stoa__allocate_zeroed(grown.room * sizeof *grown.slots);
    if (grown.slots == NULL)
        return false;
    for (size_t i = 0; i < names->room; i++) {
        const stoa__named *old = &names->slots[i];
        if (old->name != NULL)
            *slot_of(&grown, old->name, old->hash) = *old;
    }
    stoa__release(names->slots);
    *names = grown;
    return true;
}

bool stoa__names_add(stoa__names *names, const char *name, uint32_t number)
{
    if (2 * (names->count + 1) > names->room && !grow(names))
        return false;
    uint32_t hash = hash_of(name);
    stoa__named *slot = slot_of(names, name, hash);
    if (slot->name != NULL)
        return true;
    *slot = (stoa__named){.name = name, .hash = hash, .number = number};
    names->count++;
    return true;
}

void stoa__names_dispose(stoa__names *names)
{
    stoa__release(names->slots);
    *names = (stoa__names){0};
}
