/// Quantized depthwise convolution by vpdpbusd: four taps of one channel are added to its sum by each lane, exactly.
///
/// Channels are taken in blocks of 64 (512 bits), and a rest of up to 32 in 256 bits, of two lines together where there
/// are two. Packed, for each block: the quads
/// of neighbouring taps of each kernel row, [ky][kx / 4][register][channel][4]; then
/// - for 3x3 kernels, the taps of each kernel column as the quad (0, 1, 2, -) for a line and (-, 0, 1, 2) for the line
///   below it, [kx][register][2][channel][4];
/// - for 5x5 kernels, the first four taps of each kernel column, and the last kernel row as two quads that it begins in
///   at offset 0, 1, 2 or 3, [register][5 + 4 * 2][channel][4].
#include "internal.h"

#if BD_X86
#include <immintrin.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum {
  WIDE = 64,
  NARROW = 32,
  GROUP_BYTES = 64 << 10,
  QUADS_3X3 = 3 * 2,
  QUADS_5X5 = 5 + 4 * 2,
  STRIP_GROUPS = 8,  // groups of four columns of the image that a strip of 5x5 kernels begins in
};

/// Channels of the block that begins where `channels` are left.
static int block_channels(int64_t channels) { return channels > NARROW ? WIDE : NARROW; }

/// The channel of an element of a block's registers, which have `bytes` channels together, in groups of 16 for each
/// 128-bit lane.
static int channel_of(int bytes, int index) {
  const int lanes = bytes / 4, j = index / lanes, lane = index % lanes / 4, element = index % 4;
  return 16 * lane + 4 * j + element;
}

static bool is_square(int64_t kernel_height, int64_t kernel_width, int64_t side) {
  return kernel_height == side && kernel_width == side;
}

/// Packed bytes of each channel.
static int64_t channel_bytes(int64_t kernel_height, int64_t kernel_width) {
  const int64_t quads = is_square(kernel_height, kernel_width, 3)   ? QUADS_3X3
                        : is_square(kernel_height, kernel_width, 5) ? QUADS_5X5
                                                                    : 0;
  return kernel_height * bd_round_up(kernel_width, 4) + 4 * quads;
}

size_t bd_qdepthwise_packed_bytes_avx512vnni(int64_t channels, int64_t kernel_height, int64_t kernel_width) {
  return (size_t)(bd_round_up(channels, NARROW) * channel_bytes(kernel_height, kernel_width));
}

/// The kernels of one block of channels before packing.
typedef struct {
  const int8_t *weights;
  int64_t channels, height, width;
} source;

/// A tap's weight, zero outside the kernel and beyond the channels.
static int8_t tap(const source *source, int64_t channel, int64_t ky, int64_t kx) {
  if (channel >= source->channels || ky < 0 || ky >= source->height || kx < 0 || kx >= source->width) return 0;
  return source->weights[(channel * source->height + ky) * source->width + kx];
}

static int8_t *pack_rows(const source *source, int bytes, int8_t *packed) {
  for (int64_t ky = 0; ky < source->height; ky++)
    for (int64_t kx = 0; kx < source->width; kx += 4)
      for (int index = 0; index < bytes; index++)
        for (int t = 0; t < 4; t++) *packed++ = tap(source, channel_of(bytes, index), ky, kx + t);
  return packed;
}

static int8_t *pack_3x3(const source *source, int bytes, int8_t *packed) {
  for (int64_t kx = 0; kx < 3; kx++)
    for (int j = 0; j < 4; j++)
      for (int line = 0; line < 2; line++)
        for (int lane = 0; lane < bytes / 4; lane++)
          for (int t = 0; t < 4; t++) *packed++ = tap(source, channel_of(bytes, j * bytes / 4 + lane), t - line, kx);
  return packed;
}

/// One of the quads of a 5x5 kernel: four rows of a column, or the last row as it lies in four columns.
static int8_t tap_5x5(const source *source, int64_t channel, int quad, int t) {
  if (quad < 5) return tap(source, channel, t, quad);
  const int offset = (quad - 5) / 2, first = (quad - 5) % 2 * 4;
  return tap(source, channel, 4, first + t - offset);
}

static int8_t *pack_5x5(const source *source, int bytes, int8_t *packed) {
  for (int j = 0; j < 4; j++)
    for (int quad = 0; quad < QUADS_5X5; quad++)
      for (int lane = 0; lane < bytes / 4; lane++)
        for (int t = 0; t < 4; t++) *packed++ = tap_5x5(source, channel_of(bytes, j * bytes / 4 + lane), quad, t);
  return packed;
}

void bd_qdepthwise_pack_avx512vnni(const int8_t *weights, int64_t channels, int64_t kernel_height,
                                   int64_t kernel_width, int8_t *packed) {
  for (int64_t first = 0; first < channels;) {
    const int bytes = block_channels(channels - first);
    const source source = {weights + first * kernel_height * kernel_width, channels - first, kernel_height,
                           kernel_width};
    packed = pack_rows(&source, bytes, packed);
    if (is_square(kernel_height, kernel_width, 3)) packed = pack_3x3(&source, bytes, packed);
    if (is_square(kernel_height, kernel_width, 5)) packed = pack_5x5(&source, bytes, packed);
    first += bytes;
  }
}

/// How the lines of a shape are made.
typedef enum { ANY_LINE, LINE_3X3, LINES_3X3, LINE_3X3_STRIDE_2, LINE_5X5, LINE_5X5_STRIDE_2 } line_kind;

static line_kind kind_of(const bd_depthwise_shape *shape) {
  if (shape->dilation_height != 1 || shape->dilation_width != 1 || shape->stride_width > 2) return ANY_LINE;
  const bool every_column = shape->stride_width == 1;
  if (is_square(shape->kernel_height, shape->kernel_width, 5)) return every_column ? LINE_5X5 : LINE_5X5_STRIDE_2;
  if (!is_square(shape->kernel_height, shape->kernel_width, 3)) return ANY_LINE;
  if (!every_column) return LINE_3X3_STRIDE_2;
  return shape->stride_height == 1 ? LINES_3X3 : LINE_3X3;
}

BD_INLINE BD_AVX512VNNI __m512i load_64(const void *address) { return _mm512_loadu_si512(address); }
BD_INLINE BD_AVX512VNNI __m512i load_weights_64(const int8_t *weights) { return _mm512_loadu_si512(weights); }
BD_INLINE BD_AVX512VNNI __m512i load_codes_64(const uint8_t *codes, int64_t apart) { return _mm512_loadu_si512(codes); }
BD_INLINE BD_AVX512VNNI void store_64(uint8_t *output, int64_t apart, __m512i codes) { _mm512_storeu_si512(output, codes); }
BD_INLINE BD_AVX512VNNI void store_some_64(uint8_t *output, int64_t apart, __m512i codes, int64_t count) {
  _mm512_mask_storeu_epi8(output, (1ull << count) - 1, codes);
}

#define BYTES 64
#define NAME(name) name##_64
#define OP(name) _mm512_##name
#define REGISTER __m512i
#define REALS __m512
#include "qdepthwise_vnni_block.h"
#undef BYTES
#undef NAME
#undef OP
#undef REGISTER
#undef REALS

BD_INLINE BD_AVX512VNNI __m256i load_32(const void *address) { return _mm256_loadu_si256((const __m256i *)address); }
BD_INLINE BD_AVX512VNNI __m256i load_weights_32(const int8_t *weights) { return load_32(weights); }
BD_INLINE BD_AVX512VNNI __m256i load_codes_32(const uint8_t *codes, int64_t apart) { return load_32(codes); }
BD_INLINE BD_AVX512VNNI void store_32(uint8_t *output, int64_t apart, __m256i codes) {
  _mm256_storeu_si256((__m256i *)output, codes);
}
BD_INLINE BD_AVX512VNNI void store_some_32(uint8_t *output, int64_t apart, __m256i codes, int64_t count) {
  _mm256_mask_storeu_epi8(output, (1u << count) - 1, codes);
}

#define BYTES 32
#define NAME(name) name##_32
#define OP(name) _mm256_##name
#define REGISTER __m256i
#define REALS __m256
#include "qdepthwise_vnni_block.h"
#undef BYTES
#undef NAME
#undef OP
#undef REGISTER
#undef REALS

BD_INLINE BD_AVX512VNNI __m512i load_pair(const void *address) { return _mm512_loadu_si512(address); }
BD_INLINE BD_AVX512VNNI __m512i load_weights_pair(const int8_t *weights) {
  return _mm512_broadcast_i64x4(load_32(weights));
}
BD_INLINE BD_AVX512VNNI __m512i load_codes_pair(const uint8_t *codes, int64_t apart) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(load_32(codes)), load_32(codes + apart), 1);
}
BD_INLINE BD_AVX512VNNI void store_pair(uint8_t *output, int64_t apart, __m512i codes) {
  store_32(output, 0, _mm512_castsi512_si256(codes));
  store_32(output + apart, 0, _mm512_extracti64x4_epi64(codes, 1));
}
BD_INLINE BD_AVX512VNNI void store_some_pair(uint8_t *output, int64_t apart, __m512i codes, int64_t count) {
  store_some_32(output, 0, _mm512_castsi512_si256(codes), count);
  store_some_32(output + apart, 0, _mm512_extracti64x4_epi64(codes, 1), count);
}

#define BYTES 32
#define NAME(name) name##_pair
#define OP(name) _mm512_##name
#define REGISTER __m512i
#define REALS __m512
#include "qdepthwise_vnni_block.h"
#undef BYTES
#undef NAME
#undef OP
#undef REGISTER
#undef REALS

/// Where a line begins, and how many lines there are from it to the end of its image, or of the work.
typedef struct {
  const uint8_t *input;
  uint8_t *output;
  int64_t left;
} line_place;

static line_place place_of(const bd_qdepthwise *job, int64_t first_channel, int64_t line, int64_t end) {
  const bd_depthwise_shape *shape = &job->shape;
  const int64_t image = line / shape->height, y = line % shape->height;
  return (line_place){
      job->input + first_channel + image * shape->input.image + y * shape->stride_height * shape->input.line,
      job->output + first_channel + image * shape->output.image + y * shape->output.line,
      bd_min(shape->height - y, end - line)};
}

/// Lines of 64 channels.
static void run_wide(const bd_qdepthwise *job, int64_t first_channel, const int8_t *weights, int64_t begin, int64_t end) {
  const line_kind kind = kind_of(&job->shape);
  block_64 block;
  enter_64(&block, job, first_channel, weights);
  for (int64_t l = begin; l < end;) {
    const line_place place = place_of(job, first_channel, l, end);
    const bool two = kind == LINES_3X3 && place.left >= 2;
    run_64(&block, kind, two, place.input, place.output);
    l += two ? 2 : 1;
  }
}

/// Lines of a rest of up to 32 channels.
static void run_narrow(const bd_qdepthwise *job, int64_t first_channel, const int8_t *weights, int64_t begin,
                       int64_t end) {
  const bd_depthwise_shape *shape = &job->shape;
  const line_kind kind = kind_of(shape);
  block_32 block;
  block_pair pair;
  enter_32(&block, job, first_channel, weights);
  enter_pair(&pair, job, first_channel, weights);
  for (int64_t l = begin; l < end;) {
    const line_place place = place_of(job, first_channel, l, end);
    const bool two = kind == LINES_3X3 && place.left >= 2;
    const int64_t lines = two ? 2 : 1;
    if (place.left >= 2 * lines) {
      pair.input_apart = lines * shape->stride_height * shape->input.line;
      pair.output_apart = lines * shape->output.line;
      run_pair(&pair, kind, two, place.input, place.output);
      l += 2 * lines;
    } else {
      run_32(&block, kind, two, place.input, place.output);
      l += lines;
    }
  }
}

/// A group of lines, block by block.
static void run_group(const bd_qdepthwise *job, int64_t begin, int64_t end) {
  const bd_depthwise_shape *shape = &job->shape;
  const int64_t bytes = channel_bytes(shape->kernel_height, shape->kernel_width);
  for (int64_t first = 0; first < shape->channels;) {
    const int channels = block_channels(shape->channels - first);
    (channels == WIDE ? run_wide : run_narrow)(job, first, job->packed_weights + first * bytes, begin, end);
    first += channels;
  }
}

void bd_qdepthwise_avx512vnni(const bd_qdepthwise *job, int64_t line_begin, int64_t line_end) {
  const bd_depthwise_shape *shape = &job->shape;
  // A group of lines stays in the cache while the blocks of channels pass over it.
  const int64_t line_bytes = bd_max(1, shape->stride_height * shape->input.line);
  const int64_t group = bd_round_up(bd_max(1, GROUP_BYTES / line_bytes), 4);
  for (int64_t l = line_begin; l < line_end; l += group) run_group(job, l, bd_min(l + group, line_end));
}

#endif
