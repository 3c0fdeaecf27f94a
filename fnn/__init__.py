"""fnn: functional neural networks on NumPy and attrs. The public names, and nothing else."""

from fnn import check, errors, initializers, ops, tree
from fnn.arrays import Array, BoolArray, IntArray, Shape
from fnn.initializers import Initializer
from fnn.layers import Dense, dense, dropout, relu
from fnn.model import Backward, Fn, Model, Serial, fn, layer
from fnn.optim import Optimizer, Transform, chain, clip_by_global_norm, constant, inverse_time, sgd
from fnn.random import Key
from fnn.tree import buffer, record, replace, static

__all__ = [
    "Array",
    "Backward",
    "BoolArray",
    "Dense",
    "Fn",
    "Initializer",
    "IntArray",
    "Key",
    "Model",
    "Optimizer",
    "Serial",
    "Shape",
    "Transform",
    "buffer",
    "chain",
    "check",
    "clip_by_global_norm",
    "constant",
    "dense",
    "dropout",
    "errors",
    "fn",
    "initializers",
    "inverse_time",
    "layer",
    "ops",
    "record",
    "relu",
    "replace",
    "sgd",
    "static",
    "tree",
]
