/* paths.h: fields of the rows that references refer to, as terms. */
#ifndef STOA__EXPR_BINDER_PATHS_H
#define STOA__EXPR_BINDER_PATHS_H

#include "expr/binder/operate.h"

/* Which rows of which table a column is read at. */
typedef struct stoa__site {
    uint32_t table; /* of the code's tables */
    stoa__id rows;  /* NOTHING: the rows of the run, of the first table */
} stoa__site;

/* What is known of the table, whose schema has fields; NULL: it was freed. */
const stoa_table *stoa__site_table(const stoa__code_block *code, uint32_t table);
/* The table that a reference field refers to. first: the table that a run is over. False where
 * memory was refused, or the expression reads too many tables. */
bool stoa__find_way(stoa__code_block *code, const stoa_table *first, uint32_t from, uint32_t field,
                    uint32_t *to);
/* The rows that a reference refers to; null where it refers to none. */
stoa__id stoa__emit_follow(stoa__code_block *code, const stoa__typed *reference);
/* The cells of a column there, as they are. */
stoa__id stoa__emit_collect(stoa__code_block *code, stoa__site site, stoa_type type,
                            uint32_t field);
/* A call with a reference among its arguments. */
stoa_status stoa__bind_references(stoa__code_block *code, const stoa_expression *node,
                                  stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                                  stoa_error *error);
/* The ids of the rows that a reference refers to: null or, of a field that takes nulls, 0 where it
 * refers to none. */
stoa__id stoa__emit_row_ids(stoa__code_block *code, const stoa__typed *reference, bool takes_null);

#endif
