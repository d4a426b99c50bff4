/// The readable reference of the quantized depthwise convolution.
#include "internal.h"

#pragma STDC FP_CONTRACT OFF

/// Channels whose sums are held at a time.
enum { BLOCK = 64 };

size_t bd_qdepthwise_packed_bytes_scalar(int64_t channels, int64_t kernel_height, int64_t kernel_width) {
  return (size_t)(channels * kernel_height * kernel_width);
}

void bd_qdepthwise_pack_scalar(const int8_t *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width,
                               int8_t *packed) {
  const int64_t taps = kernel_height * kernel_width;
  for (int64_t tap = 0; tap < taps; tap++)
    for (int64_t c = 0; c < channels; c++) *packed++ = weights[c * taps + tap];
}

/// Adds every tap's product to the sums of a block of channels, modulo 2^32 because only the end is known to fit.
static void add_taps(const bd_qdepthwise *job, const uint8_t *input, int64_t first, int64_t count, uint32_t *sums) {
  const bd_depthwise_shape *shape = &job->shape;
  const int8_t *weights = job->packed_weights + first;
  for (int64_t ky = 0; ky < shape->kernel_height; ky++)
    for (int64_t kx = 0; kx < shape->kernel_width; kx++, weights += shape->channels) {
      const uint8_t *tap = input + first + ky * shape->dilation_height * shape->input.line +
                           kx * shape->dilation_width * shape->input.pixel;
      for (int64_t c = 0; c < count; c++) sums[c] += (uint32_t)(tap[c] * weights[c]);
    }
}

/// One line of output pixels.
static void line(const bd_qdepthwise *job, const uint8_t *input, int64_t element) {
  const bd_depthwise_shape *shape = &job->shape;
  for (int64_t x = 0; x < shape->width; x++) {
    for (int64_t first = 0; first < shape->channels; first += BLOCK) {
      const int64_t count = bd_min(BLOCK, shape->channels - first);
      uint32_t sums[BLOCK] = {0};
      int32_t finished[BLOCK] = {0};
      add_taps(job, input, first, count, sums);
      for (int64_t c = 0; c < count; c++) finished[c] = (int32_t)(sums[c] + (uint32_t)job->bias[first + c]);
      bd_store_sums(&job->epilogue, finished, first, count, job->output, element + first);
    }
    input += shape->stride_width * shape->input.pixel;
    element += shape->output.pixel;
  }
}

void bd_qdepthwise_scalar(const bd_qdepthwise *job, int64_t line_begin, int64_t line_end) {
  const bd_depthwise_shape *shape = &job->shape;
  for (int64_t l = line_begin; l < line_end; l++) {
    const int64_t image = l / shape->height, y = l % shape->height;
    line(job, job->input + image * shape->input.image + y * shape->stride_height * shape->input.line,
         image * shape->output.image + y * shape->output.line);
  }
}
