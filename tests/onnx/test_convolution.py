"""Convolutions with several channels, groups, and any number of axes, beside ONNX's reference implementation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from onnx import helper

from tests.onnx.reference import check, draw, reference

NAMES = ["x", "weight", "bias"]
X, WEIGHT, BIAS = (2, 3, 7, 6), (4, 3, 3, 2), (4,)


@pytest.mark.parametrize(
    ("shapes", "options"),
    [
        ([X, WEIGHT, BIAS], {}),
        ([X, WEIGHT], {"strides": [2, 3], "pads": [1, 0, 2, 1]}),
        ([X, WEIGHT, BIAS], {"dilations": [2, 3], "strides": [1, 2]}),
        ([X, WEIGHT, BIAS], {"auto_pad": "SAME_UPPER", "strides": [2, 1]}),
        ([X, WEIGHT, BIAS], {"auto_pad": "SAME_LOWER"}),
        ([(2, 4, 7, 6), (6, 2, 3, 2), (6,)], {"group": 2}),
        ([X, (6, 1, 3, 2), (6,)], {"group": 3, "strides": [2, 1]}),
        ([(2, 3, 8), (4, 3, 3), BIAS], {"strides": [3], "pads": [0, 2]}),
        ([(2, 3, 4, 5, 6), (4, 3, 2, 3, 2), BIAS], {"pads": [1, 0, 0, 0, 1, 1]}),
    ],
    ids=["plain", "strides", "dilation", "upper", "lower", "groups", "depthwise", "time", "volume"],
)
def test_conv(shapes: list[tuple[int, ...]], options: dict[str, Any]) -> None:
    node, inputs = helper.make_node("Conv", NAMES[: len(shapes)], ["y"], **options), draw(*shapes)
    check(node, inputs, reference(node, inputs))


@pytest.mark.parametrize(
    ("shapes", "options"),
    [
        ([X, (3, 4, 3, 2), BIAS], {}),
        ([X, (3, 4, 3, 2)], {"strides": [2, 3], "pads": [1, 0, 0, 1]}),
        ([X, (3, 4, 3, 2), BIAS], {"dilations": [2, 3], "strides": [1, 2]}),
        ([(2, 3, 5), (3, 4, 3), BIAS], {"strides": [2], "pads": [1, 1]}),
    ],
    ids=["plain", "strides", "dilation", "time"],
)
def test_conv_transpose(shapes: list[tuple[int, ...]], options: dict[str, Any]) -> None:
    node, inputs = helper.make_node("ConvTranspose", NAMES[: len(shapes)], ["y"], **options), draw(*shapes)
    check(node, inputs, reference(node, inputs))


def test_conv_transpose_groups() -> None:
    """Groups of several outputs, which the reference cannot do, one after the other."""
    x, weight, bias = draw((2, 4, 3, 5), (4, 3, 3, 2), (6,))
    groups = zip(np.split(x, 2, axis=1), np.split(weight, 2), np.split(bias, 2), strict=True)
    one = helper.make_node("ConvTranspose", NAMES, ["y"], strides=[2, 1])
    wanted = np.concatenate([reference(one, group)[0] for group in groups], axis=1)
    check(helper.make_node("ConvTranspose", NAMES, ["y"], strides=[2, 1], group=2), [x, weight, bias], [wanted])
