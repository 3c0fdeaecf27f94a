"""Exponential, sigmoid, hyperbolic tangent and error function as the loops compute them.

For float32 they are polynomials, which compilers turn into vector instructions, with relative errors below 1e-6 (erfc:
1e-6 max(1, x^2 / 4), for the square of x is rounded); calls of the C library, for float64, are not vectorized.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

_LOG2_E = np.float32(1 / math.log(2))
_LN2_HIGH = np.float32(0.693359375)  # few bits, so that products with small integers are exact
_LN2_LOW = np.float32(math.log(2) - 0.693359375)
_E2, _E3, _E4, _E5, _E6 = (np.float32(1 / math.factorial(n)) for n in (2, 3, 4, 5, 6))
_LOW, _HIGH = np.float32(-87.0), np.float32(88.0)
_ZERO, _INF = np.float32(0), np.float32(np.inf)
_ONE, _TWO, _HALF = np.float32(1), np.float32(2), np.float32(0.5)
_NEAR = np.float32(0.04)
_T3, _T5, _T7, _T9 = (np.float32(value) for value in (-1 / 3, 2 / 15, -17 / 315, 62 / 2835))
_C0, _C1, _C2 = (np.float32(value) for value in (0.2820864179, 0.2823753074, 0.2431037717))
_C3, _C4, _C5 = (np.float32(value) for value in (0.2026868308, -0.02662557048, 0.2780670179))
_C6, _C7, _C8 = (np.float32(value) for value in (-0.4871997730, 0.2845749028, -0.05906894791))


def exp(x: Any) -> Any:
    """The exponential; of float32 above 88 infinity, below -87, where it is below 2e-38, 0. NaN stays NaN."""
    return math.exp(x)


def sigmoid(x: Any) -> Any:
    """The logistic function."""
    return 0.5 + 0.5 * math.tanh(0.5 * x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return math.tanh(x)


def erfc(x: Any) -> Any:
    """One minus the error function, with its digits kept on the right; of float32 above 9.3, where it is 1e-38, 0."""
    return math.erfc(x)


# What Numba compiles in their place, chosen by the type of the argument.


@overload(exp)
def _exp(x: Any) -> Any:
    def by_library(x: Any) -> Any:
        return math.exp(x)

    def by_powers(x: Any) -> Any:
        """e^x = 2^n e^r with n an integer and |r| <= ln 2 / 2, where the Taylor polynomial is good for float32."""
        z = _HIGH if x > _HIGH else (_LOW if x < _LOW else x)  # NaN passes
        n = np.floor(z * _LOG2_E + _HALF)
        r = z - n * _LN2_HIGH - n * _LN2_LOW
        p = ((((_E6 * r + _E5) * r + _E4) * r + _E3) * r + _E2) * r * r + r + _ONE
        y = p * np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
        return _INF if x > _HIGH else (_ZERO if x < _LOW else y)

    return by_powers if x == types.float32 else by_library


@overload(sigmoid)
def _sigmoid(x: Any) -> Any:
    def by_library(x: Any) -> Any:
        return 0.5 + 0.5 * math.tanh(0.5 * x)

    def by_powers(x: Any) -> Any:
        return _ONE / (_ONE + exp(-x))

    return by_powers if x == types.float32 else by_library


@overload(tanh)
def _tanh(x: Any) -> Any:
    def by_library(x: Any) -> Any:
        return math.tanh(x)

    def by_powers(x: Any) -> Any:
        """Far from 0 by the exponential; near it, where that would cancel, the Taylor polynomial."""
        q = x * x
        near = x + x * q * (_T3 + q * (_T5 + q * (_T7 + q * _T9)))
        far = _ONE - _TWO / (exp(_TWO * x) + _ONE)
        return near if q < _NEAR else far

    return by_powers if x == types.float32 else by_library


@overload(erfc)
def _erfc(x: Any) -> Any:
    def by_library(x: Any) -> Any:
        return math.erfc(x)

    def by_powers(x: Any) -> Any:
        """For z >= 0, erfc z = e^(-z^2) t P(t) with t = 1 / (1 + z / 2); P is fitted, to a relative error of 5e-8."""
        z = abs(x)
        t = _ONE / (_ONE + _HALF * z)
        p = (((((((_C8 * t + _C7) * t + _C6) * t + _C5) * t + _C4) * t + _C3) * t + _C2) * t + _C1) * t + _C0
        right = exp(-z * z) * t * p
        return _TWO - right if x < _ZERO else right

    return by_powers if x == types.float32 else by_library
