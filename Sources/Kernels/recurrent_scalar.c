// Recurrent cells, unit by unit.
#include "internal.h"

#include "recurrent_codes_scalar.h"

enum { ROWS = 1 };

#define BD_ISA scalar
#include "recurrent_cell.h"
