/* record.c: examples of stoa/record.h. */
#include "example.h"

/* [record] */
#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(int32, y)  \
    FIELD(float64, w, 1.0) /* a default */
STOA_RECORD(point, POINT)
/* [record] */

static void typed(void)
{
    /* [init] */
    point_table points; /* { stoa_table *table; int32_t *x, *y; double *w; } */
    stoa_error error;
    must(point_table_init(&points, 1000, &error), &error);
    for (size_t i = 0; i < 1000; i++)
        points.x[i] = (int32_t)i; /* plain arrays: the compiler vectorizes */
    printf("%" PRId32 " %g\n", points.x[999], points.w[999]); /* prints 999 1 */
    point_table_dispose(&points);
    /* [init] */
}

static void appended(void)
{
    point_table points;
    stoa_error error;
    must(point_table_init(&points, 0, &error), &error);
    /* [append] */
    const int32_t *x = points.x;
    must(point_table_push(&points, 1, 2, 0.5, &error), &error); /* by position */
    point_values values = point_defaults();
    values.x = 3;
    must(point_table_append(&points, values, &error), &error);
    must(point_table_append(&points, (point_values){.x = 5, .w = 2.0}, &error), &error);
    printf("%" PRId32 " %" PRId32 " %" PRId32 "\n", x[0], x[1], x[2]); /* prints 1 3 5 */
    printf("%d\n", x == points.x);                                     /* prints 1 */
    /* [append] */

    /* [rows] */
    point p = point_at(&points, 1); /* by value; the index is not checked */
    point_set_y(p, point_x(p) + 1);
    printf("%" PRId32 "\n", points.y[1]); /* prints 4 */
    /* [rows] */

    /* [bulk] */
    stoa_value total; /* every stoa_ call takes points.table */
    must(stoa_assign(points.table, "w", "sqrt(x * x + y * y)", "x > 1", &error), &error);
    must(stoa_compute(points.table, "sum(w)", &total, &error), &error);
    printf("%g\n", total.float64); /* prints 10.5 */
    /* [bulk] */
    point_table_dispose(&points);
}

static void shared(void)
{
    stoa_error error;
    /* [from] */
    const stoa_field fields[] = {{.name = "x", .type = STOA_INT32},
                                 {.name = "y", .type = STOA_INT32},
                                 {.name = "w", .type = STOA_FLOAT64},
                                 {.name = "flags", .type = STOA_UINT8}}; /* one more */
    const stoa_table_options options = {.rows = 2};
    stoa_table *table;
    point_table points;
    must(stoa_table_new(&table, fields, 4, &options, &error), &error);
    must(point_table_from(&points, table, &error), &error); /* both hold the table now */
    stoa_table_free(table);
    points.x[1] = 7;
    printf("%" PRId32 "\n", points.x[1]); /* prints 7 */
    stoa_status status = stoa_table_drop_field(points.table, "x", &error);
    printf("%s\n", stoa_status_name(status)); /* prints STOA_IN_USE */
    point_table_dispose(&points);
    /* [from] */
}

/* [nullable] */
#define FLIGHT(FIELD)    \
    FIELD(int32, number) \
    FIELD(nullable(int16), delay)
STOA_RECORD(flight, FLIGHT)
/* [nullable] */

static void with_nulls(void)
{
    stoa_error error;
    /* [nulls] */
    flight_table flights;
    int16_t late = 12;
    must(flight_table_init(&flights, 1, &error), &error);         /* null: no default */
    must(flight_table_push(&flights, 10, &late, &error), &error); /* a pointer, or */
    must(flight_table_push(&flights, 11, NULL, &error), &error);  /* null */
    flight_values values = {.number = 12, .delay_is_null = true};
    must(flight_table_append(&flights, values, &error), &error);
    flight first = flight_at(&flights, 0);
    printf("%d\n", flight_delay_is_null(first)); /* prints 1 */
    flight_set_delay(first, -3);
    printf("%d %d\n", flight_delay_is_null(first), flight_delay(first)); /* prints 0 -3 */
    flight_set_delay_null(first);
    printf("%d\n", flights.delay[0]); /* prints 0 */
    flight_table_dispose(&flights);
    /* [nulls] */
}

void record_examples(void)
{
    typed();
    appended();
    shared();
    with_nulls();
}
