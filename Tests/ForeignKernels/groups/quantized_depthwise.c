// qdepthwise: kernels, strides, dilations, channels around the blocks; the scalar table against sums in 64 bits.
#include "depthwise_shapes.h"
#include "epilogues.h"

/// The definition, sums in 64 bits.
static void reference(const bd_qdepthwise *job, const int8_t *weights, uint8_t *output) {
  const bd_depthwise_shape *shape = &job->shape;
  for (int64_t n = 0; n < shape->images; n++)
    for (int64_t y = 0; y < shape->height; y++)
      for (int64_t x = 0; x < shape->width; x++)
        for (int64_t c = 0; c < shape->channels; c++) {
          int64_t sum = job->bias[c];
          for (int64_t ky = 0; ky < shape->kernel_height; ky++)
            for (int64_t kx = 0; kx < shape->kernel_width; kx++)
              sum += job->input[input_element(shape, n, y, x, ky, kx) + c] *
                     weights[(c * shape->kernel_height + ky) * shape->kernel_width + kx];
          store_reference(&job->epilogue, sum, c, output,
                          n * shape->output.image + y * shape->output.line + x * shape->output.pixel + c);
        }
}

static uint8_t *run_table(const bd_kernels *table, const bd_qdepthwise *of, const int8_t *weights, int64_t bytes,
                          const int64_t cuts[4]) {
  bd_qdepthwise job = *of;
  const bd_depthwise_shape *shape = &job.shape;
  const size_t packed_bytes =
      table->qdepthwise_packed_bytes(shape->channels, shape->kernel_height, shape->kernel_width);
  int8_t *packed = output_memory((int64_t)packed_bytes);
  table->qdepthwise_pack(weights, shape->channels, shape->kernel_height, shape->kernel_width, packed);
  job.packed_weights = packed;
  job.output = output_memory(bytes);
  for (int r = 0; r < 3; r++) table->qdepthwise(&job, cuts[r], cuts[r + 1]);
  return job.output;
}

void quantized_depthwise(trial *trial) {
  for (int64_t r = 0; r < trial->repetitions * 6; r++) {
    begin_case(trial, "qdepthwise");
    bd_qdepthwise job = {.shape = make_depthwise_shape(trial)};
    const bd_depthwise_shape *shape = &job.shape;
    name_depthwise(trial, "qdepthwise", shape);
    const int64_t taps = shape->kernel_height * shape->kernel_width, channels = shape->channels;
    const int64_t input_bytes = shape->images * shape->input.image, bytes = shape->images * shape->output.image;
    uint8_t *input = input_memory(input_bytes);
    fill_codes(trial, input, input_bytes);
    job.input = input;
    int8_t *weights = input_memory(channels * taps);
    fill_weights(trial, weights, channels * taps);
    int32_t *bias = input_memory((channels + 63) / 64 * 64 * 4);
    for (int64_t c = 0; c < channels; c++) bias[c] = (int32_t)within(trial, -20000, 20000);
    job.bias = bias;
    job.epilogue = make_epilogue(trial, channels, taps);
    job.epilogue.kind = BD_OUTPUT_U8;
    const int64_t lines = shape->images * shape->height, whole[4] = {0, lines, lines, lines};
    int64_t cuts[4];
    cut_range(trial, 0, lines, cuts);
    uint8_t *expected;
    if (trial->table == trial->oracle) reference(&job, weights, expected = output_memory(bytes));
    else expected = run_table(trial->oracle, &job, weights, bytes, whole);
    expect_bytes(trial, "the output", run_table(trial->table, &job, weights, bytes, cuts), expected, bytes);
  }
}
