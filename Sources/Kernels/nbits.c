/// Packs matrices of 4-bit codes as nbits.h says.
#include "nbits.h"

#include <string.h>

size_t bd_nbits_packed_bytes(const bd_nbits_shape *shape) {
  const int64_t panels = (shape->columns + BD_NBITS_COLUMNS - 1) / BD_NBITS_COLUMNS;
  return (size_t)(panels * nbits_panel_bytes(shape));
}

size_t bd_nbits_digit_bytes(const bd_nbits_shape *shape) {
  const int64_t digits = nbits_blocks(shape) * shape->block * NBITS_DIGITS;
  return (size_t)(nbits_header_bytes(shape) + bd_round_up(digits, BD_ALIGNMENT));
}

/// Element k of the packed codes of a column.
static uint8_t code(const uint8_t *codes, int64_t k) { return codes[k / 2] >> (k % 2 * 4) & 15; }

/// The codes of one column of one block.
static void pack_codes(const uint8_t *codes, int64_t block, uint8_t *packed) {
  for (int64_t k = 0; k < block; k += NBITS_GROUP, packed += NBITS_GROUP_BYTES)
    for (int i = 0; i < 4; i++) packed[i] = (uint8_t)(code(codes, k + i) | code(codes, k + 4 + i) << 4);
}

static void pack_zero(const bd_nbits_shape *shape, const void *zeros, int64_t column, int64_t block, int64_t lane,
                      uint8_t *packed) {
  const int64_t blocks = nbits_blocks(shape);
  packed += block * nbits_zero_bytes(shape->zeros);
  if (shape->zeros == BD_NBITS_CODES)
    packed[lane] = code((const uint8_t *)zeros + column * ((blocks + 1) / 2), block);
  else if (shape->zeros == BD_NBITS_FLOATS)
    memcpy(packed + lane * (int64_t)sizeof(float), (const float *)zeros + column * blocks + block, sizeof(float));
}

void bd_nbits_pack(const bd_nbits_shape *shape, const uint8_t *codes, const float *scales, const void *zeros,
                   void *packed) {
  memset(packed, 0, bd_nbits_packed_bytes(shape));
  const int64_t blocks = nbits_blocks(shape);
  for (int64_t column = 0; column < shape->columns; column++) {
    const int64_t lane = column % BD_NBITS_COLUMNS;
    uint8_t *panel = (uint8_t *)packed + column / BD_NBITS_COLUMNS * nbits_panel_bytes(shape);
    uint8_t *place = panel + nbits_zeros_area(shape);
    for (int64_t block = 0; block < blocks; block++, place += nbits_block_bytes(shape)) {
      pack_zero(shape, zeros, column, block, lane, panel);
      memcpy(place + lane * (int64_t)sizeof(float), scales + column * blocks + block, sizeof(float));
      pack_codes(codes + (column * blocks + block) * shape->block / 2, shape->block,
                 place + NBITS_SCALE_BYTES + 4 * lane);
    }
  }
}
