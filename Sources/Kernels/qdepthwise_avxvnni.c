/// Quantized depthwise convolution by vpdpbusd on 256-bit registers, for 3x3 kernels: the three taps of one kernel column
/// are added to a channel's sum by each lane. Others go through the AVX2 kernel.
///
/// Channels are taken in blocks of 32, in the order that registers_avx2.h describes. Packed, for each block:
/// [kernel column][register][channel][row], where a fourth row is zero.
#include "registers_avx2.h"

#if BD_X86

#pragma STDC FP_CONTRACT OFF

enum {
  REGISTERS = BD_YMM_REGISTERS,
  BLOCK = BD_YMM_COLUMNS,
  ROWS = 4,
  COLUMNS = 3,
  BLOCK_BYTES = COLUMNS * BLOCK * ROWS,
  GROUP_BYTES = 64 << 10,
};

/// What all pixels of a block of channels share.
typedef struct {
  bd_ymm_epilogue epilogue;
  const bd_depthwise_shape *shape;
  const int8_t *weights;
  int64_t channels;
} block;

static bool is_3x3(int64_t kernel_height, int64_t kernel_width) { return kernel_height == 3 && kernel_width == 3; }

size_t bd_qdepthwise_packed_bytes_avxvnni(int64_t channels, int64_t kernel_height, int64_t kernel_width) {
  if (!is_3x3(kernel_height, kernel_width)) return bd_qdepthwise_packed_bytes_avx2(channels, kernel_height, kernel_width);
  return (size_t)(bd_round_up(channels, BLOCK) / BLOCK * BLOCK_BYTES);
}

void bd_qdepthwise_pack_avxvnni(const int8_t *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width,
                                int8_t *packed) {
  if (!is_3x3(kernel_height, kernel_width)) {
    bd_qdepthwise_pack_avx2(weights, channels, kernel_height, kernel_width, packed);
    return;
  }
  for (int64_t first = 0; first < channels; first += BLOCK)
    for (int kx = 0; kx < COLUMNS; kx++)
      for (int index = 0; index < BLOCK; index++)
        for (int ky = 0; ky < ROWS; ky++) {
          const int64_t channel = first + bd_ymm_column(REGISTERS, index);
          *packed++ = channel < channels && ky < 3 ? weights[(channel * 3 + ky) * COLUMNS + kx] : 0;
        }
}

BD_INLINE BD_AVXVNNI __m256i load(const void *address) { return _mm256_loadu_si256((const __m256i *)address); }

/// Brings the codes of three rows together, four bytes for each channel, the last of which meets a zero weight.
BD_INLINE BD_AVXVNNI void gather(const uint8_t *codes, int64_t down, __m256i taps[REGISTERS]) {
  const __m256i first = load(codes), second = load(codes + down), third = load(codes + 2 * down);
  const __m256i low = _mm256_unpacklo_epi8(first, second), high = _mm256_unpackhi_epi8(first, second);
  const __m256i low2 = _mm256_unpacklo_epi8(third, third), high2 = _mm256_unpackhi_epi8(third, third);
  taps[0] = _mm256_unpacklo_epi16(low, low2);
  taps[1] = _mm256_unpackhi_epi16(low, low2);
  taps[2] = _mm256_unpacklo_epi16(high, high2);
  taps[3] = _mm256_unpackhi_epi16(high, high2);
}

/// One line of pixels. Of the image's columns under a pixel, `kept` lie under the next one too and stay in registers.
BD_INLINE BD_AVXVNNI void run_line(const block *block, const uint8_t *input, uint8_t *output, const int kept,
                                   const bool bounded) {
  const bd_depthwise_shape *shape = block->shape;
  const int64_t down = shape->dilation_height * shape->input.line, right = shape->dilation_width * shape->input.pixel;
  __m256i columns[COLUMNS][REGISTERS];
  BD_UNROLL for (int c = 0; c < kept; c++) gather(input + c * right, down, columns[c]);
  BD_NO_UNROLL for (int64_t x = 0; x < shape->width; x++) {
    __m256i sums[REGISTERS];
    BD_UNROLL for (int c = kept; c < COLUMNS; c++) gather(input + c * right, down, columns[c]);
    BD_UNROLL for (int j = 0; j < REGISTERS; j++) {
      sums[j] = load(block->epilogue.bias + j * BD_YMM_LANES);
      BD_UNROLL for (int c = 0; c < COLUMNS; c++)
        sums[j] = _mm256_dpbusd_avx_epi32(sums[j], columns[c][j], load(block->weights + (c * REGISTERS + j) * 32));
    }
    bd_store_codes(output, bd_codes_of_row(&block->epilogue, sums, bounded), block->channels);
    BD_UNROLL for (int c = 0; c < kept; c++)
      BD_UNROLL for (int j = 0; j < REGISTERS; j++) columns[c][j] = columns[c + COLUMNS - kept][j];
    input += shape->stride_width * shape->input.pixel;
    output += shape->output.pixel;
  }
}

typedef void line(const block *block, const uint8_t *input, uint8_t *output);

#define LINE(name, kept)                                                                                           \
  BD_AVXVNNI __attribute__((noinline)) static void name(const block *block, const uint8_t *input, uint8_t *output) { \
    if (block->epilogue.bounded) run_line(block, input, output, kept, true);                                       \
    else run_line(block, input, output, kept, false);                                                              \
  }
LINE(line_of_stride_1, 2) LINE(line_of_stride_2, 1) LINE(line_of_any_stride, 0)

static line *line_for(const bd_depthwise_shape *shape) {
  if (shape->dilation_width != 1) return line_of_any_stride;
  return shape->stride_width == 1 ? line_of_stride_1 : shape->stride_width == 2 ? line_of_stride_2 : line_of_any_stride;
}

/// A group of lines, block by block.
static void run_group(const bd_qdepthwise *job, int64_t begin, int64_t end) {
  const bd_depthwise_shape *shape = &job->shape;
  line *const run = line_for(shape);
  for (int64_t first = 0; first < shape->channels; first += BLOCK) {
    block block;
    block.shape = shape;
    block.weights = job->packed_weights + first / BLOCK * BLOCK_BYTES;
    block.channels = shape->channels - first;
    bd_enter_columns(&block.epilogue, &job->epilogue, job->bias, first, block.channels, REGISTERS);
    for (int64_t l = begin; l < end; l++) {
      const int64_t image = l / shape->height, y = l % shape->height;
      run(&block, job->input + image * shape->input.image + y * shape->stride_height * shape->input.line + first,
          job->output + image * shape->output.image + y * shape->output.line + first);
    }
  }
}

void bd_qdepthwise_avxvnni(const bd_qdepthwise *job, int64_t line_begin, int64_t line_end) {
  const bd_depthwise_shape *shape = &job->shape;
  if (!is_3x3(shape->kernel_height, shape->kernel_width)) {
    bd_qdepthwise_avx2(job, line_begin, line_end);
    return;
  }
  // A group of lines stays in the cache while the blocks of channels pass over it.
  const int64_t group = bd_max(1, GROUP_BYTES / bd_max(1, shape->stride_height * shape->input.line));
  for (int64_t l = line_begin; l < line_end; l += group) run_group(job, l, bd_min(l + group, line_end));
}

#endif
