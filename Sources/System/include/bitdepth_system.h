/// What Swift cannot call by itself: checked big allocations; files: bitdepth_files.h, zlib: bitdepth_zlib.h,
/// other programs: bitdepth_processes.h. No logic.
#ifndef BITDEPTH_SYSTEM_H
#define BITDEPTH_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/// Allocates `bytes` (at least 1) aligned to 64, or returns NULL. Free with `bd_free`.
void *bd_allocate(size_t bytes);
void bd_free(void *memory);
/// From now on blocks of at least 128 KiB go back to the system when they are freed: slower, but small blocks between them
/// cannot hold their memory back.
void bd_return_large_blocks(void);

#endif
