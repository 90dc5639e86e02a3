/* where_form.h: template: the kernels for values of one width. Parameters:
 *
 *   VALUE             the type of the values
 *   NAME              the kernel's name without shape and level
 *   BLEND(word, a, b) an AVX-512 register: a's lanes where the lowest bits of word are set, else
 *                     b's */
#define OWN(name) STOA__PASTE(NAME, name)
#define LANES (VECTOR_BYTES / sizeof(VALUE))
#if STOA__AVX2
#define PART VALUE
#else
#define PART int32_t
#endif

typedef VALUE OWN(lanes)
    __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(VALUE)), may_alias));
/* The same vector, but aligned: for values in registers, and where the compiler spills them. */
typedef VALUE OWN(whole) __attribute__((vector_size(VECTOR_BYTES)));

static inline OWN(whole) OWN(blend)(uint64_t word, OWN(whole) a, OWN(whole) b)
{
#if STOA__AVX512
    return (OWN(whole))BLEND(word, a, b);
#else
    /* Vectors of 32-bit parts, since levels below AVX2 cannot compare 64 bits. An 8-byte value has
     * two parts. */
    typedef PART parts __attribute__((vector_size(VECTOR_BYTES)));
    parts bit;
    for (size_t i = 0; i < VECTOR_BYTES / sizeof(PART); i++)
        bit[i] = (PART)1 << (i * sizeof(PART) / sizeof(VALUE));
    const OWN(whole) set = (OWN(whole))((bit & (PART)word) == bit);
    return (a & set) | (b & ~set);
#endif
}

/* same_a, same_b: that operand is a constant. */
static inline void OWN(words)(VALUE *out, const VALUE *a, bool same_a, const VALUE *b, bool same_b,
                              const uint64_t *bits, size_t count)
{
    size_t whole = count / 64 * 64;
    const OWN(whole) none = {0}, all_a = none + (same_a ? *a : 0), all_b = none + (same_b ? *b : 0);
    for (size_t i = 0; i < whole; i += 64) {
        for (size_t k = 0; k < 64; k += LANES) {
            OWN(whole) x = same_a ? all_a : (OWN(whole)) * (const OWN(lanes) *)(a + i + k);
            OWN(whole) y = same_b ? all_b : (OWN(whole)) * (const OWN(lanes) *)(b + i + k);
#if STOA__AVX512 /* else the compiler masks the loads: see loaded() in vector.h */
            __asm__("" : "+v"(x), "+v"(y));
#endif
            *(OWN(lanes) *)(out + i + k) = OWN(blend)(bits[i / 64] >> k, x, y);
        }
    }
    for (size_t i = whole; i < count; i++)
        out[i] = bits[whole / 64] >> i % 64 & 1 ? a[same_a ? 0 : i] : b[same_b ? 0 : i];
}

bool STOA__AT_LEVEL(OWN(vv))(void *out, const void *a, const void *b, const void *c, size_t count)
{
    OWN(words)(out, a, false, b, false, c, count);
    return false;
}

bool STOA__AT_LEVEL(OWN(vc))(void *out, const void *a, const void *b, const void *c, size_t count)
{
    OWN(words)(out, a, false, b, true, c, count);
    return false;
}

bool STOA__AT_LEVEL(OWN(cv))(void *out, const void *a, const void *b, const void *c, size_t count)
{
    OWN(words)(out, a, true, b, false, c, count);
    return false;
}

bool STOA__AT_LEVEL(OWN(cc))(void *out, const void *a, const void *b, const void *c, size_t count)
{
    OWN(words)(out, a, true, b, true, c, count);
    return false;
}

#undef VALUE
#undef NAME
#undef BLEND
#undef OWN
#undef LANES
#undef PART
