// Products with 4-bit codes, one column at a time: the reference of the vector ones.
#include "internal.h"

#include "floats_scalar.h"
#include "nbits.h"

#define BD_ISA scalar
enum { NBITS_ROWS = 1 };

BD_INLINE floats load_bytes(const uint8_t *from) { return (float)*from; }

/// The sums of products of digits and codes of one block.
BD_INLINE void add_block(const uint8_t *codes, int64_t groups, const int8_t *digits, int64_t row_bytes, const int rows,
                         floats sums[rows][BD_NBITS_COLUMNS][NBITS_DIGITS]) {
  (void)row_bytes;
  for (int column = 0; column < BD_NBITS_COLUMNS; column++)
    for (int digit = 0; digit < NBITS_DIGITS; digit++) {
      int32_t sum = 0;
      for (int64_t group = 0; group < groups; group++) {
        const uint8_t *both = codes + group * NBITS_GROUP_BYTES + 4 * column;
        const int8_t *low = digits + group * NBITS_GROUP * NBITS_DIGITS + 4 * digit, *high = low + 4 * NBITS_DIGITS;
        for (int i = 0; i < 4; i++) sum += (both[i] & 15) * low[i] + (both[i] >> 4) * high[i];
      }
      sums[0][column][digit] = (float)sum;
    }
}

#include "nbits_panels.h"
