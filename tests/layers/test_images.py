"""The layers for images and signals: shapes, parameters, and what they say of input that does not fit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fnn
from fnn import tree
from fnn.errors import HyperparameterError, ShapeError, StructureError
from fnn.model import output_shape

SHAPES: list[tuple[Any, tuple[int, ...], tuple[int, ...]]] = [
    (fnn.conv1d(3, 8), (10, 3), (10, 8)),
    (fnn.conv1d(3, 8, 4, stride=3, padding="valid"), (10, 3), (3, 8)),
    (fnn.conv2d(3, 8), (10, 11, 3), (10, 11, 8)),
    (fnn.conv2d(3, 8, stride=2), (10, 11, 3), (5, 6, 8)),
    (fnn.conv2d(3, 8, (3, 5), padding="valid"), (10, 11, 3), (8, 7, 8)),
    (fnn.conv2d(3, 8, 3, padding=(0, (1, 2)), dilation=2), (10, 11, 3), (6, 10, 8)),
    (fnn.depthwise_conv2d(3, multiplier=2), (10, 11, 3), (10, 11, 6)),
    (fnn.conv_transpose1d(3, 8, 4, stride=2), (5, 3), (10, 8)),
    (fnn.conv_transpose2d(3, 8, 2, stride=2), (5, 6, 3), (10, 12, 8)),
    (fnn.conv_transpose2d(3, 8, 3, stride=2, padding=1), (5, 6, 3), (9, 11, 8)),
    (fnn.conv_transpose2d(3, 8, 3, stride=2, padding=1, output_padding=(0, 1)), (5, 6, 3), (9, 12, 8)),
    (fnn.max_pool1d(2), (9, 3), (4, 3)),
    (fnn.max_pool2d(2), (9, 10, 3), (4, 5, 3)),
    (fnn.max_pool2d(3, stride=2, padding="same"), (9, 10, 3), (5, 5, 3)),
    (fnn.average_pool1d(3, stride=1), (9, 3), (7, 3)),
    (fnn.average_pool2d((1, 2)), (9, 10, 3), (9, 5, 3)),
    (fnn.global_average_pool, (9, 10, 3), (3,)),
    (fnn.global_max_pool, (9, 3), (3,)),
    (fnn.pad1d((2, 1)), (9, 3), (12, 3)),
    (fnn.pad2d((1, (0, 2))), (9, 10, 3), (11, 12, 3)),
    (fnn.upsample1d(3), (9, 3), (27, 3)),
    (fnn.upsample2d((2, 1), method="linear"), (9, 10, 3), (18, 10, 3)),
]


@pytest.mark.parametrize(("stage", "given", "expected"), SHAPES, ids=[str(stage) for stage, _, _ in SHAPES])
def test_shapes(stage: Any, given: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert output_shape(stage, given) == expected
    x = np.ones((2, *given), np.float32)
    y = stage.apply(stage.init(fnn.Key(0)), x) if isinstance(stage, fnn.Model) else stage.apply(x)
    assert y.shape == (2, *expected)


def test_parameters() -> None:
    params = fnn.conv2d(4, 6, (3, 5), groups=2).init(fnn.Key(0))
    assert isinstance(params, fnn.Conv2D)
    assert params.weight.shape == (3, 5, 2, 6)
    assert params.weight.dtype == np.float32
    assert params.bias is not None
    assert params.bias.tolist() == [0] * 6
    assert fnn.conv1d(4, 6, 5).init(fnn.Key(0)).weight.shape == (5, 4, 6)
    assert fnn.conv_transpose1d(4, 6, 5).init(fnn.Key(0)).weight.shape == (5, 4, 6)
    assert fnn.conv_transpose2d(4, 6, groups=2).init(fnn.Key(0)).weight.shape == (3, 3, 2, 6)
    assert fnn.depthwise_conv2d(4, multiplier=3).init(fnn.Key(0)).weight.shape == (3, 3, 1, 12)
    assert not params.weight.flags.writeable


def test_weights_are_drawn_for_the_terms_that_meet() -> None:
    weight = fnn.conv2d(32, 64, groups=2).init(fnn.Key(0)).weight
    assert float(weight.var()) == pytest.approx(2 / (9 * 16), rel=0.05)


def test_no_bias() -> None:
    model = fnn.conv2d(2, 3, bias=None)
    params = model.init(fnn.Key(0))
    assert params.bias is None
    x = np.ones((1, 4, 4, 2), np.float32)
    y, _, backward = model.forward(params, x, fnn.Key(0))
    grads, _ = backward(np.ones_like(y))
    assert grads.bias is None
    tree.map(np.add, params, grads)  # of one structure
    assert not model.apply(params, np.zeros_like(x)).any()


def test_saved_and_loaded(tmp_path: Path) -> None:
    for model in (fnn.conv2d(2, 3), fnn.conv2d(2, 3, bias=None)):
        params = model.init(fnn.Key(0))
        fnn.save(tmp_path / "conv.npz", params)
        loaded = fnn.load(tmp_path / "conv.npz", fnn.Conv2D)
        assert tree.equal(loaded, params)


def test_names() -> None:
    assert str(fnn.conv2d(3, 8)) == "conv2d(3, 8, 3)"
    assert str(fnn.conv2d(3, 8, (3, 5), stride=2)) == "conv2d(3, 8, (3, 5), stride=2)"
    assert str(fnn.max_pool2d(2)) == "max_pool2d(2)"
    assert str(fnn.max_pool2d(3, stride=2)) == "max_pool2d(3, stride=2)"
    assert str(fnn.pad2d(1, mode="edge")) == "pad2d(1, mode='edge')"
    assert str(fnn.upsample2d(2)) == "upsample2d(2)"


def test_a_net_of_them() -> None:
    model = (
        fnn.conv2d(1, 4, bias=None) >> fnn.batch_norm(4) >> fnn.relu >> fnn.max_pool2d(2)
        >> fnn.depthwise_conv2d(4) >> fnn.conv2d(4, 6, 1) >> fnn.global_average_pool >> fnn.dense(6, 3)
    )  # fmt: skip
    table = str(fnn.summary(model, (8, 8, 1)))
    assert "(batch, 4, 4, 4)" in table
    assert "Conv2D" in table
    assert "of which 8 are buffers" in table
    x = np.random.default_rng(0).standard_normal((3, 8, 8, 1))
    fnn.check.gradients(model, x, tolerance=1e-7)


# --- what does not fit ---

IMAGES = fnn.conv2d(3, 8)


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((28, 28, 1), "Its last axis must hold 3 channels."),
        ((3, 28, 28), "Channels come last: x.transpose(0, 2, 3, 1)."),
        ((28, 28), "For a single channel write x[..., None]."),
        ((28, 3), "For a batch of one write x[None]; for a single channel x[..., None]."),
    ],
)
def test_input_of_another_shape(shape: tuple[int, ...], hint: str) -> None:
    shown = ", ".join(map(str, shape))
    expected = f"conv2d(3, 8, 3): expected input of shape (batch, height, width, 3), got (batch, {shown}). {hint}"
    params = IMAGES.init(fnn.Key(0))
    for call in (
        lambda: output_shape(IMAGES, shape),
        lambda: IMAGES.apply(params, np.ones((2, *shape), np.float32)),
        lambda: IMAGES.forward(params, np.ones((2, *shape), np.float32), fnn.Key(0)),
    ):
        with pytest.raises(ShapeError) as caught:
            call()
        assert str(caught.value) == expected


def test_flat_input() -> None:
    with pytest.raises(ShapeError, match=r"input of shape \(batch, height, width, channels\), got \(batch, 784\)\."):
        fnn.max_pool2d(2)(np.ones((2, 784)))
    with pytest.raises(ShapeError, match=r"input of shape \(batch, time, 3\), got \(batch, 10, 10, 3\)\."):
        output_shape(fnn.conv1d(3, 4), (10, 10, 3))
    with pytest.raises(ShapeError, match=r"Channels come last: x\.transpose\(0, 2, 1\)\.$"):
        output_shape(fnn.conv1d(3, 4), (3, 10))


def test_window_that_reaches_too_far() -> None:
    with pytest.raises(ShapeError) as caught:
        output_shape(fnn.conv2d(1, 2, 5, padding=1), (2, 9, 1))
    expected = (
        "conv2d(1, 2, 5): expected a height of at least 5, as far as the window reaches, got 2 with 1 + 1 of padding. "
        'Take a smaller window, less dilation, or padding="same".'
    )
    assert str(caught.value) == expected
    with pytest.raises(ShapeError, match=r"^max_pool2d\(4\): expected a width of at least 4, .* got 3\."):
        fnn.max_pool2d(4)(np.ones((1, 9, 3, 1)))
    with pytest.raises(
        ShapeError, match=r"^average_pool2d\(2\): expected windows that each meet the input along the wid"
    ):
        output_shape(fnn.average_pool2d(2, padding=(0, 2)), (4, 4, 1))
    with pytest.raises(ShapeError, match=r"^conv_transpose2d\(1, 1, 3\): expected padding that leaves a height of at"):
        output_shape(fnn.conv_transpose2d(1, 1, padding=3), (3, 9, 1))
    with pytest.raises(ShapeError, match=r"^pad2d\(3, mode='reflect'\): expected a height of at least 4 to reflect 3"):
        output_shape(fnn.pad2d(3, mode="reflect"), (3, 9, 1))


def test_after_which_stage() -> None:
    model = fnn.conv2d(1, 4, stride=2) >> fnn.relu >> fnn.conv2d(3, 8)
    with pytest.raises(ShapeError) as caught:
        output_shape(model, (8, 8, 1))
    message = str(caught.value)
    assert message.startswith("stage 2 > conv2d(3, 8, 3): expected input of shape (batch, height, width, 3)")
    assert "Before it comes stage 1 relu, which gives (batch, 4, 4, 4)." in message


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: fnn.conv2d(3, 8, groups=2), "conv2d(3, 8, 3): expected inputs that divide by groups=2, got 3."),
        (lambda: fnn.conv2d(4, 9, groups=2), "conv2d(4, 9, 3): expected outputs that divide by groups=2, got 9."),
        (lambda: fnn.conv2d(4, 8, groups=0), "conv2d(4, 8, 3): expected groups as an integer of at least 1, got 0."),
        (lambda: fnn.conv1d(0, 8), "conv1d(0, 8, 3): expected inputs as an integer of at least 1, got 0."),
        (
            lambda: fnn.conv2d(3, 8, 0),
            "conv2d(3, 8, 0): expected kernel as an integer of at least 1, or a tuple of 2, got 0.",
        ),
        (
            lambda: fnn.conv1d(3, 8, stride=(1, 2)),
            "conv1d(3, 8, 3, stride=(1, 2)): expected stride as an integer of at least 1, got (1, 2).",
        ),
        (
            lambda: fnn.conv_transpose2d(3, 8, padding=0, output_padding=1),
            "conv_transpose2d(3, 8, 3): expected output_padding below the stride or the dilation, 1, got 1.",
        ),
        (
            lambda: fnn.depthwise_conv2d(3, multiplier=0),
            "depthwise_conv2d: expected multiplier as an integer of at least 1, got 0.",
        ),
        (
            lambda: fnn.max_pool2d(0),
            "max_pool2d(0): expected size as an integer of at least 1, or a tuple of 2, got 0.",
        ),
        (
            lambda: fnn.average_pool1d(2, stride=0),
            "average_pool1d(2, stride=0): expected stride as an integer of at least 1, got 0.",
        ),
        (
            lambda: fnn.pad2d(1, mode="mirror"),  # type: ignore[arg-type]  # wrong on purpose
            "pad2d(1, mode='mirror'): expected mode as one of 'constant', 'edge', 'reflect', 'wrap', got 'mirror'.",
        ),
        (lambda: fnn.pad2d("same"), "pad2d(same): expected padding in numbers, got 'same'."),
        (
            lambda: fnn.upsample2d(0),
            "upsample2d(0): expected factor as an integer of at least 1, or a tuple of 2, got 0.",
        ),
        (
            lambda: fnn.upsample2d(2, method="cubic"),  # type: ignore[arg-type]  # wrong on purpose
            "upsample2d(2, method='cubic'): expected method 'nearest' or 'linear', got 'cubic'.",
        ),
    ],
)
def test_options_that_mean_nothing(make: Any, message: str) -> None:
    with pytest.raises(HyperparameterError, match=f"^{re.escape(message)}$"):
        make()


def test_padding_that_means_nothing() -> None:
    with pytest.raises(HyperparameterError, match=r'^conv2d\(1, 1, 3\): expected padding as "same", "valid", an integ'):
        fnn.conv2d(1, 1, padding="full")  # type: ignore[arg-type]  # wrong on purpose


def test_parameters_of_another_layer() -> None:
    params = fnn.conv1d(3, 8).init(fnn.Key(0))
    with pytest.raises(StructureError, match=r"^conv2d\(3, 8, 3\): expected parameters Conv2D, got a Conv1D\."):
        IMAGES.apply(params, np.ones((1, 5, 5, 3), np.float32))  # type: ignore[arg-type]  # wrong on purpose
