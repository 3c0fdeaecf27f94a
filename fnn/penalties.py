"""Penalties on large parameters, which keep a model simple: added to the loss, and their gradient to its gradient.

    L1    l = strength sum |w|      dl/dw = strength sign(w)
    L2    l = strength sum w^2      dl/dw = 2 strength w

``|w|`` has a kink at 0; the subgradient taken there is 0, so that a weight that is 0 stays (Kinsley and Kukieła,
2020, "Neural networks from scratch in Python", take +1). The sums are not divided by the number of weights or samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import attrs
import numpy as np

from fnn import tree
from fnn.arrays import Array, check_float
from fnn.tree.select import Where, check_where, select
from fnn.validate import in_range

P = TypeVar("P")


@attrs.frozen(eq=False)
class Term:
    """One kind of penalty, on the parameters that ``where`` chooses."""

    name: str
    where: Where
    of: Callable[[Array], tuple[float, Array]]  # value and a fresh gradient, of one array


@attrs.frozen(eq=False)
class Penalty:
    """A sum of terms, made by `l1`, `l2` and ``+``; ``penalty(params) -> (value, gradients)``.

    >>> l1(1e-4) + l2(5e-4) + l2(5e-4, where="*bias")
    l1(0.0001) + l2(0.0005) + l2(0.0005, where='*bias')
    """

    terms: tuple[Term, ...]

    def __call__(self, params: P) -> tuple[float, P]:
        """Return the value, and a tree like ``params`` with its gradient: zero for what no term chooses.

        Buffers are no parameters: they count for nothing, and stand in the tree as they are. Raises StructureError if a
        term chooses none of the parameters.

        >>> import fnn
        >>> value, grads = l2(0.5)(fnn.Dense(np.array([[3.0, -1.0]]), np.array([2.0, 2.0])))
        >>> value, grads
        (5.0, Dense(weight=array([[ 3., -1.]]), bias=array([0., 0.])))
        """
        named = tree.leaves_with_paths(params, trained_only=True)
        paths = [path for path, _ in named]
        value = 0.0
        grads: list[Array | None] = [None] * len(named)
        for term in self.terms:
            for i, chosen in enumerate(select(term.where, paths, term.name)):
                if chosen:
                    check_float(named[i][1], paths[i] or term.name, "parameter")
                    more, slope = term.of(named[i][1])
                    value += more
                    before = grads[i]
                    grads[i] = slope if before is None else np.add(before, slope, out=slope)
        filled = [np.zeros_like(leaf) if g is None else g for (_, leaf), g in zip(named, grads, strict=True)]
        return value, tree.with_trained_leaves(params, filled)

    def __add__(self, other: Penalty) -> Penalty:
        if not isinstance(other, Penalty):
            return NotImplemented
        return Penalty(self.terms + other.terms)

    def __repr__(self) -> str:
        return " + ".join(term.name for term in self.terms)


def l1(strength: float, *, where: Where = "*weight") -> Penalty:
    """Penalize the parameters whose paths ``where`` chooses, by default weights, by ``strength * sum(|w|)``.

    ``strength`` at least 0. It pulls every weight to 0 by the same amount, however small the weight. The gradient at 0
    is 0. Raises HyperparameterError for a negative strength.

    Reference: Tibshirani (1996), "Regression shrinkage and selection via the lasso".

    >>> value, grads = l1(0.5)({"weight": np.array([3.0, -1.0, 0.0])})
    >>> value, grads
    (2.0, {'weight': array([ 0.5, -0.5,  0. ])})
    """

    def of(w: Array) -> tuple[float, Array]:
        slope: Array = np.sign(w, out=np.empty_like(w))  # with out=, a 0-d array stays one
        value = float(strength * float(np.vdot(slope, w)))  # sign(w) w = |w|
        slope *= strength
        return value, slope

    return _penalty("l1", strength, where, of)


def l2(strength: float, *, where: Where = "*weight") -> Penalty:
    """Penalize the parameters whose paths ``where`` chooses, by default weights, by ``strength * sum(w**2)``.

    ``strength`` at least 0. With plain gradient descent of rate r it shrinks each weight by the factor ``1 - 2 r
    strength`` a step. Raises HyperparameterError for a negative strength.

    Reference: Krogh and Hertz (1992), "A simple weight decay can improve generalization", eq. 1, without its one half.

    >>> value, grads = l2(0.5)({"weight": np.array([3.0, -1.0, 0.0])})
    >>> value, grads
    (5.0, {'weight': array([ 3., -1.,  0.])})
    """

    def of(w: Array) -> tuple[float, Array]:
        slope: Array = np.multiply(w, 2 * strength, out=np.empty_like(w))  # with out=, a 0-d array stays one
        return float(strength * float(np.vdot(w, w))), slope

    return _penalty("l2", strength, where, of)


def _penalty(kind: str, strength: float, where: Where, of: Callable[[Array], tuple[float, Array]]) -> Penalty:
    in_range(kind, 0, math.inf, high_open=True, strength=strength)
    check_where(where, kind)
    elsewhere = "" if where == "*weight" else f", where={where!r}"
    return Penalty((Term(f"{kind}({strength:g}{elsewhere})", where, of),))
