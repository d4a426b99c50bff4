#include "bitdepth_images.h"

#ifdef BITDEPTH_IMAGES

int bd_images_available(void) { return 1; }

#else

#include <string.h>

int bd_images_available(void) { return 0; }

int bd_jpeg_read(const void *bytes, size_t count, uint64_t most_pixels, struct bd_image *image, uint8_t *pixels) {
  (void)bytes, (void)count, (void)most_pixels, (void)pixels;
  memset(image, 0, sizeof *image);
  return BD_IMAGE_UNAVAILABLE;
}

int bd_png_read(const void *bytes, size_t count, uint64_t most_pixels, struct bd_image *image, uint8_t *pixels) {
  return bd_jpeg_read(bytes, count, most_pixels, image, pixels);
}

#endif
