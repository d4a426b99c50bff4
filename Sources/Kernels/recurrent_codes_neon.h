/// Products of 16-bit codes of a state with 8-bit weights by smlal, four at once; see recurrent_cell.h.
#ifndef BITDEPTH_RECURRENT_CODES_NEON_H
#define BITDEPTH_RECURRENT_CODES_NEON_H

#include "floats_neon.h"

enum { DEPTH = 2, CODED_ROWS = 4, START_BYTES = 0 };

typedef int32x4_t code_sums;
typedef int16x4_t code_group;
typedef int16x4x2_t code_weights;

BD_INLINE void pack_start(int32_t weight_sum, char *to) { (void)weight_sum, (void)to; }
BD_INLINE code_sums start_sums(const char *from) {
  (void)from;
  return vdupq_n_s32(0);
}
/// The first and the second weights of the pairs of four columns.
BD_INLINE code_weights load_weights(const char *from) {
  const int16x8_t pairs = vmovl_s8(vld1_s8((const int8_t *)from));
  return vuzp_s16(vget_low_s16(pairs), vget_high_s16(pairs));
}
/// A pair of codes; the lanes above it are not used.
BD_INLINE code_group load_group(const void *codes, int64_t stride, int64_t k) {
  (void)stride;
  return vld1_s16((const int16_t *)codes + k);
}
BD_INLINE code_sums add_products(code_sums sums, code_group group, code_weights weights) {
  return vmlal_lane_s16(vmlal_lane_s16(sums, weights.val[0], group, 0), weights.val[1], group, 1);
}
BD_INLINE floats finish_sums(code_sums sums) { return vcvtq_f32_s32(sums); }
BD_INLINE void store_codes(void *codes, int64_t stride, int64_t unit, floats values) {
  (void)stride;
  vst1_s16((int16_t *)codes + unit, vqmovn_s32(vcvtnq_s32_f32(values)));
}

#endif
