"""Chapter 18, the model: from layers and loops written out to one object and one loop.

The book ends in an object that keeps layers, loss and optimizer and changes them. Here a model is a value, training a
function of a state, and the loop a generator of events. Look at the loop written out, which has no secrets, and at
`fnn.fit`, which does the same; then at what wraps around it: history, early stopping, and a `break`.
"""

import argparse

import numpy as np

import fnn
from fnn import Array, IntArray


@fnn.record
class MLP:
    """The parameters: one field for each stage that has any."""

    hidden: fnn.Dense
    out: fnn.Dense


MODEL = (fnn.dense(2, 64) >> fnn.relu >> fnn.dense(64, 3)).into(MLP)
OPTIMIZER = fnn.adam(fnn.inverse_time(0.05, decay=1e-3))


def loop_by_hand(data: fnn.Batches[Array, IntArray], epochs: int, key: fnn.Key) -> MLP:
    """Train with everything written out: forward, loss, backward, update."""
    key_init, key_run = key.split()
    params = MODEL.init(key_init)
    state = OPTIMIZER.start(params)
    for epoch in range(epochs):
        for batch in data.epoch(epoch):
            y, params, backward = MODEL.forward(params, batch.inputs, key_run)
            _, dy = fnn.softmax_cross_entropy(y, batch.targets)
            grads, _ = backward(dy)
            params, state = OPTIMIZER.update(grads, state, params)
    return params


def main(epochs: int = 200) -> float:
    """Build, train in both ways, stop early, break; return the validation accuracy where training stopped."""
    print(fnn.summary(MODEL, (2,)))
    try:
        fnn.summary(fnn.dense(2, 64) >> fnn.relu >> fnn.dense(32, 3), (2,))
    except fnn.errors.ShapeError as error:
        print(f"\nstages that do not fit, before any data:\n{error}")

    data = fnn.batches(*fnn.data.spiral(100, 3, fnn.Key(0)), batch_size=50, key=fnn.Key(2))
    new = fnn.batches(*fnn.data.spiral(100, 3, fnn.Key(99)), batch_size=300)
    step = fnn.train_step(MODEL, fnn.softmax_cross_entropy, OPTIMIZER, metrics={"accuracy": fnn.accuracy})
    start = fnn.start(MODEL, OPTIMIZER, fnn.Key(1))

    by_hand = loop_by_hand(data, 1, fnn.Key(1))
    one = fnn.final(fnn.fit(step, start, data, epochs=1)).state.params
    far = max(abs(a - b).max() for a, b in zip(*map(fnn.tree.leaves, (by_hand, one)), strict=True))
    print(f"\nloop by hand and fnn.fit, after an epoch, differ by rounding at most: {far < 1e-5}")

    end = fnn.final(fnn.fit(step, start, data, epochs=epochs))

    # A run goes on from any state: half of it, and the other half, are the whole.
    half = fnn.final(fnn.fit(step, start, data, epochs=epochs // 2)).state
    whole = fnn.final(fnn.fit(step, half, data, epochs=epochs)).state
    print(f"two halves are the whole: {fnn.tree.equal(whole.params, end.state.params)}")

    # Events are values to look at; leaving the loop ends the training.
    for event in fnn.fit(step, start, data, epochs=epochs):
        match event:
            case fnn.StepEnd(state=state, metrics=metrics) if metrics["accuracy"] > 0.7:
                print(f"first batch with more than 0.7 right at step {state.step}: break")
                break
            case _:
                pass

    # Wrappers pass the events on and do their part on the way.
    run = fnn.early_stopping(fnn.fit(step, start, data, epochs=epochs, validate=new), patience=20)
    final = fnn.final(fnn.history(run))
    for row in final.history[:: max(1, len(final.history) // 5)]:
        print("  ".join(f"{name} {value:.4g}" for name, value in row.items()))
    match final:
        case fnn.EarlyStop(epoch=epoch, reason=reason, metrics=metrics):
            print(f"stopped early: {reason}; the best was epoch {epoch}")
        case fnn.EpochEnd(metrics=metrics):
            print("ran to the end")
    print(f"validation loss {metrics['validation_loss']:.4f}, accuracy {metrics['validation_accuracy']:.3f}")

    # Parameters are values, too: changing one makes new ones.
    other = fnn.tree.set(final.state.params, "out.bias", np.zeros(3, np.float32))
    print(f"one bias changed, the original untouched: {not fnn.tree.equal(other, final.state.params)}")
    return metrics["validation_accuracy"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=200)
    main(parser.parse_args().epochs)
