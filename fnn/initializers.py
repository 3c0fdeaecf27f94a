"""Initializers: pure functions ``(key, shape) -> array`` of float32.

A weight has the shape ``(..., inputs, outputs)``; axes in front are the window of a convolution. Then

    fan_in = window * inputs        fan_out = window * outputs

are the numbers of terms that meet in one output, going forward, and in one input, going back. With weights of variance
``v`` a layer multiplies the variance of what goes forward by ``v fan_in`` and of what goes back by ``v fan_out``; a
family of initializers is a choice of ``v``. A uniform number in ``[-a, a]`` has the variance ``a^2 / 3``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array
from fnn.errors import HyperparameterError, ShapeError
from fnn.random import Key
from fnn.validate import in_range, is_number, positive, shown

__all__ = [
    "Initializer",
    "constant",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "ones",
    "orthogonal",
    "uniform",
    "zeros",
]

Initializer: TypeAlias = Callable[[Key, tuple[int, ...]], Array]


def zeros(key: Key, shape: tuple[int, ...]) -> Array:
    """Return zeros: the start for biases.

    >>> zeros(Key(0), (2,))
    array([0., 0.], dtype=float32)
    """
    return np.zeros(shape, np.float32)


def ones(key: Key, shape: tuple[int, ...]) -> Array:
    """Return ones: the start for scales.

    >>> ones(Key(0), (2,))
    array([1., 1.], dtype=float32)
    """
    return np.ones(shape, np.float32)


def constant(value: float) -> Initializer:
    """Make every entry ``value``, a finite number.

    >>> constant(0.5)(Key(0), (2,))
    array([0.5, 0.5], dtype=float32)
    """
    in_range("initializers.constant", -math.inf, math.inf, low_open=True, high_open=True, value=value)
    return lambda key, shape: np.full(shape, value, np.float32)


def normal(std: float = 0.01) -> Initializer:
    """Draw from the normal distribution of mean 0 and standard deviation ``std``, at least 0.

    >>> bool(abs(normal(0.1)(Key(0), (200, 300)).std() - 0.1) < 0.001)
    True
    """
    in_range("initializers.normal", 0, math.inf, high_open=True, std=std)
    return lambda key, shape: _normal(key, shape, std)


def uniform(low: float, high: float) -> Initializer:
    """Draw from the uniform distribution between ``low`` and ``high``, finite numbers with ``low < high``.

    >>> values = uniform(-1, 3)(Key(0), (200, 300))
    >>> bool(values.min() >= -1), bool(values.max() <= 3), bool(abs(values.mean() - 1) < 0.02)
    (True, True, True)
    """
    if not (is_number(low) and is_number(high) and -math.inf < low < high < math.inf):
        raise HyperparameterError(
            "initializers.uniform", "finite low < high", f"low={shown(low)} and high={shown(high)}"
        )
    return lambda key, shape: _uniform(key, shape, low, high)


def he_normal(key: Key, shape: tuple[int, ...]) -> Array:
    """Return normal numbers of variance ``2 / fan_in``, which keep the variance through ReLU layers.

    Of zero-mean numbers ReLU lets half of the mean square through, and the 2 makes up for it. Raises ShapeError for a
    shape of fewer than two axes.

    Reference: He et al. (2015), "Delving deep into rectifiers", eq. 10.

    >>> bool(abs(he_normal(Key(0), (200, 300)).std() - 0.1) < 0.005)
    True
    """
    fan_in, _ = fans(shape, "he_normal")
    return _normal(key, shape, math.sqrt(2 / fan_in))


def he_uniform(key: Key, shape: tuple[int, ...]) -> Array:
    """Return uniform numbers of variance ``2 / fan_in``: between ``-sqrt(6 / fan_in)`` and ``sqrt(6 / fan_in)``.

    See `he_normal`.

    >>> bool(np.abs(he_uniform(Key(0), (600, 100))).max() <= 0.1)
    True
    """
    fan_in, _ = fans(shape, "he_uniform")
    return _symmetric(key, shape, math.sqrt(6 / fan_in))


def glorot_normal(key: Key, shape: tuple[int, ...]) -> Array:
    """Return normal numbers of variance ``2 / (fan_in + fan_out)``, for tanh and other units that are linear near 0.

    A compromise between the variance that keeps the signal going forward, ``1 / fan_in``, and the one that keeps the
    gradient going back, ``1 / fan_out``. Raises ShapeError for a shape of fewer than two axes.

    Reference: Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks",
    eq. 12.

    >>> bool(abs(glorot_normal(Key(0), (50, 150)).std() - 0.1) < 0.005)
    True
    """
    fan_in, fan_out = fans(shape, "glorot_normal")
    return _normal(key, shape, math.sqrt(2 / (fan_in + fan_out)))


def glorot_uniform(key: Key, shape: tuple[int, ...]) -> Array:
    """Return uniform numbers of variance ``2 / (fan_in + fan_out)``, bounded by ``sqrt(6 / (fan_in + fan_out))``.

    Reference: Glorot and Bengio (2010), eq. 16. See `glorot_normal`.

    >>> bool(np.abs(glorot_uniform(Key(0), (400, 200))).max() <= 0.1)
    True
    """
    fan_in, fan_out = fans(shape, "glorot_uniform")
    return _symmetric(key, shape, math.sqrt(6 / (fan_in + fan_out)))


def lecun_normal(key: Key, shape: tuple[int, ...]) -> Array:
    """Return normal numbers of variance ``1 / fan_in``, which keep the variance through linear layers.

    Raises ShapeError for a shape of fewer than two axes.

    Reference: LeCun, Bottou, Orr, Müller (1998), "Efficient BackProp", sec. 4.6.

    >>> bool(abs(lecun_normal(Key(0), (100, 300)).std() - 0.1) < 0.005)
    True
    """
    fan_in, _ = fans(shape, "lecun_normal")
    return _normal(key, shape, math.sqrt(1 / fan_in))


def lecun_uniform(key: Key, shape: tuple[int, ...]) -> Array:
    """Return uniform numbers of variance ``1 / fan_in``: between ``-sqrt(3 / fan_in)`` and ``sqrt(3 / fan_in)``.

    See `lecun_normal`.

    >>> bool(np.abs(lecun_uniform(Key(0), (300, 100))).max() <= 0.1)
    True
    """
    fan_in, _ = fans(shape, "lecun_uniform")
    return _symmetric(key, shape, math.sqrt(3 / fan_in))


def orthogonal(gain: float = 1.0) -> Initializer:
    """Make a weight ``gain`` times a random matrix with orthonormal columns, or rows if there are more columns.

    The matrix has the shape (fan_in, outputs). It keeps lengths, and so keeps signals and gradients alive through many
    layers or time steps. It is the Q of a QR decomposition of normal numbers; with the signs of R's diagonal moved into
    it, Q is uniform among all such matrices. Raises HyperparameterError unless ``gain`` is above 0, ShapeError for a
    shape of fewer than two axes.

    References: Saxe, McClelland, Ganguli (2014), "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks"; Mezzadri (2007), "How to generate random matrices from the classical compact groups", sec. 5.

    >>> q = orthogonal()(Key(0), (5, 3))
    >>> np.allclose(q.T @ q, np.eye(3), atol=1e-6)
    True
    """
    in_range("initializers.orthogonal", 0, math.inf, low_open=True, high_open=True, gain=gain)

    def draw(key: Key, shape: tuple[int, ...]) -> Array:
        rows, columns = fans(shape, "orthogonal")[0], shape[-1]
        q, r = np.linalg.qr(key.rng().standard_normal((max(rows, columns), min(rows, columns))))
        q *= np.copysign(gain, r.diagonal())
        matrix = q if rows >= columns else q.T
        return np.ascontiguousarray(matrix.reshape(shape), np.float32)

    return draw


def blocks(initializer: Initializer, count: int) -> Initializer:
    """Draw a weight as ``count`` blocks of columns side by side, each by itself: the gates of a recurrent layer, say.

    Each block has its own fans, or is orthogonal by itself. Raises ShapeError where ``count`` does not divide the
    columns.

    >>> weight = blocks(orthogonal(), 2)(Key(0), (3, 6))
    >>> np.allclose(weight[:, 3:].T @ weight[:, 3:], np.eye(3), atol=1e-6)
    True
    """
    positive("initializers.blocks", count=count)

    def draw(key: Key, shape: tuple[int, ...]) -> Array:
        if shape[-1] % count:
            raise ShapeError("initializers.blocks", f"columns in {count} equal blocks", f"shape {shape}")
        block = (*shape[:-1], shape[-1] // count)
        return np.concatenate([initializer(key.fold(i), block) for i in range(count)], axis=-1)

    return draw


def fans(shape: tuple[int, ...], place: str) -> tuple[int, int]:
    """Return ``(fan_in, fan_out)`` of a weight of shape ``(..., inputs, outputs)``.

    >>> fans((784, 128), "he_normal"), fans((3, 3, 16, 32), "he_normal")
    ((784, 128), (144, 288))
    >>> fans((128,), "he_normal")
    Traceback (most recent call last):
    fnn.errors.ShapeError: initializers.he_normal: expected a weight of shape (..., inputs, outputs), \
got shape (128,). For a vector take zeros, constant, normal or uniform.
    """
    if len(shape) < 2 or min(shape) < 1:
        hint = "For a vector take zeros, constant, normal or uniform." if len(shape) < 2 else "No axis may be empty."
        raise ShapeError(f"initializers.{place}", "a weight of shape (..., inputs, outputs)", f"shape {shape}", hint)
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def _normal(key: Key, shape: tuple[int, ...], std: float) -> Array:
    values: Array = key.rng().standard_normal(shape, dtype=np.float32)
    values *= std
    return values


def _uniform(key: Key, shape: tuple[int, ...], low: float, high: float) -> Array:
    values: Array = key.rng().random(shape, dtype=np.float32)
    values *= high - low
    values += low
    return values


def _symmetric(key: Key, shape: tuple[int, ...], bound: float) -> Array:
    return _uniform(key, shape, -bound, bound)
