/// How matrices of 4-bit codes in blocks are packed, and activations cut into digits; the same for every instruction set.
///
/// An activation is a fixed-point number: within a block of a row all share one power of two, the grain, by which they
/// become integers of 24 bits, and each integer is three signed digits of 8 bits. Products of digits and codes are added
/// exactly, so that the sums of a block do not depend on an order; only joining digits, zero point, grain and scale
/// rounds. The error of an activation is at most the grain's half, 2^-23 of the block's largest.
///
/// A panel is BD_NBITS_COLUMNS columns: the zero points of all its blocks, then for each block the scales and the codes.
/// Of eight neighbouring elements k of a column, the first four are the low halves of four bytes, the others the high
/// ones; the columns stand side by side.
#ifndef BITDEPTH_NBITS_H
#define BITDEPTH_NBITS_H

#include "internal.h"

enum {
  NBITS_DIGITS = 3,
  NBITS_GROUP = 8,  // elements k of a column that stand together
  NBITS_GROUP_BYTES = BD_NBITS_COLUMNS * NBITS_GROUP / 2,
  NBITS_SCALE_BYTES = BD_NBITS_COLUMNS * sizeof(float),
  NBITS_AHEAD = 8192,  // bytes from what is multiplied to what is fetched from memory
  NBITS_LARGEST = (127 << 16) + (127 << 8) + 127,  // of an integer that three signed digits hold
};

/// What activations of one block of one row have in common.
typedef struct {
  float grain;  ///< NaN where an activation is not finite: then the block has no digits
  float sum;    ///< of the integers
} nbits_block;

BD_INLINE int64_t nbits_blocks(const bd_nbits_shape *shape) { return (shape->depth + shape->block - 1) / shape->block; }

BD_INLINE int64_t nbits_zero_bytes(bd_nbits_zeros zeros) {
  switch (zeros) {
    case BD_NBITS_MIDDLE: return 0;
    case BD_NBITS_CODES: return BD_NBITS_COLUMNS;
    default: return BD_NBITS_COLUMNS * (int64_t)sizeof(float);
  }
}

/// Bytes of a panel before its first block.
BD_INLINE int64_t nbits_zeros_area(const bd_nbits_shape *shape) {
  return bd_round_up(nbits_blocks(shape) * nbits_zero_bytes(shape->zeros), BD_ALIGNMENT);
}

BD_INLINE int64_t nbits_block_bytes(const bd_nbits_shape *shape) {
  return NBITS_SCALE_BYTES + shape->block / NBITS_GROUP * NBITS_GROUP_BYTES;
}

BD_INLINE int64_t nbits_panel_bytes(const bd_nbits_shape *shape) {
  return nbits_zeros_area(shape) + nbits_blocks(shape) * nbits_block_bytes(shape);
}

/// Bytes of a row's digits that stand before them: its blocks.
BD_INLINE int64_t nbits_header_bytes(const bd_nbits_shape *shape) {
  return bd_round_up(nbits_blocks(shape) * (int64_t)sizeof(nbits_block), BD_ALIGNMENT);
}

#endif
