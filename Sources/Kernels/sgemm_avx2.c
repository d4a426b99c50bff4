// Float sums by AVX2: register tiles of rows (pixels) x columns whose lanes are columns, so that every output is one
// chain of fused multiply-adds in order of k, as in the scalar table.
//
// The columns are cut into panels of 16, the last one of 8 or 24. A block of pixels is multiplied with one panel after
// the other, tile by tile; long sums are cut into parts short enough that the panel's part stays in the L1 cache.
// Between parts the partial sums rest in the output, which changes neither their values nor the order.
#include "internal.h"

#if BD_X86
#include <immintrin.h>

#pragma STDC FP_CONTRACT OFF

enum {
  LANES = 8,
  PANEL = 16,
  BLOCK_PIXELS = 96,  ///< whole tiles of 6, 4 and 8 rows; with PART_DEPTH an input block of half a small L2 cache
  PART_DEPTH = 384,   ///< 24 kB of a 16-column panel
};

/// Where the pixels of a block lie.
typedef struct {
  const float *input[BLOCK_PIXELS];
  float *output[BLOCK_PIXELS];
} pixel_block;

/// The stretch of k that one pass adds: `depth` elements, the first being element `first` of segment `offsets[0]`.
typedef struct {
  const int64_t *offsets;
  int64_t segment_length, first, depth;
  bool opens, closes;  ///< contains the beginning or the end of the sums
} sum_part;

/// The columns that one panel holds, and what a tile needs of them.
typedef struct {
  const float *weights;  ///< of the part
  const float *bias;
  int64_t column, columns;
  float minimum, maximum;
} column_panel;

/// Without this the compiler loads the elements of further rows first, and then has to spill sums: a tile leaves it one
/// register for them.
#define BD_FINISH_FIRST(sum) __asm__ volatile("" : "+x"(sum) : : "memory")

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The width of the panel that begins where `columns` columns are left. A last panel of 24 uses the registers better
/// than one of 16 and one of 8.
static int64_t panel_width(int64_t columns) {
  int64_t padded = ceil_divide(columns, LANES) * LANES;
  return padded <= PANEL + LANES ? padded : PANEL;
}

/// Every panel is [K][width], missing columns zero.
size_t bd_sgemm_packed_floats_avx2(int64_t columns, int64_t segment_count, int64_t segment_length) {
  return (size_t)(ceil_divide(columns, LANES) * LANES * segment_count * segment_length);
}

void bd_sgemm_pack_avx2(const float *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                        float *packed) {
  int64_t depth = segment_count * segment_length;
  for (int64_t first = 0, width; first < columns; first += width) {
    width = panel_width(columns - first);
    for (int64_t k = 0; k < depth; k++)
      for (int64_t c = first; c < first + width; c++) *packed++ = c < columns ? weights[c * depth + k] : 0.0f;
  }
}

/// A mask of the first `count` of eight lanes.
BD_AVX2 BD_INLINE __m256i first_lanes(int64_t count) {
  static const int32_t ones_then_zeros[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};
  int64_t lanes = count < 0 ? 0 : smaller(count, LANES);
  return _mm256_loadu_si256((const __m256i *)(ones_then_zeros + LANES - lanes));
}

/// min and max return their second operand when one is NaN: the value stands second, so NaN passes.
BD_AVX2 BD_INLINE __m256 clamp(__m256 value, __m256 minimum, __m256 maximum) {
  return _mm256_min_ps(maximum, _mm256_max_ps(minimum, value));
}

/// Adds one part of the sums to `rows` pixels of one panel of `vectors * 8` columns. Both counts are constants.
BD_AVX2 BD_INLINE void tile(const sum_part *part, const column_panel *panel, const float *const *input,
                            float *const *output, int rows, int vectors) {
  __m256 sums[rows][vectors];
  const float *pixels[rows];
  const bool partial = panel->columns < vectors * LANES;
  const __m256i last_mask = first_lanes(panel->columns - (vectors - 1) * LANES);

  BD_UNROLL
  for (int r = 0; r < rows; r++) {
    pixels[r] = input[r];
    const float *start = output[r] + panel->column;
    BD_UNROLL
    for (int v = 0; v < vectors; v++)
      sums[r][v] = part->opens                       ? _mm256_loadu_ps(panel->bias + v * LANES)
                   : partial && v == vectors - 1 ? _mm256_maskload_ps(start + v * LANES, last_mask)
                                                     : _mm256_loadu_ps(start + v * LANES);
  }

  const float *weights = panel->weights;
  const int64_t *offset = part->offsets;
  for (int64_t left = part->depth, first = part->first; left > 0; first = 0) {
    int64_t length = smaller(part->segment_length - first, left);
    int64_t i = *offset++ + first, end = i + length;
    left -= length;
    BD_NO_UNROLL
    for (; i < end; i++, weights += vectors * LANES) {
      __m256 column[vectors];
      BD_UNROLL
      for (int v = 0; v < vectors; v++) column[v] = _mm256_loadu_ps(weights + v * LANES);
      BD_UNROLL
      for (int r = 0; r < rows; r++) {
        __m256 element = _mm256_broadcast_ss(pixels[r] + i);
        BD_UNROLL
        for (int v = 0; v < vectors; v++) {
          sums[r][v] = _mm256_fmadd_ps(element, column[v], sums[r][v]);
          BD_FINISH_FIRST(sums[r][v]);
        }
      }
    }
  }

  // Without the end of the sums, the clamp is one that changes nothing.
  const __m256 minimum = _mm256_set1_ps(part->closes ? panel->minimum : -__builtin_inff());
  const __m256 maximum = _mm256_set1_ps(part->closes ? panel->maximum : __builtin_inff());
  BD_UNROLL
  for (int r = 0; r < rows; r++) {
    float *end = output[r] + panel->column;
    BD_UNROLL
    for (int v = 0; v < vectors; v++) {
      __m256 value = clamp(sums[r][v], minimum, maximum);
      if (partial && v == vectors - 1)
        _mm256_maskstore_ps(end + v * LANES, last_mask, value);
      else
        _mm256_storeu_ps(end + v * LANES, value);
    }
  }
}

// Twelve accumulators are what AVX2's sixteen registers allow: 6 x 16 or 4 x 24; a lone panel of 8 columns takes 8 rows,
// for its twelve row pointers would not fit the general registers.
enum { ROWS_8 = 8, ROWS_16 = 6, ROWS_24 = 4 };

typedef void tile_function(const sum_part *, const column_panel *, const float *const *, float *const *, int64_t rows);

BD_AVX2 static void tile_8(const sum_part *part, const column_panel *panel, const float *const *input,
                           float *const *output, int64_t rows) {
  switch (rows) {
    case 1: tile(part, panel, input, output, 1, 1); break;
    case 2: tile(part, panel, input, output, 2, 1); break;
    case 3: tile(part, panel, input, output, 3, 1); break;
    case 4: tile(part, panel, input, output, 4, 1); break;
    case 5: tile(part, panel, input, output, 5, 1); break;
    case 6: tile(part, panel, input, output, 6, 1); break;
    case 7: tile(part, panel, input, output, 7, 1); break;
    default: tile(part, panel, input, output, ROWS_8, 1);
  }
}

BD_AVX2 static void tile_16(const sum_part *part, const column_panel *panel, const float *const *input,
                            float *const *output, int64_t rows) {
  switch (rows) {
    case 1: tile(part, panel, input, output, 1, 2); break;
    case 2: tile(part, panel, input, output, 2, 2); break;
    case 3: tile(part, panel, input, output, 3, 2); break;
    case 4: tile(part, panel, input, output, 4, 2); break;
    case 5: tile(part, panel, input, output, 5, 2); break;
    default: tile(part, panel, input, output, ROWS_16, 2);
  }
}

BD_AVX2 static void tile_24(const sum_part *part, const column_panel *panel, const float *const *input,
                            float *const *output, int64_t rows) {
  switch (rows) {
    case 1: tile(part, panel, input, output, 1, 3); break;
    case 2: tile(part, panel, input, output, 2, 3); break;
    case 3: tile(part, panel, input, output, 3, 3); break;
    default: tile(part, panel, input, output, ROWS_24, 3);
  }
}

/// Cuts the pixels of a block into tiles of nearly equal height, none above `maximum_rows`.
static void multiply_panel(const sum_part *part, const column_panel *panel, const pixel_block *block, int64_t pixels,
                           int64_t maximum_rows, tile_function *tile_of_rows) {
  int64_t tiles = ceil_divide(pixels, maximum_rows);
  for (int64_t pixel = 0; tiles > 0; tiles--) {
    int64_t rows = ceil_divide(pixels - pixel, tiles);
    tile_of_rows(part, panel, block->input + pixel, block->output + pixel, rows);
    pixel += rows;
  }
}

/// Adds one part of the sums to all columns of a block; `k` is the part's place in the packed panels.
static void multiply_part(const bd_sgemm *job, const sum_part *part, int64_t k, const pixel_block *block,
                          int64_t pixels) {
  int64_t depth = job->shape.segment_count * job->shape.segment_length, columns = job->shape.columns;
  for (int64_t first = 0, width; first < columns; first += width) {
    width = panel_width(columns - first);
    column_panel panel = {.weights = job->packed_weights + first * depth + k * width,
                          .bias = job->bias + first,
                          .column = first,
                          .columns = smaller(width, columns - first),
                          .minimum = job->minimum,
                          .maximum = job->maximum};
    switch (width) {
      case 8: multiply_panel(part, &panel, block, pixels, ROWS_8, tile_8); break;
      case 16: multiply_panel(part, &panel, block, pixels, ROWS_16, tile_16); break;
      default: multiply_panel(part, &panel, block, pixels, ROWS_24, tile_24);
    }
  }
}

static void multiply_block(const bd_sgemm *job, const pixel_block *block, int64_t pixels) {
  const bd_sum_shape *shape = &job->shape;
  int64_t depth = shape->segment_count * shape->segment_length;
  int64_t parts = depth > 0 ? ceil_divide(depth, PART_DEPTH) : 1;
  for (int64_t k = 0; parts > 0; parts--) {
    int64_t segment = depth > 0 ? k / shape->segment_length : 0;
    sum_part part = {.offsets = shape->segment_offsets + segment,
                     .segment_length = shape->segment_length,
                     .first = k - segment * shape->segment_length,
                     .depth = ceil_divide(depth - k, parts),
                     .opens = k == 0,
                     .closes = parts == 1};
    multiply_part(job, &part, k, block, pixels);
    k += part.depth;
  }
}

/// Finds where `count` pixels from pixel m on lie.
static void locate_pixels(const bd_sgemm *job, int64_t m, int64_t count, pixel_block *block) {
  const bd_sum_shape *shape = &job->shape;
  int64_t x = m % shape->width, line = m / shape->width;
  int64_t y = line % shape->height, n = line / shape->height;
  for (int64_t i = 0; i < count; i++) {
    block->input[i] = job->input + n * shape->input.image + y * shape->input.line + x * shape->input.pixel;
    block->output[i] = job->output + n * shape->output.image + y * shape->output.line + x * shape->output.pixel;
    if (++x < shape->width) continue;
    x = 0;
    if (++y < shape->height) continue;
    y = 0;
    n++;
  }
}

void bd_sgemm_avx2(const bd_sgemm *job, int64_t pixel_begin, int64_t pixel_end) {
  pixel_block block;
  int64_t blocks = pixel_begin < pixel_end ? ceil_divide(pixel_end - pixel_begin, BLOCK_PIXELS) : 0;
  for (int64_t m = pixel_begin; blocks > 0; blocks--) {
    int64_t pixels = ceil_divide(pixel_end - m, blocks);
    locate_pixels(job, m, pixels, &block);
    multiply_block(job, &block, pixels);
    m += pixels;
  }
}

#endif
