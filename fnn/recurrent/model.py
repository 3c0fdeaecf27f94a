"""Recurrent models: over whole sequences, from a carry of zeros, and with the carry in hand.

A recurrent model goes through the steps of a sequence, and hands a carry from each to the next. All views of one, over
whole sequences, with the carry, over padded sequences, have the same parameters, so that a model can be trained in one
view and used in another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs
import numpy as np
from numpy.typing import DTypeLike

from fnn import tree
from fnn.arrays import BoolArray, Shape, describe
from fnn.errors import DtypeError, ShapeError, StructureError
from fnn.model import Model, Part, learn_of, output_shape
from fnn.random import Key
from fnn.sequences import Padded
from fnn.validate import positive

P = TypeVar("P")
C = TypeVar("C")
X = TypeVar("X")
Y = TypeVar("Y")


@attrs.frozen(eq=False)
class Steps(Generic[X, C]):
    """What a recurrent model is given for one run: the values of all steps, the carry before the first, and how to run.

    ``values`` (batch, time, ...); ``mask`` (batch, time), true where a step is there: at others the carry stays and the
    output is 0. With ``reverse`` the steps are taken from the last to the first.
    """

    values: X
    carry: C
    mask: BoolArray | None = None
    reverse: bool = False


@attrs.frozen(eq=False)
class Recurrent(Model[P, X, Y], Generic[P, C, X, Y]):
    """A model from sequences ``X`` to sequences ``Y``, one output a step, with a carry ``C`` from step to step.

    As a `Model` it takes whole sequences (batch, time, ...) and begins with a carry of zeros; `carried` is the view
    with the carry, `padded` the view for sequences of unequal lengths, `backwards` the one against time. Made by
    layers such as `lstm`, by `scan` from any step, and from each other by `stacked` and `bidirectional`; `recurrent`
    makes one from ``sweep``, which does the work: ``sweep.apply(params, steps) -> (y, carry)``.

    >>> import fnn
    >>> model = fnn.gru(3, 4)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((2, 5, 3), np.float32)).shape
    (2, 5, 4)
    """

    sweep: Model[P, Steps[X, C], tuple[Y, C]] = attrs.field(kw_only=True, repr=False)
    begin: Callable[[int, DTypeLike], C] = attrs.field(kw_only=True, repr=False)

    def zero_carry(self, batch_size: int = 1, dtype: DTypeLike = np.float32) -> C:
        """Return the carry before the first step: zeros, or what `scan` was told, for so many sequences.

        >>> import fnn
        >>> fnn.gru(3, 4).zero_carry(2).shape
        (2, 4)
        """
        positive(f"{self.name}.zero_carry", batch_size=batch_size)
        return self.begin(batch_size, dtype)

    def step(self, params: P, x: X, carry: C | None = None) -> tuple[Y, C]:
        """Return ``(y, carry)`` for the next steps ``x`` of sequences, one or more, in inference: to generate, say.

        ``carry`` is the one that came back for the steps before, None at the start.

        >>> import fnn
        >>> model = fnn.gru(3, 4)
        >>> params, x = model.init(fnn.Key(0)), np.ones((2, 1, 3), np.float32)
        >>> y, carry = model.step(params, x)
        >>> y, carry = model.step(params, x, carry)
        >>> y.shape
        (2, 1, 4)
        """
        first = self.begin(*_batch(params, x))
        if carry is not None:
            _check_carry(carry, first, x, self.name)
        return self.sweep.apply(params, Steps(x, first if carry is None else carry))

    def __repr__(self) -> str:
        return self.name


def recurrent(sweep: Model[P, Steps[X, C], tuple[Y, C]], begin: Callable[[int, DTypeLike], C]) -> Recurrent[P, C, X, Y]:
    """Make a recurrent model of what runs through the steps, and ``begin(batch_size, dtype)``, its first carry.

    ``sweep`` has the name, and the rule for the shape of the values. Its backward gets ``(dy, dcarry)`` and returns
    ``(grads, Steps(dvalues, dcarry))``.
    """

    def start(params: P, x: X) -> Steps[X, C]:
        return Steps(x, begin(*_batch(params, x)))

    def apply(params: P, x: X) -> Y:
        return sweep.apply(params, start(params, x))[0]

    def forward(params: P, x: X, key: Key) -> tuple[Y, P, Callable[[Y], tuple[P, X]]]:
        (y, carry), renewed, back = sweep.forward(params, start(params, x), key)

        def backward(dy: Y) -> tuple[P, X]:
            grads, dsteps = back((dy, tree.zeros_like(carry)))
            return grads, dsteps.values

        return y, renewed, backward

    def learn(params: P, x: X, key: Key) -> tuple[Y, P, Callable[[Y], P]]:
        (y, carry), renewed, back = learn_of(sweep)(params, start(params, x), key)
        return y, renewed, lambda dy: back((dy, tree.zeros_like(carry)))

    return Recurrent(
        sweep.init,
        apply,
        forward,
        name=sweep.name,
        shape=sweep.shape,
        flops=sweep.flops,
        parts=sweep.parts,
        learn=learn,
        random=sweep.random,
        origin=(apply, forward),
        sweep=sweep,
        begin=begin,
    )


def carried(model: Recurrent[P, C, X, Y]) -> Model[P, tuple[X, C], tuple[Y, C]]:
    """View a recurrent model with its carry in hand: from ``(x, carry before)`` to ``(y, carry after)``.

    A long sequence may come in pieces, each with the carry that the one before it returned: the outputs are those of
    the whole. Going back, the backward takes ``(dy, dcarry)``: zeros as the dcarry of each piece truncate
    back-propagation at its end; the dcarry that the piece behind returned makes it whole. The first carry is
    ``model.zero_carry(batch_size)``.

    Raises StructureError, ShapeError or DtypeError for a carry that is not of the model's kind.
    Reference: Williams and Peng (1990), "An efficient gradient-based algorithm for on-line training of recurrent
    network trajectories".

    >>> import fnn
    >>> model = fnn.gru(3, 4)
    >>> params, x = model.init(fnn.Key(0)), np.ones((2, 5, 3), np.float32)
    >>> y, carry = carried(model).apply(params, (x[:, :2], model.zero_carry(2)))
    >>> y, carry = carried(model).apply(params, (x[:, 2:], carry))
    >>> bool(np.allclose(y, model.apply(params, x)[:, 2:]))
    True
    """
    name = f"carried({model.name})"

    def steps(params: P, x: Any) -> Steps[X, C]:
        if not isinstance(x, tuple) or len(x) != 2:
            hint = f"The first carry is {model.name}.zero_carry(batch_size)."
            raise StructureError(name, "a pair of input and carry", describe(x), hint)
        values, carry = x
        _check_carry(carry, model.begin(*_batch(params, values)), values, name)
        return Steps(values, carry)

    def forward(
        params: P, x: tuple[X, C], key: Key
    ) -> tuple[tuple[Y, C], P, Callable[[tuple[Y, C]], tuple[P, tuple[X, C]]]]:
        y, renewed, back = model.sweep.forward(params, steps(params, x), key)

        def backward(dy: tuple[Y, C]) -> tuple[P, tuple[X, C]]:
            grads, dsteps = back(dy)
            return grads, (dsteps.values, dsteps.carry)

        return y, renewed, backward

    def shape(s: Shape) -> Shape:
        if len(s) != 2 or not isinstance(s[0], tuple):
            raise ShapeError(name, "a pair of shapes, of input and carry", str(s))
        return output_shape(model, s[0]), s[1]

    return Model(
        model.init,
        lambda params, x: model.sweep.apply(params, steps(params, x)),
        forward,
        name=name,
        shape=shape,
        parts=lambda s: [Part("", model, s[0])],
    )


def backwards(model: Recurrent[P, C, X, Y]) -> Recurrent[P, C, X, Y]:
    """View a recurrent model against time: it begins at the last step, and its carry is what is left after the first.

    Of padded sequences each is reversed within its own length.

    >>> import fnn
    >>> model = fnn.gru(3, 4)
    >>> params, x = model.init(fnn.Key(0)), fnn.Key(1).rng().random((2, 5, 3))
    >>> params = fnn.tree.astype(params, np.float64)
    >>> bool(np.allclose(backwards(model).apply(params, x), model.apply(params, x[:, ::-1])[:, ::-1]))
    True
    """
    sweep = model.sweep

    def turned(steps: Steps[X, C]) -> Steps[X, C]:
        return attrs.evolve(steps, reverse=not steps.reverse)

    return recurrent(
        Model(
            sweep.init,
            lambda params, steps: sweep.apply(params, turned(steps)),
            lambda params, steps, key: sweep.forward(params, turned(steps), key),
            name=f"backwards({model.name})",
            shape=lambda s: output_shape(model, s),
            parts=lambda s: [Part("", model, s)],
        ),
        model.begin,
    )


def _batch(params: object, x: object) -> tuple[int, DTypeLike]:
    """How many sequences there are, and of which dtype the carry has to be; of bad input, which is refused later, 1."""
    values = x.values if isinstance(x, Padded) else x
    if not isinstance(values, np.ndarray) or values.ndim == 0:
        return 1, np.float32
    if values.dtype.kind == "f":
        return len(values), values.dtype
    return len(values), next((leaf.dtype for leaf in tree.leaves(params) if leaf.dtype.kind == "f"), np.float32)


def _check_carry(carry: Any, first: Any, values: object, place: str) -> None:
    """Refuse a carry of another structure than the first, or with an array of another shape or dtype.

    An axis that is empty in the first, such as the time of a cache of keys and values, may have grown.
    """
    if not isinstance(values.values if isinstance(values, Padded) else values, np.ndarray):
        return  # bad input, which is refused later
    try:
        tree.map(lambda *_: None, {"carry": first}, {"carry": carry})
    except StructureError as error:
        error.within(place)
        error.hint = error.hint or "The first carry is zero_carry(batch_size) of the model."
        raise
    wanted = tree.leaves_with_paths({"carry": first})
    for (path, array), (_, expected) in zip(tree.leaves_with_paths({"carry": carry}), wanted, strict=True):
        if array.ndim != expected.ndim or any(
            b not in (0, a) for a, b in zip(array.shape, expected.shape, strict=True)
        ):
            raise ShapeError(place, f"{path} of shape {expected.shape}", f"shape {array.shape}")
        if array.dtype != expected.dtype:
            hint = f"Begin with zero_carry(batch_size, np.{expected.dtype})."
            raise DtypeError(place, f"{path} of dtype {expected.dtype}", str(array.dtype), hint)
