/// Packs the weights of quantized sums for AVX2 and proves, quad by quad, which multiplication is exact for them.
#include "qgemm_avx2.h"

#if BD_X86

size_t bd_qgemm_packed_bytes_avx2(int64_t columns, int64_t segment_count, int64_t segment_length) {
  int64_t bytes = 0;
  for (int64_t first = 0; first < columns;) {
    const int registers = panel_registers(columns - first);
    bytes += panel_bytes(registers, segment_count, segment_length);
    first += registers * LANES;
  }
  return (size_t)bytes;
}

bool bd_qgemm_is_narrow_avx2(const int8_t *packed, int64_t columns, int64_t segment_count, int64_t segment_length) {
  for (int64_t first = 0; first < columns;) {
    const int registers = panel_registers(columns - first);
    if (*packed != NARROW) return false;
    packed += panel_bytes(registers, segment_count, segment_length);
    first += registers * LANES;
  }
  return true;
}

/// The columns of one panel before packing.
typedef struct {
  const int8_t *weights;
  int64_t columns, segment_count, segment_length;
  int registers;
} source;

/// A weight of a panel, zero beyond the columns and a segment's end.
static int8_t weight(const source *source, int64_t column, int64_t segment, int64_t element) {
  if (column >= source->columns || element >= source->segment_length) return 0;
  return source->weights[(column * source->segment_count + segment) * source->segment_length + element];
}

/// Whether a pair's sum of products fits into 16 bits for any input codes.
static bool is_safe(int first, int second) {
  const int positive = (first > 0 ? first : 0) + (second > 0 ? second : 0);
  const int negative = (first < 0 ? first : 0) + (second < 0 ? second : 0);
  return positive <= 128 && negative >= -128;
}

/// The first pairing that is safe in all columns, or PAIRINGS.
static int class_of(const source *source, int64_t segment, int64_t k) {
  bool safe[PAIRINGS] = {true, true, true};
  const int64_t columns = bd_min(source->columns, source->registers * LANES);
  for (int64_t c = 0; c < columns; c++) {
    int8_t quad[4];
    for (int t = 0; t < 4; t++) quad[t] = weight(source, c, segment, k + t);
    for (int p = 0; p < PAIRINGS; p++) {
      const uint8_t *order = pairings[p];
      safe[p] = safe[p] && is_safe(quad[order[0]], quad[order[1]]) && is_safe(quad[order[2]], quad[order[3]]);
    }
    if (!safe[0] && !safe[1] && !safe[2]) return PAIRINGS;
  }
  return safe[0] ? 0 : safe[1] ? 1 : safe[2] ? 2 : PAIRINGS;
}

/// A quad for vpmaddubsw.
static int8_t *pack_safe(const source *source, int64_t segment, int64_t k, int pairing, int8_t *packed) {
  for (int index = 0; index < source->registers * LANES; index++)
    for (int t = 0; t < 4; t++)
      *packed++ = weight(source, bd_ymm_column(source->registers, index), segment, k + pairings[pairing][t]);
  return packed;
}

/// A quad for vpmaddwd.
static int8_t *pack_any(const source *source, int64_t segment, int64_t k, int8_t *packed) {
  for (int pair = 0; pair < 2; pair++)
    for (int index = 0; index < source->registers * LANES; index++)
      for (int t = pair; t < 4; t += 2) {
        const int16_t wide = weight(source, bd_ymm_column(source->registers, index), segment, k + t);
        memcpy(packed, &wide, sizeof wide);
        packed += sizeof wide;
      }
  return packed;
}

/// Writes the classes and their numbers into a segment's list.
static void classify(const source *source, int64_t segment, int32_t *list) {
  const int64_t quads = (source->segment_length + 3) / 4;
  uint8_t *classes = (uint8_t *)(list + PAIRINGS + 1 + quads);
  for (int64_t quad = 0; quad < quads; quad++) {
    classes[quad] = (uint8_t)class_of(source, segment, 4 * quad);
    list[classes[quad]]++;
  }
}

/// Packs a segment's quads as the form wants them, sorted by class if it is MIXED.
static int8_t *pack_segment(const source *source, form form, int64_t segment, int32_t *list, int8_t *packed) {
  const int64_t quads = (source->segment_length + 3) / 4;
  const uint8_t *classes = (const uint8_t *)(list + PAIRINGS + 1 + quads);
  int32_t *first = list + PAIRINGS + 1;
  for (int class = 0; class <= PAIRINGS; class++)
    for (int64_t quad = 0; quad < quads; quad++) {
      const int64_t k = 4 * quad;
      if (form == MIXED ? classes[quad] != class : class != 0) continue;
      const bool safe = form == SAFE || form == NARROW || (form == MIXED && class < PAIRINGS);
      packed = safe ? pack_safe(source, segment, k, class, packed) : pack_any(source, segment, k, packed);
      *first++ = (int32_t)k;
    }
  return packed;
}

/// Whether in every lane the products of each NARROW_QUADS quads add up within 16 bits, for any input codes.
static bool adds_narrow(const source *source) {
  const int64_t columns = bd_min(source->columns, source->registers * LANES);
  for (int64_t c = 0; c < columns; c++)
    for (int64_t s = 0; s < source->segment_count; s++)
      for (int64_t run = 0; run < source->segment_length; run += 4 * NARROW_QUADS) {
        int positive[2] = {0, 0}, negative[2] = {0, 0};
        for (int64_t k = run; k < run + 4 * NARROW_QUADS; k++) {
          const int code = weight(source, c, s, k);
          *(code > 0 ? positive + k / 2 % 2 : negative + k / 2 % 2) += code;
        }
        for (int lane = 0; lane < 2; lane++)
          if (!is_safe(positive[lane], 0) || !is_safe(negative[lane], 0)) return false;
      }
  return true;
}

/// The form that multiplies fastest: lists pay from some length and some share of safe quads on, widening once for many
/// quads pays from some number on.
static form best_form(const source *source, const int32_t *lists) {
  const int64_t segment_count = source->segment_count, quads = (source->segment_length + 3) / 4;
  int64_t natural = 0, any = 0;
  for (int64_t s = 0; s < segment_count; s++, lists += list_length(quads)) {
    natural += lists[0];
    any += lists[PAIRINGS];
  }
  const int64_t all = segment_count * quads;
  if (natural == all) return quads >= 4 && adds_narrow(source) ? NARROW : SAFE;
  return quads >= 8 && 4 * any <= 3 * all ? MIXED : ANY;
}

void bd_qgemm_pack_avx2(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                        int8_t *packed) {
  const int64_t quads = (segment_length + 3) / 4;
  for (int64_t first = 0; first < columns;) {
    const int registers = panel_registers(columns - first);
    const source source = {weights + first * segment_count * segment_length, columns - first, segment_count,
                           segment_length, registers};
    const int64_t bytes = panel_bytes(registers, segment_count, segment_length);
    memset(packed, 0, (size_t)bytes);
    int32_t *lists = (int32_t *)(packed + HEADER);
    for (int64_t s = 0; s < segment_count; s++) classify(&source, s, lists + s * list_length(quads));
    const form form = best_form(&source, lists);
    *packed = (int8_t)form;
    int8_t *next = packed + HEADER + list_bytes(segment_count, segment_length);
    for (int64_t s = 0; s < segment_count; s++)
      next = pack_segment(&source, form, s, lists + s * list_length(quads), next);
    packed += bytes;
    first += registers * LANES;
  }
}

#endif
