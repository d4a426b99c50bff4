/// Sums of codes in one step from codes to codes, where that is proved to give what the steps through reals give.
///
/// Both ways round a real that differs in its last bits, so they part only where it lies next to a tie. There the way
/// through reals goes to one side or the other as its roundings have it; factors and offset that are moved by some units
/// in the last place are tried until they do the same, and then all pairs of codes are.
#include "internal.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

enum { CODES = 256, PAIRS = CODES * CODES, OFFSETS = 25, FACTORS = 3 };

/// How near a tie a sum may round otherwise; far beyond what all roundings together come to.
static const double DOUBTFUL = 0x1p-10;

/// All pairs of codes, what a sum makes of them, and which of them lie next to a tie.
typedef struct {
  uint8_t left[PAIRS], right[PAIRS], expected[PAIRS], found[PAIRS];
  int doubtful[PAIRS], doubtful_count;
} all_pairs;

/// The sum as real numbers, in units of the output's codes.
typedef struct {
  double left, right, offset;
} real_sum;

static real_sum real_sum_of(const bd_qbinary *sum) {
  const double left = (double)sum->left_scale / sum->output_scale;
  const double right = (sum->operation == BD_SUBTRACT ? -1.0 : 1.0) * sum->right_scale / sum->output_scale;
  return (real_sum){left, right, sum->output_zero - left * sum->left_zero - right * sum->right_zero};
}

static void enter_pairs(all_pairs *pairs, real_sum sum) {
  pairs->doubtful_count = 0;
  for (int i = 0; i < PAIRS; i++) {
    pairs->left[i] = (uint8_t)(i / CODES), pairs->right[i] = (uint8_t)i;
    const double units = sum.left * pairs->left[i] + sum.right * pairs->right[i] + sum.offset;
    if (fabs(units - floor(units) - 0.5) < DOUBTFUL) pairs->doubtful[pairs->doubtful_count++] = i;
  }
}

/// A number some units in its last place away.
static float moved(double value, int units) {
  float result = (float)value;
  for (; units > 0; units--) result = nextafterf(result, INFINITY);
  for (; units < 0; units++) result = nextafterf(result, -INFINITY);
  return result;
}

/// 0, 1, -1, 2, -2, …
static int alternating(int index) { return index % 2 ? (index + 1) / 2 : -(index / 2); }

static bd_code_sum candidate(real_sum sum, int index) {
  const int offset = alternating(index % OFFSETS), rest = index / OFFSETS;
  return (bd_code_sum){moved(sum.left, alternating(rest % FACTORS)), moved(sum.right, alternating(rest / FACTORS)),
                       (float)(sum.offset + 0x1p-18 * offset), true};
}

/// Whether a candidate is right where it is most likely to be wrong.
static bool holds_next_to_ties(const bd_code_sum *sum, const bd_qbinary *job, const all_pairs *pairs) {
  for (int d = 0; d < pairs->doubtful_count; d++) {
    const int i = pairs->doubtful[d];
    const float units = fmaf(pairs->left[i], sum->left, fmaf(pairs->right[i], sum->right, sum->offset));
    if (bd_saturate(units, 0, job->minimum, job->maximum) != pairs->expected[i]) return false;
  }
  return true;
}

static bool are_same(const all_pairs *pairs) {
  int different = 0;
  for (int i = 0; i < PAIRS; i++) different |= pairs->expected[i] ^ pairs->found[i];
  return different == 0;
}

/// Looks for a candidate that the kernel gives the same codes with, for all pairs.
static bd_code_sum search(const bd_kernels *kernels, bd_qbinary job, real_sum sum, all_pairs *pairs) {
  job.left = pairs->left, job.right = pairs->right, job.output = pairs->expected;
  job.code_sum = (bd_code_sum){0, 0, 0, false};
  kernels->qbinary(&job, 0, PAIRS);
  job.output = pairs->found;
  for (int index = 0; index < OFFSETS * FACTORS * FACTORS; index++) {
    job.code_sum = candidate(sum, index);
    if (!holds_next_to_ties(&job.code_sum, &job, pairs)) continue;
    kernels->qbinary(&job, 0, PAIRS);
    if (are_same(pairs)) return job.code_sum;
  }
  return (bd_code_sum){0, 0, 0, false};
}

size_t bd_code_sum_scratch_bytes(void) { return sizeof(all_pairs); }

bd_code_sum bd_prove_code_sum(const bd_kernels *kernels, const bd_qbinary *sum, void *scratch) {
  const bd_code_sum unproven = {0, 0, 0, false};
  const bool is_sum = sum->operation == BD_ADD || sum->operation == BD_SUBTRACT;
  if (!is_sum || !sum->left_step || !sum->right_step || kernels->isa == BD_ISA_SCALAR) return unproven;
  const real_sum reals = real_sum_of(sum);
  // Results must stay where conversions to integers are exact.
  if (!(CODES * (fabs(reals.left) + fabs(reals.right)) + fabs(reals.offset) < BD_SATURATED)) return unproven;
  enter_pairs(scratch, reals);
  return search(kernels, *sum, reals, scratch);
}
