/* fuzz_program.c: random expressions, run as programs and evaluated row by row by oracle.c.
 *
 * An input is a list of choices. It makes an expression, a condition and a table of edge values.
 * The program and the oracle must agree on values, on the rows that fail and on aggregates, and the
 * printed text, parsed and run again, must give the same. Under libFuzzer (-DSTOA_FUZZER) the
 * fuzzer makes the inputs; otherwise main does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stoa/stoa.h>

#include "chance.h"
#include "oracle.h"

#define ROWS 1300

static stoa_table *new_table(choices *from, size_t rows)
{
    static const stoa_field fields[] = {
        {.name = "b", .type = STOA_BOOL},    {.name = "i", .type = STOA_INT8},
        {.name = "x", .type = STOA_INT32},   {.name = "y", .type = STOA_UINT16},
        {.name = "z", .type = STOA_INT64},   {.name = "u", .type = STOA_UINT64},
        {.name = "f", .type = STOA_FLOAT32}, {.name = "w", .type = STOA_FLOAT64},
        {.name = "v", .type = STOA_UINT32},
    };
    stoa_table *table;
    stoa_table_options options = {.rows = rows};
    stoa_error error;
    if (stoa_table_new(&table, fields, sizeof fields / sizeof *fields, &options, &error) != STOA_OK)
        abort();
    for (size_t field = 0; field < sizeof fields / sizeof *fields; field++)
        oracle_fill(from, fields[field].type, stoa_column_cells(table, field), rows);
    return table;
}

static void disagree(const tree *of, const stoa_expression *expression,
                     const stoa_expression *where, size_t row, const char *what,
                     const stoa_error *error)
{
    char text[4000], condition[2000] = "";
    (void)of;
    stoa_expression_print(expression, text, sizeof text);
    if (where != NULL)
        stoa_expression_print(where, condition, sizeof condition);
    fprintf(stderr, "%s at row %zu: %s\n  where %s\n  %s\n", what, row, text, condition,
            error == NULL ? "" : error->message);
    abort();
}

/* ---- expected results ---- */

typedef struct expected {
    bool fails;
    size_t row; /* the first row that fails */
    bool chosen[ROWS];
    answer values[ROWS];
} expected;

static void expect(expected *out, const tree *of, const node *what, const node *where,
                   const stoa_table *table)
{
    out->fails = false;
    for (size_t row = 0; row < table->rows; row++) {
        answer condition = {.kind = 'b', .integer = 1};
        bool fine = where == NULL || oracle(of, where, table, row, &condition);
        out->chosen[row] = fine && condition.integer != 0;
        if (out->chosen[row])
            fine = oracle(of, what, table, row, &out->values[row]);
        if (!fine) {
            out->fails = true;
            out->row = row;
            return;
        }
    }
}

static bool same_float(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static bool same(const answer *a, stoa_type type, const void *cells, size_t row)
{
    if (type == STOA_BOOL)
        return a->integer == ((const uint8_t *)cells)[row];
    if (type == STOA_FLOAT64)
        return same_float(a->number, ((const double *)cells)[row]);
    return a->integer == ((const int64_t *)cells)[row];
}

/* ---- runs ---- */

static void run_rows(const tree *of, stoa_expression *expression, stoa_expression *where,
                     const stoa_table *table, const expected *out, char kind)
{
    static double cells[ROWS];
    stoa_type type = kind == 'b' ? STOA_BOOL : kind == 'f' ? STOA_FLOAT64 : STOA_INT64;
    stoa_output output = {.type = type, .data = cells, .count = table->rows};
    stoa_program *program;
    stoa_error error = {.row = 0};
    memset(cells, 0xA5, sizeof cells);
    if (stoa_program_new(&program, table, expression, where, &error) != STOA_OK)
        disagree(of, expression, where, 0, "refused", &error);
    stoa_status status = stoa_program_evaluate(program, table, NULL, &output, 1, &error);
    if ((status != STOA_OK) != out->fails)
        disagree(of, expression, where, out->fails ? out->row : (size_t)error.row,
                 out->fails ? "did not fail" : "failed", &error);
    if (status != STOA_OK && error.row != out->row)
        disagree(of, expression, where, out->row, "failed elsewhere", &error);
    static const unsigned char untouched[8] = {0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5};
    size_t width = stoa_type_width(type);
    for (size_t row = 0; row < table->rows; row++) {
        const char *cell = (const char *)cells + row * width;
        if (status == STOA_OK && out->chosen[row] && !same(&out->values[row], type, cells, row))
            disagree(of, expression, where, row, "another value", NULL);
        if ((status != STOA_OK || !out->chosen[row]) && memcmp(cell, untouched, width) != 0)
            disagree(of, expression, where, row, "written", NULL);
    }
    stoa_program_free(program);
}

static stoa_expression *call(stoa_operation operation, stoa_expression *argument)
{
    stoa_expression *made;
    if (stoa_expression_call(&made, operation, &argument, argument != NULL, NULL) != STOA_OK)
        abort();
    return made;
}

static void check_one(const tree *of, stoa_operation operation, stoa_expression *expression,
                      stoa_expression *where, const stoa_table *table, const expected *out,
                      const answer *wanted, bool is_null)
{
    stoa_value value = {.type = STOA_NO_TYPE};
    stoa_program *program;
    stoa_error error = {.row = 0};
    stoa_expression *aggregate = call(operation, expression);
    if (stoa_program_new(&program, table, aggregate, where, &error) != STOA_OK)
        disagree(of, aggregate, where, 0, "refused", &error);
    stoa_status status = stoa_program_compute(program, table, NULL, &value, 1, &error);
    bool fits =
        wanted->kind == 'f' || (wanted->integer >= INT64_MIN && wanted->integer <= INT64_MAX);
    if ((status == STOA_OK) != (!out->fails && fits))
        disagree(of, aggregate, where, out->row, "an aggregate fails or not", &error);
    if (status == STOA_OK && value.is_null != is_null)
        disagree(of, aggregate, where, 0, "null or not", NULL);
    if (status == STOA_OK && !is_null &&
        !(wanted->kind == 'f'       ? same_float(wanted->number, value.float64)
          : value.type == STOA_BOOL ? wanted->integer == value.boolean
                                    : wanted->integer == value.int64))
        disagree(of, aggregate, where, 0, "another aggregate", NULL);
    stoa_program_free(program);
    stoa_expression_free(aggregate);
}

static void run_aggregates(const tree *of, stoa_expression *expression, stoa_expression *where,
                           const stoa_table *table, const expected *out, char kind)
{
    answer sum = {.kind = 'i'}, low = {.kind = kind}, high = {.kind = kind};
    bool none = true;
    for (size_t row = 0; !out->fails && row < table->rows; row++) {
        const answer *value = &out->values[row];
        if (!out->chosen[row])
            continue;
        if (kind != 'f')
            sum.integer += value->integer;
        if (none || oracle_is_nan(&low) || oracle_below(value, &low))
            low = *value;
        if (none || oracle_is_nan(&high) || oracle_below(&high, value))
            high = *value;
        none = false;
    }
    if (kind != 'f')
        check_one(of, STOA_SUM, expression, where, table, out, &sum, false);
    check_one(of, STOA_MIN, expression, where, table, out, &low, none);
    check_one(of, STOA_MAX, expression, where, table, out, &high, none);
}

static stoa_expression *printed(const stoa_expression *expression)
{
    size_t length = stoa_expression_print(expression, NULL, 0);
    char *text = malloc(length + 1);
    stoa_expression *again;
    stoa_error error;
    if (text == NULL)
        abort();
    stoa_expression_print(expression, text, length + 1);
    if (stoa_expression_parse(&again, text, &error) != STOA_OK) {
        fprintf(stderr, "%s\n%s\n", text, error.message);
        abort();
    }
    free(text);
    return again;
}

const chance by_chance = {3000, 600, "random programs agree with the oracle"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static expected out;
    static tree planted;
    choices from = {data, size, 0};
    planted.count = 0;
    char kind = "bif"[choose(&from, 3)];
    const node *what = grow(&planted, &from, kind, 5);
    const node *where = choose(&from, 2) == 0 ? grow(&planted, &from, 'b', 3) : NULL;
    static const size_t sizes[] = {0, 1, 63, 64, 65, 511, 512, 513, 1100, ROWS};
    stoa_table *table = new_table(&from, sizes[choose(&from, 10)]);
    stoa_expression *expression = build(&planted, what);
    stoa_expression *condition = where == NULL ? NULL : build(&planted, where);
    expect(&out, &planted, what, where, table);
    run_rows(&planted, expression, condition, table, &out, kind);
    run_aggregates(&planted, expression, condition, table, &out, kind);
    stoa_expression *again = printed(expression);
    run_rows(&planted, again, condition, table, &out, kind);
    stoa_expression_free(again);
    stoa_expression_free(expression);
    stoa_expression_free(condition);
    stoa_table_free(table);
    return 0;
}
