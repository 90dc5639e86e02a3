/* test_kernels_compress.c: packing selected cells and positions, at every level and width, compared
 * with a loop that copies one after another. Memory behind a kernel's room is either protected or
 * checked. */
#include "../support/kernels.h"

enum { MOST = 4099 };

enum { EMPTY, FULL, HALF, SPARSE, DENSE, ALTERNATING, ONLY_FIRST, ONLY_LAST, RUNS, MASKS };

static bool is_selected(int mask, size_t i, size_t count, dice *d)
{
    switch (mask) {
    case EMPTY:
        return false;
    case HALF:
        return dice_below(d, 2) == 0;
    case SPARSE:
        return dice_below(d, 100) == 0;
    case DENSE:
        return dice_below(d, 100) != 0;
    case ALTERNATING:
        return i % 2 == 0;
    case ONLY_FIRST:
        return i == 0;
    case ONLY_LAST:
        return i + 1 == count;
    case RUNS: /* runs of full words, of empty words, and mixed words between them */
        return i / 150 % 2 == 0;
    default:
        return true;
    }
}

/* Makes a mask in place 2, up to its protected page. */
static const uint64_t *make_mask(int mask, size_t count, dice *d)
{
    uint64_t *words = kernel_place(2, kernel_bytes(STOA_BOOL, count), 0);
    memset(words, 0, kernel_bytes(STOA_BOOL, count));
    for (size_t i = 0; i < count; i++)
        kernel_set(STOA_BOOL, words, i, (kernel_value){.boolean = is_selected(mask, i, count, d)});
    return words;
}

static bool is_set(const uint64_t *mask, size_t i)
{
    return mask[i / 64] >> (i % 64) & 1;
}

typedef struct trial {
    const stoa__kernels *level;
    const uint64_t *mask;
    size_t which, width, count;
    unsigned char cells[8 * MOST], expected[8 * MOST];
    size_t n; /* number of expected cells */
} trial;

static void expect(trial *t, dice *d)
{
    t->n = 0;
    for (size_t i = 0; i < t->count * t->width; i++)
        t->cells[i] = (unsigned char)dice_roll(d);
    for (size_t i = 0; i < t->count; i++)
        if (is_set(t->mask, i))
            memcpy(t->expected + t->width * t->n++, t->cells + i * t->width, t->width);
}

static void check(const trial *t, const void *out, size_t n, const char *how, size_t room)
{
    ck_assert_msg(n == t->n && memcmp(out, t->expected, n * t->width) == 0,
                  "%s, width %zu: %zu of %zu cells %s, room %zu", t->level->name, t->width, t->n,
                  t->count, how, room);
}

/* Packs into another array, which has room for `more` further cells. */
static void try_apart(const trial *t, size_t more, size_t shift)
{
    size_t bytes = t->count * t->width, room = t->n + more;
    void *in = kernel_place(0, bytes, shift * t->width);
    void *out = kernel_place(1, room * t->width, shift * t->width);
    memcpy(in, t->cells, bytes);
    size_t n = t->level->compress[t->which](out, in, t->mask, t->count, room);
    check(t, out, n, "apart", room);
    ck_assert(memcmp(in, t->cells, bytes) == 0);
    ck_assert_msg(kernel_kept(1, room * t->width, shift * t->width),
                  "%s, width %zu: writes behind the room", t->level->name, t->width);
}

/* Packs to the start of the same array, `gap` cells before the input. */
static void try_in_place(const trial *t, size_t gap, size_t more)
{
    size_t bytes = t->count * t->width, room = t->n + more;
    char *out = kernel_place(0, gap * t->width + bytes, 0);
    memcpy(out + gap * t->width, t->cells, bytes);
    if (room > gap + t->count)
        room = gap + t->count;
    size_t n = t->level->compress[t->which](out, out + gap * t->width, t->mask, t->count, room);
    check(t, out, n, "in place", room);
    ck_assert(kernel_kept(0, gap * t->width + bytes, 0));
    for (size_t i = room; i < gap + t->count; i++) /* cells beyond the room */
        ck_assert_msg(
            i < gap || memcmp(out + i * t->width, t->cells + (i - gap) * t->width, t->width) == 0,
            "%s, width %zu: writes behind the room", t->level->name, t->width);
}

static void try_widths(int mask, size_t count, bool in_place, dice *d)
{
    static trial t;
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    t.count = count;
    t.mask = make_mask(mask, count, d);
    for (t.which = 0; t.which < 4; t.which++) {
        t.width = (size_t)1 << t.which;
        expect(&t, d);
        for (size_t i = 0; i < level_count; i++) {
            t.level = levels[i];
            size_t more = dice_below(d, 2) * dice_below(d, 200);
            if (in_place)
                try_in_place(&t, dice_below(d, 2) * dice_below(d, 100), more);
            else
                try_apart(&t, more, dice_below(d, 3));
        }
    }
}

static void try_all(bool in_place)
{
    dice d = {3};
    for (size_t i = 0; kernel_length(i) != SIZE_MAX; i++)
        for (int mask = 0; mask < MASKS; mask++)
            try_widths(mask, kernel_length(i), in_place, &d);
}

TEST(selected_cells_are_packed_within_their_room)
{
    try_all(false);
}

TEST(selected_cells_are_packed_in_place)
{
    try_all(true);
}

TEST(the_positions_of_the_bits_are_given_within_their_room)
{
    static uint64_t expected[MOST];
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    dice d = {5};
    for (size_t i = 0; kernel_length(i) != SIZE_MAX; i++)
        for (int m = 0; m < MASKS; m++) {
            size_t count = kernel_length(i), n = 0;
            const uint64_t *mask = make_mask(m, count, &d);
            uint64_t first = dice_below(&d, 2) * (((uint64_t)1 << 40) + 7);
            for (size_t k = 0; k < count; k++)
                if (is_set(mask, k))
                    expected[n++] = first + k;
            for (size_t l = 0; l < level_count; l++) {
                size_t room = n + dice_below(&d, 2) * dice_below(&d, 100);
                uint64_t *out = kernel_place(1, room * 8, 0);
                size_t got = levels[l]->positions(out, mask, count, first, room);
                ck_assert_msg(got == n && memcmp(out, expected, n * 8) == 0,
                              "%s: positions of %zu of %zu", levels[l]->name, n, count);
                ck_assert(kernel_kept(1, room * 8, 0));
            }
        }
}

static void gather_all(const stoa__kernels *level, const uint16_t *offsets, size_t n, size_t count,
                       dice *d)
{
    for (size_t which = 0; which < 4; which++) {
        size_t width = (size_t)1 << which;
        unsigned char *in = kernel_place(0, count * width, 0);
        for (size_t i = 0; i < count * width; i++)
            in[i] = (unsigned char)dice_roll(d);
        unsigned char *out = kernel_place(1, n * width, 0);
        level->gather[which](out, in, offsets, n);
        for (size_t k = 0; k < n; k++)
            ck_assert(memcmp(out + k * width, in + offsets[k] * width, width) == 0);
        ck_assert(kernel_kept(1, n * width, 0));
    }
}

TEST(few_cells_are_gathered_by_the_places_of_their_bits)
{
    static uint16_t offsets[MOST + STOA__OFFSETS_MORE];
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    dice d = {6};
    for (size_t i = 0; kernel_length(i) != SIZE_MAX; i++)
        for (int m = 0; m < MASKS; m++) {
            size_t count = kernel_length(i);
            const uint64_t *mask = make_mask(m, count, &d);
            for (size_t l = 0; l < 2 * level_count; l++) { /* once announced as few, once as many */
                const stoa__kernels *level = levels[l / 2];
                size_t n = level->offsets(offsets, mask, count, l % 2 * count), found = 0;
                for (size_t k = 0; k < count; k++)
                    if (is_set(mask, k))
                        ck_assert_uint_eq(offsets[found++], k);
                ck_assert_uint_eq(found, n);
                gather_all(level, offsets, n, count, &d);
            }
        }
}

TEST(set_bits_are_counted)
{
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    dice d = {9};
    for (size_t i = 0; kernel_length(i) != SIZE_MAX; i++)
        for (int m = 0; m < MASKS; m++) {
            size_t count = kernel_length(i), n = 0;
            const uint64_t *mask = make_mask(m, count, &d);
            for (size_t k = 0; k < count; k++)
                n += is_set(mask, k);
            for (size_t l = 0; l < level_count; l++)
                ck_assert_msg(levels[l]->count_bits(mask, count) == n, "%s: %zu of %zu bits",
                              levels[l]->name, n, count);
        }
}

/* Every byte at every place of a word: these index the tables of patterns. */
TEST(every_pattern_of_eight_bits_is_packed)
{
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    static trial t;
    dice d = {13};
    t.count = 128; /* the second word leaves room, so code for the last cells is not used */
    for (unsigned pattern = 0; pattern < 256; pattern++)
        for (size_t at = 0; at < 8; at++)
            for (t.which = 0; t.which < 4; t.which++) {
                uint64_t *mask = kernel_place(2, 16, 0);
                mask[0] = (uint64_t)pattern << (8 * at);
                mask[1] = UINT64_MAX;
                t.mask = mask;
                t.width = (size_t)1 << t.which;
                expect(&t, &d);
                for (size_t i = 0; i < level_count; i++) {
                    t.level = levels[i];
                    try_apart(&t, 0, 0);
                }
            }
}

int main(void)
{
    return RUN("kernels: packing", selected_cells_are_packed_within_their_room,
               selected_cells_are_packed_in_place,
               the_positions_of_the_bits_are_given_within_their_room,
               few_cells_are_gathered_by_the_places_of_their_bits, set_bits_are_counted,
               every_pattern_of_eight_bits_is_packed);
}
