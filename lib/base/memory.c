/* memory.c: reserve address space, commit it by steps, stay within a budget.
 *
 * All reserves together take at most a quarter of the address space (of RLIMIT_AS, where one is
 * set) and of the kernel's count of maps. A table that asks for no size gets a share that shrinks
 * as the number of live regions grows, so that twenty thousand of them fit as well as one. The
 * kernel charges writable memory only. Memory is made writable when it is committed, so that asking
 * for more than the machine has fails then and does not kill the process later.
 *
 * A reserved region costs up to three maps a column: committed with huge pages, committed, not
 * committed. Once half of the budget for maps is used up, regions of a share come out of slabs: 64
 * GiB each, mapped writable but not charged (MAP_NORESERVE), one map for a thousand regions. A
 * region whose columns would take more maps than are left is mapped like that too, by itself.
 * Invariant: under `lock`, `reserved` and `maps` are the sums over the live regions, and
 * free_regions has room for every region of every slab, so that giving back never fails.
 *
 * Unmapping may need one map more, if the system has joined neighbouring maps; at its limit the
 * system refuses. A region that it does not take back is a remnant: its pages are given up, and
 * unmapping is tried again later.
 *
 * Most of the cost of the pages of a large result is page faults at the first use. So the last few
 * such regions are kept with their pages when their tables are freed: KEPT_BYTES at most, the
 * oldest go first, and the system may take the pages meanwhile. Kept regions do not count towards
 * the budget. */
#define _GNU_SOURCE
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <stoa/settings.h>

#include "base/lock.h"

#define ADDRESS_SPACE ((size_t)1 << 47)
#define SLAB_REGION_BYTES ((size_t)64 << 20)
#define REGIONS_PER_SLAB ((size_t)1024)
#define MAPS_PER_COLUMN 3
#define REMNANTS 64
#define LARGEST_SHARE ((size_t)256 << 30)
#define KEPT_BYTES ((size_t)256 << 20)
#define LEAST_KEPT_BYTES ((size_t)1 << 20)
#define KEPT_BLOCKS 8
/* Allocations of at least this size hold a whole huge page. */
#define LEAST_HUGE_BYTES (2 * STOA__HUGE_PAGE)
/* At most this part of the written cells may be wasted by the huge page where they begin: a row
 * costs the sum of its fields. With it the cells of 24 columns of 3 MiB are written, row by row, in
 * two thirds of the time. Staggers are small enough for a column of 2 MiB. */
#define HEAD_SHARE 32

STOA__LOCK;
static size_t reserved;     /* bytes in reserved regions and slabs */
static size_t maps;         /* that reserved regions may take */
static size_t live_regions; /* reserved ones */
static uint16_t next_phase;
static char **free_regions; /* of all slabs */
static size_t free_count;
static size_t slab_count;
static stoa__kept kept[KEPT_BLOCKS]; /* the oldest first */
static size_t kept_count;
static size_t kept_bytes;
static struct {
    char *base;
    size_t bytes;
} remnants[REMNANTS];
static size_t remnant_count;

/* ---- plain ---- */

void *stoa__allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    return memory == NULL && stoa_trim() > 0 ? malloc(bytes) : memory;
}

void *stoa__allocate_zeroed(size_t bytes)
{
    void *memory = calloc(1, bytes);
    return memory == NULL && stoa_trim() > 0 ? calloc(1, bytes) : memory;
}

void *stoa__reallocate(void *memory, size_t bytes)
{
    void *moved = realloc(memory, bytes);
    return moved == NULL && stoa_trim() > 0 ? realloc(memory, bytes) : moved;
}

void *stoa__allocate_expected(size_t bytes)
{
    char *memory = stoa__allocate(bytes);
    if (memory == NULL || bytes < LEAST_HUGE_BYTES)
        return memory;
    uintptr_t start = (uintptr_t)memory;
    uintptr_t from = stoa__round_up(start, STOA__HUGE_PAGE);
    uintptr_t to = stoa__round_down(start + bytes, STOA__HUGE_PAGE);
    madvise(memory + (from - start), to - from, MADV_HUGEPAGE);
    return memory;
}

void stoa__release(void *memory)
{
    free(memory);
}

bool stoa__grow_array(void *items, size_t *room, size_t wanted, size_t size, const void *few)
{
    enum { LEAST = 8 };
    void *array;
    memcpy(&array, items, sizeof array); /* a pointer to items, whatever they are */
    size_t more = wanted > 2 * *room ? wanted : 2 * *room;
    more = more < LEAST ? LEAST : more;
    void *grown = stoa__reallocate(array == few ? NULL : array, more * size);
    if (grown == NULL)
        return false;
    if (few != NULL && array == few)
        memcpy(grown, few, *room * size);
    memcpy(items, &grown, sizeof grown);
    *room = more;
    return true;
}

/* ---- giving address space back; all under lock ---- */

static size_t system_page(void)
{
    long bytes = sysconf(_SC_PAGESIZE);
    return bytes > (long)STOA__PAGE ? (size_t)bytes : STOA__PAGE;
}

/* A region for which there is no entry left stays counted for ever. */
static void note_remnant(char *base, size_t bytes)
{
    madvise(base, bytes, MADV_DONTNEED);
    reserved += bytes;
    if (remnant_count == REMNANTS)
        return;
    remnants[remnant_count].base = base;
    remnants[remnant_count++].bytes = bytes;
}

static void unmap(char *base, size_t bytes)
{
    if (bytes > 0 && munmap(base, bytes) != 0)
        note_remnant(base, bytes);
}

static void unmap_remnants(void)
{
    for (size_t i = remnant_count; i-- > 0;) {
        if (munmap(remnants[i].base, remnants[i].bytes) != 0)
            continue;
        reserved -= remnants[i].bytes;
        remnants[i] = remnants[--remnant_count];
    }
}

/* ---- the budget; all under lock ---- */

/* The address space: twice what can be mapped in one piece. Under valgrind that is much less. */
static size_t address_space(void)
{
    static size_t space;
    for (size_t bytes = ADDRESS_SPACE / 2; space == 0 && bytes > STOA__LARGE_REGION; bytes /= 2) {
        void *probe =
            mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (probe == MAP_FAILED)
            continue;
        unmap(probe, bytes);
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

/* Once half of the maps are used up, small shares come out of slabs; the other half is for tables
 * that ask for more. */
size_t stoa__reserve_share(size_t least)
{
    take_lock();
    size_t share = byte_budget() / (6 * (2 + live_regions));
    bool from_slab = least <= SLAB_REGION_BYTES && maps > map_budget() / 2;
    give_lock();
    size_t most = from_slab ? SLAB_REGION_BYTES : LARGEST_SHARE;
    return share < most ? share : most;
}

static size_t maps_of(const stoa__region *region)
{
    return region->kind == STOA__OPEN_REGION ? 1 : MAPS_PER_COLUMN * (size_t)region->columns;
}

static void count_region(const stoa__region *region)
{
    reserved += region->bytes;
    maps += maps_of(region);
    live_regions++;
}

static void uncount_region(const stoa__region *region)
{
    reserved -= region->bytes;
    maps -= maps_of(region);
    live_regions--;
}

/* ---- kept regions; all under lock ---- */

static void take_out(size_t index)
{
    kept_bytes -= kept[index].bytes;
    kept_count--;
    memmove(&kept[index], &kept[index + 1], (kept_count - index) * sizeof *kept);
}

/* Frees kept regions until `bytes` more can be kept. */
static void drop_oldest(size_t bytes)
{
    while (kept_count == KEPT_BLOCKS || (kept_count > 0 && kept_bytes + bytes > KEPT_BYTES)) {
        unmap(kept[0].region.base, kept[0].region.bytes);
        take_out(0);
    }
}

/* Frees all of them. Returns the bytes. */
static size_t drop_kept(void)
{
    size_t bytes = kept_bytes;
    drop_oldest(KEPT_BYTES + 1);
    return bytes;
}

static char *map(size_t bytes, int flags)
{
    flags |= MAP_PRIVATE | MAP_ANONYMOUS;
    unmap_remnants();
    char *base = mmap(NULL, bytes, PROT_NONE, flags, -1, 0);
    if (base == MAP_FAILED && drop_kept() > 0)
        base = mmap(NULL, bytes, PROT_NONE, flags, -1, 0);
    return base != MAP_FAILED ? base : NULL;
}

/* Writable, and not charged. If the program locks all future memory (mlockall), the system would
 * provide the whole writable range at once, gigabytes of it: so it is unlocked first. */
static char *map_open(size_t bytes)
{
    char *base = map(bytes, MAP_NORESERVE);
    if (base == NULL)
        return NULL;
    munlock(base, bytes);
    if (mprotect(base, bytes, PROT_READ | PROT_WRITE) == 0)
        return base;
    unmap(base, bytes);
    return NULL;
}

/* ---- slabs; all under lock ---- */

static bool add_slab(void)
{
    size_t bytes = SLAB_REGION_BYTES * REGIONS_PER_SLAB;
    if (!within_budget(bytes))
        return false;
    char **grown =
        realloc(free_regions, (slab_count + 1) * REGIONS_PER_SLAB * sizeof *free_regions);
    if (grown == NULL)
        return false;
    free_regions = grown;
    char *base = map_open(bytes);
    if (base == NULL)
        return false;
    for (size_t i = REGIONS_PER_SLAB; i > 0; i--)
        free_regions[free_count++] = base + (i - 1) * SLAB_REGION_BYTES;
    slab_count++;
    reserved += bytes;
    return true;
}

static bool take_from_slab(stoa__region *region)
{
    if (SLAB_REGION_BYTES / region->columns < 4 * STOA__STAGGER)
        return false;
    if (free_count == 0 && !add_slab())
        return false;
    region->base = free_regions[--free_count];
    region->bytes = SLAB_REGION_BYTES;
    region->kind = STOA__SLAB_REGION;
    return true;
}

/* ---- reserved regions; all under lock ---- */

/* Large regions begin at a huge page: map a bit more, and give the ends back. */
static char *map_aligned(size_t bytes, size_t alignment)
{
    size_t slack = alignment - system_page();
    char *base = map(bytes + slack, 0);
    if (base == NULL)
        return NULL;
    size_t before = (alignment - (uintptr_t)base % alignment) % alignment;
    unmap(base, before);
    unmap(base + before + bytes, slack - before);
    return base + before;
}

/* As a region of that kind: reserved or open. */
static bool map_as(stoa__region *region, stoa__region_kind kind, size_t bytes)
{
    bool is_large = kind == STOA__RESERVED_REGION && bytes >= STOA__LARGE_REGION;
    size_t alignment = is_large ? STOA__HUGE_PAGE : system_page();
    bytes = stoa__round_up(bytes, alignment);
    if (!within_budget(bytes))
        return false;
    char *base = kind == STOA__RESERVED_REGION ? map_aligned(bytes, alignment) : map_open(bytes);
    if (base == NULL)
        return false;
    region->base = base;
    region->bytes = bytes;
    region->kind = kind;
    count_region(region);
    return true;
}

/* The last eighth of the maps is left to open regions. */
static bool map_region(stoa__region *region, size_t bytes, size_t least)
{
    size_t budget = map_budget(), after = maps + MAPS_PER_COLUMN * (size_t)region->columns;
    if (bytes <= SLAB_REGION_BYTES && after > budget / 2 && take_from_slab(region))
        return true;
    stoa__region_kind kind =
        after > budget - budget / 8 ? STOA__OPEN_REGION : STOA__RESERVED_REGION;
    for (; bytes >= least && bytes > STOA__PLAIN_LIMIT; bytes /= 2)
        if ((kind == STOA__RESERVED_REGION || maps < budget) && map_as(region, kind, bytes))
            return true;
    return kind == STOA__OPEN_REGION && least <= SLAB_REGION_BYTES && take_from_slab(region);
}

static bool plain_region(stoa__region *region, size_t bytes, size_t least)
{
    for (; bytes >= least; bytes /= 2) {
        region->base = stoa__allocate_zeroed(bytes);
        if (region->base != NULL) {
            region->bytes = bytes;
            region->kind = STOA__PLAIN_REGION;
            return true;
        }
    }
    return false;
}

bool stoa__region_reserve(stoa__region *region, size_t bytes, size_t least, uint32_t columns)
{
    memset(region, 0, sizeof *region);
    region->columns = (uint16_t)columns;
    least = least > 0 ? least : 1;
    take_lock();
    region->phase = next_phase;
    next_phase = (uint16_t)((next_phase + columns) % STOA__PHASES);
    bool mapped = bytes > STOA__PLAIN_LIMIT && map_region(region, bytes, least);
    give_lock();
    if (mapped)
        return true;
    size_t most = least > SLAB_REGION_BYTES ? least : SLAB_REGION_BYTES;
    return plain_region(region, bytes < most ? bytes : most, least);
}

bool stoa__region_commit(stoa__region *region, size_t from, size_t to)
{
    if (region->kind != STOA__RESERVED_REGION)
        return true;
    size_t page = system_page(), unit = stoa__region_is_large(region) ? STOA__HUGE_PAGE : page;
    to = stoa__round_up(to, from < to && to - from >= unit ? unit : page);
    from = stoa__round_down(from, unit);
    int access = PROT_READ | PROT_WRITE;
    return from >= to || mprotect(region->base + from, to - from, access) == 0 ||
           (stoa_trim() > 0 && mprotect(region->base + from, to - from, access) == 0);
}

void stoa__region_expect(stoa__region *region, size_t from, size_t to)
{
    if (region->kind != STOA__RESERVED_REGION)
        return;
    size_t before = from % STOA__HUGE_PAGE;
    bool takes_head = stoa__region_is_large(region) && before < (to - from) / HEAD_SHARE;
    from = takes_head ? from - before : stoa__round_up(from, STOA__HUGE_PAGE);
    to = stoa__round_down(to, STOA__HUGE_PAGE);
    if (from < to)
        madvise(region->base + from, to - from, MADV_HUGEPAGE);
}

bool stoa__region_discard(stoa__region *region, size_t from, size_t to)
{
    if (region->kind == STOA__PLAIN_REGION || region->kind == STOA__NO_REGION)
        return false;
    size_t page = system_page(), first_page = stoa__round_up(from, page);
    size_t end_page = stoa__round_down(stoa__round_up(to, STOA__PAGE), page);
    if (first_page >= end_page) {
        memset(region->base + from, 0, to - from);
        return true;
    }
    if (madvise(region->base + first_page, end_page - first_page, MADV_DONTNEED) != 0)
        return false;
    memset(region->base + from, 0, first_page - from);
    memset(region->base + end_page, 0, end_page < to ? to - end_page : 0);
    return true;
}

static void unmap_region(stoa__region *region)
{
    bool gone = munmap(region->base, region->bytes) == 0;
    take_lock();
    uncount_region(region);
    if (!gone)
        note_remnant(region->base, region->bytes);
    give_lock();
}

/* A slab region whose pages can't be given back is not used again: the next table must read zeros.
 */
static void return_to_slab(stoa__region *region)
{
    if (madvise(region->base, region->bytes, MADV_DONTNEED) != 0)
        return;
    take_lock();
    free_regions[free_count++] = region->base;
    give_lock();
}

void stoa__region_free(stoa__region *region)
{
    switch (region->kind) {
    case STOA__NO_REGION:
        break;
    case STOA__PLAIN_REGION:
        free(region->base);
        break;
    case STOA__RESERVED_REGION:
    case STOA__OPEN_REGION:
        unmap_region(region);
        break;
    case STOA__SLAB_REGION:
        return_to_slab(region);
        break;
    }
    region->kind = STOA__NO_REGION;
}

/* ---- keeping ---- */

/* MADV_FREE: under pressure the system takes the pages, which then read as zero. */
static void lend_to_system(const stoa__region *region)
{
#ifdef MADV_FREE
    madvise(region->base, region->bytes, MADV_FREE);
#else
    (void)region;
#endif
}

void stoa__region_keep(const stoa__kept *done)
{
    stoa__region region = done->region;
    if (region.kind != STOA__RESERVED_REGION || done->layout.widths == 0 ||
        done->bytes < LEAST_KEPT_BYTES || done->bytes > KEPT_BYTES) {
        stoa__region_free(&region);
        return;
    }
    lend_to_system(&region);
    take_lock();
    drop_oldest(done->bytes);
    kept[kept_count++] = *done;
    kept_bytes += done->bytes;
    uncount_region(&region);
    give_lock();
}

/* How many rows a kept region has too many or too few; SIZE_MAX: it is of no use. Up to a quarter
 * too many pages would be given back by the taker, up to a quarter too few would be faulted in. */
static size_t distance(const stoa__kept *k, stoa__layout layout, size_t rows)
{
    size_t apart = k->written > rows ? k->written - rows : rows - k->written;
    bool fits = k->layout.widths == layout.widths && k->layout.nullable == layout.nullable &&
                k->layout.max_rows == layout.max_rows && apart <= rows / 4 &&
                within_budget(k->region.bytes);
    return fits ? apart : SIZE_MAX;
}

bool stoa__region_take(stoa__kept *taken, stoa__layout layout, size_t rows)
{
    size_t best = 0, least = SIZE_MAX;
    take_lock();
    for (size_t i = 0; i < kept_count; i++) {
        size_t apart = distance(&kept[i], layout, rows);
        if (apart < least) {
            least = apart;
            best = i;
        }
    }
    if (least < SIZE_MAX) {
        *taken = kept[best];
        take_out(best);
        count_region(&taken->region);
    }
    give_lock();
    return least < SIZE_MAX;
}

size_t stoa_trim(void)
{
    take_lock();
    size_t bytes = drop_kept();
    unmap_remnants();
    give_lock();
    return bytes;
}

/* Once the library is unloaded, nobody could free them. */
__attribute__((destructor)) static void trim_at_end(void)
{
    stoa_trim();
}
