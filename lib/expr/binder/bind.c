/* bind.c: walks the expressions in the order of their making and turns each node into a value.
 *
 * The condition comes first: aggregates in it are of all rows, those of the outputs of the rows
 * where it holds. A node is bound once in each of the two; the walk keeps its own stack, so that
 * any depth will do. */
#include "expr/binder/bind.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "expr/binder/emit.h"
#include "store/table.h"

typedef struct frame {
    stoa_expression *node;
    uint32_t next; /* argument to look at */
} frame;

typedef struct bound {
    stoa_expression *node;
    stoa__typed typed;
} bound;

typedef struct walk {
    stoa__code_block *code;
    const stoa__binding *binding;
    stoa__id mask; /* of the aggregates; NOTHING: all rows */
    frame *stack;
    size_t depth, stack_room;
    bound *bound; /* node->mark - 1 is the place of a node */
    uint32_t count;
    size_t room;
    stoa__typed *arguments;
    size_t argument_room;
    stoa_error *error;
} walk;

static bool push(walk *at, stoa_expression *node)
{
    if (!stoa__make_room(&at->stack, &at->stack_room, at->depth + 1, sizeof *at->stack, NULL))
        return false;
    at->stack[at->depth++] = (frame){node, 0};
    return true;
}

static bool finish(walk *at, stoa_expression *node, stoa__typed typed)
{
    if (!stoa__make_room(&at->bound, &at->room, at->count + (size_t)1, sizeof *at->bound, NULL))
        return false;
    at->bound[at->count] = (bound){node, typed};
    node->mark = ++at->count;
    return true;
}

/* ---- leaves ---- */

static stoa_status bind_field(walk *at, const stoa_expression *node, stoa__typed *made)
{
    stoa__code_block *code = at->code;
    size_t field;
    if (at->binding->table == NULL)
        return stoa__expression_fail(at->error, STOA_NO_FIELD, node,
                                     "field '%s' needs a table, and there is none", node->name);
    stoa_error plain;
    stoa_status status = stoa_table_find_field(at->binding->table, node->name, &field, &plain);
    if (status != STOA_OK)
        return stoa__expression_fail(at->error, status, node, "%s", plain.message);
    stoa_type type = (stoa_type)at->binding->table->columns[field].type;
    made->type = type;
    made->id = stoa__emit_leaf(code, STOA__COLUMN_TERM, type, (uint32_t)field, false,
                               stoa__range_of(type));
    if (type != STOA_OBJECT && !code->refused)
        made->id = stoa__emit_loaded(code, made->id);
    return STOA_OK;
}

static stoa_status bind_constant(walk *at, const stoa_expression *node, stoa__typed *made)
{
    stoa__code_block *code = at->code;
    const stoa_value *value = &node->value;
    made->type = value->type;
    if (value->type == STOA_BOOL)
        made->id = stoa__emit_truth(code, value->boolean);
    else if (value->type == STOA_FLOAT64)
        made->id = stoa__emit_float(code, value->float64);
    else if (value->type == STOA_UINT64)
        made->id = stoa__emit_constant(code, STOA_UINT64, value->uint64);
    else
        made->id = stoa__emit_integer(code, value->int64);
    return STOA_OK;
}

static stoa_status bind_parameter(walk *at, const stoa_expression *node, stoa__typed *made)
{
    stoa__code_block *code = at->code;
    uint32_t index = stoa__names_find(at->binding->parameter_names, node->name);
    stoa_type type = index == STOA__NO_NAME ? STOA_NO_TYPE : at->binding->parameters[index].type;
    if (type != STOA_NO_TYPE) {
        made->type = type == STOA_INT32 ? STOA_INT64 : type;
        made->id =
            stoa__emit_leaf(code, STOA__PARAMETER_TERM, type, index, true, stoa__range_of(type));
        return STOA_OK;
    }
    return stoa__expression_fail(at->error, STOA_NO_PARAMETER, node, "the parameter $%s is not set",
                                 node->name);
}

static stoa_status bind_array(walk *at, const stoa_expression *node, stoa__typed *made)
{
    stoa__code_block *code = at->code;
    if (!stoa__make_room(&code->arrays, &code->array_room, code->array_count + (size_t)1,
                         sizeof *code->arrays, NULL))
        return stoa__fail_memory(at->error, sizeof *code->arrays);
    stoa_type type = node->array.type;
    code->arrays[code->array_count] = (stoa__array){.data = node->array.data,
                                                    .stride = node->array.stride,
                                                    .type = type,
                                                    .length = node->array.length};
    made->type = type;
    made->id = stoa__emit_leaf(code, STOA__ARRAY_TERM, type, code->array_count++, false,
                               stoa__range_of(type));
    if (!code->refused)
        made->id = stoa__emit_loaded(code, made->id);
    return STOA_OK;
}

/* ---- nodes ---- */

static stoa_status bind_call(walk *at, const stoa_expression *node, stoa__typed *made)
{
    if (!stoa__make_room(&at->arguments, &at->argument_room, node->count, sizeof *at->arguments,
                         NULL))
        return stoa__fail_memory(at->error, node->count * sizeof *at->arguments);
    assert(node->count == 0 || at->bound != NULL); /* arguments are bound first */
    for (uint32_t i = 0; i < node->count; i++) {
        const stoa_expression *argument = node->arguments[i];
        assert(argument != NULL);
        at->arguments[i] = at->bound[argument->mark - 1].typed;
    }
    if (stoa__operations[node->operation].kind == STOA__AGGREGATE)
        return stoa__bind_aggregate(at->code, node, at->arguments, at->mask, made, at->error);
    return stoa__bind_operation(at->code, node, at->arguments, made, at->error);
}

static stoa_status bind_node(walk *at, const stoa_expression *node, stoa__typed *made)
{
    switch ((stoa__node_kind)node->kind) {
    case STOA__FIELD_NODE:
        return bind_field(at, node, made);
    case STOA__CONSTANT_NODE:
        return bind_constant(at, node, made);
    case STOA__PARAMETER_NODE:
        return bind_parameter(at, node, made);
    case STOA__ARRAY_NODE:
        return bind_array(at, node, made);
    case STOA__CALL_NODE:
        return bind_call(at, node, made);
    case STOA__LIST_NODE:
        break;
    }
    return stoa__expression_fail(at->error, STOA_INVALID, node, "a list cannot stand here");
}

static stoa_status bind_tree(walk *at, stoa_expression *root, stoa__typed *made)
{
    stoa_status status = STOA_OK;
    bool fits = root->mark != 0 || push(at, root);
    while (fits && status == STOA_OK && at->depth > 0) {
        frame *top = &at->stack[at->depth - 1];
        stoa_expression *node = top->node;
        stoa_expression *argument = node->kind == STOA__CALL_NODE && top->next < node->count
                                        ? node->arguments[top->next++]
                                        : NULL;
        if (argument != NULL) {
            fits = argument->mark != 0 || push(at, argument);
            continue;
        }
        at->depth--;
        stoa__typed typed = {0, STOA_NO_TYPE};
        if (node->mark != 0)
            continue;
        status = bind_node(at, node, &typed);
        if (status == STOA_OK && at->code->refused)
            fits = false;
        if (status == STOA_OK && fits)
            fits = finish(at, node, typed);
    }
    if (!fits)
        return stoa__fail_memory(at->error, sizeof(stoa__term));
    assert(status != STOA_OK || at->bound != NULL);
    if (status == STOA_OK)
        *made = at->bound[root->mark - 1].typed;
    return status;
}

static void forget(walk *at)
{
    for (uint32_t i = 0; i < at->count; i++)
        at->bound[i].node->mark = 0;
    at->count = 0;
    at->depth = 0;
}

/* ---- the whole ---- */

static stoa_status bind_where(walk *at)
{
    const stoa__binding *binding = at->binding;
    stoa__typed made = {0, STOA_NO_TYPE};
    if (binding->where == NULL)
        return STOA_OK;
    stoa_status status = bind_tree(at, binding->where, &made);
    if (status == STOA_OK && made.type != STOA_BOOL)
        status = stoa__expression_fail(at->error, STOA_WRONG_TYPE, binding->where,
                                       "the rows are chosen by a condition, not by a value of "
                                       "type %s",
                                       stoa_type_name(made.type));
    forget(at);
    if (status != STOA_OK)
        return status;
    /* A condition that always holds is none. */
    const stoa__term *term = &at->code->terms[made.id];
    if (term->kind == STOA__CONSTANT_TERM && term->bits[0] != 0)
        return STOA_OK;
    at->code->where = at->mask = stoa__emit_row(at->code, made.id);
    return at->code->refused ? stoa__fail_memory(at->error, sizeof *term) : STOA_OK;
}

/* A column that is an output as it is goes through a register: another output may be stored into it
 * first. */
static stoa__id apart(stoa__code_block *code, stoa__id id)
{
    const stoa__term *term = &code->terms[id];
    if (code->refused || term->kind == STOA__STEP_TERM)
        return id;
    bool narrow = stoa__width((stoa_type)term->form) == 4;
    return stoa__emit(code, narrow ? (unsigned)STOA__STORE_4 : (unsigned)STOA__STORE_8, id, 0, 0,
                      false, term->range, NULL);
}

static stoa_status bind_output(walk *at, stoa_expression *node, uint32_t index)
{
    const stoa__binding *binding = at->binding;
    stoa__code_block *code = at->code;
    stoa__result *result = &code->results[index];
    stoa_status status = bind_tree(at, node, &result->typed);
    if (status != STOA_OK)
        return status;
    result->id = result->typed.id;
    stoa_type target =
        (stoa_type)(binding->targets == NULL ? STOA_NO_TYPE : binding->targets[index]);
    if (binding->wanted == STOA__WANTS_CELLS) {
        status = stoa__bind_store(
            code, result->typed, target == STOA_NO_TYPE ? result->typed.type : target, node,
            binding->names == NULL ? NULL : binding->names[index], &result->id, at->error);
        if (status == STOA_OK && code->result_count > 1)
            result->id = apart(code, result->id);
        if (status == STOA_OK && code->refused)
            status = stoa__fail_memory(at->error, sizeof(stoa__term));
        return status;
    }
    if (binding->wanted == STOA__WANTS_BITS) {
        if (result->typed.type != STOA_BOOL)
            return stoa__expression_fail(at->error, STOA_WRONG_TYPE, node,
                                         "rows are chosen by a condition, not by a value of type "
                                         "%s",
                                         stoa_type_name(result->typed.type));
        result->id = stoa__emit_row(code, result->id);
    } else if (result->typed.type == STOA_OBJECT)
        return stoa__expression_fail(at->error, STOA_WRONG_TYPE, node,
                                     "an object field cannot be part of an expression");
    else if (!code->terms[result->id].uniform)
        return stoa__expression_fail(
            at->error, STOA_INVALID, node,
            "this has a value for each row; take an aggregate of it, such as sum");
    return code->refused ? stoa__fail_memory(at->error, sizeof(stoa__term)) : STOA_OK;
}

static void ask_for(uint8_t *asked, const stoa__id *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        asked[ids[i]] = 1;
}

/* Aggregates that no result needs, such as those in a branch that a constant rules out, are not
 * computed, and cannot fail. Values are made of earlier ones. */
static stoa_status drop_unasked(stoa__code_block *code, stoa_error *error)
{
    if (code->aggregate_count == 0)
        return STOA_OK;
    uint8_t *asked = stoa__allocate_zeroed(code->count);
    if (asked == NULL)
        return stoa__fail_memory(error, code->count);
    ask_for(asked, &code->where, 1);
    for (uint32_t i = 0; i < code->result_count; i++)
        ask_for(asked, &code->results[i].id, 1);
    for (stoa__id id = code->count; id-- > STOA__FIRST_TERM;) {
        const stoa__term *term = &code->terms[id];
        bool is_aggregate = term->kind == STOA__AGGREGATE_TERM;
        stoa__aggregate *aggregate = is_aggregate ? &code->aggregates[term->aggregate] : NULL;
        if (!asked[id] && is_aggregate)
            aggregate->depth = STOA__NO_PASS;
        else if (asked[id] && is_aggregate)
            ask_for(asked, (const stoa__id[]){aggregate->a, aggregate->b, aggregate->mask}, 3);
        else if (asked[id])
            ask_for(asked, (const stoa__id[]){term->a, term->b, term->c}, 3);
    }
    stoa__release(asked);
    return STOA_OK;
}

stoa_status stoa__bind(stoa__code_block *code, const stoa__binding *binding, stoa_error *error)
{
    walk at = {.code = code, .binding = binding, .error = error};
    stoa_expression *root = binding->expression;
    bool list = root->kind == STOA__LIST_NODE;
    code->result_count = list ? root->count : 1;
    code->results = stoa__allocate_zeroed(code->result_count * sizeof *code->results);
    if (code->results == NULL || !stoa__code_begin(code))
        return stoa__fail_memory(error, code->result_count * sizeof *code->results);
    stoa_status status = bind_where(&at);
    for (uint32_t i = 0; status == STOA_OK && i < code->result_count; i++)
        status = bind_output(&at, list ? root->arguments[i] : root, i);
    if (status == STOA_OK)
        status = drop_unasked(code, error);
    forget(&at);
    stoa__release(at.stack);
    stoa__release(at.bound);
    stoa__release(at.arguments);
    return status;
}
