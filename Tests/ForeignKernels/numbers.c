// Seeded numbers: the same cases on every machine.
#include <math.h>
#include <string.h>

#include "driver.h"

/// Sebastiano Vigna's splitmix64.
static uint64_t next(trial *trial) {
  uint64_t z = trial->random += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

int64_t within(trial *trial, int64_t low, int64_t high) {
  return low + (int64_t)(next(trial) % (uint64_t)(high - low + 1));
}

bool chance(trial *trial, int percent) { return within(trial, 0, 99) < percent; }

float real_within(trial *trial, float low, float high) {
  return low + (high - low) * (float)(next(trial) >> 40) * 0x1p-24f;
}

void fill_codes(trial *trial, uint8_t *codes, int64_t count) {
  const int64_t mood = within(trial, 0, 5);
  for (int64_t i = 0; i < count; i++) switch (mood) {
      case 0: codes[i] = 0; break;
      case 1: codes[i] = 255; break;
      case 2: codes[i] = (uint8_t)(-within(trial, 0, 1)); break;
      case 3: codes[i] = (uint8_t)within(trial, 0, 7); break;
      default: codes[i] = (uint8_t)next(trial);
    }
}

void fill_weights(trial *trial, int8_t *weights, int64_t count) {
  const int64_t mood = within(trial, 0, 8);
  for (int64_t i = 0; i < count; i++) switch (mood) {
      case 0: weights[i] = -128; break;
      case 1: weights[i] = 127; break;
      case 2: weights[i] = within(trial, 0, 1) ? -128 : 127; break;
      case 3: weights[i] = (int8_t)within(trial, -64, 64); break;
      case 4: weights[i] = (int8_t)within(trial, -8, 7); break;
      case 5: weights[i] = (int8_t)within(trial, -1, 1); break;
      default: weights[i] = (int8_t)next(trial);
    }
}

void fill_reals(trial *trial, float *reals, int64_t count, float magnitude) {
  for (int64_t i = 0; i < count; i++) reals[i] = real_within(trial, -magnitude, magnitude);
}

void fill_special(trial *trial, float *reals, int64_t count, float magnitude) {
  static const float special[] = {0.0f,  -0.0f,  INFINITY, -INFINITY, NAN,     0x1p-149f, -0x1p-140f, 0x1p-126f,
                                  1e30f, -1e30f, 3e38f,    0.5f,      -0.5f,   1.5f,      -2.5f,      255.5f,
                                  88.5f, -88.5f, -104.5f,  16777216,  -87.0f,  1.0f,      -1.0f,      2147483648.0f};
  fill_reals(trial, reals, count, magnitude);
  for (int64_t i = 0; i < count; i++)
    if (chance(trial, 20)) reals[i] = special[within(trial, 0, sizeof special / sizeof *special - 1)];
}

void cut_range(trial *trial, int64_t begin, int64_t end, int64_t cuts[4]) {
  int64_t first = within(trial, begin, end), second = within(trial, begin, end);
  if (chance(trial, 50)) first = begin, second = end;
  cuts[0] = begin;
  cuts[1] = first < second ? first : second;
  cuts[2] = first < second ? second : first;
  cuts[3] = end;
}
