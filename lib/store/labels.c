/* labels.c: enumerations. A uint8 or uint16 field with labels takes the numbers below their count.
 *
 * The labels lie in the schema: an array of pointers, and behind it the texts. Invariant: they are
 * distinct and UTF-8. What inline code and raw pointers write into the cells is not checked, so
 * whoever reads a cell must expect a number without a label. */
#include "store/labels.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/names.h"
#include "base/utf8.h"

/* ---- checking ---- */

static stoa_status check_label(const stoa_field *field, size_t i, stoa_error *error)
{
    const char *label = field->labels[i];
    if (label == NULL)
        return stoa__fail(error, STOA_INVALID, "label %zu of field '%s' is NULL", i, field->name);
    size_t length = strlen(label);
    if (stoa__utf8_valid((const unsigned char *)label, length) < length)
        return stoa__fail(error, STOA_INVALID, "label %zu of field '%s' is not valid UTF-8", i,
                          field->name);
    return STOA_OK;
}

/* names: an empty index. */
static stoa_status check_distinct(const stoa_field *field, stoa__names *names, stoa_error *error)
{
    for (uint32_t i = 0; i < field->label_count; i++) {
        stoa_status status = check_label(field, i, error);
        if (status != STOA_OK)
            return status;
        if (stoa__names_find(names, field->labels[i]) != STOA__NO_NAME)
            return stoa__fail(error, STOA_INVALID, "two labels of field '%s' are '%.60s'",
                              field->name, field->labels[i]);
        if (!stoa__names_add(names, field->labels[i], i))
            return stoa__fail_memory(error, field->label_count * sizeof(stoa__named));
    }
    return STOA_OK;
}

stoa_status stoa__labels_check(const stoa_field *field, stoa_error *error)
{
    if (field->label_count == 0 && field->labels == NULL)
        return STOA_OK;
    if (field->label_count == 0 || field->labels == NULL)
        return stoa__fail(error, STOA_INVALID,
                          "field '%s' sets one of labels and label_count, but not the other",
                          field->name);
    if ((field->type != STOA_UINT8 && field->type != STOA_UINT16) || field->length > 0)
        return stoa__fail(error, STOA_INVALID,
                          "field '%s' has labels: these are for fields of type uint8 and uint16",
                          field->name);
    size_t most = field->type == STOA_UINT8 ? 1u << 8 : 1u << 16;
    if (field->label_count > most)
        return stoa__fail(error, STOA_INVALID, "field '%s' has %u labels, and %s has room for %zu",
                          field->name, (unsigned)field->label_count, stoa_type_name(field->type),
                          most);
    stoa__names names = {0};
    stoa_status status = check_distinct(field, &names, error);
    stoa__names_dispose(&names);
    return status;
}

/* ---- reading ---- */

uint32_t stoa__labels_find(const stoa__schema_field *field, const char *name, size_t length)
{
    for (uint32_t i = 0; i < field->label_count; i++)
        if (strlen(field->labels[i]) == length && memcmp(field->labels[i], name, length) == 0)
            return i;
    return STOA__NO_LABEL;
}

void stoa__labels_list(const stoa__schema_field *field, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < field->label_count && used < size; i++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", field->labels[i]);
}

bool stoa__labels_equal(const stoa__schema_field *a, const stoa__schema_field *b)
{
    if (a->label_count != b->label_count)
        return false;
    for (uint32_t i = 0; i < a->label_count; i++)
        if (a->labels != b->labels && strcmp(a->labels[i], b->labels[i]) != 0)
            return false;
    return true;
}

uint64_t stoa__labels_hash(const stoa__schema_field *field)
{
    uint64_t hash = field->label_count;
    for (uint32_t i = 0; i < field->label_count; i++)
        hash = hash * 31 + stoa__hash(field->labels[i], strlen(field->labels[i]));
    return hash;
}

/* ---- copying ---- */

size_t stoa__labels_bytes(const stoa__schema_field *field)
{
    size_t bytes = field->label_count * sizeof *field->labels;
    for (uint32_t i = 0; i < field->label_count; i++)
        bytes += strlen(field->labels[i]) + 1;
    return stoa__round_up(bytes, sizeof *field->labels);
}

char *stoa__labels_copy(stoa__schema_field *field, char *room)
{
    const char **labels = (const char **)(void *)room;
    char *text = room + field->label_count * sizeof *labels;
    char *end = room + stoa__labels_bytes(field);
    for (uint32_t i = 0; i < field->label_count; i++) {
        size_t bytes = strlen(field->labels[i]) + 1;
        memcpy(text, field->labels[i], bytes);
        labels[i] = text;
        text += bytes;
    }
    if (field->label_count > 0)
        field->labels = labels;
    return end;
}
