/* attempt.h: calls one public function again and again, with one bad argument at a time.
 *
 *     ATTEMPTS(stoa_table_swap)
 *     {
 *         EACH_TRY
 *         {
 *             JUDGE(stoa_table_swap(NEEDED("table", a->table), NUMBER("a", 1, no_rows),
 *                                   NUMBER("b", 2, no_rows), ERROR));
 *         }
 *     }
 *
 * The first try has only good arguments and must work. In each further try one argument, identified
 * by its name, is bad: a pointer is NULL, or a number is one of a list. Each try is made twice,
 * with a stoa_error and without. A call that must be refused has to report an error, name the
 * function (and the argument if that is NULL), and leave unchanged: everything visible of the
 * table, the selections, and the places for values and new objects. A call that works must not
 * touch the error; it may change the table, which is then made anew. Random tries with any number
 * of bad arguments follow; among these, the refused ones must have changed nothing. */
#ifndef STOA_TESTS_ATTEMPT_H
#define STOA_TESTS_ATTEMPT_H

#include "plain_types.h"
#include "testing.h"

enum {
    ATTEMPT_ROWS = 6,
    ATTEMPT_FIELDS = FIELD_TYPES,
    ATTEMPT_MOST_ROWS = 64,
    ATTEMPT_DROPPED = ATTEMPT_FIELDS,
};

/* A bad or unusual value of a number. */
typedef struct odd {
    size_t value;
    bool is_fine; /* the call may accept it; otherwise it must refuse it */
} odd;

typedef struct attempt attempt;
struct attempt {
    /* The good arguments. */
    stoa_table *table;          /* a field of each type, named after it; field ATTEMPT_DROPPED was
                                   dropped; ATTEMPT_ROWS rows, ATTEMPT_MOST_ROWS at most */
    stoa_pool *pool;            /* of the table */
    stoa_selection *selection;  /* rows 1 and 3 are selected */
    stoa_selection *second;     /* rows 3 and 4 are selected */
    stoa_error error;           /* passed by ERROR */
    size_t calls;               /* made so far, for all functions */
    struct attempt_inside *own; /* private to attempt.c */
};

void attempts_begin(attempt *a);
void attempts_end(attempt *a);

#define ATTEMPTS(function)                \
    void attempts_##function(attempt *a); \
    void attempts_##function(attempt *a)

/* Runs all tries of one function. */
void attempt_function(attempt *a, const char *function, void (*tries)(attempt *));

/* A loop over the tries of a function. */
#define EACH_TRY while (attempt_again(a))
bool attempt_again(attempt *a);

/* NEEDED: a pointer that must not be NULL. OPTIONAL: one that may be. PLACE: where a call stores a
 * result; the sizeof *place bytes must stay as they are if the call is refused. */
#define NEEDED(name, pointer) attempt_pointer(a, name, pointer, false)
#define OPTIONAL(name, pointer) attempt_pointer(a, name, pointer, true)
#define PLACE(name, place) attempt_place(a, name, place, sizeof *(place), false)
#define OPTIONAL_PLACE(name, place) attempt_place(a, name, place, sizeof *(place), true)
void *attempt_pointer(attempt *a, const char *name, const void *good, bool may_be_null);
void attempt_watch(attempt *a, void *place, size_t size);
void *attempt_place(attempt *a, const char *name, void *place, size_t size, bool may_be_null);
/* A name or a text. Bad ones: NULL, an empty one, invalid UTF-8, 300 bytes. */
#define TEXT(name, good) attempt_text(a, name, good, false)
#define OPTIONAL_TEXT(name, good) attempt_text(a, name, good, true)
const char *attempt_text(attempt *a, const char *name, const char *good, bool may_be_null);
/* A number; the bad values come from a list of odds. */
#define NUMBER(name, good, odds) \
    attempt_number(a, name, (size_t)(good), odds, sizeof(odds) / sizeof *(odds))
size_t attempt_number(attempt *a, const char *name, size_t good, const odd *odds, size_t count);
/* A bool in a struct. The bad values are bytes other than 0 and 1. */
void attempt_flag(attempt *a, const char *name, bool *flag);
/* A value. Bad ones: null, without a type, a bool of a byte other than 0 and 1. */
stoa_value attempt_value(attempt *a, const char *name, stoa_value good);
/* The same where null is a value like others. */
stoa_value attempt_operand(attempt *a, const char *name, stoa_value good);
#define ERROR attempt_error(a)
stoa_error *attempt_error(attempt *a);

/* Judges the try. For a call that returns no status: `good` is whether it returned what good
 * arguments should give, `nothing` whether it returned what must be returned for bad ones. JUDGE
 * returns whether the call worked. */
#define JUDGE(call) attempt_judge(a, call)
bool attempt_judge(attempt *a, stoa_status status);
void attempt_gave(attempt *a, bool good, bool nothing);

/* Programs and expressions of these texts. They live as long as the table. */
stoa_program *attempt_program(attempt *a, const char *text);
stoa_expression *attempt_expression(attempt *a, const char *text);

#endif
