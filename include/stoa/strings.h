/**
 * strings.h: strings behind 4-byte handles.
 *
 * A pool has each string once and gives it a handle: 0 is the empty string, the others follow in
 * the order in which they came, so that handles are below stoa_string_pool_count(). Equal strings
 * have equal handles. Strings are UTF-8 of any length, and may hold NULs. A pool only grows; its
 * bytes never move while the pool lives. While strings enter it in one thread, others may look at
 * those that were there: stoa_string_pool_get() and stoa_string_pool_count().
 */
#ifndef STOA_STRINGS_H
#define STOA_STRINGS_H

#include <stoa/type.h>

STOA_BEGIN_DECLS

/**
 * What stoa_string_pool_find() gives for a string that is not in the pool.
 */
#define STOA_NO_STRING UINT32_MAX

/**
 * A pool of strings. Inline code may read these members; only stoa's own writes them. Arrow takes
 * `text` and `offsets` as they are, for an array of large_utf8 with `count` strings.
 *
 * @members stoa_string_pool
 */
typedef struct stoa_string_pool {
    const char *text;        /* the bytes of all strings, one behind the other */
    const uint64_t *offsets; /* count + 1: a string goes from offsets[handle] to the next offset */
    size_t count;            /* strings, with the empty one: handles are below it */
} stoa_string_pool;

/**
 * How much a pool can hold. Zero it, and set what you need. A pool for which both are small takes
 * plain memory; else address space is reserved, at the latest when its strings take a few
 * kilobytes.
 *
 * @members stoa_string_pool_options
 */
typedef struct stoa_string_pool_options {
    size_t max_count;     /* strings, with the empty one; 0, or more than UINT32_MAX: UINT32_MAX */
    size_t max_bytes;     /* of all strings together; 0: a good number */
    uint64_t reserved[4]; /* zero */
} stoa_string_pool_options;

/**
 * Makes a pool with the empty string. Tables that share a pool share its handles, and count as one
 * table for threads.
 *
 * @param pool becomes the new pool
 * @param options NULL: as much room as fits well
 * @return STOA_INVALID: a reserve that is set. STOA_OUT_OF_MEMORY.
 * @owner The caller holds one reference, which stoa_string_pool_free() gives back; each table that
 *     uses the pool holds another.
 * @cost O(1).
 * @threads Any.
 * @snippet strings.c pool
 */
STOA_TRY stoa_string_pool_new(stoa_string_pool **pool, const stoa_string_pool_options *options,
                              stoa_error *error);

/**
 * Adds a reference, which stoa_string_pool_free() gives back. NULL does nothing.
 *
 * @owner The caller holds the reference.
 * @cost O(1).
 * @threads Any.
 * @snippet strings.c pool
 */
STOA_API stoa_string_pool *stoa_string_pool_retain(stoa_string_pool *pool);

/**
 * Gives a reference back. The pool goes with its last one. NULL does nothing.
 *
 * @cost O(1).
 * @threads Any; the last one must be given back when nobody reads the pool.
 * @snippet strings.c pool
 */
STOA_API void stoa_string_pool_free(stoa_string_pool *pool);

/**
 * Gives the handle of each string. Strings that are not in the pool enter it: all, or none.
 *
 * @param strings one after the other; they may lie in the pool
 * @param handles becomes the handle of each; if the call fails, unspecified
 * @return STOA_INVALID: a string is not UTF-8 or has NULL for bytes, and `error->row` is its
 *     position. STOA_FULL: the pool has max_count strings or max_bytes bytes. STOA_OUT_OF_MEMORY.
 * @cost O(bytes), by a hash of each.
 * @threads Changes the pool.
 * @snippet strings.c pool
 */
STOA_TRY stoa_string_pool_intern(stoa_string_pool *pool, const stoa_string *strings, size_t count,
                                 stoa_handle *handles, stoa_error *error);

/**
 * Gives the handle of a string. STOA_NO_STRING if it is not in the pool.
 *
 * @cost O(bytes), by a hash of them.
 * @threads Reads the pool.
 * @snippet strings.c pool
 */
STOA_API stoa_handle stoa_string_pool_find(const stoa_string_pool *pool, stoa_string string);

/**
 * Gives the string of a handle. Its bytes are NULL if there is none. No NUL ends them.
 *
 * @owner Borrowed from the pool; the address never changes while the pool lives.
 * @cost O(1).
 * @threads Reads the pool; one that strings enter, too.
 * @snippet strings.c pool
 */
STOA_API stoa_string stoa_string_pool_get(const stoa_string_pool *pool, stoa_handle handle);

#ifndef STOA_CDEF
/* The string of a handle that is in the pool. */
STOA__INLINE stoa_string stoa__string_of(const stoa_string_pool *pool, stoa_handle handle)
{
    const uint64_t *offset = pool->offsets + handle;
    stoa_string string;
    string.bytes = pool->text + offset[0];
    string.length = STOA__CAST(size_t, offset[1] - offset[0]);
    return string;
}
#endif

/**
 * Tells how many strings are in the pool, with the empty one. Handles are below it. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the pool; one that strings enter, too.
 * @snippet strings.c pool
 */
STOA_API size_t stoa_string_pool_count(const stoa_string_pool *pool);

/**
 * Tells how many bytes the pool takes, with its strings. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the pool.
 * @snippet strings.c pool
 */
STOA_API size_t stoa_string_pool_bytes(const stoa_string_pool *pool);

/* For bindings: takes the strings from handle `count` on out of the pool again. No cell may hold
 * them, and nobody else may have seen them. */
STOA_API void stoa__strings_cut(stoa_string_pool *pool, size_t count);

STOA_END_DECLS

#endif
