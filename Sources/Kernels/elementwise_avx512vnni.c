/// Element-wise kernels on codes, 64 elements at a time; the elements that are left over go through the AVX2 ones.
#include "quotients.h"

#if BD_X86
#include <immintrin.h>

#pragma STDC FP_CONTRACT OFF

/// What turns reals into codes.
typedef struct {
  __m512 scale, inverse, doubtful;
  __m512i zero_point, minimum, maximum;
} quantizer;

BD_AVX512VNNI static quantizer make_quantizer(float scale, int32_t zero_point, int32_t minimum, int32_t maximum) {
  const bd_quotient quotient = bd_make_quotient(scale);
  return (quantizer){_mm512_set1_ps(scale), _mm512_set1_ps(quotient.inverse), _mm512_set1_ps(quotient.doubtful),
                     _mm512_set1_epi16((short)zero_point), _mm512_set1_epi8((char)minimum),
                     _mm512_set1_epi8((char)maximum)};
}

/// Rounds a product with the inverse, and tells which elements might round otherwise if they were divided.
BD_INLINE BD_AVX512VNNI __m512i round_product(const quantizer *own, __m512 reals, __mmask16 *doubtful) {
  const __m512 units = _mm512_mul_ps(reals, own->inverse);
  const __m512i rounded = _mm512_cvtps_epi32(units);
  const __m512 distance = _mm512_abs_ps(_mm512_sub_ps(units, _mm512_cvtepi32_ps(rounded)));
  *doubtful |= _mm512_cmp_ps_mask(distance, own->doubtful, _CMP_NLT_UQ);
  return rounded;
}

/// Divides by the scale and rounds; NaN becomes 0.
BD_INLINE BD_AVX512VNNI __m512i round_quotient(const quantizer *own, __m512 reals) {
  __m512 units = _mm512_div_ps(reals, own->scale);
  units = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(units, units, _CMP_ORD_Q), units);
  // Below -2^31 the conversion gives -2^31, which saturates rightly; above it would too.
  return _mm512_cvtps_epi32(_mm512_min_ps(units, _mm512_set1_ps(BD_SATURATED)));
}

BD_AVX512VNNI __attribute__((noinline)) static void divide(const quantizer *own, const __m512 reals[4], __m512i units[4]) {
  for (int j = 0; j < 4; j++) units[j] = round_quotient(own, reals[j]);
}

/// The codes of 64 reals. The packing instructions leave the groups of four in the order of the index vector.
BD_INLINE BD_AVX512VNNI __m512i quantize(const quantizer *own, const __m512 reals[4]) {
  __m512i units[4];
  __mmask16 doubtful = 0;
  BD_UNROLL for (int j = 0; j < 4; j++) units[j] = round_product(own, reals[j], &doubtful);
  if (__builtin_expect(doubtful != 0, 0)) divide(own, reals, units);
  const __m512i low = _mm512_adds_epi16(_mm512_packs_epi32(units[0], units[1]), own->zero_point);
  const __m512i high = _mm512_adds_epi16(_mm512_packs_epi32(units[2], units[3]), own->zero_point);
  __m512i codes = _mm512_packus_epi16(low, high);
  codes = _mm512_min_epu8(_mm512_max_epu8(codes, own->minimum), own->maximum);
  return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), codes);
}

BD_AVX512VNNI void bd_quantize_u8_avx512vnni(const float *input, uint8_t *output, float scale, int32_t zero_point,
                                             int64_t begin, int64_t end) {
  const quantizer quantizer = make_quantizer(scale, zero_point, 0, 255);
  int64_t i = begin;
  for (; i + 64 <= end; i += 64) {
    __m512 reals[4];
    BD_UNROLL for (int j = 0; j < 4; j++) reals[j] = _mm512_loadu_ps(input + i + 16 * j);
    _mm512_storeu_si512(output + i, quantize(&quantizer, reals));
  }
  bd_quantize_u8_avx2(input, output, scale, zero_point, i, end);
}

/// An operand of an operation: codes that follow one another, or one real for all elements.
typedef struct {
  const uint8_t *codes;
  __m512i zero_point;
  __m512 scale, real;
} operand;

BD_AVX512VNNI static operand make_operand(const uint8_t *codes, const bool moves, int32_t zero_point, float scale) {
  // Codes that move are not read here: another thread may be writing the first of them.
  const float real = moves ? 0 : (float)(codes[0] - zero_point) * scale;
  return (operand){codes, _mm512_set1_epi32(zero_point), _mm512_set1_ps(scale), _mm512_set1_ps(real)};
}

BD_INLINE BD_AVX512VNNI __m512 reals_of(const operand *operand, const bool moves, int64_t i) {
  if (!moves) return operand->real;
  const __m512i wide = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(operand->codes + i)));
  return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(wide, operand->zero_point)), operand->scale);
}

/// One operation on 16 pairs of reals.
BD_INLINE BD_AVX512VNNI __m512 apply(const bd_binary_operation operation, __m512 left, __m512 right) {
  switch (operation) {
    case BD_ADD: return _mm512_add_ps(left, right);
    case BD_SUBTRACT: return _mm512_sub_ps(left, right);
    case BD_MULTIPLY: return _mm512_mul_ps(left, right);
    default: return _mm512_div_ps(left, right);
  }
}

/// As many elements as fill whole registers; returns where it stopped. The operation and what moves are constants.
BD_INLINE BD_AVX512VNNI int64_t qbinary(const bd_qbinary *job, const bd_binary_operation operation,
                                        const bool left_moves, const bool right_moves, int64_t begin, int64_t end) {
  const quantizer quantizer = make_quantizer(job->output_scale, job->output_zero, job->minimum, job->maximum);
  const operand left = make_operand(job->left, left_moves, job->left_zero, job->left_scale);
  const operand right = make_operand(job->right, right_moves, job->right_zero, job->right_scale);
  int64_t i = begin;
  BD_NO_UNROLL for (; i + 64 <= end; i += 64) {
    __m512 reals[4];
    BD_UNROLL for (int j = 0; j < 4; j++)
      reals[j] = apply(operation, reals_of(&left, left_moves, i + 16 * j), reals_of(&right, right_moves, i + 16 * j));
    _mm512_storeu_si512(job->output + i, quantize(&quantizer, reals));
  }
  return i;
}

/// The reals of 64 codes, in the order that the packing instructions undo.
BD_INLINE BD_AVX512VNNI void widen(const uint8_t *codes, __m512 reals[4]) {
  const __m512i zero = _mm512_setzero_si512(), bytes = _mm512_loadu_si512(codes);
  const __m512i low = _mm512_unpacklo_epi8(bytes, zero), high = _mm512_unpackhi_epi8(bytes, zero);
  reals[0] = _mm512_cvtepi32_ps(_mm512_unpacklo_epi16(low, zero));
  reals[1] = _mm512_cvtepi32_ps(_mm512_unpackhi_epi16(low, zero));
  reals[2] = _mm512_cvtepi32_ps(_mm512_unpacklo_epi16(high, zero));
  reals[3] = _mm512_cvtepi32_ps(_mm512_unpackhi_epi16(high, zero));
}

/// As many sums of codes as fill whole registers, the short way; returns where it stopped.
BD_AVX512VNNI static int64_t sum_codes(const bd_qbinary *job, int64_t begin, int64_t end) {
  const __m512 left = _mm512_set1_ps(job->code_sum.left), right = _mm512_set1_ps(job->code_sum.right);
  const __m512 offset = _mm512_set1_ps(job->code_sum.offset);
  const __m512i minimum = _mm512_set1_epi8((char)job->minimum), maximum = _mm512_set1_epi8((char)job->maximum);
  int64_t i = begin;
  BD_NO_UNROLL for (; i + 64 <= end; i += 64) {
    __m512 lefts[4], rights[4];
    __m512i codes[4];
    widen(job->left + i, lefts);
    widen(job->right + i, rights);
    BD_UNROLL for (int j = 0; j < 4; j++)
      codes[j] = _mm512_cvtps_epi32(_mm512_fmadd_ps(lefts[j], left, _mm512_fmadd_ps(rights[j], right, offset)));
    const __m512i low = _mm512_packs_epi32(codes[0], codes[1]), high = _mm512_packs_epi32(codes[2], codes[3]);
    const __m512i bytes = _mm512_packus_epi16(low, high);
    _mm512_storeu_si512(job->output + i, _mm512_min_epu8(_mm512_max_epu8(bytes, minimum), maximum));
  }
  return i;
}

BD_INLINE BD_AVX512VNNI int64_t qbinary_as(const bd_qbinary *job, const bd_binary_operation operation, int64_t begin,
                                           int64_t end) {
  if (job->left_step && job->right_step) return qbinary(job, operation, true, true, begin, end);
  if (job->left_step) return qbinary(job, operation, true, false, begin, end);
  if (job->right_step) return qbinary(job, operation, false, true, begin, end);
  return begin;
}

BD_AVX512VNNI void bd_qbinary_avx512vnni(const bd_qbinary *job, int64_t begin, int64_t end) {
  if (begin >= end) return;
  if (job->code_sum.is_proven) begin = sum_codes(job, begin, end);
  switch (job->operation) {
    case BD_ADD: begin = qbinary_as(job, BD_ADD, begin, end); break;
    case BD_SUBTRACT: begin = qbinary_as(job, BD_SUBTRACT, begin, end); break;
    case BD_MULTIPLY: begin = qbinary_as(job, BD_MULTIPLY, begin, end); break;
    case BD_DIVIDE: begin = qbinary_as(job, BD_DIVIDE, begin, end); break;
  }
  bd_qbinary_avx2(job, begin, end);
}

#endif
