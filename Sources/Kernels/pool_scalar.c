// Pools, the readable way: one output pixel after the other, its window cut to the image beforehand.
#include "internal.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

/// The taps of a window along one axis: those inside the image are begin ..< end, `counted` lie in image or padding.
typedef struct {
  int64_t origin;  ///< of the first tap, may be negative
  int64_t begin, end, counted;
} span;

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/// How many of `kernel` taps, the first at `origin`, lie before `limit`.
static int64_t taps_before(int64_t limit, int64_t origin, int64_t kernel, int64_t dilation) {
  return limit <= origin ? 0 : smaller((limit - origin + dilation - 1) / dilation, kernel);
}

static span span_of(int64_t origin, int64_t size, int64_t pad_end, int64_t kernel, int64_t dilation) {
  return (span){.origin = origin,
                .begin = taps_before(0, origin, kernel, dilation),
                .end = taps_before(size, origin, kernel, dilation),
                .counted = taps_before(size + pad_end, origin, kernel, dilation)};
}

/// The window of one output pixel.
typedef struct {
  span rows, columns;
} window;

static window window_of(const bd_pool_shape *shape, int64_t y, int64_t x) {
  return (window){.rows = span_of(y * shape->stride_height - shape->pad_top, shape->input_height, shape->pad_bottom,
                                  shape->kernel_height, shape->dilation_height),
                  .columns = span_of(x * shape->stride_width - shape->pad_left, shape->input_width, shape->pad_right,
                                     shape->kernel_width, shape->dilation_width)};
}

static int64_t taps_inside(const window *window) {
  return (window->rows.end - window->rows.begin) * (window->columns.end - window->columns.begin);
}

static int64_t taps_counted(const bd_pool_shape *shape, const window *window) {
  return shape->count_include_pad ? window->rows.counted * window->columns.counted : taps_inside(window);
}

/// The element where tap (ky, kx) of a window on image n starts.
static int64_t tap_offset(const bd_pool_shape *shape, int64_t n, const window *window, int64_t ky, int64_t kx) {
  int64_t y = window->rows.origin + ky * shape->dilation_height;
  int64_t x = window->columns.origin + kx * shape->dilation_width;
  return ((n * shape->input_height + y) * shape->input_width + x) * shape->channels;
}

/// The larger value, the first of equal ones; a NaN on either side stays.
static float maximum(float largest, float value) {
  if (value != value) return value;
  return value > largest ? value : largest;
}

/// The quantized mean of a window. No tap at all gives the zero point; out-of-range products saturate.
static uint8_t quantized_mean(int32_t sum, float factor, int32_t output_zero) {
  float rounded = nearbyintf((float)sum * factor);
  rounded = rounded > -512.0f ? rounded : -512.0f;
  rounded = rounded < 512.0f ? rounded : 512.0f;
  int32_t value = (int32_t)rounded + output_zero;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void bd_qmaxpool_scalar(const bd_pool_shape *shape, const uint8_t *input, uint8_t *output, int64_t line_begin,
                        int64_t line_end) {
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++) {
      window taps = window_of(shape, line % shape->height, x);
      uint8_t *pixel = output + (line * shape->width + x) * shape->channels;
      for (int64_t c = 0; c < shape->channels; c++) pixel[c] = 0;
      for (int64_t ky = taps.rows.begin; ky < taps.rows.end; ky++) {
        for (int64_t kx = taps.columns.begin; kx < taps.columns.end; kx++) {
          const uint8_t *tap = input + tap_offset(shape, line / shape->height, &taps, ky, kx);
          for (int64_t c = 0; c < shape->channels; c++) pixel[c] = tap[c] > pixel[c] ? tap[c] : pixel[c];
        }
      }
    }
  }
}

void bd_smaxpool_scalar(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin,
                        int64_t line_end) {
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++) {
      window taps = window_of(shape, line % shape->height, x);
      float *pixel = output + (line * shape->width + x) * shape->channels;
      for (int64_t c = 0; c < shape->channels; c++) pixel[c] = -INFINITY;
      for (int64_t ky = taps.rows.begin; ky < taps.rows.end; ky++) {
        for (int64_t kx = taps.columns.begin; kx < taps.columns.end; kx++) {
          const float *tap = input + tap_offset(shape, line / shape->height, &taps, ky, kx);
          for (int64_t c = 0; c < shape->channels; c++) pixel[c] = maximum(pixel[c], tap[c]);
        }
      }
    }
  }
}

void bd_qaveragepool_scalar(const bd_pool_shape *shape, const uint8_t *input, int32_t input_zero, float multiplier,
                            int32_t output_zero, uint8_t *output, int64_t line_begin, int64_t line_end) {
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++) {
      window taps = window_of(shape, line % shape->height, x);
      uint8_t *pixel = output + (line * shape->width + x) * shape->channels;
      int64_t counted = taps_counted(shape, &taps);
      float factor = counted > 0 ? multiplier / (float)counted : 0.0f;
      for (int64_t c = 0; c < shape->channels; c++) {
        int32_t sum = -(int32_t)taps_inside(&taps) * input_zero;
        for (int64_t ky = taps.rows.begin; ky < taps.rows.end; ky++)
          for (int64_t kx = taps.columns.begin; kx < taps.columns.end; kx++)
            sum += input[tap_offset(shape, line / shape->height, &taps, ky, kx) + c];
        pixel[c] = quantized_mean(sum, factor, output_zero);
      }
    }
  }
}

void bd_saveragepool_scalar(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin,
                            int64_t line_end) {
  for (int64_t line = line_begin; line < line_end; line++) {
    for (int64_t x = 0; x < shape->width; x++) {
      window taps = window_of(shape, line % shape->height, x);
      float *pixel = output + (line * shape->width + x) * shape->channels;
      float counted = (float)taps_counted(shape, &taps);
      for (int64_t c = 0; c < shape->channels; c++) pixel[c] = 0.0f;
      for (int64_t ky = taps.rows.begin; ky < taps.rows.end; ky++) {
        for (int64_t kx = taps.columns.begin; kx < taps.columns.end; kx++) {
          const float *tap = input + tap_offset(shape, line / shape->height, &taps, ky, kx);
          for (int64_t c = 0; c < shape->channels; c++) pixel[c] += tap[c];
        }
      }
      for (int64_t c = 0; c < shape->channels; c++) pixel[c] /= counted;
    }
  }
}
