"""Every one of ONNX's cases passes, or is not supported for a reason that stands in `tests.onnx.node`."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable

import attrs
import numpy as np
import onnx
import pytest

from tests.onnx.cases import cases, run
from tests.onnx.node import AnyArray, Reason
from tests.onnx.operators import OPERATORS

PASSED = 394
"""How many cases passed with ONNX 1.23.2; later versions may have more."""


@functools.cache
def outcome(name: str) -> Reason | Exception | None:
    """Return why a case is not supported, or the error with which it failed, or None if it passed."""
    try:
        return run(cases()[name])
    except Exception as error:
        return error


@pytest.mark.parametrize("name", cases())
def test_node(name: str) -> None:
    result = outcome(name)
    if isinstance(result, Reason):
        pytest.skip(result.value)
    if result is not None:
        raise result


def test_counts(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [outcome(name) for name in cases()]
    passed = outcomes.count(None)
    reasons = Counter(result for result in outcomes if isinstance(result, Reason))
    failed = len(outcomes) - passed - reasons.total()
    operators = {case.operator for case in cases().values()}
    with capsys.disabled():
        print(f"\nONNX {onnx.__version__}: {len(outcomes)} cases of {len(operators)} operators: {passed} passed,")
        print(f"{failed} failed, {reasons.total()} not supported:")
        print(*(f"{count:6} {reason.value}" for reason, count in reasons.most_common()), sep="\n")
    assert failed == 0
    assert passed >= PASSED
    assert operators == set(OPERATORS), "an operator without a case"
    assert set(reasons) == set(Reason), "a reason without a case"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda y: y + np.float32(1e-2),
        lambda y: y.astype(np.float64),
        lambda y: y[None],
        lambda y: y[:1],
        lambda y: np.where(y > 0.1, y, np.nan).astype(y.dtype),
    ],
    ids=["value", "dtype", "axis", "size", "nan"],
)
def test_wrong_outputs_are_caught(spoil: Callable[[AnyArray], AnyArray]) -> None:
    case = cases()["softmax_axis_0"]
    assert run(case) is None
    with pytest.raises(AssertionError):
        run(attrs.evolve(case, wanted={place: spoil(y) for place, y in case.wanted.items()}))
