"""What can be checked, models, stages and ops, brought to one form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fnn import tree
from fnn.arrays import describe
from fnn.errors import StructureError
from fnn.model import Fn, Model
from fnn.random import Key

Pair: TypeAlias = tuple[Callable[..., tuple[Any, Any]], Callable[[Any, Any], Any]]
"""An op: ``forward(*inputs) -> (y, cache)`` and ``backward(dy, cache) -> gradients of the inputs``."""

Arguments: TypeAlias = dict[str, Any]
"""The parameters and inputs, or their gradients, as one tree: ``params.weight`` and ``input`` are paths in it."""

Run: TypeAlias = Callable[[Arguments], tuple[Any, Callable[[Any], Arguments]]]
"""``run(arguments) -> (y, backward)``: what all subjects are brought to."""


def prepare(
    subject: Model[Any, Any, Any] | Fn[Any, Any] | Pair, inputs: Sequence[Any], params: Any, key: Key
) -> tuple[str, Arguments, Run]:
    """Return the name, the arguments as owned float64 copies, and the function over them."""
    places = ["input"] if len(inputs) == 1 else [f"input{i}" for i in range(len(inputs))]
    arguments: Arguments = tree.map(_owned, dict(zip(places, inputs, strict=True)))
    if isinstance(subject, Model | Fn) and len(inputs) != 1:
        raise StructureError(subject.name, "one input", str(len(inputs)), "Several arrays make one tuple.")
    if isinstance(subject, Model):
        model = subject
        if params is None:
            params = _displaced(model.init(key.fold(0)), key.fold(1))

        def run_model(at: Arguments) -> tuple[Any, Callable[[Any], Arguments]]:
            y, _, backward = model.forward(at["params"], at["input"], key.fold(3))
            return y, lambda dy: dict(zip(("params", "input"), backward(dy), strict=True))

        return model.name, {"params": tree.map(_owned, params), **arguments}, run_model
    if isinstance(subject, Fn):
        stage = subject

        def run_fn(at: Arguments) -> tuple[Any, Callable[[Any], Arguments]]:
            y, backward = stage.forward(at["input"], key.fold(3))
            return y, lambda dy: {"input": backward(dy)}

        return stage.name, arguments, run_fn
    given: object = subject  # untyped callers hand over anything
    if not isinstance(given, tuple) or len(given) != 2 or not all(map(callable, given)):
        hint = "Write check.gradients((forward, backward), x)."
        raise StructureError("check.gradients", "a model, a stage, or a pair of functions", describe(given), hint)
    op_forward, op_backward = subject
    function = getattr(op_forward, "func", op_forward)  # behind functools.partial
    name = getattr(function, "__name__", "op").removesuffix("_forward").replace("<lambda>", "op")

    def run_op(at: Arguments) -> tuple[Any, Callable[[Any], Arguments]]:
        y, cache = op_forward(*at.values())

        def backward(dy: Any) -> Arguments:
            result = op_backward(dy, cache)
            results = (result,) if len(places) == 1 else result
            if not isinstance(results, tuple) or len(results) != len(places):
                got = f"{len(results)}" if isinstance(results, tuple) else describe(results)
                raise StructureError(name, f"a tuple of {len(places)} gradients, one for each input", got)
            return dict(zip(places, results, strict=True))

        return y, backward

    return name, arguments, run_op


def _owned(leaf: NDArray[Any]) -> NDArray[Any]:
    """Copy, so that it may be displaced; floats become float64."""
    return leaf.astype(np.float64) if leaf.dtype.kind == "f" else leaf.copy()


def _displaced(params: Any, key: Key) -> Any:
    """Move every parameter off the special values that initializers choose, such as biases of zero."""
    rng = key.rng()
    moved = [leaf.astype(np.float64) + 0.1 * rng.standard_normal(leaf.shape) for leaf in tree.trained_leaves(params)]
    return tree.with_trained_leaves(params, moved)
