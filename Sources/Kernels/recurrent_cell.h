/// Steps of recurrent cells, written once for every register width, which the includer has chosen as for activations.h;
/// `ROWS` sequences at most go through the weights together.
///
/// A panel of the packed weights is [k][block][gate][LANES]: all gates of some blocks of LANES units, so that the sums
/// of a unit's gates are in registers together when its cell is computed. There are three or four registers of columns.
#ifndef BITDEPTH_RECURRENT_CELL_H
#define BITDEPTH_RECURRENT_CELL_H

#include "activations.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum { MOST_VECTORS = 4 };

/// Where one sequence has its vectors at one step.
typedef struct {
  const float *input, *state;
  float *next, *cell, *reset, *output;
} bd_recurrent_row;

/// The gates whose sums one pass forms, and the weights of their sums.
typedef struct {
  const char *weights;
  int64_t first_gate, gates, element_bytes;
} bd_recurrent_pass;

BD_INLINE int64_t blocks_of(int64_t gates) { return MOST_VECTORS / gates; }
BD_INLINE int64_t panel_units(int64_t gates) { return blocks_of(gates) * LANES; }

BD_INLINE size_t recurrent_packed_elements(int64_t hidden, int64_t gates) {
  const int64_t units = panel_units(gates);
  return (size_t)((hidden + units - 1) / units * units * gates * hidden);
}

/// Columns beyond the last unit are zero.
BD_INLINE void recurrent_pack(const void *weights, int64_t element_bytes, int64_t hidden, int64_t gates, void *packed) {
  const char *from = weights;
  char *to = packed;
  for (int64_t first = 0; first < hidden; first += panel_units(gates))
    for (int64_t k = 0; k < hidden; k++)
      for (int64_t column = 0; column < panel_units(gates) * gates; column++, to += element_bytes) {
        const int64_t vector = column / LANES, gate = vector % gates;
        const int64_t unit = first + vector / gates * LANES + column % LANES;
        if (unit < hidden)
          memcpy(to, from + ((gate * hidden + unit) * hidden + k) * element_bytes, (size_t)element_bytes);
        else
          memset(to, 0, (size_t)element_bytes);
      }
}

/// What a sum of products with the state starts from.
BD_FLOATS BD_INLINE floats before_products(const bd_recurrent *job, const bd_recurrent_row *row, int64_t gate,
                                           int64_t unit) {
  const floats input = load_masked(row->input + gate * job->hidden + unit, first_lanes(job->hidden - unit));
  return input + load(job->bias + gate * job->stride + unit);
}

BD_FLOATS BD_INLINE floats gate_value(const bd_recurrent *job, int activation, floats sum) {
  return activate(&job->activations[activation], clamp(sum, splat(-job->clip), splat(job->clip)));
}

/// Stores a block of the next hidden state.
BD_FLOATS BD_INLINE void finish(const bd_recurrent *job, const bd_recurrent_row *row, int64_t unit, floats state) {
  store(row->next + unit, state);
  if (row->output) store_masked(row->output + unit, first_lanes(job->hidden - unit), state);
}

BD_FLOATS BD_INLINE void finish_gru(const bd_recurrent *job, const bd_recurrent_row *row, int64_t unit, floats update,
                                    floats candidate) {
  candidate = gate_value(job, 1, candidate);
  finish(job, row, unit, multiply_add(update, load(row->state + unit), (splat(1.0f) - update) * candidate));
}

BD_FLOATS BD_INLINE void finish_lstm(const bd_recurrent *job, const bd_recurrent_row *row, int64_t unit,
                                     const floats *sums) {
  const floats old = load(row->cell + unit);
  const float *peephole = job->peepholes;
  if (peephole) peephole += unit;
  const floats in = peephole ? multiply_add(load(peephole), old, sums[0]) : sums[0];
  const floats input = gate_value(job, 0, in);
  floats forget = splat(1.0f) - input;
  if (!job->couples_gates) {
    const floats kept = peephole ? multiply_add(load(peephole + 2 * job->stride), old, sums[2]) : sums[2];
    forget = gate_value(job, 0, kept);
  }
  const floats cell = multiply_add(forget, old, input * gate_value(job, 1, sums[3]));
  store(row->cell + unit, cell);
  const floats out = peephole ? multiply_add(load(peephole + job->stride), cell, sums[1]) : sums[1];
  finish(job, row, unit, gate_value(job, 0, out) * activate(&job->activations[2], cell));
}

/// The cell of a block of units, from the sums of the pass's gates. Not inlined: there are many tiles.
BD_FLOATS static void finish_block(const bd_recurrent *job, const bd_recurrent_pass *pass,
                                      const bd_recurrent_row *row, int64_t unit, const floats *sums) {
  switch (job->cell) {
    case BD_CELL_RNN: finish(job, row, unit, gate_value(job, 0, sums[0])); break;
    case BD_CELL_LSTM: finish_lstm(job, row, unit, sums); break;
    case BD_CELL_GRU_LINEAR: {
      const floats reset = gate_value(job, 0, sums[1]);
      const floats candidate = multiply_add(reset, sums[2], before_products(job, row, 2, unit));
      finish_gru(job, row, unit, gate_value(job, 0, sums[0]), candidate);
      break;
    }
    case BD_CELL_GRU:
      if (pass->first_gate == 0) {
        store(row->cell + unit, gate_value(job, 0, sums[0]));
        store(row->reset + unit, gate_value(job, 0, sums[1]) * load(row->state + unit));
      } else {
        finish_gru(job, row, unit, load(row->cell + unit), sums[0]);
      }
      break;
  }
}

/// One panel for `rows` sequences. `rows`, `vectors` and `is_coded` are constants.
BD_FLOATS BD_INLINE void run_tile(const bd_recurrent *job, const bd_recurrent_pass *pass, const bd_recurrent_row *tile,
                                  int64_t first, int rows, int vectors, bool is_coded) {
  const bool is_linear = job->cell == BD_CELL_GRU_LINEAR;
  const int gates = (int)pass->gates;
  floats sums[rows][vectors], scales[vectors];
  const float *state[rows];
  BD_UNROLL
  for (int v = 0; v < vectors; v++) {
    const int64_t gate = pass->first_gate + v % gates, unit = first + v / gates * LANES;
    // Blocks beyond the last unit have weights of zero; what they start from does not matter.
    const int64_t inside = unit < job->hidden ? unit : first;
    scales[v] = is_coded ? load(job->scales + gate * job->stride + inside) : splat(0.0f);
    BD_UNROLL
    for (int r = 0; r < rows; r++)
      sums[r][v] = is_linear && gate == 2 ? load(job->reset_bias + inside)
                                          : before_products(job, &tile[r], gate, inside);
  }
  const bool reads_reset = pass->first_gate > 0;
  BD_UNROLL
  for (int r = 0; r < rows; r++) state[r] = reads_reset ? tile[r].reset : tile[r].state;

  const int64_t hidden = job->hidden;
  const char *weights = pass->weights + first * gates * hidden * pass->element_bytes;
  BD_NO_UNROLL
  for (int64_t k = 0; k < hidden; k++, weights += vectors * LANES * (is_coded ? 1 : 4)) {
    floats column[vectors];
    BD_UNROLL
    for (int v = 0; v < vectors; v++)
      column[v] = is_coded ? load_codes((const int8_t *)weights + v * LANES) * scales[v]
                           : load((const float *)(const void *)weights + v * LANES);
    BD_UNROLL
    for (int r = 0; r < rows; r++) {
      const floats element = splat(state[r][k]);
      BD_UNROLL
      for (int v = 0; v < vectors; v++) sums[r][v] = multiply_add(element, column[v], sums[r][v]);
    }
  }

  floats finished[MOST_VECTORS];
  BD_UNROLL
  for (int r = 0; r < rows; r++) {
    BD_UNROLL
    for (int v = 0; v < vectors; v++) finished[v] = sums[r][v];
    for (int v = 0; v + gates <= vectors && first + v / gates * LANES < hidden; v += gates)
      finish_block(job, pass, &tile[r], first + v / gates * LANES, finished + v);
  }
}

BD_FLOATS BD_INLINE void run_rows(const bd_recurrent *job, const bd_recurrent_pass *pass, const bd_recurrent_row *tile,
                                  int64_t first, int rows) {
  const bool is_coded = pass->element_bytes == 1;
  if (pass->gates == 3) {
    if (is_coded) run_tile(job, pass, tile, first, rows, 3, true);
    else run_tile(job, pass, tile, first, rows, 3, false);
  } else {
    if (is_coded) run_tile(job, pass, tile, first, rows, 4, true);
    else run_tile(job, pass, tile, first, rows, 4, false);
  }
}

BD_FLOATS BD_INLINE bd_recurrent_row row_at(const bd_recurrent *job, int64_t step, int64_t sequence, int64_t length) {
  const int64_t time = job->is_reversed ? length - 1 - step : step, state = sequence * job->stride;
  return (bd_recurrent_row){
      .input = job->input + time * job->input_time + sequence * job->input_sequence,
      .state = job->states[step & 1] + state,
      .next = job->states[(step + 1) & 1] + state,
      .cell = job->cells ? job->cells + state : NULL,
      .reset = job->reset ? job->reset + state : NULL,
      .output = job->output ? job->output + time * job->output_time + sequence * job->output_sequence : NULL,
  };
}

/// One panel for all sequences of a range that have the step.
BD_FLOATS BD_INLINE void run_panel(const bd_recurrent *job, const bd_recurrent_pass *pass, int64_t step, int64_t begin,
                                   int64_t end, int64_t first) {
  bd_recurrent_row rows[ROWS];
  int count = 0;
  for (int64_t sequence = begin; sequence < end; sequence++) {
    const int64_t length = job->lengths ? job->lengths[sequence] : job->steps;
    if (step < length) rows[count++] = row_at(job, step, sequence, length);
    if (count == ROWS) run_rows(job, pass, rows, first, ROWS), count = 0;
  }
  switch (count) {
    case 1: run_rows(job, pass, rows, first, 1); break;
    case 2: if (ROWS > 2) run_rows(job, pass, rows, first, 2); break;
    case 3: if (ROWS > 3) run_rows(job, pass, rows, first, 3); break;
  }
}

BD_INLINE bd_recurrent_pass pass_at(const bd_recurrent *job, int64_t pass) {
  const int64_t bytes = job->scales ? 1 : 4;
  switch (job->cell) {
    case BD_CELL_RNN: return (bd_recurrent_pass){job->packed_weights, 0, 1, bytes};
    case BD_CELL_LSTM: return (bd_recurrent_pass){job->packed_weights, 0, 4, bytes};
    case BD_CELL_GRU_LINEAR: return (bd_recurrent_pass){job->packed_weights, 0, 3, bytes};
    default:
      return pass % 2 == 0 ? (bd_recurrent_pass){job->packed_weights, 0, 2, bytes}
                           : (bd_recurrent_pass){job->packed_candidate, 2, 1, bytes};
  }
}

BD_FLOATS BD_INLINE void recurrent(const bd_recurrent *job, int64_t pass_begin, int64_t pass_end,
                                   int64_t sequence_begin, int64_t sequence_end, int64_t unit_begin,
                                   int64_t unit_end) {
  for (int64_t index = pass_begin; index < pass_end; index++) {
    const bd_recurrent_pass pass = pass_at(job, index);
    const int64_t step = index / bd_recurrent_passes(job->cell);
    for (int64_t first = unit_begin; first < unit_end; first += panel_units(pass.gates))
      run_panel(job, &pass, step, sequence_begin, sequence_end, first);
  }
}

#endif
