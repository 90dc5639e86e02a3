/* attempts.h: invalid numbers and structs that the tries of several functions share. The tries are
 * in attempts_*.c, a file per public header. */
#ifndef STOA_TESTS_ATTEMPTS_H
#define STOA_TESTS_ATTEMPTS_H

#include "attempt.h"

enum { ROWS = ATTEMPT_ROWS };

/* The number with bits above the lower 32, which code that truncates to 32 bits would overlook. */
#define TRUNCATED(number) ((size_t)1 << 32 | (number))
#define MOST (SIZE_MAX / 2) /* more bytes than an array can have */

static const odd no_row[] = {
    {ROWS, false}, {ROWS + 1, false}, {TRUNCATED(1), false}, {MOST, false}, {SIZE_MAX, false}};
static const odd no_order[] = {{MOST, false}, {SIZE_MAX, false}};
static const odd no_field[] = {
    {ATTEMPT_DROPPED, false}, {ATTEMPT_DROPPED + 1, false}, {256, false},  {STOA_MAX_FIELDS, false},
    {65536, false},           {TRUNCATED(0), false},        {MOST, false}, {SIZE_MAX, false}};
static const odd no_type[] = {{STOA_NO_TYPE, false}, {BEHIND_TYPES, false}, {255, false},
                              {257, false},          {65537, false},        {INT32_MAX, false},
                              {UINT32_MAX, false}};
/* Lengths that are invalid for an array whose length is checked in no other way. */
static const odd no_length[] = {
    {MOST / 4 + 1, false}, {MOST, false}, {MOST + 1, false}, {SIZE_MAX, false}};
/* Lengths that are invalid for an array that must have ROWS elements. */
static const odd not_all_rows[] = {{0, false},        {ROWS - 1, false}, {ROWS + 1, false},
                                   {MOST / 4, false}, {MOST, false},     {SIZE_MAX, false}};
static const odd not_one[] = {{0, false}, {2, false}, {TRUNCATED(1), false}, {SIZE_MAX, false}};
static const odd not_two[] = {
    {0, false}, {1, false}, {3, false}, {TRUNCATED(2), false}, {SIZE_MAX, false}};
static const odd not_zero[] = {{1, false}, {MOST + 1, false}, {SIZE_MAX, false}};
static const odd too_many_rows[] = {
    {0, true},         {1, true},     {ATTEMPT_MOST_ROWS, true}, {ATTEMPT_MOST_ROWS + 1, false},
    {MOST / 8, false}, {MOST, false}, {SIZE_MAX - 1, false},     {SIZE_MAX, false}};
static const uint8_t every_other[ROWS] = {1, 0, 1, 0, 255, 0}; /* used as a mask */
static const odd any_number[] = {{0, true}, {1, true}, {SIZE_MAX, true}};

/* ---- structs ---- */

static inline stoa_row tried_row(attempt *a)
{
    return stoa_table_row(NEEDED("row.table", a->table), NUMBER("row.index", 1, no_row));
}

static inline stoa_field tried_field(attempt *a, const char *name, const char *good)
{
    static const odd rules[] = {{1, false}, {4, false}, {UINT8_MAX, false}};
    static const odd flags[] = {{1, true}, {2, false}, {4, false}, {UINT32_MAX, false}};
    stoa_field field = {
        .name = TEXT(name, good),
        .type = (stoa_type)NUMBER("type", STOA_INT32, no_type),
        .flags = (uint32_t)NUMBER("flags", 0, flags),
        .initial.int64 = 5,
        .initial.uint64 = NUMBER("initial.uint64", 0, not_zero),
        .on_remove = (uint8_t)NUMBER("on_remove", 0, rules),
        .reserved = {NUMBER("reserved[0]", 0, not_zero), NUMBER("reserved[1]", 0, not_zero)}};
    attempt_flag(a, "initial.boolean", &field.initial.boolean);
    return field;
}

/* A source of int32, without a name. */
static inline stoa_source tried_source(attempt *a, const int32_t *data)
{
    static const odd no_stride[] = {{(size_t)PTRDIFF_MIN, false},
                                    {(size_t)PTRDIFF_MIN + 1, false},
                                    {(size_t)PTRDIFF_MAX, false},
                                    {(size_t)0 - PTRDIFF_MAX / 2, false}};
    stoa_source source = {.type = (stoa_type)NUMBER("source.type", STOA_INT32, no_type),
                          .data = data,
                          .stride = (ptrdiff_t)NUMBER("source.stride", 0, no_stride),
                          .reserved = {NUMBER("source.reserved[0]", 0, not_zero)}};
    static const odd missing[] = {{1, false}};
    if (NUMBER("no source.data", 0, missing) != 0)
        source.data = NULL;
    attempt_flag(a, "source.repeat", &source.repeat);
    return source;
}

static inline stoa_scope tried_scope(attempt *a)
{
    static const odd rows[] = {
        {1, true}, {ROWS, true}, {ROWS + 1, false}, {MOST, false}, {SIZE_MAX, false}};
    static const odd no_version[] = {{SIZE_MAX, false}};
    return (stoa_scope){.rows = NUMBER("scope.rows", 0, rows),
                        .version = NUMBER("scope.version", 0, no_version),
                        .selection = OPTIONAL("scope.selection", a->selection),
                        .reserved = {NUMBER("scope.reserved[0]", 0, not_zero),
                                     NUMBER("scope.reserved[1]", 0, not_zero)}};
}

#endif
