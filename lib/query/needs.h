/* needs.h: arguments that the public calls cannot do without. */
#ifndef STOA__QUERY_NEEDS_H
#define STOA__QUERY_NEEDS_H

#include "base/error.h"

/* Leaves the function with STOA_INVALID where a pointer is NULL. `what` is a literal. */
#define STOA__NEEDS(pointer, what, error) \
    if ((pointer) == NULL)                \
    return stoa__fail(error, STOA_INVALID, "there is no " what)

#endif
