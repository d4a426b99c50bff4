/// Thirty-two floats at a time, whatever the register width: the unit in which rows are walked and sums are split, so that
/// every table adds in the same order. The includer has chosen `floats`.
#ifndef BITDEPTH_CHUNKS_H
#define BITDEPTH_CHUNKS_H

enum { CHUNK = 32, REGISTERS = CHUNK / LANES };

typedef struct {
  floats part[REGISTERS];
} chunk;

BD_FLOATS BD_INLINE chunk splat_chunk(float value) {
  chunk result;
  BD_UNROLL for (int r = 0; r < REGISTERS; r++) result.part[r] = splat(value);
  return result;
}

BD_FLOATS BD_INLINE chunk load_chunk(const float *from) {
  chunk result;
  BD_UNROLL for (int r = 0; r < REGISTERS; r++) result.part[r] = load(from + r * LANES);
  return result;
}

BD_FLOATS BD_INLINE void store_chunk(float *to, const chunk *value) {
  BD_UNROLL for (int r = 0; r < REGISTERS; r++) store(to + r * LANES, value->part[r]);
}

/// The first `count` elements, the others filled.
BD_FLOATS BD_INLINE chunk load_start(const float *from, int64_t count, float fill) {
  if (count >= CHUNK) return load_chunk(from);
  chunk result;
  BD_UNROLL for (int r = 0; r < REGISTERS; r++)
    result.part[r] = load_filled(from + r * LANES, first_lanes(count - r * LANES), splat(fill));
  return result;
}

BD_FLOATS BD_INLINE void store_start(float *to, int64_t count, const chunk *value) {
  if (count >= CHUNK) {
    store_chunk(to, value);
    return;
  }
  BD_UNROLL for (int r = 0; r < REGISTERS; r++)
    store_masked(to + r * LANES, first_lanes(count - r * LANES), value->part[r]);
}

/// The larger of two, NaN where either is.
BD_FLOATS BD_INLINE floats larger(floats a, floats b) { return where_nan(b, b, where_less(a, b, b, a)); }
BD_FLOATS BD_INLINE floats smaller(floats a, floats b) { return where_nan(b, b, where_less(b, a, b, a)); }

#endif
