"""What was held likely along a row of choices."""

from typing import Any

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from fnn.errors import DataError, FnnError, HyperparameterError, LabelError, ShapeError
from fnn.plots.choices import choices

SHARES = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.2, 0.5, 0.3], [0.4, 0.4, 0.2]])
CHOSEN = np.array([0, 1, 0, 2])


def frames(axes: Any) -> list[tuple[float, float]]:
    return [(patch.get_x() + 0.5, patch.get_y() + 0.5) for patch in axes.patches if isinstance(patch, Rectangle)]


def test_the_taken_above_and_the_likeliest_below() -> None:
    (axes,) = choices(SHARES, CHOSEN, ["a", "b", "c"], best=2).axes
    words = ["".join(text.get_text() for text in axes.texts[i : i + 3]) for i in range(0, 12, 3)]
    assert words == ["aab", "bcb", "abc", "cab"]  # of equal ones the first comes first
    np.testing.assert_array_equal(np.asarray(axes.images[0].get_array()), [[0.7, 0.6, 0.5, 0.4], [0.2, 0.3, 0.3, 0.4]])
    assert frames(axes) == [(0, 0), (1, 1)]  # the others took what is not among the best


def test_rows_numbers_for_names_and_no_more_than_all_classes() -> None:
    figure = choices(SHARES, CHOSEN, best=5, columns=3)
    assert [len(axes.texts) for axes in figure.axes] == [3 * 4, 4]
    assert figure.axes[1].texts[0].get_text() == "2"
    assert np.isnan(np.asarray(figure.axes[1].images[0].get_array(), float)[:, 1:]).all()
    assert len(frames(figure.axes[0])) == 3


@pytest.mark.parametrize(
    ("error", "text", "shares", "chosen", "options"),
    [
        (ShapeError, r"probabilities of shape \(n, classes\), got float64 of shape \(4,\)", SHARES[:, 0], CHOSEN, {}),
        (ShapeError, r"probabilities of shape \(n, classes\), got a list", [[1.0]], CHOSEN, {}),
        (DataError, "a set of probabilities of at least one", SHARES[:0], CHOSEN[:0], {}),
        (DataError, "finite values, got nan", np.full((4, 3), np.nan), CHOSEN, {}),
        (LabelError, "labels as 4 integers", SHARES, CHOSEN[:3], {}),
        (LabelError, "labels from 0 to 2", SHARES, CHOSEN + 1, {}),
        (DataError, "3 names, got 2", SHARES, CHOSEN, {"names": ["a", "b"]}),
        (HyperparameterError, "best as an integer of at least 1", SHARES, CHOSEN, {"best": 0}),
        (HyperparameterError, "columns as an integer of at least 1", SHARES, CHOSEN, {"columns": 0}),
    ],
)
def test_bad_input(error: type[FnnError], text: str, shares: Any, chosen: Any, options: dict[str, Any]) -> None:
    with pytest.raises(error, match=f"plots.choices: expected {text}"):
        choices(shares, chosen, **options)
