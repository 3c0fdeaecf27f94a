"""Which loops run: NumPy's passes, or loops that Numba fused and compiled.

A kernel is written twice: as a few NumPy calls, which are its reference and say what it computes, and as one loop in
`fnn.kernels.compiled`, under the same name. Which of the two runs is decided once, when a kernel is first called: the
loops if Numba can be imported. The environment variable ``FNN_KERNELS`` decides otherwise: ``numpy`` turns the loops
off, ``numba`` insists on them. Numba is not imported, and no loop compiled, before it is needed; compiled loops are
kept on disk, beside their source.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, wraps
from importlib import import_module
from typing import Literal, ParamSpec, TypeVar

import numpy as np

from fnn.errors import HyperparameterError
from fnn.extras import require

A = ParamSpec("A")
R = TypeVar("R")

VARIABLE = "FNN_KERNELS"

_FLOATS = frozenset({np.dtype(np.float32), np.dtype(np.float64)})


@cache
def active() -> Literal["numba", "numpy"]:
    """Tell which loops run: ``"numba"`` or ``"numpy"``; decided once, see above.

    Raises MissingExtraError if Numba is insisted on and not installed, HyperparameterError for a choice that is none.

    >>> active() in ("numba", "numpy")
    True
    """
    chosen = os.environ.get(VARIABLE, "")
    if chosen not in ("", "numba", "numpy"):
        hint = "It is an environment variable."
        raise HyperparameterError(VARIABLE, "numba or numpy, or nothing", repr(chosen), hint)
    if chosen == "numpy" or (not chosen and not _works()):
        return "numpy"
    require("numba", "fast", "compiled loops", VARIABLE)
    return "numba"


def _works() -> bool:
    """Whether Numba is there and can be imported: it may be too old for the NumPy beside it."""
    try:
        import_module("numba")
    except ImportError:
        return False
    return True


def kernel(reference: Callable[A, R]) -> Callable[A, R]:
    """Make a kernel of its reference: what is called is the reference or its compiled twin.

    >>> @kernel
    ... def double(x: float) -> float:
    ...     return 2 * x
    >>> reference(double)(4.0)
    8.0
    """
    run: Callable[A, R] | None = None

    @wraps(reference)
    def call(*args: A.args, **kwargs: A.kwargs) -> R:
        nonlocal run
        if run is None:
            run = compiled(reference) if active() == "numba" else reference
        return run(*args, **kwargs) if run is reference or _usual(args) else reference(*args, **kwargs)

    return call


def _usual(args: tuple[object, ...]) -> bool:
    """Whether these are arrays that loops are written for: all of float32 or all of float64, besides indices."""
    dtype = None
    for arg in args:
        if isinstance(arg, np.ndarray):
            if dtype is None:
                dtype = arg.dtype
                if dtype not in _FLOATS:
                    return False
            elif arg.dtype is not dtype and arg.dtype != dtype and arg.dtype.kind not in "iub":
                return False
    return True


def reference(kernel: Callable[A, R]) -> Callable[A, R]:
    """Return the reference of a kernel, whichever of the two is active."""
    written: Callable[A, R] = vars(kernel)["__wrapped__"]
    return written


def compiled(kernel: Callable[A, R]) -> Callable[A, R]:
    """Return the compiled twin of a kernel: the function of its name, in the page of its page's name."""
    page = kernel.__module__.rpartition(".")[2]
    twin: Callable[A, R] = getattr(import_module(f"fnn.kernels.compiled.{page}"), kernel.__name__)
    return twin
