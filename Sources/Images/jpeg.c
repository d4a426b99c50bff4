#include "bitdepth_images.h"

#ifdef BITDEPTH_IMAGES

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// A scan of a progressive file takes time in proportion to the image, not to its bytes; encoders make about ten.
enum { MOST_SCANS = 100 };

// One decoding; the library's `client_data` points to it.
struct decoding {
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  struct jpeg_decompress_struct jpeg;
  jmp_buf escape;
  int code;
  struct bd_image *image;
};

static struct decoding *of(j_common_ptr jpeg) { return (struct decoding *)jpeg->client_data; }

static void fail(j_common_ptr jpeg, int code) {
  struct decoding *decoding = of(jpeg);
  char message[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, message);
  snprintf(decoding->image->message, BD_IMAGE_MESSAGE_BYTES, "%s", message);
  decoding->code = code;
  longjmp(decoding->escape, 1);
}

static void stop(struct decoding *decoding, int code, const char *message) {
  snprintf(decoding->image->message, BD_IMAGE_MESSAGE_BYTES, "%s", message);
  decoding->code = code;
  longjmp(decoding->escape, 1);
}

static void on_error(j_common_ptr jpeg) {
  switch (jpeg->err->msg_code) {
    case JERR_OUT_OF_MEMORY: fail(jpeg, BD_IMAGE_NO_MEMORY); break;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF: fail(jpeg, BD_IMAGE_TRUNCATED); break;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL: fail(jpeg, BD_IMAGE_UNSUPPORTED); break;
    default: fail(jpeg, BD_IMAGE_MALFORMED);
  }
}

// The library repairs damage and goes on with made-up pixels; here damage is an error, harmless oddities are not.
static void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER: fail(jpeg, BD_IMAGE_TRUNCATED); break;
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_NOT_SEQUENTIAL: fail(jpeg, BD_IMAGE_MALFORMED); break;
    default: break;
  }
}

static void on_output(j_common_ptr jpeg) { (void)jpeg; }

static void on_progress(j_common_ptr jpeg) {
  struct decoding *decoding = of(jpeg);
  if (decoding->jpeg.input_scan_number > MOST_SCANS) stop(decoding, BD_IMAGE_TOO_LARGE, "the file has too many scans");
}

// A block of 64 pixels takes at least one bit where Huffman codes are used.
static int is_justified(const struct jpeg_decompress_struct *jpeg, size_t count) {
  uint64_t blocks = ((uint64_t)jpeg->image_width + 7) / 8 * (((uint64_t)jpeg->image_height + 7) / 8);
  return jpeg->arith_code || blocks / 8 <= count;
}

static void choose_colours(struct decoding *decoding) {
  struct jpeg_decompress_struct *jpeg = &decoding->jpeg;
  switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE: jpeg->out_color_space = JCS_GRAYSCALE; break;
    case JCS_RGB:
    case JCS_YCbCr: jpeg->out_color_space = JCS_RGB; break;
    case JCS_CMYK:
    case JCS_YCCK: jpeg->out_color_space = JCS_CMYK; break;
    default: stop(decoding, BD_IMAGE_UNSUPPORTED, "the file's colours are neither gray, RGB, YCbCr nor CMYK");
  }
  decoding->image->channels = jpeg->out_color_space == JCS_GRAYSCALE ? 1 : 3;
}

static uint8_t product(unsigned a, unsigned b) { return (uint8_t)((a * b * 2 + 255) / 510); }

// Files hold 255 less the amount of ink, as Adobe's programs have always written them.
static void ink_to_light(const uint8_t *row, size_t width, uint8_t *out) {
  for (size_t x = 0; x < width; x++, row += 4, out += 3) {
    uint8_t light = row[3];
    for (int c = 0; c < 3; c++) out[c] = light - product(255 - row[c], light);
  }
}

static void read_header(struct decoding *decoding, const void *bytes, size_t count, uint64_t most_pixels) {
  struct jpeg_decompress_struct *jpeg = &decoding->jpeg;
  jpeg_create_decompress(jpeg);
  jpeg_mem_src(jpeg, bytes, (unsigned long)count);
  jpeg_read_header(jpeg, TRUE);
  decoding->image->width = jpeg->image_width;
  decoding->image->height = jpeg->image_height;
  if ((uint64_t)jpeg->image_width * jpeg->image_height > most_pixels)
    stop(decoding, BD_IMAGE_TOO_LARGE, "the image has more pixels than the limit");
  if (!is_justified(jpeg, count))
    stop(decoding, BD_IMAGE_TOO_LARGE, "the file is too short for as many pixels as it claims");
  choose_colours(decoding);
}

static void read_pixels(struct decoding *decoding, uint8_t *pixels) {
  struct jpeg_decompress_struct *jpeg = &decoding->jpeg;
  struct bd_image *image = decoding->image;
  decoding->progress.progress_monitor = on_progress;
  jpeg->progress = &decoding->progress;
  jpeg_start_decompress(jpeg);
  size_t row_bytes = (size_t)image->width * image->channels;
  JSAMPARRAY inks = NULL;
  if (jpeg->out_color_space == JCS_CMYK)
    inks = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, image->width * 4, 1);
  while (jpeg->output_scanline < jpeg->output_height) {
    uint8_t *row = pixels + jpeg->output_scanline * row_bytes;
    JSAMPROW rows[1] = {inks ? inks[0] : row};
    jpeg_read_scanlines(jpeg, rows, 1);
    if (inks) ink_to_light(inks[0], image->width, row);
  }
  jpeg_finish_decompress(jpeg);
}

// In a frame of its own: what a jump comes back to may use nothing that changed since, and `decoding` lies outside.
static void run(struct decoding *decoding, const void *bytes, size_t count, uint64_t most_pixels, uint8_t *pixels) {
  if (setjmp(decoding->escape)) return;
  read_header(decoding, bytes, count, most_pixels);
  if (pixels) read_pixels(decoding, pixels);
}

int bd_jpeg_read(const void *bytes, size_t count, uint64_t most_pixels, struct bd_image *image, uint8_t *pixels) {
  struct decoding decoding;
  memset(&decoding, 0, sizeof decoding);
  memset(image, 0, sizeof *image);
  decoding.image = image;
  decoding.jpeg.err = jpeg_std_error(&decoding.errors);
  decoding.jpeg.client_data = &decoding;
  decoding.errors.error_exit = on_error;
  decoding.errors.emit_message = on_message;
  decoding.errors.output_message = on_output;
  run(&decoding, bytes, count, most_pixels, pixels);
  jpeg_destroy_decompress(&decoding.jpeg);
  return decoding.code;
}

#endif
