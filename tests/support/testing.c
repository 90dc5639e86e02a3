/* testing.c: runs the tests of a file, and checks that each returns all address space. */
#include "testing.h"

#include <stdlib.h>
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

stoa_error trouble;
static size_t mapped_before;
static size_t slab_bytes; /* mappings of this size may remain; 0: none may */

static void before_each(void)
{
    stoa_trim();
    mapped_before = faults_mapped();
    slab_bytes = 0;
}

void allow_slabs(void)
{
    slab_bytes = (size_t)64 << 30;
}

static void after_each(void)
{
    stoa_trim();
    size_t more = faults_mapped() - mapped_before;
    ck_assert_msg(more == 0 || (slab_bytes > 0 && more % slab_bytes == 0),
                  "%zu bytes are still mapped", more);
}

int run_tests(const char *suite, const TTest *const *tests, size_t count)
{
    Suite *s = suite_create(suite);
    TCase *cases = tcase_create(suite);
    tcase_set_timeout(cases, 0); /* the test runner has a timeout of its own */
    tcase_add_checked_fixture(cases, before_each, after_each);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(s, cases);
    SRunner *runner = srunner_create(s);
    if (RUNNING_ON_VALGRIND)
        srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_ENV);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

stoa_table *new_table(const stoa_field *fields, size_t count, const stoa_table_options *options)
{
    stoa_table *table = NULL;
    WORKS(NULL, stoa_table_new(&table, fields, count, options, &trouble));
    ck_assert_ptr_nonnull(table);
    return table;
}

int64_t integer_of(const stoa_table *table, const char *text)
{
    stoa_value value;
    stoa_status status = stoa_compute(table, text, &value, &trouble);
    ck_assert_msg(status == STOA_OK, "%s: %s", text, trouble.message);
    ck_assert_msg(!value.is_null && value.type != STOA_FLOAT32 && value.type != STOA_FLOAT64,
                  "%s gives no integer", text);
    return value.int64;
}

size_t scaled(size_t full, size_t least)
{
    if (!RUNNING_ON_VALGRIND && getenv("STOA_TESTS_SMALL") == NULL)
        return full;
    return full / 64 > least ? full / 64 : least;
}
