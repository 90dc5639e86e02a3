/* parameters.c: the parameters of a program: which there are, and their values.
 *
 * A value of another kind than the last one, or another size of integer, unbinds the program. So a
 * program that is bound was bound for the values that its parameters have now. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "expr/execution/program.h"

/* ---- which there are ---- */

typedef struct search {
    stoa_program *program;
    stoa_expression **seen;
    size_t count, room, parameter_room;
} search;

static bool add_parameter(search *s, const char *name)
{
    stoa_program *program = s->program;
    if (stoa__names_find(&program->parameter_names, name) != STOA__NO_NAME)
        return true;
    if (!stoa__make_room(&program->parameters, &s->parameter_room,
                         program->parameter_count + (size_t)1, sizeof *program->parameters, NULL) ||
        !stoa__names_add(&program->parameter_names, name, program->parameter_count))
        return false;
    program->parameters[program->parameter_count++] = (stoa__parameter_slot){.name = name};
    return true;
}

static bool see(search *s, stoa_expression *node)
{
    if (node->mark != 0)
        return true;
    if (!stoa__make_room(&s->seen, &s->room, s->count + 1, sizeof(stoa_expression *), NULL))
        return false;
    node->mark = 1;
    s->seen[s->count++] = node;
    return node->kind != STOA__PARAMETER_NODE || add_parameter(s, node->name);
}

/* Looks at every node of both expressions. */
stoa_status stoa__find_parameters(stoa_program *program, stoa_error *error)
{
    search s = {.program = program};
    bool fits = see(&s, program->expression) && (program->where == NULL || see(&s, program->where));
    for (size_t i = 0; fits && i < s.count; i++)
        for (uint32_t k = 0; fits && k < s.seen[i]->count; k++)
            fits = see(&s, s.seen[i]->arguments[k]);
    for (size_t i = 0; i < s.count; i++)
        s.seen[i]->mark = 0;
    stoa__release(s.seen);
    return fits ? STOA_OK : stoa__fail_memory(error, sizeof(stoa__parameter_slot));
}

void stoa__dispose_parameters(stoa_program *program)
{
    stoa__names_dispose(&program->parameter_names);
    for (uint32_t i = 0; i < program->parameter_count; i++)
        stoa__release((char *)(uintptr_t)program->parameters[i].string.bytes);
    stoa__release(program->parameters);
}

/* ---- their values ---- */

/* Copies the bytes; on failure what was there stays. */
static stoa_status keep_string(stoa__parameter_slot *slot, stoa_string string, stoa_error *error)
{
    char *bytes = stoa__allocate(string.length + 1);
    if (bytes == NULL)
        return stoa__fail_memory(error, string.length + 1);
    if (string.length > 0)
        memcpy(bytes, string.bytes, string.length);
    stoa__release((char *)(uintptr_t)slot->string.bytes);
    slot->string = (stoa_string){bytes, string.length};
    return STOA_OK;
}

static void parameter_of(stoa_value value, stoa_type *type, uint64_t *bits)
{
    *type = value.type;
    *bits = 0;
    switch (value.type) {
    case STOA_BOOL:
        *bits = value.boolean;
        break;
    case STOA_INT64:
        if (value.int64 >= INT32_MIN && value.int64 <= INT32_MAX)
            *type = STOA_INT32;
        *bits = *type == STOA_INT32 ? (uint32_t)(int32_t)value.int64 : (uint64_t)value.int64;
        break;
    case STOA_UINT64:
        *bits = value.uint64;
        if (value.uint64 <= INT64_MAX)
            *type = value.uint64 <= INT32_MAX ? STOA_INT32 : STOA_INT64;
        break;
    case STOA_FLOAT64:
        memcpy(bits, &value.float64, sizeof *bits);
        break;
    case STOA_DATE:
    case STOA_TIMESTAMP:
    case STOA_DURATION:
        *bits = value.type == STOA_DATE ? (uint32_t)value.int64 : (uint64_t)value.int64;
        break;
    default:
        break;
    }
}

stoa_status stoa_program_set_parameter(stoa_program *program, const char *parameter,
                                       stoa_value value, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, parameter);
    char what[80];
    stoa_type type;
    uint64_t bits;
    snprintf(what, sizeof what, "$%.64s", parameter);
    stoa_status status = stoa__check_operand(&value, what, error);
    if (status != STOA_OK)
        return status;
    if (stoa__is_null(&value))
        value = stoa_null_value();
    parameter_of(value, &type, &bits);
    uint32_t index = stoa__names_find(&program->parameter_names, parameter);
    if (index == STOA__NO_NAME)
        return stoa__fail(error, STOA_NO_PARAMETER, "the expression has no parameter $%s",
                          parameter);
    stoa__parameter_slot *found = &program->parameters[index];
    if (value.type == STOA_STRING)
        status = keep_string(found, value.string, error);
    if (status != STOA_OK)
        return status;
    if (found->type != type || found->unit != value.unit || found->is_zoned != value.is_zoned ||
        found->is_null != value.is_null)
        stoa__program_unbind(program);
    found->type = type;
    found->unit = value.unit;
    found->is_zoned = value.is_zoned;
    found->is_null = value.is_null;
    found->bits = bits;
    return STOA_OK;
}

stoa_status stoa__program_take_parameters(stoa_program *program, const stoa_program *from,
                                          stoa_error *error)
{
    stoa_status status = STOA_OK;
    for (uint32_t i = 0; status == STOA_OK && i < from->parameter_count; i++) {
        const stoa__parameter_slot *given = &from->parameters[i];
        uint32_t index = stoa__names_find(&program->parameter_names, given->name);
        if (index == STOA__NO_NAME)
            continue;
        stoa__parameter_slot *own = &program->parameters[index];
        const char *name = own->name;
        if (given->type == STOA_STRING)
            status = keep_string(own, given->string, error);
        stoa_string kept = own->string;
        *own = *given;
        own->name = name;
        own->string = kept;
    }
    return status;
}
