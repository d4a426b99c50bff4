// Recurrent cells by AVX2.
#include "internal.h"

#if BD_X86
#include "recurrent_codes_avx2.h"

enum { ROWS = 2 };  // eight accumulators, four registers of weights

#define BD_ISA avx2
#include "recurrent_cell.h"

#endif
