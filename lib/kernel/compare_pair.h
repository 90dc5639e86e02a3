/* compare_pair.h: template: the six comparisons of one pair of forms. Parameters, undefined at the
 * end:
 *
 *   PAIR         the pair's name in the names of the kernels
 *   A, B         the C types of the values
 * If A and B are the same type:
 *   MASK512(a, b, predicate)   bits of two AVX-512 registers; predicates 0, 1, 2, 4 are ==, <, <=,
 *                              !=
 *   BY_BYTES                   optional: the level has no vector comparison for this type
 * else:
 *   ORDER(a, b)                a number that compares with 0 as a does with b
 *   WITH_B(op, out, a, b, count), WITH_A(…)   the kernels for a constant b, or a constant a */
#define OP EQ
#define NAME STOA__PASTE(stoa__eq, PAIR)
#define OPERATOR ==
#define HOLDS512(a, b) MASK512(a, b, 0)
#include "kernel/compare_op.h"

#define OP NE
#define NAME STOA__PASTE(stoa__ne, PAIR)
#define OPERATOR !=
#define HOLDS512(a, b) MASK512(a, b, 4)
#include "kernel/compare_op.h"

#define OP LT
#define NAME STOA__PASTE(stoa__lt, PAIR)
#define OPERATOR <
#define HOLDS512(a, b) MASK512(a, b, 1)
#include "kernel/compare_op.h"

#define OP LE
#define NAME STOA__PASTE(stoa__le, PAIR)
#define OPERATOR <=
#define HOLDS512(a, b) MASK512(a, b, 2)
#include "kernel/compare_op.h"

#define OP GT
#define NAME STOA__PASTE(stoa__gt, PAIR)
#define OPERATOR >
#define HOLDS512(a, b) MASK512(b, a, 1)
#include "kernel/compare_op.h"

#define OP GE
#define NAME STOA__PASTE(stoa__ge, PAIR)
#define OPERATOR >=
#define HOLDS512(a, b) MASK512(b, a, 2)
#include "kernel/compare_op.h"

#undef PAIR
#undef A
#undef B
#undef MASK512
#undef ORDER
#undef WITH_B
#undef WITH_A
