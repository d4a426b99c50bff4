/// Quantized depthwise convolution; qdepthwise_avx2.h says by which multiplications.
///
/// Packed, for each block: of 3x3 kernels the taps of each kernel column as pairs of the rows (0, 1), (2, -) for a line and
/// as pairs of the rows (-, 0), (1, 2) for the line below it, [kx][register][4 pairs][channel][2]; of taller ones what
/// qdepthwise_avx2_strip.h describes; of all others the pairs of neighbouring taps of each kernel row,
/// [ky][kx / 2][register][channel][2].
#include "qdepthwise_avx2_strip.h"

#if BD_X86

#pragma STDC FP_CONTRACT OFF

enum { GROUP_BYTES = 64 << 10 };

static bool is_3x3(int64_t kernel_height, int64_t kernel_width) { return kernel_height == 3 && kernel_width == 3; }

/// 16-bit weights of a block.
static int64_t block_weights(int64_t kernel_height, int64_t kernel_width) {
  if (is_3x3(kernel_height, kernel_width)) return 3 * 4 * REGISTERS * VECTOR;
  if (takes_strips(kernel_height, kernel_width)) return strip_weights(kernel_height, kernel_width);
  return kernel_height * ((kernel_width + 1) / 2) * REGISTERS * VECTOR;
}

size_t bd_qdepthwise_packed_bytes_avx2(int64_t channels, int64_t kernel_height, int64_t kernel_width) {
  return (size_t)(bd_round_up(channels, BLOCK) / BLOCK * block_weights(kernel_height, kernel_width)) * sizeof(int16_t);
}

static int16_t *pack_rows(const source *source, int16_t *packed) {
  for (int64_t ky = 0; ky < source->height; ky++)
    for (int64_t kx = 0; kx < source->width; kx += 2)
      for (int index = 0; index < BLOCK; index++)
        for (int t = 0; t < 2; t++) *packed++ = tap(source, bd_ymm_column(REGISTERS, index), ky, kx + t);
  return packed;
}

static int16_t *pack_3x3(const source *source, int16_t *packed) {
  for (int64_t kx = 0; kx < 3; kx++)
    for (int j = 0; j < REGISTERS; j++)
      for (int pair = 0; pair < 4; pair++)
        for (int lane = 0; lane < BD_YMM_LANES; lane++)
          for (int t = 0; t < 2; t++) {
            // Pairs 0 and 1 are of the upper line, 2 and 3 of the lower, whose kernel starts one row later.
            const int row = pair % 2 * 2 + t - pair / 2;
            *packed++ = tap(source, bd_ymm_column(REGISTERS, j * BD_YMM_LANES + lane), row, kx);
          }
  return packed;
}

void bd_qdepthwise_pack_avx2(const int8_t *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width,
                             int8_t *packed) {
  int16_t *next = (int16_t *)packed;
  for (int64_t first = 0; first < channels; first += BLOCK) {
    const source source = {weights + first * kernel_height * kernel_width, channels - first, kernel_height,
                           kernel_width};
    if (is_3x3(kernel_height, kernel_width)) next = pack_3x3(&source, next);
    else if (takes_strips(kernel_height, kernel_width)) next = pack_strips(&source, next);
    else next = pack_rows(&source, next);
  }
}

BD_INLINE BD_AVX2 void start_sums(const block *block, __m256i sums[REGISTERS]) {
  BD_UNROLL for (int j = 0; j < REGISTERS; j++) sums[j] = load(block->epilogue.bias + j * BD_YMM_LANES);
}

/// One line of pixels, for any kernel.
BD_INLINE BD_AVX2 void any_line(const block *block, const uint8_t *input, uint8_t *output, const bool bounded) {
  const bd_depthwise_shape *shape = block->shape;
  const int64_t down = shape->dilation_height * shape->input.line, right = shape->dilation_width * shape->input.pixel;
  BD_NO_UNROLL for (int64_t x = 0; x < shape->width; x++) {
    const int16_t *weights = block->weights;
    __m256i sums[REGISTERS];
    start_sums(block, sums);
    BD_NO_UNROLL for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
      const uint8_t *codes = input + ky * down;
      BD_NO_UNROLL for (int64_t kx = 0; kx < shape->kernel_width; kx += 2) {
        __m256i pairs[REGISTERS];
        const int64_t next = kx + 1 < shape->kernel_width ? right : 0;
        make_pairs(load(codes), load(codes + next), pairs);
        BD_UNROLL for (int j = 0; j < REGISTERS; j++) sums[j] = add_products(sums[j], pairs[j], weights + j * VECTOR);
        codes += 2 * right;
        weights += REGISTERS * VECTOR;
      }
    }
    store(block, output, sums, bounded);
    input += shape->stride_width * shape->input.pixel;
    output += shape->output.pixel;
  }
}

/// One line of pixels of a 3x3 kernel, or two lines at once, which share all loads.
BD_INLINE BD_AVX2 void lines_3x3(const block *block, const uint8_t *input, uint8_t *output, const int lines,
                                 const bool bounded) {
  const bd_depthwise_shape *shape = block->shape;
  const int64_t down = shape->dilation_height * shape->input.line, right = shape->dilation_width * shape->input.pixel;
  BD_NO_UNROLL for (int64_t x = 0; x < shape->width; x++) {
    const int16_t *weights = block->weights;
    const uint8_t *codes = input;
    __m256i upper[REGISTERS], lower[REGISTERS];
    start_sums(block, upper);
    start_sums(block, lower);
    BD_NO_UNROLL for (int kx = 0; kx < 3; kx++) {
      BD_UNROLL for (int half = 0; half < 2; half++) {
        const uint8_t *rows = codes + 2 * half * down;
        __m256i pairs[REGISTERS];
        make_pairs(load(rows), half == 0 || lines == 2 ? load(rows + down) : _mm256_setzero_si256(), pairs);
        BD_UNROLL for (int j = 0; j < REGISTERS; j++) {
          const int16_t *own = weights + (j * 4 + half) * VECTOR;
          upper[j] = add_products(upper[j], pairs[j], own);
          if (lines == 2) lower[j] = add_products(lower[j], pairs[j], own + 2 * VECTOR);
        }
      }
      codes += right;
      weights += REGISTERS * 4 * VECTOR;
    }
    store(block, output, upper, bounded);
    if (lines == 2) store(block, output + shape->output.line, lower, bounded);
    input += shape->stride_width * shape->input.pixel;
    output += shape->output.pixel;
  }
}

#define LINES(name, call)                                                                                        \
  BD_AVX2 __attribute__((noinline)) static void name(const block *block, const uint8_t *input, uint8_t *output) { \
    const bool bounded = false;                                                                                  \
    if (!block->epilogue.bounded) call;                                                                          \
    else {                                                                                                       \
      const bool bounded = true;                                                                                 \
      call;                                                                                                      \
    }                                                                                                            \
  }

LINES(any_lines, any_line(block, input, output, bounded))
LINES(one_line_3x3, lines_3x3(block, input, output, 1, bounded))
LINES(two_lines_3x3, lines_3x3(block, input, output, 2, bounded))

/// All lines of a group, for one block of channels.
static void run_block(const block *block, const uint8_t *input, uint8_t *output, int64_t begin, int64_t end) {
  const bd_depthwise_shape *shape = block->shape;
  const bool small = is_3x3(shape->kernel_height, shape->kernel_width);
  const bool shared = small && shape->stride_height == 1 && shape->dilation_height == 1;
  for (int64_t l = begin; l < end;) {
    const uint8_t *in = line_input(shape, input, l);
    uint8_t *out = line_output(shape, output, l);
    const int lines = shared && l + 1 < end && l % shape->height + 1 < shape->height ? 2 : 1;
    if (lines == 2) two_lines_3x3(block, in, out);
    else if (small) one_line_3x3(block, in, out);
    else any_lines(block, in, out);
    l += lines;
  }
}

void bd_qdepthwise_avx2(const bd_qdepthwise *job, int64_t line_begin, int64_t line_end) {
  const bd_depthwise_shape *shape = &job->shape;
  const int64_t weights = block_weights(shape->kernel_height, shape->kernel_width);
  const bool is_tall = takes_strips(shape->kernel_height, shape->kernel_width);
  strips strips;
  if (is_tall) enter_strips(&strips, shape);
  // A group of lines stays in the cache while the blocks of channels pass over it.
  const int64_t line_bytes = bd_max(1, shape->stride_height * shape->input.line);
  const int64_t group = bd_round_up(bd_max(1, GROUP_BYTES / line_bytes), 2);
  for (int64_t l = line_begin; l < line_end; l += group) {
    for (int64_t first = 0; first < shape->channels; first += BLOCK) {
      block block;
      block.shape = shape;
      block.weights = (const int16_t *)job->packed_weights + first / BLOCK * weights;
      block.channels = shape->channels - first;
      bd_enter_columns(&block.epilogue, &job->epilogue, job->bias, first, block.channels, REGISTERS);
      const int64_t end = bd_min(l + group, line_end);
      if (is_tall) run_strips(&strips, &block, job->input + first, job->output + first, l, end);
      else run_block(&block, job->input + first, job->output + first, l, end);
    }
  }
}

#endif
