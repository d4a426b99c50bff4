// Recurrent cells by AVX2.
#include "internal.h"

#if BD_X86
#include "floats_avx2.h"

enum { ROWS = 2 };  // eight accumulators, four registers of weights

#include "recurrent_cell.h"

size_t bd_recurrent_packed_elements_avx2(int64_t hidden, int64_t gates) {
  return recurrent_packed_elements(hidden, gates);
}

void bd_recurrent_pack_avx2(const void *weights, int64_t element_bytes, int64_t hidden, int64_t gates,
                            void *packed) {
  recurrent_pack(weights, element_bytes, hidden, gates, packed);
}

BD_FLOATS void bd_recurrent_avx2(const bd_recurrent *job, int64_t pass_begin, int64_t pass_end,
                                 int64_t sequence_begin, int64_t sequence_end, int64_t unit_begin, int64_t unit_end) {
  recurrent(job, pass_begin, pass_end, sequence_begin, sequence_end, unit_begin, unit_end);
}

#endif
