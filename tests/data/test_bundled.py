"""The data that ship: the very numbers, where they come from, and that a simple rule already learns from them."""

import gzip
from hashlib import sha256
from importlib import resources

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray

from fnn.data.bundled import Dataset, digits, iris
from fnn.data.splits import holdout
from fnn.random import Key

# Of the content as bytes: ink and labels as they are, centimetres in tenths.
DIGITS_SHA256 = "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
DIGIT_LABELS_SHA256 = "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"
IRIS_SHA256 = "9f83d709ff543630793c65970cd232a7b86de6f44338e64fb2847e5b5d757634"

DIGITS, IRIS = digits(), iris()
both = pytest.mark.parametrize("data", [DIGITS, IRIS], ids=["digits", "iris"])


def digest(array: NDArray[np.generic], dtype: str) -> str:
    return sha256(array.astype(dtype).tobytes()).hexdigest()


def heading(name: str) -> str:
    content = (resources.files("fnn.data") / "files" / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
    return " ".join(line[2:] for line in text.splitlines() if line.startswith("#"))


def test_digits_are_the_known_ones() -> None:
    assert DIGITS.inputs.shape == (1797, 8, 8)
    assert np.bincount(DIGITS.targets).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert set(np.unique(DIGITS.inputs)) == set(range(17))
    assert DIGITS.inputs.sum(dtype=np.float64) == 561718
    assert DIGITS.inputs[0, :2].tolist() == [[0, 0, 5, 13, 9, 1, 0, 0], [0, 0, 13, 15, 10, 15, 5, 0]]
    assert DIGITS.class_names == tuple(str(digit) for digit in range(10))
    assert DIGITS.feature_names == ()
    assert digest(DIGITS.inputs, "u1") == DIGITS_SHA256
    assert digest(DIGITS.targets, "u1") == DIGIT_LABELS_SHA256


def test_iris_are_fishers() -> None:
    assert IRIS.inputs.shape == (150, 4)
    assert np.bincount(IRIS.targets).tolist() == [50, 50, 50]
    assert IRIS.class_names == ("setosa", "versicolor", "virginica")
    assert IRIS.feature_names == ("sepal length", "sepal width", "petal length", "petal width")
    tenths = np.rint(IRIS.inputs * 10)
    np.testing.assert_allclose(IRIS.inputs * 10, tenths, atol=1e-5)
    means = np.stack([tenths[IRIS.targets == c].mean(axis=0, dtype=np.float64) for c in range(3)]) / 10
    fishers = [[5.006, 3.428, 1.462, 0.246], [5.936, 2.770, 4.260, 1.326], [6.588, 2.974, 5.552, 2.026]]
    np.testing.assert_allclose(means, fishers, atol=1e-12)  # his table of means, to all places
    assert tenths[[34, 37]].tolist() == [[49, 31, 15, 2], [49, 36, 14, 1]]  # where the repository's copy errs
    assert IRIS.inputs.min(axis=0).tolist() == np.array([4.3, 2.0, 1.0, 0.1], np.float32).tolist()
    assert IRIS.inputs.max(axis=0).tolist() == np.array([7.9, 4.4, 6.9, 2.5], np.float32).tolist()
    assert digest(tenths, "u1") == IRIS_SHA256
    assert IRIS.targets.tolist() == [0] * 50 + [1] * 50 + [2] * 50


@both
def test_types_and_read_only(data: Dataset) -> None:
    assert data.inputs.dtype == np.float32
    assert data.targets.dtype == np.int64
    assert data.inputs.flags.c_contiguous
    for array in (data.inputs, data.targets):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        data.source = ""  # type: ignore[misc]  # wrong on purpose


@both
def test_labels_index_the_class_names(data: Dataset) -> None:
    assert np.unique(data.targets).tolist() == list(range(len(data.class_names)))


def test_each_call_reads_the_same() -> None:
    assert np.array_equal(digits().inputs, DIGITS.inputs)
    assert np.array_equal(iris().targets, IRIS.targets)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("digits.csv.gz", DIGITS, ["Alpaydin", "Kaynak", "1998", "doi:10.24432/C50P49"]),
        ("iris.csv", IRIS, ["Fisher", "1936", "doi:10.24432/C56C76"]),
    ],
)
def test_source_and_licence_are_stated(name: str, data: Dataset, words: list[str]) -> None:
    text = heading(name)
    assert "Licence: Creative Commons Attribution 4.0 International (CC BY 4.0). Changes: " in text
    assert data.source.endswith("CC BY 4.0")
    for word in [*words, "UCI Machine Learning Repository"]:
        assert word in text
        assert word in data.source


@both
def test_the_nearest_class_mean_is_mostly_right(data: Dataset) -> None:
    """Pixels and labels belong together: mixed up, they would leave one in ten, or one in three, right."""
    flat = data.inputs.reshape(len(data.inputs), -1)
    train, test = holdout(flat, data.targets, fraction=0.5, key=Key(0), stratify=data.targets)
    means = np.stack([train.inputs[train.targets == c].mean(axis=0) for c in range(len(data.class_names))])
    nearest = ((test.inputs[:, None] - means) ** 2).sum(axis=-1).argmin(axis=1)
    assert (nearest == test.targets).mean() > 0.85
