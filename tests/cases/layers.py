"""Rows for the layers of `fnn.layers`."""

from __future__ import annotations

from fnn import layers
from tests.cases import Case, activations, attention, away_from, images, normal, sequences

CASES: list[Case] = [
    *activations.LAYERS,
    *attention.LAYERS,
    *images.LAYERS,
    *sequences.LAYERS,
    Case("dense", layers.dense(3, 2), normal(4, 3)),
    Case("dense(sequence)", layers.dense(3, 2), normal(4, 5, 3)),
    Case("dropout", layers.dropout(0.4), normal(4, 5), agrees=False, batched=False),
    Case("dropout(0)", layers.dropout(0), normal(4, 5)),
    Case("elu", layers.elu(), normal(4, 5)),
    Case("elu(2.5)", layers.elu(2.5), away_from(0, 4, 5)),
    Case("flatten", layers.flatten, normal(4, 2, 3)),
    Case("flatten(no axes)", layers.flatten, normal(4)),
    Case("gelu", layers.gelu, normal(4, 5)),
    Case("gelu_tanh", layers.gelu_tanh, normal(4, 5)),
    Case("identity", layers.identity, normal(4, 5)),
    Case("leaky_relu", layers.leaky_relu(), away_from(0, 4, 5)),
    Case("leaky_relu(0.3)", layers.leaky_relu(0.3), away_from(0, 4, 5)),
    Case("linear", layers.linear(3, 2), normal(4, 3)),
    Case("linear(sequence)", layers.linear(3, 2), normal(4, 5, 3)),
    Case("log_softmax", layers.log_softmax, normal(4, 5)),
    Case("log_softmax(images)", layers.log_softmax, normal(2, 3, 4)),
    Case("relu", layers.relu, away_from(0, 4, 5)),
    Case("sigmoid", layers.sigmoid, normal(4, 5)),
    Case("silu", layers.silu, normal(4, 5)),
    Case("softmax", layers.softmax, normal(4, 5)),
    Case("softmax(images)", layers.softmax, normal(2, 3, 4)),
    Case("softplus", layers.softplus, normal(4, 5)),
    Case("step", layers.step, away_from(0, 4, 5)),
    Case("tanh", layers.tanh, normal(4, 5)),
]
