/* Records as users write them, compiled by tests/headers/compile.sh as C11 and as C++17. */
#include <stoa/stoa.h>

#define POINT(FIELD)    \
    FIELD(int32, x)     \
    FIELD(int32, y, -7) \
    FIELD(float64, w, 1.0)
STOA_RECORD(point, POINT)

#define EVERYTHING(FIELD)             \
    FIELD(bool, boolean, true)        \
    FIELD(int8, int8, -1)             \
    FIELD(int16, int16, -1)           \
    FIELD(int32, int32, -1)           \
    FIELD(int64, int64, -1)           \
    FIELD(uint8, uint8, 1)            \
    FIELD(uint16, uint16, 1)          \
    FIELD(uint32, uint32, 1)          \
    FIELD(uint64, uint64, UINT64_MAX) \
    FIELD(float32, float32, 0.5)      \
    FIELD(float64, float64, -0.5)     \
    FIELD(object, object)             \
    FIELD(int8, row)                  \
    FIELD(int8, index)                \
    FIELD(int8, columns)              \
    FIELD(int8, error)
STOA_RECORD(everything, EVERYTHING)

#define NULLABLES(FIELD)                        \
    FIELD(nullable(bool), boolean, true)        \
    FIELD(nullable(int8), int8, -1)             \
    FIELD(nullable(int16), int16)               \
    FIELD(nullable(int64), int64, -1)           \
    FIELD(nullable(uint8), uint8)               \
    FIELD(nullable(uint64), uint64, UINT64_MAX) \
    FIELD(nullable(float32), float32, 0.5)      \
    FIELD(nullable(float64), float64)           \
    FIELD(nullable(string), string, "none")     \
    FIELD(nullable(date), date)                 \
    FIELD(nullable(utc_ms), time)               \
    FIELD(float32[3], position)
STOA_RECORD(nullables, NULLABLES)

int use(void);

int use(void)
{
    point_table points;
    stoa_error error;
    point_values values = point_defaults();
    if (point_table_init(&points, 3, &error) != STOA_OK)
        return 1;
    values.x = points.x[0];
    if (point_table_append(&points, values, &error) != STOA_OK ||
        point_table_push(&points, 1, 2, 0.5, &error) != STOA_OK)
        return 1;
    const point p = point_at(&points, 4);
    point_set_y(p, point_x(p) + point_y(p));
    point_set_w(p, 2.0 * point_w(p));

    const stoa_row row = stoa_table_row(points.table, 4);
    int32_t x;
    if (stoa_row_get_int32(row, "x", &x) != STOA_OK || stoa_row_set_int32_at(row, 0, x) != STOA_OK)
        return 1;
    const stoa_value of_x = stoa_int64_value(x);
    if (stoa_row_set(row, 0, of_x, &error) != STOA_OK)
        return 1;
    point_table_dispose(&points);

    everything_table all;
    if (everything_table_init(&all, 1, &error) != STOA_OK)
        return 1;
    const everything one = everything_at(&all, 0);
    void *object = stoa_pool_get(stoa_table_pool(all.table), 0);
    if (everything_set_object(one, object) != STOA_OK || everything_object(one) != object)
        return 1;
    everything_set_uint8(one, everything_uint8(one));
    everything_table_dispose(&all);
    return 0;
}
