/**
 * settings.h: what holds for the whole process: threads, the processor level, kept memory.
 */
#ifndef STOA_SETTINGS_H
#define STOA_SETTINGS_H

#include <stoa/error.h>

STOA_BEGIN_DECLS

/**
 * Sets how many threads bulk work may use, the caller's among them. Threads are made when first
 * needed, sleep when idle, and are made anew after fork.
 *
 * @param threads 1 to 256; 0: what the environment variable STOA_THREADS says if that is a number
 *     from 1 to 256, else one for each core that the process may run on. The process starts with
 *     that.
 * @return STOA_INVALID: more than 256.
 * @cost O(1).
 * @threads Any; runs that have begun go on as they are.
 * @snippet type.c settings
 */
STOA_TRY stoa_set_threads(size_t threads, stoa_error *error);

/**
 * Tells how many threads bulk work may use.
 *
 * @cost O(1).
 * @threads Any.
 * @snippet type.c settings
 */
STOA_API size_t stoa_threads(void);

/**
 * Tells which code runs: `"baseline"`, `"avx2"` or `"avx512"`. The environment variable STOA_SIMD
 * caps it; other values are ignored. It is read once, before the first use.
 *
 * @owner Static storage.
 * @cost O(1).
 * @threads Any.
 * @snippet type.c settings
 */
STOA_API const char *stoa_simd(void);

/**
 * Gives the memory that is kept for the next results back to the system, and tells how many bytes
 * that was at most. Kept are pages of freed results (copies, takes, filters, tables made with
 * STOA_ROWS_UNWRITTEN), 256 MiB at most; they are also given up before a request for memory fails.
 *
 * @cost A system call for each table that is kept.
 * @threads Any.
 * @snippet type.c settings
 */
STOA_API size_t stoa_trim(void);

STOA_END_DECLS

#endif
