"""All operators that fnn has in some form, and the functions that stand for them."""

from __future__ import annotations

from tests.onnx import (
    activations,
    attention,
    images,
    linear,
    losses,
    normalization,
    optimizers,
    pooling,
    recurrent,
)
from tests.onnx.node import Operator

OPERATORS: dict[str, Operator] = {
    **activations.OPERATORS,
    **attention.OPERATORS,
    **images.OPERATORS,
    **linear.OPERATORS,
    **losses.OPERATORS,
    **normalization.OPERATORS,
    **optimizers.OPERATORS,
    **pooling.OPERATORS,
    **recurrent.OPERATORS,
}
