/* evaluate.c: a symbol (binder/strings.c) for one string of its base after another.
 *
 * What the symbol is made of is listed once, operands first; each step has a buffer of its own for
 * what it makes. Values that are the same for all strings are read once, too. */
#include "expr/execution/strings.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

typedef struct step {
    stoa__id id;
    uint8_t operation;  /* stoa_operation; 0: a value that is there */
    size_t operands[3]; /* places in the list; NONE: an integer, or nothing */
    int64_t numbers[2];
    stoa_string value;
    stoa__buffer buffer;
} step;

struct stoa__evaluator {
    stoa_string *members; /* of a list, sorted */
    size_t member_count;
    size_t count; /* steps; the first is the base, the last the symbol */
    step steps[];
};

#define NONE SIZE_MAX

/* ---- one operation ---- */

static stoa_status count_characters(stoa_string text, uint32_t *number, stoa_error *error)
{
    size_t length = stoa__text_length(text);
    if (length > INT32_MAX)
        return stoa__fail(error, STOA_OVERFLOW, "a string of %zu characters has no length in int32",
                          length);
    *number = (uint32_t)length;
    return STOA_OK;
}

stoa_status stoa__string_operation(stoa_operation operation, const stoa_string operands[2],
                                   const int64_t numbers[2], stoa__buffer *buffer,
                                   stoa_string *made, uint32_t *number, stoa_error *error)
{
    stoa_string a = operands[0], b = operands[1];
    bool has_memory = true;
    buffer->length = 0;
    switch (operation) {
    case STOA_NO_OPERATION:
        *made = a;
        return STOA_OK;
    case STOA_STARTS_WITH:
        *number = stoa__text_starts_with(a, b);
        return STOA_OK;
    case STOA_ENDS_WITH:
        *number = stoa__text_ends_with(a, b);
        return STOA_OK;
    case STOA_CONTAINS:
        *number = stoa__text_contains(a, b);
        return STOA_OK;
    case STOA_MATCHES:
        *number = stoa__text_matches(a, b);
        return STOA_OK;
    case STOA_LENGTH:
        return count_characters(a, number, error);
    case STOA_TRIM:
        *made = stoa__text_trim(a);
        return STOA_OK;
    case STOA_SLICE:
        *made = stoa__text_slice(a, numbers[0], numbers[1]);
        return STOA_OK;
    case STOA_LOWER:
        has_memory = stoa__text_lower(buffer, a);
        break;
    case STOA_UPPER:
        has_memory = stoa__text_upper(buffer, a);
        break;
    case STOA_CONCAT:
        has_memory = stoa__buffer_add(buffer, a) && stoa__buffer_add(buffer, b);
        break;
    default:
        *number = stoa__order_holds(operation, stoa__text_compare(a, b));
        return STOA_OK;
    }
    *made = (stoa_string){buffer->bytes, buffer->length};
    return has_memory ? STOA_OK : stoa__fail_memory(error, a.length + b.length);
}

/* ---- lists ---- */

static int by_text(const void *a, const void *b)
{
    return stoa__text_compare(*(const stoa_string *)a, *(const stoa_string *)b);
}

static bool take_members(stoa__evaluator *made, const stoa__run *run, stoa__id list)
{
    const stoa__term *terms = run->program->code.terms;
    size_t count = 0;
    for (stoa__id id = list; id != STOA__NOTHING_ID; id = terms[id].b)
        count++;
    made->members = stoa__allocate((count + 1) * sizeof *made->members);
    if (made->members == NULL)
        return false;
    for (stoa__id id = list; id != STOA__NOTHING_ID; id = terms[id].b)
        made->members[made->member_count++] = stoa__uniform_string(run, terms[id].a);
    qsort(made->members, made->member_count, sizeof *made->members, by_text);
    return true;
}

/* ---- symbols ---- */

/* Marks what the symbol is made of, and gives how many values that are. */
static size_t mark(const stoa__term *terms, uint8_t *marks, stoa__id symbol, stoa__id base)
{
    size_t count = 1;
    marks[symbol] = 1;
    for (stoa__id id = symbol; id >= STOA__FIRST_TERM; id--) {
        if (marks[id] == 0 || id == base)
            continue;
        count++;
        if (!stoa__is_symbol(&terms[id]))
            continue;
        stoa__id operands[] = {terms[id].a, terms[id].b, terms[id].c};
        for (size_t i = 0; i < 3; i++)
            marks[operands[i]] |= operands[i] != STOA__NOTHING_ID &&
                                  terms[operands[i]].form == STOA_STRING &&
                                  terms[operands[i]].code != STOA__STRING_LIST;
    }
    return count;
}

static size_t place_of(const stoa__evaluator *e, stoa__id id)
{
    for (size_t i = e->count; i-- > 0;)
        if (e->steps[i].id == id)
            return i;
    return NONE;
}

static void add_step(stoa__evaluator *e, const stoa__run *run, stoa__id id)
{
    const stoa__term *term = &run->program->code.terms[id];
    step *made = &e->steps[e->count];
    *made = (step){.id = id, .operands = {NONE, NONE, NONE}};
    if (stoa__is_symbol(term)) {
        made->operation = (uint8_t)term->bits[0];
        made->operands[0] = place_of(e, term->a);
        made->operands[1] = place_of(e, term->b);
        made->numbers[0] = stoa__uniform_number(run, term->b);
        made->numbers[1] = stoa__uniform_number(run, term->c);
    } else
        made->value = stoa__uniform_string(run, id);
    e->count++;
}

stoa__evaluator *stoa__evaluator_new(const stoa__run *run, stoa__id symbol, stoa__id base)
{
    const stoa__term *terms = run->program->code.terms;
    stoa__id most = symbol > base ? symbol : base;
    uint8_t *marks = stoa__allocate_zeroed(most + (size_t)1);
    if (marks == NULL)
        return NULL;
    size_t count = mark(terms, marks, symbol, base);
    stoa__evaluator *e = stoa__allocate(sizeof *e + count * sizeof *e->steps);
    bool made = e != NULL;
    if (made) {
        *e = (stoa__evaluator){.count = 1};
        e->steps[0] = (step){.id = base, .operands = {NONE, NONE, NONE}};
        for (stoa__id id = STOA__FIRST_TERM; id <= symbol; id++)
            if (marks[id] != 0 && id != base)
                add_step(e, run, id);
        if (stoa__is_symbol(&terms[symbol]) && terms[symbol].bits[0] == STOA_IN)
            made = take_members(e, run, terms[symbol].b);
    }
    stoa__release(marks);
    if (!made)
        stoa__evaluator_free(e);
    return made ? e : NULL;
}

void stoa__evaluator_free(stoa__evaluator *evaluator)
{
    if (evaluator == NULL)
        return;
    for (size_t i = 0; i < evaluator->count; i++)
        stoa__buffer_dispose(&evaluator->steps[i].buffer);
    stoa__release(evaluator->members);
    stoa__release(evaluator);
}

stoa_status stoa__evaluate(stoa__evaluator *evaluator, stoa_string base, stoa_string *made,
                           uint32_t *number, stoa_error *error)
{
    static const stoa_string empty = {"", 0};
    step *steps = evaluator->steps;
    stoa_status status = STOA_OK;
    steps[0].value = base;
    for (size_t i = 1; i < evaluator->count && status == STOA_OK; i++) {
        step *each = &steps[i];
        stoa_string operands[2];
        for (size_t k = 0; k < 2; k++)
            operands[k] = each->operands[k] == NONE ? empty : steps[each->operands[k]].value;
        if (each->operation == STOA_IN)
            *number = bsearch(&operands[0], evaluator->members, evaluator->member_count,
                              sizeof(stoa_string), by_text) != NULL;
        else if (each->operation != STOA_NO_OPERATION)
            status =
                stoa__string_operation((stoa_operation)each->operation, operands, each->numbers,
                                       &each->buffer, &each->value, number, error);
    }
    *made = steps[evaluator->count - 1].value;
    return status;
}
