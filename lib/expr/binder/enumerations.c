/* enumerations.c: operations on fields that have labels.
 *
 * A label beside an enumeration becomes its number, and the operation is then one of integers. Only
 * operations that have a meaning for labels are let through: comparisons for equality, `in`, and
 * what gives one of its operands. Numbers without a label, which raw writes may have left, compare
 * as what they are. */
#include <assert.h>

#include "expr/binder/emit.h"
#include "store/labels.h"

enum { MOST_LISTED = 100 }; /* bytes of labels that a message lists */

static bool is_cast(stoa_operation operation)
{
    return stoa__operations[operation].kind == STOA__CAST;
}

/* Whether the operation takes enumerations, and from which argument on they may stand. */
static bool takes_labels(stoa_operation operation, uint32_t *first)
{
    *first = operation == STOA_WHERE ? 1 : 0;
    switch (operation) {
    case STOA_EQUAL:
    case STOA_NOT_EQUAL:
    case STOA_IN:
    case STOA_WHERE:
    case STOA_COALESCE:
    case STOA_FILL_NULL:
    case STOA_IS_NULL:
    case STOA_COUNT:
    case STOA_FIRST:
    case STOA_LAST:
        return true;
    default:
        return is_cast(operation);
    }
}

/* Whether the result is one of the operands. */
static bool gives_labels(stoa_operation operation)
{
    return operation == STOA_WHERE || operation == STOA_COALESCE || operation == STOA_FILL_NULL ||
           operation == STOA_FIRST || operation == STOA_LAST;
}

static stoa_status refuse(const stoa_expression *node, const stoa__schema_field *field,
                          stoa_error *error)
{
    char labels[MOST_LISTED];
    stoa__labels_list(field, labels, sizeof labels);
    return stoa__expression_fail(
        error, STOA_WRONG_TYPE, node,
        "'%s' is an enumeration (%s): it is compared by ==, != and `in` with its labels, as '%s'; "
        "int32(%s) is its number",
        field->name, labels, field->labels[0], field->name);
}

stoa_status stoa__label_constant(stoa__code_block *code, const stoa_expression *node,
                                 const stoa__schema_field *field, stoa__typed *made,
                                 stoa_error *error)
{
    char labels[MOST_LISTED];
    const stoa_string *label = &node->value.string;
    uint32_t number = stoa__labels_find(field, label->bytes, label->length);
    if (number != STOA__NO_LABEL) {
        *made = (stoa__typed){.id = stoa__emit_integer(code, number),
                              .type = (stoa_type)field->type,
                              .labels = field};
        return STOA_OK;
    }
    stoa__labels_list(field, labels, sizeof labels);
    return stoa__expression_fail(error, STOA_INVALID, node, "'%s' has no such label; it has: %s",
                                 field->name, labels);
}

/* Makes an operand beside `field` a number of its labels. */
static stoa_status as_label(stoa__code_block *code, const stoa_expression *node,
                            const stoa_expression *argument, const stoa__schema_field *field,
                            stoa__typed *typed, stoa_error *error)
{
    if (typed->labels != NULL && stoa__labels_equal(typed->labels, field))
        return STOA_OK;
    if (typed->labels != NULL)
        return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                     "'%s' and '%s' are different enumerations", field->name,
                                     typed->labels->name);
    if (typed->type != STOA_STRING || argument->kind != STOA__CONSTANT_NODE)
        return refuse(node, field, error);
    return stoa__label_constant(code, argument, field, typed, error);
}

static const stoa__schema_field *first_field(const stoa_expression *node,
                                             const stoa__typed *arguments)
{
    const stoa__schema_field *found = NULL;
    for (uint32_t i = 0; found == NULL && i < node->count; i++)
        found = arguments[i].labels;
    assert(found != NULL);
    return found;
}

stoa_status stoa__bind_labels(stoa__code_block *code, const stoa_expression *node,
                              stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                              stoa_error *error)
{
    stoa_operation operation = (stoa_operation)node->operation;
    const stoa__schema_field *field = first_field(node, arguments);
    uint32_t first;
    stoa_status status = STOA_OK;
    if (!takes_labels(operation, &first) || (first == 1 && arguments[0].labels != NULL))
        return refuse(node, field, error);
    for (uint32_t i = first; status == STOA_OK && i < node->count; i++)
        status = as_label(code, node, node->arguments[i], field, &arguments[i], error);
    if (status != STOA_OK)
        return status;
    if (stoa__operations[operation].kind == STOA__AGGREGATE)
        status = stoa__bind_aggregate(code, node, arguments, mask, made, error);
    else
        status = stoa__bind_operation(code, node, arguments, made, error);
    if (status == STOA_OK && gives_labels(operation)) {
        made->type = (stoa_type)field->type;
        made->labels = field;
    }
    return status;
}
