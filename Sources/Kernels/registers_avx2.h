/// The 256-bit registers that hold the sums of up to 32 columns, and how they become codes.
///
/// Register j, 128-bit lane L, element d of R registers is column 4 * R * L + 4 * j + d. Unpacking bytes to words and
/// doublewords leads to this order, packing leads back from it, and neither crosses a lane.
#ifndef BITDEPTH_REGISTERS_AVX2_H
#define BITDEPTH_REGISTERS_AVX2_H

#include "internal.h"

#if BD_X86
#include <immintrin.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum {
  BD_YMM_LANES = 8,     // 32-bit elements of a register
  BD_YMM_REGISTERS = 4, // of one row
  BD_YMM_COLUMNS = 32,
};

/// What turns the sums of a panel of columns into codes. Arrays are in the order of the registers.
typedef struct {
  _Alignas(32) int32_t bias[BD_YMM_COLUMNS];
  _Alignas(32) float multiplier[BD_YMM_COLUMNS];
  __m256i zero_point, minimum, maximum;
  bool bounded;  // every product fits into int32
} bd_ymm_epilogue;

/// The column of a register's element.
BD_INLINE int bd_ymm_column(int registers, int index) {
  const int j = index / BD_YMM_LANES, lane = index % BD_YMM_LANES / 4, element = index % 4;
  return 4 * registers * lane + 4 * j + element;
}

/// Takes the numbers of `registers` registers of columns from `first` on, `columns` of which are real.
BD_AVX2 static inline void bd_enter_columns(bd_ymm_epilogue *own, const bd_epilogue *epilogue, const int32_t *bias,
                                            int64_t first, int64_t columns, int registers) {
  const float *multiplier = epilogue->kind == BD_OUTPUT_S32 ? NULL : epilogue->multiplier + first;
  own->bounded = multiplier;
  for (int64_t c = 0; multiplier && c < bd_min(columns, registers * BD_YMM_LANES); c++)
    own->bounded &= (multiplier[c] < 1) & (multiplier[c] > -1);
  for (int index = 0; index < registers * BD_YMM_LANES; index += 4) {
    const int column = bd_ymm_column(registers, index);
    memcpy(own->bias + index, bias + first + column, 4 * sizeof *bias);
    if (multiplier) memcpy(own->multiplier + index, multiplier + column, 4 * sizeof *multiplier);
  }
  own->zero_point = _mm256_set1_epi16((short)epilogue->zero_point);
  own->minimum = _mm256_set1_epi8((char)epilogue->minimum);
  own->maximum = _mm256_set1_epi8((char)epilogue->maximum);
}

/// Sums times multiplier, rounded. Below -2^31 the conversion gives -2^31, which saturates rightly; above it would too.
BD_INLINE BD_AVX2 __m256i bd_scale(const bd_ymm_epilogue *own, const int j, __m256i sums, const bool bounded) {
  __m256 product =
      _mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_load_ps(own->multiplier + j * BD_YMM_LANES));
  if (!bounded) product = _mm256_min_ps(product, _mm256_set1_ps(BD_SATURATED));
  return _mm256_cvtps_epi32(product);
}

/// Two neighbouring registers of one row scaled, packed to 16 bits, and the zero point added.
BD_INLINE BD_AVX2 __m256i bd_scale_pair(const bd_ymm_epilogue *own, const int j, __m256i first, __m256i second,
                                        const bool bounded) {
  const __m256i words = _mm256_packs_epi32(bd_scale(own, j, first, bounded), bd_scale(own, j + 1, second, bounded));
  return _mm256_adds_epi16(words, own->zero_point);
}

/// Two registers of 16-bit codes packed to 8 bits and limited.
BD_INLINE BD_AVX2 __m256i bd_pack_codes(const bd_ymm_epilogue *own, __m256i low, __m256i high) {
  const __m256i codes = _mm256_packus_epi16(low, high);
  return _mm256_min_epu8(_mm256_max_epu8(codes, own->minimum), own->maximum);
}

/// The codes of 32 columns, in natural order.
BD_INLINE BD_AVX2 __m256i bd_codes_of_row(const bd_ymm_epilogue *own, const __m256i sums[BD_YMM_REGISTERS],
                                          const bool bounded) {
  return bd_pack_codes(own, bd_scale_pair(own, 0, sums[0], sums[1], bounded),
                       bd_scale_pair(own, 2, sums[2], sums[3], bounded));
}

/// The codes of 24 columns, in natural order in the lower bytes.
BD_INLINE BD_AVX2 __m256i bd_codes_of_24(const bd_ymm_epilogue *own, const __m256i sums[3], const bool bounded) {
  const __m256i last = bd_scale(own, 2, sums[2], bounded);
  const __m256i high = _mm256_adds_epi16(_mm256_packs_epi32(last, last), own->zero_point);
  const __m256i codes = bd_pack_codes(own, bd_scale_pair(own, 0, sums[0], sums[1], bounded), high);
  return _mm256_permutevar8x32_epi32(codes, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
}

/// Stores the first `count` < 32 bytes of a register.
BD_AVX2 __attribute__((noinline)) static void bd_store_some(uint8_t *output, __m256i codes, int64_t count) {
  _Alignas(32) uint8_t bytes[32];
  _mm256_store_si256((__m256i *)bytes, codes);
  const uint8_t *next = bytes;
  if (count & 16) memcpy(output, next, 16), output += 16, next += 16;
  if (count & 8) memcpy(output, next, 8), output += 8, next += 8;
  if (count & 4) memcpy(output, next, 4), output += 4, next += 4;
  if (count & 2) memcpy(output, next, 2), output += 2, next += 2;
  if (count & 1) *output = *next;
}

/// Stores 32 bytes, or the first `count` when it is less.
BD_INLINE BD_AVX2 void bd_store_codes(uint8_t *output, __m256i codes, int64_t count) {
  if (count >= BD_YMM_COLUMNS) _mm256_storeu_si256((__m256i *)output, codes);
  else bd_store_some(output, codes, count);
}

/// Stores 24 bytes, or the first `count` when it is less.
BD_INLINE BD_AVX2 void bd_store_24_codes(uint8_t *output, __m256i codes, int64_t count) {
  if (count >= 24) {
    _mm_storeu_si128((__m128i *)output, _mm256_castsi256_si128(codes));
    _mm_storel_epi64((__m128i *)(output + 16), _mm256_extracti128_si256(codes, 1));
  } else bd_store_some(output, codes, count);
}

#endif
#endif
