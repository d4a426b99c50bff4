// sgemm: chains of fused multiply-adds; the scalar table against fmaf in plain loops.
#include <math.h>
#include <stdio.h>

#include "../driver.h"

static float *run_table(const bd_kernels *table, const bd_sgemm *of, const float *weights, int64_t elements,
                        const int64_t cuts[4], bool halves) {
  bd_sgemm job = *of;
  const bd_sum_shape *shape = &job.shape;
  const size_t floats = table->sgemm_packed_floats(shape->columns, shape->segment_count, shape->segment_length);
  float *packed = output_memory(4 * (int64_t)floats);
  table->sgemm_pack(weights, shape->columns, shape->segment_count, shape->segment_length, packed);
  job.packed_weights = packed;
  if (halves) {
    uint16_t *narrow = output_memory(2 * (int64_t)floats);
    if (bd_narrow(packed, (int64_t)floats, job.half_format, narrow)) job.packed_weights = NULL, job.halves = narrow;
  }
  job.output = output_memory(4 * elements);
  for (int r = 0; r < 3; r++) table->sgemm(&job, cuts[r], cuts[r + 1]);
  return job.output;
}

/// The definition.
static void reference(const bd_sgemm *job, const float *weights, float *output) {
  const bd_sum_shape *shape = &job->shape;
  for (int64_t n = 0; n < shape->images; n++)
    for (int64_t y = 0; y < shape->height; y++)
      for (int64_t x = 0; x < shape->width; x++)
        for (int64_t c = 0; c < shape->columns; c++) {
          const float *pixel = job->input + n * shape->input.image + y * shape->input.line + x * shape->input.pixel;
          const float *weight = weights + c * shape->segment_count * shape->segment_length;
          float sum = job->bias[c];
          for (int64_t s = 0; s < shape->segment_count; s++)
            for (int64_t i = 0; i < shape->segment_length; i++)
              sum = fmaf(pixel[shape->segment_offsets[s] + i], *weight++, sum);
          sum = sum < job->minimum ? job->minimum : sum;
          output[n * shape->output.image + y * shape->output.line + x * shape->output.pixel + c] =
              sum > job->maximum ? job->maximum : sum;
        }
}

void float_sums(trial *trial) {
  for (int64_t r = 0; r < trial->repetitions * 4; r++) {
    begin_case(trial, "sgemm");
    bd_sgemm job = {.minimum = chance(trial, 50) ? -INFINITY : 0.0f, .maximum = chance(trial, 50) ? INFINITY : 2.0f};
    bd_sum_shape *shape = &job.shape;
    *shape = (bd_sum_shape){.images = within(trial, 1, 2), .height = within(trial, 1, 3), .width = within(trial, 1, 14),
                            .segment_count = within(trial, 1, 3),
                            .segment_length = chance(trial, 15) ? within(trial, 150, 500) : within(trial, 1, 40)};
    shape->columns = chance(trial, 50) ? within(trial, 1, 70) : ONE_OF(trial, 1, 4, 7, 8, 9, 12, 15, 16, 17, 24, 32, 33, 48, 49);
    snprintf(trial->name, sizeof trial->name, "sgemm of %lldx%lldx%lld pixels, %lld segments of %lld, %lld columns",
             (long long)shape->images, (long long)shape->height, (long long)shape->width,
             (long long)shape->segment_count, (long long)shape->segment_length, (long long)shape->columns);
    shape->input.pixel = within(trial, 1, shape->segment_length);
    const int64_t line = shape->width * shape->input.pixel + shape->segment_length;
    shape->input.line = line;
    shape->input.image = (shape->height + shape->segment_count) * line;
    shape->output.pixel = shape->columns + within(trial, 0, 2);
    shape->output.line = shape->width * shape->output.pixel + within(trial, 0, 2);
    shape->output.image = shape->height * shape->output.line;
    int64_t *offsets = input_memory(shape->segment_count * (int64_t)sizeof *offsets);
    for (int64_t s = 0; s < shape->segment_count; s++) offsets[s] = s * line;
    shape->segment_offsets = offsets;
    const int64_t depth = shape->segment_count * shape->segment_length, inputs = shape->images * shape->input.image;
    float *input = input_memory(4 * inputs), *weights = input_memory(4 * depth * shape->columns);
    float *bias = input_memory((shape->columns + 63) / 64 * 64 * 4);
    fill_reals(trial, input, inputs, 1);
    if (chance(trial, 15)) fill_special(trial, input, inputs, 1);
    fill_reals(trial, weights, depth * shape->columns, 1);
    // Weights of 16 bits, which must give what the same weights give in 32.
    const bool halves = chance(trial, 30);
    if (halves) job.half_format = chance(trial, 50) ? BD_FP16 : BD_BF16;
    for (int64_t i = 0; halves && i < depth * shape->columns; i++) weights[i] = truncf(weights[i] * 64) / 64;
    fill_reals(trial, bias, shape->columns, 1);
    job.input = input;
    job.bias = bias;
    const int64_t pixels = shape->images * shape->height * shape->width, whole[4] = {0, pixels, pixels, pixels};
    const int64_t elements = shape->images * shape->output.image;
    int64_t cuts[4];
    cut_range(trial, 0, pixels, cuts);
    float *expected;
    if (trial->table == trial->oracle) reference(&job, weights, expected = output_memory(4 * elements));
    else expected = run_table(trial->oracle, &job, weights, elements, whole, false);
    expect_reals(trial, "the output", run_table(trial->table, &job, weights, elements, cuts, halves), expected, elements);
  }
}
