/// Float depthwise sums, written once for every register width: the includer has chosen `floats` by including
/// floats_avx2.h or floats_avx512.h. Lanes are channels, so that every output is one chain of fused multiply-adds in
/// order of taps, as in the scalar table.
///
/// A tile is a few neighbouring output pixels times a few registers of channels. Pixels run outside and channels
/// inside, so that memory is read and written in order; a weight is loaded once for all pixels of a tile. With the
/// usual 3 and 5 wide kernels as constants, the compiler also loads an input once for all the pixels it is part of.
#ifndef BITDEPTH_SDEPTHWISE_LINES_H
#define BITDEPTH_SDEPTHWISE_LINES_H

#include "internal.h"

#pragma STDC FP_CONTRACT OFF

/// What all tiles of one line share.
typedef struct {
  const bd_sdepthwise *job;
  const float *input;  ///< under the first tap of the line's first pixel
  float *output;       ///< the line's first pixel
  int64_t padded_channels;
} line_job;

/// The kernel along x, in pixels of the input. A known one is made of constants.
typedef struct {
  int64_t width, stride, dilation;
  bool known;
} kernel_row;

static int64_t padded(int64_t channels) { return (channels + LANES - 1) / LANES * LANES; }

/// [tap][channels], the channels padded with zero weights to whole registers.
static size_t packed_floats(int64_t channels, int64_t taps) { return (size_t)(padded(channels) * taps); }

static void pack(const float *weights, int64_t channels, int64_t taps, float *packed) {
  for (int64_t tap = 0; tap < taps; tap++)
    for (int64_t c = 0; c < padded(channels); c++) *packed++ = c < channels ? weights[c * taps + tap] : 0.0f;
}

/// Adds one tap to `pixels` x `vectors` registers of sums; neighbouring pixels are `step` apart in the input.
BD_FLOATS BD_INLINE void add_tap(const float *tap, const float *weights, int64_t step, int pixels, int vectors,
                                 floats sums[pixels][vectors]) {
  BD_UNROLL
  for (int v = 0; v < vectors; v++) {
    floats weight = load(weights + v * LANES);
    BD_UNROLL
    for (int p = 0; p < pixels; p++)
      sums[p][v] = multiply_add(load(tap + p * step + v * LANES), weight, sums[p][v]);
  }
}

/// Adds one kernel row; `reach` is the distance of neighbouring taps. A known width lets the inputs be shared.
BD_FLOATS BD_INLINE void add_kernel_row(const float *input, const float *weights, int64_t weight_stride, int64_t step,
                                        int64_t reach, int64_t kernel_width, bool width_known, int pixels,
                                        int vectors, floats sums[pixels][vectors]) {
  if (width_known) {
    BD_UNROLL
    for (int64_t kx = 0; kx < kernel_width; kx++)
      add_tap(input + kx * reach, weights + kx * weight_stride, step, pixels, vectors, sums);
  } else {
    for (int64_t kx = 0; kx < kernel_width; kx++)
      add_tap(input + kx * reach, weights + kx * weight_stride, step, pixels, vectors, sums);
  }
}

/// `pixels` output pixels from x on, `vectors` registers of channels from c on.
BD_FLOATS BD_INLINE void tile(const line_job *line, int64_t x, int64_t c, kernel_row kernel, int pixels, int vectors) {
  const bd_depthwise_shape *shape = &line->job->shape;
  const int64_t pixel = shape->input.pixel, row = shape->dilation_height * shape->input.line;
  const float *input = line->input + x * kernel.stride * pixel + c;
  const float *weights = line->job->packed_weights + c;
  const floats minimum = splat(line->job->minimum), maximum = splat(line->job->maximum);

  floats sums[pixels][vectors];
  BD_UNROLL
  for (int v = 0; v < vectors; v++) {
    floats bias = load(line->job->bias + c + v * LANES);
    BD_UNROLL
    for (int p = 0; p < pixels; p++) sums[p][v] = bias;
  }
  for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
    add_kernel_row(input, weights, line->padded_channels, kernel.stride * pixel, kernel.dilation * pixel,
                   kernel.width, kernel.known, pixels, vectors, sums);
    input += row;
    weights += kernel.width * line->padded_channels;
  }

  float *output = line->output + x * shape->output.pixel + c;
  const int64_t last = shape->channels - c - (vectors - 1) * LANES;
  BD_UNROLL
  for (int p = 0; p < pixels; p++, output += shape->output.pixel) {
    BD_UNROLL
    for (int v = 0; v < vectors; v++) {
      floats value = clamp(sums[p][v], minimum, maximum);
      if (v == vectors - 1 && last < LANES)
        store_masked(output + v * LANES, first_lanes(last), value);
      else
        store(output + v * LANES, value);
    }
  }
}

/// All channels of `pixels` output pixels.
BD_FLOATS BD_INLINE void all_channels(const line_job *line, int64_t x, kernel_row kernel, int pixels, int vectors) {
  int64_t c = 0;
  for (; vectors > 1 && line->padded_channels - c >= vectors * LANES; c += vectors * LANES)
    tile(line, x, c, kernel, pixels, vectors);
  for (; c < line->padded_channels; c += LANES) tile(line, x, c, kernel, pixels, 1);
}

// One register of channels times up to seven pixels (the widths of most networks are multiples of seven) leaves
// registers for the weights of one kernel row. An unknown kernel shares no inputs, so there two registers share the
// addresses.
enum { KNOWN_PIXELS = 7, UNKNOWN_PIXELS = 4 };

/// A line of a known kernel, in tiles of nearly equal width.
BD_FLOATS BD_INLINE void known_line(const line_job *line, int64_t kernel_width, int64_t stride) {
  const kernel_row kernel = {.width = kernel_width, .stride = stride, .dilation = 1, .known = true};
  int64_t width = line->job->shape.width, tiles = (width + KNOWN_PIXELS - 1) / KNOWN_PIXELS;
  for (int64_t x = 0, pixels; tiles > 0; tiles--, x += pixels) {
    pixels = (width - x + tiles - 1) / tiles;
    switch (pixels) {
      case 1: all_channels(line, x, kernel, 1, 1); break;
      case 2: all_channels(line, x, kernel, 2, 1); break;
      case 3: all_channels(line, x, kernel, 3, 1); break;
      case 4: all_channels(line, x, kernel, 4, 1); break;
      case 5: all_channels(line, x, kernel, 5, 1); break;
      case 6: all_channels(line, x, kernel, 6, 1); break;
      default: all_channels(line, x, kernel, KNOWN_PIXELS, 1);
    }
  }
}

BD_FLOATS static void line_3_stride_1(const line_job *line) { known_line(line, 3, 1); }
BD_FLOATS static void line_3_stride_2(const line_job *line) { known_line(line, 3, 2); }
BD_FLOATS static void line_5_stride_1(const line_job *line) { known_line(line, 5, 1); }
BD_FLOATS static void line_5_stride_2(const line_job *line) { known_line(line, 5, 2); }

BD_FLOATS static void line_of_any_kernel(const line_job *line) {
  const bd_depthwise_shape *shape = &line->job->shape;
  const kernel_row kernel = {
      .width = shape->kernel_width, .stride = shape->stride_width, .dilation = shape->dilation_width};
  int64_t tiles = (shape->width + UNKNOWN_PIXELS - 1) / UNKNOWN_PIXELS;
  for (int64_t x = 0, pixels; tiles > 0; tiles--, x += pixels) {
    pixels = (shape->width - x + tiles - 1) / tiles;
    switch (pixels) {
      case 1: all_channels(line, x, kernel, 1, 2); break;
      case 2: all_channels(line, x, kernel, 2, 2); break;
      case 3: all_channels(line, x, kernel, 3, 2); break;
      default: all_channels(line, x, kernel, UNKNOWN_PIXELS, 2);
    }
  }
}

typedef void line_function(const line_job *);

static line_function *line_function_of(const bd_depthwise_shape *shape) {
  if (shape->dilation_width != 1) return line_of_any_kernel;
  if (shape->kernel_width == 3 && shape->stride_width == 1) return line_3_stride_1;
  if (shape->kernel_width == 3 && shape->stride_width == 2) return line_3_stride_2;
  if (shape->kernel_width == 5 && shape->stride_width == 1) return line_5_stride_1;
  if (shape->kernel_width == 5 && shape->stride_width == 2) return line_5_stride_2;
  return line_of_any_kernel;
}

static void sum_lines(const bd_sdepthwise *job, int64_t line_begin, int64_t line_end) {
  const bd_depthwise_shape *shape = &job->shape;
  line_function *process = line_function_of(shape);
  for (int64_t line = line_begin; line < line_end; line++) {
    int64_t n = line / shape->height, y = line % shape->height;
    line_job one = {.job = job,
                    .input = job->input + n * shape->input.image + y * shape->stride_height * shape->input.line,
                    .output = job->output + n * shape->output.image + y * shape->output.line,
                    .padded_channels = padded(shape->channels)};
    process(&one);
  }
}

#endif
