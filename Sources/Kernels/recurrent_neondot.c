// Recurrent cells by NEON with sdot.
#include "internal.h"

#if BD_ARM64
#include "recurrent_codes_neondot.h"

enum { ROWS = 4 };  // sixteen accumulators, four registers of weights

#define BD_ISA neondot
#include "recurrent_cell.h"

#endif
