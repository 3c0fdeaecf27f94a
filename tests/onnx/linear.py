"""Products with a parameter, look-ups, and what changes shapes."""

from __future__ import annotations

import math

import numpy as np

from fnn import layers, ops
from fnn.arrays import Array
from fnn.random import Key
from tests.onnx.node import AnyArray, Node, NotSupported, Operator, Reason


def gemm(node: Node) -> Array:
    """``alpha A B + beta C``, with either matrix transposed."""
    a = node.array(0).T if node["transA"] else node.array(0)
    b = node.array(1).T if node["transB"] else node.array(1)
    bias = node.optional(2)
    if bias is not None:
        if bias.ndim == 2 and len(bias) > 1:
            raise NotSupported(Reason.BIAS)
        bias = np.broadcast_to(node["beta"] * bias, (1, b.shape[1]))[0]
    return ops.linear_forward(node["alpha"] * a, b, bias)[0]


def matmul(node: Node) -> Array:
    """One of the factors is a parameter: where it is the left one, ``A B = (B^T A^T)^T``.

    A vector stands for a row on the left and for a column on the right; that axis goes again.
    """
    a, b = np.atleast_2d(node.array(0)), node.array(1)
    columns = b if b.ndim > 1 else b[:, None]
    if a.ndim > 2 and b.ndim > 2:
        raise NotSupported(Reason.PRODUCT)
    if b.ndim > 2:
        y = ops.linear_forward(columns.swapaxes(-1, -2), a.T)[0].swapaxes(-1, -2)
    else:
        y = ops.linear_forward(a, columns)[0]
    y = y[..., 0, :] if node.array(0).ndim == 1 else y
    return y[..., 0] if b.ndim == 1 else y


def flatten(node: Node) -> Array:
    """All axes before ``axis`` make the first, all from there on the second."""
    x, axis = node.array(0), node["axis"]
    return ops.flatten_forward(x.reshape(math.prod(x.shape[:axis]), *x.shape[axis:]))[0]


def gather(node: Node) -> Array:
    """Rows along any axis: with this axis first, and the others as features, they are an embedding."""
    data, indices, axis = node.array(0), node.integers(1), node["axis"]
    if (indices < 0).any():
        raise NotSupported(Reason.REFUSED)
    data = np.moveaxis(data, axis, 0)
    y = ops.embedding_forward(indices, data.reshape(len(data), -1))[0].reshape(*indices.shape, *data.shape[1:])
    return np.moveaxis(y, range(indices.ndim), range(axis, axis + indices.ndim))


def dropout(node: Node) -> tuple[AnyArray, AnyArray]:
    """In inference nothing is dropped, nor in training at the rate 0; else the draws would have to be ONNX's."""
    x, rate = node.array(0), node.number(1, 0.5)
    training = node.has(2) and bool(node.raw(2))
    if training and rate > 0:
        raise NotSupported(Reason.RANDOM)
    if training:
        y, mask = ops.dropout_forward(x, Key(0), rate=rate)
        return y, mask.astype(np.bool_)
    return layers.dropout(rate)(x), np.ones(x.shape, np.bool_)


OPERATORS: dict[str, Operator] = {
    "Dropout": dropout,
    "Flatten": flatten,
    "Gather": gather,
    "Gemm": gemm,
    "MatMul": matmul,
}
