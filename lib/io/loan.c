/* loan.c: lending a table's memory.
 *
 * A loan locks all columns once, as a run does, until its last holder is gone: the caller's handle,
 * or an array or stream, on whichever thread that is. The columns are the same then: none comes or
 * goes while one is locked. */
#include "io/loan.h"

#include "base/check.h"
#include "store/lock.h"

struct stoa_loan {
    stoa_table *table; /* held */
    uint32_t holders;
};

stoa_status stoa_loan_new(stoa_loan **loan, stoa_table *table, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, loan);
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa_loan *made = stoa__allocate(sizeof *made);
    if (made == NULL)
        return stoa__fail_memory(error, sizeof *made);
    *made = (stoa_loan){stoa__table_retain(table), 1};
    __atomic_fetch_add(&stoa__whole(table)->loans, 1, __ATOMIC_SEQ_CST);
    stoa__table_lock(table);
    *loan = made;
    return STOA_OK;
}

static void leave(stoa_loan *loan)
{
    if (__atomic_sub_fetch(&loan->holders, 1, __ATOMIC_SEQ_CST) > 0)
        return;
    stoa__table_unlock(loan->table);
    __atomic_fetch_sub(&stoa__whole(loan->table)->loans, 1, __ATOMIC_SEQ_CST);
    stoa_table_free(loan->table);
    stoa__release(loan);
}

void stoa_loan_free(stoa_loan *loan)
{
    if (loan != NULL)
        leave(loan);
}

bool stoa__loan_is_of(const stoa_loan *loan, const stoa_table *table)
{
    return loan->table == table;
}

stoa_loan *stoa__loan_hold(stoa_loan *loan)
{
    __atomic_fetch_add(&loan->holders, 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&stoa__whole(loan->table)->lent_arrays, 1, __ATOMIC_SEQ_CST);
    return loan;
}

void stoa__loan_let_go(void *held)
{
    stoa_loan *loan = held;
    __atomic_fetch_sub(&stoa__whole(loan->table)->lent_arrays, 1, __ATOMIC_SEQ_CST);
    leave(loan);
}

size_t stoa_table_loans(const stoa_table *table, size_t *arrays)
{
    const stoa__table *whole = stoa__whole_const(table);
    if (arrays != NULL)
        *arrays = table == NULL ? 0 : __atomic_load_n(&whole->lent_arrays, __ATOMIC_SEQ_CST);
    return table == NULL ? 0 : __atomic_load_n(&whole->loans, __ATOMIC_SEQ_CST);
}
