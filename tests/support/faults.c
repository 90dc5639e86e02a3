/* faults.c: the wrapped calls. With --wrap the linker sends calls of malloc to __wrap_malloc, and
 * those of __real_malloc to malloc. Calls fail in one thread only; mapped bytes are counted in all
 * threads. */
#define _GNU_SOURCE /* for MAP_ANONYMOUS and off_t */
#include "faults.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
void *__real_mmap(void *at, size_t size, int protection, int flags, int file, off_t offset);
int __real_munmap(void *at, size_t size);
int __real_mprotect(void *at, size_t size, int protection);
int __real_madvise(void *at, size_t size, int advice);
long __real_sysconf(int name);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int file, off_t offset);
int __wrap_munmap(void *at, size_t size);
int __wrap_mprotect(void *at, size_t size, int protection);
int __wrap_madvise(void *at, size_t size, int advice);
long __wrap_sysconf(int name);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context);

static unsigned armed;       /* fault_kinds that are armed; 0: none */
static size_t first, behind; /* armed calls number first to behind - 1 fail */
static size_t counted, failed;
static atomic_size_t mapped;
static size_t limit;
static size_t page; /* the simulated page size; 0: the system's */

void faults_arm(unsigned kinds, size_t from, size_t count)
{
    first = from;
    behind = count > SIZE_MAX - from ? SIZE_MAX : from + count;
    counted = failed = 0;
    armed = kinds;
}

size_t faults_disarm(void)
{
    armed = 0;
    return failed;
}

size_t faults_counted(void)
{
    return counted;
}

void faults_limit_mapping(size_t bytes)
{
    limit = bytes;
}

void faults_page(size_t bytes)
{
    page = bytes;
}

long __wrap_sysconf(int name)
{
    return name == _SC_PAGESIZE && page != 0 ? (long)page : __real_sysconf(name);
}

/* Rounds *size up to whole pages; false if `at` is not the start of a page. */
static bool in_pages(const void *at, size_t *size)
{
    if (page == 0)
        return true;
    *size = (*size + page - 1) / page * page;
    errno = EINVAL;
    return (uintptr_t)at % page == 0;
}

/* Maps memory that starts at a (simulated) page. */
static void *map_pages(size_t size, int protection, int flags, int file, off_t offset)
{
    char *at = __real_mmap(NULL, size + page, protection, flags, file, offset);
    if (at == MAP_FAILED)
        return at;
    size_t before = (page - (uintptr_t)at % page) % page;
    if (before > 0)
        __real_munmap(at, before);
    __real_munmap(at + before + size, page - before);
    return at + before;
}

size_t faults_mapped(void)
{
    return mapped;
}

static bool fails(fault_kind kind)
{
    if (!(armed & kind))
        return false;
    size_t call = counted++;
    if (call < first || call >= behind)
        return false;
    failed++;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails(FAULT_HEAP) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(FAULT_HEAP) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails(FAULT_HEAP) ? NULL : __real_realloc(block, size);
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
    return fails(FAULT_HEAP) ? ENOMEM : __real_posix_memalign(block, alignment, size);
}

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    if (fails(FAULT_MAP))
        return MAP_FAILED;
    if (limit != 0 && size > limit) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    bool has_own_pages = page != 0 && at == NULL && in_pages(at, &size);
    void *map = has_own_pages ? map_pages(size, protection, flags, file, offset)
                              : __real_mmap(at, size, protection, flags, file, offset);
    if (map != MAP_FAILED && !(flags & MAP_FIXED)) /* else the pages were counted before */
        mapped += size;
    return map;
}

int __wrap_munmap(void *at, size_t size)
{
    if (fails(FAULT_UNMAP) || !in_pages(at, &size))
        return -1;
    int result = __real_munmap(at, size);
    if (result == 0)
        mapped -= size;
    return result;
}

int __wrap_mprotect(void *at, size_t size, int protection)
{
    return fails(FAULT_PROTECT) || !in_pages(at, &size) ? -1
                                                        : __real_mprotect(at, size, protection);
}

int __wrap_madvise(void *at, size_t size, int advice)
{
    return fails(FAULT_HINT) || !in_pages(at, &size) ? -1 : __real_madvise(at, size, advice);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context)
{
    return fails(FAULT_THREAD) ? EAGAIN : __real_pthread_create(thread, attributes, run, context);
}
