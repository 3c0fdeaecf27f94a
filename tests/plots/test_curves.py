"""Curves of loss and accuracy."""

from typing import Any

import numpy as np
import pytest

from fnn.errors import DataError
from fnn.plots.curves import curves
from fnn.plots.style import BLUE, VERMILION

ROWS: list[dict[str, float]] = [
    {"epoch": 1, "loss": 2.0, "accuracy": 0.5, "validation_loss": 2.5, "learning_rate": 0.1},
    {"epoch": 2, "loss": 1.0, "accuracy": 0.7, "learning_rate": 0.1},
    {"epoch": 3, "loss": 0.5, "accuracy": 0.8, "validation_loss": 1.5, "learning_rate": 0.1},
]


def test_panels_lines_and_legend() -> None:
    loss, accuracy = curves(ROWS).axes
    assert (loss.get_title(loc="left"), accuracy.get_title(loc="left")) == ("loss", "accuracy")
    assert [line.get_color() for line in loss.lines] == [BLUE, VERMILION]
    legend = loss.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["training 0.500", "validation 1.500"]
    assert len(accuracy.lines) == 1


def test_missing_values_are_passed_over() -> None:
    training, validation = curves(ROWS).axes[0].lines
    np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(training.get_ydata(), [2.0, 1.0, 0.5])
    np.testing.assert_array_equal(validation.get_xdata(), [1, 3])
    np.testing.assert_array_equal(validation.get_ydata(), [2.5, 1.5])


@pytest.mark.parametrize("missing", [None, float("nan"), float("inf")])
def test_columns_give_the_same_as_rows(missing: float | None) -> None:
    (axes,) = curves({"train_loss": [2.0, 1.0, 0.5], "val_loss": [2.5, missing, 1.5]}).axes
    for line, expected in zip(axes.lines, curves(ROWS).axes[0].lines, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), expected.get_xydata())


def test_metrics_are_chosen() -> None:
    figure = curves(ROWS, metrics=("learning_rate", "loss", "absent"))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["learning rate", "loss"]


def test_a_column_without_values_says_so() -> None:
    legend = curves({"loss": [1.0], "test_loss": [None]}).axes[0].get_legend()
    assert legend is not None
    assert legend.get_texts()[1].get_text() == "test, no values"


@pytest.mark.parametrize(
    ("history", "text"),
    [
        ([], "expected a history of at least one epoch, got an empty one"),
        ({"loss": []}, "expected a history of at least one epoch"),
        ({"loss": [1.0], "accuracy": [1.0, 2.0]}, "expected columns of one length, got {'loss': 1, 'accuracy': 2}"),
        ([{"epoch": 1, "r2": 0.5}], r"expected at least one of loss, accuracy, got r2\. Choose with metrics="),
        (None, r"expected rows of figures by name, got None\. Take the history of the last event"),
        ([0.5, 0.25], "expected rows of figures by name, got a list"),
        ([{"loss": "low"}], "expected numbers or None, got could not convert"),
    ],
)
def test_bad_history(history: Any, text: str) -> None:
    with pytest.raises(DataError, match=text):
        curves(history)
