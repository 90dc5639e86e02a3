/* reference.h: fields whose cells are ids of rows of a table, the target: see reference.c. */
#ifndef STOA__STORE_REFERENCE_H
#define STOA__STORE_REFERENCE_H

#include <stoa/ids.h>

#include "store/table.h"

/* A reference field and its target. Each is in the list of its target's referrers. */
struct stoa__link {
    stoa__table *table;  /* that has the field */
    stoa__table *target; /* it may be the same; NULL: it was freed */
    uint32_t field;
    uint8_t on_remove;
    stoa__link *next; /* of the same target */
    stoa__link **at;  /* what points to this one in the list; NULL: it is in none */
};

/* The target of a reference field; NULL: it was freed. */
static inline stoa__table *stoa__target_of_field(const stoa__table *table, size_t field)
{
    return table->links[field]->target;
}

static inline uint64_t stoa__reference_at(const stoa__table *table, uint32_t field, size_t row)
{
    return ((const uint64_t *)table->head.columns[field].cells)[row];
}

/* Finds the row that a cell refers to; false: none, so that it reads as null. */
static inline bool stoa__reference_find(const stoa__table *table, uint32_t field, size_t row,
                                        size_t *found)
{
    const stoa__table *target = stoa__target_of_field(table, field);
    uint64_t id = stoa__reference_at(table, field, row);
    return target != NULL && stoa_table_find_id(&target->head, id, found) == STOA_OK;
}

/* ---- single values and arrays ---- */

/* The id that a reference field takes for a value, or the error. */
stoa_status stoa__reference_convert(const stoa__table *table, uint32_t field,
                                    const stoa_value *value, size_t row, uint64_t *id,
                                    stoa_error *error);
/* Whether `count` ids can go into the field. */
stoa_status stoa__reference_check(const stoa__table *table, uint32_t field,
                                  const stoa_source *source, size_t count, stoa_error *error);
/* A cell, as a value. */
stoa_value stoa__reference_value(const stoa__table *table, uint32_t field, size_t row);

/* ---- links ---- */

/* Makes the links of a new table: of these fields, or as another table of which it is a copy. */
stoa_status stoa__links_new(stoa__table *table, const stoa_field *fields, size_t count,
                            stoa_error *error);
stoa_status stoa__links_like(stoa__table *table, const stoa__table *like, stoa_error *error);
/* Makes the link of a field that will be added, and the list of the table's links with it. */
stoa_status stoa__link_add(stoa__link ***links, stoa__table *table, const stoa_field *added,
                           uint8_t on_remove, stoa_error *error);
/* From now on the target knows of the link. */
void stoa__link_enter(stoa__link *link);
/* The field is dropped. NULL does nothing. */
void stoa__link_free(stoa__link *link);
/* The table is freed: what refers to it reads as null. */
void stoa__links_free(stoa__table *table);

/* ---- copies of tables that refer to themselves ---- */

static inline bool stoa__refers_to_itself(const stoa__table *table)
{
    for (uint32_t i = 0; table->schema->reference_count > 0 && i < table->head.field_limit; i++)
        if (table->head.columns[i].type == STOA_REFERENCE &&
            stoa__target_of_field(table, i) == table)
            return true;
    return false;
}

/* References of a copy into the table that it was copied from become references into the copy:
 * places[row] is where the row is there, or UINT32_MAX. NULL: where it was. */
void stoa__references_follow(stoa__table *copy, const stoa__table *table, const uint32_t *places);
/* Room for these places, all UINT32_MAX; NULL where the table does not refer to itself. */
stoa_status stoa__places_new(uint32_t **places, const stoa__table *table, stoa_error *error);

#endif
