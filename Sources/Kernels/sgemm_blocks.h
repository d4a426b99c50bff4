/// How float sums are cut into register tiles, whatever the width of a register.
///
/// The columns are cut into panels of a few registers. A block of pixels is multiplied with one panel after the other,
/// tile by tile; long sums are cut into parts short enough that the panel's part stays in the L1 cache. Between parts
/// the partial sums rest in the output, which changes neither their values nor the order.
#ifndef BITDEPTH_SGEMM_BLOCKS_H
#define BITDEPTH_SGEMM_BLOCKS_H

#include "internal.h"

enum { SGEMM_PART_FLOATS = 9216 };  ///< of a part in the widest panel
enum { SGEMM_BLOCK_PIXELS = 96 };  ///< whole tiles of 4, 6 and 8 rows; a block's part of the input fits any L2 cache

/// Where the pixels of a block lie.
typedef struct {
  const float *input[SGEMM_BLOCK_PIXELS];
  float *output[SGEMM_BLOCK_PIXELS];
} sgemm_block;

/// The stretch of k that one pass adds: `depth` elements, the first being element `first` of segment `offsets[0]`.
typedef struct {
  const int64_t *offsets;
  int64_t segment_length, first, depth;
  bool opens, closes;  ///< contains the beginning or the end of the sums
} sgemm_part;

/// The columns that one panel holds, and what a tile needs of them.
typedef struct {
  const float *weights;  ///< of the part
  const float *bias;
  int64_t column, columns;
  float minimum, maximum;
} sgemm_panel;

/// Adds one part to `rows` pixels of one panel.
typedef void sgemm_tile(const sgemm_part *, const sgemm_panel *, const float *const *input, float *const *output,
                        int64_t rows);

/// A register width: its lanes, the lanes of a usual panel, the depth of a part, and for panels of 1, 2 and 3 registers
/// the tallest tile and the tiles up to it.
typedef struct {
  int64_t lanes, panel, part_depth;
  int64_t rows[3];
  sgemm_tile *tiles[3];
  void (*widen)(bd_half_format format, const uint16_t *halves, float *floats, int64_t count);  ///< whole registers
} sgemm_form;

static inline int64_t sgemm_smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static inline int64_t sgemm_ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The width of the panel that begins where `columns` columns are left. A last panel of three registers keeps the
/// processor busier than one of two and one of one.
static inline int64_t sgemm_panel_width(const sgemm_form *form, int64_t columns) {
  int64_t padded = sgemm_ceil_divide(columns, form->lanes) * form->lanes;
  return padded <= form->panel + form->lanes ? padded : form->panel;
}

/// Every panel is [K][width], missing columns zero.
static inline size_t sgemm_packed_floats(const sgemm_form *form, int64_t columns, int64_t depth) {
  return (size_t)(sgemm_ceil_divide(columns, form->lanes) * form->lanes * depth);
}

static inline void sgemm_pack(const sgemm_form *form, const float *weights, int64_t columns, int64_t depth,
                              float *packed) {
  for (int64_t first = 0, width; first < columns; first += width) {
    width = sgemm_panel_width(form, columns - first);
    for (int64_t k = 0; k < depth; k++)
      for (int64_t c = first; c < first + width; c++) *packed++ = c < columns ? weights[c * depth + k] : 0.0f;
  }
}

/// Cuts the pixels of a block into tiles of nearly equal height, none above `tallest`.
static inline void sgemm_multiply_panel(const sgemm_part *part, const sgemm_panel *panel, const sgemm_block *block,
                                        int64_t pixels, int64_t tallest, sgemm_tile *tile) {
  int64_t tiles = sgemm_ceil_divide(pixels, tallest);
  for (int64_t pixel = 0, rows; tiles > 0; tiles--, pixel += rows) {
    rows = sgemm_ceil_divide(pixels - pixel, tiles);
    tile(part, panel, block->input + pixel, block->output + pixel, rows);
  }
}

/// Adds one part of the sums to all columns of a block; `k` is the part's place in the packed panels.
static inline void sgemm_multiply_part(const sgemm_form *form, const bd_sgemm *job, const sgemm_part *part, int64_t k,
                                       const sgemm_block *block, int64_t pixels) {
  int64_t depth = job->shape.segment_count * job->shape.segment_length, columns = job->shape.columns;
  _Alignas(64) float widened[SGEMM_PART_FLOATS];
  for (int64_t first = 0, width; first < columns; first += width) {
    width = sgemm_panel_width(form, columns - first);
    const int64_t place = first * depth + k * width;
    if (job->halves) form->widen(job->half_format, job->halves + place, widened, part->depth * width);
    sgemm_panel panel = {.weights = job->halves ? widened : job->packed_weights + place,
                         .bias = job->bias + first,
                         .column = first,
                         .columns = sgemm_smaller(width, columns - first),
                         .minimum = job->minimum,
                         .maximum = job->maximum};
    int64_t registers = width / form->lanes;
    sgemm_multiply_panel(part, &panel, block, pixels, form->rows[registers - 1], form->tiles[registers - 1]);
  }
}

static inline void sgemm_multiply_block(const sgemm_form *form, const bd_sgemm *job, const sgemm_block *block,
                                        int64_t pixels) {
  const bd_sum_shape *shape = &job->shape;
  int64_t depth = shape->segment_count * shape->segment_length;
  int64_t parts = depth > 0 ? sgemm_ceil_divide(depth, form->part_depth) : 1;
  for (int64_t k = 0; parts > 0; parts--) {
    int64_t segment = depth > 0 ? k / shape->segment_length : 0;
    sgemm_part part = {.offsets = shape->segment_offsets + segment,
                       .segment_length = shape->segment_length,
                       .first = k - segment * shape->segment_length,
                       .depth = sgemm_ceil_divide(depth - k, parts),
                       .opens = k == 0,
                       .closes = parts == 1};
    sgemm_multiply_part(form, job, &part, k, block, pixels);
    k += part.depth;
  }
}

/// Finds where `count` pixels from pixel m on lie.
static inline void sgemm_locate_pixels(const bd_sgemm *job, int64_t m, int64_t count, sgemm_block *block) {
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

/// The pixels begin ..< end, in blocks of nearly equal size.
static inline void sgemm_multiply(const sgemm_form *form, const bd_sgemm *job, int64_t begin, int64_t end) {
  sgemm_block block;
  int64_t blocks = begin < end ? sgemm_ceil_divide(end - begin, SGEMM_BLOCK_PIXELS) : 0;
  for (int64_t m = begin, pixels; blocks > 0; blocks--, m += pixels) {
    pixels = sgemm_ceil_divide(end - m, blocks);
    sgemm_locate_pixels(job, m, pixels, &block);
    sgemm_multiply_block(form, job, &block, pixels);
  }
}

#endif
