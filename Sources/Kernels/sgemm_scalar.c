// Float sums, the readable way. Eight columns stand side by side so that compilers for processors with fused
// multiply-adds (arm64) turn the inner loop into vectors; elsewhere fmaf is a call, and still exact.
#include "halves.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

enum { COLUMNS = 8 };

/// Weights are packed as panels of eight columns, each [K][8], missing columns zero.
size_t bd_sgemm_packed_floats_scalar(int64_t columns, int64_t segment_count, int64_t segment_length) {
  int64_t panels = (columns + COLUMNS - 1) / COLUMNS;
  return (size_t)(panels * COLUMNS * segment_count * segment_length);
}

void bd_sgemm_pack_scalar(const float *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                          float *packed) {
  int64_t depth = segment_count * segment_length;
  for (int64_t first = 0; first < columns; first += COLUMNS)
    for (int64_t k = 0; k < depth; k++)
      for (int64_t c = first; c < first + COLUMNS; c++) *packed++ = c < columns ? weights[c * depth + k] : 0.0f;
}

/// The element where pixel m of an image of `height * width` pixels starts.
static int64_t pixel_offset(const bd_sum_shape *shape, const bd_strides *strides, int64_t m) {
  int64_t x = m % shape->width, line = m / shape->width;
  return line / shape->height * strides->image + line % shape->height * strides->line + x * strides->pixel;
}

/// A packed weight.
static inline float weight_at(const bd_sgemm *job, int64_t place) {
  return job->halves ? bd_widen(job->half_format, job->halves[place]) : job->packed_weights[place];
}

/// Adds the products of one pixel and the panel that begins at `place` to `sums`, k in order.
static void add_products(const bd_sgemm *job, const float *pixel, int64_t place, float sums[COLUMNS]) {
  const bd_sum_shape *shape = &job->shape;
  for (int64_t s = 0; s < shape->segment_count; s++) {
    const float *segment = pixel + shape->segment_offsets[s];
    for (int64_t i = 0; i < shape->segment_length; i++, place += COLUMNS)
      for (int c = 0; c < COLUMNS; c++) sums[c] = fmaf(segment[i], weight_at(job, place + c), sums[c]);
  }
}

/// Comparisons that NaN fails, so that NaN passes.
static float clamp(float value, float minimum, float maximum) {
  value = minimum > value ? minimum : value;
  return maximum < value ? maximum : value;
}

void bd_sgemm_scalar(const bd_sgemm *job, int64_t pixel_begin, int64_t pixel_end) {
  const bd_sum_shape *shape = &job->shape;
  int64_t depth = shape->segment_count * shape->segment_length;
  for (int64_t m = pixel_begin; m < pixel_end; m++) {
    const float *pixel = job->input + pixel_offset(shape, &shape->input, m);
    float *output = job->output + pixel_offset(shape, &shape->output, m);
    for (int64_t first = 0; first < shape->columns; first += COLUMNS) {
      float sums[COLUMNS];
      for (int c = 0; c < COLUMNS; c++) sums[c] = job->bias[first + c];
      add_products(job, pixel, first * depth, sums);
      for (int c = 0; c < COLUMNS && first + c < shape->columns; c++)
        output[first + c] = clamp(sums[c], job->minimum, job->maximum);
    }
  }
}
