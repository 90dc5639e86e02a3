/* settings.h: what holds for the whole process: threads, the processor level, kept memory. */
#ifndef STOA_SETTINGS_H
#define STOA_SETTINGS_H

#include <stoa/error.h>

STOA_BEGIN_DECLS

/**
 * Bulk work may use so many threads, the caller's among them, at most 256; 0: what the environment
 * variable STOA_THREADS says, if that is a number from 1 to 256, else one for each core that the
 * process may run on, which is also the start. Threads are made when first needed, sleep when idle,
 * and are made anew after fork. More than 256: STOA_INVALID.
 */
STOA_TRY stoa_set_threads(size_t threads, stoa_error *error);
STOA_API size_t stoa_threads(void);
/**
 * "baseline", "avx2" or "avx512": the code that runs. STOA_SIMD in the environment caps it (other
 * values than these are passed over); it is read once, before the first use. Static storage.
 */
STOA_API const char *stoa_simd(void);
/**
 * Gives the memory that is kept for the next results back to the system; at most so many bytes of
 * it (whole pages, those that the system has taken meanwhile among them). The pages of freed
 * results (of copies, takes and filters, and of tables made with STOA_ROWS_UNWRITTEN) are kept, 256
 * MiB of them at most, and given up before a request for memory fails. Any thread may call it.
 */
STOA_API size_t stoa_trim(void);

STOA_END_DECLS

#endif
