/// Element-wise kernels, 8 or 32 elements at a time; the elements that are left over go through the scalar ones.
#include "quotients.h"
#include "registers_avx2.h"

#if BD_X86

#pragma STDC FP_CONTRACT OFF

/// What turns reals in units of the output scale into codes.
typedef struct {
  __m256 scale, inverse, doubtful;
  __m256i zero_point, minimum, maximum;
} quantizer;

BD_AVX2 static quantizer make_quantizer(float scale, int32_t zero_point, int32_t minimum, int32_t maximum) {
  const bd_quotient quotient = bd_make_quotient(scale);
  return (quantizer){_mm256_set1_ps(scale), _mm256_set1_ps(quotient.inverse), _mm256_set1_ps(quotient.doubtful),
                     _mm256_set1_epi16((short)zero_point), _mm256_set1_epi8((char)minimum),
                     _mm256_set1_epi8((char)maximum)};
}

/// Divides by the scale and rounds; NaN becomes 0.
BD_INLINE BD_AVX2 __m256i round_units(const quantizer *quantizer, __m256 reals) {
  __m256 units = _mm256_div_ps(reals, quantizer->scale);
  units = _mm256_and_ps(units, _mm256_cmp_ps(units, units, _CMP_ORD_Q));
  // Below -2^31 the conversion gives -2^31, which saturates rightly; above it would too.
  return _mm256_cvtps_epi32(_mm256_min_ps(units, _mm256_set1_ps(BD_SATURATED)));
}

/// Rounds a product with the inverse, and takes down the largest distance from a whole number, for elements far from one
/// might round otherwise if they were divided. As integers, distances are in their own order, and NaN is beyond all.
BD_INLINE BD_AVX2 __m256i round_product(const quantizer *quantizer, __m256 reals, __m256i *distance) {
  const __m256 units = _mm256_mul_ps(reals, quantizer->inverse);
  const __m256i rounded = _mm256_cvtps_epi32(units);
  const __m256 own = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), _mm256_sub_ps(units, _mm256_cvtepi32_ps(rounded)));
  *distance = _mm256_max_epi32(*distance, _mm256_castps_si256(own));
  return rounded;
}

BD_AVX2 __attribute__((noinline)) static void divide(const quantizer *quantizer, const __m256 reals[4], __m256i units[4]) {
  for (int j = 0; j < 4; j++) units[j] = round_units(quantizer, reals[j]);
}

/// The codes of 32 reals in the order that registers_avx2.h describes.
BD_INLINE BD_AVX2 __m256i quantize(const quantizer *quantizer, const __m256 reals[4]) {
  __m256i units[4], distance = _mm256_setzero_si256();
  BD_UNROLL for (int j = 0; j < 4; j++) units[j] = round_product(quantizer, reals[j], &distance);
  const __m256 doubtful = _mm256_cmp_ps(_mm256_castsi256_ps(distance), quantizer->doubtful, _CMP_NLT_UQ);
  if (__builtin_expect(_mm256_movemask_ps(doubtful), 0)) divide(quantizer, reals, units);
  const __m256i low = _mm256_packs_epi32(units[0], units[1]);
  const __m256i high = _mm256_packs_epi32(units[2], units[3]);
  const __m256i codes = _mm256_packus_epi16(_mm256_adds_epi16(low, quantizer->zero_point),
                                            _mm256_adds_epi16(high, quantizer->zero_point));
  return _mm256_min_epu8(_mm256_max_epu8(codes, quantizer->minimum), quantizer->maximum);
}

BD_AVX2 void bd_quantize_u8_avx2(const float *input, uint8_t *output, float scale, int32_t zero_point, int64_t begin,
                                 int64_t end) {
  const quantizer quantizer = make_quantizer(scale, zero_point, 0, 255);
  int64_t i = begin;
  for (; i + 32 <= end; i += 32) {
    __m256 reals[4];
    BD_UNROLL for (int j = 0; j < 4; j++) reals[j] = _mm256_loadu_ps(input + i + 8 * j);
    // Packing left the groups of four of reals in another order.
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const __m256i codes = _mm256_permutevar8x32_epi32(quantize(&quantizer, reals), order);
    _mm256_storeu_si256((__m256i *)(output + i), codes);
  }
  bd_quantize_u8_scalar(input, output, scale, zero_point, i, end);
}

/// The reals of 8 codes.
BD_INLINE BD_AVX2 __m256 dequantize(const uint8_t *codes, __m256i zero_point, __m256 scale) {
  const __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)codes));
  return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_sub_epi32(wide, zero_point)), scale);
}

BD_AVX2 void bd_dequantize_u8_avx2(const uint8_t *input, float *output, float scale, int32_t zero_point, int64_t begin,
                                   int64_t end) {
  const __m256i zero = _mm256_set1_epi32(zero_point);
  const __m256 scales = _mm256_set1_ps(scale);
  int64_t i = begin;
  for (; i + 8 <= end; i += 8) _mm256_storeu_ps(output + i, dequantize(input + i, zero, scales));
  bd_dequantize_u8_scalar(input, output, scale, zero_point, i, end);
}

/// Looks up 32 codes in one sixteenth of a table at a time: codes outside of it get an index with the top bit set, for
/// which vpshufb gives 0.
BD_INLINE BD_AVX2 __m256i look_up(const __m256i parts[16], __m256i codes) {
  __m256i values = _mm256_setzero_si256();
  BD_UNROLL for (int part = 0; part < 16; part++) {
    const __m256i within = _mm256_sub_epi8(codes, _mm256_set1_epi8((char)(16 * part)));
    const __m256i index = _mm256_adds_epu8(within, _mm256_set1_epi8(0x70));
    values = _mm256_or_si256(values, _mm256_shuffle_epi8(parts[part], index));
  }
  return values;
}

BD_AVX2 void bd_map_u8_avx2(const uint8_t table[256], const uint8_t *input, uint8_t *output, int64_t begin,
                            int64_t end) {
  __m256i parts[16];
  for (int part = 0; part < 16; part++)
    parts[part] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(table + 16 * part)));
  int64_t i = begin;
  BD_NO_UNROLL for (; i + 32 <= end; i += 32) {
    const __m256i codes = _mm256_loadu_si256((const __m256i *)(input + i));
    _mm256_storeu_si256((__m256i *)(output + i), look_up(parts, codes));
  }
  bd_map_u8_scalar(table, input, output, i, end);
}

/// One operation on 8 pairs of reals.
BD_INLINE BD_AVX2 __m256 apply(const bd_binary_operation operation, __m256 left, __m256 right) {
  switch (operation) {
    case BD_ADD: return _mm256_add_ps(left, right);
    case BD_SUBTRACT: return _mm256_sub_ps(left, right);
    case BD_MULTIPLY: return _mm256_mul_ps(left, right);
    default: return _mm256_div_ps(left, right);
  }
}

/// The codes of 8 reals.
BD_INLINE BD_AVX2 void quantize_8(const quantizer *quantizer, __m256 reals, uint8_t *output) {
  const __m256i units = round_units(quantizer, reals);
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(units), _mm256_extracti128_si256(units, 1));
  const __m128i moved = _mm_adds_epi16(words, _mm256_castsi256_si128(quantizer->zero_point));
  __m128i codes = _mm_packus_epi16(moved, moved);
  codes = _mm_max_epu8(codes, _mm256_castsi256_si128(quantizer->minimum));
  codes = _mm_min_epu8(codes, _mm256_castsi256_si128(quantizer->maximum));
  _mm_storel_epi64((__m128i *)output, codes);
}

/// An operand of an operation: codes that follow one another, or one real for all elements.
typedef struct {
  const uint8_t *codes;
  __m256i zero_point;
  __m256 scale, real, origin;
} operand;

BD_AVX2 static operand make_operand(const uint8_t *codes, const bool moves, int32_t zero_point, float scale) {
  // Codes that move are not read here: another thread may be writing the first of them.
  const float real = moves ? 0 : (float)(codes[0] - zero_point) * scale;
  return (operand){codes, _mm256_set1_epi32(zero_point), _mm256_set1_ps(scale), _mm256_set1_ps(real),
                   _mm256_set1_ps(0x1p23f + (float)zero_point)};
}

BD_INLINE BD_AVX2 __m256 reals_of(const operand *operand, const bool moves, int64_t i) {
  return moves ? dequantize(operand->codes + i, operand->zero_point, operand->scale) : operand->real;
}

/// The reals of 32 codes in the order that registers_avx2.h describes. A word below the upper half of 2^23 is the float
/// 2^23 plus the word, of which 2^23 and the zero point are subtracted without rounding.
BD_INLINE BD_AVX2 void all_reals_of(const operand *operand, const bool moves, int64_t i, __m256 reals[4]) {
  const __m256i upper = _mm256_set1_epi16(0x4B00), zero = _mm256_setzero_si256();
  const __m256i codes = moves ? _mm256_loadu_si256((const __m256i *)(operand->codes + i)) : zero;
  const __m256i words[2] = {_mm256_unpacklo_epi8(codes, zero), _mm256_unpackhi_epi8(codes, zero)};
  BD_UNROLL for (int j = 0; j < 4; j++) {
    const __m256i wide =
        j % 2 ? _mm256_unpackhi_epi16(words[j / 2], upper) : _mm256_unpacklo_epi16(words[j / 2], upper);
    const __m256 moved = _mm256_sub_ps(_mm256_castsi256_ps(wide), operand->origin);
    reals[j] = moves ? _mm256_mul_ps(moved, operand->scale) : operand->real;
  }
}

/// As many elements as fill whole registers; returns where it stopped. The operation and what moves are constants.
BD_INLINE BD_AVX2 int64_t qbinary(const bd_qbinary *job, const bd_binary_operation operation, const bool left_moves,
                                  const bool right_moves, int64_t begin, int64_t end) {
  const quantizer quantizer =
      make_quantizer(job->output_scale, job->output_zero, job->minimum, job->maximum);
  const operand left = make_operand(job->left, left_moves, job->left_zero, job->left_scale);
  const operand right = make_operand(job->right, right_moves, job->right_zero, job->right_scale);
  int64_t i = begin;
  for (; i + 32 <= end; i += 32) {
    __m256 reals[4], others[4];
    all_reals_of(&left, left_moves, i, reals);
    all_reals_of(&right, right_moves, i, others);
    BD_UNROLL for (int j = 0; j < 4; j++) reals[j] = apply(operation, reals[j], others[j]);
    _mm256_storeu_si256((__m256i *)(job->output + i), quantize(&quantizer, reals));
  }
  BD_NO_UNROLL for (; i + 8 <= end; i += 8)
    quantize_8(&quantizer, apply(operation, reals_of(&left, left_moves, i), reals_of(&right, right_moves, i)),
               job->output + i);
  return i;
}

/// The reals of 32 codes, in the order that the packing instructions undo.
BD_INLINE BD_AVX2 void widen(const uint8_t *codes, __m256 reals[4]) {
  const __m256i zero = _mm256_setzero_si256(), bytes = _mm256_loadu_si256((const __m256i *)codes);
  const __m256i low = _mm256_unpacklo_epi8(bytes, zero), high = _mm256_unpackhi_epi8(bytes, zero);
  reals[0] = _mm256_cvtepi32_ps(_mm256_unpacklo_epi16(low, zero));
  reals[1] = _mm256_cvtepi32_ps(_mm256_unpackhi_epi16(low, zero));
  reals[2] = _mm256_cvtepi32_ps(_mm256_unpacklo_epi16(high, zero));
  reals[3] = _mm256_cvtepi32_ps(_mm256_unpackhi_epi16(high, zero));
}

/// As many sums of codes as fill whole registers, the short way; returns where it stopped.
BD_AVX2 static int64_t sum_codes(const bd_qbinary *job, int64_t begin, int64_t end) {
  const __m256 left = _mm256_set1_ps(job->code_sum.left), right = _mm256_set1_ps(job->code_sum.right);
  const __m256 offset = _mm256_set1_ps(job->code_sum.offset);
  const __m256i minimum = _mm256_set1_epi8((char)job->minimum), maximum = _mm256_set1_epi8((char)job->maximum);
  int64_t i = begin;
  BD_NO_UNROLL for (; i + 32 <= end; i += 32) {
    __m256 lefts[4], rights[4];
    __m256i codes[4];
    widen(job->left + i, lefts);
    widen(job->right + i, rights);
    BD_UNROLL for (int j = 0; j < 4; j++)
      codes[j] = _mm256_cvtps_epi32(_mm256_fmadd_ps(lefts[j], left, _mm256_fmadd_ps(rights[j], right, offset)));
    const __m256i low = _mm256_packs_epi32(codes[0], codes[1]), high = _mm256_packs_epi32(codes[2], codes[3]);
    const __m256i bytes = _mm256_packus_epi16(low, high);
    _mm256_storeu_si256((__m256i *)(job->output + i), _mm256_min_epu8(_mm256_max_epu8(bytes, minimum), maximum));
  }
  return i;
}

BD_INLINE BD_AVX2 int64_t qbinary_as(const bd_qbinary *job, const bd_binary_operation operation, int64_t begin,
                                     int64_t end) {
  if (job->left_step && job->right_step) return qbinary(job, operation, true, true, begin, end);
  if (job->left_step) return qbinary(job, operation, true, false, begin, end);
  if (job->right_step) return qbinary(job, operation, false, true, begin, end);
  return begin;
}

BD_AVX2 void bd_qbinary_avx2(const bd_qbinary *job, int64_t begin, int64_t end) {
  if (begin >= end) return;
  if (job->code_sum.is_proven) begin = sum_codes(job, begin, end);
  switch (job->operation) {
    case BD_ADD: begin = qbinary_as(job, BD_ADD, begin, end); break;
    case BD_SUBTRACT: begin = qbinary_as(job, BD_SUBTRACT, begin, end); break;
    case BD_MULTIPLY: begin = qbinary_as(job, BD_MULTIPLY, begin, end); break;
    case BD_DIVIDE: begin = qbinary_as(job, BD_DIVIDE, begin, end); break;
  }
  bd_qbinary_scalar(job, begin, end);
}

/// Limits reals; of operands one of which is NaN, vmaxps and vminps give the second.
BD_INLINE BD_AVX2 __m256 limit(__m256 reals, __m256 minimum, __m256 maximum) {
  return _mm256_min_ps(maximum, _mm256_max_ps(minimum, reals));
}

/// As many elements as fill whole registers; returns where it stopped.
BD_INLINE BD_AVX2 int64_t sbinary(const bd_sbinary *job, const bd_binary_operation operation, int64_t begin,
                                  int64_t end) {
  const __m256 minimum = _mm256_set1_ps(job->minimum), maximum = _mm256_set1_ps(job->maximum);
  int64_t i = begin;
  for (; i + 8 <= end; i += 8) {
    const __m256 reals = apply(operation, _mm256_loadu_ps(job->left + i), _mm256_loadu_ps(job->right + i));
    _mm256_storeu_ps(job->output + i, limit(reals, minimum, maximum));
  }
  return i;
}

BD_AVX2 void bd_sbinary_avx2(const bd_sbinary *job, int64_t begin, int64_t end) {
  switch (job->operation) {
    case BD_ADD: begin = sbinary(job, BD_ADD, begin, end); break;
    case BD_SUBTRACT: begin = sbinary(job, BD_SUBTRACT, begin, end); break;
    case BD_MULTIPLY: begin = sbinary(job, BD_MULTIPLY, begin, end); break;
    case BD_DIVIDE: begin = sbinary(job, BD_DIVIDE, begin, end); break;
  }
  bd_sbinary_scalar(job, begin, end);
}

BD_AVX2 void bd_sclamp_avx2(const float *input, float *output, float minimum, float maximum, int64_t begin,
                            int64_t end) {
  const __m256 low = _mm256_set1_ps(minimum), high = _mm256_set1_ps(maximum);
  int64_t i = begin;
  for (; i + 8 <= end; i += 8) _mm256_storeu_ps(output + i, limit(_mm256_loadu_ps(input + i), low, high));
  bd_sclamp_scalar(input, output, minimum, maximum, i, end);
}

#endif
