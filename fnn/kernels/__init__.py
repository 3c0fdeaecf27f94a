"""Loops that are worth fusing into one, each as a reference in NumPy, and compiled by Numba where that is installed."""

from fnn.kernels.adam import adam_overwrite, adam_update
from fnn.kernels.bias import add_bias_relu, relu_bias_gradients
from fnn.kernels.choice import active
from fnn.kernels.convolution import window_products
from fnn.kernels.cross_entropy import cross_entropy
from fnn.kernels.dense import dense_adam_step
from fnn.kernels.embedding import add_rows
from fnn.kernels.gelu import gelu, gelu_tanh
from fnn.kernels.gru import gru_step, gru_step_gradients, gru_steps, gru_steps_gradients
from fnn.kernels.gru_reset_before import gru_reset_before_steps, gru_reset_before_steps_gradients
from fnn.kernels.layer_norm import normalize_rows, normalize_rows_gradient
from fnn.kernels.lstm import lstm_step, lstm_step_gradients, lstm_steps, lstm_steps_gradients
from fnn.kernels.rms_norm import rms_rows, rms_rows_gradient
from fnn.kernels.rnn import rnn_steps, rnn_steps_gradients
from fnn.kernels.shift_scale import shift_scale, shift_scale_gradient
from fnn.kernels.silu import silu, silu_gradient
from fnn.kernels.softmax import softmax_rows, softmax_rows_gradient
from fnn.kernels.standardize import standardize, standardize_gradient
from fnn.kernels.swiglu import swiglu, swiglu_gradient
from fnn.kernels.transpose import transposed
from fnn.kernels.windows import (
    Span,
    Winners,
    window_maxima,
    window_maxima_gradient,
    window_means,
    window_means_gradient,
)

__all__ = [
    "Span",
    "Winners",
    "active",
    "adam_overwrite",
    "adam_update",
    "add_bias_relu",
    "add_rows",
    "cross_entropy",
    "dense_adam_step",
    "gelu",
    "gelu_tanh",
    "gru_reset_before_steps",
    "gru_reset_before_steps_gradients",
    "gru_step",
    "gru_step_gradients",
    "gru_steps",
    "gru_steps_gradients",
    "lstm_step",
    "lstm_step_gradients",
    "lstm_steps",
    "lstm_steps_gradients",
    "normalize_rows",
    "normalize_rows_gradient",
    "relu_bias_gradients",
    "rms_rows",
    "rms_rows_gradient",
    "rnn_steps",
    "rnn_steps_gradients",
    "shift_scale",
    "shift_scale_gradient",
    "silu",
    "silu_gradient",
    "softmax_rows",
    "softmax_rows_gradient",
    "standardize",
    "standardize_gradient",
    "swiglu",
    "swiglu_gradient",
    "transposed",
    "window_maxima",
    "window_maxima_gradient",
    "window_means",
    "window_means_gradient",
    "window_products",
]
