// Float functions, reductions and normalizations, by AVX2.
#include "internal.h"

#if BD_X86
#include "floats_avx2.h"

#define BD_ISA avx2
#include "vector_entries.h"

#endif
