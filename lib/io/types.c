/* types.c: reading the formats of Arrow's schemas, and writing them.
 *
 * Nothing that a schema says is trusted but that its pointers point: texts are compared as far as
 * they go, numbers of children are compared with what the type needs. */
#include "io/types.h"

#include <stdio.h>
#include <string.h>

/* ---- paths ---- */

stoa__arrow_path stoa__arrow_path_of(const struct ArrowSchema *column)
{
    stoa__arrow_path made;
    const char *name = column == NULL || column->name == NULL ? "" : column->name;
    snprintf(made.text, sizeof made.text, "%.100s", name);
    return made;
}

stoa__arrow_path stoa__arrow_path_into(stoa__arrow_path path, const char *child)
{
    size_t length = strlen(path.text);
    snprintf(path.text + length, sizeof path.text - length, ".%s", child);
    return path;
}

/* ---- formats ---- */

typedef struct named {
    const char *format; /* or how it begins, if the name says what stoa does not have */
    stoa__arrow_type type;
} named;

#define NUMBERS(kind) .layout = STOA__LAYOUT_NUMBERS, .type = (kind)

static const named exact[] = {
    {"n", {.layout = STOA__LAYOUT_NOTHING}},
    {"b", {.layout = STOA__LAYOUT_BITS, .type = STOA_BOOL}},
    {"c", {NUMBERS(STOA_INT8)}},
    {"C", {NUMBERS(STOA_UINT8)}},
    {"s", {NUMBERS(STOA_INT16)}},
    {"S", {NUMBERS(STOA_UINT16)}},
    {"i", {NUMBERS(STOA_INT32)}},
    {"I", {NUMBERS(STOA_UINT32)}},
    {"l", {NUMBERS(STOA_INT64)}},
    {"L", {NUMBERS(STOA_UINT64)}},
    {"f", {NUMBERS(STOA_FLOAT32)}},
    {"g", {NUMBERS(STOA_FLOAT64)}},
    {"u", {.layout = STOA__LAYOUT_TEXT, .type = STOA_STRING}},
    {"U", {.layout = STOA__LAYOUT_LARGE_TEXT, .type = STOA_STRING}},
    {"vu", {.layout = STOA__LAYOUT_VIEWS, .type = STOA_STRING}},
    {"tdD", {NUMBERS(STOA_DATE)}},
    {"tdm", {NUMBERS(STOA_DATE), .is_milliseconds = true}},
    {"tDs", {NUMBERS(STOA_DURATION), .unit = STOA_SECOND}},
    {"tDm", {NUMBERS(STOA_DURATION), .unit = STOA_MILLISECOND}},
    {"tDu", {NUMBERS(STOA_DURATION), .unit = STOA_MICROSECOND}},
    {"tDn", {NUMBERS(STOA_DURATION), .unit = STOA_NANOSECOND}},
    {"+s", {.layout = STOA__LAYOUT_STRUCT}},
};

/* What stoa has no type for, by how the format begins. */
static const struct {
    const char *begin, *name;
} unsupported[] = {{"e", "float16"},           {"z", "binary"},
                   {"Z", "large_binary"},      {"vz", "binary_view"},
                   {"d:", "decimal"},          {"w:", "fixed_size_binary"},
                   {"tts", "time32"},          {"ttm", "time32"},
                   {"ttu", "time64"},          {"ttn", "time64"},
                   {"ti", "interval"},         {"+l", "list"},
                   {"+L", "large_list"},       {"+vl", "list_view"},
                   {"+vL", "large_list_view"}, {"+m", "map"},
                   {"+ud", "dense_union"},     {"+us", "sparse_union"},
                   {"+r", "run_end_encoded"}};

static bool begins(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

static const char units[] = "?smun";

/* "ts" and a unit, a colon and the zone. */
static bool is_timestamp(const char *format, stoa__arrow_type *type)
{
    const char *unit =
        begins(format, "ts") && format[2] != '\0' ? strchr(units + 1, format[2]) : NULL;
    if (unit == NULL || format[3] != ':')
        return false;
    *type = (stoa__arrow_type){NUMBERS(STOA_TIMESTAMP), .unit = (uint8_t)(unit - units)};
    type->zone = format[4] == '\0' ? NULL : format + 4;
    return true;
}

/* "+w:" and a number, of which those that are too long for a vector are all the same. */
static bool is_list(const char *format, stoa__arrow_type *type)
{
    uint32_t length = 0;
    if (!begins(format, "+w:") || format[3] == '\0')
        return false;
    for (const char *digit = format + 3; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9')
            return false;
        if (length <= STOA_MAX_LENGTH)
            length = length * 10 + (uint32_t)(*digit - '0');
    }
    *type = (stoa__arrow_type){.layout = STOA__LAYOUT_LISTS, .length = length};
    return true;
}

static stoa_status refuse(const char *format, const stoa__arrow_path *path, stoa_error *error)
{
    for (size_t i = 0; i < sizeof unsupported / sizeof *unsupported; i++)
        if (begins(format, unsupported[i].begin))
            return stoa__fail(error, STOA_WRONG_TYPE,
                              "column '%s' is of Arrow's type %s, which no field can have",
                              path->text, unsupported[i].name);
    return stoa__fail(error, STOA_INVALID, "column '%s' has the format '%.20s', which is none",
                      path->text, format);
}

bool stoa__arrow_type_of(const char *format, stoa__arrow_type *type)
{
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
        if (strcmp(format, exact[i].format) == 0) {
            *type = exact[i].type;
            return true;
        }
    return is_timestamp(format, type) || is_list(format, type);
}

static bool is_same(const stoa__arrow_type *one, const stoa__arrow_type *other)
{
    return one->layout == other->layout && one->type == other->type && one->unit == other->unit &&
           one->is_milliseconds == other->is_milliseconds;
}

void stoa__arrow_format_of(const stoa__arrow_type *type, char format[STOA__ARROW_FORMAT_SIZE])
{
    if (type->layout == STOA__LAYOUT_LISTS)
        snprintf(format, STOA__ARROW_FORMAT_SIZE, "+w:%u", (unsigned)type->length);
    else if (type->type == STOA_TIMESTAMP)
        snprintf(format, STOA__ARROW_FORMAT_SIZE, "ts%c:%s", units[type->unit],
                 type->zone != NULL ? type->zone : "");
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
        if (is_same(type, &exact[i].type))
            snprintf(format, STOA__ARROW_FORMAT_SIZE, "%s", exact[i].format);
}

/* As many children as the type has, which are there. */
static stoa_status check_children(const struct ArrowSchema *schema, const stoa__arrow_path *path,
                                  const stoa__arrow_type *type, stoa_error *error)
{
    bool is_list = type->layout == STOA__LAYOUT_LISTS;
    bool fits = type->layout == STOA__LAYOUT_STRUCT ? schema->n_children >= 0
                                                    : schema->n_children == is_list;
    bool are_there = fits && (schema->n_children == 0 || schema->children != NULL);
    for (int64_t i = 0; are_there && i < schema->n_children; i++)
        are_there = schema->children[i] != NULL;
    if (are_there)
        return STOA_OK;
    return stoa__fail(error, STOA_INVALID, "column '%s' of format '%.20s' has %lld children",
                      path->text, schema->format, (long long)schema->n_children);
}

stoa_status stoa__arrow_parse(const struct ArrowSchema *schema, const stoa__arrow_path *path,
                              stoa__arrow_type *type, stoa_error *error)
{
    if (schema == NULL || schema->format == NULL || schema->release == NULL)
        return stoa__fail(error, STOA_INVALID, "column '%s' has no schema, or it was released",
                          path->text);
    if (!stoa__arrow_type_of(schema->format, type))
        return refuse(schema->format, path, error);
    if (type->layout == STOA__LAYOUT_LISTS && (type->length < 2 || type->length > STOA_MAX_LENGTH))
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "column '%s' has lists of %.20s values, but a vector has 2 to %d",
                          path->text, schema->format + strlen("+w:"), STOA_MAX_LENGTH);
    return check_children(schema, path, type, error);
}
