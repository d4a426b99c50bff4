/// What the kernel files share: the names of all table entries, target attributes and the scalar epilogue.
#ifndef BITDEPTH_KERNELS_INTERNAL_H
#define BITDEPTH_KERNELS_INTERNAL_H

#include "bitdepth_kernels.h"

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && !defined(BD_SCALAR_ONLY)
#define BD_X86 1
#else
#define BD_X86 0
#endif

#if defined(__aarch64__) && defined(__ARM_NEON) && !defined(BD_SCALAR_ONLY)
#define BD_ARM64 1
#else
#define BD_ARM64 0
#endif

// Target attributes stand on every function that uses an instruction set, because the package is compiled without
// -march flags. A build that passes such flags itself may define BD_NO_TARGETS to make them empty.
#if BD_X86 && !defined(BD_NO_TARGETS)
#define BD_AVX2 __attribute__((target("avx2,fma,f16c")))
#define BD_AVXVNNI __attribute__((target("avx2,fma,f16c,avxvnni")))
#define BD_AVX512VNNI __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define BD_AMX __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,amx-tile,amx-int8")))
#else
#define BD_AVX2
#define BD_AVXVNNI
#define BD_AVX512VNNI
#define BD_AMX
#endif
#if BD_ARM64
#define BD_NEONDOT __attribute__((target("arch=armv8.2-a+dotprod")))
#endif

/// For the small functions that hot loops are made of: constant arguments must reach the inner loop.
#define BD_INLINE static inline __attribute__((always_inline))

/// Loops over registers, whose count is a constant after inlining.
#if defined(__clang__)
#define BD_UNROLL _Pragma("clang loop unroll(full)")
#define BD_NO_UNROLL _Pragma("clang loop unroll(disable) vectorize(disable)")
#else
#define BD_UNROLL
#define BD_NO_UNROLL
#endif

/// Finishes a vector here, and starts no load that follows earlier. The compiler would interleave independent chains of
/// operations, run out of registers, and spill. Emulated vectors are no registers.
#if defined(BD_EMULATED)
#define BD_FINISH(vector)
#elif defined(__aarch64__)
#define BD_FINISH(vector) __asm__ volatile("" : "+w"(vector)::"memory")
#else
#define BD_FINISH(vector) __asm__ volatile("" : "+v"(vector)::"memory")
#endif

/// The name of a table entry in a header that is written once for all instruction sets; the includer has defined BD_ISA.
#define BD_PASTE(name, isa) name##_##isa
#define BD_NAMED(name, isa) BD_PASTE(name, isa)
#define BD_ENTRY(name) BD_NAMED(name, BD_ISA)

/// Declares the entries on integers and the element-wise ones of one instruction set.
#define BD_DECLARE_INTEGER_ENTRIES(isa)                                                                              \
  size_t bd_qgemm_packed_bytes_##isa(int64_t columns, int64_t segment_count, int64_t segment_length);                \
  void bd_qgemm_pack_##isa(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,    \
                           int8_t *packed);                                                                          \
  void bd_qgemm_##isa(const bd_qgemm *job, int64_t pixel_begin, int64_t pixel_end);                                  \
  size_t bd_qdepthwise_packed_bytes_##isa(int64_t channels, int64_t kernel_height, int64_t kernel_width);            \
  void bd_qdepthwise_pack_##isa(const int8_t *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width, \
                                int8_t *packed);                                                                     \
  void bd_qdepthwise_##isa(const bd_qdepthwise *job, int64_t line_begin, int64_t line_end);

#define BD_DECLARE_ELEMENTWISE_ENTRIES(isa)                                                                          \
  void bd_quantize_u8_##isa(const float *input, uint8_t *output, float scale, int32_t zero_point, int64_t begin,     \
                            int64_t end);                                                                            \
  void bd_quantize_image_##isa(const bd_quantize_image *job, int64_t line_begin, int64_t line_end);                 \
  void bd_dequantize_u8_##isa(const uint8_t *input, float *output, float scale, int32_t zero_point, int64_t begin,   \
                              int64_t end);                                                                          \
  void bd_map_u8_##isa(const uint8_t table[256], const uint8_t *input, uint8_t *output, int64_t begin, int64_t end); \
  void bd_qbinary_##isa(const bd_qbinary *job, int64_t begin, int64_t end);                                          \
  void bd_sbinary_##isa(const bd_sbinary *job, int64_t begin, int64_t end);                                          \
  void bd_sclamp_##isa(const float *input, float *output, float minimum, float maximum, int64_t begin, int64_t end);

/// Declares the pools of one instruction set.
#define BD_DECLARE_POOL_ENTRIES(isa)                                                                                 \
  void bd_qmaxpool_##isa(const bd_pool_shape *shape, const uint8_t *input, uint8_t *output, int64_t line_begin,      \
                         int64_t line_end);                                                                          \
  void bd_qaveragepool_##isa(const bd_pool_shape *shape, const uint8_t *input, int32_t input_zero, float multiplier, \
                             int32_t output_zero, uint8_t *output, int64_t line_begin, int64_t line_end);            \
  void bd_smaxpool_##isa(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin,          \
                         int64_t line_end);                                                                          \
  void bd_saveragepool_##isa(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin,      \
                             int64_t line_end);

/// Declares the float sums of one instruction set.
#define BD_DECLARE_FLOAT_ENTRIES(isa)                                                                                \
  size_t bd_sgemm_packed_floats_##isa(int64_t columns, int64_t segment_count, int64_t segment_length);               \
  void bd_sgemm_pack_##isa(const float *weights, int64_t columns, int64_t segment_count, int64_t segment_length,     \
                           float *packed);                                                                           \
  void bd_sgemm_##isa(const bd_sgemm *job, int64_t pixel_begin, int64_t pixel_end);                                  \
  size_t bd_sdepthwise_packed_floats_##isa(int64_t channels, int64_t kernel_height, int64_t kernel_width);           \
  void bd_sdepthwise_pack_##isa(const float *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width, \
                                float *packed);                                                                      \
  void bd_sdepthwise_##isa(const bd_sdepthwise *job, int64_t line_begin, int64_t line_end);

/// Declares the float functions, reductions and normalizations of one instruction set.
#define BD_DECLARE_VECTOR_ENTRIES(isa)                                                                               \
  void bd_sunary_##isa(const bd_sunary *job, int64_t begin, int64_t end);                                            \
  void bd_sbroadcast_##isa(const bd_sbroadcast *job, int64_t begin, int64_t end);                                    \
  void bd_sreduce_##isa(const bd_reduce *job, int64_t part_begin, int64_t part_end);                                 \
  void bd_ssoftmax_##isa(const bd_softmax *job, int64_t part_begin, int64_t part_end);                               \
  void bd_snormalize_##isa(const bd_normalize *job, int64_t row_begin, int64_t row_end);                             \
  void bd_saffine_##isa(const bd_affine *job, int64_t row_begin, int64_t row_end);                                   \
  void bd_schannelsums_##isa(const bd_channel_sums *job, int64_t part_begin, int64_t part_end);

/// Declares the recurrent cells of one instruction set.
#define BD_DECLARE_RECURRENT_ENTRIES(isa)                                                                            \
  size_t bd_recurrent_packed_bytes_##isa(int64_t hidden, int64_t gates, bool is_coded);                              \
  void bd_recurrent_pack_##isa(const float *weights, int64_t hidden, int64_t gates, float *packed);                  \
  void bd_qrecurrent_pack_##isa(const int8_t *weights, int64_t hidden, int64_t gates, int8_t *packed);               \
  void bd_qrecurrent_begin_##isa(const bd_recurrent *job, int64_t sequence_begin, int64_t sequence_end);             \
  void bd_recurrent_##isa(const bd_recurrent *job, int64_t pass_begin, int64_t pass_end, int64_t sequence_begin,     \
                          int64_t sequence_end, int64_t unit_begin, int64_t unit_end);

/// Declares the products with 4-bit codes of one instruction set.
#define BD_DECLARE_NBITS_ENTRIES(isa)                                                                                \
  void bd_nbits_begin_##isa(const bd_nbits *job, int64_t row_begin, int64_t row_end);                                \
  void bd_nbits_##isa(const bd_nbits *job, int64_t rows, int64_t panel_begin, int64_t panel_end);

BD_DECLARE_INTEGER_ENTRIES(scalar)
BD_DECLARE_ELEMENTWISE_ENTRIES(scalar)
BD_DECLARE_POOL_ENTRIES(scalar)
BD_DECLARE_FLOAT_ENTRIES(scalar)
BD_DECLARE_VECTOR_ENTRIES(scalar)
BD_DECLARE_RECURRENT_ENTRIES(scalar)
BD_DECLARE_NBITS_ENTRIES(scalar)
#if BD_X86
BD_DECLARE_INTEGER_ENTRIES(avx2)
bool bd_qgemm_is_narrow_avx2(const int8_t *packed, int64_t columns, int64_t segment_count, int64_t segment_length);
size_t bd_qwinograd_packed_bytes_avx2(int64_t columns, int64_t channels);
void bd_qwinograd_pack_avx2(const int8_t *weights, int64_t columns, int64_t channels, int8_t *packed);
void bd_qwinograd_avx2(const bd_qgemm *job, int64_t tile_begin, int64_t tile_end);
BD_DECLARE_ELEMENTWISE_ENTRIES(avx2)
BD_DECLARE_POOL_ENTRIES(avx2)
BD_DECLARE_FLOAT_ENTRIES(avx2)
BD_DECLARE_VECTOR_ENTRIES(avx2)
BD_DECLARE_RECURRENT_ENTRIES(avx2)
BD_DECLARE_INTEGER_ENTRIES(avxvnni)
BD_DECLARE_NBITS_ENTRIES(avx2)
BD_DECLARE_INTEGER_ENTRIES(avx512vnni)
size_t bd_qnibble_packed_bytes_avx512vnni(int64_t columns, int64_t depth);
void bd_qnibble_pack_avx512vnni(const int8_t *weights, int64_t columns, int64_t depth, int8_t *packed);
void bd_qnibble_avx512vnni(const bd_qgemm *job, int64_t panel_begin, int64_t panel_end);
void bd_quantize_u8_avx512vnni(const float *input, uint8_t *output, float scale, int32_t zero_point, int64_t begin,
                               int64_t end);
void bd_quantize_image_avx512vnni(const bd_quantize_image *job, int64_t line_begin, int64_t line_end);
void bd_qbinary_avx512vnni(const bd_qbinary *job, int64_t begin, int64_t end);
BD_DECLARE_FLOAT_ENTRIES(avx512vnni)
BD_DECLARE_VECTOR_ENTRIES(avx512vnni)
BD_DECLARE_RECURRENT_ENTRIES(avx512vnni)
size_t bd_qgemm_packed_bytes_amx(int64_t columns, int64_t segment_count, int64_t segment_length);
void bd_qgemm_pack_amx(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length,
                       int8_t *packed);
void bd_qgemm_amx(const bd_qgemm *job, int64_t pixel_begin, int64_t pixel_end);
BD_DECLARE_NBITS_ENTRIES(avx512vnni)
#endif
#if BD_ARM64
BD_DECLARE_INTEGER_ENTRIES(neon)
BD_DECLARE_ELEMENTWISE_ENTRIES(neon)
BD_DECLARE_POOL_ENTRIES(neon)
BD_DECLARE_FLOAT_ENTRIES(neon)
BD_DECLARE_VECTOR_ENTRIES(neon)
BD_DECLARE_RECURRENT_ENTRIES(neon)
BD_DECLARE_INTEGER_ENTRIES(neondot)
BD_DECLARE_RECURRENT_ENTRIES(neondot)
#endif

/// A bit, `1u << isa`, for each instruction set that this processor and operating system offer.
uint32_t bd_offered_isas(void);

/// Limits a value; NaN stays NaN, and a zero keeps its sign. The operand order is that of vmaxps and vminps.
BD_INLINE float bd_clamp(float value, float minimum, float maximum) {
  value = minimum > value ? minimum : value;
  return maximum < value ? maximum : value;
}

/// Beyond this every 8-bit result is saturated, and below it both conversions to integers are exact.
#define BD_SATURATED 65536.0f

/// Rounds half to even for |value| <= BD_SATURATED: adding 1.5 * 2^23 leaves no fraction bits to the sum.
BD_INLINE int32_t bd_round(float value) {
  return (int32_t)((value + 12582912.0f) - 12582912.0f);
}

/// Rounds a real in units of the output scale, adds the zero point and limits the sum.
BD_INLINE uint8_t bd_saturate(float real, int32_t zero_point, int32_t minimum, int32_t maximum) {
  real = real < BD_SATURATED ? real : BD_SATURATED;
  real = real > -BD_SATURATED ? real : -BD_SATURATED;
  int32_t code = bd_round(real) + zero_point;
  code = code > minimum ? code : minimum;
  return (uint8_t)(code < maximum ? code : maximum);
}

/// What an epilogue has to do beyond scaling and packing, which saturates to 0 ... 255 by itself.
typedef enum {
  BD_ROUND_PLAIN,    ///< nothing: the zero point is 0 and the limits are those of a byte
  BD_ROUND_BOUNDED,  ///< zero point and limits
  BD_ROUND_ANY,      ///< these, and products may leave int32
} bd_rounding;

/// What the epilogue of some columns has to do. Below 1, a multiplier brings no sum out of int32: as a float it is at most
/// 2^31.
BD_INLINE bd_rounding bd_rounding_of(const bd_epilogue *epilogue, int64_t first_column, int64_t columns) {
  const float *multiplier = epilogue->multiplier + first_column;
  bool is_bounded = true;
  for (int64_t c = 0; c < columns; c++) is_bounded &= (multiplier[c] < 1) & (multiplier[c] > -1);
  if (!is_bounded) return BD_ROUND_ANY;
  const bool is_plain = epilogue->zero_point == 0 && epilogue->minimum == 0 && epilogue->maximum == 255;
  return is_plain ? BD_ROUND_PLAIN : BD_ROUND_BOUNDED;
}

/// Stores the finished sums of one pixel, `columns` of them from `first_column` on, as the epilogue wants them.
BD_INLINE void bd_store_sums(const bd_epilogue *epilogue, const int32_t *sums, int64_t first_column, int64_t columns,
                             void *output, int64_t element) {
  const float *multiplier = epilogue->multiplier + first_column;
  if (epilogue->kind == BD_OUTPUT_U8) {
    uint8_t *codes = (uint8_t *)output + element;
    for (int64_t c = 0; c < columns; c++)
      codes[c] = bd_saturate((float)sums[c] * multiplier[c], epilogue->zero_point, epilogue->minimum,
                             epilogue->maximum);
  } else if (epilogue->kind == BD_OUTPUT_F32) {
    float *reals = (float *)output + element;
    for (int64_t c = 0; c < columns; c++)
      reals[c] = bd_clamp((float)sums[c] * multiplier[c], epilogue->float_minimum, epilogue->float_maximum);
  } else {
    int32_t *integers = (int32_t *)output + element;
    for (int64_t c = 0; c < columns; c++) integers[c] = sums[c];
  }
}

/// The pixels of a sum, with neighbouring dimensions merged where their pixels lie equally spaced in input and output.
typedef struct {
  int64_t height, width;
  bd_strides input, output;
} bd_grid;

/// A run of equally spaced pixels: where it starts and how many pixels it has.
typedef struct {
  int64_t input, output, count;
} bd_run;

/// Merges lines, and then images, into one long line where possible: a product of matrices becomes a single line.
BD_INLINE bd_grid bd_merge(const bd_sum_shape *shape) {
  bd_grid grid = {shape->height, shape->width, shape->input, shape->output};
  int64_t images = shape->images;
  for (int merge = 0; merge < 2; merge++) {
    const bool spaced = grid.input.line == grid.width * grid.input.pixel &&
                        grid.output.line == grid.width * grid.output.pixel;
    if (grid.width != 1 && grid.height != 1 && !spaced) break;
    if (grid.width == 1) grid.input.pixel = grid.input.line, grid.output.pixel = grid.output.line;
    grid.width *= grid.height;
    grid.input.line = grid.input.image, grid.output.line = grid.output.image;
    grid.height = images;
    images = 1;
  }
  return grid;
}

/// The run that starts at a pixel and ends with its line, or before.
BD_INLINE bd_run bd_run_at(const bd_grid *grid, int64_t pixel, int64_t end) {
  const int64_t line = pixel / grid->width, x = pixel % grid->width;
  const int64_t image = line / grid->height, y = line % grid->height;
  const int64_t rest = grid->width - x;
  return (bd_run){
      .input = image * grid->input.image + y * grid->input.line + x * grid->input.pixel,
      .output = image * grid->output.image + y * grid->output.line + x * grid->output.pixel,
      .count = rest < end - pixel ? rest : end - pixel,
  };
}

/// Does what follows the sums of some pixels (`then` of the job) by the qbinary kernel of the same table.
BD_INLINE void bd_do_then(const bd_qgemm *job, const bd_grid *grid, int64_t begin, int64_t end,
                          void (*qbinary)(const bd_qbinary *, int64_t, int64_t)) {
  const int64_t columns = job->shape.columns;
  for (int64_t m = begin; m < end;) {
    const bd_run run = bd_run_at(grid, m, end);
    const bool is_dense = grid->output.pixel == columns;
    const int64_t length = is_dense ? run.count * columns : columns;
    for (int64_t x = 0; x < (is_dense ? 1 : run.count); x++) {
      const int64_t element = run.output + x * grid->output.pixel;
      qbinary(job->then, element, element + length);
    }
    m += run.count;
  }
}

BD_INLINE int64_t bd_min(int64_t a, int64_t b) { return a < b ? a : b; }
BD_INLINE int64_t bd_max(int64_t a, int64_t b) { return a > b ? a : b; }
BD_INLINE int64_t bd_round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

#endif
