/* exact.c: sums of doubles without rounding.
 *
 * A double is an integer of 53 bits times a power of two, so that it goes into three words of 32
 * bits, and its square, of 106 bits, into five. 2^30 numbers can be added before a word of 64 bits
 * must give its carry to the next one. A negative sum has a negative last word (two's complement,
 * with as many bits as it takes). */
#include "query/exact.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernel/kernel.h"
#include "query/natural.h"

#define LONGEST_WAIT ((uint32_t)1 << 29)
/* Words behind a number, so that 2^48 of them do not fill the last one, and behind a sum of two. */
#define CARRIES 2
#define CARRY 1
#define FEWEST_WORDS 8

void stoa__exact_dispose(stoa__exact *sum)
{
    stoa__release(sum->words);
    *sum = (stoa__exact){0};
}

/* ---- room ---- */

static unsigned end_of(const stoa__exact *sum)
{
    return (unsigned)(sum->first + sum->count);
}

static bool has_words(const stoa__exact *sum, unsigned first, unsigned end)
{
    return sum->count > 0 && sum->first <= first && end_of(sum) >= end;
}

/* The words from the lowest of both to the highest, if there are any. */
static void widen(const stoa__exact *sum, unsigned *first, unsigned *end)
{
    if (sum->count == 0)
        return;
    *first = sum->first < *first ? sum->first : *first;
    *end = end_of(sum) > *end ? end_of(sum) : *end;
}

/* Room for the words first to end - 1 besides those that are there. */
static bool make_room(stoa__exact *sum, unsigned first, unsigned end)
{
    unsigned room = sum->room;
    widen(sum, &first, &end);
    while (room < end - first)
        room = room == 0 ? FEWEST_WORDS : 2 * room;
    if (room == sum->room)
        return true;
    int64_t *words = stoa__reallocate(sum->words, room * sizeof *words);
    if (words == NULL)
        return false;
    sum->words = words;
    sum->room = (uint16_t)room;
    return true;
}

/* The words first to end - 1 are there afterwards, as zeros if they were not. There is room. */
static void spread(stoa__exact *sum, unsigned first, unsigned end)
{
    widen(sum, &first, &end);
    unsigned below = sum->count == 0 ? 0 : sum->first - first;
    unsigned above = end - first - below - sum->count;
    memmove(sum->words + below, sum->words, sum->count * sizeof *sum->words);
    memset(sum->words, 0, below * sizeof *sum->words);
    memset(sum->words + below + sum->count, 0, above * sizeof *sum->words);
    sum->first = (uint16_t)first;
    sum->count = (uint16_t)(end - first);
}

/* ---- carries ---- */

/* The last word takes what the others carry. */
static void carry(stoa__exact *sum)
{
    int64_t over = 0;
    for (unsigned i = 0; i + 1 < sum->count; i++) {
        int64_t word = sum->words[i] + over;
        sum->words[i] = word & UINT32_MAX;
        over = word >> 32;
    }
    if (sum->count > 0)
        sum->words[sum->count - 1] += over;
    sum->waiting = 0;
}

/* The last word's bits as a signed number of 32. */
static int64_t as_last(int64_t word)
{
    return (int64_t)(int32_t)(uint32_t)(uint64_t)word;
}

void stoa__exact_settle(stoa__exact *sum)
{
    carry(sum);
    while (sum->count > 1) { /* a last word that only repeats the sign */
        int64_t below = as_last(sum->words[sum->count - 2]);
        if (sum->words[sum->count - 1] != (below < 0 ? -1 : 0))
            break;
        sum->words[--sum->count - 1] = below;
    }
    unsigned zeros = 0;
    while (zeros < sum->count && sum->words[zeros] == 0)
        zeros++;
    sum->count = (uint16_t)(sum->count - zeros);
    sum->first = sum->count == 0 ? 0 : (uint16_t)(sum->first + zeros);
    if (zeros > 0)
        memmove(sum->words, sum->words + zeros, sum->count * sizeof *sum->words);
}

/* ---- adding ---- */

/* Words from `word` on, and for carries. */
static bool reach(stoa__exact *sum, unsigned word, unsigned words)
{
    unsigned end = word + words + CARRIES;
    if (sum->waiting >= LONGEST_WAIT)
        carry(sum);
    if (has_words(sum, word, end))
        return true;
    if (!make_room(sum, word, end))
        return false;
    spread(sum, word, end);
    return true;
}

/* Adds bits * 2^(32 word + shift); the words are there. */
static void add_bits(stoa__exact *sum, uint64_t bits, unsigned word, unsigned shift, bool negative)
{
    stoa__uint128 moved = (stoa__uint128)bits << shift;
    int64_t *to = sum->words + (word - sum->first);
    int64_t sign = negative ? -1 : 1;
    to[0] += sign * (int64_t)(uint32_t)moved;
    to[1] += sign * (int64_t)(uint32_t)(moved >> 32);
    to[2] += sign * (int64_t)(uint32_t)(moved >> 64);
}

/* Its integer, and the power of two that it is multiplied with. Of a number. */
static uint64_t parts_of(double value, int *power)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t fraction = bits & 0xfffffffffffff;
    *power = (exponent == 0 ? 1 : exponent) - 1075;
    return exponent == 0 ? fraction : fraction | (uint64_t)1 << 52;
}

static bool is_number(stoa__exact *sum, double value)
{
    if (value != value)
        sum->flags |= STOA__EXACT_NAN;
    else if (__builtin_isinf(value))
        sum->flags |= value > 0 ? STOA__EXACT_INFINITY : STOA__EXACT_MINUS_INFINITY;
    else
        return true;
    return false;
}

bool stoa__exact_add(stoa__exact *sum, double value)
{
    int power;
    if (!is_number(sum, value) || value == 0)
        return true;
    uint64_t bits = parts_of(value, &power);
    unsigned place = (unsigned)(power - STOA__EXACT_LOWEST);
    if (!reach(sum, place / 32, 3))
        return false;
    add_bits(sum, bits, place / 32, place % 32, value < 0);
    sum->waiting++;
    return true;
}

bool stoa__exact_add_square(stoa__exact *sum, double value)
{
    int power;
    if (!is_number(sum, value) || value == 0)
        return true;
    uint64_t bits = parts_of(value, &power);
    stoa__uint128 square = (stoa__uint128)bits * bits;
    unsigned place = (unsigned)(2 * power - STOA__EXACT_LOWEST);
    if (!reach(sum, place / 32, 5))
        return false;
    add_bits(sum, (uint64_t)square, place / 32, place % 32, false);
    add_bits(sum, (uint64_t)(square >> 64), place / 32 + 2, place % 32, false);
    sum->waiting += 2;
    return true;
}

static bool add_each(stoa__exact *sum, bool (*add)(stoa__exact *, double), const double *values,
                     const uint64_t *mask, size_t count)
{
    bool fits = true;
    for (size_t i = 0; fits && i < count; i++)
        if (mask == NULL || (mask[i / 64] >> i % 64 & 1) != 0)
            fits = add(sum, values[i]);
    return fits;
}

static bool add_block(stoa__exact *sum, stoa__split *split, bool (*add)(stoa__exact *, double),
                      const double *values, const uint64_t *mask, size_t count)
{
    double parts[STOA__MOST_PARTS];
    size_t made = split(parts, values, mask, count);
    return made == STOA__NOT_SPLIT ? add_each(sum, add, values, mask, count)
                                   : add_each(sum, stoa__exact_add, parts, NULL, made);
}

bool stoa__exact_add_all(stoa__exact *sum, stoa__exact *squares, const double *values,
                         const uint64_t *mask, size_t count)
{
    const stoa__kernels *kernels = stoa__kernels_here();
    return add_block(sum, kernels->split, stoa__exact_add, values, mask, count) &&
           (squares == NULL || add_block(squares, kernels->split_squares, stoa__exact_add_square,
                                         values, mask, count));
}

/* ---- sums of sums ---- */

bool stoa__exact_fits(const stoa__exact *sum, const stoa__exact *next)
{
    return end_of(sum) < STOA__EXACT_WORDS && end_of(next) < STOA__EXACT_WORDS;
}

bool stoa__exact_reserve(stoa__exact *sum, const stoa__exact *next)
{
    unsigned end = end_of(next) > end_of(sum) ? end_of(next) : end_of(sum);
    return next->count == 0 || make_room(sum, next->first, end + CARRY);
}

void stoa__exact_merge(stoa__exact *sum, const stoa__exact *next)
{
    unsigned end = end_of(next) > end_of(sum) ? end_of(next) : end_of(sum);
    sum->flags |= next->flags;
    if (next->count == 0)
        return;
    spread(sum, next->first, end + CARRY);
    for (unsigned i = 0; i < next->count; i++)
        sum->words[next->first - sum->first + i] += next->words[i];
    stoa__exact_settle(sum);
}

/* ---- rounding ---- */

/* What is not a number decides alone. */
static bool is_special(const stoa__exact *sum, double *value)
{
    bool both =
        (sum->flags & STOA__EXACT_INFINITY) != 0 && (sum->flags & STOA__EXACT_MINUS_INFINITY) != 0;
    *value = (sum->flags & STOA__EXACT_NAN) != 0 || both ? (double)NAN
             : (sum->flags & STOA__EXACT_INFINITY) != 0  ? (double)INFINITY
                                                         : -(double)INFINITY;
    return sum->flags != 0;
}

/* The sum without its sign, in units of 2^STOA__EXACT_LOWEST; whether it was negative. */
static bool magnitude_of(const stoa__exact *sum, stoa__natural *made)
{
    bool negative = sum->count > 0 && sum->words[sum->count - 1] < 0;
    int64_t over = 0;
    stoa__natural_clear(made, sum->first);
    for (unsigned i = 0; i < sum->count; i++) {
        int64_t word = (negative ? -sum->words[i] : sum->words[i]) + over;
        made->words[made->count++] = (uint32_t)word;
        over = word >> 32;
    }
    return negative;
}

double stoa__exact_mean(const stoa__exact *sum, uint64_t count)
{
    double value;
    stoa__natural magnitude;
    if (is_special(sum, &value))
        return value;
    bool negative = magnitude_of(sum, &magnitude);
    value = stoa__natural_quotient(&magnitude, count, 1, STOA__EXACT_LOWEST);
    return negative ? -value : value;
}

double stoa__exact_value(const stoa__exact *sum)
{
    return stoa__exact_mean(sum, 1);
}

/* (count * squares - sum^2) / (count * (count - ddof)) */
double stoa__exact_variance(const stoa__exact *sum, const stoa__exact *squares, uint64_t count,
                            uint64_t ddof)
{
    stoa__natural all, part, product;
    if ((sum->flags | squares->flags) != 0)
        return (double)NAN;
    magnitude_of(squares, &part);
    stoa__natural_scale(&all, &part, count, -STOA__EXACT_LOWEST / 32);
    magnitude_of(sum, &part);
    stoa__natural_square(&product, &part);
    if (!stoa__natural_subtract(&all, &product))
        return (double)NAN; /* no values have such sums */
    return stoa__natural_quotient(&all, count, count - ddof, 2 * STOA__EXACT_LOWEST);
}
