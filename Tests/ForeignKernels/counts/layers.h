/// Ten kernel calls with the sizes of layers of well-known networks.
#ifndef BITDEPTH_FOREIGN_KERNELS_LAYERS_H
#define BITDEPTH_FOREIGN_KERNELS_LAYERS_H

#include "bitdepth_kernels.h"

enum { LAYER_COUNT = 10 };

/// A kernel with its operands ready; `run` makes one call.
typedef struct layer {
  const char *name;
  void (*run)(const bd_kernels *table, const struct layer *layer);
  union {
    bd_qgemm qgemm;
    bd_qdepthwise qdepthwise;
    bd_qbinary qbinary;
    bd_sgemm sgemm;
    bd_softmax softmax;
    struct {
      const float *input;
      uint8_t *output;
      int64_t count;
    } quantize;
  } job;
} layer;

/// Makes all ten for one table; memory is never freed.
void make_layers(const bd_kernels *table, layer layers[LAYER_COUNT]);

#endif
