"""Every exception that fnn raises: each says where, what was expected, what came, and what to do."""

from __future__ import annotations


class FnnError(Exception):
    """Base of all errors of fnn; prints as ``place: expected …, got …. What to do.``

    >>> print(ShapeError("dense(3, 4)", "input of shape (batch, 3)", "shape (5, 2)", "Pass 3 features a sample."))
    dense(3, 4): expected input of shape (batch, 3), got shape (5, 2). Pass 3 features a sample.
    """

    def __init__(self, place: str, expected: str, got: str, hint: str = "") -> None:
        super().__init__(place, expected, got, hint)
        self.place = place
        self.expected = expected
        self.got = got
        self.hint = hint

    def within(self, place: str) -> None:
        """Prefix the place with the one that encloses it (called while the error travels outwards)."""
        self.place = f"{place} > {self.place}" if self.place else place

    def __str__(self) -> str:
        head = f"{self.place}: " if self.place else ""
        tail = f" {self.hint}" if self.hint else ""
        return f"{head}expected {self.expected}, got {self.got}.{tail}"


class Within:
    """A place that encloses others: ``with Within("stage 3"):`` puts it before the place of an error that passes.

    >>> with Within("stage 3"):
    ...     raise ShapeError("dense(3, 4)", "width 3", "width 2")
    Traceback (most recent call last):
    fnn.errors.ShapeError: stage 3 > dense(3, 4): expected width 3, got width 2.
    """

    __slots__ = ("place",)

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        """Do nothing: errors are awaited."""

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Prefix an error of fnn, and let it go on its way."""
        if isinstance(error, FnnError):
            error.within(self.place)


class ShapeError(FnnError, ValueError):
    """An array has the wrong rank or the wrong size along an axis."""


class DtypeError(FnnError, TypeError):
    """An array has the wrong dtype, or something that is no array came where one belongs."""


class LabelError(FnnError, ValueError):
    """A label is out of range, fractional, or a one-hot row is not one-hot."""


class DataError(FnnError, ValueError):
    """A data set or a batch cannot be used: empty, of unequal lengths, or with values that are not finite."""


class HyperparameterError(FnnError, ValueError):
    """An option is outside the range in which it means something."""


class StructureError(FnnError, TypeError):
    """A parameter tree has another structure than the model or function asks for."""


class FileFormatError(FnnError, ValueError):
    """A file is not what its reader expects: truncated, pickled, too new, or with other entries."""


class SaveError(FnnError, OSError):
    """A file cannot be written; what stood at its path is untouched. Also an OSError, with its ``errno``."""

    def __init__(self, place: str, expected: str, got: str, hint: str = "", errno: int | None = None) -> None:
        super().__init__(place, expected, got, hint)
        self.args = (place, expected, got, hint, errno)  # OSError had taken them for its own
        self.errno, self.strerror, self.filename = errno, got, place


class GradientError(FnnError, AssertionError):
    """A hand-written gradient disagrees with the numerical one."""


class MissingExtraError(FnnError, ImportError):
    """An optional library is needed that is not installed."""


class DivergenceError(FnnError, ArithmeticError):
    """The loss or a parameter is no longer finite; training stopped. ``state`` is the last good training state."""

    def __init__(self, place: str, expected: str, got: str, hint: str = "", state: object = None) -> None:
        super().__init__(place, expected, got, hint)
        self.state = state
