/// Quantized sums by smlal: codes and weights are widened to 16 bits, whose products are added in 32 bits, exactly for any
/// weights.
#include "internal.h"

#if BD_ARM64

#define BD_ISA neon
#define BD_SUMS
enum { DEPTH = 1 };
#define BD_PACK_START(weight) ((void)(weight), 0)
#include "qgemm_neon_tile.h"

/// Adds the products of one element of each row, lane `t` of its codes, with all columns.
#define ADD_ELEMENT(t)                                                                  \
  {                                                                                     \
    const int16x8_t column = vmovl_s8(vld1_s8(weights + (t) * COLUMNS));                \
    BD_UNROLL for (int i = 0; i < rows; i++) {                                          \
      sums[i][0] = vmlal_laneq_s16(sums[i][0], vget_low_s16(column), codes[i], t);      \
      sums[i][1] = vmlal_high_laneq_s16(sums[i][1], column, codes[i], t);               \
    }                                                                                   \
  }

BD_INLINE void add_products(const panel *panel, const uint8_t *input, const int rows,
                            int32x4_t sums[MAX_ROWS][REGISTERS]) {
  enum { TOGETHER = 8 };  // elements that are widened at a time
  const bd_sum_shape *shape = &panel->job->shape;
  const int8_t *weights = panel->weights;
  BD_NO_UNROLL for (int64_t s = 0; s < shape->segment_count; s++) {
    const uint8_t *next = input + shape->segment_offsets[s];
    int64_t left = shape->segment_length;
    BD_NO_UNROLL for (; left >= TOGETHER; left -= TOGETHER) {
      int16x8_t codes[MAX_ROWS];
      BD_UNROLL for (int i = 0; i < rows; i++)
        codes[i] = vreinterpretq_s16_u16(vmovl_u8(vld1_u8(next + i * panel->input_step)));
      ADD_ELEMENT(0) ADD_ELEMENT(1) ADD_ELEMENT(2) ADD_ELEMENT(3)
      ADD_ELEMENT(4) ADD_ELEMENT(5) ADD_ELEMENT(6) ADD_ELEMENT(7)
      weights += TOGETHER * COLUMNS;
      next += TOGETHER;
    }
    BD_NO_UNROLL for (; left > 0; left--) {
      int16x8_t codes[MAX_ROWS];
      BD_UNROLL for (int i = 0; i < rows; i++) codes[i] = vdupq_n_s16(next[i * panel->input_step]);
      ADD_ELEMENT(0)
      weights += COLUMNS;
      next++;
    }
  }
}

#endif
