/// The register tile of float sums, written once for every register width: the includer has chosen `floats` by
/// including floats_avx2.h or floats_avx512.h. Lanes are output columns, so that every output is one chain of fused
/// multiply-adds in order of k, as in the scalar table.
#ifndef BITDEPTH_SGEMM_TILE_H
#define BITDEPTH_SGEMM_TILE_H

#include "sgemm_blocks.h"

#pragma STDC FP_CONTRACT OFF

/// The sums of a tile before this part: the bias, or what the part before left in the output.
BD_FLOATS BD_INLINE void open_sums(const sgemm_part *part, const sgemm_panel *panel, float *const *output, int rows,
                                   int vectors, floats sums[rows][vectors]) {
  const int64_t last = panel->columns - (vectors - 1) * LANES;
  BD_UNROLL
  for (int r = 0; r < rows; r++) {
    const float *start = part->opens ? panel->bias : output[r] + panel->column;
    BD_UNROLL
    for (int v = 0; v < vectors - 1; v++) sums[r][v] = load(start + v * LANES);
    start += (vectors - 1) * LANES;
    sums[r][vectors - 1] = last < LANES ? load_masked(start, first_lanes(last)) : load(start);
  }
}

/// Stores the sums, clamped when this part closes them.
BD_FLOATS BD_INLINE void close_sums(const sgemm_part *part, const sgemm_panel *panel, float *const *output, int rows,
                                    int vectors, floats sums[rows][vectors]) {
  const int64_t last = panel->columns - (vectors - 1) * LANES;
  const floats minimum = splat(part->closes ? panel->minimum : -__builtin_inff());
  const floats maximum = splat(part->closes ? panel->maximum : __builtin_inff());
  BD_UNROLL
  for (int r = 0; r < rows; r++) {
    float *end = output[r] + panel->column;
    BD_UNROLL
    for (int v = 0; v < vectors; v++) {
      floats value = clamp(sums[r][v], minimum, maximum);
      if (v == vectors - 1 && last < LANES)
        store_masked(end + v * LANES, first_lanes(last), value);
      else
        store(end + v * LANES, value);
    }
  }
}

/// Adds one part of the sums to `rows` pixels of one panel of `vectors` registers. Both counts are constants.
BD_FLOATS BD_INLINE void add_part(const sgemm_part *part, const sgemm_panel *panel, const float *const *input,
                                  float *const *output, int rows, int vectors) {
  floats sums[rows][vectors];
  open_sums(part, panel, output, rows, vectors, sums);

  const float *pixels[rows];
  BD_UNROLL
  for (int r = 0; r < rows; r++) pixels[r] = input[r];
  const float *weights = panel->weights;
  const int64_t *offset = part->offsets;
  for (int64_t left = part->depth, first = part->first; left > 0; first = 0) {
    int64_t length = sgemm_smaller(part->segment_length - first, left);
    int64_t i = *offset++ + first, end = i + length;
    left -= length;
    BD_NO_UNROLL
    for (; i < end; i++, weights += vectors * LANES) {
      floats column[vectors];
      BD_UNROLL
      for (int v = 0; v < vectors; v++) column[v] = load(weights + v * LANES);
      BD_UNROLL
      for (int r = 0; r < rows; r++) {
        floats element = splat(pixels[r][i]);
        BD_UNROLL
        for (int v = 0; v < vectors; v++) {
          sums[r][v] = multiply_add(element, column[v], sums[r][v]);
          // Otherwise the elements of further rows are loaded first; a tile leaves one register for them.
          BD_FINISH(sums[r][v]);
        }
      }
    }
  }

  close_sums(part, panel, output, rows, vectors, sums);
}

/// The tile of 1 to 8 rows, `tallest` at most. `tallest` and `vectors` are constants.
BD_FLOATS BD_INLINE void add_part_to_rows(const sgemm_part *part, const sgemm_panel *panel, const float *const *input,
                                          float *const *output, int64_t rows, int tallest, int vectors) {
  if (rows >= tallest) {
    add_part(part, panel, input, output, tallest, vectors);
    return;
  }
  switch (rows) {
    case 1: add_part(part, panel, input, output, 1, vectors); break;
    case 2: add_part(part, panel, input, output, 2, vectors); break;
    case 3: add_part(part, panel, input, output, 3, vectors); break;
    case 4: if (tallest > 4) add_part(part, panel, input, output, 4, vectors); break;
    case 5: if (tallest > 5) add_part(part, panel, input, output, 5, vectors); break;
    case 6: if (tallest > 6) add_part(part, panel, input, output, 6, vectors); break;
    case 7: if (tallest > 7) add_part(part, panel, input, output, 7, vectors); break;
  }
}

#endif
