"""Chapter 15, dropout: neurons that are away at random, so that none is indispensable.

In training each hidden output is dropped with probability ``rate``, and the others are scaled up by ``1 / (1 - rate)``,
so that their expected sum stays; in inference nothing happens. In fnn the two are different functions, `forward` with a
key and `apply` without, and `rate` is always the probability of *dropping*. Look at the means first, then at the book's
network of 512 neurons on 3000 points, with dropout and L2, and at its accuracy on new points.

By default the network learns in shuffled batches of 300 with a rate that decays faster, which takes some seconds and
reaches 0.82 on new points. With --book it takes all 3000 points at each of 10,001 steps, as in the book, which takes
minutes and reaches 0.86.
"""

import argparse

import numpy as np

import fnn

Params = tuple[fnn.Dense, fnn.Dense]

SMALL = fnn.initializers.normal(0.01)
MODEL = fnn.dense(2, 512, weight=SMALL) >> fnn.relu >> fnn.dropout(0.1) >> fnn.dense(512, 3, weight=SMALL)


def means(count: int = 10_000) -> None:
    """Print what dropout does to outputs: some are zero, some are larger, and the mean stays."""
    outputs = np.array([[0.27, -1.03, 0.67, 0.99, 0.05, -0.37, -2.01, 1.13, -0.07, 0.73]])
    stage = fnn.dropout(0.3)
    keys = fnn.Key(0).split(count)
    print(f"outputs  {outputs[0]}, sum {outputs.sum():.3f}")
    print(f"dropped  {stage.forward(outputs, keys[0])[0][0].round(2)}")
    sums = [float(stage.forward(outputs, key)[0].sum()) for key in keys]
    print(f"mean sum of {count} draws: {sum(sums) / count:.3f}; in inference: {stage(outputs).sum():.3f}")
    y, backward = stage.forward(outputs, keys[0])
    passed = backward(np.ones_like(outputs)) != 0
    print(f"the derivative passes where the output did: {np.array_equal(passed, y != 0)}")


def main(epochs: int = 400, samples: int = 1000, batch_size: int = 300, decay: float = 5e-3) -> float:
    """Train with dropout and L2, print the figures, and return the accuracy on new points."""
    means()
    x, labels = fnn.data.spiral(samples, 3, fnn.Key(0))
    new = fnn.batches(*fnn.data.spiral(1000, 3, fnn.Key(99)), batch_size=3000)
    optimizer = fnn.adam(fnn.inverse_time(0.05, decay=decay))
    step = fnn.train_step(
        MODEL,
        fnn.softmax_cross_entropy,
        optimizer,
        penalty=fnn.l2(5e-4, where="0.*"),
        metrics={"accuracy": fnn.accuracy},
    )
    shuffle = None if batch_size >= len(x) else fnn.Key(2)
    data = fnn.batches(x, labels, batch_size=batch_size, key=shuffle)
    state = fnn.start(MODEL, optimizer, fnn.Key(1))
    print(f"\n{len(x)} points, batches of {min(batch_size, len(x))}")
    for event in fnn.fit(step, state, data, epochs=epochs):
        if isinstance(event, fnn.EpochEnd) and (event.epoch % max(1, epochs // 5) == 0 or event.epoch == epochs):
            state = event.state
            figures = fnn.evaluate(MODEL, state.params, new, loss=step.loss, metrics=step.metrics)
            print(
                f"epoch {event.epoch:5}: training loss {event.metrics['data_loss']:.3f} + penalty "
                f"{event.metrics['penalty']:.3f}, accuracy {event.metrics['accuracy']:.3f}; "
                f"new points: loss {figures['loss']:.3f}, accuracy {figures['accuracy']:.3f}"
            )
    return figures["accuracy"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=400)
    parser.add_argument("--book", action="store_true", help="10,001 epochs of one batch with all points")
    arguments = parser.parse_args()
    if arguments.book:
        main(10_001, batch_size=3000, decay=5e-5)
    else:
        main(arguments.epochs)
