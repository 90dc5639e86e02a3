/* range.c: the numbers that a cell of each type can be. */
#include "expr/binder/range.h"

stoa__range stoa__range_of(stoa_type type)
{
    switch (type) {
    case STOA_BOOL:
        return (stoa__range){0, 1};
    case STOA_INT8:
        return (stoa__range){INT8_MIN, INT8_MAX};
    case STOA_INT16:
        return (stoa__range){INT16_MIN, INT16_MAX};
    case STOA_INT32:
        return (stoa__range){INT32_MIN, INT32_MAX};
    case STOA_INT64:
        return (stoa__range){INT64_MIN, INT64_MAX};
    case STOA_UINT8:
        return (stoa__range){0, UINT8_MAX};
    case STOA_UINT16:
        return (stoa__range){0, UINT16_MAX};
    case STOA_UINT32:
        return (stoa__range){0, UINT32_MAX};
    case STOA_UINT64:
        return (stoa__range){0, UINT64_MAX};
    default:
        return STOA__NO_RANGE;
    }
}
