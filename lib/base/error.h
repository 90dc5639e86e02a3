/* error.h: how the library fills a caller's stoa_error. */
#ifndef STOA__BASE_ERROR_H
#define STOA__BASE_ERROR_H

#include <stoa/error.h>

/* Write status and message into error (NULL: nothing) and give status, so that a failing function
 * ends in `return stoa__fail(...)`. They are macros so that the compiler and the analyzers see
 * which status that is. */
#define stoa__fail(error, status, ...) (stoa__fill_error(error, status, 0, __VA_ARGS__), status)
/* The same for a value or row at fault. */
#define stoa__fail_at(error, status, row, ...) \
    (stoa__fill_error(error, status, row, __VA_ARGS__), status)
#define stoa__fail_memory(error, bytes) \
    stoa__fail(error, STOA_OUT_OF_MEMORY, "the system refused %zu bytes of memory", (size_t)(bytes))

__attribute__((format(printf, 4, 5))) void stoa__fill_error(stoa_error *error, stoa_status status,
                                                            size_t row, const char *format, ...);

#endif
