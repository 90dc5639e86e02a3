/* test_kernels_follow.c: kernels that find rows by ids and collect their cells, at each level. */
#include <stdlib.h>
#include <string.h>

#include "../support/kernels.h"

enum { MOST_ROWS = 300, SLOTS = 512, SPARE = 70, MOST = 4099 };
#define ORIGIN ((UINT64_C(5) << 44) | (UINT64_C(77) << 20))

/* What the slots say, as store/ids.c keeps it: rows have slots in any order, with any generation;
 * the other slots are retired, and say anything. */
typedef struct world {
    stoa_ids ids;
    size_t rows; /* that are there; the next ones have ids already */
    uint64_t cells[MOST_ROWS + SPARE];
    uint32_t said[SLOTS];
} world;

static void mix(uint32_t *slots, size_t count, dice *d)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = dice_below(d, i);
        uint32_t slot = slots[i - 1];
        slots[i - 1] = slots[other];
        slots[other] = slot;
    }
}

static void make_world(world *w, size_t rows, dice *d)
{
    uint32_t slots[SLOTS];
    *w = (world){.rows = rows};
    w->ids = (stoa_ids){.cells = w->cells,
                        .rows = w->said,
                        .origin = ORIGIN,
                        .slots = SLOTS * 4 - 1,
                        .slot_count = rows == 0 ? 0 : SLOTS};
    for (uint32_t i = 0; i < SLOTS; i++) {
        slots[i] = i;
        w->said[i] = (uint32_t)dice_roll(d);
    }
    mix(slots, SLOTS, d);
    for (uint32_t i = 0; i < rows + SPARE; i++) {
        uint64_t id = (UINT64_C(5) << 44) | dice_below(d, 9) << 20 | slots[i];
        w->cells[i] = id ^ ORIGIN ^ i;
        w->said[slots[i]] = i ^ slots[i];
    }
}

/* Rows as they came, of which the first `begun` are told to be. */
static void begin_world(world *w, size_t rows, size_t begun)
{
    *w = (world){.rows = rows};
    w->ids = (stoa_ids){.cells = w->cells,
                        .rows = w->said,
                        .origin = ORIGIN,
                        .slots = SLOTS * 4 - 1,
                        .slot_count = SLOTS,
                        .begun = begun};
}

static uint64_t id_of(const world *w, size_t row)
{
    return w->cells[row] ^ ORIGIN ^ row;
}

/* Of a row mostly; else null, of the next row, of another generation, table or slot, or any bits.
 */
static uint64_t roll_id(const world *w, bool all_found, dice *d)
{
    uint64_t id = w->rows == 0 ? ORIGIN : id_of(w, dice_below(d, w->rows));
    switch (all_found ? 99 : dice_below(d, 12)) {
    case 0:
        return 0;
    case 1:
        return id_of(w, w->rows + dice_below(d, SPARE));
    case 2:
        return id ^ UINT64_C(1) << 20;
    case 3:
        return id ^ UINT64_C(1) << 44;
    case 4:
        return id ^ (1 + dice_below(d, SLOTS * 4 - 1));
    case 5:
        return dice_roll(d);
    default:
        return id;
    }
}

static uint32_t slow_row(const world *w, uint64_t id)
{
    for (uint32_t row = 0; row < w->rows; row++)
        if (id_of(w, row) == id)
            return row;
    return STOA__NO_ROW;
}

static void check_collected(const stoa__kernels *level, const uint32_t *rows, size_t count,
                            size_t shift, dice *d)
{
    for (size_t which = 0, width = 1; which < 4; which++, width *= 2) {
        unsigned char cells[MOST_ROWS * 8], none[8] = {0};
        for (size_t i = 0; i < MOST_ROWS * width; i++)
            cells[i] = (unsigned char)dice_roll(d);
        unsigned char *out = kernel_place(2, count * width, shift * width);
        level->collect[which](out, cells, rows, count);
        for (size_t i = 0; i < count; i++)
            ck_assert_mem_eq(out + i * width,
                             rows[i] == STOA__NO_ROW ? none : cells + rows[i] * width, width);
        ck_assert(kernel_kept(2, count * width, shift * width));
    }
}

static void check_bits(const stoa__kernels *level, const uint32_t *rows, size_t count, dice *d)
{
    uint64_t bits[MOST_ROWS / 64 + 1];
    for (size_t i = 0; i <= MOST_ROWS / 64; i++)
        bits[i] = dice_roll(d);
    size_t bytes = kernel_bytes(STOA_BOOL, count);
    uint64_t *out = kernel_place(3, bytes, 8), *there = kernel_place(4, bytes, 8);
    level->collect_bits(out, bits, rows, count);
    level->row_bits(there, rows, count);
    for (size_t i = 0; i < bytes * 8; i++) {
        bool is_there = i < count && rows[i] != STOA__NO_ROW;
        ck_assert_int_eq(there[i / 64] >> i % 64 & 1, is_there);
        ck_assert_int_eq(out[i / 64] >> i % 64 & 1,
                         is_there && (bits[rows[i] / 64] >> rows[i] % 64 & 1) != 0);
    }
    ck_assert(kernel_kept(3, bytes, 8) && kernel_kept(4, bytes, 8));
}

static void check(const stoa__kernels *level, const world *w, size_t count, size_t shift,
                  bool all_found, dice *d)
{
    uint64_t *given = kernel_place(0, count * sizeof *given, shift * 8);
    uint32_t *rows = kernel_place(1, count * sizeof *rows, shift * 4);
    bool missed = false;
    for (size_t i = 0; i < count; i++)
        given[i] = roll_id(w, all_found, d);
    bool found = level->find_rows(rows, &w->ids, w->rows, given, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(rows[i], slow_row(w, given[i]));
        missed = missed || rows[i] == STOA__NO_ROW;
    }
    ck_assert_int_eq(found, !missed);
    ck_assert(kernel_kept(1, count * sizeof *rows, shift * 4));
    check_collected(level, rows, count, shift, d);
    check_bits(level, rows, count, d);
}

/* Rows have slots in any order, or are as they came. */
TEST(each_id_gives_its_row_and_each_row_its_cell)
{
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    static const size_t rows[] = {0, 1, 2, 64, MOST_ROWS};
    static world w;
    dice d = {4};
    for (size_t level = 0; level < count; level++)
        for (size_t i = 0; kernel_length(i) != SIZE_MAX; i++) {
            size_t length = kernel_length(i) < MOST ? kernel_length(i) : MOST;
            size_t last = rows[i % 5], begun[] = {last > 0 ? last - 1 : 0, last, SIZE_MAX};
            make_world(&w, last, &d);
            check(levels[level], &w, length, i % 8, i % 3 == 0, &d);
            begin_world(&w, last, begun[i / 5 % 3]);
            check(levels[level], &w, length, i % 8, i % 2 == 0, &d);
        }
}

int main(void)
{
    return RUN("kernels: follow", each_id_gives_its_row_and_each_row_its_cell);
}
