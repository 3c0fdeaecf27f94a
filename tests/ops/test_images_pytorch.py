"""The same values and gradients as PyTorch's, for all that `tests/fixtures/make_images.py` has written down.

PyTorch has the channels on axis 1, and kernels as (outputs, inputs / groups, *kernel) or, where they are transposed, as
(inputs, outputs / groups, *kernel).
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fnn import ops
from fnn.arrays import Array

with np.load(Path(__file__).parents[1] / "fixtures" / "images.npz") as archive:
    FIGURES: dict[str, dict[str, Any]] = {}
    for key in archive.files:
        case, what = key.rsplit(".", 1)
        FIGURES.setdefault(case, {})[what] = archive[key]
RUNNING = FIGURES.pop("running")
ROWS = ("layer_norm", "rms_norm")  # over the last axes there too


def channels_last(a: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(a, 1, -1)) if a.ndim > 2 else a


def kernel(weight: Array) -> Array:
    """(outputs, inputs / groups, *kernel) as (*kernel, inputs / groups, outputs)."""
    return np.moveaxis(weight, (0, 1), (-1, -2))


def transposed_kernel(weight: Array, groups: int) -> Array:
    """(inputs, outputs / groups, *kernel) as (*kernel, inputs / groups, outputs)."""
    inputs, outputs, *taps = weight.shape
    blocks = weight.reshape(groups, inputs // groups, outputs, *taps)
    return np.moveaxis(blocks, (1, 0, 2), (-3, -2, -1)).reshape(*taps, inputs // groups, groups * outputs)


def as_options(options: str) -> dict[str, Any]:
    def tuples(value: Any) -> Any:
        return tuple(map(tuples, value)) if isinstance(value, list) else value

    return {name: tuples(value) for name, value in json.loads(options).items()}


def run(name: str, options: dict[str, Any], x: Array, *parameters: Array) -> tuple[Array, Any]:
    op = name.split()[0].replace("1d", "").replace("2d", "")
    if op == "batch_norm_inference":
        options = {"mean": np.array([0.5, -1.0, 2.0]), "variance": np.array([0.5, 1.0, 4.0]), **options}
    y, cache = getattr(ops, f"{op}_forward")(x, *parameters, **options)
    return y, lambda dy: getattr(ops, f"{op}_backward")(dy, cache)


@pytest.mark.parametrize("name", FIGURES)
def test_values_and_gradients(name: str) -> None:
    figures, options = FIGURES[name], as_options(str(FIGURES[name]["options"]))
    order: Any = np.asarray if name.split()[0] in ROWS else channels_last
    weight_order: Any = np.asarray
    if name.startswith("conv_transpose"):
        weight_order = partial(transposed_kernel, groups=options.get("groups", 1))
    elif name.startswith("conv"):
        weight_order = kernel
    parameters = [weight_order(figures["weight"])] if "weight" in figures else []
    parameters += [figures["bias"]] if "bias" in figures else []
    y, backward = run(name, options, order(figures["x"]), *parameters)
    shape = y.shape
    np.testing.assert_allclose(y, order(figures["y"]).reshape(shape), rtol=1e-10, atol=1e-12)
    gradients = backward(order(figures["dy"]).reshape(shape))
    dx, *others = gradients if isinstance(gradients, tuple) else (gradients,)
    np.testing.assert_allclose(dx, order(figures["dx"]), rtol=1e-10, atol=1e-12)
    expected = [weight_order(figures["dweight"])] if "weight" in figures else []
    expected += [figures["dbias"]] if "bias" in figures else []
    for got, figure in zip(others, expected, strict=True):
        np.testing.assert_allclose(got, figure, rtol=1e-10, atol=1e-11)


def test_nothing_is_missing() -> None:
    kinds = {name.split()[0].replace("1d", "").replace("2d", "") for name in FIGURES}
    assert kinds == {
        "average_pool", "batch_norm", "batch_norm_inference", "conv", "conv_transpose", "global_average_pool",
        "global_max_pool", "group_norm", "instance_norm", "layer_norm", "max_pool", "pad", "rms_norm",
        "upsample_linear", "upsample_nearest",
    }  # fmt: skip
    assert len(FIGURES) == 40
