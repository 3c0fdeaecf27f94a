"""Checks of options that several factories share."""

from __future__ import annotations

import math
from numbers import Real

from fnn.errors import HyperparameterError


def positive(place: str, **sizes: int) -> None:
    """Refuse sizes that are not whole numbers of at least 1.

    >>> positive("dense", outputs=2.5)
    Traceback (most recent call last):
    fnn.errors.HyperparameterError: dense: expected outputs as an integer of at least 1, got 2.5.
    """
    for name, size in sizes.items():
        if type(size) is not int or size < 1:
            hint = "Make it a Python integer: int(n)." if hasattr(size, "__index__") and type(size) is not int else ""
            raise HyperparameterError(place, f"{name} as an integer of at least 1", shown(size), hint)


def in_range(
    place: str, low: float, high: float, *, low_open: bool = False, high_open: bool = False, **values: float
) -> None:
    """Refuse numbers outside an interval, NaN included, and what is no number, truth values included.

    >>> in_range("dropout", 0, 1, high_open=True, rate="0.5")
    Traceback (most recent call last):
    fnn.errors.HyperparameterError: dropout: expected rate as a number in [0, 1), got '0.5'.
    """
    for name, value in values.items():
        number = is_number(value)
        if number and (low < value if low_open else low <= value) and (value < high if high_open else value <= high):
            continue
        interval = f"{'(' if low_open else '['}{low}, {high}{')' if high_open or math.isinf(high) else ']'}"
        raise HyperparameterError(place, f"{name} {'' if number else 'as a number '}in {interval}", shown(value))


def height_and_width(place: str, size: object) -> None:
    """Refuse what is no size of an image.

    >>> height_and_width("resize", (28, 0))
    Traceback (most recent call last):
    fnn.errors.HyperparameterError: resize: expected width as an integer of at least 1, got 0.
    """
    if not isinstance(size, tuple | list) or len(size) != 2:
        raise HyperparameterError(place, "size as (height, width)", shown(size), "Write (28, 28), say.")
    positive(place, height=size[0], width=size[1])


def function(place: str, hint: str = "", **functions: object) -> None:
    """Refuse what cannot be called.

    >>> function("train_step", "Such as fnn.mean_squared_error.", loss=0.5)
    Traceback (most recent call last):
    fnn.errors.HyperparameterError: train_step: expected loss as a function, got 0.5. Such as fnn.mean_squared_error.
    """
    for name, value in functions.items():
        if not callable(value):
            raise HyperparameterError(place, f"{name} as a function", shown(value), hint)


def is_number(value: object) -> bool:
    """Tell whether ``value`` is a real number, of Python or NumPy, and no truth value.

    >>> is_number(1), is_number(True), is_number("1")
    (True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)


def shown(value: object) -> str:
    """Write a value that was refused, or its class where that would be long.

    >>> shown("0.5"), shown(list(range(1000)))
    ("'0.5'", 'a value of class list')
    """
    text = repr(value)
    return text if len(text) <= 60 and "\n" not in text else f"a value of class {type(value).__name__}"
