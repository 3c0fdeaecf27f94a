"""fnn, as its README shows it: a model, a step, a state."""

from functools import reduce
from itertools import cycle, islice, pairwise
from operator import rshift
from typing import Any

import fnn
from tests.benchmarks.peers import Arrays, Step
from tests.benchmarks.rows import BETA1, BETA2, CNN, EPS, LEARNING_RATE, LSTM, MLP, Leaves, Network, Row, Transformer

Model = fnn.Model[Any, Any, fnn.Array]


def model_of(network: Network) -> Model:
    """Return the model of a network; its weights' paths are the names by which all libraries find their own."""
    match network:
        case MLP(sizes=sizes):
            stages: list[Any] = []
            for inputs, outputs in pairwise(sizes):
                stages += [fnn.dense(inputs, outputs), fnn.relu]
            model = reduce(rshift, stages[:-1])
        case CNN(side=side, channels=channels, hidden=hidden, classes=classes):
            stages = []
            for inputs, outputs in pairwise(channels):
                stages += [fnn.conv2d(inputs, outputs, 3, padding="same"), fnn.relu, fnn.max_pool2d(2)]
                side //= 2
            flat = reduce(rshift, stages) >> fnn.flatten
            model = flat >> fnn.dense(side * side * channels[-1], hidden) >> fnn.relu >> fnn.dense(hidden, classes)
        case LSTM(features=features, units=units, classes=classes):
            model = fnn.lstm(features, units) >> fnn.last_step >> fnn.dense(units, classes)
        case Transformer() as t:
            model = fnn.transformer(
                t.vocabulary, t.width, t.heads, t.blocks, positions="learned", length=t.steps, hidden=t.hidden
            )
        case Leaves():
            raise TypeError("there is no network: the optimizer is measured alone")
    return model  # type: ignore[no-any-return]  # stages joined in a loop have no type


def build(row: Row, arrays: Arrays, threads: int) -> Step:
    """Return the step of a row; the number of threads is in the environment."""
    optimizer = fnn.adam(LEARNING_RATE, beta1=BETA1, beta2=BETA2, eps=EPS)
    if isinstance(row.network, Leaves):
        return Updates(optimizer, row.network.number, arrays)
    model = model_of(row.network)
    example = model.init(fnn.Key(0))
    params = fnn.tree.unflatten(example, [arrays[path] for path, _ in fnn.tree.leaves_with_paths(example)])
    inputs, targets = arrays["inputs"], arrays["targets"]
    if row.task == "infer":
        return lambda i: model.apply(params, inputs[i % len(inputs)])

    parts = 1 if isinstance(row.network, MLP) else threads  # of large matrices two threads share each product
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, threads=parts)
    state = fnn.start(model, optimizer, fnn.Key(0), params=params)
    return Training(step, state, [fnn.Batch(x, target) for x, target in zip(inputs, targets, strict=True)])


class Training:
    """A training run: step by step, to look at the losses, or many in one call, which is how ``fit`` takes them."""

    def __init__(self, step: Any, state: Any, batches: list[fnn.Batch[Any, Any]]) -> None:
        self.step, self.state, self.batches = step, state, batches

    def __call__(self, i: int) -> float:
        """Take one step and return its loss."""
        self.state, metrics = self.step(self.state, self.batches[i % len(self.batches)])
        loss: float = metrics["loss"]
        return loss

    def many(self, count: int) -> None:
        """Take so many steps."""
        self.state, _ = self.step.run(self.state, islice(cycle(self.batches), count))


class Updates:
    """An optimizer alone, with the same gradients again and again: update by update, or many in one call."""

    def __init__(self, optimizer: fnn.Optimizer[Any], count: int, arrays: Arrays) -> None:
        self.optimizer = optimizer
        self.params = tuple(arrays[f"weight.{i}"] for i in range(count))
        self.grads = tuple(arrays[f"gradient.{i}"] for i in range(count))
        self.state = optimizer.start(self.params)

    def __call__(self, i: int) -> fnn.Array:
        """Take one step and return the last parameter."""
        self.params, self.state = self.optimizer.update(self.grads, self.state, self.params)
        return self.params[-1]

    def many(self, count: int) -> None:
        """Take so many steps."""
        self.params, self.state = self.optimizer.run(lambda _: self.grads, self.state, self.params, count)
