"""Choosing leaves by their dotted paths."""

import pytest

from fnn.errors import StructureError
from fnn.tree import select

PATHS = ["hidden.weight", "hidden.bias", "out.0.weight", "out.0.bias", "Weight"]


@pytest.mark.parametrize(
    ("where", "chosen"),
    [
        ("*weight", [0, 2]),
        ("*", [0, 1, 2, 3, 4]),
        ("hidden.*", [0, 1]),
        ("hidden.weight", [0]),
        ("*.[0-9].*", [2, 3]),
        ("?eight", [4]),
        ("*[!s]", [0, 2, 4]),
    ],
)
def test_patterns(where: str, chosen: list[int]) -> None:
    assert [i for i, yes in enumerate(select(where, PATHS, "l2")) if yes] == chosen


def test_predicates_of_any_truth_value() -> None:
    assert select(lambda path: path.count("b"), PATHS, "l2") == [False, True, False, True, False]  # type: ignore[arg-type, return-value]  # any truthy answer chooses
    assert select(lambda path: not path.endswith("bias"), PATHS, "l2") == [True, False, True, False, True]


def test_choosing_nothing_is_an_error_that_lists_the_paths() -> None:
    with pytest.raises(StructureError) as caught:
        select("*weigth", PATHS[:2], "l2")
    assert str(caught.value) == (
        "l2: expected '*weigth' to choose at least one parameter, got none. Paths: hidden.weight, hidden.bias."
    )
    with pytest.raises(StructureError) as caught:
        select(lambda path: False, PATHS[:2], "weight_decay(0.1)")
    assert str(caught.value) == (
        "weight_decay(0.1): expected the predicate to choose at least one parameter, got none. "
        "Paths: hidden.weight, hidden.bias."
    )
