"""Small data sets by formula, on which a network can be watched while it learns.

They are those of Kinsley and Kukieła (2020), "Neural networks from scratch in Python"; the spiral is Karpathy's, from
the notes to Stanford's course CS231n (2015).
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.data.samples import Samples
from fnn.errors import HyperparameterError
from fnn.random import Key, check_key
from fnn.validate import in_range, positive, shown

FloatType: TypeAlias = type[np.float32] | type[np.float64]


def spiral(
    samples: int, classes: int, key: Key, *, noise: float = 0.2, dtype: FloatType = np.float32
) -> Samples[Array, IntArray]:
    """Return points on ``classes`` interleaved spiral arms, ``samples`` on each: no straight line tells them apart.

    Shapes: inputs (samples * classes, 2), targets (samples * classes,), class after class. On the arm of class c,
    with r from 0 to 1 and t from 4 c to 4 (c + 1) in equal steps,

        x = r sin(2.5 (t + noise n))        y = r cos(2.5 (t + noise n))        n ~ N(0, 1)

    Raises HyperparameterError for counts below 1 and negative noise.

    >>> x, labels = spiral(100, 3, Key(0))
    >>> x.shape, x.dtype, np.bincount(labels)
    ((300, 2), dtype('float32'), array([100, 100, 100]))
    """
    positive("spiral", samples=samples, classes=classes)
    in_range("spiral", 0, math.inf, high_open=True, noise=noise)
    check_key(key, "spiral")
    _check_dtype("spiral", dtype)
    rng = key.rng()
    r = np.linspace(0, 1, samples)
    t = np.stack([np.linspace(4 * c, 4 * (c + 1), samples) for c in range(classes)])
    t += noise * rng.standard_normal(t.shape)
    points = np.stack([r * np.sin(2.5 * t), r * np.cos(2.5 * t)], axis=-1)
    return Samples(points.reshape(-1, 2).astype(dtype), _labels(samples, classes))


def vertical(
    samples: int, classes: int, key: Key, *, noise: float = 0.1, dtype: FloatType = np.float32
) -> Samples[Array, IntArray]:
    """Return round clouds of points side by side: ``(c / 3, 1 / 2)`` plus normal noise for class c.

    Shapes: inputs (samples * classes, 2), targets (samples * classes,), class after class. Raises HyperparameterError
    for counts below 1 and negative noise.

    >>> x, labels = vertical(1000, 3, Key(0))
    >>> x[labels == 1].mean(axis=0).round(1)
    array([0.3, 0.5], dtype=float32)
    """
    positive("vertical", samples=samples, classes=classes)
    in_range("vertical", 0, math.inf, high_open=True, noise=noise)
    check_key(key, "vertical")
    _check_dtype("vertical", dtype)
    labels = _labels(samples, classes)
    centres = np.stack([labels / 3, np.full(len(labels), 0.5)], axis=1)
    return Samples((centres + noise * key.rng().standard_normal(centres.shape)).astype(dtype), labels)


def sine(samples: int = 1000, *, dtype: FloatType = np.float32) -> Samples[Array, Array]:
    """Return ``x`` in [0, 1) in equal steps and ``y = sin(2 pi x)``, both (samples, 1): a regression.

    Raises HyperparameterError for counts below 1.

    >>> x, y = sine(4)
    >>> x.ravel(), y.ravel().round(6)
    (array([0. , 0.25, 0.5 , 0.75], dtype=float32), array([ 0., 1., 0., -1.], dtype=float32))
    """
    positive("sine", samples=samples)
    _check_dtype("sine", dtype)
    x = np.arange(samples)[:, None] / samples
    return Samples(x.astype(dtype), np.sin(2 * math.pi * x).astype(dtype))


def _labels(samples: int, classes: int) -> IntArray:
    return np.repeat(np.arange(classes), samples)


def _check_dtype(place: str, dtype: object) -> None:
    if dtype not in (np.float32, np.float64):
        raise HyperparameterError(place, "dtype as np.float32 or np.float64", shown(dtype))
