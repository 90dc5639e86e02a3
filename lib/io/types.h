/* types.h: Arrow's types, and the formats that say them: the one place for both ways. */
#ifndef STOA__IO_TYPES_H
#define STOA__IO_TYPES_H

#include <stoa/arrow.h>

#include "base/error.h"

/* How the values of an array lie. */
typedef enum stoa__arrow_layout {
    STOA__LAYOUT_NUMBERS,    /* cells of `type`, of dates of 64 bits their milliseconds */
    STOA__LAYOUT_BITS,       /* bools */
    STOA__LAYOUT_TEXT,       /* offsets of 32 bits, and bytes */
    STOA__LAYOUT_LARGE_TEXT, /* of 64 bits */
    STOA__LAYOUT_VIEWS,      /* of strings */
    STOA__LAYOUT_NOTHING,    /* all null */
    STOA__LAYOUT_LISTS,      /* `length` values each, which are the child's */
    STOA__LAYOUT_STRUCT,     /* of columns */
} stoa__arrow_layout;

typedef struct stoa__arrow_type {
    stoa__arrow_layout layout;
    stoa_type type;       /* of the values; of lists and structs: none */
    uint8_t unit;         /* a stoa_unit: of timestamps and durations */
    bool is_milliseconds; /* a date of 64 bits */
    uint32_t length;      /* of lists */
    const char *zone;     /* of timestamps; NULL: none. Borrowed from the schema */
} stoa__arrow_type;

/* The names of a column and what it lies in, for messages: "a.item". */
typedef struct stoa__arrow_path {
    char text[120];
} stoa__arrow_path;

stoa__arrow_path stoa__arrow_path_of(const struct ArrowSchema *column);
stoa__arrow_path stoa__arrow_path_into(stoa__arrow_path path, const char *child);

/* What a field for the column is called: columns need no name in Arrow. */
static inline const char *stoa__arrow_name(const struct ArrowSchema *column)
{
    return column->name != NULL && column->name[0] != '\0' ? column->name : "values";
}

/* Room for any format. */
enum { STOA__ARROW_FORMAT_SIZE = 160 };

/* The type of a format, whose text it borrows; false: there is none. */
bool stoa__arrow_type_of(const char *format, stoa__arrow_type *type);
/* The format of a type. */
void stoa__arrow_format_of(const stoa__arrow_type *type, char format[STOA__ARROW_FORMAT_SIZE]);

/* What a schema says of its own type. STOA_WRONG_TYPE, with the path and the type's name: stoa has
 * no such type; STOA_INVALID: it is no schema. */
stoa_status stoa__arrow_parse(const struct ArrowSchema *schema, const stoa__arrow_path *path,
                              stoa__arrow_type *type, stoa_error *error);

static inline bool stoa__arrow_is_text(stoa__arrow_layout layout)
{
    return layout >= STOA__LAYOUT_TEXT && layout <= STOA__LAYOUT_VIEWS;
}

#endif
