"""Recurrent models: their views with carry, padding and against time, and how they are made from each other."""

from fnn.recurrent.bidirectional import Bidirectional, bidirectional
from fnn.recurrent.model import Recurrent, Steps, backwards, carried, recurrent
from fnn.recurrent.padded import padded
from fnn.recurrent.scan import scan
from fnn.recurrent.stacked import Stacked, stacked
from fnn.recurrent.time_distributed import time_distributed

__all__ = [
    "Bidirectional",
    "Recurrent",
    "Stacked",
    "Steps",
    "backwards",
    "bidirectional",
    "carried",
    "padded",
    "recurrent",
    "scan",
    "stacked",
    "time_distributed",
]
