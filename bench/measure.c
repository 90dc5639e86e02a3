/* measure.c: medians of alternating runs; memory as /proc/self tells it.
 *
 * Each timed run follows one of the same that is not timed: a virtual machine may have given freed
 * pages back to its host, and then the side that comes next pays for what the other freed. */
#define _GNU_SOURCE
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MOST_SIDES 8
#define MOST_ROUNDS 64

static volatile int64_t kept;

double bench_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Seconds that all processors together were busy, and that they had, since the start. */
static int read_processors(double *busy, double *had)
{
    double fields[8] = {0}; /* user nice system idle iowait irq softirq steal */
    FILE *file = fopen("/proc/stat", "r");
    int found = file != NULL &&
                fscanf(file, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &fields[0], &fields[1],
                       &fields[2], &fields[3], &fields[4], &fields[5], &fields[6], &fields[7]) == 8;
    if (file != NULL)
        fclose(file);
    *had = 0;
    for (size_t k = 0; k < 8; k++)
        *had += fields[k] / (double)sysconf(_SC_CLK_TCK);
    *busy = *had - (fields[3] + fields[4]) / (double)sysconf(_SC_CLK_TCK);
    return found;
}

double bench_others(void)
{
    static double busy_before, had_before, own_before;
    double busy, had;
    struct timespec time;
    int found = read_processors(&busy, &had);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    double own = (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
    double share = (busy - busy_before - (own - own_before)) / (had - had_before);
    found = found && had > had_before;
    busy_before = busy;
    had_before = had;
    own_before = own;
    return !found ? -1 : share < 0 ? 0 : share;
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

void bench_medians(const bench_side *sides, size_t side_count, size_t count, size_t rounds,
                   double *medians)
{
    static double seconds[MOST_SIDES][MOST_ROUNDS];
    for (size_t round = 0; round < rounds; round++)
        for (size_t side = 0; side < side_count; side++) {
            kept += sides[side].work(count);
            double start = bench_now();
            kept += sides[side].work(count);
            seconds[side][round] = bench_now() - start;
        }
    for (size_t side = 0; side < side_count; side++)
        medians[side] = median(seconds[side], rounds) * 1e9 / (double)count;
}

void bench_compare(const char *title, const bench_side *sides, size_t side_count, size_t count,
                   size_t rounds, double *medians)
{
    bench_medians(sides, side_count, count, rounds, medians);
    printf("\n%s (%zu, median of %zu)\n", title, count, rounds);
    for (size_t side = 0; side < side_count; side++) {
        printf("  %-44s %9.2f ms %8.2f ns each", sides[side].name,
               medians[side] * (double)count * 1e-6, medians[side]);
        if (side > 0)
            printf("   %5.2f of the first", medians[side] / medians[0]);
        printf("\n");
    }
}

/* The sum of the lines of a file of /proc/self that begin with one of the names; in bytes. */
static size_t kilobytes_of(const char *path, const char *first, const char *second)
{
    char line[256];
    size_t bytes = 0;
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, first, strlen(first)) == 0 || strncmp(line, second, strlen(second)) == 0)
            bytes += strtoull(strchr(line, ':') + 1, NULL, 10) << 10;
    if (file != NULL)
        fclose(file);
    return bytes;
}

size_t bench_unique_set_size(void)
{
    return kilobytes_of("/proc/self/smaps_rollup", "Private_Clean:", "Private_Dirty:");
}

size_t bench_peak(void)
{
    return kilobytes_of("/proc/self/status", "VmHWM:", "VmHWM:");
}

size_t bench_forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    int written = file != NULL && fputs("5", file) >= 0;
    if (file == NULL || fclose(file) != 0 || !written)
        return 0;
    return kilobytes_of("/proc/self/status", "VmRSS:", "VmRSS:");
}

static size_t in_huge_pages(size_t bytes)
{
    return (bytes + BENCH_HUGE_PAGE - 1) / BENCH_HUGE_PAGE * BENCH_HUGE_PAGE;
}

void *bench_fresh(size_t bytes)
{
    size_t length = in_huge_pages(bytes);
    char *space = mmap(NULL, length + BENCH_HUGE_PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED)
        bench_must(1, "mmap");
    size_t head = (BENCH_HUGE_PAGE - (uintptr_t)space % BENCH_HUGE_PAGE) % BENCH_HUGE_PAGE;
    if (head > 0)
        munmap(space, head);
    munmap(space + head + length, BENCH_HUGE_PAGE - head);
    madvise(space + head, length, MADV_HUGEPAGE);
    return space + head;
}

void bench_give_back(void *memory, size_t bytes)
{
    munmap(memory, in_huge_pages(bytes));
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
