/* vectors.c: operations on vectors, as operations on their components.
 *
 * Nearly every operation is done once for each component, with the arguments that are no vectors as
 * they are. The others make one value of all components: ==, !=, dot, norm, count, a component.
 * Invariant: the vectors of a call have the same length. */
#include <stdio.h>

#include "base/memory.h"
#include "expr/binder/operate.h"

bool stoa__new_vector(stoa__code_block *code, stoa__typed *made, stoa_type type, uint32_t length)
{
    size_t end = code->component_count + (size_t)length;
    if (!stoa__has_room(code, &code->components, &code->component_room, end,
                        sizeof *code->components))
        return false;
    *made = (stoa__typed){.type = type, .length = length, .first = code->component_count};
    code->component_count = (uint32_t)end;
    return true;
}

/* Component i, or the number that goes with each of them. */
static stoa__typed part(const stoa__code_block *code, const stoa__typed *of, uint32_t i)
{
    if (of->length == 0)
        return *of;
    return (stoa__typed){.id = code->components[of->first + i], .type = of->type};
}

/* ---- checks ---- */

static stoa_status no_vector(const stoa_expression *node, const char *wants, stoa_error *error)
{
    return stoa__expression_fail(error, STOA_WRONG_TYPE, node, "%s takes %s",
                                 stoa_operation_text((stoa_operation)node->operation), wants);
}

static stoa_status other_length(const stoa_expression *node, uint32_t a, uint32_t a_length,
                                uint32_t b, uint32_t b_length, stoa_error *error)
{
    char left[40], right[40];
    stoa_expression_print(node->arguments[a], left, sizeof left);
    stoa_expression_print(node->arguments[b], right, sizeof right);
    return stoa__expression_fail(
        error, STOA_WRONG_TYPE, node,
        "%s takes vectors of the same length: %s has %u components, %s has "
        "%u",
        stoa_operation_text((stoa_operation)node->operation), left, a_length, right, b_length);
}

/* The length of the vectors among the arguments; 0: there are none. */
static stoa_status common_length(const stoa_expression *node, const stoa__typed *arguments,
                                 uint32_t *length, stoa_error *error)
{
    uint32_t at = 0;
    *length = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        if (arguments[i].type > STOA_FLOAT64)
            return no_vector(node, "vectors and numbers", error);
        if (arguments[i].length == 0 || arguments[i].length == *length)
            continue;
        if (*length > 0)
            return other_length(node, at, *length, i, arguments[i].length, error);
        at = i;
        *length = arguments[i].length;
    }
    return STOA_OK;
}

/* ---- what makes one value of a vector ---- */

static stoa_status component(stoa__code_block *code, const stoa_expression *node,
                             const stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    const stoa_expression *index = node->arguments[1];
    char text[60];
    stoa_expression_print(node->arguments[0], text, sizeof text);
    if (index->kind != STOA__CONSTANT_NODE || index->value.type != STOA_INT64)
        return no_vector(node, "the number of a component as a literal", error);
    if (arguments[0].length == 0)
        return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                     "%s is no vector and has no components", text);
    if (index->value.int64 < 0 || index->value.int64 >= arguments[0].length)
        return stoa__expression_fail(error, STOA_OUT_OF_RANGE, node,
                                     "%s has the components 0 to %u", text,
                                     arguments[0].length - 1);
    *made = part(code, &arguments[0], (uint32_t)index->value.int64);
    return STOA_OK;
}

/* a[0] * b[0] + a[1] * b[1] + … */
static stoa__id products(stoa__code_block *code, const stoa__typed *a, const stoa__typed *b)
{
    stoa__id sum = STOA__NOTHING_ID;
    for (uint32_t i = 0; i < a->length; i++) {
        stoa__id product =
            stoa__emit_arithmetic(code, STOA_MULTIPLY, part(code, a, i).id, part(code, b, i).id);
        sum = i == 0 ? product : stoa__emit_arithmetic(code, STOA_ADD, sum, product);
    }
    return sum;
}

/* Whether all components are equal, or any is not. */
static stoa__id compare_all(stoa__code_block *code, stoa_operation operation, const stoa__typed *a,
                            const stoa__typed *b, uint32_t length)
{
    stoa__id all = STOA__NOTHING_ID;
    for (uint32_t i = 0; i < length; i++) {
        stoa__id one =
            stoa__emit_compare(code, operation, part(code, a, i).id, part(code, b, i).id);
        if (i == 0)
            all = one;
        else
            all = operation == STOA_EQUAL ? stoa__emit_and(code, all, one)
                                          : stoa__emit_or(code, all, one);
    }
    return all;
}

static stoa_type type_of(const stoa__code_block *code, stoa__id id)
{
    stoa_type form = (stoa_type)form_of(code, id);
    return form == STOA_INT32 ? STOA_INT64 : form;
}

static stoa_status one_value(stoa__code_block *code, const stoa_expression *node,
                             const stoa__typed *arguments, uint32_t length, stoa__typed *made,
                             stoa_error *error)
{
    stoa_operation operation = (stoa_operation)node->operation;
    if (operation == STOA_NORM && length == 0)
        return no_vector(node, "a vector; abs is for numbers", error);
    if (operation == STOA_DOT && (arguments[0].length == 0 || arguments[1].length == 0))
        return no_vector(node, "two vectors, or two numbers, whose products it sums over all rows",
                         error);
    if (operation == STOA_NORM)
        made->id = stoa__emit_root(code, products(code, &arguments[0], &arguments[0]));
    else if (operation == STOA_DOT)
        made->id = products(code, &arguments[0], &arguments[1]);
    else
        made->id = compare_all(code, operation, &arguments[0], &arguments[1], length);
    made->type = type_of(code, made->id);
    return STOA_OK;
}

/* ---- what makes a vector ---- */

static stoa_status vector_of(stoa__code_block *code, const stoa_expression *node,
                             const stoa__typed *arguments, uint32_t length, stoa__typed *made,
                             stoa_error *error)
{
    stoa_type type = arguments[0].type;
    if (length > 0)
        return no_vector(node, "numbers, which become the components", error);
    for (uint32_t i = 0; i < node->count; i++) {
        if (arguments[i].type != type) /* as in where */
            type = STOA_NO_TYPE;
    }
    bool is_float = false, is_unsigned = false;
    for (uint32_t i = 0; i < node->count; i++) {
        is_float = is_float || form_of(code, arguments[i].id) == STOA_FLOAT64;
        is_unsigned = is_unsigned || form_of(code, arguments[i].id) == STOA_UINT64;
    }
    if (type == STOA_NO_TYPE)
        type = is_float ? STOA_FLOAT64 : is_unsigned ? STOA_UINT64 : STOA_INT64;
    if (!stoa__new_vector(code, made, type, node->count))
        return STOA_OK;
    for (uint32_t i = 0; i < node->count; i++) {
        stoa__id id = arguments[i].id;
        if (is_float)
            id = stoa__emit_as(code, id, STOA_FLOAT64);
        code->components[made->first + i] = id;
    }
    return STOA_OK;
}

static stoa_status bind_part(stoa__code_block *code, const stoa_expression *node,
                             stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                             stoa_error *error)
{
    if (stoa__operations[node->operation].kind == STOA__AGGREGATE)
        return stoa__bind_aggregate(code, node, arguments, mask, made, error);
    return stoa__bind_operation(code, node, arguments, made, error);
}

/* The operation on each component. */
static stoa_status by_component(stoa__code_block *code, const stoa_expression *node,
                                const stoa__typed *arguments, uint32_t length, stoa__id mask,
                                stoa__typed *made, stoa_error *error)
{
    stoa__typed few[8], *parts = few, one = {.id = STOA__NOTHING_ID};
    stoa_status status = STOA_OK;
    if (!stoa__new_vector(code, made, STOA_NO_TYPE, length))
        return STOA_OK;
    if (node->count > 8)
        parts = stoa__allocate(node->count * sizeof *parts);
    code->refused = code->refused || parts == NULL;
    for (uint32_t i = 0; status == STOA_OK && !code->refused && i < length; i++) {
        for (uint32_t k = 0; k < node->count; k++)
            parts[k] = part(code, &arguments[k], i);
        status = bind_part(code, node, parts, mask, &one, error);
        code->components[made->first + i] = one.id;
    }
    made->type = one.type;
    if (parts != few)
        stoa__release(parts);
    return status;
}

stoa_status stoa__bind_vectors(stoa__code_block *code, const stoa_expression *node,
                               const stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                               stoa_error *error)
{
    uint32_t length = 0;
    stoa_operation operation = (stoa_operation)node->operation;
    if (operation == STOA_COMPONENT)
        return component(code, node, arguments, made, error);
    stoa_status status = common_length(node, arguments, &length, error);
    if (status != STOA_OK)
        return status;
    if (operation == STOA_VECTOR)
        return vector_of(code, node, arguments, length, made, error);
    if (operation == STOA_EQUAL || operation == STOA_NOT_EQUAL || operation == STOA_NORM ||
        operation == STOA_DOT)
        return one_value(code, node, arguments, length, made, error);
    if (operation >= STOA_LESS && operation <= STOA_GREATER)
        return no_vector(node, "numbers; of vectors compare components, as v[0], or norm(v)",
                         error);
    if (operation == STOA_COUNT) {
        stoa__typed first = part(code, &arguments[0], 0);
        return stoa__bind_aggregate(code, node, &first, mask, made, error);
    }
    return by_component(code, node, arguments, length, mask, made, error);
}
