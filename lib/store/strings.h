/* strings.h: the inside of a string pool, and what the store does with it.
 *
 * stoa_string_pool is the head that inline code may read; stoa__string_pool is the whole. */
#ifndef STOA__STORE_STRINGS_H
#define STOA__STORE_STRINGS_H

#include <stoa/strings.h>

#include "base/memory.h"

/* A place of the index. */
typedef struct stoa__string_slot {
    stoa_handle handle; /* 0: free; the empty string is not in the index */
    uint32_t hash;
} stoa__string_slot;

/* Plain blocks that a pool outgrows before it reserves address space. */
#define STOA__STRING_BLOCKS 3

typedef struct stoa__string_pool {
    stoa_string_pool head;
    size_t references;
    size_t asked_count, asked_bytes; /* by the options; 0: nothing was asked for */
    stoa__string_slot *index;        /* NULL: no string but the empty one has come yet */
    stoa__region index_region;
    uint32_t index_bits; /* the index has 2^index_bits slots */
    uint32_t outgrown_count;
    stoa__region outgrown[STOA__STRING_BLOCKS]; /* kept, since bytes never move */
    stoa__region block;                         /* offsets first, the text behind them */
    bool has_last_block;                        /* there is none to outgrow it into */
    size_t text_at;                             /* where it begins in the block */
    size_t text_room, text_limit;               /* bytes that are committed, and reserved */
    size_t offset_room, offset_limit;           /* the same for offsets */
} stoa__string_pool;

static inline stoa__string_pool *stoa__whole_strings(stoa_string_pool *pool)
{
    return (stoa__string_pool *)(void *)pool;
}

/* Where the first of some strings stands, for messages. */
typedef struct stoa__place {
    const char *field; /* NULL: in none */
    size_t position;
} stoa__place;

/* Interns `count` strings that are `stride` bytes apart and may be unaligned. If it fails, the pool
 * is as it was, and the handles are unspecified. */
stoa_status stoa__strings_intern(stoa_string_pool *pool, const void *strings, ptrdiff_t stride,
                                 size_t count, stoa_handle *handles, stoa__place at,
                                 stoa_error *error);

/* ---- strings_memory.c ---- */

/* Makes room for one string more, of `length` bytes. */
stoa_status stoa__strings_make_room(stoa__string_pool *pool, size_t length, stoa_error *error);
void stoa__strings_release_memory(stoa__string_pool *pool);

#endif
