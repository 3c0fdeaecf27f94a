"""scikit-learn: python -m tests.benchmarks.scripts.scikit FOLDER EPOCHS."""

import sys
import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from tests.benchmarks.scripts.idx import read


def main(folder: str, epochs: int) -> float:
    """Train, and return the accuracy."""
    images, labels, test_images, test_labels = read(folder)
    model = MLPClassifier((128, 128), alpha=0, batch_size=128, learning_rate_init=1e-3, max_iter=epochs, random_state=0)
    warnings.simplefilter("ignore", ConvergenceWarning)
    model.fit(images, labels)
    return float(model.score(test_images, test_labels))


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2])))
