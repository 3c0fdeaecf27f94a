"""What the combinators share: the check of what they are given, and how they write shapes."""

from __future__ import annotations

from fnn.arrays import Shape, describe
from fnn.errors import StructureError
from fnn.model import Model


def check_model(value: object, place: str) -> None:
    if not isinstance(value, Model):
        raise StructureError(place, "a model", describe(value), "Wrap a bare stage: fnn.as_model(stage).")


def show(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))})"
