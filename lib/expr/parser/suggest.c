/* suggest.c: which functions somebody may have meant who wrote another name: those that are few
 * edits away (Levenshtein's distance) or that begin alike. */
#include <stdio.h>
#include <string.h>

#include "expr/parser/lex.h"

enum { LONGEST = 20, FUNCTION = 16 }; /* of the name that was written, and of any function */
#define CHECK(NAME, text, least, most, kind) \
    _Static_assert(sizeof(text) <= FUNCTION, "a function's name is too long for distance()");
STOA_OPERATIONS(CHECK)
#undef CHECK

/* Edits that make one name of the other: a row of the table of prefixes at a time. */
static size_t distance(const char *a, size_t a_length, const char *b)
{
    size_t b_length = strlen(b), row[FUNCTION];
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            best = best < row[j] + 1 ? best : row[j] + 1;
            row[j] = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
        }
    }
    return row[b_length];
}

/* Whether somebody who wrote `name` may have meant the function. */
static bool is_near(const char *name, size_t length, const char *function)
{
    size_t whole = strlen(function);
    if (length > LONGEST)
        return false;
    return distance(name, length, function) <= (whole > 4 ? 2 : 1) ||
           (whole > 2 && length > 2 &&
            strncmp(name, function, whole < length ? whole : length) == 0);
}

bool stoa__functions_near(const char *name, size_t length, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = STOA_ABS; i < STOA__OPERATIONS_END; i++) {
        const char *function = stoa__operations[i].text;
        if (i == STOA_MIN || i == STOA_MAX || !is_near(name, length, function) ||
            used + strlen(function) + 3 > size)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", function);
    }
    return used > 0;
}
