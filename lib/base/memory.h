/* memory.h: the only caller of malloc and mmap.
 *
 * Two kinds of memory: plain allocations, and regions. A region is address space that is reserved
 * at once, becomes memory as it is committed, and never moves. Bytes of a region read as zero until
 * they are written; a region that was kept has been written, and says so. What is kept is given up
 * before any request is refused. */
#ifndef STOA__BASE_MEMORY_H
#define STOA__BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- plain ---- */

/* NULL when refused; bytes > 0. */
void *stoa__allocate(size_t bytes);
void *stoa__allocate_zeroed(size_t bytes);
/* memory stays as it was when NULL comes back. */
void *stoa__reallocate(void *memory, size_t bytes);
void stoa__release(void *memory);

/* For stoa__make_room alone. */
bool stoa__grow_array(void *items, size_t *room, size_t wanted, size_t size, const void *few);
/* Room for `wanted` items of `size` bytes in *items, an array with room for *room. One that is too
 * small grows to twice its size or more. few: where the array lies as long as it is none of the
 * heap's, or NULL; the array may then be NULL, with room for nothing. False when refused, and then
 * nothing has changed. */
static inline bool stoa__make_room(void *items, size_t *room, size_t wanted, size_t size,
                                   const void *few)
{
    return wanted <= *room || stoa__grow_array(items, room, wanted, size, few);
}

/* ---- regions ---- */

typedef enum stoa__region_kind {
    STOA__NO_REGION = 0,
    STOA__PLAIN_REGION,    /* calloc: committed from the start, no page is ever given back */
    STOA__RESERVED_REGION, /* PROT_NONE, made writable by stoa__region_commit */
    STOA__SLAB_REGION,     /* writable address space out of a slab that many tables share */
    STOA__OPEN_REGION,     /* the same of its own: one map for any number of columns */
} stoa__region_kind;

typedef struct stoa__region {
    char *base;
    size_t bytes;
    stoa__region_kind kind;
    uint16_t columns; /* that it was reserved for: the kernel keeps maps for each */
    uint16_t phase;   /* of its first column's stagger; regions that are made in turn differ */
    bool keep;        /* stoa__region_keep may be called instead of stoa__region_free */
} stoa__region;

/* What columns are laid out by. The system's pages may be larger: no matter how large, what is done
 * to the pages of one column leaves the cells of the others alone. */
#define STOA__PAGE ((size_t)4096)
/* By how much more than whole pages neighbouring columns stand apart: a page and 39 cache lines.
 * Caches, TLBs and way predictors go by the lower bits of an address: without this, all cells of a
 * row would meet in the same few places and push each other out. The multiples of 39 lines within a
 * page of 64 are all different, and as far from each other as can be (64 / 39 is near the golden
 * section), so that a store to one column is seldom taken for one to what is read next in another.
 */
#define STOA__STAGGER (STOA__PAGE + 39 * STOA__LINE)
#define STOA__LINE ((size_t)64)
/* After so many columns the lines repeat. */
#define STOA__MOST_STAGGERS (STOA__PAGE / STOA__LINE)
/* Regions that are made in turn begin at so many different staggers. */
#define STOA__PHASES 16
/* Columns with less need none: a few hundred bytes of each column of a table meet in no place. */
#define STOA__SMALL_COLUMN ((size_t)512)
#define STOA__HUGE_PAGE ((size_t)2 << 20)
/* Regions up to here are plain. */
#define STOA__PLAIN_LIMIT ((size_t)64 << 10)
/* Regions from here on begin at a huge page. Regions with so much for each column are large: two
 * columns of one have no huge page in common, so that a column's first one can be had whole. */
#define STOA__LARGE_REGION ((size_t)64 << 20)

static inline bool stoa__region_is_large(const stoa__region *region)
{
    return region->kind == STOA__RESERVED_REGION &&
           region->bytes / region->columns >= STOA__LARGE_REGION;
}

/* How much address space a table that didn't say should ask for, when it needs at least so much. */
size_t stoa__reserve_share(size_t least);
/* Reserves `bytes`, or half, or a quarter …, but not less than `least`: region->bytes tells. False
 * when refused, and then nothing is held. */
bool stoa__region_reserve(stoa__region *region, size_t bytes, size_t least, uint32_t columns);
/* Makes [from, to), offsets in the region, writable, and what is left of the page (in a large
 * region: huge page) that `from` lies in. What is already committed may be named again. False when
 * refused.
 */
bool stoa__region_commit(stoa__region *region, size_t from, size_t to);
/* [from, to) will be written from end to end soon: huge pages where they fit wholly within, and at
 * the head of a large region's column where it is most of one. */
void stoa__region_expect(stoa__region *region, size_t from, size_t to);
/* [from, to) and the rest of its last STOA__PAGE read as zero from now on, if that was zero or is
 * nobody's, and whole pages go back to the system. False where that can't be had (plain regions),
 * and then all is as it was. */
bool stoa__region_discard(stoa__region *region, size_t from, size_t to);
/* Gives all back. A region of kind STOA__NO_REGION is left alone. */
void stoa__region_free(stoa__region *region);

/* ---- kept regions: with their pages, for the next table of the same layout ---- */

/* Equal layouts have their columns at the same offsets in a region. */
typedef struct stoa__layout {
    uint64_t widths; /* of the columns in order, 2 bits each, under a leading 1; 0: can't be kept */
    size_t max_rows; /* as asked for */
} stoa__layout;

typedef struct stoa__kept {
    stoa__region region;
    stoa__layout layout;
    size_t capacity; /* rows that are committed */
    size_t written;  /* rows behind it are zero; those before it are anything */
    size_t bytes;    /* that the written rows take, whole pages of each column */
} stoa__kept;

/* Takes the region over: it is kept, or given back. */
void stoa__region_keep(const stoa__kept *done);
/* The kept region of that layout whose written rows are nearest to so many, if one is near. */
bool stoa__region_take(stoa__kept *taken, stoa__layout layout, size_t rows);

static inline size_t stoa__round_down(size_t value, size_t unit)
{
    return value / unit * unit;
}

static inline size_t stoa__round_up(size_t value, size_t unit)
{
    return stoa__round_down(value + unit - 1, unit);
}

#endif
