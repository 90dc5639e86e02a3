/* scene.h: a table with a field of each type, its model, and the things (objects) that both
 * hold. */
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

/* Starts with `rows` rows of random values. */
void scene_start(scene *s, size_t rows);
/* Appends a row of random values to both. */
void scene_append(scene *s);
/* Checks that table, pool and things agree with the model. */
void scene_matches(const scene *s);
/* Checks the same, frees everything, and checks that each thing was released as often as
 * retained. */
void scene_end(scene *s);

#endif
