/// Products with panels of 4-bit codes, written once for every register width. The includer has chosen `floats`, the
/// number of rows that share unpacked codes (NBITS_ROWS), and how a block's digits are multiplied (add_block) and bytes
/// become floats (load_bytes).
#ifndef BITDEPTH_NBITS_PANELS_H
#define BITDEPTH_NBITS_PANELS_H

#include "nbits_digits.h"

#pragma STDC FP_CONTRACT OFF

enum {
  NBITS_REGISTERS = BD_NBITS_COLUMNS / LANES,
  NBITS_BLOCK_ROWS = 16,  // their digits stay in the L2 cache while the panels pass over them
};

/// The columns of a panel.
typedef struct {
  floats part[NBITS_REGISTERS];
} nbits_columns;

BD_FLOATS BD_INLINE nbits_columns load_columns(const float *from) {
  nbits_columns result;
  BD_UNROLL for (int r = 0; r < NBITS_REGISTERS; r++) result.part[r] = load(from + r * LANES);
  return result;
}

/// The zero points of a block; `kind` is a constant.
BD_FLOATS BD_INLINE nbits_columns load_zeros(const uint8_t *zeros, const bd_nbits_zeros kind) {
  if (kind == BD_NBITS_FLOATS) return load_columns((const float *)(const void *)zeros);
  nbits_columns result;
  BD_UNROLL for (int r = 0; r < NBITS_REGISTERS; r++)
    result.part[r] = kind == BD_NBITS_CODES ? load_bytes(zeros + r * LANES) : splat(8.0f);
  return result;
}

/// Adds what a block's exact sums of digits stand for.
BD_FLOATS BD_INLINE void join_digits(const nbits_block *block, const nbits_columns *zeros, const nbits_columns *scales,
                                     floats digits[NBITS_REGISTERS][NBITS_DIGITS], nbits_columns *sums) {
  BD_UNROLL for (int r = 0; r < NBITS_REGISTERS; r++) {
    floats sum = multiply_add(digits[r][1], splat(256.0f), digits[r][0]);
    sum = multiply_add(digits[r][2], splat(65536.0f), sum);
    sum = multiply_add(zeros->part[r], splat(-block->sum), sum);
    sums->part[r] = multiply_add(sum * splat(block->grain), scales->part[r], sums->part[r]);
  }
}

/// As add_plain_block, for what registers hold.
BD_FLOATS __attribute__((noinline)) static void add_plain(const bd_nbits *job, int64_t row, int64_t k,
                                                          const uint8_t *place, const nbits_columns *zeros,
                                                          nbits_columns *sums) {
  float zero[BD_NBITS_COLUMNS], sum[BD_NBITS_COLUMNS];
  for (int r = 0; r < NBITS_REGISTERS; r++) {
    store(zero + r * LANES, zeros->part[r]);
    store(sum + r * LANES, sums->part[r]);
  }
  add_plain_block(job->input + row * job->shape.depth + k, bd_min(job->shape.block, job->shape.depth - k),
                  place + NBITS_SCALE_BYTES, zero, (const float *)(const void *)place, sum);
  *sums = load_columns(sum);
}

BD_FLOATS BD_INLINE void store_sums(const bd_nbits *job, int64_t row, int64_t column, const nbits_columns *sums) {
  float *output = job->output + row * job->shape.columns + column;
  const int64_t columns = job->shape.columns - column;
  BD_UNROLL for (int r = 0; r < NBITS_REGISTERS; r++)
    store_masked(output + r * LANES, first_lanes(columns - r * LANES),
                 clamp(sums->part[r], splat(job->minimum), splat(job->maximum)));
}

/// `rows` rows times a panel. `rows` and `kind` are constants.
BD_FLOATS BD_INLINE void multiply_rows(const bd_nbits *job, int64_t row, int64_t panel, const int rows,
                                       const bd_nbits_zeros kind) {
  const bd_nbits_shape *shape = &job->shape;
  const uint8_t *zeros = (const uint8_t *)job->packed_weights + panel * nbits_panel_bytes(shape);
  const uint8_t *place = zeros + nbits_zeros_area(shape);
  const int64_t row_bytes = (int64_t)bd_nbits_digit_bytes(shape), groups = shape->block / NBITS_GROUP;
  const char *start = (const char *)job->digits + row * row_bytes;
  const nbits_block *blocks = (const nbits_block *)(const void *)start;
  const int64_t block_step = row_bytes / (int64_t)sizeof *blocks;
  const int8_t *digits = (const int8_t *)start + nbits_header_bytes(shape);

  nbits_columns sums[rows];
  BD_UNROLL for (int i = 0; i < rows; i++) sums[i] = load_columns(job->bias + panel * BD_NBITS_COLUMNS);
  BD_NO_UNROLL for (int64_t k = 0; k < shape->depth; k += shape->block) {
    floats exact[rows][NBITS_REGISTERS][NBITS_DIGITS];
    add_block(place + NBITS_SCALE_BYTES, groups, digits, row_bytes, rows, exact);
    BD_UNROLL for (int line = 0; line < NBITS_SCALE_BYTES; line += 64) __builtin_prefetch(place + line + NBITS_AHEAD);
    const nbits_columns zero = load_zeros(zeros, kind), scale = load_columns((const float *)(const void *)place);
    BD_UNROLL for (int i = 0; i < rows; i++) {
      const nbits_block *block = blocks + i * block_step;
      if (block->grain == block->grain) join_digits(block, &zero, &scale, exact[i], &sums[i]);
      else add_plain(job, row + i, k, place, &zero, &sums[i]);
    }
    place += nbits_block_bytes(shape);
    zeros += nbits_zero_bytes(kind);
    digits += shape->block * NBITS_DIGITS;
    blocks++;
  }
  BD_UNROLL for (int i = 0; i < rows; i++) store_sums(job, row + i, panel * BD_NBITS_COLUMNS, &sums[i]);
}

BD_FLOATS BD_INLINE void multiply_panel(const bd_nbits *job, int64_t begin, int64_t end, int64_t panel,
                                        const bd_nbits_zeros kind) {
  for (; begin + NBITS_ROWS <= end; begin += NBITS_ROWS) multiply_rows(job, begin, panel, NBITS_ROWS, kind);
  if (NBITS_ROWS > 1)
    for (; begin < end; begin++) multiply_rows(job, begin, panel, 1, kind);
}

BD_FLOATS BD_INLINE void multiply_panels(const bd_nbits *job, int64_t rows, int64_t begin, int64_t end,
                                         const bd_nbits_zeros kind) {
  for (int64_t row = 0; row < rows; row += NBITS_BLOCK_ROWS)
    for (int64_t panel = begin; panel < end; panel++)
      multiply_panel(job, row, bd_min(row + NBITS_BLOCK_ROWS, rows), panel, kind);
}

BD_FLOATS void BD_ENTRY(bd_nbits_begin)(const bd_nbits *job, int64_t row_begin, int64_t row_end) {
  cut_rows(job, row_begin, row_end);
}

BD_FLOATS void BD_ENTRY(bd_nbits)(const bd_nbits *job, int64_t rows, int64_t panel_begin, int64_t panel_end) {
  switch (job->shape.zeros) {
    case BD_NBITS_MIDDLE: multiply_panels(job, rows, panel_begin, panel_end, BD_NBITS_MIDDLE); break;
    case BD_NBITS_CODES: multiply_panels(job, rows, panel_begin, panel_end, BD_NBITS_CODES); break;
    case BD_NBITS_FLOATS: multiply_panels(job, rows, panel_begin, panel_end, BD_NBITS_FLOATS); break;
  }
}

#endif
