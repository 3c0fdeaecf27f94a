"""The checks that turn a late NumPy message into an early and clear one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fnn.arrays import (
    check_features,
    check_finite,
    check_float,
    check_not_empty,
    check_same_dtype,
    check_same_shape,
    describe,
    format_shape,
    freeze,
)
from fnn.errors import DataError, DtypeError, FnnError, ShapeError

SWAPPED = np.dtype(np.float32).newbyteorder()  # as some files have it
RAGGED = "The rows have unequal lengths or hold objects: make them equal, then np.array(rows, np.float32)."


def text_of(error: type[FnnError], check: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(error) as caught:
        check(*arguments)
    return str(caught.value)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_floats_pass(dtype: Any, shape: tuple[int, ...]) -> None:
    check_float(np.zeros(shape, dtype), "here")


@pytest.mark.parametrize(
    ("x", "got"),
    [
        (np.zeros(2, np.int64), "int64 of shape (2,). Convert it: x.astype(np.float32)."),
        (np.zeros((2, 1), np.uint8), "uint8 of shape (2, 1). Convert it: x.astype(np.float32)."),
        (np.zeros(2, np.bool_), "bool of shape (2,). Convert it: x.astype(np.float32)."),
        (np.zeros(2, np.float16), "float16 of shape (2,). Convert it: x.astype(np.float32)."),
        (np.zeros(2, SWAPPED), f"{SWAPPED} of shape (2,). Convert it: x.astype(np.float32)."),
        (np.zeros(2, np.complex64), "complex64 of shape (2,). Take the real part or the magnitude first."),
        (np.array([[1.0], [1.0, 2.0]], object), f"object of shape (2,). {RAGGED}"),
        ([[1.0], [1.0, 2.0]], "a list. Make it an array: np.array(x, np.float32), all rows of equal length."),
        ((1.0, 2.0), "a tuple. Make it an array: np.array(x, np.float32), all rows of equal length."),
        (1.0, "a float. Pass a NumPy array."),
        (np.float32(1), "a float32. Pass a NumPy array."),
        (None, "None. Pass a NumPy array."),
    ],
)
def test_what_is_no_float_array(x: object, got: str) -> None:
    assert text_of(DtypeError, check_float, x, "here") == (
        f"here: expected input as a float32 or float64 array, got {got}"
    )


def test_the_thing_checked_can_be_named() -> None:
    assert text_of(DtypeError, check_float, None, "loss", "target").startswith("loss: expected target as a float32 or")


def test_dtypes_are_not_mixed() -> None:
    check_same_dtype(np.zeros(2, np.float32), np.ones(3, np.float32), "here")
    assert text_of(DtypeError, check_same_dtype, np.zeros(2), np.ones(3, np.float32), "here") == (
        "here: expected input of the parameters' dtype float32, got float64. "
        "Convert the input, x.astype(np.float32), or the parameters, fnn.tree.astype(params, np.float64)."
    )


@pytest.mark.parametrize("shape", [(1, 12), (5, 12), (0, 12), (5, 2, 12)])
def test_features_that_fit(shape: tuple[int, ...]) -> None:
    check_features(np.zeros(shape), 12, "here")


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((12,), "For a batch of one write x[None, :]."),
        ((5, 3, 4), "Flatten each sample first: put fnn.flatten before this stage."),
        ((5, 11), "Its last axis must hold 12 features."),
        ((11,), "Its last axis must hold 12 features."),
        ((5, 12, 2), "Its last axis must hold 12 features."),
        ((), "Its last axis must hold 12 features."),
    ],
)
def test_features_that_do_not_fit(shape: tuple[int, ...], hint: str) -> None:
    assert text_of(ShapeError, check_features, np.zeros(shape), 12, "here") == (
        f"here: expected input of shape (batch, ..., 12), got shape {shape}. {hint}"
    )


@pytest.mark.parametrize(
    ("y", "target", "hint"),
    [
        ((3, 1), (3,), "Reshape it: target.reshape(3, 1)."),
        ((3,), (3, 1), "Reshape it: target.reshape(3,)."),
        ((3, 2), (2, 3), "Reshape it: target.reshape(3, 2)."),
        ((3, 2), (1, 2), "One target belongs to each output."),
        ((3, 2), (), "One target belongs to each output."),
    ],
)
def test_targets_are_not_broadcast(y: tuple[int, ...], target: tuple[int, ...], hint: str) -> None:
    check_same_shape(np.zeros(y), np.ones(y), "here")
    assert text_of(ShapeError, check_same_shape, np.zeros(y), np.zeros(target), "here") == (
        f"here: expected target of the output's shape {y}, got shape {target}. {hint}"
    )


def test_emptiness() -> None:
    check_not_empty(np.zeros((1, 1)), "here")
    for shape in ((0,), (0, 3), (3, 0)):
        assert text_of(DataError, check_not_empty, np.zeros(shape), "here") == (
            f"here: expected a batch of at least one sample, got shape {shape}. "
            "Look where it was cut or chosen from the data."
        )
    assert text_of(DataError, check_not_empty, np.zeros(0), "here", "data set").startswith("here: expected a data set")


def test_values_that_are_not_finite() -> None:
    check_finite(np.array([1.0, -1e300]), "here")
    check_finite(np.array([1, 2]), "here")
    check_finite(np.zeros((0, 2)), "here")
    x = np.zeros((2, 3))
    x[1, 2] = -np.inf
    hint = "Clean the data: drop or fill these values."
    assert text_of(DataError, check_finite, x, "here") == (
        f"here: expected finite values, got -inf at index (1, 2), 1 such value in all. {hint}"
    )
    x[0, 1] = np.nan
    assert text_of(DataError, check_finite, x, "here") == (
        f"here: expected finite values, got nan at index (0, 1), 2 such values in all. {hint}"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.zeros((2, 3), np.float32), "float32 of shape (2, 3)"),
        (None, "None"),
        ((), "a tuple"),
        (3, "an int"),
        (object(), "an object"),
        ("text", "a str"),
        (OSError(), "an OSError"),
        (np.uint8(3), "a uint8"),
    ],
)
def test_descriptions(value: object, text: str) -> None:
    assert describe(value) == text


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((), "(batch)"),
        ((4,), "(batch, 4)"),
        ((28, 28, 1), "(batch, 28, 28, 1)"),
        (((4,), ()), "((batch, 4), (batch))"),
        ((((4,), (3,)), (2,)), "(((batch, 4), (batch, 3)), (batch, 2))"),
        (("...", 4), "(batch, ..., 4)"),
    ],
)
def test_shapes_in_words(shape: tuple[Any, ...], text: str) -> None:
    assert format_shape(shape) == text


def test_freezing() -> None:
    x = np.zeros(2)
    assert freeze(x) is x
    with pytest.raises(ValueError, match="read-only"):
        x[0] = 1


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_arrays_that_compute_by_other_rules() -> None:
    for x in (np.ma.masked_array(np.ones((2, 3)), mask=np.eye(2, 3) > 0), np.matrix([[1.0, 2.0]])):
        assert "Masked arrays and matrices compute by other rules" in text_of(DtypeError, check_float, x, "here")
    check_float(np.ones(3).view(np.memmap), "here")
