"""Shapes without data: what a stage looks like to those that follow shapes through it, and how they do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from fnn.arrays import Shape, format_shape
from fnn.errors import FnnError, ShapeError
from fnn.random import Key

ShapeRule: TypeAlias = Callable[[Shape], Shape]
"""From the shape of one input sample to that of one output sample; raises ShapeError for a shape that cannot be."""

FlopsRule: TypeAlias = Callable[[Shape], int]
"""From the shape of one input sample to the floating-point operations of a forward pass: those of the stage itself, to
which those of its parts are added. A multiplication and an addition are two operations; what is computed entry by
entry, by whatever function, is one for each entry; a sum or a maximum is one for each entry that goes into it."""


class Part(NamedTuple):
    """A stage inside a composition: its label, the shape of its input, and how many such inputs a sample gives it.

    >>> import fnn
    >>> fnn.residual(fnn.dense(3, 3)).parts((3,))
    [Part(label='', stage=dense(3, 3), shape=(3,), times=1)]
    """

    label: str
    stage: Any
    shape: Shape
    times: int = 1


Parts: TypeAlias = Callable[[Shape], list[Part]]
"""The inner stages of a composition, given the shape of its input."""


class AnyStage(Protocol):
    """What a Model and a Fn have in common."""

    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> ShapeRule | None: ...
    @property
    def flops(self) -> FlopsRule | None: ...
    @property
    def parts(self) -> Parts | None: ...
    @property
    def apply(self) -> Callable[..., Any]: ...
    @property
    def forward(self) -> Callable[..., Any]: ...
    @property
    def random(self) -> bool: ...


def init_of(stage: AnyStage) -> Callable[[Key], Any] | None:
    """Return the ``init`` of a stage that has parameters, None for one without."""
    return getattr(stage, "init", None)


Origin: TypeAlias = tuple[Callable[..., Any], Callable[..., Any]]
"""The ``apply`` and ``forward`` that a stage was made with."""


def _intact(stage: AnyStage) -> bool:
    """Whether what is known of the stage besides holds: not in a copy with another ``apply`` or ``forward``."""
    origin: Origin | None = getattr(stage, "origin", None)
    return origin is not None and origin[0] is stage.apply and origin[1] is stage.forward


def op_of(stage: AnyStage) -> object:
    """Return the forward of `fnn.ops` that a stage is, None if it is none.

    >>> import fnn
    >>> op_of(fnn.relu) is fnn.ops.relu_forward, op_of(fnn.dropout(0.5)) is None
    (True, True)
    """
    return getattr(stage, "op", None) if _intact(stage) else None


def stages_of(stage: AnyStage) -> tuple[Any, ...]:
    """Return the stages of a model in series, or the stage itself.

    >>> import fnn
    >>> stages_of(fnn.dense(3, 4) >> fnn.relu), stages_of(fnn.relu)
    ((dense(3, 4), relu), (relu,))
    """
    return (getattr(stage, "stages", ()) if _intact(stage) else ()) or (stage,)


def joined(first: AnyStage, second: AnyStage) -> AnyStage | None:
    """Return the stage that does the work of both, None if the first knows of none.

    >>> import fnn
    >>> joined(fnn.dense(3, 4), fnn.relu) is None, joined(fnn.dense(3, 4), fnn.tanh) is None
    (False, True)
    """
    then: Callable[[AnyStage], AnyStage | None] | None = getattr(first, "then", None)
    return None if then is None or not _intact(first) else then(second)


def learn_of(stage: AnyStage) -> Callable[..., Any]:
    """Return the ``learn`` of a model, or its ``forward`` with a backward that drops ``dx``.

    >>> import fnn, numpy as np
    >>> model = fnn.dense(3, 2)
    >>> y, _, backward = learn_of(model)(model.init(fnn.Key(0)), np.ones((5, 3), np.float32), fnn.Key(1))
    >>> backward(y).weight.shape
    (3, 2)
    """
    learn: Callable[..., Any] | None = getattr(stage, "learn", None)
    return _without_dx(stage.forward) if learn is None or not _intact(stage) else learn


def _without_dx(forward: Callable[..., Any]) -> Callable[..., Any]:
    def learn(params: Any, x: Any, key: Key) -> tuple[Any, Any, Callable[[Any], Any]]:
        y, renewed, backward = forward(params, x, key)
        return y, renewed, lambda dy: backward(dy)[0]

    return learn


def output_shape(stage: AnyStage, input_shape: Shape, previous: str = "") -> Shape:
    """Return the shape of one output sample for that of one input sample; no data is needed where there is a rule.

    Raises ShapeError for a shape that the stage cannot take.

    >>> import fnn
    >>> output_shape(fnn.dense(4, 3) >> fnn.relu, (4,))
    (3,)
    """
    try:
        return _by_trial(stage, input_shape) if stage.shape is None else stage.shape(input_shape)
    except FnnError as error:
        if previous and not error.hint.startswith("Before it comes"):  # a composition may have said it already
            error.hint = f"Before it comes {previous}, which gives {format_shape(input_shape)}. {error.hint}".rstrip()
        raise


def _by_trial(stage: AnyStage, input_shape: Shape) -> Shape:
    x = _zeros(input_shape)
    try:
        init = init_of(stage)
        y = stage.apply(x) if init is None else stage.apply(init(Key(0)), x)
    except ValueError as error:
        if isinstance(error, FnnError):
            raise
        raise ShapeError(stage.name, "input that it can take", format_shape(input_shape), f"NumPy: {error}") from error
    return _sample_shape(y)


def _zeros(shape: Shape) -> Any:
    if shape and isinstance(shape[0], tuple):
        return tuple(_zeros(part) for part in shape)
    return np.zeros((1, *shape), np.float32)


def _sample_shape(y: Any) -> Shape:
    return tuple(_sample_shape(part) for part in y) if isinstance(y, tuple) else tuple(y.shape[1:])


def per_input(s: Shape) -> int:
    """The operations of what computes one number from each that comes in: the rule of most activations.

    >>> per_input((28, 28))
    784
    """
    return math.prod(s)


def moving(s: Shape) -> int:
    """The operations of what moves numbers and computes none.

    >>> moving((28, 28))
    0
    """
    return 0
