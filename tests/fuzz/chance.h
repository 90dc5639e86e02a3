/* chance.h: makes a fuzz target a program of its own, which runs on random bytes, the same in every
 * run. */
#ifndef STOA_TESTS_CHANCE_H
#define STOA_TESTS_CHANCE_H

#include <stddef.h>
#include <stdint.h>

typedef struct chance {
    long runs; /* unless the first argument gives another number; less with STOA_TESTS_SMALL */
    size_t bytes;
    const char *agree; /* printed after that many runs without a difference */
} chance;

/* Defined by the target. */
extern const chance by_chance;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
