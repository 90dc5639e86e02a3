/* scene.c: see scene.h. */
#include "scene.h"

void scene_append(scene *s)
{
    record r = record_random(&s->d, &s->owner);
    stoa_value values[MODEL_FIELDS];
    record_values(&r, values);
    PASSES(stoa_table_append(s->table, values, MODEL_FIELDS, &trouble));
    model_append(&s->m, &r);
}

void scene_start(scene *s, size_t rows)
{
    memset(s, 0, sizeof *s);
    s->d.state = rows;
    s->pool = things_pool(&s->owner);
    model_init(&s->m);
    s->table = model_table(&s->m, s->pool);
    for (size_t i = 0; i < rows; i++)
        scene_append(s);
    scene_matches(s);
}

void scene_matches(const scene *s)
{
    const model *m = &s->m;
    model_rows_match(m, s->table);
    models_match_pool(&m, 1, &s->owner, s->pool);
}

void scene_end(scene *s)
{
    scene_matches(s);
    stoa_table_free(s->table);
    ck_assert_uint_eq(stoa_pool_count(s->pool), 0);
    things_are_all_released(&s->owner);
    stoa_pool_free(s->pool);
    model_dispose(&s->m);
}
