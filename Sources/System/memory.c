// posix_memalign and friends are not part of C11 itself.
#define _GNU_SOURCE
#include "bitdepth_system.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { ALIGNMENT = 64 };

void *bd_allocate(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return NULL;
  size_t rounded = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
  void *memory = NULL;
  return posix_memalign(&memory, ALIGNMENT, rounded) == 0 ? memory : NULL;
}

void bd_free(void *memory) { free(memory); }

void bd_return_large_blocks(void) {
#ifdef __GLIBC__
  // Set once, the threshold no longer grows with what is freed.
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}
