// Runs the ten calls once under callgrind, which writes a file of counts after each; scripts/kernels.sh reads them.
#include <stdio.h>
#include <valgrind/callgrind.h>

#include "layers.h"

int main(void) {
  // The best instruction set that valgrind knows.
  const bd_kernels *table = bd_kernels_for(BD_ISA_AVX2);
  layer layers[LAYER_COUNT];
  if (!table || !RUNNING_ON_VALGRIND) {
    fprintf(stderr, "kernels: to be run under callgrind on a processor with AVX2\n");
    return 69;
  }
  make_layers(table, layers);
  for (int l = 0; l < LAYER_COUNT; l++) {
    CALLGRIND_ZERO_STATS;
    layers[l].run(table, &layers[l]);
    CALLGRIND_DUMP_STATS_AT(layers[l].name);
  }
  return 0;
}
