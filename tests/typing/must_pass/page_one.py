"""The first example that a newcomer sees, with every type that it must have."""

from typing import assert_type

import numpy as np

import fnn
from fnn import Array, Fn, IntArray, Model, Optimizer, Serial, TrainState
from fnn.optim import AdamState, ClipState
from fnn.train import TrainStep


def digits() -> tuple[Array, IntArray]:
    return np.zeros((6, 784), np.float32), np.arange(6)


images, labels = digits()


@fnn.record
class MLP:
    hidden: fnn.Dense
    out: fnn.Dense


stages = fnn.dense(784, 128) >> fnn.relu >> fnn.dropout(0.1) >> fnn.dense(128, 10)
assert_type(fnn.dense(784, 128), Model[fnn.Dense, Array, Array])
assert_type(fnn.dropout(0.1), Fn[Array, Array])
assert_type(stages, Serial[Array, Array, fnn.Dense, fnn.Dense])

model = stages.into(MLP)
assert_type(model, Model[MLP, Array, Array])

optimizer = fnn.chain(fnn.clip_by_global_norm(1.0), fnn.adam(fnn.inverse_time(1e-3, decay=1e-3)))
assert_type(optimizer, Optimizer[tuple[ClipState, AdamState]])

step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
state = fnn.start(model, optimizer, fnn.Key(0))
assert_type(state, TrainState[MLP, tuple[ClipState, AdamState]])

train_batches = fnn.batches(images, labels, batch_size=2, key=fnn.Key(1))
test_batches = fnn.batches(images, labels, batch_size=2)
assert_type(train_batches, fnn.Batches[Array, IntArray])

for event in fnn.progress(fnn.fit(step, state, train_batches, epochs=10, validate=test_batches)):
    match event:
        case fnn.EpochEnd(state=state, metrics=metrics):
            assert_type(state, TrainState[MLP, tuple[ClipState, AdamState]])
            assert_type(metrics["loss"], float)
        case fnn.StepEnd(batch=number):
            assert_type(number, int)
        case fnn.EarlyStop(reason=reason):
            assert_type(reason, str)

fnn.save("mlp.npz", state.params)
params = fnn.load("mlp.npz", MLP)
assert_type(params, MLP)
logits = model.apply(params, images)
assert_type(logits, Array)
assert_type(params.hidden.weight, Array)
assert_type(fnn.predict(model, params, images), Array)
assert_type(fnn.evaluate(model, params, test_batches, metrics={"accuracy": fnn.accuracy}), dict[str, float])
assert_type(fnn.softmax_cross_entropy(logits, labels), tuple[float, Array])

one_step, values = step(state, next(train_batches.epoch(0)))
assert_type(one_step, TrainState[MLP, tuple[ClipState, AdamState]])
assert_type(values, dict[str, float])
many_steps, values = step.run(state, train_batches.epoch(0))
assert_type(many_steps, TrainState[MLP, tuple[ClipState, AdamState]])
assert_type(values, dict[str, float])
fnn.fit(step, state, train_batches, epochs=10, every=20)

# The loss takes more kinds of targets than this data set has; the step can be said to take just these.
made: TrainStep[MLP, tuple[ClipState, AdamState], Array, Array, IntArray] = fnn.train_step(
    model, fnn.softmax_cross_entropy, optimizer
)
