/// A block of channels of a depthwise convolution by vpdpbusd: written once, included for 64 channels in 512 bits, for 32
/// channels in 256 bits, and for 32 channels of two lines in the halves of 512 bits.
///
/// The includer defines NAME, which makes names unique, OP, which makes the names of intrinsics, the register types
/// REGISTER and REALS, BYTES (the channels of a block), and the operations that are not named alike: load (a register),
/// load_weights (BYTES of them for each half), load_codes and store (a half from or to each line; `apart` is how far the
/// second line lies from the first), and store_some.

enum { NAME(LANES) = sizeof(REGISTER) / 4 };

/// What all pixels of a block share. Arrays are in the order of the registers.
typedef struct {
  _Alignas(64) int32_t bias[4 * NAME(LANES)];
  _Alignas(64) float multiplier[4 * NAME(LANES)];
  REGISTER zero_point, minimum, maximum;
  const bd_depthwise_shape *shape;
  const int8_t *weights;
  int64_t channels;
  int64_t input_apart, output_apart;  // from a line to the one in the other half
  bd_rounding rounding;
} NAME(block);

/// Takes the numbers of the channels from `first` on.
BD_AVX512VNNI static void NAME(enter)(NAME(block) *block, const bd_qdepthwise *job, int64_t first,
                                      const int8_t *weights) {
  const bd_epilogue *epilogue = &job->epilogue;
  block->shape = &job->shape;
  block->weights = weights;
  block->channels = job->shape.channels - first;
  block->rounding = bd_rounding_of(epilogue, first, bd_min(BYTES, block->channels));
  for (int index = 0; index < 4 * NAME(LANES); index += 4) {
    // Both halves have the same channels where there are two lines.
    const int j = index / NAME(LANES), lane = index % NAME(LANES) % (BYTES / 4);
    const int64_t channel = first + channel_of(BYTES, j * BYTES / 4 + lane);
    memcpy(block->bias + index, job->bias + channel, 4 * sizeof *job->bias);
    memcpy(block->multiplier + index, epilogue->multiplier + channel, 4 * sizeof *epilogue->multiplier);
  }
  block->zero_point = OP(set1_epi16)((short)epilogue->zero_point);
  block->minimum = OP(set1_epi8)((char)epilogue->minimum);
  block->maximum = OP(set1_epi8)((char)epilogue->maximum);
}

/// Brings four taps of each channel together: register j, 128-bit lane L, element d has those of channel
/// 16 * L + 4 * j + d.
BD_INLINE BD_AVX512VNNI void NAME(gather)(const NAME(block) *block, const uint8_t *first, const uint8_t *second,
                                          const uint8_t *third, const uint8_t *fourth, REGISTER taps[4]) {
  const int64_t apart = block->input_apart;
  const REGISTER a = NAME(load_codes)(first, apart), b = NAME(load_codes)(second, apart);
  const REGISTER c = NAME(load_codes)(third, apart), d = NAME(load_codes)(fourth, apart);
  const REGISTER low = OP(unpacklo_epi8)(a, b), high = OP(unpackhi_epi8)(a, b);
  const REGISTER low2 = OP(unpacklo_epi8)(c, d), high2 = OP(unpackhi_epi8)(c, d);
  taps[0] = OP(unpacklo_epi16)(low, low2);
  taps[1] = OP(unpackhi_epi16)(low, low2);
  taps[2] = OP(unpacklo_epi16)(high, high2);
  taps[3] = OP(unpackhi_epi16)(high, high2);
}

/// Sums times multiplier, rounded. Below -2^31 the conversion gives -2^31, which saturates rightly; above it would too.
BD_INLINE BD_AVX512VNNI REGISTER NAME(scale)(const NAME(block) *block, const int j, REGISTER sums,
                                             const bd_rounding rounding) {
  REALS product = OP(mul_ps)(OP(cvtepi32_ps)(sums), OP(load_ps)(block->multiplier + j * NAME(LANES)));
  if (rounding == BD_ROUND_ANY) product = OP(min_ps)(product, OP(set1_ps)(BD_SATURATED));
  return OP(cvtps_epi32)(product);
}

/// Two neighbouring registers of sums scaled, packed to 16 bits, and the zero point added.
BD_INLINE BD_AVX512VNNI REGISTER NAME(scale_pair)(const NAME(block) *block, const int j, REGISTER first,
                                                  REGISTER second, const bd_rounding rounding) {
  const REGISTER words =
      OP(packs_epi32)(NAME(scale)(block, j, first, rounding), NAME(scale)(block, j + 1, second, rounding));
  return rounding == BD_ROUND_PLAIN ? words : OP(adds_epi16)(words, block->zero_point);
}

/// Packs the 16-bit codes of a pixel to 8 bits and limits them.
BD_INLINE BD_AVX512VNNI REGISTER NAME(pack)(const NAME(block) *block, REGISTER low, REGISTER high,
                                            const bd_rounding rounding) {
  const REGISTER codes = OP(packus_epi16)(low, high);
  if (rounding == BD_ROUND_PLAIN) return codes;
  return OP(min_epu8)(OP(max_epu8)(codes, block->minimum), block->maximum);
}

/// Stores the codes of `pixels` pixels in `lines` lines. There is one branch for all of them, because branches between
/// them would let the compiler make the outputs one after the other.
BD_INLINE BD_AVX512VNNI void NAME(finish)(const NAME(block) *block, uint8_t *output, const REGISTER *codes,
                                          const int pixels, const int lines) {
  const int64_t down = block->shape->output.line, right = block->shape->output.pixel, apart = block->output_apart;
  if (block->channels >= BYTES) {
    BD_UNROLL for (int o = 0; o < lines * pixels; o++)
      NAME(store)(output + o / pixels * down + o % pixels * right, apart, codes[o]);
  } else {
    BD_UNROLL for (int o = 0; o < lines * pixels; o++)
      NAME(store_some)(output + o / pixels * down + o % pixels * right, apart, codes[o], block->channels);
  }
}

/// One line of pixels, for any kernel: quads of neighbouring taps of one kernel row.
BD_INLINE BD_AVX512VNNI void NAME(any_line)(const NAME(block) *block, const uint8_t *input, uint8_t *output,
                                            const bd_rounding rounding) {
  const bd_depthwise_shape *shape = block->shape;
  const int64_t down = shape->dilation_height * shape->input.line, right = shape->dilation_width * shape->input.pixel;
  BD_NO_UNROLL for (int64_t x = 0; x < shape->width; x++) {
    const int8_t *weights = block->weights;
    REGISTER sums[4];
    BD_UNROLL for (int j = 0; j < 4; j++) sums[j] = NAME(load)(block->bias + j * NAME(LANES));
    BD_NO_UNROLL for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
      const uint8_t *codes = input + ky * down;
      BD_NO_UNROLL for (int64_t kx = 0; kx < shape->kernel_width; kx += 4) {
        // Taps beyond the kernel have zero weights; they read its last one, which lies inside the image.
        const int64_t last = shape->kernel_width - 1 - kx;
        REGISTER taps[4];
        NAME(gather)(block, codes, codes + bd_min(1, last) * right, codes + bd_min(2, last) * right,
                     codes + bd_min(3, last) * right, taps);
        BD_UNROLL for (int j = 0; j < 4; j++)
          sums[j] = OP(dpbusd_epi32)(sums[j], taps[j], NAME(load_weights)(weights + j * BYTES));
        codes += 4 * right;
        weights += 4 * BYTES;
      }
    }
    const REGISTER low = NAME(scale_pair)(block, 0, sums[0], sums[1], rounding);
    const REGISTER codes = NAME(pack)(block, low, NAME(scale_pair)(block, 2, sums[2], sums[3], rounding),
                                       rounding);
    NAME(finish)(block, output, &codes, 1, 1);
    input += shape->stride_width * shape->input.pixel;
    output += shape->output.pixel;
  }
}

/// The taps of the kernel's rows at one column of the image: rows 0 ... 2, and row 3 for the lower of two lines.
BD_INLINE BD_AVX512VNNI void NAME(gather_column)(const NAME(block) *block, const uint8_t *codes, int64_t down,
                                                 const int lines, REGISTER taps[4]) {
  const uint8_t *third = codes + 2 * down;
  NAME(gather)(block, codes, codes + down, third, lines == 2 ? third + down : third, taps);
  BD_UNROLL for (int j = 0; j < 4; j++) if (lines == 2) BD_FINISH(taps[j]);
}

/// `pixels` pixels of a 3x3 kernel in `lines` lines from the columns of the image that lie under them. All outputs of
/// a register are made together, so that its weights, bias and multiplier are loaded once.
BD_INLINE BD_AVX512VNNI void NAME(pixels_3x3)(const NAME(block) *block, REGISTER columns[5][4], uint8_t *output,
                                              const int pixels, const int lines, const int stride,
                                              const bd_rounding rounding) {
  const int8_t *weights = block->weights + 3 * 4 * BYTES;
  REGISTER sums[4][4], codes[4];
  BD_UNROLL for (int j = 0; j < 4; j++) {
    const REGISTER bias = NAME(load)(block->bias + j * NAME(LANES));
    BD_UNROLL for (int l = 0; l < lines; l++) {
      BD_UNROLL for (int p = 0; p < pixels; p++) sums[l * pixels + p][j] = bias;
      BD_UNROLL for (int kx = 0; kx < 3; kx++) {
        const REGISTER taps = NAME(load_weights)(weights + ((kx * 4 + j) * 2 + l) * BYTES);
        BD_UNROLL for (int p = 0; p < pixels; p++) {
          REGISTER *sum = &sums[l * pixels + p][j];
          *sum = OP(dpbusd_epi32)(*sum, columns[p * stride + kx][j], taps);
        }
      }
    }
    BD_UNROLL for (int o = 0; o < lines * pixels; o++) {
      if (lines == 2) BD_FINISH(sums[o][j]);
      if (j % 2 == 0) continue;
      const REGISTER words = NAME(scale_pair)(block, j - 1, sums[o][j - 1], sums[o][j], rounding);
      codes[o] = j == 1 ? words : NAME(pack)(block, codes[o], words, rounding);
    }
  }
  NAME(finish)(block, output, codes, pixels, lines);
}

/// One or two lines of a 3x3 kernel without dilation, two pixels at a time; the columns that the next two pixels share
/// with them stay in registers.
BD_INLINE BD_AVX512VNNI void NAME(lines_3x3)(const NAME(block) *block, const uint8_t *input, uint8_t *output,
                                             const int lines, const int stride, const bd_rounding rounding) {
  const bd_depthwise_shape *shape = block->shape;
  const int64_t down = shape->input.line, right = shape->input.pixel;
  const int kept = 3 - stride, all = stride + 3;
  REGISTER columns[5][4];
  BD_UNROLL for (int c = 0; c < kept; c++) NAME(gather_column)(block, input + c * right, down, lines, columns[c]);
  int64_t x = 0;
  BD_NO_UNROLL for (; x + 2 <= shape->width; x += 2) {
    BD_UNROLL for (int c = kept; c < all; c++) NAME(gather_column)(block, input + c * right, down, lines, columns[c]);
    NAME(pixels_3x3)(block, columns, output, 2, lines, stride, rounding);
    BD_UNROLL for (int c = 0; c < kept; c++) BD_UNROLL for (int j = 0; j < 4; j++)
        columns[c][j] = columns[c + 2 * stride][j];
    input += 2 * stride * right;
    output += 2 * shape->output.pixel;
  }
  if (x == shape->width) return;
  BD_UNROLL for (int c = kept; c < 3; c++) NAME(gather_column)(block, input + c * right, down, lines, columns[c]);
  NAME(pixels_3x3)(block, columns, output, 1, lines, stride, rounding);
}

/// The codes under a strip of pixels of a 5x5 kernel, brought together once and used by up to five pixels.
typedef struct {
  REGISTER columns[4 * STRIP_GROUPS + 4][4];  // rows 0 ... 3 of the kernel, at each column of the image
  REGISTER quads[STRIP_GROUPS + 1][4];        // row 4, at four neighbouring columns
} NAME(strip);

/// Brings together the codes of `groups` groups of four columns, and of the four columns after them. Columns after
/// `last` are not needed, but must not be read, for they may lie outside the image.
BD_INLINE BD_AVX512VNNI void NAME(gather_strip)(NAME(strip) *strip, const NAME(block) *block, const uint8_t *codes,
                                                int64_t groups, int64_t last) {
  const int64_t down = block->shape->input.line, right = block->shape->input.pixel;
  BD_NO_UNROLL for (int64_t c = 0; c < 4 * groups + 4; c++) {
    const uint8_t *column = codes + bd_min(c, last) * right;
    NAME(gather)(block, column, column + down, column + 2 * down, column + 3 * down, strip->columns[c]);
  }
  BD_NO_UNROLL for (int64_t q = 0; q <= groups; q++) {
    const uint8_t *row = codes + 4 * down;
    NAME(gather)(block, row + bd_min(4 * q, last) * right, row + bd_min(4 * q + 1, last) * right,
                 row + bd_min(4 * q + 2, last) * right, row + bd_min(4 * q + 3, last) * right, strip->quads[q]);
  }
}

/// The pixels that start in one group of four columns: all four, or every second.
BD_INLINE BD_AVX512VNNI void NAME(group_5x5)(const NAME(block) *block, REGISTER columns[][4], REGISTER quads[][4],
                                             REGISTER codes[4], const int stride, const bd_rounding rounding) {
  const int pixels = 4 / stride;
  const int8_t *weights = block->weights + 5 * 2 * 4 * BYTES;
  REGISTER sums[4][4];
  BD_UNROLL for (int j = 0; j < 4; j++) {
    const REGISTER bias = NAME(load)(block->bias + j * NAME(LANES));
    BD_UNROLL for (int p = 0; p < pixels; p++) sums[p][j] = bias;
    BD_UNROLL for (int kx = 0; kx < 5; kx++) {
      const REGISTER taps = NAME(load_weights)(weights + kx * BYTES);
      BD_UNROLL for (int p = 0; p < pixels; p++)
        sums[p][j] = OP(dpbusd_epi32)(sums[p][j], columns[p * stride + kx][j], taps);
    }
    BD_UNROLL for (int q = 0; q < 2; q++) BD_UNROLL for (int p = 0; p < pixels; p++)
        sums[p][j] =
            OP(dpbusd_epi32)(sums[p][j], quads[q][j], NAME(load_weights)(weights + (5 + 2 * p * stride + q) * BYTES));
    weights += QUADS_5X5 * BYTES;
    BD_UNROLL for (int p = 0; p < pixels; p++) {
      BD_FINISH(sums[p][j]);
      if (j % 2 == 0) continue;
      const REGISTER words = NAME(scale_pair)(block, j - 1, sums[p][j - 1], sums[p][j], rounding);
      codes[p] = j == 1 ? words : NAME(pack)(block, codes[p], words, rounding);
    }
  }
}

/// One line of a 5x5 kernel without dilation, strip by strip.
BD_INLINE BD_AVX512VNNI void NAME(line_5x5)(const NAME(block) *block, const uint8_t *input, uint8_t *output,
                                            const int stride, const bd_rounding rounding) {
  const bd_depthwise_shape *shape = block->shape;
  const int pixels = 4 / stride;
  NAME(strip) strip;
  BD_NO_UNROLL for (int64_t x = 0; x < shape->width;) {
    const int64_t count = bd_min(STRIP_GROUPS * pixels, shape->width - x), groups = (count + pixels - 1) / pixels;
    NAME(gather_strip)(&strip, block, input, groups, (count - 1) * stride + 4);
    BD_NO_UNROLL for (int64_t g = 0; g < groups; g++) {
      REGISTER codes[4];
      NAME(group_5x5)(block, strip.columns + 4 * g, strip.quads + g, codes, stride, rounding);
      BD_UNROLL for (int p = 0; p < pixels; p++)
        if (g * pixels + p < count) NAME(finish)(block, output + p * shape->output.pixel, codes + p, 1, 1);
      output += pixels * shape->output.pixel;
    }
    input += count * stride * shape->input.pixel;
    x += count;
  }
}

// A function of its own for each kind of line, and in it one copy of the loop for each kind of rounding.
#define ROUNDED(kind, call)           \
  case kind: {                        \
    const bd_rounding rounding = kind; \
    call;                             \
    break;                            \
  }
#define LINES(name, call)                                                                                     \
  BD_AVX512VNNI __attribute__((noinline)) static void NAME(name)(const NAME(block) * block,                   \
                                                                 const uint8_t *input, uint8_t *output) {     \
    switch (block->rounding) {                                                                                \
      ROUNDED(BD_ROUND_PLAIN, call)                                                                           \
      ROUNDED(BD_ROUND_BOUNDED, call)                                                                         \
      ROUNDED(BD_ROUND_ANY, call)                                                                             \
    }                                                                                                         \
  }

LINES(any, NAME(any_line)(block, input, output, rounding))
LINES(two_3x3, NAME(lines_3x3)(block, input, output, 2, 1, rounding))
LINES(one_3x3, NAME(lines_3x3)(block, input, output, 1, 1, rounding))
LINES(one_3x3_stride_2, NAME(lines_3x3)(block, input, output, 1, 2, rounding))
LINES(one_5x5, NAME(line_5x5)(block, input, output, 1, rounding))
LINES(one_5x5_stride_2, NAME(line_5x5)(block, input, output, 2, rounding))

#undef LINES
#undef ROUNDED

/// One line of a block of channels, or `two`, in each of its halves.
static void NAME(run)(const NAME(block) *block, line_kind kind, bool two, const uint8_t *input, uint8_t *output) {
  switch (kind) {
    case LINES_3X3: (two ? NAME(two_3x3) : NAME(one_3x3))(block, input, output); break;
    case LINE_3X3: NAME(one_3x3)(block, input, output); break;
    case LINE_3X3_STRIDE_2: NAME(one_3x3_stride_2)(block, input, output); break;
    case LINE_5X5: NAME(one_5x5)(block, input, output); break;
    case LINE_5X5_STRIDE_2: NAME(one_5x5_stride_2)(block, input, output); break;
    case ANY_LINE: NAME(any)(block, input, output); break;
  }
}
