/* wants.c: outputs in the form that is wanted of them: values of aggregates, cells of a field or an
 * array, bits of a condition, keys.
 *
 * An output gives one result, or one for each component of a vector. A result keeps what it was
 * written as, and gets the term that the run gives out: the same value in the form of the cells
 * that it goes into. Invariant: results lie in the order of their outputs, so that targets and
 * results have the same indices. */
#include <string.h>

#include "expr/binder/bind.h"
#include "expr/binder/null.h"
#include "expr/binder/paths.h"
#include "expr/binder/strings.h"
#include "expr/binder/times.h"
#include "store/labels.h"
#include "store/table.h"

/* An output, and where it goes. */
typedef struct wanted {
    stoa__code_block *code;
    const stoa__binding *binding;
    const stoa_expression *node;
    const char *name; /* of the field that it goes into; NULL: an array */
    stoa_error *error;
} wanted;

/* The field that the output goes into; NULL: an array, or a field that is added by it. */
static const stoa__schema_field *field_of(const wanted *w)
{
    const stoa_table *table = w->binding->table;
    if (table == NULL || w->name == NULL)
        return NULL;
    const stoa__schema *schema = stoa__whole_const(table)->schema;
    uint32_t field = stoa__schema_find(schema, w->name, strlen(w->name));
    return field == STOA__NO_FIELD ? NULL : &schema->fields[field];
}

/* Only what has the labels of an enumeration, or is one of them, goes into it, and nowhere else;
 * and arrays of their numbers, which are checked. */
static stoa_status want_labels(const wanted *w, stoa__result *result)
{
    const stoa__schema_field *field, *given = result->typed.labels;
    const stoa_table *table = w->binding->table;
    if (given == NULL && (table == NULL || stoa__whole_const(table)->schema->labels_count == 0))
        return STOA_OK;
    field = field_of(w);
    bool has_labels = field != NULL && stoa__has_labels(field);
    if (field == NULL || (!has_labels && given == NULL) ||
        (has_labels && given != NULL && stoa__labels_equal(field, given)))
        return STOA_OK;
    if (has_labels && result->typed.type == STOA_STRING) {
        stoa_status status = stoa__label_string(w->code, w->node, field, &result->typed, w->error);
        if (status != STOA_OK || result->typed.labels != NULL || w->code->refused)
            return status;
    }
    if (has_labels && w->node->kind == STOA__ARRAY_NODE && result->typed.type == field->type) {
        stoa__range numbers = {0, field->label_count - 1};
        result->typed.id = stoa__emit_within(w->code, result->typed.id, numbers);
        return STOA_OK;
    }
    if (has_labels)
        return stoa__expression_fail(w->error, STOA_WRONG_TYPE, w->node,
                                     "'%s' is an enumeration and takes its labels, as '%s'",
                                     field->name, field->labels[0]);
    return stoa__expression_fail(w->error, STOA_WRONG_TYPE, w->node,
                                 "'%s' is an enumeration and does not go into '%s': int32(%s) is "
                                 "its number",
                                 given->name, field->name, given->name);
}

/* Into a field that refers to the same table. */
static stoa_status want_field_ids(const wanted *w, stoa__result *result)
{
    const stoa_table *table = w->binding->table;
    const stoa__schema *schema = stoa__whole_const(table)->schema;
    uint32_t to, field = stoa__schema_find(schema, w->name, strlen(w->name));
    if (field == STOA__NO_FIELD)
        return stoa__expression_fail(w->error, STOA_WRONG_TYPE, w->node,
                                     "a new field of references is described by its target: add it "
                                     "first, and assign to it");
    if (!stoa__find_way(w->code, table, 0, field, &to))
        return STOA_OK;
    if (to != result->typed.target && !stoa__is_literal_null(w->code, result->typed.id))
        return stoa__expression_fail(w->error, STOA_WRONG_TYPE, w->node,
                                     "this refers to rows of another table than field '%s'",
                                     w->name);
    result->id = stoa__emit_row_ids(w->code, &result->typed,
                                    stoa__schema_takes_null(&schema->fields[field]));
    return STOA_OK;
}

/* The ids of rows, or where row_numbers are wanted these. target: of the cells. */
static stoa_status want_ids(const wanted *w, stoa__result *result, uint8_t target)
{
    bool into_array = w->name == NULL && (target == STOA_NO_TYPE || target == STOA_UINT64);
    if (w->binding->row_numbers) {
        result->id = stoa__emit_follow(w->code, &result->typed);
        return STOA_OK;
    }
    if (into_array) {
        result->id = stoa__emit_row_ids(w->code, &result->typed, false);
        return STOA_OK;
    }
    if (w->name == NULL || target != STOA_REFERENCE)
        return stoa__expression_fail(w->error, STOA_WRONG_TYPE, w->node,
                                     "a reference goes into a reference field, or as its id into "
                                     "an array of uint64");
    return want_field_ids(w, result);
}

static stoa_status want_cells(const wanted *w, stoa__result *result)
{
    const uint8_t *targets = w->binding->targets;
    stoa_status status = want_labels(w, result);
    if (status != STOA_OK || w->code->refused)
        return status;
    const stoa__typed *typed = &result->typed;
    uint8_t target = targets == NULL ? STOA_NO_TYPE : targets[result - w->code->results];
    if (typed->type == STOA_REFERENCE)
        return want_ids(w, result, target);
    if (target == STOA_NO_TYPE)
        target = stoa__target_of(typed->type, typed->unit, typed->zone != NULL);
    return stoa__bind_store(w->code, *typed, target, w->name, &result->id, w->error);
}

static stoa_status want_bits(const wanted *w, stoa__result *result)
{
    if (w->code->result_count > 1)
        return stoa__expression_fail(w->error, STOA_WRONG_TYPE, w->node,
                                     "rows are chosen by a condition, not by a vector");
    if (result->typed.type != STOA_BOOL)
        return stoa__expression_fail(w->error, STOA_WRONG_TYPE, w->node,
                                     "rows are chosen by a condition, not by a value of type %s",
                                     stoa_type_name(result->typed.type));
    result->id = stoa__emit_row(w->code, result->typed.id);
    return STOA_OK;
}

/* Of strings, handles of the pool that they are in already. */
static stoa_status want_handles_or_cells(const wanted *w, stoa__result *result)
{
    if (result->typed.type != STOA_STRING)
        return want_cells(w, result);
    result->id = stoa__string_row(w->code, result->typed.id);
    return STOA_OK;
}

/* Rows are counted, or grouped, by it. */
static stoa_status want_key(const wanted *w, stoa__result *result)
{
    if (result->typed.type == STOA_OBJECT)
        return stoa__refuse_object(w->node, w->error);
    if (result->typed.type == STOA_REFERENCE)
        return stoa__expression_fail(w->error, STOA_WRONG_TYPE, w->node,
                                     "a reference is no value: name a field of the row that it "
                                     "refers to");
    return want_handles_or_cells(w, result);
}

static stoa_status want_keys(const wanted *w, stoa__result *result)
{
    if (w->code->result_count > 1)
        return stoa__expression_fail(w->error, STOA_WRONG_TYPE, w->node,
                                     "a vector is no single value: take a component, as v[0]");
    return want_key(w, result);
}

static stoa_status want_measure(const wanted *w, stoa__result *result)
{
    bool is_aggregate;
    stoa_status status = stoa__bind_measure(w->code, w->node, result, &is_aggregate, w->error);
    if (status != STOA_OK || is_aggregate || w->code->refused)
        return status;
    return want_key(w, result);
}

static stoa_status want_value(const wanted *w, stoa__result *result)
{
    if (result->typed.type == STOA_OBJECT)
        return stoa__refuse_object(w->node, w->error);
    if (!w->code->terms[result->typed.id].uniform)
        return stoa__expression_fail(
            w->error, STOA_INVALID, w->node,
            "this has a value for each row; take an aggregate of it, such as sum");
    result->id = result->typed.id;
    return STOA_OK;
}

static stoa_status want(const wanted *w, stoa__result *result)
{
    switch (w->binding->wanted) {
    case STOA__WANTS_VALUES:
        return want_value(w, result);
    case STOA__WANTS_CELLS:
        return want_cells(w, result);
    case STOA__WANTS_BITS:
        return want_bits(w, result);
    case STOA__WANTS_KEYS:
        return want_keys(w, result);
    case STOA__WANTS_MEASURES:
        break;
    }
    return want_measure(w, result);
}

/* ---- the results of an output ---- */

/* How many results an output has. What is no vector goes into each component of one. */
static stoa_status count_results(const wanted *w, uint32_t output, const stoa__typed *typed,
                                 uint32_t *count)
{
    const uint16_t *lengths = w->binding->lengths;
    const char *name = w->name == NULL ? "" : w->name;
    uint32_t own = typed->length > 0 ? typed->length : 1;
    *count = lengths == NULL ? own : lengths[output];
    if (*count == own || own == 1)
        return STOA_OK;
    if (*count == 1)
        return stoa__expression_fail(
            w->error, STOA_WRONG_TYPE, w->node, "a vector of length %u does not go into %s%s%s",
            own, w->name == NULL ? "one array" : "field '", name, w->name == NULL ? "" : "'");
    return stoa__expression_fail(w->error, STOA_WRONG_TYPE, w->node,
                                 "a vector of length %u does not go into %s%s%s of length %u", own,
                                 w->name == NULL ? "arrays" : "'", name, w->name == NULL ? "" : "'",
                                 *count);
}

/* What a null is as an output: of the type of the cells that it goes into. */
static stoa__typed null_output(const wanted *w)
{
    const stoa__binding *binding = w->binding;
    stoa__typed like = {.type = binding->wanted == STOA__WANTS_BITS ? STOA_BOOL : STOA_INT64};
    if (binding->targets != NULL) {
        stoa__time target = stoa__target_time(binding->targets[w->code->result_count]);
        const stoa__schema_field *field = field_of(w);
        like =
            (stoa__typed){.type = (stoa_type)target.type, .unit = target.unit, .zone = target.zone};
        like.labels = field != NULL && stoa__has_labels(field) ? field : NULL;
    }
    return stoa__null_like(w->code, &like);
}

/* Component i, or the value that goes into each. */
static stoa__typed component_of(const stoa__code_block *code, const stoa__typed *typed, uint32_t i)
{
    return (stoa__typed){.id = typed->length > 0 ? code->components[typed->first + i] : typed->id,
                         .type = typed->type,
                         .labels = typed->labels,
                         .unit = typed->unit,
                         .zone = typed->zone,
                         .target = typed->target};
}

stoa_status stoa__want_output(stoa__code_block *code, const stoa__binding *binding,
                              const stoa_expression *node, uint32_t output, stoa__typed typed,
                              stoa_error *error)
{
    wanted w = {.code = code,
                .binding = binding,
                .node = node,
                .name = binding->names == NULL ? NULL : binding->names[output],
                .error = error};
    uint32_t count = 0, first = code->result_count;
    if (stoa__is_untyped(&typed))
        typed = null_output(&w);
    stoa_status status = count_results(&w, output, &typed, &count);
    if (status != STOA_OK || !stoa__has_room(code, &code->results, &code->result_room,
                                             first + (size_t)count, sizeof *code->results))
        return status;
    code->outputs[output] = (stoa__output){.first = first, .length = typed.length};
    code->result_count += count;
    for (uint32_t i = 0; status == STOA_OK && i < count; i++) {
        stoa__result *result = &code->results[first + i];
        *result = (stoa__result){.typed = component_of(code, &typed, i)};
        status = want(&w, result);
    }
    return status;
}

/* ---- all outputs ---- */

/* A column as it is becomes a register. */
static stoa__id apart(stoa__code_block *code, stoa__id id)
{
    const stoa__term *term = &code->terms[id];
    if (term->kind == STOA__STEP_TERM)
        return id;
    bool narrow = stoa__width((stoa_type)term->form) == 4;
    return stoa__emit(code, narrow ? (unsigned)STOA__STORE_4 : (unsigned)STOA__STORE_8, id, 0,
                      false, term->range);
}

void stoa__want_apart(stoa__code_block *code, stoa__wanted use)
{
    if (use != STOA__WANTS_CELLS || code->result_count == 1)
        return;
    for (uint32_t i = 0; i < code->result_count; i++)
        code->results[i].id = apart(code, code->results[i].id);
}
