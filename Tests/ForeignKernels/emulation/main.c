// Compares the emulated operations with this processor's, on seeded registers: any bits, small and special reals.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "operations.h"

static uint64_t state = 1;

static uint64_t next_number(void) {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static void fill(uint8_t *bytes, int mood) {
  static const float special[] = {0.5f, 1.5f, -2.5f, 0x1p31f, -0x1p31f, 2147483520.0f, INFINITY, -INFINITY, NAN, 0x1p-140f};
  for (int i = 0; i < OPERATION_BYTES; i += 4) {
    uint32_t bits = (uint32_t)next_number();
    const float real = mood == 1 ? (float)(int32_t)bits * 0x1p-20f : special[bits % 10];
    if (mood > 0) memcpy(&bits, &real, sizeof bits);
    memcpy(bytes + i, &bits, sizeof bits);
  }
}

/// Whether results are equal; which NaN comes out does not count, and those results alone are compared as reals.
static int is_equal(const operation_result *left, const operation_result *right) {
  if (memcmp(left->bytes, right->bytes, sizeof left->bytes) == 0) return 1;
  if (!strstr(left->name, "_ps(")) return 0;
  for (int i = 0; i < OPERATION_BYTES; i += 4) {
    float a, b;
    memcpy(&a, left->bytes + i, sizeof a);
    memcpy(&b, right->bytes + i, sizeof b);
    if (memcmp(&a, &b, sizeof a) != 0 && !(isnan(a) && isnan(b))) return 0;
  }
  return 1;
}

int main(void) {
  long cases = 0, failures = 0;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vnni") || !__builtin_cpu_supports("avxvnni")) {
    printf("kernels emulation: not compared, this processor lacks AVX512-VNNI or AVX-VNNI\n");
    return 0;
  }
  for (int round = 0; round < 3000; round++) {
    uint8_t registers[3][OPERATION_BYTES];
    operation_result hardware[OPERATION_COUNT], emulation[OPERATION_COUNT];
    for (int r = 0; r < 3; r++) fill(registers[r], (round + r) % 3);
    const uint64_t mask = next_number() >> (round % 64);
    operations_by_hardware(registers, mask, hardware);
    operations_by_emulation(registers, mask, emulation);
    for (int o = 0; o < OPERATION_COUNT; o++, cases++) {
      if (is_equal(&hardware[o], &emulation[o])) continue;
      if (failures++ < 10) printf("kernels emulation: %s differs from the hardware\n", hardware[o].name);
    }
  }
  printf("kernels emulation (against hardware): %ld cases passed, %ld failed\n", cases - failures, failures);
  return failures != 0;
}
