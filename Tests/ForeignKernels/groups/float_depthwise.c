// sdepthwise: chains of fused multiply-adds in order of taps.
#include <math.h>

#include "depthwise_shapes.h"

static float *run_table(const bd_kernels *table, const bd_sdepthwise *of, const float *weights, int64_t elements,
                        const int64_t cuts[4]) {
  bd_sdepthwise job = *of;
  const bd_depthwise_shape *shape = &job.shape;
  const size_t floats = table->sdepthwise_packed_floats(shape->channels, shape->kernel_height, shape->kernel_width);
  float *packed = output_memory(4 * (int64_t)floats);
  table->sdepthwise_pack(weights, shape->channels, shape->kernel_height, shape->kernel_width, packed);
  job.packed_weights = packed;
  job.output = output_memory(4 * elements);
  for (int r = 0; r < 3; r++) table->sdepthwise(&job, cuts[r], cuts[r + 1]);
  return job.output;
}

void float_depthwise(trial *trial) {
  if (trial->table == trial->oracle) return;
  for (int64_t r = 0; r < trial->repetitions * 3; r++) {
    begin_case(trial, "sdepthwise");
    bd_sdepthwise job = {.shape = make_depthwise_shape(trial), .minimum = chance(trial, 50) ? -INFINITY : 0.0f,
                         .maximum = chance(trial, 50) ? INFINITY : 2.0f};
    const bd_depthwise_shape *shape = &job.shape;
    name_depthwise(trial, "sdepthwise", shape);
    const int64_t taps = shape->kernel_height * shape->kernel_width, inputs = shape->images * shape->input.image;
    const int64_t elements = shape->images * shape->output.image, lines = shape->images * shape->height;
    float *input = input_memory(4 * inputs), *weights = input_memory(4 * shape->channels * taps);
    float *bias = input_memory((shape->channels + 63) / 64 * 64 * 4);
    fill_reals(trial, input, inputs, 1);
    fill_reals(trial, weights, shape->channels * taps, 1);
    fill_reals(trial, bias, shape->channels, 1);
    job.input = input;
    job.bias = bias;
    const int64_t whole[4] = {0, lines, lines, lines};
    int64_t cuts[4];
    cut_range(trial, 0, lines, cuts);
    const float *expected = run_table(trial->oracle, &job, weights, elements, whole);
    expect_reals(trial, "the output", run_table(trial->table, &job, weights, elements, cuts), expected, elements);
  }
}
