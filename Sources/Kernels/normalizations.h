/// Normalization, written once for every register width.
#ifndef BITDEPTH_NORMALIZATIONS_H
#define BITDEPTH_NORMALIZATIONS_H

#include "reductions.h"

#pragma STDC FP_CONTRACT OFF

/// Mean and 1 / deviation of a row.
BD_FLOATS BD_INLINE void row_moments(const bd_normalize *job, const float *row, float *mean, float *inverse) {
  const float length = (float)job->length;
  *mean = job->is_centered ? reduce_row(BD_REDUCE_SUM, row, job->length, 0.0f) / length : 0.0f;
  const float variance = reduce_row(BD_REDUCE_SQUARES, row, job->length, *mean) / length;
  *inverse = 1.0f / sqrtf(variance + job->epsilon);
}

/// output = (input - mean) * inverse * scale + bias, `scale` and `bias` as long as the row.
BD_FLOATS BD_INLINE void apply_row(const bd_normalize *job, const float *row, float *output, float mean, float inverse) {
  const floats means = splat(mean), inverses = splat(inverse);
  int64_t i = 0;
  BD_NO_UNROLL for (; i + CHUNK <= job->length; i += CHUNK)
    BD_UNROLL for (int64_t r = i; r < i + CHUNK; r += LANES) {
      const floats unit = (load(row + r) - means) * inverses;
      store(output + r, multiply_add(unit, load(job->scale + r), job->bias ? load(job->bias + r) : splat(0.0f)));
    }
  if (i == job->length) return;
  const int64_t rest = job->length - i;
  chunk x = load_start(row + i, rest, 0.0f);
  const chunk scale = load_start(job->scale + i, rest, 0.0f);
  const chunk bias = job->bias ? load_start(job->bias + i, rest, 0.0f) : splat_chunk(0.0f);
  BD_UNROLL for (int r = 0; r < REGISTERS; r++)
    x.part[r] = multiply_add((x.part[r] - means) * inverses, scale.part[r], bias.part[r]);
  store_start(output + i, rest, &x);
}

BD_FLOATS BD_INLINE void normalize(const bd_normalize *job, int64_t begin, int64_t end) {
  for (int64_t index = begin; index < end; index++) {
    const float *row = job->input + index * job->length;
    float mean, inverse;
    row_moments(job, row, &mean, &inverse);
    if (job->means) job->means[index] = mean;
    if (job->inverses) job->inverses[index] = inverse;
    if (job->output) apply_row(job, row, job->output + index * job->length, mean, inverse);
  }
}

/// Sums of deviations, or of their squares, down the columns of rows begin ..< end: one partial sum for each column.
BD_FLOATS BD_INLINE void column_sums(const float *input, const float *shifts, float *sums, int64_t columns,
                                     int64_t begin, int64_t end) {
  for (int64_t column = 0; column < columns; column += CHUNK) {
    const int64_t count = bd_min(CHUNK, columns - column);
    const float *first = input + begin * columns + column;
    const chunk shift = shifts ? load_start(shifts + column, count, 0.0f) : splat_chunk(0.0f);
    const chunk sum = shifts ? reduce_columns(BD_REDUCE_SQUARES, first, end - begin, columns, count, &shift)
                             : reduce_columns(BD_REDUCE_SUM, first, end - begin, columns, count, &shift);
    store_start(sums + column, count, &sum);
  }
}

/// output = input * scale + bias, one of each for every row, or for every column.
BD_FLOATS BD_INLINE void affine_rows(const bd_affine *job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; row++) {
    const float *input = job->input + row * job->columns;
    float *output = job->output + row * job->columns;
    const floats scale = splat(job->scale[row]), bias = splat(job->bias[row]);
    int64_t i = 0;
    for (; i + LANES <= job->columns; i += LANES) store(output + i, multiply_add(load(input + i), scale, bias));
    if (i < job->columns) {
      const floats_mask mask = first_lanes(job->columns - i);
      store_masked(output + i, mask, multiply_add(load_masked(input + i, mask), scale, bias));
    }
  }
}

BD_FLOATS BD_INLINE void affine_columns(const bd_affine *job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; row++) {
    const float *input = job->input + row * job->columns;
    float *output = job->output + row * job->columns;
    int64_t i = 0;
    for (; i + LANES <= job->columns; i += LANES)
      store(output + i, multiply_add(load(input + i), load(job->scale + i), load(job->bias + i)));
    if (i < job->columns) {
      const floats_mask mask = first_lanes(job->columns - i);
      const floats x = load_masked(input + i, mask), scale = load_masked(job->scale + i, mask);
      store_masked(output + i, mask, multiply_add(x, scale, load_masked(job->bias + i, mask)));
    }
  }
}

BD_FLOATS BD_INLINE void affine(const bd_affine *job, int64_t begin, int64_t end) {
  if (job->is_per_row) affine_rows(job, begin, end);
  else affine_columns(job, begin, end);
}

#endif
