"""Rows for what is made of a model: repeated blocks, and frozen parts."""

from __future__ import annotations

from fnn import layers
from fnn.combine import freeze, repeat, residual
from tests.cases import Case, normal

FREEZE: list[Case] = [
    Case("freeze", freeze(layers.dense(3, 2)), normal(4, 3)),
    Case("freeze(a part)", layers.dense(3, 4) >> freeze(layers.dense(4, 3)) >> layers.dense(3, 2), normal(4, 3)),
]

REPEAT: list[Case] = [
    Case("repeat", repeat(residual(layers.dense(3, 3) >> layers.tanh), 3), normal(4, 3)),
    Case("repeat(once)", repeat(layers.dense(3, 2), 1), normal(4, 3)),
]
