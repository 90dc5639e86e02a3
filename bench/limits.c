/* limits.c: a task is cut into pieces, one for each thread; piece 0 is the caller's.
 *
 * Helper threads are made once and wait for the next round. A filter takes two rounds on several
 * threads: only when the pieces before it are counted does a piece know where its rows begin. */
#define _POSIX_C_SOURCE 200809L
#include "limits.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "measure.h"

extern const loops loops_baseline;
#ifdef __x86_64__
extern const loops loops_avx2, loops_avx512;
#endif

const loops *loops_of(const char *level)
{
#ifdef __x86_64__
    if (strcmp(level, "avx512") == 0)
        return &loops_avx512;
    if (strcmp(level, "avx2") == 0)
        return &loops_avx2;
#endif
    (void)level;
    return &loops_baseline;
}

static const loops *chosen = &loops_baseline;
static size_t thread_count = 1;

/* ---- rounds ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t begun = PTHREAD_COND_INITIALIZER, ended = PTHREAD_COND_INITIALIZER;
static size_t helpers, unfinished, current_round;
static limit_work *current_work;
static limit_task pieces[LIMIT_THREADS];

static void *help(void *piece)
{
    limit_task *mine = piece;
    pthread_mutex_lock(&lock);
    for (size_t seen = 0;; seen = current_round) {
        while (seen == current_round || mine >= pieces + thread_count) {
            seen = current_round;
            pthread_cond_wait(&begun, &lock);
        }
        pthread_mutex_unlock(&lock);
        current_work(chosen, mine);
        pthread_mutex_lock(&lock);
        if (--unfinished == 0)
            pthread_cond_signal(&ended);
    }
    return NULL;
}

static void one_round(limit_work *work)
{
    if (thread_count > 1) {
        pthread_mutex_lock(&lock);
        current_work = work;
        unfinished = thread_count - 1;
        current_round++;
        pthread_cond_broadcast(&begun);
        pthread_mutex_unlock(&lock);
    }
    work(chosen, &pieces[0]);
    if (thread_count > 1) {
        pthread_mutex_lock(&lock);
        while (unfinished > 0)
            pthread_cond_wait(&ended, &lock);
        pthread_mutex_unlock(&lock);
    }
}

void limits_set(const char *level, size_t threads)
{
    bench_must(threads == 0 || threads > LIMIT_THREADS, "too many threads for the limits");
    pthread_mutex_lock(&lock);
    chosen = loops_of(level);
    thread_count = threads;
    pthread_mutex_unlock(&lock);
    for (; helpers + 1 < threads; helpers++) {
        pthread_t thread;
        bench_must(pthread_create(&thread, NULL, help, &pieces[helpers + 1]), "a thread");
        pthread_detach(thread);
    }
}

/* ---- pieces ---- */

/* Piece k of the task: its rows, in whole cache lines, and the cells of `out` that they fill where
 * each row gives one. */
static limit_task cut(const limit_task *task, size_t k)
{
    limit_task piece = *task;
    size_t from = task->points.count * k / thread_count / 64 * 64;
    size_t to = task->points.count * (k + 1) / thread_count / 64 * 64;
    if (k + 1 == thread_count)
        to = task->points.count;
    piece.points.x += from;
    piece.points.y += from;
    piece.points.w += from;
    piece.points.count = to - from;
    if (piece.out.w != NULL)
        piece.out.w += from;
    return piece;
}

static void put_together(limit_task *task)
{
    task->integer = 0;
    task->sums[0] = task->sums[1] = 0;
    task->low = INFINITY;
    task->high = -INFINITY;
    for (size_t k = 0; k < thread_count; k++) {
        task->integer += pieces[k].integer;
        task->sums[0] += pieces[k].sums[0];
        task->sums[1] += pieces[k].sums[1];
        task->low = fmin(task->low, pieces[k].low);
        task->high = fmax(task->high, pieces[k].high);
    }
}

void limit_run(limit_work *work, limit_task *task)
{
    for (size_t k = 0; k < thread_count; k++)
        pieces[k] = cut(task, k);
    one_round(work);
    put_together(task);
}

static void pack(const loops *level, limit_task *piece)
{
    piece->integer = (int64_t)level->filter(piece->points, piece->bounds, piece->out);
}

void limit_filter(limit_task *task)
{
    size_t before = 0;
    limit_task whole = *task;
    if (thread_count > 1)
        limit_run(limit_above, task);
    for (size_t k = 0; k < thread_count; k++) {
        size_t found = thread_count > 1 ? (size_t)pieces[k].integer : whole.out.room;
        pieces[k] = cut(&whole, k);
        pieces[k].out =
            (loop_cells){whole.out.x + before, whole.out.y + before, whole.out.w + before, found};
        before += found;
    }
    one_round(pack);
    put_together(task);
}

/* ---- works ---- */

void limit_sum(const loops *level, limit_task *piece)
{
    piece->integer = level->sum(piece->points);
}

void limit_extremes(const loops *level, limit_task *piece)
{
    int32_t least, most;
    level->extremes(piece->points, &least, &most);
    piece->low = least;
    piece->high = most;
}

void limit_extremes_float(const loops *level, limit_task *piece)
{
    level->extremes_float(piece->points, &piece->low, &piece->high);
}

void limit_above(const loops *level, limit_task *piece)
{
    piece->integer = (int64_t)level->above(piece->points, piece->bounds);
}

void limit_squares(const loops *level, limit_task *piece)
{
    piece->integer = level->squares(piece->points);
}

void limit_dot(const loops *level, limit_task *piece)
{
    piece->integer = level->dot(piece->points);
}

void limit_moments(const loops *level, limit_task *piece)
{
    level->moments(piece->points, piece->shift, piece->sums);
}

void limit_sum_where(const loops *level, limit_task *piece)
{
    piece->sums[0] = level->sum_where(piece->points, piece->bounds);
}

void limit_sum_where_three(const loops *level, limit_task *piece)
{
    piece->sums[0] = level->sum_where_three(piece->points, piece->bounds);
}

void limit_norm(const loops *level, limit_task *piece)
{
    level->norm(piece->points, piece->out.w);
}
