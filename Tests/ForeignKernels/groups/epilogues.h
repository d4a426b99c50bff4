/// Epilogues of quantized sums, and their definition.
#ifndef BITDEPTH_FOREIGN_KERNELS_EPILOGUES_H
#define BITDEPTH_FOREIGN_KERNELS_EPILOGUES_H

#include <math.h>
#include <stdio.h>

#include "../driver.h"

/// An epilogue for sums of `depth` products: multipliers that spread the codes, or now and then large or negative ones.
static inline bd_epilogue make_epilogue(trial *trial, int64_t columns, int64_t depth) {
  bd_epilogue epilogue = {.kind = (bd_output_kind)(chance(trial, 60) ? 0 : within(trial, 0, 2)), .maximum = 255};
  float *multiplier = input_memory((columns + 63) / 64 * 64 * 4);
  const bool is_large = chance(trial, 20);
  for (int64_t c = 0; c < columns; c++) {
    multiplier[c] = real_within(trial, 0.1f, 1.0f) / (100.0f * sqrtf((float)depth));
    if (is_large) multiplier[c] *= chance(trial, 50) ? 1e9f : chance(trial, 50) ? -300.0f : 1e30f;
  }
  epilogue.multiplier = multiplier;
  epilogue.zero_point = (int32_t)ONE_OF(trial, 0, 0, 1, 3, 117, 127, 128, 255);
  if (chance(trial, 40)) {
    epilogue.minimum = (int32_t)within(trial, 0, 200);
    epilogue.maximum = (int32_t)within(trial, epilogue.minimum, 255);
  }
  epilogue.float_minimum = chance(trial, 50) ? -INFINITY : 0.0f;
  epilogue.float_maximum = chance(trial, 50) ? INFINITY : 1.5f;
  return epilogue;
}

/// Stores one exact sum as the epilogue wants it.
static inline void store_reference(const bd_epilogue *epilogue, int64_t sum, int64_t column, void *output,
                                   int64_t element) {
  const float product = (float)sum * epilogue->multiplier[column];
  if (epilogue->kind == BD_OUTPUT_U8) {
    const double code = nearbyint(fmin(fmax((double)product, -1e6), 1e6)) + epilogue->zero_point;
    ((uint8_t *)output)[element] = (uint8_t)fmin(fmax(code, epilogue->minimum), epilogue->maximum);
  } else if (epilogue->kind == BD_OUTPUT_F32) {
    ((float *)output)[element] = fminf(fmaxf(product, epilogue->float_minimum), epilogue->float_maximum);
  } else {
    ((int32_t *)output)[element] = (int32_t)sum;
  }
}

#endif
