/* footprint.c: see footprint.h. */
#define _GNU_SOURCE
#include "footprint.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "testing.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

bool runs_free(void)
{
    return !SANITIZED && scaled(64, 1) == 64;
}

size_t resident(void)
{
    unsigned long pages = 0, all;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%lu %lu", &all, &pages) != 2)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

void about(size_t bytes, size_t expected)
{
    size_t slack = expected / 20 + ((size_t)6 << 20);
    ck_assert_msg(bytes < expected + slack && expected < bytes + slack, "%zu MiB, not %zu",
                  bytes >> 20, expected >> 20);
}

static void *do_nothing(void *context)
{
    return context;
}

void memory_and_threads_still_work(void)
{
    pthread_t thread;
    void *region = malloc(100 << 20);
    ck_assert_ptr_nonnull(region);
    memset(region, 1, 1 << 20);
    free(region);
    ck_assert_int_eq(pthread_create(&thread, NULL, do_nothing, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
