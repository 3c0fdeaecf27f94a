"""Sequences with time as the first axis, as a loop over time reads them: each step is one contiguous block.

With a mask, what stands in the padding becomes 0 on the way in and on the way out, by choice and not by product, so
that not even NaN gets through. Running through time in reverse is running forward over the flipped sequence; the
padding behind a sequence then comes first and, for the carry is frozen there, each sequence is reversed within its own
length.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.errors import DtypeError, ShapeError
from fnn.sequences import check_mask


def time_major(x: Array, valid: BoolArray | None, *, reverse: bool) -> Array:
    """Return ``x`` (batch, time, features) as (time, batch, features), contiguous, flipped and cleared of padding."""
    steps: Array = x.swapaxes(0, 1)
    steps = np.ascontiguousarray(steps[::-1] if reverse else steps)
    return steps if valid is None else np.where(valid, steps, 0)


def batch_major(steps: Array, valid: BoolArray | None, *, reverse: bool) -> Array:
    """Undo `time_major`: return a view where there is no mask."""
    if valid is not None:
        steps = np.where(valid, steps, 0)
    x: Array = (steps[::-1] if reverse else steps).swapaxes(0, 1)
    return x


def valid_steps(mask: BoolArray | None, shape: tuple[int, ...], place: str, *, reverse: bool) -> BoolArray | None:
    """Return a mask (batch, time) as (time, batch, 1), in the order of the loop; None if all steps are there."""
    if mask is None:
        return None
    check_mask(mask, shape, place)
    steps = mask.T[:, :, None]
    return np.ascontiguousarray(steps[::-1] if reverse else steps)


def rows(steps: Array) -> Array:
    """View (time, batch, features) as a matrix (time * batch, features), for one product over all steps."""
    return steps.reshape(-1, steps.shape[-1])


def check_fit(place: str, **arrays: tuple[Array, str]) -> None:
    """Refuse what is not of floats, and axes that do not agree: each comes with their names, and a name has one size.

    >>> check_fit("rnn", carry=(np.zeros((2, 5)), "batch units"), weight=(np.zeros((3, 9)), "inputs 2*units"))
    Traceback (most recent call last):
    fnn.errors.ShapeError: rnn: expected weight of shape (inputs, 2*units), got shape (3, 9). \
Here batch is 2, units is 5, inputs is 3.
    """
    _check_axes(place, **arrays)
    for name, (array, _) in arrays.items():
        if array.dtype.kind not in "fc":
            raise DtypeError(place, f"{name} of floats", str(array.dtype), "Convert it: array.astype(np.float32).")


def _check_axes(place: str, **arrays: tuple[Array, str]) -> None:
    sizes: dict[str, int] = {}
    for name, (array, text) in arrays.items():
        axes = text.split()
        fits = array.ndim == len(axes)
        for axis, size in zip(axes, array.shape, strict=False):
            factor, _, symbol = axis.rpartition("*")
            fits = fits and size == int(factor or 1) * sizes.setdefault(symbol, size)
        if not fits:
            known = ", ".join(f"{symbol} is {size}" for symbol, size in sizes.items())
            raise ShapeError(place, f"{name} of shape ({', '.join(axes)})", f"shape {array.shape}", f"Here {known}.")


def check_dys(place: str, h: Array, dy: Array, **dcarry: Array) -> None:
    """Refuse gradients that are not of the shapes of the outputs and the carry; h is (time + 1, batch, units).

    >>> check_dys("rnn", np.zeros((5, 2, 3)), np.zeros((2, 4, 3)), dcarry=np.zeros((1, 3)))
    Traceback (most recent call last):
    fnn.errors.ShapeError: rnn: expected dcarry of shape (batch, units), got shape (1, 3). \
Here batch is 2, time is 4, units is 3.
    """
    gradients = {name: (gradient, "batch units") for name, gradient in dcarry.items()}
    _check_axes(place, y=(h[1:].swapaxes(0, 1), "batch time units"), dy=(dy, "batch time units"), **gradients)
