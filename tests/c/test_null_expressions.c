/* test_null_expressions.c: expressions over nullable fields beside a slow evaluator, row by row:
 * random programs, as values, conditions, aggregates and assignments; what is refused. */
#include <stdlib.h>

#include "../support/testing.h"

/* ---- the rows ---- */

enum { ROWS = 3000 };

typedef struct row {
    int32_t i;
    int8_t small;
    int64_t n; /* not nullable */
    bool b;
    bool has_i, has_small, has_b;
} row;

typedef struct scene {
    stoa_table *table;
    row rows[ROWS];
} scene;

static stoa_value integer_or_null(bool there, int64_t value)
{
    return there ? stoa_int64_value(value) : stoa_null_value();
}

/* Rows 1000 to 1599 and those from 2200 on have no nulls, so that some blocks have none. */
static void fill(scene *s, dice *d, size_t rows)
{
    s->table = TABLE(NULL, {.name = "i", .type = STOA_INT32, .flags = STOA_NULLABLE},
                     {.name = "small", .type = STOA_INT8, .flags = STOA_NULLABLE},
                     {.name = "n", .type = STOA_INT64},
                     {.name = "b", .type = STOA_BOOL, .flags = STOA_NULLABLE});
    for (size_t k = 0; k < rows; k++) {
        bool full = (k >= 1000 && k < 1600) || k >= 2200;
        row *r = &s->rows[k];
        *r = (row){.has_i = full || dice_below(d, 4) > 0,
                   .has_small = full || dice_below(d, 9) > 0,
                   .has_b = full || dice_below(d, 2) > 0};
        r->i = r->has_i ? (int32_t)dice_below(d, 9) - 4 : 0;
        r->small = r->has_small ? (int8_t)(dice_below(d, 100) - 50) : 0;
        r->n = (int64_t)dice_below(d, 7) - 3;
        r->b = r->has_b && dice_below(d, 2) > 0;
        const stoa_value values[] = {
            integer_or_null(r->has_i, r->i), integer_or_null(r->has_small, r->small),
            stoa_int64_value(r->n), r->has_b ? stoa_boolean_value(r->b) : stoa_null_value()};
        PASSES(stoa_table_append(s->table, values, 4, &trouble));
    }
}

/* ---- expressions, and what they mean ---- */

typedef enum operation {
    FIELD_I,
    FIELD_SMALL,
    FIELD_N,
    NUMBER_OF,
    NOTHING,
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    REMAINDER,
    LEAST,
    ABSOLUTE,
    CHOOSE,
    COALESCE, /* the last that gives a number */
    FIELD_B,
    LESS,
    EQUAL,
    AND,
    OR,
    NOT,
    IS_NULL,
    WHERE_BOOL,
    COALESCE_BOOL,
    DIFFER,
} operation;

static const char *const spelling[] = {
    [FIELD_I] = "i",
    [FIELD_SMALL] = "small",
    [FIELD_N] = "n",
    [NOTHING] = "null",
    [ADD] = "(%s + %s)",
    [SUBTRACT] = "(%s - %s)",
    [MULTIPLY] = "(%s * %s)",
    [DIVIDE] = "(%s // %s)",
    [REMAINDER] = "(%s %% %s)",
    [LEAST] = "min(%s, %s)",
    [ABSOLUTE] = "abs(%s)",
    [CHOOSE] = "where(%s, %s, %s)",
    [COALESCE] = "coalesce(%s, %s)",
    [FIELD_B] = "b",
    [LESS] = "(%s < %s)",
    [EQUAL] = "(%s == %s)",
    [AND] = "(%s and %s)",
    [OR] = "(%s or %s)",
    [NOT] = "(not %s)",
    [IS_NULL] = "is_null(%s)",
    [WHERE_BOOL] = "where(%s, %s, %s)",
    [COALESCE_BOOL] = "fill_null(%s, %s)",
    [DIFFER] = "(%s != %s)",
};

typedef struct tree {
    operation operation;
    int64_t number;
    struct tree *arguments[3];
} tree;

enum { MOST_NODES = 200 };
static tree nodes[MOST_NODES];
static size_t node_count;

static tree *grow(dice *d, bool condition, int depth);

static void grow_arguments(tree *t, dice *d, size_t count, bool conditions, int depth)
{
    for (size_t k = 0; k < count; k++)
        t->arguments[k] = grow(d, conditions, depth - 1);
}

static tree *leaf(dice *d, bool condition)
{
    tree *t = &nodes[node_count++];
    *t = (tree){.operation = condition ? FIELD_B : (operation)dice_below(d, 4)};
    if (dice_below(d, 8) == 0)
        t->operation = NOTHING;
    t->number = (int64_t)dice_below(d, 5);
    return t;
}

static tree *grow(dice *d, bool condition, int depth)
{
    if (depth == 0 || node_count > MOST_NODES - 20 || dice_below(d, 6) == 0)
        return leaf(d, condition);
    tree *t = &nodes[node_count++];
    *t = (tree){.operation = condition ? (operation)(LESS + dice_below(d, DIFFER - LESS + 1))
                                       : (operation)(ADD + dice_below(d, COALESCE - ADD + 1))};
    switch (t->operation) {
    case ABSOLUTE:
        grow_arguments(t, d, 1, false, depth);
        break;
    case CHOOSE:
        grow_arguments(t, d, 3, false, depth);
        t->arguments[0] = grow(d, true, depth - 1);
        break;
    case WHERE_BOOL:
        grow_arguments(t, d, 3, true, depth);
        break;
    case IS_NULL:
        grow_arguments(t, d, 1, dice_below(d, 2) == 0, depth);
        break;
    case NOT:
        grow_arguments(t, d, 1, true, depth);
        break;
    default:
        grow_arguments(t, d, 2,
                       t->operation == AND || t->operation == OR || t->operation == COALESCE_BOOL ||
                           t->operation == DIFFER,
                       depth);
    }
    return t;
}

static size_t print(const tree *t, char *text, size_t room)
{
    static char parts[MOST_NODES][3][4096];
    if (t->operation == NUMBER_OF)
        return (size_t)snprintf(text, room, "%d", (int)t->number);
    size_t node = (size_t)(t - nodes);
    for (size_t k = 0; k < 3; k++) {
        parts[node][k][0] = 0;
        if (t->arguments[k] != NULL)
            ck_assert_uint_lt(print(t->arguments[k], parts[node][k], sizeof parts[node][k]),
                              sizeof parts[node][k]);
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
    return (size_t)snprintf(text, room, spelling[t->operation], parts[node][0], parts[node][1],
                            parts[node][2]);
#pragma GCC diagnostic pop
}

/* What an expression is in a row. */
typedef struct answer {
    bool is_null, fails;
    int64_t value;
} answer;

static const answer failure = {.fails = true}, null_answer = {.is_null = true};

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static answer combine(operation o, int64_t a, int64_t b)
{
    switch (o) {
    case ADD:
        return (answer){.value = a + b};
    case SUBTRACT:
        return (answer){.value = a - b};
    case MULTIPLY:
        return (answer){.value = a * b};
    case DIVIDE:
        return b == 0 ? failure : (answer){.value = floor_divide(a, b)};
    case REMAINDER:
        return b == 0 ? failure : (answer){.value = a - b * floor_divide(a, b)};
    case LEAST:
        return (answer){.value = a < b ? a : b};
    case ABSOLUTE:
        return (answer){.value = a < 0 ? -a : a};
    case LESS:
        return (answer){.value = a < b};
    case EQUAL:
        return (answer){.value = a == b};
    case DIFFER:
        return (answer){.value = a != b};
    default:
        return (answer){.value = !a};
    }
}

static answer evaluate(const tree *t, const row *r);

/* A side that decides leaves the other out, as it comes first. */
static answer evaluate_joined(const tree *t, const row *r)
{
    bool deciding = t->operation == OR;
    answer a = evaluate(t->arguments[0], r);
    if (a.fails || (!a.is_null && (a.value != 0) == deciding))
        return a;
    answer b = evaluate(t->arguments[1], r);
    if (b.fails || (!b.is_null && (b.value != 0) == deciding))
        return b;
    return a.is_null ? a : b;
}

/* A null of no type: nothing of what it is made of counts. */
static bool is_untyped(const tree *t)
{
    if (t->operation == CHOOSE || t->operation == WHERE_BOOL)
        return is_untyped(t->arguments[1]) && is_untyped(t->arguments[2]);
    if (t->operation == COALESCE || t->operation == COALESCE_BOOL)
        return is_untyped(t->arguments[0]) && is_untyped(t->arguments[1]);
    return t->operation == NOTHING;
}

static answer evaluate(const tree *t, const row *r)
{
    answer a, b = {0};
    if (is_untyped(t))
        return null_answer;
    switch (t->operation) {
    case FIELD_I:
        return r->has_i ? (answer){.value = r->i} : null_answer;
    case FIELD_SMALL:
        return r->has_small ? (answer){.value = r->small} : null_answer;
    case FIELD_N:
        return (answer){.value = r->n};
    case FIELD_B:
        return r->has_b ? (answer){.value = r->b} : null_answer;
    case NUMBER_OF:
        return (answer){.value = t->number};
    case AND:
    case OR:
        return evaluate_joined(t, r);
    case CHOOSE:
    case WHERE_BOOL:
        a = evaluate(t->arguments[0], r);
        return a.fails || a.is_null ? a : evaluate(t->arguments[a.value != 0 ? 1 : 2], r);
    case COALESCE:
    case COALESCE_BOOL:
        a = evaluate(t->arguments[0], r);
        return a.is_null ? evaluate(t->arguments[1], r) : a;
    case IS_NULL:
        a = evaluate(t->arguments[0], r);
        return a.fails ? a : (answer){.value = a.is_null};
    default:
        a = evaluate(t->arguments[0], r);
        if (t->arguments[1] != NULL)
            b = evaluate(t->arguments[1], r);
        if (a.fails || b.fails)
            return failure;
        return a.is_null || b.is_null ? null_answer : combine(t->operation, a.value, b.value);
    }
}

/* ---- beside the library ---- */

/* The first row that fails, or `rows`. */
static size_t evaluate_all(const scene *s, const tree *t, answer *answers, size_t rows)
{
    for (size_t k = 0; k < rows; k++) {
        answers[k] = evaluate(t, &s->rows[k]);
        if (answers[k].fails)
            return k;
    }
    return rows;
}

static void check_values(const scene *s, const char *text, const answer *answers, size_t rows,
                         bool is_condition)
{
    static int64_t numbers[ROWS];
    static bool truths[ROWS];
    static uint64_t validity[ROWS / 64 + 1];
    stoa_program *program;
    memset(numbers, 77, sizeof numbers);
    memset(truths, 77, sizeof truths);
    const stoa_output output = {.type = is_condition ? STOA_BOOL : STOA_INT64,
                                .data = is_condition ? (void *)truths : (void *)numbers,
                                .count = rows,
                                .validity = validity};
    PASSES(stoa_program_parse(&program, s->table, text, NULL, &trouble));
    PASSES(stoa_program_evaluate(program, s->table, NULL, &output, 1, &trouble));
    for (size_t k = 0; k < rows; k++) {
        int64_t value = is_condition ? (int64_t)((uint8_t *)truths)[k] : numbers[k];
        bool there = (validity[k / 64] >> k % 64 & 1) != 0;
        ck_assert_msg(there == !answers[k].is_null, "%s is%s null in row %zu", text,
                      there ? " not" : "", k);
        ck_assert_msg(value == (there ? answers[k].value : 0), "%s is %d in row %zu", text,
                      (int)value, k);
    }
    stoa_program_free(program);
}

static void check_condition(const scene *s, const char *text, const answer *answers, size_t rows)
{
    stoa_selection *selection;
    PASSES(stoa_select(&selection, s->table, text, &trouble));
    for (size_t k = 0; k < rows; k++)
        ck_assert_msg((selection->words[k / 64] >> k % 64 & 1) ==
                          (!answers[k].is_null && answers[k].value != 0),
                      "%s selects row %zu", text, k);
    stoa_selection_free(selection);
}

static void check_aggregates(const scene *s, const char *text, const answer *answers,
                             const answer *chosen, const char *where, size_t rows)
{
    static char aggregates[40000];
    stoa_program *program;
    stoa_value values[5];
    int64_t sum = 0, count = 0, least = INT64_MAX, first = 0, all = 0;
    for (size_t k = 0; k < rows; k++) {
        if (chosen != NULL && (chosen[k].is_null || chosen[k].value == 0))
            continue;
        all++;
        if (answers[k].is_null)
            continue;
        first = count++ == 0 ? answers[k].value : first;
        sum += answers[k].value;
        least = answers[k].value < least ? answers[k].value : least;
    }
    snprintf(aggregates, sizeof aggregates, "sum(%s), count(%s), min(%s), first(%s), count()", text,
             text, text, text);
    PASSES(stoa_program_parse(&program, s->table, aggregates, where, &trouble));
    PASSES(stoa_program_compute(program, s->table, NULL, values, 5, &trouble));
    ck_assert_msg(values[0].int64 == sum && values[1].int64 == count && values[4].int64 == all,
                  "%s where %s: sum %d, not %d; count %d, not %d", text, where,
                  (int)values[0].int64, (int)sum, (int)values[1].int64, (int)count);
    ck_assert_msg(values[2].is_null == (count == 0) && values[3].is_null == (count == 0), "%s",
                  text);
    ck_assert_msg(count == 0 || (values[2].int64 == least && values[3].int64 == first), "%s", text);
    stoa_program_free(program);
}

/* Into a field that takes no null: if a value is null, all of it is refused. */
static void check_refusal(const scene *s, const char *text, const char *where, size_t null)
{
    snapshot *before = snapshot_take(s->table);
    FAILS(STOA_WRONG_TYPE, stoa_assign(s->table, "n", text, where, &trouble));
    ck_assert_uint_eq(trouble.row, null);
    SAYS("'n' takes no null");
    ck_assert_ptr_null(snapshot_differs(before, s->table));
    snapshot_free(before);
}

/* Into a nullable field. */
static void check_assignment(const scene *s, const char *text, const answer *answers,
                             const answer *chosen, const char *where, size_t rows)
{
    stoa_table *copy;
    PASSES(stoa_table_copy(&copy, s->table, &trouble));
    PASSES(stoa_assign(copy, "i", text, where, &trouble));
    const uint64_t *validity = stoa_column_validity(copy, 0);
    const int32_t *cells = stoa_int32_column(copy, "i");
    size_t null = rows;
    for (size_t k = 0; k < rows; k++) {
        bool set = chosen == NULL || (!chosen[k].is_null && chosen[k].value != 0);
        bool there = set ? !answers[k].is_null : s->rows[k].has_i;
        int64_t value = set ? answers[k].value : s->rows[k].i;
        null = set && !there && null == rows ? k : null;
        ck_assert_msg((validity[k / 64] >> k % 64 & 1) == there, "%s in row %zu", text, k);
        ck_assert_msg(cells[k] == (there ? value : 0), "%s in row %zu", text, k);
    }
    stoa_table_free(copy);
    if (null < rows)
        check_refusal(s, text, where, null);
}

static void check_program(const scene *s, dice *d, size_t rows)
{
    static char text[8192], where[8192];
    static answer answers[ROWS], chosen[ROWS];
    bool is_condition = dice_below(d, 2) == 0, has_where = dice_below(d, 2) == 0;
    node_count = 0;
    const tree *t = grow(d, is_condition, 3);
    ck_assert_uint_lt(print(t, text, sizeof text), 2000);
    size_t failed = evaluate_all(s, t, answers, rows);
    if (failed < rows) {
        stoa_value value;
        static char count[8200];
        snprintf(count, sizeof count, "sum(%s)", text);
        stoa_status status = stoa_compute(s->table, count, &value, &trouble);
        ck_assert_msg(status == STOA_DIVISION_BY_ZERO, "%s does not fail", text);
        ck_assert_msg(trouble.row == failed, "%s fails in row %zu, not %zu", text, trouble.row,
                      failed);
        return;
    }
    const tree *condition = grow(d, true, 2);
    ck_assert_uint_lt(print(condition, where, sizeof where), 2000);
    has_where = has_where && evaluate_all(s, condition, chosen, rows) == rows;
    check_values(s, text, answers, rows, is_condition);
    check_aggregates(s, text, answers, has_where ? chosen : NULL, has_where ? where : NULL, rows);
    if (is_condition)
        check_condition(s, text, answers, rows);
    check_assignment(s, text, answers, has_where ? chosen : NULL, has_where ? where : NULL, rows);
}

TEST(random_programs_mean_what_a_slow_evaluator_says)
{
    static scene s;
    const size_t counts[] = {ROWS, 700, 64, 1};
    for (size_t k = 0; k < 4; k++) {
        dice d = {k + 5};
        fill(&s, &d, counts[k]);
        for (size_t i = 0; i < scaled(600, 30); i++)
            check_program(&s, &d, counts[k]);
        stoa_table_free(s.table);
    }
}

/* ---- arrays ---- */

TEST(an_array_brings_its_validity)
{
    static const int32_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    static const uint8_t validity[] = {0x55, 0x02};
    const stoa_source source = {.type = STOA_INT32, .data = data, .validity = validity};
    stoa_expression *array, *sum;
    stoa_program *program;
    stoa_value value;
    const stoa_scope scope = {.rows = 10};
    PASSES(stoa_expression_array(&array, &source, 10, &trouble));
    PASSES(stoa_expression_call(&sum, STOA_SUM, &array, 1, &trouble));
    PASSES(stoa_program_new(&program, NULL, sum, NULL, &trouble));
    PASSES(stoa_program_compute(program, NULL, &scope, &value, 1, &trouble));
    ck_assert_int_eq(value.int64, 1 + 3 + 5 + 7 + 10);
    stoa_program_free(program);
    stoa_expression_free(sum);
    stoa_expression_free(array);
}

/* ---- a few meanings, one by one ---- */

static stoa_table *three(void)
{
    stoa_table *table = TABLE(NULL, {.name = "x", .type = STOA_INT64, .flags = STOA_NULLABLE},
                              {.name = "w", .type = STOA_FLOAT64, .flags = STOA_NULLABLE});
    const stoa_value rows[3][2] = {{stoa_int64_value(5), stoa_null_value()},
                                   {stoa_null_value(), stoa_float64_value(0.5)},
                                   {stoa_int64_value(-1), stoa_float64_value(2.5)}};
    for (size_t i = 0; i < 3; i++)
        PASSES(stoa_table_append(table, rows[i], 2, &trouble));
    return table;
}

static void check_number(const stoa_table *table, const char *text, double number)
{
    stoa_value value;
    PASSES(stoa_compute(table, text, &value, &trouble));
    double found = value.type == STOA_INT64  ? (double)value.int64
                   : value.type == STOA_BOOL ? (double)value.boolean
                                             : value.float64;
    ck_assert_msg(!value.is_null && found == number, "%s is %g", text, found);
}

TEST(what_is_known_of_a_range_is_not_known_of_a_null)
{
    stoa_table *table = three();
    check_number(table, "count(x == x)", 2);
    check_number(table, "count(x - x)", 2);
    check_number(table, "count(x < 1e300)", 2);
    check_number(table, "count(x * 0)", 2);
    check_number(table, "count(x ** 0)", 2);
    check_number(table, "count(isnan(x))", 2);
    check_number(table, "count(isnan(w))", 2);
    check_number(table, "count(where(x > 0, 1, 1))", 2);
    check_number(table, "count(x > 0 or True)", 3);
    check_number(table, "count(max(x > 0, True))", 2);
    check_number(table, "count(min(x > 0, w > 0))", 1);
    check_number(table, "sum(is_null(x))", 1);
    check_number(table, "sum(where(x > 0, x, 0))", 5);
    check_number(table, "count(where(x > 0, x, 0))", 2);
    check_number(table, "sum(x * x)", 26);
    check_number(table, "dot(x, w)", -2.5);
    check_number(table, "mean(w)", 1.5);
    check_number(table, "var(w)", 1);
    check_number(table, "argmin(w)", 1);
    check_number(table, "last(x)", -1);
    check_number(table, "any(x > 4)", 1);
    check_number(table, "all(x > -2)", 1);
    check_number(table, "sum(coalesce(x, w, 100))", 4.5);
    check_number(table, "sum(fill_null(x, 10))", 14);
    check_number(table, "count(is_null(max(where(x > 100, x, x))))", 3);
    check_number(table, "sum(x - min(x))", 6);
    check_number(table, "sum(cumsum(x))", 9);
    check_number(table, "count(cumsum(x))", 2);
    stoa_table_free(table);
}

TEST(an_aggregate_over_nulls_alone_is_null)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = 200000), {.name = "x", .type = STOA_INT64, .flags = STOA_NULLABLE});
    stoa_value value;
    PASSES(stoa_compute(table, "max(x)", &value, &trouble));
    ck_assert(value.is_null);
    PASSES(stoa_compute(table, "is_null(max(x))", &value, &trouble));
    ck_assert(value.boolean);
    PASSES(stoa_compute(table, "coalesce(max(x), 7)", &value, &trouble));
    ck_assert_int_eq(value.int64, 7);
    check_number(table, "sum(x)", 0);
    check_number(table, "count(x)", 0);
    check_number(table, "count()", 200000);
    PASSES(stoa_add_field(table, "y", STOA_NO_TYPE, "x + 1", NULL, &trouble));
    ck_assert_uint_eq(stoa_table_field_flags(table, 1), STOA_NULLABLE);
    PASSES(stoa_add_field(table, "z", STOA_NO_TYPE, "fill_null(x, 1)", NULL, &trouble));
    ck_assert_uint_eq(stoa_table_field_flags(table, 2), 0);
    check_number(table, "sum(z)", 200000);
    stoa_table_free(table);
}

TEST(fields_that_exchange_their_values_exchange_their_nulls)
{
    stoa_table *table = TABLE(NULL, {.name = "x", .type = STOA_INT32, .flags = STOA_NULLABLE},
                              {.name = "y", .type = STOA_INT32, .flags = STOA_NULLABLE});
    for (int i = 0; i < 2000; i++) {
        const stoa_value values[] = {integer_or_null(i % 3 != 0, i),
                                     integer_or_null(i % 5 != 0, -i)};
        PASSES(stoa_table_append(table, values, 2, &trouble));
    }
    PASSES(stoa_update(table, (const char *const[]){"x", "y"}, (const char *const[]){"y", "x"}, 2,
                       NULL, &trouble));
    for (size_t i = 0; i < 2000; i++) {
        stoa_value x, y;
        PASSES(stoa_row_get(stoa_table_row(table, i), 0, &x, &trouble));
        PASSES(stoa_row_get(stoa_table_row(table, i), 1, &y, &trouble));
        ck_assert(x.is_null == (i % 5 == 0) && y.is_null == (i % 3 == 0));
        ck_assert(x.is_null || x.int64 == -(int64_t)i);
        ck_assert(y.is_null || y.int64 == (int64_t)i);
    }
    stoa_table_free(table);
}

TEST(an_output_without_validity_takes_no_null)
{
    stoa_table *table = three();
    stoa_program *program;
    int64_t cells[3] = {7, 7, 7};
    const stoa_output output = {.type = STOA_INT64, .data = cells, .count = 3};
    PASSES(stoa_program_parse(&program, table, "x", NULL, &trouble));
    FAILS(STOA_WRONG_TYPE, stoa_program_evaluate(program, table, NULL, &output, 1, &trouble));
    ck_assert_uint_eq(trouble.row, 1);
    SAYS("null");
    ck_assert_int_eq(cells[0], 7);
    stoa_program_free(program);
    stoa_table_free(table);
}

int main(void)
{
    return RUN("null_expressions", random_programs_mean_what_a_slow_evaluator_says,
               an_array_brings_its_validity, what_is_known_of_a_range_is_not_known_of_a_null,
               an_aggregate_over_nulls_alone_is_null,
               fields_that_exchange_their_values_exchange_their_nulls,
               an_output_without_validity_takes_no_null);
}
