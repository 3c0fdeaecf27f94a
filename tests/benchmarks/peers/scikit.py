"""scikit-learn: an MLPClassifier."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from tests.benchmarks.peers import Arrays, Step
from tests.benchmarks.rows import BETA1, BETA2, EPS, LEARNING_RATE, MLP, Row

EVER = 10**9


class Training:
    """The training of an MLP: batch by batch, to look at the losses, or in epochs, which is what ``fit`` is made for.

    ``partial_fit`` checks its arguments at every call, which takes longer than a small step.
    """

    def __init__(self, sizes: tuple[int, ...], batch: int, arrays: Arrays) -> None:
        self.model = MLPClassifier(
            sizes[1:-1],
            activation="relu",
            solver="adam",
            alpha=0,
            batch_size=batch,
            learning_rate_init=LEARNING_RATE,
            beta_1=BETA1,
            beta_2=BETA2,
            epsilon=EPS,
            shuffle=False,
            n_iter_no_change=EVER,
            warm_start=True,
        )
        self.inputs, self.targets = arrays["inputs"], arrays["targets"]
        if sizes[-1] == 2:  # for two labels it takes a single logistic output: give it two columns, and ask for softmax
            self.targets = np.eye(2, dtype=np.int64)[self.targets]
        # One step makes the weights, which are then replaced; without its optimizer it begins anew.
        self.model.partial_fit(self.inputs[0], self.targets[0], classes=np.arange(sizes[-1]))
        self.model.out_activation_ = "softmax"
        for i, (weight, bias) in enumerate(zip(self.model.coefs_, self.model.intercepts_, strict=True)):
            weight[...], bias[...] = arrays[f"{i}.weight"], arrays[f"{i}.bias"]
        del self.model._optimizer

    def __call__(self, i: int) -> float:
        """Take one step and return its loss."""
        self.model.partial_fit(self.inputs[i % len(self.inputs)], self.targets[i % len(self.inputs)])
        return float(self.model.loss_)

    def many(self, count: int) -> None:
        """Take so many steps in as few epochs as can be."""
        batches = min(count, len(self.inputs))
        self.model.max_iter = count // batches
        inputs, targets = (np.concatenate(part[:batches]) for part in (self.inputs, self.targets))
        with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
            self.model.fit(inputs, targets)


def build(row: Row, arrays: Arrays, threads: int) -> Step:
    """Return the step of a row of an MLP; the number of threads is in the environment."""
    if not isinstance(row.network, MLP):
        raise TypeError("scikit-learn has MLPs alone")
    return Training(row.network.sizes, row.batch, arrays)
