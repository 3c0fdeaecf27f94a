"""Decision boundaries."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fnn.arrays import Array
from fnn.errors import DataError, DtypeError, FnnError, HyperparameterError, LabelError, ShapeError
from fnn.plots.boundary import decision_boundary

X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 2.0]])
LABELS = np.array([0, 1, 0, 1])


def right_of(x: Array) -> Array:
    """A probability that is above a half right of 0.5."""
    return x[:, :1]


def regions(predict: Any, **options: Any) -> NDArray[Any]:
    mesh = decision_boundary(predict, X, LABELS, resolution=11, margin=0.0, **options).axes[0].collections[0]
    return np.asarray(mesh.get_array()).reshape(11, 11)


@pytest.mark.parametrize(
    "predict",
    [
        right_of,
        lambda x: np.hstack([1 - x[:, :1], x[:, :1]]),
        lambda x: (x[:, 0] > 0.5).astype(np.int64),
    ],
)
def test_the_three_kinds_of_predictions_agree(predict: Any) -> None:
    expected = np.tile(np.linspace(0, 1, 11) > 0.5 + 1e-9, (11, 1))
    assert np.array_equal(regions(predict), expected)


def test_threshold() -> None:
    assert regions(right_of, threshold=0.75)[0].tolist() == [0] * 8 + [1] * 3


def test_points_legend_and_limits() -> None:
    figure = decision_boundary(right_of, X, LABELS, class_names=["left", "right"], feature_names=("width", "height"))
    (axes,) = figure.axes
    points = [c.get_offsets() for c in axes.collections if type(c).__name__ == "PathCollection"]
    assert [np.asarray(p).tolist() for p in points] == [X[::2].tolist(), X[1::2].tolist()]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["left", "right"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("width", "height")
    np.testing.assert_allclose(axes.get_xlim(), (-0.08, 1.08))
    np.testing.assert_allclose(axes.get_ylim(), (-0.16, 2.16))


def test_the_dtype_of_the_points_reaches_the_model() -> None:
    seen: list[np.dtype[Any]] = []

    def predict(x: Array) -> Array:
        seen.append(x.dtype)
        return right_of(x)

    decision_boundary(predict, X.astype(np.float32), LABELS, resolution=5)
    assert seen == [np.float32]


def test_one_point_and_one_class() -> None:
    figure = decision_boundary(right_of, X[:1], LABELS[:1], resolution=5)
    assert figure.axes[0].get_xlim() == (-0.08, 0.08)


@pytest.mark.parametrize(
    ("error", "text", "changes"),
    [
        (ShapeError, r"points of shape \(n, 2\), got shape \(4, 3\)", {"x": np.zeros((4, 3))}),
        (DtypeError, "points as a float32 or float64 array", {"x": np.zeros((4, 2), np.int64)}),
        (DataError, "a set of points of at least one sample", {"x": np.zeros((0, 2))}),
        (DataError, "finite values, got nan", {"x": np.full((4, 2), np.nan)}),
        (LabelError, "labels as 4 integers, got int64 of shape", {"labels": np.zeros((4, 2), np.int64)}),
        (LabelError, "labels as 4 integers, got a list", {"labels": [0, 1, 0, 1]}),
        (LabelError, "labels of at least 0, got labels from -1 to 1", {"labels": np.array([0, 1, -1, 1])}),
        (DataError, "2 class names, got 1", {"class_names": ["left"]}),
        (HyperparameterError, "resolution as an integer of at least 1", {"resolution": 0}),
        (HyperparameterError, r"margin in \[0, 10\], got -1", {"margin": -1}),
        (ShapeError, r"predictions of shape \(25, classes\), or \(25,\) integers, got float64 of shape \(25,\)",
         {"predict": lambda x: x[:, 0]}),
        (HyperparameterError, "predict as a function, got None", {"predict": None}),
        (DataError, "predictions that are numbers, got NaN", {"predict": lambda x: x * np.nan}),
    ],
)  # fmt: skip
def test_bad_input(error: type[FnnError], text: str, changes: dict[str, Any]) -> None:
    arguments = {"predict": right_of, "x": X, "labels": LABELS, "resolution": 5, **changes}
    with pytest.raises(error, match=text):
        decision_boundary(**arguments)
