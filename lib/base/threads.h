/* threads.h: one pool of threads for the process. They run numbered tasks. */
#ifndef STOA__BASE_THREADS_H
#define STOA__BASE_THREADS_H

#include <stddef.h>

/* Rows of a morsel, the piece of work that a thread takes. Float sums are made for each morsel
 * first, so that they do not depend on the number of threads. */
#define STOA__MORSEL ((size_t)65536)

/* Most threads that a run can have, the caller's among them. */
#define STOA__MAX_THREADS 256

/* How many workers a run of `tasks` tasks should have. At least 1, unless there are no tasks. */
size_t stoa__workers(size_t tasks);

typedef void stoa__task(void *context, size_t task, size_t worker);
/* Runs task 0 to count - 1, each once, claimed in ascending order, on up to `workers` threads: the
 * caller's is worker 0, the others 1 to workers - 1, so that each can have its own scratch memory.
 * (The caller gets `workers` from stoa__workers beforehand, since stoa_set_threads may be called in
 * between.) Returns when all are done. While another caller's run uses the pool, or if no thread
 * can be made, all tasks run on the caller's thread. Must not be called from a task. */
void stoa__parallel(size_t count, size_t workers, stoa__task *task, void *context);

#endif
