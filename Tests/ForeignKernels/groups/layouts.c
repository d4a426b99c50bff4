// Transpositions and borders against plain loops; they are the same in every table.
#include <stdio.h>
#include <string.h>

#include "../driver.h"

static void transposition(trial *trial, int64_t bytes) {
  begin_case(trial, "transposition");
  const int64_t images = within(trial, 1, 2), pixels = within(trial, 1, 150);
  const int64_t channels = chance(trial, 30) ? 3 : within(trial, 1, 40), elements = images * channels * pixels;
  snprintf(trial->name, sizeof trial->name, "transposition of %lldx%lldx%lld, %lld bytes each", (long long)images,
           (long long)channels, (long long)pixels, (long long)bytes);
  uint8_t *input = input_memory(elements * bytes);
  for (int64_t i = 0; i < elements * bytes; i++) input[i] = (uint8_t)within(trial, 0, 255);
  uint8_t *expected = output_memory(elements * bytes), *actual = output_memory(elements * bytes);
  for (int64_t n = 0; n < images; n++)
    for (int64_t c = 0; c < channels; c++)
      for (int64_t p = 0; p < pixels; p++)
        memcpy(expected + ((n * pixels + p) * channels + c) * bytes, input + ((n * channels + c) * pixels + p) * bytes,
               (size_t)bytes);
  if (bytes == 1) bd_transpose_nchw_nhwc_8(input, actual, images, channels, pixels);
  else bd_transpose_nchw_nhwc_32((const uint32_t *)input, (uint32_t *)actual, images, channels, pixels);
  expect_bytes(trial, "the output", actual, expected, elements * bytes);
}

static void padding(trial *trial, int64_t bytes) {
  begin_case(trial, "padding");
  const int64_t images = within(trial, 1, 2), height = within(trial, 1, 5), width = within(trial, 1, 6);
  const int64_t channels = within(trial, 1, 20), pixel = channels * bytes;
  const int64_t top = within(trial, 0, 2), left = within(trial, 0, 2), bottom = within(trial, 0, 2), right = within(trial, 0, 2);
  const int64_t rows = height + top + bottom, columns = width + left + right, all = images * rows * columns * pixel;
  uint8_t *input = input_memory(images * height * width * pixel);
  fill_codes(trial, input, images * height * width * pixel);
  uint8_t *expected = output_memory(all), *actual = output_memory(all), *border = output_memory(all);
  const uint8_t fill = 77;
  for (int64_t p = 0; p < images * rows * columns; p++) {
    const int64_t x = p % columns - left, y = p / columns % rows - top, n = p / columns / rows;
    const bool inside = x >= 0 && x < width && y >= 0 && y < height;
    if (inside) memcpy(expected + p * pixel, input + ((n * height + y) * width + x) * pixel, (size_t)pixel);
    else memset(expected + p * pixel, bytes == 1 ? fill : 0, (size_t)pixel);
  }
  bd_pad_nhwc(input, actual, height, width, channels, bytes, top, left, bottom, right, fill, 0, images * rows);
  expect_bytes(trial, "the padded image", actual, expected, all);
  bd_border_nhwc(border, height, width, channels, bytes, top, left, bottom, right, fill, 0, images * rows);
  for (int64_t p = 0; p < images * rows * columns; p++) {
    const int64_t x = p % columns - left, y = p / columns % rows - top;
    if (x >= 0 && x < width && y >= 0 && y < height) memset(expected + p * pixel, 0xA5, (size_t)pixel);
  }
  expect_bytes(trial, "the border", border, expected, all);
}

void layouts(trial *trial) {
  if (trial->table != trial->oracle) return;
  for (int64_t r = 0; r < trial->repetitions * 2; r++)
    for (int64_t bytes = 1; bytes <= 4; bytes += 3) {
      transposition(trial, bytes);
      padding(trial, bytes);
    }
}
