// Float depthwise sums, the readable way: one filter per channel, taps in order of kernel rows and columns.
#include "internal.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

/// Weights are packed as [tap][channels], so that neighbouring channels are neighbours for the compiler too.
size_t bd_sdepthwise_packed_floats_scalar(int64_t channels, int64_t kernel_height, int64_t kernel_width) {
  return (size_t)(channels * kernel_height * kernel_width);
}

void bd_sdepthwise_pack_scalar(const float *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width,
                               float *packed) {
  int64_t taps = kernel_height * kernel_width;
  for (int64_t tap = 0; tap < taps; tap++)
    for (int64_t c = 0; c < channels; c++) packed[tap * channels + c] = weights[c * taps + tap];
}

/// Comparisons that NaN fails, so that NaN passes.
static float clamp(float value, float minimum, float maximum) {
  value = minimum > value ? minimum : value;
  return maximum < value ? maximum : value;
}

/// All channels of one output pixel; `window` is the input element under the first tap. The sums rest in the output.
static void sum_window(const bd_sdepthwise *job, const float *window, float *restrict output) {
  const bd_depthwise_shape *shape = &job->shape;
  const float *weights = job->packed_weights;
  for (int64_t c = 0; c < shape->channels; c++) output[c] = job->bias[c];
  for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
    for (int64_t kx = 0; kx < shape->kernel_width; kx++, weights += shape->channels) {
      const float *tap = window + ky * shape->dilation_height * shape->input.line +
                         kx * shape->dilation_width * shape->input.pixel;
      for (int64_t c = 0; c < shape->channels; c++) output[c] = fmaf(tap[c], weights[c], output[c]);
    }
  }
  for (int64_t c = 0; c < shape->channels; c++) output[c] = clamp(output[c], job->minimum, job->maximum);
}

void bd_sdepthwise_scalar(const bd_sdepthwise *job, int64_t line_begin, int64_t line_end) {
  const bd_depthwise_shape *shape = &job->shape;
  for (int64_t line = line_begin; line < line_end; line++) {
    int64_t n = line / shape->height, y = line % shape->height;
    const float *input = job->input + n * shape->input.image + y * shape->stride_height * shape->input.line;
    float *output = job->output + n * shape->output.image + y * shape->output.line;
    for (int64_t x = 0; x < shape->width; x++)
      sum_window(job, input + x * shape->stride_width * shape->input.pixel, output + x * shape->output.pixel);
  }
}
