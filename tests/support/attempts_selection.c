/* attempts_selection.c: tries of the functions for selections. */
#include "attempts.h"

/* ---- selections ---- */

ATTEMPTS(stoa_select)
{
    EACH_TRY
    {
        stoa_selection *made;
        if (JUDGE(stoa_select(PLACE("selection", &made), NEEDED("table", a->table),
                              TEXT("where", "int32 > 20"), ERROR)))
            stoa_selection_free(made);
    }
}

ATTEMPTS(stoa_selection_from_mask)
{
    EACH_TRY
    {
        stoa_selection *made;
        if (JUDGE(stoa_selection_from_mask(PLACE("selection", &made), NEEDED("table", a->table),
                                           NEEDED("mask", every_other),
                                           NUMBER("length", ROWS, not_all_rows), ERROR)))
            stoa_selection_free(made);
    }
}

ATTEMPTS(stoa_selection_from_indices)
{
    EACH_TRY
    {
        stoa_selection *made;
        const size_t indices[] = {5, NUMBER("indices[1]", 0, no_row)};
        if (JUDGE(stoa_selection_from_indices(PLACE("selection", &made), NEEDED("table", a->table),
                                              NEEDED("indices", indices),
                                              NUMBER("count", 2, no_length), ERROR)))
            stoa_selection_free(made);
    }
}

ATTEMPTS(stoa_selection_copy)
{
    EACH_TRY
    {
        stoa_selection *made;
        if (JUDGE(stoa_selection_copy(PLACE("copy", &made), NEEDED("selection", a->selection),
                                      ERROR)))
            stoa_selection_free(made);
    }
}

ATTEMPTS(stoa_selection_free)
{
    EACH_TRY
    {
        stoa_selection *made = NULL;
        PASSES(stoa_selection_copy(&made, a->selection, &trouble));
        stoa_selection *given = NEEDED("selection", made);
        stoa_selection_free(given);
        attempt_gave(a, true, true);
        stoa_selection_free(given == NULL ? made : NULL);
    }
}

ATTEMPTS(stoa_selection_and)
{
    EACH_TRY JUDGE(
        stoa_selection_and(NEEDED("selection", a->selection), NEEDED("other", a->second), ERROR));
}

ATTEMPTS(stoa_selection_or)
{
    EACH_TRY JUDGE(
        stoa_selection_or(NEEDED("selection", a->selection), NEEDED("other", a->second), ERROR));
}

ATTEMPTS(stoa_selection_not)
{
    EACH_TRY
    {
        stoa_selection_not(NEEDED("selection", a->selection));
        attempt_gave(a, a->selection->count == ROWS - 2, true);
    }
}

ATTEMPTS(stoa_selection_indices)
{
    EACH_TRY
    {
        size_t indices[2];
        stoa_selection_indices(NEEDED("selection", a->selection), PLACE("indices", &indices));
        attempt_gave(a, indices[0] == 1 && indices[1] == 3, true);
    }
}

ATTEMPTS(stoa_selection_mask)
{
    EACH_TRY
    {
        uint8_t mask[ROWS];
        stoa_selection_mask(NEEDED("selection", a->selection), PLACE("mask", &mask));
        attempt_gave(a, memcmp(mask, "\0\1\0\1\0\0", ROWS) == 0, true);
    }
}

ATTEMPTS(stoa_selection_ids)
{
    EACH_TRY
    {
        uint64_t ids[2];
        JUDGE(stoa_selection_ids(NEEDED("selection", a->selection), NEEDED("table", a->table),
                                 PLACE("ids", &ids), ERROR));
    }
}

ATTEMPTS(stoa_selection_values)
{
    static const int16_t cells[ROWS] = {10, 11, 12, 13, 14, 15};
    static const odd no_width[] = {{0, false},    {3, false},
                                   {16, false},   {TRUNCATED(2), false},
                                   {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        int16_t values[2];
        const stoa_selection *given = NEEDED("selection", a->selection);
        const int16_t *from = NEEDED("cells", &cells[0]);
        size_t width = NUMBER("width", sizeof *values, no_width);
        JUDGE(stoa_selection_values(given, from, width, PLACE("values", &values), ERROR));
    }
}

ATTEMPTS(stoa_selection_spread)
{
    static const int16_t values[2] = {10, 11};
    static const odd no_width[] = {{0, false},    {3, false},
                                   {16, false},   {TRUNCATED(2), false},
                                   {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        int16_t cells[ROWS];
        const stoa_selection *given = NEEDED("selection", a->selection);
        const int16_t *from = NEEDED("values", &values[0]);
        size_t width = NUMBER("width", sizeof *values, no_width);
        JUDGE(stoa_selection_spread(given, from, sizeof *values, width, PLACE("cells", &cells[0]),
                                    ERROR));
    }
}

ATTEMPTS(stoa_table_take_selected)
{
    EACH_TRY
    {
        stoa_table *made;
        if (JUDGE(stoa_table_take_selected(PLACE("taken", &made), NEEDED("table", a->table),
                                           NEEDED("selection", a->selection), ERROR)))
            stoa_table_free(made);
    }
}

ATTEMPTS(stoa_table_remove_selected)
{
    EACH_TRY JUDGE(stoa_table_remove_selected(NEEDED("table", a->table),
                                              NEEDED("selection", a->selection), ERROR));
}

ATTEMPTS(stoa_table_keep_selected)
{
    EACH_TRY JUDGE(stoa_table_keep_selected(NEEDED("table", a->table),
                                            NEEDED("selection", a->selection), ERROR));
}
