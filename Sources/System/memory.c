// posix_memalign and friends are not part of C11 itself.
#define _GNU_SOURCE
#include "bitdepth_system.h"

#include <stdlib.h>

enum { ALIGNMENT = 64 };

void *bd_allocate(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return NULL;
  size_t rounded = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
  void *memory = NULL;
  return posix_memalign(&memory, ALIGNMENT, rounded) == 0 ? memory : NULL;
}

void bd_free(void *memory) { free(memory); }
