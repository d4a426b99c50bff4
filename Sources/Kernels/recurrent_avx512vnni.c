// Recurrent cells by AVX-512.
#include "internal.h"

#if BD_X86
#include "recurrent_codes_avx512.h"

enum { ROWS = 4 };  // sixteen accumulators, four registers of weights

#define BD_ISA avx512vnni
#include "recurrent_cell.h"

#endif
