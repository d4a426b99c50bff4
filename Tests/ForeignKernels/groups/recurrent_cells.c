// Recurrent cells of float weights and of codes: every cell, with what each can have.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../driver.h"

/// What both tables share, and where one of them has its state.
typedef struct {
  bd_recurrent job;
  int64_t gates, sequences;
  const float *weights;  ///< [gates][hidden][hidden]
  const int8_t *codes;   ///< the same, where weights are codes
  const float *first_state, *first_cell;
} cell_case;

static int64_t gates_of(bd_cell cell) { return cell == BD_CELL_RNN ? 1 : cell == BD_CELL_LSTM ? 4 : 3; }

static float *padded_reals(trial *trial, int64_t rows, int64_t stride, float magnitude) {
  float *made = input_memory(4 * rows * stride);
  fill_reals(trial, made, rows * stride, magnitude);
  return made;
}

static bd_activation activation_of(trial *trial) {
  return (bd_activation){.function = (bd_activation_function)(chance(trial, 60) ? within(trial, 0, 1) : within(trial, 0, 8)),
                         .alpha = 0.3f, .beta = 0.6f};
}

static cell_case make_case(trial *trial, bd_cell cell, bool is_coded) {
  cell_case made = {.gates = gates_of(cell), .sequences = within(trial, 1, 6)};
  bd_recurrent *job = &made.job;
  const int64_t hidden = chance(trial, 30) ? within(trial, 1, 100) : ONE_OF(trial, 1, 3, 4, 5, 8, 15, 16, 17, 32, 33, 64, 65);
  const int64_t gates = made.gates, sequences = made.sequences;
  job->cell = cell;
  job->hidden = hidden;
  job->stride = (hidden + 63) / 64 * 64;
  job->steps = within(trial, 1, 4);
  job->is_reversed = chance(trial, 30);
  if (chance(trial, 40)) {
    int32_t *lengths = input_memory(4 * sequences);
    for (int64_t s = 0; s < sequences; s++) lengths[s] = (int32_t)within(trial, 0, job->steps);
    job->lengths = lengths;
  }
  job->input_sequence = gates * hidden + within(trial, 0, 3);
  job->input_time = sequences * job->input_sequence;
  job->input = padded_reals(trial, job->steps, job->input_time, 2);
  job->output_sequence = hidden + within(trial, 0, 3);
  job->output_time = sequences * job->output_sequence;
  float *weights = input_memory(4 * gates * hidden * hidden);
  fill_reals(trial, weights, gates * hidden * hidden, 0.5f);
  made.weights = weights;
  if (is_coded) {
    int8_t *codes = input_memory(gates * hidden * hidden);
    fill_weights(trial, codes, gates * hidden * hidden);
    made.codes = codes;
    float *scales = padded_reals(trial, gates, job->stride, 0.01f);
    job->scales = scales;
    job->code_limit = chance(trial, 50) ? 32767 : 1023;
  }
  job->bias = padded_reals(trial, gates, job->stride, 0.5f);
  job->reset_bias = padded_reals(trial, 1, job->stride, 0.5f);
  if (cell == BD_CELL_LSTM && chance(trial, 40)) job->peepholes = padded_reals(trial, 3, job->stride, 0.5f);
  job->couples_gates = cell == BD_CELL_LSTM && chance(trial, 30);
  job->clip = chance(trial, 70) ? INFINITY : 0.8f;
  for (int a = 0; a < 3; a++) job->activations[a] = activation_of(trial);
  float *state = padded_reals(trial, sequences, job->stride, chance(trial, 70) ? 1.0f : 4.0f);
  if (chance(trial, 10)) state[within(trial, 0, hidden - 1)] = chance(trial, 50) ? NAN : INFINITY;
  made.first_state = state;
  made.first_cell = padded_reals(trial, sequences, job->stride, 1.0f);
  return made;
}

/// Packed weights of some gates.
static const void *pack(const bd_kernels *table, const cell_case *made, int64_t first_gate, int64_t gates) {
  const int64_t hidden = made->job.hidden, skipped = first_gate * hidden * hidden;
  void *packed = output_memory((int64_t)table->recurrent_packed_bytes(hidden, gates, made->codes != NULL));
  if (made->codes) table->qrecurrent_pack(made->codes + skipped, hidden, gates, packed);
  else table->recurrent_pack(made->weights + skipped, hidden, gates, packed);
  return packed;
}

/// What is compared: the output, and the units of the last states and cells.
typedef struct {
  float *output, *states, *cells;
} cell_result;

/// Runs all passes, the sequences in two ranges and the units in blocks of 64 where `splits`.
static cell_result run_table(const bd_kernels *table, const cell_case *made, bool splits) {
  bd_recurrent job = made->job;
  const int64_t elements = made->sequences * job.stride, bytes = 4 * elements;
  const bool has_candidate = job.cell == BD_CELL_GRU;
  job.packed_weights = pack(table, made, 0, has_candidate ? 2 : made->gates);
  if (has_candidate) job.packed_candidate = pack(table, made, 2, 1);
  for (int s = 0; s < 2; s++) {
    job.states[s] = input_memory(bytes);
    memcpy(job.states[s], made->first_state, (size_t)bytes);
    if (made->codes) job.codes[s] = input_memory(2 * elements);
  }
  job.cells = memcpy(input_memory(bytes), made->first_cell, (size_t)bytes);
  job.reset = input_memory(bytes);
  job.grains = input_memory(2 * 4 * made->sequences);
  job.output = output_memory(4 * job.steps * job.output_time);
  const int64_t half = splits ? made->sequences / 2 : made->sequences;
  if (made->codes) {
    table->qrecurrent_begin(&job, 0, half);
    table->qrecurrent_begin(&job, half, made->sequences);
  }
  const int64_t passes = job.steps * bd_recurrent_passes(job.cell);
  if (!splits) table->recurrent(&job, 0, passes, 0, made->sequences, 0, job.hidden);
  for (int64_t pass = 0; splits && pass < passes; pass++)
    for (int64_t unit = 0; unit < job.hidden; unit += 64) {
      const int64_t end = unit + 64 < job.hidden ? unit + 64 : job.hidden;
      table->recurrent(&job, pass, pass + 1, half, made->sequences, unit, end);
      table->recurrent(&job, pass, pass + 1, 0, half, unit, end);
    }
  cell_result result = {.output = job.output, .states = output_memory(4 * made->sequences * job.hidden),
                        .cells = output_memory(4 * made->sequences * job.hidden)};
  for (int64_t s = 0; s < made->sequences; s++) {
    const int64_t length = job.lengths ? job.lengths[s] : job.steps, units = 4 * job.hidden;
    memcpy(result.states + s * job.hidden, job.states[length & 1] + s * job.stride, (size_t)units);
    memcpy(result.cells + s * job.hidden, job.cells + s * job.stride, (size_t)units);
  }
  return result;
}

static void run_case(trial *trial, bd_cell cell, bool is_coded) {
  begin_case(trial, "recurrent");
  const cell_case made = make_case(trial, cell, is_coded);
  const bd_recurrent *job = &made.job;
  snprintf(trial->name, sizeof trial->name, "cell %d of %s, %lld units, %lld steps, %lld sequences%s%s%s%s", cell,
           is_coded ? "codes" : "reals", (long long)job->hidden, (long long)job->steps, (long long)made.sequences,
           job->lengths ? ", lengths" : "", job->is_reversed ? ", reversed" : "", job->peepholes ? ", peepholes" : "",
           job->couples_gates ? ", coupled" : "");
  const cell_result expected = run_table(trial->oracle, &made, false);
  const cell_result actual = run_table(trial->table, &made, chance(trial, 50));
  expect_reals(trial, "the output", actual.output, expected.output, job->steps * job->output_time);
  expect_reals(trial, "the states", actual.states, expected.states, made.sequences * job->hidden);
  if (cell == BD_CELL_LSTM)
    expect_reals(trial, "the cells", actual.cells, expected.cells, made.sequences * job->hidden);
}

void recurrent_cells(trial *trial) {
  if (trial->table == trial->oracle) return;
  for (int64_t r = 0; r < trial->repetitions; r++)
    for (int cell = BD_CELL_RNN; cell <= BD_CELL_LSTM; cell++) {
      run_case(trial, (bd_cell)cell, false);
      run_case(trial, (bd_cell)cell, true);
    }
}
