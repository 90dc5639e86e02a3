/* testing.h: what every test file needs.
 *
 *     TEST(a_sentence_that_says_what_holds) { … }
 *     int main(void) { return RUN("rows", a_sentence_that_says_what_holds, …); }
 *
 * WORKS and REFUSED call the library with `trouble` as the error. Both fail memory at 0, 1, 2, …
 * and compare a deep snapshot of the table after each failure (sweep.h). PASSES only calls. */
#ifndef STOA_TESTS_TESTING_H
#define STOA_TESTS_TESTING_H

#include <check.h>
#include <stdio.h>
#include <stoa/stoa.h>
#include <string.h>

#include "dice.h"
#include "faults.h"
#include "sweep.h"

/* Check's own macro writes to a file whenever an assertion holds, which is most of the time of
 * tests that compare millions of cells. */
#undef ck_assert_msg
#define ck_assert_msg(expression, ...) \
    ((expression)                      \
         ? (void)0                     \
         : _ck_assert_failed(__FILE__, __LINE__, "'" #expression "' failed", __VA_ARGS__))

#define TEST(sentence) START_TEST(sentence)

/* Runs the tests and gives the exit status of the program. */
#define RUN(suite, ...)                                   \
    run_tests(suite, (const TTest *const[]){__VA_ARGS__}, \
              sizeof((const TTest *const[]){__VA_ARGS__}) / sizeof(const TTest *))
int run_tests(const char *suite, const TTest *const *tests, size_t count);

/* The error that the macros look at. Calls are written with &trouble. */
extern stoa_error trouble;

/* `call` gives STOA_OK, each time that memory does not fail. `table` (may be NULL) must be as it
 * was each time that it does. `call` is evaluated many times: no side effects in its arguments. */
#define WORKS(table, call) SWEPT(table, STOA_OK, call)
/* `call` gives `status` and leaves the table as it was. */
#define REFUSED(table, status, call) SWEPT(table, status, call)
/* The last call that was REFUSED has this in its message. */
#define SAYS(text)                                                                        \
    ck_assert_msg(strstr(trouble.message, text) != NULL, "\"%s\" is not in \"%s\"", text, \
                  trouble.message)

/* `call` gives STOA_OK; memory is not failed. For what is too large to compare again and again. */
#define PASSES(call)                                                                      \
    do {                                                                                  \
        memset(&trouble, 0, sizeof trouble);                                              \
        stoa_status passes_ = (call);                                                     \
        ck_assert_msg(passes_ == STOA_OK, "%s: %s: %s", #call, stoa_status_name(passes_), \
                      trouble.message);                                                   \
    } while (0)
/* The same for another status. */
#define FAILS(status, call)                                                              \
    do {                                                                                 \
        memset(&trouble, 0, sizeof trouble);                                             \
        stoa_status fails_ = (call);                                                     \
        ck_assert_msg(fails_ == (status), "%s: %s: %s", #call, stoa_status_name(fails_), \
                      trouble.message);                                                  \
    } while (0)

/* A table of these fields: TABLE(NULL, {.name = "x", .type = STOA_INT32}, …). Options may be NULL.
 * The caller frees it. */
#define TABLE(options, ...)                      \
    new_table((const stoa_field[]){__VA_ARGS__}, \
              sizeof((const stoa_field[]){__VA_ARGS__}) / sizeof(stoa_field), options)
#define OPTIONS(...) (&(const stoa_table_options){__VA_ARGS__})
stoa_table *new_table(const stoa_field *fields, size_t count, const stoa_table_options *options);

/* Says that so many tables will live in this test that they share slabs of address space, which the
 * library never gives back. */
void allow_slabs(void);

/* `full`, or much less under valgrind and where STOA_TESTS_SMALL is set; never below `least`. */
size_t scaled(size_t full, size_t least);

#endif
