/* calendar.h: the parts of dates and timestamps. */
#ifndef STOA__EXPR_BINDER_CALENDAR_H
#define STOA__EXPR_BINDER_CALENDAR_H

#include "expr/binder/operate.h"

/* YEAR ... TRUNC. */
stoa_status stoa__bind_calendar(stoa__code_block *code, const stoa_expression *node,
                                const stoa__typed *arguments, stoa__typed *made, stoa_error *error);
/* The day of a date or a timestamp, an INT32: of local time if there is a zone. */
stoa__id stoa__emit_days(stoa__code_block *code, const stoa__typed *typed);

#endif
