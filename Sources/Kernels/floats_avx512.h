/// A register of sixteen floats, under the names that the shared tiles of float sums and the recurrent cells use.
#ifndef BITDEPTH_FLOATS_AVX512_H
#define BITDEPTH_FLOATS_AVX512_H

#include "internal.h"

#include <immintrin.h>

#define BD_FLOATS BD_AVX512VNNI

enum { LANES = 16 };

typedef __m512 floats;
typedef __mmask16 floats_mask;

/// A mask of the first `count` lanes; any count is allowed.
BD_FLOATS BD_INLINE floats_mask first_lanes(int64_t count) {
  int64_t lanes = count < 0 ? 0 : count < LANES ? count : LANES;
  return (floats_mask)((1u << lanes) - 1);
}

BD_FLOATS BD_INLINE floats load(const float *from) { return _mm512_loadu_ps(from); }
BD_FLOATS BD_INLINE floats load_masked(const float *from, floats_mask mask) {
  return _mm512_maskz_loadu_ps(mask, from);
}
/// Lanes outside of the mask, which are not read, are those of `fill`.
BD_FLOATS BD_INLINE floats load_filled(const float *from, floats_mask mask, floats fill) {
  return _mm512_mask_loadu_ps(fill, mask, from);
}
BD_FLOATS BD_INLINE void store(float *to, floats value) { _mm512_storeu_ps(to, value); }
BD_FLOATS BD_INLINE void store_masked(float *to, floats_mask mask, floats value) {
  _mm512_mask_storeu_ps(to, mask, value);
}
BD_FLOATS BD_INLINE floats splat(float value) { return _mm512_set1_ps(value); }
BD_FLOATS BD_INLINE floats multiply_add(floats a, floats b, floats sum) { return _mm512_fmadd_ps(a, b, sum); }

/// min and max return their second operand when one is NaN: the value stands second, so NaN passes.
BD_FLOATS BD_INLINE floats clamp(floats value, floats minimum, floats maximum) {
  return _mm512_min_ps(maximum, _mm512_max_ps(minimum, value));
}

/// Per lane `left < right ? yes : no`.
BD_FLOATS BD_INLINE floats where_less(floats left, floats right, floats yes, floats no) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(left, right, _CMP_LT_OQ), no, yes);
}
BD_FLOATS BD_INLINE floats magnitude(floats value) { return _mm512_andnot_ps(splat(-0.0f), value); }
BD_FLOATS BD_INLINE floats with_sign(floats value, floats sign) {
  return _mm512_or_ps(magnitude(value), _mm512_and_ps(splat(-0.0f), sign));
}
/// 2 to the power of the integer in the low mantissa bits, -126 ... 127.
BD_FLOATS BD_INLINE floats power_of_two(floats exponent) {
  const __m512i shifted = _mm512_slli_epi32(_mm512_castps_si512(exponent), 23);
  return _mm512_castsi512_ps(_mm512_add_epi32(shifted, _mm512_set1_epi32(0x3F800000)));
}

BD_FLOATS BD_INLINE floats square_root(floats value) { return _mm512_sqrt_ps(value); }
/// The exponent of a positive normal number, and what is left of it: 1 <= fraction < 2.
BD_FLOATS BD_INLINE floats exponent_of(floats value) {
  const __m512i biased = _mm512_srli_epi32(_mm512_castps_si512(value), 23);
  return _mm512_cvtepi32_ps(_mm512_sub_epi32(biased, _mm512_set1_epi32(127)));
}
BD_FLOATS BD_INLINE floats fraction_of(floats value) {
  const __m512i bits = _mm512_and_si512(_mm512_castps_si512(value), _mm512_set1_epi32(0x007FFFFF));
  return _mm512_castsi512_ps(_mm512_or_si512(bits, _mm512_set1_epi32(0x3F800000)));
}
BD_FLOATS BD_INLINE floats where_nan(floats value, floats yes, floats no) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q), no, yes);
}
/// The upper half of the first `2 * half` lanes in place of the lower one; `half` is a constant.
BD_FLOATS BD_INLINE floats upper_lanes(floats value, const int half) {
  switch (half) {
    case 8: return _mm512_shuffle_f32x4(value, value, _MM_SHUFFLE(3, 2, 3, 2));
    case 4: return _mm512_shuffle_f32x4(value, value, _MM_SHUFFLE(3, 3, 3, 1));
    case 2: return _mm512_permute_ps(value, _MM_SHUFFLE(3, 2, 3, 2));
    default: return _mm512_permute_ps(value, _MM_SHUFFLE(3, 3, 3, 1));
  }
}
BD_FLOATS BD_INLINE float first_lane(floats value) { return _mm512_cvtss_f32(value); }

#endif
