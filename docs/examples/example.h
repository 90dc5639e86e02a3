/* example.h: what the examples in this folder share.
 *
 * The lines between two comments [name] are shown in the documentation. A comment "prints TEXT"
 * stands behind each line that prints: tests/examples.sh compares. */
#ifndef STOA_EXAMPLE_H
#define STOA_EXAMPLE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <stoa/stoa.h>

/* [must] */
/* Ends the program, with the message, if a call failed. */
static inline void must(stoa_status status, const stoa_error *error)
{
    if (status == STOA_OK)
        return;
    fprintf(stderr, "%s: %s\n", stoa_status_name(status), error->message);
    exit(1);
}
/* [must] */

void table_examples(void);

#endif
