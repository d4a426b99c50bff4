/// One float under the names of a register, so that recurrent cells are the same code in every table.
#ifndef BITDEPTH_FLOATS_SCALAR_H
#define BITDEPTH_FLOATS_SCALAR_H

#include "internal.h"

#include <math.h>
#include <string.h>

#define BD_FLOATS

enum { LANES = 1 };

typedef float floats;
typedef bool floats_mask;

BD_INLINE floats_mask first_lanes(int64_t count) { return count > 0; }
BD_INLINE floats load(const float *from) { return *from; }
BD_INLINE floats load_masked(const float *from, floats_mask mask) { return mask ? *from : 0.0f; }
BD_INLINE floats load_filled(const float *from, floats_mask mask, floats fill) { return mask ? *from : fill; }
BD_INLINE void store(float *to, floats value) { *to = value; }
BD_INLINE void store_masked(float *to, floats_mask mask, floats value) {
  if (mask) *to = value;
}
BD_INLINE floats splat(float value) { return value; }
BD_INLINE floats multiply_add(floats a, floats b, floats sum) { return fmaf(a, b, sum); }
BD_INLINE floats clamp(floats value, floats minimum, floats maximum) { return bd_clamp(value, minimum, maximum); }

/// `left < right ? yes : no`.
BD_INLINE floats where_less(floats left, floats right, floats yes, floats no) { return left < right ? yes : no; }
BD_INLINE floats magnitude(floats value) { return fabsf(value); }
BD_INLINE floats with_sign(floats value, floats sign) { return copysignf(value, sign); }
/// 2 to the power of the integer in the low mantissa bits, -126 ... 127.
BD_INLINE floats power_of_two(floats exponent) {
  uint32_t bits;
  memcpy(&bits, &exponent, sizeof bits);
  bits = (bits << 23) + 0x3F800000u;
  memcpy(&exponent, &bits, sizeof bits);
  return exponent;
}

BD_INLINE floats square_root(floats value) { return sqrtf(value); }
/// The exponent of a positive normal number, and what is left of it: 1 <= fraction < 2.
BD_INLINE floats exponent_of(floats value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (float)((int32_t)(bits >> 23) - 127);
}
BD_INLINE floats fraction_of(floats value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits = (bits & 0x007FFFFFu) | 0x3F800000u;
  memcpy(&value, &bits, sizeof bits);
  return value;
}
BD_INLINE floats where_nan(floats value, floats yes, floats no) { return value != value ? yes : no; }
/// One lane has no halves.
BD_INLINE floats upper_lanes(floats value, const int half) {
  (void)half;
  return value;
}
BD_INLINE float first_lane(floats value) { return value; }

#endif
