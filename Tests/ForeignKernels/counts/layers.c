// Operands of the ten calls: seeded, so that the choices which depend on weights are the same everywhere.
#include "layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 7;

static uint64_t next_number(void) {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static void *memory(int64_t bytes) {
  void *made = aligned_alloc(BD_ALIGNMENT, (size_t)(bytes + BD_GUARD + BD_ALIGNMENT) / BD_ALIGNMENT * BD_ALIGNMENT);
  if (!made) {
    fprintf(stderr, "kernels: no memory of %lld bytes\n", (long long)bytes);
    exit(71);
  }
  memset(made, 0, (size_t)bytes);
  return made;
}

static uint8_t *codes(int64_t count) {
  uint8_t *made = memory(count);
  for (int64_t i = 0; i < count; i++) made[i] = (uint8_t)next_number();
  return made;
}

static float *reals(int64_t count) {
  float *made = memory(4 * count);
  for (int64_t i = 0; i < count; i++) made[i] = (float)(int32_t)next_number() * 0x1p-31f;
  return made;
}

/// Weights about as trained ones are: the sum of four uniform numbers.
static int8_t *weights(int64_t count) {
  int8_t *made = memory(count);
  for (int64_t i = 0; i < count; i++) {
    const uint64_t bits = next_number();
    made[i] = (int8_t)(((int)(bits & 63) + (int)(bits >> 8 & 63) + (int)(bits >> 16 & 63) + (int)(bits >> 24 & 63)) - 126);
  }
  return made;
}

static bd_epilogue epilogue(int64_t columns, int64_t depth) {
  float *multiplier = memory((columns + 63) / 64 * 64 * 4);
  for (int64_t c = 0; c < columns; c++) multiplier[c] = 1.0f / (100.0f * sqrtf((float)depth));
  return (bd_epilogue){.kind = BD_OUTPUT_U8, .multiplier = multiplier, .zero_point = 121, .maximum = 255};
}

static void run_qgemm(const bd_kernels *table, const layer *layer) {
  const bd_sum_shape *shape = &layer->job.qgemm.shape;
  table->qgemm(&layer->job.qgemm, 0, shape->images * shape->height * shape->width);
}

/// A convolution without dilation of a padded image.
static layer convolution(const bd_kernels *table, const char *name, int64_t side, int64_t channels, int64_t columns,
                         int64_t kernel) {
  layer made = {.name = name, .run = run_qgemm};
  bd_qgemm *job = &made.job.qgemm;
  const int64_t padded = side + kernel - 1, length = kernel * channels, depth = kernel * length;
  int64_t *offsets = memory(8 * kernel);
  for (int64_t k = 0; k < kernel; k++) offsets[k] = k * padded * channels;
  job->shape = (bd_sum_shape){.images = 1, .height = side, .width = side,
                              .input = {padded * padded * channels, padded * channels, channels},
                              .output = {side * side * columns, side * columns, columns},
                              .segment_offsets = offsets, .segment_count = kernel, .segment_length = length,
                              .columns = columns};
  int8_t *packed = memory((int64_t)table->qgemm_packed_bytes(columns, kernel, length));
  table->qgemm_pack(weights(columns * depth), columns, kernel, length, packed);
  job->input = codes(padded * padded * channels);
  job->packed_weights = packed;
  job->bias = memory((columns + 63) / 64 * 64 * 4);
  job->epilogue = epilogue(columns, depth);
  job->output = memory(side * side * columns);
  return made;
}

static void run_qdepthwise(const bd_kernels *table, const layer *layer) {
  table->qdepthwise(&layer->job.qdepthwise, 0, layer->job.qdepthwise.shape.height);
}

static layer depthwise(const bd_kernels *table, const char *name, int64_t side, int64_t channels, int64_t kernel,
                       int64_t stride) {
  layer made = {.name = name, .run = run_qdepthwise};
  bd_qdepthwise *job = &made.job.qdepthwise;
  const int64_t padded = (side - 1) * stride + kernel, taps = kernel * kernel;
  job->shape = (bd_depthwise_shape){.images = 1, .height = side, .width = side, .channels = channels,
                                    .kernel_height = kernel, .kernel_width = kernel, .stride_height = stride,
                                    .stride_width = stride, .dilation_height = 1, .dilation_width = 1,
                                    .input = {padded * padded * channels, padded * channels, channels},
                                    .output = {side * side * channels, side * channels, channels}};
  int8_t *packed = memory((int64_t)table->qdepthwise_packed_bytes(channels, kernel, kernel));
  table->qdepthwise_pack(weights(channels * taps), channels, kernel, kernel, packed);
  job->input = codes(padded * padded * channels);
  job->packed_weights = packed;
  job->bias = memory((channels + 63) / 64 * 64 * 4);
  job->epilogue = epilogue(channels, taps);
  job->output = memory(side * side * channels);
  return made;
}

static void run_quantize(const bd_kernels *table, const layer *layer) {
  table->quantize_u8(layer->job.quantize.input, layer->job.quantize.output, 0.0079f, 127, 0, layer->job.quantize.count);
}

static void run_addition(const bd_kernels *table, const layer *layer) {
  table->qbinary(&layer->job.qbinary, 0, 28 * 28 * 32);
}

static void run_sgemm(const bd_kernels *table, const layer *layer) {
  table->sgemm(&layer->job.sgemm, 0, layer->job.sgemm.shape.width);
}

static layer float_product(const bd_kernels *table, const char *name, int64_t rows, int64_t depth, int64_t columns) {
  layer made = {.name = name, .run = run_sgemm};
  bd_sgemm *job = &made.job.sgemm;
  static const int64_t offset = 0;
  job->shape = (bd_sum_shape){.images = 1, .height = 1, .width = rows, .input = {0, 0, depth}, .output = {0, 0, columns},
                              .segment_offsets = &offset, .segment_count = 1, .segment_length = depth,
                              .columns = columns};
  float *packed = memory(4 * (int64_t)table->sgemm_packed_floats(columns, 1, depth));
  table->sgemm_pack(reals(columns * depth), columns, 1, depth, packed);
  job->input = reals(rows * depth);
  job->packed_weights = packed;
  job->bias = memory((columns + 63) / 64 * 64 * 4);
  job->minimum = -INFINITY;
  job->maximum = INFINITY;
  job->output = memory(4 * rows * columns);
  return made;
}

static void run_softmax(const bd_kernels *table, const layer *layer) { table->ssoftmax(&layer->job.softmax, 0, 394); }

void make_layers(const bd_kernels *table, layer layers[LAYER_COUNT]) {
  const int64_t pixels = 3 * 224 * 224, sum = 28 * 28 * 32, attention = 394 * 197;
  layers[0] = convolution(table, "qgemm-1x1-28x28x192-to-32", 28, 192, 32, 1);
  layers[1] = convolution(table, "qgemm-1x1-14x14x64-to-384", 14, 64, 384, 1);
  layers[2] = convolution(table, "qgemm-1x1-7x7x960-to-160", 7, 960, 160, 1);
  layers[3] = convolution(table, "qgemm-3x3-14x14x128-to-128", 14, 128, 128, 3);
  layers[4] = depthwise(table, "qdepthwise-3x3-28x28x192", 28, 192, 3, 1);
  layers[5] = depthwise(table, "qdepthwise-5x5-stride-2-14x14x240", 14, 240, 5, 2);
  layers[6] = (layer){.name = "quantize-224x224x3", .run = run_quantize,
                      .job.quantize = {reals(pixels), memory(pixels), pixels}};
  layers[7] = (layer){.name = "qbinary-add-28x28x32", .run = run_addition,
                      .job.qbinary = {.operation = BD_ADD, .left = codes(sum), .right = codes(sum), .output = memory(sum),
                                      .left_scale = 0.031f, .right_scale = 0.017f, .output_scale = 0.04f,
                                      .left_zero = 120, .right_zero = 131, .output_zero = 127, .maximum = 255,
                                      .left_step = 1, .right_step = 1}};
  layers[8] = float_product(table, "sgemm-197x192-to-192", 197, 192, 192);
  layers[9] = (layer){.name = "ssoftmax-394x197", .run = run_softmax,
                      .job.softmax = {.input = reals(attention), .output = memory(4 * attention), .extent = 197,
                                      .inner = 1}};
}
