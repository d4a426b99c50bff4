/// What Swift cannot call by itself: checked big allocations; files: bitdepth_files.h, zlib: bitdepth_zlib.h. No logic.
#ifndef BITDEPTH_SYSTEM_H
#define BITDEPTH_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/// Allocates `bytes` (at least 1) aligned to 64, or returns NULL. Free with `bd_free`.
void *bd_allocate(size_t bytes);
void bd_free(void *memory);

#endif
