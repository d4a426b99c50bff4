/// Quantized sums by 16-bit multiplications that add pairs of products; qgemm_avx2.h says of which.
#include "qgemm_avx2.h"

#if BD_X86

#pragma STDC FP_CONTRACT OFF

enum {
  MAX_ROWS = 4,  // of a tile; 9 registers of sums at most
  INPUT_BLOCK = 128 << 10,
  OUTPUT_BLOCK = 128 << 10,
};

/// What all tiles of a panel share.
typedef struct {
  bd_ymm_epilogue epilogue;
  _Alignas(32) int32_t weight_zero[MAX_REGISTERS * LANES];
  const bd_qgemm *job;
  const int32_t *lists;
  const int8_t *weights;
  int64_t first_column, columns;  // that the panel has; its registers may have room for more
  int64_t quads;  // of a segment
  int64_t input_step, output_step;
} panel;

/// The sum of the input codes of one pixel.
BD_AVX2 static int32_t input_sum(const bd_sum_shape *shape, const uint8_t *input) {
  static const uint8_t window[64] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                                     255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  __m256i sums = _mm256_setzero_si256();
  for (int64_t s = 0; s < shape->segment_count; s++) {
    const uint8_t *segment = input + shape->segment_offsets[s];
    for (int64_t k = 0; k < shape->segment_length; k += 32) {
      const int64_t beyond = bd_max(0, k + 32 - shape->segment_length);
      const __m256i mask = _mm256_loadu_si256((const __m256i *)(window + beyond));
      const __m256i codes = _mm256_and_si256(mask, _mm256_loadu_si256((const __m256i *)(segment + k)));
      sums = _mm256_add_epi64(sums, _mm256_sad_epu8(codes, _mm256_setzero_si256()));
    }
  }
  const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  return (int32_t)(_mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1));
}

/// The sums of the input codes of a tile's pixels. A function of its own: most weights have no zero point.
BD_AVX2 __attribute__((noinline)) static void input_sums(const panel *panel, const uint8_t *input, int rows,
                                                         int32_t *sums) {
  for (int i = 0; i < rows; i++) sums[i] = input_sum(&panel->job->shape, input + i * panel->input_step);
}

/// Lets a tile's sums start from the bias, less the weights' zero point times the input's sum.
BD_INLINE BD_AVX2 void start_sums(const panel *panel, const uint8_t *input, const int rows, const int registers,
                                  __m256i sums[MAX_ROWS][MAX_REGISTERS]) {
  int32_t codes[MAX_ROWS];
  const bool shifted = panel->job->weight_zero;
  if (shifted) input_sums(panel, input, rows, codes);
  BD_UNROLL for (int j = 0; j < registers; j++) {
    const __m256i bias = _mm256_load_si256((const __m256i *)(panel->epilogue.bias + j * LANES));
    BD_UNROLL for (int i = 0; i < rows; i++) sums[i][j] = bias;
  }
  if (!shifted) return;
  BD_UNROLL for (int i = 0; i < rows; i++) BD_UNROLL for (int j = 0; j < registers; j++) {
    const __m256i zero = _mm256_load_si256((const __m256i *)(panel->weight_zero + j * LANES));
    sums[i][j] = _mm256_sub_epi32(sums[i][j], _mm256_mullo_epi32(zero, _mm256_set1_epi32(codes[i])));
  }
}

/// Four neighbouring input codes in every lane.
BD_INLINE BD_AVX2 __m256i four_codes(const uint8_t *codes) {
  int32_t four;
  memcpy(&four, codes, sizeof four);
  return _mm256_set1_epi32(four);
}

/// Adds the products of a pair of 16-bit codes of each row with all columns.
BD_INLINE BD_AVX2 void add_pairs(const __m256i pairs[MAX_ROWS], const int8_t *weights, const int rows,
                                 const int registers, __m256i sums[MAX_ROWS][MAX_REGISTERS]) {
  BD_UNROLL for (int j = 0; j < registers; j++) {
    const __m256i column = _mm256_loadu_si256((const __m256i *)(weights + 32 * j));
    BD_UNROLL for (int i = 0; i < rows; i++)
      sums[i][j] = _mm256_add_epi32(sums[i][j], _mm256_madd_epi16(pairs[i], column));
  }
}

/// Adds the products of one quad of codes of each row, for any weights.
BD_INLINE BD_AVX2 void add_any(const __m256i four[MAX_ROWS], const int8_t *weights, const int rows,
                               const int registers, __m256i sums[MAX_ROWS][MAX_REGISTERS]) {
  __m256i pairs[MAX_ROWS];
  BD_UNROLL for (int i = 0; i < rows; i++) pairs[i] = _mm256_and_si256(four[i], _mm256_set1_epi16(0xff));
  add_pairs(pairs, weights, rows, registers, sums);
  BD_UNROLL for (int i = 0; i < rows; i++) pairs[i] = _mm256_srli_epi16(four[i], 8);
  add_pairs(pairs, weights + 32 * registers, rows, registers, sums);
}

/// Adds the products of one quad of codes of each row, for pair-safe weights.
BD_INLINE BD_AVX2 void add_safe(const __m256i four[MAX_ROWS], const int8_t *weights, const int rows,
                                const int registers, __m256i sums[MAX_ROWS][MAX_REGISTERS]) {
  BD_UNROLL for (int j = 0; j < registers; j++) {
    const __m256i column = _mm256_loadu_si256((const __m256i *)(weights + 32 * j));
    BD_UNROLL for (int i = 0; i < rows; i++) {
      const __m256i pairs = _mm256_maddubs_epi16(four[i], column);
      sums[i][j] = _mm256_add_epi32(sums[i][j], _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
  }
}

/// Adds the products of a segment whose quads are multiplied alike. Elements read beyond its end meet zero weights.
BD_INLINE BD_AVX2 const int8_t *add_segment(const panel *panel, const uint8_t *codes, const int8_t *weights,
                                            const int rows, const int registers, const bool safe,
                                            __m256i sums[MAX_ROWS][MAX_REGISTERS]) {
  const int64_t step = panel->input_step;
  BD_NO_UNROLL for (int64_t quad = 0; quad < panel->quads; quad++) {
    __m256i four[MAX_ROWS];
    BD_UNROLL for (int i = 0; i < rows; i++) four[i] = four_codes(codes + i * step);
    if (safe) add_safe(four, weights, rows, registers, sums);
    else add_any(four, weights, rows, registers, sums);
    weights += registers * (safe ? 32 : 64);
    codes += 4;
  }
  return weights;
}

/// Adds the products of a segment, those of NARROW_QUADS quads in 16 bits. Elements read beyond its end meet zero weights.
BD_INLINE BD_AVX2 const int8_t *add_narrow_segment(const panel *panel, const uint8_t *codes, const int8_t *weights,
                                                   const int rows, const int registers,
                                                   __m256i sums[MAX_ROWS][MAX_REGISTERS]) {
  const int64_t step = panel->input_step;
  BD_NO_UNROLL for (int64_t quad = 0; quad < panel->quads;) {
    const int64_t end = bd_min(panel->quads, quad + NARROW_QUADS);
    __m256i narrow[MAX_ROWS][MAX_REGISTERS];
    BD_UNROLL for (int i = 0; i < rows; i++) BD_UNROLL for (int j = 0; j < registers; j++)
        narrow[i][j] = _mm256_setzero_si256();
    BD_NO_UNROLL for (; quad < end; quad++) {
      __m256i four[MAX_ROWS];
      BD_UNROLL for (int i = 0; i < rows; i++) four[i] = four_codes(codes + i * step);
      BD_UNROLL for (int j = 0; j < registers; j++) {
        const __m256i column = _mm256_loadu_si256((const __m256i *)(weights + 32 * j));
        BD_UNROLL for (int i = 0; i < rows; i++)
          narrow[i][j] = _mm256_add_epi16(narrow[i][j], _mm256_maddubs_epi16(four[i], column));
      }
      weights += registers * 32;
      codes += 4;
    }
    BD_UNROLL for (int i = 0; i < rows; i++) BD_UNROLL for (int j = 0; j < registers; j++)
        sums[i][j] = _mm256_add_epi32(sums[i][j], _mm256_madd_epi16(narrow[i][j], _mm256_set1_epi16(1)));
  }
  return weights;
}

/// Adds the products of a segment in the order of its list.
BD_INLINE BD_AVX2 const int8_t *add_listed(const panel *panel, const uint8_t *codes, const int32_t *list,
                                           const int8_t *weights, const int rows, const int registers,
                                           __m256i sums[MAX_ROWS][MAX_REGISTERS]) {
  const int64_t step = panel->input_step;
  const int32_t *first = list + PAIRINGS + 1;
  BD_NO_UNROLL for (int pairing = 0; pairing < PAIRINGS; pairing++) {
    const __m256i order = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)pairings[pairing]));
    BD_NO_UNROLL for (const int32_t *end = first + list[pairing]; first < end; first++) {
      __m256i four[MAX_ROWS];
      BD_UNROLL for (int i = 0; i < rows; i++)
        four[i] = _mm256_shuffle_epi8(four_codes(codes + *first + i * step), order);
      add_safe(four, weights, rows, registers, sums);
      weights += registers * 32;
    }
  }
  BD_NO_UNROLL for (const int32_t *end = first + list[PAIRINGS]; first < end; first++) {
    __m256i four[MAX_ROWS];
    BD_UNROLL for (int i = 0; i < rows; i++) four[i] = four_codes(codes + *first + i * step);
    add_any(four, weights, rows, registers, sums);
    weights += registers * 64;
  }
  return weights;
}

/// Adds all products of a tile.
BD_INLINE BD_AVX2 void add_products(const panel *panel, const uint8_t *input, const int rows, const int registers,
                                    const form form, __m256i sums[MAX_ROWS][MAX_REGISTERS]) {
  const bd_sum_shape *shape = &panel->job->shape;
  const int32_t *list = panel->lists;
  const int8_t *weights = panel->weights;
  BD_NO_UNROLL for (int64_t s = 0; s < shape->segment_count; s++) {
    const uint8_t *codes = input + shape->segment_offsets[s];
    if (form == MIXED) {
      weights = add_listed(panel, codes, list, weights, rows, registers, sums);
      list += list_length(panel->quads);
    } else if (form == NARROW) {
      weights = add_narrow_segment(panel, codes, weights, rows, registers, sums);
    } else {
      weights = add_segment(panel, codes, weights, rows, registers, form == SAFE, sums);
    }
  }
}

/// Stores the codes of a tile.
BD_INLINE BD_AVX2 void store_codes(const panel *panel, uint8_t *output, const int rows, const int registers,
                                   __m256i sums[MAX_ROWS][MAX_REGISTERS], const bool bounded) {
  const bd_ymm_epilogue *epilogue = &panel->epilogue;
  const int64_t step = panel->output_step;
  if (registers == 4) {
    BD_UNROLL for (int i = 0; i < rows; i++)
      bd_store_codes(output + i * step, bd_codes_of_row(epilogue, sums[i], bounded), panel->columns);
    return;
  }
  if (registers == 3) {
    BD_UNROLL for (int i = 0; i < rows; i++)
      bd_store_24_codes(output + i * step, bd_codes_of_24(epilogue, sums[i], bounded), panel->columns);
    return;
  }
  // Of 16 columns, two rows share a register of bytes.
  BD_UNROLL for (int i = 0; i < rows; i += 2) {
    const int next = i + 1 < rows ? i + 1 : i;
    const __m256i low = bd_scale_pair(epilogue, 0, sums[i][0], sums[i][1], bounded);
    const __m256i high = next == i ? low : bd_scale_pair(epilogue, 0, sums[next][0], sums[next][1], bounded);
    const __m256i codes = _mm256_permute4x64_epi64(bd_pack_codes(epilogue, low, high), 0xD8);
    uint8_t *row = output + i * step;
    if (panel->columns == 16) {
      _mm_storeu_si128((__m128i *)row, _mm256_castsi256_si128(codes));
      if (next != i) _mm_storeu_si128((__m128i *)(row + step), _mm256_extracti128_si256(codes, 1));
    } else {
      bd_store_some(row, codes, panel->columns);
      if (next != i) bd_store_some(row + step, _mm256_permute4x64_epi64(codes, 0xEE), panel->columns);
    }
  }
}

/// Stores sums that stay 32 bits wide, from the registers of a tile in memory.
BD_AVX2 __attribute__((noinline)) static void store_wide(const panel *panel, int64_t element, int rows, int registers,
                                                         const int32_t *sums) {
  for (int i = 0; i < rows; i++, sums += registers * LANES) {
    int32_t ordered[MAX_REGISTERS * LANES];
    for (int index = 0; index < registers * LANES; index += 4)
      memcpy(ordered + bd_ymm_column(registers, index), sums + index, 4 * sizeof *sums);
    bd_store_sums(&panel->job->epilogue, ordered, panel->first_column, panel->columns,
                  panel->job->output, element + i * panel->output_step);
  }
}

/// `rows` pixels times the columns of a panel.
BD_INLINE BD_AVX2 void tile(const panel *panel, const uint8_t *input, int64_t element, const int rows,
                            const int registers, const form form) {
  __m256i sums[MAX_ROWS][MAX_REGISTERS];
  start_sums(panel, input, rows, registers, sums);
  add_products(panel, input, rows, registers, form, sums);
  uint8_t *codes = (uint8_t *)panel->job->output + element;
  if (panel->job->epilogue.kind != BD_OUTPUT_U8) {
    _Alignas(32) int32_t wide[MAX_ROWS * MAX_REGISTERS * LANES];
    BD_UNROLL for (int i = 0; i < rows; i++) BD_UNROLL for (int j = 0; j < registers; j++)
        _mm256_store_si256((__m256i *)(wide + (i * registers + j) * LANES), sums[i][j]);
    store_wide(panel, element, rows, registers, wide);
  } else if (panel->epilogue.bounded) store_codes(panel, codes, rows, registers, sums, true);
  else store_codes(panel, codes, rows, registers, sums, false);
}

/// A number of tiles of one size, one below the other. Each size is a function of its own, so that registers are
/// allocated for it alone.
typedef void tiles(const panel *panel, const uint8_t *input, int64_t element, int64_t count);

#define TILES(form, rows, registers)                                                                    \
  BD_AVX2 __attribute__((noinline)) static void form##_##rows##x##registers(                            \
      const panel *panel, const uint8_t *input, int64_t element, int64_t count) {                       \
    BD_NO_UNROLL for (int64_t t = 0; t < count; t++)                                                    \
      tile(panel, input + t * rows * panel->input_step, element + t * rows * panel->output_step, rows,  \
           registers, form);                                                                            \
  }
#define FORM(form)                                                                                      \
  TILES(form, 1, 2) TILES(form, 2, 2) TILES(form, 3, 2) TILES(form, 4, 2)                               \
  TILES(form, 1, 3) TILES(form, 2, 3) TILES(form, 3, 3)                                                 \
  TILES(form, 1, 4) TILES(form, 2, 4)

FORM(ANY) FORM(SAFE) FORM(MIXED) FORM(NARROW)

/// The rows of the tallest tile, and the tiles of each number of rows.
typedef struct {
  int max_rows;
  tiles *of_rows[MAX_ROWS + 1];
} tile_set;

#define TILE_SETS(form)                                                     \
  {                                                                         \
    [2] = {4, {NULL, form##_1x2, form##_2x2, form##_3x2, form##_4x2}},      \
    [3] = {3, {NULL, form##_1x3, form##_2x3, form##_3x3}},                  \
    [4] = {2, {NULL, form##_1x4, form##_2x4}},                              \
  }

/// By form and registers of the panel.
static const tile_set tile_sets[NARROW + 1][MAX_REGISTERS + 1] = {
    [ANY] = TILE_SETS(ANY),
    [SAFE] = TILE_SETS(SAFE),
    [MIXED] = TILE_SETS(MIXED),
    [NARROW] = TILE_SETS(NARROW),
};

/// Cuts a run of pixels into as few tiles as possible whose heights differ by one at most.
static void run_tiles(const panel *panel, const tile_set *set, bd_run run) {
  const int64_t count = (run.count + set->max_rows - 1) / set->max_rows;
  const int64_t rows = run.count / count, taller = run.count % count;
  const uint8_t *input = panel->job->input + run.input;
  int64_t element = run.output + panel->first_column;
  if (taller) {
    set->of_rows[rows + 1](panel, input, element, taller);
    input += taller * (rows + 1) * panel->input_step;
    element += taller * (rows + 1) * panel->output_step;
  }
  set->of_rows[rows](panel, input, element, count - taller);
}

/// Takes the numbers of a panel's columns.
static void enter_panel(panel *panel, int registers) {
  const bd_qgemm *job = panel->job;
  bd_enter_columns(&panel->epilogue, &job->epilogue, job->bias, panel->first_column, panel->columns, registers);
  for (int index = 0; job->weight_zero && index < registers * LANES; index++) {
    const int column = bd_ymm_column(registers, index);
    panel->weight_zero[index] = column < panel->columns ? job->weight_zero[panel->first_column + column] : 0;
  }
}

/// All columns of some pixels, panel by panel.
static void run_block(const bd_qgemm *job, const bd_grid *grid, int64_t begin, int64_t end) {
  const bd_sum_shape *shape = &job->shape;
  const int8_t *packed = job->packed_weights;
  panel panel;
  panel.job = job;
  panel.first_column = 0;
  panel.quads = (shape->segment_length + 3) / 4;
  panel.input_step = grid->input.pixel;
  panel.output_step = grid->output.pixel;
  while (panel.first_column < shape->columns) {
    const int64_t left = shape->columns - panel.first_column;
    const int registers = panel_registers(left);
    const tile_set *set = &tile_sets[*packed][registers];
    panel.columns = bd_min(left, registers * LANES);
    panel.lists = (const int32_t *)(packed + HEADER);
    panel.weights = packed + HEADER + list_bytes(shape->segment_count, shape->segment_length);
    enter_panel(&panel, registers);
    for (int64_t m = begin; m < end;) {
      const bd_run run = bd_run_at(grid, m, end);
      run_tiles(&panel, set, run);
      m += run.count;
    }
    packed += panel_bytes(registers, shape->segment_count, shape->segment_length);
    panel.first_column += registers * LANES;
  }
}

void bd_qgemm_avx2(const bd_qgemm *job, int64_t pixel_begin, int64_t pixel_end) {
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
