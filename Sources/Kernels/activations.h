/// The functions of recurrent cells on registers of floats, written once for every register width: the includer has
/// chosen `floats` by including floats_scalar.h, floats_avx2.h or floats_avx512.h. Operators on vectors are those of
/// their elements.
#ifndef BITDEPTH_ACTIVATIONS_H
#define BITDEPTH_ACTIVATIONS_H

#pragma STDC FP_CONTRACT OFF

/// 1.5 * 2^23: the low mantissa bits of a sum with it are the other summand, rounded to an integer.
BD_FLOATS BD_INLINE floats integer_shift(void) { return splat(12582912.0f); }

/// e^x as `2^n * (1 + rest)`, where `shifted` is n plus the integer shift.
typedef struct {
  floats shifted, rest;
} bd_split_exponential;

/// x = n ln 2 + r with |r| <= ln 2 / 2, so e^x = 2^n e^r; e^r - 1 by its Taylor polynomial, whose next term is below
/// 1e-8.
BD_FLOATS BD_INLINE bd_split_exponential split_exponential(floats x) {
  const floats shifted = multiply_add(x, splat(1.44269504f), integer_shift());
  const floats n = shifted - integer_shift();
  floats r = multiply_add(n, splat(-0.693147182f), x);
  r = multiply_add(n, splat(1.90465421e-9f), r);
  floats sum = splat(1.0f / 5040);
  sum = multiply_add(sum, r, splat(1.0f / 720));
  sum = multiply_add(sum, r, splat(1.0f / 120));
  sum = multiply_add(sum, r, splat(1.0f / 24));
  sum = multiply_add(sum, r, splat(1.0f / 6));
  sum = multiply_add(sum, r, splat(0.5f));
  return (bd_split_exponential){shifted, multiply_add(sum * r, r, r)};
}

/// e^x as `power * (1 + rest)`, so that 1 can be taken off without cancellation.
typedef struct {
  floats power, rest;
} bd_exponential;

/// e^x for x <= 0; below -87, where the result would be subnormal, that of -87. NaN stays NaN.
BD_FLOATS BD_INLINE bd_exponential exponential(floats x) {
  const bd_split_exponential e = split_exponential(clamp(x, splat(-87.0f), splat(0.0f)));
  return (bd_exponential){power_of_two(e.shifted), e.rest};
}

/// 1 / (1 + e^-x), in the form whose exponential cannot overflow.
BD_FLOATS BD_INLINE floats sigmoid(floats x) {
  const bd_exponential e = exponential(with_sign(x, splat(-1.0f)));
  const floats value = multiply_add(e.power, e.rest, e.power);
  return where_less(x, splat(0.0f), value, splat(1.0f)) / (splat(1.0f) + value);
}

/// -t / (t + 2) for t = e^(-2|x|) - 1, with the sign of x.
BD_FLOATS BD_INLINE floats hyperbolic_tangent(floats x) {
  const bd_exponential e = exponential(magnitude(x) * splat(-2.0f));
  const floats t = multiply_add(e.power, e.rest, e.power - splat(1.0f));
  return with_sign(t / (t + splat(2.0f)), x);
}

/// alpha x + beta, held within 0 ... 1.
BD_FLOATS BD_INLINE floats held_within_unit(floats x, floats alpha, floats beta) {
  return clamp(multiply_add(alpha, x, beta), splat(0.0f), splat(1.0f));
}

/// Inlined where the compiler sees fit, no more: unoptimized, a frame with all gates of all cells would need more stack
/// than a thread has.
BD_FLOATS static inline floats activate(const bd_activation *activation, floats x) {
  const floats alpha = splat(activation->alpha), beta = splat(activation->beta), zero = splat(0.0f);
  switch (activation->function) {
    case BD_SIGMOID: return sigmoid(x);
    case BD_TANH: return hyperbolic_tangent(x);
    case BD_RELU: return where_less(x, zero, zero, x);
    case BD_AFFINE: return multiply_add(alpha, x, beta);
    case BD_LEAKY_RELU: return where_less(x, zero, alpha * x, x);
    case BD_THRESHOLDED_RELU: return where_less(x, alpha, zero, x);
    case BD_SCALED_TANH: return alpha * hyperbolic_tangent(beta * x);
    case BD_HARD_SIGMOID: return held_within_unit(x, alpha, beta);
    default: return x / (splat(1.0f) + magnitude(x));
  }
}

#endif
