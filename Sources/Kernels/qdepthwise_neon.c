/// Quantized depthwise convolution by smlal: codes and weights are widened to 16 bits, whose products are added in 32
/// bits. Channels are taken in blocks of 16; a tap's weights are loaded once for up to four neighbouring pixels.
///
/// Packed, for each block: [tap][channel].
#include "registers_neon.h"

#if BD_ARM64

#pragma STDC FP_CONTRACT OFF

enum {
  BLOCK = BD_NEON_COLUMNS,
  REGISTERS = BLOCK / BD_NEON_LANES,
  MAX_PIXELS = 4,
  GROUP_BYTES = 64 << 10,
};

/// What all pixels of a block of channels share.
typedef struct {
  bd_neon_epilogue epilogue;
  const bd_depthwise_shape *shape;
  const int8_t *weights;
  int64_t channels;
} block;

size_t bd_qdepthwise_packed_bytes_neon(int64_t channels, int64_t kernel_height, int64_t kernel_width) {
  return (size_t)(bd_round_up(channels, BLOCK) * kernel_height * kernel_width);
}

void bd_qdepthwise_pack_neon(const int8_t *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width,
                             int8_t *packed) {
  const int64_t taps = kernel_height * kernel_width;
  for (int64_t first = 0; first < channels; first += BLOCK)
    for (int64_t tap = 0; tap < taps; tap++)
      for (int64_t c = first; c < first + BLOCK; c++) *packed++ = c < channels ? weights[c * taps + tap] : 0;
}

/// Adds one tap of a pixel.
BD_INLINE void add_tap(uint8x16_t codes, int16x8_t low, int16x8_t high, int32x4_t sums[REGISTERS]) {
  const int16x8_t first = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(codes)));
  const int16x8_t second = vreinterpretq_s16_u16(vmovl_high_u8(codes));
  sums[0] = vmlal_s16(sums[0], vget_low_s16(first), vget_low_s16(low));
  sums[1] = vmlal_high_s16(sums[1], first, low);
  sums[2] = vmlal_s16(sums[2], vget_low_s16(second), vget_low_s16(high));
  sums[3] = vmlal_high_s16(sums[3], second, high);
}

/// `pixels` neighbouring pixels, a constant.
BD_INLINE void run_pixels(const block *block, const uint8_t *input, uint8_t *output, const int pixels) {
  const bd_depthwise_shape *shape = block->shape;
  const int64_t down = shape->dilation_height * shape->input.line, right = shape->dilation_width * shape->input.pixel;
  const int64_t step = shape->stride_width * shape->input.pixel;
  const int8_t *weights = block->weights;
  int32x4_t sums[MAX_PIXELS][REGISTERS];
  BD_UNROLL for (int p = 0; p < pixels; p++)
    BD_UNROLL for (int j = 0; j < REGISTERS; j++) sums[p][j] = vld1q_s32(block->epilogue.bias + j * BD_NEON_LANES);
  BD_NO_UNROLL for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
    const uint8_t *codes = input + ky * down;
    BD_NO_UNROLL for (int64_t kx = 0; kx < shape->kernel_width; kx++, codes += right, weights += BLOCK) {
      const int8x16_t narrow = vld1q_s8(weights);
      const int16x8_t low = vmovl_s8(vget_low_s8(narrow)), high = vmovl_high_s8(narrow);
      BD_UNROLL for (int p = 0; p < pixels; p++) add_tap(vld1q_u8(codes + p * step), low, high, sums[p]);
    }
  }
  BD_UNROLL for (int p = 0; p < pixels; p++, output += shape->output.pixel) {
    bd_neon_store_codes(output, bd_neon_codes(&block->epilogue, 0, sums[p][0], sums[p][1]), block->channels);
    bd_neon_store_codes(output + 8, bd_neon_codes(&block->epilogue, 8, sums[p][2], sums[p][3]), block->channels - 8);
  }
}

/// One line of pixels of a block of channels.
static void run_line(const block *block, const uint8_t *input, uint8_t *output) {
  const bd_depthwise_shape *shape = block->shape;
  const int64_t step = shape->stride_width * shape->input.pixel;
  int64_t x = 0;
  for (; x + MAX_PIXELS <= shape->width; x += MAX_PIXELS)
    run_pixels(block, input + x * step, output + x * shape->output.pixel, MAX_PIXELS);
  for (; x < shape->width; x++) run_pixels(block, input + x * step, output + x * shape->output.pixel, 1);
}

/// A group of lines, block by block.
static void run_group(const bd_qdepthwise *job, int64_t begin, int64_t end) {
  const bd_depthwise_shape *shape = &job->shape;
  const int64_t taps = shape->kernel_height * shape->kernel_width;
  for (int64_t first = 0; first < shape->channels; first += BLOCK) {
    block block = {.shape = shape, .weights = job->packed_weights + first * taps, .channels = shape->channels - first};
    bd_neon_enter_columns(&block.epilogue, &job->epilogue, job->bias, first, BLOCK);
    for (int64_t l = begin; l < end; l++) {
      const int64_t image = l / shape->height, y = l % shape->height;
      run_line(&block,
               job->input + image * shape->input.image + y * shape->stride_height * shape->input.line + first,
               job->output + image * shape->output.image + y * shape->output.line + first);
    }
  }
}

void bd_qdepthwise_neon(const bd_qdepthwise *job, int64_t line_begin, int64_t line_end) {
  // A group of lines stays in the cache while the blocks of channels pass over it.
  const int64_t line_bytes = bd_max(1, job->shape.stride_height * job->shape.input.line);
  const int64_t group = bd_max(1, GROUP_BYTES / line_bytes);
  for (int64_t l = line_begin; l < line_end; l += group) run_group(job, l, bd_min(l + group, line_end));
}

#endif
