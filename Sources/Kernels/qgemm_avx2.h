/// How the AVX2 table packs the weights of quantized sums.
///
/// The columns are cut into panels of 32, 24 and 16, which are 4, 3 and 2 registers of sums for each row (pixel). A quad
/// of four neighbouring elements is multiplied in one of two ways, both exact:
/// - any weights: the input codes are split into 16-bit pairs (0, 2) and (1, 3) by a mask and a shift, and vpmaddwd
///   multiplies them by 16-bit weights, [pair][column][2];
/// - pair-safe weights: where no pair of weights of one sign adds up to more than 128 in magnitude, the 16-bit sums of
///   vpmaddubsw cannot saturate (255 * 128 = 32640). 8-bit weights, [column][4]. A quad can be paired in three ways; it
///   is enough that one of them is safe in all columns, and the input codes are shuffled accordingly.
///
/// Where weights are so small that the sums of each lane over NARROW_QUADS quads stay within 16 bits, as those of 4-bit
/// weights always do, the 16-bit sums of pair-safe quads in natural order are added before they are widened: two
/// instructions in place of three.
///
/// Packed, for each panel: a header with its form; for each segment, a list of the order of its quads; the quads. When
/// the form is MIXED, the quads of a segment are sorted by pairing, those for any weights last.
#ifndef BITDEPTH_QGEMM_AVX2_H
#define BITDEPTH_QGEMM_AVX2_H

#include "registers_avx2.h"

#if BD_X86

enum {
  LANES = BD_YMM_LANES,
  MAX_REGISTERS = BD_YMM_REGISTERS,
  HEADER = 64,   // bytes before a panel's lists; the first is its form
  PAIRINGS = 3,  // and as the class of a quad: none of them is safe
  NARROW_QUADS = 8,
};

/// How the quads of a panel are multiplied; NARROW ones are SAFE too, and packed alike.
typedef enum { ANY, SAFE, MIXED, NARROW } form;

/// The ways to pair four elements: neighbours in this order are a pair. Repeated for vpshufb.
static const uint8_t pairings[PAIRINGS][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15},
    {0, 3, 1, 2, 4, 7, 5, 6, 8, 11, 9, 10, 12, 15, 13, 14},
};

/// Registers of the panel that covers the next columns: never one, and in all as few as there can be.
BD_INLINE int panel_registers(int64_t columns) {
  const int64_t left = bd_max(2, (columns + LANES - 1) / LANES);
  return left == 5 ? 3 : (int)bd_min(left, MAX_REGISTERS);
}

/// 32-bit elements of a segment's list: the number of quads of each class; their first elements, sorted by class; and,
/// for packing, the class of each quad in a byte.
BD_INLINE int64_t list_length(int64_t quads) { return PAIRINGS + 1 + quads + (quads + 3) / 4; }

/// Bytes of all lists of a panel.
BD_INLINE int64_t list_bytes(int64_t segment_count, int64_t segment_length) {
  return bd_round_up(segment_count * list_length((segment_length + 3) / 4) * (int64_t)sizeof(int32_t), 64);
}

/// Bytes of a panel whatever its weights are: room for all of them as 16-bit weights.
BD_INLINE int64_t panel_bytes(int registers, int64_t segment_count, int64_t segment_length) {
  return HEADER + list_bytes(segment_count, segment_length) +
         registers * LANES * segment_count * bd_round_up(segment_length, 4) * (int64_t)sizeof(int16_t);
}

#endif
#endif
