/* dice.h: random numbers that are the same in every run. */
#ifndef STOA_TESTS_DICE_H
#define STOA_TESTS_DICE_H

#include <stddef.h>
#include <stdint.h>

/* A fixed sequence (splitmix64). */
typedef struct dice {
    uint64_t state;
} dice;
uint64_t dice_roll(dice *d);
/* Evenly among 0 … n - 1 (n > 0). */
size_t dice_below(dice *d, size_t n);

#endif
