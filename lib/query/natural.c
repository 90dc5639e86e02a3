/* natural.c: natural numbers of any size that a sum has: schoolbook multiplication and division,
 * which take microseconds for the longest. */
#include "query/natural.h"

#include "kernel/kernel.h"

#include <math.h>
#include <string.h>

void stoa__natural_scale(stoa__natural *made, const stoa__natural *number, uint64_t factor,
                         unsigned words)
{
    stoa__uint128 over = 0;
    stoa__natural_clear(made, number->first + words);
    for (unsigned i = 0; i < number->count; i++) {
        over += (stoa__uint128)number->words[i] * factor;
        made->words[made->count++] = (uint32_t)over;
        over >>= 32;
    }
    for (; over != 0; over >>= 32)
        made->words[made->count++] = (uint32_t)over;
}

void stoa__natural_square(stoa__natural *made, const stoa__natural *number)
{
    stoa__natural_clear(made, 2 * number->first);
    made->count = 2 * number->count;
    memset(made->words, 0, made->count * sizeof *made->words);
    for (unsigned i = 0; i < number->count; i++) {
        uint64_t over = 0;
        for (unsigned k = 0; k < number->count; k++) {
            over += (uint64_t)number->words[i] * number->words[k] + made->words[i + k];
            made->words[i + k] = (uint32_t)over;
            over >>= 32;
        }
        made->words[i + number->count] = (uint32_t)over;
    }
}

/* Makes words from `first` on be there, as zeros. */
static void extend_down(stoa__natural *number, unsigned first)
{
    unsigned more = number->first - first;
    if (number->count == 0 || more > number->first)
        more = 0;
    memmove(number->words + more, number->words, number->count * sizeof *number->words);
    memset(number->words, 0, more * sizeof *number->words);
    number->count += more;
    number->first = number->count == 0 ? first : number->first - more;
}

bool stoa__natural_subtract(stoa__natural *number, const stoa__natural *less)
{
    int64_t over = 0;
    if (less->first < number->first)
        extend_down(number, less->first);
    unsigned at = less->first - number->first;
    for (unsigned i = 0; i < less->count; i++) {
        bool is_there = at + i < number->count;
        if (!is_there && less->words[i] != 0)
            return false;
        if (!is_there)
            continue;
        over += (int64_t)number->words[at + i] - less->words[i];
        number->words[at + i] = (uint32_t)over;
        over >>= 32;
    }
    for (unsigned i = at + less->count; i < number->count && over != 0; i++) {
        over += number->words[i];
        number->words[i] = (uint32_t)over;
        over >>= 32;
    }
    return over == 0;
}

/* Divides in place; whether there is a rest. */
static bool divide(stoa__natural *number, uint64_t by)
{
    stoa__uint128 rest = 0;
    for (unsigned i = number->count; i-- > 0;) {
        rest = rest << 32 | number->words[i];
        number->words[i] = (uint32_t)(rest / by);
        rest %= by;
    }
    return rest != 0;
}

/* The uppermost 64 bits of a number, and the power of the lowest of them; whether bits below them
 * were lost. */
static uint64_t upper_bits(const stoa__natural *number, int *power, bool *lost)
{
    unsigned count = number->count;
    while (count > 0 && number->words[count - 1] == 0)
        count--;
    if (count == 0)
        return 0;
    uint64_t third = count > 2 ? number->words[count - 3] : 0;
    uint64_t second = count > 1 ? number->words[count - 2] : 0, first = number->words[count - 1];
    unsigned shift = (unsigned)__builtin_clz((uint32_t)first);
    uint64_t upper = first << 32 | second;
    if (shift > 0)
        upper = upper << shift | third >> (32 - shift);
    *lost = *lost || (uint32_t)(third << shift) != 0;
    for (unsigned i = 0; i + 3 < count; i++)
        *lost = *lost || number->words[i] != 0;
    *power += 32 * ((int)(number->first + count) - 2) - (int)shift;
    return upper;
}

/* Rounds by hand: ldexp would round a second time among subnormals. */
static double rounded(uint64_t bits, int power, bool lost)
{
    int drop = 11; /* of 64 bits 53 are kept; fewer of a subnormal */
    if (power + drop < -1074)
        drop = -1074 - power;
    if (drop > 65)
        return 0;
    uint64_t kept = drop < 64 ? bits >> drop : 0;
    uint64_t half = drop <= 64 ? (uint64_t)1 << (drop - 1) : 0;
    uint64_t below = drop < 64 ? bits & (((uint64_t)1 << drop) - 1) : bits;
    bool is_more = drop <= 64 && (below > half || (below == half && (lost || (kept & 1) != 0)));
    return ldexp((double)(kept + is_more), power + drop);
}

double stoa__natural_quotient(const stoa__natural *number, uint64_t a, uint64_t b, int power)
{
    enum { MORE = 7 }; /* words: so the quotient has more than 64 bits, of any but 0 */
    stoa__natural left;
    left.first = number->first;
    left.count = number->count + MORE;
    memset(left.words, 0, MORE * sizeof *left.words);
    memcpy(left.words + MORE, number->words, number->count * sizeof *left.words);
    bool lost = divide(&left, a);
    lost = divide(&left, b) || lost;
    power -= 32 * MORE;
    uint64_t bits = upper_bits(&left, &power, &lost);
    return bits == 0 ? 0 : rounded(bits, power, lost);
}
