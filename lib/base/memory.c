/* memory.c: reserve address space, commit it by steps, stay within a budget.
 *
 * All reserves together take at most a quarter of the address space (of RLIMIT_AS, where one is
 * set) and of the kernel's count of maps. A table that asks for no size gets a share that falls
 * with the number of live blocks, so that twenty thousand of them fit as well as one. What is not
 * writable is not charged; the kernel is asked when it is committed, so that more than the machine
 * has is an error then and no killed process later.
 *
 * A reserved block costs up to three maps a column: committed with huge pages, committed, not
 * committed. Once half of the budget for maps is used up, blocks of a share come out of slabs: 64
 * GiB each, mapped writable but not charged (MAP_NORESERVE), one map for a thousand blocks.
 * Invariant: under `lock`, `reserved` and `maps` are the sums over the live blocks, and free_blocks
 * has room for every block of every slab, so that giving back never fails. */
#define _GNU_SOURCE
#include "base/memory.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define ADDRESS_SPACE ((size_t)1 << 47)
#define SLAB_BLOCK_BYTES ((size_t)64 << 20)
#define BLOCKS_PER_SLAB ((size_t)1024)
#define MAPS_PER_COLUMN 3
#define LARGEST_SHARE ((size_t)256 << 30)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t reserved;    /* bytes in reserved blocks and slabs */
static size_t maps;        /* that reserved blocks may take */
static size_t live_blocks; /* reserved ones */
static char **free_blocks; /* of all slabs */
static size_t free_count;
static size_t slab_count;

/* ---- plain ---- */

void *stoa__allocate(size_t bytes)
{
    return malloc(bytes);
}

void *stoa__allocate_zeroed(size_t bytes)
{
    return calloc(1, bytes);
}

void *stoa__reallocate(void *memory, size_t bytes)
{
    return realloc(memory, bytes);
}

void stoa__release(void *memory)
{
    free(memory);
}

/* ---- the budget; all under lock ---- */

/* What can be mapped in one piece, doubled: all of it on bare Linux, much less under valgrind. */
static size_t address_space(void)
{
    static size_t space;
    for (size_t bytes = ADDRESS_SPACE / 2; space == 0 && bytes > STOA__LARGE; bytes /= 2) {
        void *probe =
            mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (probe == MAP_FAILED)
            continue;
        munmap(probe, bytes);
        space = 2 * bytes;
    }
    return space != 0 ? space : ADDRESS_SPACE;
}

static size_t byte_budget(void)
{
    struct rlimit limit;
    size_t space = address_space();
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur < space)
        space = (size_t)limit.rlim_cur;
    return space / 4;
}

static size_t map_budget(void)
{
    static size_t budget;
    if (budget != 0)
        return budget;
    size_t count = 65530;
    FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
    if (file != NULL) {
        if (fscanf(file, "%zu", &count) != 1)
            count = 65530;
        fclose(file);
    }
    budget = count / 4;
    return budget;
}

static bool within_budget(size_t bytes)
{
    size_t budget = byte_budget();
    return reserved <= budget && bytes <= budget - reserved;
}

/* Once half of the maps are used up, small shares come out of slabs; the other half is for those
 * who ask for more. */
size_t stoa__reserve_share(size_t least)
{
    pthread_mutex_lock(&lock);
    size_t share = byte_budget() / (6 * (2 + live_blocks));
    bool from_slab = least <= SLAB_BLOCK_BYTES && maps > map_budget() / 2;
    pthread_mutex_unlock(&lock);
    size_t most = from_slab ? SLAB_BLOCK_BYTES : LARGEST_SHARE;
    return share < most ? share : most;
}

/* ---- slabs; all under lock ---- */

static bool add_slab(void)
{
    size_t bytes = SLAB_BLOCK_BYTES * BLOCKS_PER_SLAB;
    if (!within_budget(bytes))
        return false;
    char **grown = realloc(free_blocks, (slab_count + 1) * BLOCKS_PER_SLAB * sizeof *free_blocks);
    if (grown == NULL)
        return false;
    free_blocks = grown;
    char *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return false;
    for (size_t i = BLOCKS_PER_SLAB; i > 0; i--)
        free_blocks[free_count++] = base + (i - 1) * SLAB_BLOCK_BYTES;
    slab_count++;
    reserved += bytes;
    return true;
}

static bool take_from_slab(stoa__block *block)
{
    if (SLAB_BLOCK_BYTES / block->columns < 4 * STOA__PAGE)
        return false;
    if (free_count == 0 && !add_slab())
        return false;
    block->base = free_blocks[--free_count];
    block->bytes = SLAB_BLOCK_BYTES;
    block->kind = STOA__SLAB_BLOCK;
    return true;
}

/* ---- reserved blocks; all under lock ---- */

/* Large blocks begin at a huge page: map a bit more, and give the ends back. */
static char *map_aligned(size_t bytes, size_t alignment)
{
    size_t slack = alignment - STOA__PAGE;
    char *base = mmap(NULL, bytes + slack, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        return NULL;
    size_t before = (alignment - (uintptr_t)base % alignment) % alignment;
    if (before > 0)
        munmap(base, before);
    if (slack > before)
        munmap(base + before + bytes, slack - before);
    return base + before;
}

static bool map_reserved(stoa__block *block, size_t bytes)
{
    size_t alignment = bytes >= STOA__LARGE ? STOA__HUGE_PAGE : STOA__PAGE;
    bytes = stoa__round_up(bytes, alignment);
    if (!within_budget(bytes))
        return false;
    char *base = map_aligned(bytes, alignment);
    if (base == NULL)
        return false;
    block->base = base;
    block->bytes = bytes;
    block->kind = STOA__RESERVED_BLOCK;
    reserved += bytes;
    maps += MAPS_PER_COLUMN * (size_t)block->columns;
    live_blocks++;
    return true;
}

static bool map_block(stoa__block *block, size_t bytes, size_t least)
{
    size_t after = maps + MAPS_PER_COLUMN * (size_t)block->columns;
    if (bytes <= SLAB_BLOCK_BYTES && after > map_budget() / 2 && take_from_slab(block))
        return true;
    if (after > map_budget())
        return least <= SLAB_BLOCK_BYTES && take_from_slab(block);
    for (; bytes >= least && bytes > STOA__PLAIN_LIMIT; bytes /= 2)
        if (map_reserved(block, bytes))
            return true;
    return false;
}

static bool plain_block(stoa__block *block, size_t bytes, size_t least)
{
    for (; bytes >= least; bytes /= 2) {
        block->base = calloc(1, bytes);
        if (block->base != NULL) {
            block->bytes = bytes;
            block->kind = STOA__PLAIN_BLOCK;
            return true;
        }
    }
    return false;
}

bool stoa__block_reserve(stoa__block *block, size_t bytes, size_t least, uint32_t columns)
{
    memset(block, 0, sizeof *block);
    block->columns = columns;
    least = least > 0 ? least : 1;
    if (bytes > STOA__PLAIN_LIMIT) {
        pthread_mutex_lock(&lock);
        bool mapped = map_block(block, bytes, least);
        pthread_mutex_unlock(&lock);
        if (mapped)
            return true;
    }
    size_t most = least > SLAB_BLOCK_BYTES ? least : SLAB_BLOCK_BYTES;
    return plain_block(block, bytes < most ? bytes : most, least);
}

bool stoa__block_commit(stoa__block *block, size_t from, size_t to)
{
    if (block->kind != STOA__RESERVED_BLOCK)
        return true;
    from = from / STOA__PAGE * STOA__PAGE;
    to = stoa__round_up(to, STOA__PAGE);
    return from >= to || mprotect(block->base + from, to - from, PROT_READ | PROT_WRITE) == 0;
}

void stoa__block_expect(stoa__block *block, size_t from, size_t to)
{
    if (block->kind != STOA__RESERVED_BLOCK)
        return;
    from = stoa__round_up(from, STOA__HUGE_PAGE);
    to = to / STOA__HUGE_PAGE * STOA__HUGE_PAGE;
    if (from < to)
        madvise(block->base + from, to - from, MADV_HUGEPAGE);
}

bool stoa__block_discard(stoa__block *block, size_t from, size_t to)
{
    if (block->kind == STOA__PLAIN_BLOCK || block->kind == STOA__NO_BLOCK)
        return false;
    size_t first_page = stoa__round_up(from, STOA__PAGE);
    size_t end_page = stoa__round_up(to, STOA__PAGE);
    if (first_page < end_page &&
        madvise(block->base + first_page, end_page - first_page, MADV_DONTNEED) != 0)
        return false;
    memset(block->base + from, 0, (first_page < to ? first_page : to) - from);
    return true;
}

static void unmap(stoa__block *block)
{
    munmap(block->base, block->bytes);
    pthread_mutex_lock(&lock);
    reserved -= block->bytes;
    maps -= MAPS_PER_COLUMN * (size_t)block->columns;
    live_blocks--;
    pthread_mutex_unlock(&lock);
}

/* A slab block whose pages can't be given back is not used again: the next table must read zeros.
 */
static void return_to_slab(stoa__block *block)
{
    if (madvise(block->base, block->bytes, MADV_DONTNEED) != 0)
        return;
    pthread_mutex_lock(&lock);
    free_blocks[free_count++] = block->base;
    pthread_mutex_unlock(&lock);
}

void stoa__block_free(stoa__block *block)
{
    switch (block->kind) {
    case STOA__NO_BLOCK:
        break;
    case STOA__PLAIN_BLOCK:
        free(block->base);
        break;
    case STOA__RESERVED_BLOCK:
        unmap(block);
        break;
    case STOA__SLAB_BLOCK:
        return_to_slab(block);
        break;
    }
    block->kind = STOA__NO_BLOCK;
}
