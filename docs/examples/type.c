/* type.c: examples of stoa/type.h, stoa/settings.h and stoa/version.h. */
#include "example.h"

void type_examples(void)
{
    stoa_error error;
    {
        /* [types] */
        stoa_type type = stoa_type_named("int16");
        printf("%s: %zu bytes\n", stoa_type_name(type),
               stoa_type_width(type));                            /* prints int16: 2 bytes */
        printf("%d\n", stoa_type_named("int17") == STOA_NO_TYPE); /* prints 1 */
        /* [types] */
    }
    {
        /* [values] */
        const stoa_value values[] = {
            stoa_boolean_value(true),
            stoa_int64_value(-1),
            stoa_uint64_value(UINT64_MAX),
            stoa_float64_value(0.5),
            stoa_object_value(NULL),
            stoa_string_value((stoa_string){"UA", 2}),
            stoa_reference_value((stoa_row){NULL, 0}),
            stoa_null_value(),
        };
        printf("%s\n", stoa_type_name(values[3].type)); /* prints float64 */
        printf("%g\n", values[3].float64);              /* prints 0.5 */
        /* [values] */
    }
    {
        /* [times] */
        const stoa_value day = stoa_date_value(15706);                         /* 2013-01-01 */
        const stoa_value noon = stoa_timestamp_value(1357041600, STOA_SECOND); /* of that day */
        const stoa_value there = stoa_zoned_value(1357041600, STOA_SECOND);    /* noon in UTC */
        const stoa_value late = stoa_duration_value(90000, STOA_MILLISECOND);
        printf("%s %s %s\n", stoa_type_name(day.type), stoa_type_name(noon.type),
               stoa_type_name(late.type)); /* prints date timestamp duration */
        printf("%d\n", there.is_zoned);    /* prints 1 */
        /* [times] */
    }
    {
        /* [settings] */
        const char *simd = stoa_simd(); /* for example "avx2" */
        printf("%d\n", simd != NULL);   /* prints 1 */
        must(stoa_set_threads(1, &error), &error);
        printf("%zu\n", stoa_threads());           /* prints 1 */
        must(stoa_set_threads(0, &error), &error); /* as many as there are cores */
        stoa_trim();
        /* [settings] */
    }
    {
        /* [version] */
        char compiled[40];
        snprintf(compiled, sizeof compiled, "%d.%d.%d", STOA_VERSION_MAJOR, STOA_VERSION_MINOR,
                 STOA_VERSION_PATCH);
        if (strcmp(compiled, stoa_version()) == 0)
            printf("headers and library are of one version\n");
        /* prints headers and library are of one version */
        /* [version] */
    }
}
