/* test_paths.c: fields of the rows that references refer to, in expressions, beside plain loops. */
#include <stdlib.h>

#include "../support/testing.h"

enum { OWNERS = 1000, PETS = 70001 };

/* Owners with numbers of several types, some null, strings and a boss; pets with an owner, some
 * with none; some owners are gone, and the others have moved. */
typedef struct world {
    stoa_table *owners, *pets;
} world;

static const char *const names[] = {"", "Ann", "Bob", "Zoë", "ann"};

static stoa_table *new_owners(size_t rows)
{
    stoa_table *owners = TABLE(
        OPTIONS(.ids = true, .max_rows = 4096), {.name = "age", .type = STOA_INT32},
        {.name = "weight", .type = STOA_FLOAT64}, {.name = "small", .type = STOA_UINT8},
        {.name = "name", .type = STOA_STRING}, {.name = "old", .type = STOA_BOOL},
        {.name = "score", .type = STOA_INT64, .flags = STOA_NULLABLE},
        {.name = "born", .type = STOA_DATE}, {.name = "at", .type = STOA_FLOAT32, .length = 2},
        {.name = "boss", .type = STOA_REFERENCE, .flags = STOA_NULLABLE});
    PASSES(stoa_table_resize(owners, rows, &trouble));
    for (size_t i = 0; i < rows; i++) {
        stoa_row row = stoa_table_row(owners, i);
        PASSES(stoa_row_set_int32(row, "age", (int32_t)(i * 7 % 90)));
        PASSES(stoa_row_set_float64(row, "weight", (double)i / 4));
        PASSES(stoa_row_set_uint8(row, "small", (uint8_t)(i % 256)));
        const char *name = names[i % 5];
        PASSES(stoa_row_set_string(row, "name", (stoa_string){name, strlen(name)}));
        PASSES(stoa_row_set_bool(row, "old", i % 3 == 0));
        if (i % 4 != 0)
            PASSES(stoa_row_set_int64(row, "score", (int64_t)i * 1000));
        PASSES(stoa_row_set_date(row, "born", (int32_t)i));
        PASSES(stoa_row_set_float32(row, "at[0]", (float)i));
        PASSES(stoa_row_set_float32(row, "at[1]", -(float)i));
        if (i % 5 != 0)
            PASSES(stoa_row_set_reference(row, "boss", stoa_table_row(owners, i / 2)));
    }
    return owners;
}

static stoa_table *new_pets(stoa_table *owners, size_t rows)
{
    stoa_table *pets =
        TABLE(OPTIONS(.rows = rows), {.name = "weight", .type = STOA_INT32},
              {.name = "name", .type = STOA_STRING},
              {.name = "owner", .type = STOA_REFERENCE, .flags = STOA_NULLABLE, .target = owners},
              {.name = "age", .type = STOA_INT64, .flags = STOA_NULLABLE});
    dice d = {11};
    uint64_t *cells = stoa_column_cells(pets, 2);
    for (size_t i = 0; i < rows; i++) {
        stoa_int32_column(pets, "weight")[i] = (int32_t)(i % 100);
        if (dice_below(&d, 20) > 0)
            cells[i] = stoa_row_id(stoa_table_row(owners, dice_below(&d, owners->rows)));
        const char *name = names[dice_below(&d, 5)];
        if (i < 200)
            PASSES(stoa_row_set_string(stoa_table_row(pets, i), "name",
                                       (stoa_string){name, strlen(name)}));
    }
    return pets;
}

static world new_world(size_t pets)
{
    world w = {.owners = new_owners(OWNERS)};
    w.pets = new_pets(w.owners, pets);
    for (size_t i = 0; i < 100; i++)
        PASSES(stoa_table_swap_remove(w.owners, i * 3, &trouble));
    PASSES(stoa_table_reverse(w.owners, &trouble));
    return w;
}

static void free_world(world w)
{
    stoa_table_free(w.pets);
    stoa_table_free(w.owners);
}

/* The owner of a pet, SIZE_MAX if it has none; and the boss of one. */
static size_t owner_of(const world *w, size_t pet)
{
    size_t row = SIZE_MAX;
    const uint64_t *cells = stoa_column_cells(w->pets, 2);
    return stoa_table_find_id(w->owners, cells[pet], &row) == STOA_OK ? row : SIZE_MAX;
}

static size_t boss_of(const world *w, size_t owner)
{
    size_t row = SIZE_MAX;
    const uint64_t *cells =
        owner == SIZE_MAX ? NULL : (const uint64_t *)stoa_reference_column(w->owners, "boss");
    bool found = cells != NULL && stoa_table_find_id(w->owners, cells[owner], &row) == STOA_OK;
    return found ? row : SIZE_MAX;
}

/* What `text` sums up to over the pets, and what a loop sums. `has` is whether the pet has an
 * owner, `o` the owner's row. */
#define SUMMED(text, slow)                                                                     \
    do {                                                                                       \
        int64_t wanted_ = 0;                                                                   \
        for (size_t pet = 0; pet < w.pets->rows; pet++) {                                      \
            size_t o = owner_of(&w, pet), b = boss_of(&w, o);                                  \
            bool has = o != SIZE_MAX;                                                          \
            (void)o, (void)b, (void)has;                                                       \
            wanted_ += (slow);                                                                 \
        }                                                                                      \
        int64_t made_ = integer_of(w.pets, text);                                              \
        ck_assert_msg(made_ == wanted_, "%s: %ld, not %ld", text, (long)made_, (long)wanted_); \
    } while (0)

static const char *name_of(const world *w, size_t owner)
{
    static char text[8];
    stoa_string name;
    PASSES(stoa_row_get_string(stoa_table_row(w->owners, owner), "name", &name));
    snprintf(text, sizeof text, "%.*s", (int)name.length, name.bytes);
    return text;
}

static bool has_score(const world *w, size_t owner)
{
    return (stoa_column_validity(w->owners, 5)[owner / 64] >> owner % 64 & 1) != 0;
}

TEST(paths_give_what_loops_find)
{
    world w = new_world(scaled(PETS, 3000));
    const int32_t *age = stoa_int32_column(w.owners, "age");
    const int32_t *weight = stoa_int32_column(w.pets, "weight");
    const int64_t *score = stoa_int64_column(w.owners, "score");
    const bool *old = stoa_bool_column(w.owners, "old");
    const uint8_t *small = stoa_uint8_column(w.owners, "small");
    const float *at = stoa_float32_column(w.owners, "at[0]");
    const int32_t *born = stoa_date_column(w.owners, "born");
    const double *heavy = stoa_float64_column(w.owners, "weight");
    SUMMED("sum(owner.age)", has ? age[o] : 0);
    SUMMED("count(owner.age)", has);
    SUMMED("count(owner)", has);
    SUMMED("sum(is_null(owner))", !has);
    SUMMED("sum(owner.age > 30)", has && age[o] > 30);
    SUMMED("sum(weight * owner.age)", has ? weight[pet] * age[o] : 0);
    SUMMED("int64(sum(owner.weight * 4))", has ? (int64_t)(heavy[o] * 4) : 0);
    SUMMED("sum(owner.small)", has ? small[o] : 0);
    SUMMED("sum(owner.old)", has && old[o]);
    SUMMED("sum(not owner.old)", has && !old[o]);
    SUMMED("sum(owner.score)", has && has_score(&w, o) ? score[o] : 0);
    SUMMED("sum(is_null(owner.score))", !has || !has_score(&w, o));
    SUMMED("sum(coalesce(owner.age, -1))", has ? age[o] : -1);
    SUMMED("sum(coalesce(owner.score, owner.age, weight))", has && has_score(&w, o) ? score[o]
                                                            : has                   ? age[o]
                                                                                    : weight[pet]);
    SUMMED("sum(where(weight < 50, owner.age, owner.boss.age))",
           weight[pet] < 50 ? (has ? age[o] : 0) : (b != SIZE_MAX ? age[b] : 0));
    SUMMED("sum(owner.boss.age)", b != SIZE_MAX ? age[b] : 0);
    SUMMED("count(owner.boss.boss)", boss_of(&w, b) != SIZE_MAX);
    SUMMED("sum(owner == owner.boss)", has && b == o);
    SUMMED("sum(owner != owner.boss)", b != SIZE_MAX && b != o);
    SUMMED("sum(owner.name == 'Ann')", has && strcmp(name_of(&w, o), "Ann") == 0);
    SUMMED("sum(owner.name in ('Ann', 'Bob', 'x', 'y', 'z', 'u'))",
           has && (strcmp(name_of(&w, o), "Ann") == 0 || strcmp(name_of(&w, o), "Bob") == 0));
    SUMMED("sum(lower(owner.name) == 'ann')",
           has && (strcmp(name_of(&w, o), "Ann") == 0 || strcmp(name_of(&w, o), "ann") == 0));
    SUMMED("sum(length(owner.name))", has ? (strcmp(name_of(&w, o), "") == 0 ? 0 : 3) : 0);
    SUMMED("count(owner.born > date'1970-03-01')", has);
    SUMMED("sum(year(owner.born))", has ? 1970 + (born[o] >= 365) + (born[o] >= 730) : 0);
    SUMMED("int64(sum(owner.at[0] - owner.at[1]))", has ? (int64_t)(2 * at[o]) : 0);
    SUMMED("int64(sum(dot(owner.at, vector(1, 0))))", has ? (int64_t)at[o] : 0);
    SUMMED("sum(owner.age // where(is_null(owner), 0, 3))", has ? age[o] / 3 : 0);
    SUMMED("sum(`owner`.`age` + owner . age)", has ? 2 * age[o] : 0);
    free_world(w);
}

TEST(strings_of_two_pools_are_compared_and_stored)
{
    world w = new_world(200);
    stoa_string name;
    int64_t same = 0;
    for (size_t pet = 0; pet < 200; pet++) {
        size_t o = owner_of(&w, pet);
        PASSES(stoa_row_get_string(stoa_table_row(w.pets, pet), "name", &name));
        same += o != SIZE_MAX && strlen(name_of(&w, o)) == name.length &&
                memcmp(name_of(&w, o), name.bytes, name.length) == 0;
    }
    ck_assert_int_eq(integer_of(w.pets, "sum(owner.name == name)"), same);
    ck_assert_int_eq(integer_of(w.pets, "sum(concat(owner.name, '') == name)"), same);
    WORKS(w.pets,
          stoa_assign(w.pets, "name", "concat(owner.name, '!')", "owner.age > 3", &trouble));
    WORKS(w.pets, stoa_assign(w.pets, "name", "coalesce(owner.name, name)", NULL, &trouble));
    ck_assert_int_eq(integer_of(w.pets, "sum(owner.name == name)"),
                     integer_of(w.pets, "count(owner)"));
    free_world(w);
}

TEST(a_pool_of_many_strings_is_not_gone_through_for_few_rows)
{
    world w = new_world(20);
    for (size_t i = 0; i < 900; i++) {
        char text[20];
        snprintf(text, sizeof text, "name %zu", i);
        PASSES(stoa_row_set_string(stoa_table_row(w.owners, i), "name",
                                   (stoa_string){text, strlen(text)}));
    }
    size_t before = stoa_string_pool_count(w.pets->strings);
    PASSES(stoa_assign(w.pets, "name", "owner.name", "not is_null(owner)", &trouble));
    ck_assert_uint_le(stoa_string_pool_count(w.pets->strings), before + 20);
    ck_assert_int_eq(integer_of(w.pets, "sum(owner.name == name)"),
                     integer_of(w.pets, "count(owner)"));
    ck_assert_int_eq(integer_of(w.pets, "sum(owner.boss.name == lower(owner.boss.name))"),
                     integer_of(w.pets, "count(owner.boss)"));
    free_world(w);
}

/* ---- a table that refers to itself ---- */

TEST(a_column_is_read_as_it_was_before_it_is_written)
{
    stoa_table *owners = new_owners(1000);
    int32_t *age = stoa_int32_column(owners, "age");
    int32_t before[1000];
    memcpy(before, age, sizeof before);
    WORKS(owners, stoa_assign(owners, "age", "coalesce(boss.age, 7)", "weight >= 10", &trouble));
    memcpy(age, before, sizeof before);
    PASSES(stoa_assign(owners, "age", "coalesce(boss.age, 7)", "weight >= 10", &trouble));
    for (size_t i = 0; i < 1000; i++)
        ck_assert_int_eq(age[i], i < 40 ? before[i] : i % 5 == 0 ? 7 : before[i / 2]);
    const uint64_t *boss = (const uint64_t *)stoa_reference_column(owners, "boss");
    WORKS(owners, stoa_assign(owners, "boss", "boss.boss", NULL, &trouble));
    (void)boss;
    stoa_table_free(owners);
}

TEST(references_are_stored)
{
    stoa_table *owners = new_owners(1000);
    PASSES(stoa_assign(owners, "boss", "boss.boss", NULL, &trouble));
    for (size_t i = 0; i < 1000; i++) {
        stoa_row boss;
        stoa_status status = stoa_row_get_reference(stoa_table_row(owners, i), "boss", &boss);
        bool has = i % 5 != 0 && i / 2 % 5 != 0;
        ck_assert_int_eq(status, has ? STOA_OK : STOA_NULL);
        if (has)
            ck_assert_uint_eq(boss.index, i / 4);
    }
    PASSES(stoa_assign(owners, "boss", "null", "age > 10", &trouble));
    ck_assert_int_eq(integer_of(owners, "sum(age > 10 and not is_null(boss))"), 0);
    uint64_t ids[1000], validity[16];
    stoa_program *program;
    PASSES(stoa_program_parse(&program, owners, "boss", NULL, &trouble));
    const stoa_output output = {
        .data = ids, .type = STOA_UINT64, .count = 1000, .validity = validity};
    PASSES(stoa_program_evaluate(program, owners, NULL, &output, 1, &trouble));
    for (size_t i = 0; i < 1000; i++)
        ck_assert_uint_eq(ids[i], ((const uint64_t *)stoa_reference_column(owners, "boss"))[i]);
    stoa_program_free(program);
    stoa_table_free(owners);
}

/* ---- programs and other tables ---- */

TEST(a_program_goes_its_ways_on_each_table)
{
    stoa_table *pets[2], *owners[2];
    stoa_program *program;
    stoa_value value;
    for (size_t i = 0; i < 2; i++) {
        owners[i] = new_owners(100 + i);
        pets[i] = new_pets(owners[i], 1000 + i);
    }
    PASSES(stoa_program_parse(&program, pets[0], "sum(owner.boss.age)", NULL, &trouble));
    for (size_t i = 0; i < 6; i++) {
        PASSES(stoa_program_compute(program, pets[i % 2], NULL, &value, 1, &trouble));
        ck_assert_int_eq(value.int64, integer_of(pets[i % 2], "sum(owner.boss.age)"));
    }
    stoa_field more = {.name = "more", .type = STOA_INT8};
    PASSES(stoa_table_add_field(owners[1], &more, NULL, &trouble));
    PASSES(stoa_program_compute(program, pets[1], NULL, &value, 1, &trouble));
    PASSES(stoa_table_drop_field(owners[1], "age", &trouble));
    FAILS(STOA_NO_FIELD, stoa_program_compute(program, pets[1], NULL, &value, 1, &trouble));
    SAYS("in the row that 'owner.boss' refers to, there is no field 'age'");
    stoa_table_free(owners[0]);
    FAILS(STOA_NO_FIELD, stoa_program_compute(program, pets[0], NULL, &value, 1, &trouble));
    SAYS("the table that 'owner' refers to was freed");
    ck_assert_int_eq(integer_of(pets[0], "sum(is_null(owner))"), 1000);
    stoa_program_free(program);
    stoa_table_free(pets[0]);
    stoa_table_free(pets[1]);
    stoa_table_free(owners[1]);
}

TEST(versions_see_what_happens_to_targets)
{
    world w = new_world(100);
    stoa_program *program;
    PASSES(stoa_program_parse(&program, w.pets, "sum(owner.age)", NULL, &trouble));
    uint64_t first = stoa_program_version(program, w.pets);
    ck_assert_uint_ne(first, 0);
    PASSES(stoa_row_set_float64(stoa_table_row(w.owners, 3), "weight", 1));
    ck_assert_uint_eq(stoa_program_version(program, w.pets), first);
    PASSES(stoa_row_set_int32(stoa_table_row(w.owners, 3), "age", 1));
    uint64_t second = stoa_program_version(program, w.pets);
    ck_assert_uint_gt(second, first);
    PASSES(stoa_table_swap(w.owners, 1, 2, &trouble));
    uint64_t third = stoa_program_version(program, w.pets);
    ck_assert_uint_gt(third, second);
    stoa_value value;
    const stoa_scope old = {.version = second};
    FAILS(STOA_STALE, stoa_program_compute(program, w.pets, &old, &value, 1, &trouble));
    const stoa_scope now = {.version = third};
    PASSES(stoa_program_compute(program, w.pets, &now, &value, 1, &trouble));
    stoa_program_free(program);
    PASSES(stoa_program_parse(&program, w.pets, "count(owner)", NULL, &trouble));
    third = stoa_program_version(program, w.pets);
    stoa_table_free(w.owners);
    ck_assert_int_eq(integer_of(w.pets, "count(owner)"), 0);
    PASSES(stoa_program_compute(program, w.pets, NULL, &value, 1, &trouble)); /* binds it again */
    ck_assert_uint_ne(stoa_program_version(program, w.pets), 0);
    ck_assert_uint_ne(stoa_program_version(program, w.pets), third);
    stoa_program_free(program);
    stoa_table_free(w.pets);
}

/* ---- locks ---- */

static world locked;

static void *leave(void)
{
    stoa_status status = stoa_row_set_int32(stoa_table_row(locked.owners, 0), "age", 1);
    ck_assert_int_eq(status, STOA_LOCKED);
    PASSES(stoa_row_set_float64(stoa_table_row(locked.owners, 0), "weight", 1));
    FAILS(STOA_LOCKED, stoa_table_swap_remove(locked.owners, 0, &trouble));
    FAILS(STOA_LOCKED, stoa_table_swap(locked.owners, 0, 1, &trouble));
    FAILS(STOA_LOCKED, stoa_table_drop_field(locked.owners, "weight", &trouble));
    stoa_table_clear(locked.owners);
    PASSES(stoa_table_resize(locked.owners, 901, &trouble));
    return NULL;
}

static void *leave_rows_alone(void)
{
    PASSES(stoa_row_set_int32(stoa_table_row(locked.owners, 0), "age", 1));
    FAILS(STOA_LOCKED, stoa_table_swap_remove(locked.owners, 0, &trouble));
    SAYS("follows references");
    stoa_table_free(locked.owners); /* the run keeps it */
    return NULL;
}

static void enter(void *left)
{
    (void)left;
}

TEST(targets_are_locked_while_others_may_write)
{
    stoa_value value;
    stoa_program *program;
    locked = new_world(100);
    static const stoa_interpreter first = {leave, enter}, second = {leave_rows_alone, enter};
    PASSES(stoa_program_parse(&program, locked.pets, "sum(owner.age)", NULL, &trouble));
    PASSES(stoa_program_compute(program, locked.pets, &(stoa_scope){.interpreter = &first}, &value,
                                1, &trouble));
    PASSES(stoa_table_swap(locked.owners, 0, 1, &trouble));
    stoa_program_free(program);
    PASSES(stoa_program_parse(&program, locked.pets, "count(owner)", NULL, &trouble));
    PASSES(stoa_program_compute(program, locked.pets, &(stoa_scope){.interpreter = &second}, &value,
                                1, &trouble));
    stoa_program_free(program);
    stoa_table_free(locked.pets);
}

/* ---- refused ---- */

TEST(what_is_no_path_is_refused_by_name)
{
    world w = new_world(10);
    stoa_value value;
#define NOT(status, text, says)                                      \
    do {                                                             \
        FAILS(status, stoa_compute(w.pets, text, &value, &trouble)); \
        SAYS(says);                                                  \
    } while (0)
    NOT(STOA_NO_FIELD, "sum(owner.agee)", "in the row that 'owner' refers to, there is no field");
    NOT(STOA_NO_FIELD, "sum(owner.boss.agee)", "in the row that 'owner.boss' refers to");
    NOT(STOA_WRONG_TYPE, "sum(weight.age)", "'weight' is no reference");
    NOT(STOA_WRONG_TYPE, "sum(owner.age.x)", "'owner.age' is no reference");
    NOT(STOA_WRONG_TYPE, "sum(owner)", "sum takes no reference");
    NOT(STOA_WRONG_TYPE, "sum(owner + 1)", "name a field of the row");
    NOT(STOA_WRONG_TYPE, "sum(owner == 1.5)", "takes no reference");
    ck_assert_int_eq(integer_of(w.pets, "sum(owner == 1)"), 0);
    NOT(STOA_SYNTAX, "sum(owner.)", "the name of a field is expected");
    NOT(STOA_SYNTAX, "sum(.age)", "a value is expected");
    NOT(STOA_SYNTAX, "sum(owner..age)", "the name of a field is expected");
    NOT(STOA_SYNTAX, "sum(owner.in)", "the name of a field is expected");
    FAILS(STOA_WRONG_TYPE, stoa_add_field(w.pets, "b", STOA_NO_TYPE, "owner", NULL, &trouble));
    REFUSED(w.pets, STOA_WRONG_TYPE, stoa_assign(w.pets, "weight", "owner", NULL, &trouble));
    REFUSED(w.pets, STOA_WRONG_TYPE, stoa_assign(w.pets, "weight", "owner.age", NULL, &trouble));
    SAYS("is null");
    free_world(w);
}

TEST(memory_is_refused_at_each_step)
{
    world w = new_world(1000);
    stoa_value value;
    WORKS(w.pets, stoa_compute(w.pets, "sum(owner.boss.age * owner.age)", &value, &trouble));
    WORKS(w.pets, stoa_compute(w.pets, "sum(owner.name == name)", &value, &trouble));
    WORKS(w.owners, stoa_assign(w.owners, "score", "boss.score", NULL, &trouble));
    free_world(w);
}

/* ---- writing through paths ---- */

TEST(values_are_scattered_to_the_rows_that_are_referred_to)
{
    world w = new_world(1000);
    const int32_t *weight = stoa_int32_column(w.pets, "weight");
    int64_t sums[OWNERS] = {0}, least[OWNERS], score[OWNERS];
    int32_t *age = stoa_int32_column(w.owners, "age");
    for (size_t o = 0; o < w.owners->rows; o++) {
        sums[o] = least[o] = age[o];
        score[o] = stoa_int64_column(w.owners, "score")[o];
    }
    for (size_t pet = 0; pet < w.pets->rows; pet++) {
        size_t o = owner_of(&w, pet), b = boss_of(&w, o);
        if (o == SIZE_MAX)
            continue;
        if (weight[pet] > 20)
            sums[o] += weight[pet];
        least[o] = weight[pet] < least[o] ? weight[pet] : least[o];
        if (b != SIZE_MAX && has_score(&w, b) && weight[pet] * 1000 > score[b])
            score[b] = weight[pet] * 1000;
    }
    uint64_t version = stoa_column_version(w.owners, 0);
    WORKS(w.owners,
          stoa_scatter(w.pets, "owner.boss.score", STOA_MAXIMUM, "weight * 1000", NULL, &trouble));
    PASSES(stoa_scatter(w.pets, "owner.age", STOA_ADD, "weight", "weight > 20", &trouble));
    ck_assert_uint_gt(stoa_column_version(w.owners, 0), version);
    for (size_t o = 0; o < w.owners->rows; o++) {
        ck_assert_int_eq(age[o], sums[o]);
        ck_assert_int_eq(stoa_int64_column(w.owners, "score")[o], score[o]);
        age[o] = 50;
        least[o] = 50;
    }
    for (size_t pet = 0; pet < w.pets->rows; pet++) {
        size_t o = owner_of(&w, pet);
        if (o != SIZE_MAX && weight[pet] < least[o])
            least[o] = weight[pet];
    }
    PASSES(stoa_scatter(w.pets, "owner.age", STOA_MINIMUM, "weight", NULL, &trouble));
    for (size_t o = 0; o < w.owners->rows; o++)
        ck_assert_int_eq(age[o], least[o]);
    free_world(w);
}

TEST(floats_dates_and_components_are_scattered)
{
    world w = new_world(300);
    double *heavy = stoa_float64_column(w.owners, "weight");
    float *at = stoa_float32_column(w.owners, "at[1]");
    int32_t *born = stoa_date_column(w.owners, "born");
    for (size_t o = 0; o < w.owners->rows; o++) {
        heavy[o] = 0;
        at[o] = 0;
        born[o] = 20000;
    }
    PASSES(stoa_scatter(w.pets, "owner.weight", STOA_ADD, "weight / 3", NULL, &trouble));
    PASSES(stoa_scatter(w.pets, "owner.at[1]", STOA_ADD, "owner.age", NULL, &trouble));
    PASSES(stoa_scatter(w.pets, "owner.born", STOA_MINIMUM, "date'2001-01-01'", NULL, &trouble));
    PASSES(stoa_scatter(w.pets, "owner.weight", STOA_MAXIMUM, "1e999 - 1e999", NULL, &trouble));
    for (size_t o = 0; o < w.owners->rows; o++) {
        double sum = 0;
        float ages = 0;
        bool any = false;
        for (size_t pet = 0; pet < w.pets->rows; pet++) {
            if (owner_of(&w, pet) != o)
                continue;
            sum += stoa_int32_column(w.pets, "weight")[pet] / 3.0;
            ages += (float)stoa_int32_column(w.owners, "age")[o];
            any = true;
        }
        ck_assert(heavy[o] == sum && at[o] == ages);
        ck_assert_int_eq(born[o], any ? 11323 : 20000);
    }
    free_world(w);
}

TEST(what_does_not_fit_is_not_scattered)
{
    world w = new_world(1000);
    REFUSED(w.owners, STOA_OVERFLOW,
            stoa_scatter(w.pets, "owner.small", STOA_ADD, "200", NULL, &trouble));
    SAYS("does not fit field 'small' of type uint8");
    REFUSED(w.owners, STOA_OVERFLOW,
            stoa_scatter(w.pets, "owner.at[0]", STOA_ADD, "1e300", NULL, &trouble));
    REFUSED(w.owners, STOA_WRONG_TYPE,
            stoa_scatter(w.pets, "owner.age", STOA_ADD, "1.5", NULL, &trouble));
    SAYS("does not go into field 'age' of type int32");
    REFUSED(w.owners, STOA_WRONG_TYPE,
            stoa_scatter(w.pets, "owner.born", STOA_ADD, "date'2001-01-01'", NULL, &trouble));
    REFUSED(w.owners, STOA_WRONG_TYPE,
            stoa_scatter(w.pets, "owner.name", STOA_MAXIMUM, "name", NULL, &trouble));
    REFUSED(w.owners, STOA_WRONG_TYPE,
            stoa_scatter(w.pets, "owner.born", STOA_MAXIMUM, "owner", NULL, &trouble));
    SAYS("a value of type reference does not go into field 'born' of type date");
    REFUSED(w.owners, STOA_WRONG_TYPE,
            stoa_scatter(w.pets, "owner.at", STOA_ADD, "1", NULL, &trouble));
    SAYS("is a vector");
    REFUSED(w.owners, STOA_NO_FIELD,
            stoa_scatter(w.pets, "owner.agee", STOA_ADD, "1", NULL, &trouble));
    REFUSED(w.owners, STOA_WRONG_TYPE,
            stoa_scatter(w.pets, "weight.age", STOA_ADD, "1", NULL, &trouble));
    REFUSED(w.owners, STOA_INVALID, stoa_scatter(w.pets, "age", STOA_ADD, "1", NULL, &trouble));
    REFUSED(w.owners, STOA_DIVISION_BY_ZERO,
            stoa_scatter(w.pets, "owner.age", STOA_ADD, "weight // 0", NULL, &trouble));
    FAILS(STOA_NO_FIELD, stoa_assign(w.pets, "owner.age", "owner.age + 1", NULL, &trouble));
    SAYS("stoa_scatter");
    free_world(w);
}

TEST(only_what_comes_out_must_fit)
{
    stoa_table *owners = new_owners(1), *pets = new_pets(owners, 2);
    uint64_t *cells = stoa_column_cells(pets, 2);
    cells[0] = cells[1] = stoa_row_id(stoa_table_row(owners, 0));
    PASSES(stoa_row_set_int64(stoa_table_row(owners, 0), "score", INT64_MAX));
    PASSES(stoa_scatter(pets, "owner.score", STOA_ADD, "where(row() == 0, 5, -7)", NULL, &trouble));
    ck_assert_int_eq(stoa_int64_column(owners, "score")[0], INT64_MAX - 2);
    PASSES(stoa_row_set_null(stoa_table_row(owners, 0), "score"));
    PASSES(stoa_scatter(pets, "owner.score", STOA_ADD, "1", NULL, &trouble));
    ck_assert_int_eq(integer_of(owners, "sum(is_null(score))"), 1);
    stoa_table_free(pets);
    stoa_table_free(owners);
}

/* ---- the tree ---- */

TEST(paths_are_built_and_printed)
{
    stoa_expression *parsed, *owner, *boss, *name;
    char text[60];
    PASSES(stoa_expression_parse(&parsed, "owner.boss.`odd ``name`[1] ** 2 + (a.b)", &trouble));
    stoa_expression_print(parsed, text, sizeof text);
    ck_assert_str_eq(text, "owner.boss.`odd ``name`[1] ** 2 + a.b");
    stoa_expression_free(parsed);
    WORKS(NULL, stoa_expression_field(&owner, "owner", &trouble));
    FAILS(STOA_BAD_NAME, stoa_expression_path(&boss, owner, "", &trouble));
    PASSES(stoa_expression_path(&boss, owner, "boss", &trouble));
    stoa_expression_free(owner);
    PASSES(stoa_expression_path(&name, boss, "in", &trouble));
    stoa_expression_free(boss);
    stoa_expression_print(name, text, sizeof text);
    ck_assert_str_eq(text, "owner.boss.`in`");
    stoa_expression_free(name);
}

TEST(a_path_may_be_very_long)
{
    enum { DEPTH = 20000 };
    stoa_table *owners = new_owners(100);
    char *text = malloc(DEPTH * 5 + 20);
    size_t at = (size_t)sprintf(text, "count(");
    for (size_t i = 0; i < DEPTH; i++)
        at += (size_t)sprintf(text + at, "boss.");
    sprintf(text + at, "age)");
    ck_assert_int_eq(integer_of(owners, text), 0);
    free(text);
    stoa_table_free(owners);
}

int main(void)
{
    return RUN("paths", paths_give_what_loops_find, strings_of_two_pools_are_compared_and_stored,
               a_pool_of_many_strings_is_not_gone_through_for_few_rows,
               a_column_is_read_as_it_was_before_it_is_written, references_are_stored,
               a_program_goes_its_ways_on_each_table, versions_see_what_happens_to_targets,
               targets_are_locked_while_others_may_write, what_is_no_path_is_refused_by_name,
               memory_is_refused_at_each_step, paths_are_built_and_printed,
               values_are_scattered_to_the_rows_that_are_referred_to,
               floats_dates_and_components_are_scattered, what_does_not_fit_is_not_scattered,
               only_what_comes_out_must_fit, a_path_may_be_very_long);
}
