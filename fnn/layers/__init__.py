"""Layers: one file a layer, with its parameter record and its factory."""

from fnn.layers.activations import (
    elu,
    gelu,
    gelu_tanh,
    identity,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    step,
    tanh,
)
from fnn.layers.dense import Dense, dense
from fnn.layers.dropout import dropout
from fnn.layers.flatten import flatten
from fnn.layers.linear import Linear, linear

__all__ = [
    "Dense",
    "Linear",
    "dense",
    "dropout",
    "elu",
    "flatten",
    "gelu",
    "gelu_tanh",
    "identity",
    "leaky_relu",
    "linear",
    "log_softmax",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "step",
    "tanh",
]
