/* plan.h: what of a table leaves by Arrow, and in which forms. */
#ifndef STOA__IO_PLAN_H
#define STOA__IO_PLAN_H

#include <stoa/arrow.h>

#include "io/slabs.h"
#include "store/table.h"

/* How the cells of a column leave. */
typedef enum stoa__arrow_form {
    STOA__ARROW_CELLS,      /* as they are */
    STOA__ARROW_BITS,       /* of bools */
    STOA__ARROW_CODED,      /* handles or numbers, with a dictionary: the pool, or the labels */
    STOA__ARROW_TEXT,       /* strings or labels, as utf8 */
    STOA__ARROW_LARGE_TEXT, /* as large_utf8 */
} stoa__arrow_form;

typedef struct stoa__arrow_column {
    uint32_t field;
    uint32_t components; /* of a vector, of which `field` is the first; 0: one value */
    stoa_type type;
    stoa__arrow_form form;
    bool nullable;
    stoa_table *target; /* of references; NULL: it was freed, or the field is none */
    uint64_t version;   /* of all components together, when the plan was made */
} stoa__arrow_column;

typedef struct stoa__arrow_plan {
    const stoa_table *table;
    stoa__arrow_column *columns;
    size_t column_count;
    bool is_bare; /* the one column by itself */
    size_t batch_rows;
    stoa_loan *loan;     /* arrays share what is lent; NULL: they are copies */
    size_t first, count; /* rows first, first + step, …; `done` of them have left */
    ptrdiff_t step;
    size_t done;
    stoa_selection *selection; /* a copy; then `count` of its rows, and `first` is the next to look
                                * at. NULL: none */
    size_t *indices;           /* room for those of a batch */
    stoa__slabs *slabs;        /* of a stream, for its arrays; NULL: none */
} stoa__arrow_plan;

/* Some of the rows of a plan: first, first + step, …, or those at the indices. */
typedef struct stoa__arrow_rows {
    size_t first, count;
    ptrdiff_t step;
    const size_t *indices; /* NULL: the others tell */
} stoa__arrow_rows;

/* Makes a plan; the caller disposes of it. */
stoa_status stoa__arrow_plan_init(stoa__arrow_plan *plan, const stoa_table *table,
                                  const stoa_arrow_options *options, stoa_error *error);
void stoa__arrow_plan_dispose(stoa__arrow_plan *plan);
/* STOA_STALE if what the plan reads has changed since. */
stoa_status stoa__arrow_plan_check(const stoa__arrow_plan *plan, stoa_error *error);
/* The rows behind those that are done, at most `most` of them. */
void stoa__arrow_plan_rows(stoa__arrow_plan *plan, size_t most, stoa__arrow_rows *rows);
/* These, the first of the rows that stoa__arrow_plan_rows() gave, have left. */
void stoa__arrow_plan_advance(stoa__arrow_plan *plan, const stoa__arrow_rows *rows);
/* What a column is in the table's schema. */
static inline const stoa__schema_field *stoa__arrow_field(const stoa__arrow_plan *plan,
                                                          const stoa__arrow_column *column)
{
    return &stoa__whole_const(plan->table)->schema->fields[column->field];
}
/* The row at that place. */
static inline size_t stoa__arrow_row(const stoa__arrow_rows *rows, size_t place)
{
    return rows->indices != NULL ? rows->indices[place] : rows->first + (size_t)rows->step * place;
}

/* The schema of the plan. */
stoa_status stoa__arrow_plan_schema(const stoa__arrow_plan *plan, struct ArrowSchema *out,
                                    stoa_error *error);

/* An array of these rows. */
stoa_status stoa__arrow_copy(const stoa__arrow_plan *plan, const stoa__arrow_rows *rows,
                             struct ArrowArray *out, stoa_error *error);
/* An array of a column of references. */
stoa_status stoa__arrow_copy_references(const stoa__arrow_plan *plan,
                                        const stoa__arrow_column *column,
                                        const stoa__arrow_rows *rows, struct ArrowArray *out,
                                        stoa_error *error);
/* Says how many nulls there are, by the validity that was filled in. */
void stoa__arrow_count_nulls(struct ArrowArray *array);
/* How many of the rows fit into a batch, for the text of 32-bit offsets. */
size_t stoa__arrow_fitting(const stoa__arrow_plan *plan, const stoa__arrow_rows *rows);
/* Has text that is too long for 32-bit offsets leave with others. */
void stoa__arrow_enlarge(stoa__arrow_plan *plan, const stoa__arrow_rows *rows);

#endif
