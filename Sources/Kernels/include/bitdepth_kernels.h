/// The arithmetic of Bitdepth: no allocation, no state, no knowledge of graphs.
///
/// Every instruction set fills one `bd_kernels` table with the same entry points; results are bit-identical across
/// tables. Entry points that do much work take a half-open range, so that the caller decides which thread does what.
/// Images are channels-last (`[N, H, W, C]`), 8-bit activations are unsigned. Buffers that kernels read may be read up
/// to `BD_GUARD` bytes past their end (never written): the caller allocates them so.
#ifndef BITDEPTH_KERNELS_H
#define BITDEPTH_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BD_GUARD = 128, BD_ALIGNMENT = 64 };

typedef enum {
  BD_ISA_SCALAR = 0,
  BD_ISA_AVX2 = 1,
  BD_ISA_AVX512VNNI = 2,
} bd_isa;
enum { BD_ISA_COUNT = 3 };

/// Where the pixels of an image lie: pixel (n, y, x) starts at `n * image + y * line + x * pixel` elements.
typedef struct {
  int64_t image, line, pixel;
} bd_strides;

/// The pixels that a convolution produces, and for each of them the input elements that it sums over.
///
/// Output pixel m of `images * height * width` is (n, y, x). Its sum runs over `segment_count` segments of
/// `segment_length` consecutive input elements each; segment s starts at
/// `n * input.image + y * input.line + x * input.pixel + segment_offsets[s]` (strides of the input already multiplied by
/// the convolution's strides). A matrix product is the case of one image, one line and one segment; a convolution of an
/// already padded image without dilation has one segment per kernel row, of kernel_width * channels elements.
typedef struct {
  int64_t images, height, width;
  bd_strides input, output;
  const int64_t *segment_offsets;
  int64_t segment_count, segment_length;
  int64_t columns;  ///< output channels
} bd_sum_shape;

typedef enum {
  BD_OUTPUT_U8 = 0,   ///< saturate(round_half_even(float(acc) * multiplier[c]) + zero_point), clamped to minimum ... maximum
  BD_OUTPUT_F32 = 1,  ///< float(acc) * multiplier[c], clamped to float_minimum ... float_maximum
  BD_OUTPUT_S32 = 2,  ///< acc
} bd_output_kind;

/// What happens to an exact 32-bit accumulator before it is stored. The product is an FP32 product; it may lie outside
/// the range of int32 and must saturate all the same.
typedef struct {
  bd_output_kind kind;
  const float *multiplier;  ///< one per column, padded to a multiple of 64 columns
  int32_t zero_point;       ///< 0 ... 255
  int32_t minimum, maximum; ///< 0 <= minimum <= maximum <= 255
  float float_minimum, float_maximum;
} bd_epilogue;

/// acc[m, c] = bias[c] + sum over k of input[m, k] * weights[c, k]   (then minus weight_zero[c] * sum over k of input[m, k])
///
/// Input u8, weights s8 of the full range -128 ... 127, accumulation exact in int32 for any values (the caller has
/// proved that the true sum fits). The input's zero point is folded into `bias` by the caller.
typedef struct {
  bd_sum_shape shape;
  const uint8_t *input;
  const int8_t *packed_weights;  ///< from the same table's qgemm_pack
  const int32_t *bias;           ///< one per column, padded to a multiple of 64 columns with anything
  const int32_t *weight_zero;    ///< NULL when all are zero
  bd_epilogue epilogue;
  void *output;                  ///< u8, f32 or s32 by epilogue.kind; strides in elements of that type
} bd_qgemm;

/// One filter per channel. The input image is already padded; strides are those of the input image itself.
typedef struct {
  int64_t images, height, width, channels;  ///< of the output
  int64_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  bd_strides input, output;
} bd_depthwise_shape;

typedef struct {
  bd_depthwise_shape shape;
  const uint8_t *input;
  const int8_t *packed_weights;  ///< from the same table's qdepthwise_pack
  const int32_t *bias;           ///< one per channel, padded to a multiple of 64
  bd_epilogue epilogue;          ///< kind is BD_OUTPUT_U8
  uint8_t *output;
} bd_qdepthwise;

/// output = clamp(fma chain in order of k starting from bias, minimum, maximum): every product is added by one fused
/// multiply-add (fmaf in the scalar table), k in order of segments and elements, so all tables agree to the bit.
typedef struct {
  bd_sum_shape shape;
  const float *input;
  const float *packed_weights;  ///< from the same table's sgemm_pack
  const float *bias;            ///< one per column, padded to a multiple of 64
  float minimum, maximum;       ///< -INFINITY ... INFINITY when there is no activation; NaN stays NaN
  float *output;
} bd_sgemm;

typedef struct {
  bd_depthwise_shape shape;
  const float *input;
  const float *packed_weights;
  const float *bias;
  float minimum, maximum;
  float *output;
} bd_sdepthwise;

typedef enum { BD_ADD = 0, BD_SUBTRACT = 1, BD_MULTIPLY = 2, BD_DIVIDE = 3 } bd_binary_operation;

/// output = clamp(saturate(round_half_even(real / output_scale) + output_zero), minimum, maximum) where
/// real = dequantized left (operation) dequantized right, each step in FP32 as the unfused nodes would do it, and the
/// division a true one.
typedef struct {
  bd_binary_operation operation;
  const uint8_t *left, *right;
  uint8_t *output;
  float left_scale, right_scale, output_scale;
  int32_t left_zero, right_zero, output_zero, minimum, maximum;
} bd_qbinary;

typedef struct {
  bd_binary_operation operation;
  const float *left, *right;
  float *output;
  float minimum, maximum;
} bd_sbinary;

/// Windows over one image, channels-last. Taps outside the image are skipped. Ranges count output lines (images * height).
typedef struct {
  int64_t images, height, width, channels;  ///< of the output
  int64_t input_height, input_width;
  int64_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  int64_t pad_top, pad_left;
  int64_t pad_bottom, pad_right;
  bool count_include_pad;
} bd_pool_shape;

typedef struct bd_kernels {
  bd_isa isa;
  const char *name;

  // Quantized sums. `weights` are [columns][segment_count][segment_length]. Ranges count output pixels.
  size_t (*qgemm_packed_bytes)(int64_t columns, int64_t segment_count, int64_t segment_length);
  void (*qgemm_pack)(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length, int8_t *packed);
  void (*qgemm)(const bd_qgemm *job, int64_t pixel_begin, int64_t pixel_end);

  // `weights` are [channels][kernel_height][kernel_width]. Ranges count output lines (images * height).
  size_t (*qdepthwise_packed_bytes)(int64_t channels, int64_t kernel_height, int64_t kernel_width);
  void (*qdepthwise_pack)(const int8_t *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width, int8_t *packed);
  void (*qdepthwise)(const bd_qdepthwise *job, int64_t line_begin, int64_t line_end);

  // Element-wise, contiguous. Ranges count elements.
  void (*quantize_u8)(const float *input, uint8_t *output, float scale, int32_t zero_point, int64_t begin, int64_t end);
  void (*dequantize_u8)(const uint8_t *input, float *output, float scale, int32_t zero_point, int64_t begin, int64_t end);
  void (*map_u8)(const uint8_t table[256], const uint8_t *input, uint8_t *output, int64_t begin, int64_t end);
  void (*qbinary)(const bd_qbinary *job, int64_t begin, int64_t end);
  void (*sbinary)(const bd_sbinary *job, int64_t begin, int64_t end);
  void (*sclamp)(const float *input, float *output, float minimum, float maximum, int64_t begin, int64_t end);

  // Pools. The average's multiplier is S_in / S_out; per pixel it is divided by the number of taps counted:
  // output = saturate(round_half_even(float(sum - taps_inside * input_zero) * (multiplier / float(taps_counted))) + output_zero).
  void (*qmaxpool)(const bd_pool_shape *shape, const uint8_t *input, uint8_t *output, int64_t line_begin, int64_t line_end);
  void (*qaveragepool)(const bd_pool_shape *shape, const uint8_t *input, int32_t input_zero, float multiplier,
                       int32_t output_zero, uint8_t *output, int64_t line_begin, int64_t line_end);
  void (*smaxpool)(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin, int64_t line_end);
  void (*saveragepool)(const bd_pool_shape *shape, const float *input, float *output, int64_t line_begin, int64_t line_end);

  // Float sums, as the quantized ones.
  size_t (*sgemm_packed_floats)(int64_t columns, int64_t segment_count, int64_t segment_length);
  void (*sgemm_pack)(const float *weights, int64_t columns, int64_t segment_count, int64_t segment_length, float *packed);
  void (*sgemm)(const bd_sgemm *job, int64_t pixel_begin, int64_t pixel_end);
  size_t (*sdepthwise_packed_floats)(int64_t channels, int64_t kernel_height, int64_t kernel_width);
  void (*sdepthwise_pack)(const float *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width, float *packed);
  void (*sdepthwise)(const bd_sdepthwise *job, int64_t line_begin, int64_t line_end);
} bd_kernels;

/// The best instruction set that this processor and operating system offer.
bd_isa bd_best_isa(void);
bool bd_isa_supported(bd_isa isa);
/// The table of an instruction set, or NULL where it cannot run or was not compiled for this architecture.
const bd_kernels *bd_kernels_for(bd_isa isa);

// Layout and padding; the same on every instruction set.
void bd_transpose_nchw_nhwc_8(const uint8_t *input, uint8_t *output, int64_t images, int64_t channels, int64_t pixels);
void bd_transpose_nchw_nhwc_32(const uint32_t *input, uint32_t *output, int64_t images, int64_t channels, int64_t pixels);
/// Copies `lines` lines of `width * channels` bytes into a larger image whose border bytes are `fill`. Ranges count output lines
/// (images * (height + pad_top + pad_bottom)). `element_bytes` is 1 or 4; for 4 the border is 0.0f.
void bd_pad_nhwc(const void *input, void *output, int64_t height, int64_t width, int64_t channels, int64_t element_bytes,
                 int64_t pad_top, int64_t pad_left, int64_t pad_bottom, int64_t pad_right, uint8_t fill,
                 int64_t line_begin, int64_t line_end);

#ifdef __cplusplus
}
#endif
#endif
