"""Recurrent models on top of each other, with the carries of all."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Generic, TypeVar, TypeVarTuple, overload

import attrs
from numpy.typing import DTypeLike

from fnn.arrays import Shape, check_float, describe
from fnn.errors import HyperparameterError, StructureError, Within
from fnn.model import Composed, Model, Part, check_tuple, output_shape
from fnn.ops.dropout import dropout_backward, dropout_forward
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.validate import in_range

P1 = TypeVar("P1")
P2 = TypeVar("P2")
P3 = TypeVar("P3")
P4 = TypeVar("P4")
C = TypeVar("C")
C1 = TypeVar("C1")
C2 = TypeVar("C2")
C3 = TypeVar("C3")
C4 = TypeVar("C4")
X = TypeVar("X")
Y = TypeVar("Y")
Y1 = TypeVar("Y1")
Y2 = TypeVar("Y2")
Y3 = TypeVar("Y3")
R = TypeVar("R")
Ps = TypeVarTuple("Ps")


@attrs.frozen(eq=False)
class Stacked(Recurrent[tuple[*Ps], C, X, Y], Generic[C, X, Y, *Ps]):
    """Recurrent models on top of each other; parameters and carry are the tuples of theirs, until `into` names them."""

    composed: Composed[Steps[X, C], tuple[Y, C], *Ps] = attrs.field(kw_only=True, repr=False)

    def into(self, record: Callable[[*Ps], R]) -> Recurrent[R, C, X, Y]:
        """Return the same model with its parameters in a record, one field for each layer; the carry stays a tuple.

        Raises StructureError if the record has another number of fields.

        >>> import fnn
        >>> @fnn.record
        ... class Tower:
        ...     low: fnn.GRU
        ...     high: fnn.GRU
        >>> tower = stacked(fnn.gru(3, 4), fnn.gru(4, 2)).into(Tower)
        >>> tower.init(fnn.Key(0)).high.bias.shape
        (6,)
        """
        return recurrent(self.composed.into(record), self.begin)

    def __repr__(self) -> str:
        return self.name


@overload
def stacked(
    first: Recurrent[P1, C1, X, Y1], second: Recurrent[P2, C2, Y1, Y], /, *, dropout: float = 0
) -> Stacked[tuple[C1, C2], X, Y, P1, P2]: ...
@overload
def stacked(
    first: Recurrent[P1, C1, X, Y1],
    second: Recurrent[P2, C2, Y1, Y2],
    third: Recurrent[P3, C3, Y2, Y],
    /,
    *,
    dropout: float = 0,
) -> Stacked[tuple[C1, C2, C3], X, Y, P1, P2, P3]: ...
@overload
def stacked(
    first: Recurrent[P1, C1, X, Y1],
    second: Recurrent[P2, C2, Y1, Y2],
    third: Recurrent[P3, C3, Y2, Y3],
    fourth: Recurrent[P4, C4, Y3, Y],
    /,
    *,
    dropout: float = 0,
) -> Stacked[tuple[C1, C2, C3, C4], X, Y, P1, P2, P3, P4]: ...
def stacked(*layers: Any, dropout: float = 0) -> Any:
    """Put two or more recurrent models on top of each other: the outputs of one are the inputs of the next.

    ``>>`` does the same for whole sequences; a stack keeps the carries, as the tuple of all, so that `carried` and
    `padded` work on it. Layers without memory join in as `time_distributed`. ``dropout`` in [0, 1) is the probability
    of dropping an entry of what passes from layer to layer in training; what passes from step to step is left alone.
    Up to four, a type checker knows the types of all.

    Raises HyperparameterError for fewer than two or for a rate outside, StructureError for what is not recurrent.
    References: Graves, Mohamed, Hinton (2013), "Speech recognition with deep recurrent neural networks"; Zaremba,
    Sutskever, Vinyals (2014), "Recurrent neural network regularization", sec. 3.2.

    >>> import fnn
    >>> deep = stacked(fnn.lstm(3, 4), fnn.gru(4, 2))
    >>> [leaf.shape for leaf in fnn.tree.leaves(deep.zero_carry(5))]
    [(5, 4), (5, 4), (5, 2)]
    """
    in_range("stacked", 0, 1, high_open=True, dropout=dropout)
    if len(layers) < 2:
        raise HyperparameterError("stacked", "two recurrent models or more", str(len(layers)))
    for layer in layers:
        if not isinstance(layer, Recurrent):
            hint = "Wrap a layer without memory: fnn.time_distributed(layer)."
            raise StructureError("stacked", "a recurrent model", describe(layer), hint)
    count = len(layers)
    name = f"stacked({', '.join(layer.name for layer in layers)})"

    def init(key: Key) -> tuple[Any, ...]:
        return tuple(layer.init(key.fold(i)) for i, layer in enumerate(layers))

    def each(run: Callable[[int], None], order: range) -> None:
        for i in order:
            with Within(f"layer {i}"):
                run(i)

    def apply(params: tuple[Any, ...], steps: Steps[Any, Any]) -> tuple[Any, Any]:
        check_tuple(params, count, name)
        x, carries = steps.values, list(steps.carry)

        def run(i: int) -> None:
            nonlocal x
            x, carries[i] = layers[i].sweep.apply(params[i], attrs.evolve(steps, values=x, carry=carries[i]))

        each(run, range(count))
        return x, tuple(carries)

    def forward(
        params: tuple[Any, ...], steps: Steps[Any, Any], key: Key
    ) -> tuple[tuple[Any, Any], tuple[Any, ...], Callable[[tuple[Any, Any]], tuple[tuple[Any, ...], Steps[Any, Any]]]]:
        check_tuple(params, count, name)
        x, carries = steps.values, list(steps.carry)
        renewed: list[Any] = list(params)
        backs: list[Any] = [None] * count
        kept: list[Any] = [None] * count  # what dropout leaves of each layer's input, if it is in use

        def run(i: int) -> None:
            nonlocal x
            if i > 0 and dropout > 0:
                check_float(x, name, "what passes from layer to layer")
                x, kept[i] = dropout_forward(x, key.fold(count + i), rate=dropout)
            here = attrs.evolve(steps, values=x, carry=carries[i])
            (x, carries[i]), renewed[i], backs[i] = layers[i].sweep.forward(params[i], here, key.fold(i))

        each(run, range(count))

        def backward(dy: tuple[Any, Any]) -> tuple[tuple[Any, ...], Steps[Any, Any]]:
            dx, dcarries = dy[0], list(dy[1])
            grads: list[Any] = [None] * count

            def run_back(i: int) -> None:
                nonlocal dx
                grads[i], dsteps = backs[i]((dx, dcarries[i]))
                dx, dcarries[i] = dsteps.values, dsteps.carry
                if kept[i] is not None:
                    dx = dropout_backward(dx, kept[i])

            each(run_back, range(count - 1, -1, -1))
            return tuple(grads), Steps(dx, tuple(dcarries))

        return (x, tuple(carries)), tuple(renewed), backward

    def flow(s: Shape) -> tuple[list[Part], Shape]:
        found: list[Part] = []
        previous = ""
        for i, layer in enumerate(layers):
            found.append(Part(str(i), layer, s))
            with Within(f"layer {i}"):
                s, previous = output_shape(layer, s, previous), f"layer {i} {layer.name}"
        return found, s

    def flops(s: Shape) -> int:
        between = [part.shape for part in flow(s)[0][1:]]
        return sum(map(math.prod, between)) if dropout > 0 else 0

    def begin(batch_size: int, dtype: DTypeLike) -> tuple[Any, ...]:
        return tuple(layer.begin(batch_size, dtype) for layer in layers)

    composed: Composed[Any, Any, *tuple[Any, ...]] = Composed(
        init,
        apply,
        forward,
        name=name,
        shape=lambda s: flow(s)[1],
        flops=flops,
        parts=lambda s: flow(s)[0],
        stages=layers,
    )
    whole: Model[Any, Any, Any] = composed
    base = recurrent(whole, begin)
    return Stacked(
        base.init,
        base.apply,
        base.forward,
        name=name,
        shape=base.shape,
        flops=base.flops,
        parts=base.parts,
        sweep=whole,
        begin=begin,
        composed=composed,
    )
