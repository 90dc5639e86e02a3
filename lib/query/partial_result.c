/* partial_result.c: what a partial comes to: a table with a row for each group.
 *
 * Each field is made as an array of values first, so that nothing but the table itself is left to
 * be made once all values are known to fit. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "expr/binder/range.h"
#include "kernel/floats.h"
#include "query/partial.h"
#include "store/table.h"

/* ---- values ---- */

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static bool may_be_nothing(const stoa__entry *entry)
{
    switch ((stoa_operation)entry->operation) {
    case STOA_NO_OPERATION:
        return entry->may_be_null;
    case STOA_SUM:
    case STOA_DOT:
    case STOA_COUNT:
    case STOA_ANY:
    case STOA_ALL:
        return false;
    default:
        return true;
    }
}

static bool is_null(const stoa__entry *entry, const stoa__partial *cell)
{
    switch ((stoa_operation)entry->operation) {
    case STOA_MEAN:
        return cell->count == 0;
    case STOA_VAR:
    case STOA_STD:
        return cell->count <= entry->ddof;
    default:
        return may_be_nothing(entry) && !cell->has_value;
    }
}

static double variance_of(const stoa__entry *entry, const stoa__partial *cell,
                          const stoa__exact *sums)
{
    return stoa__exact_variance(&sums[0], &sums[1], cell->count, entry->ddof);
}

/* The mean of durations is a duration. It fits, unless bytes that were read have a sum that no
 * durations have. */
static stoa_status mean_of(const stoa__entry *entry, const stoa__partial *cell,
                           const stoa__exact *sums, uint64_t *value, stoa_error *error)
{
    double mean = entry->operand == STOA_FLOAT64 ? stoa__exact_mean(&sums[0], cell->count)
                                                 : stoa__mean_of(cell->sum, cell->count);
    *value = bits_of(mean);
    if (entry->type != STOA_DURATION)
        return STOA_OK;
    if (!(mean >= -0x1p63 && mean < 0x1p63))
        return stoa__fail(error, STOA_OVERFLOW, "%s: the result does not fit a duration",
                          entry->name);
    *value = (uint64_t)(int64_t)__builtin_rint(mean);
    return STOA_OK;
}

static stoa_status sum_of(const stoa__entry *entry, const stoa__partial *cell,
                          const stoa__exact *sums, uint64_t *value, stoa_error *error)
{
    if (entry->operand == STOA_FLOAT64) {
        *value = bits_of(stoa__exact_value(&sums[0]));
        return STOA_OK;
    }
    stoa_type form = (stoa_type)entry->form;
    *value = (uint64_t)cell->sum;
    if (cell->row == 0 && stoa__range_has(stoa__range_of(form), cell->sum))
        return STOA_OK;
    return stoa__fail(error, STOA_OVERFLOW, "%s: the result does not fit %s", entry->name,
                      stoa_type_name(form));
}

/* Of a value that is there. */
static stoa_status value_of(const stoa__entry *entry, const stoa__partial *cell,
                            const stoa__exact *sums, uint64_t *value, stoa_error *error)
{
    switch ((stoa_operation)entry->operation) {
    case STOA_SUM:
    case STOA_DOT:
        return sum_of(entry, cell, sums, value, error);
    case STOA_MEAN:
        return mean_of(entry, cell, sums, value, error);
    case STOA_COUNT:
        *value = cell->count;
        break;
    case STOA_VAR:
        *value = bits_of(variance_of(entry, cell, sums));
        break;
    case STOA_STD:
        *value = bits_of(__builtin_sqrt(variance_of(entry, cell, sums)));
        break;
    case STOA_ANY:
        *value = cell->sum > 0;
        break;
    case STOA_ALL:
        *value = cell->sum == (stoa__int128)cell->count;
        break;
    case STOA_ARGMIN:
    case STOA_ARGMAX:
        *value = cell->row;
        break;
    default:
        *value = entry->type == STOA_BOOL ? cell->int64 != 0 : cell->uint64;
    }
    return STOA_OK;
}

/* ---- columns ---- */

/* The values of all fields, and which are there, before the table is made. */
typedef struct columns {
    const stoa_partial *partial;
    size_t groups;
    stoa_source *sources; /* by entry */
    stoa_field *fields;   /* by output */
    size_t field_count;
    struct names {
        char of_output[STOA_MAX_NAME + 1], of_component[STOA_MAX_NAME + 8];
    } * names;        /* by entry */
    uint64_t *values; /* by entry, then by group */
    uint8_t *validity;
} columns;

/* The type of the array that a field is made of: integers as 64 bits. */
static stoa_type array_type(const stoa__entry *entry)
{
    switch ((stoa_type)entry->type) {
    case STOA_BOOL:
    case STOA_FLOAT32:
    case STOA_FLOAT64:
    case STOA_STRING:
    case STOA_DATE:
    case STOA_TIMESTAMP:
    case STOA_DURATION:
    case STOA_UINT64:
        return (stoa_type)entry->type;
    default:
        return STOA_INT64;
    }
}

/* Little-endian: the low bytes of 64 bits are the cell, 8 bytes from the next. */
static stoa_source source_of(const stoa_partial *partial, const stoa__entry *entry,
                             const uint64_t *values, const uint8_t *validity)
{
    return (stoa_source){.type = array_type(entry),
                         .unit = entry->unit,
                         .is_zoned = entry->zone != NULL,
                         .data = values,
                         .stride = sizeof *values,
                         .validity = validity,
                         .strings = entry->type == STOA_STRING ? partial->strings : NULL};
}

static bool key_is_null(const stoa__groups *groups, const stoa__entry *entry, size_t group)
{
    const uint64_t *key = stoa__groups_key(groups, group);
    return (key[groups->words - 1] >> entry->index & 1) != 0;
}

static stoa_status fill(const columns *made, uint32_t index, stoa_error *error)
{
    const stoa_partial *partial = made->partial;
    const stoa__state *state = &partial->state;
    const stoa__entry *entry = &partial->entries[index];
    bool is_key = entry->operation == STOA_NO_OPERATION;
    uint64_t *values = made->values + index * made->groups;
    uint8_t *validity = made->validity + index * ((made->groups + 7) / 8);
    stoa_status status = STOA_OK;
    for (size_t i = 0; status == STOA_OK && i < made->groups; i++) {
        const stoa__partial *cell = stoa__state_cells(state, i) + entry->index;
        if (is_key ? key_is_null(&state->groups, entry, i) : is_null(entry, cell))
            continue;
        validity[i / 8] |= (uint8_t)(1u << i % 8);
        if (is_key)
            values[i] = stoa__groups_key(&state->groups, i)[entry->index];
        else
            status = value_of(entry, cell, stoa__state_exacts(state, i) + entry->exact, &values[i],
                              error);
    }
    made->sources[index] =
        source_of(partial, entry, values, may_be_nothing(entry) ? validity : NULL);
    return status;
}

static stoa_field field_of(const stoa__entry *entry, const char *name)
{
    return (stoa_field){.name = name,
                        .type = (stoa_type)entry->type,
                        .unit = entry->unit,
                        .zone = entry->zone == NULL ? NULL : entry->zone->name,
                        .labels = (const char *const *)entry->labels,
                        .label_count = entry->label_count,
                        .flags = may_be_nothing(entry) ? STOA_NULLABLE : 0};
}

/* What an output is called that nobody has named: cut where a field's name, or that of a component,
 * could not be as long. No character is cut. */
static const char *cut_name(char *cut, const stoa__entry *entry)
{
    size_t length = strlen(entry->name);
    size_t most = STOA_MAX_NAME - (entry->length > 0 ? sizeof "[65535]" - 1 : 0);
    for (length = length < most ? length : most; (entry->name[length] & 0xC0) == 0x80;)
        length--;
    memcpy(cut, entry->name, length);
    cut[length] = 0;
    return cut;
}

/* A field for each output, and the name of the one that each entry goes into. Vectors cannot be
 * null: one that might be becomes a field for each component. */
static void describe(columns *made, const char *const *names)
{
    const stoa_partial *partial = made->partial;
    const char *name = NULL;
    size_t output = 0;
    bool is_vector = false;
    for (uint32_t i = 0; i < partial->entry_count; i++) {
        const stoa__entry *entry = &partial->entries[i];
        stoa_field *field = &made->fields[made->field_count];
        if (entry->component == 0) {
            bool is_named = names != NULL && names[output] != NULL;
            name = is_named ? names[output] : cut_name(made->names[i].of_output, entry);
            output++;
            is_vector = entry->length > 0;
        }
        made->sources[i].name = name;
        if (is_vector) {
            char *component = made->names[i].of_component;
            snprintf(component, sizeof made->names[i].of_component, "%.*s[%u]", STOA_MAX_NAME, name,
                     (unsigned)entry->component);
            made->sources[i].name = component;
        }
        if (entry->component > 0 && !may_be_nothing(entry))
            continue;
        *field = field_of(entry, may_be_nothing(entry) ? made->sources[i].name : name);
        field->length = may_be_nothing(entry) ? 0 : entry->length;
        made->field_count++;
    }
}

static stoa_status make_table(stoa_table **result, const columns *made, stoa_error *error)
{
    stoa_table *table;
    stoa_status status = stoa_table_new(&table, made->fields, made->field_count, NULL, error);
    if (status != STOA_OK)
        return status;
    status =
        stoa_table_extend(table, made->sources, made->partial->entry_count, made->groups, error);
    if (status == STOA_OK)
        *result = table;
    else
        stoa_table_free(table);
    return status;
}

static size_t count_outputs(const stoa_partial *partial)
{
    size_t count = 0;
    for (uint32_t i = 0; i < partial->entry_count; i++)
        count += partial->entries[i].component == 0;
    return count;
}

stoa_status stoa_partial_result(stoa_table **result, const stoa_partial *partial,
                                const char *const *names, size_t count, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, result);
    STOA__REQUIRE_ARGUMENT(error, partial);
    if (names != NULL && count != count_outputs(partial))
        return stoa__fail(error, STOA_INVALID, "%zu names are given for %zu outputs", count,
                          count_outputs(partial));
    size_t entries = partial->entry_count, groups = partial->state.groups.count;
    size_t bytes = entries * (groups * sizeof(uint64_t) + sizeof(stoa_source) + sizeof(stoa_field) +
                              sizeof(struct names) + (groups + 7) / 8);
    columns made = {.partial = partial, .groups = groups};
    made.values = stoa__allocate_zeroed(bytes + 1);
    if (made.values == NULL)
        return stoa__fail_memory(error, bytes + 1);
    made.sources = (stoa_source *)(made.values + entries * groups);
    made.fields = (stoa_field *)(made.sources + entries);
    made.names = (struct names *)(made.fields + entries);
    made.validity = (uint8_t *)(made.names + entries);
    stoa_status status = STOA_OK;
    stoa__floats floats = stoa__floats_begin();
    for (uint32_t i = 0; status == STOA_OK && i < entries; i++)
        status = fill(&made, i, error);
    stoa__floats_end(floats);
    describe(&made, names);
    if (status == STOA_OK)
        status = make_table(result, &made, error);
    stoa__release(made.values);
    return status;
}
