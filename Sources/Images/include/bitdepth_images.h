/// JPEG and PNG pixels, where the package was built with libjpeg-turbo and libpng (trait Images), and the sums of resampling.
///
/// Decoders work on files in memory, keep no state between calls and never jump out of this room: errors of the libraries come
/// back as a code and a sentence.
#ifndef BITDEPTH_IMAGES_H
#define BITDEPTH_IMAGES_H

#include <stddef.h>
#include <stdint.h>

enum {
  BD_IMAGE_DONE = 0,
  BD_IMAGE_MALFORMED = 1,
  BD_IMAGE_TRUNCATED = 2,
  /// A kind of image that is not read: 12-bit or lossless JPEG, for instance.
  BD_IMAGE_UNSUPPORTED = 3,
  /// More pixels than `most_pixels`, or more than so few bytes can hold.
  BD_IMAGE_TOO_LARGE = 4,
  BD_IMAGE_NO_MEMORY = 5,
  BD_IMAGE_UNAVAILABLE = 6
};

enum { BD_IMAGE_MESSAGE_BYTES = 200 };

struct bd_image {
  uint32_t width;
  uint32_t height;
  /// 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
  uint32_t channels;
  /// What the decoder says about an error, ended by a zero.
  char message[BD_IMAGE_MESSAGE_BYTES];
};

/// 1 where the decoders below do something, 0 where they all answer BD_IMAGE_UNAVAILABLE.
int bd_images_available(void);

/// Reads a JPEG or PNG file. Without `pixels` only the header is read, and `image` filled in; `pixels` has room for
/// height * width * channels bytes as `image` said then, and gets the rows from top to bottom, without gaps.
///
/// JPEG: CMYK, taken as inverted, becomes RGB by (255 - C) * (255 - K) / 255. PNG: palettes become RGB, 16 bits become 8 by
/// dropping the lower ones, a transparent colour becomes alpha. Colour profiles and gamma are not applied.
int bd_jpeg_read(const void *bytes, size_t count, uint64_t most_pixels, struct bd_image *image, uint8_t *pixels);
int bd_png_read(const void *bytes, size_t count, uint64_t most_pixels, struct bd_image *image, uint8_t *pixels);

/// The weights that make one row or column of an output from its input, for each of `count` outputs: output i is the sum of
/// inputs starts[i] ..< starts[i] + lengths[i] times weights[i * taps ...], in units of 2^-22, rounded half up and clipped to
/// 0 ... 255.
struct bd_resampling {
  size_t count;
  size_t taps;
  const int32_t *starts;
  const int32_t *lengths;
  const int32_t *weights;
};

/// Resamples every row of `height` rows with `width` pixels of `channels` bytes each.
void bd_resample_rows(const uint8_t *input, size_t height, size_t width, size_t channels,
                      const struct bd_resampling *resampling, uint8_t *output);
/// Resamples columns: rows of `row_bytes` bytes each are added up.
void bd_resample_columns(const uint8_t *input, size_t row_bytes, const struct bd_resampling *resampling, uint8_t *output);

#endif
