// qgemm: matrix products and convolutions, each epilogue, weight zero points, and what is done then; the scalar table
// against sums in 64 bits.
#include <math.h>
#include <string.h>

#include "epilogues.h"

enum { PADDING = 64 };  // columns that per-column numbers are padded to a multiple of

/// A job without its table's packed weights and output.
typedef struct {
  bd_qgemm job;
  const int8_t *weights;
  int64_t pixels, output_elements;
  bd_qbinary then;
} sum_case;

static int64_t columns_of(trial *trial) {
  return chance(trial, 20) ? within(trial, 1, 140)
                           : ONE_OF(trial, 1, 2, 3, 4, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 47, 48, 49, 63, 64, 65, 80,
                                    96, 97, 128, 129);
}

static int64_t length_of(trial *trial) {
  return chance(trial, 20) ? within(trial, 1, 300)
                           : ONE_OF(trial, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 27, 28, 31, 32, 33, 36, 63, 64, 65, 96);
}

/// Pixels, and the segments that each of them sums over, in an image with gaps.
static bd_sum_shape shape_of(trial *trial, int64_t *input_bytes, int64_t *output_elements) {
  bd_sum_shape shape = {.images = 1, .height = 1, .columns = columns_of(trial), .segment_length = length_of(trial)};
  const bool is_matrix = chance(trial, 40);
  shape.width = is_matrix ? within(trial, 1, 40) : within(trial, 1, 9);
  if (!is_matrix) shape.images = within(trial, 1, 2), shape.height = within(trial, 1, 5);
  shape.segment_count = is_matrix ? 1 : within(trial, 1, 4);
  const int64_t stride = within(trial, 1, 3), gap = chance(trial, 30) ? within(trial, 1, 5) : 0;
  shape.input.pixel = is_matrix ? shape.segment_length + gap : stride * within(trial, 1, shape.segment_length);
  const int64_t line = shape.width * shape.input.pixel + shape.segment_length + gap;
  shape.input.line = line * within(trial, 1, 2);
  shape.input.image = (shape.height * shape.input.line + shape.segment_count * line);
  int64_t *offsets = input_memory(shape.segment_count * (int64_t)sizeof *offsets);
  for (int64_t s = 0; s < shape.segment_count; s++) offsets[s] = s * line;
  shape.segment_offsets = offsets;
  *input_bytes = shape.images * shape.input.image + shape.segment_length;

  const int64_t apart = chance(trial, 30) ? within(trial, 1, 7) : 0;
  shape.output.pixel = shape.columns + apart;
  shape.output.line = shape.width * shape.output.pixel + (chance(trial, 30) ? within(trial, 1, 9) : 0);
  shape.output.image = shape.height * shape.output.line + (chance(trial, 30) ? within(trial, 1, 9) : 0);
  *output_elements = shape.images * shape.output.image;
  return shape;
}

static sum_case make_case(trial *trial) {
  sum_case made = {.pixels = 0};
  bd_qgemm *job = &made.job;
  int64_t input_bytes;
  job->shape = shape_of(trial, &input_bytes, &made.output_elements);
  made.pixels = job->shape.images * job->shape.height * job->shape.width;
  const int64_t columns = job->shape.columns, padded = (columns + PADDING - 1) / PADDING * PADDING;
  const int64_t depth = job->shape.segment_count * job->shape.segment_length;
  uint8_t *input = input_memory(input_bytes);
  fill_codes(trial, input, input_bytes);
  job->input = input;
  int8_t *weights = input_memory(columns * depth);
  fill_weights(trial, weights, columns * depth);
  made.weights = weights;
  int32_t *bias = input_memory(padded * 4);
  for (int64_t c = 0; c < columns; c++) bias[c] = (int32_t)within(trial, -100000, 100000);
  job->bias = bias;
  if (chance(trial, 25)) {
    int32_t *zeros = input_memory(padded * 4);
    for (int64_t c = 0; c < columns; c++) zeros[c] = (int32_t)within(trial, -128, 127);
    job->weight_zero = zeros;
  }
  job->epilogue = make_epilogue(trial, columns, depth);
  return made;
}

/// An operation on the output's own codes, and other codes or one of them.
static void add_then(trial *trial, sum_case *made) {
  uint8_t *others = input_memory(made->output_elements);
  fill_codes(trial, others, made->output_elements);
  made->then = (bd_qbinary){
      .operation = (bd_binary_operation)within(trial, BD_ADD, BD_MULTIPLY), .right = others, .left_scale = 0.021f,
      .right_scale = real_within(trial, 0.001f, 0.1f), .output_scale = real_within(trial, 0.01f, 0.1f),
      .left_zero = (int32_t)within(trial, 0, 255), .right_zero = (int32_t)within(trial, 0, 255),
      .output_zero = (int32_t)within(trial, 0, 255), .maximum = 255, .left_step = 1, .right_step = within(trial, 0, 1)};
}

/// The definition, sums in 64 bits.
static void reference(const sum_case *made, void *output) {
  const bd_qgemm *job = &made->job;
  const bd_sum_shape *shape = &job->shape;
  const int8_t *weights = made->weights;
  for (int64_t c = 0; c < shape->columns; c++)
    for (int64_t m = 0; m < made->pixels; m++) {
      const int64_t x = m % shape->width, y = m / shape->width % shape->height, n = m / shape->width / shape->height;
      const uint8_t *pixel = job->input + n * shape->input.image + y * shape->input.line + x * shape->input.pixel;
      int64_t sum = job->bias[c], k = c * shape->segment_count * shape->segment_length;
      for (int64_t s = 0; s < shape->segment_count; s++)
        for (int64_t i = 0; i < shape->segment_length; i++) {
          const int64_t zero = job->weight_zero ? job->weight_zero[c] : 0;
          sum += pixel[shape->segment_offsets[s] + i] * (weights[k++] - zero);
        }
      const int64_t element = n * shape->output.image + y * shape->output.line + x * shape->output.pixel + c;
      store_reference(&job->epilogue, sum, c, output, element);
    }
}

/// What one table makes of a case.
static void *run_table(const bd_kernels *table, sum_case *made, int64_t bytes, const int64_t cuts[4]) {
  bd_qgemm job = made->job;
  const bd_sum_shape *shape = &job.shape;
  const size_t packed_bytes = table->qgemm_packed_bytes(shape->columns, shape->segment_count, shape->segment_length);
  int8_t *packed = output_memory((int64_t)packed_bytes);
  table->qgemm_pack(made->weights, shape->columns, shape->segment_count, shape->segment_length, packed);
  job.packed_weights = packed;
  job.output = output_memory(bytes);
  bd_qbinary then = made->then;
  if (then.right) {
    then.left = then.output = job.output;
    job.then = &then;
  }
  for (int r = 0; r < 3; r++) table->qgemm(&job, cuts[r], cuts[r + 1]);
  return job.output;
}

void quantized_sums(trial *trial) {
  for (int64_t r = 0; r < trial->repetitions * 8; r++) {
    begin_case(trial, "qgemm");
    sum_case made = make_case(trial);
    const bd_sum_shape *shape = &made.job.shape;
    const bool is_oracle = trial->table == trial->oracle;
    const bool has_then = !is_oracle && made.job.epilogue.kind == BD_OUTPUT_U8 && chance(trial, 25);
    if (has_then) add_then(trial, &made);
    snprintf(trial->name, sizeof trial->name,
             "qgemm of %lldx%lldx%lld pixels, %lld segments of %lld, %lld columns, output %d%s%s",
             (long long)shape->images, (long long)shape->height, (long long)shape->width,
             (long long)shape->segment_count, (long long)shape->segment_length, (long long)shape->columns,
             made.job.epilogue.kind, made.job.weight_zero ? ", weight zeros" : "", has_then ? ", then" : "");
    const int64_t bytes = made.output_elements * (made.job.epilogue.kind == BD_OUTPUT_U8 ? 1 : 4);
    const int64_t whole[4] = {0, made.pixels, made.pixels, made.pixels};
    int64_t cuts[4];
    cut_range(trial, 0, made.pixels, cuts);
    void *expected;
    if (is_oracle) reference(&made, expected = output_memory(bytes));
    else expected = run_table(trial->oracle, &made, bytes, whole);
    expect_bytes(trial, "the output", run_table(trial->table, &made, bytes, cuts), expected, bytes);
  }
}
