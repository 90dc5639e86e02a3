/* paths.h: what a run does with references: see paths.c. */
#ifndef STOA__EXPR_EXECUTION_PATHS_H
#define STOA__EXPR_EXECUTION_PATHS_H

#include "expr/execution/run.h"

static inline bool stoa__is_of_paths(unsigned code)
{
    return code >= STOA__FOLLOW && code <= STOA__ROW_IDS;
}

/* For stoa__reach_tables alone. */
bool stoa__reach_each_table(const stoa__code_block *code, const stoa_table *table);
/* Most programs have no paths, and take some 100 ns once they are bound: they ask nothing more.
 * Goes the ways of the code from a table. Whether they lead to the same schemas as when they were
 * bound, and meet where they did. */
static inline bool stoa__reach_tables(const stoa__code_block *code, const stoa_table *table)
{
    return code->table_count == 0 || stoa__reach_each_table(code, table);
}
/* Before a run, once tables are reached and locked: what the steps read. */
void stoa__begin_paths(stoa__code_block *code);
/* FOLLOW, COLLECT or ROW_IDS of a block. */
void stoa__run_path_step(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                         size_t count);
/* The string handles of a COLLECT in the rows of the run; 0 where there is none. NULL where memory
 * was refused; else the caller releases them. */
stoa_handle *stoa__collected_handles(const stoa__run *run, stoa__id id);
/* Has the run read copies of collected columns that lie in cells [first, end), which it writes to.
 */
stoa_status stoa__keep_collected(stoa__run *run, const void *first, const void *end,
                                 stoa_error *error);
void stoa__release_collected(stoa__code_block *code);

#endif
