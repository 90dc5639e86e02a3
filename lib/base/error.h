/* error.h: how the library fills a caller's stoa_error. */
#ifndef STOA__BASE_ERROR_H
#define STOA__BASE_ERROR_H

#include <stoa/error.h>

/* Writes status and message into error (NULL: nothing) and returns status, so that a failing
 * function ends in `return stoa__fail(...)`. */
__attribute__((format(printf, 3, 4))) stoa_status stoa__fail(stoa_error *error, stoa_status status,
                                                             const char *format, ...);
/* The same for a value or row at fault. */
__attribute__((format(printf, 4, 5))) stoa_status
stoa__fail_at(stoa_error *error, stoa_status status, size_t row, const char *format, ...);
stoa_status stoa__fail_memory(stoa_error *error, size_t bytes);

#endif
