/* memory.h: the only caller of malloc and mmap.
 *
 * Two kinds of memory: plain allocations, and regions. A region is address space that is reserved
 * at once, becomes memory as it is committed, and never moves. Bytes of a region read as zero until
 * they are written, except in kept regions, which have been written before. Kept regions are freed
 * before a request for memory is refused. */
#ifndef STOA__BASE_MEMORY_H
#define STOA__BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- plain ---- */

/* NULL when refused; bytes > 0. */
void *stoa__allocate(size_t bytes);
void *stoa__allocate_zeroed(size_t bytes);
/* The same, where all of it will be written soon: it gets huge pages where they fit in. What malloc
 * takes from its heap keeps that advice when it is released. */
void *stoa__allocate_expected(size_t bytes);
/* If it returns NULL, memory is as it was. */
void *stoa__reallocate(void *memory, size_t bytes);
void stoa__release(void *memory);

/* For stoa__make_room alone. */
bool stoa__grow_array(void *items, size_t *room, size_t wanted, size_t size, const void *few);
/* Makes room for `wanted` items of `size` bytes in *items, an array with room for *room. An array
 * that is too small grows to twice its size or more. few: an array that is not on the heap, in
 * which *items may begin; if `few` is NULL, *items may be NULL, with room for nothing. False when
 * refused, and then nothing has changed. */
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
    uint16_t columns; /* it was reserved for so many; the kernel keeps maps for each */
    uint16_t phase;   /* of its first column's stagger; regions that are made in turn differ */
    bool keep;        /* stoa__region_keep may be called instead of stoa__region_free */
} stoa__region;

/* The page size that columns are laid out by. The system's pages may be larger. Operations on the
 * pages of one column never change the cells of another, however large the pages are. */
#define STOA__PAGE ((size_t)4096)
/* Neighbouring columns stand apart by whole pages and this much more: a page and 39 cache lines.
 * Caches, TLBs and way predictors use the lower bits of an address: without a stagger, all cells of
 * a row would fall into the same few sets and evict each other. The multiples of 39 lines within a
 * page of 64 are all different and as far apart as possible (64 / 39 is near the golden section),
 * so that the processor seldom mistakes a store to one column for one to the cell that it reads
 * next in another. */
#define STOA__STAGGER (STOA__PAGE + 39 * STOA__LINE)
#define STOA__LINE ((size_t)64)
/* Columns begin at most this much after a huge page, so that its use wastes little. What caches and
 * predictors use of an address repeats at 64 KiB or more; the staggers within it are all
 * different for 1,024 columns. */
#define STOA__MOST_STAGGER ((size_t)64 << 10)
/* Regions that are made one after the other begin at this number of different staggers. */
#define STOA__PHASES 16
/* Columns of fewer bytes need no stagger: a few hundred bytes of each column do not fill the
 * sets. */
#define STOA__SMALL_COLUMN ((size_t)512)
#define STOA__HUGE_PAGE ((size_t)2 << 20)
/* Regions up to here are plain. */
#define STOA__PLAIN_LIMIT ((size_t)64 << 10)
/* Regions of at least this size begin at a huge page. A region with this much for each column is
 * large: its columns share no huge page, so that the first huge page of a column can be used
 * whole. */
#define STOA__LARGE_REGION ((size_t)64 << 20)

/* What the column of that number among a table's is staggered by. */
static inline size_t stoa__stagger(size_t place)
{
    return place * STOA__STAGGER % STOA__MOST_STAGGER;
}

static inline bool stoa__region_is_large(const stoa__region *region)
{
    return region->kind == STOA__RESERVED_REGION &&
           region->bytes / region->columns >= STOA__LARGE_REGION;
}

/* How columns that follow one another are placed: from the start of one to that of the next is a
 * multiple of `unit` that the cells fit in, and `gap`. */
typedef struct stoa__spacing {
    size_t first; /* from the start of the memory to the first column */
    size_t unit, gap;
} stoa__spacing;

/* In mapped memory; large: huge pages can be used. */
static inline stoa__spacing stoa__spacing_of_pages(size_t first, bool large)
{
    return large ? (stoa__spacing){first, STOA__HUGE_PAGE, STOA__HUGE_PAGE + STOA__STAGGER}
                 : (stoa__spacing){first, STOA__PAGE, STOA__STAGGER};
}

/* From the start of a column of so many bytes to that of the next. */
static inline size_t stoa__spaced(size_t bytes, stoa__spacing apart)
{
    return (bytes + apart.unit - 1) / apart.unit * apart.unit + apart.gap;
}

/* The most that it is beyond the bytes. */
static inline size_t stoa__spacing_loss(stoa__spacing apart)
{
    return apart.unit - 1 + apart.gap;
}

/* How much address space to ask for, for a table without max_rows that needs at least `least`. */
size_t stoa__reserve_share(size_t least);
/* Reserves `bytes`, or half, or a quarter …, but not less than `least`: region->bytes tells. False
 * when refused, and then nothing is held. */
bool stoa__region_reserve(stoa__region *region, size_t bytes, size_t least, uint32_t columns);
/* Makes [from, to), offsets in the region, writable, and the rest of the page (in a large region:
 * of the huge page) that `from` lies in, and that of `to` likewise, if there is so much in between.
 * Committed pages may be committed again. False when refused. */
bool stoa__region_commit(stoa__region *region, size_t from, size_t to);
/* Says that all of [from, to) will be written soon. It gets huge pages where they fit in, and at
 * the head of a column of a large region where it covers most of one. */
void stoa__region_expect(stoa__region *region, size_t from, size_t to);
/* Makes [from, to) and the rest of its last STOA__PAGE read as zero, and gives whole pages back to
 * the system. That rest must be zero or unused. False where it is not possible (plain regions), and
 * then nothing has changed. */
bool stoa__region_discard(stoa__region *region, size_t from, size_t to);
/* Frees the region. Does nothing to one of kind STOA__NO_REGION. */
void stoa__region_free(stoa__region *region);

/* ---- kept regions: with their pages, for the next table of the same layout ---- */

/* Equal layouts have their columns at the same offsets in a region. */
typedef struct stoa__layout {
    uint64_t widths; /* of the columns in order, 2 bits each, under a leading 1; 0: can't be kept */
    uint64_t nullable; /* a bit for each column that has validity bits behind it */
    size_t max_rows;   /* as asked for */
} stoa__layout;

typedef struct stoa__kept {
    stoa__region region;
    stoa__layout layout;
    size_t capacity; /* rows that are committed */
    size_t written;  /* rows from it on are zero; those before it hold any values */
    size_t bytes;    /* of the written rows, in whole pages of each column */
} stoa__kept;

/* Takes the region over: it is kept, or given back. */
void stoa__region_keep(const stoa__kept *done);
/* Takes the kept region of that layout whose number of written rows is nearest to `rows`. False if
 * none is near. */
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
