/* test_zones.c: time zones against the C library's localtime_r, and files that are damaged. */
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <time.h>

#include "../support/dice.h"
#include "../support/testing.h"
#include "base/zone.h"
#include "base/zone_file.h"

static const char *const names[] = {
    "Europe/Berlin",    "America/New_York",  "America/Sao_Paulo", "Australia/Lord_Howe",
    "Asia/Kathmandu",   "Africa/Casablanca", "Europe/Dublin",     "Pacific/Apia",
    "America/St_Johns", "Antarctica/Troll",  "Asia/Tehran",       "Etc/GMT+5",
};

TEST(offsets_are_those_of_the_c_library)
{
    dice d = {3};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const stoa__zone *zone;
        PASSES(stoa__zone_find(&zone, names[i], &trouble));
        ck_assert_int_eq(setenv("TZ", names[i], 1), 0);
        tzset();
        for (size_t n = 0; n < 3000; n++) {
            /* 1900 to 2500; and around each change */
            time_t at = (time_t)(dice_roll(&d) % 18934128000u) - 2208988800;
            if (n % 3 == 0 && zone->count > 0)
                at = (time_t)zone->times[dice_below(&d, zone->count)] + (time_t)dice_below(&d, 3) -
                     1;
            struct tm local;
            if (at < -2208988800 || localtime_r(&at, &local) == NULL)
                continue;
            stoa__zone_span span = stoa__zone_span_at(zone, at);
            ck_assert_msg(span.offset == local.tm_gmtoff && span.first <= at && at < span.end,
                          "%s at %lld: %lld, not %ld", names[i], (long long)at,
                          (long long)span.offset, local.tm_gmtoff);
        }
    }
    unsetenv("TZ");
}

TEST(a_local_time_is_found_again)
{
    dice d = {4};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const stoa__zone *zone;
        PASSES(stoa__zone_find(&zone, names[i], &trouble));
        for (size_t n = 0; n < 2000; n++) {
            int64_t local = (int64_t)(dice_roll(&d) % 18934128000u) - 2208988800;
            if (n % 2 == 0 && zone->count > 0)
                local = zone->times[dice_below(&d, zone->count)] + (int64_t)dice_below(&d, 90000) -
                        45000;
            int64_t utc = stoa__zone_from_local(zone, local);
            int64_t shown = utc + stoa__zone_span_at(zone, utc).offset;
            int64_t before = utc - 1 + stoa__zone_span_at(zone, utc - 1).offset;
            ck_assert_msg(shown == local || (before < local && shown > local), "%s: %lld", names[i],
                          (long long)local);
            ck_assert(before != local);
        }
    }
}

/* ---- files ---- */

static size_t put_4(unsigned char *to, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(number >> (24 - 8 * i));
    return 4;
}

/* A file of version 2: one change, at 1000, from 3,600 to 7,200, and a rule. */
static size_t whole_file(unsigned char *to, const char *rule)
{
    static const unsigned char head[20] = {'T', 'Z', 'i', 'f', '2'};
    static const unsigned char types[12] = {0, 0, 0x0E, 0x10, 0, 0, 0, 0, 0x1C, 0x20, 1, 0};
    size_t at = 0;
    for (int block = 0; block < 2; block++) {
        const uint32_t counts[] = {0, 0, 0, 1, 2, 4};
        memcpy(to + at, head, sizeof head);
        at += 20;
        for (int i = 0; i < 6; i++)
            at += put_4(to + at, counts[i]);
        if (block == 1)
            at += put_4(to + at, 0);
        at += put_4(to + at, 1000);
        to[at++] = 1;
        memcpy(to + at, types, 12);
        at += 12;
        memcpy(to + at, "CET", 4);
        at += 4;
    }
    at += (size_t)sprintf((char *)to + at, "\n%s\n", rule);
    return at;
}

TEST(a_file_is_read)
{
    unsigned char bytes[400];
    const char *what;
    size_t size = whole_file(bytes, "CET-1CEST,M3.5.0,M10.5.0/3");
    stoa__zone *zone = stoa__zone_read("test", bytes, size, &what);
    ck_assert_msg(zone != NULL, "%s", what);
    ck_assert_int_eq(stoa__zone_span_at(zone, 999).offset, 3600);
    ck_assert_int_eq(stoa__zone_span_at(zone, 1000).offset, 7200);
    ck_assert_int_eq(stoa__zone_span_at(zone, 1372636800).offset, 7200); /* July 2013 */
    ck_assert_int_eq(stoa__zone_span_at(zone, 1357041600).offset, 3600);
    ck_assert_int_eq(stoa__zone_span_at(zone, 253370764800).offset, 3600); /* 9999 */
    free(zone);
}

TEST(a_file_that_is_cut_or_has_a_wrong_byte_is_refused_or_read_within_its_bounds)
{
    unsigned char bytes[400], *copy;
    const char *what;
    size_t size = whole_file(bytes, "CET-1CEST,M3.5.0,M10.5.0/3");
    for (size_t length = 0; length < size; length++) {
        copy = malloc(length > 0 ? length : 1); /* the sanitizer sees what is read behind it */
        memcpy(copy, bytes, length);
        ck_assert_ptr_null(stoa__zone_read("test", copy, length, &what));
        ck_assert_ptr_nonnull(what);
        free(copy);
    }
    for (size_t i = 0; i < size; i++)
        for (unsigned value = 0; value < 256; value += 17) {
            copy = malloc(size);
            memcpy(copy, bytes, size);
            copy[i] = (unsigned char)value;
            stoa__zone *zone = stoa__zone_read("test", copy, size, &what);
            for (int64_t at = -4000000000; zone != NULL && at < 300000000000; at += 7777777777)
                stoa__zone_span_at(zone, at);
            free(zone);
            free(copy);
        }
}

TEST(rules_that_cannot_be_read_are_refused)
{
    static const char *const bad[] = {"C-1",
                                      "CET",
                                      "CET-1CEST",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,M13.1.0,M10.5.0",
                                      "CET-1CEST,M3.6.0,M10.5.0",
                                      "CET-1CEST,M3.5.7,M10.5.0",
                                      "CET-1CEST,J0,J365",
                                      "CET-1CEST,M3.5.0/168,M10.5.0",
                                      "CET-25",
                                      "<CET-1",
                                      "CET-1CEST,M3.5.0,M10.5.0/3x"};
    unsigned char bytes[400];
    const char *what;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t size = whole_file(bytes, bad[i]);
        ck_assert_msg(stoa__zone_read("test", bytes, size, &what) == NULL, "%s", bad[i]);
    }
}

int main(void)
{
    return RUN("zones", offsets_are_those_of_the_c_library, a_local_time_is_found_again,
               a_file_is_read,
               a_file_that_is_cut_or_has_a_wrong_byte_is_refused_or_read_within_its_bounds,
               rules_that_cannot_be_read_are_refused);
}
