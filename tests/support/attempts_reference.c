/* attempts_reference.c: tries of the functions for references. The last field of the table of all
 * tries refers to the table itself. */
#include "attempts.h"

ATTEMPTS(stoa_table_field_target)
{
    EACH_TRY
    {
        const stoa_table *target = stoa_table_field_target(
            NEEDED("table", a->table), NUMBER("field", STOA_REFERENCE - 1, no_field));
        attempt_gave(a, target == a->table, target == NULL);
    }
}

ATTEMPTS(stoa_table_field_on_remove)
{
    EACH_TRY
    {
        stoa_on_remove rule = stoa_table_field_on_remove(
            NEEDED("table", a->table), NUMBER("field", STOA_REFERENCE - 1, no_field));
        attempt_gave(a, rule == STOA_ON_REMOVE_NULL, rule == STOA_ON_REMOVE_DEFAULT);
    }
}
