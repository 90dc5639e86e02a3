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

/* Check's own macro writes to a file for every assertion that holds, which dominates the time of
 * tests that compare millions of cells. */
#undef ck_assert_msg
#define ck_assert_msg(expression, ...) \
    ((expression)                      \
         ? (void)0                     \
         : _ck_assert_failed(__FILE__, __LINE__, "'" #expression "' failed", __VA_ARGS__))

#define TEST(sentence) START_TEST(sentence)

/* Runs the tests and returns the exit status of the program. */
#define RUN(suite, ...)                                   \
    run_tests(suite, (const TTest *const[]){__VA_ARGS__}, \
              sizeof((const TTest *const[]){__VA_ARGS__}) / sizeof(const TTest *))
int run_tests(const char *suite, const TTest *const *tests, size_t count);

/* The error that the macros read. Calls pass &trouble. */
extern stoa_error trouble;

/* `call` gives STOA_OK whenever memory is not refused; whenever it is, `table` (may be NULL) stays
 * as it was. `call` is evaluated many times, so it must have no side effects in its arguments. */
#define WORKS(table, call) SWEPT(table, STOA_OK, call)
/* `call` gives `status` and leaves the table as it was. */
#define REFUSED(table, status, call) SWEPT(table, status, call)
/* The message of the last REFUSED call contains this text. */
#define SAYS(text)                                                                        \
    ck_assert_msg(strstr(trouble.message, text) != NULL, "\"%s\" is not in \"%s\"", text, \
                  trouble.message)

/* `call` gives STOA_OK; no memory is refused. For tables too large to compare again and again. */
#define PASSES(call)                                                                      \
    do {                                                                                  \
        memset(&trouble, 0, sizeof trouble);                                              \
        stoa_status passes_ = (call);                                                     \
        ck_assert_msg(passes_ == STOA_OK, "%s: %s: %s", #call, stoa_status_name(passes_), \
                      trouble.message);                                                   \
    } while (0)
/* The same for a call that gives another status. */
#define FAILS(status, call)                                                              \
    do {                                                                                 \
        memset(&trouble, 0, sizeof trouble);                                             \
        stoa_status fails_ = (call);                                                     \
        ck_assert_msg(fails_ == (status), "%s: %s: %s", #call, stoa_status_name(fails_), \
                      trouble.message);                                                  \
    } while (0)

/* A new table with these fields: TABLE(NULL, {.name = "x", .type = STOA_INT32}, …). Options may be
 * NULL. The caller frees it. */
#define TABLE(options, ...)                      \
    new_table((const stoa_field[]){__VA_ARGS__}, \
              sizeof((const stoa_field[]){__VA_ARGS__}) / sizeof(stoa_field), options)
#define OPTIONS(...) (&(const stoa_table_options){__VA_ARGS__})
stoa_table *new_table(const stoa_field *fields, size_t count, const stoa_table_options *options);

/* What the text gives for the table, which is no float and not null; of a time, its count. */
int64_t integer_of(const stoa_table *table, const char *text);

/* Allows slabs to remain mapped: this test makes so many tables that they share slabs of address
 * space, which the library keeps. */
void allow_slabs(void);

/* `full`; under valgrind and with STOA_TESTS_SMALL much less, but at least `least`. */
size_t scaled(size_t full, size_t least);

#endif
