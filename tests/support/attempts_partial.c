/* attempts_partial.c: tries of the functions for partials. */
#include <stdlib.h>

#include "attempts.h"

static stoa_partial *attempt_partial(const attempt *a, const char *text, const char *by)
{
    stoa_partial *made;
    PASSES(stoa_partial_new(&made, a->table, text, by, NULL, &trouble));
    return made;
}

static const odd no_keys[] = {{1, false}, {2, false}, {SIZE_MAX, false}};

ATTEMPTS(stoa_program_partial)
{
    EACH_TRY
    {
        stoa_partial *made;
        stoa_scope scope = tried_scope(a);
        if (JUDGE(stoa_program_partial(PLACE("partial", &made),
                                       NEEDED("program", attempt_program(a, "sum(int32)")),
                                       OPTIONAL("table", a->table), OPTIONAL("scope", &scope),
                                       NUMBER("keys", 0, no_keys), ERROR)))
            stoa_partial_free(made);
    }
}

ATTEMPTS(stoa_partial_new)
{
    EACH_TRY
    {
        stoa_partial *made;
        if (JUDGE(stoa_partial_new(PLACE("partial", &made), NEEDED("table", a->table),
                                   TEXT("text", "sum(int32)"), OPTIONAL_TEXT("by", "int8"),
                                   OPTIONAL_TEXT("where", "int8 > 3"), ERROR)))
            stoa_partial_free(made);
    }
}

ATTEMPTS(stoa_partial_free)
{
    EACH_TRY
    {
        stoa_partial *made = attempt_partial(a, "sum(int32)", NULL);
        stoa_partial *given = NEEDED("partial", made);
        stoa_partial_free(given);
        stoa_partial_free(given == NULL ? made : NULL);
        attempt_gave(a, true, true);
    }
}

ATTEMPTS(stoa_partial_merge)
{
    EACH_TRY
    {
        stoa_partial *into = attempt_partial(a, "sum(int32), var(float64)", "int8");
        stoa_partial *next = attempt_partial(a, "sum(int32), var(float64)", "int8");
        JUDGE(stoa_partial_merge(NEEDED("partial", into), NEEDED("next", next), ERROR));
        stoa_partial_free(into);
        stoa_partial_free(next);
    }
}

ATTEMPTS(stoa_partial_rows)
{
    EACH_TRY
    {
        stoa_partial *made = attempt_partial(a, "sum(int32)", NULL);
        stoa_partial *given = NEEDED("partial", made);
        uint64_t rows = stoa_partial_rows(given);
        attempt_gave(a, rows == a->table->rows, rows == 0);
        stoa_partial_free(made);
    }
}

ATTEMPTS(stoa_partial_group_count)
{
    EACH_TRY
    {
        stoa_partial *made = attempt_partial(a, "sum(int32)", NULL);
        stoa_partial *given = NEEDED("partial", made);
        size_t groups = stoa_partial_group_count(given);
        attempt_gave(a, groups == 1, groups == 0);
        stoa_partial_free(made);
    }
}

ATTEMPTS(stoa_partial_result)
{
    EACH_TRY
    {
        stoa_table *result;
        const char *names[] = {"key", "total"};
        stoa_partial *made = attempt_partial(a, "sum(int32)", "int8");
        if (JUDGE(stoa_partial_result(PLACE("result", &result), NEEDED("partial", made),
                                      OPTIONAL("names", names), 2, ERROR)))
            stoa_table_free(result);
        stoa_partial_free(made);
    }
}

ATTEMPTS(stoa_partial_size)
{
    EACH_TRY
    {
        stoa_partial *made = attempt_partial(a, "sum(int32)", NULL);
        stoa_partial *given = NEEDED("partial", made);
        size_t size = stoa_partial_size(given);
        attempt_gave(a, size > 0, size == 0);
        stoa_partial_free(made);
    }
}

ATTEMPTS(stoa_partial_write)
{
    EACH_TRY
    {
        stoa_partial *made = attempt_partial(a, "sum(int32)", NULL);
        size_t size = stoa_partial_size(made);
        char *bytes = malloc(size);
        JUDGE(stoa_partial_write(NEEDED("partial", made), PLACE("bytes", bytes), size, ERROR));
        free(bytes);
        stoa_partial_free(made);
    }
}

ATTEMPTS(stoa_partial_read)
{
    EACH_TRY
    {
        stoa_partial *read;
        stoa_partial *made = attempt_partial(a, "sum(int32)", NULL);
        size_t size = stoa_partial_size(made);
        char *bytes = malloc(size);
        PASSES(stoa_partial_write(made, bytes, size, &trouble));
        if (JUDGE(stoa_partial_read(PLACE("partial", &read), NEEDED("bytes", bytes), size, ERROR)))
            stoa_partial_free(read);
        free(bytes);
        stoa_partial_free(made);
    }
}
