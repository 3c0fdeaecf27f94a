"""fnn: functional neural networks on NumPy and attrs. The public names, and nothing else."""

from fnn import check, errors, initializers, ops, tree
from fnn.arrays import Array, BoolArray, IntArray, Shape
from fnn.initializers import Initializer
from fnn.layers import Dense, dense, dropout, relu
from fnn.model import Backward, Fn, Model, Serial, fn, layer
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
    "Serial",
    "Shape",
    "buffer",
    "check",
    "dense",
    "dropout",
    "errors",
    "fn",
    "initializers",
    "layer",
    "ops",
    "record",
    "relu",
    "replace",
    "static",
    "tree",
]
