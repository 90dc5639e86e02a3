/* unique.h: numbers that tell things apart, in this process and, most likely, from those of others.
 */
#ifndef STOA__BASE_UNIQUE_H
#define STOA__BASE_UNIQUE_H

#include <stdint.h>

/* A number below `count`. Those that a process gets in turn for the same count are different until
 * all were given; they begin at a random one, another in each process. */
uint64_t stoa__unique(uint64_t count);
/* A random number. */
uint64_t stoa__random(void);

#endif
