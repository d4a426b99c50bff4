// Float sums by AVX2: the tiles of sgemm_tile.h, cut as sgemm_blocks.h says.
#include "internal.h"

#if BD_X86
#include "floats_avx2.h"
#include "sgemm_tile.h"

// Twelve accumulators are what AVX2's sixteen registers allow: 6 x 16 or 4 x 24. A lone panel of 8 columns takes 8
// rows, for twelve row pointers would not fit the general registers.
enum { ROWS_1 = 8, ROWS_2 = 6, ROWS_3 = 4 };

BD_FLOATS static void tile_1(const sgemm_part *part, const sgemm_panel *panel, const float *const *input,
                             float *const *output, int64_t rows) {
  add_part_to_rows(part, panel, input, output, rows, ROWS_1, 1);
}

BD_FLOATS static void tile_2(const sgemm_part *part, const sgemm_panel *panel, const float *const *input,
                             float *const *output, int64_t rows) {
  add_part_to_rows(part, panel, input, output, rows, ROWS_2, 2);
}

BD_FLOATS static void tile_3(const sgemm_part *part, const sgemm_panel *panel, const float *const *input,
                             float *const *output, int64_t rows) {
  add_part_to_rows(part, panel, input, output, rows, ROWS_3, 3);
}

BD_FLOATS static void widen(bd_half_format format, const uint16_t *halves, float *floats, int64_t count) {
  for (int64_t i = 0; i < count; i += LANES) {
    if (format == BD_FP16) store(floats + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(halves + i))));
    else store(floats + i, _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(halves + i))), 16)));
  }
}

static const sgemm_form form = {
    .lanes = LANES,
    .panel = 2 * LANES,
    .part_depth = 384,  // 24 kB of weights
    .rows = {ROWS_1, ROWS_2, ROWS_3},
    .tiles = {tile_1, tile_2, tile_3},
    .widen = widen,
};

size_t bd_sgemm_packed_floats_avx2(int64_t columns, int64_t segment_count, int64_t segment_length) {
  return sgemm_packed_floats(&form, columns, segment_count * segment_length);
}

void bd_sgemm_pack_avx2(const float *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                      float *packed) {
  sgemm_pack(&form, weights, columns, segment_count * segment_length, packed);
}

void bd_sgemm_avx2(const bd_sgemm *job, int64_t pixel_begin, int64_t pixel_end) {
  sgemm_multiply(&form, job, pixel_begin, pixel_end);
}

#endif
