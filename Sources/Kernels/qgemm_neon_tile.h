/// Quantized sums by NEON: everything but the products, which differ with the instruction set. The includer defines
/// BD_ISA, BD_SUMS (its target attribute, or nothing), DEPTH (the elements of a column that lie next to each other),
/// BD_PACK_START (what a column's sum is to start from besides the bias, given the sum of its weights) and
/// `add_products`.
///
/// The columns are cut into panels of eight, two registers of sums for each row (pixel). Packed, for each panel: what
/// the columns' sums start from, 32 bits each; [segment][group of DEPTH elements][column][DEPTH].
#ifndef BITDEPTH_QGEMM_NEON_TILE_H
#define BITDEPTH_QGEMM_NEON_TILE_H

#include "registers_neon.h"

#pragma STDC FP_CONTRACT OFF

enum {
  LANES = BD_NEON_LANES,
  REGISTERS = 2,  // of one row
  COLUMNS = REGISTERS * LANES,
  MAX_ROWS = 8,  // of a tile; 16 registers of sums at most
  START_BYTES = COLUMNS * 4,
  INPUT_BLOCK = 64 << 10,
  OUTPUT_BLOCK = 64 << 10,
};

/// What all tiles of a panel share.
typedef struct {
  bd_neon_epilogue epilogue;
  int32_t weight_zero[COLUMNS];
  const bd_qgemm *job;
  const int8_t *weights;
  int64_t first_column, columns;  // that the panel has; its registers may have room for more
  int64_t input_step, output_step;
} panel;

/// Adds the products of `rows` pixels with a panel to their sums. `rows` is a constant.
BD_INLINE BD_SUMS void add_products(const panel *panel, const uint8_t *input, const int rows,
                                    int32x4_t sums[MAX_ROWS][REGISTERS]);

static int64_t panel_bytes(int64_t segment_count, int64_t segment_length) {
  return START_BYTES + COLUMNS * segment_count * bd_round_up(segment_length, DEPTH);
}

size_t BD_ENTRY(bd_qgemm_packed_bytes)(int64_t columns, int64_t segment_count, int64_t segment_length) {
  return (size_t)(bd_round_up(columns, COLUMNS) / COLUMNS * panel_bytes(segment_count, segment_length));
}

/// Packs one panel; what lies beyond the columns and a segment's end becomes zero.
static void pack_panel(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                       int8_t *packed) {
  int32_t starts[COLUMNS] = {0};
  int8_t *next = packed + START_BYTES;
  for (int64_t s = 0; s < segment_count; s++)
    for (int64_t k = 0; k < segment_length; k += DEPTH)
      for (int c = 0; c < COLUMNS; c++)
        for (int64_t t = k; t < k + DEPTH; t++) {
          const bool inside = c < columns && t < segment_length;
          const int8_t weight = inside ? weights[(c * segment_count + s) * segment_length + t] : 0;
          starts[c] += BD_PACK_START(weight);
          *next++ = weight;
        }
  memcpy(packed, starts, sizeof starts);
}

void BD_ENTRY(bd_qgemm_pack)(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                             int8_t *packed) {
  for (int64_t first = 0; first < columns; first += COLUMNS) {
    pack_panel(weights + first * segment_count * segment_length, columns - first, segment_count, segment_length, packed);
    packed += panel_bytes(segment_count, segment_length);
  }
}

/// The sum of the input codes of one pixel.
static int32_t input_sum(const bd_sum_shape *shape, const uint8_t *input) {
  uint32x4_t sums = vdupq_n_u32(0);
  uint32_t rest = 0;
  for (int64_t s = 0; s < shape->segment_count; s++) {
    const uint8_t *segment = input + shape->segment_offsets[s];
    int64_t k = 0;
    for (; k + 16 <= shape->segment_length; k += 16) sums = vpadalq_u16(sums, vpaddlq_u8(vld1q_u8(segment + k)));
    for (; k < shape->segment_length; k++) rest += segment[k];
  }
  return (int32_t)(vaddvq_u32(sums) + rest);
}

/// The sums of the input codes of a tile's pixels. A function of its own: most weights have no zero point.
__attribute__((noinline)) static void input_sums(const panel *panel, const uint8_t *input, int rows, int32_t *sums) {
  for (int i = 0; i < rows; i++) sums[i] = input_sum(&panel->job->shape, input + i * panel->input_step);
}

/// Lets a tile's sums start from the bias, less the weights' zero point times the input's sum.
BD_INLINE void start_sums(const panel *panel, const uint8_t *input, const int rows,
                          int32x4_t sums[MAX_ROWS][REGISTERS]) {
  int32_t codes[MAX_ROWS];
  const bool shifted = panel->job->weight_zero;
  if (shifted) input_sums(panel, input, rows, codes);
  BD_UNROLL for (int j = 0; j < REGISTERS; j++) {
    const int32x4_t bias = vld1q_s32(panel->epilogue.bias + j * LANES);
    BD_UNROLL for (int i = 0; i < rows; i++) sums[i][j] = bias;
  }
  if (!shifted) return;
  BD_UNROLL for (int i = 0; i < rows; i++)
    BD_UNROLL for (int j = 0; j < REGISTERS; j++)
      sums[i][j] = vmlsq_n_s32(sums[i][j], vld1q_s32(panel->weight_zero + j * LANES), codes[i]);
}

/// Stores the codes of a tile; `full` is a constant.
BD_INLINE void store_codes(const panel *panel, uint8_t *output, const int rows, const bool full,
                           int32x4_t sums[MAX_ROWS][REGISTERS]) {
  BD_UNROLL for (int i = 0; i < rows; i++)
    bd_neon_store_codes(output + i * panel->output_step, bd_neon_codes(&panel->epilogue, 0, sums[i][0], sums[i][1]),
                        full ? COLUMNS : panel->columns);
}

/// Stores sums that stay 32 bits wide, from the registers of a tile in memory.
__attribute__((noinline)) static void store_wide(const panel *panel, int64_t element, int rows, const int32_t *sums) {
  for (int i = 0; i < rows; i++)
    bd_store_sums(&panel->job->epilogue, sums + i * COLUMNS, panel->first_column, panel->columns, panel->job->output,
                  element + i * panel->output_step);
}

/// `rows` pixels times the columns of a panel.
BD_INLINE BD_SUMS void tile(const panel *panel, const uint8_t *input, int64_t element, const int rows) {
  int32x4_t sums[MAX_ROWS][REGISTERS];
  start_sums(panel, input, rows, sums);
  add_products(panel, input, rows, sums);
  uint8_t *codes = (uint8_t *)panel->job->output + element;
  if (panel->job->epilogue.kind != BD_OUTPUT_U8) {
    int32_t wide[MAX_ROWS * COLUMNS];
    BD_UNROLL for (int i = 0; i < rows; i++)
      BD_UNROLL for (int j = 0; j < REGISTERS; j++) vst1q_s32(wide + i * COLUMNS + j * LANES, sums[i][j]);
    store_wide(panel, element, rows, wide);
  } else if (panel->columns == COLUMNS) store_codes(panel, codes, rows, true, sums);
  else store_codes(panel, codes, rows, false, sums);
}

/// A number of tiles of one size, one below the other. Each size is a function of its own, so that registers are
/// allocated for it alone.
typedef void tiles(const panel *panel, const uint8_t *input, int64_t element, int64_t count);

#define TILES(rows)                                                                                            \
  BD_SUMS __attribute__((noinline)) static void tiles_of_##rows(const panel *panel, const uint8_t *input,      \
                                                                int64_t element, int64_t count) {              \
    BD_NO_UNROLL for (int64_t t = 0; t < count; t++)                                                           \
      tile(panel, input + t * rows * panel->input_step, element + t * rows * panel->output_step, rows);        \
  }
TILES(1) TILES(2) TILES(3) TILES(4) TILES(5) TILES(6) TILES(7) TILES(8)

static tiles *const tiles_of_rows[MAX_ROWS + 1] = {NULL,       tiles_of_1, tiles_of_2, tiles_of_3, tiles_of_4,
                                                   tiles_of_5, tiles_of_6, tiles_of_7, tiles_of_8};

/// Cuts a run of pixels into as few tiles as possible whose heights differ by one at most.
static void run_tiles(const panel *panel, bd_run run) {
  const int64_t count = (run.count + MAX_ROWS - 1) / MAX_ROWS;
  const int64_t rows = run.count / count, taller = run.count % count;
  const uint8_t *input = panel->job->input + run.input;
  int64_t element = run.output + panel->first_column;
  if (taller) {
    tiles_of_rows[rows + 1](panel, input, element, taller);
    input += taller * (rows + 1) * panel->input_step;
    element += taller * (rows + 1) * panel->output_step;
  }
  tiles_of_rows[rows](panel, input, element, count - taller);
}

/// Takes the numbers of a panel's columns.
static void enter_panel(panel *panel, const int8_t *packed) {
  const bd_qgemm *job = panel->job;
  int32_t starts[COLUMNS];
  memcpy(starts, packed, sizeof starts);
  panel->columns = bd_min(COLUMNS, job->shape.columns - panel->first_column);
  panel->weights = packed + START_BYTES;
  bd_neon_enter_columns(&panel->epilogue, &job->epilogue, job->bias, panel->first_column, COLUMNS);
  for (int c = 0; c < COLUMNS; c++) {
    panel->epilogue.bias[c] = (int32_t)((uint32_t)panel->epilogue.bias[c] + (uint32_t)starts[c]);
    panel->weight_zero[c] = job->weight_zero && c < panel->columns ? job->weight_zero[panel->first_column + c] : 0;
  }
}

/// All columns of some pixels, panel by panel.
static void run_block(const bd_qgemm *job, const bd_grid *grid, int64_t begin, int64_t end) {
  const bd_sum_shape *shape = &job->shape;
  const int8_t *packed = job->packed_weights;
  panel panel = {.job = job, .input_step = grid->input.pixel, .output_step = grid->output.pixel};
  for (; panel.first_column < shape->columns; panel.first_column += COLUMNS) {
    enter_panel(&panel, packed);
    for (int64_t m = begin; m < end;) {
      const bd_run run = bd_run_at(grid, m, end);
      run_tiles(&panel, run);
      m += run.count;
    }
    packed += panel_bytes(shape->segment_count, shape->segment_length);
  }
}

void BD_ENTRY(bd_qgemm)(const bd_qgemm *job, int64_t pixel_begin, int64_t pixel_end) {
  const bd_grid grid = bd_merge(&job->shape);
  // The input of a block should stay in the cache while the panels pass over it, and its output until it is read again.
  int64_t block = bd_max(64, INPUT_BLOCK / bd_max(1, grid.input.pixel));
  if (job->then) block = bd_min(block, bd_max(64, OUTPUT_BLOCK / bd_max(1, grid.output.pixel)));
  for (int64_t m = pixel_begin; m < pixel_end; m += block) {
    const int64_t end = bd_min(m + block, pixel_end);
    run_block(job, &grid, m, end);
    if (job->then) bd_do_then(job, &grid, m, end, bd_qbinary_neon);
  }
}

#endif
