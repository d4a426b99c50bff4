/// A register of four floats, under the names that the shared tiles of float sums and the recurrent cells use.
#ifndef BITDEPTH_FLOATS_NEON_H
#define BITDEPTH_FLOATS_NEON_H

#include "internal.h"

#include <arm_neon.h>

#define BD_FLOATS

enum { LANES = 4 };

typedef float32x4_t floats;
/// The number of the lanes that count.
typedef int floats_mask;

/// A mask of the first `count` lanes; any count is allowed.
BD_INLINE floats_mask first_lanes(int64_t count) { return (int)(count < 0 ? 0 : count < LANES ? count : LANES); }

BD_INLINE floats load(const float *from) { return vld1q_f32(from); }
BD_INLINE void store(float *to, floats value) { vst1q_f32(to, value); }
BD_INLINE floats splat(float value) { return vdupq_n_f32(value); }
/// Lanes outside of the mask, which are not read, are those of `fill`.
BD_INLINE floats load_filled(const float *from, floats_mask mask, floats fill) {
  if (mask == LANES) return load(from);
  if (mask > 0) fill = vld1q_lane_f32(from, fill, 0);
  if (mask > 1) fill = vld1q_lane_f32(from + 1, fill, 1);
  if (mask > 2) fill = vld1q_lane_f32(from + 2, fill, 2);
  return fill;
}
BD_INLINE floats load_masked(const float *from, floats_mask mask) { return load_filled(from, mask, splat(0.0f)); }
BD_INLINE void store_masked(float *to, floats_mask mask, floats value) {
  if (mask == LANES) store(to, value);
  else {
    if (mask > 0) vst1q_lane_f32(to, value, 0);
    if (mask > 1) vst1q_lane_f32(to + 1, value, 1);
    if (mask > 2) vst1q_lane_f32(to + 2, value, 2);
  }
}
BD_INLINE floats multiply_add(floats a, floats b, floats sum) { return vfmaq_f32(sum, a, b); }

/// Per lane `left < right ? yes : no`.
BD_INLINE floats where_less(floats left, floats right, floats yes, floats no) {
  return vbslq_f32(vcltq_f32(left, right), yes, no);
}
/// Comparisons, for NaN fails them and so passes, and a zero keeps its sign; fmax and fmin are otherwise.
BD_INLINE floats clamp(floats value, floats minimum, floats maximum) {
  value = where_less(value, minimum, minimum, value);
  return where_less(maximum, value, maximum, value);
}
BD_INLINE floats magnitude(floats value) { return vabsq_f32(value); }
BD_INLINE floats with_sign(floats value, floats sign) {
  return vbslq_f32(vdupq_n_u32(0x80000000u), sign, value);
}
/// 2 to the power of the integer in the low mantissa bits, -126 ... 127.
BD_INLINE floats power_of_two(floats exponent) {
  const uint32x4_t shifted = vshlq_n_u32(vreinterpretq_u32_f32(exponent), 23);
  return vreinterpretq_f32_u32(vaddq_u32(shifted, vdupq_n_u32(0x3F800000)));
}

BD_INLINE floats square_root(floats value) { return vsqrtq_f32(value); }
/// The exponent of a positive normal number, and what is left of it: 1 <= fraction < 2.
BD_INLINE floats exponent_of(floats value) {
  const int32x4_t biased = vreinterpretq_s32_u32(vshrq_n_u32(vreinterpretq_u32_f32(value), 23));
  return vcvtq_f32_s32(vsubq_s32(biased, vdupq_n_s32(127)));
}
BD_INLINE floats fraction_of(floats value) {
  return vbslq_f32(vdupq_n_u32(0x007FFFFF), value, splat(1.0f));
}
BD_INLINE floats where_nan(floats value, floats yes, floats no) { return vbslq_f32(vceqq_f32(value, value), no, yes); }
/// The upper half of the first `2 * half` lanes in place of the lower one; `half` is a constant.
BD_INLINE floats upper_lanes(floats value, const int half) {
  return half == 2 ? vextq_f32(value, value, 2) : vextq_f32(value, value, 1);
}
BD_INLINE float first_lane(floats value) { return vgetq_lane_f32(value, 0); }

#endif
