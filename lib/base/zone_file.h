/* zone_file.h: a TZif file (RFC 9636) as a zone. */
#ifndef STOA__BASE_ZONE_FILE_H
#define STOA__BASE_ZONE_FILE_H

#include "base/zone.h"

/* Reads the zone out of the bytes of a file. NULL: `*what` says what is wrong, or is NULL where
 * memory was refused. The caller owns the zone. */
stoa__zone *stoa__zone_read(const char *name, const unsigned char *bytes, size_t size,
                            const char **what);
/* A zone that has one offset, always. NULL where memory was refused. */
stoa__zone *stoa__zone_fixed(const char *name, int32_t offset);

#endif
