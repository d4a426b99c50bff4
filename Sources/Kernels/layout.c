// Layout and padding, the same on every instruction set. The transposes work on small squares in registers: vectors of
// 16 bytes whose shuffles every compiler target knows how to spell.
#include "internal.h"

#include <string.h>

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint32_t words4 __attribute__((vector_size(16)));

enum {
  BYTE_SQUARE = 16,
  WORD_SQUARE = 4,
  BLOCK_PIXELS = 64,  ///< reads of one channel fill a cache line before the next channel comes
};

BD_INLINE bytes16 load_bytes(const uint8_t *from) {
  bytes16 value;
  memcpy(&value, from, sizeof value);
  return value;
}

BD_INLINE words4 load_words(const uint32_t *from) {
  words4 value;
  memcpy(&value, from, sizeof value);
  return value;
}

/// Elements of the first halves of a and b in turn.
BD_INLINE bytes16 interleave_low(bytes16 a, bytes16 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

BD_INLINE bytes16 interleave_high(bytes16 a, bytes16 b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/// Turns 16 x 16 bytes. Interleaving rows i and i + 8 of a square rotates the bits of (row, column) by one; four times
/// exchanges them.
BD_INLINE void turn_byte_square(const uint8_t *input, int64_t input_row, uint8_t *output, int64_t output_row) {
  bytes16 rows[BYTE_SQUARE], turned[BYTE_SQUARE];
  BD_UNROLL
  for (int r = 0; r < BYTE_SQUARE; r++) rows[r] = load_bytes(input + r * input_row);
  BD_UNROLL
  for (int round = 0; round < 4; round++) {
    BD_UNROLL
    for (int r = 0; r < BYTE_SQUARE / 2; r++) {
      turned[2 * r] = interleave_low(rows[r], rows[r + BYTE_SQUARE / 2]);
      turned[2 * r + 1] = interleave_high(rows[r], rows[r + BYTE_SQUARE / 2]);
    }
    BD_UNROLL
    for (int r = 0; r < BYTE_SQUARE; r++) rows[r] = turned[r];
  }
  BD_UNROLL
  for (int r = 0; r < BYTE_SQUARE; r++) memcpy(output + r * output_row, &rows[r], sizeof rows[r]);
}

/// Turns 4 x 4 words, by the same two interleavings.
BD_INLINE void turn_word_square(const uint32_t *input, int64_t input_row, uint32_t *output, int64_t output_row) {
  words4 rows[WORD_SQUARE], turned[WORD_SQUARE];
  BD_UNROLL
  for (int r = 0; r < WORD_SQUARE; r++) rows[r] = load_words(input + r * input_row);
  BD_UNROLL
  for (int round = 0; round < 2; round++) {
    BD_UNROLL
    for (int r = 0; r < WORD_SQUARE / 2; r++) {
      turned[2 * r] = __builtin_shufflevector(rows[r], rows[r + WORD_SQUARE / 2], 0, 4, 1, 5);
      turned[2 * r + 1] = __builtin_shufflevector(rows[r], rows[r + WORD_SQUARE / 2], 2, 6, 3, 7);
    }
    BD_UNROLL
    for (int r = 0; r < WORD_SQUARE; r++) rows[r] = turned[r];
  }
  BD_UNROLL
  for (int r = 0; r < WORD_SQUARE; r++) memcpy(output + r * output_row, &rows[r], sizeof rows[r]);
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/// Turns the channels from `channel` on of the pixels begin ..< end, one element after the other.
static void turn_rest_8(const uint8_t *input, uint8_t *output, int64_t channels, int64_t pixels, int64_t channel,
                        int64_t begin, int64_t end) {
  for (int64_t p = begin; p < end; p++)
    for (int64_t c = channel; c < channels; c++) output[p * channels + c] = input[c * pixels + p];
}

static void turn_rest_32(const uint32_t *input, uint32_t *output, int64_t channels, int64_t pixels, int64_t channel,
                         int64_t begin, int64_t end) {
  for (int64_t p = begin; p < end; p++)
    for (int64_t c = channel; c < channels; c++) output[p * channels + c] = input[c * pixels + p];
}

enum { RGB = 3 };

/// Turns an image of three channels, the first layer of most vision networks: four pixels of each channel make three words.
static void turn_rgb_8(const uint8_t *input, uint8_t *output, int64_t pixels) {
  const uint8_t *red = input, *green = input + pixels, *blue = input + 2 * pixels;
  int64_t p = 0;
  for (; p + 4 <= pixels; p += 4) {
    uint32_t r, g, b, words[RGB];
    memcpy(&r, red + p, sizeof r);
    memcpy(&g, green + p, sizeof g);
    memcpy(&b, blue + p, sizeof b);
    words[0] = (r & 0xFF) | (g & 0xFF) << 8 | (b & 0xFF) << 16 | (r >> 8 & 0xFF) << 24;
    words[1] = (g >> 8 & 0xFF) | (b >> 8 & 0xFF) << 8 | (r >> 16 & 0xFF) << 16 | (g >> 16 & 0xFF) << 24;
    words[2] = (b >> 16 & 0xFF) | (r >> 24) << 8 | (g >> 24) << 16 | (b >> 24) << 24;
    memcpy(output + RGB * p, words, sizeof words);
  }
  turn_rest_8(input, output, RGB, pixels, 0, p, pixels);
}

static void turn_rgb_32(const uint32_t *input, uint32_t *output, int64_t pixels) {
  for (int64_t p = 0; p < pixels; p++) {
    output[RGB * p] = input[p];
    output[RGB * p + 1] = input[pixels + p];
    output[RGB * p + 2] = input[2 * pixels + p];
  }
}

/// Turns one image, block of pixels by block of pixels.
static void turn_image_8(const uint8_t *input, uint8_t *output, int64_t channels, int64_t pixels) {
  if (channels == RGB) {
    turn_rgb_8(input, output, pixels);
    return;
  }
  int64_t square_channels = channels / BYTE_SQUARE * BYTE_SQUARE;
  for (int64_t block = 0; block < pixels; block += BLOCK_PIXELS) {
    int64_t end = smaller(block + BLOCK_PIXELS, pixels);
    int64_t square_end = block + (end - block) / BYTE_SQUARE * BYTE_SQUARE;
    for (int64_t c = 0; c < square_channels; c += BYTE_SQUARE)
      for (int64_t p = block; p < square_end; p += BYTE_SQUARE)
        turn_byte_square(input + c * pixels + p, pixels, output + p * channels + c, channels);
    turn_rest_8(input, output, channels, pixels, square_channels, block, square_end);
    turn_rest_8(input, output, channels, pixels, 0, square_end, end);
  }
}

static void turn_image_32(const uint32_t *input, uint32_t *output, int64_t channels, int64_t pixels) {
  if (channels == RGB) {
    turn_rgb_32(input, output, pixels);
    return;
  }
  int64_t square_channels = channels / WORD_SQUARE * WORD_SQUARE;
  for (int64_t block = 0; block < pixels; block += BLOCK_PIXELS) {
    int64_t end = smaller(block + BLOCK_PIXELS, pixels);
    int64_t square_end = block + (end - block) / WORD_SQUARE * WORD_SQUARE;
    for (int64_t c = 0; c < square_channels; c += WORD_SQUARE)
      for (int64_t p = block; p < square_end; p += WORD_SQUARE)
        turn_word_square(input + c * pixels + p, pixels, output + p * channels + c, channels);
    turn_rest_32(input, output, channels, pixels, square_channels, block, square_end);
    turn_rest_32(input, output, channels, pixels, 0, square_end, end);
  }
}

void bd_transpose_nchw_nhwc_8(const uint8_t *input, uint8_t *output, int64_t images, int64_t channels, int64_t pixels) {
  for (int64_t n = 0; n < images; n++)
    turn_image_8(input + n * channels * pixels, output + n * channels * pixels, channels, pixels);
}

void bd_transpose_nchw_nhwc_32(const uint32_t *input, uint32_t *output, int64_t images, int64_t channels,
                               int64_t pixels) {
  for (int64_t n = 0; n < images; n++)
    turn_image_32(input + n * channels * pixels, output + n * channels * pixels, channels, pixels);
}

void bd_border_nhwc(void *image, int64_t height, int64_t width, int64_t channels, int64_t element_bytes,
                    int64_t pad_top, int64_t pad_left, int64_t pad_bottom, int64_t pad_right, uint8_t fill,
                    int64_t line_begin, int64_t line_end) {
  const int border = element_bytes == 1 ? fill : 0;
  const size_t pixel = (size_t)(channels * element_bytes), inner = (size_t)width * pixel;
  const size_t left = (size_t)pad_left * pixel, right = (size_t)pad_right * pixel, outer = left + inner + right;
  const int64_t padded_height = height + pad_top + pad_bottom;
  for (int64_t line = line_begin; line < line_end; line++) {
    uint8_t *to = (uint8_t *)image + (size_t)line * outer;
    const int64_t y = line % padded_height - pad_top;
    if (y < 0 || y >= height) {
      memset(to, border, outer);
      continue;
    }
    memset(to, border, left);
    memset(to + left + inner, border, right);
  }
}

void bd_pad_nhwc(const void *input, void *output, int64_t height, int64_t width, int64_t channels,
                 int64_t element_bytes, int64_t pad_top, int64_t pad_left, int64_t pad_bottom, int64_t pad_right,
                 uint8_t fill, int64_t line_begin, int64_t line_end) {
  bd_border_nhwc(output, height, width, channels, element_bytes, pad_top, pad_left, pad_bottom, pad_right, fill,
                 line_begin, line_end);
  const size_t pixel = (size_t)(channels * element_bytes), inner = (size_t)width * pixel;
  const size_t left = (size_t)pad_left * pixel, outer = left + inner + (size_t)pad_right * pixel;
  const int64_t padded_height = height + pad_top + pad_bottom;
  for (int64_t line = line_begin; line < line_end; line++) {
    const int64_t n = line / padded_height, y = line % padded_height - pad_top;
    if (y >= 0 && y < height)
      memcpy((uint8_t *)output + (size_t)line * outer + left, (const uint8_t *)input + (size_t)(n * height + y) * inner,
             inner);
  }
}
