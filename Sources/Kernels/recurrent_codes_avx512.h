/// Products of 16-bit codes of a state with 8-bit weights by vpdpbusd, four at once; see recurrent_cell.h.
///
/// The instruction multiplies unsigned bytes by signed ones. So a code lies in memory plus 32768, its low bytes first and
/// its high bytes `stride` bytes behind; sums of either are formed for themselves, and what the 32768 add is taken off
/// where the high sums start: weights come from memory as they are, and are read once for both.
#ifndef BITDEPTH_RECURRENT_CODES_AVX512_H
#define BITDEPTH_RECURRENT_CODES_AVX512_H

#include "floats_avx512.h"

#include <string.h>

enum { DEPTH = 4, CODED_ROWS = 2, START_BYTES = 4 };

typedef struct {
  __m512i low, high;
} code_sums;
typedef code_sums code_group;
typedef __m512i code_weights;

/// 32768 are 128 in the high byte. |weight_sum| * 128 fits 32 bits, as the sum of the products does.
BD_INLINE void pack_start(int32_t weight_sum, char *to) {
  const int32_t start = -128 * weight_sum;
  memcpy(to, &start, sizeof start);
}
BD_AVX512VNNI BD_INLINE code_sums start_sums(const char *from) {
  return (code_sums){_mm512_setzero_si512(), _mm512_loadu_si512(from)};
}
BD_AVX512VNNI BD_INLINE code_weights load_weights(const char *from) { return _mm512_loadu_si512(from); }
BD_AVX512VNNI BD_INLINE code_group load_group(const void *codes, int64_t stride, int64_t k) {
  int32_t low, high;
  memcpy(&low, (const char *)codes + k, sizeof low);
  memcpy(&high, (const char *)codes + stride + k, sizeof high);
  return (code_group){_mm512_set1_epi32(low), _mm512_set1_epi32(high)};
}
BD_AVX512VNNI BD_INLINE code_sums add_products(code_sums sums, code_group group, code_weights weights) {
  return (code_sums){_mm512_dpbusd_epi32(sums.low, group.low, weights),
                     _mm512_dpbusd_epi32(sums.high, group.high, weights)};
}
/// Either sum may wrap around, the whole one does not.
BD_AVX512VNNI BD_INLINE floats finish_sums(code_sums sums) {
  return _mm512_cvtepi32_ps(_mm512_add_epi32(sums.low, _mm512_slli_epi32(sums.high, 8)));
}
BD_AVX512VNNI BD_INLINE void store_codes(void *codes, int64_t stride, int64_t unit, floats values) {
  const __m512i integers = _mm512_add_epi32(_mm512_cvtps_epi32(values), _mm512_set1_epi32(32768));
  _mm_storeu_si128((__m128i *)(void *)((char *)codes + unit), _mm512_cvtepi32_epi8(integers));
  _mm_storeu_si128((__m128i *)(void *)((char *)codes + stride + unit),
                   _mm512_cvtepi32_epi8(_mm512_srli_epi32(integers, 8)));
}

#endif
