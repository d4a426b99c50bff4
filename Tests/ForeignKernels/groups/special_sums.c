// Sums that only some instruction sets compute by ways of their own: Winograd's and those by packed 4-bit weights, which must
// give what the scalar qgemm gives; and products with 4-bit codes in blocks, against the scalar table's.
#include "epilogues.h"

static void *by_qgemm(const bd_kernels *table, bd_qgemm job, const int8_t *weights, int64_t bytes) {
  const bd_sum_shape *shape = &job.shape;
  int8_t *packed = output_memory(
      (int64_t)table->qgemm_packed_bytes(shape->columns, shape->segment_count, shape->segment_length));
  table->qgemm_pack(weights, shape->columns, shape->segment_count, shape->segment_length, packed);
  job.packed_weights = packed;
  job.output = output_memory(bytes);
  table->qgemm(&job, 0, shape->images * shape->height * shape->width);
  return job.output;
}

static const int32_t *biases(trial *trial, int64_t columns) {
  int32_t *bias = input_memory((columns + 63) / 64 * 64 * 4);
  for (int64_t c = 0; c < columns; c++) bias[c] = (int32_t)within(trial, -100000, 100000);
  return bias;
}

/// 3x3, stride 1, in an image that has its border already.
static void winograd(trial *trial) {
  const int64_t channels = ONE_OF(trial, 1, 3, 8, 15, 16, 17, 31, 32, 40), columns = within(trial, 1, 70);
  bd_qgemm job = {.shape = {.images = within(trial, 1, 2), .height = within(trial, 1, 9), .width = within(trial, 1, 9),
                            .segment_count = 3, .segment_length = 3 * channels, .columns = columns}};
  bd_sum_shape *shape = &job.shape;
  begin_case(trial, "qwinograd of %lldx%lldx%lld pixels, %lld to %lld channels", (long long)shape->images,
             (long long)shape->height, (long long)shape->width, (long long)channels, (long long)columns);
  const int64_t line = (shape->width + 2) * channels;
  shape->input = (bd_strides){(shape->height + 2) * line, line, channels};
  shape->output = (bd_strides){shape->height * shape->width * columns, shape->width * columns, columns};
  int64_t *offsets = input_memory(3 * sizeof *offsets);
  for (int s = 0; s < 3; s++) offsets[s] = s * line;
  shape->segment_offsets = offsets;
  uint8_t *input = input_memory(shape->images * shape->input.image);
  int8_t *weights = input_memory(columns * 9 * channels);
  fill_codes(trial, input, shape->images * shape->input.image);
  fill_weights(trial, weights, columns * 9 * channels);
  job.input = input;
  job.bias = biases(trial, columns);
  job.epilogue = make_epilogue(trial, columns, 9 * channels);
  job.epilogue.kind = BD_OUTPUT_U8;
  const int64_t bytes = shape->images * shape->output.image;
  const void *expected = by_qgemm(trial->oracle, job, weights, bytes);
  int8_t *packed = output_memory((int64_t)trial->table->qwinograd_packed_bytes(columns, channels));
  trial->table->qwinograd_pack(weights, columns, channels, packed);
  job.packed_weights = packed;
  job.output = output_memory(bytes);
  int64_t cuts[4];
  cut_range(trial, 0, shape->images * ((shape->height + 1) / 2) * ((shape->width + 1) / 2), cuts);
  for (int r = 0; r < 3; r++) trial->table->qwinograd(&job, cuts[r], cuts[r + 1]);
  expect_bytes(trial, "the codes", job.output, expected, bytes);
}

static void nibbles(trial *trial) {
  const int64_t rows = within(trial, 1, BD_NIBBLE_ROWS), columns = within(trial, 1, 200), depth = within(trial, 1, 300);
  begin_case(trial, "qnibble of %lld pixels, %lld elements, %lld columns", (long long)rows, (long long)depth,
             (long long)columns);
  int64_t *offsets = input_memory(sizeof *offsets);
  offsets[0] = 0;
  bd_qgemm job = {.shape = {.images = 1, .height = 1, .width = rows, .input = {0, 0, depth}, .output = {0, 0, columns},
                            .segment_offsets = offsets, .segment_count = 1, .segment_length = depth, .columns = columns}};
  uint8_t *input = input_memory(rows * depth);
  int8_t *weights = input_memory(columns * depth);
  fill_codes(trial, input, rows * depth);
  for (int64_t i = 0; i < columns * depth; i++) weights[i] = (int8_t)within(trial, -8, 7);
  job.input = input;
  job.bias = biases(trial, columns);
  job.epilogue = make_epilogue(trial, columns, depth);
  const int64_t bytes = rows * columns * (job.epilogue.kind == BD_OUTPUT_U8 ? 1 : 4);
  const void *expected = by_qgemm(trial->oracle, job, weights, bytes);
  int8_t *packed = output_memory((int64_t)trial->table->qnibble_packed_bytes(columns, depth));
  trial->table->qnibble_pack(weights, columns, depth, packed);
  job.packed_weights = packed;
  job.output = output_memory(bytes);
  int64_t cuts[4];
  cut_range(trial, 0, (columns + 63) / 64, cuts);
  for (int r = 0; r < 3; r++) trial->table->qnibble(&job, cuts[r], cuts[r + 1]);
  expect_bytes(trial, "the output", job.output, expected, bytes);
}

/// What a table makes of a product with 4-bit codes; rows and panels in up to three ranges.
static const float *by_nbits(trial *trial, const bd_kernels *table, bd_nbits job, int64_t rows) {
  const int64_t digits = (int64_t)bd_nbits_digit_bytes(&job.shape), columns = job.shape.columns;
  int64_t cuts[4];
  job.digits = output_memory(rows * digits);
  job.output = output_memory(4 * rows * columns);
  cut_range(trial, 0, rows, cuts);
  for (int r = 0; r < 3; r++) table->nbits_begin(&job, cuts[r], cuts[r + 1]);
  cut_range(trial, 0, (columns + BD_NBITS_COLUMNS - 1) / BD_NBITS_COLUMNS, cuts);
  for (int r = 0; r < 3; r++) table->nbits(&job, rows, cuts[r], cuts[r + 1]);
  return job.output;
}

static void blocks_of_codes(trial *trial) {
  const int64_t rows = within(trial, 1, 20), columns = within(trial, 1, 80), depth = within(trial, 1, 300);
  bd_nbits job = {.shape = {columns, depth, 16 << within(trial, 0, 4), (bd_nbits_zeros)within(trial, 0, 2)},
                  .minimum = chance(trial, 50) ? -INFINITY : 0.0f, .maximum = chance(trial, 50) ? INFINITY : 6.0f};
  begin_case(trial, "nbits of %lld rows, %lld elements in blocks of %lld, %lld columns, zero points %d", (long long)rows,
             (long long)depth, (long long)job.shape.block, (long long)columns, job.shape.zeros);
  const int64_t blocks = (depth + job.shape.block - 1) / job.shape.block, bytes = columns * blocks * job.shape.block / 2;
  uint8_t *codes = input_memory(bytes), *zero_codes = input_memory(columns * ((blocks + 1) / 2));
  float *scales = input_memory(4 * columns * blocks), *zeros = input_memory(4 * columns * blocks);
  float *input = input_memory(4 * rows * depth), *bias = input_memory((columns + 63) / 64 * 64 * 4);
  fill_codes(trial, codes, bytes);
  fill_codes(trial, zero_codes, columns * ((blocks + 1) / 2));
  fill_reals(trial, scales, columns * blocks, 0.1f);
  fill_reals(trial, zeros, columns * blocks, 15);
  fill_reals(trial, input, rows * depth, 3);
  if (chance(trial, 20)) fill_special(trial, input, rows * depth, 3);
  fill_reals(trial, bias, columns, 1);
  const void *given[] = {NULL, zero_codes, zeros};
  void *packed = output_memory((int64_t)bd_nbits_packed_bytes(&job.shape));
  bd_nbits_pack(&job.shape, codes, scales, given[job.shape.zeros], packed);
  job.input = input, job.bias = bias, job.packed_weights = packed;
  const float *expected = by_nbits(trial, trial->oracle, job, rows);
  expect_reals(trial, "the output", by_nbits(trial, trial->table, job, rows), expected, rows * columns);
}

void special_sums(trial *trial) {
  if (trial->table == trial->oracle) return;
  for (int64_t r = 0; r < trial->repetitions * 2; r++) {
    if (trial->table->qwinograd) winograd(trial);
    if (trial->table->qnibble) nibbles(trial);
    if (trial->table->nbits != trial->oracle->nbits) blocks_of_codes(trial);
  }
}
