/* paths.c: fields of the rows that references refer to.
 *
 * owner.age takes two steps. FOLLOW turns the ids of a block into the rows of the target that have
 * them; COLLECT gets the target's cells at these rows. Another reference collected so is followed
 * in turn, to any depth. Equal steps are one, so that owner.age and owner.name follow once. FOLLOW
 * alone decides what is null: a reference is null that finds no row, as is all that comes of it.
 *
 * A program reads several tables then: the one that it runs on, and others by their ways from it
 * (code->tables, code->ways). Two ways to the same table lead to one entry, so that parent.x is of
 * the table itself, and its strings are of the same pool. Invariant: from < to, or `to` was found
 * by an earlier way. */
#include "expr/binder/paths.h"

#include "expr/binder/null.h"
#include "store/table.h"

/* Pools and tables are numbered in 16 bits. */
#define MOST_TABLES 60000

const stoa_table *stoa__site_table(const stoa__code_block *code, uint32_t table)
{
    return code->tables[table].table;
}

/* ---- tables ---- */

static bool add_table(stoa__code_block *code, const stoa_table *table, bool retains)
{
    size_t wanted = code->table_count + (size_t)1;
    code->refused = code->refused || wanted > MOST_TABLES;
    if (wanted > MOST_TABLES ||
        !stoa__has_room(code, &code->tables, &code->table_room, wanted, sizeof *code->tables))
        return false;
    stoa__schema *schema = retains && table != NULL ? stoa__whole_const(table)->schema : NULL;
    if (schema != NULL)
        stoa__schema_retain(schema);
    code->tables[code->table_count++] = (stoa__read_table){.table = table, .schema = schema};
    return true;
}

static bool add_way(stoa__code_block *code, stoa__way way)
{
    bool has = stoa__has_room(code, &code->ways, &code->way_room, code->way_count + (size_t)1,
                              sizeof *code->ways);
    if (has)
        code->ways[code->way_count++] = way;
    return has;
}

bool stoa__find_way(stoa__code_block *code, const stoa_table *first, uint32_t from, uint32_t field,
                    uint32_t *to)
{
    if (code->table_count == 0 && !add_table(code, first, false))
        return false;
    for (uint32_t i = 0; i < code->way_count; i++) {
        *to = code->ways[i].to;
        if (code->ways[i].from == from && code->ways[i].field == field)
            return true;
    }
    const stoa_table *target = stoa_table_field_target(code->tables[from].table, field);
    uint32_t found = 0;
    while (found < code->table_count && (target == NULL || code->tables[found].table != target))
        found++;
    if (found == code->table_count && !add_table(code, target, true))
        return false;
    *to = found;
    return add_way(code, (stoa__way){from, field, found});
}

/* ---- steps ---- */

stoa__id stoa__emit_follow(stoa__code_block *code, const stoa__typed *reference)
{
    stoa__term made = {.code = STOA__FOLLOW,
                       .form = STOA_INT32,
                       .a = reference->id,
                       .may_be_null = true,
                       .nullable_rows = true,
                       .bits = {reference->target}};
    return stoa__emit_term(code, made, false);
}

static bool find_collected(stoa__code_block *code, uint32_t table, uint32_t field, uint32_t *found)
{
    for (*found = 0; *found < code->collected_count; ++*found)
        if (code->collected[*found].table == table && code->collected[*found].field == field)
            return true;
    bool has = stoa__has_room(code, &code->collected, &code->collected_room,
                              code->collected_count + (size_t)1, sizeof *code->collected);
    if (has)
        code->collected[code->collected_count++] =
            (stoa__collected){.table = table, .field = field};
    return has;
}

stoa__id stoa__emit_collect(stoa__code_block *code, stoa__site site, stoa_type type, uint32_t field)
{
    uint32_t index;
    if (code->refused || !find_collected(code, site.table, field, &index))
        return STOA__NOTHING_ID;
    stoa__term made = {.code = STOA__COLLECT,
                       .form = (uint8_t)type,
                       .pool = (uint16_t)(STOA__TABLE_POOL + site.table),
                       .a = site.rows,
                       .bits = {index}};
    return stoa__emit_term(code, made, false);
}

stoa__id stoa__emit_row_ids(stoa__code_block *code, const stoa__typed *reference, bool takes_null)
{
    if (stoa__is_literal_null(code, reference->id))
        return takes_null ? stoa__emit_row(code, stoa__emit_constant(code, STOA_UINT64, 0))
                          : stoa__emit_row(code, reference->id);
    stoa__term made = {.code = STOA__ROW_IDS,
                       .form = STOA_UINT64,
                       .a = stoa__emit_follow(code, reference),
                       .bits = {reference->target, takes_null}};
    return stoa__emit_term(code, made, false);
}

/* ---- calls ---- */

static stoa_status refuse(const stoa_expression *node, uint32_t i, stoa_error *error)
{
    char text[60];
    stoa_expression_print(node->arguments[i], text, sizeof text);
    return stoa__expression_fail(
        error, STOA_WRONG_TYPE, node,
        "%s takes no reference, and '%s' is one: name a field of the row that it refers to, as "
        "%s.x; is_null, count, == and != take references",
        stoa_operation_text((stoa_operation)node->operation), text, text);
}

/* Whether a reference, argument i, refers to the row of an id. */
static stoa_status compare_id(stoa__code_block *code, const stoa_expression *node,
                              const stoa__typed *arguments, uint32_t i, stoa__typed *made,
                              stoa_error *error)
{
    stoa__id id = arguments[1 - i].id;
    stoa_type type = arguments[1 - i].type;
    bool is_id = type >= STOA_INT8 && type <= STOA_UINT64;
    if (!is_id)
        return refuse(node, i, error);
    stoa__id own = stoa__emit_row_ids(code, &arguments[i], false);
    *made = (stoa__typed){.type = STOA_BOOL,
                          .id = stoa__emit_compare(code, (stoa_operation)node->operation, own, id)};
    return STOA_OK;
}

/* Whether two references refer to the same row. */
static stoa_status compare(stoa__code_block *code, const stoa_expression *node,
                           const stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    bool is_null = stoa__is_literal_null(code, arguments[0].id) ||
                   stoa__is_literal_null(code, arguments[1].id);
    if (is_null) {
        *made = stoa__null_of(code, STOA_BOOL);
        return STOA_OK;
    }
    for (uint32_t i = 0; i < 2; i++)
        if (arguments[i].type != STOA_REFERENCE)
            return compare_id(code, node, arguments, 1 - i, made, error);
    if (arguments[0].target != arguments[1].target)
        return stoa__expression_fail(
            error, STOA_WRONG_TYPE, node,
            "these refer to rows of different tables, and are never equal");
    unsigned step = node->operation == STOA_EQUAL ? STOA__EQ_INT32 : STOA__NE_INT32;
    stoa__id a = stoa__emit_follow(code, &arguments[0]), b = stoa__emit_follow(code, &arguments[1]);
    *made = (stoa__typed){.type = STOA_BOOL,
                          .id = stoa__emit(code, step, a, b, false, STOA__TRUTH_RANGE)};
    return STOA_OK;
}

stoa_status stoa__bind_references(stoa__code_block *code, const stoa_expression *node,
                                  stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                                  stoa_error *error)
{
    uint32_t first = 0;
    switch ((stoa_operation)node->operation) {
    case STOA_EQUAL:
    case STOA_NOT_EQUAL:
        return compare(code, node, arguments, made, error);
    case STOA_IS_NULL:
        *made =
            (stoa__typed){.type = STOA_BOOL,
                          .id = stoa__emit_is_null(code, stoa__emit_follow(code, &arguments[0]))};
        return STOA_OK;
    case STOA_COUNT:
        arguments[0] =
            (stoa__typed){.type = STOA_INT32, .id = stoa__emit_follow(code, &arguments[0])};
        return stoa__bind_aggregate(code, node, arguments, mask, made, error);
    default:
        while (arguments[first].type != STOA_REFERENCE)
            first++;
        return refuse(node, first, error);
    }
}
