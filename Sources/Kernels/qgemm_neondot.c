/// Quantized sums by sdot: four products of one column are added to its sum by each lane, exactly.
///
/// The instruction multiplies signed bytes, so 128 is taken off every code; each column's sum starts from the 128 times
/// its weights that this takes away.
#include "internal.h"

#if BD_ARM64

#define BD_ISA neondot
#define BD_SUMS BD_NEONDOT
enum { DEPTH = 4 };
#define BD_PACK_START(weight) (128 * (weight))
#include "qgemm_neon_tile.h"

/// Adds the products of one quad of elements of each row, lane `t` of its codes, with all columns.
#define ADD_QUAD(t)                                                                     \
  {                                                                                     \
    const int8x16_t low = vld1q_s8(weights + (t) * DEPTH * COLUMNS);                    \
    const int8x16_t high = vld1q_s8(weights + (t) * DEPTH * COLUMNS + 16);              \
    BD_UNROLL for (int i = 0; i < rows; i++) {                                          \
      sums[i][0] = vdotq_laneq_s32(sums[i][0], low, codes[i], t);                       \
      sums[i][1] = vdotq_laneq_s32(sums[i][1], high, codes[i], t);                      \
    }                                                                                   \
  }

/// Takes 128 off.
BD_INLINE int8x16_t signed_codes(uint8x16_t codes) { return vreinterpretq_s8_u8(veorq_u8(codes, vdupq_n_u8(0x80))); }

/// Four neighbouring codes in every lane.
BD_INLINE int8x16_t four_codes(const uint8_t *codes) {
  uint32_t four;
  memcpy(&four, codes, sizeof four);
  return signed_codes(vreinterpretq_u8_u32(vdupq_n_u32(four)));
}

/// Elements read beyond a segment's end meet zero weights.
BD_INLINE BD_NEONDOT void add_products(const panel *panel, const uint8_t *input, const int rows,
                                       int32x4_t sums[MAX_ROWS][REGISTERS]) {
  enum { TOGETHER = 16 };  // elements of a register
  const bd_sum_shape *shape = &panel->job->shape;
  const int8_t *weights = panel->weights;
  BD_NO_UNROLL for (int64_t s = 0; s < shape->segment_count; s++) {
    const uint8_t *next = input + shape->segment_offsets[s];
    int64_t left = shape->segment_length;
    BD_NO_UNROLL for (; left >= TOGETHER; left -= TOGETHER) {
      int8x16_t codes[MAX_ROWS];
      BD_UNROLL for (int i = 0; i < rows; i++) codes[i] = signed_codes(vld1q_u8(next + i * panel->input_step));
      ADD_QUAD(0) ADD_QUAD(1) ADD_QUAD(2) ADD_QUAD(3)
      weights += TOGETHER * COLUMNS;
      next += TOGETHER;
    }
    BD_NO_UNROLL for (; left > 0; left -= DEPTH) {
      int8x16_t codes[MAX_ROWS];
      BD_UNROLL for (int i = 0; i < rows; i++) codes[i] = four_codes(next + i * panel->input_step);
      ADD_QUAD(0)
      weights += DEPTH * COLUMNS;
      next += DEPTH;
    }
  }
}

#endif
