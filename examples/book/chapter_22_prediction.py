"""Chapter 22, prediction: an image file of one's own, brought to what the network has learned from.

A network knows nothing but its training images: bright ink on black, 8 x 8, scaled. A file of one's own is mostly dark
on light, larger, and in colour. So it is made grey, resized, inverted, scaled by the very scaler of the training data,
and only then predicted. Look at the two predictions for each: forgetting to invert gives an answer, too, and nonsense
it is.

Trains on the digits that come with fnn. Give it image files of single digits, each filling its picture from top to
bottom, or it draws some itself: zero.png, three.png, seven.png.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import fnn
from fnn import Array


@fnn.record
class MLP:
    """The parameters: one field for each stage that has any."""

    hidden: fnn.Dense
    out: fnn.Dense


MODEL = (fnn.flatten >> fnn.dense(64, 64) >> fnn.relu >> fnn.dense(64, 10)).into(MLP)


def train(epochs: int) -> fnn.Bundle[MLP]:
    """Return a trained network with its scaler and the names of its classes."""
    digits = fnn.data.digits()
    scaler = fnn.data.fit_min_max(digits.inputs, (-1, 1), per_feature=False)
    # Turned a little, anew in each epoch, for other people write at other angles. Images are scaled first, so that the
    # corners that come into view are to be filled with -1, the black of scaled images.
    data = fnn.batches(
        digits.inputs,
        digits.targets,
        batch_size=32,
        key=fnn.Key(1),
        transform=scaler.transform,
        augment=fnn.data.rotate(10, fill=-1),
    )
    optimizer = fnn.adam(0.003)
    step = fnn.train_step(MODEL, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    end = fnn.final(fnn.fit(step, fnn.start(MODEL, optimizer, fnn.Key(2)), data, epochs=epochs))
    print(f"trained on {len(digits.targets)} digits: accuracy {end.metrics['accuracy']:.3f} in the last epoch")
    return fnn.Bundle(end.state.params, scaler=scaler, class_names=digits.class_names)


def draw_digits(folder: Path) -> list[Path]:
    """Write pictures as one might have them: dark ink on light paper, 200 x 200 pixels, in colour."""
    from PIL import Image, ImageDraw  # the extra images

    paper, ink = (245, 240, 225), (30, 40, 90)
    pictures = {name: Image.new("RGB", (200, 200), paper) for name in ("zero", "three", "seven")}
    ImageDraw.Draw(pictures["zero"]).ellipse((42, 4, 158, 196), outline=ink, width=34)
    three = ImageDraw.Draw(pictures["three"])
    three.arc((50, 4, 150, 106), 200, 90, fill=ink, width=26)
    three.arc((45, 92, 155, 198), 270, 160, fill=ink, width=26)
    ImageDraw.Draw(pictures["seven"]).line([(45, 15), (150, 15), (85, 190)], fill=ink, width=26, joint="curve")
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.png")
    return [folder / f"{name}.png" for name in pictures]


def predict(bundle: fnn.Bundle[MLP], path: Path, *, invert: bool) -> tuple[str, float]:
    """Return the class of the image in a file, and its probability."""

    def scale(levels: Array) -> Array:
        return bundle.transform(levels * np.float32(16 / 255))  # grey levels to 0 ... 16, the ink of the digits

    image = fnn.data.prepare_image(path, size=(8, 8), invert=invert, scale=scale)
    probabilities = fnn.softmax(MODEL.apply(bundle.params, image))[0]
    best = int(probabilities.argmax())
    return bundle.class_names[best], float(probabilities[best])


def main(files: Sequence[Path] = (), epochs: int = 20, folder: Path = Path("runs")) -> list[str]:
    """Train, predict the digits in the files, or in some drawn into ``folder``, and return the names of the classes."""
    folder.mkdir(parents=True, exist_ok=True)
    bundle = train(epochs)
    if not files:
        files = draw_digits(folder)
        print(f"drawn: {', '.join(map(str, files))}")
    found = []
    for path in files:
        for invert, how in ((True, "inverted"), (False, "not inverted")):
            name, probability = predict(bundle, path, invert=invert)
            print(f"{path.name:10} {how:12}: {name} with probability {probability:.3f}")
            if invert:
                found.append(name)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", help="images of single digits, dark on light")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to draw digits if no files are given")
    arguments = parser.parse_args()
    main(arguments.files, arguments.epochs, arguments.folder)
