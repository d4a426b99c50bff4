/// Softmax along one axis of [outer][extent][inner], written once for every register width.
#ifndef BITDEPTH_SOFTMAX_H
#define BITDEPTH_SOFTMAX_H

#include "functions.h"
#include "reductions.h"

#pragma STDC FP_CONTRACT OFF

/// e^(x - peak); nothing is left of what lies far below the peak, minus infinity among it.
BD_FLOATS BD_INLINE floats weight_of(floats x, floats peak) {
  const floats distance = x - peak;
  const bd_exponential e = exponential(distance);
  return where_less(distance, splat(-87.0f), splat(0.0f), multiply_add(e.power, e.rest, e.power));
}

BD_FLOATS BD_INLINE floats softmax_value(bool is_logarithm, floats x, floats peak, floats weight, floats sum) {
  return is_logarithm ? (x - peak) - sum : weight / sum;
}

/// The sum of the weights of a row; keeps the weights themselves unless logarithms are wanted.
BD_FLOATS BD_INLINE float row_weights(const bd_softmax *job, const float *row, float *output, float peak) {
  const floats peaks = splat(peak);
  chunk sums = splat_chunk(0.0f);
  for (int64_t i = 0; i < job->extent; i += CHUNK) {
    const int64_t count = bd_min(CHUNK, job->extent - i);
    chunk x = load_start(row + i, count, -__builtin_inff());
    BD_UNROLL for (int r = 0; r < REGISTERS; r++) {
      x.part[r] = weight_of(x.part[r], peaks);
      sums.part[r] = sums.part[r] + x.part[r];
    }
    if (!job->is_logarithm) store_start(output + i, count, &x);
  }
  return whole_of(BD_REDUCE_SUM, &sums);
}

BD_FLOATS BD_INLINE void softmax_row(const bd_softmax *job, const float *row, float *output) {
  const float peak = reduce_row(BD_REDUCE_MAXIMUM, row, job->extent, 0.0f);
  const float sum = row_weights(job, row, output, peak);
  const floats peaks = splat(peak), sums = job->is_logarithm ? logarithm(splat(sum)) : splat(sum);
  for (int64_t i = 0; i < job->extent; i += CHUNK) {
    const int64_t count = bd_min(CHUNK, job->extent - i);
    chunk x = load_start(job->is_logarithm ? row + i : output + i, count, 0.0f);
    BD_UNROLL for (int r = 0; r < REGISTERS; r++)
      x.part[r] = softmax_value(job->is_logarithm, x.part[r], peaks, x.part[r], sums);
    store_start(output + i, count, &x);
  }
}

/// A chunk of columns whose elements lie `inner` apart.
BD_FLOATS BD_INLINE void softmax_columns(const bd_softmax *job, const float *first, float *output, int64_t columns) {
  const chunk none = splat_chunk(0.0f);
  const chunk peaks = reduce_columns(BD_REDUCE_MAXIMUM, first, job->extent, job->inner, columns, &none);
  chunk sums = splat_chunk(0.0f);
  for (int64_t i = 0; i < job->extent; i++) {
    chunk x = load_start(first + i * job->inner, columns, 0.0f);
    BD_UNROLL for (int r = 0; r < REGISTERS; r++) {
      x.part[r] = weight_of(x.part[r], peaks.part[r]);
      sums.part[r] = sums.part[r] + x.part[r];
    }
    if (!job->is_logarithm) store_start(output + i * job->inner, columns, &x);
  }
  if (job->is_logarithm)
    BD_UNROLL for (int r = 0; r < REGISTERS; r++) sums.part[r] = logarithm(sums.part[r]);
  for (int64_t i = 0; i < job->extent; i++) {
    chunk x = load_start((job->is_logarithm ? first : output) + i * job->inner, columns, 0.0f);
    BD_UNROLL for (int r = 0; r < REGISTERS; r++)
      x.part[r] = softmax_value(job->is_logarithm, x.part[r], peaks.part[r], x.part[r], sums.part[r]);
    store_start(output + i * job->inner, columns, &x);
  }
}

BD_FLOATS BD_INLINE void softmax(const bd_softmax *job, int64_t begin, int64_t end) {
  const int64_t blocks = reduction_blocks(job->inner), image = job->extent * job->inner;
  for (int64_t part = begin; part < end; part++) {
    const int64_t column = part % blocks * CHUNK, start = part / blocks * image + column;
    if (job->inner == 1) softmax_row(job, job->input + start, job->output + start);
    else softmax_columns(job, job->input + start, job->output + start, bd_min(CHUNK, job->inner - column));
  }
}

#endif
