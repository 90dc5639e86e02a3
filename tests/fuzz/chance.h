/* chance.h: a fuzz target as a program of its own: on random bytes, the same in every run. */
#ifndef STOA_TESTS_CHANCE_H
#define STOA_TESTS_CHANCE_H

#include <stddef.h>
#include <stdint.h>

typedef struct chance {
    long runs; /* unless the first argument tells otherwise */
    size_t bytes;
    const char *agree; /* what is said at the end of so many runs */
} chance;

/* The target defines both. */
extern const chance by_chance;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
