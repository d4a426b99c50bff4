/// Every operation of missing.h on some registers of bits, by the hardware and by the emulation.
#ifndef BITDEPTH_FOREIGN_KERNELS_OPERATIONS_H
#define BITDEPTH_FOREIGN_KERNELS_OPERATIONS_H

#include <stdint.h>

enum { OPERATION_COUNT = 22, OPERATION_BYTES = 64 };

typedef struct {
  const char *name;
  uint8_t bytes[OPERATION_BYTES];
} operation_result;

/// What the operations make of three registers and a mask.
typedef void operations(const uint8_t registers[3][OPERATION_BYTES], uint64_t mask,
                        operation_result results[OPERATION_COUNT]);
operations operations_by_hardware, operations_by_emulation;

#endif
