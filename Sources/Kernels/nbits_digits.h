/// Cuts activations into digits, and what is left of blocks that have none; written once for every register width, by
/// loops that compilers turn into vectors. The includer has chosen `floats`.
#ifndef BITDEPTH_NBITS_DIGITS_H
#define BITDEPTH_NBITS_DIGITS_H

#include "nbits.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum { NBITS_LARGEST_BLOCK = 256 };

/// 2 to the power of `exponent`, -126 ... 127.
BD_INLINE float nbits_power(int32_t exponent) {
  const uint32_t bits = (uint32_t)(exponent + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return power;
}

/// The bits of the largest magnitude: they are ordered as the magnitudes are, infinity and NaN above all.
BD_FLOATS BD_INLINE uint32_t largest_bits(const float *values, int64_t count) {
  uint32_t largest = 0;
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, values + i, sizeof bits);
    bits &= 0x7FFFFFFF;
    largest = largest < bits ? bits : largest;
  }
  return largest;
}

/// The exponent of the largest power of two by which a magnitude stays within NBITS_LARGEST; at most 126.
BD_INLINE int32_t nbits_exponent(uint32_t magnitude) {
  const uint32_t largest_fraction = (NBITS_LARGEST - (1 << 22)) * 2;  // in [2^22, 2^23)
  const int32_t fitting = (int32_t)((magnitude & 0x007FFFFF) <= largest_fraction);
  const int32_t exponent = 127 + 21 + fitting - (int32_t)(magnitude >> 23);
  return exponent < 126 ? exponent : 126;
}

/// Stores the digits of `block` integers: those of four neighbours side by side, the lowest digits first.
BD_FLOATS BD_INLINE void store_digits(const int32_t *integers, int64_t block, int8_t *digits) {
  for (int64_t k = 0; k < block; k += 4, digits += 4 * NBITS_DIGITS)
    for (int i = 0; i < 4; i++) {
      const int32_t middle = (integers[k + i] + 128) >> 8, high = (middle + 128) >> 8;
      digits[i] = (int8_t)(integers[k + i] - middle * 256);
      digits[4 + i] = (int8_t)(middle - high * 256);
      digits[8 + i] = (int8_t)high;
    }
}

/// The digits of one block of a row that has `count` elements left.
BD_FLOATS BD_INLINE nbits_block cut_block(const float *values, int64_t count, int64_t block, int8_t *digits) {
  const int64_t filled = bd_min(count, block);
  const uint32_t largest = largest_bits(values, filled);
  int32_t integers[NBITS_LARGEST_BLOCK] = {0};
  const bool is_finite = largest < 0x7F800000;
  const int32_t exponent = nbits_exponent(largest);
  const float factor = nbits_power(exponent);
  int64_t sum = 0;
  if (is_finite) {
    for (int64_t i = 0; i < filled; i++) integers[i] = (int32_t)rintf(values[i] * factor);
    for (int64_t i = 0; i < filled; i++) sum += integers[i];
  }
  store_digits(integers, block, digits);
  return (nbits_block){.grain = is_finite ? nbits_power(-exponent) : (float)NAN, .sum = (float)sum};
}

BD_FLOATS BD_INLINE void cut_rows(const bd_nbits *job, int64_t begin, int64_t end) {
  const bd_nbits_shape *shape = &job->shape;
  const int64_t row_bytes = (int64_t)bd_nbits_digit_bytes(shape);
  for (int64_t row = begin; row < end; row++) {
    char *place = (char *)job->digits + row * row_bytes;
    nbits_block *blocks = (nbits_block *)(void *)place;
    int8_t *digits = (int8_t *)place + nbits_header_bytes(shape);
    for (int64_t k = 0; k < shape->depth; k += shape->block, digits += shape->block * NBITS_DIGITS)
      *blocks++ = cut_block(job->input + row * shape->depth + k, shape->depth - k, shape->block, digits);
  }
}

/// The sums of a block whose activations are not all finite: each is NaN or infinite, as the products are.
BD_FLOATS __attribute__((noinline)) static void add_plain_block(const float *values, int64_t count,
                                                                const uint8_t *codes, const float *zeros,
                                                                const float *scales, float *sums) {
  for (int column = 0; column < BD_NBITS_COLUMNS; column++) {
    float sum = 0.0f;
    for (int64_t k = 0; k < count; k++) {
      const uint8_t both = codes[k / NBITS_GROUP * NBITS_GROUP_BYTES + 4 * column + k % 4];
      sum = fmaf(values[k], (float)(k % NBITS_GROUP < 4 ? both & 15 : both >> 4) - zeros[column], sum);
    }
    sums[column] = fmaf(sum, scales[column], sums[column]);
  }
}

#endif
