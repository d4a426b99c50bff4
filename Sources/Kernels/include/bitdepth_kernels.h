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

enum { BD_GUARD = 128, BD_ALIGNMENT = 64, BD_WINOGRAD_CHANNELS = 1024, BD_NIBBLE_ROWS = 4 };

/// Of those that a processor offers, the later is the faster.
typedef enum {
  BD_ISA_SCALAR = 0,
  BD_ISA_AVX2 = 1,
  BD_ISA_AVXVNNI = 2,
  BD_ISA_AVX512VNNI = 3,
  BD_ISA_AMX = 4,
  BD_ISA_NEON = 5,     ///< what every arm64 processor has
  BD_ISA_NEONDOT = 6,  ///< with sdot, from Armv8.2 on
} bd_isa;
enum { BD_ISA_COUNT = 7 };

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

typedef enum { BD_ADD = 0, BD_SUBTRACT = 1, BD_MULTIPLY = 2, BD_DIVIDE = 3 } bd_binary_operation;

/// A sum of codes without the way through reals: code = clamp(round_half_even(left * left_code + right * right_code +
/// offset), minimum, maximum), each product added by one fused multiply-add, the right one first.
typedef struct {
  float left, right, offset;
  bool is_proven;  ///< that it gives the same code for each of the 65,536 pairs of codes
} bd_code_sum;

/// output = clamp(saturate(round_half_even(real / output_scale) + output_zero), minimum, maximum) where
/// real = dequantized left (operation) dequantized right, each step in FP32 as the unfused nodes would do it, and the
/// division a true one. An operand whose step is 0 is one code for all elements.
typedef struct {
  bd_binary_operation operation;
  const uint8_t *left, *right;
  uint8_t *output;
  float left_scale, right_scale, output_scale;
  int32_t left_zero, right_zero, output_zero, minimum, maximum;
  int64_t left_step, right_step;  ///< 0 or 1
  bd_code_sum code_sum;           ///< from bd_prove_code_sum, or zero: a shorter way to the same result
} bd_qbinary;

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
  /// What is done to the codes in place while they lie in the cache: `left` and `output` are this job's output. NULL: nothing.
  const bd_qbinary *then;
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

/// How floats of 16 bits are to be read.
typedef enum {
  BD_FP16 = 0,  ///< IEEE 754 binary16
  BD_BF16 = 1,  ///< the upper half of an FP32
} bd_half_format;

/// output = clamp(fma chain in order of k starting from bias, minimum, maximum): every product is added by one fused
/// multiply-add (fmaf in the scalar table), k in order of segments and elements, so all tables agree to the bit.
typedef struct {
  bd_sum_shape shape;
  const float *input;
  const float *packed_weights;  ///< from the same table's sgemm_pack; unused where there are halves
  const uint16_t *halves;       ///< the packed weights as floats of 16 bits, or NULL; widened panel by panel
  bd_half_format half_format;
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

typedef struct {
  bd_binary_operation operation;
  const float *left, *right;
  float *output;
  float minimum, maximum;
} bd_sbinary;

/// Images of FP32 planes, [images][channels][height][width], to codes that lie channels-last in larger images, as
/// quantize_u8 makes them. Ranges count lines (images * height).
typedef struct {
  int64_t images, channels, height, width;  ///< 1 ... 4 channels
  const float *input;
  uint8_t *output;
  int64_t output_image, output_line;  ///< strides
  float scale;
  int32_t zero_point;
} bd_quantize_image;

/// Windows over one image, channels-last. Taps outside the image are skipped. Ranges count output lines (images * height).
typedef struct {
  int64_t images, height, width, channels;  ///< of the output
  int64_t input_height, input_width;
  int64_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  int64_t pad_top, pad_left;
  int64_t pad_bottom, pad_right;
  bool count_include_pad;
} bd_pool_shape;

/// Functions of one real, with the parameters of the ONNX operator specification. The same polynomials with the same
/// roundings in every table; within 1e-6 of the largest of 1, |x| and the exact value.
typedef enum {
  BD_FUNCTION_SIGMOID = 0,
  BD_FUNCTION_TANH,
  BD_FUNCTION_EXP,
  BD_FUNCTION_LOG,
  BD_FUNCTION_SQRT,
  BD_FUNCTION_RECIPROCAL,
  BD_FUNCTION_ABSOLUTE,
  BD_FUNCTION_NEGATE,
  BD_FUNCTION_SQUARE,
  BD_FUNCTION_ERF,
  BD_FUNCTION_GELU,
  BD_FUNCTION_GELU_TANH,
  BD_FUNCTION_SWISH,         ///< x sigmoid(alpha x)
  BD_FUNCTION_HARD_SIGMOID,  ///< alpha x + beta, held within 0 ... 1
  BD_FUNCTION_HARD_SWISH,    ///< x times that
  BD_FUNCTION_MISH,
  BD_FUNCTION_SOFTPLUS,
  BD_FUNCTION_SOFTSIGN,
  BD_FUNCTION_LEAKY_RELU,
  BD_FUNCTION_ELU,   ///< beta x, below 0 beta alpha (e^x - 1)
  BD_FUNCTION_CELU,  ///< x, below 0 alpha (e^(x / alpha) - 1)
} bd_function;

typedef struct {
  bd_function function;
  float alpha, beta;
  const float *input;
  float *output;
} bd_sunary;

/// left (operation) right where an operand whose step is 0 is one number for all elements.
typedef struct {
  bd_sbinary binary;
  int64_t left_step, right_step;  ///< 0 or 1
} bd_sbroadcast;

typedef enum {
  BD_REDUCE_SUM = 0,
  BD_REDUCE_SQUARES = 1,
  BD_REDUCE_MAGNITUDES = 2,
  BD_REDUCE_MAXIMUM = 3,  ///< NaN where an element is
  BD_REDUCE_MINIMUM = 4,
} bd_reduction;

/// output[o, i] = (operation over k of input[o, k, i]) / divisor, or the root of it. Ranges count parts: an outer index
/// where `inner` is 1, else BD_COLUMNS neighbouring inner indices of one outer index.
typedef struct {
  bd_reduction operation;
  const float *input;
  float *output;
  int64_t extent, inner;
  float divisor;
  bool takes_root;
} bd_reduce;
enum { BD_COLUMNS = 32 };

/// Softmax along the middle axis of [outer, extent, inner]; ranges as those of bd_reduce.
typedef struct {
  const float *input;
  float *output;
  int64_t extent, inner;
  bool is_logarithm;
} bd_softmax;

/// Rows of `length` elements brought to mean 0 and variance 1 (or, not centered, to mean square 1), then times `scale` plus
/// `bias`, which are as long as a row.
typedef struct {
  const float *input, *scale, *bias;  ///< bias: NULL where there is none
  float *output;
  int64_t length;
  float epsilon;
  bool is_centered;
} bd_normalize;

/// Sums of each channel of images [images][pixels][channels], or [images][channels][pixels], in blocks of BD_SUM_PIXELS
/// pixels: of the elements, or of the squares of their deviations from their channel's shift. Pixel p of a block goes to
/// lane p modulo 32 and the lanes are joined by halves, so that both layouts give the same bits. Ranges are of parts: for
/// each image and block, chunks of BD_COLUMNS channels.
typedef struct {
  const float *input, *shifts;  ///< shifts: [images][channels], NULL for plain sums
  float *sums;                  ///< [images][blocks][channels]
  int64_t pixels, channels;
  bool is_channels_last;
} bd_channel_sums;
enum { BD_SUM_PIXELS = 512 };

/// output = input * scale + bias by one fused multiply-add; scale and bias have one element per row, or one per column.
typedef struct {
  const float *input, *scale, *bias;
  float *output;
  int64_t columns;
  bool is_per_row;
} bd_affine;

/// Functions that recurrent cells apply to their gates, with the parameters of the ONNX operator specification.
typedef enum {
  BD_SIGMOID = 0,
  BD_TANH = 1,
  BD_RELU = 2,
  BD_AFFINE = 3,
  BD_LEAKY_RELU = 4,
  BD_THRESHOLDED_RELU = 5,
  BD_SCALED_TANH = 6,
  BD_HARD_SIGMOID = 7,
  BD_SOFTSIGN = 8,
} bd_activation_function;

typedef struct {
  bd_activation_function function;
  float alpha, beta;
} bd_activation;

typedef enum {
  BD_CELL_RNN = 0,
  BD_CELL_GRU = 1,         ///< the reset gate comes before the product: two passes over the weights per step
  BD_CELL_GRU_LINEAR = 2,  ///< the reset gate comes behind the product
  BD_CELL_LSTM = 3,
} bd_cell;

/// One direction of a recurrent layer. `input` holds the products of the layer's input and its weights for all steps,
/// gate by gate in the order of the ONNX operator specification; the kernel adds `bias`, then the products of the hidden
/// state, and applies the cell's functions, which are the same polynomials with the same roundings in every table.
///
/// Float products are added in order of k by fused multiply-adds. 8-bit weights are multiplied by codes of the state,
/// code = round_half_even(h * (limit / bound)), whose sums of products are exact integers: sum += float(products) *
/// (scale * (bound / limit)). The bound is that of the states' magnitudes, for the kernel knows no other: 1, or the
/// largest magnitude of the first state where that is larger. `code_limit` is at most 32767, and so small that no sum of
/// products leaves 32 bits. Values beyond the bound are limited to it, NaN counts as 0; a first state that is not finite
/// makes all sums of its sequence NaN.
///
/// Vectors over units are padded to `stride` elements per gate, a multiple of 64.
typedef struct {
  bd_cell cell;
  int64_t hidden, stride, steps;
  bool is_reversed;
  const int32_t *lengths;  ///< steps of each sequence, 0 ... steps; NULL when each has all
  const float *input;      ///< rows of gates * hidden
  int64_t input_time, input_sequence;
  float *output;           ///< the hidden state of every step, rows of `hidden`; NULL when nobody wants it
  int64_t output_time, output_sequence;
  const void *packed_weights;    ///< packed by the same table: all gates, of a BD_CELL_GRU the first two
  const void *packed_candidate;  ///< of a BD_CELL_GRU the third gate
  const float *scales;           ///< NULL when the packed weights are float; else they are codes, and these are [gates][stride]
  const float *bias;             ///< [gates][stride], of both products; of a BD_CELL_GRU_LINEAR not that of `reset_bias`
  const float *reset_bias;       ///< [stride], inside the product with the reset gate of a BD_CELL_GRU_LINEAR
  const float *peepholes;        ///< [3][stride] of a BD_CELL_LSTM, or NULL
  float *states[2];              ///< [sequences][stride]: step s reads states[s & 1] and writes the other
  float *cells;                  ///< [sequences][stride]: the cell state of a BD_CELL_LSTM, the update gate of a BD_CELL_GRU
  float *reset;                  ///< [sequences][stride]: the reset state of a BD_CELL_GRU, or the codes of it
  void *codes[2];                ///< [sequences][stride] of 16 bits: the codes of `states`, in an order that the table knows
  float *grains;                 ///< [sequences][2]: bound / limit and limit / bound
  float code_limit;
  float clip;                    ///< bound of the magnitude of what goes into the gates' functions, or infinity
  bool couples_gates;            ///< the forget gate is 1 - the input gate
  bd_activation activations[3];
} bd_recurrent;

/// Passes over the hidden weights that one step of a cell takes.
static inline int64_t bd_recurrent_passes(bd_cell cell) { return cell == BD_CELL_GRU ? 2 : 1; }

/// Where the zero points of a matrix of 4-bit codes stand.
typedef enum {
  BD_NBITS_MIDDLE = 0,  ///< all are 8
  BD_NBITS_CODES = 1,   ///< 4-bit codes
  BD_NBITS_FLOATS = 2,
} bd_nbits_zeros;

/// A matrix of 4-bit codes whose columns are cut into blocks of `block` elements k, a power of two of 16 ... 256: element k
/// of a column is (code - zero point) * scale, both those of the block.
typedef struct {
  int64_t columns, depth, block;
  bd_nbits_zeros zeros;
} bd_nbits_shape;
enum { BD_NBITS_COLUMNS = 32 };

/// output[m, c] = clamp(bias[c] + sum over blocks b of scale[b, c] * (sum over k of input[m, k] * (code[k, c] - zero[b, c])))
///
/// The sums over k are exact sums of activations that are rounded to 24 bits of their block's largest: see nbits.h. A row's
/// result does not depend on other rows.
typedef struct {
  bd_nbits_shape shape;
  const float *input;          ///< [rows][depth]
  const void *packed_weights;  ///< from bd_nbits_pack
  const float *bias;           ///< one per column, padded to a multiple of BD_NBITS_COLUMNS
  void *digits;                ///< [rows] of bd_nbits_digit_bytes, written by nbits_begin
  float minimum, maximum;
  float *output;               ///< [rows][columns]
} bd_nbits;

typedef struct bd_kernels {
  bd_isa isa;
  const char *name;

  // Quantized sums. `weights` are [columns][segment_count][segment_length]. Ranges count output pixels.
  size_t (*qgemm_packed_bytes)(int64_t columns, int64_t segment_count, int64_t segment_length);
  void (*qgemm_pack)(const int8_t *weights, int64_t columns, int64_t segment_count, int64_t segment_length, int8_t *packed);
  void (*qgemm)(const bd_qgemm *job, int64_t pixel_begin, int64_t pixel_end);
  // Whether all products of these packed weights are added in 16 bits first, for which the proof was found in packing.
  // NULL where the instruction set gains nothing by it.
  bool (*qgemm_is_narrow)(const int8_t *packed, int64_t columns, int64_t segment_count, int64_t segment_length);

  // The same sums of a 3x3 convolution of stride 1, four outputs at a time by fewer multiplications. The job is that of
  // qgemm, one segment of 3 * channels elements for each kernel row, of at most BD_WINOGRAD_CHANNELS channels, without
  // weight_zero, and codes come out. Ranges count tiles of 2 x 2 output pixels: images * ceil(height / 2) *
  // ceil(width / 2). NULL where the instruction set gains nothing by it.
  size_t (*qwinograd_packed_bytes)(int64_t columns, int64_t channels);
  void (*qwinograd_pack)(const int8_t *weights, int64_t columns, int64_t channels, int8_t *packed);
  void (*qwinograd)(const bd_qgemm *job, int64_t tile_begin, int64_t tile_end);

  // The same sums of one line of at most BD_NIBBLE_ROWS pixels and one segment of at most 2^15 elements, by weights of
  // -8 ... 7 that stay 4 bits wide, without weight_zero and `then`. Ranges count panels of 64 columns. NULL where the
  // instruction set gains nothing by it.
  size_t (*qnibble_packed_bytes)(int64_t columns, int64_t depth);
  void (*qnibble_pack)(const int8_t *weights, int64_t columns, int64_t depth, int8_t *packed);
  void (*qnibble)(const bd_qgemm *job, int64_t panel_begin, int64_t panel_end);

  // `weights` are [channels][kernel_height][kernel_width]. Ranges count output lines (images * height).
  size_t (*qdepthwise_packed_bytes)(int64_t channels, int64_t kernel_height, int64_t kernel_width);
  void (*qdepthwise_pack)(const int8_t *weights, int64_t channels, int64_t kernel_height, int64_t kernel_width, int8_t *packed);
  void (*qdepthwise)(const bd_qdepthwise *job, int64_t line_begin, int64_t line_end);

  // Element-wise, contiguous. Ranges count elements.
  void (*quantize_u8)(const float *input, uint8_t *output, float scale, int32_t zero_point, int64_t begin, int64_t end);
  void (*quantize_image)(const bd_quantize_image *job, int64_t line_begin, int64_t line_end);
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

  // Float functions, reductions and normalizations. Sums are split into the same partial sums in every table.
  void (*sunary)(const bd_sunary *job, int64_t begin, int64_t end);
  void (*sbroadcast)(const bd_sbroadcast *job, int64_t begin, int64_t end);
  void (*sreduce)(const bd_reduce *job, int64_t part_begin, int64_t part_end);
  void (*ssoftmax)(const bd_softmax *job, int64_t part_begin, int64_t part_end);
  void (*snormalize)(const bd_normalize *job, int64_t row_begin, int64_t row_end);
  void (*saffine)(const bd_affine *job, int64_t row_begin, int64_t row_end);
  void (*schannelsums)(const bd_channel_sums *job, int64_t part_begin, int64_t part_end);

  // Recurrent cells. `weights` are [gates][hidden][hidden], of floats or of 8-bit codes. qrecurrent_begin makes the codes
  // of the first states, of 8-bit weights alone. Passes follow one another; within a pass, sequences and units may be
  // shared out: a range of units begins at a multiple of 64 and ends at one, or at `hidden`.
  size_t (*recurrent_packed_bytes)(int64_t hidden, int64_t gates, bool is_coded);
  void (*recurrent_pack)(const float *weights, int64_t hidden, int64_t gates, float *packed);
  void (*qrecurrent_pack)(const int8_t *weights, int64_t hidden, int64_t gates, int8_t *packed);
  void (*qrecurrent_begin)(const bd_recurrent *job, int64_t sequence_begin, int64_t sequence_end);
  void (*recurrent)(const bd_recurrent *job, int64_t pass_begin, int64_t pass_end, int64_t sequence_begin,
                    int64_t sequence_end, int64_t unit_begin, int64_t unit_end);

  // Products with a matrix of 4-bit codes: nbits_begin cuts the input's rows into digits, then ranges count panels of
  // BD_NBITS_COLUMNS columns.
  void (*nbits_begin)(const bd_nbits *job, int64_t row_begin, int64_t row_end);
  void (*nbits)(const bd_nbits *job, int64_t rows, int64_t panel_begin, int64_t panel_end);
} bd_kernels;

/// The best instruction set that this processor and operating system offer.
bd_isa bd_best_isa(void);
bool bd_isa_supported(bd_isa isa);

/// Tells the processor that a loop waits for another thread, some tens of cycles at a time.
static inline void bd_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// The table of an instruction set, or NULL where it cannot run or was not compiled for this architecture.
const bd_kernels *bd_kernels_for(bd_isa isa);

/// The shorter way of a sum of two tensors of codes, proved by trying all pairs with the kernel of this table; not proven
/// where there is none. `left`, `right`, `output` and `code_sum` of the argument are not used; `scratch` has
/// bd_code_sum_scratch_bytes, aligned to 16.
bd_code_sum bd_prove_code_sum(const bd_kernels *kernels, const bd_qbinary *sum, void *scratch);
size_t bd_code_sum_scratch_bytes(void);

/// Floats as floats of 16 bits; false where one of them is none.
bool bd_narrow(const float *floats, int64_t count, bd_half_format format, uint16_t *halves);

// Layout and padding; the same on every instruction set.
void bd_transpose_nchw_nhwc_8(const uint8_t *input, uint8_t *output, int64_t images, int64_t channels, int64_t pixels);
void bd_transpose_nchw_nhwc_32(const uint32_t *input, uint32_t *output, int64_t images, int64_t channels, int64_t pixels);
/// Copies `lines` lines of `width * channels` bytes into a larger image whose border bytes are `fill`. Ranges count output lines
/// (images * (height + pad_top + pad_bottom)). `element_bytes` is 1 or 4; for 4 the border is 0.0f.
void bd_pad_nhwc(const void *input, void *output, int64_t height, int64_t width, int64_t channels, int64_t element_bytes,
                 int64_t pad_top, int64_t pad_left, int64_t pad_bottom, int64_t pad_right, uint8_t fill,
                 int64_t line_begin, int64_t line_end);

/// Fills the border of such an image alone.
void bd_border_nhwc(void *image, int64_t height, int64_t width, int64_t channels, int64_t element_bytes,
                    int64_t pad_top, int64_t pad_left, int64_t pad_bottom, int64_t pad_right, uint8_t fill,
                    int64_t line_begin, int64_t line_end);

/// Matrices of 4-bit codes, for every instruction set. `codes` are [columns][blocks][block / 2], low half first; `scales`
/// [columns][blocks]; `zeros` by shape->zeros NULL, [columns][(blocks + 1) / 2] of codes, low half first, or floats
/// [columns][blocks].
size_t bd_nbits_packed_bytes(const bd_nbits_shape *shape);
void bd_nbits_pack(const bd_nbits_shape *shape, const uint8_t *codes, const float *scales, const void *zeros, void *packed);
/// Bytes of the digits of one row of the input, a multiple of BD_ALIGNMENT.
size_t bd_nbits_digit_bytes(const bd_nbits_shape *shape);

#ifdef __cplusplus
}
#endif
#endif
