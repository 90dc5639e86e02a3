/* error.c: examples of stoa/error.h. */
#include "example.h"

/* [propagate] */
/* Hands on what went wrong: status and message. */
static stoa_status total_of(const stoa_table *table, const char *what, int64_t *total,
                            stoa_error *error)
{
    stoa_value value;
    stoa_status status = stoa_compute(table, what, &value, error);
    if (status == STOA_OK)
        *total = value.int64;
    return status;
}
/* [propagate] */

void error_examples(void)
{
    stoa_table *table = table_of(3, (const int32_t[]){4, 0, 2});
    {
        /* [handle] */
        stoa_error error;
        int64_t total;
        switch (total_of(table, "sum(100 // x)", &total, &error)) {
        case STOA_OK:
            printf("%" PRId64 "\n", total);
            break;
        case STOA_DIVISION_BY_ZERO:
            printf("row %d\n", (int)error.row); /* prints row 1 */
            break;
        default:
            fprintf(stderr, "%s\n", error.message);
        }
        /* [handle] */
    }
    {
        /* [names] */
        stoa_status status = stoa_table_remove(table, 5, 1, NULL); /* NULL: no message */
        printf("%s: %s\n", stoa_status_name(status), stoa_status_text(status));
        /* prints STOA_OUT_OF_RANGE: a row is beyond the end of the table */
        show(table); /* prints 4 0 2 */
        /* [names] */
    }
    stoa_table_free(table);
}
