/* loan.h: tables whose memory is lent to arrays of Arrow. */
#ifndef STOA__IO_LOAN_H
#define STOA__IO_LOAN_H

#include <stoa/arrow.h>

/* Whether the loan is of that table. */
bool stoa__loan_is_of(const stoa_loan *loan, const stoa_table *table);
/* One more array or stream holds the loan, and lets go of it. */
stoa_loan *stoa__loan_hold(stoa_loan *loan);
void stoa__loan_let_go(void *held);

#endif
