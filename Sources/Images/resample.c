#include "bitdepth_images.h"

#include <string.h>

enum { FRACTION_BITS = 22 };
// One half, which makes the shift round.
static const int32_t HALF = 1 << (FRACTION_BITS - 1);
// Bytes of a row whose sums are kept at a time.
enum { BLOCK = 512 };

static uint8_t clipped(int32_t sum) {
  int32_t value = sum >> FRACTION_BITS;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void resample_row(const uint8_t *row, size_t channels, const struct bd_resampling *resampling, uint8_t *output) {
  for (size_t x = 0; x < resampling->count; x++) {
    const int32_t *weights = resampling->weights + x * resampling->taps;
    const uint8_t *first = row + (size_t)resampling->starts[x] * channels;
    for (size_t c = 0; c < channels; c++) {
      int32_t sum = HALF;
      for (int32_t tap = 0; tap < resampling->lengths[x]; tap++) sum += first[(size_t)tap * channels + c] * weights[tap];
      *output++ = clipped(sum);
    }
  }
}

void bd_resample_rows(const uint8_t *input, size_t height, size_t width, size_t channels,
                      const struct bd_resampling *resampling, uint8_t *output) {
  for (size_t y = 0; y < height; y++)
    resample_row(input + y * width * channels, channels, resampling, output + y * resampling->count * channels);
}

void bd_resample_columns(const uint8_t *input, size_t row_bytes, const struct bd_resampling *resampling, uint8_t *output) {
  int32_t sums[BLOCK];
  for (size_t y = 0; y < resampling->count; y++) {
    const int32_t *weights = resampling->weights + y * resampling->taps;
    const uint8_t *rows = input + (size_t)resampling->starts[y] * row_bytes;
    for (size_t start = 0; start < row_bytes; start += BLOCK) {
      size_t width = row_bytes - start < BLOCK ? row_bytes - start : BLOCK;
      for (size_t i = 0; i < width; i++) sums[i] = HALF;
      for (int32_t tap = 0; tap < resampling->lengths[y]; tap++) {
        const uint8_t *row = rows + (size_t)tap * row_bytes + start;
        for (size_t i = 0; i < width; i++) sums[i] += row[i] * weights[tap];
      }
      for (size_t i = 0; i < width; i++) output[y * row_bytes + start + i] = clipped(sums[i]);
    }
  }
}
