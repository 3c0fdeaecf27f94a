"""What is measured: networks and batch sizes, one a row. Every training row takes Adam's steps in float32."""

from typing import Literal, NamedTuple, TypeAlias


class MLP(NamedTuple):
    """Dense layers with relu between them; ``sizes`` are those of the input, the hidden layers and the classes."""

    sizes: tuple[int, ...]


class CNN(NamedTuple):
    """Convolutions 3 x 3 (same), each with relu and max pooling by 2 behind it; a hidden dense layer; classes."""

    side: int = 28
    channels: tuple[int, ...] = (1, 32, 64)
    hidden: int = 128
    classes: int = 10


class LSTM(NamedTuple):
    """One LSTM over a sequence, its last step into a dense layer."""

    steps: int = 64
    features: int = 128
    units: int = 256
    classes: int = 10


class Transformer(NamedTuple):
    """A causal transformer with learned positions, pre-norm blocks, and a feed-forward part with the tanh GELU.

    The loss is the cross-entropy of every step.
    """

    steps: int = 128
    vocabulary: int = 64
    width: int = 128
    heads: int = 4
    blocks: int = 2
    hidden: int = 512


class Leaves(NamedTuple):
    """No network: the optimizer alone, on so many matrices with given gradients."""

    number: int
    shape: tuple[int, int]


Network: TypeAlias = MLP | CNN | LSTM | Transformer | Leaves
Task: TypeAlias = Literal["train", "infer", "update"]


class Row(NamedTuple):
    """One thing to measure: a step of training, the answer to one batch, or an update by the optimizer."""

    name: str
    network: Network
    batch: int
    task: Task = "train"


LEARNING_RATE, BETA1, BETA2, EPS = 1e-3, 0.9, 0.999, 1e-8
"""Adam's constants, the same for all."""

BATCHES = 8
"""So many batches are made for a training row, and used in turn."""


def mlp(batch: int, *sizes: int) -> Row:
    """Return the training row of an MLP, named after its sizes."""
    return Row(f"{batch} x ({'-'.join(map(str, sizes))})", MLP(sizes), batch)


TABLE = (
    mlp(4, 2, 16, 2),
    mlp(300, 2, 64, 3),
    mlp(128, 784, 128, 128, 10),
    mlp(128, 784, 512, 512, 10),
    mlp(256, 784, 1024, 1024, 10),
    Row("CNN, batch 64", CNN(), 64),
    Row("LSTM, batch 32", LSTM(), 32),
    Row("transformer, batch 16", Transformer(), 16),
    Row("infer 1 x (784-512-512-10)", MLP((784, 512, 512, 10)), 1, "infer"),
    Row("infer 256 x (784-512-512-10)", MLP((784, 512, 512, 10)), 256, "infer"),
    Row("infer CNN, batch 1", CNN(), 1, "infer"),
    Row("infer CNN, batch 256", CNN(), 256, "infer"),
    Row("Adam, 10 leaves of 1000 x 1000", Leaves(10, (1000, 1000)), 0, "update"),
    Row("Adam, 500 leaves of 32 x 32", Leaves(500, (32, 32)), 0, "update"),
)

SCALING: dict[str, dict[int, Row]] = {
    "batch": {n: mlp(n, 784, 128, 128, 10) for n in (32, 64, 128, 256, 512, 1024, 2048)},
    "depth": {n: Row(f"{n} hidden layers", MLP((128,) * (n + 1) + (10,)), 128) for n in (1, 2, 4, 8, 16, 32)},
    "leaves": {n: Row(f"{n} leaves", Leaves(n, (32, 32)), 0, "update") for n in (16, 32, 64, 125, 250, 500, 1000)},
}
"""By what grows: the batch of the book's network, its depth at a width of 128, the leaves that Adam updates."""


def find(name: str) -> Row:
    """Return the row of a name.

    >>> find("4 x (2-16-2)").network
    MLP(sizes=(2, 16, 2))
    """
    every = [*TABLE, *(row for series in SCALING.values() for row in series.values())]
    return next(row for row in every if row.name == name)
