/// How registers of sums become codes by NEON. Unlike AVX's, its narrowing instructions keep the order of columns.
#ifndef BITDEPTH_REGISTERS_NEON_H
#define BITDEPTH_REGISTERS_NEON_H

#include "internal.h"

#if BD_ARM64
#include <arm_neon.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum {
  BD_NEON_LANES = 4,     // 32-bit elements of a register
  BD_NEON_COLUMNS = 16,  // that an epilogue has room for
};

/// What turns the sums of some columns into codes.
typedef struct {
  int32_t bias[BD_NEON_COLUMNS];
  float multiplier[BD_NEON_COLUMNS];
  int16x8_t zero_point;
  uint8x8_t minimum, maximum;
} bd_neon_epilogue;

/// Takes the numbers of `room` columns from `first` on.
static inline void bd_neon_enter_columns(bd_neon_epilogue *own, const bd_epilogue *epilogue, const int32_t *bias,
                                         int64_t first, const int room) {
  memcpy(own->bias, bias + first, (size_t)room * sizeof *bias);
  if (epilogue->kind != BD_OUTPUT_S32)
    memcpy(own->multiplier, epilogue->multiplier + first, (size_t)room * sizeof *own->multiplier);
  own->zero_point = vdupq_n_s16((int16_t)epilogue->zero_point);
  own->minimum = vdup_n_u8((uint8_t)epilogue->minimum);
  own->maximum = vdup_n_u8((uint8_t)epilogue->maximum);
}

/// Sums times multiplier, rounded and saturated to 16 bits. fminnm takes the number where the other operand is NaN.
BD_INLINE int16x4_t bd_neon_scale(const bd_neon_epilogue *own, const int column, int32x4_t sums) {
  const float32x4_t product = vmulq_f32(vcvtq_f32_s32(sums), vld1q_f32(own->multiplier + column));
  return vqmovn_s32(vcvtnq_s32_f32(vminnmq_f32(product, vdupq_n_f32(BD_SATURATED))));
}

/// The codes of eight columns from `column` on.
BD_INLINE uint8x8_t bd_neon_codes(const bd_neon_epilogue *own, const int column, int32x4_t first, int32x4_t second) {
  const int16x8_t words = vcombine_s16(bd_neon_scale(own, column, first),
                                       bd_neon_scale(own, column + BD_NEON_LANES, second));
  const uint8x8_t codes = vqmovun_s16(vqaddq_s16(words, own->zero_point));
  return vmin_u8(vmax_u8(codes, own->minimum), own->maximum);
}

/// Stores the first `count` < 8 codes; none when it is not positive.
__attribute__((noinline)) static void bd_neon_store_some(uint8_t *output, uint8x8_t codes, int64_t count) {
  for (int64_t c = 0; c < count; c++, codes = vext_u8(codes, codes, 1)) vst1_lane_u8(output + c, codes, 0);
}

/// Stores eight codes, or the first `count` when it is less.
BD_INLINE void bd_neon_store_codes(uint8_t *output, uint8x8_t codes, int64_t count) {
  if (count >= 8) vst1_u8(output, codes);
  else bd_neon_store_some(output, codes, count);
}

#endif
#endif
