/// Steps of recurrent cells, written once for every register width, which the includer has chosen as for activations.h,
/// with the products of codes of that width, and the suffix of the entries' names as BD_ISA. `ROWS` sequences at most go
/// through float weights together, `CODED_ROWS` through 8-bit ones.
///
/// A panel of the packed weights is [k][block][gate][LANES]: all gates of some blocks of LANES units, so that the sums
/// of a unit's gates are in registers together when its cell is computed. There are three or four registers of columns.
/// 8-bit weights are [k / DEPTH][block][gate][LANES][DEPTH], behind START_BYTES of each column that its sum starts from.
#ifndef BITDEPTH_RECURRENT_CELL_H
#define BITDEPTH_RECURRENT_CELL_H

#include "activations.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum { MOST_VECTORS = 4, MOST_ROWS = ROWS > CODED_ROWS ? ROWS : CODED_ROWS };

/// Where one sequence has its vectors at one step.
typedef struct {
  const float *input, *state;
  const void *codes;
  float *next, *cell, *reset, *output;
  void *next_codes;
  const float *grain;
} bd_recurrent_row;

/// The gates whose sums one pass forms, and the weights of their sums.
typedef struct {
  const char *weights;
  int64_t first_gate, gates;
} bd_recurrent_pass;

BD_INLINE int64_t blocks_of(int64_t gates) { return MOST_VECTORS / gates; }
BD_INLINE int64_t panel_units(int64_t gates) { return blocks_of(gates) * LANES; }
BD_INLINE int64_t groups_of(int64_t hidden) { return (hidden + DEPTH - 1) / DEPTH; }

BD_INLINE int64_t panel_bytes(int64_t hidden, int64_t gates, bool is_coded) {
  const int64_t columns = panel_units(gates) * gates;
  return is_coded ? columns * (START_BYTES + groups_of(hidden) * DEPTH) : columns * hidden * (int64_t)sizeof(float);
}

size_t BD_ENTRY(bd_recurrent_packed_bytes)(int64_t hidden, int64_t gates, bool is_coded) {
  const int64_t units = panel_units(gates);
  return (size_t)((hidden + units - 1) / units * panel_bytes(hidden, gates, is_coded));
}

/// The row of the weights that a column of a panel holds; -1 beyond the last unit, where columns are zero.
BD_INLINE int64_t row_of(int64_t column, int64_t first, int64_t hidden, int64_t gates) {
  const int64_t vector = column / LANES, unit = first + vector / gates * LANES + column % LANES;
  return unit < hidden ? vector % gates * hidden + unit : -1;
}

void BD_ENTRY(bd_recurrent_pack)(const float *weights, int64_t hidden, int64_t gates, float *packed) {
  for (int64_t first = 0; first < hidden; first += panel_units(gates))
    for (int64_t k = 0; k < hidden; k++)
      for (int64_t column = 0; column < panel_units(gates) * gates; column++) {
        const int64_t row = row_of(column, first, hidden, gates);
        *packed++ = row < 0 ? 0.0f : weights[row * hidden + k];
      }
}

/// One column of a panel of 8-bit weights: `starts` and `codes` are its first bytes.
BD_INLINE void pack_codes(const int8_t *row, int64_t hidden, int64_t columns, char *starts, char *codes) {
  int32_t sum = 0;
  for (int64_t k = 0; k < groups_of(hidden) * DEPTH; k++) {
    const int8_t code = row && k < hidden ? row[k] : 0;
    codes[k / DEPTH * columns * DEPTH + k % DEPTH] = (char)code;
    sum += code;
  }
  pack_start(sum, starts);
}

void BD_ENTRY(bd_qrecurrent_pack)(const int8_t *weights, int64_t hidden, int64_t gates, int8_t *packed) {
  const int64_t columns = panel_units(gates) * gates;
  char *panel = (char *)packed;
  for (int64_t first = 0; first < hidden; first += panel_units(gates), panel += panel_bytes(hidden, gates, true))
    for (int64_t column = 0; column < columns; column++) {
      const int64_t row = row_of(column, first, hidden, gates);
      pack_codes(row < 0 ? NULL : weights + row * hidden, hidden, columns, panel + column * START_BYTES,
                 panel + columns * START_BYTES + column * DEPTH);
    }
}

/// Stores a block of a state as codes; NaN, which no code can say, as 0.
BD_FLOATS BD_INLINE void store_state(const bd_recurrent *job, const float *grain, void *codes, int64_t unit,
                                     floats state) {
  const floats scaled = state * splat(grain[1]), limit = splat(job->code_limit);
  store_codes(codes, job->stride, unit, clamp(where_nan(scaled, splat(0.0f), scaled), -limit, limit));
}

/// The grain of a sequence's codes, and the codes of its first state.
BD_FLOATS void BD_ENTRY(bd_qrecurrent_begin)(const bd_recurrent *job, int64_t sequence_begin,
                                             int64_t sequence_end) {
  for (int64_t sequence = sequence_begin; sequence < sequence_end; sequence++) {
    const float *state = job->states[0] + sequence * job->stride;
    floats largest = splat(1.0f);
    for (int64_t unit = 0; unit < job->hidden; unit += LANES) {
      const floats size = magnitude(load_masked(state + unit, first_lanes(job->hidden - unit)));
      largest = where_nan(size, size, where_less(largest, size, size, largest));
    }
    float lanes[LANES], bound = 1.0f;
    store(lanes, largest);
    for (int lane = 0; lane < LANES; lane++) bound = lanes[lane] > bound || lanes[lane] != lanes[lane] ? lanes[lane] : bound;
    float *grain = job->grains + 2 * sequence;
    grain[0] = bound / job->code_limit;
    grain[1] = job->code_limit / bound;
    for (int64_t unit = 0; unit < job->hidden; unit += LANES)
      store_state(job, grain, (char *)job->codes[0] + 2 * sequence * job->stride, unit, load(state + unit));
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
  if (row->next_codes) store_state(job, row->grain, row->next_codes, unit, state);
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
        const floats reset = gate_value(job, 0, sums[1]) * load(row->state + unit);
        if (row->grain) store_state(job, row->grain, row->reset, unit, reset);
        else store(row->reset + unit, reset);
      } else {
        finish_gru(job, row, unit, load(row->cell + unit), sums[0]);
      }
      break;
  }
}

/// Adds the products of float weights in order of k.
BD_FLOATS BD_INLINE void add_float_products(const bd_recurrent *job, const char *panel, const void *const *states,
                                            int rows, int vectors, floats sums[][MOST_VECTORS]) {
  const float *weights = (const float *)(const void *)panel;
  BD_NO_UNROLL
  for (int64_t k = 0; k < job->hidden; k++, weights += vectors * LANES) {
    floats column[MOST_VECTORS];
    BD_UNROLL
    for (int v = 0; v < vectors; v++) column[v] = load(weights + v * LANES);
    BD_UNROLL
    for (int r = 0; r < rows; r++) {
      const floats element = splat(((const float *)states[r])[k]);
      BD_UNROLL
      for (int v = 0; v < vectors; v++) sums[r][v] = multiply_add(element, column[v], sums[r][v]);
    }
  }
}

/// Adds the exact sums of products of codes, dequantized.
BD_FLOATS BD_INLINE void add_code_products(const bd_recurrent *job, const char *panel, const void *const *states,
                                           int rows, int vectors, const floats *scales, const bd_recurrent_row *tile,
                                           floats sums[][MOST_VECTORS]) {
  code_sums integers[CODED_ROWS][MOST_VECTORS];
  BD_UNROLL
  for (int r = 0; r < rows; r++) {
    BD_UNROLL
    for (int v = 0; v < vectors; v++) integers[r][v] = start_sums(panel + v * LANES * START_BYTES);
  }
  const char *weights = panel + vectors * LANES * START_BYTES;
  BD_NO_UNROLL
  for (int64_t k = 0; k < job->hidden; k += DEPTH, weights += vectors * LANES * DEPTH) {
    code_weights column[MOST_VECTORS];
    BD_UNROLL
    for (int v = 0; v < vectors; v++) column[v] = load_weights(weights + v * LANES * DEPTH);
    BD_UNROLL
    for (int r = 0; r < rows; r++) {
      const code_group group = load_group(states[r], job->stride, k);
      BD_UNROLL
      for (int v = 0; v < vectors; v++) integers[r][v] = add_products(integers[r][v], group, column[v]);
    }
  }
  BD_UNROLL
  for (int r = 0; r < rows; r++) {
    const floats grain = splat(tile[r].grain[0]);
    BD_UNROLL
    for (int v = 0; v < vectors; v++)
      sums[r][v] = multiply_add(finish_sums(integers[r][v]), scales[v] * grain, sums[r][v]);
  }
}

/// One panel for `rows` sequences. `rows`, `vectors` and `is_coded` are constants.
BD_FLOATS BD_INLINE void run_tile(const bd_recurrent *job, const bd_recurrent_pass *pass, const bd_recurrent_row *tile,
                                  int64_t first, int rows, int vectors, bool is_coded) {
  const bool is_linear = job->cell == BD_CELL_GRU_LINEAR;
  const int gates = (int)pass->gates;
  floats sums[MOST_ROWS][MOST_VECTORS], scales[MOST_VECTORS];
  const void *states[MOST_ROWS];
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
  for (int r = 0; r < rows; r++)
    states[r] = reads_reset ? tile[r].reset : is_coded ? tile[r].codes : (const void *)tile[r].state;

  const char *panel = pass->weights + first / panel_units(gates) * panel_bytes(job->hidden, gates, is_coded);
  if (is_coded) add_code_products(job, panel, states, rows, vectors, scales, tile, sums);
  else add_float_products(job, panel, states, rows, vectors, sums);

  floats finished[MOST_VECTORS];
  BD_UNROLL
  for (int r = 0; r < rows; r++) {
    BD_UNROLL
    for (int v = 0; v < vectors; v++) finished[v] = sums[r][v];
    for (int v = 0; v + gates <= vectors && first + v / gates * LANES < job->hidden; v += gates)
      finish_block(job, pass, &tile[r], first + v / gates * LANES, finished + v);
  }
}

BD_FLOATS BD_INLINE void run_rows(const bd_recurrent *job, const bd_recurrent_pass *pass, const bd_recurrent_row *tile,
                                  int64_t first, int rows, bool is_coded) {
  if (pass->gates == 3) run_tile(job, pass, tile, first, rows, 3, is_coded);
  else run_tile(job, pass, tile, first, rows, 4, is_coded);
}

BD_FLOATS BD_INLINE bd_recurrent_row row_at(const bd_recurrent *job, int64_t step, int64_t sequence, int64_t length) {
  const int64_t time = job->is_reversed ? length - 1 - step : step, state = sequence * job->stride;
  const bool is_coded = job->scales != NULL;
  return (bd_recurrent_row){
      .input = job->input + time * job->input_time + sequence * job->input_sequence,
      .state = job->states[step & 1] + state,
      .codes = is_coded ? (const char *)job->codes[step & 1] + 2 * state : NULL,
      .next = job->states[(step + 1) & 1] + state,
      .next_codes = is_coded ? (char *)job->codes[(step + 1) & 1] + 2 * state : NULL,
      .grain = is_coded ? job->grains + 2 * sequence : NULL,
      .cell = job->cells ? job->cells + state : NULL,
      .reset = job->reset ? job->reset + state : NULL,
      .output = job->output ? job->output + time * job->output_time + sequence * job->output_sequence : NULL,
  };
}

/// One panel for all sequences of a range that have the step. `most` and `is_coded` are constants.
BD_FLOATS BD_INLINE void run_panel(const bd_recurrent *job, const bd_recurrent_pass *pass, int64_t step, int64_t begin,
                                   int64_t end, int64_t first, int most, bool is_coded) {
  bd_recurrent_row rows[MOST_ROWS];
  int count = 0;
  for (int64_t sequence = begin; sequence < end; sequence++) {
    const int64_t length = job->lengths ? job->lengths[sequence] : job->steps;
    if (step < length) rows[count++] = row_at(job, step, sequence, length);
    if (count == most) run_rows(job, pass, rows, first, most, is_coded), count = 0;
  }
  switch (count) {
    case 1: run_rows(job, pass, rows, first, 1, is_coded); break;
    case 2: if (most > 2) run_rows(job, pass, rows, first, 2, is_coded); break;
    case 3: if (most > 3) run_rows(job, pass, rows, first, 3, is_coded); break;
  }
}

BD_INLINE bd_recurrent_pass pass_at(const bd_recurrent *job, int64_t pass) {
  switch (job->cell) {
    case BD_CELL_RNN: return (bd_recurrent_pass){job->packed_weights, 0, 1};
    case BD_CELL_LSTM: return (bd_recurrent_pass){job->packed_weights, 0, 4};
    case BD_CELL_GRU_LINEAR: return (bd_recurrent_pass){job->packed_weights, 0, 3};
    default:
      return pass % 2 == 0 ? (bd_recurrent_pass){job->packed_weights, 0, 2}
                           : (bd_recurrent_pass){job->packed_candidate, 2, 1};
  }
}

BD_FLOATS void BD_ENTRY(bd_recurrent)(const bd_recurrent *job, int64_t pass_begin, int64_t pass_end,
                                      int64_t sequence_begin, int64_t sequence_end, int64_t unit_begin,
                                      int64_t unit_end) {
  for (int64_t index = pass_begin; index < pass_end; index++) {
    const bd_recurrent_pass pass = pass_at(job, index);
    const int64_t step = index / bd_recurrent_passes(job->cell);
    for (int64_t first = unit_begin; first < unit_end; first += panel_units(pass.gates)) {
      if (job->scales) run_panel(job, &pass, step, sequence_begin, sequence_end, first, CODED_ROWS, true);
      else run_panel(job, &pass, step, sequence_begin, sequence_end, first, ROWS, false);
    }
  }
}

#endif
