/// Which input elements one output pixel of a pool sees: the part of its window that lies inside the image.
#ifndef BITDEPTH_POOL_WINDOW_H
#define BITDEPTH_POOL_WINDOW_H

#include "internal.h"

/// `rows * columns` taps, tap (r, k) being the channels from element `first + r * row_step + k * column_step` on.
typedef struct {
  int64_t first, rows, columns, row_step, column_step;
  int64_t counted;  ///< taps that an average divides by
} pool_window;

/// The taps of a window along one axis: those inside the image are begin ..< end; `padded_end` ends those inside the
/// padded image.
typedef struct {
  int64_t begin, end, padded_end;
} pool_span;

/// How many of `kernel` taps, the first at `origin`, lie before `limit`.
static inline int64_t pool_taps_before(int64_t limit, int64_t origin, int64_t kernel, int64_t dilation) {
  int64_t taps = limit <= origin ? 0 : (limit - origin + dilation - 1) / dilation;
  return taps < kernel ? taps : kernel;
}

static inline pool_span pool_span_at(int64_t origin, int64_t size, int64_t pad_end, int64_t kernel, int64_t dilation) {
  return (pool_span){.begin = pool_taps_before(0, origin, kernel, dilation),
                     .end = pool_taps_before(size, origin, kernel, dilation),
                     .padded_end = pool_taps_before(size + pad_end, origin, kernel, dilation)};
}

/// The window of output pixel x of a line; lines are counted through all images.
static inline pool_window pool_window_at(const bd_pool_shape *shape, int64_t line, int64_t x) {
  int64_t image = line / shape->height;
  int64_t top = line % shape->height * shape->stride_height - shape->pad_top;
  int64_t left = x * shape->stride_width - shape->pad_left;
  pool_span rows =
      pool_span_at(top, shape->input_height, shape->pad_bottom, shape->kernel_height, shape->dilation_height);
  pool_span columns =
      pool_span_at(left, shape->input_width, shape->pad_right, shape->kernel_width, shape->dilation_width);

  int64_t first_y = image * shape->input_height + top + rows.begin * shape->dilation_height;
  int64_t first_x = left + columns.begin * shape->dilation_width;
  pool_window window = {.first = (first_y * shape->input_width + first_x) * shape->channels,
                        .rows = rows.end - rows.begin,
                        .columns = columns.end - columns.begin,
                        .row_step = shape->dilation_height * shape->input_width * shape->channels,
                        .column_step = shape->dilation_width * shape->channels};
  window.counted =
      shape->count_include_pad ? rows.padded_end * columns.padded_end : window.rows * window.columns;
  return window;
}

#endif
