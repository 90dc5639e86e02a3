/* sources.h: the same values laid out in memory in every way that a stoa_source can tell. */
#ifndef STOA_TESTS_SOURCES_H
#define STOA_TESTS_SOURCES_H

#include <stoa/stoa.h>

typedef enum layout {
    LAYOUT_PACKED,
    LAYOUT_PACKED_BY_STRIDE, /* stride is the width, said aloud */
    LAYOUT_UNALIGNED,        /* packed, one byte off */
    LAYOUT_STRIDED,          /* with gaps, aligned */
    LAYOUT_ODD,              /* with gaps, mostly unaligned */
    LAYOUT_BACKWARDS,        /* the first value last in memory: a negative stride */
    LAYOUTS
} layout;

typedef struct laid_out {
    stoa_source source; /* without a name */
    void *memory;       /* of exact size, so that a sanitizer sees a read beyond it */
} laid_out;

/* `count` packed values of `width` bytes (object: pointers). Give it back with laid_out_free. */
laid_out lay_out(stoa_type type, const void *values, size_t count, layout how);
void laid_out_free(laid_out *l);

/* Counts around the sizes of vectors and blocks. */
extern const size_t block_counts[];
extern const size_t block_count_count;

#endif
