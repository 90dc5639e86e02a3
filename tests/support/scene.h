/* scene.h: a table of all types, the model of it, and the things that both hold. */
#ifndef STOA_TESTS_SCENE_H
#define STOA_TESTS_SCENE_H

#include "model.h"
#include "testing.h"
#include "things.h"

typedef struct scene {
    things owner;
    stoa_pool *pool;
    model m;
    stoa_table *table;
    dice d;
} scene;

/* So many rows of random values. */
void scene_start(scene *s, size_t rows);
/* One more row of random values, in both. */
void scene_append(scene *s);
/* Table, pool and things are as the model says. */
void scene_matches(const scene *s);
/* The same, frees everything, and each thing was released as often as retained. */
void scene_end(scene *s);

#endif
