"""The case table: a row for every public op, layer, loss and combinator, which `tests/test_cases.py` runs.

Each file of this folder holds one table, ``CASES``. Inputs are made from a generator, in float64; where a function has
a kink, its inputs keep a distance from it (see `away_from`), for the numerical gradient looks to both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from fnn.arrays import Array
from fnn.check import Pair
from fnn.model import Fn, Model

Draw = Callable[[np.random.Generator], Any]
"""Makes inputs from a generator."""


@attrs.frozen(eq=False)
class Case:
    """A row for an op, given as ``(forward, backward)``, or for a layer or combinator, given as Model or Fn.

    ``inputs`` draws the argument (an array or tree), or a tuple of them for an op that takes several. ``covers`` is
    the public name that the row stands for, by default the row's name up to a bracket: ``"elu(alpha=2)"`` covers
    ``elu``. ``agrees``: apply and forward give the same. ``analytic``: computes on complex numbers. ``batched``: the
    first axis is the batch, and a sample's output depends on this sample alone.
    """

    name: str
    subject: Model[Any, Any, Any] | Fn[Any, Any] | Pair
    inputs: Draw
    covers: str = attrs.field(
        default=attrs.Factory(lambda self: self.name.split("(")[0].strip(), takes_self=True), kw_only=True
    )
    agrees: bool = attrs.field(default=True, kw_only=True)
    analytic: bool = attrs.field(default=False, kw_only=True)
    batched: bool = attrs.field(default=True, kw_only=True)


@attrs.frozen(eq=False)
class LossCase:
    """A row for a loss, ``loss(y, target, **options) -> (value, dy)``.

    ``inputs`` draws ``(y, target)``; ``place`` must stand in the errors for bad ``y``, by default ``covers``.
    """

    name: str
    loss: Callable[..., tuple[float, Any]]
    inputs: Draw
    options: dict[str, Any] = attrs.field(factory=dict, kw_only=True)
    covers: str = attrs.field(
        default=attrs.Factory(lambda self: self.name.split("(")[0].strip(), takes_self=True), kw_only=True
    )
    place: str = attrs.field(default=attrs.Factory(lambda self: self.covers, takes_self=True), kw_only=True)


def normal(*shape: int) -> Draw:
    """Draw a standard normal array."""
    return lambda rng: rng.standard_normal(shape)


def away_from(kink: float, *shape: int, margin: float = 0.05) -> Draw:
    """Draw normal numbers around ``kink``, none nearer to it than ``margin``."""

    def draw(rng: np.random.Generator) -> Array:
        x: Array = rng.standard_normal(shape)
        moved: Array = kink + x + np.copysign(margin, x)
        return moved

    return draw
