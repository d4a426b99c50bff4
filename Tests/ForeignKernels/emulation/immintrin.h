/// Stands in for the compiler's own header: x86 instruction sets by SIMDe, and by missing.h where SIMDe
/// 0.7.4 lacks an operation or is not exact.
#ifndef BITDEPTH_FOREIGN_KERNELS_IMMINTRIN_H
#define BITDEPTH_FOREIGN_KERNELS_IMMINTRIN_H

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>
#include <simde/x86/fma.h>

#include "missing.h"

#endif
