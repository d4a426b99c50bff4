// Pools, the readable way: one output pixel after the other, tap by tap over all channels.
#include "pool_window.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

/// The larger value, the first of equal ones; a NaN on either side stays.
static float larger(float largest, float value) {
  if (value != value) return value;
  return value > largest ? value : largest;
}

/// The quantized mean of a window; products outside the range of integers saturate like all others.
static uint8_t quantized_mean(int32_t sum, float factor, int32_t output_zero) {
  float product = (float)sum * factor;
  product = product > -512.0f ? product : -512.0f;
  product = product < 512.0f ? product : 512.0f;
  int32_t value = (int32_t)nearbyintf(product) + output_zero;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void bd_qmaxpool_scalar(const bd_pool_shape *shape, const uint8_t *input, uint8_t *output, int64_t line_begin,
                        int64_t line_end) {
  int64_t channels = shape->channels;
  uint8_t *restrict pixel = output + line_begin * shape->width * channels;
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      pool_window window = pool_window_at(shape, line, x);
      for (int64_t c = 0; c < channels; c++) pixel[c] = 0;
      for (int64_t r = 0; r < window.rows; r++) {
        for (int64_t k = 0; k < window.columns; k++) {
          const uint8_t *tap = input + window.first + r * window.row_step + k * window.column_step;
          for (int64_t c = 0; c < channels; c++) pixel[c] = tap[c] > pixel[c] ? tap[c] : pixel[c];
        }
      }
    }
  }
}

void bd_smaxpool_scalar(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin,
                        int64_t line_end) {
  int64_t channels = shape->channels;
  float *restrict pixel = output + line_begin * shape->width * channels;
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      pool_window window = pool_window_at(shape, line, x);
      for (int64_t c = 0; c < channels; c++) pixel[c] = -INFINITY;
      for (int64_t r = 0; r < window.rows; r++) {
        for (int64_t k = 0; k < window.columns; k++) {
          const float *tap = input + window.first + r * window.row_step + k * window.column_step;
          for (int64_t c = 0; c < channels; c++) pixel[c] = larger(pixel[c], tap[c]);
        }
      }
    }
  }
}

void bd_qaveragepool_scalar(const bd_pool_shape *shape, const uint8_t *input, int32_t input_zero, float multiplier,
                            int32_t output_zero, uint8_t *output, int64_t line_begin, int64_t line_end) {
  int64_t channels = shape->channels;
  uint8_t *pixel = output + line_begin * shape->width * channels;
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      pool_window window = pool_window_at(shape, line, x);
      // A window without taps is a true zero, not 0 / 0.
      float factor = window.counted > 0 ? multiplier / (float)window.counted : 0.0f;
      for (int64_t c = 0; c < channels; c++) {
        int32_t sum = -(int32_t)(window.rows * window.columns) * input_zero;
        for (int64_t r = 0; r < window.rows; r++)
          for (int64_t k = 0; k < window.columns; k++)
            sum += input[window.first + r * window.row_step + k * window.column_step + c];
        pixel[c] = quantized_mean(sum, factor, output_zero);
      }
    }
  }
}

void bd_saveragepool_scalar(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin,
                            int64_t line_end) {
  int64_t channels = shape->channels;
  float *restrict pixel = output + line_begin * shape->width * channels;
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++, pixel += channels) {
      pool_window window = pool_window_at(shape, line, x);
      for (int64_t c = 0; c < channels; c++) pixel[c] = 0.0f;
      for (int64_t r = 0; r < window.rows; r++) {
        for (int64_t k = 0; k < window.columns; k++) {
          const float *tap = input + window.first + r * window.row_step + k * window.column_step;
          for (int64_t c = 0; c < channels; c++) pixel[c] += tap[c];
        }
      }
      for (int64_t c = 0; c < channels; c++) pixel[c] /= (float)window.counted;
    }
  }
}
