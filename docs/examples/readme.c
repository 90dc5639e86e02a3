/* readme.c: what README.md shows of C. A test compares. */
#include "example.h"

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(int32, y)  \
    FIELD(float64, w, 1.0)
STOA_RECORD(point, POINT)

static int run(void)
{
    point_table points; /* { stoa_table *table; int32_t *x, *y; double *w; } */
    stoa_error error = {0};
    if (point_table_init(&points, 1000000, &error) != STOA_OK)
        return fprintf(stderr, "%s\n", error.message), 1;
    for (size_t i = 0; i < 1000000; i++)
        points.x[i] = (int32_t)i; /* plain arrays: the compiler vectorizes */
    if (point_table_push(&points, 3, 4, 0.5, &error) != STOA_OK) /* and they have not moved */
        return fprintf(stderr, "%s\n", error.message), 1;
    point p = point_at(&points, 1000000); /* a row, by value: nothing is allocated */
    point_set_y(p, point_x(p) + 1);
    printf("%" PRId32 "\n", points.y[1000000]); /* prints 4 */

    stoa_value total;
    if (stoa_compute(points.table, "sum(x * x + y * y)", &total, &error) != STOA_OK ||
        stoa_assign(points.table, "w", "sqrt(x * x + y * y)", "x > 3", &error) != STOA_OK ||
        stoa_remove(points.table, "w > 1000", &error) != STOA_OK)
        return fprintf(stderr, "%s\n", error.message), 1;
    printf("%" PRId64 " %zu\n", total.int64,
           points.table->rows); /* prints 333332833333500025 1002 */
    point_table_dispose(&points);
    return 0;
}

void readme_examples(void)
{
    if (run() != 0)
        exit(EXIT_FAILURE);
}
