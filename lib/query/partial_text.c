/* partial_text.c: the partial of a table, of texts. */
#include <stoa/partial.h>

#include "base/check.h"
#include "base/memory.h"
#include "expr/parser/expression.h"
#include "query/scope.h"

/* The outputs of an expression; NULL has none. */
static void put_outputs(stoa_expression **to, stoa_expression *from, size_t count)
{
    for (size_t i = 0; from != NULL && i < count; i++)
        to[i] = from->kind == STOA__LIST_NODE ? from->arguments[i] : from;
}

/* The keys, and then the aggregates. */
static stoa_status join(stoa_expression **made, stoa_expression *keys, stoa_expression *measures,
                        stoa_error *error)
{
    size_t key_count = stoa_expression_output_count(keys);
    size_t count = key_count + stoa_expression_output_count(measures);
    stoa_expression **all = stoa__allocate(count * sizeof *all);
    if (all == NULL)
        return stoa__fail_memory(error, count * sizeof *all);
    put_outputs(all, keys, key_count);
    put_outputs(all + key_count, measures, count - key_count);
    stoa_status status = stoa_expression_list(made, all, count, error);
    stoa__release(all);
    return status;
}

static stoa_status parse_all(stoa_expression **made, const char *text, const char *by,
                             size_t *key_count, stoa_error *error)
{
    stoa_expression *keys = NULL, *measures = NULL;
    stoa_status status = stoa_expression_parse(&measures, text, error);
    if (status == STOA_OK && by != NULL)
        status = stoa_expression_parse(&keys, by, error);
    *key_count = stoa_expression_output_count(keys);
    if (status == STOA_OK)
        status = join(made, keys, measures, error);
    stoa_expression_free(keys);
    stoa_expression_free(measures);
    return status;
}

stoa_status stoa_partial_new(stoa_partial **partial, const stoa_table *table, const char *text,
                             const char *by, const char *where, stoa_error *error)
{
    stoa_expression *outputs = NULL, *condition = NULL;
    stoa_program *program = NULL;
    stoa_partial *made = NULL;
    STOA__REQUIRE_ARGUMENT(error, partial);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, text);
    size_t keys;
    stoa_status status = parse_all(&outputs, text, by, &keys, error);
    if (status == STOA_OK && where != NULL)
        status = stoa_expression_parse(&condition, where, error);
    if (status == STOA_OK)
        status = stoa__program_make(&program, outputs, condition, error);
    if (status == STOA_OK)
        status = stoa_program_partial(&made, program, table, NULL, keys, error);
    stoa_program_free(program);
    stoa_expression_free(outputs);
    stoa_expression_free(condition);
    if (status == STOA_OK)
        *partial = made;
    return status;
}
