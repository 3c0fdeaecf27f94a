"""Errors: their text, their places, and their way through pickle (out of worker processes) and copy."""

import copy
import inspect
import pickle

import pytest

from fnn import errors
from fnn.errors import DivergenceError, FnnError, MissingExtraError, SaveError, ShapeError

CLASSES = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, FnnError)]
BUILT_IN = {
    "ShapeError": ValueError,
    "DtypeError": TypeError,
    "LabelError": ValueError,
    "DataError": ValueError,
    "HyperparameterError": ValueError,
    "StructureError": TypeError,
    "FileFormatError": ValueError,
    "SaveError": OSError,
    "GradientError": AssertionError,
    "MissingExtraError": ImportError,
    "DivergenceError": ArithmeticError,
    "FnnError": Exception,
}


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_is_also_a_built_in_one(cls: type[FnnError]) -> None:
    assert issubclass(cls, BUILT_IN[cls.__name__])


@pytest.mark.parametrize("cls", CLASSES)
def test_texts(cls: type[FnnError]) -> None:
    assert str(cls("dense(3, 4)", "one", "two", "Do this.")) == "dense(3, 4): expected one, got two. Do this."
    assert str(cls("dense(3, 4)", "one", "two")) == "dense(3, 4): expected one, got two."
    assert str(cls("", "one", "two", "Do this.")) == "expected one, got two. Do this."


@pytest.mark.parametrize("cls", CLASSES)
def test_places_grow_while_the_error_travels_outwards(cls: type[FnnError]) -> None:
    error = cls("dense(3, 4)", "one", "two")
    error.within("stage 2")
    error.within("branch 0")
    assert error.place == "branch 0 > stage 2 > dense(3, 4)"
    assert str(error) == "branch 0 > stage 2 > dense(3, 4): expected one, got two."
    nowhere = cls("", "one", "two")
    nowhere.within("stage 2")
    assert str(nowhere) == "stage 2: expected one, got two."


@pytest.mark.parametrize("cls", CLASSES)
def test_errors_survive_pickle_and_copy(cls: type[FnnError]) -> None:
    error = cls("dense(3, 4)", "one", "two", "Do this.")
    error.within("stage 2")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is cls
        assert str(again) == str(error) == "stage 2 > dense(3, 4): expected one, got two. Do this."
        assert (again.place, again.expected, again.got, again.hint) == (
            "stage 2 > dense(3, 4)",
            "one",
            "two",
            "Do this.",
        )


def test_a_save_error_keeps_its_number() -> None:
    error = SaveError("mlp.npz", "room for the file", "No space left on device", "Free some space.", 28)
    for again in (error, pickle.loads(pickle.dumps(error))):
        assert (again.errno, again.filename) == (28, "mlp.npz")
        assert str(again) == "mlp.npz: expected room for the file, got No space left on device. Free some space."


def test_a_divergence_error_holds_the_last_good_state() -> None:
    error = DivergenceError("step 3", "a finite loss", "a loss of nan", "Lower the rate.", state=(1, 2))
    for again in (error, pickle.loads(pickle.dumps(error))):
        assert again.state == (1, 2)
        assert str(again) == "step 3: expected a finite loss, got a loss of nan. Lower the rate."


def test_errors_are_caught_as_what_they_are() -> None:
    with pytest.raises(ValueError, match=r"^relu: expected a, got b\.$"):
        raise ShapeError("relu", "a", "b")
    with pytest.raises(ImportError, match=r"^plots: expected matplotlib, got not installed\.$"):
        raise MissingExtraError("plots", "matplotlib", "not installed")
