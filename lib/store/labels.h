/* labels.h: the labels of a field, which name the numbers from 0 on that its cells may hold. */
#ifndef STOA__STORE_LABELS_H
#define STOA__STORE_LABELS_H

#include "store/schema.h"

#define STOA__NO_LABEL UINT32_MAX

static inline bool stoa__has_labels(const stoa__schema_field *field)
{
    return field->label_count > 0;
}

/* Whether the labels of a field that a caller describes are such as a field can have. */
stoa_status stoa__labels_check(const stoa_field *field, stoa_error *error);
/* The number of a label; STOA__NO_LABEL if the field has none of that name. */
uint32_t stoa__labels_find(const stoa__schema_field *field, const char *name, size_t length);
/* "RED, GREEN, BLUE", as many as there is room for. */
void stoa__labels_list(const stoa__schema_field *field, char *text, size_t size);
bool stoa__labels_equal(const stoa__schema_field *a, const stoa__schema_field *b);
uint64_t stoa__labels_hash(const stoa__schema_field *field);

/* Bytes that a copy of the labels takes, a multiple of 8. */
size_t stoa__labels_bytes(const stoa__schema_field *field);
/* Has the field own a copy of its labels, at `room`; gives the end of it. */
char *stoa__labels_copy(stoa__schema_field *field, char *room);

#endif
