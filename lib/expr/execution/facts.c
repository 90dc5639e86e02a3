/* facts.c: what a program tells of itself: its outputs, and what it reads.
 *
 * All but the number of outputs is known while the program is bound. */
#include "expr/binder/times.h"
#include "expr/execution/program.h"
#include "store/labels.h"

size_t stoa_program_output_count(const stoa_program *program)
{
    return program == NULL ? 0 : program->output_count;
}

/* NULL: there is no such output, or the program is not bound. */
static const stoa__output *output_of(const stoa_program *program, size_t output)
{
    if (program == NULL || program->wanted == 0 || output >= program->output_count)
        return NULL;
    return &program->code.outputs[output];
}

/* Likewise; of a vector, that of its first component. */
static const stoa__typed *output_typed(const stoa_program *program, size_t output)
{
    const stoa__output *found = output_of(program, output);
    return found == NULL ? NULL : &program->code.results[found->first].typed;
}

stoa_type stoa_program_output_type(const stoa_program *program, size_t output)
{
    const stoa__typed *typed = output_typed(program, output);
    return typed == NULL ? STOA_NO_TYPE : typed->type;
}

const char *const *stoa_program_output_labels(const stoa_program *program, size_t output,
                                              size_t *count)
{
    const stoa__typed *typed = output_typed(program, output);
    const stoa__schema_field *field = typed == NULL ? NULL : typed->labels;
    if (count != NULL)
        *count = field == NULL ? 0 : field->label_count;
    return field == NULL ? NULL : field->labels;
}

stoa_unit stoa_program_output_unit(const stoa_program *program, size_t output)
{
    const stoa__typed *typed = output_typed(program, output);
    bool has_unit = typed != NULL && stoa__is_time(typed->type);
    return has_unit ? (stoa_unit)typed->unit : STOA_NO_UNIT;
}

const char *stoa_program_output_zone(const stoa_program *program, size_t output)
{
    const stoa__typed *typed = output_typed(program, output);
    bool has_zone = typed != NULL && typed->type == STOA_TIMESTAMP && typed->zone != NULL;
    return has_zone ? typed->zone->name : NULL;
}

size_t stoa_program_output_length(const stoa_program *program, size_t output)
{
    const stoa__output *found = output_of(program, output);
    return found == NULL ? 0 : found->length;
}

bool stoa_program_output_is_nullable(const stoa_program *program, size_t output)
{
    const stoa__output *found = output_of(program, output);
    if (found == NULL)
        return false;
    uint32_t end = found->first + (found->length > 0 ? found->length : 1);
    bool may = false;
    for (uint32_t i = found->first; i < end; i++)
        may = may || program->code.terms[program->code.results[i].id].nullable_rows;
    return may;
}

bool stoa_program_output_is_aggregate(const stoa_program *program, size_t output)
{
    const stoa__typed *typed = output_typed(program, output);
    return typed != NULL && program->code.terms[typed->id].uniform;
}

bool stoa_program_is_by_row(const stoa_program *program)
{
    return program != NULL && program->wanted != 0 && program->code.aggregate_count == 0 &&
           program->code.cumulative_count == 0;
}

size_t stoa_program_fields(const stoa_program *program, uint32_t *fields, size_t room)
{
    size_t count = 0;
    if (program == NULL || program->wanted == 0 || (fields == NULL && room > 0))
        return 0;
    for (stoa__id id = STOA__FIRST_TERM; id < program->code.count; id++) {
        const stoa__term *term = &program->code.terms[id];
        if (term->kind != STOA__COLUMN_TERM)
            continue;
        if (count < room)
            fields[count] = term->index;
        count++;
    }
    return count;
}

size_t stoa__program_targets(const stoa_program *program, const stoa_table **tables,
                             uint32_t *fields, size_t room)
{
    if (program == NULL || program->wanted == 0 || ((tables == NULL || fields == NULL) && room > 0))
        return 0;
    const stoa__code_block *code = &program->code;
    size_t count = code->collected_count + code->way_count;
    for (size_t i = 0; i < count && i < room; i++) {
        bool is_column = i < code->collected_count;
        size_t table =
            is_column ? code->collected[i].table : code->ways[i - code->collected_count].to;
        tables[i] = code->tables[table].table;
        fields[i] = is_column ? code->collected[i].field : UINT32_MAX;
    }
    return count;
}
