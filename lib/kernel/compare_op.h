/* compare_op.h: template: one comparison of the pair of forms that compare_pair.h describes.
 * Parameters, all undefined at the end:
 *
 *   OP, NAME       the comparison (LT), and the kernel's name without shape and level
 *                  (stoa__lt_int32)
 *   OPERATOR       its operator (<)
 *   HOLDS512(a, b) compares two AVX-512 registers; gives bits
 *
 * Whole words of the result (64 values) come first: by vectors if the level can turn a comparison
 * into bits, else by bytes. The remaining values are done one by one. `step` is 0 if b is constant;
 * b then points to as many copies of it as a vector holds. */
#define OWN(name) STOA__PASTE(NAME, name)

#ifdef ORDER
#define HOLDS(a, b) (ORDER(a, b) OPERATOR 0)
#else
#define HOLDS(a, b) ((a)OPERATOR(b))
#endif

#if defined(VECTOR_BYTES) && !defined(ORDER) && !defined(BY_BYTES)
#define LANES (VECTOR_BYTES / sizeof(A))

static inline uint64_t OWN(word)(const A *a, const B *b, size_t step)
{
    typedef A lanes __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(A)), may_alias));
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += LANES) {
        const lanes x = *(const lanes *)(a + i);
        const lanes y = *(const lanes *)(b + i * step);
#if VECTOR_BYTES == 64
        word |= (uint64_t)HOLDS512(x, y) << i;
#else
        word |= (uint64_t)(sizeof(A) == 4 ? SIGNS_4(x OPERATOR y) : SIGNS_8(x OPERATOR y)) << i;
#endif
    }
    return word;
}
#else
#define LANES 1

static inline uint64_t OWN(word)(const A *a, const B *b, size_t step)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < 64; i++)
        bytes[i] = HOLDS(a[i], b[i * step]);
    return bits_of(bytes);
}
#endif

static inline void OWN(words)(uint64_t *out, const A *a, const B *b, size_t step, size_t count)
{
    size_t whole = count / 64;
    for (size_t i = 0; i < whole; i++)
        out[i] = OWN(word)(a + 64 * i, b + 64 * i * step, step);
    if (count % 64 != 0) {
        uint64_t word = 0;
        for (size_t i = 64 * whole; i < count; i++)
            word |= (uint64_t)HOLDS(a[i], b[i * step]) << i % 64;
        out[whole] = word;
    }
}

bool STOA__AT_LEVEL(OWN(vv))(void *out, const void *a, const void *b, const void *c, size_t count)
{
    (void)c;
    OWN(words)(out, a, b, 1, count);
    return false;
}

#ifdef ORDER
bool STOA__AT_LEVEL(OWN(vc))(void *out, const void *a, const void *b, const void *c, size_t count)
{
    (void)c;
    WITH_B(OP, out, a, *(const B *)b, count);
    return false;
}

bool STOA__AT_LEVEL(OWN(cv))(void *out, const void *a, const void *b, const void *c, size_t count)
{
    (void)c;
    WITH_A(OP, out, *(const A *)a, b, count);
    return false;
}
#else
bool STOA__AT_LEVEL(OWN(vc))(void *out, const void *a, const void *b, const void *c, size_t count)
{
    (void)c;
    B copies[LANES];
    for (size_t i = 0; i < LANES; i++)
        copies[i] = *(const B *)b;
    OWN(words)(out, a, copies, 0, count);
    return false;
}
#endif

#undef OP
#undef NAME
#undef OPERATOR
#undef HOLDS512
#undef OWN
#undef HOLDS
#undef LANES
