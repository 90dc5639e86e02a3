/* vector.c: examples of vectors: fields of several numbers. */
#include "example.h"

/* [record] */
#define BODY(FIELD)             \
    FIELD(float64, mass, 1.0)   \
    FIELD(float32[3], position) \
    FIELD(float32[3], velocity)
STOA_RECORD(body, BODY)
/* [record] */

static void typed(void)
{
    /* [typed] */
    body_table bodies; /* { stoa_table *table; double *mass; float *position[3], *velocity[3]; } */
    stoa_error error;
    must(body_table_init(&bodies, 0, &error), &error);
    must(body_table_append(&bodies, (body_values){.mass = 2, .velocity = {1, 2, 3}}, &error),
         &error);
    for (int k = 0; k < 3; k++)
        for (size_t i = 0; i < bodies.table->rows; i++)
            bodies.position[k][i] += bodies.velocity[k][i] * 0.5F;

    body first = body_at(&bodies, 0);
    body_set_position(first, 0, 10);
    for (size_t k = 0; k < 3; k++)
        printf("%g\n", body_position(first, k)); /* prints 10 */
    /* prints 1 */
    /* prints 1.5 */
    body_table_dispose(&bodies);
    /* [typed] */
}

static void expressions(void)
{
    stoa_error error;
    /* [program] */
    static const stoa_field fields[] = {
        {.name = "position", .type = STOA_FLOAT32, .length = 3},
        {.name = "velocity", .type = STOA_FLOAT32, .length = 3, .initial.float64 = 2},
    };
    const stoa_table_options options = {.rows = 4};
    stoa_table *table;
    stoa_program *program;
    stoa_value sums[3], far;
    must(stoa_table_new(&table, fields, 2, &options, &error), &error);
    must(stoa_assign(table, "position", "position + velocity * 0.25", NULL, &error), &error);
    must(stoa_compute(table, "max(norm(position))", &far, &error), &error);
    printf("%.3f\n", far.float64); /* prints 0.866 */

    must(stoa_program_parse(&program, table, "sum(position)", NULL, &error), &error);
    printf("%zu\n", stoa_program_output_length(program, 0)); /* prints 3 */
    must(stoa_program_compute(program, table, NULL, sums, 3, &error), &error);
    printf("%g\n", sums[2].float64); /* prints 2 */
    stoa_program_free(program);
    stoa_table_free(table);
    /* [program] */
}

void vector_examples(void)
{
    stoa_error error;
    typed();
    expressions();
    /* [find] */
    static const stoa_field fields[] = {
        {.name = "mass", .type = STOA_FLOAT64},
        {.name = "position", .type = STOA_FLOAT32, .length = 3},
    };
    const stoa_table_options options = {.rows = 4};
    stoa_table *table;
    stoa_vector position;
    must(stoa_table_new(&table, fields, 2, &options, &error), &error);
    must(stoa_table_find_vector(table, "position", &position, &error), &error);
    printf("%zu components from field %zu on\n", position.length,
           position.first); /* prints 3 components from field 1 on */

    float *x = stoa_float32_column(table, "position[0]");
    float *z = stoa_float32_column(table, "position[2]");
    printf("%d\n", (char *)z == (char *)x + 2 * position.distance); /* prints 1 */
    /* [find] */
    /* [component] */
    for (size_t field = 0; field < stoa_table_field_limit(table); field++)
        if (stoa_table_field_vector(table, field, &position) == STOA_OK)
            printf("%s: component %zu of %s\n", stoa_table_field_name(table, field),
                   field - position.first, position.name);
    /* prints position[0]: component 0 of position */
    /* prints position[1]: component 1 of position */
    /* prints position[2]: component 2 of position */
    /* [component] */
    stoa_table_free(table);
}
