#include <stoa/selection.h>
