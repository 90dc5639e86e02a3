/* Makes a table with the installed library and prints the library's version. */
#include <stdio.h>
#include <stoa/stoa.h>

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(float64, w, 1.0)
STOA_RECORD(point, POINT)

int main(void)
{
    point_table points;
    stoa_error error;
    if (point_table_init(&points, 1000, &error) != STOA_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    const point p = point_at(&points, 999);
    if (point_w(p) != 1.0)
        return 1;
    point_table_dispose(&points);
    puts(stoa_version());
    return 0;
}
