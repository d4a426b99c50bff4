/// Operations of AVX2, AVX-512, AVX-VNNI and AMX in plain C, under the names of their intrinsics.
///
/// A register is a vector type of the compiler, so memcpy brings it into an array and back. Rounding conversions assume
/// the default rounding mode. operations.c compares all of this with the hardware, where there is one.
#ifndef BITDEPTH_FOREIGN_KERNELS_MISSING_H
#define BITDEPTH_FOREIGN_KERNELS_MISSING_H

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef uint16_t __mmask16;
typedef uint32_t __mmask32;
typedef uint64_t __mmask64;

#define EMULATED static inline __attribute__((unused))

/// What cvtps2dq makes of a real: INT32_MIN of whatever int32 cannot say.
EMULATED int32_t emulated_integer(float real) {
  const float whole = nearbyintf(real);
  return whole >= -0x1p31f && whole < 0x1p31f ? (int32_t)whole : INT32_MIN;
}

/// The float that an FP16 is.
EMULATED float emulated_float(uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const float magnitude = exponent == 31 ? (fraction ? NAN : INFINITY)
                          : exponent     ? ldexpf((float)(fraction | 1024), exponent - 25)
                                         : ldexpf((float)fraction, -24);
  return half & 0x8000 ? -magnitude : magnitude;
}

/// Elements of `from` where the mask has a bit; only those are read.
EMULATED void emulated_read(void *to, const void *from, int count, int size, uint64_t mask) {
  for (int i = 0; i < count; i++)
    if (mask >> i & 1) memcpy((char *)to + i * size, (const char *)from + i * size, (size_t)size);
}

/// Defines an operation on one register as a loop over `count` elements: `body` computes out[i] from in[i].
#define EMULATED_MAP(name, result_type, argument_type, out_element, in_element, count, body) \
  EMULATED result_type name(argument_type argument) {                                        \
    in_element in[sizeof argument / sizeof(in_element)];                                     \
    out_element out[count];                                                                  \
    result_type result;                                                                      \
    memcpy(in, &argument, sizeof in);                                                        \
    for (int i = 0; i < count; i++) out[i] = body;                                           \
    memcpy(&result, out, sizeof result);                                                     \
    return result;                                                                           \
  }

EMULATED_MAP(emulated_mm256_cvtps_epi32, __m256i, __m256, int32_t, float, 8, emulated_integer(in[i]))
EMULATED_MAP(emulated_mm512_cvtps_epi32, __m512i, __m512, int32_t, float, 16, emulated_integer(in[i]))
EMULATED_MAP(emulated_mm512_cvtepi32_ps, __m512, __m512i, float, int32_t, 16, (float)in[i])
EMULATED_MAP(emulated_mm512_cvtepu8_epi32, __m512i, __m128i, int32_t, uint8_t, 16, in[i])
EMULATED_MAP(emulated_mm512_cvtepu16_epi32, __m512i, __m256i, int32_t, uint16_t, 16, in[i])
EMULATED_MAP(emulated_mm256_cvtph_ps, __m256, __m128i, float, uint16_t, 8, emulated_float(in[i]))
EMULATED_MAP(emulated_mm512_cvtph_ps, __m512, __m256i, float, uint16_t, 16, emulated_float(in[i]))
EMULATED_MAP(emulated_mm512_cvtepi32_epi8, __m128i, __m512i, uint8_t, int32_t, 16, (uint8_t)in[i])

#undef _mm256_cvtps_epi32
#define _mm256_cvtps_epi32 emulated_mm256_cvtps_epi32
#define _mm512_cvtps_epi32 emulated_mm512_cvtps_epi32
#define _mm512_cvtepi32_ps emulated_mm512_cvtepi32_ps
#define _mm512_cvtepu8_epi32 emulated_mm512_cvtepu8_epi32
#undef _mm256_cvtph_ps
#undef _mm512_cvtph_ps
#undef _mm512_cvtepu16_epi32
#define _mm256_cvtph_ps emulated_mm256_cvtph_ps
#define _mm512_cvtph_ps emulated_mm512_cvtph_ps
#define _mm512_cvtepu16_epi32 emulated_mm512_cvtepu16_epi32
#define _mm512_cvtepi32_epi8 emulated_mm512_cvtepi32_epi8

EMULATED __m512i emulated_mm512_srai_epi32(__m512i argument, int shift) {
  int32_t elements[16];
  memcpy(elements, &argument, sizeof elements);
  for (int i = 0; i < 16; i++) elements[i] >>= shift > 31 ? 31 : shift;
  memcpy(&argument, elements, sizeof elements);
  return argument;
}
#undef _mm512_srai_epi32
#define _mm512_srai_epi32 emulated_mm512_srai_epi32

/// SIMDe rounds the product first.
#define EMULATED_FMADD(name, type, count)                              \
  EMULATED type name(type a, type b, type sum) {                       \
    float x[count], y[count], z[count];                                \
    memcpy(x, &a, sizeof x);                                           \
    memcpy(y, &b, sizeof y);                                           \
    memcpy(z, &sum, sizeof z);                                         \
    for (int i = 0; i < count; i++) z[i] = fmaf(x[i], y[i], z[i]);     \
    memcpy(&sum, z, sizeof sum);                                       \
    return sum;                                                        \
  }
EMULATED_FMADD(emulated_mm256_fmadd_ps, __m256, 8)
EMULATED_FMADD(emulated_mm512_fmadd_ps, __m512, 16)
#undef _mm256_fmadd_ps
#undef _mm512_fmadd_ps
#define _mm256_fmadd_ps emulated_mm256_fmadd_ps
#define _mm512_fmadd_ps emulated_mm512_fmadd_ps

/// Bytes of `a` unsigned, of `b` signed; sums wrap around.
EMULATED __m256i _mm256_dpbusd_avx_epi32(__m256i sums, __m256i a, __m256i b) {
  uint32_t sum[8];
  uint8_t left[32];
  int8_t right[32];
  memcpy(sum, &sums, sizeof sum);
  memcpy(left, &a, sizeof left);
  memcpy(right, &b, sizeof right);
  for (int i = 0; i < 32; i++) sum[i / 4] += (uint32_t)(left[i] * right[i]);
  memcpy(&sums, sum, sizeof sums);
  return sums;
}

EMULATED int32_t _mm512_reduce_add_epi32(__m512i a) {
  uint32_t elements[16], sum = 0;
  memcpy(elements, &a, sizeof elements);
  for (int i = 0; i < 16; i++) sum += elements[i];
  return (int32_t)sum;
}

EMULATED float _mm512_cvtss_f32(__m512 a) {
  float first;
  memcpy(&first, &a, sizeof first);
  return first;
}

/// Elements of each 128-bit lane in the order of the immediate.
EMULATED __m512 _mm512_permute_ps(__m512 a, int order) {
  float in[16], out[16];
  memcpy(in, &a, sizeof in);
  for (int i = 0; i < 16; i++) out[i] = in[i / 4 * 4 + (order >> (2 * (i % 4)) & 3)];
  memcpy(&a, out, sizeof a);
  return a;
}

/// Two 128-bit lanes of `a`, then two of `b`.
EMULATED __m512 _mm512_shuffle_f32x4(__m512 a, __m512 b, int order) {
  float left[16], right[16], out[16];
  memcpy(left, &a, sizeof left);
  memcpy(right, &b, sizeof right);
  for (int lane = 0; lane < 4; lane++)
    memcpy(out + 4 * lane, (lane < 2 ? left : right) + 4 * (order >> (2 * lane) & 3), 4 * sizeof *out);
  memcpy(&a, out, sizeof a);
  return a;
}

EMULATED __m512 _mm512_mask_loadu_ps(__m512 other, __mmask16 mask, const void *from) {
  emulated_read(&other, from, 16, 4, mask);
  return other;
}

EMULATED __m512 _mm512_maskz_loadu_ps(__mmask16 mask, const void *from) {
  return _mm512_mask_loadu_ps(_mm512_setzero_ps(), mask, from);
}

EMULATED __m512i _mm512_maskz_loadu_epi8(__mmask64 mask, const void *from) {
  __m512i result = _mm512_setzero_si512();
  emulated_read(&result, from, 64, 1, mask);
  return result;
}

#define EMULATED_MASK_STORE(name, mask_type, type, count, size) \
  EMULATED void name(void *to, mask_type mask, type value) { emulated_read(to, &value, count, size, mask); }
EMULATED_MASK_STORE(_mm_mask_storeu_epi8, __mmask16, __m128i, 16, 1)
EMULATED_MASK_STORE(_mm256_mask_storeu_epi8, __mmask32, __m256i, 32, 1)
EMULATED_MASK_STORE(_mm512_mask_storeu_epi8, __mmask64, __m512i, 64, 1)
EMULATED_MASK_STORE(_mm512_mask_storeu_epi32, __mmask16, __m512i, 16, 4)
EMULATED_MASK_STORE(_mm512_mask_storeu_ps, __mmask16, __m512, 16, 4)

#include "tiles.h"

#endif
