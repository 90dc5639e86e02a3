/* vectors.c: expressions on columns beside loops written by hand, on the same data in one run.
 *
 *     vectors [ROWS]      10,000,000 rows of int32 x and y and float64 w unless told otherwise
 *
 * On one thread, then on two: the time of each, the ratio to the loop (loops.c), and the memory
 * that stoa takes beside the result. STOA_SIMD caps both sides. Whether memory bounds a work on two
 * threads is reckoned: its bytes at the speed at which two threads read, against its time on one.
 * Where other processes had a share of the processors meanwhile, no verdict on two threads is
 * given: a thread that waits for a processor looks like one that has nothing to do. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stoa/stoa.h>

#include "questions.h"

#define ROUNDS 11

static const question *asked;
static stoa_error error;

/* ---- what is printed ---- */

typedef struct figures {
    double stoa, loop; /* ms */
} figures;

/* Bytes a nanosecond: the most that any loop read, on as many threads as were tried last. Of
 * columns that are too long for the cache together: one alone is half in there. */
static double read_speed;

/* Bytes that a first run takes beside its result; -1: the system does not tell. */
static double extra_memory(size_t count)
{
    stoa_trim();
    size_t before = bench_forget_peak();
    asked->stoa(count);
    size_t peak = bench_peak(), result = question_result_bytes();
    stoa_trim();
    if (before == 0 || peak == 0)
        return -1;
    return peak < before + result ? 0 : (double)(peak - before - result);
}

static figures measure(size_t count)
{
    const bench_side sides[] = {{"stoa", asked->stoa}, {"loop", asked->loop}};
    double medians[2] = {0, 0}, to_ms = (double)count * 1e-6;
    bench_medians(sides, asked->loop != NULL ? 2 : 1, count, ROUNDS, medians);
    if (asked->loop != NULL && question_only_reads(asked) && asked->bytes >= 12)
        read_speed = fmax(read_speed, asked->bytes / medians[1]);
    return (figures){medians[0] * to_ms, medians[1] * to_ms};
}

static const char *verdict(double most, double figure)
{
    return figure <= most ? "reached" : "MISSED";
}

static void print_question(figures times, double extra)
{
    printf("%-40s %8.2f", asked->title, times.stoa);
    if (asked->loop != NULL)
        printf(" %8.2f %6.2f  %3g %-7s", times.loop, times.stoa / times.loop, asked->bar,
               verdict(asked->bar, times.stoa / times.loop));
    else
        printf(" %8s %6s  %3s %-7s", "", "", "", "");
    if (extra < 0)
        printf("  unknown\n");
    else
        printf("  %5.0f KiB %s\n", extra / 1024, verdict(4 << 20, extra));
}

static void ask(size_t k, size_t count)
{
    asked = &questions[k];
    begin_question(asked);
    check_question(count);
    begin_question(asked);
    double extra = extra_memory(count);
    print_question(measure(count), extra);
}

static void ask_all(size_t count, size_t threads)
{
    bench_must(stoa_set_threads(threads, &error), error.message);
    limits_set(stoa_simd(), threads);
    printf("\n%zu thread%s, %zu rows, code for %s; ms, medians of %d\n", threads,
           threads > 1 ? "s" : "", count, stoa_simd(), ROUNDS);
    printf("%-40s %8s %8s %6s  %-11s  %s\n", "", "stoa", "loop", "ratio", "bar",
           "extra, bar 4 MiB");
    read_speed = 0;
    bench_others();
    for (size_t k = 0; k < question_count; k++)
        ask(k, count);
    printf("others had %.0f %% of the processors meanwhile\n", fmax(0, bench_others()) * 100);
}

/* ---- two threads against one ---- */

static int64_t on(size_t threads, bench_work work, size_t count)
{
    bench_must(stoa_set_threads(threads, &error), error.message);
    limits_set(stoa_simd(), threads);
    return work(count);
}

static int64_t stoa_on_one(size_t count)
{
    return on(1, asked->stoa, count);
}

static int64_t stoa_on_two(size_t count)
{
    return on(2, asked->stoa, count);
}

static int64_t loop_on_one(size_t count)
{
    return on(1, asked->loop, count);
}

static int64_t loop_on_two(size_t count)
{
    return on(2, asked->loop, count);
}

static void print_gain(size_t count)
{
    static const bench_side sides[] = {{"stoa on one", stoa_on_one},
                                       {"stoa on two", stoa_on_two},
                                       {"loop on one", loop_on_one},
                                       {"loop on two", loop_on_two}};
    double medians[4] = {0};
    bench_others();
    bench_medians(sides, asked->loop != NULL ? 4 : 2, count, ROUNDS, medians);
    double others = bench_others();
    double gain = medians[0] / medians[1];
    double most = medians[0] / (asked->bytes / read_speed);
    printf("%-40s %8.2f", asked->title, gain);
    if (asked->loop != NULL)
        printf(" %8.2f", medians[2] / medians[3]);
    else
        printf(" %8s", "");
    if (others < 0)
        printf("  no verdict: too short to tell what others had\n");
    else if (others > BENCH_QUIET)
        printf("  no verdict: others had %.0f %% of the processors\n", others * 100);
    else if (most < 1.7)
        printf("  memory allows %.2f\n", most);
    else
        printf("  %s\n", gain >= 1.7 ? "reached" : "MISSED");
}

static void print_gains(size_t count)
{
    printf("\ntwo threads against one, in turn; two read %.0f GB/s\n%-40s %8s %8s  %s\n",
           read_speed, "", "stoa", "loop", "bar 1.7 where memory allows it");
    for (size_t k = 0; k < question_count; k++) {
        asked = &questions[k];
        begin_question(asked);
        print_gain(count);
    }
}

int main(int argument_count, char **arguments)
{
    size_t count = argument_count > 1 ? strtoull(arguments[1], NULL, 10) : 10000000;
    bench_must(count == 0, "ROWS is a number of rows");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("stoa %s\n", stoa_version());
    make_points(count);
    ask_all(count, 1);
    ask_all(count, 2);
    print_gains(count);
    return 0;
}
