"""Loops that are worth fusing into one, each as a reference in NumPy, and compiled by Numba where that is installed."""

from fnn.kernels.adam import adam_overwrite, adam_update
from fnn.kernels.bias import add_bias_relu, relu_bias_gradients
from fnn.kernels.choice import active
from fnn.kernels.cross_entropy import cross_entropy
from fnn.kernels.dense import dense_adam_step
from fnn.kernels.gelu import gelu_tanh, gelu_tanh_gradient
from fnn.kernels.gru import gru_step, gru_step_gradients
from fnn.kernels.layer_norm import normalize_rows, normalize_rows_gradient
from fnn.kernels.lstm import lstm_step, lstm_step_gradients
from fnn.kernels.softmax import softmax_rows, softmax_rows_gradient
from fnn.kernels.windows import Span, Winners, window_maxima, window_maxima_gradient

__all__ = [
    "Span",
    "Winners",
    "active",
    "adam_overwrite",
    "adam_update",
    "add_bias_relu",
    "cross_entropy",
    "dense_adam_step",
    "gelu_tanh",
    "gelu_tanh_gradient",
    "gru_step",
    "gru_step_gradients",
    "lstm_step",
    "lstm_step_gradients",
    "normalize_rows",
    "normalize_rows_gradient",
    "relu_bias_gradients",
    "softmax_rows",
    "softmax_rows_gradient",
    "window_maxima",
    "window_maxima_gradient",
]
