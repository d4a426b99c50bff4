// Recurrent cells, unit by unit.
#include "internal.h"

#include "floats_scalar.h"

enum { ROWS = 1 };

#include "recurrent_cell.h"

size_t bd_recurrent_packed_elements_scalar(int64_t hidden, int64_t gates) {
  return recurrent_packed_elements(hidden, gates);
}

void bd_recurrent_pack_scalar(const void *weights, int64_t element_bytes, int64_t hidden, int64_t gates,
                              void *packed) {
  recurrent_pack(weights, element_bytes, hidden, gates, packed);
}

void bd_recurrent_scalar(const bd_recurrent *job, int64_t pass_begin, int64_t pass_end,
                         int64_t sequence_begin, int64_t sequence_end, int64_t unit_begin, int64_t unit_end) {
  recurrent(job, pass_begin, pass_end, sequence_begin, sequence_end, unit_begin, unit_end);
}
