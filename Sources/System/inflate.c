#include "bitdepth_zlib.h"

#ifdef BITDEPTH_ZLIB

#include <zlib.h>

// zlib counts in unsigned int, so larger buffers go in pieces.
static const size_t PIECE = (size_t)1 << 30;

static uInt piece(size_t rest) { return (uInt)(rest < PIECE ? rest : PIECE); }

int bd_zlib_available(void) { return 1; }

int bd_inflate_raw(const void *input, size_t input_count, void *output, size_t output_count, size_t *consumed,
                   size_t *produced) {
  *consumed = 0;
  *produced = 0;
  z_stream stream = {0};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return BD_ZLIB_NO_MEMORY;
  int result = BD_ZLIB_MALFORMED;
  for (;;) {
    uInt in = piece(input_count - *consumed), out = piece(output_count - *produced);
    // A full output may still be followed by the end-of-block code; one spare byte shows whether more is coming.
    Bytef spare;
    int is_full = out == 0;
    stream.next_in = (z_const Bytef *)input + *consumed;
    stream.avail_in = in;
    stream.next_out = is_full ? &spare : (Bytef *)output + *produced;
    stream.avail_out = is_full ? 1 : out;
    int status = inflate(&stream, Z_NO_FLUSH);
    *consumed += in - stream.avail_in;
    if (is_full && stream.avail_out == 0) {
      result = BD_ZLIB_OUTPUT_FULL;
      break;
    }
    if (!is_full) *produced += out - stream.avail_out;
    if (status == Z_STREAM_END) {
      result = BD_ZLIB_DONE;
      break;
    }
    if (status == Z_MEM_ERROR) {
      result = BD_ZLIB_NO_MEMORY;
      break;
    }
    if (status != Z_OK && status != Z_BUF_ERROR) break;
    if (*consumed == input_count && stream.avail_out != 0) {
      result = BD_ZLIB_TRUNCATED;
      break;
    }
  }
  inflateEnd(&stream);
  return result;
}

int bd_deflate_raw(const void *input, size_t input_count, void *output, size_t output_count, int level, size_t *produced) {
  size_t consumed = 0;
  *produced = 0;
  z_stream stream = {0};
  if (deflateInit2(&stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) return BD_ZLIB_NO_MEMORY;
  int result = BD_ZLIB_OUTPUT_FULL;
  while (*produced < output_count) {
    uInt in = piece(input_count - consumed), out = piece(output_count - *produced);
    stream.next_in = (z_const Bytef *)input + consumed;
    stream.avail_in = in;
    stream.next_out = (Bytef *)output + *produced;
    stream.avail_out = out;
    int status = deflate(&stream, in == input_count - consumed ? Z_FINISH : Z_NO_FLUSH);
    consumed += in - stream.avail_in;
    *produced += out - stream.avail_out;
    if (status == Z_STREAM_END) {
      result = BD_ZLIB_DONE;
      break;
    }
    if (status != Z_OK && status != Z_BUF_ERROR) {
      result = BD_ZLIB_MALFORMED;
      break;
    }
  }
  deflateEnd(&stream);
  return result;
}

size_t bd_deflate_bound(size_t count) { return compressBound(count) + 64; }

uint32_t bd_crc32(uint32_t crc, const void *bytes, size_t count) {
  const Bytef *next = bytes;
  while (count > 0) {
    uInt step = piece(count);
    crc = (uint32_t)crc32(crc, next, step);
    next += step;
    count -= step;
  }
  return crc;
}

#else

int bd_zlib_available(void) { return 0; }

int bd_inflate_raw(const void *input, size_t input_count, void *output, size_t output_count, size_t *consumed,
                   size_t *produced) {
  (void)input, (void)input_count, (void)output, (void)output_count;
  *consumed = 0;
  *produced = 0;
  return BD_ZLIB_UNAVAILABLE;
}

int bd_deflate_raw(const void *input, size_t input_count, void *output, size_t output_count, int level, size_t *produced) {
  (void)input, (void)input_count, (void)output, (void)output_count, (void)level;
  *produced = 0;
  return BD_ZLIB_UNAVAILABLE;
}

size_t bd_deflate_bound(size_t count) { return count; }

uint32_t bd_crc32(uint32_t crc, const void *bytes, size_t count) {
  (void)bytes, (void)count;
  return crc;
}

#endif
