/* references.c: references leave as the ids of rows.
 *
 * A cell may hold the id of a row that is gone: ids are looked for block by block, and leave as
 * nulls where there is no row. So they are copied always, and never lent. */
#include <string.h>

#include "base/bits.h"
#include "io/nodes.h"
#include "io/plan.h"
#include "kernel/kernel.h"
#include "store/ids.h"

static const stoa_ids *ids_of(const stoa__arrow_column *column)
{
    return column->target == NULL ? NULL : column->target->ids;
}

/* The ids in the cells of `count` rows, from that place on; 0 where there is no row, and its bit is
 * 0, too. At most a block. */
static void fill_block(const stoa__arrow_column *column, const uint64_t *cells,
                       const stoa__arrow_rows *rows, size_t place, size_t count, uint64_t *ids,
                       uint64_t *bits)
{
    const stoa_ids *own = ids_of(column);
    const stoa__kernels *kernels = stoa__kernels_here();
    uint32_t found[STOA__BLOCK];
    for (size_t i = 0; i < count; i++)
        ids[i] = cells[stoa__arrow_row(rows, place + i)];
    for (size_t i = 0; own == NULL && i < count; i++)
        found[i] = STOA__NO_ROW;
    if (own != NULL)
        (void)kernels->find_rows(found, own, column->target->rows, ids, count);
    kernels->row_bits(bits, found, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = found[i] == STOA__NO_ROW ? 0 : ids[i];
}

stoa_status stoa__arrow_copy_references(const stoa__arrow_plan *plan,
                                        const stoa__arrow_column *column,
                                        const stoa__arrow_rows *rows, struct ArrowArray *out,
                                        stoa_error *error)
{
    const uint64_t *cells = plan->table->columns[column->field].cells;
    const stoa__arrow_shape shape = {
        .length = rows->count,
        .buffers = 2,
        .bytes = {stoa__validity_bytes(rows->count), rows->count * sizeof(uint64_t)},
        .slabs = plan->slabs};
    stoa_status status = stoa__arrow_array_new(out, &shape, error);
    if (status != STOA_OK || rows->count == 0)
        return status;
    uint64_t *bits = stoa__arrow_buffer(out, 0), *ids = stoa__arrow_buffer(out, 1);
    memset(bits, 0, shape.bytes[0]);
    for (size_t at = 0; at < rows->count; at += STOA__BLOCK) {
        size_t left = rows->count - at, some = left < STOA__BLOCK ? left : STOA__BLOCK;
        fill_block(column, cells, rows, at, some, ids + at, bits + at / 64);
    }
    stoa__arrow_count_nulls(out);
    return STOA_OK;
}
