/// Shapes of depthwise convolutions: every kernel that has code of its own, and others.
#ifndef BITDEPTH_FOREIGN_KERNELS_DEPTHWISE_SHAPES_H
#define BITDEPTH_FOREIGN_KERNELS_DEPTHWISE_SHAPES_H

#include <stdio.h>

#include "../driver.h"

static inline bd_depthwise_shape make_depthwise_shape(trial *trial) {
  bd_depthwise_shape shape = {
      .images = within(trial, 1, 2), .height = within(trial, 1, 5), .width = within(trial, 1, 20),
      .channels = chance(trial, 30) ? within(trial, 1, 150)
                                    : ONE_OF(trial, 1, 3, 4, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 63, 64, 65, 96, 128),
      .stride_height = within(trial, 1, 2), .dilation_height = 1, .dilation_width = 1};
  shape.kernel_height = shape.kernel_width = chance(trial, 75) ? ONE_OF(trial, 3, 5) : within(trial, 1, 7);
  if (chance(trial, 15)) shape.kernel_width = within(trial, 1, 9);
  shape.stride_width = chance(trial, 80) ? shape.stride_height : within(trial, 1, 3);
  if (chance(trial, 20)) shape.dilation_height = within(trial, 1, 3), shape.dilation_width = within(trial, 1, 3);
  const int64_t columns = (shape.width - 1) * shape.stride_width + (shape.kernel_width - 1) * shape.dilation_width + 1;
  const int64_t rows = (shape.height - 1) * shape.stride_height + (shape.kernel_height - 1) * shape.dilation_height + 1;
  shape.input.pixel = shape.channels + (chance(trial, 30) ? within(trial, 1, 5) : 0);
  shape.input.line = columns * shape.input.pixel + (chance(trial, 30) ? within(trial, 1, 9) : 0);
  shape.input.image = rows * shape.input.line;
  shape.output.pixel = shape.channels + (chance(trial, 30) ? within(trial, 1, 5) : 0);
  shape.output.line = shape.width * shape.output.pixel + (chance(trial, 30) ? within(trial, 1, 9) : 0);
  shape.output.image = shape.height * shape.output.line;
  return shape;
}

/// Where a tap's first channel lies in the input.
static inline int64_t input_element(const bd_depthwise_shape *shape, int64_t n, int64_t y, int64_t x, int64_t ky,
                                    int64_t kx) {
  return n * shape->input.image + (y * shape->stride_height + ky * shape->dilation_height) * shape->input.line +
         (x * shape->stride_width + kx * shape->dilation_width) * shape->input.pixel;
}

static inline void name_depthwise(trial *trial, const char *kernel, const bd_depthwise_shape *shape) {
  snprintf(trial->name, sizeof trial->name,
           "%s of %lldx%lldx%lldx%lld, kernel %lldx%lld, strides %lldx%lld, dilations %lldx%lld", kernel,
           (long long)shape->images, (long long)shape->height, (long long)shape->width, (long long)shape->channels,
           (long long)shape->kernel_height, (long long)shape->kernel_width, (long long)shape->stride_height,
           (long long)shape->stride_width, (long long)shape->dilation_height, (long long)shape->dilation_width);
}

#endif
