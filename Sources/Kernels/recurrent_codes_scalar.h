/// Products of 16-bit codes of a state with 8-bit weights, one by one; see recurrent_cell.h.
#ifndef BITDEPTH_RECURRENT_CODES_SCALAR_H
#define BITDEPTH_RECURRENT_CODES_SCALAR_H

#include "floats_scalar.h"

enum { DEPTH = 1, CODED_ROWS = 1, START_BYTES = 0 };

typedef int32_t code_sums;
typedef int32_t code_group;
typedef int32_t code_weights;

BD_INLINE void pack_start(int32_t weight_sum, char *to) { (void)weight_sum, (void)to; }
BD_INLINE code_sums start_sums(const char *from) {
  (void)from;
  return 0;
}
BD_INLINE code_weights load_weights(const char *from) { return (int8_t)*from; }
BD_INLINE code_group load_group(const void *codes, int64_t stride, int64_t k) {
  (void)stride;
  return ((const int16_t *)codes)[k];
}
BD_INLINE code_sums add_products(code_sums sums, code_group group, code_weights weights) {
  return sums + group * weights;
}
BD_INLINE floats finish_sums(code_sums sums) { return (float)sums; }
BD_INLINE void store_codes(void *codes, int64_t stride, int64_t unit, floats values) {
  (void)stride;
  ((int16_t *)codes)[unit] = (int16_t)bd_round(values);
}

#endif
