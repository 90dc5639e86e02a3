/* measure.h: timing two ways of doing the same in turn, and the memory of a process. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

/* Work on `count` records or values; its result is kept from the optimizer. */
typedef int64_t (*bench_work)(size_t count);

typedef struct bench_side {
    const char *name;
    bench_work work;
} bench_side;

/* Runs the sides in turn, `rounds` times. medians: nanoseconds a record, one for each side. */
void bench_medians(const bench_side *sides, size_t side_count, size_t count, size_t rounds,
                   double *medians);
/* The same, and prints the median of each and, from the second side on, its ratio to the first. */
void bench_compare(const char *title, const bench_side *sides, size_t side_count, size_t count,
                   size_t rounds, double *medians);
/* Seconds since some start. */
double bench_now(void);
/* The share of all processors that others had since the last call (0 ... 1), of this process's
 * threads apart; -1: the system does not tell. With it, times on several threads mean little. */
double bench_others(void);
#define BENCH_QUIET 0.05
/* Bytes that would be free if the process ended. */
size_t bench_unique_set_size(void);
/* Most bytes resident since bench_forget_peak, which also gives what is resident now. 0: the
 * system does not tell. */
size_t bench_peak(void);
size_t bench_forget_peak(void);
/* Memory that no page of is there yet, in huge pages as far as the system has them. */
#define BENCH_HUGE_PAGE ((size_t)2 << 20)
void *bench_fresh(size_t bytes);
/* Back to the system: as many bytes as were asked for. */
void bench_give_back(void *memory, size_t bytes);
/* "within 1.10: 0.62 ok" */
void bench_bar(const char *bar, double most, double figure);
__attribute__((noreturn)) void bench_die(int status, const char *message);

/* Ends the program with a message where status is not STOA_OK. */
#define bench_must(status, message) ((status) != 0 ? bench_die((int)(status), message) : (void)0)

#endif
