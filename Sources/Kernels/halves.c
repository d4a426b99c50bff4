#include "halves.h"

/// The FP16 that a float is, if it is one.
static uint16_t narrow_fp16(uint32_t bits) {
  const uint32_t sign = bits >> 16 & 0x8000, fraction = bits & 0x7FFFFF;
  const int exponent = (int)(bits >> 23 & 255) - 127;
  if (exponent >= -14) return (uint16_t)(sign | (uint32_t)(exponent > 15 ? 31 : exponent + 15) << 10 | fraction >> 13);
  // Below 2^-14 FP16 counts in steps of 2^-24.
  const int shift = -1 - exponent;
  return (uint16_t)(sign | (shift < 24 ? (fraction | 0x800000) >> shift : 0));
}

bool bd_narrow(const float *floats, int64_t count, bd_half_format format, uint16_t *halves) {
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits, widened;
    memcpy(&bits, floats + i, sizeof bits);
    halves[i] = format == BD_FP16 ? narrow_fp16(bits) : (uint16_t)(bits >> 16);
    const float again = bd_widen(format, halves[i]);
    memcpy(&widened, &again, sizeof widened);
    if (widened != bits) return false;
  }
  return true;
}
