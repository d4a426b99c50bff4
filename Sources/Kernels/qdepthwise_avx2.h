/// What the ways of quantized depthwise convolution share: 16-bit multiplications that add the products of two taps of
/// one channel.
///
/// Channels are taken in blocks of 32. The codes of two taps are interleaved and widened without crossing a lane, which
/// gives four registers of 16-bit pairs in the order that registers_avx2.h describes.
#ifndef BITDEPTH_QDEPTHWISE_AVX2_H
#define BITDEPTH_QDEPTHWISE_AVX2_H

#include "registers_avx2.h"

#if BD_X86

#pragma STDC FP_CONTRACT OFF

enum {
  REGISTERS = BD_YMM_REGISTERS,
  BLOCK = BD_YMM_COLUMNS,
  VECTOR = 16,  // 16-bit weights of a register
};

/// What all pixels of a block of channels share.
typedef struct {
  bd_ymm_epilogue epilogue;
  const bd_depthwise_shape *shape;
  const int16_t *weights;
  int64_t channels;
} block;

/// The kernels of one block of channels before packing.
typedef struct {
  const int8_t *weights;
  int64_t channels, height, width;
} source;

/// A tap's weight, zero outside the kernel and beyond the channels.
static int16_t tap(const source *source, int64_t channel, int64_t ky, int64_t kx) {
  if (channel >= source->channels || ky < 0 || ky >= source->height || kx >= source->width) return 0;
  return source->weights[(channel * source->height + ky) * source->width + kx];
}

BD_INLINE BD_AVX2 __m256i load(const void *address) { return _mm256_loadu_si256((const __m256i *)address); }

/// Interleaves the codes of two taps and widens them: four registers of 16-bit pairs.
BD_INLINE BD_AVX2 void make_pairs(__m256i first, __m256i second, __m256i pairs[REGISTERS]) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i low = _mm256_unpacklo_epi8(first, second), high = _mm256_unpackhi_epi8(first, second);
  pairs[0] = _mm256_unpacklo_epi8(low, zero);
  pairs[1] = _mm256_unpackhi_epi8(low, zero);
  pairs[2] = _mm256_unpacklo_epi8(high, zero);
  pairs[3] = _mm256_unpackhi_epi8(high, zero);
}

BD_INLINE BD_AVX2 __m256i add_products(__m256i sums, __m256i pairs, const int16_t *weights) {
  return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, load(weights)));
}

BD_INLINE BD_AVX2 void store(const block *block, uint8_t *output, const __m256i sums[REGISTERS], const bool bounded) {
  bd_store_codes(output, bd_codes_of_row(&block->epilogue, sums, bounded), block->channels);
}

/// Where the first tap of a line's first pixel lies, and the pixel itself.
BD_INLINE const uint8_t *line_input(const bd_depthwise_shape *shape, const uint8_t *input, int64_t line) {
  return input + line / shape->height * shape->input.image +
         line % shape->height * shape->stride_height * shape->input.line;
}

BD_INLINE uint8_t *line_output(const bd_depthwise_shape *shape, uint8_t *output, int64_t line) {
  return output + line / shape->height * shape->output.image + line % shape->height * shape->output.line;
}

#endif
#endif
