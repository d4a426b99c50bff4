/// Quantized depthwise convolution by sdot, for 3x3 kernels: the three taps of one kernel column are added to a channel's
/// sum by each lane. Others go through the kernel of plain NEON.
///
/// Channels are taken in blocks of 16. The instruction multiplies signed bytes, so 128 is taken off every code, and sums
/// start from the 128 times the weights that this takes away. Packed, for each block: what the channels' sums start
/// from, 32 bits each; [kernel column][channel][row], where a fourth row is zero.
#include "registers_neon.h"

#if BD_ARM64

#pragma STDC FP_CONTRACT OFF

enum {
  BLOCK = BD_NEON_COLUMNS,
  REGISTERS = BLOCK / BD_NEON_LANES,
  ROWS = 4,
  COLUMNS = 3,
  START_BYTES = BLOCK * 4,
  BLOCK_BYTES = START_BYTES + COLUMNS * BLOCK * ROWS,
  GROUP_BYTES = 64 << 10,
};

/// What all pixels of a block of channels share.
typedef struct {
  bd_neon_epilogue epilogue;
  const bd_depthwise_shape *shape;
  const int8_t *weights;
  int64_t channels;
} block;

static bool is_3x3(int64_t kernel_height, int64_t kernel_width) { return kernel_height == 3 && kernel_width == 3; }

size_t bd_qdepthwise_packed_bytes_neondot(int64_t channels, int64_t kernel_height, int64_t kernel_width) {
  if (!is_3x3(kernel_height, kernel_width)) return bd_qdepthwise_packed_bytes_neon(channels, kernel_height, kernel_width);
  return (size_t)(bd_round_up(channels, BLOCK) / BLOCK * BLOCK_BYTES);
}

/// Packs one block; what lies beyond the channels becomes zero.
static void pack_block(const int8_t *weights, int64_t channels, int8_t *packed) {
  int32_t starts[BLOCK] = {0};
  int8_t *next = packed + START_BYTES;
  for (int kx = 0; kx < COLUMNS; kx++)
    for (int c = 0; c < BLOCK; c++)
      for (int ky = 0; ky < ROWS; ky++) {
        const int8_t weight = c < channels && ky < 3 ? weights[(c * 3 + ky) * COLUMNS + kx] : 0;
        starts[c] += 128 * weight;
        *next++ = weight;
      }
  memcpy(packed, starts, sizeof starts);
}

void bd_qdepthwise_pack_neondot(const int8_t *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width,
                                int8_t *packed) {
  if (!is_3x3(kernel_height, kernel_width)) {
    bd_qdepthwise_pack_neon(weights, channels, kernel_height, kernel_width, packed);
    return;
  }
  for (int64_t first = 0; first < channels; first += BLOCK, packed += BLOCK_BYTES)
    pack_block(weights + first * 3 * COLUMNS, channels - first, packed);
}

/// Brings the codes of three rows together, four bytes for each channel, the last of which meets a zero weight.
BD_INLINE void gather(const uint8_t *codes, int64_t down, int8x16_t taps[REGISTERS]) {
  const uint8x16_t sign = vdupq_n_u8(0x80);
  const uint8x16_t first = veorq_u8(vld1q_u8(codes), sign), second = veorq_u8(vld1q_u8(codes + down), sign);
  const uint8x16_t third = veorq_u8(vld1q_u8(codes + 2 * down), sign);
  const uint16x8_t low = vreinterpretq_u16_u8(vzip1q_u8(first, second));
  const uint16x8_t high = vreinterpretq_u16_u8(vzip2q_u8(first, second));
  const uint16x8_t low2 = vreinterpretq_u16_u8(vzip1q_u8(third, third));
  const uint16x8_t high2 = vreinterpretq_u16_u8(vzip2q_u8(third, third));
  taps[0] = vreinterpretq_s8_u16(vzip1q_u16(low, low2));
  taps[1] = vreinterpretq_s8_u16(vzip2q_u16(low, low2));
  taps[2] = vreinterpretq_s8_u16(vzip1q_u16(high, high2));
  taps[3] = vreinterpretq_s8_u16(vzip2q_u16(high, high2));
}

/// One line of pixels. Of the image's columns under a pixel, `kept` lie under the next one too and stay in registers.
BD_INLINE BD_NEONDOT void run_line(const block *block, const uint8_t *input, uint8_t *output, const int kept) {
  const bd_depthwise_shape *shape = block->shape;
  const int64_t down = shape->dilation_height * shape->input.line, right = shape->dilation_width * shape->input.pixel;
  int8x16_t weights[COLUMNS][REGISTERS], columns[COLUMNS][REGISTERS];
  BD_UNROLL for (int c = 0; c < COLUMNS; c++)
    BD_UNROLL for (int j = 0; j < REGISTERS; j++) weights[c][j] = vld1q_s8(block->weights + (c * REGISTERS + j) * 16);
  BD_UNROLL for (int c = 0; c < kept; c++) gather(input + c * right, down, columns[c]);
  BD_NO_UNROLL for (int64_t x = 0; x < shape->width; x++) {
    int32x4_t sums[REGISTERS];
    BD_UNROLL for (int c = kept; c < COLUMNS; c++) gather(input + c * right, down, columns[c]);
    BD_UNROLL for (int j = 0; j < REGISTERS; j++) {
      sums[j] = vld1q_s32(block->epilogue.bias + j * BD_NEON_LANES);
      BD_UNROLL for (int c = 0; c < COLUMNS; c++) sums[j] = vdotq_s32(sums[j], weights[c][j], columns[c][j]);
    }
    bd_neon_store_codes(output, bd_neon_codes(&block->epilogue, 0, sums[0], sums[1]), block->channels);
    bd_neon_store_codes(output + 8, bd_neon_codes(&block->epilogue, 8, sums[2], sums[3]), block->channels - 8);
    BD_UNROLL for (int c = 0; c < kept; c++)
      BD_UNROLL for (int j = 0; j < REGISTERS; j++) columns[c][j] = columns[c + COLUMNS - kept][j];
    input += shape->stride_width * shape->input.pixel;
    output += shape->output.pixel;
  }
}

typedef void line(const block *block, const uint8_t *input, uint8_t *output);

BD_NEONDOT static void line_of_stride_1(const block *block, const uint8_t *input, uint8_t *output) {
  run_line(block, input, output, 2);
}

BD_NEONDOT static void line_of_stride_2(const block *block, const uint8_t *input, uint8_t *output) {
  run_line(block, input, output, 1);
}

BD_NEONDOT static void line_of_any_stride(const block *block, const uint8_t *input, uint8_t *output) {
  run_line(block, input, output, 0);
}

static line *line_for(const bd_depthwise_shape *shape) {
  if (shape->dilation_width != 1) return line_of_any_stride;
  return shape->stride_width == 1 ? line_of_stride_1 : shape->stride_width == 2 ? line_of_stride_2 : line_of_any_stride;
}

/// Takes the numbers of the channels from `first` on.
static void enter(block *block, const bd_qdepthwise *job, int64_t first) {
  const int8_t *packed = job->packed_weights + first / BLOCK * BLOCK_BYTES;
  int32_t starts[BLOCK];
  memcpy(starts, packed, sizeof starts);
  block->shape = &job->shape;
  block->weights = packed + START_BYTES;
  block->channels = job->shape.channels - first;
  bd_neon_enter_columns(&block->epilogue, &job->epilogue, job->bias, first, BLOCK);
  for (int c = 0; c < BLOCK; c++)
    block->epilogue.bias[c] = (int32_t)((uint32_t)block->epilogue.bias[c] + (uint32_t)starts[c]);
}

/// A group of lines, block by block.
static void run_group(const bd_qdepthwise *job, int64_t begin, int64_t end) {
  const bd_depthwise_shape *shape = &job->shape;
  line *const run = line_for(shape);
  for (int64_t first = 0; first < shape->channels; first += BLOCK) {
    block block;
    enter(&block, job, first);
    for (int64_t l = begin; l < end; l++) {
      const int64_t image = l / shape->height, y = l % shape->height;
      run(&block, job->input + image * shape->input.image + y * shape->stride_height * shape->input.line + first,
          job->output + image * shape->output.image + y * shape->output.line + first);
    }
  }
}

void bd_qdepthwise_neondot(const bd_qdepthwise *job, int64_t line_begin, int64_t line_end) {
  const bd_depthwise_shape *shape = &job->shape;
  if (!is_3x3(shape->kernel_height, shape->kernel_width)) {
    bd_qdepthwise_neon(job, line_begin, line_end);
    return;
  }
  // A group of lines stays in the cache while the blocks of channels pass over it.
  const int64_t group = bd_max(1, GROUP_BYTES / bd_max(1, shape->stride_height * shape->input.line));
  for (int64_t l = line_begin; l < line_end; l += group) run_group(job, l, bd_min(l + group, line_end));
}

#endif
