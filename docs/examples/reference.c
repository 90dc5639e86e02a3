/* reference.c: examples of references: rows that refer to rows. */
#include "example.h"

static void describe(void)
{
    stoa_error error;
    /* [describe] */
    static const stoa_field people_fields[] = {{.name = "age", .type = STOA_INT32}};
    const stoa_table_options with_ids = {.ids = true};
    stoa_table *people, *pets;
    must(stoa_table_new(&people, people_fields, 1, &with_ids, &error), &error);
    const stoa_field pet_fields[] = {
        {.name = "weight", .type = STOA_FLOAT64},
        {.name = "owner", .type = STOA_REFERENCE, .flags = STOA_NULLABLE, .target = people},
    };
    must(stoa_table_new(&pets, pet_fields, 2, NULL, &error), &error);
    printf("%d\n", stoa_table_field_target(pets, 1) == people);                 /* prints 1 */
    printf("%d\n", stoa_table_field_on_remove(pets, 1) == STOA_ON_REMOVE_NULL); /* prints 1 */
    /* [describe] */

    /* [use] */
    const stoa_value age = stoa_int64_value(41);
    must(stoa_table_append(people, &age, 1, &error), &error);
    stoa_row ann = stoa_table_row(people, 0), owner;
    const stoa_value rex[] = {stoa_float64_value(8.5), stoa_reference_value(ann)};
    must(stoa_table_append(pets, rex, 2, &error), &error);

    stoa_row pet = stoa_table_row(pets, 0);
    int32_t years;
    must(stoa_row_get_reference(pet, "owner", &owner), &error);
    must(stoa_row_get_int32(owner, "age", &years), &error);
    printf("the owner is %d\n", years); /* prints the owner is 41 */

    must(stoa_table_remove(people, 0, 1, &error), &error);
    printf("%s\n", stoa_status_name(stoa_row_get_reference(pet, "owner", &owner)));
    /* prints STOA_NULL */
    /* [use] */
    stoa_table_free(pets);
    stoa_table_free(people);
}

static void path(void)
{
    stoa_error error;
    static const stoa_field people_fields[] = {{.name = "age", .type = STOA_INT32}};
    const stoa_table_options two = {.ids = true, .rows = 2};
    stoa_table *people, *pets;
    must(stoa_table_new(&people, people_fields, 1, &two, &error), &error);
    const stoa_field pet_fields[] = {
        {.name = "weight", .type = STOA_FLOAT64},
        {.name = "owner", .type = STOA_REFERENCE, .flags = STOA_NULLABLE, .target = people},
    };
    must(stoa_table_new(&pets, pet_fields, 2, NULL, &error), &error);
    const stoa_value rex[] = {stoa_float64_value(8.5),
                              stoa_reference_value(stoa_table_row(people, 1))};
    must(stoa_table_append(pets, rex, 2, &error), &error);
    must(stoa_row_set_int32(stoa_table_row(people, 1), "age", 41), &error);

    /* [path] */
    stoa_value sum;
    must(stoa_compute(pets, "sum(weight * owner.age)", &sum, &error), &error);
    printf("%.1f\n", sum.float64); /* prints 348.5 */

    stoa_expression *owner, *age, *total; /* sum(owner.age), by calls */
    stoa_program *program;
    must(stoa_expression_field(&owner, "owner", &error), &error);
    must(stoa_expression_path(&age, owner, "age", &error), &error);
    must(stoa_expression_call(&total, STOA_SUM, &age, 1, &error), &error);
    must(stoa_program_new(&program, pets, total, NULL, &error), &error);
    must(stoa_program_compute(program, pets, NULL, &sum, 1, &error), &error);
    printf("%d\n", (int)sum.int64); /* prints 41 */
    /* [path] */
    /* [scatter] */
    int32_t years;
    stoa_program *weights;
    must(stoa_program_parse(&weights, pets, "int32(weight)", NULL, &error), &error);
    must(stoa_program_scatter(weights, pets, NULL, "owner.age", STOA_MAXIMUM, &error), &error);
    stoa_program_free(weights);

    must(stoa_scatter(pets, "owner.age", STOA_ADD, "1", "weight > 8", &error), &error);
    must(stoa_row_get_int32(stoa_table_row(people, 1), "age", &years), &error);
    printf("%d\n", years); /* prints 42 */
    /* [scatter] */
    stoa_program_free(program);
    stoa_expression_free(total);
    stoa_expression_free(age);
    stoa_expression_free(owner);
    stoa_table_free(pets);
    stoa_table_free(people);
}

void reference_examples(void)
{
    describe();
    path();
}
