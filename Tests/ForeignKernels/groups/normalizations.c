// snormalize and saffine.
#include <math.h>
#include <stdio.h>

#include "../driver.h"

static float *reals(trial *trial, int64_t count) {
  float *made = input_memory(4 * count);
  if (chance(trial, 20)) fill_special(trial, made, count, 3);
  else fill_reals(trial, made, count, 3);
  return made;
}

static void normalize(trial *trial) {
  begin_case(trial, "snormalize");
  const int64_t rows = within(trial, 1, 4), length = chance(trial, 20) ? within(trial, 2000, 2200) : within(trial, 1, 140);
  float *expected = output_memory(4 * rows * length), *actual = output_memory(4 * rows * length);
  bd_normalize job = {.input = reals(trial, rows * length), .scale = reals(trial, length),
                      .bias = chance(trial, 60) ? reals(trial, length) : NULL, .output = expected, .length = length,
                      .epsilon = 1e-5f, .is_centered = chance(trial, 60)};
  snprintf(trial->name, sizeof trial->name, "snormalize of %lldx%lld%s%s", (long long)rows, (long long)length,
           job.bias ? ", bias" : "", job.is_centered ? ", centered" : "");
  trial->oracle->snormalize(&job, 0, rows);
  job.output = actual;
  const int64_t cut = within(trial, 0, rows);
  trial->table->snormalize(&job, 0, cut);
  trial->table->snormalize(&job, cut, rows);
  expect_reals(trial, "the output", actual, expected, rows * length);
}

static void affine(trial *trial) {
  begin_case(trial, "saffine");
  const int64_t rows = within(trial, 1, 5), columns = within(trial, 1, 80);
  float *expected = output_memory(4 * rows * columns), *actual = output_memory(4 * rows * columns);
  bd_affine job = {.columns = columns, .is_per_row = chance(trial, 50), .output = expected};
  const int64_t factors = job.is_per_row ? rows : columns;
  job.input = reals(trial, rows * columns);
  job.scale = reals(trial, factors);
  job.bias = reals(trial, factors);
  snprintf(trial->name, sizeof trial->name, "saffine of %lldx%lld per %s", (long long)rows, (long long)columns,
           job.is_per_row ? "row" : "column");
  trial->oracle->saffine(&job, 0, rows);
  job.output = actual;
  trial->table->saffine(&job, 0, rows);
  expect_reals(trial, "the output", actual, expected, rows * columns);
}

void normalizations(trial *trial) {
  if (trial->table == trial->oracle) return;
  for (int64_t r = 0; r < trial->repetitions * 2; r++) {
    normalize(trial);
    affine(trial);
  }
}
