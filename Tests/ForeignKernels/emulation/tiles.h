/// The tiles of AMX in plain C, under the names of their intrinsics. A tile that is used without a configuration, or beyond
/// it, ends the program, as the processor would.
#ifndef BITDEPTH_FOREIGN_KERNELS_TILES_H
#define BITDEPTH_FOREIGN_KERNELS_TILES_H

#include <stdlib.h>

enum { EMULATED_TILES = 8, EMULATED_TILE_ROWS = 16, EMULATED_TILE_ROW_BYTES = 64 };

static struct {
  int rows[EMULATED_TILES], row_bytes[EMULATED_TILES];
  uint8_t bytes[EMULATED_TILES][EMULATED_TILE_ROWS][EMULATED_TILE_ROW_BYTES];
} emulated_tiles;

/// The 64 bytes of a configuration: palette, start row, 14 reserved; 16 row lengths of 16 bits; 16 row counts of 8.
EMULATED void _tile_loadconfig(const void *from) {
  const uint8_t *bytes = from;
  if (bytes[0] != 1) abort();
  memset(&emulated_tiles, 0, sizeof emulated_tiles);
  for (int t = 0; t < EMULATED_TILES; t++) {
    emulated_tiles.row_bytes[t] = bytes[16 + 2 * t] | bytes[17 + 2 * t] << 8;
    emulated_tiles.rows[t] = bytes[48 + t];
    if (emulated_tiles.rows[t] > EMULATED_TILE_ROWS || emulated_tiles.row_bytes[t] > EMULATED_TILE_ROW_BYTES) abort();
  }
}

EMULATED void _tile_release(void) { memset(&emulated_tiles, 0, sizeof emulated_tiles); }

EMULATED void _tile_zero(int tile) {
  if (emulated_tiles.rows[tile] == 0) abort();
  memset(emulated_tiles.bytes[tile], 0, sizeof emulated_tiles.bytes[tile]);
}

EMULATED void _tile_loadd(int tile, const void *from, int64_t stride) {
  _tile_zero(tile);
  for (int row = 0; row < emulated_tiles.rows[tile]; row++)
    memcpy(emulated_tiles.bytes[tile][row], (const char *)from + row * stride, (size_t)emulated_tiles.row_bytes[tile]);
}

EMULATED void _tile_stored(int tile, void *to, int64_t stride) {
  if (emulated_tiles.rows[tile] == 0) abort();
  for (int row = 0; row < emulated_tiles.rows[tile]; row++)
    memcpy((char *)to + row * stride, emulated_tiles.bytes[tile][row], (size_t)emulated_tiles.row_bytes[tile]);
}

/// sums[m][n] += the products of row m of `a`, unsigned bytes, and the bytes 4 n ... 4 n + 3 of all rows of `b`, signed.
EMULATED void _tile_dpbusd(int sums, int a, int b) {
  const int depth = emulated_tiles.row_bytes[a] / 4, columns = emulated_tiles.row_bytes[sums] / 4;
  if (emulated_tiles.rows[a] != emulated_tiles.rows[sums] || emulated_tiles.rows[b] != depth ||
      emulated_tiles.row_bytes[b] != emulated_tiles.row_bytes[sums])
    abort();
  for (int m = 0; m < emulated_tiles.rows[sums]; m++) {
    uint32_t row[EMULATED_TILE_ROW_BYTES / 4];
    memcpy(row, emulated_tiles.bytes[sums][m], sizeof row);
    for (int k = 0; k < depth; k++)
      for (int n = 0; n < columns; n++)
        for (int t = 4 * n; t < 4 * n + 4; t++)
          row[n] += (uint32_t)(emulated_tiles.bytes[a][m][4 * k + t % 4] * (int8_t)emulated_tiles.bytes[b][k][t]);
    memcpy(emulated_tiles.bytes[sums][m], row, sizeof row);
  }
}

#endif
