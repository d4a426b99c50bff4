/// Quantized sums of few pixels by weights that stay 4 bits wide in memory, whose reading is what takes the time.
///
/// A panel is 64 columns, or as many registers of 16 as are left. Of eight neighbouring elements k of a column, the first
/// four are the low halves of four bytes, the others the high ones. A half is multiplied where it ends up by one mask, in
/// the upper half of a signed byte: sums are 16 times what they stand for, and exact in 32 bits.
#include "internal.h"

#if BD_X86
#include <immintrin.h>
#include <string.h>

enum { GROUP = 8, LANES = 16, MAX_REGISTERS = 4, MAX_ROWS = BD_NIBBLE_ROWS, AHEAD = 4096 };

BD_INLINE int panel_registers(int64_t columns) {
  return columns >= MAX_REGISTERS * LANES ? MAX_REGISTERS : (int)((columns + LANES - 1) / LANES);
}

/// Bytes of all weights of some columns.
BD_INLINE int64_t column_bytes(int64_t columns, int64_t depth) {
  return bd_round_up(columns, LANES) * (bd_round_up(depth, GROUP) / 2);
}

size_t bd_qnibble_packed_bytes_avx512vnni(int64_t columns, int64_t depth) {
  return (size_t)column_bytes(columns, depth);
}

void bd_qnibble_pack_avx512vnni(const int8_t *weights, int64_t columns, int64_t depth, int8_t *packed) {
  memset(packed, 0, bd_qnibble_packed_bytes_avx512vnni(columns, depth));
  for (int64_t column = 0; column < columns; column++) {
    const int64_t first = column / (MAX_REGISTERS * LANES) * (MAX_REGISTERS * LANES);
    const int64_t step = panel_registers(columns - first) * LANES * 4;
    int8_t *panel = packed + column_bytes(first, depth) + (column - first) * 4;
    for (int64_t k = 0; k < depth; k++) {
      int8_t *both = panel + k / GROUP * step + k % 4;
      *both = (int8_t)(*both | (weights[column * depth + k] & 15) << (k % GROUP < 4 ? 0 : 4));
    }
  }
}

/// Four neighbouring input codes in every lane; of the last ones those beyond `count` may be anything, their weights are 0.
BD_AVX512VNNI BD_INLINE __m512i four_codes(const uint8_t *codes) {
  int32_t four;
  memcpy(&four, codes, sizeof four);
  return _mm512_set1_epi32(four);
}

/// `rows` pixels times the columns of a panel. Both counts are constants.
BD_AVX512VNNI BD_INLINE void multiply(const bd_qgemm *job, const int8_t *packed, int64_t column, const int rows,
                                      const int registers) {
  const bd_sum_shape *shape = &job->shape;
  const uint8_t *codes = job->input + shape->segment_offsets[0];
  const __m512i upper_half = _mm512_set1_epi8((char)0xF0);
  __m512i sums[rows][registers];
  BD_UNROLL for (int i = 0; i < rows; i++) BD_UNROLL for (int j = 0; j < registers; j++)
      sums[i][j] = _mm512_setzero_si512();
  BD_NO_UNROLL for (int64_t k = 0; k < shape->segment_length; k += GROUP) {
    __m512i first[rows], second[rows];
    BD_UNROLL for (int i = 0; i < rows; i++) {
      first[i] = four_codes(codes + i * shape->input.pixel + k);
      second[i] = four_codes(codes + i * shape->input.pixel + k + 4);
    }
    BD_UNROLL for (int j = 0; j < registers; j++) {
      const __m512i both = _mm512_loadu_si512(packed);
      __builtin_prefetch(packed + AHEAD);
      const __m512i low = _mm512_and_si512(_mm512_slli_epi16(both, 4), upper_half);
      const __m512i high = _mm512_and_si512(both, upper_half);
      BD_UNROLL for (int i = 0; i < rows; i++) {
        sums[i][j] = _mm512_dpbusd_epi32(sums[i][j], first[i], low);
        sums[i][j] = _mm512_dpbusd_epi32(sums[i][j], second[i], high);
      }
      packed += LANES * 4;
    }
  }
  const int64_t columns = bd_min(shape->columns - column, registers * LANES);
  BD_UNROLL for (int i = 0; i < rows; i++) {
    int32_t finished[MAX_REGISTERS * LANES];
    BD_UNROLL for (int j = 0; j < registers; j++) {
      const __m512i bias = _mm512_loadu_si512(job->bias + column + j * LANES);
      _mm512_storeu_si512(finished + j * LANES, _mm512_add_epi32(bias, _mm512_srai_epi32(sums[i][j], 4)));
    }
    bd_store_sums(&job->epilogue, finished, column, columns, job->output, i * shape->output.pixel + column);
  }
}

BD_AVX512VNNI BD_INLINE void multiply_rows(const bd_qgemm *job, const int8_t *packed, int64_t column, const int rows,
                                           int registers) {
  switch (registers) {
    case 1: multiply(job, packed, column, rows, 1); break;
    case 2: multiply(job, packed, column, rows, 2); break;
    case 3: multiply(job, packed, column, rows, 3); break;
    default: multiply(job, packed, column, rows, 4); break;
  }
}

BD_AVX512VNNI void bd_qnibble_avx512vnni(const bd_qgemm *job, int64_t panel_begin, int64_t panel_end) {
  const bd_sum_shape *shape = &job->shape;
  for (int64_t panel = panel_begin; panel < panel_end; panel++) {
    const int64_t column = panel * MAX_REGISTERS * LANES;
    const int8_t *packed = job->packed_weights + column_bytes(column, shape->segment_length);
    const int registers = panel_registers(shape->columns - column);
    switch (shape->width) {
      case 1: multiply_rows(job, packed, column, 1, registers); break;
      case 2: multiply_rows(job, packed, column, 2, registers); break;
      case 3: multiply_rows(job, packed, column, 3, registers); break;
      default: multiply_rows(job, packed, column, MAX_ROWS, registers); break;
    }
  }
}

#endif
