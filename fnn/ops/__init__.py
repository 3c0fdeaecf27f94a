"""Pure array mathematics: each op's forward and backward stand side by side, under their derivation.

The book in these pages is that of Kinsley and Kukieła (2020), "Neural networks from scratch in Python".
"""

from fnn.ops.dropout import dropout_backward, dropout_forward
from fnn.ops.elu import elu_backward, elu_forward
from fnn.ops.flatten import flatten_backward, flatten_forward
from fnn.ops.gelu import gelu_backward, gelu_forward
from fnn.ops.gelu_tanh import gelu_tanh_backward, gelu_tanh_forward
from fnn.ops.identity import identity_backward, identity_forward
from fnn.ops.leaky_relu import leaky_relu_backward, leaky_relu_forward
from fnn.ops.linear import linear_backward, linear_forward
from fnn.ops.log_softmax import log_softmax_backward, log_softmax_forward
from fnn.ops.relu import relu_backward, relu_forward
from fnn.ops.sigmoid import sigmoid_backward, sigmoid_forward
from fnn.ops.silu import silu_backward, silu_forward
from fnn.ops.softmax import softmax_backward, softmax_forward
from fnn.ops.softplus import softplus_backward, softplus_forward
from fnn.ops.step import step_backward, step_forward
from fnn.ops.tanh import tanh_backward, tanh_forward

__all__ = [
    "dropout_backward",
    "dropout_forward",
    "elu_backward",
    "elu_forward",
    "flatten_backward",
    "flatten_forward",
    "gelu_backward",
    "gelu_forward",
    "gelu_tanh_backward",
    "gelu_tanh_forward",
    "identity_backward",
    "identity_forward",
    "leaky_relu_backward",
    "leaky_relu_forward",
    "linear_backward",
    "linear_forward",
    "log_softmax_backward",
    "log_softmax_forward",
    "relu_backward",
    "relu_forward",
    "sigmoid_backward",
    "sigmoid_forward",
    "silu_backward",
    "silu_forward",
    "softmax_backward",
    "softmax_forward",
    "softplus_backward",
    "softplus_forward",
    "step_backward",
    "step_forward",
    "tanh_backward",
    "tanh_forward",
]
