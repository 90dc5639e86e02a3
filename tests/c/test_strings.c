/* test_strings.c: pools of strings beside a slow model: what is interned, found and taken out
 * again; what is no UTF-8; memory and limits; addresses that stay. */
#include <stdlib.h>

#include "../support/testing.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "store/strings.h"

#define S(text) ((stoa_string){text, sizeof(text) - 1})

static stoa_string_pool *new_pool(size_t max_count, size_t max_bytes)
{
    const stoa_string_pool_options options = {.max_count = max_count, .max_bytes = max_bytes};
    stoa_string_pool *pool = NULL;
    WORKS(NULL, stoa_string_pool_new(&pool, &options, &trouble));
    return pool;
}

static stoa_handle intern(stoa_string_pool *pool, stoa_string string)
{
    stoa_handle handle = STOA_NO_STRING;
    PASSES(stoa_string_pool_intern(pool, &string, 1, &handle, &trouble));
    return handle;
}

static bool equal(stoa_string a, stoa_string b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* ---- a model: a list that is searched from start to end ---- */

typedef struct model {
    stoa_string strings[2000];
    size_t count;
} model;

static stoa_handle model_find(const model *m, stoa_string string)
{
    for (size_t i = 0; i < m->count; i++)
        if (equal(m->strings[i], string))
            return (stoa_handle)i;
    return STOA_NO_STRING;
}

static stoa_handle model_intern(model *m, stoa_string string)
{
    stoa_handle found = model_find(m, string);
    if (found != STOA_NO_STRING)
        return found;
    char *bytes = malloc(string.length + 1);
    memcpy(bytes, string.bytes, string.length);
    m->strings[m->count] = (stoa_string){bytes, string.length};
    return (stoa_handle)m->count++;
}

static void model_cut(model *m, size_t count)
{
    while (m->count > count && m->count > 1)
        free((void *)(uintptr_t)m->strings[--m->count].bytes);
}

static void matches(const stoa_string_pool *pool, const model *m)
{
    ck_assert_uint_eq(stoa_string_pool_count(pool), m->count);
    uint64_t at = 0;
    for (size_t i = 0; i < m->count; i++) {
        stoa_string string = stoa_string_pool_get(pool, (stoa_handle)i);
        ck_assert_ptr_nonnull(string.bytes);
        ck_assert_msg(equal(string, m->strings[i]), "string %zu", i);
        ck_assert_uint_eq(stoa_string_pool_find(pool, m->strings[i]), i);
        ck_assert_uint_eq(pool->offsets[i], at);
        at += string.length;
    }
    ck_assert_uint_eq(pool->offsets[m->count], at);
}

/* ---- empty ---- */

TEST(a_new_pool_has_the_empty_string_and_takes_little)
{
    stoa_string_pool *pool = NULL;
    WORKS(NULL, stoa_string_pool_new(&pool, NULL, &trouble));
    ck_assert_uint_eq(stoa_string_pool_count(pool), 1);
    ck_assert_uint_eq(pool->offsets[0], 0);
    ck_assert_uint_eq(pool->offsets[1], 0);
    ck_assert_uint_eq(stoa_string_pool_find(pool, S("")), 0);
    ck_assert_uint_eq(stoa_string_pool_find(pool, (stoa_string){NULL, 0}), 0);
    ck_assert_uint_eq(stoa_string_pool_find(pool, S("a")), STOA_NO_STRING);
    ck_assert_uint_eq(intern(pool, (stoa_string){NULL, 0}), 0);
    ck_assert_uint_eq(stoa_string_pool_get(pool, 0).length, 0);
    ck_assert_ptr_nonnull(stoa_string_pool_get(pool, 0).bytes);
    static const stoa_handle none[] = {1, 2, 1000, STOA_NO_STRING};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        ck_assert_ptr_null(stoa_string_pool_get(pool, none[i]).bytes);
    ck_assert_uint_lt(stoa_string_pool_bytes(pool), 512);
    stoa_string_pool_free(pool);
}

TEST(nothing_comes_of_no_pool)
{
    stoa_string_pool *pool = NULL;
    ck_assert_uint_eq(stoa_string_pool_count(NULL), 0);
    ck_assert_uint_eq(stoa_string_pool_bytes(NULL), 0);
    ck_assert_uint_eq(stoa_string_pool_find(NULL, S("")), STOA_NO_STRING);
    ck_assert_ptr_null(stoa_string_pool_get(NULL, 0).bytes);
    ck_assert_ptr_null(stoa_string_pool_retain(NULL));
    stoa_string_pool_free(NULL);
    FAILS(STOA_INVALID, stoa_string_pool_new(NULL, NULL, &trouble));
    for (size_t i = 0; i < 4; i++) {
        stoa_string_pool_options options = {0};
        options.reserved[i] = 1;
        FAILS(STOA_INVALID, stoa_string_pool_new(&pool, &options, &trouble));
        ck_assert_ptr_null(pool);
    }
}

/* ---- beside the model ---- */

/* Few different ones, so that most come again; with NULs, and characters of 1 to 4 bytes. */
static stoa_string any_string(dice *d, char *room, size_t most)
{
    static const char *const characters[] = {
        "a", "b", "Z", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    size_t length = 0, count = dice_below(d, most);
    for (size_t i = 0; i < count; i++) {
        const char *character = characters[dice_below(d, 6)];
        size_t bytes = dice_below(d, 8) == 0 ? 1 : strlen(character);
        memcpy(room + length, bytes == 1 && dice_below(d, 4) == 0 ? "" : character, bytes);
        if (bytes == 1 && (room[length] & 0x80) != 0)
            room[length] = '-';
        length += bytes;
    }
    return (stoa_string){room, length};
}

TEST(strings_have_the_handles_of_a_slow_model)
{
    enum { MOST = 70 };
    static char rooms[MOST][200];
    static model m;
    stoa_string batch[MOST];
    stoa_handle handles[MOST];
    dice d = {5};
    for (int game = 0; game < 8; game++) {
        stoa_string_pool *pool = new_pool(0, game % 2 == 0 ? 0 : 90000);
        m = (model){.strings = {{"", 0}}, .count = 1};
        for (size_t round = 0; round < scaled(60, 10) && m.count + MOST < 2000; round++) {
            size_t count = dice_below(&d, MOST), before = m.count;
            for (size_t i = 0; i < count; i++)
                batch[i] = any_string(&d, rooms[i], game < 4 ? 5 : 40);
            PASSES(stoa_string_pool_intern(pool, batch, count, handles, &trouble));
            for (size_t i = 0; i < count; i++)
                ck_assert_uint_eq(handles[i], model_intern(&m, batch[i]));
            if (dice_below(&d, 4) == 0) { /* taken out, and may come back */
                size_t left = before + dice_below(&d, m.count - before + 1);
                stoa__strings_cut(pool, left);
                for (size_t i = left; i < m.count; i++)
                    ck_assert_uint_eq(stoa_string_pool_find(pool, m.strings[i]), STOA_NO_STRING);
                model_cut(&m, left);
            }
            matches(pool, &m);
        }
        stoa_string_pool_free(pool);
        model_cut(&m, 0);
    }
}

TEST(strings_of_the_same_hash_are_told_apart)
{
    enum { MANY = 200000 };
    size_t many = scaled(MANY, 3000);
    static struct {
        uint32_t hash;
        uint32_t number;
    } * all;
    stoa_string_pool *pool = new_pool(0, 0);
    char text[128]; /* what the hash reads of longer strings, for the compiler */
    all = calloc(many, sizeof *all);
    for (uint32_t i = 0; i < many; i++) {
        int length = snprintf(text, sizeof text, "%x", i);
        stoa_string string = {text, (size_t)length};
        ck_assert_uint_eq(intern(pool, string), i + 1);
        all[i].hash = (uint32_t)(stoa__hash(text, string.length) >> 32);
        all[i].number = i;
    }
    for (uint32_t i = 0; i < many; i++) {
        int length = snprintf(text, sizeof text, "%x", all[i].number);
        stoa_string string = {text, (size_t)length};
        ck_assert_uint_eq(stoa_string_pool_find(pool, string), i + 1);
        ck_assert(equal(stoa_string_pool_get(pool, i + 1), string));
    }
    stoa__strings_cut(pool, many / 2); /* and what is left is found across the holes */
    for (uint32_t i = 0; i < many; i++) {
        int length = snprintf(text, sizeof text, "%x", i);
        stoa_handle found = stoa_string_pool_find(pool, (stoa_string){text, (size_t)length});
        ck_assert_uint_eq(found, i + 1 < many / 2 ? i + 1 : STOA_NO_STRING);
    }
    free(all);
    stoa_string_pool_free(pool);
}

TEST(strings_may_stand_apart_and_unaligned)
{
    stoa_string_pool *pool = new_pool(0, 0);
    char room[8 * 24 + 1];
    static const char *const texts[] = {"x", "yy", "x", "", "zzz", "yy"};
    stoa_handle handles[6];
    for (size_t i = 0; i < 6; i++) {
        stoa_string string = {texts[i], strlen(texts[i])};
        memcpy(room + 1 + 24 * (5 - i), &string, sizeof string);
    }
    PASSES(stoa__strings_intern(pool, room + 1 + 24 * 5, -24, 6, handles, (stoa__place){NULL, 0},
                                &trouble));
    static const stoa_handle expected[] = {1, 2, 1, 0, 3, 2};
    ck_assert_mem_eq(handles, expected, sizeof expected);
    stoa_string_pool_free(pool);
}

/* ---- what is no string ---- */

TEST(what_is_no_utf8_is_refused_and_the_pool_stays_as_it_was)
{
    static const struct {
        const char *bytes;
        size_t length, at;
    } bad[] = {
        {"\x80", 1, 0},
        {"ab\xFF", 3, 2},
        {"\xC0\x80", 2, 0},
        {"\xC1\xBF", 2, 0},
        {"\xE0\x9F\xBF", 3, 0},
        {"\xED\xA0\x80", 3, 0},
        {"\xED\xBF\xBF", 3, 0},
        {"\xF0\x8F\xBF\xBF", 4, 0},
        {"\xF4\x90\x80\x80", 4, 0},
        {"\xF5\x80\x80\x80", 4, 0},
        {"12345678\xC3", 9, 8},
        {"1234567\xC3\x28", 9, 7},
        {"\xE2\x82", 2, 0},
        {"\xF0\x9F\x98", 3, 0},
        {"0123456789012345678901234567890\xF8", 32, 31},
    };
    stoa_string_pool *pool = new_pool(0, 0);
    ck_assert_uint_eq(intern(pool, S("there")), 1);
    stoa_handle handles[3];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const stoa_string strings[] = {S("new"), S("there"), {bad[i].bytes, bad[i].length}};
        char said[40];
        snprintf(said, sizeof said, "value 2 is not UTF-8: byte 0x%02x at %zu",
                 (unsigned char)bad[i].bytes[bad[i].at], bad[i].at);
        FAILS(STOA_INVALID, stoa_string_pool_intern(pool, strings, 3, handles, &trouble));
        SAYS(said);
        ck_assert_uint_eq(trouble.row, 2);
        ck_assert_uint_eq(stoa_string_pool_count(pool), 2);
        ck_assert_uint_eq(stoa_string_pool_find(pool, strings[0]), STOA_NO_STRING);
        ck_assert_uint_eq(stoa_string_pool_find(pool, strings[2]), STOA_NO_STRING);
    }
    const stoa_string fine[] = {S("\xC2\x80"),         S("\xDF\xBF"),     S("\xE0\xA0\x80"),
                                S("\xED\x9F\xBF"),     S("\xEE\x80\x80"), S("\xF0\x90\x80\x80"),
                                S("\xF4\x8F\xBF\xBF"), S("\0"),           S("\x7F")};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        ck_assert_uint_eq(intern(pool, fine[i]), i + 2);
    stoa_string_pool_free(pool);
}

TEST(utf8_is_told_as_by_single_characters)
{
    static const unsigned char bytes[] = {0x00, 0x41, 0x7F, 0x80, 0x9F, 0xA0, 0xBF, 0xC2,
                                          0xC3, 0xE0, 0xE2, 0xED, 0xF0, 0xF4, 0xF5, 0xFF};
    unsigned char text[40];
    dice d = {3};
    for (size_t round = 0; round < scaled(20000, 1000); round++) {
        size_t length = dice_below(&d, sizeof text), at = 0;
        bool mostly_ascii = dice_below(&d, 2) == 0;
        for (size_t i = 0; i < length; i++)
            text[i] = mostly_ascii && dice_below(&d, 16) != 0 ? 'x' : bytes[dice_below(&d, 16)];
        while (at < length && stoa__utf8_character(text + at, length - at) != 0)
            at += stoa__utf8_character(text + at, length - at);
        ck_assert_uint_eq(stoa__utf8_valid(text, length), at);
    }
}

TEST(strings_that_cannot_be_there_are_refused)
{
    stoa_string_pool *pool = new_pool(0, 0);
    stoa_handle handles[2];
    const stoa_string no_bytes[] = {S("a"), {NULL, 3}};
    FAILS(STOA_INVALID, stoa_string_pool_intern(pool, no_bytes, 2, handles, &trouble));
    SAYS("value 1 has 3 bytes, but they are NULL");
    ck_assert_uint_eq(trouble.row, 1);
    const stoa_string too_long = {"a", SIZE_MAX};
    FAILS(STOA_INVALID, stoa_string_pool_intern(pool, &too_long, 1, handles, &trouble));
    ck_assert_uint_eq(stoa_string_pool_find(pool, too_long), STOA_NO_STRING);
    ck_assert_uint_eq(stoa_string_pool_find(pool, no_bytes[1]), STOA_NO_STRING);
    ck_assert_uint_eq(stoa_string_pool_count(pool), 1);
    FAILS(STOA_INVALID, stoa_string_pool_intern(NULL, no_bytes, 1, handles, &trouble));
    FAILS(STOA_INVALID, stoa_string_pool_intern(pool, NULL, 1, handles, &trouble));
    FAILS(STOA_INVALID, stoa_string_pool_intern(pool, no_bytes, 1, NULL, &trouble));
    PASSES(stoa_string_pool_intern(pool, NULL, 0, NULL, &trouble));
    stoa_string_pool_free(pool);
}

/* ---- limits ---- */

TEST(a_full_pool_says_so_and_takes_what_it_has)
{
    static const size_t counts[] = {1, 2, 10, 100, 5000, 20000};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        size_t count = counts[k];
        stoa_string_pool *pool = new_pool(count, 0);
        char text[16];
        for (size_t i = 1; i < count; i++) {
            int length = snprintf(text, sizeof text, "%zu", i);
            ck_assert_uint_eq(intern(pool, (stoa_string){text, (size_t)length}), i);
        }
        stoa_handle handles[3] = {0};
        const stoa_string one_more[] = {S("1"), S(""), S("one more")};
        FAILS(STOA_FULL, stoa_string_pool_intern(pool, one_more, 3, handles, &trouble));
        SAYS("max_count");
        ck_assert_uint_eq(stoa_string_pool_count(pool), count);
        if (count > 1)
            PASSES(stoa_string_pool_intern(pool, one_more, 2, handles, &trouble));
        ck_assert_uint_eq(stoa_string_pool_find(pool, one_more[2]), STOA_NO_STRING);
        stoa_string_pool_free(pool);
    }
}

TEST(bytes_beyond_max_bytes_are_refused)
{
    static const size_t limits[] = {1, 5, 683, 1000, 5000, 30000, 70000, 100001, 3000000};
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
        size_t limit = limits[k], used = 0;
        stoa_string_pool *pool = new_pool(0, limit);
        char *text = malloc(limit + 1);
        memset(text, 'x', limit + 1);
        stoa_handle handle = 7;
        stoa_string much = {text, limit + 1};
        FAILS(STOA_FULL, stoa_string_pool_intern(pool, &much, 1, &handle, &trouble));
        SAYS("max_bytes");
        for (size_t length = 1; used + length <= limit;
             length = length < 400 ? length + 1 : length * 2) {
            (void)intern(pool, (stoa_string){text, length});
            used += length;
        }
        if (used < limit) { /* to the last byte */
            text[0] = 'y';
            (void)intern(pool, (stoa_string){text, limit - used});
        }
        const stoa_string last = S("z");
        FAILS(STOA_FULL, stoa_string_pool_intern(pool, &last, 1, &handle, &trouble));
        ck_assert_uint_eq(pool->offsets[pool->count], limit);
        free(text);
        stoa_string_pool_free(pool);
    }
}

TEST(a_string_that_no_memory_can_hold_is_refused)
{
    stoa_string_pool *pool = new_pool(0, 0);
    (void)intern(pool, S("a"));
    for (size_t i = 0; i < 3000; i++) {
        char text[8];
        int length = snprintf(text, sizeof text, "%zu", i);
        (void)intern(pool, (stoa_string){text, (size_t)length});
    }
    stoa_error error = {0};
    stoa_status status = stoa__strings_make_room(stoa__whole_strings(pool), PTRDIFF_MAX, &error);
    ck_assert_int_eq(status, STOA_FULL);
    status = stoa__strings_make_room(stoa__whole_strings(pool), PTRDIFF_MAX / 8, &error);
    ck_assert(status == STOA_FULL || status == STOA_OUT_OF_MEMORY);
    ck_assert_uint_eq(stoa_string_pool_find(pool, S("2999")), 3001);
    stoa_string_pool_free(pool);
}

/* ---- memory ---- */

TEST(addresses_and_contents_of_strings_stay_while_the_pool_grows)
{
    enum { MANY = 300000 };
    size_t many = scaled(MANY, 20000);
    stoa_string_pool *pool = new_pool(0, 0);
    stoa_string *seen = calloc(many, sizeof *seen);
    char text[16];
    for (size_t i = 1; i < many; i++) {
        int length = snprintf(text, sizeof text, "%zu!", i);
        stoa_handle handle = intern(pool, (stoa_string){text, (size_t)length});
        seen[i] = stoa_string_pool_get(pool, handle);
    }
    for (size_t i = 1; i < many; i++) {
        int length = snprintf(text, sizeof text, "%zu!", i);
        ck_assert(equal(seen[i], (stoa_string){text, (size_t)length}));
        ck_assert(equal(stoa_string_pool_get(pool, (stoa_handle)i), seen[i]));
    }
    free(seen);
    stoa_string_pool_free(pool);
}

TEST(a_large_string_comes_first_and_among_small_ones)
{
    enum { LARGE = 3 << 20 };
    char *text = malloc(LARGE);
    memset(text, 'x', LARGE);
    for (size_t before = 0; before < 4; before++) {
        stoa_string_pool *pool = new_pool(0, 0);
        for (size_t i = 0; i < 100 * before * before; i++) {
            char small[8];
            int length = snprintf(small, sizeof small, "%zu", i);
            (void)intern(pool, (stoa_string){small, (size_t)length});
        }
        stoa_handle handle = intern(pool, (stoa_string){text, LARGE});
        stoa_string there = stoa_string_pool_get(pool, handle);
        ck_assert_uint_eq(there.length, LARGE);
        ck_assert_mem_eq(there.bytes, text, LARGE);
        ck_assert_uint_eq(intern(pool, (stoa_string){text, LARGE - 1}), handle + 1);
        ck_assert_uint_eq(intern(pool, (stoa_string){there.bytes + 1, LARGE - 2}), handle + 2);
        ck_assert_mem_eq(stoa_string_pool_get(pool, handle + 2).bytes, text, LARGE - 2);
        stoa_string_pool_free(pool);
    }
    free(text);
}

/* Refuses memory from each request on, then each request alone, with a pool in any state. */
static void sweep_pool(size_t strings, size_t more, unsigned kinds, size_t refused)
{
    enum { MOST = 4000 };
    static char texts[MOST][12];
    static stoa_string all[MOST];
    stoa_handle handles[MOST];
    for (size_t i = 0; i < strings + more; i++)
        all[i] = (stoa_string){texts[i], (size_t)snprintf(texts[i], sizeof texts[i], "%zu", i)};
    stoa_status status = STOA_OUT_OF_MEMORY;
    size_t failed = 1;
    for (size_t request = 0; failed > 0; request++) {
        stoa_string_pool *pool = new_pool(0, 0);
        PASSES(stoa_string_pool_intern(pool, all, strings, handles, &trouble));
        faults_arm(kinds, request, refused);
        status = stoa_string_pool_intern(pool, all, strings + more, handles, &trouble);
        failed = faults_disarm();
        size_t count = 1 + strings + (status == STOA_OK ? more : 0);
        ck_assert(status == STOA_OK || (status == STOA_OUT_OF_MEMORY && failed > 0));
        ck_assert_uint_eq(stoa_string_pool_count(pool), count);
        for (size_t i = 0; i < strings + more; i++)
            ck_assert_uint_eq(stoa_string_pool_find(pool, all[i]),
                              i + 1 < count ? i + 1 : STOA_NO_STRING);
        PASSES(stoa_string_pool_intern(pool, all, strings + more, handles, &trouble));
        for (size_t i = 0; i < strings + more; i++)
            ck_assert(equal(stoa_string_pool_get(pool, handles[i]), all[i]));
        stoa_string_pool_free(pool);
    }
    ck_assert_int_eq(status, STOA_OK);
}

TEST(refused_memory_leaves_the_pool_as_it_was)
{
    static const size_t sizes[][2] = {{0, 1}, {5, 30}, {0, 3000}, {300, 300}, {2700, 100}};
    size_t count = scaled(5, 3);
    for (size_t k = 0; k < count; k++) {
        sweep_pool(sizes[k][0], sizes[k][1], FAULT_ANY, SIZE_MAX);
        sweep_pool(sizes[k][0], sizes[k][1], FAULT_ANY, 1);
    }
}

TEST(a_pool_gets_less_address_space_where_less_is_granted)
{
    faults_limit_mapping((size_t)40 << 20);
    stoa_string_pool *pool = new_pool(0, (size_t)1 << 40);
    char text[16];
    stoa_status status = STOA_OK;
    size_t count = 1;
    for (; status == STOA_OK && count < 400000; count++) {
        const stoa_string string = {text, (size_t)snprintf(text, sizeof text, "%zu", count)};
        stoa_handle handle;
        status = stoa_string_pool_intern(pool, &string, 1, &handle, &trouble);
    }
    faults_limit_mapping(0);
    ck_assert(status == STOA_OK || status == STOA_FULL);
    ck_assert_uint_gt(count, 20000);
    ck_assert_uint_eq(stoa_string_pool_find(pool, S("20000")), 20000);
    stoa_string_pool_free(pool);
}

TEST(references_keep_the_pool)
{
    stoa_string_pool *pool = new_pool(0, 0);
    ck_assert_ptr_eq(stoa_string_pool_retain(pool), pool);
    (void)intern(pool, S("kept"));
    stoa_string_pool_free(pool);
    ck_assert_uint_eq(stoa_string_pool_find(pool, S("kept")), 1);
    stoa_string_pool_free(pool);
}

TEST(ten_thousand_pools_of_few_strings_take_no_address_space)
{
    size_t many = scaled(10000, 100), mapped = faults_mapped();
    stoa_string_pool **pools = calloc(many, sizeof *pools);
    for (size_t i = 0; i < many; i++) {
        pools[i] = new_pool(0, 0);
        ck_assert_uint_eq(intern(pools[i], S("a")), 1);
        ck_assert_uint_lt(stoa_string_pool_bytes(pools[i]), 1024);
    }
    ck_assert_uint_eq(faults_mapped(), mapped);
    for (size_t i = 0; i < many; i++)
        stoa_string_pool_free(pools[i]);
    free(pools);
}

int main(void)
{
    return RUN("strings", a_new_pool_has_the_empty_string_and_takes_little,
               nothing_comes_of_no_pool, strings_have_the_handles_of_a_slow_model,
               strings_of_the_same_hash_are_told_apart, strings_may_stand_apart_and_unaligned,
               what_is_no_utf8_is_refused_and_the_pool_stays_as_it_was,
               utf8_is_told_as_by_single_characters, strings_that_cannot_be_there_are_refused,
               a_full_pool_says_so_and_takes_what_it_has, bytes_beyond_max_bytes_are_refused,
               a_string_that_no_memory_can_hold_is_refused,
               addresses_and_contents_of_strings_stay_while_the_pool_grows,
               a_large_string_comes_first_and_among_small_ones,
               refused_memory_leaves_the_pool_as_it_was,
               a_pool_gets_less_address_space_where_less_is_granted, references_keep_the_pool,
               ten_thousand_pools_of_few_strings_take_no_address_space);
}
