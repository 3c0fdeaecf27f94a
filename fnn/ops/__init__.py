"""Pure array mathematics: each op's forward and backward stand side by side, with the derivation between them."""

from fnn.ops.dropout import dropout_backward, dropout_forward
from fnn.ops.linear import linear_backward, linear_forward
from fnn.ops.relu import relu_backward, relu_forward

__all__ = [
    "dropout_backward",
    "dropout_forward",
    "linear_backward",
    "linear_forward",
    "relu_backward",
    "relu_forward",
]
