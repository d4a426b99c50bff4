/// The table entries of float functions, reductions and normalizations of one instruction set; the includer has chosen
/// `floats`, and the suffix of the entries' names as BD_ISA.
#ifndef BITDEPTH_VECTOR_ENTRIES_H
#define BITDEPTH_VECTOR_ENTRIES_H

#include "functions.h"
#include "normalizations.h"
#include "softmax.h"

#pragma STDC FP_CONTRACT OFF

/// `value` is a constant. Its call is inlined where code is optimized; elsewhere each function has a frame of its own,
/// for one frame for all of them would need more stack than a thread has.
BD_FLOATS BD_INLINE void map(function_value *const value, const bd_sunary *job, int64_t begin, int64_t end) {
  const floats alpha = splat(job->alpha), beta = splat(job->beta);
  int64_t i = begin;
  BD_NO_UNROLL for (; i + LANES <= end; i += LANES) store(job->output + i, value(load(job->input + i), alpha, beta));
  if (i < end) {
    const floats_mask mask = first_lanes(end - i);
    store_masked(job->output + i, mask, value(load_masked(job->input + i, mask), alpha, beta));
  }
}

#define BD_MAP(name, value) \
  case BD_FUNCTION_##name: map(value_of_##name, job, begin, end); break;

BD_FLOATS void BD_ENTRY(bd_sunary)(const bd_sunary *job, int64_t begin, int64_t end) {
  switch (job->function) { BD_FUNCTIONS(BD_MAP) }
}

BD_FLOATS BD_INLINE floats combine(const bd_binary_operation operation, floats left, floats right) {
  switch (operation) {
    case BD_ADD: return left + right;
    case BD_SUBTRACT: return left - right;
    case BD_MULTIPLY: return left * right;
    default: return left / right;
  }
}

/// `operation` and the steps are constants.
BD_FLOATS BD_INLINE void broadcast(const bd_binary_operation operation, const bd_sbinary *job, int64_t left_step,
                                   int64_t right_step, int64_t begin, int64_t end) {
  const floats minimum = splat(job->minimum), maximum = splat(job->maximum);
  const floats left = splat(job->left[0]), right = splat(job->right[0]);
  int64_t i = begin;
  for (; i + LANES <= end; i += LANES) {
    const floats a = left_step ? load(job->left + i) : left, b = right_step ? load(job->right + i) : right;
    store(job->output + i, clamp(combine(operation, a, b), minimum, maximum));
  }
  if (i < end) {
    const floats_mask mask = first_lanes(end - i);
    const floats a = left_step ? load_masked(job->left + i, mask) : left;
    const floats b = right_step ? load_masked(job->right + i, mask) : right;
    store_masked(job->output + i, mask, clamp(combine(operation, a, b), minimum, maximum));
  }
}

BD_FLOATS BD_INLINE void broadcast_as(const bd_binary_operation operation, const bd_sbroadcast *job, int64_t begin,
                                      int64_t end) {
  if (job->left_step && job->right_step) broadcast(operation, &job->binary, 1, 1, begin, end);
  else if (job->left_step) broadcast(operation, &job->binary, 1, 0, begin, end);
  else if (job->right_step) broadcast(operation, &job->binary, 0, 1, begin, end);
  else broadcast(operation, &job->binary, 0, 0, begin, end);
}

BD_FLOATS void BD_ENTRY(bd_sbroadcast)(const bd_sbroadcast *job, int64_t begin, int64_t end) {
  switch (job->binary.operation) {
    case BD_ADD: broadcast_as(BD_ADD, job, begin, end); break;
    case BD_SUBTRACT: broadcast_as(BD_SUBTRACT, job, begin, end); break;
    case BD_MULTIPLY: broadcast_as(BD_MULTIPLY, job, begin, end); break;
    case BD_DIVIDE: broadcast_as(BD_DIVIDE, job, begin, end); break;
  }
}

BD_FLOATS void BD_ENTRY(bd_sreduce)(const bd_reduce *job, int64_t part_begin, int64_t part_end) {
  reduce(job, part_begin, part_end);
}

BD_FLOATS void BD_ENTRY(bd_ssoftmax)(const bd_softmax *job, int64_t part_begin, int64_t part_end) {
  softmax(job, part_begin, part_end);
}

BD_FLOATS void BD_ENTRY(bd_snormalize)(const bd_normalize *job, int64_t row_begin, int64_t row_end) {
  normalize(job, row_begin, row_end);
}

BD_FLOATS void BD_ENTRY(bd_saffine)(const bd_affine *job, int64_t row_begin, int64_t row_end) {
  affine(job, row_begin, row_end);
}

BD_FLOATS void BD_ENTRY(bd_schannelsums)(const bd_channel_sums *job, int64_t part_begin, int64_t part_end) {
  channel_sums(job, part_begin, part_end);
}

#endif
