// Float functions, reductions and normalizations, by AVX-512.
#include "internal.h"

#if BD_X86
#include "floats_avx512.h"

#define BD_ISA avx512vnni
#include "vector_entries.h"

#endif
