/* cell.c: one value into a cell of a field, or out of it. */
#include "store/cell.h"

#include <string.h>

#include "base/error.h"
#include "store/labels.h"

/* A number, or a label. */
static stoa_status convert_label(const stoa__schema_field *field, const stoa_value *value,
                                 void *out)
{
    stoa__cell cell = {0};
    stoa_value number = *value;
    if (value->type == STOA_STRING && !stoa__is_null(value))
        number =
            stoa_uint64_value(stoa__labels_find(field, value->string.bytes, value->string.length));
    stoa_status status = stoa__convert_value((stoa_type)field->type, &number, cell.bytes);
    if (status == STOA_OK)
        status = stoa__field_check(field, cell.bytes);
    if (status == STOA_OK)
        memcpy(out, cell.bytes, stoa__width((stoa_type)field->type));
    return status;
}

stoa_status stoa__field_convert(const stoa__schema_field *field, const stoa_value *value, void *out)
{
    if (stoa__has_labels(field))
        return convert_label(field, value, out);
    if (!stoa__is_time((stoa_type)field->type))
        return stoa__convert_value((stoa_type)field->type, value, out);
    if (stoa__is_null(value))
        return STOA_WRONG_TYPE;
    return stoa__time_convert(stoa__field_time(field), value, out);
}

static int64_t count_in(const stoa__schema_field *field, const void *cell)
{
    int64_t count;
    int32_t days;
    if (field->type != STOA_DATE) {
        memcpy(&count, cell, sizeof count);
        return count;
    }
    memcpy(&days, cell, sizeof days);
    return days;
}

stoa_status stoa__field_check(const stoa__schema_field *field, const void *cell)
{
    uint16_t number = 0;
    if (stoa__has_labels(field)) {
        memcpy(&number, cell, stoa__width((stoa_type)field->type)); /* little-endian */
        return number < field->label_count ? STOA_OK : STOA_OVERFLOW;
    }
    if (!stoa__is_time((stoa_type)field->type))
        return STOA_OK;
    stoa__limits limits = stoa__time_limits(field->type, field->unit);
    int64_t count = count_in(field, cell);
    return count >= limits.low && count <= limits.high ? STOA_OK : STOA_OVERFLOW;
}

stoa_value stoa__field_value(const stoa__schema_field *field, const void *cell)
{
    if (!stoa__is_time((stoa_type)field->type))
        return stoa__cell_value((stoa_type)field->type, cell);
    return stoa__time_value_of(stoa__field_time(field), count_in(field, cell));
}

stoa_status stoa__field_refuse(const stoa__schema_field *field, const stoa_value *value,
                               stoa_status status, size_t row, stoa_error *error)
{
    char text[40], type[STOA__TYPE_TEXT];
    if (error == NULL)
        return status;
    stoa__print_value(value, text, sizeof text);
    if (stoa__has_labels(field)) {
        char labels[120];
        stoa__labels_list(field, labels, sizeof labels);
        return stoa__fail_at(error, status, row, "field '%s' takes no %s; it has %u labels: %s",
                             field->name, text, (unsigned)field->label_count, labels);
    }
    stoa__time time = stoa__field_time(field);
    return stoa__fail_at(error, status, row, "field '%s' is %s and takes no %s%s", field->name,
                         stoa__type_text((stoa_type)field->type, time, type), text,
                         stoa__time_hint(time, value));
}
