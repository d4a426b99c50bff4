// Float depthwise sums by NEON: the tiles of sdepthwise_lines.h.
#include "internal.h"

#if BD_ARM64
#include "floats_neon.h"
#include "sdepthwise_lines.h"

size_t bd_sdepthwise_packed_floats_neon(int64_t channels, int64_t kernel_height, int64_t kernel_width) {
  return packed_floats(channels, kernel_height * kernel_width);
}

void bd_sdepthwise_pack_neon(const float *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width,
                             float *packed) {
  pack(weights, channels, kernel_height * kernel_width, packed);
}

void bd_sdepthwise_neon(const bd_sdepthwise *job, int64_t line_begin, int64_t line_end) {
  sum_lines(job, line_begin, line_end);
}

#endif
