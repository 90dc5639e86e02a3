/* attempts_arrow.c: tries of the functions for Arrow. */
#include "attempts.h"

/* Two fields, since object fields are refused. */
static stoa_arrow_options tried_options(attempt *a, size_t fields[2])
{
    static const odd flags[] = {{1, true}, {2, false}, {4, false}, {SIZE_MAX, false}};
    fields[0] = 3;
    fields[1] = NUMBER("fields[1]", 4, no_field);
    return (stoa_arrow_options){
        .fields = fields,
        .field_count = 2,
        .flags = NUMBER("flags", 0, flags),
        .reserved = {NUMBER("reserved[0]", 0, not_zero), NUMBER("reserved[1]", 0, not_zero),
                     NUMBER("reserved[2]", 0, not_zero), NUMBER("reserved[3]", 0, not_zero)}};
}

static void tried_rows(attempt *a, stoa_arrow_options *options)
{
    static const odd steps[] = {{2, false}, {SIZE_MAX, true}, {MOST, false}, {MOST + 1, false}};
    static const odd counts[] = {{0, true},     {1, true},
                                 {ROWS, false}, {TRUNCATED(1), false},
                                 {MOST, false}, {SIZE_MAX, false}};
    options->first = NUMBER("first", 2, no_row);
    options->step = (ptrdiff_t)NUMBER("step", 1, steps);
    options->count = NUMBER("count", 3, counts);
    if (options->step == -1)
        options->count = 1;
}

ATTEMPTS(stoa_table_arrow_schema)
{
    EACH_TRY
    {
        struct ArrowSchema schema;
        size_t fields[2];
        const stoa_arrow_options options = tried_options(a, fields);
        if (JUDGE(stoa_table_arrow_schema(PLACE("schema", &schema), NEEDED("table", a->table),
                                          &options, ERROR)))
            schema.release(&schema);
    }
}

ATTEMPTS(stoa_table_arrow_stream)
{
    EACH_TRY
    {
        struct ArrowArrayStream stream;
        size_t fields[2];
        stoa_arrow_options options = tried_options(a, fields);
        tried_rows(a, &options);
        if (JUDGE(stoa_table_arrow_stream(PLACE("stream", &stream), NEEDED("table", a->table),
                                          &options, ERROR)))
            stream.release(&stream);
    }
}

ATTEMPTS(stoa_table_arrow_array)
{
    EACH_TRY
    {
        struct ArrowSchema schema;
        struct ArrowArray array;
        size_t fields[2];
        stoa_arrow_options options = tried_options(a, fields);
        options.selection = OPTIONAL("selection", a->selection);
        if (JUDGE(stoa_table_arrow_array(PLACE("schema", &schema), PLACE("array", &array),
                                         NEEDED("table", a->table), &options, ERROR))) {
            array.release(&array);
            schema.release(&schema);
        }
    }
}

ATTEMPTS(stoa_table_from_arrow)
{
    EACH_TRY
    {
        stoa_table *made;
        struct ArrowArrayStream stream;
        const size_t fields[] = {3, 4};
        PASSES(stoa_table_arrow_stream(&stream, a->table,
                                       &(stoa_arrow_options){.fields = fields, .field_count = 2},
                                       &trouble));
        if (JUDGE(stoa_table_from_arrow(PLACE("table", &made), NEEDED("stream", &stream), NULL,
                                        ERROR)))
            stoa_table_free(made);
        stream.release(&stream);
    }
}

ATTEMPTS(stoa_table_from_arrow_schema)
{
    static const odd children[] = {
        {0, false}, {1, true}, {MOST + 1, false}, {STOA_MAX_FIELDS + 1, false}};
    EACH_TRY
    {
        stoa_table *made;
        struct ArrowSchema schema;
        const size_t fields[] = {3, 4};
        PASSES(stoa_table_arrow_schema(&schema, a->table,
                                       &(stoa_arrow_options){.fields = fields, .field_count = 2},
                                       &trouble));
        schema.n_children = (int64_t)NUMBER("n_children", 2, children);
        if (schema.n_children > 2)
            schema.n_children = -schema.n_children;
        if (JUDGE(stoa_table_from_arrow_schema(PLACE("table", &made), NEEDED("schema", &schema),
                                               NULL, ERROR)))
            stoa_table_free(made);
        schema.n_children = 2;
        schema.release(&schema);
    }
}

ATTEMPTS(stoa_table_extend_arrow)
{
    static const odd counts[] = {{0, true}, {1, true}, {MOST, false}, {SIZE_MAX, false}};
    static const odd lengths[] = {{0, true}, {ROWS + 1, false}, {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        struct ArrowSchema schema;
        struct ArrowArray array;
        const size_t fields[] = {3, 4};
        PASSES(stoa_table_arrow_array(&schema, &array, a->table,
                                      &(stoa_arrow_options){.fields = fields, .field_count = 2},
                                      &trouble));
        array.length = (int64_t)NUMBER("length", ROWS, lengths);
        const struct ArrowArray *arrays[] = {NEEDED("arrays[0]", &array), &array};
        JUDGE(stoa_table_extend_arrow(NEEDED("table", a->table), NEEDED("schema", &schema),
                                      NEEDED("arrays", arrays), NUMBER("count", 2, counts), ERROR));
        array.release(&array);
        schema.release(&schema);
    }
}

ATTEMPTS(stoa_loan_new)
{
    EACH_TRY
    {
        stoa_loan *loan;
        if (JUDGE(stoa_loan_new(PLACE("loan", &loan), NEEDED("table", a->table), ERROR)))
            stoa_loan_free(loan);
    }
}

ATTEMPTS(stoa_loan_free)
{
    EACH_TRY
    {
        stoa_table *table;
        stoa_loan *loan = NULL;
        const stoa_field field = {.name = "x", .type = STOA_INT32};
        PASSES(stoa_table_new(&table, &field, 1, NULL, &trouble));
        PASSES(stoa_loan_new(&loan, table, &trouble));
        stoa_loan *given = NEEDED("loan", loan);
        stoa_loan_free(given);
        attempt_gave(a, stoa_table_loans(table, NULL) == 0, stoa_table_loans(table, NULL) == 1);
        stoa_loan_free(given == NULL ? loan : NULL);
        stoa_table_free(table);
    }
}

ATTEMPTS(stoa_table_loans)
{
    EACH_TRY
    {
        size_t arrays = 0;
        size_t loans = stoa_table_loans(NEEDED("table", a->table), OPTIONAL("arrays", &arrays));
        attempt_gave(a, loans == 0 && arrays == 0, loans == 0 && arrays == 0);
    }
}
