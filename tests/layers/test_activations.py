"""The activation stages: what they add to their ops, which is names, shapes and errors."""

from __future__ import annotations

import numpy as np
import pytest

import fnn
from fnn.errors import DataError, DtypeError, HyperparameterError, ShapeError
from fnn.model import output_shape

X = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)

SHAPE_KEEPING = [
    fnn.identity,
    fnn.step,
    fnn.relu,
    fnn.sigmoid,
    fnn.tanh,
    fnn.softplus,
    fnn.gelu,
    fnn.gelu_tanh,
    fnn.silu,
    fnn.softmax,
    fnn.log_softmax,
    fnn.leaky_relu(),
    fnn.elu(),
    fnn.dropout(0.5),
]


@pytest.mark.parametrize("stage", SHAPE_KEEPING, ids=str)
def test_shape_is_kept(stage: fnn.Fn[fnn.Array, fnn.Array]) -> None:
    assert stage(X).shape == X.shape
    assert output_shape(stage, (28, 28, 3)) == (28, 28, 3)


def test_names() -> None:
    names = [str(stage) for stage in SHAPE_KEEPING]
    assert names == [
        *("identity", "step", "relu", "sigmoid", "tanh", "softplus", "gelu", "gelu_tanh", "silu"),
        *("softmax", "log_softmax", "leaky_relu(0.01)", "elu(1)", "dropout(0.5)"),
    ]


def test_each_stage_computes_its_own_function() -> None:
    x = np.array([[-1.0, 2.0]])
    values = {str(stage): stage(x)[0].round(4).tolist() for stage in SHAPE_KEEPING[:-1]}
    assert values == {
        "identity": [-1.0, 2.0],
        "step": [0.0, 1.0],
        "relu": [0.0, 2.0],
        "sigmoid": [0.2689, 0.8808],
        "tanh": [-0.7616, 0.964],
        "softplus": [0.3133, 2.1269],
        "gelu": [-0.1587, 1.9545],
        "gelu_tanh": [-0.1588, 1.9546],
        "silu": [-0.2689, 1.7616],
        "softmax": [0.0474, 0.9526],
        "log_softmax": [-3.0486, -0.0486],
        "leaky_relu(0.01)": [-0.01, 2.0],
        "elu(1)": [-0.6321, 2.0],
    }


def test_options() -> None:
    assert fnn.leaky_relu(0.5)(np.array([[-4.0, 4.0]])).tolist() == [[-2.0, 4.0]]
    assert fnn.elu(3.0)(np.array([[-1000.0, 4.0]])).tolist() == [[-3.0, 4.0]]
    assert str(fnn.leaky_relu(0.5)) == "leaky_relu(0.5)"
    assert str(fnn.elu(3.0)) == "elu(3)"


def test_options_are_checked_when_the_stage_is_made() -> None:
    with pytest.raises(HyperparameterError, match=r"^leaky_relu: expected slope in \(0, 1\], got 0\."):
        fnn.leaky_relu(0)
    with pytest.raises(HyperparameterError, match=r"^elu: expected alpha in \(0, inf\), got -1\.0\."):
        fnn.elu(-1.0)
    with pytest.raises(HyperparameterError, match=r"^dropout: expected rate in \[0, 1\), got 1\."):
        fnn.dropout(1)


@pytest.mark.parametrize("stage", [fnn.softmax, fnn.log_softmax], ids=str)
def test_softmax_needs_an_axis_of_classes(stage: fnn.Fn[fnn.Array, fnn.Array]) -> None:
    expected = (
        f"{stage}: expected input of shape (batch, ..., classes), got (batch). "
        "The last axis holds the scores of the classes; for a batch of one write x[None, :]."
    )
    with pytest.raises(ShapeError) as caught:
        stage(X[0])
    assert str(caught.value) == expected
    with pytest.raises(ShapeError) as caught:
        output_shape(stage, ())
    assert str(caught.value) == expected


def test_wrong_shape_is_named_with_both_stages() -> None:
    model = fnn.dense(3, 2) >> fnn.relu >> fnn.dense(4, 2)
    with pytest.raises(ShapeError) as caught:
        output_shape(model, (3,))
    assert "stage 2 > dense(4, 2)" in str(caught.value)
    assert "stage 1 relu" in str(caught.value)


def test_error_texts() -> None:
    with pytest.raises(DtypeError) as caught:
        fnn.tanh(np.arange(3))  # type: ignore[arg-type]  # wrong on purpose
    assert str(caught.value) == (
        "tanh: expected input as a float32 or float64 array, got int64 of shape (3,). Convert it: x.astype(np.float32)."
    )
    with pytest.raises(DataError) as empty:
        fnn.elu(0.5)(np.zeros((0, 3)))
    assert str(empty.value) == (
        "elu(0.5): expected a batch of at least one sample, got shape (0, 3). "
        "Look where it was cut or chosen from the data."
    )


def test_gradient_of_step_is_zero() -> None:
    model = fnn.dense(3, 2) >> fnn.step
    params = model.init(fnn.Key(0))
    y, _, backward = model.forward(params, X, fnn.Key(1))
    grads, dx = backward(np.ones_like(y))
    assert not any(leaf.any() for leaf in (*fnn.tree.leaves(grads), dx))
