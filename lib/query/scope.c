/* scope.c: the rows of a run (those of the table, fewer, or selected ones), the locks on the
 * columns that it reads, and overlaps between cells that it reads and cells that it writes.
 *
 * A run that lets other threads in locks the columns that it reads before anything is computed. The
 * version that the caller expects is compared after that, so that the whole run computes with it.
 *
 * The cells of a block are read before one of them is written, and blocks are independent. So cells
 * that are read may be written cell for cell; all others must not overlap. */
#include "query/scope.h"

#include <stdlib.h>
#include <string.h>

#include "expr/execution/paths.h"
#include "query/selection.h"
#include "store/lock.h"

/* More rows than any memory holds. Numbers of rows stay far below the limits of their types. */
#define MOST_ROWS ((size_t)1 << 48)

/* ---- what is read ---- */

/* In all the rows that the column can have: others may append some until the array is looked at
 * once more, to be unlocked. */
static bool lies_in(const stoa__array *array, const stoa__table *table, uint32_t field)
{
    uintptr_t cells = (uintptr_t)stoa__cell_at(table, field, 0);
    uintptr_t first = (uintptr_t)array->data, last = first;
    last += (uintptr_t)array->stride * (array->length > 0 ? array->length - 1 : 0);
    uintptr_t low = first < last ? first : last, high = (first < last ? last : first) + 1;
    return low < cells + table->max_rows * stoa__column_width(table, field) && high > cells;
}

/* Whether its values are cells of a string field of the table. */
static bool are_own_strings(const stoa__run *run, const stoa__array *array)
{
    const stoa__table *table = stoa__whole_const(run->table);
    STOA__EACH_FIELD (table, field) {
        if (!stoa__is_string(table, field) || !lies_in(array, table, field))
            continue;
        size_t offset = (uintptr_t)array->data - (uintptr_t)stoa__cell_at(table, field, 0);
        return offset % sizeof(stoa_handle) == 0 &&
               array->stride % (ptrdiff_t)sizeof(stoa_handle) == 0;
    }
    return false;
}

/* Checks that an array holds handles of the table's pool. */
static stoa_status check_strings(const stoa__run *run, const stoa__array *array, stoa_error *error)
{
    if (run->table != NULL && are_own_strings(run, array))
        return STOA_OK;
    if (run->strings == NULL || array->strings != run->strings)
        return stoa__fail(error, STOA_INVALID,
                          "an array has strings of another pool than the table's");
    size_t count = stoa_string_pool_count(run->strings);
    for (size_t i = 0; i < array->length; i++) {
        stoa_handle handle;
        memcpy(&handle, (const char *)array->data + (ptrdiff_t)i * array->stride, sizeof handle);
        bool is_there = array->validity == NULL || (array->validity[i / 8] >> i % 8 & 1) != 0;
        if (handle >= count && is_there)
            return stoa__fail_at(error, STOA_INVALID, i,
                                 "value %zu of an array is %u, but the pool has %zu strings", i,
                                 (unsigned)handle, count);
    }
    return STOA_OK;
}

static stoa_status check_arrays(const stoa__run *run, stoa_error *error)
{
    const stoa__code_block *code = &run->program->code;
    stoa_status status = STOA_OK;
    for (uint32_t i = 0; status == STOA_OK && i < code->array_count; i++) {
        if (code->arrays[i].length != run->rows)
            return stoa__fail(error, STOA_INVALID,
                              "an array has %zu values, but the run has %zu rows",
                              code->arrays[i].length, run->rows);
        if (code->arrays[i].type == STOA_STRING)
            status = check_strings(run, &code->arrays[i], error);
    }
    return status;
}

/* Calls for each field that the program reads, of its targets too, and for columns that its arrays
 * lie in. */
static void each_read(const stoa_program *program, const stoa_table *table,
                      void (*call)(void *context, const stoa_table *table, uint32_t field),
                      void *context)
{
    const stoa__code_block *code = &program->code;
    for (stoa__id id = STOA__FIRST_TERM; table != NULL && id < code->count; id++)
        if (code->terms[id].kind == STOA__COLUMN_TERM)
            call(context, table, code->terms[id].index);
    for (uint32_t i = 0; table != NULL && i < code->array_count; i++)
        STOA__EACH_FIELD (stoa__whole_const(table), field)
            if (lies_in(&code->arrays[i], stoa__whole_const(table), field))
                call(context, table, field);
    for (uint32_t i = 0; i < code->collected_count; i++)
        call(context, code->tables[code->collected[i].table].table, code->collected[i].field);
}

static void add_version(void *sum, const stoa_table *table, uint32_t field)
{
    *(uint64_t *)sum += __atomic_load_n(&table->columns[field].version, __ATOMIC_RELAXED);
}

uint64_t stoa_program_version(const stoa_program *program, const stoa_table *table)
{
    if (program == NULL || program->wanted == 0 ||
        (table != NULL && program->schema != stoa__whole_const(table)->schema) ||
        !stoa__reach_tables(&program->code, table))
        return 0;
    uint64_t version = 1 + (table != NULL ? table->order : 0);
    for (uint32_t i = 1; i < program->code.table_count; i++)
        if (program->code.tables[i].table != NULL) /* else freed: see leave_referrers() */
            version += 1 + program->code.tables[i].table->order;
    each_read(program, table, add_version, &version);
    return version;
}

static void lock(void *context, const stoa_table *table, uint32_t field)
{
    (void)context;
    stoa__column_lock(table, field);
}

static void unlock(void *context, const stoa_table *table, uint32_t field)
{
    (void)context;
    stoa__column_unlock(table, field);
}

/* While others may change tables, those that are read stay, and their rows stay where they are. */
static void lock_all(const stoa__run *run)
{
    const stoa__code_block *code = &run->program->code;
    each_read(run->program, run->table, lock, NULL);
    for (uint32_t i = 0; i < code->table_count; i++)
        if (code->tables[i].table != NULL)
            stoa__rows_lock(stoa__table_retain((stoa_table *)(uintptr_t)code->tables[i].table));
}

static void unlock_all(const stoa__run *run)
{
    const stoa__code_block *code = &run->program->code;
    each_read(run->program, run->table, unlock, NULL);
    for (uint32_t i = 0; i < code->table_count; i++) {
        stoa_table *table = (stoa_table *)(uintptr_t)code->tables[i].table;
        if (table != NULL)
            stoa__rows_unlock(table);
        stoa_table_free(table);
    }
}

/* Locks the columns that are read, if others may write meanwhile, and releases the interpreter. */
static stoa_status hold(stoa__run *run, const stoa_scope *scope, stoa_error *error)
{
    if (scope == NULL)
        return STOA_OK;
    /* Pools of strings have no locks: nobody else may come in between. */
    const stoa_interpreter *interpreter =
        run->program->code.strings == NULL ? scope->interpreter : NULL;
    if (interpreter != NULL)
        lock_all(run);
    if (scope->version != 0 && scope->version != stoa_program_version(run->program, run->table)) {
        if (interpreter != NULL)
            unlock_all(run);
        return stoa__fail(error, STOA_STALE,
                          "a column that is read was written to, or rows were removed, inserted in "
                          "the middle or reordered");
    }
    run->interpreter = interpreter;
    if (run->interpreter != NULL)
        run->left = run->interpreter->leave();
    return STOA_OK;
}

void stoa__run_end(stoa__run *run)
{
    if (run->program->code.collected_count > 0)
        stoa__release_collected(&run->program->code);
    if (run->interpreter == NULL)
        return;
    run->interpreter->enter(run->left);
    unlock_all(run);
}

/* ---- which rows ---- */

static stoa_status begin(stoa__run *run, stoa_program *program, const stoa_table *table,
                         const stoa_scope *scope, stoa_error *error)
{
    *run = (stoa__run){.program = program, .table = table};
    run->strings = table == NULL ? NULL : table->strings;
    run->rows = stoa_table_rows_published(table);
    if (scope != NULL && (scope->reserved[0] | scope->reserved[1]) != 0)
        return stoa__fail(error, STOA_INVALID, "stoa_scope.reserved must be zero");
    if (scope != NULL && scope->interpreter != NULL &&
        (scope->interpreter->leave == NULL || scope->interpreter->enter == NULL))
        return stoa__fail(error, STOA_INVALID, "an interpreter needs both of its functions");
    if (scope != NULL && table != NULL && scope->rows > run->rows)
        return stoa__fail_at(error, STOA_OUT_OF_RANGE, scope->rows,
                             "scope.rows is %zu, but the table has %zu rows", scope->rows,
                             run->rows);
    if (scope != NULL && scope->rows > MOST_ROWS)
        return stoa__fail(error, STOA_INVALID, "a run has at most %zu rows, not %zu", MOST_ROWS,
                          scope->rows);
    if (scope != NULL)
        run->rows = scope->rows;
    if (scope != NULL && scope->selection != NULL) {
        const stoa_selection *selection = scope->selection;
        if (table == NULL)
            return stoa__fail(error, STOA_INVALID, "a selection needs a table, and there is none");
        stoa_status status = stoa__selection_check(selection, table, error);
        if (status != STOA_OK)
            return status;
        if (scope->rows == 0 || scope->rows > selection->rows)
            run->rows = selection->rows;
        run->selection = selection->words;
        run->is_trimmed = run->rows < selection->rows;
    }
    if (!stoa__program_prepare(program, 1))
        return stoa__fail_memory(error, sizeof(stoa__worker));
    return program->code.array_count == 0 ? STOA_OK : check_arrays(run, error);
}

stoa_status stoa__run_begin(stoa__run *run, stoa_program *program, const stoa_table *table,
                            const stoa_scope *scope, stoa_error *error)
{
    stoa_status status = begin(run, program, table, scope, error);
    if (status == STOA_OK && program->code.table_count > 0)
        stoa__begin_paths(&program->code);
    return status == STOA_OK ? hold(run, scope, error) : status;
}

/* ---- cells that are read and written ---- */

/* The bytes [first, end). */
typedef struct span {
    uintptr_t first, end;
} span;

/* Of cells that are `stride` apart; rows > 0. */
static span span_of(const void *cells, ptrdiff_t stride, size_t width, size_t rows)
{
    uintptr_t first = (uintptr_t)cells;
    uintptr_t last = first + (uintptr_t)stride * (rows - 1); /* below it where stride is negative */
    return stride < 0 ? (span){last, first + width} : (span){first, last + width};
}

static int by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const stoa__written *)a)->cells;
    uintptr_t y = (uintptr_t)((const stoa__written *)b)->cells;
    return (x > y) - (x < y);
}

size_t stoa__written_sort(stoa__written *written, size_t count, size_t rows)
{
    size_t second = 1;
    if (count == 0 || rows == 0)
        return count;
    qsort(written, count, sizeof *written, by_address);
    while (second < count &&
           (uintptr_t)written[second].cells >=
               (uintptr_t)written[second - 1].cells + written[second - 1].width * rows)
        second++;
    return second;
}

/* The first span that ends after that address, or count. */
static size_t first_behind(const stoa__written *written, size_t count, size_t rows, uintptr_t at)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool behind = (uintptr_t)written[middle].cells + written[middle].width * rows > at;
        low = behind ? low : middle + 1;
        high = behind ? middle : high;
    }
    return low;
}

/* The cells of an operand and their stride. */
static const void *operand_of(const stoa__run *run, const stoa__term *term, ptrdiff_t *stride)
{
    if (term->kind == STOA__COLUMN_TERM) {
        *stride = (ptrdiff_t)stoa__width((stoa_type)term->form);
        return run->table->columns[term->index].cells;
    }
    const stoa__array *array = &run->program->code.arrays[term->index];
    *stride = array->stride;
    return array->data;
}

stoa_status stoa__run_keep(stoa__run *run, const stoa__written *written, size_t count,
                           stoa_error *error)
{
    stoa_status status = STOA_OK;
    for (size_t i = 0; status == STOA_OK && run->program->code.collected_count > 0 && i < count;
         i++) {
        const char *cells = written[i].cells;
        status = stoa__keep_collected(run, cells, cells + written[i].width * run->rows, error);
    }
    return status;
}

/* The written spans are sorted, so only those around the operand are compared with it. */
const stoa__term *stoa__run_overlap(const stoa__run *run, const stoa__written *written,
                                    size_t count, bool strictly, size_t *index)
{
    const stoa__code_block *code = &run->program->code;
    const stoa__pass *pass = &run->program->plan.passes[run->program->plan.count - 1];
    for (uint32_t i = 0; i < pass->column_count && run->rows > 0; i++) {
        const stoa__term *term = &code->terms[pass->columns[i]];
        ptrdiff_t stride;
        size_t width = stoa__width((stoa_type)term->form);
        const void *data = operand_of(run, term, &stride);
        span read = span_of(data, stride, width, run->rows);
        for (size_t k = first_behind(written, count, run->rows, read.first);
             k < count && (uintptr_t)written[k].cells < read.end; k++) {
            bool same = data == written[k].cells && width == written[k].width &&
                        (stride == (ptrdiff_t)width || run->rows == 1);
            *index = written[k].index;
            if (strictly || !same)
                return term;
        }
    }
    return NULL;
}
