/* footprint.h: the memory and the address space of the process. */
#ifndef STOA_TESTS_FOOTPRINT_H
#define STOA_TESTS_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>

/* Neither under valgrind nor with a sanitizer: the figures are our own. */
bool runs_free(void);
/* Bytes in memory; 0 where there is no /proc. */
size_t resident(void);
/* Checks that `bytes` differ from what is expected by a twentieth and 6 MiB at most. */
void about(size_t bytes, size_t expected);
/* Checks that the system still gives 100 MiB and a thread. */
void memory_and_threads_still_work(void);

#endif
