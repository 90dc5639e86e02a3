/* follow.c: rows by their ids, and cells by their rows.
 *
 * An id says its slot, the slot a row, and the row which id it has (store/ids.c): two loads that
 * depend on each other, from places that the cache mostly does not hold. So there are two loops:
 * in each, no value's load waits for another's, and as many are under way as the processor can
 * have. That is as quick as prefetching, and separate loads are as quick as gather instructions.
 * Where no row has moved or gone, an id says its row itself, and nothing is loaded.
 *
 * An id whose slot or row does not exist is looked for in slot 0 or row 0, which tell that it is
 * not theirs; so no loop branches on what the ids are. */
#include "kernel/level.h"

/* The row that the slot of each id says. */
static void rows_said(uint32_t *out, const stoa_ids *ids, size_t rows, const uint64_t *given,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t slot = given[i] & ids->slots;
        slot = slot < ids->slot_count ? slot : 0;
        uint32_t row = ids->rows[slot] ^ (uint32_t)slot;
        __asm__("" : "+r"(row));
        out[i] = row < rows ? row : 0;
    }
}

/* Of a table whose rows are as they came. */
static bool find_begun(uint32_t *out, uint64_t origin, size_t rows, const uint64_t *given,
                       size_t count)
{
    uint32_t missed = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t row = given[i] ^ origin;
        uint32_t other = row < rows ? 0 : STOA__NO_ROW;
        out[i] = (uint32_t)row | other;
        missed |= other;
    }
    return missed == 0;
}

bool STOA__AT_LEVEL(stoa__find_rows)(uint32_t *out, const stoa_ids *ids, size_t rows,
                                     const uint64_t *given, size_t count)
{
    uint32_t missed = 0;
    if (rows == 0) {
        for (size_t i = 0; i < count; i++)
            out[i] = STOA__NO_ROW;
        return count == 0;
    }
    if (ids->begun >= rows)
        return find_begun(out, ids->origin, rows, given, count);
    rows_said(out, ids, rows, given, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t row = out[i];
        uint64_t id = ids->cells[row] ^ ids->origin ^ row;
        __asm__("" : "+r"(id));
        uint32_t other = id != given[i] ? STOA__NO_ROW : 0;
        out[i] = row | other;
        missed |= other;
    }
    return missed == 0;
}

/* Where there is no row, a zero is read instead. */
#define COLLECTS(width, cell)                                                                      \
    void STOA__AT_LEVEL(stoa__collect_##width)(void *out, const void *cells, const uint32_t *rows, \
                                               size_t count)                                       \
    {                                                                                              \
        static const cell zero;                                                                    \
        cell *to = out;                                                                            \
        const cell *from = cells;                                                                  \
        for (size_t i = 0; i < count; i++) {                                                       \
            const cell *at = rows[i] != STOA__NO_ROW ? from + rows[i] : &zero;                     \
            __asm__("" : "+r"(at));                                                                \
            to[i] = *at;                                                                           \
        }                                                                                          \
    }
COLLECTS(1, uint8_t)
COLLECTS(2, uint16_t)
COLLECTS(4, uint32_t)
COLLECTS(8, uint64_t)

void STOA__AT_LEVEL(stoa__collect_bits)(uint64_t *out, const uint64_t *bits, const uint32_t *rows,
                                        size_t count)
{
    static const uint64_t zero;
    for (size_t first = 0; first < count; first += 64) {
        size_t end = count - first < 64 ? count - first : 64;
        uint64_t word = 0;
        for (size_t i = 0; i < end; i++) {
            uint32_t row = rows[first + i];
            const uint64_t *at = row != STOA__NO_ROW ? bits + row / 64 : &zero;
            word |= (*at >> row % 64 & 1) << i;
        }
        out[first / 64] = word;
    }
}

void STOA__AT_LEVEL(stoa__row_bits)(uint64_t *out, const uint32_t *rows, size_t count)
{
    for (size_t first = 0; first < count; first += 64) {
        size_t end = count - first < 64 ? count - first : 64;
        uint64_t word = 0;
        for (size_t i = 0; i < end; i++)
            word |= (uint64_t)(rows[first + i] != STOA__NO_ROW) << i;
        out[first / 64] = word;
    }
}
