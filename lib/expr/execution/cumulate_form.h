/* cumulate_form.h: template: the loops of one form.
 *
 *   FORM    its name, in those of the steps too: sum_int64
 *   VALUE   the type of its values */
#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)
#define OWN(name) PASTE(name, FORM)

typedef bool OWN(step)(VALUE *total, VALUE value);

/* Words of the mask that are full, or the whole block, by the dense loop; else bit by bit. */
static inline __attribute__((always_inline)) size_t
OWN(cumulate)(OWN(step) * step, stoa__cumulative *state, VALUE *out, const VALUE *a,
              const uint64_t *mask, size_t count)
{
    VALUE total = state->FORM;
    size_t width = mask == NULL ? count : 64;
    for (size_t begin = 0; begin < count; begin += width) {
        uint64_t bits = mask == NULL ? UINT64_MAX : mask[begin / 64];
        for (size_t i = begin; bits == UINT64_MAX && i < begin + width; i++) {
            if (!step(&total, a[i]))
                return i;
            out[i] = total;
        }
        for (; bits != UINT64_MAX && bits != 0; bits &= bits - 1) {
            size_t i = begin + (size_t)__builtin_ctzll(bits);
            if (!step(&total, a[i]))
                return i;
            out[i] = total;
        }
    }
    state->FORM = total;
    return count;
}

#define LOOP(operation)                                                                           \
    static size_t OWN(PASTE(loop, operation))(stoa__cumulative * state, void *out, const void *a, \
                                              const uint64_t *mask, size_t count)                 \
    {                                                                                             \
        return OWN(cumulate)(OWN(operation), state, out, a, mask, count);                         \
    }
LOOP(sum)
LOOP(product)
LOOP(least)
LOOP(greatest)

#undef LOOP
#undef OWN
#undef PASTE
#undef PASTE_
#undef FORM
#undef VALUE
