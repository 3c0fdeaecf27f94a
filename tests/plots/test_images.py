"""Grids of images."""

from typing import Any

import numpy as np
import pytest

from fnn.errors import DataError, FnnError, HyperparameterError, LabelError, ShapeError
from fnn.plots.images import images
from fnn.plots.style import BLUE, VERMILION

X = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
LABELS = np.array([0, 1, 1])
PREDICTED = np.array([0, 0, 1])


def test_true_class_above_and_prediction_below() -> None:
    figure = images(X, labels=LABELS, predicted=PREDICTED, class_names=["cat", "dog"])
    assert [axes.get_title() for axes in figure.axes] == ["cat", "dog", "dog"]
    assert [axes.get_xlabel() for axes in figure.axes] == ["→ cat", "→ cat", "→ dog"]
    assert [axes.xaxis.label.get_color() for axes in figure.axes] == [BLUE, VERMILION, BLUE]
    assert figure.get_suptitle() == "true class above, prediction below"


def test_titles_and_one_grey_scale() -> None:
    figure = images(X, ["a", "b", "c"])
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c"]
    assert [axes.images[0].get_clim() for axes in figure.axes] == [(0, 47)] * 3
    assert figure.get_suptitle() == ""


def test_titles_go_before_labels() -> None:
    assert images(X, ["a", "b", "c"], labels=LABELS).axes[0].get_title() == "a"


def test_limit_columns_and_colour() -> None:
    colour = np.repeat(X[..., None], 3, axis=3)
    figure = images(np.concatenate([colour] * 4), limit=5, columns=2)
    assert len(figure.axes) == 5
    assert np.asarray(figure.axes[0].images[0].get_array()).shape == (4, 4, 3)
    assert len({round(axes.get_position().x0, 3) for axes in figure.axes}) == 2


@pytest.mark.parametrize(
    ("error", "text", "x", "options"),
    [
        (ShapeError, r"got float64 of shape \(5, 784\)\. Shape flat ones first", np.zeros((5, 784)), {}),
        (ShapeError, "got a list", [[1]], {}),
        (ShapeError, r"got uint8 of shape \(3, 4, 4, 2\)", np.stack([X, X], axis=3), {}),
        (DataError, "a set of images of at least one", X[:0], {}),
        (DataError, "finite values, got nan", np.full((1, 2, 2), np.nan), {}),
        (DataError, "3 titles, got 2", X, {"titles": ["a", "b"]}),
        (LabelError, "labels as 3 integers, got float64", X, {"labels": np.zeros(3)}),
        (LabelError, "labels from 0 to 0, one a class name, got labels from 0 to 1", X,
         {"labels": LABELS, "class_names": ["cat"]}),
        (LabelError, "labels as 3 integers, got int64 of shape", X, {"predicted": np.zeros((3, 2), int)}),
        (HyperparameterError, "limit as an integer of at least 1", X, {"limit": 0}),
    ],
)  # fmt: skip
def test_bad_input(error: type[FnnError], text: str, x: Any, options: dict[str, Any]) -> None:
    with pytest.raises(error, match=text):
        images(x, **options)
