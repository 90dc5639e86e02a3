/* footprint.h: measures the memory and the address space of the process. */
#ifndef STOA_TESTS_FOOTPRINT_H
#define STOA_TESTS_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the process runs without valgrind and sanitizers, whose own memory would be counted
 * too. */
bool runs_free(void);
/* The bytes of the process in memory; 0 if there is no /proc. */
size_t resident(void);
/* Checks that `bytes` differs from `expected` by at most a twentieth plus 6 MiB. */
void about(size_t bytes, size_t expected);
/* Checks that 100 MiB and a thread are still available. */
void memory_and_threads_still_work(void);

#endif
