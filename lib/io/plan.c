/* plan.c: from the options of an export to columns, forms and rows.
 *
 * A plan keeps the version of each column that it reads. Invariant: `done` rows have left, and
 * those behind them are found from `first` on. */
#include "io/plan.h"

#include "base/memory.h"
#include "io/loan.h"
#include "io/nodes.h"
#include "io/types.h"
#include "query/selection.h"
#include "store/reference.h"

/* ---- columns ---- */

static const stoa__schema_field *described(const stoa_table *table, size_t field)
{
    return &stoa__whole_const(table)->schema->fields[field];
}

static stoa__arrow_form form_of(const stoa__schema_field *field, uint64_t flags)
{
    if (field->type == STOA_BOOL)
        return STOA__ARROW_BITS;
    if (field->type == STOA_STRING)
        return (flags & STOA_ARROW_DICTIONARIES) != 0 ? STOA__ARROW_CODED : STOA__ARROW_TEXT;
    return field->label_count > 0 ? STOA__ARROW_CODED : STOA__ARROW_CELLS;
}

static uint64_t version_of(const stoa_table *table, const stoa__arrow_column *column)
{
    uint64_t version = stoa_column_version(table, column->field);
    for (uint32_t i = 1; i < column->components; i++)
        version += stoa_column_version(table, column->field + i);
    return version;
}

/* A stream keeps it. */
static stoa_table *target_of(const stoa_table *table, size_t field)
{
    stoa__table *found = stoa__target_of_field(stoa__whole_const(table), field);
    return found == NULL ? NULL : &found->head;
}

/* The column of a field, or of the vector that it is a component of. */
static stoa_status add_column(stoa__arrow_plan *plan, size_t field, uint64_t flags,
                              stoa_error *error)
{
    stoa_status status = stoa__check_field(plan->table, field, error);
    if (status != STOA_OK)
        return status;
    const stoa__schema_field *what = described(plan->table, field);
    field -= what->component;
    what = described(plan->table, field);
    if (what->type == STOA_OBJECT)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "field '%s' is an object field, for which Arrow has no type", what->name);
    bool is_reference = what->type == STOA_REFERENCE;
    stoa__arrow_column *column = &plan->columns[plan->column_count++];
    *column = (stoa__arrow_column){.field = (uint32_t)field,
                                   .components = what->components,
                                   .type = (stoa_type)what->type,
                                   .form = form_of(what, flags),
                                   .nullable = stoa__schema_nullable(what) || is_reference,
                                   .target = is_reference ? target_of(plan->table, field) : NULL};
    column->version = version_of(plan->table, column);
    return STOA_OK;
}

static stoa_status add_all(stoa__arrow_plan *plan, uint64_t flags, stoa_error *error)
{
    stoa_status status = STOA_OK;
    STOA__EACH_FIELD (stoa__whole_const(plan->table), i) {
        if (status == STOA_OK && described(plan->table, i)->component == 0)
            status = add_column(plan, i, flags, error);
    }
    return status;
}

static stoa_status add_columns(stoa__arrow_plan *plan, const stoa_arrow_options *options,
                               stoa_error *error)
{
    size_t most = options->fields != NULL ? options->field_count : plan->table->field_count;
    size_t bytes = most * sizeof *plan->columns;
    plan->columns = stoa__allocate(bytes > 0 ? bytes : 1);
    if (plan->columns == NULL)
        return stoa__fail_memory(error, bytes);
    if (options->fields == NULL)
        return add_all(plan, options->flags, error);
    stoa_status status = STOA_OK;
    for (size_t i = 0; status == STOA_OK && i < options->field_count; i++)
        status = add_column(plan, options->fields[i], options->flags, error);
    return status;
}

/* ---- what the consumer would like ---- */

static stoa__arrow_form requested_form(const stoa__arrow_column *column,
                                       const struct ArrowSchema *wish)
{
    stoa__arrow_type type;
    bool has_texts = column->form >= STOA__ARROW_CODED;
    if (has_texts && wish->dictionary != NULL)
        return STOA__ARROW_CODED;
    if (!has_texts || !stoa__arrow_type_of(wish->format, &type) ||
        !stoa__arrow_is_text(type.layout))
        return column->form;
    return type.layout == STOA__LAYOUT_LARGE_TEXT ? STOA__ARROW_LARGE_TEXT : STOA__ARROW_TEXT;
}

static stoa_status no_schema(stoa_error *error)
{
    return stoa__fail(error, STOA_INVALID, "the schema that is requested is none");
}

static stoa_status grant(stoa__arrow_plan *plan, const struct ArrowSchema *wish, stoa_error *error)
{
    if (wish->format == NULL || wish->release == NULL || wish->n_children < 0 ||
        (wish->children == NULL && wish->n_children > 0))
        return no_schema(error);
    if (!plan->is_bare && (size_t)wish->n_children != plan->column_count)
        return stoa__fail(error, STOA_INVALID,
                          "a schema of %lld fields is requested, but there are %zu",
                          (long long)wish->n_children, plan->column_count);
    for (size_t i = 0; i < plan->column_count; i++) {
        const struct ArrowSchema *own = plan->is_bare ? wish : wish->children[i];
        if (own == NULL || own->format == NULL)
            return no_schema(error);
        plan->columns[i].form = requested_form(&plan->columns[i], own);
    }
    return STOA_OK;
}

/* ---- rows ---- */

static stoa_status select_rows(stoa__arrow_plan *plan, const stoa_selection *selection,
                               stoa_error *error)
{
    stoa_status status = stoa__selection_check(selection, plan->table, error);
    if (status == STOA_OK)
        status = stoa_selection_copy(&plan->selection, selection, error);
    if (status != STOA_OK)
        return status;
    plan->count = selection->count;
    size_t most = plan->batch_rows < plan->count ? plan->batch_rows : plan->count;
    size_t bytes = (most > 0 ? most : 1) * sizeof *plan->indices;
    plan->indices = stoa__allocate(bytes);
    return plan->indices == NULL ? stoa__fail_memory(error, bytes) : STOA_OK;
}

static stoa_status take_rows(stoa__arrow_plan *plan, const stoa_arrow_options *options,
                             stoa_error *error)
{
    plan->loan = options->loan;
    plan->batch_rows = plan->loan != NULL ? SIZE_MAX : STOA_ARROW_BATCH;
    if (options->batch_rows > 0)
        plan->batch_rows = options->batch_rows;
    if (options->selection != NULL && options->step != 0)
        return stoa__fail(error, STOA_INVALID, "both a selection and a step of rows are given");
    if (options->selection != NULL)
        return select_rows(plan, options->selection, error);
    plan->first = options->first;
    plan->step = options->step;
    plan->count = options->count;
    if (options->step != 0)
        return stoa__check_steps(plan->table, plan->first, plan->step, plan->count, error);
    if (options->first != 0 || options->count != 0)
        return stoa__fail(error, STOA_INVALID, "rows are given with a step of 0");
    plan->step = 1;
    plan->count = plan->table->rows;
    return STOA_OK;
}

/* Writes the next `count` selected rows to the indices. */
static void find_selected(const stoa__arrow_plan *plan, size_t count)
{
    size_t row = plan->first, found = 0;
    while (found < count) {
        uint64_t word = plan->selection->words[row / 64] >> row % 64;
        if (word == 0) {
            row = (row / 64 + 1) * 64;
            continue;
        }
        row += (size_t)__builtin_ctzll(word);
        plan->indices[found++] = row++;
    }
}

void stoa__arrow_plan_rows(stoa__arrow_plan *plan, size_t most, stoa__arrow_rows *rows)
{
    size_t left = plan->count - plan->done;
    *rows = (stoa__arrow_rows){.first = plan->first,
                               .step = plan->step,
                               .count = left < most ? left : most,
                               .indices = plan->indices};
    if (plan->selection != NULL)
        find_selected(plan, rows->count);
}

void stoa__arrow_plan_advance(stoa__arrow_plan *plan, const stoa__arrow_rows *rows)
{
    plan->done += rows->count;
    if (plan->selection == NULL)
        plan->first += (size_t)plan->step * rows->count;
    else if (rows->count > 0)
        plan->first = rows->indices[rows->count - 1] + 1;
}

/* ---- the plan ---- */

static stoa_status check_options(const stoa_table *table, const stoa_arrow_options *options,
                                 stoa_error *error)
{
    const uint64_t known = STOA_ARROW_DICTIONARIES | STOA_ARROW_BARE;
    if ((options->flags & ~known) != 0)
        return stoa__fail(error, STOA_INVALID, "stoa_arrow_options.flags has an unknown flag");
    for (size_t i = 0; i < sizeof options->reserved / sizeof *options->reserved; i++)
        if (options->reserved[i] != 0)
            return stoa__fail(error, STOA_INVALID, "stoa_arrow_options.reserved must be zero");
    if (options->loan != NULL && !stoa__loan_is_of(options->loan, table))
        return stoa__fail(error, STOA_INVALID, "the loan is of another table");
    if (options->guard != NULL && options->guard->around == NULL)
        return stoa__fail(error, STOA_INVALID, "a guard needs its function");
    return STOA_OK;
}

static stoa_status fill_plan(stoa__arrow_plan *plan, const stoa_arrow_options *options,
                             stoa_error *error)
{
    stoa_status status = check_options(plan->table, options, error);
    if (status == STOA_OK)
        status = add_columns(plan, options, error);
    if (status == STOA_OK && plan->is_bare && plan->column_count != 1)
        return stoa__fail(error, STOA_INVALID, "STOA_ARROW_BARE is for one field, not for %zu",
                          plan->column_count);
    if (status == STOA_OK && options->requested != NULL)
        status = grant(plan, options->requested, error);
    return status == STOA_OK ? take_rows(plan, options, error) : status;
}

stoa_status stoa__arrow_plan_init(stoa__arrow_plan *plan, const stoa_table *table,
                                  const stoa_arrow_options *options, stoa_error *error)
{
    static const stoa_arrow_options all;
    options = options != NULL ? options : &all;
    STOA__REQUIRE_ARRAY(error, options->fields, options->field_count);
    *plan = (stoa__arrow_plan){.table = table, .is_bare = (options->flags & STOA_ARROW_BARE) != 0};
    stoa_status status = fill_plan(plan, options, error);
    if (status != STOA_OK)
        stoa__arrow_plan_dispose(plan);
    return status;
}

void stoa__arrow_plan_dispose(stoa__arrow_plan *plan)
{
    stoa__release(plan->columns);
    stoa__release(plan->indices);
    stoa_selection_free(plan->selection);
    *plan = (stoa__arrow_plan){0};
}

stoa_status stoa__arrow_plan_check(const stoa__arrow_plan *plan, stoa_error *error)
{
    for (size_t i = 0; i < plan->column_count; i++)
        if (version_of(plan->table, &plan->columns[i]) != plan->columns[i].version)
            return stoa__fail(error, STOA_STALE,
                              "the table was changed since the export began: cells were written "
                              "to, rows removed or reordered, or fields dropped or renamed");
    return STOA_OK;
}

/* ---- its schema ---- */

static const stoa__arrow_type utf8 = {.layout = STOA__LAYOUT_TEXT, .type = STOA_STRING},
                              large_utf8 = {.layout = STOA__LAYOUT_LARGE_TEXT, .type = STOA_STRING};

/* Strings are handles, and references ids. */
static stoa_type cell_type(stoa_type type)
{
    if (type == STOA_STRING)
        return STOA_UINT32;
    return type == STOA_REFERENCE ? STOA_UINT64 : type;
}

/* Of one value: of a dictionary that of its indices. */
static stoa__arrow_type value_type(const stoa__arrow_column *column,
                                   const stoa__schema_field *field)
{
    if (column->form == STOA__ARROW_TEXT)
        return utf8;
    if (column->form == STOA__ARROW_LARGE_TEXT)
        return large_utf8;
    return (stoa__arrow_type){.layout = column->form == STOA__ARROW_BITS ? STOA__LAYOUT_BITS
                                                                         : STOA__LAYOUT_NUMBERS,
                              .type = cell_type(column->type),
                              .unit = field->unit,
                              .zone = field->zone != NULL ? field->zone->name : NULL};
}

/* The name of a column: of a vector its own, not that of its component. */
static const char *name_of(const stoa__arrow_plan *plan, const stoa__arrow_column *column)
{
    const stoa__schema_field *field = stoa__arrow_field(plan, column);
    return column->components > 0 ? described(plan->table, field->vector)->name : field->name;
}

/* A schema of that type, with room for an item's of a list, or for a dictionary's. */
static stoa_status typed_schema(struct ArrowSchema *out, stoa__arrow_type type, const char *name,
                                bool nullable, bool has_dictionary, stoa_error *error)
{
    char format[STOA__ARROW_FORMAT_SIZE];
    stoa__arrow_format_of(&type, format);
    return stoa__arrow_schema_new(out, format, name, nullable, type.layout == STOA__LAYOUT_LISTS,
                                  has_dictionary, error);
}

static stoa_status column_schema(const stoa__arrow_plan *plan, const stoa__arrow_column *column,
                                 struct ArrowSchema *out, stoa_error *error)
{
    const stoa__arrow_type value = value_type(column, stoa__arrow_field(plan, column)),
                           list = {.layout = STOA__LAYOUT_LISTS, .length = column->components};
    bool is_list = column->components > 0, is_coded = column->form == STOA__ARROW_CODED;
    stoa_status status = typed_schema(out, is_list ? list : value, name_of(plan, column),
                                      column->nullable, is_coded, error);
    if (status == STOA_OK && is_list)
        status = typed_schema(out->children[0], value, "item", false, false, error);
    if (status == STOA_OK && is_coded)
        status = typed_schema(out->dictionary, column->type == STOA_STRING ? large_utf8 : utf8, "",
                              false, false, error);
    if (status != STOA_OK && out->release != NULL)
        out->release(out);
    return status;
}

stoa_status stoa__arrow_plan_schema(const stoa__arrow_plan *plan, struct ArrowSchema *out,
                                    stoa_error *error)
{
    struct ArrowSchema made = {0};
    stoa_status status;
    if (plan->is_bare) {
        status = column_schema(plan, &plan->columns[0], &made, error);
    } else {
        status = stoa__arrow_schema_new(&made, "+s", "", false, plan->column_count, false, error);
        for (size_t i = 0; status == STOA_OK && i < plan->column_count; i++)
            status = column_schema(plan, &plan->columns[i], made.children[i], error);
    }
    if (status == STOA_OK)
        *out = made;
    else if (made.release != NULL)
        made.release(&made);
    return status;
}
