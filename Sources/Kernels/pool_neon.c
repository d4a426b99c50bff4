// Pools by NEON: one output pixel after the other, a few vectors of channels at a time, all taps in registers.
//
// The last vector of a pixel ends with its last channel and overlaps the one before, which it writes again with the same
// values. A pixel narrower than one vector goes through the scalar kernel.
#include "pool_window.h"

#if BD_ARM64
#include "floats_neon.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum {
  BYTES = 16,
  NARROW_TAPS = 257,  ///< 257 * 255 is the largest sum of bytes that 16 bits hold
};

/// Where a step of `width` channels that would begin at c begins, so that it does not reach beyond the pixel.
static int64_t step_begin(int64_t c, int64_t width, int64_t channels) {
  return c + width <= channels ? c : channels - width;
}

/// The largest bytes of 16 channels; `input` lies under the first tap.
BD_INLINE uint8x16_t largest_bytes(const pool_window *window, const uint8_t *input) {
  uint8x16_t largest = vdupq_n_u8(0);
  for (int64_t r = 0; r < window->rows; r++) {
    const uint8_t *tap = input + r * window->row_step;
    for (int64_t k = 0; k < window->columns; k++, tap += window->column_step)
      largest = vmaxq_u8(largest, vld1q_u8(tap));
  }
  return largest;
}

void bd_qmaxpool_neon(const bd_pool_shape *shape, const uint8_t *input, uint8_t *output, int64_t line_begin,
                      int64_t line_end) {
  const int64_t channels = shape->channels;
  if (channels < BYTES) {
    bd_qmaxpool_scalar(shape, input, output, line_begin, line_end);
    return;
  }
  uint8_t *pixel = output + line_begin * shape->width * channels;
  for (int64_t line = line_begin; line < line_end; line++)
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      const pool_window window = pool_window_at(shape, line, x);
      for (int64_t next = 0; next < channels; next += BYTES) {
        const int64_t c = step_begin(next, BYTES, channels);
        vst1q_u8(pixel + c, largest_bytes(&window, input + window.first + c));
      }
    }
}

/// Sums of 16 channels: 16-bit ones for a while, then moved to 32 bits.
typedef struct {
  uint16x8_t narrow[2];
  uint32x4_t wide[4];
} byte_sums;

BD_INLINE void widen_sums(byte_sums *sums) {
  BD_UNROLL for (int h = 0; h < 2; h++) {
    sums->wide[2 * h] = vaddw_u16(sums->wide[2 * h], vget_low_u16(sums->narrow[h]));
    sums->wide[2 * h + 1] = vaddw_high_u16(sums->wide[2 * h + 1], sums->narrow[h]);
    sums->narrow[h] = vdupq_n_u16(0);
  }
}

BD_INLINE byte_sums sum_bytes(const pool_window *window, const uint8_t *input, int32_t start) {
  const uint32x4_t wide = vdupq_n_u32((uint32_t)start);
  byte_sums sums = {{vdupq_n_u16(0), vdupq_n_u16(0)}, {wide, wide, wide, wide}};
  int64_t room = NARROW_TAPS;
  for (int64_t r = 0; r < window->rows; r++) {
    const uint8_t *tap = input + r * window->row_step;
    for (int64_t k = 0; k < window->columns; k++, tap += window->column_step) {
      const uint8x16_t bytes = vld1q_u8(tap);
      sums.narrow[0] = vaddw_u8(sums.narrow[0], vget_low_u8(bytes));
      sums.narrow[1] = vaddw_high_u8(sums.narrow[1], bytes);
      if (--room > 0) continue;
      widen_sums(&sums);
      room = NARROW_TAPS;
    }
  }
  widen_sums(&sums);
  return sums;
}

/// round_half_even(sum * factor), saturated to 16 bits.
BD_INLINE int16x8_t rounded_means(const byte_sums *sums, const int half, float32x4_t factor) {
  const float32x4_t low = vcvtq_f32_s32(vreinterpretq_s32_u32(sums->wide[2 * half]));
  const float32x4_t high = vcvtq_f32_s32(vreinterpretq_s32_u32(sums->wide[2 * half + 1]));
  return vcombine_s16(vqmovn_s32(vcvtnq_s32_f32(vmulq_f32(low, factor))),
                      vqmovn_s32(vcvtnq_s32_f32(vmulq_f32(high, factor))));
}

void bd_qaveragepool_neon(const bd_pool_shape *shape, const uint8_t *input, int32_t input_zero, float multiplier,
                          int32_t output_zero, uint8_t *output, int64_t line_begin, int64_t line_end) {
  const int64_t channels = shape->channels;
  if (channels < BYTES) {
    bd_qaveragepool_scalar(shape, input, input_zero, multiplier, output_zero, output, line_begin, line_end);
    return;
  }
  const int16x8_t zero_point = vdupq_n_s16((int16_t)output_zero);
  uint8_t *pixel = output + line_begin * shape->width * channels;
  for (int64_t line = line_begin; line < line_end; line++)
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      const pool_window window = pool_window_at(shape, line, x);
      const int32_t start = -(int32_t)(window.rows * window.columns) * input_zero;
      // A window without taps is a true zero, not 0 / 0.
      const floats factor = splat(window.counted > 0 ? multiplier / (float)window.counted : 0.0f);
      for (int64_t next = 0; next < channels; next += BYTES) {
        const int64_t c = step_begin(next, BYTES, channels);
        const byte_sums sums = sum_bytes(&window, input + window.first + c, start);
        vst1q_u8(pixel + c, vcombine_u8(vqmovun_s16(vqaddq_s16(rounded_means(&sums, 0, factor), zero_point)),
                                        vqmovun_s16(vqaddq_s16(rounded_means(&sums, 1, factor), zero_point))));
      }
    }
}

/// The larger values, the first of equal ones; a NaN on either side stays, for it fails the comparison or is taken.
BD_INLINE floats larger(floats largest, floats value) {
  return where_nan(value, value, where_less(largest, value, value, largest));
}

/// What becomes of `vectors * 4` channels in order of taps: their largest values, or their means. Both are constants.
BD_INLINE void pool_floats(const pool_window *window, const float *input, float *output, const int vectors,
                           const bool is_average) {
  enum { MOST = 4 };
  floats values[MOST];
  BD_UNROLL for (int v = 0; v < vectors; v++) values[v] = splat(is_average ? 0.0f : -__builtin_inff());
  for (int64_t r = 0; r < window->rows; r++) {
    const float *tap = input + r * window->row_step;
    for (int64_t k = 0; k < window->columns; k++, tap += window->column_step)
      BD_UNROLL for (int v = 0; v < vectors; v++) {
        const floats value = load(tap + v * LANES);
        values[v] = is_average ? values[v] + value : larger(values[v], value);
      }
  }
  const floats counted = splat((float)window->counted);
  BD_UNROLL for (int v = 0; v < vectors; v++)
    store(output + v * LANES, is_average ? values[v] / counted : values[v]);
}

/// The lines of a pool of at least one register of channels.
BD_INLINE void pool_lines(const bd_pool_shape *shape, const float *input, float *output, int64_t begin, int64_t end,
                          const bool is_average) {
  enum { WIDE = 4 * LANES };
  const int64_t channels = shape->channels, wide = channels / WIDE * WIDE;
  float *pixel = output + begin * shape->width * channels;
  for (int64_t line = begin; line < end; line++)
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      const pool_window window = pool_window_at(shape, line, x);
      const float *taps = input + window.first;
      for (int64_t c = 0; c < wide; c += WIDE) pool_floats(&window, taps + c, pixel + c, WIDE / LANES, is_average);
      for (int64_t next = wide; next < channels; next += LANES) {
        const int64_t c = step_begin(next, LANES, channels);
        pool_floats(&window, taps + c, pixel + c, 1, is_average);
      }
    }
}

void bd_smaxpool_neon(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin,
                      int64_t line_end) {
  if (shape->channels < LANES) bd_smaxpool_scalar(shape, input, output, line_begin, line_end);
  else pool_lines(shape, input, output, line_begin, line_end, false);
}

void bd_saveragepool_neon(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin,
                          int64_t line_end) {
  if (shape->channels < LANES) bd_saveragepool_scalar(shape, input, output, line_begin, line_end);
  else pool_lines(shape, input, output, line_begin, line_end, true);
}

#endif
