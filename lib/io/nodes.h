/* nodes.h: the structs of Arrow's C interface, made in one allocation each and released.
 *
 * An array or a schema owns its children and its dictionary, each of which has an allocation of its
 * own: a consumer may move a child out (its release is NULL then) and keep it longer than the rest.
 */
#ifndef STOA__IO_NODES_H
#define STOA__IO_NODES_H

#include <stoa/arrow.h>

#include "base/error.h"
#include "io/slabs.h"

/* What arrays have alignment for, and their buffers are padded to. */
#define STOA__ARROW_ALIGNMENT ((size_t)64)

/* A schema with room for children, which are not made yet; the texts are copied. */
stoa_status stoa__arrow_schema_new(struct ArrowSchema *out, const char *format, const char *name,
                                   bool nullable, size_t children, bool has_dictionary,
                                   stoa_error *error);

/* How an array is made. */
typedef struct stoa__arrow_shape {
    size_t length;
    size_t buffers;  /* the first is the validity */
    size_t bytes[3]; /* of each buffer; a validity of 0 bytes is NULL */
    size_t children;
    bool has_dictionary;
    stoa__slabs *slabs; /* where it gets its memory; NULL: from malloc */
} stoa__arrow_shape;

/* An array with uninitialized buffers and room for children, which are not made yet. It begins
 * without nulls. */
stoa_status stoa__arrow_array_new(struct ArrowArray *out, const stoa__arrow_shape *shape,
                                  stoa_error *error);
/* A buffer, to be written. */
void *stoa__arrow_buffer(const struct ArrowArray *array, size_t buffer);
/* Has release_owner(owner) called once the array is released. */
void stoa__arrow_hold(struct ArrowArray *array, void *owner, void (*release_owner)(void *owner));

#endif
