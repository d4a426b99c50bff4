/// Quantized depthwise convolution with tall kernels: pairs of rows of whole columns lie in a buffer.
///
/// The codes of two neighbouring rows are interleaved and widened once for each column of the image, and serve all outputs
/// over whose kernels the column lies: those side by side, and those of two lines.
///
/// Packed, for each block: the taps of each kernel column as pairs of the rows (0, 1), (2, 3) ..., [register][kx][pair]
/// [channel][2]; then as pairs of the rows (-, 0), (1, 2) ... for the lower of two lines, which starts one row later.
#ifndef BITDEPTH_QDEPTHWISE_AVX2_STRIP_H
#define BITDEPTH_QDEPTHWISE_AVX2_STRIP_H

#include "qdepthwise_avx2.h"

#if BD_X86

#pragma STDC FP_CONTRACT OFF

enum {
  COLUMN_PAIR = REGISTERS * VECTOR,  // 16-bit weights or codes of a column's pair of rows
  BUFFERED = 128,                    // pairs that are held: 16 kB, half of the first cache
  PIXELS = 4,                        // of a tile
  LINES = 2,
};

/// How the lines of a tile share columns.
typedef enum {
  SINGLE,   // one line
  SHARED,   // the lower line starts a row later: the same pairs, other weights
  SHIFTED,  // the lower line starts a pair of rows later: other pairs, the same weights
} sharing;

/// Pairs of rows of a kernel of odd height, also of one that starts a row later.
BD_INLINE int64_t strip_pairs(int64_t kernel_height) { return (kernel_height + 1) / 2; }

/// Whether strips pay for a kernel, and its columns have room in the buffer for two lines.
BD_INLINE bool takes_strips(int64_t kernel_height, int64_t kernel_width) {
  return kernel_height >= 5 && kernel_height % 2 == 1 && kernel_width >= 3 &&
         (strip_pairs(kernel_height) + 1) * kernel_width <= BUFFERED;
}

/// 16-bit weights of a block.
BD_INLINE int64_t strip_weights(int64_t kernel_height, int64_t kernel_width) {
  return LINES * kernel_width * strip_pairs(kernel_height) * COLUMN_PAIR;
}

/// The pairs for kernels that start `late` rows after the first pair.
static int16_t *pack_late(const source *source, int late, int16_t *packed) {
  for (int j = 0; j < REGISTERS; j++)
    for (int64_t kx = 0; kx < source->width; kx++)
      for (int64_t pair = 0; pair < strip_pairs(source->height); pair++)
        for (int lane = 0; lane < BD_YMM_LANES; lane++)
          for (int t = 0; t < 2; t++)
            *packed++ = tap(source, bd_ymm_column(REGISTERS, j * BD_YMM_LANES + lane), 2 * pair + t - late, kx);
  return packed;
}

static int16_t *pack_strips(const source *source, int16_t *packed) {
  return pack_late(source, 1, pack_late(source, 0, packed));
}

/// The sums of a tile's pixels, [line][pixel][register].
typedef __m256i tile_sums[LINES][PIXELS][REGISTERS];

/// Stores the codes of a tile.
BD_INLINE BD_AVX2 void store_tile_as(const block *block, tile_sums sums, int pixels, int lines, uint8_t *output,
                                     const bool bounded) {
  const bd_strides *step = &block->shape->output;
  for (int y = 0; y < lines; y++)
    for (int x = 0; x < pixels; x++) store(block, output + y * step->line + x * step->pixel, sums[y][x], bounded);
}

BD_AVX2 __attribute__((noinline)) static void store_tile(const block *block, tile_sums sums, int pixels, int lines,
                                                         uint8_t *output) {
  if (block->epilogue.bounded) store_tile_as(block, sums, pixels, lines, output, true);
  else store_tile_as(block, sums, pixels, lines, output, false);
}

/// One line or two over the buffer, where columns lie as [column][register][pair][channel][2].
typedef struct {
  const block *block;
  int16_t *buffer;
  sharing sharing;
  int64_t rows, row_pairs;    // that the lines read
  int64_t step;               // 16-bit elements from a pixel's columns to the next one's
  int64_t taps;               // pairs of taps
  int32_t offsets[BUFFERED];  // of the pair of codes that each of them meets, in 16-bit elements
} strip;

/// Fills in some columns, `right` bytes apart. A row without a partner is its own, for the partner's weight is 0.
BD_AVX2 static void make_columns(const strip *strip, const uint8_t *input, int64_t columns, int64_t right) {
  const int64_t down = strip->block->shape->dilation_height * strip->block->shape->input.line;
  for (int64_t p = 0; p < strip->row_pairs; p++) {
    const uint8_t *upper = input + 2 * p * down;
    const uint8_t *lower = upper + (2 * p + 1 < strip->rows ? down : 0);
    int16_t *values = strip->buffer + p * VECTOR;
    BD_NO_UNROLL for (int64_t c = 0; c < columns; c++) {
      __m256i pairs[REGISTERS];
      make_pairs(load(upper + c * right), load(lower + c * right), pairs);
      BD_UNROLL for (int j = 0; j < REGISTERS; j++, values += strip->row_pairs * VECTOR)
        _mm256_store_si256((__m256i *)values, pairs[j]);
    }
  }
}

/// `pixels` pixels side by side, of one line or two, from the columns of pixel `first` of the strip on.
BD_INLINE BD_AVX2 void tile(const strip *strip, int64_t first, uint8_t *output, const int pixels,
                            const sharing sharing) {
  const block *block = strip->block;
  const int lines = sharing == SINGLE ? 1 : 2;
  const int16_t *weights = block->weights;
  const int64_t late = REGISTERS * strip->taps * VECTOR;
  tile_sums sums;
  BD_NO_UNROLL for (int j = 0; j < REGISTERS; j++) {
    const int16_t *values = strip->buffer + first * strip->step + j * strip->row_pairs * VECTOR;
    const __m256i bias = load(block->epilogue.bias + j * BD_YMM_LANES);
    __m256i own[LINES][PIXELS];
    BD_UNROLL for (int y = 0; y < lines; y++) BD_UNROLL for (int x = 0; x < pixels; x++) own[y][x] = bias;
    BD_NO_UNROLL for (int64_t t = 0; t < strip->taps; t++, weights += VECTOR) {
      const int16_t *at = values + strip->offsets[t];
      const __m256i upper = load(weights), lower = sharing == SHARED ? load(weights + late) : upper;
      BD_UNROLL for (int x = 0; x < pixels; x++, at += strip->step) {
        const __m256i codes = load(at), below = sharing == SHIFTED ? load(at + VECTOR) : codes;
        own[0][x] = _mm256_add_epi32(own[0][x], _mm256_madd_epi16(codes, upper));
        if (lines == 2) own[1][x] = _mm256_add_epi32(own[1][x], _mm256_madd_epi16(below, lower));
      }
    }
    BD_UNROLL for (int y = 0; y < lines; y++) BD_UNROLL for (int x = 0; x < pixels; x++) sums[y][x][j] = own[y][x];
  }
  store_tile(block, sums, pixels, lines, output);
}

typedef void tile_function(const strip *strip, int64_t first, uint8_t *output);

#define TILE(sharing, pixels)                                                                                    \
  BD_AVX2 __attribute__((noinline)) static void sharing##_##pixels(const strip *strip, int64_t first,            \
                                                                   uint8_t *output) {                            \
    tile(strip, first, output, pixels, sharing);                                                                 \
  }
#define TILES(sharing) TILE(sharing, 1) TILE(sharing, 2) TILE(sharing, 3) TILE(sharing, 4)

TILES(SINGLE) TILES(SHARED) TILES(SHIFTED)

static tile_function *const tiles[3][PIXELS + 1] = {
    [SINGLE] = {NULL, SINGLE_1, SINGLE_2, SINGLE_3, SINGLE_4},
    [SHARED] = {NULL, SHARED_1, SHARED_2, SHARED_3, SHARED_4},
    [SHIFTED] = {NULL, SHIFTED_1, SHIFTED_2, SHIFTED_3, SHIFTED_4},
};

/// How two lines share columns, if they do.
static sharing sharing_of(const bd_depthwise_shape *shape) {
  if (shape->dilation_height > 1) return SINGLE;
  return shape->stride_height == 1 ? SHARED : shape->stride_height == 2 ? SHIFTED : SINGLE;
}

/// What does not depend on the place.
static void enter_strip(strip *strip, const bd_depthwise_shape *shape, sharing sharing) {
  const int64_t pairs = strip_pairs(shape->kernel_height);
  strip->sharing = sharing;
  strip->rows = shape->kernel_height + (sharing == SINGLE ? 0 : shape->stride_height);
  strip->row_pairs = (strip->rows + 1) / 2;
  strip->step = shape->stride_width * strip->row_pairs * COLUMN_PAIR;
  strip->taps = shape->kernel_width * pairs;
  for (int64_t kx = 0; kx < shape->kernel_width; kx++)
    for (int64_t p = 0; p < pairs; p++)
      strip->offsets[kx * pairs + p] = (int32_t)(kx * strip->row_pairs * COLUMN_PAIR + p * VECTOR);
}

/// One line or two: as many pixels at a time as have room in the buffer, in tiles of nearly equal size. Of kernels with
/// gaps between their columns the buffer holds one pixel's.
static void run_strip(const strip *strip, const uint8_t *input, uint8_t *output) {
  const bd_depthwise_shape *shape = strip->block->shape;
  const int64_t room = (BUFFERED / strip->row_pairs - shape->kernel_width) / shape->stride_width + 1;
  const int64_t most = shape->dilation_width == 1 ? room : 1;
  for (int64_t x = 0; x < shape->width; x += most) {
    const int64_t width = bd_min(most, shape->width - x), count = (width + PIXELS - 1) / PIXELS;
    make_columns(strip, input + x * shape->stride_width * shape->input.pixel,
                 (width - 1) * shape->stride_width + shape->kernel_width, shape->dilation_width * shape->input.pixel);
    for (int64_t t = 0; t < count; t++) {
      const int64_t first = width * t / count, pixels = width * (t + 1) / count - first;
      tiles[strip->sharing][pixels](strip, first, output + (x + first) * shape->output.pixel);
    }
  }
}

/// The two kinds of strips of a convolution.
typedef struct {
  strip one, two;
} strips;

static void enter_strips(strips *strips, const bd_depthwise_shape *shape) {
  enter_strip(&strips->one, shape, SINGLE);
  enter_strip(&strips->two, shape, sharing_of(shape));
}

/// All lines of a group, for one block of channels.
static void run_strips(strips *strips, const block *block, const uint8_t *input, uint8_t *output, int64_t begin,
                       int64_t end) {
  _Alignas(32) int16_t buffer[BUFFERED * COLUMN_PAIR];
  const bd_depthwise_shape *shape = block->shape;
  strips->one.block = strips->two.block = block;
  strips->one.buffer = strips->two.buffer = buffer;
  for (int64_t l = begin; l < end;) {
    const bool is_last = l + 1 == end || l % shape->height + 1 == shape->height;
    const strip *strip = is_last ? &strips->one : &strips->two;
    run_strip(strip, line_input(shape, input, l), line_output(shape, output, l));
    l += strip->sharing == SINGLE ? 1 : 2;
  }
}

#endif
#endif
