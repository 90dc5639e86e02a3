/* outputs.h: the values of a run are stored into cells. */
#ifndef STOA__QUERY_OUTPUTS_H
#define STOA__QUERY_OUTPUTS_H

#include "expr/binder/times.h"
#include "expr/execution/run.h"

/* Results go into cells and validity (NULL: no null is taken), of row 0 on, each of one type.
 * names: of the fields, for messages, or NULL. is_fresh: the cells have no values yet, and are
 * given up if it fails. */
stoa_status stoa__store_outputs(stoa__run *run, char *const *cells, uint64_t *const *validity,
                                const uint8_t *types, const char *const *names, bool is_fresh,
                                stoa_error *error);

#endif
