// sreduce, ssoftmax and schannelsums.
#include <math.h>
#include <stdio.h>

#include "../driver.h"

static int64_t extent_of(trial *trial) {
  return chance(trial, 10) ? within(trial, 2000, 2500) : chance(trial, 40) ? ONE_OF(trial, 1, 31, 32, 33, 63, 64, 65) : within(trial, 1, 150);
}

static int64_t inner_of(trial *trial) { return chance(trial, 50) ? 1 : ONE_OF(trial, 2, 3, 7, 31, 32, 33, 40, 65); }

static int64_t parts_of(int64_t outer, int64_t inner) {
  return outer * (inner == 1 ? 1 : (inner + BD_COLUMNS - 1) / BD_COLUMNS);
}

/// Reals, now and then special ones.
static float *reals(trial *trial, int64_t count) {
  float *made = input_memory(4 * count);
  if (chance(trial, 20)) fill_special(trial, made, count, 10);
  else fill_reals(trial, made, count, 10);
  return made;
}

static void reduce(trial *trial, bd_reduction operation) {
  begin_case(trial, "sreduce");
  const int64_t outer = within(trial, 1, 4), extent = extent_of(trial), inner = inner_of(trial);
  snprintf(trial->name, sizeof trial->name, "sreduce %d of %lldx%lldx%lld", operation, (long long)outer,
           (long long)extent, (long long)inner);
  const int64_t parts = parts_of(outer, inner), outputs = outer * inner;
  float *expected = output_memory(4 * outputs), *actual = output_memory(4 * outputs);
  bd_reduce job = {.operation = operation, .input = reals(trial, outer * extent * inner), .output = expected,
                   .extent = extent, .inner = inner, .divisor = chance(trial, 50) ? 1.0f : (float)extent,
                   .takes_root = chance(trial, 30)};
  int64_t cuts[4];
  cut_range(trial, 0, parts, cuts);
  trial->oracle->sreduce(&job, 0, parts);
  job.output = actual;
  for (int r = 0; r < 3; r++) trial->table->sreduce(&job, cuts[r], cuts[r + 1]);
  expect_reals(trial, "the output", actual, expected, outputs);
}

static void softmax(trial *trial) {
  begin_case(trial, "ssoftmax");
  const int64_t outer = within(trial, 1, 4), extent = extent_of(trial), inner = inner_of(trial);
  const int64_t parts = parts_of(outer, inner), elements = outer * extent * inner;
  float *expected = output_memory(4 * elements), *actual = output_memory(4 * elements);
  bd_softmax job = {.input = reals(trial, elements), .output = expected, .extent = extent, .inner = inner,
                    .is_logarithm = chance(trial, 50)};
  snprintf(trial->name, sizeof trial->name, "ssoftmax%s of %lldx%lldx%lld", job.is_logarithm ? " (logarithms)" : "",
           (long long)outer, (long long)extent, (long long)inner);
  int64_t cuts[4];
  cut_range(trial, 0, parts, cuts);
  trial->oracle->ssoftmax(&job, 0, parts);
  job.output = actual;
  for (int r = 0; r < 3; r++) trial->table->ssoftmax(&job, cuts[r], cuts[r + 1]);
  expect_reals(trial, "the output", actual, expected, elements);
}

static void channel_sums(trial *trial, bool is_channels_last) {
  begin_case(trial, "schannelsums");
  const int64_t images = within(trial, 1, 2), channels = within(trial, 1, 70);
  const int64_t pixels = chance(trial, 80) ? within(trial, 1, 80) : within(trial, 500, 1100);
  snprintf(trial->name, sizeof trial->name, "schannelsums of %lld images, %lld pixels, %lld channels%s",
           (long long)images, (long long)pixels, (long long)channels, is_channels_last ? ", last" : "");
  const int64_t blocks = (pixels + BD_SUM_PIXELS - 1) / BD_SUM_PIXELS, sums = images * blocks * channels;
  const int64_t parts = images * blocks * ((channels + BD_COLUMNS - 1) / BD_COLUMNS);
  float *expected = output_memory(4 * sums), *actual = output_memory(4 * sums);
  bd_channel_sums job = {.input = reals(trial, images * pixels * channels), .sums = expected, .pixels = pixels,
                         .channels = channels, .is_channels_last = is_channels_last};
  if (chance(trial, 50)) job.shifts = reals(trial, images * channels);
  int64_t cuts[4];
  cut_range(trial, 0, parts, cuts);
  trial->oracle->schannelsums(&job, 0, parts);
  job.sums = actual;
  for (int r = 0; r < 3; r++) trial->table->schannelsums(&job, cuts[r], cuts[r + 1]);
  expect_reals(trial, "the sums", actual, expected, sums);
}

void reductions(trial *trial) {
  if (trial->table == trial->oracle) return;
  for (int64_t r = 0; r < trial->repetitions; r++) {
    for (int operation = BD_REDUCE_SUM; operation <= BD_REDUCE_MINIMUM; operation++)
      reduce(trial, (bd_reduction)operation);
    softmax(trial);
    channel_sums(trial, false);
    channel_sums(trial, true);
  }
}
