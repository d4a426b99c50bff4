// Recurrent cells by NEON.
#include "internal.h"

#if BD_ARM64
#include "recurrent_codes_neon.h"

enum { ROWS = 4 };  // sixteen accumulators, four registers of weights

#define BD_ISA neon
#include "recurrent_cell.h"

#endif
