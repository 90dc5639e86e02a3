/* describe.c: fields as callers describe them, checked, and as a schema has them.
 *
 * What is borrowed from the caller (names, labels, default strings) is copied when the schema is
 * built. */
#define _POSIX_C_SOURCE 200809L
#include "store/describe.h"

#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "store/cell.h"
#include "store/labels.h"

size_t stoa__suffix_length(const stoa__schema_field *field)
{
    size_t digits = 1;
    for (unsigned rest = field->component; rest > 9; rest /= 10)
        digits++;
    return field->components == 0 ? 0 : digits + 2;
}

stoa_status stoa__check_name(const char *name, stoa_error *error)
{
    size_t length = strnlen(name, (size_t)STOA_MAX_NAME + 1);
    if (length == 0)
        return stoa__fail(error, STOA_BAD_NAME, "a field needs a name");
    if (length > STOA_MAX_NAME)
        return stoa__fail(error, STOA_BAD_NAME,
                          "a field's name has at most %d bytes; this one begins with '%.40s'",
                          STOA_MAX_NAME, name);
    if (stoa__utf8_valid((const unsigned char *)name, length) < length)
        return stoa__fail(error, STOA_BAD_NAME, "a field's name is not valid UTF-8");
    return STOA_OK;
}

/* The default of a time is a count, in the field's unit. */
static void as_time(const stoa__schema_field *field, stoa_value *value)
{
    if (stoa__is_time((stoa_type)field->type) && value->type == STOA_INT64)
        *value = stoa__time_value_of(stoa__field_time(field), value->int64);
}

static stoa_status check_string(const stoa__schema_field *field, stoa_error *error)
{
    stoa_string string = field->string;
    if (string.length > 0 && (string.bytes == NULL || string.length > PTRDIFF_MAX))
        return stoa__fail(error, STOA_INVALID,
                          "the default of field '%s' has %zu bytes that cannot be there",
                          field->name, string.length);
    if (stoa__utf8_valid((const unsigned char *)string.bytes, string.length) < string.length)
        return stoa__fail(error, STOA_INVALID, "the default of field '%s' is not UTF-8",
                          field->name);
    return STOA_OK;
}

static stoa_status store_initial(stoa__schema_field *out, const stoa_field *field,
                                 stoa_error *error)
{
    stoa_value value;
    char text[40], type[STOA__TYPE_TEXT];
    if (stoa__initial_value(&field->initial, &value) != STOA_OK)
        return stoa__fail(error, STOA_INVALID,
                          "the default of field '%s' sets more than one member of initial",
                          field->name);
    if (value.type == STOA_NO_TYPE)
        return STOA_OK;
    if ((out->flags & STOA_NULLABLE) != 0)
        out->flags |= STOA_HAS_INITIAL;
    void *cell = field->type == STOA_OBJECT   ? (void *)&out->object
                 : field->type == STOA_STRING ? (void *)&out->string
                                              : (void *)out->initial.bytes;
    as_time(out, &value);
    stoa_status status = stoa__field_convert(out, &value, cell);
    if (status == STOA_OK && field->type == STOA_STRING)
        return check_string(out, error);
    if (status == STOA_OK)
        return STOA_OK;
    stoa__print_value(&value, text, sizeof text);
    return stoa__fail(error, status, "the default of field '%s' is %s, which does not fit %s",
                      field->name, text, stoa__type_text(field->type, stoa__field_time(out), type));
}

static stoa_status describe_time(stoa__schema_field *out, const stoa_field *field,
                                 stoa_error *error)
{
    bool has_unit = field->type == STOA_TIMESTAMP || field->type == STOA_DURATION;
    if (has_unit && !stoa__unit_exists(field->unit))
        return stoa__fail(error, STOA_INVALID,
                          "field '%s' is a %s and needs a unit, as STOA_MICROSECOND", field->name,
                          stoa_type_name(field->type));
    if (!has_unit && field->unit != STOA_NO_UNIT)
        return stoa__fail(error, STOA_INVALID, "field '%s' is %s and takes no unit", field->name,
                          stoa_type_name(field->type));
    if (field->type != STOA_TIMESTAMP && field->zone != NULL)
        return stoa__fail(error, STOA_INVALID, "field '%s' is %s and takes no zone", field->name,
                          stoa_type_name(field->type));
    out->unit = field->unit;
    return field->zone == NULL ? STOA_OK : stoa__zone_find(&out->zone, field->zone, error);
}

static stoa_status check_flags(const stoa_field *field, stoa_error *error)
{
    const uint32_t known = STOA_NULLABLE | STOA_HAS_INITIAL;
    if ((field->flags & ~known) != 0 || field->reserved[0] || field->reserved[1])
        return stoa__fail(error, STOA_INVALID,
                          "field '%s' sets members of stoa_field that must be zero", field->name);
    if (field->flags == STOA_HAS_INITIAL)
        return stoa__fail(error, STOA_INVALID,
                          "field '%s' has STOA_HAS_INITIAL without STOA_NULLABLE", field->name);
    if (field->flags != 0 && field->type == STOA_OBJECT)
        return stoa__fail(error, STOA_INVALID,
                          "object field '%s' cannot be nullable: its pointers may be NULL as they "
                          "are",
                          field->name);
    return STOA_OK;
}

/* A default of its own is refused by store_initial, as of a type that takes none. */
static stoa_status describe_reference(stoa__schema_field *out, const stoa_field *field,
                                      stoa_error *error)
{
    bool is_reference = field->type == STOA_REFERENCE;
    if (field->on_remove > (is_reference ? STOA_ON_REMOVE_CASCADE : 0))
        return stoa__fail(error, STOA_INVALID, "field '%s' is %s and takes no on_remove of %d",
                          field->name, stoa_type_name(field->type), (int)field->on_remove);
    if (field->target != NULL && !is_reference)
        return stoa__fail(error, STOA_INVALID, "field '%s' is %s and takes no target", field->name,
                          stoa_type_name(field->type));
    if (is_reference && (field->flags & STOA_HAS_INITIAL) != 0)
        return stoa__fail(error, STOA_INVALID, "field '%s' is a reference, whose default is null",
                          field->name);
    bool takes_null = (field->flags & STOA_NULLABLE) != 0;
    out->on_remove = field->on_remove;
    if (is_reference && field->on_remove == STOA_ON_REMOVE_DEFAULT)
        out->on_remove = takes_null ? STOA_ON_REMOVE_NULL : STOA_ON_REMOVE_REFUSE;
    return STOA_OK;
}

stoa_status stoa__check_length(const stoa_field *field, stoa_error *error)
{
    if (field->length == 0 && field->initials != NULL)
        return stoa__fail(error, STOA_INVALID, "field '%s' has initials, but is no vector",
                          field->name);
    if (field->length == 0)
        return STOA_OK;
    if (field->length == 1 || field->length > STOA_MAX_LENGTH)
        return stoa__fail(
            error, STOA_INVALID,
            "vector '%s' has length %d; a vector has 2 to %d components, and a number "
            "has length 0",
            field->name, (int)field->length, STOA_MAX_LENGTH);
    if (field->type > STOA_FLOAT64)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "vector '%s' is of type %s; the components of a vector are numbers",
                          field->name, stoa_type_name(field->type));
    if (field->flags != 0)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "vector '%s' cannot be nullable: a vector is there in every row",
                          field->name);
    stoa__schema_field last = {.components = field->length,
                               .component = (uint16_t)(field->length - 1)};
    if (strlen(field->name) + stoa__suffix_length(&last) > STOA_MAX_NAME)
        return stoa__fail(error, STOA_BAD_NAME,
                          "the name of vector '%.40s…' is too long for those of its components, "
                          "which have at most %d bytes",
                          field->name, STOA_MAX_NAME);
    return STOA_OK;
}

static stoa_status describe_one(stoa__schema_field *out, const stoa_field *field, stoa_error *error)
{
    memset(out, 0, sizeof *out);
    stoa_status status = stoa__check_name(field->name, error);
    if (status != STOA_OK)
        return status;
    if (!stoa__type_exists(field->type))
        return stoa__fail(error, STOA_WRONG_TYPE, "field '%s' has type %d, which does not exist",
                          field->name, (int)field->type);
    status = check_flags(field, error);
    if (status == STOA_OK)
        status = stoa__check_length(field, error);
    if (status == STOA_OK)
        status = stoa__labels_check(field, error);
    if (status != STOA_OK)
        return status;
    out->name = field->name;
    out->length = (uint16_t)strlen(field->name);
    out->type = (uint8_t)field->type;
    out->flags = (uint8_t)field->flags;
    out->components = field->length;
    out->labels = field->labels;
    out->label_count = field->label_count;
    status = describe_time(out, field, error);
    if (status == STOA_OK)
        status = describe_reference(out, field, error);
    if (status != STOA_OK)
        return status;
    return store_initial(out, field, error);
}

stoa_status stoa__describe(stoa__schema_field *out, const stoa_field *field, stoa_error *error)
{
    stoa_field component = *field;
    stoa_status status = STOA_OK;
    for (uint16_t i = 0; status == STOA_OK && i < stoa__field_span(field); i++) {
        if (field->length > 0 && field->initials != NULL)
            component.initial = field->initials[i];
        status = describe_one(&out[i], &component, error);
        out[i].component = i;
    }
    return status;
}
