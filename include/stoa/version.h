/**
 * version.h: the version of the headers and of the library that runs.
 */
#ifndef STOA_VERSION_H
#define STOA_VERSION_H

#include <stoa/export.h>

STOA_BEGIN_DECLS

#define STOA_VERSION_MAJOR 0
#define STOA_VERSION_MINOR 1
#define STOA_VERSION_PATCH 0

/**
 * Tells the version of the library that is linked, as `"MAJOR.MINOR.PATCH"`.
 *
 * @owner Static storage.
 * @cost O(1).
 * @threads Any.
 * @snippet type.c version
 */
STOA_API const char *stoa_version(void);

STOA_END_DECLS

#endif
