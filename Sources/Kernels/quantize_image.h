/// Quantization of images whose channels are planes into channels-last codes: written once for all instruction sets.
///
/// The includer defines BD_ISA, BD_TARGET (the target attribute), and turn_rgb, which turns three planes into pixels.
#include "internal.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum { PIECE = 4096, MOST_CHANNELS = 4 };

/// Pixels of planes that lie PIECE apart, one behind the other.
BD_TARGET static void turn(const uint8_t *planes, int64_t channels, uint8_t *pixels, int64_t count) {
  int64_t done = 0;
  if (channels == 1) {
    memcpy(pixels, planes, (size_t)count);
    return;
  }
  if (channels == 3) done = turn_rgb(planes, planes + PIECE, planes + 2 * PIECE, pixels, count);
  for (int64_t x = done; x < count; x++)
    for (int64_t c = 0; c < channels; c++) pixels[x * channels + c] = planes[c * PIECE + x];
}

/// Pixels `begin` to `end` of one image; at most PIECE, for then the codes of a piece stay in the first cache.
BD_TARGET static void quantize_piece(const bd_quantize_image *job, int64_t image, int64_t begin, int64_t end) {
  _Alignas(64) uint8_t planes[MOST_CHANNELS * PIECE];
  const int64_t plane = job->height * job->width;
  for (int64_t c = 0; c < job->channels; c++) {
    const float *reals = job->input + (image * job->channels + c) * plane + begin;
    BD_ENTRY(bd_quantize_u8)(reals, planes + c * PIECE, job->scale, job->zero_point, 0, end - begin);
  }
  for (int64_t p = begin; p < end;) {
    const int64_t y = p / job->width, x = p % job->width, count = bd_min(job->width - x, end - p);
    uint8_t *pixels = job->output + image * job->output_image + y * job->output_line + x * job->channels;
    turn(planes + p - begin, job->channels, pixels, count);
    p += count;
  }
}

BD_TARGET void BD_ENTRY(bd_quantize_image)(const bd_quantize_image *job, int64_t line_begin, int64_t line_end) {
  for (int64_t l = line_begin; l < line_end;) {
    const int64_t image = l / job->height, y = l % job->height, lines = bd_min(job->height - y, line_end - l);
    const int64_t first = y * job->width, last = (y + lines) * job->width;
    for (int64_t p = first; p < last; p += PIECE) quantize_piece(job, image, p, bd_min(p + PIECE, last));
    l += lines;
  }
}
