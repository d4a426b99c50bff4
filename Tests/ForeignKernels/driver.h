/// What all groups of cases share: seeded numbers, guarded memory, and the comparison of two results.
#ifndef BITDEPTH_FOREIGN_KERNELS_DRIVER_H
#define BITDEPTH_FOREIGN_KERNELS_DRIVER_H

#include "bitdepth_kernels.h"

/// One instruction set under test, and what came out so far.
typedef struct {
  const bd_kernels *oracle;  ///< the scalar table
  const bd_kernels *table;
  uint64_t random;           ///< state of the numbers
  int64_t repetitions;       ///< how often a group tries each of its kinds of cases
  int64_t cases, failures;
  char name[512];            ///< of the case at hand
} trial;

/// Begins a case: counts it, releases the memory of the last one, and names it as printf does.
void begin_case(trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Numbers (numbers.c). Bounds are included.
int64_t within(trial *trial, int64_t low, int64_t high);
bool chance(trial *trial, int percent);
float real_within(trial *trial, float low, float high);
#define ONE_OF(trial, ...)                                                                              \
  (((const int64_t[]){__VA_ARGS__})[within(trial, 0, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t) - 1)])
/// Codes of one mood: any, all 0, all 255, only those two, or small.
void fill_codes(trial *trial, uint8_t *codes, int64_t count);
/// Weights of one mood: any, all -128, all 127, only those two, or within 64, 8 or 1 of 0.
void fill_weights(trial *trial, int8_t *weights, int64_t count);
void fill_reals(trial *trial, float *reals, int64_t count, float magnitude);
/// Reals among which are zeros of both signs, infinities, NaN, and very small and very large ones.
void fill_special(trial *trial, float *reals, int64_t count, float magnitude);

// Memory (memory.c): BD_ALIGNMENT aligned, readable up to BD_GUARD bytes past its end and, up to the alignment, no
// further. Freed when the next case begins.
void *input_memory(int64_t bytes);   ///< filled with 0xFF: NaN, and the largest code
void *output_memory(int64_t bytes);  ///< filled with a byte that stands for "not written"
void release_memory(void);

// Comparison (compare.c). Each records a failure and says where the first difference is. The guard counts too.
void expect_bytes(trial *trial, const char *what, const void *actual, const void *expected, int64_t bytes);
/// All bits, but of NaN only that it is one: which NaN an operation gives depends on the order of its operands.
void expect_reals(trial *trial, const char *what, const float *actual, const float *expected, int64_t count);

/// Cuts begin ..< end into up to three ranges, as threads would: `cuts` are their four limits.
void cut_range(trial *trial, int64_t begin, int64_t end, int64_t cuts[4]);

typedef void group(trial *trial);
group quantized_sums, special_sums, quantized_depthwise, elementwise, pools, float_sums, float_depthwise, functions, reductions,
    normalizations, recurrent_cells;
/// Layout functions, which have no table, against plain loops.
group layouts;

#endif
