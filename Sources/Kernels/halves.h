/// Floats of 16 bits: FP16 (IEEE 754 binary16) and BF16 (the upper half of an FP32).
#ifndef BITDEPTH_HALVES_H
#define BITDEPTH_HALVES_H

#include "internal.h"

#include <string.h>

BD_INLINE float bd_float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

BD_INLINE float bd_widen_fp16(uint16_t half) {
  const uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 1023;
  if (exponent == 31) return bd_float_of_bits(sign | 0x7F800000 | fraction << 13);
  if (exponent) return bd_float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
  const float magnitude = (float)fraction * 0x1p-24f;
  return sign ? -magnitude : magnitude;
}

BD_INLINE float bd_widen(bd_half_format format, uint16_t half) {
  return format == BD_FP16 ? bd_widen_fp16(half) : bd_float_of_bits((uint32_t)half << 16);
}

#endif
