/* references.c: sum(owner.weight) by hand, for bench/references.py: each id is looked up as
 * stoa_table_find_id does, generation and all. */
#include <stoa/ids.h>

double sum_by_hand(const stoa_table *owners, const uint64_t *owner, const double *weight,
                   size_t count);

double sum_by_hand(const stoa_table *owners, const uint64_t *owner, const double *weight,
                   size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        size_t row;
        if (stoa_table_find_id(owners, owner[i], &row) == STOA_OK)
            sum += weight[row];
    }
    return sum;
}
