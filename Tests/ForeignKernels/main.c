// Compares the tables of kernels with the scalar one, case by case; README.md says how this is built and run.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

static const struct {
  const char *name;
  group *run;
} groups[] = {
    {"qgemm", quantized_sums},      {"special", special_sums},     {"qdepthwise", quantized_depthwise},
    {"elementwise", elementwise},   {"pools", pools},              {"sgemm", float_sums},
    {"sdepthwise", float_depthwise}, {"functions", functions},     {"reductions", reductions},
    {"normalizations", normalizations}, {"recurrent", recurrent_cells}, {"layouts", layouts},
};

/// Runs all groups on one table, and prints how many cases each had.
static int64_t try_table(const bd_kernels *table, const char *how, int64_t repetitions, const char *only) {
  int64_t cases = 0, failures = 0;
  char told[512] = "";
  for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
    if (only && strcmp(only, groups[g].name) != 0) continue;
    trial trial = {.oracle = bd_kernels_for(BD_ISA_SCALAR), .table = table, .random = 1000 + g,
                   .repetitions = repetitions};
    groups[g].run(&trial);
    cases += trial.cases;
    failures += trial.failures;
    snprintf(told + strlen(told), sizeof told - strlen(told), "%s%s %lld", *told ? ", " : "", groups[g].name,
             (long long)trial.cases);
  }
  printf("kernels %s (%s): %lld cases passed, %lld failed (%s)\n", table->name, how, (long long)(cases - failures),
         (long long)failures, told);
  fflush(stdout);
  return failures + (cases == 0);
}

static const bd_kernels *named(const char *name) {
  for (int isa = 0; isa < BD_ISA_COUNT; isa++) {
    const bd_kernels *table = bd_kernels_for((bd_isa)isa);
    if (table && strcmp(table->name, name) == 0) return table;
  }
  return NULL;
}

/// foreign-kernels HOW REPETITIONS [NAME|all [GROUP]]: HOW is printed; all are those that run here.
int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "usage: %s HOW REPETITIONS [NAME|all [GROUP]]\n", arguments[0]);
    return 64;
  }
  const char *how = arguments[1], *name = count > 3 ? arguments[3] : "all", *only = count > 4 ? arguments[4] : NULL;
  const int64_t repetitions = atoll(arguments[2]);
  int64_t failures = 0, tables = 0;
  for (int isa = 0; isa < BD_ISA_COUNT; isa++) {
    const bd_kernels *table = bd_kernels_for((bd_isa)isa);
    if (!table || (strcmp(name, "all") != 0 && table != named(name))) continue;
    failures += try_table(table, how, repetitions, only);
    tables++;
  }
  if (tables == 0) fprintf(stderr, "kernels: no table '%s' here\n", name);
  return failures || tables == 0;
}
