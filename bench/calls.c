/* calls.c: what a call costs where there is next to nothing to compute: ten rows, parsed and bound
 * anew each time, and by a program that is kept. */
#include <stdio.h>

#include <stoa/stoa.h>

#include "measure.h"

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(int32, y)  \
    FIELD(float64, w)
STOA_RECORD(point, POINT)

static stoa_error error;
static stoa_value answers[2];
static stoa_table *ten;
static stoa_program *kept[2];

static int64_t ten_parsed(size_t count)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        bench_must(stoa_compute(ten, "sum(x * x + y * y)", &answers[0], &error), error.message);
        total += answers[0].int64;
    }
    return total;
}

static int64_t ten_where(size_t count)
{
    for (size_t i = 0; i < count; i++)
        bench_must(stoa_compute_all(ten, "sum(w)", "x > 3", answers, 1, &error), error.message);
    return (int64_t)answers[0].float64;
}

static int64_t ten_assigned(size_t count)
{
    for (size_t i = 0; i < count; i++)
        bench_must(stoa_assign(ten, "w", "sqrt(x * x + y * y)", NULL, &error), error.message);
    return 0;
}

static int64_t ten_kept(size_t count)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        bench_must(stoa_program_compute(kept[0], ten, NULL, answers, 1, &error), error.message);
        total += answers[0].int64;
    }
    return total;
}

static int64_t ten_kept_assigned(size_t count)
{
    const char *const field[] = {"w"};
    for (size_t i = 0; i < count; i++)
        bench_must(stoa_program_assign(kept[1], ten, NULL, field, 1, &error), error.message);
    return 0;
}

int main(void)
{
    point_table few;
    printf("stoa %s\n", stoa_version());
    bench_must(point_table_init(&few, 10, &error), error.message);
    for (int32_t i = 0; i < 10; i++)
        few.x[i] = few.y[i] = i;
    ten = few.table;
    bench_must(stoa_program_parse(&kept[0], ten, "sum(x * x + y * y)", NULL, &error),
               error.message);
    bench_must(stoa_program_parse(&kept[1], ten, "sqrt(x * x + y * y)", NULL, &error),
               error.message);
    const bench_side sides[] = {{"sum(x * x + y * y): parse, bind, run", ten_parsed},
                                {"sum(w) where x > 3: parse, bind, run", ten_where},
                                {"w = sqrt(x * x + y * y): parse, bind, run", ten_assigned},
                                {"sum(x * x + y * y): a kept program", ten_kept},
                                {"w = sqrt(x * x + y * y): a kept program", ten_kept_assigned}};
    double medians[5];
    bench_compare("ten rows, calls", sides, 5, 20000, 15, medians);
    bench_must(ten_kept(1) != 570 || ten_parsed(1) != 570, "a wrong sum of ten rows");
    for (size_t k = 0; k < 5; k++)
        bench_bar(sides[k].name, k < 3 ? 3000 : 300, medians[k]);
    stoa_program_free(kept[0]);
    stoa_program_free(kept[1]);
    point_table_dispose(&few);
    return 0;
}
