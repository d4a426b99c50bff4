// Float sums by NEON: the tiles of sgemm_tile.h, cut as sgemm_blocks.h says.
#include "internal.h"

#if BD_ARM64
#include "floats_neon.h"
#include "sgemm_tile.h"

// Eight rows are what the general registers can point to; three registers of columns make 24 accumulators of 32.
enum { ROWS_1 = 8, ROWS_2 = 8, ROWS_3 = 8 };

static void tile_1(const sgemm_part *part, const sgemm_panel *panel, const float *const *input, float *const *output,
                   int64_t rows) {
  add_part_to_rows(part, panel, input, output, rows, ROWS_1, 1);
}

static void tile_2(const sgemm_part *part, const sgemm_panel *panel, const float *const *input, float *const *output,
                   int64_t rows) {
  add_part_to_rows(part, panel, input, output, rows, ROWS_2, 2);
}

static void tile_3(const sgemm_part *part, const sgemm_panel *panel, const float *const *input, float *const *output,
                   int64_t rows) {
  add_part_to_rows(part, panel, input, output, rows, ROWS_3, 3);
}

static void widen(bd_half_format format, const uint16_t *halves, float *floats, int64_t count) {
  for (int64_t i = 0; i < count; i += LANES) {
    const uint16x4_t bits = vld1_u16(halves + i);
    if (format == BD_FP16) store(floats + i, vcvt_f32_f16(vreinterpret_f16_u16(bits)));
    else store(floats + i, vreinterpretq_f32_u32(vshll_n_u16(bits, 16)));
  }
}

static const sgemm_form form = {
    .lanes = LANES,
    .panel = 2 * LANES,
    .part_depth = 512,  // 16 kB of weights
    .rows = {ROWS_1, ROWS_2, ROWS_3},
    .tiles = {tile_1, tile_2, tile_3},
    .widen = widen,
};

size_t bd_sgemm_packed_floats_neon(int64_t columns, int64_t segment_count, int64_t segment_length) {
  return sgemm_packed_floats(&form, columns, segment_count * segment_length);
}

void bd_sgemm_pack_neon(const float *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                        float *packed) {
  sgemm_pack(&form, weights, columns, segment_count * segment_length, packed);
}

void bd_sgemm_neon(const bd_sgemm *job, int64_t pixel_begin, int64_t pixel_end) {
  sgemm_multiply(&form, job, pixel_begin, pixel_end);
}

#endif
