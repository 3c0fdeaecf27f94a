"""fnn: python -m tests.benchmarks.scripts.ours FOLDER EPOCHS."""

import sys

import fnn


def main(folder: str, epochs: int) -> float:
    """Train, and return the accuracy."""
    data = fnn.data.fashion_mnist(folder)
    scaler = fnn.data.fit_min_max(data.train_images, to=(-1.0, 1.0), per_feature=False)
    train = fnn.batches(
        data.train_images, data.train_labels, batch_size=128, key=fnn.Key(0), transform=scaler.transform
    )
    hidden = fnn.flatten >> fnn.dense(784, 128) >> fnn.relu >> fnn.dense(128, 128) >> fnn.relu
    model, optimizer = hidden >> fnn.dense(128, 10), fnn.adam(1e-3)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
    end = fnn.final(fnn.fit(step, fnn.start(model, optimizer, fnn.Key(1)), train, epochs=epochs, every=100))
    logits = fnn.predict(model, end.state.params, scaler.transform(data.test_images))
    return fnn.accuracy(logits, data.test_labels)


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2])))
