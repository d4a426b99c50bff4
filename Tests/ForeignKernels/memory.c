// Memory that ends right before a page which must not be touched.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver.h"

enum { MOST_BLOCKS = 64 };

static struct {
  void *start;
  size_t bytes;
} blocks[MOST_BLOCKS];
static int block_count;

static void *take(int64_t bytes, int filler) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t wanted = ((size_t)bytes + BD_GUARD + BD_ALIGNMENT - 1) / BD_ALIGNMENT * BD_ALIGNMENT;
  const size_t usable = (wanted + page - 1) / page * page;
  uint8_t *start = mmap(NULL, usable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (bytes < 0 || block_count == MOST_BLOCKS || start == MAP_FAILED || mprotect(start + usable, page, PROT_NONE)) {
    fprintf(stderr, "kernels: no memory of %lld bytes\n", (long long)bytes);
    exit(71);
  }
  blocks[block_count].start = start;
  blocks[block_count++].bytes = usable + page;
  return memset(start + usable - wanted, filler, wanted);
}

void *input_memory(int64_t bytes) { return take(bytes, 0xFF); }

void *output_memory(int64_t bytes) { return take(bytes, 0xA5); }

void release_memory(void) {
  while (block_count > 0) {
    block_count--;
    munmap(blocks[block_count].start, blocks[block_count].bytes);
  }
}
