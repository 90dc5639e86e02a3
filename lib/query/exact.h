/* exact.h: sums of doubles, and of their squares, without rounding: the same in any order and in
 * any parts. They are rounded once, when a result is made of them.
 *
 * A sum is an integer of any length, in units of 2^STOA__EXACT_LOWEST, which no product of two
 * doubles goes below. Word i of it counts 2^(32 i): words hold more than 32 bits, so that carries
 * can wait. Only the words between the lowest and the highest that numbers have reached are there.
 * A sum is settled when each word but the last is in [0, 2^32), the last is a signed number of 32
 * bits, and neither end has a word that says nothing: then equal sums have equal words. */
#ifndef STOA__QUERY_EXACT_H
#define STOA__QUERY_EXACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2^-2148 is the square of the least double. */
#define STOA__EXACT_LOWEST (-2176)
/* Words of a sum: 2^64 squares of the greatest double take 135. */
#define STOA__EXACT_WORDS 142

typedef enum stoa__exact_flag {
    STOA__EXACT_NAN = 1,
    STOA__EXACT_INFINITY = 2,
    STOA__EXACT_MINUS_INFINITY = 4,
} stoa__exact_flag;

/* Zero: all of it zero. */
typedef struct stoa__exact {
    int64_t *words;
    uint16_t first, count, room; /* words[0] is word `first` */
    uint8_t flags;               /* stoa__exact_flag: what was added besides numbers */
    uint32_t waiting;            /* numbers that were added since carries were made */
} stoa__exact;

void stoa__exact_dispose(stoa__exact *sum);
/* Adds a value, or its square. False where memory was refused: then nothing was added. */
bool stoa__exact_add(stoa__exact *sum, double value);
bool stoa__exact_add_square(stoa__exact *sum, double value);
/* The same of the values whose bit is set (NULL: of all), and of their squares if `squares` is not
 * NULL. count is at most STOA__BLOCK. False where memory was refused: any of them may be in it. */
bool stoa__exact_add_all(stoa__exact *sum, stoa__exact *squares, const double *values,
                         const uint64_t *mask, size_t count);
/* Carries, and drops words that say nothing. */
void stoa__exact_settle(stoa__exact *sum);
/* Room for what `next` adds to a sum. False where memory was refused: then the sum is the same
 * still. Both are settled. */
bool stoa__exact_reserve(stoa__exact *sum, const stoa__exact *next);
/* Adds another sum, for which there is room; settled before and after. */
void stoa__exact_merge(stoa__exact *sum, const stoa__exact *next);
/* Whether the sum of both has words for it: always, but for sums that were made up. */
bool stoa__exact_fits(const stoa__exact *sum, const stoa__exact *next);

/* Of settled sums, rounded to nearest, once. count > 0. */
double stoa__exact_value(const stoa__exact *sum);
double stoa__exact_mean(const stoa__exact *sum, uint64_t count);
/* Of `count` values, the sum of which and of whose squares are known. ddof < count. */
double stoa__exact_variance(const stoa__exact *sum, const stoa__exact *squares, uint64_t count,
                            uint64_t ddof);

#endif
