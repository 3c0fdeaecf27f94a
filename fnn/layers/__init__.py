"""Layers: one file a layer, with its parameter record and its factory."""

from fnn.layers.activations import relu
from fnn.layers.dense import Dense, dense
from fnn.layers.dropout import dropout

__all__ = ["Dense", "dense", "dropout", "relu"]
