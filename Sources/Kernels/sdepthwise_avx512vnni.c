// Float depthwise sums by AVX-512: the tiles of sdepthwise_lines.h.
#include "internal.h"

#if BD_X86
#include "floats_avx512.h"
#include "sdepthwise_lines.h"

size_t bd_sdepthwise_packed_floats_avx512vnni(int64_t channels, int64_t kernel_height, int64_t kernel_width) {
  return packed_floats(channels, kernel_height * kernel_width);
}

void bd_sdepthwise_pack_avx512vnni(const float *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width,
                             float *packed) {
  pack(weights, channels, kernel_height * kernel_width, packed);
}

void bd_sdepthwise_avx512vnni(const bd_sdepthwise *job, int64_t line_begin, int64_t line_end) {
  sum_lines(job, line_begin, line_end);
}

#endif
