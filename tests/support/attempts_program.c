/* attempts_program.c: tries of the functions for programs, and of those that take a text and run
 * it. */
#include "attempts.h"

/* ---- programs ---- */

ATTEMPTS(stoa_program_new)
{
    EACH_TRY
    {
        stoa_program *made;
        if (JUDGE(stoa_program_new(PLACE("program", &made), OPTIONAL("table", a->table),
                                   NEEDED("expression", attempt_expression(a, "int32 + 1")),
                                   OPTIONAL("where", attempt_expression(a, "int8 > 3")), ERROR)))
            stoa_program_free(made);
    }
}

ATTEMPTS(stoa_program_parse)
{
    EACH_TRY
    {
        stoa_program *made;
        if (JUDGE(stoa_program_parse(PLACE("program", &made), OPTIONAL("table", a->table),
                                     TEXT("text", "int32 + 1"), OPTIONAL_TEXT("where", "int8 > 3"),
                                     ERROR)))
            stoa_program_free(made);
    }
}

ATTEMPTS(stoa_program_free)
{
    EACH_TRY
    {
        stoa_program *made = NULL;
        PASSES(stoa_program_parse(&made, a->table, "int32 + 1", NULL, &trouble));
        stoa_program *given = NEEDED("program", made);
        stoa_program_free(given);
        stoa_program_free(given == NULL ? made : NULL);
        attempt_gave(a, true, true);
    }
}

ATTEMPTS(stoa_program_set_parameter)
{
    EACH_TRY JUDGE(stoa_program_set_parameter(
        NEEDED("program", attempt_program(a, "int32 + $p")), TEXT("parameter", "p"),
        attempt_operand(a, "value", stoa_int64_value(5)), ERROR));
}

ATTEMPTS(stoa_program_output_count)
{
    EACH_TRY
    {
        size_t outputs =
            stoa_program_output_count(NEEDED("program", attempt_program(a, "int32, int8")));
        attempt_gave(a, outputs == 2, outputs == 0);
    }
}

ATTEMPTS(stoa_program_output_type)
{
    static const odd none[] = {{2, false}, {TRUNCATED(1), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_type type = stoa_program_output_type(
            NEEDED("program", attempt_program(a, "int32, int8")), NUMBER("output", 1, none));
        attempt_gave(a, type == STOA_INT8, type == STOA_NO_TYPE);
    }
}

ATTEMPTS(stoa_program_output_labels)
{
    static const odd none[] = {{2, false}, {TRUNCATED(1), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        const char *const *labels = stoa_program_output_labels(
            NEEDED("program", attempt_program(a, "int32, int8")), NUMBER("output", 1, none), NULL);
        attempt_gave(a, labels == NULL, labels == NULL);
    }
}

ATTEMPTS(stoa_program_output_unit)
{
    static const odd none[] = {{2, false}, {TRUNCATED(1), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_unit unit = stoa_program_output_unit(
            NEEDED("program", attempt_program(a, "int8, duration")), NUMBER("output", 1, none));
        attempt_gave(a, unit == STOA_SECOND, unit == STOA_NO_UNIT);
    }
}

ATTEMPTS(stoa_program_output_zone)
{
    static const odd none[] = {{2, false}, {TRUNCATED(1), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        const char *zone = stoa_program_output_zone(
            NEEDED("program", attempt_program(a, "int8, timestamp'2000-01-01T00:00Z'")),
            NUMBER("output", 1, none));
        attempt_gave(a, zone != NULL && strcmp(zone, "UTC") == 0, zone == NULL);
    }
}

ATTEMPTS(stoa_program_output_length)
{
    static const odd none[] = {{1, false}, {TRUNCATED(0), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        size_t length =
            stoa_program_output_length(NEEDED("program", attempt_program(a, "vector(int32, int8)")),
                                       NUMBER("output", 0, none));
        attempt_gave(a, length == 2, length == 0);
    }
}

ATTEMPTS(stoa_program_output_is_aggregate)
{
    static const odd none[] = {{1, false}, {TRUNCATED(0), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        bool is = stoa_program_output_is_aggregate(
            NEEDED("program", attempt_program(a, "sum(int32)")), NUMBER("output", 0, none));
        attempt_gave(a, is, !is);
    }
}

ATTEMPTS(stoa_program_output_is_nullable)
{
    static const odd none[] = {{1, false}, {TRUNCATED(0), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        bool is = stoa_program_output_is_nullable(
            NEEDED("program", attempt_program(a, "int32 + 1")), NUMBER("output", 0, none));
        attempt_gave(a, !is, !is);
    }
}

ATTEMPTS(stoa_program_is_by_row)
{
    EACH_TRY
    {
        bool is = stoa_program_is_by_row(NEEDED("program", attempt_program(a, "int32 + 1")));
        attempt_gave(a, is, !is);
    }
}

ATTEMPTS(stoa_program_fields)
{
    static const odd rooms[] = {{0, true}, {1, true}};
    EACH_TRY
    {
        uint32_t fields[4];
        size_t count = stoa_program_fields(NEEDED("program", attempt_program(a, "int32 + int8")),
                                           PLACE("fields", &fields), NUMBER("room", 4, rooms));
        attempt_gave(a, count == 2, count == 0);
    }
}

ATTEMPTS(stoa__program_targets)
{
    static const odd rooms[] = {{0, true}, {1, true}};
    EACH_TRY
    {
        const stoa_table *tables[4];
        uint32_t fields[4];
        size_t count = stoa__program_targets(
            NEEDED("program", attempt_program(a, "reference.int32")), PLACE("tables", &tables),
            PLACE("fields", &fields), NUMBER("room", 4, rooms));
        attempt_gave(a, count == 2, count == 0);
    }
}

/* Operations that scatter nothing. */
static const odd no_scatter[] = {{STOA_NO_OPERATION, false}, {STOA_SUBTRACT, false},
                                 {STOA_MIN, false},          {255, false},
                                 {256 + STOA_ADD, false},    {UINT32_MAX, false}};

ATTEMPTS(stoa_program_scatter)
{
    EACH_TRY
    {
        stoa_scope scope = tried_scope(a);
        JUDGE(stoa_program_scatter(
            NEEDED("program", attempt_program(a, "int8 + 1")), NEEDED("table", a->table),
            OPTIONAL("scope", &scope), TEXT("path", "reference.int64"),
            (stoa_operation)NUMBER("operation", STOA_ADD, no_scatter), ERROR));
    }
}

ATTEMPTS(stoa_scatter)
{
    EACH_TRY JUDGE(stoa_scatter(NEEDED("table", a->table), TEXT("path", "reference.int64"),
                                (stoa_operation)NUMBER("operation", STOA_MAXIMUM, no_scatter),
                                TEXT("text", "int32 + 1"), OPTIONAL_TEXT("where", "int8 > 3"),
                                ERROR));
}

ATTEMPTS(stoa_program_strings)
{
    EACH_TRY
    {
        const stoa_string_pool *pool = stoa_program_strings(
            NEEDED("program", attempt_program(a, "where(int32 > 1, 'a', 'b')")));
        attempt_gave(a, pool != NULL, pool == NULL);
    }
}

ATTEMPTS(stoa_program_version)
{
    EACH_TRY
    {
        uint64_t version = stoa_program_version(
            NEEDED("program", attempt_program(a, "int32 + int8")), OPTIONAL("table", a->table));
        attempt_gave(a, version > 0, version == 0);
    }
}

ATTEMPTS(stoa_program_compute)
{
    EACH_TRY
    {
        stoa_value values[2];
        stoa_scope scope = tried_scope(a);
        JUDGE(stoa_program_compute(NEEDED("program", attempt_program(a, "sum(int32), max(int8)")),
                                   OPTIONAL("table", a->table), OPTIONAL("scope", &scope),
                                   PLACE("values", &values), NUMBER("count", 2, not_two), ERROR));
    }
}

/* An output of int64 for each row. */
static stoa_output tried_output(attempt *a, int64_t (*cells)[ROWS])
{
    enum { NOWHERE = 8, IN_WORDS, AMONG_HANDLES };
    static const odd places[] = {{1, false},       {2, false},        {4, false},
                                 {NOWHERE, false}, {IN_WORDS, false}, {AMONG_HANDLES, false}};
    char *data = (char *)cells;
    attempt_watch(a, cells, sizeof *cells);
    size_t place = NUMBER("place of outputs[0].data", 0, places);
    if (place == IN_WORDS) /* the scope's selection is read from this memory */
        data = (char *)a->selection->words;
    else if (place == AMONG_HANDLES)
        data = stoa_column_cells(a->table, STOA_OBJECT - 1);
    else
        data = place == NOWHERE ? NULL : data + place;
    return (stoa_output){.type = (stoa_type)NUMBER("outputs[0].type", STOA_INT64, no_type),
                         .data = data,
                         .count = NUMBER("outputs[0].count", ROWS, not_all_rows),
                         .reserved = {NUMBER("outputs[0].reserved[0]", 0, not_zero)}};
}

#define RUNS_INTO_ARRAYS(function)                                                           \
    ATTEMPTS(function)                                                                       \
    {                                                                                        \
        EACH_TRY                                                                             \
        {                                                                                    \
            int64_t cells[ROWS];                                                             \
            stoa_scope scope = tried_scope(a);                                               \
            stoa_output outputs[] = {tried_output(a, &cells)};                               \
            JUDGE(function(NEEDED("program", attempt_program(a, "int32 + 1")),               \
                           OPTIONAL("table", a->table), OPTIONAL("scope", &scope),           \
                           NEEDED("outputs", outputs), NUMBER("count", 1, not_one), ERROR)); \
        }                                                                                    \
    }
RUNS_INTO_ARRAYS(stoa_program_evaluate)
RUNS_INTO_ARRAYS(stoa_program_fill)

ATTEMPTS(stoa_program_assign)
{
    EACH_TRY
    {
        stoa_scope scope = tried_scope(a);
        const char *const fields[] = {"int64", TEXT("fields[1]", "int16")};
        JUDGE(stoa_program_assign(NEEDED("program", attempt_program(a, "int32 + 1, int8 * 2")),
                                  NEEDED("table", a->table), OPTIONAL("scope", &scope),
                                  NEEDED("fields", fields), NUMBER("count", 2, not_two), ERROR));
    }
}

/* STOA_NO_TYPE is allowed; it means the program's own type. */
static const odd no_type_but_none[] = {
    {STOA_NO_TYPE, true}, {STOA_OBJECT, false}, {STOA_STRING, false}, {BEHIND_TYPES, false},
    {257, false},         {65537, false},       {INT32_MAX, false},   {UINT32_MAX, false}};

ATTEMPTS(stoa_program_add_field)
{
    EACH_TRY
    {
        stoa_scope scope = tried_scope(a);
        JUDGE(stoa_program_add_field(
            NEEDED("program", attempt_program(a, "int32 + 1")), NEEDED("table", a->table),
            OPTIONAL("scope", &scope), TEXT("name", "new"),
            (stoa_type)NUMBER("type", STOA_INT64, no_type_but_none), ERROR));
    }
}

ATTEMPTS(stoa_program_select)
{
    EACH_TRY
    {
        stoa_selection *made;
        stoa_scope scope = tried_scope(a);
        if (JUDGE(stoa_program_select(PLACE("selection", &made),
                                      NEEDED("program", attempt_program(a, "int32 > 20")),
                                      NEEDED("table", a->table), OPTIONAL("scope", &scope), ERROR)))
            stoa_selection_free(made);
    }
}

ATTEMPTS(stoa_program_filter)
{
    EACH_TRY
    {
        stoa_table *made;
        stoa_scope scope = tried_scope(a);
        if (JUDGE(stoa_program_filter(PLACE("filtered", &made),
                                      NEEDED("program", attempt_program(a, "int32 > 20")),
                                      NEEDED("table", a->table), OPTIONAL("scope", &scope), ERROR)))
            stoa_table_free(made);
    }
}

ATTEMPTS(stoa_program_remove)
{
    EACH_TRY JUDGE(stoa_program_remove(NEEDED("program", attempt_program(a, "int32 > 20")),
                                       NEEDED("table", a->table), ERROR));
}

ATTEMPTS(stoa_program_keep)
{
    EACH_TRY JUDGE(stoa_program_keep(NEEDED("program", attempt_program(a, "int32 > 20")),
                                     NEEDED("table", a->table), ERROR));
}

/* ---- from text, in one call ---- */

ATTEMPTS(stoa_compute)
{
    EACH_TRY
    {
        stoa_value value;
        JUDGE(stoa_compute(NEEDED("table", a->table), TEXT("text", "sum(int32)"),
                           PLACE("value", &value), ERROR));
    }
}

ATTEMPTS(stoa_compute_all)
{
    EACH_TRY
    {
        stoa_value values[2];
        JUDGE(stoa_compute_all(NEEDED("table", a->table), TEXT("text", "sum(int32), max(int8)"),
                               OPTIONAL_TEXT("where", "int32 > 20"), PLACE("values", &values),
                               NUMBER("count", 2, not_two), ERROR));
    }
}

ATTEMPTS(stoa_assign)
{
    EACH_TRY JUDGE(stoa_assign(NEEDED("table", a->table), TEXT("field", "int64"),
                               TEXT("text", "int32 + 1"), OPTIONAL_TEXT("where", "int8 > 3"),
                               ERROR));
}

ATTEMPTS(stoa_update)
{
    static const odd counts[] = {
        {0, false},    {1, true},        {MOST / 8 + 1, false}, {MOST / 4 + 2, false},
        {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        const char *const fields[] = {"int64", TEXT("fields[1]", "int16")};
        const char *const texts[] = {"int32 + 1", TEXT("texts[1]", "int8 * 2")};
        JUDGE(stoa_update(NEEDED("table", a->table), NEEDED("fields", fields),
                          NEEDED("texts", texts), NUMBER("count", 2, counts),
                          OPTIONAL_TEXT("where", "int8 > 3"), ERROR));
    }
}

ATTEMPTS(stoa_add_field)
{
    EACH_TRY JUDGE(stoa_add_field(NEEDED("table", a->table), TEXT("field", "new"),
                                  (stoa_type)NUMBER("type", STOA_INT64, no_type_but_none),
                                  TEXT("text", "int32 + 1"), OPTIONAL_TEXT("where", "int8 > 3"),
                                  ERROR));
}

ATTEMPTS(stoa_filter)
{
    EACH_TRY
    {
        stoa_table *made;
        if (JUDGE(stoa_filter(PLACE("filtered", &made), NEEDED("table", a->table),
                              TEXT("where", "int32 > 20"), ERROR)))
            stoa_table_free(made);
    }
}

ATTEMPTS(stoa_remove)
{
    EACH_TRY JUDGE(stoa_remove(NEEDED("table", a->table), TEXT("where", "int32 > 20"), ERROR));
}

ATTEMPTS(stoa_keep)
{
    EACH_TRY JUDGE(stoa_keep(NEEDED("table", a->table), TEXT("where", "int32 > 20"), ERROR));
}
