// Element-wise kernels, on ranges that begin and end anywhere.
#include <math.h>
#include <stdio.h>

#include "../driver.h"

enum { MOST = 300 };

static float scale_of(trial *trial) {
  return chance(trial, 85) ? real_within(trial, 0.0005f, 0.2f)
                           : (float[]){0x1p-120f, 1e-38f, 0x1p-100f, 1.0f, 1e10f, 0x1p110f}[within(trial, 0, 5)];
}

/// Reals that often lie near the middle between two codes.
static float *reals_near_ties(trial *trial, int64_t count, float scale) {
  float *reals = input_memory(count * 4);
  fill_special(trial, reals, count, 200 * scale);
  for (int64_t i = 0; i < count; i++)
    if (chance(trial, 40)) {
      reals[i] = ((float)within(trial, -300, 300) + 0.5f) * scale;
      if (chance(trial, 60)) reals[i] = nextafterf(reals[i], chance(trial, 50) ? INFINITY : -INFINITY);
    }
  return reals;
}

static void quantize(trial *trial) {
  begin_case(trial, "quantize_u8");
  const int64_t begin = within(trial, 0, 40), end = within(trial, begin, MOST);
  const float scale = scale_of(trial);
  const int32_t zero = (int32_t)within(trial, 0, 255);
  snprintf(trial->name, sizeof trial->name, "quantize_u8 of %lld ..< %lld, scale %a, zero point %d", (long long)begin,
           (long long)end, scale, zero);
  const float *input = reals_near_ties(trial, MOST, scale);
  uint8_t *expected = output_memory(MOST), *actual = output_memory(MOST);
  trial->oracle->quantize_u8(input, expected, scale, zero, begin, end);
  trial->table->quantize_u8(input, actual, scale, zero, begin, end);
  expect_bytes(trial, "the codes", actual, expected, MOST);
}

static void dequantize(trial *trial) {
  begin_case(trial, "dequantize_u8");
  const int64_t begin = within(trial, 0, 40), end = within(trial, begin, MOST);
  const float scale = scale_of(trial);
  const int32_t zero = (int32_t)within(trial, 0, 255);
  uint8_t *input = input_memory(MOST);
  fill_codes(trial, input, MOST);
  float *expected = output_memory(4 * MOST), *actual = output_memory(4 * MOST);
  trial->oracle->dequantize_u8(input, expected, scale, zero, begin, end);
  trial->table->dequantize_u8(input, actual, scale, zero, begin, end);
  expect_reals(trial, "the reals", actual, expected, MOST);
}

static void map(trial *trial) {
  begin_case(trial, "map_u8");
  const int64_t begin = within(trial, 0, 40), end = within(trial, begin, MOST);
  uint8_t *table = input_memory(256), *input = input_memory(MOST);
  for (int i = 0; i < 256; i++) table[i] = (uint8_t)within(trial, 0, 255);
  for (int i = 0; i < MOST; i++) input[i] = (uint8_t)(i % 256);
  uint8_t *expected = output_memory(MOST), *actual = output_memory(MOST);
  trial->oracle->map_u8(table, input, expected, begin, end);
  trial->table->map_u8(table, input, actual, begin, end);
  expect_bytes(trial, "the codes", actual, expected, MOST);
}

static void binary_on_codes(trial *trial, bd_binary_operation operation) {
  begin_case(trial, "qbinary %d", operation);
  const int64_t begin = within(trial, 0, 40), end = within(trial, begin, MOST);
  uint8_t *left = input_memory(MOST), *right = input_memory(MOST);
  fill_codes(trial, left, MOST);
  fill_codes(trial, right, MOST);
  bd_qbinary job = {.operation = operation, .left = left, .right = right, .left_scale = scale_of(trial),
                    .right_scale = scale_of(trial), .left_zero = (int32_t)within(trial, 0, 255),
                    .right_zero = (int32_t)within(trial, 0, 255), .output_zero = (int32_t)within(trial, 0, 255),
                    .minimum = (int32_t)within(trial, 0, 30), .maximum = (int32_t)within(trial, 200, 255),
                    .left_step = within(trial, 0, 3) > 0, .right_step = within(trial, 0, 3) > 0};
  // Output scales that spread the codes, and often make ties.
  job.output_scale = operation == BD_MULTIPLY ? job.left_scale * job.right_scale * 64
                     : operation == BD_DIVIDE ? job.left_scale / job.right_scale / 16
                                              : (chance(trial, 50) ? 2 : 1.37f) * job.left_scale;
  if (chance(trial, 30) && operation < BD_MULTIPLY) job.right_scale = job.left_scale;
  snprintf(trial->name, sizeof trial->name, "qbinary %d of %lld ..< %lld, steps %lld and %lld, scales %a, %a, %a",
           operation, (long long)begin, (long long)end, (long long)job.left_step, (long long)job.right_step,
           job.left_scale, job.right_scale, job.output_scale);
  uint8_t *expected = output_memory(MOST), *actual = output_memory(MOST);
  job.output = expected;
  trial->oracle->qbinary(&job, begin, end);
  job.output = actual;
  // Costly, for all pairs of codes are tried.
  if (chance(trial, 5)) job.code_sum = bd_prove_code_sum(trial->table, &job, output_memory((int64_t)bd_code_sum_scratch_bytes()));
  trial->table->qbinary(&job, begin, end);
  expect_bytes(trial, "the codes", actual, expected, MOST);
}

static void images(trial *trial) {
  bd_quantize_image job = {.images = 2, .channels = within(trial, 1, 4), .height = within(trial, 1, 9),
                           .width = within(trial, 1, 90), .scale = scale_of(trial),
                           .zero_point = (int32_t)within(trial, 0, 255)};
  begin_case(trial, "quantize_image %lldx%lldx%lld", (long long)job.channels, (long long)job.height, (long long)job.width);
  const int64_t reals = job.images * job.channels * job.height * job.width;
  job.output_line = (job.width + 2) * job.channels;
  job.output_image = (job.height + 1) * job.output_line;
  float *input = input_memory(4 * reals);
  fill_special(trial, input, reals, 9);
  job.input = input;
  uint8_t *expected = output_memory(2 * job.output_image), *actual = output_memory(2 * job.output_image);
  int64_t cuts[4];
  cut_range(trial, 0, 2 * job.height, cuts);
  job.output = expected;
  trial->oracle->quantize_image(&job, 0, 2 * job.height);
  job.output = actual;
  for (int r = 0; r < 3; r++) trial->table->quantize_image(&job, cuts[r], cuts[r + 1]);
  expect_bytes(trial, "the codes", actual, expected, 2 * job.output_image);
}

static void binary_on_reals(trial *trial, bd_binary_operation operation) {
  begin_case(trial, "sbinary %d", operation);
  const int64_t begin = within(trial, 0, 40), end = within(trial, begin, MOST);
  float *left = input_memory(4 * MOST), *right = input_memory(4 * MOST);
  fill_special(trial, left, MOST, 10);
  fill_special(trial, right, MOST, 10);
  bd_sbinary job = {.operation = operation, .left = left, .right = right, .minimum = chance(trial, 50) ? -INFINITY : 0.0f,
                    .maximum = chance(trial, 50) ? INFINITY : 6.0f};
  float *expected = output_memory(4 * MOST), *actual = output_memory(4 * MOST);
  job.output = expected;
  trial->oracle->sbinary(&job, begin, end);
  job.output = actual;
  trial->table->sbinary(&job, begin, end);
  expect_reals(trial, "the reals", actual, expected, MOST);
}

static void clamp(trial *trial) {
  begin_case(trial, "sclamp");
  const int64_t begin = within(trial, 0, 40), end = within(trial, begin, MOST);
  float *input = input_memory(4 * MOST);
  fill_special(trial, input, MOST, 10);
  const float minimum = chance(trial, 50) ? 0.0f : -3.0f, maximum = chance(trial, 50) ? INFINITY : 6.0f;
  float *expected = output_memory(4 * MOST), *actual = output_memory(4 * MOST);
  trial->oracle->sclamp(input, expected, minimum, maximum, begin, end);
  trial->table->sclamp(input, actual, minimum, maximum, begin, end);
  expect_reals(trial, "the reals", actual, expected, MOST);
}

void elementwise(trial *trial) {
  if (trial->table == trial->oracle) return;
  for (int64_t r = 0; r < trial->repetitions; r++) {
    quantize(trial);
    images(trial);
    dequantize(trial);
    map(trial);
    clamp(trial);
    for (int operation = BD_ADD; operation <= BD_DIVIDE; operation++) {
      binary_on_codes(trial, (bd_binary_operation)operation);
      binary_on_reals(trial, (bd_binary_operation)operation);
    }
  }
}
