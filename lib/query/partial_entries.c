/* partial_entries.c: what the outputs of a program are in a partial, and which entries a run can
 * make. */
#include <string.h>

#include "base/memory.h"
#include "query/partial.h"
#include "query/scope.h"
#include "store/labels.h"
#include "store/times.h"

/* ---- outputs to entries ---- */

static unsigned operand_of(const stoa__term *term)
{
    return term->form == STOA_INT32     ? STOA_INT64
           : term->form == STOA_NO_TYPE ? STOA_BOOL
                                        : term->form;
}

/* As it was written, whole, since partials are told apart by it: of a field its name. */
static char *name_of(const stoa_expression *node)
{
    if (node->kind == STOA__FIELD_NODE)
        return stoa__copy_text(node->name, strlen(node->name));
    size_t length = stoa_expression_print(node, NULL, 0);
    char *made = stoa__allocate(length + 1);
    if (made != NULL)
        stoa_expression_print(node, made, length + 1);
    return made;
}

static bool copy_labels(stoa__entry *entry, const stoa__schema_field *field)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < field->label_count; i++)
        bytes += strlen(field->labels[i]) + 1;
    entry->labels = stoa__allocate(field->label_count * sizeof *entry->labels + bytes);
    if (entry->labels == NULL)
        return false;
    char *at = (char *)(entry->labels + field->label_count);
    for (uint32_t i = 0; i < field->label_count; i++) {
        size_t length = strlen(field->labels[i]) + 1;
        entry->labels[i] = memcpy(at, field->labels[i], length);
        at += length;
    }
    entry->label_count = field->label_count;
    return true;
}

static bool describe(stoa__entry *entry, const stoa__code_block *code, uint32_t result,
                     const stoa_expression *node)
{
    const stoa__measure *measure = &code->measures[result];
    const stoa__typed *typed = &code->results[result].typed;
    *entry = (stoa__entry){.operation = measure->operation,
                           .type = (uint8_t)typed->type,
                           .unit = typed->unit,
                           .zone = typed->zone,
                           .may_be_null = measure->may_be_null,
                           .ddof = measure->ddof};
    if (measure->operation != STOA_NO_OPERATION) {
        entry->form = measure->form == STOA_INT32 ? STOA_INT64 : measure->form;
        entry->operand = (uint8_t)operand_of(&code->terms[code->results[result].id]);
        if (measure->operation == STOA_COUNT)
            entry->operand = STOA_BOOL;
    }
    entry->name = name_of(node);
    return entry->name != NULL && (typed->labels == NULL || copy_labels(entry, typed->labels));
}

/* Whether the first outputs, as many as are to be keys, are, and the others are not. */
static stoa_status check_keys(const stoa_partial *made, size_t keys, stoa_error *error)
{
    size_t output = 0;
    for (uint32_t i = 0; i < made->entry_count; i++) {
        const stoa__entry *entry = &made->entries[i];
        bool is_key = entry->operation == STOA_NO_OPERATION, is_meant_as_key = output < keys;
        output += i + 1 < made->entry_count && made->entries[i + 1].component == 0;
        if (is_key && !is_meant_as_key)
            return stoa__fail(error, STOA_INVALID,
                              "%s is no aggregate; to group by it, make it a key", entry->name);
        if (!is_key && is_meant_as_key)
            return stoa__fail(error, STOA_INVALID, "%s is an aggregate, and no key to group by",
                              entry->name);
    }
    return STOA_OK;
}

stoa_status stoa__partial_describe(stoa_partial *made, const stoa_program *program, size_t keys,
                                   stoa_error *error)
{
    const stoa_expression *root = program->expression;
    for (uint32_t i = 0; i < program->output_count; i++) {
        const stoa__output *output = &program->code.outputs[i];
        const stoa_expression *node = root->kind == STOA__LIST_NODE ? root->arguments[i] : root;
        for (uint32_t k = 0; k < (output->length > 0 ? output->length : 1); k++) {
            stoa__entry *entry = &made->entries[output->first + k];
            if (!describe(entry, &program->code, output->first + k, node))
                return stoa__fail_memory(error, STOA_MAX_NAME);
            entry->length = k == 0 ? (uint16_t)output->length : 0;
            entry->component = (uint16_t)k;
        }
    }
    stoa_status status = stoa__partial_begin_state(made, error);
    if (status == STOA_OK)
        status = check_keys(made, keys, error);
    if (status != STOA_OK)
        return status;
    if (made->key_count > STOA_MAX_KEYS)
        return stoa__fail(error, STOA_INVALID, "%u keys are more than %d", made->key_count,
                          STOA_MAX_KEYS);
    return made->state.measures > 0
               ? STOA_OK
               : stoa__fail(error, STOA_INVALID, "there is no aggregate among the outputs");
}

/* ---- entries that were read ---- */

static bool is_value_type(unsigned type)
{
    return type == STOA_BOOL || type == STOA_INT64 || type == STOA_UINT64 || type == STOA_FLOAT64 ||
           type == STOA_DATE || type == STOA_TIMESTAMP || type == STOA_DURATION;
}

/* Whether a run can make such a measure: by its operation, what its values are, and what it gives.
 */
static bool is_measure(const stoa__entry *entry)
{
    unsigned operand = entry->operand, form = entry->form, type = entry->type;
    bool is_float = operand == STOA_FLOAT64;
    bool is_number = operand == STOA_INT64 || operand == STOA_UINT64 || is_float;
    bool is_sum_type = type == form || (type == STOA_DURATION && form == STOA_INT64);
    bool is_chosen = operand == STOA_STRING ? type == STOA_STRING
                                            : is_value_type(type) || entry->label_count > 0;
    switch ((stoa_operation)entry->operation) {
    case STOA_SUM:
    case STOA_DOT:
        return (is_number || (operand == STOA_BOOL && entry->operation == STOA_SUM)) &&
               is_sum_type && (form == STOA_FLOAT64) == is_float &&
               (form == STOA_INT64 || form == STOA_UINT64 || form == STOA_FLOAT64);
    case STOA_MEAN:
        return (is_number || operand == STOA_BOOL) &&
               (type == STOA_FLOAT64 || type == STOA_DURATION);
    case STOA_VAR:
    case STOA_STD:
        return is_float && type == STOA_FLOAT64;
    case STOA_COUNT:
        return operand == STOA_BOOL && type == STOA_INT64;
    case STOA_ANY:
    case STOA_ALL:
        return operand == STOA_BOOL && type == STOA_BOOL;
    case STOA_ARGMIN:
    case STOA_ARGMAX:
        return is_number && type == STOA_INT64;
    case STOA_MIN:
    case STOA_MAX:
        return (is_number || operand == STOA_STRING) && is_chosen;
    case STOA_FIRST:
    case STOA_LAST:
        return (is_number || operand == STOA_STRING || operand == STOA_BOOL) && is_chosen;
    default:
        return false;
    }
}

bool stoa__is_entry(const stoa__entry *entry)
{
    bool has_labels = entry->type == STOA_UINT8 || entry->type == STOA_UINT16;
    bool is_key = entry->operation == STOA_NO_OPERATION;
    bool has_unit = entry->type == STOA_TIMESTAMP || entry->type == STOA_DURATION;
    if (has_unit ? !stoa__unit_exists(entry->unit) : entry->unit != STOA_NO_UNIT)
        return false;
    if (entry->zone != NULL && entry->type != STOA_TIMESTAMP)
        return false;
    if ((entry->label_count > 0 && !has_labels) || entry->label_count > 65536 ||
        entry->length == 1 || entry->length > STOA_MAX_LENGTH)
        return false;
    return is_key ? entry->type != STOA_NO_TYPE && entry->type != STOA_OBJECT : is_measure(entry);
}
