/* export.h: what every public header needs: visibility, must-use, C++.
 *
 * STOA_CDEF is defined while the declarations of a binding are derived from these headers: then
 * system headers, attributes and inline bodies are left out, and what remains is plain C.
 * STOA_STATIC is defined while the library is built into another shared object (the Python
 * module), and there only: nothing of it is then visible from outside. */
#ifndef STOA_EXPORT_H
#define STOA_EXPORT_H

#ifndef STOA_CDEF
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#ifdef __cplusplus
#define STOA_BEGIN_DECLS extern "C" {
#define STOA_END_DECLS }
#else
#define STOA_BEGIN_DECLS
#define STOA_END_DECLS
#endif

#ifdef STOA_CDEF
#define STOA_API
#define STOA_MUST_USE
#elif defined(__GNUC__)
#ifdef STOA_STATIC
#define STOA_API __attribute__((visibility("hidden")))
#else
#define STOA_API __attribute__((visibility("default")))
#endif
#define STOA_MUST_USE __attribute__((warn_unused_result))
#else
#define STOA_API
#define STOA_MUST_USE
#endif

/* clang-format off */
/* For inline code that C++ programs compile with -Wold-style-cast. */
#ifdef __cplusplus
#define STOA__CAST(type, expression) static_cast<type>(expression)
#define STOA__ASSERT(condition, text) static_assert(condition, text)
#define STOA__ZERO {}    /* a struct's initializer */
#define STOA__NOTHING {} /* zero or a null pointer, as an argument */
#else
#define STOA__CAST(type, expression) ((type)(expression))
#define STOA__ASSERT(condition, text) _Static_assert(condition, text)
#define STOA__ZERO {0}
#define STOA__NOTHING 0
#endif
/* clang-format on */

#if defined(__GNUC__) && !defined(STOA_CDEF)
#define STOA__INLINE static inline __attribute__((unused))
#else
#define STOA__INLINE static inline
#endif

#ifdef __GNUC__
#define STOA__LIKELY(condition) __builtin_expect(!!(condition), 1)
#else
#define STOA__LIKELY(condition) (condition)
#endif

/* How one thread tells others of what it has written: they load with acquire what it stored with
 * release, and then see all that it wrote before. */
#ifdef __GNUC__
#define STOA__LOAD_ACQUIRE(pointer) __atomic_load_n(pointer, __ATOMIC_ACQUIRE)
#define STOA__STORE_RELEASE(pointer, value) __atomic_store_n(pointer, value, __ATOMIC_RELEASE)
#define STOA__LOAD_RELAXED(pointer) __atomic_load_n(pointer, __ATOMIC_RELAXED)
#define STOA__FLIP(pointer, bits) ((void)__atomic_fetch_xor(pointer, bits, __ATOMIC_RELAXED))
#else
#define STOA__LOAD_RELAXED(pointer) (*(pointer))
#define STOA__FLIP(pointer, bits) ((void)(*(pointer) ^= (bits)))
#define STOA__LOAD_ACQUIRE(pointer) (*(pointer))
#define STOA__STORE_RELEASE(pointer, value) (*(pointer) = (value))
#endif

/* A public call that can fail. */
#define STOA_TRY STOA_API STOA_MUST_USE stoa_status

#endif
