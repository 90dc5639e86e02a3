/* check.h: the argument checks that a public function begins with.
 *
 * Each macro returns from the function with STOA_INVALID and an error that names function and
 * argument, "stoa_table_resize: table is NULL", so they stand at the head of public functions and
 * nowhere else. Public functions without a status do not use them: given NULL, they return nothing
 * or do nothing. */
#ifndef STOA__BASE_CHECK_H
#define STOA__BASE_CHECK_H

#include <stdint.h>

#include "base/error.h"

/* An argument, or a member of one, that must not be NULL. */
#define STOA__REQUIRE_ARGUMENT(error, argument)         \
    do {                                                \
        if (!STOA__LIKELY((argument) != NULL)) {        \
            stoa__say_null(error, __func__, #argument); \
            return STOA_INVALID;                        \
        }                                               \
    } while (0)

/* An array: it may be NULL if it has no elements, and must fit in memory. */
#define STOA__REQUIRE_ARRAY(error, array, count)                                 \
    do {                                                                         \
        if (!STOA__LIKELY(((array) != NULL || (count) == 0) &&                   \
                          (count) <= PTRDIFF_MAX / sizeof *(array))) {           \
            stoa__say_no_array(error, __func__, #array, (array) == NULL, count); \
            return STOA_INVALID;                                                 \
        }                                                                        \
    } while (0)

/* The same, and no element, or member of one, may be NULL: (error, fields, count, .name). */
#define STOA__REQUIRE_EACH(error, array, count, member)                        \
    do {                                                                       \
        STOA__REQUIRE_ARRAY(error, array, count);                              \
        for (size_t each_ = 0; each_ < (count); each_++)                       \
            if (!STOA__LIKELY((array)[each_] member != NULL)) {                \
                stoa__say_null_among(error, __func__, #array, each_, #member); \
                return STOA_INVALID;                                           \
            }                                                                  \
    } while (0)

__attribute__((cold)) void stoa__say_null(stoa_error *error, const char *function,
                                          const char *argument);
__attribute__((cold)) void stoa__say_no_array(stoa_error *error, const char *function,
                                              const char *array, bool is_null, size_t count);
__attribute__((cold)) void stoa__say_null_among(stoa_error *error, const char *function,
                                                const char *array, size_t place,
                                                const char *member);

/* The byte of a caller's bool. Memory that nobody has set may hold other bytes than 0 and 1. */
static inline unsigned char stoa__byte_of(const bool *flag)
{
    return *(const unsigned char *)flag;
}

#endif
