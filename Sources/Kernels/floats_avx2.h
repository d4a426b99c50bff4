/// A register of eight floats, under the names that the shared tiles of float sums use.
#ifndef BITDEPTH_FLOATS_AVX2_H
#define BITDEPTH_FLOATS_AVX2_H

#include "internal.h"

#include <immintrin.h>

#define BD_FLOATS BD_AVX2

enum { LANES = 8 };

typedef __m256 floats;
typedef __m256i floats_mask;

/// A mask of the first `count` lanes; any count is allowed.
BD_FLOATS BD_INLINE floats_mask first_lanes(int64_t count) {
  static const int32_t ones_then_zeros[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};
  int64_t lanes = count < 0 ? 0 : count < LANES ? count : LANES;
  return _mm256_loadu_si256((const __m256i *)(ones_then_zeros + LANES - lanes));
}

BD_FLOATS BD_INLINE floats load(const float *from) { return _mm256_loadu_ps(from); }
BD_FLOATS BD_INLINE floats load_masked(const float *from, floats_mask mask) { return _mm256_maskload_ps(from, mask); }
BD_FLOATS BD_INLINE void store(float *to, floats value) { _mm256_storeu_ps(to, value); }
BD_FLOATS BD_INLINE void store_masked(float *to, floats_mask mask, floats value) {
  _mm256_maskstore_ps(to, mask, value);
}
BD_FLOATS BD_INLINE floats splat(float value) { return _mm256_set1_ps(value); }
BD_FLOATS BD_INLINE floats multiply_add(floats a, floats b, floats sum) { return _mm256_fmadd_ps(a, b, sum); }

/// min and max return their second operand when one is NaN: the value stands second, so NaN passes.
BD_FLOATS BD_INLINE floats clamp(floats value, floats minimum, floats maximum) {
  return _mm256_min_ps(maximum, _mm256_max_ps(minimum, value));
}

#endif
