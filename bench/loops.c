/* loops.c: compiled once for each processor level, with LOOPS the name of its table.
 *
 * Loops that a compiler makes good vector code of stand as plain C: it may add floats in any order
 * here. Those on cells of two widths are written out for 256 and 512 bits, and so is packing the
 * selected rows: a mask of 8 or 16 comparisons tells which lanes go together; AVX-512 has an
 * instruction for that (in a register; to memory it is slow), AVX2 takes the permutation from a
 * table. A whole vector is stored each time, and the next one begins behind the lanes that count.
 * Where no whole vector fits, rows go one by one. */
#include "loops.h"

#include <math.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#ifdef __AVX512F__
#define LANES 16
#else
#define LANES 8
#endif

static int64_t sum(loop_points points)
{
    int64_t total = 0;
    for (size_t i = 0; i < points.count; i++)
        total += points.x[i];
    return total;
}

static void extremes(loop_points points, int32_t *least, int32_t *most)
{
    int32_t low = INT32_MAX, high = INT32_MIN;
    for (size_t i = 0; i < points.count; i++) {
        low = points.x[i] < low ? points.x[i] : low;
        high = points.x[i] > high ? points.x[i] : high;
    }
    *least = low;
    *most = high;
}

/* In blocks that 32 bits count. */
static size_t above(loop_points points, loop_bounds bounds)
{
    size_t total = 0;
    for (size_t i = 0; i < points.count;) {
        size_t stop = points.count - i < 65536 ? points.count : i + 65536;
        int32_t found = 0;
        for (; i < stop; i++)
            found += points.x[i] > bounds.x;
        total += (size_t)found;
    }
    return total;
}

static void moments(loop_points points, double shift, double *sums)
{
    double first = 0, second = 0;
    for (size_t i = 0; i < points.count; i++) {
        double off = points.w[i] - shift;
        first += off;
        second += off * off;
    }
    sums[0] = first;
    sums[1] = second;
}

/* ---- what a compiler makes less good code of ---- */

static double norm_of(int64_t x, int64_t y, double w)
{
    return sqrt((double)(x * x + y * y)) * w;
}

static double one_of_three(loop_points points, size_t i, loop_bounds bounds)
{
    int taken = (points.x[i] > bounds.x) & (points.y[i] > bounds.y) & (points.w[i] < bounds.w);
    return taken ? points.w[i] : 0;
}

#ifdef __AVX2__

#ifdef __AVX512F__

#define V(operation) _mm512_##operation
typedef __m512i integers;
typedef __m512d floats;

static integers load(const int32_t *cells)
{
    return _mm512_loadu_si512(cells);
}

static integers load_wide(const int32_t *cells)
{
    return _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)cells));
}

static floats above_only(integers x, integers bound, floats w)
{
    return _mm512_maskz_mov_pd(_mm512_cmpgt_epi64_mask(x, bound), w);
}

static floats below_only(floats w, floats bound)
{
    return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(w, bound, _CMP_LT_OQ), w);
}

static floats to_float64(integers sums)
{
    return _mm512_cvtepi64_pd(sums);
}

#else

#define V(operation) _mm256_##operation
#define _mm256_set1_epi64 _mm256_set1_epi64x
typedef __m256i integers;
typedef __m256d floats;

static integers load(const int32_t *cells)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)cells);
}

static integers load_wide(const int32_t *cells)
{
    return _mm256_cvtepi32_epi64(_mm_loadu_si128((const __m128i *)(const void *)cells));
}

static floats above_only(integers x, integers bound, floats w)
{
    return _mm256_and_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(x, bound)), w);
}

static floats below_only(floats w, floats bound)
{
    return _mm256_and_pd(_mm256_cmp_pd(w, bound, _CMP_LT_OQ), w);
}

/* Not negative: the high half as 2^84 + high * 2^32, the low one as 2^52 + low, both exact; their
 * sum is rounded once. It is no sum for the compiler to reorder. */
static floats to_float64(integers sums)
{
    integers high =
        _mm256_or_si256(_mm256_srli_epi64(sums, 32), _mm256_castpd_si256(_mm256_set1_pd(0x1p84)));
    integers low = _mm256_blend_epi32(sums, _mm256_castpd_si256(_mm256_set1_pd(0x1p52)), 0xaa);
    floats above = _mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1p84 + 0x1p52));
    __asm__("" : "+x"(above));
    return _mm256_add_pd(above, _mm256_castsi256_pd(low));
}

#endif

#define WIDE (sizeof(floats) / sizeof(double))

static int64_t total_of(integers sums)
{
    int64_t lanes[WIDE], total = 0;
    memcpy(lanes, &sums, sizeof lanes);
    for (size_t lane = 0; lane < WIDE; lane++)
        total += lanes[lane];
    return total;
}

static double total_of_floats(floats sums)
{
    double lanes[WIDE], total = 0;
    memcpy(lanes, &sums, sizeof lanes);
    for (size_t lane = 0; lane < WIDE; lane++)
        total += lanes[lane];
    return total;
}

/* The even lanes' products and the odd lanes', added: exact in 64 bits. */
static integers products(integers a, integers b)
{
    integers odd = V(mul_epi32)(V(srli_epi64)(a, 32), V(srli_epi64)(b, 32));
    return V(add_epi64)(V(mul_epi32)(a, b), odd);
}

static int64_t squares(loop_points points)
{
    integers of_x = V(set1_epi64)(0), of_y = of_x;
    size_t i = 0;
    for (; i + LANES <= points.count; i += LANES) {
        integers x = load(points.x + i), y = load(points.y + i);
        of_x = V(add_epi64)(of_x, products(x, x));
        of_y = V(add_epi64)(of_y, products(y, y));
    }
    int64_t total = total_of(V(add_epi64)(of_x, of_y));
    for (; i < points.count; i++)
        total += (int64_t)points.x[i] * points.x[i] + (int64_t)points.y[i] * points.y[i];
    return total;
}

static int64_t dot(loop_points points)
{
    integers sums = V(set1_epi64)(0);
    size_t i = 0;
    for (; i + LANES <= points.count; i += LANES)
        sums = V(add_epi64)(sums, products(load(points.x + i), load(points.y + i)));
    int64_t total = total_of(sums);
    for (; i < points.count; i++)
        total += (int64_t)points.x[i] * points.y[i];
    return total;
}

/* NaN is passed over: where one operand is NaN, min and max give the second. */
static void extremes_float(loop_points points, double *least, double *most)
{
    floats low[4], high[4];
    for (size_t k = 0; k < 4; k++) {
        low[k] = V(set1_pd)(INFINITY);
        high[k] = V(set1_pd)(-INFINITY);
    }
    size_t i = 0;
    for (; i + 4 * WIDE <= points.count; i += 4 * WIDE)
        for (size_t k = 0; k < 4; k++) {
            floats w = V(loadu_pd)(points.w + i + k * WIDE);
            low[k] = V(min_pd)(w, low[k]);
            high[k] = V(max_pd)(w, high[k]);
        }
    double lows[4 * WIDE], highs[4 * WIDE];
    memcpy(lows, low, sizeof lows);
    memcpy(highs, high, sizeof highs);
    for (; i < points.count; i++) {
        lows[0] = fmin(lows[0], points.w[i]);
        highs[0] = fmax(highs[0], points.w[i]);
    }
    for (size_t k = 1; k < 4 * WIDE; k++) {
        lows[0] = fmin(lows[0], lows[k]);
        highs[0] = fmax(highs[0], highs[k]);
    }
    *least = lows[0];
    *most = highs[0];
}

static double sum_where(loop_points points, loop_bounds bounds)
{
    integers bound = V(set1_epi64)(bounds.x);
    floats sums[2] = {V(set1_pd)(0), V(set1_pd)(0)};
    size_t i = 0;
    for (; i + 2 * WIDE <= points.count; i += 2 * WIDE)
        for (size_t k = 0; k < 2; k++) {
            size_t at = i + k * WIDE;
            floats w = V(loadu_pd)(points.w + at);
            sums[k] = V(add_pd)(sums[k], above_only(load_wide(points.x + at), bound, w));
        }
    double total = total_of_floats(V(add_pd)(sums[0], sums[1]));
    for (; i < points.count; i++)
        total += points.x[i] > bounds.x ? points.w[i] : 0;
    return total;
}

static double sum_where_three(loop_points points, loop_bounds bounds)
{
    integers x_bound = V(set1_epi64)(bounds.x), y_bound = V(set1_epi64)(bounds.y);
    floats w_bound = V(set1_pd)(bounds.w), sums[2] = {V(set1_pd)(0), V(set1_pd)(0)};
    size_t i = 0;
    for (; i + 2 * WIDE <= points.count; i += 2 * WIDE)
        for (size_t k = 0; k < 2; k++) {
            size_t at = i + k * WIDE;
            floats w = below_only(V(loadu_pd)(points.w + at), w_bound);
            w = above_only(load_wide(points.x + at), x_bound, w);
            w = above_only(load_wide(points.y + at), y_bound, w);
            sums[k] = V(add_pd)(sums[k], w);
        }
    double total = total_of_floats(V(add_pd)(sums[0], sums[1]));
    for (; i < points.count; i++)
        total += one_of_three(points, i, bounds);
    return total;
}

static void norm(loop_points points, double *out)
{
    size_t i = 0;
    for (; i + WIDE <= points.count; i += WIDE) {
        integers x = load_wide(points.x + i), y = load_wide(points.y + i);
        floats sum = to_float64(V(add_epi64)(V(mul_epi32)(x, x), V(mul_epi32)(y, y)));
        V(storeu_pd)(out + i, V(mul_pd)(V(sqrt_pd)(sum), V(loadu_pd)(points.w + i)));
    }
    for (; i < points.count; i++)
        out[i] = norm_of(points.x[i], points.y[i], points.w[i]);
}

#else

static int64_t squares(loop_points points)
{
    int64_t total = 0;
    for (size_t i = 0; i < points.count; i++)
        total += (int64_t)points.x[i] * points.x[i] + (int64_t)points.y[i] * points.y[i];
    return total;
}

static int64_t dot(loop_points points)
{
    int64_t total = 0;
    for (size_t i = 0; i < points.count; i++)
        total += (int64_t)points.x[i] * points.y[i];
    return total;
}

static void extremes_float(loop_points points, double *least, double *most)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < points.count; i++) {
        low = points.w[i] < low ? points.w[i] : low;
        high = points.w[i] > high ? points.w[i] : high;
    }
    *least = low;
    *most = high;
}

static double sum_where(loop_points points, loop_bounds bounds)
{
    double total = 0;
    for (size_t i = 0; i < points.count; i++)
        total += (double)(points.x[i] > bounds.x) * points.w[i];
    return total;
}

static double sum_where_three(loop_points points, loop_bounds bounds)
{
    double total = 0;
    for (size_t i = 0; i < points.count; i++)
        total += one_of_three(points, i, bounds);
    return total;
}

static void norm(loop_points points, double *out)
{
    for (size_t i = 0; i < points.count; i++)
        out[i] = norm_of(points.x[i], points.y[i], points.w[i]);
}

#endif

/* ---- packing: a vector of LANES rows, of which some go to row `at` of out; how many ---- */

#if defined(__AVX512F__)

static size_t pack(loop_points points, size_t i, int32_t bound, loop_cells out, size_t at)
{
    __m512i x = _mm512_loadu_si512(points.x + i);
    __mmask16 taken = _mm512_cmpgt_epi32_mask(x, _mm512_set1_epi32(bound));
    size_t low = (size_t)__builtin_popcount(taken & 0xffu);
    _mm512_storeu_si512(out.x + at, _mm512_maskz_compress_epi32(taken, x));
    __m512i y = _mm512_loadu_si512(points.y + i);
    _mm512_storeu_si512(out.y + at, _mm512_maskz_compress_epi32(taken, y));
    __m512d first = _mm512_loadu_pd(points.w + i), second = _mm512_loadu_pd(points.w + i + 8);
    _mm512_storeu_pd(out.w + at, _mm512_maskz_compress_pd((__mmask8)taken, first));
    _mm512_storeu_pd(out.w + at + low, _mm512_maskz_compress_pd((__mmask8)(taken >> 8), second));
    return (size_t)__builtin_popcount(taken);
}

#elif defined(__AVX2__)

/* Lane j of entry m: the j-th set bit of m; in halves_of, both halves of that float64. */
static int32_t lanes_of[256][8], halves_of[16][8];

__attribute__((constructor)) static void fill_lanes(void)
{
    for (int mask = 0; mask < 256; mask++)
        for (int bit = 0, lane = 0; bit < 8; bit++)
            if (mask & 1 << bit)
                lanes_of[mask][lane++] = bit;
    for (int mask = 0; mask < 16; mask++)
        for (int half = 0; half < 8; half++)
            halves_of[mask][half] = 2 * lanes_of[mask][half / 2] + half % 2;
}

static void pack_float64(const double *cells, unsigned taken, double *out)
{
    __m256i values = _mm256_castpd_si256(_mm256_loadu_pd(cells));
    values = _mm256_permutevar8x32_epi32(values, load(halves_of[taken]));
    _mm256_storeu_pd(out, _mm256_castsi256_pd(values));
}

static size_t pack(loop_points points, size_t i, int32_t bound, loop_cells out, size_t at)
{
    __m256i x = load(points.x + i), y = load(points.y + i);
    __m256i above_bound = _mm256_cmpgt_epi32(x, _mm256_set1_epi32(bound));
    unsigned taken = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(above_bound));
    __m256i lanes = load(lanes_of[taken]);
    size_t low = (size_t)__builtin_popcount(taken & 15);
    _mm256_storeu_si256((__m256i *)(void *)(out.x + at), _mm256_permutevar8x32_epi32(x, lanes));
    _mm256_storeu_si256((__m256i *)(void *)(out.y + at), _mm256_permutevar8x32_epi32(y, lanes));
    pack_float64(points.w + i, taken & 15, out.w + at);
    pack_float64(points.w + i + 4, taken >> 4, out.w + at + low);
    return (size_t)__builtin_popcount(taken);
}

#else

/* Without a branch: each row is written, and the next one over it unless it counts. */
static size_t pack(loop_points points, size_t i, int32_t bound, loop_cells out, size_t at)
{
    size_t taken = 0;
    for (size_t k = 0; k < LANES; k++) {
        out.x[at + taken] = points.x[i + k];
        out.y[at + taken] = points.y[i + k];
        out.w[at + taken] = points.w[i + k];
        taken += points.x[i + k] > bound;
    }
    return taken;
}

#endif

static size_t filter(loop_points points, loop_bounds bounds, loop_cells out)
{
    size_t taken = 0, i = 0;
    for (; i + LANES <= points.count && taken + LANES <= out.room; i += LANES)
        taken += pack(points, i, bounds.x, out, taken);
    for (; i < points.count; i++)
        if (points.x[i] > bounds.x) {
            out.x[taken] = points.x[i];
            out.y[taken] = points.y[i];
            out.w[taken] = points.w[i];
            taken++;
        }
    return taken;
}

extern const loops LOOPS;
const loops LOOPS = {
    .sum = sum,
    .extremes = extremes,
    .extremes_float = extremes_float,
    .above = above,
    .squares = squares,
    .dot = dot,
    .moments = moments,
    .sum_where = sum_where,
    .sum_where_three = sum_where_three,
    .norm = norm,
    .filter = filter,
};
