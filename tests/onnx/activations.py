"""Activations: mostly the op as it is, under the names of ONNX's attributes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fnn import ops
from fnn.arrays import Array
from fnn.kernels.erf import erf as fnn_erf
from tests.onnx.node import AnyArray, Node, NotSupported, Operator, Reason


def plain(forward: Callable[..., tuple[Array, Any]], **options: str) -> Operator:
    """Return the op of one array, with the attribute whose name stands behind each option."""
    return lambda node: forward(node.array(0), **{option: node[name] for option, name in options.items()})[0]


def along_axis(forward: Callable[[Array], tuple[Array, Any]]) -> Operator:
    """Return the op that works along the last axis, along the axis that the node names."""

    def operator(node: Node) -> Array:
        x = np.moveaxis(node.array(0), node["axis"], -1)
        return np.moveaxis(forward(x)[0], -1, node["axis"])

    return operator


def clip(node: Node) -> AnyArray:
    low, high = node.number(1, -math.inf), node.number(2, math.inf)
    if not low < high:
        raise NotSupported(Reason.REFUSED)
    return ops.hard_tanh_forward(node.exact(0), low=low, high=high)[0].astype(node.raw(0).dtype)


def erf(node: Node) -> Array:
    return fnn_erf(node.array(0))


def gelu(node: Node) -> Array:
    forward = ops.gelu_tanh_forward if node["approximate"] == "tanh" else ops.gelu_forward
    return forward(node.array(0))[0]


def prelu(node: Node) -> Array:
    return ops.prelu_forward(node.array(0), node.array(1))[0]


def shrink(node: Node) -> Array:
    x, far, bias = node.array(0), node["lambd"], node["bias"]
    y: Array = (x - bias) * ops.step_forward(x - far)[0] + (x + bias) * ops.step_forward(-x - far)[0]
    return y


def swish(node: Node) -> Array:
    """``x sigmoid(a x)``, which is ``silu(a x) / a``."""
    y: Array = ops.silu_forward(node["alpha"] * node.array(0))[0] / node["alpha"]
    return y


def swiglu(node: Node) -> Array:
    """The gate comes first here, second in fnn."""
    x = np.concatenate([node.array(1), node["alpha"] * node.array(0)], axis=-1)
    y: Array = ops.swiglu_forward(x)[0] / node["alpha"]
    return y


def thresholded_relu(node: Node) -> Array:
    x = node.array(0)
    y: Array = x * ops.step_forward(x - node["alpha"])[0]
    return y


OPERATORS: dict[str, Operator] = {
    "Celu": plain(ops.celu_forward, alpha="alpha"),
    "Clip": clip,
    "Elu": plain(ops.elu_forward, alpha="alpha"),
    "Erf": erf,
    "Gelu": gelu,
    "HardSigmoid": plain(ops.hard_sigmoid_forward, slope="alpha", offset="beta"),
    "HardSwish": plain(ops.hard_swish_forward),
    "LeakyRelu": plain(ops.leaky_relu_forward, slope="alpha"),
    "LogSoftmax": along_axis(ops.log_softmax_forward),
    "Mish": plain(ops.mish_forward),
    "PRelu": prelu,
    "Relu": plain(ops.relu_forward),
    "Selu": plain(ops.selu_forward, alpha="alpha", scale="gamma"),
    "Shrink": shrink,
    "Sigmoid": plain(ops.sigmoid_forward),
    "Softmax": along_axis(ops.softmax_forward),
    "Softplus": plain(ops.softplus_forward),
    "Softsign": plain(ops.softsign_forward),
    "SwiGLU": swiglu,
    "Swish": swish,
    "Tanh": plain(ops.tanh_forward),
    "ThresholdedRelu": thresholded_relu,
}
