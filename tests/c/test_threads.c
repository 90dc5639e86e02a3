/* test_threads.c: the thread pool runs every task exactly once, wherever and however it is
 * called. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../support/testing.h"
#include "base/threads.h"
#include "store/schema.h"

enum { TASKS = 1000, WORKERS = 4 };

typedef struct record {
    atomic_int runs[TASKS];
    atomic_int inside[STOA__MAX_THREADS]; /* tasks running now under this worker number */
    atomic_int overlaps;
    atomic_size_t highest; /* the highest worker number */
} record;

static void note(void *context, size_t task, size_t worker)
{
    record *r = context;
    atomic_fetch_add(&r->runs[task], 1);
    atomic_fetch_add(&r->overlaps, atomic_fetch_add(&r->inside[worker], 1) != 0);
    size_t highest = atomic_load(&r->highest);
    while (worker > highest && !atomic_compare_exchange_weak(&r->highest, &highest, worker)) {
    }
    atomic_fetch_sub(&r->inside[worker], 1);
}

static void run_and_check(size_t count, size_t workers)
{
    record r = {0}; /* static, not on the heap: see threads_have_started */
    stoa__parallel(count, workers, note, &r);
    for (size_t i = 0; i < TASKS; i++)
        ck_assert_int_eq(r.runs[i], i < count);
    ck_assert_int_eq(r.overlaps, 0);
    ck_assert_uint_lt(r.highest, workers > 0 ? workers : 1);
}

TEST(each_task_runs_once_with_a_worker_number_of_its_own)
{
    for (size_t workers = 0; workers <= WORKERS; workers++)
        for (size_t count = 0; count <= TASKS; count = count * 3 + 1)
            run_and_check(count, workers);
    for (size_t i = 0; i < scaled(2000, 50); i++)
        run_and_check(i % 7, WORKERS);
    run_and_check(TASKS, STOA__MAX_THREADS);
}

/* ---- tasks that run at the same time ---- */

typedef struct meeting {
    atomic_int open; /* tasks of helper threads that signals could reach */
    atomic_size_t arrived;
    size_t expected;
    atomic_bool missed;
} meeting;

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void sleep_for(long milliseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

/* Returns once all others have begun. */
static void meet(void *context, size_t task, size_t worker)
{
    meeting *m = context;
    (void)task, (void)worker;
    atomic_fetch_add(&m->arrived, 1);
    for (double start = now(CLOCK_MONOTONIC); m->arrived < m->expected; sleep_for(1))
        if (now(CLOCK_MONOTONIC) - start > 60) {
            m->missed = true;
            return;
        }
}

TEST(tasks_run_at_the_same_time)
{
    for (size_t workers = 2; workers <= WORKERS; workers++) {
        meeting m = {.expected = workers};
        stoa__parallel(workers, workers, meet, &m);
        ck_assert(!m.missed);
    }
}

typedef struct ascent {
    size_t last[WORKERS]; /* the last task of each worker */
    atomic_int disorder;
} ascent;

static void climb(void *context, size_t task, size_t worker)
{
    ascent *a = context;
    if (task < a->last[worker])
        atomic_fetch_add(&a->disorder, 1);
    a->last[worker] = task;
}

TEST(tasks_are_claimed_in_ascending_order)
{
    ascent a = {0};
    stoa__parallel(TASKS, WORKERS, climb, &a);
    ck_assert_int_eq(a.disorder, 0);
}

/* ---- callers ---- */

static void *run_many(void *unused)
{
    for (size_t i = 0; i < scaled(300, 10); i++)
        run_and_check(100, WORKERS);
    return unused;
}

TEST(several_callers_do_not_get_in_each_others_way)
{
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_many, NULL), 0);
    for (size_t i = 0; i < scaled(300, 10); i++) {
        PASSES(stoa_set_threads(i % 5, &trouble));
        run_and_check(50, stoa__workers(50));
    }
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    PASSES(stoa_set_threads(0, &trouble));
}

static void nest(void *context, size_t task, size_t worker)
{
    (void)context, (void)task, (void)worker;
    run_and_check(10, WORKERS);
}

TEST(a_run_out_of_a_task_stays_on_its_thread)
{
    stoa__parallel(20, WORKERS, nest, NULL);
}

static void where_am_i(void *context, size_t task, size_t worker)
{
    (void)task;
    ck_assert_uint_eq(worker, 0);
    ck_assert(pthread_equal(pthread_self(), *(pthread_t *)context));
}

TEST(small_runs_stay_on_the_callers_thread)
{
    pthread_t self = pthread_self();
    stoa__parallel(1, WORKERS, where_am_i, &self);
    stoa__parallel(100, 1, where_am_i, &self);
    stoa__parallel(0, WORKERS, where_am_i, &self);
}

/* ---- fork and exec ---- */

/* The address sanitizer's allocator is not safe for fork, and a starting thread allocates: a child
 * forked at that moment would wait for a lock for ever. Once all tasks have met, no thread of the
 * pool is about to start. */
static void threads_have_started(void)
{
    meeting m = {.expected = WORKERS};
    stoa__parallel(WORKERS, WORKERS, meet, &m);
    ck_assert(!m.missed);
}

/* Runs it in a child, which must exit cleanly within a minute. It does so by exec, because valgrind
 * would report the parent's threads as leaked. */
static void in_a_child(void (*run)(void))
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        signal(SIGALRM, SIG_DFL); /* Check's handler would kill the parent too */
        alarm(60);
        run();
        execlp("true", "true", NULL);
        _exit(127);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        ck_assert_int_eq(errno, EINTR);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %d", status);
}

static void meet_in_child(void)
{
    meeting m = {.expected = WORKERS};
    stoa__parallel(WORKERS, WORKERS, meet, &m);
    if (m.missed)
        _exit(1);
}

TEST(a_child_has_threads_of_its_own)
{
    threads_have_started();
    in_a_child(meet_in_child);
    run_and_check(TASKS, WORKERS);
}

static void run_with_refused_threads(void)
{
    for (size_t had = 0; had < 3; had++) {
        faults_arm(FAULT_THREAD, had, SIZE_MAX);
        record r = {0};
        stoa__parallel(TASKS, STOA__MAX_THREADS, note, &r);
        if (faults_disarm() == 0 || r.highest > had * (had + 1) / 2)
            _exit(1);
        for (size_t i = 0; i < TASKS; i++)
            if (r.runs[i] != 1)
                _exit(2);
    }
    meet_in_child();
}

TEST(a_run_goes_on_with_the_threads_that_can_be_had)
{
    threads_have_started();
    in_a_child(run_with_refused_threads);
}

static atomic_bool running, stop;

static void *run_until_stopped(void *unused)
{
    while (!stop) {
        run_and_check(20, WORKERS);
        running = true;
    }
    return unused;
}

TEST(a_fork_amid_a_run_of_another_thread_does_not_stop_the_child)
{
    pthread_t other;
    running = stop = false;
    threads_have_started();
    ck_assert_int_eq(pthread_create(&other, NULL, run_until_stopped, NULL), 0);
    while (!running)
        sleep_for(1);
    for (size_t i = 0; i < scaled(200, 3); i++)
        in_a_child(meet_in_child);
    stop = true;
    pthread_join(other, NULL);
}

static stoa__schema *shared;

static void *hold_and_let_go(void *unused)
{
    while (!stop) {
        stoa__schema_retain(shared);
        stoa__schema_release(shared);
    }
    return unused;
}

static void hold_once(void)
{
    stoa__schema_retain(shared);
    stoa__schema_release(shared);
}

TEST(a_fork_while_another_thread_holds_the_lock_of_the_schemas_does_not_stop_the_child)
{
    static const stoa_field field = {.name = "x", .type = STOA_INT32};
    stoa_error error;
    pthread_t other;
    stop = false;
    ck_assert_int_eq(stoa__schema_new(&shared, &field, 1, &error), STOA_OK);
    ck_assert_int_eq(pthread_create(&other, NULL, hold_and_let_go, NULL), 0);
    for (size_t i = 0; i < scaled(200, 3); i++)
        in_a_child(hold_once);
    stop = true;
    pthread_join(other, NULL);
    stoa__schema_release(shared);
}

/* ---- cancelled callers ---- */

static void sleep_or_not(void *context, size_t task, size_t worker)
{
    (void)context, (void)task;
    if (worker > 0)
        sleep_for(20);
}

/* Waits in the run for the others; the thread could be cancelled there. */
static void *be_cancelled(void *unused)
{
    pthread_cancel(pthread_self());
    stoa__parallel(WORKERS, WORKERS, sleep_or_not, NULL);
    return unused;
}

TEST(a_caller_that_is_cancelled_leaves_the_pool_to_the_others)
{
    threads_have_started();
    alarm(60);
    for (size_t i = 0; i < scaled(10, 2); i++) {
        pthread_t caller;
        ck_assert_int_eq(pthread_create(&caller, NULL, be_cancelled, NULL), 0);
        ck_assert_int_eq(pthread_join(caller, NULL), 0);
        run_and_check(100, WORKERS);
        threads_have_started(); /* with as many threads as before */
    }
    alarm(0);
}

static void *make_a_table_and_be_cancelled(void *unused)
{
    static const stoa_field field = {.name = "x", .type = STOA_INT32};
    stoa_table *table = NULL;
    pthread_cancel(pthread_self());
    if (stoa_table_new(&table, &field, 1, NULL, NULL) == STOA_OK)
        stoa_table_free(table);
    return unused;
}

/* The first table of a process reads the system's limit of maps. */
TEST(a_thread_that_is_cancelled_leaves_no_lock_behind)
{
    pthread_t thread;
    alarm(60);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_create(&thread, NULL, make_a_table_and_be_cancelled, NULL), 0);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        stoa_table *table = TABLE(NULL, {.name = "x", .type = STOA_INT32});
        stoa_table_free(table);
    }
    alarm(0);
}

static void look_at_signals(void *context, size_t task, size_t worker)
{
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    if (worker > 0 && !sigismember(&blocked, SIGUSR1))
        atomic_fetch_add(&((meeting *)context)->open, 1);
    meet(context, task, worker);
}

TEST(signals_are_left_to_the_threads_of_the_program)
{
    meeting m = {.expected = WORKERS};
    stoa__parallel(WORKERS, WORKERS, look_at_signals, &m);
    ck_assert(!m.missed);
    ck_assert_int_eq(m.open, 0);
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    ck_assert(!sigismember(&blocked, SIGUSR1));
}

TEST(idle_threads_sleep)
{
    run_and_check(TASKS, WORKERS);
    sleep_for(20);
    double before = now(CLOCK_PROCESS_CPUTIME_ID);
    sleep_for(300);
    ck_assert_double_lt(now(CLOCK_PROCESS_CPUTIME_ID) - before, 0.1);
}

/* ---- settings ---- */

TEST(the_number_of_threads_can_be_set)
{
    PASSES(stoa_set_threads(3, &trouble));
    ck_assert_uint_eq(stoa_threads(), 3);
    ck_assert_uint_eq(stoa__workers(0), 0);
    ck_assert_uint_eq(stoa__workers(1), 1);
    ck_assert_uint_eq(stoa__workers(2), 2);
    ck_assert_uint_eq(stoa__workers(1000), 3);
    FAILS(STOA_INVALID, stoa_set_threads(STOA__MAX_THREADS + 1, &trouble));
    SAYS("257 threads");
    ck_assert_uint_eq(stoa_threads(), 3);
    PASSES(stoa_set_threads(STOA__MAX_THREADS, &trouble));
    ck_assert_uint_eq(stoa_threads(), STOA__MAX_THREADS);
    PASSES(stoa_set_threads(0, &trouble));
}

TEST(the_environment_says_how_many_threads_there_are_at_the_start)
{
    unsetenv("STOA_THREADS");
    PASSES(stoa_set_threads(0, &trouble));
    size_t cores = stoa_threads();
    ck_assert_uint_ge(cores, 1);
    setenv("STOA_THREADS", "7", 1);
    PASSES(stoa_set_threads(0, &trouble));
    ck_assert_uint_eq(stoa_threads(), 7);
    static const char *const bad[] = {
        "", "0", "-1", "2x", " 2", "+2", "257", "1e2", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        setenv("STOA_THREADS", bad[i], 1);
        PASSES(stoa_set_threads(0, &trouble));
        ck_assert_uint_eq(stoa_threads(), cores);
    }
    unsetenv("STOA_THREADS");
}

int main(void)
{
    return RUN("threads", each_task_runs_once_with_a_worker_number_of_its_own,
               tasks_run_at_the_same_time, tasks_are_claimed_in_ascending_order,
               several_callers_do_not_get_in_each_others_way,
               a_run_out_of_a_task_stays_on_its_thread, small_runs_stay_on_the_callers_thread,
               a_run_goes_on_with_the_threads_that_can_be_had, a_child_has_threads_of_its_own,
               a_fork_amid_a_run_of_another_thread_does_not_stop_the_child,
               a_fork_while_another_thread_holds_the_lock_of_the_schemas_does_not_stop_the_child,
               a_caller_that_is_cancelled_leaves_the_pool_to_the_others,
               a_thread_that_is_cancelled_leaves_no_lock_behind,
               signals_are_left_to_the_threads_of_the_program, idle_threads_sleep,
               the_number_of_threads_can_be_set,
               the_environment_says_how_many_threads_there_are_at_the_start);
}
