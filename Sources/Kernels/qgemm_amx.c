/// Quantized sums by AMX: a tile of 16 pixels times 64 elements is multiplied by one of 64 elements times 16 columns, and
/// 256 exact sums grow by 64 products each.
///
/// Two tiles of pixels and two of columns make four tiles of sums. Runs of fewer than 16 pixels go through the kernel of
/// AVX512-VNNI, so the weights are packed twice: first as that packs them; then, for each panel of 32 columns,
/// [segment][64 elements][half of the columns][quad of elements][column][4]. Within a panel columns stand in the order
/// that registers_avx2.h describes for four registers, which is how rows of sums are read.
#include "registers_avx2.h"

#if BD_X86

#pragma STDC FP_CONTRACT OFF

enum {
  SIDE = 16,   // rows of a tile; also the columns of a tile of sums
  DEPTH = 64,  // bytes of a row of a tile
  TILE_BYTES = SIDE * DEPTH,
  REGISTERS = BD_YMM_REGISTERS,
  COLUMNS = BD_YMM_COLUMNS,
  INPUT_BLOCK = 256 << 10,
  OUTPUT_BLOCK = 128 << 10,
};

/// What all tiles of a panel share.
typedef struct {
  bd_ymm_epilogue epilogue;
  _Alignas(32) int32_t weight_zero[COLUMNS];
  const bd_qgemm *job;
  const int8_t *weights;
  int64_t first_column, columns;  // that the panel has; its tiles have room for more
  int64_t input_step, output_step;
} panel;

static int64_t panel_bytes(int64_t segment_count, int64_t segment_length) {
  return segment_count * bd_round_up(segment_length, DEPTH) * COLUMNS;
}

/// Bytes of the weights as AVX512-VNNI has them.
static int64_t vnni_bytes(int64_t columns, int64_t segment_count, int64_t segment_length) {
  return bd_round_up((int64_t)bd_qgemm_packed_bytes_avx512vnni(columns, segment_count, segment_length), BD_ALIGNMENT);
}

size_t bd_qgemm_packed_bytes_amx(int64_t columns, int64_t segment_count, int64_t segment_length) {
  const int64_t panels = bd_round_up(columns, COLUMNS) / COLUMNS;
  return (size_t)(vnni_bytes(columns, segment_count, segment_length) +
                  panels * panel_bytes(segment_count, segment_length));
}

/// Packs one panel; what lies beyond the columns and a segment's end becomes zero.
static void pack_panel(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                       int8_t *packed) {
  for (int64_t s = 0; s < segment_count; s++)
    for (int64_t first = 0; first < segment_length; first += DEPTH)
      for (int half = 0; half < 2; half++)
        for (int64_t k = first; k < first + DEPTH; k += 4)
          for (int index = 0; index < SIDE; index++)
            for (int64_t t = k; t < k + 4; t++) {
              const int64_t column = bd_ymm_column(REGISTERS, half * SIDE + index);
              const bool inside = column < columns && t < segment_length;
              *packed++ = inside ? weights[(column * segment_count + s) * segment_length + t] : 0;
            }
}

void bd_qgemm_pack_amx(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                       int8_t *packed) {
  bd_qgemm_pack_avx512vnni(weights, columns, segment_count, segment_length, packed);
  packed += vnni_bytes(columns, segment_count, segment_length);
  for (int64_t first = 0; first < columns; first += COLUMNS) {
    pack_panel(weights + first * segment_count * segment_length, columns - first, segment_count, segment_length, packed);
    packed += panel_bytes(segment_count, segment_length);
  }
}

/// The sum of the input codes of one pixel.
static int32_t input_sum(const bd_sum_shape *shape, const uint8_t *input) {
  int32_t sum = 0;
  for (int64_t s = 0; s < shape->segment_count; s++)
    for (int64_t k = 0; k < shape->segment_length; k++) sum += input[shape->segment_offsets[s] + k];
  return sum;
}

/// Adds the bias, less the weights' zero point times the input's sum, and stores what the epilogue makes of one pixel.
BD_AVX2 static void finish_row(const panel *panel, const uint8_t *input, int64_t element, int32_t *row) {
  const bd_qgemm *job = panel->job;
  __m256i sums[REGISTERS];
  BD_UNROLL for (int j = 0; j < REGISTERS; j++)
    sums[j] = _mm256_add_epi32(_mm256_load_si256((const __m256i *)(row + j * BD_YMM_LANES)),
                               _mm256_load_si256((const __m256i *)(panel->epilogue.bias + j * BD_YMM_LANES)));
  if (job->weight_zero) {
    const __m256i codes = _mm256_set1_epi32(input_sum(&job->shape, input));
    BD_UNROLL for (int j = 0; j < REGISTERS; j++) {
      const __m256i zero = _mm256_load_si256((const __m256i *)(panel->weight_zero + j * BD_YMM_LANES));
      sums[j] = _mm256_sub_epi32(sums[j], _mm256_mullo_epi32(zero, codes));
    }
  }
  if (job->epilogue.kind == BD_OUTPUT_U8) {
    uint8_t *codes = (uint8_t *)job->output + element;
    if (panel->epilogue.bounded) bd_store_codes(codes, bd_codes_of_row(&panel->epilogue, sums, true), panel->columns);
    else bd_store_codes(codes, bd_codes_of_row(&panel->epilogue, sums, false), panel->columns);
    return;
  }
  int32_t ordered[COLUMNS];
  BD_UNROLL for (int j = 0; j < REGISTERS; j++)
    _mm256_store_si256((__m256i *)(row + j * BD_YMM_LANES), sums[j]);
  for (int index = 0; index < COLUMNS; index += 4)
    memcpy(ordered + bd_ymm_column(REGISTERS, index), row + index, 4 * sizeof *row);
  bd_store_sums(&job->epilogue, ordered, panel->first_column, panel->columns, job->output, element);
}

/// All products of two times 16 pixels, which may overlap, with a panel. Elements read beyond a segment's end meet zero
/// weights. Tiles 0 to 3 are sums, 4 and 5 pixels, 6 and 7 columns.
BD_AMX static void add_products(const panel *panel, const uint8_t *first, const uint8_t *second,
                                int32_t sums[2 * SIDE][COLUMNS]) {
  const bd_sum_shape *shape = &panel->job->shape;
  const int8_t *weights = panel->weights;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int64_t s = 0; s < shape->segment_count; s++) {
    const int64_t offset = shape->segment_offsets[s];
    for (int64_t k = 0; k < shape->segment_length; k += DEPTH, weights += 2 * TILE_BYTES) {
      _tile_loadd(4, first + offset + k, panel->input_step);
      _tile_loadd(5, second + offset + k, panel->input_step);
      _tile_loadd(6, weights, DEPTH);
      _tile_loadd(7, weights + TILE_BYTES, DEPTH);
      _tile_dpbusd(0, 4, 6);
      _tile_dpbusd(1, 4, 7);
      _tile_dpbusd(2, 5, 6);
      _tile_dpbusd(3, 5, 7);
    }
  }
  _tile_stored(0, sums[0], sizeof sums[0]);
  _tile_stored(1, sums[0] + SIDE, sizeof sums[0]);
  _tile_stored(2, sums[SIDE], sizeof sums[0]);
  _tile_stored(3, sums[SIDE] + SIDE, sizeof sums[0]);
}

/// At least 16 pixels that lie equally spaced. The last tiles end with the last pixel and overlap the ones before, whose
/// results they write again with the same values.
BD_AMX static void run_tiles(const panel *panel, bd_run run) {
  _Alignas(64) int32_t sums[2 * SIDE][COLUMNS];
  const uint8_t *input = panel->job->input + run.input;
  const int64_t element = run.output + panel->first_column;
  for (int64_t m = 0; m < run.count; m += 2 * SIDE) {
    const int64_t starts[2] = {bd_min(m, run.count - SIDE), bd_min(m + SIDE, run.count - SIDE)};
    add_products(panel, input + starts[0] * panel->input_step, input + starts[1] * panel->input_step, sums);
    for (int i = 0; i < 2 * SIDE; i++) {
      const int64_t pixel = starts[i / SIDE] + i % SIDE;
      finish_row(panel, input + pixel * panel->input_step, element + pixel * panel->output_step, sums[i]);
    }
  }
}

/// Takes the numbers of a panel's columns.
BD_AVX2 static void enter_panel(panel *panel) {
  const bd_qgemm *job = panel->job;
  panel->columns = bd_min(COLUMNS, job->shape.columns - panel->first_column);
  bd_enter_columns(&panel->epilogue, &job->epilogue, job->bias, panel->first_column, panel->columns, REGISTERS);
  for (int index = 0; job->weight_zero && index < COLUMNS; index++) {
    const int column = bd_ymm_column(REGISTERS, index);
    panel->weight_zero[index] = column < panel->columns ? job->weight_zero[panel->first_column + column] : 0;
  }
}

/// All columns of some pixels, panel by panel; short runs are left out.
static void run_block(const bd_qgemm *job, const bd_grid *grid, int64_t begin, int64_t end) {
  const bd_sum_shape *shape = &job->shape;
  panel panel;
  panel.job = job;
  panel.weights = job->packed_weights + vnni_bytes(shape->columns, shape->segment_count, shape->segment_length);
  panel.input_step = grid->input.pixel;
  panel.output_step = grid->output.pixel;
  for (panel.first_column = 0; panel.first_column < shape->columns; panel.first_column += COLUMNS) {
    enter_panel(&panel);
    for (int64_t m = begin; m < end;) {
      const bd_run run = bd_run_at(grid, m, end);
      if (run.count >= SIDE) run_tiles(&panel, run);
      m += run.count;
    }
    panel.weights += panel_bytes(shape->segment_count, shape->segment_length);
  }
}

/// The short runs of some pixels.
static void run_rest(const bd_qgemm *job, const bd_grid *grid, int64_t begin, int64_t end) {
  bd_qgemm plain = *job;
  plain.then = NULL;
  for (int64_t m = begin; m < end;) {
    const bd_run run = bd_run_at(grid, m, end);
    if (run.count < SIDE) bd_qgemm_avx512vnni(&plain, m, m + run.count);
    m += run.count;
  }
}

/// Gives all eight tiles 16 rows of 64 bytes.
BD_AMX static void configure(void) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } configuration = {.palette = 1};
  for (int t = 0; t < 8; t++) configuration.row_bytes[t] = DEPTH, configuration.rows[t] = SIDE;
  _tile_loadconfig(&configuration);
}

BD_AMX void bd_qgemm_amx(const bd_qgemm *job, int64_t pixel_begin, int64_t pixel_end) {
  const bd_grid grid = bd_merge(&job->shape);
  // The input of a block should stay in the cache while the panels pass over it, and its output until it is read again.
  int64_t block = bd_max(64, INPUT_BLOCK / bd_max(1, grid.input.pixel));
  if (job->then) block = bd_min(block, bd_max(64, OUTPUT_BLOCK / bd_max(1, grid.output.pixel)));
  configure();
  for (int64_t m = pixel_begin; m < pixel_end; m += block) {
    const int64_t end = bd_min(m + block, pixel_end);
    run_block(job, &grid, m, end);
    run_rest(job, &grid, m, end);
    if (job->then) bd_do_then(job, &grid, m, end, bd_qbinary_avx512vnni);
  }
  // The processor sleeps deeper, and threads are switched faster, without live tiles.
  _tile_release();
}

#endif
