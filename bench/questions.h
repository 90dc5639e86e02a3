/* questions.h: what is asked of columns of 10,000,000 rows, by stoa and by a loop. */
#ifndef BENCH_QUESTIONS_H
#define BENCH_QUESTIONS_H

#include <stdbool.h>

#include "limits.h"
#include "measure.h"

/* x and y lie evenly in -1000 ... 1000, w in 0 ... 100, so that `x > 980` selects 1 %, `x > 0` 50 %
 * and `x > -980` 99 %. */
typedef struct question {
    const char *title;
    bench_work stoa, loop; /* loop NULL: none */
    const char *text, *where;
    size_t outputs;
    limit_work *work;
    loop_bounds bounds;
    double bar;   /* of the loop's time */
    double bytes; /* a row, from and to memory */
} question;

extern const question questions[];
extern const size_t question_count;

/* The table of all questions, of so many rows; to be called once. */
void make_points(size_t count);
/* The question that the next calls of `stoa` and `loop` are about. */
void begin_question(const question *about);
/* Ends the program unless stoa and the loop give the same. */
void check_question(size_t count);
/* Whether it has no result as long as the table. */
bool question_only_reads(const question *about);
/* Bytes that stoa's last result took, in whole pages. */
size_t question_result_bytes(void);

#endif
