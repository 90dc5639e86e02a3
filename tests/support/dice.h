/* dice.h: pseudo-random numbers, the same in every run. */
#ifndef STOA_TESTS_DICE_H
#define STOA_TESTS_DICE_H

#include <stddef.h>
#include <stdint.h>

/* The state of splitmix64. */
typedef struct dice {
    uint64_t state;
} dice;
uint64_t dice_roll(dice *d);
/* Uniform among 0 … n - 1. n > 0. */
size_t dice_below(dice *d, size_t n);

#endif
