/// Products of 16-bit codes of a state with 8-bit weights by sdot, sixteen at once; see recurrent_cell.h.
///
/// A code is 256 * high + 128 + low with both in -128 ... 127. The low bytes lie in memory first, the high bytes `stride`
/// bytes behind; sums of either are formed for themselves, and the low ones start from what the 128 add.
#ifndef BITDEPTH_RECURRENT_CODES_NEONDOT_H
#define BITDEPTH_RECURRENT_CODES_NEONDOT_H

#include "floats_neon.h"

#include <string.h>

#undef BD_FLOATS
#define BD_FLOATS BD_NEONDOT

enum { DEPTH = 4, CODED_ROWS = 3, START_BYTES = 4 };

typedef struct {
  int32x4_t low, high;
} code_sums;
typedef struct {
  int8x16_t low, high;
} code_group;
typedef int8x16_t code_weights;

/// |weight_sum| * 128 fits 32 bits, as the sum of the products does.
BD_INLINE void pack_start(int32_t weight_sum, char *to) {
  const int32_t start = 128 * weight_sum;
  memcpy(to, &start, sizeof start);
}
BD_INLINE code_sums start_sums(const char *from) {
  return (code_sums){vreinterpretq_s32_u8(vld1q_u8((const uint8_t *)from)), vdupq_n_s32(0)};
}
BD_INLINE code_weights load_weights(const char *from) { return vld1q_s8((const int8_t *)from); }
BD_INLINE code_group load_group(const void *codes, int64_t stride, int64_t k) {
  int32_t low, high;
  memcpy(&low, (const char *)codes + k, sizeof low);
  memcpy(&high, (const char *)codes + stride + k, sizeof high);
  return (code_group){vreinterpretq_s8_s32(vdupq_n_s32(low)), vreinterpretq_s8_s32(vdupq_n_s32(high))};
}
BD_NEONDOT BD_INLINE code_sums add_products(code_sums sums, code_group group, code_weights weights) {
  return (code_sums){vdotq_s32(sums.low, group.low, weights), vdotq_s32(sums.high, group.high, weights)};
}
/// Either sum may wrap around, the whole one does not.
BD_INLINE floats finish_sums(code_sums sums) { return vcvtq_f32_s32(vaddq_s32(sums.low, vshlq_n_s32(sums.high, 8))); }
BD_INLINE void store_codes(void *codes, int64_t stride, int64_t unit, floats values) {
  const int16x4_t code = vqmovn_s32(vcvtnq_s32_f32(values));
  const uint8x8_t bytes = vreinterpret_u8_s16(code), low = vuzp1_u8(bytes, bytes), high = vuzp2_u8(bytes, bytes);
  vst1_lane_u32((uint32_t *)((char *)codes + unit), vreinterpret_u32_u8(veor_u8(low, vdup_n_u8(0x80))), 0);
  vst1_lane_u32((uint32_t *)((char *)codes + stride + unit), vreinterpret_u32_u8(high), 0);
}

#endif
