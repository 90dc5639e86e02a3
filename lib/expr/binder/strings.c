/* strings.c: what operations on strings are.
 *
 * A string is a handle of a pool: that of the table that its column is of, or the
 * program's (code->strings), where literals, parameters and results are. A function of the strings
 * of one register (its base) and of values that are the same for all rows is not computed for each
 * row: it is a symbol, a CALL that no pass runs. A MAP computes a symbol once for each string of
 * the base's pool, before the rows, and a LOOKUP kernel gathers from that table by handle. So
 * lower(trim(name)) == 'ua' is one table of bits. What depends on several registers is a ROWS step.
 *
 * A comparison with one string is one of handles: the string is looked for in the table's pool at
 * each run (FIND). */
#include "expr/binder/strings.h"

#include <stdio.h>

#include "expr/binder/null.h"
#include "expr/strings/text.h"

static const stoa__term *term_of(const stoa__code_block *code, stoa__id id)
{
    return &code->terms[id];
}

/* ---- strings that are given ---- */

bool stoa__begin_strings(stoa__code_block *code)
{
    if (code->strings == NULL && !code->refused)
        code->refused = stoa_string_pool_new(&code->strings, NULL, NULL) != STOA_OK;
    return !code->refused;
}

stoa__id stoa__emit_string(stoa__code_block *code, stoa_string string)
{
    stoa_handle handle;
    if (!stoa__begin_strings(code))
        return STOA__NOTHING_ID;
    if (stoa_string_pool_intern(code->strings, &string, 1, &handle, NULL) != STOA_OK) {
        code->refused = true;
        return STOA__NOTHING_ID;
    }
    return stoa__emit_constant(code, STOA_STRING, handle);
}

/* ---- terms ---- */

/* The table of a symbol, or of the strings of a register as they are. */
static stoa__id emit_map(stoa__code_block *code, stoa__id symbol, stoa__id base, unsigned form,
                         unsigned pool)
{
    return stoa__emit_term(code,
                           (stoa__term){.code = STOA__STRING_MAP,
                                        .form = (uint8_t)form,
                                        .a = symbol,
                                        .b = base,
                                        .pool = (uint16_t)pool,
                                        .bits = {pool}},
                           true);
}

static stoa__id emit_lookup(stoa__code_block *code, stoa__id base, stoa__id map)
{
    const stoa__term *table = term_of(code, map);
    bool bits = table->form == STOA_BOOL;
    return stoa__emit_step(code, (stoa__term){.code = bits ? STOA__LOOKUP_BITS : STOA__LOOKUP_INT32,
                                              .a = base,
                                              .b = map,
                                              .range = table->range});
}

/* The register that a value depends on; NOTHING: it is the same for all rows. */
static stoa__id base_of(const stoa__code_block *code, stoa__id id)
{
    const stoa__term *term = term_of(code, id);
    if (term->uniform || id == STOA__NOTHING_ID)
        return STOA__NOTHING_ID;
    return stoa__is_symbol(term) ? (stoa__id)term->bits[1] : id;
}

stoa__id stoa__string_value(stoa__code_block *code, stoa__id id, unsigned pool)
{
    const stoa__term *term = term_of(code, id);
    if (!stoa__is_symbol(term) && term->pool == pool)
        return id;
    if (stoa__is_literal_null(code, id))
        return stoa__emit_null(code, STOA_STRING, pool);
    if (term->uniform)
        return stoa__emit_term(code,
                               (stoa__term){.code = STOA__STRING_ENTER,
                                            .form = STOA_STRING,
                                            .a = id,
                                            .pool = (uint16_t)pool,
                                            .bits = {pool}},
                               true);
    stoa__id base = base_of(code, id);
    if (term_of(code, base)->by_row) {
        code->interns_by_row = true;
        return stoa__emit_term(code,
                               (stoa__term){.code = STOA__STRING_ROWS,
                                            .form = STOA_STRING,
                                            .a = id,
                                            .pool = (uint16_t)pool,
                                            .by_row = true,
                                            .bits = {STOA_NO_OPERATION, pool}},
                               false);
    }
    return emit_lookup(code, base, emit_map(code, id, base, STOA_STRING, pool));
}

stoa__id stoa__string_row(stoa__code_block *code, stoa__id id)
{
    if (stoa__is_symbol(term_of(code, id)))
        id = stoa__string_value(code, id, STOA__PROGRAM_POOL);
    return stoa__emit_row(code, id);
}

/* A register of values for a ROWS step: strings of either pool, or integers. */
static stoa__id row_of(stoa__code_block *code, stoa__id id)
{
    return id == STOA__NOTHING_ID ? id : stoa__string_row(code, id);
}

static stoa__id emit_rows(stoa__code_block *code, stoa_operation operation, unsigned form,
                          stoa__id a, stoa__id b, stoa__id c)
{
    bool interns = form == STOA_STRING;
    code->interns_by_row = code->interns_by_row || interns;
    stoa__id rows[] = {row_of(code, a), row_of(code, b), row_of(code, c)};
    return stoa__emit_term(code,
                           (stoa__term){.code = STOA__STRING_ROWS,
                                        .form = (uint8_t)form,
                                        .a = rows[0],
                                        .b = rows[1],
                                        .c = rows[2],
                                        .by_row = interns,
                                        .bits = {operation, STOA__PROGRAM_POOL}},
                           false);
}

/* An operation on strings (and, of slice, integers), as what it is: a value of all rows, a symbol,
 * or a ROWS step. Bits and integers are looked up at once. */
static stoa__id emit_call(stoa__code_block *code, stoa_operation operation, unsigned form,
                          stoa__id a, stoa__id b, stoa__id c)
{
    stoa__id operands[] = {a, b, c}, base = STOA__NOTHING_ID;
    bool by_row = false;
    for (size_t i = 0; i < 3; i++) {
        stoa__id own = base_of(code, operands[i]);
        if (own == STOA__NOTHING_ID)
            continue;
        by_row = by_row || (base != STOA__NOTHING_ID && own != base) ||
                 term_of(code, own)->form != STOA_STRING || term_of(code, own)->by_row;
        base = own;
    }
    if (by_row)
        return emit_rows(code, operation, form, a, b, c);
    bool uniform = base == STOA__NOTHING_ID;
    stoa__id made = stoa__emit_term(code,
                                    (stoa__term){.code = STOA__STRING_CALL,
                                                 .form = (uint8_t)form,
                                                 .a = a,
                                                 .b = b,
                                                 .c = c,
                                                 .bits = {operation, base}},
                                    uniform);
    if (uniform || form == STOA_STRING)
        return made;
    return emit_lookup(code, base, emit_map(code, made, base, form, STOA__PROGRAM_POOL));
}

/* ---- comparisons ---- */

static stoa_string constant_of(const stoa__code_block *code, stoa__id id)
{
    return stoa_string_pool_get(code->strings, (stoa_handle)term_of(code, id)->bits[0]);
}

/* The handle that a string of all rows has in a register's pool. */
static stoa__id handle_in_pool_of(stoa__code_block *code, stoa__id row, stoa__id same)
{
    unsigned pool = term_of(code, row)->pool;
    if (pool == STOA__PROGRAM_POOL || term_of(code, same)->pool == pool)
        return stoa__string_value(code, same, pool);
    return stoa__emit_term(code,
                           (stoa__term){.code = STOA__STRING_FIND,
                                        .form = STOA_STRING,
                                        .a = same,
                                        .pool = (uint16_t)pool,
                                        .bits = {pool}},
                           true);
}

/* The pool that two values have their handles in; the program's, if they have none in common. */
static unsigned common_pool(const stoa__code_block *code, stoa__id a, stoa__id b)
{
    const stoa__term *first = term_of(code, a), *second = term_of(code, b);
    bool same = first->pool == second->pool && !stoa__is_symbol(first) && !stoa__is_symbol(second);
    return same ? first->pool : STOA__PROGRAM_POOL;
}

static stoa__id emit_equal(stoa__code_block *code, stoa_operation operation, stoa__id a, stoa__id b)
{
    unsigned step = operation == STOA_EQUAL ? STOA__EQ_INT32 : STOA__NE_INT32;
    if (term_of(code, a)->uniform) { /* a is the register, if one is */
        stoa__id first = a;
        a = b;
        b = first;
    }
    stoa__id left = base_of(code, a), right = base_of(code, b);
    bool of_handles = !stoa__is_symbol(term_of(code, a)) && !term_of(code, a)->uniform;
    if (of_handles && right == STOA__NOTHING_ID)
        return stoa__emit(code, step, a, handle_in_pool_of(code, a, b), false, STOA__TRUTH_RANGE);
    if (left == right || right == STOA__NOTHING_ID)
        return emit_call(code, operation, STOA_BOOL, a, b, 0);
    unsigned pool = of_handles ? common_pool(code, a, b) : STOA__PROGRAM_POOL;
    a = stoa__string_value(code, a, pool);
    b = stoa__string_value(code, b, pool);
    return stoa__emit(code, step, a, b, false, STOA__TRUTH_RANGE);
}

static stoa__id emit_compare(stoa__code_block *code, stoa_operation operation, stoa__id a,
                             stoa__id b)
{
    if (code->refused)
        return STOA__NOTHING_ID;
    if (stoa__is_constant(code, a) && stoa__is_constant(code, b))
        return stoa__emit_truth(
            code, stoa__order_holds(
                      operation, stoa__text_compare(constant_of(code, a), constant_of(code, b))));
    if (operation == STOA_EQUAL || operation == STOA_NOT_EQUAL)
        return emit_equal(code, operation, a, b);
    return emit_call(code, operation, STOA_BOOL, a, b, 0);
}

/* Lists that are compared one by one. */
enum { FEW = 4 };

/* Whether the members can be looked for at once, in a table made before the rows. */
static bool is_set(const stoa__code_block *code, const stoa__typed *arguments, uint32_t count)
{
    const stoa__term *value = term_of(code, arguments[0].id);
    bool fixed = !value->uniform && !term_of(code, base_of(code, arguments[0].id))->by_row;
    for (uint32_t i = 1; fixed && i < count; i++) {
        const stoa__term *member = term_of(code, arguments[i].id);
        fixed = member->uniform && !member->may_be_null;
    }
    return fixed && (stoa__is_symbol(value) || count > FEW + 1);
}

static stoa__id emit_member(stoa__code_block *code, const stoa__typed *arguments, uint32_t count)
{
    stoa__id any = stoa__emit_truth(code, false), list = STOA__NOTHING_ID;
    if (!is_set(code, arguments, count)) {
        for (uint32_t i = 1; i < count; i++)
            any = stoa__emit_or(code, any,
                                emit_compare(code, STOA_EQUAL, arguments[0].id, arguments[i].id));
        return any;
    }
    for (uint32_t i = 1; i < count; i++)
        list = stoa__emit_term(code,
                               (stoa__term){.code = STOA__STRING_LIST,
                                            .form = STOA_STRING,
                                            .a = arguments[i].id,
                                            .b = list,
                                            .bits = {i}},
                               true);
    return emit_call(code, STOA_IN, STOA_BOOL, arguments[0].id, list, 0);
}

/* ---- choices ---- */

stoa__id stoa__choose_string(stoa__code_block *code, stoa__id condition, stoa__id a, stoa__id b)
{
    if (stoa__is_constant(code, condition))
        return term_of(code, condition)->bits[0] != 0 ? a : b;
    unsigned pool = common_pool(code, a, b);
    a = stoa__string_value(code, a, pool);
    b = stoa__string_value(code, b, pool);
    if (a == b && stoa__is_sure(term_of(code, condition)))
        return a;
    stoa__term step = {.code = STOA__WHERE_INT32, .a = a, .b = b, .c = condition};
    step.by_row = term_of(code, a)->by_row || term_of(code, b)->by_row;
    return stoa__emit_step(code, step);
}

static stoa__id coalesce(stoa__code_block *code, const stoa__typed *arguments, uint32_t count)
{
    stoa__id made = arguments[count - 1].id;
    while (--count > 0) {
        stoa__id first = arguments[count - 1].id;
        bool nullable = term_of(code, first)->may_be_null;
        stoa__id value = nullable ? stoa__string_value(code, first, STOA__PROGRAM_POOL) : first;
        made = nullable ? stoa__choose_string(code, stoa__emit_is_null(code, value), made, value)
                        : first;
    }
    return made;
}

/* ---- what takes strings ---- */

/* The type that argument i must have, where the operation takes strings; else false. */
static bool takes(stoa_operation operation, uint32_t i, stoa_type *type)
{
    *type = STOA_STRING;
    if (operation == STOA_SLICE && i > 0)
        *type = STOA_INT64;
    if (operation == STOA_WHERE && i == 0)
        *type = STOA_BOOL;
    return (operation >= STOA_LESS && operation <= STOA_GREATER) || operation == STOA_IN ||
           operation == STOA_WHERE || stoa__is_string_operation(operation) ||
           operation == STOA_COALESCE || operation == STOA_FILL_NULL || operation == STOA_IS_NULL;
}

static bool is_integer(const stoa__code_block *code, stoa__id id)
{
    unsigned form = term_of(code, id)->form;
    return form == STOA_INT32 || form == STOA_INT64 || form == STOA_UINT64;
}

/* "field 'name'", "'UA'", "a value". */
static void describe(char *text, size_t size, const stoa_expression *node)
{
    if (node->kind == STOA__FIELD_NODE)
        snprintf(text, size, "field '%.80s'", node->name);
    else if (node->kind == STOA__PARAMETER_NODE)
        snprintf(text, size, "$%.80s", node->name);
    else
        snprintf(text, size, "a value");
}

/* What could be meant where a string has no meaning. */
static const char *hint(stoa_operation operation)
{
    if (operation == STOA_ADD)
        return "; concat(a, b) joins strings";
    if (operation >= STOA_MINIMUM && operation <= STOA_MAXIMUM)
        return "; where(a < b, a, b) is the lesser of two strings";
    if (stoa__cast_type(operation) != STOA_NO_TYPE)
        return "; length(s) counts its characters, and no cast reads numbers";
    if (operation == STOA_ANY || operation == STOA_ALL || operation == STOA_NOT ||
        operation == STOA_AND || operation == STOA_OR)
        return "; compare it, as name == 'UA'";
    if (operation >= STOA_NEGATE && operation <= STOA_POWER)
        return "; concat, slice, lower, upper and trim make strings of strings";
    if (stoa__operations[operation].kind == STOA__AGGREGATE)
        return "; count, count_distinct, min, max, first and last take strings";
    return "";
}

stoa_status stoa__refuse_string(const stoa_expression *node, uint32_t i, stoa_error *error)
{
    char what[100];
    stoa_operation operation = (stoa_operation)node->operation;
    describe(what, sizeof what, node->arguments[i]);
    return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                 "%s takes no string here, and %s is of type string%s",
                                 stoa_operation_text(operation), what, hint(operation));
}

static stoa_status refuse_other(const stoa_expression *node, uint32_t i, stoa_type type,
                                stoa_type wanted, stoa_error *error)
{
    char what[100];
    describe(what, sizeof what, node->arguments[i]);
    return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                 "%s takes %s here, and %s is of type %s",
                                 stoa_operation_text((stoa_operation)node->operation),
                                 wanted == STOA_BOOL    ? "a condition"
                                 : wanted == STOA_INT64 ? "an integer"
                                 : node->count == 1     ? "a string"
                                                        : "a string beside a string",
                                 what, stoa_type_name(type));
}

static stoa_status check_types(const stoa__code_block *code, const stoa_expression *node,
                               const stoa__typed *arguments, stoa_error *error)
{
    for (uint32_t i = 0; i < node->count; i++) {
        stoa_type wanted, type = arguments[i].type;
        if (!takes((stoa_operation)node->operation, i, &wanted)) {
            if (type == STOA_STRING)
                return stoa__refuse_string(node, i, error);
            continue;
        }
        bool fits = wanted == STOA_INT64 ? is_integer(code, arguments[i].id) && type != STOA_STRING
                                         : type == wanted;
        if (!fits)
            return refuse_other(node, i, type, wanted, error);
    }
    return STOA_OK;
}

/* ---- calls ---- */

static stoa__id emit_function(stoa__code_block *code, const stoa_expression *node,
                              const stoa__typed *arguments)
{
    stoa_operation operation = (stoa_operation)node->operation;
    stoa__id a = arguments[0].id, b = node->count > 1 ? arguments[1].id : STOA__NOTHING_ID;
    switch (operation) {
    case STOA_STARTS_WITH:
    case STOA_ENDS_WITH:
    case STOA_CONTAINS:
    case STOA_MATCHES:
        return emit_call(code, operation, STOA_BOOL, a, b, 0);
    case STOA_LENGTH:
        return emit_call(code, operation, STOA_INT32, a, 0, 0);
    case STOA_SLICE:
        return emit_call(code, operation, STOA_STRING, a, stoa__emit_as(code, b, STOA_INT64),
                         stoa__emit_as(code, arguments[2].id, STOA_INT64));
    case STOA_CONCAT:
        for (uint32_t i = 1; i < node->count; i++)
            a = emit_call(code, operation, STOA_STRING, a, arguments[i].id, 0);
        return a;
    default:
        return emit_call(code, operation, STOA_STRING, a, 0, 0);
    }
}

stoa_status stoa__bind_strings(stoa__code_block *code, const stoa_expression *node,
                               const stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    stoa_operation operation = (stoa_operation)node->operation;
    stoa_status status = check_types(code, node, arguments, error);
    if (status != STOA_OK || !stoa__begin_strings(code))
        return status;
    if (operation == STOA_IN)
        made->id = emit_member(code, arguments, node->count);
    else if (operation >= STOA_LESS && operation <= STOA_GREATER)
        made->id = emit_compare(code, operation, arguments[0].id, arguments[1].id);
    else if (operation == STOA_WHERE)
        made->id = stoa__choose_string(code, arguments[0].id, arguments[1].id, arguments[2].id);
    else if (operation == STOA_IS_NULL)
        made->id =
            stoa__emit_is_null(code, stoa__string_value(code, arguments[0].id, STOA__PROGRAM_POOL));
    else if (operation == STOA_COALESCE || operation == STOA_FILL_NULL)
        made->id = coalesce(code, arguments, node->count);
    else
        made->id = emit_function(code, node, arguments);
    unsigned form = term_of(code, made->id)->form;
    made->type = form == STOA_INT32 ? STOA_INT64 : (stoa_type)form;
    return STOA_OK;
}
