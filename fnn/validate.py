"""Checks of options that several factories share."""

from __future__ import annotations

import math

from fnn.errors import HyperparameterError


def positive(place: str, **sizes: int) -> None:
    """Refuse sizes that are not whole numbers of at least 1."""
    for name, size in sizes.items():
        if type(size) is not int or size < 1:
            raise HyperparameterError(place, f"{name} as an integer of at least 1", repr(size))


def in_range(
    place: str, low: float, high: float, *, low_open: bool = False, high_open: bool = False, **values: float
) -> None:
    """Refuse numbers outside an interval, NaN included."""
    for name, value in values.items():
        inside = (low < value if low_open else low <= value) and (value < high if high_open else value <= high)
        if not inside:
            interval = f"{'(' if low_open else '['}{low}, {high}{')' if high_open or math.isinf(high) else ']'}"
            raise HyperparameterError(place, f"{name} in {interval}", repr(value))
