/// Quantized 3x3 convolutions of stride 1 by Winograd's minimal filtering F(2x2, 3x3), in exact integers.
///
/// Four neighbouring outputs are a tile. Of its 4 x 4 input pixels d and the kernel g, per channel, V = B' d B and
/// U = (2G) g (2G)' are multiplied position by position: 16 products instead of 36. Summed over the channels they give M,
/// and A' M A is four times the four sums. With
///
///     B' = 1  0 -1  0    2G = 2  0  0    A' = 1  1  1  0
///          0  1  1  0         1  1  1         0  1 -1 -1
///          0 -1  1  0         1 -1  1
///          0  1  0 -1         0  0  2
///
/// |V| <= 4 * 255 and |U| <= 9 * 128 fit into 16 bits, where vpmaddwd multiplies them exactly. Everything behind is
/// right modulo 2^32, so that the result is exact because four times the sum, bias left out, fits into 32 bits.
/// (Lavin and Gray 2016, "Fast algorithms for convolutional neural networks", with G doubled.)
///
/// V of a block of tiles lies on the stack, [position][tile][channel], and so does M of 16 columns,
/// [position][tile][column]. The packed weights are [16 columns][position][channel / 2][column][2], columns in the order
/// that registers_avx2.h describes.
#include "registers_avx2.h"

#if BD_X86

#pragma STDC FP_CONTRACT OFF

enum {
  SIDE = 4,  // of a tile's input
  POSITIONS = SIDE * SIDE,
  OUTPUTS = 4,  // of a tile
  REGISTERS = 2,
  COLUMNS = REGISTERS * BD_YMM_LANES,
  CHANNELS = 16,  // transformed at once
  MAX_ROWS = 6,   // tiles whose products with 16 columns are summed side by side
  MAX_TILES = 24, // of a block
  VALUES = POSITIONS * 4096,  // of a block's V; the stack holds them
};

_Static_assert(POSITIONS * BD_WINOGRAD_CHANNELS <= VALUES, "a block has room for one tile");
_Static_assert(4LL * 9 * 255 * 128 * BD_WINOGRAD_CHANNELS <= INT32_MAX, "any sum fits into 32 bits four times");

/// Channels of V: filled up with channels whose weights are 0.
BD_INLINE int64_t padded_channels(int64_t channels) { return bd_round_up(channels, CHANNELS); }

size_t bd_qwinograd_packed_bytes_avx2(int64_t columns, int64_t channels) {
  return (size_t)(bd_round_up(columns, COLUMNS) * POSITIONS * padded_channels(channels)) * sizeof(int16_t);
}

/// (2G) g (2G)' for the kernel of one channel, whose taps lie `step` apart.
static void transform_kernel(const int8_t *kernel, int64_t step, int16_t result[POSITIONS]) {
  int rows[SIDE][3];
  for (int x = 0; x < 3; x++) {
    const int top = kernel[x * step], middle = kernel[(3 + x) * step], bottom = kernel[(6 + x) * step];
    rows[0][x] = 2 * top;
    rows[1][x] = top + middle + bottom;
    rows[2][x] = top - middle + bottom;
    rows[3][x] = 2 * bottom;
  }
  for (int y = 0; y < SIDE; y++) {
    const int *row = rows[y];
    result[SIDE * y] = (int16_t)(2 * row[0]);
    result[SIDE * y + 1] = (int16_t)(row[0] + row[1] + row[2]);
    result[SIDE * y + 2] = (int16_t)(row[0] - row[1] + row[2]);
    result[SIDE * y + 3] = (int16_t)(2 * row[2]);
  }
}

void bd_qwinograd_pack_avx2(const int8_t *weights, int64_t columns, int64_t channels, int8_t *packed) {
  const int64_t padded = padded_channels(channels);
  memset(packed, 0, bd_qwinograd_packed_bytes_avx2(columns, channels));
  int16_t *panel = (int16_t *)packed;
  for (int64_t first = 0; first < columns; first += COLUMNS, panel += POSITIONS * padded * COLUMNS)
    for (int index = 0; index < COLUMNS; index++) {
      const int64_t column = first + bd_ymm_column(REGISTERS, index);
      if (column >= columns) continue;
      for (int64_t c = 0; c < channels; c++) {
        int16_t kernel[POSITIONS];
        transform_kernel(weights + column * 9 * channels + c, channels, kernel);
        for (int p = 0; p < POSITIONS; p++)
          panel[((p * padded + c) / 2 * COLUMNS + index) * 2 + c % 2] = kernel[p];
      }
    }
}

/// What all tiles of a convolution share.
typedef struct {
  const bd_qgemm *job;
  int64_t padded;             // channels
  int64_t lines, line_tiles;  // of tiles in an image, tiles in each
} plan;

/// Where a tile lies. At an odd end of the image it has one line or column of outputs only, and repeats its last but one of
/// inputs, on which the outputs that remain do not depend.
typedef struct {
  const uint8_t *input;
  int64_t element;
  int64_t height, width;  // of its outputs
} place;

static place place_of(const plan *plan, int64_t tile) {
  const bd_sum_shape *shape = &plan->job->shape;
  const int64_t line = tile / plan->line_tiles, x = tile % plan->line_tiles * 2;
  const int64_t image = line / plan->lines, y = line % plan->lines * 2;
  return (place){
      .input = plan->job->input + image * shape->input.image + y * shape->input.line + x * shape->input.pixel,
      .element = image * shape->output.image + y * shape->output.line + x * shape->output.pixel,
      .height = bd_min(2, shape->height - y),
      .width = bd_min(2, shape->width - x),
  };
}

BD_INLINE BD_AVX2 __m256i load_codes(const uint8_t *codes) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)codes));
}

/// B' of four vectors.
BD_INLINE BD_AVX2 void transform_input(const __m256i in[SIDE], __m256i out[SIDE]) {
  out[0] = _mm256_sub_epi16(in[0], in[2]);
  out[1] = _mm256_add_epi16(in[1], in[2]);
  out[2] = _mm256_sub_epi16(in[2], in[1]);
  out[3] = _mm256_sub_epi16(in[1], in[3]);
}

/// V of one tile.
BD_AVX2 static void transform_tile(const plan *plan, const place *place, int16_t *values, int64_t position) {
  const bd_strides *step = &plan->job->shape.input;
  int64_t lines[SIDE], pixels[SIDE];
  for (int i = 0; i < SIDE; i++) {
    lines[i] = bd_min(i, place->height + 1) * step->line;
    pixels[i] = bd_min(i, place->width + 1) * step->pixel;
  }
  BD_NO_UNROLL for (int64_t c = 0; c < plan->padded; c += CHANNELS) {
    __m256i half[SIDE][SIDE];
    BD_UNROLL for (int x = 0; x < SIDE; x++) {
      __m256i column[SIDE], out[SIDE];
      BD_UNROLL for (int y = 0; y < SIDE; y++) column[y] = load_codes(place->input + lines[y] + pixels[x] + c);
      transform_input(column, out);
      BD_UNROLL for (int y = 0; y < SIDE; y++) half[y][x] = out[y];
    }
    BD_UNROLL for (int y = 0; y < SIDE; y++) {
      __m256i out[SIDE];
      transform_input(half[y], out);
      BD_UNROLL for (int x = 0; x < SIDE; x++)
        _mm256_store_si256((__m256i *)(values + (SIDE * y + x) * position + c), out[x]);
    }
  }
}

/// Sums over the channels for `rows` tiles and 16 columns, at one position.
BD_INLINE BD_AVX2 void multiply(const int16_t *values, const int16_t *weights, int64_t channels, const int rows,
                                int32_t *products) {
  __m256i sums[MAX_ROWS][REGISTERS];
  BD_UNROLL for (int i = 0; i < rows; i++) sums[i][0] = sums[i][1] = _mm256_setzero_si256();
  BD_NO_UNROLL for (int64_t c = 0; c < channels; c += 2) {
    const __m256i left = _mm256_load_si256((const __m256i *)weights);
    const __m256i right = _mm256_load_si256((const __m256i *)(weights + COLUMNS));
    BD_UNROLL for (int i = 0; i < rows; i++) {
      int32_t pair;
      memcpy(&pair, values + i * channels + c, sizeof pair);
      const __m256i pairs = _mm256_set1_epi32(pair);
      sums[i][0] = _mm256_add_epi32(sums[i][0], _mm256_madd_epi16(pairs, left));
      sums[i][1] = _mm256_add_epi32(sums[i][1], _mm256_madd_epi16(pairs, right));
    }
    weights += 2 * COLUMNS;
  }
  BD_UNROLL for (int i = 0; i < rows; i++) BD_UNROLL for (int j = 0; j < REGISTERS; j++)
      _mm256_store_si256((__m256i *)(products + i * COLUMNS + j * BD_YMM_LANES), sums[i][j]);
}

#define ROWS(rows)                                                                                           \
  BD_AVX2 __attribute__((noinline)) static void multiply_##rows(const int16_t *values, const int16_t *weights, \
                                                                int64_t channels, int32_t *products) {       \
    multiply(values, weights, channels, rows, products);                                                     \
  }
ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6)

static void (*const multiplies[MAX_ROWS + 1])(const int16_t *, const int16_t *, int64_t, int32_t *) = {
    NULL, multiply_1, multiply_2, multiply_3, multiply_4, multiply_5, multiply_6};

/// M of some tiles and 16 columns: [position][tile][column].
static void multiply_block(const plan *plan, const int16_t *values, const int16_t *weights, int64_t tiles,
                           int32_t *products) {
  const int64_t groups = (tiles + MAX_ROWS - 1) / MAX_ROWS;
  for (int p = 0; p < POSITIONS; p++, weights += plan->padded * COLUMNS)
    for (int64_t g = 0; g < groups; g++) {
      const int64_t rows = tiles * (g + 1) / groups - tiles * g / groups;
      multiplies[rows](values, weights, plan->padded, products);
      values += rows * plan->padded;
      products += rows * COLUMNS;
    }
}

/// Four times two of a tile's sums, from three of the four positions each.
BD_INLINE BD_AVX2 void transform_output(const __m256i in[SIDE], __m256i out[2]) {
  out[0] = _mm256_add_epi32(_mm256_add_epi32(in[0], in[1]), in[2]);
  out[1] = _mm256_sub_epi32(_mm256_sub_epi32(in[1], in[2]), in[3]);
}

/// The four sums of a tile, 8 columns: left and right of the upper line, then of the lower.
BD_INLINE BD_AVX2 void sums_of_tile(const int32_t *products, int64_t position, __m256i bias, __m256i sums[OUTPUTS]) {
  __m256i half[2][SIDE];
  BD_UNROLL for (int x = 0; x < SIDE; x++) {
    __m256i column[SIDE], out[2];
    BD_UNROLL for (int y = 0; y < SIDE; y++)
      column[y] = _mm256_load_si256((const __m256i *)(products + (SIDE * y + x) * position));
    transform_output(column, out);
    half[0][x] = out[0];
    half[1][x] = out[1];
  }
  BD_UNROLL for (int y = 0; y < 2; y++) {
    transform_output(half[y], sums + 2 * y);
    BD_UNROLL for (int x = 0; x < 2; x++)
      sums[2 * y + x] = _mm256_add_epi32(_mm256_srai_epi32(sums[2 * y + x], 2), bias);
  }
}

/// Stores 16 codes, or as many as there are.
BD_INLINE BD_AVX2 void store(uint8_t *output, __m128i codes, int64_t columns) {
  if (columns >= COLUMNS) _mm_storeu_si128((__m128i *)output, codes);
  else bd_store_some(output, _mm256_castsi128_si256(codes), columns);
}

/// The codes of a block of tiles, 16 columns.
BD_INLINE BD_AVX2 void store_block(const plan *plan, const bd_ymm_epilogue *epilogue, const place *places, int64_t tiles,
                                   const int32_t *products, int64_t first, const bool bounded) {
  const bd_strides *step = &plan->job->shape.output;
  const int64_t columns = plan->job->shape.columns - first;
  BD_NO_UNROLL for (int64_t t = 0; t < tiles; t++, products += COLUMNS) {
    __m256i sums[REGISTERS][OUTPUTS];
    BD_UNROLL for (int j = 0; j < REGISTERS; j++)
      sums_of_tile(products + j * BD_YMM_LANES, tiles * COLUMNS,
                   _mm256_load_si256((const __m256i *)(epilogue->bias + j * BD_YMM_LANES)), sums[j]);
    uint8_t *output = (uint8_t *)plan->job->output + places[t].element + first;
    BD_UNROLL for (int y = 0; y < 2; y++) {
      const __m256i left = bd_scale_pair(epilogue, 0, sums[0][2 * y], sums[1][2 * y], bounded);
      const __m256i right = bd_scale_pair(epilogue, 0, sums[0][2 * y + 1], sums[1][2 * y + 1], bounded);
      const __m256i codes = _mm256_permute4x64_epi64(bd_pack_codes(epilogue, left, right), 0xD8);
      if (y >= places[t].height) break;
      store(output, _mm256_castsi256_si128(codes), columns);
      if (places[t].width > 1) store(output + step->pixel, _mm256_extracti128_si256(codes, 1), columns);
      output += step->line;
    }
  }
}

/// Does what follows the sums of a block of tiles, line by line where its pixels lie without gaps.
static void do_then(const plan *plan, const place *places, int64_t begin, int64_t tiles) {
  const bd_sum_shape *shape = &plan->job->shape;
  const bool is_dense = shape->output.pixel == shape->columns;
  for (int64_t t = 0; t < tiles;) {
    const place *first = places + t;
    const int64_t run = is_dense ? bd_min(tiles - t, plan->line_tiles - (begin + t) % plan->line_tiles) : 1;
    const int64_t width = 2 * (run - 1) + first[run - 1].width;
    for (int64_t y = 0; y < first->height; y++)
      for (int64_t x = 0; x < (is_dense ? 1 : width); x++) {
        const int64_t element = first->element + y * shape->output.line + x * shape->output.pixel;
        bd_qbinary_avx2(plan->job->then, element, element + (is_dense ? width : 1) * shape->columns);
      }
    t += run;
  }
}

/// All columns of a block of tiles.
BD_AVX2 static void run_block(const plan *plan, int64_t begin, int64_t tiles) {
  _Alignas(64) int16_t values[VALUES];
  _Alignas(64) int32_t products[POSITIONS * MAX_TILES * COLUMNS];
  place places[MAX_TILES];
  const bd_qgemm *job = plan->job;
  for (int64_t t = 0; t < tiles; t++) {
    places[t] = place_of(plan, begin + t);
    transform_tile(plan, &places[t], values + t * plan->padded, tiles * plan->padded);
  }
  const int16_t *weights = (const int16_t *)job->packed_weights;
  for (int64_t first = 0; first < job->shape.columns; first += COLUMNS) {
    bd_ymm_epilogue epilogue;
    bd_enter_columns(&epilogue, &job->epilogue, job->bias, first, job->shape.columns - first, REGISTERS);
    multiply_block(plan, values, weights, tiles, products);
    if (epilogue.bounded) store_block(plan, &epilogue, places, tiles, products, first, true);
    else store_block(plan, &epilogue, places, tiles, products, first, false);
    weights += POSITIONS * plan->padded * COLUMNS;
  }
  if (job->then) do_then(plan, places, begin, tiles);
}

void bd_qwinograd_avx2(const bd_qgemm *job, int64_t tile_begin, int64_t tile_end) {
  const bd_sum_shape *shape = &job->shape;
  const plan plan = {
      .job = job,
      .padded = padded_channels(shape->segment_length / 3),
      .lines = (shape->height + 1) / 2,
      .line_tiles = (shape->width + 1) / 2,
  };
  // Blocks of equal size, as large as the stack allows.
  const int64_t most = bd_min(MAX_TILES, VALUES / (POSITIONS * plan.padded));
  const int64_t count = tile_end - tile_begin, blocks = (count + most - 1) / most;
  for (int64_t b = 0; b < blocks; b++) {
    const int64_t first = count * b / blocks, end = count * (b + 1) / blocks;
    run_block(&plan, tile_begin + first, end - first);
  }
}

#endif
