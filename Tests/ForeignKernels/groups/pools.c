// Pools: windows that lie inside, across and outside of the image.
#include <stdio.h>

#include "../driver.h"

static bd_pool_shape shape_of(trial *trial) {
  bd_pool_shape shape = {
      .images = within(trial, 1, 2), .input_height = within(trial, 1, 8), .input_width = within(trial, 1, 8),
      .channels = chance(trial, 30) ? within(trial, 1, 100) : ONE_OF(trial, 1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65),
      .kernel_height = within(trial, 1, 5), .kernel_width = within(trial, 1, 5), .stride_height = within(trial, 1, 3),
      .stride_width = within(trial, 1, 3), .dilation_height = chance(trial, 80) ? 1 : 2,
      .dilation_width = chance(trial, 80) ? 1 : 2, .count_include_pad = chance(trial, 50)};
  if (chance(trial, 10)) shape.input_height = shape.kernel_height = 17, shape.input_width = shape.kernel_width = 19;
  const int64_t reach_y = (shape.kernel_height - 1) * shape.dilation_height + 1;
  const int64_t reach_x = (shape.kernel_width - 1) * shape.dilation_width + 1;
  shape.pad_top = within(trial, 0, reach_y - 1), shape.pad_bottom = within(trial, 0, reach_y - 1);
  shape.pad_left = within(trial, 0, reach_x - 1), shape.pad_right = within(trial, 0, reach_x - 1);
  const int64_t rows = shape.input_height + shape.pad_top + shape.pad_bottom - reach_y;
  const int64_t columns = shape.input_width + shape.pad_left + shape.pad_right - reach_x;
  shape.height = rows < 0 ? 0 : rows / shape.stride_height + 1;
  shape.width = columns < 0 ? 0 : columns / shape.stride_width + 1;
  return shape;
}

static void name(trial *trial, const char *kernel, const bd_pool_shape *shape) {
  snprintf(trial->name, sizeof trial->name,
           "%s of %lldx%lldx%lldx%lld, window %lldx%lld, strides %lldx%lld, dilations %lldx%lld, pads %lld %lld %lld %lld",
           kernel, (long long)shape->images, (long long)shape->input_height, (long long)shape->input_width,
           (long long)shape->channels, (long long)shape->kernel_height, (long long)shape->kernel_width,
           (long long)shape->stride_height, (long long)shape->stride_width, (long long)shape->dilation_height,
           (long long)shape->dilation_width, (long long)shape->pad_top, (long long)shape->pad_left,
           (long long)shape->pad_bottom, (long long)shape->pad_right);
}

static void on_codes(trial *trial, bool is_average) {
  begin_case(trial, "pool");
  const bd_pool_shape shape = shape_of(trial);
  name(trial, is_average ? "qaveragepool" : "qmaxpool", &shape);
  const int64_t inputs = shape.images * shape.input_height * shape.input_width * shape.channels;
  const int64_t lines = shape.images * shape.height, outputs = lines * shape.width * shape.channels;
  uint8_t *input = input_memory(inputs), *expected = output_memory(outputs), *actual = output_memory(outputs);
  fill_codes(trial, input, inputs);
  const int32_t input_zero = (int32_t)within(trial, 0, 255), output_zero = (int32_t)within(trial, 0, 255);
  const float multiplier = chance(trial, 85) ? real_within(trial, 0.3f, 3.0f) : 1e12f;
  int64_t cuts[4];
  cut_range(trial, 0, lines, cuts);
  if (is_average)
    trial->oracle->qaveragepool(&shape, input, input_zero, multiplier, output_zero, expected, 0, lines);
  else trial->oracle->qmaxpool(&shape, input, expected, 0, lines);
  for (int r = 0; r < 3; r++)
    if (is_average)
      trial->table->qaveragepool(&shape, input, input_zero, multiplier, output_zero, actual, cuts[r], cuts[r + 1]);
    else trial->table->qmaxpool(&shape, input, actual, cuts[r], cuts[r + 1]);
  expect_bytes(trial, "the codes", actual, expected, outputs);
}

static void on_reals(trial *trial, bool is_average) {
  begin_case(trial, "pool");
  const bd_pool_shape shape = shape_of(trial);
  name(trial, is_average ? "saveragepool" : "smaxpool", &shape);
  const int64_t inputs = shape.images * shape.input_height * shape.input_width * shape.channels;
  const int64_t lines = shape.images * shape.height, outputs = lines * shape.width * shape.channels;
  float *input = input_memory(4 * inputs), *expected = output_memory(4 * outputs), *actual = output_memory(4 * outputs);
  if (chance(trial, 50)) fill_special(trial, input, inputs, 10);
  else fill_reals(trial, input, inputs, 10);
  int64_t cuts[4];
  cut_range(trial, 0, lines, cuts);
  (is_average ? trial->oracle->saveragepool : trial->oracle->smaxpool)(&shape, input, expected, 0, lines);
  for (int r = 0; r < 3; r++)
    (is_average ? trial->table->saveragepool : trial->table->smaxpool)(&shape, input, actual, cuts[r], cuts[r + 1]);
  expect_reals(trial, "the reals", actual, expected, outputs);
}

void pools(trial *trial) {
  if (trial->table == trial->oracle) return;
  for (int64_t r = 0; r < trial->repetitions * 2; r++)
    for (int is_average = 0; is_average < 2; is_average++) {
      on_codes(trial, is_average);
      on_reals(trial, is_average);
    }
}
