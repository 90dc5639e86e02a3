/* measure.c: medians of alternating runs; unique set size from /proc/self/smaps_rollup.
 *
 * Each timed run follows one of the same that is not timed: a virtual machine may have given freed
 * pages back to its host, and then the side that comes next pays for what the other freed. */
#define _POSIX_C_SOURCE 200809L
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_SIDES 8
#define MOST_ROUNDS 64

static volatile int64_t kept;

double bench_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *seconds, size_t count)
{
    qsort(seconds, count, sizeof *seconds, by_size);
    return seconds[count / 2];
}

void bench_compare(const char *title, const bench_side *sides, size_t side_count, size_t count,
                   size_t rounds, double *medians)
{
    static double seconds[MOST_SIDES][MOST_ROUNDS];
    for (size_t round = 0; round < rounds; round++)
        for (size_t side = 0; side < side_count; side++) {
            kept += sides[side].work(count);
            double start = bench_now();
            kept += sides[side].work(count);
            seconds[side][round] = bench_now() - start;
        }
    printf("\n%s (%zu, median of %zu)\n", title, count, rounds);
    for (size_t side = 0; side < side_count; side++) {
        medians[side] = median(seconds[side], rounds) * 1e9 / (double)count;
        printf("  %-44s %9.2f ms %8.2f ns each", sides[side].name,
               medians[side] * (double)count * 1e-6, medians[side]);
        if (side > 0)
            printf("   %5.2f of the first", medians[side] / medians[0]);
        printf("\n");
    }
}

size_t bench_unique_set_size(void)
{
    char line[256];
    size_t bytes = 0, kilobytes;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Private_Clean: %zu", &kilobytes) == 1 ||
            sscanf(line, "Private_Dirty: %zu", &kilobytes) == 1)
            bytes += kilobytes << 10;
    if (file != NULL)
        fclose(file);
    return bytes;
}

void bench_bar(const char *bar, double most, double figure)
{
    printf("  bar: %s: at most %g; measured %.3g: %s\n", bar, most, figure,
           figure <= most ? "reached" : "MISSED");
}

void bench_die(int status, const char *message)
{
    fprintf(stderr, "bench: status %d: %s\n", status, message);
    exit(1);
}
