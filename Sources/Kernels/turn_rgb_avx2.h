/// Turns three planes of codes into pixels, for the x86 instruction sets.
#include "internal.h"

#include <immintrin.h>

/// Where byte `index` of a part of 48 bytes of pixels comes from in the plane of a channel; 0x80 gives zero.
#define FROM(channel, index) (char)((index) % 3 == (channel) ? (index) / 3 : 0x80)
#define PART(channel, part)                                                                                            \
  _mm_setr_epi8(FROM(channel, part), FROM(channel, part + 1), FROM(channel, part + 2), FROM(channel, part + 3),       \
                FROM(channel, part + 4), FROM(channel, part + 5), FROM(channel, part + 6), FROM(channel, part + 7),   \
                FROM(channel, part + 8), FROM(channel, part + 9), FROM(channel, part + 10), FROM(channel, part + 11), \
                FROM(channel, part + 12), FROM(channel, part + 13), FROM(channel, part + 14), FROM(channel, part + 15))

/// Sixteen pixels at a time; returns how many.
BD_INLINE BD_AVX2 int64_t turn_rgb(const uint8_t *red, const uint8_t *green, const uint8_t *blue, uint8_t *pixels,
                                   int64_t count) {
  const __m128i orders[3][3] = {{PART(0, 0), PART(1, 0), PART(2, 0)},
                                {PART(0, 16), PART(1, 16), PART(2, 16)},
                                {PART(0, 32), PART(1, 32), PART(2, 32)}};
  int64_t x = 0;
  BD_NO_UNROLL for (; x + 16 <= count; x += 16) {
    const __m128i r = _mm_loadu_si128((const __m128i *)(red + x)), g = _mm_loadu_si128((const __m128i *)(green + x));
    const __m128i b = _mm_loadu_si128((const __m128i *)(blue + x));
    BD_UNROLL for (int part = 0; part < 3; part++) {
      const __m128i some = _mm_or_si128(_mm_shuffle_epi8(r, orders[part][0]), _mm_shuffle_epi8(g, orders[part][1]));
      const __m128i all = _mm_or_si128(some, _mm_shuffle_epi8(b, orders[part][2]));
      _mm_storeu_si128((__m128i *)(pixels + 3 * x + 16 * part), all);
    }
  }
  return x;
}

#undef FROM
#undef PART
