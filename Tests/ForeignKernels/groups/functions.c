// sunary and sbroadcast.
#include <math.h>
#include <stdio.h>

#include "../driver.h"

enum { MOST = 200 };

static void unary(trial *trial, bd_function function) {
  begin_case(trial, "sunary %d", function);
  const int64_t begin = within(trial, 0, 20), end = within(trial, begin, MOST);
  float *input = input_memory(4 * MOST), *expected = output_memory(4 * MOST), *actual = output_memory(4 * MOST);
  fill_special(trial, input, MOST, chance(trial, 50) ? 4.0f : 100.0f);
  bd_sunary job = {.function = function, .alpha = real_within(trial, 0.1f, 2.0f), .beta = real_within(trial, 0.1f, 2.0f),
                   .input = input, .output = expected};
  trial->oracle->sunary(&job, begin, end);
  job.output = actual;
  trial->table->sunary(&job, begin, end);
  expect_reals(trial, "the output", actual, expected, MOST);
}

static void broadcast(trial *trial, bd_binary_operation operation, int64_t left_step, int64_t right_step) {
  begin_case(trial, "sbroadcast %d, steps %lld and %lld", operation, (long long)left_step, (long long)right_step);
  const int64_t begin = within(trial, 0, 20), end = within(trial, begin, MOST);
  float *left = input_memory(4 * MOST), *right = input_memory(4 * MOST);
  float *expected = output_memory(4 * MOST), *actual = output_memory(4 * MOST);
  fill_special(trial, left, MOST, 10);
  fill_special(trial, right, MOST, 10);
  bd_sbroadcast job = {
      .binary = {.operation = operation, .left = left, .right = right, .output = expected,
                 .minimum = chance(trial, 50) ? -INFINITY : 0.0f, .maximum = chance(trial, 50) ? INFINITY : 6.0f},
      .left_step = left_step, .right_step = right_step};
  trial->oracle->sbroadcast(&job, begin, end);
  job.binary.output = actual;
  trial->table->sbroadcast(&job, begin, end);
  expect_reals(trial, "the output", actual, expected, MOST);
}

void functions(trial *trial) {
  if (trial->table == trial->oracle) return;
  for (int64_t r = 0; r < trial->repetitions; r++) {
    for (int function = BD_FUNCTION_SIGMOID; function <= BD_FUNCTION_CELU; function++)
      unary(trial, (bd_function)function);
    for (int operation = BD_ADD; operation <= BD_DIVIDE; operation++)
      for (int steps = 0; steps < 4; steps++) broadcast(trial, (bd_binary_operation)operation, steps & 1, steps >> 1);
  }
}
