/* attempt.c: see attempt.h.
 *
 * Arguments are identified by their names, and numbered in the order in which the first try passes
 * them. `turn` is the number of the bad argument, `choice` the index of its bad value. After every
 * argument had every bad value, random tries follow, in which any number of arguments is bad. */
#include "attempt.h"

#include <stdlib.h>

#include "snapshot.h"

enum { MOST_ARGUMENTS = 64, MOST_PLACES = 8, MOST_MADE = 8 };

typedef enum expectation { WORKING, FINE, REFUSAL, REFUSAL_OF_NULL } expectation;

typedef struct argument {
    const char *name;
    size_t odds;
    size_t choice; /* in random tries: the bad value it has now; SIZE_MAX: none */
} argument;

typedef struct place {
    void *at;
    size_t size;
    unsigned char before[256];
} place;

struct attempt_inside {
    const char *function;
    size_t tries;
    bool is_begun, is_judged, is_loud;
    bool has_error; /* the function takes a stoa_error */
    argument arguments[MOST_ARGUMENTS];
    size_t argument_count;
    size_t turn, choice; /* the bad argument and its bad value; turn SIZE_MAX: none */
    size_t by_chance;    /* random tries that are left */
    bool is_by_chance;
    dice dice;
    bool without_error;
    expectation expected;
    char what[128]; /* what is bad: "field->name: ..." */
    place places[MOST_PLACES];
    size_t place_count;
    /* A snapshot of the table. */
    snapshot *before;
    stoa_selection selection, second;
    uint64_t selection_words, second_words;
    stoa_error error_before;
    const char *program_texts[MOST_MADE], *expression_texts[MOST_MADE];
    stoa_program *programs[MOST_MADE];
    stoa_expression *expressions[MOST_MADE];
};

/* ---- good arguments ---- */

static stoa_selection *select_rows(const stoa_table *table, size_t first, size_t second)
{
    const size_t rows[] = {first, second};
    stoa_selection *made = NULL;
    PASSES(stoa_selection_from_indices(&made, table, rows, 2, &trouble));
    return made;
}

static void fill(stoa_table *table)
{
    static int things[ATTEMPT_ROWS];
    for (size_t row = 0; row < ATTEMPT_ROWS; row++) {
        stoa_value values[ATTEMPT_FIELDS] = {stoa_boolean_value(row % 2 == 0)};
        for (size_t i = 1; i < STOA_OBJECT - 1; i++)
            values[i] = stoa_int64_value((int64_t)(10 * row + i));
        values[STOA_OBJECT - 1] = stoa_object_value(&things[row / 2]);
        values[STOA_DATE - 1] = stoa_date_value((int32_t)row);
        values[STOA_TIMESTAMP - 1] = stoa_timestamp_value((int64_t)row, STOA_SECOND);
        values[STOA_DURATION - 1] = stoa_duration_value((int64_t)row, STOA_SECOND);
        values[STOA_STRING - 1] =
            stoa_string_value((stoa_string){row % 2 == 0 ? "even" : "odd", 3});
        values[STOA_REFERENCE - 1] =
            row == 0 ? stoa_null_value() : stoa_reference_value(stoa_table_row(table, row - 1));
        PASSES(stoa_table_append(table, values, ATTEMPT_FIELDS, &trouble));
    }
}

static void make_table(attempt *a)
{
    static const stoa_field fields[] = {
#define FIELD(NAME, field_name, cell, value, member)             \
    {.name = #field_name,                                        \
     .type = STOA_##NAME,                                        \
     .flags = STOA_##NAME == STOA_REFERENCE ? STOA_NULLABLE : 0, \
     .unit = STOA_##NAME == STOA_TIMESTAMP || STOA_##NAME == STOA_DURATION ? STOA_SECOND : 0},
        STOA_TYPES(FIELD)
#undef FIELD
            {.name = "dropped", .type = STOA_INT32},
    };
    PASSES(stoa_pool_new(&a->pool, NULL, &trouble));
    const stoa_table_options options = {
        .max_rows = ATTEMPT_MOST_ROWS, .pool = a->pool, .ids = true};
    a->table = new_table(fields, sizeof fields / sizeof *fields, &options);
    PASSES(stoa_table_drop_field(a->table, "dropped", &trouble));
    fill(a->table);
    a->selection = select_rows(a->table, 1, 3);
    a->second = select_rows(a->table, 3, 4);
    a->own->before = snapshot_take(a->table);
    a->own->selection = *a->selection;
    a->own->second = *a->second;
    a->own->selection_words = a->selection->words[0];
    a->own->second_words = a->second->words[0];
}

static void free_table(attempt *a)
{
    struct attempt_inside *own = a->own;
    for (size_t i = 0; i < MOST_MADE; i++) {
        stoa_program_free(own->programs[i]);
        stoa_expression_free(own->expressions[i]);
        own->programs[i] = NULL;
        own->expressions[i] = NULL;
    }
    stoa_selection_free(a->selection);
    stoa_selection_free(a->second);
    stoa_table_free(a->table);
    stoa_pool_free(a->pool);
    snapshot_free(own->before);
}

static size_t text_place(const char **texts, const char *text)
{
    size_t i = 0;
    while (i < MOST_MADE && texts[i] != NULL && strcmp(texts[i], text) != 0)
        i++;
    ck_assert_uint_lt(i, MOST_MADE);
    texts[i] = text;
    return i;
}

stoa_expression *attempt_expression(attempt *a, const char *text)
{
    size_t i = text_place(a->own->expression_texts, text);
    if (a->own->expressions[i] == NULL)
        PASSES(stoa_expression_parse(&a->own->expressions[i], text, &trouble));
    return a->own->expressions[i];
}

stoa_program *attempt_program(attempt *a, const char *text)
{
    size_t i = text_place(a->own->program_texts, text);
    if (a->own->programs[i] == NULL)
        PASSES(stoa_program_parse(&a->own->programs[i], a->table, text, NULL, &trouble));
    return a->own->programs[i];
}

void attempts_begin(attempt *a)
{
    *a = (attempt){.own = calloc(1, sizeof *a->own)};
    ck_assert_ptr_nonnull(a->own);
    a->own->is_loud = getenv("STOA_ATTEMPTS_TOLD") != NULL;
    make_table(a);
}

void attempts_end(attempt *a)
{
    free_table(a);
    free(a->own);
}

void attempt_function(attempt *a, const char *function, void (*tries)(attempt *))
{
    struct attempt_inside *own = a->own;
    own->function = function;
    own->argument_count = 0;
    own->is_begun = own->has_error = own->is_by_chance = false;
    own->by_chance = scaled(320, 5);
    own->dice = (dice){(uint64_t)function[strlen(function) / 2]};
    own->tries = 0;
    memset(own->program_texts, 0, sizeof own->program_texts);
    memset(own->expression_texts, 0, sizeof own->expression_texts);
    tries(a);
    ck_assert_msg(own->tries > 0 && !own->is_begun, "%s: not tried to the end", function);
    free_table(a);
    make_table(a);
}

/* ---- one try after another ---- */

/* Goes on to the next bad value; false if there is none. */
static bool step(struct attempt_inside *own)
{
    if (own->has_error && !own->without_error) {
        own->without_error = true;
        return true;
    }
    own->without_error = false;
    own->choice++;
    while (own->turn == SIZE_MAX || own->choice >= own->arguments[own->turn].odds) {
        own->turn++; /* SIZE_MAX + 1 is 0 */
        own->choice = 0;
        if (own->turn >= own->argument_count)
            return false;
    }
    return true;
}

/* Makes about two arguments bad. */
static bool step_by_chance(struct attempt_inside *own)
{
    own->is_by_chance = own->argument_count > 1 && own->by_chance-- > 0;
    own->without_error = own->has_error && own->by_chance % 4 == 0;
    for (size_t i = 0; i < own->argument_count; i++) {
        argument *at = &own->arguments[i];
        bool is_chosen = dice_below(&own->dice, own->argument_count) < 2;
        at->choice = is_chosen ? dice_below(&own->dice, at->odds) : SIZE_MAX;
    }
    return own->is_by_chance;
}

bool attempt_again(attempt *a)
{
    struct attempt_inside *own = a->own;
    if (!own->is_begun) {
        own->is_begun = true;
        own->turn = SIZE_MAX;
        own->choice = 0;
        own->without_error = false;
    } else {
        ck_assert_msg(own->is_judged, "%s: nobody judged %s", own->function, own->what);
        if ((own->is_by_chance || !step(own)) && !step_by_chance(own))
            return own->is_begun = false;
    }
    own->expected = own->is_by_chance ? FINE : WORKING;
    snprintf(own->what, sizeof own->what, "good arguments");
    own->place_count = 0;
    own->is_judged = false;
    memset(&a->error, 0x5A, sizeof a->error);
    own->error_before = a->error;
    own->tries++;
    a->calls++;
    return true;
}

/* Whether the argument of this name is bad in this try. */
static bool is_odd(attempt *a, const char *name, size_t odds)
{
    struct attempt_inside *own = a->own;
    size_t i = 0;
    while (i < own->argument_count && strcmp(own->arguments[i].name, name) != 0)
        i++;
    if (i == own->argument_count) {
        ck_assert_uint_lt(i, MOST_ARGUMENTS);
        own->arguments[own->argument_count++] = (argument){name, odds, SIZE_MAX};
    }
    if (!own->is_by_chance)
        return i == own->turn;
    own->choice = own->arguments[i].choice;
    return own->choice != SIZE_MAX;
}

static void expect(attempt *a, expectation expected, const char *name, const char *value)
{
    struct attempt_inside *own = a->own;
    own->expected = own->is_by_chance ? FINE : expected;
    snprintf(own->what, sizeof own->what, "%s: %s%s", name, value,
             own->without_error ? ", without an error" : "");
    if (own->is_loud)
        fprintf(stderr, "%s: %s\n", own->function, own->what);
}

void *attempt_pointer(attempt *a, const char *name, const void *good, bool may_be_null)
{
    if (!is_odd(a, name, 1))
        return (void *)(uintptr_t)good;
    expect(a, may_be_null ? FINE : REFUSAL_OF_NULL, name, "NULL");
    return NULL;
}

void attempt_watch(attempt *a, void *at, size_t size)
{
    struct attempt_inside *own = a->own;
    ck_assert_uint_lt(own->place_count, MOST_PLACES);
    ck_assert_uint_le(size, sizeof own->places[0].before);
    place *kept = &own->places[own->place_count++];
    *kept = (place){.at = at, .size = size};
    memset(at, 0x5A, size);
    memcpy(kept->before, at, size);
}

void *attempt_place(attempt *a, const char *name, void *at, size_t size, bool may_be_null)
{
    attempt_watch(a, at, size);
    return attempt_pointer(a, name, at, may_be_null);
}

const char *attempt_text(attempt *a, const char *name, const char *good, bool may_be_null)
{
    static char overlong[301];
    memset(overlong, '~', sizeof overlong - 1);
    const char *const texts[] = {NULL, "", "\xff\xfe", overlong};
    if (!is_odd(a, name, sizeof texts / sizeof *texts))
        return good;
    const char *text = texts[a->own->choice];
    if (text == NULL)
        expect(a, may_be_null ? FINE : REFUSAL_OF_NULL, name, "NULL");
    else
        expect(a, REFUSAL, name, text);
    return text;
}

size_t attempt_number(attempt *a, const char *name, size_t good, const odd *odds, size_t count)
{
    char text[32];
    if (!is_odd(a, name, count))
        return good;
    const odd *chosen = &odds[a->own->choice];
    snprintf(text, sizeof text, "%zu", chosen->value);
    expect(a, chosen->is_fine ? FINE : REFUSAL, name, text);
    return chosen->value;
}

void attempt_flag(attempt *a, const char *name, bool *flag)
{
    static const odd none[] = {{2, false}, {255, false}};
    unsigned char byte;
    memcpy(&byte, flag, 1);
    byte = (unsigned char)NUMBER(name, byte, none);
    memcpy(flag, &byte, 1);
}

static stoa_value try_value(attempt *a, const char *name, stoa_value good, bool takes_null)
{
    static const stoa_type none[] = {STOA_NO_TYPE, (stoa_type)BEHIND_TYPES, (stoa_type)-1,
                                     (stoa_type)257};
    enum { NULLS = 3, TYPES = sizeof none / sizeof *none, FLAGS = 2 };
    static const unsigned char nulls[NULLS] = {1, 2, 255}, flags[FLAGS] = {2, 255};
    if (!is_odd(a, name, NULLS + TYPES + FLAGS))
        return good;
    size_t choice = a->own->choice;
    if (choice < NULLS)
        memcpy(&good.is_null, &nulls[choice], 1);
    else if (choice < NULLS + TYPES)
        good.type = none[choice - NULLS];
    else {
        good.type = STOA_BOOL;
        memcpy(&good.boolean, &flags[choice - NULLS - TYPES], 1);
    }
    expect(a, takes_null && choice == 0 ? FINE : REFUSAL, name,
           choice < NULLS           ? "null"
           : choice < NULLS + TYPES ? "of no type"
                                    : "what is no bool");
    return good;
}

stoa_value attempt_value(attempt *a, const char *name, stoa_value good)
{
    return try_value(a, name, good, false);
}

stoa_value attempt_operand(attempt *a, const char *name, stoa_value good)
{
    return try_value(a, name, good, true);
}

stoa_error *attempt_error(attempt *a)
{
    a->own->has_error = true;
    return a->own->without_error ? NULL : &a->error;
}

/* ---- judging a try ---- */

static const char *what_changed(const attempt *a)
{
    const struct attempt_inside *own = a->own;
    const char *difference = snapshot_differs(own->before, a->table);
    if (difference != NULL)
        return difference;
    if (memcmp(&own->selection, a->selection, sizeof own->selection) != 0 ||
        own->selection_words != a->selection->words[0])
        return "the selection";
    if (memcmp(&own->second, a->second, sizeof own->second) != 0 ||
        own->second_words != a->second->words[0])
        return "the second selection";
    for (size_t i = 0; i < own->place_count; i++)
        if (memcmp(own->places[i].at, own->places[i].before, own->places[i].size) != 0)
            return "where the result goes";
    return NULL;
}

/* For "field->name" that is NULL the message must contain "field->name is NULL" after the
 * function's name. */
static void check_message(const attempt *a, stoa_status status)
{
    const struct attempt_inside *own = a->own;
    if (!own->has_error || own->without_error)
        return;
    ck_assert_msg(a->error.status == status, "%s: %s: the error says %s, not %s", own->function,
                  own->what, stoa_status_name(a->error.status), stoa_status_name(status));
    const char *end = memchr(a->error.message, '\0', STOA_MESSAGE_SIZE);
    ck_assert_msg(end != NULL && end != a->error.message, "%s: %s: no message", own->function,
                  own->what);
    if (own->expected != REFUSAL_OF_NULL)
        return;
    char wanted[sizeof own->what];
    size_t length = strcspn(own->what, ":");
    snprintf(wanted, sizeof wanted, "%s: %.*s is NULL", own->function, (int)length, own->what);
    ck_assert_msg(strncmp(a->error.message, wanted, strlen(wanted)) == 0, "\"%s\", not \"%s\"",
                  a->error.message, wanted);
}

static void check_unchanged(const attempt *a)
{
    const char *changed = what_changed(a);
    ck_assert_msg(changed == NULL, "%s: %s: refused, and this changed: %s", a->own->function,
                  a->own->what, changed);
}

bool attempt_judge(attempt *a, stoa_status status)
{
    struct attempt_inside *own = a->own;
    bool works = status == STOA_OK;
    own->is_judged = true;
    bool as_expected = own->expected == WORKING   ? works
                       : own->expected == FINE    ? true
                       : own->expected == REFUSAL ? !works
                                                  : status == STOA_INVALID;
    ck_assert_msg(as_expected, "%s: %s: %s (%.*s)", own->function, own->what,
                  stoa_status_name(status), own->without_error || works ? 0 : STOA_MESSAGE_SIZE,
                  a->error.message);
    if (works) {
        ck_assert_msg(memcmp(&a->error, &own->error_before, sizeof a->error) == 0,
                      "%s: %s: worked, and wrote an error", own->function, own->what);
        free_table(a);
        make_table(a);
    } else {
        check_unchanged(a);
        check_message(a, status);
    }
    return works;
}

void attempt_gave(attempt *a, bool good, bool nothing)
{
    struct attempt_inside *own = a->own;
    own->is_judged = true;
    if (own->expected == WORKING)
        ck_assert_msg(good, "%s: gives something else", own->function);
    else if (own->expected != FINE) {
        ck_assert_msg(nothing, "%s: %s: gives something", own->function, own->what);
        check_unchanged(a);
        return;
    }
    free_table(a);
    make_table(a);
}
