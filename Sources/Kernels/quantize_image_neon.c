/// Quantization of images by the element-wise kernel of NEON.
#include "internal.h"

#if BD_ARM64
#include <arm_neon.h>

#define BD_ISA neon
#define BD_TARGET

/// Sixteen pixels at a time; returns how many.
BD_INLINE int64_t turn_rgb(const uint8_t *red, const uint8_t *green, const uint8_t *blue, uint8_t *pixels,
                           int64_t count) {
  int64_t x = 0;
  for (; x + 16 <= count; x += 16) {
    const uint8x16x3_t planes = {{vld1q_u8(red + x), vld1q_u8(green + x), vld1q_u8(blue + x)}};
    vst3q_u8(pixels + 3 * x, planes);
  }
  return x;
}

#include "quantize_image.h"
#endif
