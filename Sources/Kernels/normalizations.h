/// Normalization, written once for every register width.
#ifndef BITDEPTH_NORMALIZATIONS_H
#define BITDEPTH_NORMALIZATIONS_H

#include "reductions.h"

#pragma STDC FP_CONTRACT OFF

/// output = (input - mean) * inverse * scale + bias, `scale` and `bias` as long as the row.
BD_FLOATS BD_INLINE void apply_row(const bd_normalize *job, const float *row, float *output, float mean, float inverse) {
  const floats means = splat(mean), inverses = splat(inverse);
  int64_t i = 0;
  BD_NO_UNROLL for (; i + CHUNK <= job->length; i += CHUNK)
    BD_UNROLL for (int64_t r = i; r < i + CHUNK; r += LANES) {
      const floats unit = (load(row + r) - means) * inverses;
      store(output + r, multiply_add(unit, load(job->scale + r), job->bias ? load(job->bias + r) : splat(0.0f)));
    }
  if (i == job->length) return;
  const int64_t rest = job->length - i;
  chunk x = load_start(row + i, rest, 0.0f);
  const chunk scale = load_start(job->scale + i, rest, 0.0f);
  const chunk bias = job->bias ? load_start(job->bias + i, rest, 0.0f) : splat_chunk(0.0f);
  BD_UNROLL for (int r = 0; r < REGISTERS; r++)
    x.part[r] = multiply_add((x.part[r] - means) * inverses, scale.part[r], bias.part[r]);
  store_start(output + i, rest, &x);
}

BD_FLOATS BD_INLINE void normalize(const bd_normalize *job, int64_t begin, int64_t end) {
  for (int64_t index = begin; index < end; index++) {
    const float *row = job->input + index * job->length;
    const float length = (float)job->length;
    const float mean = job->is_centered ? reduce_row(BD_REDUCE_SUM, row, job->length, 0.0f) / length : 0.0f;
    const float variance = reduce_row(BD_REDUCE_SQUARES, row, job->length, mean) / length;
    apply_row(job, row, job->output + index * job->length, mean, 1.0f / sqrtf(variance + job->epsilon));
  }
}

/// Down each of a chunk of columns what reduce_row makes of a row of so few elements, with the same bits: row r goes to lane
/// r modulo CHUNK, then the lanes are joined by halves.
BD_FLOATS BD_INLINE chunk reduce_column_lanes(const bd_reduction operation, const float *first, int64_t rows,
                                              int64_t stride, int64_t columns, const chunk *shifts) {
  chunk lanes[CHUNK];
  floats_mask masks[REGISTERS];
  for (int lane = 0; lane < CHUNK; lane++) lanes[lane] = splat_chunk(0.0f);
  for (int r = 0; r < REGISTERS; r++) masks[r] = first_lanes(columns - r * LANES);
  const int used = (int)((columns + LANES - 1) / LANES);
  for (int64_t row = 0; row < rows; row++) {
    chunk *lane = &lanes[row % CHUNK];
    const float *x = first + row * stride;
    if (columns == CHUNK) {
      BD_UNROLL for (int r = 0; r < REGISTERS; r++)
        lane->part[r] = take_in(operation, lane->part[r], load(x + r * LANES) - shifts->part[r]);
    } else {
      BD_NO_UNROLL for (int r = 0; r < used; r++)
        lane->part[r] = take_in(operation, lane->part[r], load_masked(x + r * LANES, masks[r]) - shifts->part[r]);
    }
  }
  for (int half = CHUNK / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; lane++)
      BD_UNROLL for (int r = 0; r < REGISTERS; r++)
        lanes[lane].part[r] = join(operation, lanes[lane].part[r], lanes[lane + half].part[r]);
  return lanes[0];
}

/// The sums of a block of pixels for a chunk of channels.
BD_FLOATS BD_INLINE void block_sums(const bd_reduction operation, const bd_channel_sums *job, int64_t image, int64_t pixel,
                                    int64_t channel, float *sums) {
  const int64_t pixels = bd_min(BD_SUM_PIXELS, job->pixels - pixel), count = bd_min(CHUNK, job->channels - channel);
  const float *input = job->input + image * job->pixels * job->channels;
  const float *shifts = job->shifts ? job->shifts + image * job->channels + channel : NULL;
  if (job->is_channels_last) {
    const chunk shift = shifts ? load_start(shifts, count, 0.0f) : splat_chunk(0.0f);
    const chunk sum = reduce_column_lanes(operation, input + pixel * job->channels + channel, pixels, job->channels, count,
                                          &shift);
    store_start(sums, count, &sum);
    return;
  }
  for (int64_t c = 0; c < count; c++)
    sums[c] = reduce_row(operation, input + (channel + c) * job->pixels + pixel, pixels, shifts ? shifts[c] : 0.0f);
}

BD_FLOATS BD_INLINE void channel_sums(const bd_channel_sums *job, int64_t begin, int64_t end) {
  const int64_t chunks = (job->channels + CHUNK - 1) / CHUNK;
  const int64_t blocks = (job->pixels + BD_SUM_PIXELS - 1) / BD_SUM_PIXELS;
  for (int64_t part = begin; part < end; part++) {
    const int64_t channel = part % chunks * CHUNK, block = part / chunks, image = block / blocks;
    const int64_t pixel = block % blocks * BD_SUM_PIXELS;
    float *sums = job->sums + block * job->channels + channel;
    if (job->shifts) block_sums(BD_REDUCE_SQUARES, job, image, pixel, channel, sums);
    else block_sums(BD_REDUCE_SUM, job, image, pixel, channel, sums);
  }
}

/// output = input * scale + bias, one of each for every row, or for every column.
BD_FLOATS BD_INLINE void affine_rows(const bd_affine *job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; row++) {
    const float *input = job->input + row * job->columns;
    float *output = job->output + row * job->columns;
    const floats scale = splat(job->scale[row]), bias = splat(job->bias[row]);
    int64_t i = 0;
    for (; i + LANES <= job->columns; i += LANES) store(output + i, multiply_add(load(input + i), scale, bias));
    if (i < job->columns) {
      const floats_mask mask = first_lanes(job->columns - i);
      store_masked(output + i, mask, multiply_add(load_masked(input + i, mask), scale, bias));
    }
  }
}

BD_FLOATS BD_INLINE void affine_columns(const bd_affine *job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; row++) {
    const float *input = job->input + row * job->columns;
    float *output = job->output + row * job->columns;
    int64_t i = 0;
    for (; i + LANES <= job->columns; i += LANES)
      store(output + i, multiply_add(load(input + i), load(job->scale + i), load(job->bias + i)));
    if (i < job->columns) {
      const floats_mask mask = first_lanes(job->columns - i);
      const floats x = load_masked(input + i, mask), scale = load_masked(job->scale + i, mask);
      store_masked(output + i, mask, multiply_add(x, scale, load_masked(job->bias + i, mask)));
    }
  }
}

BD_FLOATS BD_INLINE void affine(const bd_affine *job, int64_t begin, int64_t end) {
  if (job->is_per_row) affine_rows(job, begin, end);
  else affine_columns(job, begin, end);
}

#endif
