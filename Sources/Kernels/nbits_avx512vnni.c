// Products with 4-bit codes by AVX-512: vpdpbusd on unsigned codes and signed digits.
#include "internal.h"

#if BD_X86
#include "floats_avx512.h"
#include "nbits.h"

#include <string.h>

#define BD_ISA avx512vnni
enum { NBITS_ROWS = 4 };

BD_AVX512VNNI BD_INLINE floats load_bytes(const uint8_t *from) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)from)));
}

BD_AVX512VNNI BD_INLINE __m512i four_digits(const int8_t *digits) {
  int32_t four;
  memcpy(&four, digits, sizeof four);
  return _mm512_set1_epi32(four);
}

/// The sums of products of digits and codes of one block.
BD_AVX512VNNI BD_INLINE void add_block(const uint8_t *codes, int64_t groups, const int8_t *digits, int64_t row_bytes,
                                       const int rows, floats sums[rows][2][NBITS_DIGITS]) {
  const __m512i low_half = _mm512_set1_epi8(15);
  __m512i exact[rows][2][NBITS_DIGITS];
  BD_UNROLL for (int row = 0; row < rows; row++) BD_UNROLL for (int r = 0; r < 2; r++)
      BD_UNROLL for (int i = 0; i < NBITS_DIGITS; i++) exact[row][r][i] = _mm512_setzero_si512();
  BD_NO_UNROLL for (int64_t group = 0; group < groups; group++) {
    __m512i low[2], high[2];
    BD_UNROLL for (int r = 0; r < 2; r++) {
      const __m512i both = _mm512_loadu_si512(codes + 64 * r);
      low[r] = _mm512_and_si512(both, low_half);
      high[r] = _mm512_and_si512(_mm512_srli_epi16(both, 4), low_half);
      __builtin_prefetch(codes + 64 * r + NBITS_AHEAD);
    }
    BD_UNROLL for (int row = 0; row < rows; row++) BD_UNROLL for (int i = 0; i < NBITS_DIGITS; i++) {
      const int8_t *four = digits + row * row_bytes + 4 * i;
      const __m512i first = four_digits(four), second = four_digits(four + 4 * NBITS_DIGITS);
      BD_UNROLL for (int r = 0; r < 2; r++) {
        exact[row][r][i] = _mm512_dpbusd_epi32(exact[row][r][i], low[r], first);
        exact[row][r][i] = _mm512_dpbusd_epi32(exact[row][r][i], high[r], second);
      }
    }
    codes += NBITS_GROUP_BYTES;
    digits += NBITS_GROUP * NBITS_DIGITS;
  }
  BD_UNROLL for (int row = 0; row < rows; row++) BD_UNROLL for (int r = 0; r < 2; r++)
      BD_UNROLL for (int i = 0; i < NBITS_DIGITS; i++) sums[row][r][i] = _mm512_cvtepi32_ps(exact[row][r][i]);
}

#include "nbits_panels.h"

#endif
