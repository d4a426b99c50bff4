/// Sums and extremes along one axis of [outer][extent][inner], written once for every register width.
///
/// Rows (inner = 1) are split over the elements of a chunk, columns are walked downwards, many at a time. Both begin a new
/// partial sum after BLOCK steps, so that rounding errors grow with the root of the length and not with the length.
#ifndef BITDEPTH_REDUCTIONS_H
#define BITDEPTH_REDUCTIONS_H

#include "chunks.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

enum { BLOCK = 64 };

BD_INLINE float neutral_of(const bd_reduction operation) {
  switch (operation) {
    case BD_REDUCE_MAXIMUM: return -__builtin_inff();
    case BD_REDUCE_MINIMUM: return __builtin_inff();
    default: return 0.0f;
  }
}

/// Takes one more element in.
BD_FLOATS BD_INLINE floats take_in(const bd_reduction operation, floats sum, floats x) {
  switch (operation) {
    case BD_REDUCE_SUM: return sum + x;
    case BD_REDUCE_SQUARES: return multiply_add(x, x, sum);
    case BD_REDUCE_MAGNITUDES: return sum + magnitude(x);
    case BD_REDUCE_MAXIMUM: return larger(sum, x);
    default: return smaller(sum, x);
  }
}

/// Joins two partial results.
BD_FLOATS BD_INLINE floats join(const bd_reduction operation, floats a, floats b) {
  switch (operation) {
    case BD_REDUCE_MAXIMUM: return larger(a, b);
    case BD_REDUCE_MINIMUM: return smaller(a, b);
    default: return a + b;
  }
}

/// The whole of a chunk: halves are joined until one element is left.
BD_FLOATS BD_INLINE float whole_of(const bd_reduction operation, const chunk *value) {
  chunk halves = *value;
  for (int half = REGISTERS / 2; half > 0; half /= 2)
    BD_UNROLL for (int r = 0; r < half; r++)
      halves.part[r] = join(operation, halves.part[r], halves.part[r + half]);
  floats rest = halves.part[0];
  for (int half = LANES / 2; half > 0; half /= 2) rest = join(operation, rest, upper_lanes(rest, half));
  return first_lane(rest);
}

/// The elements of a row, each less `shift`.
BD_FLOATS BD_INLINE float reduce_row(const bd_reduction operation, const float *row, int64_t length, float shift) {
  const float neutral = neutral_of(operation);
  const floats shifts = splat(shift);
  chunk total = splat_chunk(neutral);
  for (int64_t block = 0; block < length; block += BLOCK * CHUNK) {
    const int64_t end = bd_min(length, block + BLOCK * CHUNK);
    chunk sums = splat_chunk(neutral);
    int64_t i = block;
    BD_NO_UNROLL for (; i + CHUNK <= end; i += CHUNK)
      BD_UNROLL for (int r = 0; r < REGISTERS; r++)
        sums.part[r] = take_in(operation, sums.part[r], load(row + i + r * LANES) - shifts);
    if (i < end) {
      // What fills the chunk up is neutral: for sums an element of no deviation.
      const bool is_extreme = operation == BD_REDUCE_MAXIMUM || operation == BD_REDUCE_MINIMUM;
      const chunk rest = load_start(row + i, end - i, is_extreme ? neutral : shift);
      BD_UNROLL for (int r = 0; r < REGISTERS; r++)
        sums.part[r] = take_in(operation, sums.part[r], rest.part[r] - shifts);
    }
    BD_UNROLL for (int r = 0; r < REGISTERS; r++) total.part[r] = join(operation, total.part[r], sums.part[r]);
  }
  return whole_of(operation, &total);
}

/// A chunk of columns of a matrix whose rows lie `stride` elements apart; each element is taken less its column's shift.
BD_FLOATS BD_INLINE chunk reduce_columns(const bd_reduction operation, const float *first, int64_t rows, int64_t stride,
                                         int64_t columns, const chunk *shifts) {
  chunk total = splat_chunk(neutral_of(operation));
  for (int64_t block = 0; block < rows; block += BLOCK) {
    const int64_t end = bd_min(rows, block + BLOCK);
    chunk sums = splat_chunk(neutral_of(operation));
    BD_NO_UNROLL for (int64_t row = block; row < end; row++) {
      const chunk x = load_start(first + row * stride, columns, 0.0f);
      BD_UNROLL for (int r = 0; r < REGISTERS; r++)
        sums.part[r] = take_in(operation, sums.part[r], x.part[r] - shifts->part[r]);
    }
    BD_UNROLL for (int r = 0; r < REGISTERS; r++) total.part[r] = join(operation, total.part[r], sums.part[r]);
  }
  return total;
}

/// Chunks of columns of one outer index; a row is one.
BD_INLINE int64_t reduction_blocks(int64_t inner) { return inner == 1 ? 1 : (inner + CHUNK - 1) / CHUNK; }

BD_FLOATS BD_INLINE float finished(const bd_reduce *job, float value) {
  value /= job->divisor;
  return job->takes_root ? sqrtf(value) : value;
}

BD_FLOATS BD_INLINE void reduce_as(const bd_reduction operation, const bd_reduce *job, int64_t begin, int64_t end) {
  const int64_t blocks = reduction_blocks(job->inner);
  const chunk none = splat_chunk(0.0f);
  for (int64_t part = begin; part < end; part++) {
    const float *input = job->input + part / blocks * job->extent * job->inner;
    if (job->inner == 1) {
      job->output[part] = finished(job, reduce_row(operation, input, job->extent, 0.0f));
      continue;
    }
    const int64_t column = part % blocks * CHUNK, columns = bd_min(CHUNK, job->inner - column);
    const chunk result = reduce_columns(operation, input + column, job->extent, job->inner, columns, &none);
    float elements[CHUNK];
    store_chunk(elements, &result);
    float *output = job->output + part / blocks * job->inner + column;
    for (int64_t i = 0; i < columns; i++) output[i] = finished(job, elements[i]);
  }
}

BD_FLOATS BD_INLINE void reduce(const bd_reduce *job, int64_t begin, int64_t end) {
  switch (job->operation) {
    case BD_REDUCE_SUM: reduce_as(BD_REDUCE_SUM, job, begin, end); break;
    case BD_REDUCE_SQUARES: reduce_as(BD_REDUCE_SQUARES, job, begin, end); break;
    case BD_REDUCE_MAGNITUDES: reduce_as(BD_REDUCE_MAGNITUDES, job, begin, end); break;
    case BD_REDUCE_MAXIMUM: reduce_as(BD_REDUCE_MAXIMUM, job, begin, end); break;
    case BD_REDUCE_MINIMUM: reduce_as(BD_REDUCE_MINIMUM, job, begin, end); break;
  }
}

#endif
