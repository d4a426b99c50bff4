/// Functions of one real on registers of floats, written once for every register width, as those of activations.h.
#ifndef BITDEPTH_FUNCTIONS_H
#define BITDEPTH_FUNCTIONS_H

#include "activations.h"

#pragma STDC FP_CONTRACT OFF

/// e^x of any x: 0 and infinity where it leaves FP32. The power of two is applied in two halves, each of which FP32 has.
BD_FLOATS BD_INLINE floats exponential_of(floats x) {
  const bd_split_exponential e = split_exponential(clamp(x, splat(-104.0f), splat(89.0f)));
  const floats shift = integer_shift(), n = e.shifted - shift, value = splat(1.0f) + e.rest;
  const floats shifted = multiply_add(n, splat(0.5f), shift), half = shifted - shift;
  return value * power_of_two(shifted) * power_of_two((n - half) + shift);
}

/// e^x - 1 for x <= 0, without cancellation near 0.
BD_FLOATS BD_INLINE floats exponential_less_one(floats x) {
  const bd_exponential e = exponential(x);
  return multiply_add(e.power, e.rest, e.power - splat(1.0f));
}

/// 2 artanh(s) = log((1 + s) / (1 - s)) for |s| <= 1/3, by its series, whose next term is below 2e-9.
BD_FLOATS BD_INLINE floats twice_artanh(floats s) {
  const floats square = s * s;
  floats sum = splat(2.0f / 15);
  sum = multiply_add(sum, square, splat(2.0f / 13));
  sum = multiply_add(sum, square, splat(2.0f / 11));
  sum = multiply_add(sum, square, splat(2.0f / 9));
  sum = multiply_add(sum, square, splat(2.0f / 7));
  sum = multiply_add(sum, square, splat(2.0f / 5));
  sum = multiply_add(sum, square, splat(2.0f / 3));
  return multiply_add(sum * square, s, s + s);
}

/// The natural logarithm: NaN below 0, minus infinity of 0.
BD_FLOATS BD_INLINE floats logarithm(floats x) {
  const floats least = splat(1.17549435e-38f), one = splat(1.0f), infinity = splat(__builtin_inff());
  // Subnormal numbers are scaled up first.
  const floats normal = where_less(x, least, x * splat(8388608.0f), x);
  floats exponent = exponent_of(normal) - where_less(x, least, splat(23.0f), splat(0.0f));
  floats fraction = fraction_of(normal);
  const floats root = splat(1.41421356f);
  exponent = where_less(root, fraction, exponent + one, exponent);
  fraction = where_less(root, fraction, fraction * splat(0.5f), fraction);
  floats value = twice_artanh((fraction - one) / (fraction + one));
  value = multiply_add(exponent, splat(-1.90465421e-9f), value);
  value = multiply_add(exponent, splat(0.693147182f), value);
  // Infinity is its own logarithm; x - infinity makes minus infinity of 0, and leaves NaN what it is.
  value = where_less(x, infinity, value, x);
  value = where_less(splat(0.0f), x, value, where_less(x, splat(0.0f), splat(__builtin_nanf("")), x - infinity));
  return value;
}

/// log(1 + e^x).
BD_FLOATS BD_INLINE floats softplus(floats x) {
  const bd_exponential e = exponential(with_sign(x, splat(-1.0f)));
  const floats power = multiply_add(e.power, e.rest, e.power);
  return where_less(x, splat(0.0f), splat(0.0f), x) + twice_artanh(power / (power + splat(2.0f)));
}

/// The error function: x P(x^2) up to 1, 1 - e^-Q(|x|) above; both polynomials interpolate at Chebyshev's nodes.
BD_FLOATS BD_INLINE floats error_function(floats x) {
  const floats square = x * x, size = clamp(magnitude(x), splat(0.0f), splat(4.0f));
  floats near = splat(7.882497448e-05f);
  near = multiply_add(near, square, splat(-0.0008018855006f));
  near = multiply_add(near, square, splat(0.005189312156f));
  near = multiply_add(near, square, splat(-0.02685432881f));
  near = multiply_add(near, square, splat(0.1128359735f));
  near = multiply_add(near, square, splat(-0.3761262596f));
  near = multiply_add(near, square, splat(1.128379107f));
  floats far = splat(1.343934673e-05f);
  far = multiply_add(far, size, splat(-0.0003199395142f));
  far = multiply_add(far, size, splat(0.003454878693f));
  far = multiply_add(far, size, splat(-0.02269597724f));
  far = multiply_add(far, size, splat(0.1034957841f));
  far = multiply_add(far, size, splat(0.6388482451f));
  far = multiply_add(far, size, splat(1.12610805f));
  far = multiply_add(far, size, splat(0.0007011884009f));
  const floats beyond = with_sign(exponential_less_one(splat(0.0f) - far), x);
  return where_less(splat(1.0f), size, beyond, x * near);
}

/// x Phi(x), Phi the normal distribution function.
BD_FLOATS BD_INLINE floats gelu(floats x) {
  return x * splat(0.5f) * (splat(1.0f) + error_function(x * splat(0.707106781f)));
}

BD_FLOATS BD_INLINE floats gelu_by_tangent(floats x) {
  const floats cubic = multiply_add(x * x * splat(0.044715f), x, x);
  return x * splat(0.5f) * (splat(1.0f) + hyperbolic_tangent(cubic * splat(0.797884561f)));
}

/// x tanh(log(1 + e^x)) = x n / (n + 2) for n = e^x (e^x + 2).
BD_FLOATS BD_INLINE floats mish(floats x) {
  const floats power = exponential_of(clamp(x, splat(-104.0f), splat(20.0f)));
  const floats n = power * (power + splat(2.0f));
  return x * (n / (n + splat(2.0f)));
}

/// Every function: its name, and its value at `x` with the parameters `alpha` and `beta`.
#define BD_FUNCTIONS(entry)                                                           \
  entry(SIGMOID, sigmoid(x))                                                          \
  entry(TANH, hyperbolic_tangent(x))                                                  \
  entry(EXP, exponential_of(x))                                                       \
  entry(LOG, logarithm(x))                                                            \
  entry(SQRT, square_root(x))                                                         \
  entry(RECIPROCAL, splat(1.0f) / x)                                                  \
  entry(ABSOLUTE, magnitude(x))                                                       \
  entry(NEGATE, x * splat(-1.0f))                                                     \
  entry(SQUARE, x * x)                                                                \
  entry(ERF, error_function(x))                                                       \
  entry(GELU, gelu(x))                                                                \
  entry(GELU_TANH, gelu_by_tangent(x))                                                \
  entry(SWISH, x * sigmoid(alpha * x))                                                \
  entry(HARD_SIGMOID, held_within_unit(x, alpha, beta))                               \
  entry(HARD_SWISH, x * held_within_unit(x, alpha, beta))                             \
  entry(MISH, mish(x))                                                                \
  entry(SOFTPLUS, softplus(x))                                                        \
  entry(SOFTSIGN, x / (splat(1.0f) + magnitude(x)))                                   \
  entry(LEAKY_RELU, where_less(x, splat(0.0f), alpha * x, x))                         \
  entry(ELU, beta * where_less(x, splat(0.0f), alpha * exponential_less_one(x), x))   \
  entry(CELU, where_less(x, splat(0.0f), alpha * exponential_less_one(x / alpha), x))

typedef floats function_value(floats x, floats alpha, floats beta);

#define BD_DEFINE_VALUE(name, value) \
  BD_FLOATS BD_INLINE floats value_of_##name(floats x, floats alpha, floats beta) { return value; }
BD_FUNCTIONS(BD_DEFINE_VALUE)

#endif
