/* particles.c: a million particles that are born and die, and know their parents, in a typed table.
 *
 *     particles [PARTICLES] [STEPS]
 *
 * They move on a torus and share the food of the cell they are in with their neighbours there. Who
 * has none left dies; who has plenty has a child, which refers to its parent for as long as that
 * lives. Moving and eating are loops over columns, as over any arrays, and so fast; births go row
 * by row. The model is that of particles.py, and comes to the same numbers. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <stoa/stoa.h>

#define PARTICLE(FIELD)  \
    FIELD(int32, x)      \
    FIELD(int32, y)      \
    FIELD(int16, vx)     \
    FIELD(int16, vy)     \
    FIELD(int16, energy) \
    FIELD(int32, cell)   \
    FIELD(nullable(reference), parent)
STOA_RECORD(particle, PARTICLE)

enum { CELL = 2048 };                     /* the length of a cell */
enum { FOOD = 40, COST = 9, SPLIT = 30 }; /* for a cell and step, of a step, that a parent needs */

typedef struct world {
    particle_table all;
    int32_t side;          /* cells in a row */
    int32_t *crowd;        /* by cell: how many are in it */
    stoa_program *starved; /* the condition of those that die */
} world;

static void must(stoa_status status, const stoa_error *error)
{
    if (status == STOA_OK)
        return;
    fprintf(stderr, "particles: %s\n", error->message);
    exit(EXIT_FAILURE);
}

/* ---- the beginning ---- */

/* A number below `sides`, always the same (SplitMix64). */
static int32_t dice(size_t i, int which, int32_t sides)
{
    uint64_t z = ((uint64_t)i * 5 + (uint64_t)which + 1) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return (int32_t)((z ^ (z >> 31)) % (uint64_t)sides);
}

/* Four particles begin in each cell. */
static int32_t side_of(size_t count)
{
    int32_t side = 1;
    while ((size_t)(side + 1) * (size_t)(side + 1) <= count / 4)
        side++;
    return side;
}

static void world_begin(world *w, size_t count)
{
    stoa_error error = {0};
    w->side = side_of(count);
    w->crowd = malloc((size_t)w->side * (size_t)w->side * sizeof *w->crowd);
    if (w->crowd == NULL) {
        fprintf(stderr, "particles: no memory for the cells\n");
        exit(EXIT_FAILURE);
    }
    must(particle_table_init(&w->all, count, &error), &error);
    must(stoa_program_parse(&w->starved, w->all.table, "energy < 0", NULL, &error), &error);
    for (size_t i = 0; i < count; i++) {
        w->all.x[i] = dice(i, 0, w->side * CELL);
        w->all.y[i] = dice(i, 1, w->side * CELL);
        w->all.vx[i] = (int16_t)(dice(i, 2, 1999) - 999);
        w->all.vy[i] = (int16_t)(dice(i, 3, 1999) - 999);
        w->all.energy[i] = (int16_t)(10 + dice(i, 4, SPLIT - 10));
    }
}

static void world_end(world *w)
{
    stoa_program_free(w->starved);
    particle_table_dispose(&w->all);
    free(w->crowd);
}

/* ---- a step ---- */

/* On a torus: what leaves on one side comes in on the other. */
static int32_t around(int32_t place, int32_t size)
{
    return place < 0 ? place + size : place >= size ? place - size : place;
}

static void move(world *w)
{
    const particle_table *p = &w->all;
    int32_t size = w->side * CELL;
    for (size_t i = 0; i < p->table->rows; i++) {
        p->x[i] = around(p->x[i] + p->vx[i], size);
        p->y[i] = around(p->y[i] + p->vy[i], size);
        p->cell[i] = p->y[i] / CELL * w->side + p->x[i] / CELL;
    }
}

static void eat(world *w)
{
    const particle_table *p = &w->all;
    size_t rows = p->table->rows;
    memset(w->crowd, 0, (size_t)w->side * (size_t)w->side * sizeof *w->crowd);
    for (size_t i = 0; i < rows; i++)
        w->crowd[p->cell[i]]++;
    for (size_t i = 0; i < rows; i++)
        p->energy[i] = (int16_t)(p->energy[i] + FOOD / w->crowd[p->cell[i]] - COST);
}

/* References to those that die are null from then on. */
static void starve(world *w)
{
    stoa_error error = {0};
    must(stoa_program_remove(w->starved, w->all.table, &error), &error);
}

/* By rows, which stay good while others are appended. */
static void bear(world *w)
{
    stoa_error error = {0};
    size_t rows = w->all.table->rows;
    for (size_t i = 0; i < rows; i++) {
        particle each = particle_at(&w->all, i);
        int16_t half = (int16_t)(particle_energy(each) / 2);
        if (particle_energy(each) < SPLIT)
            continue;
        particle_values child = {.x = particle_x(each),
                                 .y = particle_y(each),
                                 .vx = (int16_t)-particle_vy(each),
                                 .vy = particle_vx(each),
                                 .energy = half,
                                 .cell = particle_cell(each),
                                 .parent = stoa_table_row(w->all.table, i)};
        must(particle_table_append(&w->all, child, &error), &error);
        particle_set_energy(each, (int16_t)(particle_energy(each) - half));
    }
}

static void step(world *w)
{
    move(w);
    eat(w);
    starve(w);
    bear(w);
}

/* ---- telling ---- */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

/* How many there are, their energy; how many of their parents live, with what energy. */
static void tell(const world *w, int number, double milliseconds)
{
    static const char facts[] = "count(), sum(energy), count(parent.energy), sum(parent.energy)";
    stoa_error error = {0};
    stoa_value v[4];
    must(stoa_compute_all(w->all.table, facts, NULL, v, 4, &error), &error);
    printf("step %d: %" PRId64 " particles of energy %" PRId64 ", %" PRId64
           " with a living parent, of energy %" PRId64 ": %.1f ms\n",
           number, v[0].int64, v[1].int64, v[2].int64, v[3].int64, milliseconds);
}

static long number_at(char **argv, int argc, int at, long otherwise)
{
    char *end = NULL;
    long number = argc > at ? strtol(argv[at], &end, 10) : otherwise;
    if (number >= 1 && number <= INT32_MAX && (end == NULL || *end == '\0'))
        return number;
    fprintf(stderr, "usage: particles [PARTICLES] [STEPS], at least one of each\n");
    exit(2);
}

int main(int argc, char **argv)
{
    long count = number_at(argv, argc, 1, 1000000), steps = number_at(argv, argc, 2, 10);
    world w;
    world_begin(&w, (size_t)count);
    for (int number = 1; number <= steps; number++) {
        double start = now();
        step(&w);
        tell(&w, number, now() - start);
    }
    world_end(&w);
    return 0;
}
