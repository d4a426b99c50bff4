// Recurrent cells by AVX-512.
#include "internal.h"

#if BD_X86
#include "recurrent_codes_avx512.h"

enum { ROWS = 4 };  // sixteen accumulators, four registers of weights

#include "recurrent_cell.h"

size_t bd_recurrent_packed_bytes_avx512vnni(int64_t hidden, int64_t gates, bool is_coded) {
  return recurrent_packed_bytes(hidden, gates, is_coded);
}

void bd_recurrent_pack_avx512vnni(const float *weights, int64_t hidden, int64_t gates, float *packed) {
  recurrent_pack(weights, hidden, gates, packed);
}

void bd_qrecurrent_pack_avx512vnni(const int8_t *weights, int64_t hidden, int64_t gates, int8_t *packed) {
  qrecurrent_pack(weights, hidden, gates, packed);
}

BD_FLOATS void bd_qrecurrent_begin_avx512vnni(const bd_recurrent *job, int64_t sequence_begin, int64_t sequence_end) {
  recurrent_begin(job, sequence_begin, sequence_end);
}

BD_FLOATS void bd_recurrent_avx512vnni(const bd_recurrent *job, int64_t pass_begin, int64_t pass_end,
                                       int64_t sequence_begin, int64_t sequence_end, int64_t unit_begin,
                                       int64_t unit_end) {
  recurrent(job, pass_begin, pass_end, sequence_begin, sequence_end, unit_begin, unit_end);
}

#endif
