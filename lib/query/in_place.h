/* in_place.h: float32 results that are stored as they are computed, over their own operands. */
#ifndef STOA__QUERY_IN_PLACE_H
#define STOA__QUERY_IN_PLACE_H

#include "expr/execution/run.h"

/* Stores the results of all rows into cells (of row 0 on), where each is a + b * c of float32
 * columns and a the one that is stored into. False: they are not of that kind, or some row may
 * fail; then no cell has changed. The run's aggregates are there. Rows that make one morsel are in
 * the cache when they are read again: nothing is gained. */
bool stoa__store_in_place(stoa__run *run, char *const *cells);

#endif
