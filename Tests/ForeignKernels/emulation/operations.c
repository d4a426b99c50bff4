// Compiled twice: with the compiler's immintrin.h for the hardware, and with the one beside this file. OPERATIONS is the
// name that the function gets.
#include "operations.h"

#include <immintrin.h>
#include <string.h>

static __m512i full(const uint8_t *bytes) { return _mm512_loadu_si512(bytes); }
static __m512 reals(const uint8_t *bytes) { return _mm512_castsi512_ps(full(bytes)); }
static __m256i half(const uint8_t *bytes) { return _mm256_loadu_si256((const __m256i *)bytes); }
static __m256 half_reals(const uint8_t *bytes) { return _mm256_castsi256_ps(half(bytes)); }

static operation_result *next;

static void keep(const char *name, const void *value, size_t size) {
  next->name = name;
  memset(next->bytes, 0, sizeof next->bytes);
  memcpy(next++->bytes, value, size);
}

#define KEEP(type, operation)                 \
  {                                           \
    const type value = operation;             \
    keep(#operation, &value, sizeof value);   \
  }

/// Stores into a copy of the third register.
#define KEEP_STORE(call)                      \
  {                                           \
    uint8_t to[OPERATION_BYTES];              \
    memcpy(to, c, sizeof to);                 \
    call;                                     \
    keep(#call, to, sizeof to);               \
  }

void OPERATIONS(const uint8_t registers[3][OPERATION_BYTES], uint64_t mask, operation_result results[OPERATION_COUNT]) {
  const uint8_t *a = registers[0], *b = registers[1], *c = registers[2];
  next = results;
  KEEP(__m256i, _mm256_cvtps_epi32(half_reals(a)))
  KEEP(__m512i, _mm512_cvtps_epi32(reals(a)))
  KEEP(__m512, _mm512_cvtepi32_ps(full(a)))
  KEEP(__m512i, _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)a)))
  KEEP(__m128i, _mm512_cvtepi32_epi8(full(a)))
  KEEP(__m256, _mm256_fmadd_ps(half_reals(a), half_reals(b), half_reals(c)))
  KEEP(__m512, _mm512_fmadd_ps(reals(a), reals(b), reals(c)))
  KEEP(__m256i, _mm256_dpbusd_avx_epi32(half(c), half(a), half(b)))
  KEEP(__m512i, _mm512_dpbusd_epi32(full(c), full(a), full(b)))
  KEEP(int32_t, _mm512_reduce_add_epi32(full(a)))
  KEEP(float, _mm512_cvtss_f32(reals(a)))
  KEEP(__m512, _mm512_permute_ps(reals(a), _MM_SHUFFLE(3, 2, 3, 2)))
  KEEP(__m512, _mm512_permute_ps(reals(a), _MM_SHUFFLE(0, 3, 1, 2)))
  KEEP(__m512, _mm512_shuffle_f32x4(reals(a), reals(b), _MM_SHUFFLE(3, 1, 0, 2)))
  KEEP(__m512, _mm512_mask_loadu_ps(reals(b), (__mmask16)mask, a))
  KEEP(__m512, _mm512_maskz_loadu_ps((__mmask16)mask, a))
  KEEP(__m512i, _mm512_maskz_loadu_epi8(mask, a))
  KEEP_STORE(_mm_mask_storeu_epi8(to, (__mmask16)mask, _mm_loadu_si128((const __m128i *)a)))
  KEEP_STORE(_mm256_mask_storeu_epi8(to, (__mmask32)mask, half(a)))
  KEEP_STORE(_mm512_mask_storeu_epi8(to, mask, full(a)))
  KEEP_STORE(_mm512_mask_storeu_epi32(to, (__mmask16)mask, full(a)))
  KEEP_STORE(_mm512_mask_storeu_ps(to, (__mmask16)mask, reals(a)))
}
