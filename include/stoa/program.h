/* program.h: an expression that was bound to the fields of a table, ready to run.
 *
 * A program can be kept and run again: with other parameters, and on any table that has the fields
 * that it names (where their types differ from those before it is bound anew, unseen). It holds no
 * reference to a table. One thread may use a program at a time, and programs that share expressions
 * count as one: binding marks the expressions' nodes. Results are the same bits for any number of
 * threads and on any processor level, a NaN's sign and payload aside.
 *
 * Errors count only where a value is used: not in rows that the condition leaves out, and not in
 * branches that are not taken. error->row is the first row at fault. */
#ifndef STOA_PROGRAM_H
#define STOA_PROGRAM_H

#include <stoa/expression.h>
#include <stoa/selection.h>

STOA_BEGIN_DECLS

typedef struct stoa_program stoa_program;

/**
 * For bindings of languages whose interpreter has a lock: a run that is told of one lets go of it
 * while it computes. `leave` is called once everything has been checked and the columns are locked,
 * and what it gives is handed to `enter` before they are unlocked. Neither may fail. Not for
 * programs of tables whose pool has callbacks that need the interpreter.
 */
typedef struct stoa_interpreter {
    void *(*leave)(void);
    void (*enter)(void *left);
} stoa_interpreter;

/**
 * The rows of a run, where it is not over the whole table.
 */
typedef struct stoa_scope {
    size_t rows; /* the run is over rows [0, rows), at most all of the table's; where the program
                  * reads arrays alone, `rows` is their length. With a selection, 0 means all rows
                  * that the selection covers */
    const stoa_selection *selection; /* of these rows, only the selected ones; NULL: all */
    uint64_t version; /* not 0: STOA_STALE where stoa_program_version is another by now */
    const stoa_interpreter *interpreter; /* borrowed; NULL: none */
    uint64_t reserved[2];                /* zero */
} stoa_scope;

/**
 * Where an output goes: `count` cells of that type at data, count being the rows of the run.
 */
typedef struct stoa_output {
    stoa_type type;
    void *data;
    size_t count;
    uint64_t reserved[2]; /* zero */
} stoa_output;

/**
 * Checks names and types once. `where` may be NULL; it must be a condition. Expressions are kept
 * by reference. Parameters that are not set yet take part once they are. Expressions of arrays
 * alone need no table: it may be NULL here, and for compute, evaluate and fill.
 */
STOA_TRY stoa_program_new(stoa_program **program, const stoa_table *table,
                          stoa_expression *expression, stoa_expression *where, stoa_error *error);
/**
 * The same from text.
 */
STOA_TRY stoa_program_parse(stoa_program **program, const stoa_table *table, const char *text,
                            const char *where, stoa_error *error);
STOA_API void stoa_program_free(stoa_program *program);

/**
 * Binds a parameter by value, for all runs to come. Of type BOOL, INT64, UINT64 or FLOAT64.
 */
STOA_TRY stoa_program_set_parameter(stoa_program *program, const char *parameter, stoa_value value,
                                    stoa_error *error);
STOA_API size_t stoa_program_output_count(const stoa_program *program);

/* The next four tell what the program was bound to last. It is not bound as long as parameters are
 * not set, after a call that could not bind it, and after stoa_program_set_parameter gave a
 * parameter a value of another kind or size of integer, until a run has bound it again. */

/**
 * BOOL, INT64, UINT64 or FLOAT64, or that of a cast or plain field; STOA_NO_TYPE while unbound.
 */
STOA_API stoa_type stoa_program_output_type(const stoa_program *program, size_t output);
/**
 * Whether an output is one value for all rows, made of aggregates and constants alone; false while
 * unbound.
 */
STOA_API bool stoa_program_output_is_aggregate(const stoa_program *program, size_t output);
/**
 * Whether the values of a row follow from that row alone: no aggregate, no running sum; false while
 * unbound.
 */
STOA_API bool stoa_program_is_by_row(const stoa_program *program);
/**
 * The indices of the fields that it reads, each once; gives how many, and writes `room` at most.
 * None while unbound. fields may be NULL where room is 0.
 */
STOA_API size_t stoa_program_fields(const stoa_program *program, uint32_t *fields, size_t room);
/**
 * A number that grows when values that the program reads change: stoa_column_version for all of its
 * fields, and for columns of the table that its arrays lie in. So it tells whether a result is
 * still what the program would give for the same rows, and a run that is told of it
 * (stoa_scope.version) is refused where it is not. 0 while unbound; never 0 else.
 */
STOA_API uint64_t stoa_program_version(const stoa_program *program, const stoa_table *table);

/* ---- runs; scope may be NULL: all rows ----
 *
 * A run may write the cells that it reads as values of rows (of a column or an array; what only
 * aggregates read is read before) cell for cell: row 0 at the same address, of the same width,
 * packed. Any other overlap, shifted, reversed or of another width, is STOA_INVALID, and so are
 * outputs that overlap each other, the words of the scope's selection or the handles of an object
 * field. That holds for arrays in the columns that are assigned to or whose rows are moved, too. */

/**
 * Aggregates: `count` must be the number of outputs. Values are BOOL, INT64, UINT64 or FLOAT64, or
 * null. All are made in one pass over the rows, but for what is made of other aggregates, row by
 * row: sum(abs(x - mean(x))) takes two.
 */
STOA_TRY stoa_program_compute(stoa_program *program, const stoa_table *table,
                              const stoa_scope *scope, stoa_value *values, size_t count,
                              stoa_error *error);
/**
 * Values of each row into the caller's arrays, which may be columns of the table. Rows that are
 * left out keep what they have. Checked first where something could fail, then written.
 */
STOA_TRY stoa_program_evaluate(stoa_program *program, const stoa_table *table,
                               const stoa_scope *scope, const stoa_output *outputs, size_t count,
                               stoa_error *error);
/**
 * The same into memory that holds nothing yet, which must not overlap what is read, not even cell
 * for cell: where it fails it may have left anything there, since no pass over the rows looks for
 * failures first. Rows that are left out, by the scope or the condition, are not written.
 */
STOA_TRY stoa_program_fill(stoa_program *program, const stoa_table *table, const stoa_scope *scope,
                           const stoa_output *outputs, size_t count, stoa_error *error);
/**
 * Into fields, by name. All right sides see the values from before.
 */
STOA_TRY stoa_program_assign(stoa_program *program, stoa_table *table, const stoa_scope *scope,
                             const char *const *fields, size_t count, stoa_error *error);
/**
 * Into a field that is made for it, of this type (STOA_NO_TYPE: the program's own); rows that are
 * left out get zero. One output.
 */
STOA_TRY stoa_program_add_field(stoa_program *program, stoa_table *table, const stoa_scope *scope,
                                const char *name, stoa_type type, stoa_error *error);
/**
 * The rows where the one output, a condition, holds (and those of `where`, if there is one).
 */
STOA_TRY stoa_program_select(stoa_selection **selection, stoa_program *program,
                             const stoa_table *table, const stoa_scope *scope, stoa_error *error);
/**
 * A new table of those rows, the caller's own; no other memory as long as the table is needed.
 */
STOA_TRY stoa_program_filter(stoa_table **filtered, stoa_program *program, const stoa_table *table,
                             const stoa_scope *scope, stoa_error *error);
/**
 * Those rows go, or stay alone; in place.
 */
STOA_TRY stoa_program_remove(stoa_program *program, stoa_table *table, stoa_error *error);
STOA_TRY stoa_program_keep(stoa_program *program, stoa_table *table, stoa_error *error);

/* ---- in one step, from text ---- */

/**
 * One aggregate of all rows: "sum(x * x + y * y)".
 */
STOA_TRY stoa_compute(const stoa_table *table, const char *text, stoa_value *value,
                      stoa_error *error);
/**
 * Several at once: "sum(x), mean(y)", of the rows where `where` holds (NULL: of all).
 */
STOA_TRY stoa_compute_all(const stoa_table *table, const char *text, const char *where,
                          stoa_value *values, size_t count, stoa_error *error);
/**
 * A field from the others: where the condition holds (NULL: in every row).
 */
STOA_TRY stoa_assign(stoa_table *table, const char *field, const char *text, const char *where,
                     stoa_error *error);
/**
 * Several fields at once, field k from texts[k]: every right side is evaluated before any is
 * stored.
 */
STOA_TRY stoa_update(stoa_table *table, const char *const *fields, const char *const *texts,
                     size_t count, const char *where, stoa_error *error);
/**
 * A new field of the values of an expression; type STOA_NO_TYPE: that of the expression.
 */
STOA_TRY stoa_add_field(stoa_table *table, const char *field, stoa_type type, const char *text,
                        const char *where, stoa_error *error);
/**
 * A new table of the rows where the condition holds.
 */
STOA_TRY stoa_filter(stoa_table **filtered, const stoa_table *table, const char *where,
                     stoa_error *error);
STOA_TRY stoa_remove(stoa_table *table, const char *where, stoa_error *error);
STOA_TRY stoa_keep(stoa_table *table, const char *where, stoa_error *error);

STOA_END_DECLS

#endif
