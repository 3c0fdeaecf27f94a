"""The feed-forward part of a transformer: two dense layers, at each step by itself."""

from __future__ import annotations

from fnn.arrays import Array
from fnn.initializers import Initializer, glorot_uniform, he_normal
from fnn.layers.activations import gelu_tanh
from fnn.layers.dense import Dense, dense
from fnn.layers.dropout import dropout as dropping
from fnn.model import Fn, Model, output_shape
from fnn.tree import record
from fnn.validate import in_range, positive


@record
class FeedForward:
    """Parameters of a feed-forward part: one dense layer into the hidden units, and one out of them."""

    hidden: Dense
    out: Dense


def feed_forward(
    features: int,
    hidden: int,
    *,
    activation: Fn[Array, Array] = gelu_tanh,
    dropout: float = 0,
    weight: Initializer = he_normal,
    out_weight: Initializer = glorot_uniform,
) -> Model[FeedForward, Array, Array]:
    """``dense(features, hidden) >> activation >> dropout >> dense(hidden, features)``, along the last axis.

    From ``(batch, ..., features)`` to the same shape. An activation that leaves fewer features, such as ``swiglu``,
    which halves them, has as many of them in the second layer; the default is the GELU's approximation by tanh, for the
    exact one takes several times as long. ``weight`` and ``out_weight`` are initializers. Raises HyperparameterError
    for sizes below 1 or a dropout outside [0, 1).

    References: Vaswani et al. (2017), "Attention is all you need", sec. 3.3; Shazeer (2020), "GLU variants improve
    transformer".

    >>> import fnn
    >>> gated = fnn.feed_forward(8, 2 * 21, activation=fnn.swiglu)
    >>> gated.init(fnn.Key(0)).out.weight.shape
    (21, 8)
    """
    positive("feed_forward", features=features, hidden=hidden)
    in_range("feed_forward", 0, 1, high_open=True, dropout=dropout)
    width: int = output_shape(activation, (hidden,))[0]
    first = dense(features, hidden, weight=weight) >> activation
    between = first >> dropping(dropout) if dropout > 0 else first
    return (between >> dense(width, features, weight=out_weight)).into(FeedForward)
