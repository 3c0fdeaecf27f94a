"""The small real data sets that ship with fnn; each file says in its first lines what it is and whose.

Both are under the licence Creative Commons Attribution 4.0 International (CC BY 4.0).
"""

from __future__ import annotations

import gzip
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array, IntArray, freeze
from fnn.tree import record, static


@record
class Dataset:
    """Inputs (n, ...) float32 and targets (n,), labels from 0 that index ``class_names``; both read-only.

    ``feature_names`` are those of the columns, where these have names; ``source`` says whom to thank.
    """

    inputs: Array
    targets: IntArray
    class_names: tuple[str, ...] = static()
    feature_names: tuple[str, ...] = static(default=())
    source: str = static(default="")


def digits() -> Dataset:
    """Return 1797 handwritten digits by 13 people: images (1797, 8, 8) with ink from 0 to 16, and labels 0 to 9.

    Each pixel counts the inked ones among 4 x 4 of the scan. This is the test set of Alpaydin and Kaynak (1998),
    "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, doi:10.24432/C50P49.

    >>> data = digits()
    >>> data.inputs.shape, data.targets[:10]
    ((1797, 8, 8), array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
    """
    rows = _table("digits.csv.gz")
    return Dataset(
        freeze(rows[:, :-1].copy().reshape(-1, 8, 8)),
        _labels(rows),
        tuple("0123456789"),
        source="Alpaydin and Kaynak (1998), UCI Machine Learning Repository, doi:10.24432/C50P49, CC BY 4.0",
    )


def iris() -> Dataset:
    """Return 150 irises, 50 of each of 3 species: lengths and widths (150, 4) in cm, and labels 0 to 2.

    Fisher (1936), "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7, 179-188; measured by
    E. Anderson; doi:10.24432/C56C76. Rows 35 and 38 are as Fisher printed them; the copy in the UCI Machine Learning
    Repository differs from him there in three numbers.

    >>> data = iris()
    >>> data.inputs.shape, data.class_names
    ((150, 4), ('setosa', 'versicolor', 'virginica'))
    """
    rows = _table("iris.csv")
    return Dataset(
        freeze(rows[:, :-1].copy()),
        _labels(rows),
        ("setosa", "versicolor", "virginica"),
        ("sepal length", "sepal width", "petal length", "petal width"),
        source="Fisher (1936), UCI Machine Learning Repository, doi:10.24432/C56C76, CC BY 4.0",
    )


def _table(name: str) -> NDArray[np.float32]:
    content = (resources.files("fnn.data") / "files" / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
    return np.loadtxt(text.splitlines(), np.float32, delimiter=",")


def _labels(rows: NDArray[np.float32]) -> IntArray:
    labels = rows[:, -1].astype(np.int64)
    labels.setflags(write=False)
    return labels
