"""Static values as JSON: exactly back, or refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from fnn.errors import StructureError
from fnn.io.values import JSON, decode, encode
from fnn.random import Key
from tests.io.trees import Mode, statics

CLASSES: dict[str, type] = {"Key": Key, "Mode": Mode}


@settings(deadline=None, max_examples=50)
@given(statics(nan=True))
def test_values_come_back_with_their_types(value: Any) -> None:
    text = json.dumps(encode(value, "a"), allow_nan=False)
    assert repr(decode(json.loads(text), CLASSES.get)) == repr(value)


def test_what_is_written() -> None:
    value = {"a": (1, [2.5, None]), "b": float("-inf"), "c": {"$x": True}, "d": Key(3), "e": Mode.SAME}
    assert encode(value, "") == {
        "a": {"$tuple": [1, [2.5, None]]},
        "b": {"$float": "-inf"},
        "c": {"$dict": {"$x": True}},
        "d": {"$record": ["Key", {"state": 3}]},
        "e": {"$enum": ["Mode", "same"]},
    }


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (np.float64(1.0), "a float64"),
        (np.zeros(2), "float64 of shape (2,)"),
        ({1: 2}, "a dict"),
        (abs, "a builtin_function_or_method"),
        (b"x", "a bytes"),
        ({1}, "a set"),
        (10**4000, "an int"),
        (1j, "a complex"),
    ],
)
def test_others_are_refused_with_their_path(value: object, got: str) -> None:
    with pytest.raises(StructureError) as caught:
        encode({"inner": (0, value)}, "hidden.options")
    assert str(caught.value).startswith("hidden.options.inner.1: expected a static value of None, bool, int, float,")
    assert f"got {got}. An array belongs in a plain field" in str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"$tuple": 3}, r"a static value \$tuple that this version cannot read"),
        ({"$float": "1e3"}, r"a static value \$float"),
        ({"$new": []}, r"a static value \$new"),
        ({"$record": ["Path", {}]}, "a value of class Path, which its annotation does not mention"),
        ({"$record": ["Key", {"seed": 3}]}, "a Key of seed, not of state"),
        ({"$record": ["Key", {}]}, "a Key of nothing, not of state"),
        ({"$record": ["Mode", {}]}, "a value of class Mode"),
        ({"$enum": ["Mode", "other"]}, "'other', which is no Mode"),
        ({"$enum": ["Key", 3]}, "a value of class Key"),
    ],
)
def test_json_that_was_never_written(value: JSON, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        decode(value, CLASSES.get)


def test_without_classes_one_can_still_look() -> None:
    assert decode(encode((Key(3), Mode.SAME), "a")) == ({"state": 3}, "same")
