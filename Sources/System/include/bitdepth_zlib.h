/// zlib, where the package was built with it (trait Zlib): raw deflate streams and CRC-32. No logic, no state between calls.
#ifndef BITDEPTH_ZLIB_H
#define BITDEPTH_ZLIB_H

#include <stddef.h>
#include <stdint.h>

enum {
  BD_ZLIB_DONE = 0,
  /// The stream holds more than the output has room for.
  BD_ZLIB_OUTPUT_FULL = 1,
  BD_ZLIB_TRUNCATED = 2,
  BD_ZLIB_MALFORMED = 3,
  BD_ZLIB_NO_MEMORY = 4,
  BD_ZLIB_UNAVAILABLE = 5
};

/// 1 where the functions below do something, 0 where they all answer BD_ZLIB_UNAVAILABLE.
int bd_zlib_available(void);

/// Inflates one raw deflate stream (RFC 1951). `consumed` and `produced` tell how far it came, also after an error.
int bd_inflate_raw(const void *input, size_t input_count, void *output, size_t output_count, size_t *consumed,
                   size_t *produced);

/// Compresses to one raw deflate stream at `level` 0 ... 9.
int bd_deflate_raw(const void *input, size_t input_count, void *output, size_t output_count, int level, size_t *produced);

/// Bytes that are enough for the compressed form of `count` bytes.
size_t bd_deflate_bound(size_t count);

/// Continues the CRC-32 of ISO 3309 over `count` more bytes; the first `crc` is 0.
uint32_t bd_crc32(uint32_t crc, const void *bytes, size_t count);

#endif
