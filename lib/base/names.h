/* names.h: an index from names to numbers. */
#ifndef STOA__BASE_NAMES_H
#define STOA__BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STOA__NO_NAME UINT32_MAX

typedef struct stoa__named {
    const char *name; /* borrowed; NULL: a free slot */
    uint32_t hash, number;
} stoa__named;

/* Open addressing, at most half full. {0} is an empty index. */
typedef struct stoa__names {
    stoa__named *slots;
    size_t room, count;
} stoa__names;

/* The number of that name, or STOA__NO_NAME. */
uint32_t stoa__names_find(const stoa__names *names, const char *name);
/* Adds a name, unless it has a number already. False when memory was refused. */
bool stoa__names_add(stoa__names *names, const char *name, uint32_t number);
void stoa__names_dispose(stoa__names *names);

#endif
