// Float functions, reductions and normalizations, one element at a time: the reference of the vector ones.
#include "internal.h"

#include "floats_scalar.h"

#define BD_ISA scalar
#include "vector_entries.h"
