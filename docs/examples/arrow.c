/* arrow.c: examples of stoa/arrow.h. */
#include "example.h"

void arrow_examples(void)
{
    stoa_error error;
    stoa_table *table = table_of(5, (const int32_t[]){1, 2, 3, 4, 5});

    /* [stream] */
    struct ArrowArrayStream stream;
    must(stoa_table_arrow_stream(&stream, table, &(stoa_arrow_options){.batch_rows = 2}, &error),
         &error);

    struct ArrowSchema schema;
    if (stream.get_schema(&stream, &schema) != 0)
        exit(EXIT_FAILURE);
    printf("%s %s\n", schema.children[0]->name, schema.children[0]->format); /* prints x i */
    schema.release(&schema);

    for (;;) {
        struct ArrowArray array;
        if (stream.get_next(&stream, &array) != 0) {
            fprintf(stderr, "%s\n", stream.get_last_error(&stream));
            exit(EXIT_FAILURE);
        }
        if (array.release == NULL)
            break; /* there are no more */
        printf("%d ", (int)array.length);
        array.release(&array);
    }
    printf("rows\n"); /* prints 2 2 1 rows */
    stream.release(&stream);

    must(stoa_table_arrow_schema(&schema, table, NULL, &error), &error);
    printf("%d\n", (int)schema.n_children); /* prints 1 */
    schema.release(&schema);
    /* [stream] */

    /* [import] */
    stoa_table *copy;
    must(stoa_table_arrow_stream(&stream, table, NULL, &error), &error);
    must(stoa_table_from_arrow(&copy, &stream, NULL, &error), &error);
    stream.release(&stream);
    show(copy); /* prints 1 2 3 4 5 */
    stoa_table_free(copy);

    /* The same by hand: a table of the fields, and arrays that are added. */
    struct ArrowArray rows;
    must(stoa_table_arrow_array(&schema, &rows, table, NULL, &error), &error);
    must(stoa_table_from_arrow_schema(&copy, &schema, NULL, &error), &error);
    const struct ArrowArray *twice[] = {&rows, &rows};
    must(stoa_table_extend_arrow(copy, &schema, twice, 2, &error), &error);
    rows.release(&rows);
    schema.release(&schema);
    show(copy); /* prints 1 2 3 4 5 1 2 3 4 5 */
    stoa_table_free(copy);
    /* [import] */

    /* [lend] */
    stoa_loan *loan;
    must(stoa_loan_new(&loan, table, &error), &error);
    must(stoa_table_arrow_array(&schema, &rows, table, &(stoa_arrow_options){.loan = loan}, &error),
         &error);
    stoa_loan_free(loan); /* the array holds the memory */
    printf("%d\n", rows.children[0]->buffers[1] == stoa_int32_column(table, "x")); /* prints 1 */

    stoa_status status = stoa_row_set_int32(stoa_table_row(table, 0), "x", 7);
    printf("%s\n", stoa_status_name(status));                /* prints STOA_LENT */
    must(stoa_table_append(table, NULL, 0, &error), &error); /* which is no write */

    size_t arrays;
    printf("%zu ", stoa_table_loans(table, &arrays));
    printf("%zu\n", arrays); /* prints 1 1 */
    rows.release(&rows);
    schema.release(&schema);
    must(stoa_table_resize(table, 5, &error), &error); /* nobody holds it any more */
    /* [lend] */

    /* [array] */
    struct ArrowArray x;
    const size_t field = 0;
    must(stoa_table_arrow_array(&schema, &x, table,
                                &(stoa_arrow_options){.fields = &field,
                                                      .field_count = 1,
                                                      .first = 4, /* the last row first */
                                                      .step = -2,
                                                      .count = 3,
                                                      .flags = STOA_ARROW_BARE},
                                &error),
         &error);
    stoa_table_free(table); /* the array is a copy */
    const int32_t *values = x.buffers[1];
    printf("%d %d %d\n", values[0], values[1], values[2]); /* prints 5 3 1 */
    x.release(&x);
    schema.release(&schema);
    /* [array] */
}
