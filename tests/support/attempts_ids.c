/* attempts_ids.c: tries of the functions for ids. The tables of all tries have ids. */
#include "attempts.h"

static uint64_t id_of(const attempt *a, size_t row)
{
    return stoa_row_id(stoa_table_row(a->table, row));
}

ATTEMPTS(stoa_table_has_ids)
{
    EACH_TRY
    {
        bool has = stoa_table_has_ids(NEEDED("table", a->table));
        attempt_gave(a, has, !has);
    }
}

ATTEMPTS(stoa_table_read_ids)
{
    EACH_TRY
    {
        uint64_t ids[3];
        JUDGE(stoa_table_read_ids(NEEDED("table", a->table), NUMBER("first", 2, no_row),
                                  NUMBER("count", 3, no_length), PLACE("ids", &ids[0]), ERROR));
    }
}

/* Numbers that are no ids, truncated ones among them. */
static const odd no_id[] = {{0, false},        {1, false},        {UINT32_MAX, false},
                            {MOST + 1, false}, {SIZE_MAX, false}, {SIZE_MAX - 5, false}};

ATTEMPTS(stoa_table_remove_ids)
{
    EACH_TRY
    {
        const uint64_t ids[] = {id_of(a, 4), NUMBER("ids[1]", id_of(a, 1), no_id)};
        JUDGE(stoa_table_remove_ids(NEEDED("table", a->table), NEEDED("ids", ids),
                                    NUMBER("count", 2, no_length), ERROR));
    }
}

ATTEMPTS(stoa__table_restore_ids)
{
    EACH_TRY
    {
        uint64_t ids[ROWS];
        for (size_t i = 0; i < ROWS; i++)
            ids[i] = id_of(a, ROWS - 1 - i);
        static const odd none[] = {{0, false}, {MOST + 1, false}, {SIZE_MAX, false}};
        ids[2] = NUMBER("ids[2]", ids[2], none);
        JUDGE(stoa__table_restore_ids(NEEDED("table", a->table), NEEDED("ids", ids),
                                      NUMBER("count", ROWS, not_all_rows), ERROR));
    }
}
