/* schema.c: immutable, interned descriptions of tables.
 *
 * One allocation holds the fields, the name index and the names. Building takes a list of fields
 * whose components have the name of their vector, and gives them their own. Then an equal schema is
 * looked up among the living ones (256 buckets, by a hash of the contents); if there is one, it is
 * used instead. Invariant: no two living schemas in the buckets are equal;
 * references and buckets change only under `lock`. */
#define _POSIX_C_SOURCE 200809L
#include "store/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/lock.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "store/describe.h"
#include "store/labels.h"

#define BUCKETS 256

STOA__LOCK;
static stoa__schema *buckets[BUCKETS];

/* ---- the name index ---- */

/* Twice as many slots as fields, at least. */
static uint32_t index_slots(size_t count)
{
    uint32_t slots = 4;
    while (slots < 2 * count)
        slots *= 2;
    return slots;
}

static inline bool has_name(const stoa__schema_field *field, uint32_t hash, const char *name,
                            size_t length)
{
    return field->hash == hash && field->length == length && memcmp(field->name, name, length) == 0;
}

static uint32_t find_hashed(const stoa__schema *schema, uint32_t hash, const char *name,
                            size_t length)
{
    for (uint32_t slot = hash & schema->index_mask;; slot = (slot + 1) & schema->index_mask) {
        uint32_t entry = schema->index[slot];
        if (entry == 0)
            return STOA__NO_FIELD;
        if (has_name(&schema->fields[entry - 1], hash, name, length))
            return entry - 1;
    }
}

uint32_t stoa__schema_find_any(const stoa__schema *schema, const char *name, size_t length)
{
    return find_hashed(schema, (uint32_t)stoa__hash(name, length), name, length);
}

uint32_t stoa__schema_find(const stoa__schema *schema, const char *name, size_t length)
{
    uint32_t found = stoa__schema_find_any(schema, name, length);
    return found < schema->field_limit ? found : STOA__NO_FIELD;
}

const stoa__schema_field *stoa__schema_find_vector(const stoa__schema *schema, const char *name,
                                                   size_t length)
{
    uint32_t found = stoa__schema_find_any(schema, name, length);
    return found == STOA__NO_FIELD || found < schema->field_limit ? NULL : &schema->fields[found];
}

static stoa_status index_field(stoa__schema *schema, uint32_t i, stoa_error *error)
{
    const stoa__schema_field *field = &schema->fields[i];
    if (find_hashed(schema, field->hash, field->name, field->length) != STOA__NO_FIELD)
        return stoa__fail(error, STOA_BAD_NAME, "two fields have the name '%s'", field->name);
    uint32_t slot = field->hash & schema->index_mask;
    while (schema->index[slot] != 0)
        slot = (slot + 1) & schema->index_mask;
    schema->index[slot] = (uint16_t)(i + 1);
    return STOA_OK;
}

/* What is listed of a field: its name, or that of the vector which it begins. */
static const char *listed_name(const stoa__schema *schema, uint32_t i)
{
    const stoa__schema_field *field = &schema->fields[i];
    if (field->name == NULL || field->components == 0)
        return field->name;
    return field->component == 0 ? schema->fields[field->vector].name : NULL;
}

stoa_status stoa__schema_no_field(const stoa__schema *schema, const char *name, stoa_error *error)
{
    char names[STOA_MESSAGE_SIZE] = "";
    size_t used = 0;
    if (stoa__schema_find_vector(schema, name, strlen(name)) != NULL)
        return stoa__fail(
            error, STOA_NO_FIELD,
            "'%.60s' is a vector: its components are the fields '%.60s[0]' and so on; "
            "stoa_table_find_vector finds them",
            name, name);
    for (uint32_t i = 0; error != NULL && i < schema->field_limit && used < sizeof names; i++)
        if (listed_name(schema, i) != NULL)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
                                     used > 0 ? ", " : "", listed_name(schema, i));
    return stoa__fail(error, STOA_NO_FIELD, "there is no field '%.60s'; the fields are: %s", name,
                      names);
}

/* ---- building ---- */

static bool begins_vector(const stoa__schema_field *field)
{
    return field->name != NULL && field->components > 0 && field->component == 0;
}

/* Labels are copied behind the fields, names and default strings behind the index; dropped fields
 * have none. */
static stoa__schema *allocate(const stoa__schema_field *fields, size_t count)
{
    size_t names = 0, vectors = 0, labels = 0;
    for (size_t i = 0; i < count; i++) {
        names +=
            fields[i].name != NULL ? fields[i].length + stoa__suffix_length(&fields[i]) + 1 : 0;
        names += fields[i].name != NULL ? fields[i].string.length : 0;
        names += begins_vector(&fields[i]) ? (size_t)fields[i].length + 1 : 0;
        vectors += begins_vector(&fields[i]);
        labels += stoa__labels_bytes(&fields[i]);
    }
    uint32_t slots = index_slots(count + vectors);
    size_t head = sizeof(stoa__schema) + (count + vectors) * sizeof *fields + labels;
    size_t bytes = head + slots * sizeof(uint16_t) + names;
    stoa__schema *schema = stoa__allocate_zeroed(bytes);
    if (schema == NULL)
        return NULL;
    schema->bytes = bytes;
    schema->field_limit = (uint32_t)count;
    schema->vector_count = (uint32_t)vectors;
    schema->index_mask = slots - 1;
    schema->index = (uint16_t *)(void *)((char *)schema + head);
    return schema;
}

/* Copies the name to `room`, with the number of the component if `numbered`, and indexes it. Gives
 * the end of what it wrote; NULL: the name is taken. */
static char *name_field(stoa__schema *schema, uint32_t i, bool numbered, char *room,
                        stoa_error *error)
{
    stoa__schema_field *field = &schema->fields[i];
    size_t suffix = numbered ? stoa__suffix_length(field) : 0;
    memcpy(room, field->name, field->length);
    if (suffix > 0)
        snprintf(room + field->length, suffix + 1, "[%d]", (int)field->component);
    field->name = room;
    field->length = (uint16_t)(field->length + suffix);
    field->hash = (uint32_t)stoa__hash(field->name, field->length);
    return index_field(schema, i, error) == STOA_OK ? room + field->length + 1 : NULL;
}

/* Copies the default string to `room`. Gives the end of what it wrote. */
static char *keep_string(stoa__schema_field *field, char *room)
{
    if (field->string.length > 0)
        memcpy(room, field->string.bytes, field->string.length);
    field->string.bytes = room;
    return room + field->string.length;
}

static void count_in(stoa__schema *schema, const stoa__schema_field *field)
{
    schema->field_count++;
    schema->object_count += field->type == STOA_OBJECT;
    schema->string_count += field->type == STOA_STRING;
    schema->reference_count += field->type == STOA_REFERENCE;
    schema->nullable_count += stoa__schema_nullable(field);
    schema->labels_count += stoa__has_labels(field);
    schema->row_bytes += stoa__width((stoa_type)field->type);
}

static stoa_status fill(stoa__schema *schema, const stoa__schema_field *fields, stoa_error *error)
{
    char *room = (char *)(schema->index + schema->index_mask + 1);
    uint32_t entry = schema->field_limit;
    char *labels = (char *)(schema->fields + schema->field_limit + schema->vector_count);
    for (uint32_t i = 0; i < schema->field_limit; i++) {
        schema->fields[i] = fields[i];
        labels = stoa__labels_copy(&schema->fields[i], labels);
        if (fields[i].name == NULL)
            continue;
        if (begins_vector(&fields[i])) {
            schema->fields[entry] = fields[i];
            schema->fields[entry].vector = i;
            room = name_field(schema, entry++, false, room, error);
        }
        schema->fields[i].vector = entry - 1;
        room = room == NULL ? NULL : name_field(schema, i, true, room, error);
        if (room == NULL)
            return STOA_BAD_NAME;
        room = keep_string(&schema->fields[i], room);
        count_in(schema, &fields[i]);
    }
    schema->row_bits = schema->row_bytes * 8 + schema->nullable_count;
    return STOA_OK;
}

static uint64_t hash_all(const stoa__schema *schema)
{
    uint64_t hash = schema->field_limit;
    for (uint32_t i = 0; i < schema->field_limit; i++) {
        const stoa__schema_field *field = &schema->fields[i];
        uint64_t kind = (uint64_t)field->components << 32 | (uint64_t)field->component << 16 |
                        (uint64_t)field->flags << 8;
        kind |= (uint64_t)field->unit << 48 | (uint64_t)field->on_remove << 56;
        uint64_t parts[] = {hash,
                            field->hash,
                            kind | field->type,
                            field->initial.bits,
                            (uint64_t)(uintptr_t)field->object,
                            (uint64_t)(uintptr_t)field->zone,
                            stoa__hash(field->string.bytes, field->string.length),
                            stoa__labels_hash(field)};
        hash = stoa__hash(parts, sizeof parts);
    }
    return hash;
}

static bool same_string(stoa_string a, stoa_string b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static bool same(const stoa__schema *a, const stoa__schema *b)
{
    if (a->hash != b->hash || a->field_limit != b->field_limit)
        return false;
    for (uint32_t i = 0; i < a->field_limit; i++) {
        const stoa__schema_field *left = &a->fields[i], *right = &b->fields[i];
        if (left->type != right->type || left->flags != right->flags ||
            left->initial.bits != right->initial.bits || left->unit != right->unit ||
            left->on_remove != right->on_remove || left->zone != right->zone ||
            left->components != right->components || left->component != right->component ||
            left->object != right->object || !same_string(left->string, right->string) ||
            !stoa__labels_equal(left, right) || (left->name == NULL) != (right->name == NULL))
            return false;
        if (left->name != NULL && !has_name(left, right->hash, right->name, right->length))
            return false;
    }
    return true;
}

/* The equal living schema, with one more reference; or this one, if there is none. */
static stoa__schema *intern(stoa__schema *schema)
{
    schema->hash = hash_all(schema);
    schema->references = 1;
    stoa__schema *twin = NULL;
    take_lock();
    stoa__schema **bucket = &buckets[schema->hash % BUCKETS];
    for (twin = *bucket; twin != NULL && !same(twin, schema); twin = twin->next) {
    }
    if (twin != NULL) {
        twin->references++;
    } else {
        schema->next = *bucket;
        *bucket = schema;
    }
    give_lock();
    if (twin == NULL)
        return schema;
    stoa__release(schema);
    return twin;
}

static stoa_status build(stoa__schema **out, const stoa__schema_field *fields, size_t count,
                         stoa_error *error)
{
    stoa__schema *schema = allocate(fields, count);
    if (schema == NULL)
        return stoa__fail_memory(error, count * sizeof *fields);
    stoa_status status = fill(schema, fields, error);
    if (status != STOA_OK) {
        stoa__release(schema);
        return status;
    }
    *out = intern(schema);
    return STOA_OK;
}

/* How many fields they are, each component being one. */
static stoa_status count_fields(const stoa_field *fields, size_t count, size_t *all,
                                stoa_error *error)
{
    *all = 0;
    for (size_t i = 0; i < count; i++)
        *all += stoa__field_span(&fields[i]);
    if (*all <= STOA_MAX_FIELDS)
        return STOA_OK;
    return stoa__fail(error, STOA_INVALID, "a table has at most %d fields", STOA_MAX_FIELDS);
}

stoa_status stoa__schema_new(stoa__schema **schema, const stoa_field *fields, size_t count,
                             stoa_error *error)
{
    stoa__schema_field few[16], *described = few;
    size_t all, used = 0;
    stoa_status status = count_fields(fields, count, &all, error);
    if (status != STOA_OK)
        return status;
    if (all > 16)
        described = stoa__allocate(all * sizeof *described);
    if (described == NULL)
        return stoa__fail_memory(error, all * sizeof *described);
    for (size_t i = 0; status == STOA_OK && i < count; used += stoa__field_span(&fields[i]), i++)
        status = stoa__describe(&described[used], &fields[i], error);
    if (status == STOA_OK)
        status = build(schema, described, all, error);
    if (described != few)
        stoa__release(described);
    return status;
}

/* ---- changing: copy the list, change it, build ---- */

/* The fields as build takes them, with room for `more`. */
static stoa__schema_field *copy_fields(const stoa__schema *schema, size_t more, stoa_error *error)
{
    size_t bytes = (schema->field_limit + more) * sizeof(stoa__schema_field);
    stoa__schema_field *fields = stoa__allocate(bytes);
    if (fields == NULL) {
        (void)stoa__fail_memory(error, bytes);
        return NULL;
    }
    memcpy(fields, schema->fields, schema->field_limit * sizeof *fields);
    for (uint32_t i = 0; i < schema->field_limit; i++)
        if (fields[i].name != NULL)
            fields[i].length = (uint16_t)(fields[i].length - stoa__suffix_length(&fields[i]));
    return fields;
}

stoa_status stoa__schema_add(stoa__schema **changed, const stoa__schema *schema,
                             const stoa_field *field, stoa_error *error)
{
    size_t more = stoa__field_span(field);
    if (schema->field_limit + more > STOA_MAX_FIELDS)
        return stoa__fail(error, STOA_FULL,
                          "a table can have at most %d fields, dropped ones included",
                          STOA_MAX_FIELDS);
    stoa__schema_field *fields = copy_fields(schema, more, error);
    if (fields == NULL)
        return STOA_OUT_OF_MEMORY;
    stoa_status status = stoa__describe(&fields[schema->field_limit], field, error);
    if (status == STOA_OK)
        status = build(changed, fields, schema->field_limit + more, error);
    stoa__release(fields);
    return status;
}

stoa_status stoa__schema_drop(stoa__schema **changed, const stoa__schema *schema, uint32_t field,
                              stoa_error *error)
{
    stoa__schema_field *fields = copy_fields(schema, 0, error);
    if (fields == NULL)
        return STOA_OUT_OF_MEMORY;
    uint32_t end = field + stoa__schema_span(&fields[field]);
    for (uint32_t i = field; i < end; i++)
        fields[i] = (stoa__schema_field){.component = fields[i].component};
    stoa_status status = build(changed, fields, schema->field_limit, error);
    stoa__release(fields);
    return status;
}

/* A component's name must stay short enough. */
static stoa_status check_new_name(const stoa__schema_field *field, const char *name,
                                  stoa_error *error)
{
    stoa_status status = stoa__check_name(name, error);
    stoa_field renamed = {
        .name = name, .type = (stoa_type)field->type, .length = field->components};
    return status == STOA_OK ? stoa__check_length(&renamed, error) : status;
}

stoa_status stoa__schema_rename(stoa__schema **changed, const stoa__schema *schema, uint32_t field,
                                const char *name, stoa_error *error)
{
    stoa_status status = check_new_name(&schema->fields[field], name, error);
    if (status != STOA_OK)
        return status;
    stoa__schema_field *fields = copy_fields(schema, 0, error);
    if (fields == NULL)
        return STOA_OUT_OF_MEMORY;
    uint32_t end = field + stoa__schema_span(&fields[field]);
    for (uint32_t i = field; i < end; i++) {
        fields[i].name = name;
        fields[i].length = (uint16_t)strlen(name);
    }
    status = build(changed, fields, schema->field_limit, error);
    stoa__release(fields);
    return status;
}

stoa_status stoa__schema_compact(stoa__schema **changed, const stoa__schema *schema,
                                 stoa_error *error)
{
    stoa__schema_field *fields = copy_fields(schema, 0, error);
    if (fields == NULL)
        return STOA_OUT_OF_MEMORY;
    size_t count = 0;
    for (uint32_t i = 0; i < schema->field_limit; i++)
        if (fields[i].name != NULL)
            fields[count++] = fields[i];
    stoa_status status = build(changed, fields, count, error);
    stoa__release(fields);
    return status;
}

/* ---- references ---- */

void stoa__schema_retain(stoa__schema *schema)
{
    take_lock();
    schema->references++;
    give_lock();
}

void stoa__schema_release(stoa__schema *schema)
{
    if (schema == NULL)
        return;
    take_lock();
    bool last = --schema->references == 0;
    if (last) {
        stoa__schema **link = &buckets[schema->hash % BUCKETS];
        while (*link != schema)
            link = &(*link)->next;
        *link = schema->next;
    }
    give_lock();
    if (last)
        stoa__release(schema);
}
