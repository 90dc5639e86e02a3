/* attempts_value_counts.c: tries of the functions for different values and their counts. */
#include "attempts.h"

ATTEMPTS(stoa_count_values)
{
    EACH_TRY
    {
        stoa_value_counts *made;
        if (JUDGE(stoa_count_values(PLACE("counts", &made), NEEDED("table", a->table),
                                    TEXT("text", "int32 + 1"), OPTIONAL_TEXT("where", "int8 > 3"),
                                    ERROR)))
            stoa_value_counts_free(made);
    }
}

ATTEMPTS(stoa_program_count_values)
{
    EACH_TRY
    {
        stoa_value_counts *made;
        stoa_scope scope = tried_scope(a);
        if (JUDGE(stoa_program_count_values(
                PLACE("counts", &made), NEEDED("program", attempt_program(a, "int32 + 1")),
                OPTIONAL("table", a->table), OPTIONAL("scope", &scope), ERROR)))
            stoa_value_counts_free(made);
    }
}

ATTEMPTS(stoa_value_counts_sort)
{
    EACH_TRY
    {
        stoa_value_counts *made;
        PASSES(stoa_count_values(&made, a->table, "int32 % 2", NULL, &trouble));
        JUDGE(stoa_value_counts_sort(NEEDED("counts", made), ERROR));
        stoa_value_counts_free(made);
    }
}

ATTEMPTS(stoa_value_counts_free)
{
    EACH_TRY
    {
        stoa_value_counts *made = NULL;
        PASSES(stoa_count_values(&made, a->table, "int32", NULL, &trouble));
        stoa_value_counts *given = NEEDED("counts", made);
        stoa_value_counts_free(given);
        stoa_value_counts_free(given == NULL ? made : NULL);
        attempt_gave(a, true, true);
    }
}
