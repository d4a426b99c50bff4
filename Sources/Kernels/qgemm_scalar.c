/// The readable reference of the quantized sums, and the only one on processors without a table of their own.
#include "internal.h"

#pragma STDC FP_CONTRACT OFF

/// Columns that are summed side by side: [column / PANEL][segment and element][PANEL].
enum { PANEL = 16 };

size_t bd_qgemm_packed_bytes_scalar(int64_t columns, int64_t segment_count, int64_t segment_length) {
  return (size_t)(bd_round_up(columns, PANEL) * segment_count * segment_length);
}

void bd_qgemm_pack_scalar(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                          int8_t *packed) {
  const int64_t depth = segment_count * segment_length;
  for (int64_t first = 0; first < columns; first += PANEL)
    for (int64_t k = 0; k < depth; k++)
      for (int64_t c = first; c < first + PANEL; c++) *packed++ = c < columns ? weights[c * depth + k] : 0;
}

/// The sums of one pixel's products with a panel, modulo 2^32 because only the end is known to fit. A product fits into
/// 16 bits: 255 * -128 = -32640. The sums are a local array so that a compiler can keep it in vector registers.
static void sum_products(const bd_sum_shape *shape, const uint8_t *input, const int8_t *weights, uint32_t *result) {
  uint32_t sums[PANEL] = {0};
  for (int64_t s = 0; s < shape->segment_count; s++) {
    const uint8_t *segment = input + shape->segment_offsets[s];
    for (int64_t k = 0; k < shape->segment_length; k++, weights += PANEL) {
      const int16_t code = segment[k];
      for (int c = 0; c < PANEL; c++) sums[c] += (uint32_t)(int32_t)(int16_t)(code * weights[c]);
    }
  }
  for (int c = 0; c < PANEL; c++) result[c] = sums[c];
}

/// The sum of all input codes that a pixel's sum runs over.
static uint32_t input_sum(const bd_sum_shape *shape, const uint8_t *input) {
  uint32_t sum = 0;
  for (int64_t s = 0; s < shape->segment_count; s++)
    for (int64_t k = 0; k < shape->segment_length; k++) sum += input[shape->segment_offsets[s] + k];
  return sum;
}

/// All columns of one pixel.
static void pixel(const bd_qgemm *job, const uint8_t *input, int64_t element) {
  const bd_sum_shape *shape = &job->shape;
  const int64_t panel_bytes = PANEL * shape->segment_count * shape->segment_length;
  const uint32_t codes = job->weight_zero ? input_sum(shape, input) : 0;
  const int8_t *weights = job->packed_weights;
  for (int64_t first = 0; first < shape->columns; first += PANEL, weights += panel_bytes) {
    const int64_t columns = bd_min(PANEL, shape->columns - first);
    uint32_t sums[PANEL];
    int32_t finished[PANEL] = {0};
    sum_products(shape, input, weights, sums);
    for (int64_t c = 0; c < columns; c++) {
      const uint32_t zero = job->weight_zero ? (uint32_t)job->weight_zero[first + c] : 0;
      finished[c] = (int32_t)(sums[c] + (uint32_t)job->bias[first + c] - zero * codes);
    }
    bd_store_sums(&job->epilogue, finished, first, columns, job->output, element + first);
  }
}

void bd_qgemm_scalar(const bd_qgemm *job, int64_t pixel_begin, int64_t pixel_end) {
  const bd_grid grid = bd_merge(&job->shape);
  for (int64_t m = pixel_begin; m < pixel_end;) {
    const bd_run run = bd_run_at(&grid, m, pixel_end);
    for (int64_t x = 0; x < run.count; x++)
      pixel(job, job->input + run.input + x * grid.input.pixel, run.output + x * grid.output.pixel);
    m += run.count;
  }
  if (job->then) bd_do_then(job, &grid, pixel_begin, pixel_end, bd_qbinary_scalar);
}
