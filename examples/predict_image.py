"""Classify image files of one's own with the network that fashion_mnist.py saved.

python examples/predict_image.py shirt.png shoe.jpg --model runs/fashion.npz

The network knows light clothes on black. Photographs usually show the opposite, so images are inverted unless
--keep-colours is given.
"""

import argparse
from pathlib import Path

import numpy as np
from fashion_mnist import BestMLP, BookMLP, best_model, book_model

import fnn


def classify(model_path: Path, images: list[Path], *, invert: bool = True) -> list[list[tuple[str, float]]]:
    """Return for each image file its classes with their probabilities, the most probable first."""
    pixels = np.concatenate([fnn.data.prepare_image(path, size=(28, 28), invert=invert) for path in images])
    if fnn.inspect(model_path).metadata.get("preset") == "best":
        best = fnn.load(model_path, fnn.Bundle[BestMLP])
        class_names = best.class_names
        logits = fnn.predict(best_model(), best.params, best.transform(pixels))
    else:
        book = fnn.load(model_path, fnn.Bundle[BookMLP])
        class_names = book.class_names
        logits = fnn.predict(book_model(), book.params, book.transform(pixels))
    results = []
    for row in fnn.softmax(logits):
        order = np.argsort(-row)
        results.append([(class_names[i], float(row[i])) for i in order])
    return results


def main(model_path: Path, images: list[Path], *, invert: bool = True) -> None:
    """Print the three most probable classes of each image."""
    for path, classes in zip(images, classify(model_path, images, invert=invert), strict=True):
        print(f"{path}: " + ", ".join(f"{name} {probability:.1%}" for name, probability in classes[:3]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, default=Path("runs/fashion.npz"))
    parser.add_argument("--keep-colours", action="store_true", help="the images are light on black already")
    arguments = parser.parse_args()
    main(arguments.model, arguments.images, invert=not arguments.keep_colours)
