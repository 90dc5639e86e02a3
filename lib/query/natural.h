/* natural.h: natural numbers of up to some ten thousand bits, for results that are rounded once. */
#ifndef STOA__QUERY_NATURAL_H
#define STOA__QUERY_NATURAL_H

#include <stdbool.h>
#include <stdint.h>

enum { STOA__NATURAL_WORDS = 304 };

/* words[i] counts 2^(32 (first + i)); words below `first` are 0. */
typedef struct stoa__natural {
    unsigned first, count;
    uint32_t words[STOA__NATURAL_WORDS];
} stoa__natural;

static inline void stoa__natural_clear(stoa__natural *number, unsigned first)
{
    number->first = first;
    number->count = 0;
}

/* made = number * factor * 2^(32 words) */
void stoa__natural_scale(stoa__natural *made, const stoa__natural *number, uint64_t factor,
                         unsigned words);
void stoa__natural_square(stoa__natural *made, const stoa__natural *number);
/* number -= less; false if that is negative, and then number has no meaning. */
bool stoa__natural_subtract(stoa__natural *number, const stoa__natural *less);
/* number / (a * b) * 2^power, rounded to nearest, ties to even: infinity where that is beyond all
 * doubles. Neither a nor b is 0. */
double stoa__natural_quotient(const stoa__natural *number, uint64_t a, uint64_t b, int power);

#endif
