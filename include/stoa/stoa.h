/* stoa.h: everything. A columnar store for millions of small records. */
#ifndef STOA_STOA_H
#define STOA_STOA_H

#include <stoa/arrow.h>
#include <stoa/column.h>
#include <stoa/error.h>
#include <stoa/export.h>
#include <stoa/expression.h>
#include <stoa/field.h>
#include <stoa/ids.h>
#include <stoa/partial.h>
#include <stoa/pool.h>
#include <stoa/program.h>
#include <stoa/renamed.h>
#include <stoa/row.h>
#include <stoa/selection.h>
#include <stoa/settings.h>
#include <stoa/strings.h>
#include <stoa/table.h>
#include <stoa/text.h>
#include <stoa/type.h>
#include <stoa/value_counts.h>
#include <stoa/version.h>
#ifndef STOA_CDEF
#include <stoa/record.h>
#endif

#endif
