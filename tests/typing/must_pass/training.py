"""Losses with options, optimizers and their states, data, events and their wrappers, files."""

from functools import partial
from pathlib import Path
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import fnn
from fnn import Array, Dense, IntArray, Key, Optimizer, TrainState, Transform, Weighted, optim
from fnn.optim import AdamState, ClipState, EMAState, MomentumState, RMSPropState, SGDState
from fnn.train import End, Events, Loss, Metric


def samples() -> tuple[Array, Array, IntArray]:
    return np.ones((6, 3), np.float32), np.ones((6, 2), np.float32), np.zeros(6, np.int64)


x, values, labels = samples()
model = fnn.dense(3, 2)

# --- optimizers ---

assert_type(fnn.sgd(0.1), Optimizer[SGDState])
assert_type(fnn.sgd(lambda count: 0.1 / (1 + count)), Optimizer[SGDState])
assert_type(fnn.momentum(fnn.linear_warmup(10, fnn.cosine_decay(0.1, steps=100))), Optimizer[MomentumState])
assert_type(fnn.rmsprop(0.1), Optimizer[RMSPropState])
assert_type(fnn.clip_by_global_norm(1.0), Transform[ClipState])
assert_type(fnn.clip_by_value(1.0), Transform[None])
adam = fnn.adam(1e-3)
clipped = fnn.chain(fnn.clip_by_global_norm(1.0), adam)
full = fnn.chain(fnn.clip_by_value(1.0), fnn.weight_decay(1e-4, where="*weight"), adam, fnn.ema(0.99))
assert_type(full, Optimizer[tuple[None, None, AdamState, EMAState]])
assert_type(fnn.chain(fnn.clip_by_value(1.0), clipped), Optimizer[tuple[None, tuple[ClipState, AdamState]]])

params = model.init(Key(0))
state = adam.start(params)
assert_type(state, AdamState)
assert_type(state.mean, tuple[Array, ...])
assert_type(adam.update(params, state, params), tuple[Dense, AdamState])
assert_type(full.update(params, full.start(params), params), tuple[Dense, tuple[None, None, AdamState, EMAState]])
assert_type(fnn.learning_rate(state), float)
assert_type(optim.global_norm([x]), float)

# --- losses and metrics, with their options bound ---

first: Loss[Array, Array] = fnn.mean_squared_error
second: Loss[Array, Array] = partial(fnn.huber, delta=0.5, reduction="sum")
third: Loss[Array, IntArray] = partial(fnn.softmax_cross_entropy, class_weight=np.ones(2, np.float32))
fourth: Loss[Array, Weighted[IntArray]] = fnn.weighted(fnn.softmax_cross_entropy)
metric: Metric[Array, IntArray] = partial(fnn.top_k_accuracy, k=1)
metrics: dict[str, Metric[Array, IntArray]] = {"accuracy": fnn.accuracy, "top 1": metric}


def own_loss(y: Array, target: IntArray) -> tuple[float, Array]:
    return fnn.softmax_cross_entropy(0.5 * y, target)


# --- steps ---

regression = fnn.train_step(model, fnn.mean_squared_error, fnn.sgd(0.1))
summed = fnn.train_step(model, partial(fnn.mean_squared_error, reduction="sum"), adam)
penalized = fnn.train_step(
    model,
    fnn.softmax_cross_entropy,
    clipped,
    penalty=fnn.l1(1e-4) + fnn.l2(5e-4, where=lambda path: path.endswith("bias")),
    metrics={"accuracy": fnn.accuracy, "top 1": partial(fnn.top_k_accuracy, k=1)},
)
own = fnn.train_step(model, own_loss, full, metrics=metrics)
weighted = fnn.train_step(model, fnn.weighted(fnn.softmax_cross_entropy), adam)

begun = fnn.start(model, clipped, Key(0), params=params)
assert_type(begun, TrainState[Dense, tuple[ClipState, AdamState]])
begun_adam = fnn.start(model, adam, Key(0))
assert_type(penalized(begun, fnn.Batch(x, labels))[0], TrainState[Dense, tuple[ClipState, AdamState]])
assert_type(regression(fnn.start(model, fnn.sgd(0.1), Key(0)), fnn.Batch(x, values))[0], TrainState[Dense, SGDState])
assert_type(summed(begun_adam, fnn.Batch(x, values)), tuple[TrainState[Dense, AdamState], dict[str, float]])
assert_type(
    weighted(begun_adam, fnn.Batch(x, Weighted(labels, values[:, 0]))),
    tuple[TrainState[Dense, AdamState], dict[str, float]],
)

# --- data ---

data = fnn.batches(x, labels, batch_size=2, key=Key(0))
assert_type(next(data.epoch(0)).targets, IntArray)
images: NDArray[np.uint8] = np.zeros((6, 3), np.uint8)


def scaled(images: NDArray[np.uint8]) -> Array:
    return images.astype(np.float32) / np.float32(255)


def augmented(key: Key, images: Array) -> Array:
    return images + key.rng().random(images.shape, np.float32)


changed = fnn.batches(images, labels, batch_size=2, key=Key(0), transform=scaled, augment=augmented)
assert_type(changed, fnn.Batches[Array, IntArray])
assert_type(data.map(lambda batch: fnn.Batch(batch.inputs, batch.inputs)), fnn.Batches[Array, Array])
assert_type(fnn.batches((x, x), values, batch_size=2), fnn.Batches[tuple[Array, Array], Array])

# --- runs ---

run = fnn.fit(penalized, begun, data, epochs=3, validate=lambda params: {"norm": float(params.weight.sum())})
watched = fnn.checkpoint(fnn.early_stopping(fnn.history(fnn.progress(run), "run.csv"), metric="loss"), "run.npz")
assert_type(watched, Events[Dense, tuple[ClipState, AdamState]])
end = fnn.final(watched)
assert_type(end, End[Dense, tuple[ClipState, AdamState]])
assert_type(end.state.params, Dense)
assert_type(fnn.resume("run.npz", begun), TrainState[Dense, tuple[ClipState, AdamState]])

# --- files ---

fnn.save(Path("dense.npz"), params, metadata={"classes": ["cat", "dog"]})
assert_type(fnn.load("dense.npz", Dense), Dense)
assert_type(fnn.load(Path("dense.npz"), params), Dense)
fnn.save("pair.npz", (params, params))
assert_type(fnn.load("pair.npz", tuple[Dense, Dense]), tuple[Dense, Dense])
anything: Any = fnn.load("pair.npz", (params, params))
