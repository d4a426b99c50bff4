/// Quantized sums by vpdpbusd on 256-bit registers: four products of one column are added to its sum by each lane,
/// exactly. For processors that have it without AVX-512.
///
/// The columns are cut into panels of 16, two registers of sums for each row (pixel), in the order that registers_avx2.h
/// describes: twelve registers of sums leave room for a quad of the weights. Packed, for each panel:
/// [segment][quad of elements][column][4].
#include "registers_avx2.h"

#if BD_X86

#pragma STDC FP_CONTRACT OFF

enum {
  LANES = BD_YMM_LANES,
  REGISTERS = 2,  // of one row
  COLUMNS = REGISTERS * LANES,
  MAX_ROWS = 6,  // of a tile
  INPUT_BLOCK = 128 << 10,
  OUTPUT_BLOCK = 128 << 10,
};

/// What all tiles of a panel share.
typedef struct {
  bd_ymm_epilogue epilogue;
  _Alignas(32) int32_t weight_zero[COLUMNS];
  const bd_qgemm *job;
  const int8_t *weights;
  int64_t first_column, columns;  // that the panel has; its registers may have room for more
  int64_t quads;                  // of a segment
  int64_t input_step, output_step;
} panel;

static int64_t panel_bytes(int64_t segment_count, int64_t segment_length) {
  return COLUMNS * segment_count * bd_round_up(segment_length, 4);
}

size_t bd_qgemm_packed_bytes_avxvnni(int64_t columns, int64_t segment_count, int64_t segment_length) {
  return (size_t)(bd_round_up(columns, COLUMNS) / COLUMNS * panel_bytes(segment_count, segment_length));
}

/// Packs one panel; what lies beyond the columns and a segment's end becomes zero.
static void pack_panel(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                       int8_t *packed) {
  for (int64_t s = 0; s < segment_count; s++)
    for (int64_t k = 0; k < segment_length; k += 4)
      for (int index = 0; index < COLUMNS; index++) {
        const int64_t column = bd_ymm_column(REGISTERS, index);
        for (int64_t t = k; t < k + 4; t++)
          *packed++ = column < columns && t < segment_length ? weights[(column * segment_count + s) * segment_length + t] : 0;
      }
}

void bd_qgemm_pack_avxvnni(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                           int8_t *packed) {
  for (int64_t first = 0; first < columns; first += COLUMNS) {
    pack_panel(weights + first * segment_count * segment_length, columns - first, segment_count, segment_length, packed);
    packed += panel_bytes(segment_count, segment_length);
  }
}

/// The sums of the input codes of a tile's pixels. A function of its own: most weights have no zero point.
__attribute__((noinline)) static void input_sums(const panel *panel, const uint8_t *input, int rows, int32_t *sums) {
  const bd_sum_shape *shape = &panel->job->shape;
  for (int i = 0; i < rows; i++, input += panel->input_step) {
    sums[i] = 0;
    for (int64_t s = 0; s < shape->segment_count; s++)
      for (int64_t k = 0; k < shape->segment_length; k++) sums[i] += input[shape->segment_offsets[s] + k];
  }
}

/// Lets a tile's sums start from the bias, less the weights' zero point times the input's sum.
BD_INLINE BD_AVXVNNI void start_sums(const panel *panel, const uint8_t *input, const int rows,
                                     __m256i sums[MAX_ROWS][REGISTERS]) {
  int32_t codes[MAX_ROWS];
  const bool shifted = panel->job->weight_zero;
  if (shifted) input_sums(panel, input, rows, codes);
  BD_UNROLL for (int j = 0; j < REGISTERS; j++) {
    const __m256i bias = _mm256_load_si256((const __m256i *)(panel->epilogue.bias + j * LANES));
    BD_UNROLL for (int i = 0; i < rows; i++) sums[i][j] = bias;
  }
  if (!shifted) return;
  BD_UNROLL for (int i = 0; i < rows; i++) BD_UNROLL for (int j = 0; j < REGISTERS; j++) {
    const __m256i zero = _mm256_load_si256((const __m256i *)(panel->weight_zero + j * LANES));
    sums[i][j] = _mm256_sub_epi32(sums[i][j], _mm256_mullo_epi32(zero, _mm256_set1_epi32(codes[i])));
  }
}

/// Adds all products of a tile. Elements read beyond a segment's end meet zero weights.
BD_INLINE BD_AVXVNNI void add_products(const panel *panel, const uint8_t *input, const int rows,
                                       __m256i sums[MAX_ROWS][REGISTERS]) {
  const bd_sum_shape *shape = &panel->job->shape;
  const int64_t step = panel->input_step;
  const int8_t *weights = panel->weights;
  BD_NO_UNROLL for (int64_t s = 0; s < shape->segment_count; s++) {
    const uint8_t *codes = input + shape->segment_offsets[s];
    BD_NO_UNROLL for (int64_t quad = 0; quad < panel->quads; quad++) {
      const __m256i low = _mm256_loadu_si256((const __m256i *)weights);
      const __m256i high = _mm256_loadu_si256((const __m256i *)(weights + 32));
      BD_UNROLL for (int i = 0; i < rows; i++) {
        int32_t four;
        memcpy(&four, codes + i * step, sizeof four);
        const __m256i row = _mm256_set1_epi32(four);
        sums[i][0] = _mm256_dpbusd_avx_epi32(sums[i][0], row, low);
        sums[i][1] = _mm256_dpbusd_avx_epi32(sums[i][1], row, high);
      }
      weights += 4 * COLUMNS;
      codes += 4;
    }
  }
}

/// Stores the codes of a tile: two rows share a register of bytes.
BD_INLINE BD_AVXVNNI void store_codes(const panel *panel, uint8_t *output, const int rows,
                                      __m256i sums[MAX_ROWS][REGISTERS], const bool bounded) {
  const bd_ymm_epilogue *epilogue = &panel->epilogue;
  const int64_t step = panel->output_step;
  BD_UNROLL for (int i = 0; i < rows; i += 2) {
    const int next = i + 1 < rows ? i + 1 : i;
    const __m256i low = bd_scale_pair(epilogue, 0, sums[i][0], sums[i][1], bounded);
    const __m256i high = next == i ? low : bd_scale_pair(epilogue, 0, sums[next][0], sums[next][1], bounded);
    const __m256i codes = _mm256_permute4x64_epi64(bd_pack_codes(epilogue, low, high), 0xD8);
    uint8_t *row = output + i * step;
    if (panel->columns == COLUMNS) {
      _mm_storeu_si128((__m128i *)row, _mm256_castsi256_si128(codes));
      if (next != i) _mm_storeu_si128((__m128i *)(row + step), _mm256_extracti128_si256(codes, 1));
    } else {
      bd_store_some(row, codes, panel->columns);
      if (next != i) bd_store_some(row + step, _mm256_permute4x64_epi64(codes, 0xEE), panel->columns);
    }
  }
}

/// Stores sums that stay 32 bits wide, from the registers of a tile in memory.
__attribute__((noinline)) static void store_wide(const panel *panel, int64_t element, int rows, const int32_t *sums) {
  for (int i = 0; i < rows; i++, sums += COLUMNS) {
    int32_t ordered[COLUMNS];
    for (int index = 0; index < COLUMNS; index += 4)
      memcpy(ordered + bd_ymm_column(REGISTERS, index), sums + index, 4 * sizeof *sums);
    bd_store_sums(&panel->job->epilogue, ordered, panel->first_column, panel->columns, panel->job->output,
                  element + i * panel->output_step);
  }
}

/// `rows` pixels times the columns of a panel.
BD_INLINE BD_AVXVNNI void tile(const panel *panel, const uint8_t *input, int64_t element, const int rows) {
  __m256i sums[MAX_ROWS][REGISTERS];
  start_sums(panel, input, rows, sums);
  add_products(panel, input, rows, sums);
  uint8_t *codes = (uint8_t *)panel->job->output + element;
  if (panel->job->epilogue.kind != BD_OUTPUT_U8) {
    _Alignas(32) int32_t wide[MAX_ROWS * COLUMNS];
    BD_UNROLL for (int i = 0; i < rows; i++) BD_UNROLL for (int j = 0; j < REGISTERS; j++)
        _mm256_store_si256((__m256i *)(wide + i * COLUMNS + j * LANES), sums[i][j]);
    store_wide(panel, element, rows, wide);
  } else if (panel->epilogue.bounded) store_codes(panel, codes, rows, sums, true);
  else store_codes(panel, codes, rows, sums, false);
}

/// A number of tiles of one size, one below the other. Each size is a function of its own, so that registers are
/// allocated for it alone.
typedef void tiles(const panel *panel, const uint8_t *input, int64_t element, int64_t count);

#define TILES(rows)                                                                                            \
  BD_AVXVNNI __attribute__((noinline)) static void tiles_of_##rows(const panel *panel, const uint8_t *input,   \
                                                                   int64_t element, int64_t count) {           \
    BD_NO_UNROLL for (int64_t t = 0; t < count; t++)                                                           \
      tile(panel, input + t * rows * panel->input_step, element + t * rows * panel->output_step, rows);        \
  }
TILES(1) TILES(2) TILES(3) TILES(4) TILES(5) TILES(6)

static tiles *const tiles_of_rows[MAX_ROWS + 1] = {NULL,       tiles_of_1, tiles_of_2, tiles_of_3,
                                                   tiles_of_4, tiles_of_5, tiles_of_6};

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
static void enter_panel(panel *panel) {
  const bd_qgemm *job = panel->job;
  panel->columns = bd_min(COLUMNS, job->shape.columns - panel->first_column);
  bd_enter_columns(&panel->epilogue, &job->epilogue, job->bias, panel->first_column, panel->columns, REGISTERS);
  for (int index = 0; job->weight_zero && index < COLUMNS; index++) {
    const int column = bd_ymm_column(REGISTERS, index);
    panel->weight_zero[index] = column < panel->columns ? job->weight_zero[panel->first_column + column] : 0;
  }
}

/// All columns of some pixels, panel by panel.
static void run_block(const bd_qgemm *job, const bd_grid *grid, int64_t begin, int64_t end) {
  const bd_sum_shape *shape = &job->shape;
  panel panel;
  panel.job = job;
  panel.weights = job->packed_weights;
  panel.quads = (shape->segment_length + 3) / 4;
  panel.input_step = grid->input.pixel;
  panel.output_step = grid->output.pixel;
  for (panel.first_column = 0; panel.first_column < shape->columns; panel.first_column += COLUMNS) {
    enter_panel(&panel);
    for (int64_t m = begin; m < end;) {
      const bd_run run = bd_run_at(grid, m, end);
      run_tiles(&panel, run);
      m += run.count;
    }
    panel.weights += panel_bytes(shape->segment_count, shape->segment_length);
  }
}

void bd_qgemm_avxvnni(const bd_qgemm *job, int64_t pixel_begin, int64_t pixel_end) {
  const bd_grid grid = bd_merge(&job->shape);
  // The input of a block should stay in the cache while the panels pass over it, and its output until it is read again.
  int64_t block = bd_max(64, INPUT_BLOCK / bd_max(1, grid.input.pixel));
  if (job->then) block = bd_min(block, bd_max(64, OUTPUT_BLOCK / bd_max(1, grid.output.pixel)));
  for (int64_t m = pixel_begin; m < pixel_end; m += block) {
    const int64_t end = bd_min(m + block, pixel_end);
    run_block(job, &grid, m, end);
    if (job->then) bd_do_then(job, &grid, m, end, bd_qbinary_avx2);
  }
}

#endif
