"""Learning-rate schedules: pure functions from the number of steps taken (0 at first) to a rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from fnn.validate import in_range

Schedule: TypeAlias = Callable[[int], float]

Rate: TypeAlias = float | Schedule
"""What optimizers take as their learning rate."""


def as_schedule(rate: Rate, place: str) -> Schedule:
    """Return a schedule for a rate given as a number or as a schedule."""
    return rate if callable(rate) else constant(rate, place=place)


def constant(rate: float, *, place: str = "constant") -> Schedule:
    """Return the schedule ``rate`` at every step.

    >>> constant(0.1)(1000)
    0.1
    """
    in_range(place, 0, float("inf"), high_open=True, learning_rate=rate)
    return lambda step: rate


def inverse_time(rate: float, *, decay: float) -> Schedule:
    """Return the book's decay, ``rate / (1 + decay * step)``.

    >>> inverse_time(1.0, decay=0.1)(10)
    0.5
    """
    in_range("inverse_time", 0, float("inf"), high_open=True, rate=rate, decay=decay)
    return lambda step: rate / (1 + decay * step)
