/* sources.c: see sources.h. */
#include "sources.h"

#include <stdlib.h>
#include <string.h>

#include "store/type.h"
#include "testing.h"

const size_t block_counts[] = {0,  1,  2,   7,   8,   15,   16,   17,   31,   32,   33,  63,
                               64, 65, 255, 256, 257, 1023, 1024, 1025, 2047, 2048, 2049};
const size_t block_count_count = sizeof block_counts / sizeof *block_counts;

laid_out lay_out(stoa_type type, const void *values, size_t count, layout how)
{
    size_t width = stoa__value_width(type);
    size_t offset = how == LAYOUT_UNALIGNED;
    size_t stride = how == LAYOUT_STRIDED ? 3 * width : how == LAYOUT_ODD ? width + 3 : width;
    size_t size = offset + (count > 0 ? (count - 1) * stride + width : 0);
    char *memory = malloc(size > 0 ? size : 1);
    ck_assert_ptr_nonnull(memory);
    memset(memory, 0xee, size > 0 ? size : 1);
    for (size_t i = 0; i < count; i++) {
        size_t place = how == LAYOUT_BACKWARDS ? count - 1 - i : i;
        memcpy(memory + offset + place * stride, (const char *)values + i * width, width);
    }
    laid_out l = {.source = {.type = type, .data = memory + offset}, .memory = memory};
    if (how != LAYOUT_PACKED && how != LAYOUT_UNALIGNED)
        l.source.stride = (ptrdiff_t)stride;
    if (how == LAYOUT_BACKWARDS) {
        l.source.stride = -(ptrdiff_t)stride;
        l.source.data = memory + (count > 0 ? count - 1 : 0) * stride;
    }
    return l;
}

void laid_out_free(laid_out *l)
{
    free(l->memory);
    memset(l, 0, sizeof *l);
}
