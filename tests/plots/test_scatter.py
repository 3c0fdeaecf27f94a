"""Points in the plane, coloured by class."""

from typing import Any

import numpy as np
import pytest

from fnn.errors import DataError, DtypeError, FnnError, LabelError, ShapeError
from fnn.plots.scatter import scatter
from fnn.plots.style import BLUE, VERMILION

X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 4.0], [1.0, 4.0]], np.float32)
LABELS = np.array([1, 0, 1, 1])


def test_each_class_has_its_points_its_colour_and_its_name() -> None:
    from matplotlib.colors import to_rgba

    figure = scatter(X, LABELS, class_names=["cat", "dog", "not drawn"], feature_names=("first", "second"), title="two")
    (axes,) = figure.axes
    cats, dogs = axes.collections
    assert np.asarray(cats.get_offsets()).tolist() == X[[1]].tolist()
    assert np.asarray(dogs.get_offsets()).tolist() == X[[0, 2, 3]].tolist()
    colours = [tuple(np.asarray(c.get_facecolor())[0]) for c in (cats, dogs)]
    assert colours == [to_rgba(BLUE), to_rgba(VERMILION)]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["cat", "dog"]
    assert (axes.get_xlabel(), axes.get_ylabel(), figure.get_suptitle()) == ("first", "second", "two")


def test_both_axes_have_one_scale() -> None:
    figure = scatter(X, LABELS)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    right, up = axes.transData.transform([[1.0, 0.0], [0.0, 1.0]]) - axes.transData.transform([0.0, 0.0])
    assert right[0] == pytest.approx(up[1], rel=0.01)  # the layout is found by steps


@pytest.mark.parametrize(
    ("error", "text", "changes"),
    [
        (ShapeError, r"scatter: expected points of shape \(n, 2\), got shape \(4, 3\)", {"points": np.ones((4, 3))}),
        (DtypeError, "points as a float32 or float64 array", {"points": np.ones((4, 2), np.int64)}),
        (DataError, "a set of points of at least one sample", {"points": X[:0]}),
        (DataError, "finite values, got nan", {"points": np.full((4, 2), np.nan)}),
        (LabelError, "labels as 4 integers, got int64 of shape", {"labels": LABELS[:3]}),
        (LabelError, "labels of at least 0, got labels from -1 to 1", {"labels": np.array([0, 1, -1, 1])}),
        (DataError, "2 class names, got 1", {"class_names": ["cat"]}),
    ],
)  # fmt: skip
def test_bad_input(error: type[FnnError], text: str, changes: dict[str, Any]) -> None:
    with pytest.raises(error, match=text):
        scatter(**{"points": X, "labels": LABELS, **changes})
