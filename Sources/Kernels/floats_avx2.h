/// A register of eight floats, under the names that the shared tiles of float sums and the recurrent cells use.
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
/// Lanes outside of the mask, which are not read, are those of `fill`.
BD_FLOATS BD_INLINE floats load_filled(const float *from, floats_mask mask, floats fill) {
  return _mm256_blendv_ps(fill, _mm256_maskload_ps(from, mask), _mm256_castsi256_ps(mask));
}
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

/// Per lane `left < right ? yes : no`.
BD_FLOATS BD_INLINE floats where_less(floats left, floats right, floats yes, floats no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(left, right, _CMP_LT_OQ));
}
BD_FLOATS BD_INLINE floats magnitude(floats value) { return _mm256_andnot_ps(splat(-0.0f), value); }
BD_FLOATS BD_INLINE floats with_sign(floats value, floats sign) {
  return _mm256_or_ps(magnitude(value), _mm256_and_ps(splat(-0.0f), sign));
}
/// 2 to the power of the integer in the low mantissa bits, -126 ... 127.
BD_FLOATS BD_INLINE floats power_of_two(floats exponent) {
  const __m256i shifted = _mm256_slli_epi32(_mm256_castps_si256(exponent), 23);
  return _mm256_castsi256_ps(_mm256_add_epi32(shifted, _mm256_set1_epi32(0x3F800000)));
}

BD_FLOATS BD_INLINE floats square_root(floats value) { return _mm256_sqrt_ps(value); }
/// The exponent of a positive normal number, and what is left of it: 1 <= fraction < 2.
BD_FLOATS BD_INLINE floats exponent_of(floats value) {
  const __m256i biased = _mm256_srli_epi32(_mm256_castps_si256(value), 23);
  return _mm256_cvtepi32_ps(_mm256_sub_epi32(biased, _mm256_set1_epi32(127)));
}
BD_FLOATS BD_INLINE floats fraction_of(floats value) {
  const __m256i bits = _mm256_and_si256(_mm256_castps_si256(value), _mm256_set1_epi32(0x007FFFFF));
  return _mm256_castsi256_ps(_mm256_or_si256(bits, _mm256_set1_epi32(0x3F800000)));
}
BD_FLOATS BD_INLINE floats where_nan(floats value, floats yes, floats no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
}
/// The upper half of the first `2 * half` lanes in place of the lower one; `half` is a constant.
BD_FLOATS BD_INLINE floats upper_lanes(floats value, const int half) {
  switch (half) {
    case 4: return _mm256_permute2f128_ps(value, value, 0x11);
    case 2: return _mm256_permute_ps(value, _MM_SHUFFLE(3, 2, 3, 2));
    default: return _mm256_permute_ps(value, _MM_SHUFFLE(3, 3, 3, 1));
  }
}
BD_FLOATS BD_INLINE float first_lane(floats value) { return _mm256_cvtss_f32(value); }

#endif
