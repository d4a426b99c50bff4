/// Quantized sums by vpdpbusd: four products of one column are added to its sum by each lane, exactly.
///
/// The columns are cut into panels of 64, 32 and 16, which are 4, 2 and 1 registers of sums for each row (pixel).
/// Weights are packed [panel][segment][quad of elements][column][4]. Register j, 128-bit lane L, element d of a panel
/// of Z registers is column 4 * Z * L + 4 * j + d: then the packing instructions, which stay inside 128-bit lanes,
/// bring the columns into natural order.
#include "internal.h"

#if BD_X86
#include <immintrin.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum {
  LANES = 16,         // 32-bit elements of a register
  MAX_REGISTERS = 4,  // of one row
  MAX_ROWS = 12,      // of a tile; 24 registers of sums at most
  INPUT_BLOCK = 256 << 10,
  OUTPUT_BLOCK = 128 << 10,
  CACHE_LINE = 64,
};

/// What all tiles of a panel share. Arrays are in the order of the registers.
typedef struct {
  _Alignas(64) int32_t bias[MAX_REGISTERS * LANES];
  _Alignas(64) float multiplier[MAX_REGISTERS * LANES];
  _Alignas(64) int32_t weight_zero[MAX_REGISTERS * LANES];
  const bd_qgemm *job;
  const int8_t *weights, *weights_end;
  int64_t first_column, columns;  // that the panel has; its registers may have room for more
  int64_t quads;  // of a segment
  int64_t input_step, output_step;
  bd_rounding rounding;
} panel;

/// Registers of the panel that covers the next columns: a wide one that is mostly used, else a narrower one.
static int panel_registers(int64_t columns) { return columns > 48 ? 4 : columns > 16 ? 2 : 1; }

/// The column of a register's element.
static int column_of(int registers, int index) {
  const int j = index / LANES, lane = index % LANES / 4, element = index % 4;
  return 4 * registers * lane + 4 * j + element;
}

static int64_t panel_bytes(int registers, int64_t segment_count, int64_t segment_length) {
  return registers * LANES * segment_count * bd_round_up(segment_length, 4);
}

size_t bd_qgemm_packed_bytes_avx512vnni(int64_t columns, int64_t segment_count, int64_t segment_length) {
  int64_t bytes = 0;
  for (int64_t first = 0; first < columns;) {
    const int registers = panel_registers(columns - first);
    bytes += panel_bytes(registers, segment_count, segment_length);
    first += registers * LANES;
  }
  return (size_t)bytes;
}

/// A quad of a column from `element` on; what lies beyond the segment's end is zero. Matrices that the graph computes are
/// packed in every run, so whole quads are taken as one.
BD_INLINE void pack_quad(const int8_t *column, int64_t element, int64_t segment_length, int8_t *packed) {
  if (element + 4 <= segment_length) {
    memcpy(packed, column + element, 4);
    return;
  }
  for (int64_t t = 0; t < 4; t++) packed[t] = element + t < segment_length ? column[element + t] : 0;
}

/// Packs one panel; what lies beyond the columns becomes zero.
static void pack_panel(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                       int registers, int8_t *packed) {
  for (int64_t s = 0; s < segment_count; s++)
    for (int64_t k = 0; k < segment_length; k += 4)
      for (int index = 0; index < registers * LANES; index++, packed += 4) {
        const int64_t column = column_of(registers, index);
        if (column < columns) pack_quad(weights + (column * segment_count + s) * segment_length, k, segment_length, packed);
        else memset(packed, 0, 4);
      }
}

void bd_qgemm_pack_avx512vnni(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                              int8_t *packed) {
  for (int64_t first = 0; first < columns;) {
    const int registers = panel_registers(columns - first);
    pack_panel(weights + first * segment_count * segment_length, columns - first, segment_count, segment_length,
               registers, packed);
    packed += panel_bytes(registers, segment_count, segment_length);
    first += registers * LANES;
  }
}

/// The sum of the input codes of one pixel.
BD_AVX512VNNI static int32_t input_sum(const bd_sum_shape *shape, const uint8_t *input) {
  const __m512i ones = _mm512_set1_epi8(1);
  __m512i sums = _mm512_setzero_si512();
  for (int64_t s = 0; s < shape->segment_count; s++) {
    const uint8_t *segment = input + shape->segment_offsets[s];
    for (int64_t k = 0; k < shape->segment_length; k += 64) {
      const int64_t rest = shape->segment_length - k;
      const __mmask64 mask = rest >= 64 ? ~0ull : (1ull << rest) - 1;
      sums = _mm512_dpbusd_epi32(sums, _mm512_maskz_loadu_epi8(mask, segment + k), ones);
    }
  }
  return _mm512_reduce_add_epi32(sums);
}

/// The sums of the input codes of a tile's pixels. A function of its own: most weights have no zero point.
BD_AVX512VNNI __attribute__((noinline)) static void input_sums(const panel *panel, const uint8_t *input, int rows,
                                                               int32_t *sums) {
  for (int i = 0; i < rows; i++) sums[i] = input_sum(&panel->job->shape, input + i * panel->input_step);
}

/// Lets a tile's sums start from the bias, less the weights' zero point times the input's sum.
BD_INLINE BD_AVX512VNNI void start_sums(const panel *panel, const uint8_t *input, const int rows, const int registers,
                                        __m512i sums[MAX_ROWS][MAX_REGISTERS]) {
  int32_t codes[MAX_ROWS];
  const bool shifted = panel->job->weight_zero;
  if (shifted) input_sums(panel, input, rows, codes);
  BD_UNROLL for (int j = 0; j < registers; j++) {
    const __m512i bias = _mm512_load_si512(panel->bias + j * LANES);
    BD_UNROLL for (int i = 0; i < rows; i++) sums[i][j] = bias;
  }
  if (!shifted) return;
  BD_UNROLL for (int i = 0; i < rows; i++) BD_UNROLL for (int j = 0; j < registers; j++) {
    const __m512i zero = _mm512_load_si512(panel->weight_zero + j * LANES);
    sums[i][j] = _mm512_sub_epi32(sums[i][j], _mm512_mullo_epi32(zero, _mm512_set1_epi32(codes[i])));
  }
}

/// Adds all products of a tile. Elements read beyond a segment's end meet zero weights. For each quad, a line of what lies
/// at `ahead` is fetched into the second cache.
BD_INLINE BD_AVX512VNNI void add_products(const panel *panel, const uint8_t *input, const int8_t *ahead,
                                          const int rows, const int registers,
                                          __m512i sums[MAX_ROWS][MAX_REGISTERS]) {
  const bd_sum_shape *shape = &panel->job->shape;
  const int64_t step = panel->input_step;
  const int8_t *weights = panel->weights;
  BD_NO_UNROLL for (int64_t s = 0; s < shape->segment_count; s++) {
    const uint8_t *codes = input + shape->segment_offsets[s];
    BD_NO_UNROLL for (int64_t quad = 0; quad < panel->quads; quad++) {
      __m512i columns[MAX_REGISTERS];
      BD_UNROLL for (int j = 0; j < registers; j++) columns[j] = _mm512_loadu_si512(weights + 64 * j);
      BD_UNROLL for (int i = 0; i < rows; i++) {
        int32_t four;
        memcpy(&four, codes + i * step, sizeof four);
        const __m512i row = _mm512_set1_epi32(four);
        BD_UNROLL for (int j = 0; j < registers; j++) sums[i][j] = _mm512_dpbusd_epi32(sums[i][j], row, columns[j]);
      }
      _mm_prefetch((const char *)ahead, _MM_HINT_T1);
      ahead += CACHE_LINE;
      weights += 64 * registers;
      codes += 4;
    }
  }
}

/// Sums times multiplier, rounded. Below -2^31 the conversion gives -2^31, which saturates rightly; above it does too.
BD_INLINE BD_AVX512VNNI __m512i scale(const panel *panel, const int j, __m512i sums,
                                      const bd_rounding rounding) {
  __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), _mm512_load_ps(panel->multiplier + j * LANES));
  if (rounding == BD_ROUND_ANY) product = _mm512_min_ps(product, _mm512_set1_ps(BD_SATURATED));
  return _mm512_cvtps_epi32(product);
}

/// Two registers scaled, packed to 16 bits, and the zero point added.
BD_INLINE BD_AVX512VNNI __m512i scale_pair(const panel *panel, const int j, __m512i first, const int next,
                                           __m512i second, __m512i zero_point, const bd_rounding rounding) {
  const __m512i words = _mm512_packs_epi32(scale(panel, j, first, rounding), scale(panel, next, second, rounding));
  return rounding == BD_ROUND_PLAIN ? words : _mm512_adds_epi16(words, zero_point);
}

/// Stores the codes of a tile.
BD_INLINE BD_AVX512VNNI void store_codes(const panel *panel, uint8_t *output, const int rows, const int registers,
                                         __m512i sums[MAX_ROWS][MAX_REGISTERS], const bd_rounding rounding) {
  const bd_epilogue *epilogue = &panel->job->epilogue;
  const __m512i zero = _mm512_set1_epi16((short)epilogue->zero_point);
  const __m512i minimum = _mm512_set1_epi8((char)epilogue->minimum);
  const __m512i maximum = _mm512_set1_epi8((char)epilogue->maximum);
  const bool full = panel->columns == registers * LANES;
  const __mmask64 mask = full ? ~0ull : (1ull << panel->columns) - 1;
  const int64_t step = panel->output_step;
  // A register of bytes holds 1, 2 or 4 rows.
  const int together = MAX_REGISTERS / registers;
  BD_UNROLL for (int i = 0; i < rows; i += together) {
    const int last = rows - 1;
    const int i1 = i + 1 < last ? i + 1 : last, i2 = i + 2 < last ? i + 2 : last, i3 = i + 3 < last ? i + 3 : last;
    __m512i low, high;
    if (registers == 4) {
      low = scale_pair(panel, 0, sums[i][0], 1, sums[i][1], zero, rounding);
      high = scale_pair(panel, 2, sums[i][2], 3, sums[i][3], zero, rounding);
    } else if (registers == 2) {
      low = scale_pair(panel, 0, sums[i][0], 1, sums[i][1], zero, rounding);
      high = i1 == i ? low : scale_pair(panel, 0, sums[i1][0], 1, sums[i1][1], zero, rounding);
    } else {
      low = scale_pair(panel, 0, sums[i][0], 0, sums[i1][0], zero, rounding);
      high = i2 == i1 ? low : scale_pair(panel, 0, sums[i2][0], 0, sums[i3][0], zero, rounding);
    }
    __m512i codes = _mm512_packus_epi16(low, high);
    if (rounding != BD_ROUND_PLAIN) codes = _mm512_min_epu8(_mm512_max_epu8(codes, minimum), maximum);
    uint8_t *row = output + i * step;
    if (registers == 4) {
      if (full) _mm512_storeu_si512(row, codes);
      else _mm512_mask_storeu_epi8(row, mask, codes);
    } else if (registers == 2) {
      codes = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), codes);
      const __m256i first = _mm512_castsi512_si256(codes), second = _mm512_extracti64x4_epi64(codes, 1);
      if (full) {
        _mm256_storeu_si256((__m256i *)row, first);
        if (i + 1 < rows) _mm256_storeu_si256((__m256i *)(row + step), second);
      } else {
        _mm256_mask_storeu_epi8(row, (__mmask32)mask, first);
        if (i + 1 < rows) _mm256_mask_storeu_epi8(row + step, (__mmask32)mask, second);
      }
    } else {
      codes = _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), codes);
      const __m128i first = _mm512_castsi512_si128(codes), second = _mm512_extracti32x4_epi32(codes, 1);
      const __m128i third = _mm512_extracti32x4_epi32(codes, 2), fourth = _mm512_extracti32x4_epi32(codes, 3);
      if (full) {
        _mm_storeu_si128((__m128i *)row, first);
        if (i + 1 < rows) _mm_storeu_si128((__m128i *)(row + step), second);
        if (i + 2 < rows) _mm_storeu_si128((__m128i *)(row + 2 * step), third);
        if (i + 3 < rows) _mm_storeu_si128((__m128i *)(row + 3 * step), fourth);
      } else {
        _mm_mask_storeu_epi8(row, (__mmask16)mask, first);
        if (i + 1 < rows) _mm_mask_storeu_epi8(row + step, (__mmask16)mask, second);
        if (i + 2 < rows) _mm_mask_storeu_epi8(row + 2 * step, (__mmask16)mask, third);
        if (i + 3 < rows) _mm_mask_storeu_epi8(row + 3 * step, (__mmask16)mask, fourth);
      }
    }
  }
}

/// Four neighbouring columns of a row whose registers lie in memory.
BD_INLINE BD_AVX512VNNI __m128i four_columns(const int32_t *sums, const int registers, int64_t column) {
  const int64_t lane = column / (4 * registers), j = column % (4 * registers) / 4;
  return _mm_load_si128((const __m128i *)(sums + j * LANES + 4 * lane));
}

/// Stores the sums of one row, as they are or as reals, in natural order.
BD_INLINE BD_AVX512VNNI void store_wide_row(const panel *panel, int64_t element, const int registers,
                                            const int32_t *sums) {
  const bd_epilogue *epilogue = &panel->job->epilogue;
  const __m512 minimum = _mm512_set1_ps(epilogue->float_minimum), maximum = _mm512_set1_ps(epilogue->float_maximum);
  for (int64_t c = 0; c < panel->columns; c += LANES) {
    const __mmask16 mask = (__mmask16)((1u << bd_min(LANES, panel->columns - c)) - 1);
    __m512i values = _mm512_castsi128_si512(four_columns(sums, registers, c));
    values = _mm512_inserti32x4(values, four_columns(sums, registers, c + 4), 1);
    values = _mm512_inserti32x4(values, four_columns(sums, registers, c + 8), 2);
    values = _mm512_inserti32x4(values, four_columns(sums, registers, c + 12), 3);
    if (epilogue->kind == BD_OUTPUT_F32) {
      const __m512 multiplier = _mm512_loadu_ps(epilogue->multiplier + panel->first_column + c);
      const __m512 reals = _mm512_mul_ps(_mm512_cvtepi32_ps(values), multiplier);
      values = _mm512_castps_si512(_mm512_min_ps(maximum, _mm512_max_ps(minimum, reals)));
    }
    _mm512_mask_storeu_epi32((int32_t *)panel->job->output + element + c, mask, values);
  }
}

/// Stores sums that stay 32 bits wide, from the registers of a tile in memory.
BD_AVX512VNNI __attribute__((noinline)) static void store_wide(const panel *panel, int64_t element, int rows,
                                                               int registers, const int32_t *sums) {
  for (int i = 0; i < rows; i++, sums += registers * LANES, element += panel->output_step) {
    if (registers == 4) store_wide_row(panel, element, 4, sums);
    else if (registers == 2) store_wide_row(panel, element, 2, sums);
    else store_wide_row(panel, element, 1, sums);
  }
}

/// `rows` pixels times the columns of a panel.
BD_INLINE BD_AVX512VNNI void tile(const panel *panel, const uint8_t *input, int64_t element, const int8_t *ahead,
                                  const int rows, const int registers) {
  __m512i sums[MAX_ROWS][MAX_REGISTERS];
  start_sums(panel, input, rows, registers, sums);
  add_products(panel, input, ahead, rows, registers, sums);
  uint8_t *codes = (uint8_t *)panel->job->output + element;
  if (panel->job->epilogue.kind != BD_OUTPUT_U8) {
    _Alignas(64) int32_t wide[MAX_ROWS * MAX_REGISTERS * LANES];
    BD_UNROLL for (int i = 0; i < rows; i++) BD_UNROLL for (int j = 0; j < registers; j++)
        _mm512_store_si512(wide + (i * registers + j) * LANES, sums[i][j]);
    store_wide(panel, element, rows, registers, wide);
    return;
  }
  switch (panel->rounding) {
    case BD_ROUND_PLAIN: store_codes(panel, codes, rows, registers, sums, BD_ROUND_PLAIN); break;
    case BD_ROUND_BOUNDED: store_codes(panel, codes, rows, registers, sums, BD_ROUND_BOUNDED); break;
    case BD_ROUND_ANY: store_codes(panel, codes, rows, registers, sums, BD_ROUND_ANY); break;
  }
}

/// Lines of weights that a tile fetches ahead.
BD_INLINE int64_t fetched_bytes(const panel *panel) {
  return panel->job->shape.segment_count * panel->quads * CACHE_LINE;
}

/// A number of tiles of one size, one below the other, while the weights from `ahead` on are fetched. Each size is a
/// function of its own, so that registers are allocated for it alone.
typedef void tiles(const panel *panel, const uint8_t *input, int64_t element, const int8_t *ahead, int64_t count);

#define TILES(rows, registers)                                                                                      \
  BD_AVX512VNNI __attribute__((noinline)) static void tiles_##rows##x##registers(                                   \
      const panel *panel, const uint8_t *input, int64_t element, const int8_t *ahead, int64_t count) {              \
    BD_NO_UNROLL for (int64_t t = 0; t < count; t++) {                                                              \
      /* What is fetched already is cheap to fetch again. */                                                        \
      const int8_t *line = ahead < panel->weights_end ? ahead : panel->weights;                                     \
      tile(panel, input + t * rows * panel->input_step, element + t * rows * panel->output_step, line, rows,        \
           registers);                                                                                              \
      ahead += fetched_bytes(panel);                                                                                \
    }                                                                                                               \
  }

TILES(1, 4) TILES(2, 4) TILES(3, 4) TILES(4, 4) TILES(5, 4) TILES(6, 4)
TILES(1, 2) TILES(2, 2) TILES(3, 2) TILES(4, 2) TILES(5, 2) TILES(6, 2)
TILES(7, 2) TILES(8, 2) TILES(9, 2) TILES(10, 2) TILES(11, 2) TILES(12, 2)
TILES(1, 1) TILES(2, 1) TILES(3, 1) TILES(4, 1) TILES(5, 1) TILES(6, 1)
TILES(7, 1) TILES(8, 1) TILES(9, 1) TILES(10, 1) TILES(11, 1) TILES(12, 1)

/// The rows of the tallest tile, and the tiles of each number of rows.
typedef struct {
  int max_rows;
  tiles *of_rows[MAX_ROWS + 1];
} tile_set;

static const tile_set tile_sets[MAX_REGISTERS + 1] = {
    [4] = {6, {NULL, tiles_1x4, tiles_2x4, tiles_3x4, tiles_4x4, tiles_5x4, tiles_6x4}},
    [2] = {12,
           {NULL, tiles_1x2, tiles_2x2, tiles_3x2, tiles_4x2, tiles_5x2, tiles_6x2, tiles_7x2, tiles_8x2, tiles_9x2,
            tiles_10x2, tiles_11x2, tiles_12x2}},
    [1] = {12,
           {NULL, tiles_1x1, tiles_2x1, tiles_3x1, tiles_4x1, tiles_5x1, tiles_6x1, tiles_7x1, tiles_8x1, tiles_9x1,
            tiles_10x1, tiles_11x1, tiles_12x1}},
};

/// Cuts a run of pixels into as few tiles as possible whose heights differ by one at most.
static void run_tiles(const panel *panel, const tile_set *set, bd_run run, const int8_t *ahead) {
  const int64_t count = (run.count + set->max_rows - 1) / set->max_rows;
  const int64_t rows = run.count / count, taller = run.count % count;
  const uint8_t *input = panel->job->input + run.input;
  int64_t element = run.output + panel->first_column;
  if (taller) {
    set->of_rows[rows + 1](panel, input, element, ahead, taller);
    input += taller * (rows + 1) * panel->input_step;
    element += taller * (rows + 1) * panel->output_step;
    ahead += taller * fetched_bytes(panel);
  }
  set->of_rows[rows](panel, input, element, ahead, count - taller);
}

/// Takes the numbers of a panel's columns, in the order of its registers.
static void enter_panel(panel *panel, int registers) {
  const bd_qgemm *job = panel->job;
  const int64_t first = panel->first_column, columns = panel->columns;
  const float *multiplier = job->epilogue.kind == BD_OUTPUT_S32 ? NULL : job->epilogue.multiplier + first;
  if (multiplier) panel->rounding = bd_rounding_of(&job->epilogue, first, columns);
  for (int index = 0; index < registers * LANES; index += 4) {
    const int column = column_of(registers, index);
    memcpy(panel->bias + index, job->bias + first + column, 4 * sizeof *job->bias);
    if (multiplier) memcpy(panel->multiplier + index, multiplier + column, 4 * sizeof *multiplier);
    for (int c = 0; job->weight_zero && c < 4; c++)
      panel->weight_zero[index + c] = column + c < columns ? job->weight_zero[first + column + c] : 0;
  }
}

/// All pixels of a block times one panel, while the weights of the next one are fetched: the first tile of a panel would
/// wait for them. A block of few pixels leaves too little time for that.
static void run_panel(panel *panel, const bd_grid *grid, int registers, int64_t begin, int64_t end) {
  const bd_sum_shape *shape = &panel->job->shape;
  const int64_t bytes = panel_bytes(registers, shape->segment_count, shape->segment_length);
  const int8_t *ahead = panel->weights + bytes;
  panel->weights_end = end - begin >= 2 * MAX_ROWS ? ahead + bytes : panel->weights;
  enter_panel(panel, registers);
  for (int64_t m = begin; m < end;) {
    const bd_run run = bd_run_at(grid, m, end);
    run_tiles(panel, &tile_sets[registers], run, ahead);
    ahead = panel->weights_end;  // one run is enough
    m += run.count;
  }
  panel->weights += bytes;
}

/// All columns of some pixels, panel by panel.
static void run_block(const bd_qgemm *job, const bd_grid *grid, int64_t begin, int64_t end) {
  const bd_sum_shape *shape = &job->shape;
  panel panel;
  panel.job = job;
  panel.weights = job->packed_weights;
  panel.first_column = 0;
  panel.quads = (shape->segment_length + 3) / 4;
  panel.input_step = grid->input.pixel;
  panel.output_step = grid->output.pixel;
  while (panel.first_column < shape->columns) {
    const int64_t left = shape->columns - panel.first_column;
    const int registers = panel_registers(left);
    panel.columns = bd_min(left, registers * LANES);
    run_panel(&panel, grid, registers, begin, end);
    panel.first_column += registers * LANES;
  }
}

void bd_qgemm_avx512vnni(const bd_qgemm *job, int64_t pixel_begin, int64_t pixel_end) {
  const bd_grid grid = bd_merge(&job->shape);
  // The input of a block should stay in the cache while the panels pass over it, and its output until it is read again.
  int64_t block = bd_max(64, INPUT_BLOCK / bd_max(1, grid.input.pixel));
  if (job->then) block = bd_min(block, bd_max(64, OUTPUT_BLOCK / bd_max(1, grid.output.pixel)));
  for (int64_t m = pixel_begin; m < pixel_end; m += block) {
    const int64_t end = bd_min(m + block, pixel_end);
    run_block(job, &grid, m, end);
    if (job->then) bd_do_then(job, &grid, m, end, bd_qbinary_avx512vnni);
  }
}

#endif
