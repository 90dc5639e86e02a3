/* cells.c: values in the form of cells, checked: what assignments store. */
#include "expr/binder/strings.h"
#include "expr/binder/times.h"

static stoa__id narrow_cells(stoa__code_block *code, stoa__id id, stoa_type target)
{
    static const uint16_t stores[] = {
        [STOA_INT8] = STOA__STORE_INT8,     [STOA_INT16] = STOA__STORE_INT16,
        [STOA_UINT8] = STOA__STORE_UINT8,   [STOA_UINT16] = STOA__STORE_UINT16,
        [STOA_UINT32] = STOA__STORE_UINT32,
    };
    id = stoa__emit_as(code, id, target == STOA_UINT32 ? STOA_INT64 : STOA_INT32);
    bool fits = stoa__range_within(range_of(code, id), stoa__range_of(target));
    return stoa__emit(code, stores[target], id, 0, !fits, stoa__range_of(target));
}

/* Conditions, 0 and 1. */
static stoa__id bool_cells(stoa__code_block *code, stoa__id id)
{
    if (form_of(code, id) == STOA_UINT64)
        id = stoa__emit_as(code, id, STOA_INT64);
    if (form_of(code, id) != STOA_BOOL) {
        id = stoa__emit_within(code, id, STOA__TRUTH_RANGE);
        id = stoa__emit_compare(code, STOA_NOT_EQUAL, id, stoa__emit_integer(code, 0));
    }
    return stoa__emit(code, STOA__STORE_BOOL, stoa__emit_row(code, id), 0, false,
                      STOA__TRUTH_RANGE);
}

static stoa__id cells(stoa__code_block *code, stoa__id id, stoa_type target)
{
    switch (target) {
    case STOA_BOOL:
        return bool_cells(code, id);
    case STOA_INT32:
    case STOA_INT64:
    case STOA_UINT64:
    case STOA_FLOAT64:
        return stoa__emit_as(code, id, target);
    case STOA_FLOAT32:
        id = stoa__emit_for_float32(code, id);
        return stoa__emit(code, STOA__STORE_FLOAT32, id, 0, true, STOA__NO_RANGE);
    default:
        return narrow_cells(code, id, target);
    }
}

stoa_status stoa__bind_store(stoa__code_block *code, stoa__typed typed, uint8_t cells_of,
                             const char *name, stoa__id *made, stoa_error *error)
{
    stoa_type target = stoa__target_type(cells_of);
    if (stoa__is_time(typed.type) || stoa__is_time(target))
        return stoa__bind_time_store(code, typed, stoa__target_time(cells_of), name, made, error);
    bool from_float = form_of(code, typed.id) == STOA_FLOAT64;
    bool to_float = target == STOA_FLOAT32 || target == STOA_FLOAT64;
    if (typed.type == STOA_STRING && target == STOA_STRING) {
        unsigned pool = name != NULL ? STOA__TABLE_POOL : STOA__PROGRAM_POOL;
        *made = stoa__emit_row(code, stoa__string_value(code, typed.id, pool));
        return STOA_OK;
    }
    bool has_cells = target != STOA_NO_TYPE && target != STOA_OBJECT && target != STOA_STRING &&
                     target != STOA_REFERENCE;
    bool has_value = typed.type != STOA_OBJECT && typed.type != STOA_STRING;
    if (!has_cells || !has_value || (from_float && !to_float))
        return stoa__expression_fail(
            error, STOA_WRONG_TYPE, code->origin,
            "a value of type %s does not go into %s%s%s of type %s", stoa_type_name(typed.type),
            name == NULL ? "an array" : "field '", name == NULL ? "" : name,
            name == NULL ? "" : "'", stoa_type_name(target));
    *made = cells(code, stoa__emit_row(code, typed.id), target);
    return STOA_OK;
}
