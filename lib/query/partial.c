/* partial.c: partials: their life, and how they are merged.
 *
 * Merging looks at all groups first: it translates their strings, finds those that are there
 * already, and makes all room. Then nothing can fail any more. */
#include "query/partial.h"

#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "expr/strings/text.h"
#include "store/times.h"

/* ---- life ---- */

char *stoa__copy_text(const char *bytes, size_t length)
{
    char *made = stoa__allocate(length + 1);
    if (made == NULL)
        return NULL;
    if (length > 0)
        memcpy(made, bytes, length);
    made[length] = 0;
    return made;
}

stoa_partial *stoa__partial_make(uint32_t entries)
{
    stoa_partial *made = stoa__allocate_zeroed(sizeof *made);
    if (made == NULL)
        return NULL;
    made->entry_count = entries;
    made->entries = stoa__allocate_zeroed(entries * sizeof *made->entries + 1);
    if (made->entries == NULL || stoa_string_pool_new(&made->strings, NULL, NULL) != STOA_OK) {
        made->strings = NULL;
        stoa_partial_free(made);
        return NULL;
    }
    return made;
}

stoa_status stoa__partial_begin_state(stoa_partial *partial, stoa_error *error)
{
    uint32_t measures = 0, exacts = 0;
    partial->key_count = 0;
    for (uint32_t i = 0; i < partial->entry_count; i++) {
        stoa__entry *entry = &partial->entries[i];
        bool is_key = entry->operation == STOA_NO_OPERATION;
        entry->index = is_key ? partial->key_count++ : measures++;
        entry->exact = exacts;
        entry->exacts = is_key ? 0 : stoa__exacts_of(entry->operation, entry->operand);
        exacts += entry->exacts;
    }
    stoa__state_begin(&partial->state, partial->key_count, measures, exacts);
    if (partial->key_count > 0)
        return STOA_OK;
    if (stoa__state_reserve(&partial->state, 1) != STOA_OK)
        return stoa__fail_memory(error, sizeof(stoa__partial));
    uint64_t key = 0;
    stoa__state_group(&partial->state, &key, 0);
    return STOA_OK;
}

void stoa_partial_free(stoa_partial *partial)
{
    if (partial == NULL)
        return;
    for (uint32_t i = 0; partial->entries != NULL && i < partial->entry_count; i++) {
        stoa__release(partial->entries[i].name);
        stoa__release(partial->entries[i].labels);
    }
    stoa__release(partial->entries);
    stoa__state_dispose(&partial->state);
    stoa_string_pool_free(partial->strings);
    stoa__release(partial);
}

uint64_t stoa_partial_rows(const stoa_partial *partial)
{
    return partial == NULL ? 0 : partial->rows;
}

size_t stoa_partial_group_count(const stoa_partial *partial)
{
    return partial == NULL ? 0 : partial->state.groups.count;
}

/* ---- cells ---- */

bool stoa__is_integer_sum(const stoa__entry *entry)
{
    switch ((stoa_operation)entry->operation) {
    case STOA_SUM:
    case STOA_MEAN:
    case STOA_DOT:
        return entry->operand != STOA_FLOAT64;
    case STOA_ANY:
    case STOA_ALL:
        return true;
    default:
        return false;
    }
}

bool stoa__is_chosen(const stoa__entry *entry)
{
    switch ((stoa_operation)entry->operation) {
    case STOA_MIN:
    case STOA_MAX:
    case STOA_ARGMIN:
    case STOA_ARGMAX:
    case STOA_FIRST:
    case STOA_LAST:
        return true;
    default:
        return false;
    }
}

bool stoa__holds_string(const stoa__entry *entry)
{
    return entry->operation == STOA_NO_OPERATION
               ? entry->type == STOA_STRING
               : entry->operand == STOA_STRING && stoa__is_chosen(entry);
}

bool stoa__chooses_string(const stoa__entry *entry)
{
    return entry->operand == STOA_STRING &&
           (entry->operation == STOA_MIN || entry->operation == STOA_MAX);
}

uint8_t stoa__exacts_of(unsigned operation, unsigned operand)
{
    bool is_sum = operation == STOA_SUM || operation == STOA_MEAN || operation == STOA_DOT;
    bool is_variance = operation == STOA_VAR || operation == STOA_STD;
    return is_variance ? 2 : is_sum && operand == STOA_FLOAT64 ? 1 : 0;
}

#define OF_FORM(NAME)                                         \
    (form == STOA_FLOAT64  ? STOA__##NAME##_FLOAT64_REDUCTION \
     : form == STOA_UINT64 ? STOA__##NAME##_UINT64_REDUCTION  \
                           : STOA__##NAME##_INT64_REDUCTION)

stoa__reduction stoa__reduction_of(const stoa__entry *entry)
{
    unsigned form = entry->operand;
    switch ((stoa_operation)entry->operation) {
    case STOA_MIN:
        return form == STOA_STRING ? STOA__COUNT_REDUCTION : OF_FORM(MIN);
    case STOA_MAX:
        return form == STOA_STRING ? STOA__COUNT_REDUCTION : OF_FORM(MAX);
    case STOA_ARGMIN:
        return OF_FORM(ARGMIN);
    case STOA_ARGMAX:
        return OF_FORM(ARGMAX);
    case STOA_FIRST:
        return OF_FORM(FIRST);
    case STOA_LAST:
        return OF_FORM(LAST);
    default:
        return STOA__COUNT_REDUCTION;
    }
}

bool stoa__string_is_better(const stoa_string_pool *pool, const stoa__entry *entry,
                            stoa_handle next, stoa_handle now)
{
    if (next == now)
        return false;
    int order =
        stoa__text_compare(stoa_string_pool_get(pool, next), stoa_string_pool_get(pool, now));
    return entry->operation == STOA_MIN ? order < 0 : order > 0;
}

static void merge_string(const stoa_partial *partial, const stoa__entry *entry, stoa__partial *into,
                         const stoa__partial *next)
{
    bool better =
        next->has_value && (!into->has_value || stoa__string_is_better(partial->strings, entry,
                                                                       (stoa_handle)next->int64,
                                                                       (stoa_handle)into->int64));
    into->count += next->count;
    if (!better)
        return;
    into->has_value = true;
    into->int64 = next->int64;
}

/* A value that was chosen among those of both: of two the earlier row is the left side. */
static void merge_chosen(const stoa__entry *entry, stoa__partial *into, stoa__partial next,
                         bool by_row)
{
    if (by_row && into->has_value && next.has_value && next.row < into->row) {
        stoa__partial other = *into;
        *into = next;
        next = other;
    }
    stoa__reduce_combine(stoa__reduction_of(entry), into, &next);
}

static void merge_cell(const stoa_partial *partial, const stoa__entry *entry, stoa__partial *into,
                       stoa__partial next, uint64_t rows, bool by_row)
{
    if (stoa__chooses_string(entry))
        merge_string(partial, entry, into, &next);
    else if (stoa__is_chosen(entry)) {
        next.row += rows;
        merge_chosen(entry, into, next, by_row);
    } else {
        into->count += next.count;
        into->row += next.row; /* wraps */
        if (stoa__is_integer_sum(entry))
            stoa__cell_add(into, next.sum);
    }
}

/* ---- merging ---- */

/* What is looked up before anything changes. */
typedef struct merging {
    stoa_partial *partial;
    const stoa__state *state;
    const stoa_string_pool *const *from; /* by entry */
    uint64_t *keys;                      /* of the state's groups, translated */
    uint32_t *targets;                   /* by group of the state: that of the partial */
    stoa_handle *handles;                /* by group, then by entry: strings of cells */
    size_t more;                         /* groups that are new */
    size_t prepared;                     /* of these: have exact sums */
} merging;

static stoa_status translate(const merging *m, uint32_t entry, uint64_t from, stoa_handle *to,
                             stoa_error *error)
{
    stoa_string string = stoa_string_pool_get(m->from[entry], (stoa_handle)from);
    return stoa_string_pool_intern(m->partial->strings, &string, 1, to, error);
}

static stoa_status translate_group(merging *m, size_t group, stoa_error *error)
{
    const stoa_partial *partial = m->partial;
    size_t words = m->state->groups.words;
    uint64_t *key = m->keys + group * words;
    stoa_status status = STOA_OK;
    memcpy(key, stoa__groups_key(&m->state->groups, group), words * sizeof *key);
    for (uint32_t i = 0; status == STOA_OK && i < partial->entry_count; i++) {
        const stoa__entry *entry = &partial->entries[i];
        stoa_handle made = 0;
        if (!stoa__holds_string(entry))
            continue;
        if (entry->operation == STOA_NO_OPERATION) {
            if ((key[words - 1] >> entry->index & 1) == 0)
                status = translate(m, i, key[entry->index], &made, error);
            key[entry->index] = made;
        } else {
            const stoa__partial *cell = &stoa__state_cells(m->state, group)[entry->index];
            if (cell->has_value)
                status = translate(m, i, (uint64_t)cell->int64, &made, error);
            m->handles[group * partial->entry_count + i] = made;
        }
    }
    return status;
}

static stoa_status find_targets(merging *m, stoa_error *error)
{
    stoa__state *into = &m->partial->state;
    size_t words = into->groups.words;
    for (size_t i = 0; i < m->state->groups.count; i++) {
        stoa_status status = translate_group(m, i, error);
        if (status != STOA_OK)
            return status;
        m->targets[i] = stoa__groups_find(&into->groups, m->keys + i * words);
        if (m->targets[i] == STOA__NO_GROUP)
            m->targets[i] = (uint32_t)(into->groups.count + m->more++);
    }
    stoa_status status = stoa__state_reserve(into, m->more);
    return status == STOA_OK ? status : stoa__fail_groups(error, status);
}

static stoa_status reserve_exacts(merging *m, stoa_error *error)
{
    stoa__state *into = &m->partial->state;
    for (size_t i = 0; i < m->state->groups.count; i++) {
        bool is_new = m->targets[i] >= into->groups.count;
        stoa__exact *sums = stoa__state_exacts(into, m->targets[i]);
        const stoa__exact *next = stoa__state_exacts(m->state, i);
        if (is_new && into->exact_count > 0) {
            memset(sums, 0, into->exact_count * sizeof *sums);
            m->prepared++;
        }
        for (uint32_t k = 0; k < into->exact_count; k++) {
            if (!stoa__exact_fits(&sums[k], &next[k]))
                return stoa__fail(error, STOA_OVERFLOW, "a sum is larger than any values have");
            if (!stoa__exact_reserve(&sums[k], &next[k]))
                return stoa__fail_memory(error, STOA__EXACT_WORDS * sizeof(int64_t));
        }
    }
    return STOA_OK;
}

/* Sums of groups that did not come to be. */
static void forget_prepared(merging *m)
{
    stoa__state *into = &m->partial->state;
    for (size_t i = 0; i < m->prepared; i++)
        for (uint32_t k = 0; k < into->exact_count; k++)
            stoa__exact_dispose(&stoa__state_exacts(into, into->groups.count + i)[k]);
}

static void merge_group(const merging *m, size_t group, uint64_t rows, bool by_row)
{
    stoa_partial *partial = m->partial;
    stoa__state *into = &partial->state;
    const stoa__partial *cells = stoa__state_cells(m->state, group);
    size_t words = into->groups.words;
    uint32_t target = m->targets[group];
    if (target >= into->groups.count) {
        stoa__groups_add(&into->groups, m->keys + group * words);
        memset(stoa__state_cells(into, target), 0, into->measures * sizeof *cells);
        into->firsts[target] = UINT64_MAX;
    }
    if (m->state->firsts[group] < into->firsts[target])
        into->firsts[target] = m->state->firsts[group];
    for (uint32_t i = 0; i < partial->entry_count; i++) {
        const stoa__entry *entry = &partial->entries[i];
        if (entry->operation == STOA_NO_OPERATION)
            continue;
        stoa__partial next = cells[entry->index];
        if (stoa__holds_string(entry))
            next.int64 = m->handles[group * partial->entry_count + i];
        merge_cell(partial, entry, &stoa__state_cells(into, target)[entry->index], next, rows,
                   by_row);
    }
    for (uint32_t k = 0; k < into->exact_count; k++)
        stoa__exact_merge(&stoa__state_exacts(into, target)[k],
                          &stoa__state_exacts(m->state, group)[k]);
}

stoa_status stoa__partial_take(stoa_partial *partial, const stoa__state *state,
                               const stoa_string_pool *const *from, uint64_t rows, bool by_row,
                               stoa_error *error)
{
    size_t groups = state->groups.count, words = state->groups.words;
    size_t each =
        words * sizeof(uint64_t) + sizeof(uint32_t) + partial->entry_count * sizeof(stoa_handle);
    merging m = {.partial = partial, .state = state, .from = from};
    m.keys = stoa__allocate(groups * each + 1);
    if (m.keys == NULL)
        return stoa__fail_memory(error, groups * each + 1);
    m.targets = (uint32_t *)(m.keys + groups * words);
    m.handles = m.targets + groups;
    stoa_status status = find_targets(&m, error);
    if (status == STOA_OK)
        status = reserve_exacts(&m, error);
    for (size_t i = 0; status == STOA_OK && i < groups; i++)
        merge_group(&m, i, rows, by_row);
    if (status != STOA_OK)
        forget_prepared(&m);
    stoa__release(m.keys);
    return status;
}

/* ---- of other parts ---- */

static bool same_labels(const stoa__entry *a, const stoa__entry *b)
{
    bool same = a->label_count == b->label_count;
    for (uint32_t i = 0; same && i < a->label_count; i++)
        same = strcmp(a->labels[i], b->labels[i]) == 0;
    return same;
}

static bool same_kind(const stoa__entry *a, const stoa__entry *b)
{
    return a->operation == b->operation && a->operand == b->operand && a->form == b->form &&
           a->type == b->type && a->unit == b->unit && a->zone == b->zone && a->ddof == b->ddof &&
           a->length == b->length && a->component == b->component;
}

static const char *values_of(const stoa__entry *entry)
{
    return stoa_type_name((stoa_type)entry->operand);
}

static stoa_status differ(const stoa__entry *a, const stoa__entry *b, uint32_t at,
                          stoa_error *error)
{
    char one[STOA__TYPE_TEXT], other[STOA__TYPE_TEXT];
    if (strcmp(a->name, b->name) != 0)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "partials of other outputs cannot be merged: output %u is %s, and %s in "
                          "the next one",
                          at, a->name, b->name);
    if (!same_labels(a, b))
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "partials of other types cannot be merged: %s has other labels in the "
                          "next one",
                          a->name);
    if (a->type == b->type && (a->operand != b->operand || a->form != b->form))
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "partials of other types cannot be merged: %s is of values of type %s, "
                          "and of type %s in the next one",
                          a->name, values_of(a), values_of(b));
    if (a->length != b->length || a->component != b->component)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "partials of other types cannot be merged: %s is a vector of another "
                          "length in the next one",
                          a->name);
    stoa__time time = {a->type, a->unit, a->zone}, next = {b->type, b->unit, b->zone};
    return stoa__fail(
        error, STOA_WRONG_TYPE,
        "partials of other types cannot be merged: %s is of type %s, and of type %s in "
        "the next one",
        a->name, stoa__type_text((stoa_type)a->type, time, one),
        stoa__type_text((stoa_type)b->type, next, other));
}

static stoa_status check_same(const stoa_partial *a, const stoa_partial *b, stoa_error *error)
{
    if (a->entry_count != b->entry_count)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "partials of other outputs cannot be merged: %u outputs, and %u in the "
                          "next one",
                          a->entry_count, b->entry_count);
    for (uint32_t i = 0; i < a->entry_count; i++) {
        const stoa__entry *x = &a->entries[i], *y = &b->entries[i];
        if (strcmp(x->name, y->name) != 0 || !same_kind(x, y) || !same_labels(x, y))
            return differ(x, y, i, error);
    }
    return STOA_OK;
}

stoa_status stoa_partial_merge(stoa_partial *partial, const stoa_partial *next, stoa_error *error)
{
    uint64_t rows;
    STOA__REQUIRE_ARGUMENT(error, partial);
    STOA__REQUIRE_ARGUMENT(error, next);
    stoa_status status = check_same(partial, next, error);
    if (status != STOA_OK)
        return status;
    if (__builtin_add_overflow(partial->rows, next->rows, &rows))
        return stoa__fail(error, STOA_OVERFLOW, "the parts have more rows than 64 bits count");
    const stoa_string_pool **from = stoa__allocate(partial->entry_count * sizeof *from + 1);
    if (from == NULL)
        return stoa__fail_memory(error, partial->entry_count * sizeof *from + 1);
    for (uint32_t i = 0; i < partial->entry_count; i++)
        from[i] = next->strings;
    status = stoa__partial_take(partial, &next->state, from, partial->rows, false, error);
    stoa__release(from);
    if (status != STOA_OK)
        return status;
    partial->rows = rows;
    for (uint32_t i = 0; i < partial->entry_count; i++)
        partial->entries[i].may_be_null =
            partial->entries[i].may_be_null || next->entries[i].may_be_null;
    return STOA_OK;
}
