/// A register of sixteen floats, under the names that the shared tiles of float sums use.
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

#endif
