/* sources.h: lays out the same values in memory in every way that a stoa_source can describe. */
#ifndef STOA_TESTS_SOURCES_H
#define STOA_TESTS_SOURCES_H

#include <stoa/stoa.h>

typedef enum layout {
    LAYOUT_PACKED,
    LAYOUT_PACKED_BY_STRIDE, /* packed, with the stride stated explicitly */
    LAYOUT_UNALIGNED,        /* packed, shifted by one byte */
    LAYOUT_STRIDED,          /* with gaps, aligned */
    LAYOUT_ODD,              /* with gaps, mostly unaligned */
    LAYOUT_BACKWARDS,        /* the first value is last in memory: a negative stride */
    LAYOUTS
} layout;

typedef struct laid_out {
    stoa_source source; /* it has no name */
    void *memory;       /* allocated to the exact size, so that sanitizers notice reads beyond it */
} laid_out;

/* Copies `count` packed values of `width` bytes (object: pointers). To be freed by
 * laid_out_free. */
laid_out lay_out(stoa_type type, const void *values, size_t count, layout how);
void laid_out_free(laid_out *l);

/* Counts around the sizes of vectors and blocks. */
extern const size_t block_counts[];
extern const size_t block_count_count;

#endif
