/* nodes.c: making and releasing schemas and arrays.
 *
 * One allocation holds what a node points at: behind the head the pointers, the structs of the
 * children, the texts or (aligned) the buffers. Releasing touches nothing but the node and what it
 * owns, so that any thread may do it, at any time. */
#include "io/nodes.h"

#include <string.h>

#include "base/memory.h"

/* ---- schemas ---- */

static void release_schema(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release != NULL)
            schema->children[i]->release(schema->children[i]);
    if (schema->dictionary != NULL && schema->dictionary->release != NULL)
        schema->dictionary->release(schema->dictionary);
    stoa__release(schema->private_data);
    schema->release = NULL;
}

/* The structs that belong to a node: `count` pointers at `pointers` to as many structs. */
#define LINK(pointers, structs, count)     \
    do {                                   \
        for (size_t i = 0; i < count; i++) \
            (pointers)[i] = (structs) + i; \
    } while (0)

stoa_status stoa__arrow_schema_new(struct ArrowSchema *out, const char *format, const char *name,
                                   bool nullable, size_t children, bool has_dictionary,
                                   stoa_error *error)
{
    size_t structs = children + has_dictionary;
    size_t texts = structs * (sizeof(struct ArrowSchema) + sizeof(struct ArrowSchema *));
    size_t format_bytes = strlen(format) + 1, name_bytes = strlen(name) + 1;
    size_t bytes = texts + format_bytes + name_bytes;
    char *block = stoa__allocate_zeroed(bytes);
    if (block == NULL)
        return stoa__fail_memory(error, bytes);
    struct ArrowSchema *first = (struct ArrowSchema *)(void *)block;
    struct ArrowSchema **pointers = (struct ArrowSchema **)(void *)(first + structs);
    LINK(pointers, first, structs);
    *out = (struct ArrowSchema){.format = memcpy(block + texts, format, format_bytes),
                                .name = memcpy(block + texts + format_bytes, name, name_bytes),
                                .flags = nullable ? ARROW_FLAG_NULLABLE : 0,
                                .n_children = (int64_t)children,
                                .children = children > 0 ? pointers : NULL,
                                .dictionary = has_dictionary ? pointers[children] : NULL,
                                .release = release_schema,
                                .private_data = block};
    return STOA_OK;
}

/* ---- arrays ---- */

typedef struct head {
    void *owner;
    void (*release_owner)(void *owner);
    stoa__slab *slab; /* that it is in; NULL: none */
} head;

static void release_array(struct ArrowArray *array)
{
    head *own = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release != NULL)
            array->children[i]->release(array->children[i]);
    if (array->dictionary != NULL && array->dictionary->release != NULL)
        array->dictionary->release(array->dictionary);
    if (own->release_owner != NULL)
        own->release_owner(own->owner);
    if (own->slab != NULL)
        stoa__slab_let_go(own->slab);
    else
        stoa__release(own);
    array->release = NULL;
}

static size_t padded(size_t bytes)
{
    return stoa__round_up(bytes, STOA__ARROW_ALIGNMENT);
}

/* Lays the buffers out at `data`; what pads them is zero. */
static void put_buffers(const void **buffers, const stoa__arrow_shape *shape, char *data)
{
    for (size_t i = 0; i < shape->buffers; i++) {
        size_t room = padded(shape->bytes[i]);
        buffers[i] = i == 0 && room == 0 ? NULL : data;
        if (room > 0)
            memset(data + room - STOA__ARROW_ALIGNMENT, 0, STOA__ARROW_ALIGNMENT);
        data += room;
    }
}

stoa_status stoa__arrow_array_new(struct ArrowArray *out, const stoa__arrow_shape *shape,
                                  stoa_error *error)
{
    size_t structs = shape->children + shape->has_dictionary;
    size_t head_bytes = sizeof(head) + structs * sizeof(struct ArrowArray) +
                        (structs + shape->buffers) * sizeof(void *);
    size_t bytes = head_bytes + STOA__ARROW_ALIGNMENT;
    for (size_t i = 0; i < shape->buffers; i++)
        bytes += padded(shape->bytes[i]);
    stoa__slab *slab = NULL;
    char *block = stoa__slabs_take(shape->slabs, bytes, &slab);
    if (block == NULL)
        block = stoa__allocate_expected(bytes);
    if (block == NULL)
        return stoa__fail_memory(error, bytes);
    memset(block, 0, head_bytes);
    ((head *)(void *)block)->slab = slab;
    struct ArrowArray *first = (struct ArrowArray *)(void *)(block + sizeof(head));
    struct ArrowArray **pointers = (struct ArrowArray **)(void *)(first + structs);
    const void **buffers = (const void **)(void *)(pointers + structs);
    LINK(pointers, first, structs);
    put_buffers(buffers, shape,
                (char *)stoa__round_up((uintptr_t)block + head_bytes, STOA__ARROW_ALIGNMENT));
    *out =
        (struct ArrowArray){.length = (int64_t)shape->length,
                            .n_buffers = (int64_t)shape->buffers,
                            .n_children = (int64_t)shape->children,
                            .buffers = buffers,
                            .children = shape->children > 0 ? pointers : NULL,
                            .dictionary = shape->has_dictionary ? pointers[shape->children] : NULL,
                            .release = release_array,
                            .private_data = block};
    return STOA_OK;
}

void *stoa__arrow_buffer(const struct ArrowArray *array, size_t buffer)
{
    return (void *)(uintptr_t)array->buffers[buffer];
}

void stoa__arrow_hold(struct ArrowArray *array, void *owner, void (*release_owner)(void *owner))
{
    head *own = array->private_data;
    own->owner = owner;
    own->release_owner = release_owner;
}
