// Float functions, reductions and normalizations, by NEON.
#include "internal.h"

#if BD_ARM64
#include "floats_neon.h"

#define BD_ISA neon
#include "vector_entries.h"

#endif
