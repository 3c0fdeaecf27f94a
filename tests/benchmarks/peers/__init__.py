"""The libraries that are compared: for each a page with ``build(row, arrays, threads)``.

It returns the step to measure, a function of the number of the batch. The step's result is what is compared between the
libraries: the loss before the update, the logits, or the last of the updated weights; ``numpy.asarray`` of it waits
until it is there.
"""

from collections.abc import Callable, Mapping
from importlib import import_module, util
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

from numpy.typing import NDArray

from tests.benchmarks.rows import MLP, Row

Arrays: TypeAlias = Mapping[str, NDArray[Any]]
"""The weights by the names that fnn gives them, with inputs and targets; see `tests.benchmarks.data`."""

Step: TypeAlias = Callable[[int], Any]


@runtime_checkable
class Many(Protocol):
    """A step that can also be taken many times in one call, by a library that has a loop of its own."""

    def __call__(self, i: int, /) -> Any: ...

    def many(self, count: int) -> None:
        """Take ``count`` steps, a power of two."""


class Peer(NamedTuple):
    """A library in one of its settings: its page here, the modules to import, what is set in the environment.

    ``needs`` is what must be installed besides, but is left to the library to import.
    """

    name: str
    page: str
    modules: tuple[str, ...]
    environment: dict[str, str]
    needs: tuple[str, ...] = ()

    def missing(self) -> list[str]:
        """Return what is not installed."""
        return [name for name in (*self.modules, *self.needs) if util.find_spec(name.partition(".")[0]) is None]

    def runs(self, row: Row) -> bool:
        """Say whether the library has what the row asks for: scikit-learn trains MLPs alone."""
        return self.page != "scikit" or (isinstance(row.network, MLP) and row.task == "train")

    def builder(self) -> Callable[..., Step]:
        """Return the ``build`` of its page."""
        build: Callable[..., Step] = import_module(f"tests.benchmarks.peers.{self.page}").build
        return build


PEERS = {
    "fnn": Peer("fnn", "ours", ("fnn",), {"FNN_KERNELS": "numpy"}),
    "fast": Peer("fnn fast", "ours", ("fnn",), {"FNN_KERNELS": "numba"}, ("numba",)),
    "torch": Peer("PyTorch", "pytorch", ("torch",), {}),
    "jax": Peer("JAX", "jax_optax", ("jax", "optax"), {}),
    "sklearn": Peer("scikit-learn", "scikit", ("sklearn.neural_network",), {}),
}
"""By their names on the command line; the first two are ours."""

OURS = ("fnn", "fast")
