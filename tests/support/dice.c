/* dice.c: splitmix64 (Steele, Lea and Flood, 2014). */
#include "dice.h"

uint64_t dice_roll(dice *d)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t dice_below(dice *d, size_t n)
{
    return (size_t)(dice_roll(d) % n);
}
