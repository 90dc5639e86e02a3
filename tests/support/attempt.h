/* attempt.h: one public function, called again and again with one odd argument at a time.
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
 * The first try has only good arguments and must work. In each further one a single argument, told
 * by its name, is odd: a pointer is NULL, a number is one of a list. Each is made twice, with an
 * error and without one. A call that must be refused has to say so, to name the function and the
 * argument where that is NULL, and to leave as they were: the table with all that can be seen of
 * it, the selections, the places that values or new objects go to, and the error where the call
 * works. A call that works may change the table, which is then made anew. Tries follow in which any
 * arguments are odd: of these only what is refused must be as it was. */
#ifndef STOA_TESTS_ATTEMPT_H
#define STOA_TESTS_ATTEMPT_H

#include "testing.h"

enum { ATTEMPT_ROWS = 6, ATTEMPT_FIELDS = 12, ATTEMPT_MOST_ROWS = 64, ATTEMPT_DROPPED = 12 };

/* An odd value of a number. */
typedef struct odd {
    size_t value;
    bool is_fine; /* else it must be refused */
} odd;

typedef struct attempt attempt;
struct attempt {
    /* What there is to call with. */
    stoa_table *table;          /* a field of each type, of that name; number ATTEMPT_DROPPED was
                                 * dropped; ATTEMPT_ROWS rows, ATTEMPT_MOST_ROWS at most */
    stoa_pool *pool;            /* the table's */
    stoa_selection *selection;  /* rows 1 and 3 */
    stoa_selection *second;     /* rows 3 and 4 */
    stoa_error error;           /* for ERROR */
    size_t calls;               /* so far, of all functions */
    struct attempt_inside *own; /* of attempt.c */
};

void attempts_begin(attempt *a);
void attempts_end(attempt *a);

#define ATTEMPTS(function)                \
    void attempts_##function(attempt *a); \
    void attempts_##function(attempt *a)

/* Tries one function. */
void attempt_function(attempt *a, const char *function, void (*tries)(attempt *));

/* The tries of a function, one after the other. */
#define EACH_TRY while (attempt_again(a))
bool attempt_again(attempt *a);

/* A pointer that cannot be NULL; one that may be; and where a call puts something: sizeof *place
 * bytes that must stay as they are where it is refused. */
#define NEEDED(name, pointer) attempt_pointer(a, name, pointer, false)
#define OPTIONAL(name, pointer) attempt_pointer(a, name, pointer, true)
#define PLACE(name, place) attempt_place(a, name, place, sizeof *(place), false)
#define OPTIONAL_PLACE(name, place) attempt_place(a, name, place, sizeof *(place), true)
void *attempt_pointer(attempt *a, const char *name, const void *good, bool may_be_null);
void attempt_watch(attempt *a, void *place, size_t size);
void *attempt_place(attempt *a, const char *name, void *place, size_t size, bool may_be_null);
/* A name or a text: NULL, or what must be refused in its place: nothing, no UTF-8, 300 bytes. */
#define TEXT(name, good) attempt_text(a, name, good, false)
#define OPTIONAL_TEXT(name, good) attempt_text(a, name, good, true)
const char *attempt_text(attempt *a, const char *name, const char *good, bool may_be_null);
/* A number, or one of a list of odds. */
#define NUMBER(name, good, odds) \
    attempt_number(a, name, (size_t)(good), odds, sizeof(odds) / sizeof *(odds))
size_t attempt_number(attempt *a, const char *name, size_t good, const odd *odds, size_t count);
/* A bool in a struct, as the byte that it is in memory. */
void attempt_flag(attempt *a, const char *name, bool *flag);
/* A value, or one that is null, of no type or of what is no bool. */
stoa_value attempt_value(attempt *a, const char *name, stoa_value good);
#define ERROR attempt_error(a)
stoa_error *attempt_error(attempt *a);

/* What came of the try. A call that gives no status says `good` where it gave what it should of
 * good arguments, and `nothing` where it gave what it gives of those that must be refused. JUDGE
 * tells whether the call worked. */
#define JUDGE(call) attempt_judge(a, call)
bool attempt_judge(attempt *a, stoa_status status);
void attempt_gave(attempt *a, bool good, bool nothing);

/* Programs and expressions of these texts, which live as long as the table does. */
stoa_program *attempt_program(attempt *a, const char *text);
stoa_expression *attempt_expression(attempt *a, const char *text);

#endif
