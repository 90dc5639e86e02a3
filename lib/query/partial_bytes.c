/* partial_bytes.c: partials as bytes, for other processes and machines.
 *
 *     8 bytes  "stoapart"
 *     u32      version, 1; u32 zero
 *     u64      XXH3 of all bytes behind it
 *     u64      length of all bytes
 *     u64 rows, u64 groups, u32 entries
 *     entries: the texts name, operation (of a key empty), operand, form and type (by their names)
 *              and zone (empty: none); u8 unit, u8 whether it may be null, u16 length,
 *              u16 component, u64 ddof, u32 labels, and their texts
 *
 *     groups:  keys, of a string its text, else a u64; a u64 of null bits; the cells, each with its
 *              exact sums: u8 flags, u16 first word, u16 words, a u32 each
 *
 * All little-endian; a text is u32 bytes and these. Operations and types are written by their
 * names, whose numbers may change. Nothing is in it that does not count, so that equal partials
 * have equal bytes. A reader checks each length against what is left, and each entry against those
 * that a run makes, so that merging and results can trust what they find. */
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "expr/parser/expression.h"
#include "expr/strings/text.h"
#include "query/partial.h"

#define MAGIC "stoapart"
enum { VERSION = 1, HASHED = 24, HEAD = 32 };

static bool has_row(const stoa__entry *entry)
{
    return entry->operation == STOA_ARGMIN || entry->operation == STOA_ARGMAX;
}

/* ---- writing ---- */

/* Writes, or only counts where there is no room. */
typedef struct writer {
    char *bytes;
    size_t at;
} writer;

static void put(writer *w, const void *bytes, size_t count)
{
    if (w->bytes != NULL && count > 0)
        memcpy(w->bytes + w->at, bytes, count);
    w->at += count;
}

static void put_number(writer *w, uint64_t number, size_t bytes)
{
    unsigned char little[8];
    for (size_t i = 0; i < bytes; i++)
        little[i] = (unsigned char)(number >> (8 * i));
    put(w, little, bytes);
}

static void put_text(writer *w, const char *text, size_t length)
{
    put_number(w, length, 4);
    put(w, text, length);
}

static void put_string(writer *w, const char *text)
{
    put_text(w, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

static void put_entry(writer *w, const stoa__entry *entry)
{
    put_string(w, entry->name);
    put_string(w, stoa_operation_text((stoa_operation)entry->operation));
    put_string(w, stoa_type_name((stoa_type)entry->operand));
    put_string(w, stoa_type_name((stoa_type)entry->form));
    put_string(w, stoa_type_name((stoa_type)entry->type));
    put_string(w, entry->zone == NULL ? NULL : entry->zone->name);
    put_number(w, entry->unit, 1);
    put_number(w, entry->may_be_null, 1);
    put_number(w, entry->length, 2);
    put_number(w, entry->component, 2);
    put_number(w, entry->ddof, 8);
    put_number(w, entry->label_count, 4);
    for (uint32_t i = 0; i < entry->label_count; i++)
        put_string(w, entry->labels[i]);
}

static void put_handle(writer *w, const stoa_partial *partial, uint64_t handle)
{
    stoa_string string = stoa_string_pool_get(partial->strings, (stoa_handle)handle);
    put_text(w, string.bytes, string.length);
}

static void put_cell(writer *w, const stoa_partial *partial, const stoa__entry *entry,
                     const stoa__partial *cell)
{
    put_number(w, cell->count, 8);
    if (stoa__is_integer_sum(entry)) {
        put_number(w, (uint64_t)cell->sum, 8);
        put_number(w, (uint64_t)((stoa__uint128)cell->sum >> 64), 8);
        put_number(w, cell->row, 8);
        return;
    }
    if (!stoa__is_chosen(entry))
        return;
    put_number(w, cell->has_value, 1);
    if (!cell->has_value)
        return;
    if (stoa__holds_string(entry))
        put_handle(w, partial, cell->uint64);
    else
        put_number(w, cell->uint64, 8);
    if (has_row(entry))
        put_number(w, cell->row, 8);
}

static void put_exact(writer *w, const stoa__exact *sum)
{
    put_number(w, sum->flags, 1);
    put_number(w, sum->first, 2);
    put_number(w, sum->count, 2);
    for (unsigned i = 0; i < sum->count; i++)
        put_number(w, (uint64_t)sum->words[i], 4);
}

static void put_group(writer *w, const stoa_partial *partial, size_t group)
{
    const stoa__state *state = &partial->state;
    const uint64_t *key = stoa__groups_key(&state->groups, group);
    for (uint32_t i = 0; i < partial->entry_count; i++) {
        const stoa__entry *entry = &partial->entries[i];
        if (entry->operation != STOA_NO_OPERATION)
            continue;
        if (stoa__holds_string(entry))
            put_handle(w, partial, key[entry->index]);
        else
            put_number(w, key[entry->index], 8);
    }
    put_number(w, key[state->groups.words - 1], 8);
    for (uint32_t i = 0; i < partial->entry_count; i++) {
        const stoa__entry *entry = &partial->entries[i];
        if (entry->operation == STOA_NO_OPERATION)
            continue;
        put_cell(w, partial, entry, &stoa__state_cells(state, group)[entry->index]);
        for (uint32_t k = 0; k < entry->exacts; k++)
            put_exact(w, &stoa__state_exacts(state, group)[entry->exact + k]);
    }
}

/* All of it; the hash and the length are known afterwards. */
static void put_all(writer *w, const stoa_partial *partial)
{
    put(w, MAGIC, 8);
    put_number(w, VERSION, 8);
    put_number(w, 0, 8);
    put_number(w, 0, 8);
    put_number(w, partial->rows, 8);
    put_number(w, partial->state.groups.count, 8);
    put_number(w, partial->entry_count, 4);
    for (uint32_t i = 0; i < partial->entry_count; i++)
        put_entry(w, &partial->entries[i]);
    for (size_t i = 0; i < partial->state.groups.count; i++)
        put_group(w, partial, i);
}

size_t stoa_partial_size(const stoa_partial *partial)
{
    writer w = {0};
    if (partial != NULL)
        put_all(&w, partial);
    return w.at;
}

stoa_status stoa_partial_write(const stoa_partial *partial, void *bytes, size_t size,
                               stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, partial);
    STOA__REQUIRE_ARGUMENT(error, bytes);
    size_t needed = stoa_partial_size(partial);
    if (size != needed)
        return stoa__fail(error, STOA_INVALID, "the partial takes %zu bytes, not %zu", needed,
                          size);
    writer w = {.bytes = bytes};
    put_all(&w, partial);
    w.at = HASHED;
    put_number(&w, size, 8);
    w.at = HASHED - 8;
    put_number(&w, stoa__hash((char *)bytes + HASHED, size - HASHED), 8);
    return STOA_OK;
}

/* ---- reading ---- */

/* What is left. Once something is wrong, `wrong` says what, and all that is read is zero. */
typedef struct reader {
    const unsigned char *at;
    size_t left;
    const char *wrong;
    bool refused; /* memory was */
} reader;

static void wrong(reader *r, const char *what)
{
    if (r->wrong == NULL)
        r->wrong = what;
    r->left = 0;
}

static uint64_t get_number(reader *r, size_t bytes)
{
    uint64_t number = 0;
    if (r->left < bytes) {
        wrong(r, "it is cut short");
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        number |= (uint64_t)r->at[i] << (8 * i);
    r->at += bytes;
    r->left -= bytes;
    return number;
}

/* Borrowed from the bytes. */
static stoa_string get_text(reader *r)
{
    size_t length = (size_t)get_number(r, 4);
    if (length > r->left) {
        wrong(r, "it is cut short");
        return (stoa_string){"", 0};
    }
    stoa_string text = {(const char *)r->at, length};
    r->at += length;
    r->left -= length;
    return text;
}

/* A name that is no longer than those of fields, with its NUL; "" where it cannot be one. */
static void get_name(reader *r, char name[STOA_MAX_NAME + 1])
{
    stoa_string text = get_text(r);
    bool fits = text.length <= STOA_MAX_NAME && memchr(text.bytes, 0, text.length) == NULL;
    if (!fits)
        wrong(r, "a name is none");
    size_t length = fits ? text.length : 0;
    memcpy(name, text.bytes, length);
    name[length] = 0;
}

static uint8_t get_type(reader *r)
{
    stoa_string text = get_text(r);
    if (text.length == 0)
        return STOA_NO_TYPE;
    for (unsigned type = STOA_BOOL; stoa_type_name((stoa_type)type) != NULL; type++)
        if (stoa__text_is(text, stoa_type_name((stoa_type)type)))
            return (uint8_t)type;
    wrong(r, "a type is unknown");
    return STOA_NO_TYPE;
}

static uint8_t get_operation(reader *r)
{
    stoa_string text = get_text(r);
    if (text.length == 0)
        return STOA_NO_OPERATION;
    for (unsigned i = 1; i < STOA__OPERATIONS_END; i++)
        if (stoa__operations[i].kind == STOA__AGGREGATE &&
            stoa__text_is(text, stoa__operations[i].text))
            return (uint8_t)i;
    wrong(r, "an aggregate is unknown");
    return STOA_NO_OPERATION;
}

/* ---- entries ---- */

static void get_labels(reader *r, stoa__entry *entry)
{
    reader texts = *r;
    size_t bytes = 0;
    if (entry->label_count == 0)
        return;
    if (entry->label_count > r->left / 4) {
        wrong(r, "it is cut short");
        return;
    }
    for (uint32_t i = 0; i < entry->label_count; i++)
        bytes += get_text(&texts).length + 1;
    if (texts.wrong != NULL) {
        wrong(r, texts.wrong);
        return;
    }
    entry->labels = stoa__allocate(entry->label_count * sizeof *entry->labels + bytes);
    r->refused = entry->labels == NULL;
    char *at = (char *)(entry->labels + entry->label_count);
    for (uint32_t i = 0; entry->labels != NULL && i < entry->label_count; i++) {
        stoa_string text = get_text(r);
        memcpy(at, text.bytes, text.length);
        at[text.length] = 0;
        entry->labels[i] = at;
        at += text.length + 1;
    }
}

static void get_entry(reader *r, stoa__entry *entry)
{
    char zone[STOA_MAX_NAME + 1];
    stoa_string name = get_text(r);
    if (memchr(name.bytes, 0, name.length) != NULL ||
        stoa__utf8_valid((const unsigned char *)name.bytes, name.length) < name.length)
        wrong(r, "a name is none");
    entry->name = stoa__copy_text(name.bytes, name.length);
    r->refused = r->refused || entry->name == NULL;
    entry->operation = get_operation(r);
    entry->operand = get_type(r);
    entry->form = get_type(r);
    entry->type = get_type(r);
    get_name(r, zone);
    entry->unit = (uint8_t)get_number(r, 1);
    entry->may_be_null = (get_number(r, 1) & 1) != 0;
    entry->length = (uint16_t)get_number(r, 2);
    entry->component = (uint16_t)get_number(r, 2);
    entry->ddof = get_number(r, 8);
    entry->label_count = (uint32_t)get_number(r, 4);
    if (r->wrong == NULL && !r->refused)
        get_labels(r, entry);
    if (r->wrong == NULL && zone[0] != 0 && stoa__zone_find(&entry->zone, zone, NULL) != STOA_OK)
        wrong(r, "a time zone is unknown here");
    if (r->wrong == NULL && !stoa__is_entry(entry))
        wrong(r, "an output is none that a run makes");
}

/* Components follow one another, each vector has all of its own. */
static void check_vectors(reader *r, const stoa_partial *made)
{
    uint32_t next = 0, length = 0; /* the component that must come, of a vector; 0: any output */
    for (uint32_t i = 0; i < made->entry_count; i++) {
        const stoa__entry *entry = &made->entries[i];
        if (entry->component != next || (next > 0 && entry->length != 0))
            wrong(r, "a vector lacks components");
        length = next == 0 ? entry->length : length;
        next = length > 0 && next + 1 < length ? next + 1 : 0;
    }
    if (next != 0)
        wrong(r, "a vector lacks components");
}

/* ---- groups ---- */

static stoa_handle get_handle(reader *r, const stoa_partial *made)
{
    stoa_handle handle = 0;
    stoa_string text = get_text(r);
    if (r->wrong != NULL)
        return 0;
    stoa_status status = stoa_string_pool_intern(made->strings, &text, 1, &handle, NULL);
    if (status == STOA_INVALID)
        wrong(r, "a string is not UTF-8");
    r->refused = r->refused || (status != STOA_OK && status != STOA_INVALID);
    return handle;
}

static void get_key(reader *r, const stoa_partial *made, uint64_t *key)
{
    for (uint32_t i = 0; i < made->entry_count; i++) {
        const stoa__entry *entry = &made->entries[i];
        if (entry->operation == STOA_NO_OPERATION)
            key[entry->index] = stoa__holds_string(entry) ? get_handle(r, made) : get_number(r, 8);
    }
    uint64_t nulls = key[made->key_count] = get_number(r, 8);
    for (uint32_t i = 0; i < made->key_count; i++)
        if ((nulls >> i & 1) != 0 && key[i] != 0)
            wrong(r, "a null has a value");
    if (made->key_count < 64 && nulls >> made->key_count != 0)
        wrong(r, "more keys are null than there are");
}

static void get_cell(reader *r, const stoa_partial *made, const stoa__entry *entry,
                     stoa__partial *cell)
{
    cell->count = get_number(r, 8);
    if (cell->count > made->rows)
        wrong(r, "a group has more rows than there are");
    if (stoa__is_integer_sum(entry)) {
        uint64_t low = get_number(r, 8);
        cell->sum = (stoa__int128)((stoa__uint128)get_number(r, 8) << 64 | low);
        cell->row = get_number(r, 8);
        return;
    }
    if (!stoa__is_chosen(entry))
        return;
    uint64_t has_value = get_number(r, 1);
    if (has_value > 1 || (has_value == 1 && cell->count == 0))
        wrong(r, "a value is there and is not");
    cell->has_value = has_value == 1;
    if (!cell->has_value)
        return;
    cell->uint64 = stoa__holds_string(entry) ? get_handle(r, made) : get_number(r, 8);
    if (has_row(entry))
        cell->row = get_number(r, 8);
    if (cell->row >= made->rows)
        wrong(r, "a row is behind the last one");
}

/* A sum that is settled has nothing to settle. */
static bool is_settled(const stoa__exact *sum)
{
    int64_t last = sum->words[sum->count - 1];
    int64_t below = sum->count > 1 ? (int32_t)(uint32_t)sum->words[sum->count - 2] : 0;
    return sum->words[0] != 0 && !(sum->count > 1 && last == (below < 0 ? -1 : 0));
}

static void get_exact(reader *r, stoa__exact *sum)
{
    uint64_t flags = get_number(r, 1), first = get_number(r, 2), count = get_number(r, 2);
    if (flags > 7 || first + count >= STOA__EXACT_WORDS || count > r->left / 4 ||
        (count == 0 && first != 0))
        wrong(r, "a sum is none");
    if (r->wrong != NULL)
        return;
    sum->flags = (uint8_t)flags;
    sum->words = count == 0 ? NULL : stoa__allocate(count * sizeof *sum->words);
    if (count > 0 && sum->words == NULL)
        r->refused = true;
    if (sum->words == NULL)
        return;
    sum->first = (uint16_t)first;
    sum->count = sum->room = (uint16_t)count;
    for (size_t i = 0; i < count; i++)
        sum->words[i] = (int64_t)get_number(r, 4);
    sum->words[count - 1] = (int32_t)(uint32_t)sum->words[count - 1];
    if (!is_settled(sum))
        wrong(r, "a sum is none");
}

static void get_group(reader *r, stoa_partial *made)
{
    uint64_t key[STOA_MAX_KEYS + 1];
    stoa__state *state = &made->state;
    get_key(r, made, key);
    if (r->wrong != NULL || r->refused)
        return;
    size_t before = state->groups.count;
    r->refused = stoa__state_reserve(state, 1) != STOA_OK;
    if (r->refused)
        return;
    uint32_t group = stoa__state_group(state, key, 0);
    if (state->groups.count == before && made->key_count > 0)
        wrong(r, "a group is there twice");
    for (uint32_t i = 0; r->wrong == NULL && !r->refused && i < made->entry_count; i++) {
        const stoa__entry *entry = &made->entries[i];
        if (entry->operation == STOA_NO_OPERATION)
            continue;
        get_cell(r, made, entry, &stoa__state_cells(state, group)[entry->index]);
        for (uint32_t k = 0; k < entry->exacts; k++)
            get_exact(r, &stoa__state_exacts(state, group)[entry->exact + k]);
    }
}

/* ---- the whole ---- */

/* The least bytes of an entry: six empty texts, and six numbers. */
#define LEAST_ENTRY ((size_t)42)

static void check_head(reader *r, const void *bytes, size_t size)
{
    if (size < HEAD || memcmp(bytes, MAGIC, 8) != 0) {
        wrong(r, "it does not begin as one");
        return;
    }
    get_number(r, 8);
    uint64_t version = get_number(r, 8), hash = get_number(r, 8), length = get_number(r, 8);
    if (version != VERSION)
        wrong(r, "it is of a later version of stoa");
    else if (length != size)
        wrong(r, length > size ? "it is cut short" : "bytes follow behind its end");
    else if (hash != stoa__hash((const char *)bytes + HASHED, size - HASHED))
        wrong(r, "it is damaged: its hash is another");
}

static void get_all(reader *r, stoa_partial *made, uint64_t groups)
{
    for (uint32_t i = 0; r->wrong == NULL && !r->refused && i < made->entry_count; i++)
        get_entry(r, &made->entries[i]);
    if (r->wrong == NULL && !r->refused)
        check_vectors(r, made);
    if (r->wrong != NULL || r->refused)
        return;
    r->refused = stoa__partial_begin_state(made, NULL) != STOA_OK;
    if (made->key_count > STOA_MAX_KEYS || made->state.measures == 0 ||
        (made->key_count == 0 && groups != 1))
        wrong(r, "an output is none that a run makes");
    for (uint64_t i = 0; r->wrong == NULL && !r->refused && i < groups; i++)
        get_group(r, made);
    if (r->wrong == NULL && r->left > 0)
        wrong(r, "bytes follow behind its end");
}

stoa_status stoa_partial_read(stoa_partial **partial, const void *bytes, size_t size,
                              stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, partial);
    STOA__REQUIRE_ARGUMENT(error, bytes);
    reader r = {.at = bytes, .left = size};
    stoa_partial *made = NULL;
    check_head(&r, bytes, size);
    uint64_t rows = get_number(&r, 8), groups = get_number(&r, 8);
    size_t entries = (size_t)get_number(&r, 4);
    if (entries > r.left / LEAST_ENTRY)
        wrong(&r, "it is cut short");
    if (r.wrong == NULL) {
        made = stoa__partial_make((uint32_t)entries);
        r.refused = made == NULL;
    }
    if (made != NULL) {
        made->rows = rows;
        get_all(&r, made, groups);
    }
    if (r.wrong == NULL && !r.refused) {
        *partial = made;
        return STOA_OK;
    }
    stoa_partial_free(made);
    if (r.refused)
        return stoa__fail_memory(error, size);
    return stoa__fail(error, STOA_INVALID, "the bytes are no partial: %s", r.wrong);
}
