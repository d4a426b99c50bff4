#include "bitdepth_images.h"

#ifdef BITDEPTH_IMAGES

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

// Bytes that one byte of a deflate stream can stand for, at most.
enum { LARGEST_RATIO = 1032 };
// What chunks other than pixels may hold together, and how many are kept.
enum { MOST_CHUNK_BYTES = 8 << 20, MOST_CHUNKS = 64 };

struct decoding {
  jmp_buf escape;
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t left;
  int code;
  struct bd_image *image;
};

static void stop(struct decoding *decoding, int code, const char *message) {
  snprintf(decoding->image->message, BD_IMAGE_MESSAGE_BYTES, "%s", message);
  decoding->code = code;
  longjmp(decoding->escape, 1);
}

static void on_error(png_structp png, png_const_charp message) {
  stop(png_get_error_ptr(png), BD_IMAGE_MALFORMED, message);
}

static void on_warning(png_structp png, png_const_charp message) { (void)png, (void)message; }

static void on_read(png_structp png, png_bytep bytes, size_t count) {
  struct decoding *decoding = png_get_io_ptr(png);
  if (count > decoding->left) stop(decoding, BD_IMAGE_TRUNCATED, "the file ends before the image");
  memcpy(bytes, decoding->next, count);
  decoding->next += count;
  decoding->left -= count;
}

static void check_size(struct decoding *decoding, size_t count, uint64_t most_pixels) {
  uint64_t pixels = (uint64_t)decoding->image->width * decoding->image->height;
  if (pixels > most_pixels) stop(decoding, BD_IMAGE_TOO_LARGE, "the image has more pixels than the limit");
  uint64_t bits = (uint64_t)png_get_bit_depth(decoding->png, decoding->info) *
                  png_get_channels(decoding->png, decoding->info);
  if (pixels / 8 * bits / LARGEST_RATIO > count)
    stop(decoding, BD_IMAGE_TOO_LARGE, "the file is too short for as many pixels as it claims");
}

// Every kind of PNG becomes 8-bit gray or RGB, with alpha where the file has any.
static void choose_samples(struct decoding *decoding) {
  png_structp png = decoding->png;
  png_infop info = decoding->info;
  int type = png_get_color_type(png, info);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if (png_get_valid(png, info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
  if (png_get_bit_depth(png, info) == 16) png_set_strip_16(png);
}

static void read_header(struct decoding *decoding, size_t count, uint64_t most_pixels) {
  decoding->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoding, on_error, on_warning);
  if (!decoding->png) stop(decoding, BD_IMAGE_NO_MEMORY, "no memory for the decoder");
  decoding->info = png_create_info_struct(decoding->png);
  if (!decoding->info) stop(decoding, BD_IMAGE_NO_MEMORY, "no memory for the decoder");
  png_set_read_fn(decoding->png, decoding, on_read);
  // The number of pixels is what is limited; a single row of them is as good as a square.
  png_set_user_limits(decoding->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(decoding->png, MOST_CHUNK_BYTES);
  png_set_chunk_cache_max(decoding->png, MOST_CHUNKS);
  png_read_info(decoding->png, decoding->info);
  decoding->image->width = png_get_image_width(decoding->png, decoding->info);
  decoding->image->height = png_get_image_height(decoding->png, decoding->info);
  check_size(decoding, count, most_pixels);
  choose_samples(decoding);
}

static void read_pixels(struct decoding *decoding, uint8_t *pixels, int passes) {
  size_t row_bytes = (size_t)decoding->image->width * decoding->image->channels;
  // Later passes of an interlaced image add to the rows of the earlier ones.
  for (int pass = 0; pass < passes; pass++)
    for (size_t y = 0; y < decoding->image->height; y++) png_read_row(decoding->png, pixels + y * row_bytes, NULL);
  png_read_end(decoding->png, NULL);
}

// In a frame of its own: what a jump comes back to may use nothing that changed since, and `decoding` lies outside.
static void run(struct decoding *decoding, size_t count, uint64_t most_pixels, uint8_t *pixels) {
  if (setjmp(decoding->escape)) return;
  read_header(decoding, count, most_pixels);
  int passes = png_set_interlace_handling(decoding->png);
  png_read_update_info(decoding->png, decoding->info);
  decoding->image->channels = png_get_channels(decoding->png, decoding->info);
  if (pixels) read_pixels(decoding, pixels, passes);
}

int bd_png_read(const void *bytes, size_t count, uint64_t most_pixels, struct bd_image *image, uint8_t *pixels) {
  struct decoding decoding;
  memset(&decoding, 0, sizeof decoding);
  memset(image, 0, sizeof *image);
  decoding.next = bytes;
  decoding.left = count;
  decoding.image = image;
  run(&decoding, count, most_pixels, pixels);
  if (decoding.png) png_destroy_read_struct(&decoding.png, &decoding.info, NULL);
  return decoding.code;
}

#endif
