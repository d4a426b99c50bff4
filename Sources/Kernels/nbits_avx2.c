// Products with 4-bit codes by AVX2: vpmaddubsw on unsigned codes and signed digits.
#include "internal.h"

#if BD_X86
#include "floats_avx2.h"
#include "nbits.h"

#include <string.h>

#define BD_ISA avx2
enum {
  NBITS_ROWS = 1,
  // Groups whose products add up in 16 bits: a lane gets two products of two bytes from each, 4 * 8 * 15 * 128 at most.
  NARROW_GROUPS = 4,
};

BD_AVX2 BD_INLINE floats load_bytes(const uint8_t *from) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)from)));
}

BD_AVX2 BD_INLINE __m256i four_digits(const int8_t *digits) {
  int32_t four;
  memcpy(&four, digits, sizeof four);
  return _mm256_set1_epi32(four);
}

/// The sums of 16 columns of the products of digits and codes of one block; `fetches` is a constant.
BD_AVX2 BD_INLINE void add_half_block(const uint8_t *codes, int64_t groups, const int8_t *digits, const bool fetches,
                                      floats sums[2][NBITS_DIGITS]) {
  const __m256i low_half = _mm256_set1_epi8(15);
  __m256i wide[2][NBITS_DIGITS];
  BD_UNROLL for (int r = 0; r < 2; r++) BD_UNROLL for (int i = 0; i < NBITS_DIGITS; i++)
      wide[r][i] = _mm256_setzero_si256();
  BD_NO_UNROLL while (groups > 0) {
    __m256i narrow[2][NBITS_DIGITS];
    BD_UNROLL for (int r = 0; r < 2; r++) BD_UNROLL for (int i = 0; i < NBITS_DIGITS; i++)
        narrow[r][i] = _mm256_setzero_si256();
    const int64_t count = bd_min(groups, NARROW_GROUPS);
    groups -= count;
    BD_NO_UNROLL for (int64_t group = 0; group < count; group++) {
      __m256i low[2], high[2];
      BD_UNROLL for (int r = 0; r < 2; r++) {
        const __m256i both = _mm256_loadu_si256((const __m256i *)(const void *)(codes + 32 * r));
        low[r] = _mm256_and_si256(both, low_half);
        high[r] = _mm256_and_si256(_mm256_srli_epi16(both, 4), low_half);
        if (fetches) __builtin_prefetch(codes + 64 * r + NBITS_AHEAD);
      }
      BD_UNROLL for (int i = 0; i < NBITS_DIGITS; i++) {
        const __m256i first = four_digits(digits + 4 * i), second = four_digits(digits + 4 * (NBITS_DIGITS + i));
        BD_UNROLL for (int r = 0; r < 2; r++) {
          narrow[r][i] = _mm256_add_epi16(narrow[r][i], _mm256_maddubs_epi16(low[r], first));
          narrow[r][i] = _mm256_add_epi16(narrow[r][i], _mm256_maddubs_epi16(high[r], second));
        }
      }
      codes += NBITS_GROUP_BYTES;
      digits += NBITS_GROUP * NBITS_DIGITS;
    }
    BD_UNROLL for (int r = 0; r < 2; r++) BD_UNROLL for (int i = 0; i < NBITS_DIGITS; i++)
        wide[r][i] = _mm256_add_epi32(wide[r][i], _mm256_madd_epi16(narrow[r][i], _mm256_set1_epi16(1)));
  }
  BD_UNROLL for (int r = 0; r < 2; r++) BD_UNROLL for (int i = 0; i < NBITS_DIGITS; i++)
      sums[r][i] = _mm256_cvtepi32_ps(wide[r][i]);
}

/// The sums of products of digits and codes of one block, in halves: registers do not suffice for more sums.
BD_AVX2 BD_INLINE void add_block(const uint8_t *codes, int64_t groups, const int8_t *digits, int64_t row_bytes,
                                 const int rows, floats sums[rows][4][NBITS_DIGITS]) {
  (void)row_bytes;
  add_half_block(codes, groups, digits, true, sums[0]);
  add_half_block(codes + NBITS_GROUP_BYTES / 2, groups, digits, false, sums[0] + 2);
}

#include "nbits_panels.h"

#endif
