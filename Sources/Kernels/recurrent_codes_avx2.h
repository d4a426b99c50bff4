/// Products of 16-bit codes of a state with 8-bit weights by vpmaddwd, two at once; see recurrent_cell.h.
#ifndef BITDEPTH_RECURRENT_CODES_AVX2_H
#define BITDEPTH_RECURRENT_CODES_AVX2_H

#include "floats_avx2.h"

#include <string.h>

enum { DEPTH = 2, CODED_ROWS = 2, START_BYTES = 0 };

typedef __m256i code_sums;
typedef __m256i code_group;
typedef __m256i code_weights;

BD_INLINE void pack_start(int32_t weight_sum, char *to) { (void)weight_sum, (void)to; }
BD_AVX2 BD_INLINE code_sums start_sums(const char *from) {
  (void)from;
  return _mm256_setzero_si256();
}
BD_AVX2 BD_INLINE code_weights load_weights(const char *from) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)from));
}
BD_AVX2 BD_INLINE code_group load_group(const void *codes, int64_t stride, int64_t k) {
  (void)stride;
  int32_t pair;
  memcpy(&pair, (const int16_t *)codes + k, sizeof pair);
  return _mm256_set1_epi32(pair);
}
/// No pair of products leaves 32 bits: its magnitude is below 2 * 128 * 32768.
BD_AVX2 BD_INLINE code_sums add_products(code_sums sums, code_group group, code_weights weights) {
  return _mm256_add_epi32(sums, _mm256_madd_epi16(group, weights));
}
BD_AVX2 BD_INLINE floats finish_sums(code_sums sums) { return _mm256_cvtepi32_ps(sums); }
BD_AVX2 BD_INLINE void store_codes(void *codes, int64_t stride, int64_t unit, floats values) {
  (void)stride;
  const __m256i integers = _mm256_cvtps_epi32(values);
  const __m128i packed = _mm_packs_epi32(_mm256_castsi256_si128(integers), _mm256_extracti128_si256(integers, 1));
  _mm_storeu_si128((__m128i *)(void *)((int16_t *)codes + unit), packed);
}

#endif
