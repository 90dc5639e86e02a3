/* bind.c: walks the expressions, arguments before what is made of them, and turns each node into a
 * term.
 *
 * The condition comes first: aggregates in it are of all rows, those of the outputs of the rows
 * where it holds. A node is bound once in each of the two; the walk keeps its own stack, so that
 * any depth will do. Refused memory is noted in code->refused, here as in emit.c, and told once, at
 * the end. */
#include "expr/binder/bind.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "expr/binder/null.h"
#include "expr/binder/paths.h"
#include "expr/binder/strings.h"
#include "expr/binder/times.h"
#include "store/labels.h"
#include "store/table.h"

typedef struct frame {
    stoa_expression *node;
    uint32_t next; /* argument to look at */
} frame;

typedef struct bound {
    stoa_expression *node;
    stoa__typed typed;
} bound;

typedef struct binder {
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
} binder;

static void push(binder *b, stoa_expression *node)
{
    if (node->mark == 0 &&
        stoa__has_room(b->code, &b->stack, &b->stack_room, b->depth + 1, sizeof *b->stack))
        b->stack[b->depth++] = (frame){node, 0};
}

static void finish(binder *b, stoa_expression *node, stoa__typed typed)
{
    if (!stoa__has_room(b->code, &b->bound, &b->room, b->count + (size_t)1, sizeof *b->bound))
        return;
    b->bound[b->count] = (bound){node, typed};
    node->mark = ++b->count;
}

/* ---- leaves ---- */

/* Where fields are that have no path. */
static const stoa__site own_site = {.table = 0, .rows = STOA__NOTHING_ID};

static const stoa_table *table_at(const binder *b, stoa__site site)
{
    return site.rows == STOA__NOTHING_ID ? b->binding->table
                                         : stoa__site_table(b->code, site.table);
}

static stoa__id column_of(binder *b, stoa__site site, stoa_type type, uint32_t field)
{
    bool nullable = table_at(b, site)->columns[field].validity != NULL;
    stoa__id cells = site.rows == STOA__NOTHING_ID
                         ? stoa__emit_leaf(b->code, STOA__COLUMN_TERM, type, nullable, field)
                         : stoa__emit_collect(b->code, site, type, field);
    return stoa__emit_loaded(b->code, cells);
}

/* entry: of the schema. */
static void bind_vector(binder *b, stoa__site site, const stoa__schema_field *entry,
                        stoa__typed *made)
{
    stoa__code_block *code = b->code;
    stoa_type type = (stoa_type)entry->type;
    if (!stoa__new_vector(code, made, type, entry->components))
        return;
    for (uint32_t i = 0; i < made->length; i++)
        code->components[made->first + i] = column_of(b, site, type, entry->vector + i);
}

static stoa_status no_field(const binder *b, const stoa_expression *node,
                            const stoa__schema *schema)
{
    stoa_error plain;
    char path[100];
    stoa_status status = stoa__schema_no_field(schema, node->name, &plain);
    if (node->kind == STOA__FIELD_NODE)
        return stoa__expression_fail(b->error, status, node, "%s", plain.message);
    stoa_expression_print(node->arguments[0], path, sizeof path);
    return stoa__expression_fail(b->error, status, node, "in the row that '%s' refers to, %s", path,
                                 plain.message);
}

/* node: a field or a path, whose name is that of a field of the site's table. */
static stoa_status bind_field_at(binder *b, const stoa_expression *node, stoa__site site,
                                 stoa__typed *made)
{
    const stoa_table *table = table_at(b, site);
    const stoa__schema *schema = stoa__whole_const(table)->schema;
    uint32_t field = stoa__schema_find_any(schema, node->name, strlen(node->name));
    if (field == STOA__NO_FIELD)
        return no_field(b, node, schema);
    const stoa__schema_field *described = &schema->fields[field];
    if (field >= schema->field_limit) {
        bind_vector(b, site, described, made);
        return STOA_OK;
    }
    made->type = (stoa_type)table->columns[field].type;
    if (made->type == STOA_REFERENCE &&
        !stoa__find_way(b->code, b->binding->table, site.table, field, &made->target))
        return STOA_OK;
    if (made->type == STOA_STRING && !stoa__begin_strings(b->code))
        return STOA_OK;
    made->unit = described->unit;
    made->zone = described->zone;
    made->id = column_of(b, site, stoa__cell_type(made->type), field);
    made->labels = stoa__has_labels(described) ? described : NULL;
    return STOA_OK;
}

static stoa_status bind_field(binder *b, const stoa_expression *node, stoa__typed *made)
{
    if (b->binding->table == NULL)
        return stoa__expression_fail(b->error, STOA_NO_FIELD, node,
                                     "field '%s' needs a table, and there is none", node->name);
    return bind_field_at(b, node, own_site, made);
}

static stoa_status bind_path(binder *b, const stoa_expression *node, stoa__typed *made)
{
    const stoa_expression *from = node->arguments[0];
    const stoa__typed *reference = &b->bound[from->mark - 1].typed;
    char path[100];
    if (reference->type != STOA_REFERENCE) {
        stoa_expression_print(from, path, sizeof path);
        return stoa__expression_fail(b->error, STOA_WRONG_TYPE, node,
                                     "'%s' is no reference, so it has no field '%s'", path,
                                     node->name);
    }
    if (stoa__site_table(b->code, reference->target) == NULL) {
        stoa_expression_print(from, path, sizeof path);
        return stoa__expression_fail(b->error, STOA_NO_FIELD, node,
                                     "the table that '%s' refers to was freed", path);
    }
    stoa__site site = {.table = reference->target, .rows = stoa__emit_follow(b->code, reference)};
    return b->code->refused ? STOA_OK : bind_field_at(b, node, site, made);
}

static stoa_status bind_constant(binder *b, const stoa_expression *node, stoa__typed *made)
{
    const stoa_value *value = &node->value;
    if (value->is_null)
        return STOA_OK; /* without a type: see null.c */
    made->type = value->type;
    made->unit = value->unit;
    made->zone = value->is_zoned ? stoa__zone_utc() : NULL;
    if (value->type == STOA_BOOL)
        made->id = stoa__emit_truth(b->code, value->boolean);
    else if (value->type == STOA_FLOAT64)
        made->id = stoa__emit_float(b->code, value->float64);
    else if (value->type == STOA_UINT64)
        made->id = stoa__emit_constant(b->code, STOA_UINT64, value->uint64);
    else if (value->type == STOA_STRING)
        made->id = stoa__emit_string(b->code, value->string);
    else
        made->id = stoa__emit_integer(b->code, value->int64);
    return STOA_OK;
}

static stoa_status bind_parameter(binder *b, const stoa_expression *node, stoa__typed *made)
{
    uint32_t index = stoa__names_find(b->binding->parameter_names, node->name);
    const stoa__parameter_slot *slot =
        index == STOA__NO_NAME ? NULL : &b->binding->parameters[index];
    stoa_type type = slot == NULL ? STOA_NO_TYPE : slot->type;
    if (slot != NULL && slot->is_null)
        return STOA_OK;
    if (type == STOA_NO_TYPE)
        return stoa__expression_fail(b->error, STOA_NO_PARAMETER, node,
                                     "the parameter $%s is not set", node->name);
    made->type = type == STOA_INT32 ? STOA_INT64 : type;
    if (type == STOA_STRING && !stoa__begin_strings(b->code))
        return STOA_OK;
    made->unit = slot->unit;
    made->zone = slot->is_zoned ? stoa__zone_utc() : NULL;
    made->id = stoa__emit_leaf(b->code, STOA__PARAMETER_TERM, stoa__cell_type(type), false, index);
    return STOA_OK;
}

static stoa_status bind_array(binder *b, const stoa_expression *node, stoa__typed *made)
{
    stoa__code_block *code = b->code;
    if (!stoa__has_room(b->code, &code->arrays, &code->array_room, code->array_count + (size_t)1,
                        sizeof *code->arrays))
        return STOA_OK;
    made->type = node->array.type;
    if (made->type == STOA_STRING && !stoa__begin_strings(code))
        return STOA_OK;
    made->unit = node->array.unit;
    made->zone = node->array.is_zoned ? stoa__zone_utc() : NULL;
    made->id = stoa__emit_leaf(code, STOA__ARRAY_TERM, stoa__cell_type(made->type),
                               node->array.validity != NULL, code->array_count);
    made->id = stoa__emit_loaded(code, made->id);
    code->arrays[code->array_count++] = (stoa__array){.data = node->array.data,
                                                      .stride = node->array.stride,
                                                      .type = stoa__cell_type(made->type),
                                                      .length = node->array.length,
                                                      .validity = node->array.validity,
                                                      .strings = node->array.strings};
    return STOA_OK;
}

/* ---- nodes ---- */

static stoa_status bind_call(binder *b, const stoa_expression *node, stoa__typed *made)
{
    if (!stoa__has_room(b->code, &b->arguments, &b->argument_room, node->count,
                        sizeof *b->arguments))
        return STOA_OK;
    assert(node->count == 0 || b->bound != NULL); /* arguments are bound first */
    bool has_nulls = false, has_vectors = stoa__is_vector_operation(node), has_labels = false;
    bool has_references = false;
    for (uint32_t i = 0; i < node->count; i++) {
        const stoa_expression *argument = node->arguments[i];
        assert(argument != NULL);
        const stoa__typed *typed = &b->bound[argument->mark - 1].typed;
        b->arguments[i] = *typed;
        has_nulls = has_nulls || stoa__is_untyped(typed);
        has_vectors = has_vectors || typed->length > 0;
        has_labels = has_labels || typed->labels != NULL;
        has_references = has_references || typed->type == STOA_REFERENCE;
    }
    if (has_nulls && !stoa__type_nulls(b->code, node, b->arguments))
        return STOA_OK;
    if (has_vectors)
        return stoa__bind_vectors(b->code, node, b->arguments, b->mask, made, b->error);
    if (has_references)
        return stoa__bind_references(b->code, node, b->arguments, b->mask, made, b->error);
    if (has_labels)
        return stoa__bind_labels(b->code, node, b->arguments, b->mask, made, b->error);
    if (stoa__operations[node->operation].kind == STOA__AGGREGATE)
        return stoa__bind_aggregate(b->code, node, b->arguments, b->mask, made, b->error);
    return stoa__bind_operation(b->code, node, b->arguments, made, b->error);
}

static stoa_status bind_node(binder *b, const stoa_expression *node, stoa__typed *made)
{
    b->code->origin = node;
    switch ((stoa__node_kind)node->kind) {
    case STOA__FIELD_NODE:
        return bind_field(b, node, made);
    case STOA__PATH_NODE:
        return bind_path(b, node, made);
    case STOA__CONSTANT_NODE:
        return bind_constant(b, node, made);
    case STOA__PARAMETER_NODE:
        return bind_parameter(b, node, made);
    case STOA__ARRAY_NODE:
        return bind_array(b, node, made);
    case STOA__CALL_NODE:
        return bind_call(b, node, made);
    case STOA__LIST_NODE:
        break;
    }
    return stoa__expression_fail(b->error, STOA_INVALID, node, "a list cannot stand here");
}

/* made is left as it is where memory was refused. */
static stoa_status bind_tree(binder *b, stoa_expression *root, stoa__typed *made)
{
    stoa_status status = STOA_OK;
    push(b, root);
    while (status == STOA_OK && !b->code->refused && b->depth > 0) {
        frame *top = &b->stack[b->depth - 1];
        stoa_expression *node = top->node;
        if (node->kind != STOA__LIST_NODE && top->next < node->count) {
            push(b, node->arguments[top->next++]);
            continue;
        }
        b->depth--;
        stoa__typed typed = {.id = STOA__NOTHING_ID};
        if (node->mark != 0)
            continue;
        status = bind_node(b, node, &typed);
        if (status == STOA_OK && !b->code->refused)
            finish(b, node, typed);
    }
    if (status == STOA_OK && !b->code->refused) {
        assert(b->bound != NULL);
        *made = b->bound[root->mark - 1].typed;
    }
    return status;
}

static void forget(binder *b)
{
    for (uint32_t i = 0; i < b->count; i++)
        b->bound[i].node->mark = 0;
    b->count = 0;
    b->depth = 0;
}

/* ---- the whole ---- */

static stoa_status bind_where(binder *b)
{
    stoa_expression *where = b->binding->where;
    stoa__typed made = {.id = STOA__NOTHING_ID, .type = STOA_BOOL};
    if (where == NULL)
        return STOA_OK;
    stoa_status status = bind_tree(b, where, &made);
    if (status == STOA_OK && stoa__is_untyped(&made))
        made = stoa__null_of(b->code, STOA_BOOL);
    if (status == STOA_OK && (made.type != STOA_BOOL || made.length > 0))
        status =
            stoa__expression_fail(b->error, STOA_WRONG_TYPE, where,
                                  "the rows are chosen by a condition, not by a %s of "
                                  "type %s",
                                  made.length > 0 ? "vector" : "value", stoa_type_name(made.type));
    forget(b);
    /* A condition that always holds is none. */
    const stoa__term *term = &b->code->terms[made.id];
    if (status == STOA_OK && (term->kind != STOA__CONSTANT_TERM || term->bits[0] == 0))
        b->code->where = b->mask = stoa__emit_row(b->code, made.id);
    return status;
}

static stoa_status bind_output(binder *b, stoa_expression *node, uint32_t output)
{
    stoa__typed typed = {.id = STOA__NOTHING_ID};
    stoa_status status = bind_tree(b, node, &typed);
    if (status != STOA_OK || b->code->refused)
        return status;
    b->code->origin = node;
    return stoa__want_output(b->code, b->binding, node, output, typed, b->error);
}

/* Aggregates that no result needs, such as those in a branch that a constant rules out, are not
 * computed, and cannot fail. Terms are made of earlier ones. */
static void drop_unused(stoa__code_block *code)
{
    uint8_t *used = code->aggregate_count == 0 ? NULL : stoa__allocate_zeroed(code->count);
    code->refused = code->refused || (used == NULL && code->aggregate_count > 0);
    if (used == NULL)
        return;
    used[code->where] = 1;
    for (uint32_t i = 0; i < code->result_count; i++)
        used[code->results[i].id] = 1;
    for (stoa__id id = code->count; id-- > STOA__FIRST_TERM;) {
        const stoa__term *term = &code->terms[id];
        if (used[id])
            used[term->a] = used[term->b] = used[term->c] = 1;
        else if (term->kind == STOA__AGGREGATE_TERM)
            code->aggregates[term->aggregate].depth = STOA__NO_PASS;
    }
    stoa__release(used);
}

static void number_nullables(stoa__code_block *code)
{
    for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
        stoa__term *term = &code->terms[id];
        code->has_nullable = code->has_nullable || term->may_be_null;
        if (term->may_be_null && !term->uniform)
            term->nullable = ++code->nullable_count;
    }
}

static stoa_status bind_all(binder *b)
{
    stoa_expression *root = b->binding->expression;
    bool is_list = root->kind == STOA__LIST_NODE;
    b->code->by_row = b->binding->wanted == STOA__WANTS_MEASURES;
    stoa_status status = bind_where(b);
    uint32_t count = is_list ? root->count : 1;
    if (b->code->by_row)
        b->mask = STOA__NOTHING_ID;
    for (uint32_t i = 0; status == STOA_OK && !b->code->refused && i < count; i++)
        status = bind_output(b, is_list ? root->arguments[i] : root, i);
    if (status == STOA_OK && !b->code->refused)
        stoa__want_apart(b->code, b->binding->wanted);
    if (status == STOA_OK && !b->code->refused && b->code->by_row)
        status = stoa__finish_measures(b->code, b->error);
    if (status == STOA_OK && !b->code->refused) {
        drop_unused(b->code);
        b->code->literal_count = stoa_string_pool_count(b->code->strings);
        number_nullables(b->code);
    }
    if (status == STOA_OK && b->code->refused)
        return stoa__fail_memory(b->error, sizeof(stoa__term));
    return status;
}

stoa_status stoa__bind(stoa__code_block *code, const stoa__binding *binding, stoa_error *error)
{
    binder b = {.code = code, .binding = binding, .error = error};
    const stoa_expression *root = binding->expression;
    size_t outputs = root->kind == STOA__LIST_NODE ? root->count : 1;
    code->outputs = stoa__allocate_zeroed(outputs * sizeof *code->outputs);
    if (code->outputs == NULL || !stoa__code_begin(code))
        return stoa__fail_memory(error, outputs * sizeof *code->outputs);
    stoa_status status = bind_all(&b);
    forget(&b);
    stoa__release(b.stack);
    stoa__release(b.bound);
    stoa__release(b.arguments);
    return status;
}
