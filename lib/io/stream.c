/* stream.c: streams, and arrays of all rows at once.
 *
 * A stream holds its table by a reference, and a plan. Each pull checks that nothing that the plan
 * reads was changed, and copies the next rows. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "io/loan.h"
#include "io/nodes.h"
#include "io/plan.h"

typedef struct export
{
    stoa__arrow_plan plan;
    stoa_table *table;
    stoa__slabs slabs;
    stoa_arrow_guard guard; /* around NULL: none */
    stoa_error error;       /* of the last call that failed; empty: none has */
}
export;

/* What one call to the stream is to make: a schema, or the next array. */
typedef struct pull {
    export *own;
    struct ArrowSchema *schema;
    struct ArrowArray *array;
} pull;

/* ---- one pull ---- */

static stoa_status next_array(export *own, struct ArrowArray *out, stoa_error *error)
{
    stoa__arrow_plan *plan = &own->plan;
    stoa__arrow_rows rows;
    if (plan->done == plan->count)
        return STOA_OK;
    stoa__arrow_plan_rows(plan, plan->batch_rows, &rows);
    size_t fitting = stoa__arrow_fitting(plan, &rows);
    rows.count = fitting > 0 ? fitting : 1; /* one string too long is an error */
    stoa_status status = stoa__arrow_copy(plan, &rows, out, error);
    if (status == STOA_OK)
        stoa__arrow_plan_advance(plan, &rows);
    return status;
}

static stoa_status act(void *state, stoa_error *error)
{
    const pull *asked = state;
    stoa_status status = stoa__arrow_plan_check(&asked->own->plan, error);
    if (status != STOA_OK)
        return status;
    if (asked->schema != NULL)
        return stoa__arrow_plan_schema(&asked->own->plan, asked->schema, error);
    return next_array(asked->own, asked->array, error);
}

/* Gives 0, or the errno for what went wrong. */
static int answer(pull *asked)
{
    export *own = asked->own;
    memset(&own->error, 0, sizeof own->error);
    stoa_status status = own->guard.around == NULL
                             ? act(asked, &own->error)
                             : own->guard.around(own->guard.context, act, asked, &own->error);
    if (status == STOA_OK)
        return 0;
    return status == STOA_OUT_OF_MEMORY ? ENOMEM : EINVAL;
}

/* ---- the tables that it holds ---- */

/* Its table, and those that references refer to: else these would read as null once nobody else
 * held the targets. */
static void hold(export *own, stoa_table *table)
{
    own->table = stoa__table_retain(table);
    for (size_t i = 0; i < own->plan.column_count; i++)
        if (own->plan.columns[i].target != NULL)
            stoa__table_retain(own->plan.columns[i].target);
}

static void let_go(const export *own)
{
    for (size_t i = 0; i < own->plan.column_count; i++)
        stoa_table_free(own->plan.columns[i].target);
    stoa_table_free(own->table);
}

/* ---- the stream ---- */

/* About the bytes of a row in arrays. */
static size_t row_bytes(const stoa__arrow_plan *plan)
{
    size_t bytes = 0;
    for (size_t i = 0; i < plan->column_count; i++) {
        const stoa__arrow_column *column = &plan->columns[i];
        bytes += stoa__width(column->type) * (column->components > 0 ? column->components : 1);
    }
    return bytes;
}

static int get_schema(struct ArrowArrayStream *given, struct ArrowSchema *out)
{
    memset(out, 0, sizeof *out);
    return answer(&(pull){.own = given->private_data, .schema = out});
}

static int get_next(struct ArrowArrayStream *given, struct ArrowArray *out)
{
    memset(out, 0, sizeof *out);
    return answer(&(pull){.own = given->private_data, .array = out});
}

static const char *get_last_error(struct ArrowArrayStream *given)
{
    const export *own = given->private_data;
    return own->error.message[0] == '\0' ? NULL : own->error.message;
}

static void release(struct ArrowArrayStream *given)
{
    export *own = given->private_data;
    stoa_loan *loan = own->plan.loan;
    let_go(own);
    stoa__arrow_plan_dispose(&own->plan);
    stoa__slabs_dispose(&own->slabs);
    if (loan != NULL)
        stoa__loan_let_go(loan);
    stoa__release(own);
    given->release = NULL;
}

stoa_status stoa_table_arrow_stream(struct ArrowArrayStream *stream, stoa_table *table,
                                    const stoa_arrow_options *options, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, stream);
    STOA__REQUIRE_ARGUMENT(error, table);
    export *made = stoa__allocate_zeroed(sizeof *made);
    if (made == NULL)
        return stoa__fail_memory(error, sizeof *made);
    stoa_status status = stoa__arrow_plan_init(&made->plan, table, options, error);
    if (status != STOA_OK) {
        stoa__release(made);
        return status;
    }
    if (options != NULL && options->guard != NULL)
        made->guard = *options->guard;
    hold(made, table);
    made->slabs.left = made->plan.loan == NULL ? made->plan.count * row_bytes(&made->plan) : 0;
    made->plan.slabs = &made->slabs;
    if (made->plan.loan != NULL)
        stoa__loan_hold(made->plan.loan);
    *stream = (struct ArrowArrayStream){.get_schema = get_schema,
                                        .get_next = get_next,
                                        .get_last_error = get_last_error,
                                        .release = release,
                                        .private_data = made};
    return STOA_OK;
}

/* ---- all at once ---- */

static stoa_status copy_at_once(stoa__arrow_plan *plan, struct ArrowSchema *schema,
                                struct ArrowArray *array, stoa_error *error)
{
    stoa__arrow_rows rows;
    stoa__arrow_plan_rows(plan, SIZE_MAX, &rows);
    stoa__arrow_enlarge(plan, &rows);
    struct ArrowSchema made;
    stoa_status status = stoa__arrow_plan_schema(plan, &made, error);
    if (status != STOA_OK)
        return status;
    status = stoa__arrow_copy(plan, &rows, array, error);
    if (status == STOA_OK)
        *schema = made;
    else
        made.release(&made);
    return status;
}

stoa_status stoa_table_arrow_array(struct ArrowSchema *schema, struct ArrowArray *array,
                                   const stoa_table *table, const stoa_arrow_options *options,
                                   stoa_error *error)
{
    stoa__arrow_plan plan;
    stoa_arrow_options whole = {0};
    STOA__REQUIRE_ARGUMENT(error, schema);
    STOA__REQUIRE_ARGUMENT(error, array);
    STOA__REQUIRE_ARGUMENT(error, table);
    if (options != NULL)
        whole = *options;
    whole.batch_rows = SIZE_MAX;
    stoa_status status = stoa__arrow_plan_init(&plan, table, &whole, error);
    if (status == STOA_OK) {
        status = copy_at_once(&plan, schema, array, error);
        stoa__arrow_plan_dispose(&plan);
    }
    return status;
}

stoa_status stoa_table_arrow_schema(struct ArrowSchema *schema, const stoa_table *table,
                                    const stoa_arrow_options *options, stoa_error *error)
{
    stoa__arrow_plan plan;
    stoa_arrow_options fields = {0};
    STOA__REQUIRE_ARGUMENT(error, schema);
    STOA__REQUIRE_ARGUMENT(error, table);
    if (options != NULL)
        fields = *options;
    fields.first = fields.count = 0;
    fields.step = 0;
    fields.selection = NULL;
    stoa_status status = stoa__arrow_plan_init(&plan, table, &fields, error);
    if (status == STOA_OK) {
        status = stoa__arrow_plan_schema(&plan, schema, error);
        stoa__arrow_plan_dispose(&plan);
    }
    return status;
}
