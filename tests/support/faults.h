/* faults.h: memory that is refused on purpose.
 *
 * The tests are linked with --wrap for each call that asks the system for memory. While armed,
 * the calls are counted, and those from number `first` on, `count` of them, fail as the system
 * would. Only armed code is counted: arm, call the library, disarm, and only then assert. */
#ifndef STOA_TESTS_FAULTS_H
#define STOA_TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum fault_kind {
    FAULT_HEAP = 1,    /* malloc, calloc, realloc, posix_memalign */
    FAULT_MAP = 2,     /* mmap */
    FAULT_PROTECT = 4, /* mprotect: what commits pages */
    FAULT_HINT = 8,    /* madvise */
    FAULT_ANY = 15,
    FAULT_THREAD = 16, /* pthread_create, which no call needs to succeed */
    FAULT_UNMAP = 32,  /* munmap: at the limit of maps, one that is taken apart is refused */
} fault_kind;

void faults_arm(unsigned kinds, size_t first, size_t count);
/* How many calls failed since faults_arm. */
size_t faults_disarm(void);
/* How many calls of the armed kinds were made since faults_arm. */
size_t faults_counted(void);

/* Refuses every mapping of more than so many bytes, armed or not, as RLIMIT_AS would; 0: none. */
void faults_limit_mapping(size_t bytes);

/* Pages of so many bytes from now on, a multiple of the system's: addresses that are not aligned to
 * them are refused, and lengths rounded up to them. 0: the system's again. */
void faults_page(size_t bytes);

/* Bytes that are mapped and not yet given back, since the program's start. */
size_t faults_mapped(void);

#endif
