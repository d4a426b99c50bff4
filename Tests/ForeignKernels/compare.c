// Names cases, and tells of the first difference of two results.
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"

/// Failures of one instruction set that are told in full.
enum { MOST_TOLD = 10 };

void begin_case(trial *trial, const char *format, ...) {
  release_memory();
  trial->cases++;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(trial->name, sizeof trial->name, format, arguments);
  va_end(arguments);
}

/// Counts a failure; whether it is to be told.
static bool fails(trial *trial) {
  if (++trial->failures > MOST_TOLD) return false;
  printf("kernels %s: case %lld, %s\n    ", trial->table->name, (long long)trial->cases, trial->name);
  return true;
}

void expect_bytes(trial *trial, const char *what, const void *actual, const void *expected, int64_t bytes) {
  const uint8_t *left = actual, *right = expected;
  for (int64_t i = 0; i < bytes + BD_GUARD; i++) {
    if (left[i] == right[i]) continue;
    if (fails(trial))
      printf("byte %lld of %s is %d, not %d%s\n", (long long)i, what, left[i], right[i],
             i < bytes ? "" : " (in the guard)");
    return;
  }
}

void expect_reals(trial *trial, const char *what, const float *actual, const float *expected, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    if (memcmp(actual + i, expected + i, sizeof *actual) == 0 || (isnan(actual[i]) && isnan(expected[i]))) continue;
    if (fails(trial))
      printf("element %lld of %s is %.9g (%a), not %.9g (%a)\n", (long long)i, what, actual[i], actual[i], expected[i],
             expected[i]);
    return;
  }
  if (memcmp(actual + count, expected + count, BD_GUARD) != 0 && fails(trial)) printf("the guard of %s is written\n", what);
}
