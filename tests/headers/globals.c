/* A record made by a program that has its own global names: the macros' names and fields hide none
 * of them. Compiled by tests/headers/compile.sh. */
#include <stoa/stoa.h>

extern int x, y, table, columns, fields, cells, values, pointers, rows, row, object, value, status,
    error;

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(float64, y, 1.0) FIELD(object, object) FIELD(int8, row) FIELD(int8, error)
STOA_RECORD(point, POINT)

int use(point_table *points);

int use(point_table *points)
{
    point p = point_at(points, 0);
    return point_x(p) + x + y + table + columns + fields + cells + values + pointers + rows + row +
           object + value + status + error;
}
