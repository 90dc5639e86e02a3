/* enumerations.c: operations on fields that have labels.
 *
 * A label beside an enumeration becomes its number, and the operation is then one of integers. So
 * does what is chosen among labels alone, once it is known whose they are: the terms that choose
 * are made anew, of numbers. Only operations that have a meaning for labels are let through:
 * comparisons for equality, `in`, and what gives one of its operands. Numbers without a label,
 * which raw writes may have left, compare as what they are. */
#include <assert.h>

#include "base/memory.h"
#include "expr/binder/null.h"
#include "expr/binder/operate.h"
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

/* ---- strings as labels ---- */

static stoa_status no_label(const stoa_expression *node, const stoa__schema_field *field,
                            stoa_error *error)
{
    char labels[MOST_LISTED];
    stoa__labels_list(field, labels, sizeof labels);
    return stoa__expression_fail(error, STOA_INVALID, node, "'%s' has no such label; it has: %s",
                                 field->name, labels);
}

static bool is_choice(const stoa__term *term)
{
    return term->kind == STOA__STEP_TERM && term->code == STOA__WHERE_INT32;
}

static bool is_fill(const stoa__term *term)
{
    return term->kind == STOA__STEP_TERM && term->code == STOA__FILL_INT32;
}

/* Marks the strings that the last marked one is chosen among, down to the constants. False: one of
 * them is no choice, and neither a constant nor a null. */
static bool mark_choices(const stoa__code_block *code, stoa__id last, stoa__id *marks)
{
    for (stoa__id id = last; id >= STOA__FIRST_TERM; id--) {
        const stoa__term *term = &code->terms[id];
        if (marks[id] == 0 || term->kind == STOA__CONSTANT_TERM || stoa__is_literal_null(code, id))
            continue;
        if (!is_choice(term) && !is_fill(term))
            return false;
        marks[term->a] = term->a;
        if (is_choice(term))
            marks[term->b] = term->b;
    }
    return true;
}

/* The number of a constant; NOTHING: it is no label. */
static stoa__id number_of_constant(stoa__code_block *code, const stoa__schema_field *field,
                                   stoa__id id)
{
    stoa_string label = stoa_string_pool_get(code->strings, (stoa_handle)code->terms[id].bits[0]);
    uint32_t number = stoa__labels_find(field, label.bytes, label.length);
    return number == STOA__NO_LABEL ? STOA__NOTHING_ID : stoa__emit_integer(code, number);
}

/* The same value as a number; NOTHING: it is no label. numbers: of what it is made of. */
static stoa__id number_of(stoa__code_block *code, const stoa__schema_field *field, stoa__id id,
                          const stoa__id *numbers)
{
    const stoa__term term = code->terms[id];
    if (stoa__is_literal_null(code, id))
        return stoa__emit_null(code, STOA_INT32, 0);
    if (is_choice(&term))
        return stoa__emit_where(code, term.c, numbers[term.a], numbers[term.b]);
    if (is_fill(&term))
        return stoa__emit_row(code, numbers[term.a]);
    return number_of_constant(code, field, id);
}

/* Each marked string as a number. False: one is no label. */
static bool take_numbers(stoa__code_block *code, const stoa__schema_field *field, stoa__id last,
                         stoa__id *marks)
{
    for (stoa__id id = STOA__FIRST_TERM; id <= last && !code->refused; id++) {
        bool is_marked = marks[id] != 0;
        marks[id] = is_marked ? number_of(code, field, id, marks) : STOA__NOTHING_ID;
        if (is_marked && marks[id] == STOA__NOTHING_ID && !code->refused)
            return false;
    }
    return true;
}

/* A string that is chosen among constants, as a number; NOTHING: one is no label. False: it is no
 * such string. */
static bool find_number(stoa__code_block *code, const stoa__schema_field *field, stoa__id id,
                        stoa__id *number)
{
    if (stoa__is_constant(code, id)) {
        *number = number_of_constant(code, field, id);
        return true;
    }
    stoa__id *marks = stoa__allocate_zeroed((id + (size_t)1) * sizeof id);
    code->refused = code->refused || marks == NULL;
    if (marks == NULL)
        return false;
    marks[id] = id;
    bool is_choice = mark_choices(code, id, marks);
    *number = is_choice && take_numbers(code, field, id, marks) ? marks[id] : STOA__NOTHING_ID;
    stoa__release(marks);
    return is_choice;
}

stoa_status stoa__label_string(stoa__code_block *code, const stoa_expression *node,
                               const stoa__schema_field *field, stoa__typed *typed,
                               stoa_error *error)
{
    stoa__id number = STOA__NOTHING_ID;
    if (!find_number(code, field, typed->id, &number) || code->refused)
        return STOA_OK;
    if (number == STOA__NOTHING_ID)
        return no_label(node, field, error);
    *typed = (stoa__typed){.id = number, .type = (stoa_type)field->type, .labels = field};
    return STOA_OK;
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
    stoa_status status = STOA_OK;
    if (typed->type == STOA_STRING)
        status = stoa__label_string(code, argument, field, typed, error);
    if (status == STOA_OK && typed->labels == NULL && !code->refused)
        return refuse(node, field, error);
    return status;
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
    if (status != STOA_OK || code->refused)
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
