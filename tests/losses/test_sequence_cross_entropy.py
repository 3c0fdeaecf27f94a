"""Cross-entropy over the steps of padded sequences: the padding counts for nothing, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fnn import Padded
from fnn.errors import DataError, DtypeError, FnnError, LabelError, ShapeError, StructureError
from fnn.losses import sequence_cross_entropy, softmax_cross_entropy

RNG = np.random.default_rng(0)
Y = RNG.normal(0, 2, (3, 4, 5))
LABELS = RNG.integers(0, 5, (3, 4))
MASK = np.array([[True, True, True, True], [True, True, False, False], [False, False, False, False]])


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_loss_of_the_steps_that_are_there(reduction: Any) -> None:
    value, dy = sequence_cross_entropy(Padded(Y, MASK), LABELS, reduction=reduction)
    expected, dsteps = softmax_cross_entropy(Y[MASK], LABELS[MASK], reduction=reduction)
    assert value == expected
    np.testing.assert_array_equal(dy.values[MASK], dsteps)
    np.testing.assert_array_equal(dy.mask, MASK)
    assert not dy.values[~MASK].any()


def test_the_weights_of_softmax_cross_entropy_say_the_same() -> None:
    value, dy = sequence_cross_entropy(Y, Padded(LABELS, MASK))
    expected, dy_weighted = softmax_cross_entropy(Y, LABELS, sample_weight=MASK.astype(np.float64))
    assert value == pytest.approx(expected, rel=1e-14)
    np.testing.assert_allclose(dy, dy_weighted, rtol=1e-13, atol=1e-17)


def test_without_padding_it_is_softmax_cross_entropy() -> None:
    value, _ = sequence_cross_entropy(Y, Padded(LABELS, np.ones((3, 4), np.bool_)))
    assert value == softmax_cross_entropy(Y, LABELS)[0]


def test_padding_is_never_looked_at() -> None:
    y = np.where(MASK[..., None], Y, np.nan)
    labels = np.where(MASK, LABELS, -100)
    clean, spoilt = sequence_cross_entropy(Padded(Y, MASK), LABELS), sequence_cross_entropy(Padded(y, MASK), labels)
    assert clean[0] == spoilt[0]
    np.testing.assert_array_equal(clean[1].values, spoilt[1].values)


def test_a_step_must_be_in_both_masks() -> None:
    other = np.ones((3, 4), np.bool_)
    other[0, 1] = False
    value, _ = sequence_cross_entropy(Padded(Y, MASK), Padded(LABELS, other))
    both = MASK & other
    assert value == softmax_cross_entropy(Y[both], LABELS[both])[0]
    with pytest.raises(DataError, match="a step that is in the masks of both, scores and target, got none"):
        sequence_cross_entropy(Padded(Y, MASK), Padded(LABELS, ~MASK))


OUTSIDE = LABELS.copy()
OUTSIDE[1, 1] = 5
SHARES = np.full((3, 4, 5), 0.3)

BAD: list[tuple[Any, Any, type[FnnError], str]] = [
    (
        Y,
        LABELS,
        StructureError,
        "expected scores or target as Padded(values, mask), got int64 of shape (3, 4). With",
    ),
    (Padded(Y, ~MASK & MASK), LABELS, DataError, "a mask with at least one true step, got none"),
    (Y, Padded(LABELS, ~MASK & MASK), DataError, "a mask with at least one true step, got none"),
    (Padded(Y, MASK.astype(float)), LABELS, DtypeError, "mask as an array of booleans, got float64"),
    (Padded(Y, MASK[:, :2]), LABELS, ShapeError, "mask of shape (3, 4), (batch, time), got shape (3, 2)"),
    (Padded(Y[:2], MASK[:2]), Padded(LABELS, MASK), ShapeError, "target with a mask of shape (2, 4), got shape (3, 4)"),
    (Y[:2], Padded(LABELS, MASK), ShapeError, "scores of shape (3, 4, classes), as the mask says, got shape (2, 4, 5)"),
    (Padded(Y, MASK), LABELS[:, :2], ShapeError, "labels of shape (3, 4), or shares of shape (3, 4, 5), got int64 of"),
    (Padded(Y, MASK), LABELS.tolist(), ShapeError, "got a list"),
    (Padded(Y, MASK), OUTSIDE, LabelError, "expected labels from 0 to 4, got 5 at index (1, 1). The prediction has 5"),
    (Padded(Y, MASK), LABELS + 0.5, LabelError, "softmax_cross_entropy: expected labels as integers, got"),
    (Padded(Y, MASK), SHARES, LabelError, "rows of shares that sum to 1"),
    (Padded(Y[..., 0], MASK), LABELS, ShapeError, "scores of shape"),
    (Padded(Y.astype(int), MASK), LABELS, DtypeError, "prediction as a float32 or float64 array, got int64"),
]


@pytest.mark.parametrize(("y", "target", "kind", "text"), BAD)
def test_what_is_refused(y: Any, target: Any, kind: type[FnnError], text: str) -> None:
    with pytest.raises(kind) as caught:
        sequence_cross_entropy(y, target)
    assert text in str(caught.value)
    assert caught.value.place.startswith("sequence_cross_entropy")
