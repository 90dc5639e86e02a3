/* faults.h: refuses memory on purpose.
 *
 * The tests are linked with --wrap for each call that asks the system for memory. While armed,
 * calls are counted, and `count` of them, starting with number `first`, fail as the system would
 * make them fail. Everything that runs while armed is counted: arm, call the library, disarm, and
 * only then assert. */
#ifndef STOA_TESTS_FAULTS_H
#define STOA_TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum fault_kind {
    FAULT_HEAP = 1,    /* malloc, calloc, realloc, posix_memalign */
    FAULT_MAP = 2,     /* mmap */
    FAULT_PROTECT = 4, /* mprotect, which commits pages */
    FAULT_HINT = 8,    /* madvise */
    FAULT_ANY = 15,
    FAULT_THREAD = 16, /* pthread_create; the library works without further threads */
    FAULT_UNMAP = 32,  /* munmap: at the system's limit of maps it fails if it would split one */
} fault_kind;

void faults_arm(unsigned kinds, size_t first, size_t count);
/* Disarms; returns how many calls failed since faults_arm. */
size_t faults_disarm(void);
/* How many calls of the armed kinds were made since faults_arm. */
size_t faults_counted(void);

/* Refuses every mapping of more than `bytes` bytes, armed or not, as RLIMIT_AS would. 0: no
 * limit. */
void faults_limit_mapping(size_t bytes);

/* Simulates pages of `bytes` bytes, a multiple of the system's page size: unaligned addresses are
 * refused, and lengths are rounded up. 0: the system's pages. */
void faults_page(size_t bytes);

/* Bytes mapped since the program's start and not unmapped. */
size_t faults_mapped(void);

#endif
