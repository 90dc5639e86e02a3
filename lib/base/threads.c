/* threads.c: a pool of sleeping threads, and runs of numbered tasks on them.
 *
 * A run lies on its caller's stack. The caller puts it into `pool.current`, wakes as many threads
 * as may help, and claims tasks like any of them. A thread joins a run under the lock, which gives
 * it its worker number, and leaves it under the lock; the caller takes the run out of the pool when
 * no task is left to claim, and waits for those who joined, so that none touches a run that has
 * ended. A thread that wakes too late finds nothing and sleeps again.
 * Invariant, under the lock: current is NULL or the run of the caller who set `busy`, and
 * joined - left threads are in it. fork leaves the child without threads and with a new pool.
 * Neither the pool's threads nor a caller in a run can be cancelled. */
#define _GNU_SOURCE
#include "base/threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

#include <stoa/settings.h>

#include "base/error.h"

/* ---- how many ---- */

static atomic_size_t chosen; /* 0: not looked up yet */

static size_t cores(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        online = CPU_COUNT(&set);
#endif
    if (online < 1)
        return 1;
    return online < STOA__MAX_THREADS ? (size_t)online : STOA__MAX_THREADS;
}

/* The number in STOA_THREADS, if it is allowed; else one for each core. */
static size_t default_threads(void)
{
    const char *text = getenv("STOA_THREADS");
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return cores();
    char *end;
    unsigned long threads = strtoul(text, &end, 10);
    return *end == '\0' && threads >= 1 && threads <= STOA__MAX_THREADS ? threads : cores();
}

size_t stoa_threads(void)
{
    size_t threads = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (threads != 0)
        return threads;
    size_t found = default_threads();
    /* A number that another thread has set meanwhile stays. */
    return atomic_compare_exchange_strong(&chosen, &threads, found) ? found : threads;
}

stoa_status stoa_set_threads(size_t threads, stoa_error *error)
{
    if (threads > STOA__MAX_THREADS)
        return stoa__fail(error, STOA_INVALID, "%zu threads are more than %d", threads,
                          STOA__MAX_THREADS);
    atomic_store(&chosen, threads > 0 ? threads : default_threads());
    return STOA_OK;
}

size_t stoa__workers(size_t tasks)
{
    size_t threads = tasks > 1 ? stoa_threads() : 1;
    return tasks < threads ? tasks : threads;
}

/* ---- runs ---- */

typedef struct run {
    stoa__task *task;
    void *context;
    size_t count;
    atomic_size_t next;  /* the task to be claimed next */
    size_t helpers;      /* threads that may join */
    size_t joined, left; /* under the lock */
} run;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t work; /* there is a run to join, or it is time to end */
    pthread_cond_t done; /* the last helper left */
    run *current;
    bool busy; /* some caller has the pool */
    bool ending;
    size_t made; /* threads */
    pthread_t threads[STOA__MAX_THREADS - 1];
} pool = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .work = PTHREAD_COND_INITIALIZER,
    .done = PTHREAD_COND_INITIALIZER,
};

static void work_on(run *r, size_t worker)
{
    for (;;) {
        size_t task = atomic_fetch_add_explicit(&r->next, 1, memory_order_relaxed);
        if (task >= r->count)
            return;
        r->task(r->context, task, worker);
    }
}

/* A thread that holds a lock, or that others wait for, must not be cancelled. Returns the state
 * before. */
static int stop_cancelling(void)
{
    int before;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return before;
}

static void *helper(void *unused)
{
    (void)unused;
    stop_cancelling();
    pthread_mutex_lock(&pool.lock);
    while (!pool.ending) {
        run *r = pool.current;
        if (r == NULL || r->joined == r->helpers) {
            pthread_cond_wait(&pool.work, &pool.lock);
            continue;
        }
        size_t worker = ++r->joined;
        pthread_mutex_unlock(&pool.lock);
        work_on(r, worker);
        pthread_mutex_lock(&pool.lock);
        pool.current = NULL; /* all is claimed */
        if (++r->left == r->joined)
            pthread_cond_signal(&pool.done);
    }
    pthread_mutex_unlock(&pool.lock);
    return NULL;
}

/* In the child of a fork: it has no threads, and some thread may have held the lock. */
static void forget(void)
{
    pool.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    pool.work = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    pool.done = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    pool.current = NULL;
    pool.busy = false;
    pool.made = 0;
}

/* Makes threads up to `count`, or as many as the system gives. They block all signals, which are
 * for the program's own threads. Under the lock. */
static void make_threads(size_t count)
{
    static bool registered;
    if (pool.made >= count || pool.ending)
        return;
    if (!registered)
        registered = pthread_atfork(NULL, NULL, forget) == 0;
    if (!registered)
        return;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool.made < count && pthread_create(&pool.threads[pool.made], NULL, helper, NULL) == 0)
        pool.made++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Takes the pool for the caller; false: another caller has it. */
static bool begin(run *r)
{
    pthread_mutex_lock(&pool.lock);
    bool mine = !pool.busy;
    if (mine) {
        make_threads(r->helpers);
        if (r->helpers > pool.made)
            r->helpers = pool.made;
        pool.busy = true;
        pool.current = r;
    }
    pthread_mutex_unlock(&pool.lock);
    return mine;
}

static void end(run *r)
{
    pthread_mutex_lock(&pool.lock);
    pool.current = NULL;
    while (r->left < r->joined)
        pthread_cond_wait(&pool.done, &pool.lock);
    pool.busy = false;
    pthread_mutex_unlock(&pool.lock);
}

void stoa__parallel(size_t count, size_t workers, stoa__task *task, void *context)
{
    run r = {.task = task, .context = context, .count = count};
    size_t most = count < workers ? count : workers;
    r.helpers = most > 1 ? most - 1 : 0;
    int cancelling = stop_cancelling();
    bool mine = r.helpers > 0 && begin(&r);
    for (size_t i = 0; mine && i < r.helpers; i++)
        pthread_cond_signal(&pool.work);
    work_on(&r, 0);
    if (mine)
        end(&r);
    pthread_setcancelstate(cancelling, &cancelling);
}

/* At exit, and when the library is unloaded, the threads end before their code goes. A run in
 * another thread is waited for. */
__attribute__((destructor)) static void end_threads(void)
{
    stop_cancelling();
    pthread_mutex_lock(&pool.lock);
    pool.ending = true;
    size_t made = pool.made;
    pool.made = 0;
    pthread_mutex_unlock(&pool.lock);
    pthread_cond_broadcast(&pool.work);
    for (size_t i = 0; i < made; i++)
        pthread_join(pool.threads[i], NULL);
}
