"""The confusion matrix."""

from typing import Any

import numpy as np
import pytest

from fnn.arrays import Array
from fnn.errors import DataError, FnnError, ShapeError
from fnn.plots.confusion import confusion

MATRIX = np.array([[1200, 0, 300], [1, 2, 1], [0, 0, 0]])


def test_numbers_stand_in_their_cells() -> None:
    axes = confusion(MATRIX).axes[0]
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written[(0, 0)] == "1,200"
    assert written[(2, 0)] == "300"  # column 2, row 0: true class 0, taken for 2
    assert written[(0, 1)] == "1"
    assert len(written) == 9


def test_colours_are_shares_of_the_true_class() -> None:
    shares: Array = np.asarray(confusion(MATRIX).axes[0].images[0].get_array())
    np.testing.assert_allclose(shares, [[0.8, 0.0, 0.2], [0.25, 0.5, 0.25], [0.0, 0.0, 0.0]])


def test_numbers_are_light_on_dark() -> None:
    colours = {text.get_position(): text.get_color() for text in confusion(MATRIX).axes[0].texts}
    assert colours[(0, 0)] == "white"
    assert colours[(2, 0)] != "white"


def test_names_and_title() -> None:
    axes = confusion(MATRIX, ["cat", "dog", "cow"]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog", "cow"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["cat", "dog", "cow"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")
    assert axes.get_title(loc="left") == "accuracy 0.799 (1,202 of 1,504)"


def test_shares_instead_of_counts_and_no_samples() -> None:
    axes = confusion(np.array([[0.75, 0.25], [0.5, 0.5]])).axes[0]
    assert [text.get_text() for text in axes.texts] == ["0.75", "0.25", "0.5", "0.5"]
    assert axes.get_title(loc="left") == "accuracy 0.625"
    assert confusion(np.zeros((2, 2), np.int64)).axes[0].get_title(loc="left") == "no samples"


@pytest.mark.parametrize(
    ("error", "text", "matrix", "names"),
    [
        (
            ShapeError,
            r"a matrix of shape \(classes, classes\), got int64 of shape \(2, 3\)",
            np.ones((2, 3), int),
            None,
        ),
        (ShapeError, r"got a list\. Make it with fnn\.metrics\.confusion_matrix", [[1, 0], [0, 1]], None),
        (ShapeError, r"got float64 of shape \(0, 0\)", np.zeros((0, 0)), None),
        (DataError, "counts of at least 0, got values from -1 to 2", np.array([[2, -1], [0, 1]]), None),
        (DataError, "counts of at least 0, got values from nan", np.full((2, 2), np.nan), None),
        (DataError, "2 class names, got 3", np.eye(2), ["a", "b", "c"]),
    ],
)
def test_bad_input(error: type[FnnError], text: str, matrix: Any, names: Any) -> None:
    with pytest.raises(error, match=text):
        confusion(matrix, names)
