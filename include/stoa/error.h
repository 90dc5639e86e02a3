/**
 * error.h: statuses, and the message that goes with one.
 *
 * Every call that can fail returns a stoa_status. Calls off the hot path take a stoa_error last:
 * it is owned by the caller, may be NULL, and is written only when the call fails. There is no
 * global or thread-local error. A call that fails has changed nothing, except that a failed
 * stoa_program_fill leaves any values in the memory that it was to fill.
 *
 * Arguments are checked in every build. An argument may be NULL only where its description says
 * so, or if it is an array of no elements. Otherwise a call that returns a status returns
 * STOA_INVALID, and its message names the argument; a call without a status returns nothing (0,
 * NULL, false, no type) or does nothing. Invalid numbers (of rows, fields, types, operations;
 * counts; flags and reserved members that are not zero) are refused in the same way. A call trusts
 * what it cannot check: that a pointer points at its type, and that an array has the length given.
 */
#ifndef STOA_ERROR_H
#define STOA_ERROR_H

#include <stoa/export.h>

STOA_BEGIN_DECLS

/**
 * The list of statuses: `STOA_STATUSES(STATUS)` becomes `STATUS(NAME, number, text)` for each.
 */
#define STOA_STATUSES(STATUS)                                            \
    STATUS(OK, 0, "no error")                                            \
    STATUS(INVALID, 1, "an argument is invalid")                         \
    STATUS(OUT_OF_MEMORY, 2, "the system refused memory")                \
    STATUS(FULL, 3, "the table or pool has no room for more")            \
    STATUS(NO_FIELD, 4, "no field has that name or index")               \
    STATUS(WRONG_TYPE, 5, "a value or column has another type")          \
    STATUS(OVERFLOW, 6, "a number does not fit its type")                \
    STATUS(OUT_OF_RANGE, 7, "a row is beyond the end of the table")      \
    STATUS(BAD_NAME, 8, "a field name is empty, too long or taken")      \
    STATUS(IN_USE, 9, "a typed table holds the field")                   \
    STATUS(REFUSED, 10, "a callback refused")                            \
    STATUS(SYNTAX, 11, "the expression has a syntax error")              \
    STATUS(DIVISION_BY_ZERO, 12, "an integer is divided by zero")        \
    STATUS(NO_PARAMETER, 13, "a parameter is not set or does not exist") \
    STATUS(STALE, 14, "the table has changed since")                     \
    STATUS(LOCKED, 15, "a column is locked against writes")              \
    STATUS(NULL, 16, "the cell is null: use stoa_row_is_null")           \
    STATUS(NO_ID, 17, "no row of the table has that id")                 \
    STATUS(LENT, 18, "the table is lent, and cannot be written to")      \
    STATUS(REFERRED, 19, "another row refers to the row")

/**
 * What a call returns: STOA_OK, or another of STOA_STATUSES.
 */
typedef enum stoa_status {
#define STOA__STATUS(NAME, number, text) STOA_##NAME = number,
    STOA_STATUSES(STOA__STATUS)
#undef STOA__STATUS
} stoa_status;

/**
 * Bytes of a message, with its NUL.
 */
#define STOA_MESSAGE_SIZE 240

/**
 * The message of a call that failed. It needs no preparation: it is only written, by a call that
 * fails.
 *
 * @members stoa_error
 */
typedef struct stoa_error {
    char message[STOA_MESSAGE_SIZE]; /* UTF-8, ends in NUL, cut to fit */
    stoa_status status;
    uint32_t reserved;
    uint64_t row; /* the first row or value at fault, where the message names one */
} stoa_error;

/**
 * Tells the name of a status, as `"STOA_OVERFLOW"`. `"STOA_?"` for an unknown status.
 *
 * @owner Static storage.
 * @cost O(1).
 * @threads Any.
 * @snippet error.c names
 */
STOA_API const char *stoa_status_name(stoa_status status);

/**
 * Tells what a status means, in a few words.
 *
 * @owner Static storage.
 * @cost O(1).
 * @threads Any.
 * @snippet error.c names
 */
STOA_API const char *stoa_status_text(stoa_status status);

STOA_END_DECLS

#endif
