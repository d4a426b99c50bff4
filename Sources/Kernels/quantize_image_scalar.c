/// Quantization of images, one element at a time.
#include "internal.h"

#define BD_ISA scalar
#define BD_TARGET
BD_INLINE int64_t turn_rgb(const uint8_t *red, const uint8_t *green, const uint8_t *blue, uint8_t *pixels,
                           int64_t count) {
  return 0;
}
#include "quantize_image.h"
