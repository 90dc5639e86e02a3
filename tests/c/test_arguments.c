/* test_arguments.c: calls every exported function with every invalid argument.
 *
 * exports.inc has a line EXPORT(name) for each line of exports.txt, so that a new export without
 * tries does not build. The tries are in support/attempts_*.c; attempt.h says what a try is and
 * what it checks. Mistakes that no function can notice are left out: a pointer to something else,
 * an array shorter than its count says. */
#include "../support/attempt.h"

#define EXPORT(name) void attempts_##name(attempt *a);
#include "exports.inc"
#undef EXPORT

/* ---- all exports ---- */

TEST(every_export_refuses_every_argument_that_cannot_be_and_changes_nothing)
{
    static const struct {
        const char *name;
        void (*tries)(attempt *a);
    } exports[] = {
#define EXPORT(name) {#name, attempts_##name},
#include "exports.inc"
#undef EXPORT
    };
    size_t count = sizeof exports / sizeof *exports;
    attempt a;
    attempts_begin(&a);
    for (size_t i = 0; i < count; i++)
        attempt_function(&a, exports[i].name, exports[i].tries);
    printf("%zu calls of %zu exports\n", a.calls, count);
    attempts_end(&a);
}

/* What STOA_RECORD defines: functions that are not called for every row refuse NULL, too. */
#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(float64, w)
STOA_RECORD(point, POINT)

TEST(a_typed_table_that_is_null_is_neither_made_nor_disposed_of)
{
    point_table points, *volatile none = NULL; /* an inlined NULL gives a warning */
    FAILS(STOA_INVALID, point_table_init(none, 3, &trouble));
    SAYS("columns is NULL");
    ck_assert_int_eq(point_table_init(none, 3, NULL), STOA_INVALID);
    PASSES(point_table_init(&points, 3, &trouble));
    FAILS(STOA_INVALID, point_table_from(none, points.table, &trouble));
    SAYS("columns is NULL");
    FAILS(STOA_INVALID, point_table_from(&points, NULL, &trouble));
    SAYS("table is NULL");
    ck_assert_uint_eq(points.table->columns[0].holds, 1);
    point_table_dispose(NULL);
    point_table_dispose(&points);
    point_table_dispose(&points);
}

int main(void)
{
    return RUN("arguments", every_export_refuses_every_argument_that_cannot_be_and_changes_nothing,
               a_typed_table_that_is_null_is_neither_made_nor_disposed_of);
}
