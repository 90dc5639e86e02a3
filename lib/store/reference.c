/* reference.c: references to rows.
 *
 * A cell is the id of a row of the field's target, or 0. A row that is removed takes its id along:
 * what refers to it then finds no row, and reads as null, without a pass over the cells. Each link
 * (a reference field and its target) is in a list of the target, so that a removal can look who
 * refers to the rows (removal.c), and so that a target that is freed leaves nobody behind: fields
 * that referred to it read as null. A table does not own its targets, so that tables may refer to
 * each other, and to themselves.
 *
 * Invariant: a link is in the list of its target, unless that was freed. Lists change only under
 * `lock`. */
#include "store/reference.h"

#include <string.h>

#include "base/lock.h"
#include "store/cell.h"
#include "store/ids.h"
#include "store/lock.h"
#include "store/source.h"

STOA__LOCK;

/* ---- single values ---- */

static const stoa__schema_field *described(const stoa__table *table, uint32_t field)
{
    return &table->schema->fields[field];
}

static stoa_status no_row(const stoa__table *table, uint32_t field, uint64_t id, size_t position,
                          stoa_error *error)
{
    return stoa__fail_at(error, STOA_NO_ID, position, "field '%s' takes no id %lld: %s",
                         described(table, field)->name, (long long)id,
                         stoa__target_of_field(table, field) == NULL
                             ? "the table that it refers to was freed"
                             : "no row of the table that it refers to has it");
}

static stoa_status convert_row(const stoa__table *table, uint32_t field, stoa_row of, size_t row,
                               uint64_t *id, stoa_error *error)
{
    const stoa__table *target = stoa__target_of_field(table, field);
    const char *name = described(table, field)->name;
    if (target == NULL || &target->head != of.table)
        return stoa__fail_at(error, STOA_NO_ID, row,
                             "field '%s' takes no row of another table than it refers to", name);
    *id = stoa_row_id(of);
    if (*id != 0)
        return STOA_OK;
    return stoa__fail_at(error, STOA_NO_ID, row,
                         "field '%s' takes no row %zu: the table that it refers to has %zu", name,
                         of.index, of.table->rows);
}

stoa_status stoa__reference_convert(const stoa__table *table, uint32_t field,
                                    const stoa_value *value, size_t row, uint64_t *id,
                                    stoa_error *error)
{
    size_t found;
    const stoa__table *target = stoa__target_of_field(table, field);
    bool is_row = value->type == STOA_REFERENCE;
    bool is_integer = value->type == STOA_UINT64 || value->type == STOA_INT64;
    bool is_null = stoa__is_null(value) || (is_row && value->row.table == NULL) ||
                   (is_integer && value->uint64 == 0);
    *id = 0;
    if (is_null && stoa__schema_takes_null(described(table, field)))
        return STOA_OK;
    if (is_null || (!is_row && !is_integer))
        return stoa__field_refuse(described(table, field),
                                  is_null ? &(stoa_value){.is_null = true} : value, STOA_WRONG_TYPE,
                                  row, error);
    if (is_row)
        return convert_row(table, field, value->row, row, id, error);
    *id = value->uint64;
    if (target == NULL || stoa_table_find_id(&target->head, *id, &found) != STOA_OK)
        return no_row(table, field, *id, row, error);
    return STOA_OK;
}

stoa_value stoa__reference_value(const stoa__table *table, uint32_t field, size_t row)
{
    stoa_value value = {.type = STOA_REFERENCE};
    size_t found;
    if (stoa__reference_find(table, field, row, &found))
        value.row = stoa_table_row(&stoa__target_of_field(table, field)->head, found);
    else
        value.is_null = true;
    return value;
}

/* ---- arrays ---- */

stoa_status stoa__reference_check(const stoa__table *table, uint32_t field,
                                  const stoa_source *source, size_t count, stoa_error *error)
{
    const stoa__table *target = stoa__target_of_field(table, field);
    bool takes_null = stoa__schema_takes_null(described(table, field));
    size_t values = stoa__byte_of(&source->repeat) != 0 && count > 0 ? 1 : count;
    const char *at = source->data;
    for (size_t i = 0; i < values; i++, at += stoa__source_stride(source)) {
        uint64_t id = 0;
        size_t row;
        if (stoa__source_has(source, i))
            memcpy(&id, at, sizeof id);
        if (id == 0 && takes_null)
            continue;
        if (id == 0)
            return stoa__fail_at(error, STOA_WRONG_TYPE, i,
                                 "value %zu for field '%s' is null, but the field takes no null", i,
                                 described(table, field)->name);
        if (target == NULL || stoa_table_find_id(&target->head, id, &row) != STOA_OK)
            return no_row(table, field, id, i, error);
    }
    return STOA_OK;
}

/* ---- links ---- */

/* target: NULL: that of a copy, which was freed. */
static stoa_status new_link(stoa__link **made, stoa__table *table, uint32_t field, const char *name,
                            uint8_t on_remove, stoa__table *target, stoa_error *error)
{
    if (target != NULL && target->head.ids == NULL)
        return stoa__fail(error, STOA_NO_ID,
                          "field '%s' refers to rows of %s, which was made without ids", name,
                          target == table ? "the table itself" : "a table");
    stoa__link *link = stoa__allocate_zeroed(sizeof *link);
    if (link == NULL)
        return stoa__fail_memory(error, sizeof *link);
    *link = (stoa__link){.table = table, .field = field, .on_remove = on_remove, .target = target};
    *made = link;
    return STOA_OK;
}

static stoa_status new_list(stoa__link ***links, size_t count, stoa_error *error)
{
    *links = stoa__allocate_zeroed(count * sizeof **links);
    return *links == NULL ? stoa__fail_memory(error, count * sizeof **links) : STOA_OK;
}

void stoa__link_enter(stoa__link *link)
{
    if (link->target == NULL) /* the target of what this is a copy of was freed */
        return;
    take_lock();
    link->at = &link->target->referrers;
    link->next = *link->at;
    if (link->next != NULL)
        link->next->at = &link->next;
    *link->at = link;
    link->target->rules += link->on_remove > STOA_ON_REMOVE_NULL;
    give_lock();
}

static void enter_all(stoa__table *table)
{
    for (uint32_t i = 0; i < table->head.field_limit; i++)
        if (table->links[i] != NULL)
            stoa__link_enter(table->links[i]);
}

stoa_status stoa__links_new(stoa__table *table, const stoa_field *fields, size_t count,
                            stoa_error *error)
{
    const stoa__schema *schema = table->schema;
    uint32_t index = 0;
    if (schema->reference_count == 0)
        return STOA_OK;
    stoa_status status = new_list(&table->links, schema->field_limit, error);
    for (size_t i = 0; status == STOA_OK && i < count; i++) {
        stoa__table *target = fields[i].target == NULL ? table : stoa__whole(fields[i].target);
        if (fields[i].type == STOA_REFERENCE)
            status = new_link(&table->links[index], table, index, fields[i].name,
                              schema->fields[index].on_remove, target, error);
        index += fields[i].length > 0 ? fields[i].length : 1;
    }
    if (status == STOA_OK)
        enter_all(table);
    return status;
}

stoa_status stoa__links_like(stoa__table *table, const stoa__table *like, stoa_error *error)
{
    uint32_t index = 0;
    if (table->schema->reference_count == 0)
        return STOA_OK;
    stoa_status status = new_list(&table->links, table->schema->field_limit, error);
    STOA__EACH_FIELD (like, i) {
        bool refers = like->head.columns[i].type == STOA_REFERENCE;
        stoa__table *target = refers ? like->links[i]->target : NULL;
        if (refers && status == STOA_OK)
            status =
                new_link(&table->links[index], table, index, described(like, i)->name,
                         described(like, i)->on_remove, target == like ? table : target, error);
        index++;
    }
    if (status == STOA_OK)
        enter_all(table);
    return status;
}

stoa_status stoa__link_add(stoa__link ***links, stoa__table *table, const stoa_field *added,
                           uint8_t on_remove, stoa_error *error)
{
    uint32_t field = table->head.field_limit;
    stoa_status status = new_list(links, field + (size_t)1, error);
    if (status != STOA_OK)
        return status;
    for (uint32_t i = 0; table->links != NULL && i < field; i++)
        if (table->head.columns[i].type == STOA_REFERENCE)
            (*links)[i] = table->links[i];
    return new_link(&(*links)[field], table, field, added->name, on_remove,
                    added->target == NULL ? table : stoa__whole(added->target), error);
}

void stoa__link_free(stoa__link *link)
{
    if (link == NULL)
        return;
    take_lock();
    if (link->at != NULL) {
        *link->at = link->next;
        if (link->next != NULL)
            link->next->at = link->at;
        link->target->rules -= link->on_remove > STOA_ON_REMOVE_NULL;
    }
    give_lock();
    stoa__release(link);
}

/* What referred to the table finds no row any more. The versions of its columns, and of programs
 * (stoa_program_version), go on growing: by 1, and by the order of the target, and 1, which are no
 * part of them now. */
static void leave_referrers(stoa__table *table)
{
    take_lock();
    for (stoa__link *link = table->referrers; link != NULL; link = link->next) {
        link->target = NULL;
        link->at = NULL;
        __atomic_fetch_add(&link->table->head.columns[link->field].version, table->head.order + 2,
                           __ATOMIC_RELAXED);
    }
    give_lock();
}

void stoa__links_free(stoa__table *table)
{
    STOA__EACH_FIELD (table, i) {
        if (table->links != NULL && table->head.columns[i].type == STOA_REFERENCE)
            stoa__link_free(table->links[i]);
    }
    stoa__release(table->links);
    if (table->referrers != NULL)
        leave_referrers(table);
}

/* ---- copies ---- */

stoa_status stoa__places_new(uint32_t **places, const stoa__table *table, stoa_error *error)
{
    size_t bytes = table->head.rows * sizeof **places;
    *places = NULL;
    if (bytes == 0 || !stoa__refers_to_itself(table))
        return STOA_OK;
    *places = stoa__allocate(bytes);
    if (*places == NULL)
        return stoa__fail_memory(error, bytes);
    memset(*places, 0xFF, bytes);
    return STOA_OK;
}

static uint64_t followed(const stoa__table *copy, const stoa__table *table, const uint32_t *places,
                         uint64_t id)
{
    size_t row;
    if (stoa_table_find_id(&table->head, id, &row) != STOA_OK)
        return 0;
    if (places != NULL && places[row] == UINT32_MAX)
        return 0;
    row = places == NULL ? row : places[row];
    return stoa_row_id((stoa_row){(stoa_table *)(uintptr_t)&copy->head, row});
}

void stoa__references_follow(stoa__table *copy, const stoa__table *table, const uint32_t *places)
{
    STOA__EACH_FIELD (copy, i) {
        if (copy->head.columns[i].type != STOA_REFERENCE || stoa__target_of_field(copy, i) != copy)
            continue;
        uint64_t *cells = copy->head.columns[i].cells;
        for (size_t row = 0; row < copy->head.rows; row++)
            if (cells[row] != 0)
                cells[row] = followed(copy, table, places, cells[row]);
    }
}
