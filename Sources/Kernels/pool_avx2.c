// Pools by AVX2: one output pixel after the other, a few vectors of channels at a time, all taps in registers.
//
// The last vectors of a pixel end with its last channel and overlap the ones before, which they write again with the
// same values. A pixel narrower than one vector is written through a buffer.
#include "pool_window.h"

#if BD_X86
#include <immintrin.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum {
  BYTES = 32,
  FLOATS = 8,
  WIDE_FLOATS = 4 * FLOATS,
  NARROW_TAPS = 257,  ///< 257 * 255 is the largest sum of bytes that 16 bits hold
};

/// Where a step of `width` channels that would begin at c begins, so that it does not reach beyond the pixel.
static int64_t step_begin(int64_t c, int64_t width, int64_t channels) {
  return c + width <= channels || channels < width ? c : channels - width;
}

/// Writes the first `count` bytes.
BD_AVX2 BD_INLINE void store_bytes(uint8_t *output, __m256i value, int64_t count) {
  if (count >= BYTES) {
    _mm256_storeu_si256((__m256i *)output, value);
  } else {
    uint8_t bytes[BYTES];
    _mm256_storeu_si256((__m256i *)bytes, value);
    memcpy(output, bytes, (size_t)count);
  }
}

/// Writes the first `count` floats.
BD_AVX2 BD_INLINE void store_floats(float *output, __m256 value, int64_t count) {
  if (count >= FLOATS) {
    _mm256_storeu_ps(output, value);
  } else {
    float floats[FLOATS];
    _mm256_storeu_ps(floats, value);
    memcpy(output, floats, (size_t)count * sizeof(float));
  }
}

/// The largest bytes of 32 channels; `input` lies under the first tap.
BD_AVX2 BD_INLINE __m256i largest_bytes(const pool_window *window, const uint8_t *input) {
  __m256i largest = _mm256_setzero_si256();
  for (int64_t r = 0; r < window->rows; r++) {
    const uint8_t *tap = input + r * window->row_step;
    for (int64_t k = 0; k < window->columns; k++, tap += window->column_step)
      largest = _mm256_max_epu8(largest, _mm256_loadu_si256((const __m256i *)tap));
  }
  return largest;
}

BD_AVX2 void bd_qmaxpool_avx2(const bd_pool_shape *shape, const uint8_t *input, uint8_t *output, int64_t line_begin,
                              int64_t line_end) {
  int64_t channels = shape->channels;
  uint8_t *pixel = output + line_begin * shape->width * channels;
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      pool_window window = pool_window_at(shape, line, x);
      for (int64_t next = 0; next < channels; next += BYTES) {
        int64_t c = step_begin(next, BYTES, channels);
        store_bytes(pixel + c, largest_bytes(&window, input + window.first + c), channels - c);
      }
    }
  }
}

/// The larger values, the first of equal ones; a NaN on either side stays. max_ps returns its second operand when one
/// is NaN, which keeps a NaN in `largest`; one in `value` is blended in.
BD_AVX2 BD_INLINE __m256 larger_floats(__m256 largest, __m256 value) {
  __m256 is_nan = _mm256_cmp_ps(value, value, _CMP_UNORD_Q);
  return _mm256_blendv_ps(_mm256_max_ps(value, largest), value, is_nan);
}

/// The largest floats of `vectors * 8` channels, of which `count` are written.
BD_AVX2 BD_INLINE void store_largest_floats(const pool_window *window, const float *input, float *output, int64_t count,
                                            int vectors) {
  __m256 largest[vectors];
  BD_UNROLL
  for (int v = 0; v < vectors; v++) largest[v] = _mm256_set1_ps(-__builtin_inff());
  for (int64_t r = 0; r < window->rows; r++) {
    const float *tap = input + r * window->row_step;
    for (int64_t k = 0; k < window->columns; k++, tap += window->column_step) {
      BD_UNROLL
      for (int v = 0; v < vectors; v++) largest[v] = larger_floats(largest[v], _mm256_loadu_ps(tap + v * FLOATS));
    }
  }
  BD_UNROLL
  for (int v = 0; v < vectors; v++) store_floats(output + v * FLOATS, largest[v], count - v * FLOATS);
}

BD_AVX2 void bd_smaxpool_avx2(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin,
                              int64_t line_end) {
  int64_t channels = shape->channels, wide = channels / WIDE_FLOATS * WIDE_FLOATS;
  float *pixel = output + line_begin * shape->width * channels;
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      pool_window window = pool_window_at(shape, line, x);
      const float *taps = input + window.first;
      for (int64_t c = 0; c < wide; c += WIDE_FLOATS)
        store_largest_floats(&window, taps + c, pixel + c, WIDE_FLOATS, WIDE_FLOATS / FLOATS);
      for (int64_t next = wide; next < channels; next += FLOATS) {
        int64_t c = step_begin(next, FLOATS, channels);
        store_largest_floats(&window, taps + c, pixel + c, channels - c, 1);
      }
    }
  }
}

/// The sums of `vectors * 8` channels in order of taps, divided by `counted`; `count` of them are written.
BD_AVX2 BD_INLINE void store_means(const pool_window *window, const float *input, float *output, int64_t count,
                                   int vectors) {
  __m256 sums[vectors];
  BD_UNROLL
  for (int v = 0; v < vectors; v++) sums[v] = _mm256_setzero_ps();
  for (int64_t r = 0; r < window->rows; r++) {
    const float *tap = input + r * window->row_step;
    for (int64_t k = 0; k < window->columns; k++, tap += window->column_step) {
      BD_UNROLL
      for (int v = 0; v < vectors; v++) sums[v] = _mm256_add_ps(sums[v], _mm256_loadu_ps(tap + v * FLOATS));
    }
  }
  __m256 counted = _mm256_set1_ps((float)window->counted);
  BD_UNROLL
  for (int v = 0; v < vectors; v++)
    store_floats(output + v * FLOATS, _mm256_div_ps(sums[v], counted), count - v * FLOATS);
}

BD_AVX2 void bd_saveragepool_avx2(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin,
                                  int64_t line_end) {
  int64_t channels = shape->channels, wide = channels / WIDE_FLOATS * WIDE_FLOATS;
  float *pixel = output + line_begin * shape->width * channels;
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      pool_window window = pool_window_at(shape, line, x);
      const float *taps = input + window.first;
      for (int64_t c = 0; c < wide; c += WIDE_FLOATS)
        store_means(&window, taps + c, pixel + c, WIDE_FLOATS, WIDE_FLOATS / FLOATS);
      for (int64_t next = wide; next < channels; next += FLOATS) {
        int64_t c = step_begin(next, FLOATS, channels);
        store_means(&window, taps + c, pixel + c, channels - c, 1);
      }
    }
  }
}

/// Sums of 32 channels: 16-bit ones for a while, then moved to 32 bits. Bytes are widened within 128-bit lanes; packing
/// the results within lanes restores their order.
typedef struct {
  __m256i narrow[2], wide[4];
} byte_sums;

BD_AVX2 BD_INLINE void widen_sums(byte_sums *sums) {
  const __m256i zero = _mm256_setzero_si256();
  BD_UNROLL
  for (int h = 0; h < 2; h++) {
    sums->wide[2 * h] = _mm256_add_epi32(sums->wide[2 * h], _mm256_unpacklo_epi16(sums->narrow[h], zero));
    sums->wide[2 * h + 1] = _mm256_add_epi32(sums->wide[2 * h + 1], _mm256_unpackhi_epi16(sums->narrow[h], zero));
    sums->narrow[h] = zero;
  }
}

BD_AVX2 BD_INLINE byte_sums sum_bytes(const pool_window *window, const uint8_t *input, int32_t start) {
  const __m256i zero = _mm256_setzero_si256(), start_vector = _mm256_set1_epi32(start);
  byte_sums sums = {{zero, zero}, {start_vector, start_vector, start_vector, start_vector}};
  int64_t room = NARROW_TAPS;
  for (int64_t r = 0; r < window->rows; r++) {
    const uint8_t *tap = input + r * window->row_step;
    for (int64_t k = 0; k < window->columns; k++, tap += window->column_step) {
      __m256i bytes = _mm256_loadu_si256((const __m256i *)tap);
      sums.narrow[0] = _mm256_add_epi16(sums.narrow[0], _mm256_unpacklo_epi8(bytes, zero));
      sums.narrow[1] = _mm256_add_epi16(sums.narrow[1], _mm256_unpackhi_epi8(bytes, zero));
      if (--room > 0) continue;
      widen_sums(&sums);
      room = NARROW_TAPS;
    }
  }
  widen_sums(&sums);
  return sums;
}

/// round_half_even(sum * factor) + output_zero, still wider than a byte; products outside the range of integers are cut
/// first, for their conversion would not saturate.
BD_AVX2 BD_INLINE __m256i quantized_means(__m256i sums, __m256 factor, __m256i output_zero) {
  __m256 product = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), factor);
  product = _mm256_min_ps(_mm256_max_ps(product, _mm256_set1_ps(-512.0f)), _mm256_set1_ps(512.0f));
  return _mm256_add_epi32(_mm256_cvtps_epi32(product), output_zero);
}

BD_AVX2 void bd_qaveragepool_avx2(const bd_pool_shape *shape, const uint8_t *input, int32_t input_zero,
                                  float multiplier, int32_t output_zero, uint8_t *output, int64_t line_begin,
                                  int64_t line_end) {
  int64_t channels = shape->channels;
  const __m256i zero_point = _mm256_set1_epi32(output_zero);
  uint8_t *pixel = output + line_begin * shape->width * channels;
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      pool_window window = pool_window_at(shape, line, x);
      int32_t start = -(int32_t)(window.rows * window.columns) * input_zero;
      // A window without taps is a true zero, not 0 / 0.
      const __m256 factor = _mm256_set1_ps(window.counted > 0 ? multiplier / (float)window.counted : 0.0f);
      for (int64_t next = 0; next < channels; next += BYTES) {
        int64_t c = step_begin(next, BYTES, channels);
        byte_sums sums = sum_bytes(&window, input + window.first + c, start);
        __m256i low = _mm256_packs_epi32(quantized_means(sums.wide[0], factor, zero_point),
                                         quantized_means(sums.wide[1], factor, zero_point));
        __m256i high = _mm256_packs_epi32(quantized_means(sums.wide[2], factor, zero_point),
                                          quantized_means(sums.wide[3], factor, zero_point));
        store_bytes(pixel + c, _mm256_packus_epi16(low, high), channels - c);
      }
    }
  }
}

#endif
