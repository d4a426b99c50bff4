/// Quotients by a constant scale that are to be rounded to whole numbers, by a product with its inverse.
///
/// For |x / s| <= 1024 the product x * (1 / s), both roundings counted, lies within 3 * 2^-24 * 1024 < 2^-12 of the
/// quotient rounded to FP32. So both round to the same whole number, but where the product is that near a tie: there
/// one has to divide. Larger quotients saturate either way, for codes have 8 bits.
#ifndef BITDEPTH_QUOTIENTS_H
#define BITDEPTH_QUOTIENTS_H

#include "internal.h"

typedef struct {
  float inverse;
  float doubtful;  ///< a product that lies so far from its whole number, or farther, is to be divided instead
} bd_quotient;

BD_INLINE bd_quotient bd_make_quotient(float scale) {
  // Inverses of very small and very large scales lose digits, or are infinite: divide always.
  const bool is_common = scale > 0x1p-100f && scale < 0x1p100f;
  return (bd_quotient){is_common ? 1.0f / scale : 0.0f, is_common ? 0.5f - 0x1p-12f : -1.0f};
}

#endif
