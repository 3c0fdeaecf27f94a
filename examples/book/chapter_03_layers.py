"""Chapter 3, adding layers: one layer's output is the next one's input, and data to try it on.

`>>` puts layers one after the other; the parameters of the whole are then the tuple of theirs, or a record with names.
Look at how the two-layer figures come out by hand and by composition, and at the spiral: three arms that no straight
line can tell apart. A layer draws straight boundaries, and so do two of them, for two linear layers are one; what has
to stand between them is the subject of chapter 4.

Writes the spiral, over the regions of a layer that has learned nothing, to spiral.png.
"""

import argparse
from pathlib import Path

import numpy as np

import fnn
from fnn import plots

FIRST = fnn.Dense(
    np.array([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]]).T, np.array([2.0, 3.0, 0.5])
)
SECOND = fnn.Dense(
    np.array([[0.1, -0.14, 0.5], [-0.5, 0.12, -0.33], [-0.44, 0.73, -0.13]]).T, np.array([-1.0, 2.0, -0.5])
)
BATCH = np.array([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])


@fnn.record
class TwoLayers:
    """The parameters of two layers, by name."""

    first: fnn.Dense
    second: fnn.Dense


def main(folder: Path = Path("runs"), samples: int = 100) -> None:
    """Print the chapter's figures, and draw the spiral into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    hidden, _ = fnn.ops.linear_forward(BATCH, FIRST.weight, FIRST.bias)
    output, _ = fnn.ops.linear_forward(hidden, SECOND.weight, SECOND.bias)
    print(f"two layers, one after the other:\n{output}")

    model = (fnn.dense(4, 3) >> fnn.dense(3, 3)).into(TwoLayers)
    params = TwoLayers(FIRST, SECOND)
    print(f"the same by composition: {np.array_equal(model.apply(params, BATCH), output)}")

    # Without a bend between them, two linear layers are one: (x A + a) B + b = x (A B) + (a B + b).
    merged = fnn.Dense(FIRST.weight @ SECOND.weight, FIRST.bias @ SECOND.weight + SECOND.bias)
    print(f"the same by one layer: {np.allclose(fnn.dense(4, 3).apply(merged, BATCH), output)}")

    x, labels = fnn.data.spiral(samples, 3, fnn.Key(0))
    print(f"\nspiral: points {x.shape}, labels {labels.shape}, {np.bincount(labels)} points a class")
    layer = fnn.dense(2, 3, weight=fnn.initializers.normal(0.01))
    new = layer.init(fnn.Key(1))
    y = layer.apply(new, x)
    print(f"a new layer with small random weights, over the first five points:\n{y[:5]}")
    figure = plots.decision_boundary(lambda points: layer.apply(new, points), x, labels)
    figure.savefig(folder / "spiral.png", dpi=150)
    print(f"drawn to {folder / 'spiral.png'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the picture")
    main(parser.parse_args().folder)
