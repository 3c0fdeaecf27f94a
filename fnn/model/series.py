"""What runs when stages stand one after the other: the functions that `>>` and `into` make models of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import is_
from typing import Any, NamedTuple, get_origin

import attrs

from fnn.arrays import Shape, describe
from fnn.errors import StructureError, Within
from fnn.model.shapes import AnyStage, Part, Parts, ShapeRule, init_of, joined, learn_of, output_shape
from fnn.random import Key, check_key
from fnn.tree.records import children, plan_of, rebuild


class Functions(NamedTuple):
    """The functions of a composition, and whether it draws from its key."""

    init: Callable[[Key], Any]
    apply: Callable[[Any, Any], Any]
    forward: Callable[[Any, Any, Key], tuple[Any, Any, Callable[[Any], tuple[Any, Any]]]]
    shape: ShapeRule | None
    parts: Parts
    learn: Callable[[Any, Any, Key], tuple[Any, Any, Callable[[Any], Any]]]
    random: bool


class Run(NamedTuple):
    """A stage as it runs: by itself, or in one with the stage behind it."""

    number: int
    stage: AnyStage
    place: Within
    has_params: bool
    random: bool


def runs_of(stages: Sequence[AnyStage]) -> list[Run]:
    """Return what runs for the stages: one for each, or for two where the first knows how to do both."""
    runs: list[Run] = []
    for i, stage in enumerate(stages):
        both = joined(runs[-1].stage, stage) if runs else None
        if both is not None:
            runs[-1] = runs[-1]._replace(stage=both, random=both.random)
        else:
            runs.append(Run(i, stage, Within(f"stage {i}"), init_of(stage) is not None, stage.random))
    return runs


def check_tuple(params: Any, count: int, place: str) -> tuple[Any, ...]:
    """Return the parameters of a composition that has no record; refuse anything but a tuple of ``count``."""
    if not isinstance(params, tuple) or len(params) != count:
        got = f"a tuple of {len(params)}" if isinstance(params, tuple) else describe(params)
        hint = "Use this model's init or load."
        raise StructureError(place, f"parameters as a tuple of {count}, one for each stage that has any", got, hint)
    return params


def in_series(stages: Sequence[AnyStage], name: str) -> Functions:
    """Return the functions of stages one after the other, whose parameters are the tuple of the stages' own.

    By the chain rule the gradient runs through the stages' backwards from the last to the first.
    """
    inits = [init for init in map(init_of, stages) if init is not None]
    runs = runs_of(stages)
    first = next((i for i, run in enumerate(runs) if run.has_params), len(runs))

    def init(key: Key) -> tuple[Any, ...]:
        check_key(key, name)
        return tuple(init(key.fold(i)) for i, init in enumerate(inits))

    def apply(params: Any, x: Any) -> Any:
        of_stage = iter(check_tuple(params, len(inits), name))
        for _, stage, place, has_params, _ in runs:
            with place:
                x = stage.apply(next(of_stage), x) if has_params else stage.apply(x)
        return x

    def run(params: Any, x: Any, key: Key, last: int) -> tuple[Any, Any, Callable[[Any], tuple[Any, Any]]]:
        """Go forward; the gradient will come back to the input, or no further than to the parameters of ``last``."""
        check_key(key, name)
        of_stage = iter(check_tuple(params, len(inits), name))
        renewed: list[Any] = []
        backwards: list[Callable[[Any], Any]] = []
        for i, (number, stage, place, has_params, random) in enumerate(runs):
            own = key.fold(number) if random else key
            with place:
                if has_params:
                    forward = learn_of(stage) if i == last else stage.forward
                    x, new, back = forward(next(of_stage), x, own)
                    renewed.append(new)
                else:
                    x, back = stage.forward(x, own)
            backwards.append(back)

        def backward(dy: Any) -> tuple[Any, Any]:
            grads: list[Any] = []
            for i in range(len(runs) - 1, max(last, 0) - 1, -1):
                _, _, place, has_params, _ = runs[i]
                with place:
                    if i == last:
                        grads.append(backwards[i](dy))
                    elif has_params:
                        grad, dy = backwards[i](dy)
                        grads.append(grad)
                    else:
                        dy = backwards[i](dy)
            return tuple(reversed(grads)), dy

        return x, params if all(map(is_, renewed, params)) else tuple(renewed), backward

    def forward(params: Any, x: Any, key: Key) -> tuple[Any, Any, Callable[[Any], tuple[Any, Any]]]:
        return run(params, x, key, -1)

    def learn(params: Any, x: Any, key: Key) -> tuple[Any, Any, Callable[[Any], Any]]:
        y, renewed, backward = run(params, x, key, first)
        return y, renewed, lambda dy: backward(dy)[0]

    def flow(s: Shape) -> tuple[list[Part], Shape]:
        """Follow the shapes: each stage with the shape that enters it, and the shape that leaves the last."""
        found: list[Part] = []
        previous = ""
        for i, stage in enumerate(stages):
            found.append(Part(str(i), stage, s))
            with Within(f"stage {i}"):
                s, previous = output_shape(stage, s, previous), f"stage {i} {stage.name}"
        return found, s

    random = any(stage.random for stage in stages)
    return Functions(init, apply, forward, lambda s: flow(s)[1], lambda s: flow(s)[0], learn, random)


def in_record(
    inner: AnyStage, init_inner: Callable[[Key], Any], stages: Sequence[AnyStage], record: Any
) -> tuple[str, Functions]:
    """Return the functions of a composition whose parameters stand in a record, and the name of that record."""
    count = sum(init_of(stage) is not None for stage in stages)
    cls: Any = get_origin(record) or record
    label = getattr(cls, "__name__", describe(record))
    if isinstance(cls, type) and attrs.has(cls):
        field_names = [name for name, _ in plan_of(cls).children]
    elif isinstance(cls, type) and hasattr(cls, "_fields"):
        field_names = list(cls._fields)
    else:
        raise StructureError(f"{inner.name}.into", "a record class", label, "Decorate the class with @fnn.record.")
    if len(field_names) != count:
        raise StructureError(
            f"{inner.name}.into({label})",
            f"a record with {count} fields, one for each stage that has parameters",
            f"{len(field_names)} fields",
            "Add or remove fields, or write .into on the inner composition.",
        )

    def parts(params: Any) -> Any:
        if not isinstance(params, cls):
            raise StructureError(inner.name, f"parameters {label}", describe(params), "Use this model's init or load.")
        return tuple(child for _, child, _ in children(params))

    def init(key: Key) -> Any:
        return record(*init_inner(key))

    def apply(params: Any, x: Any) -> Any:
        return inner.apply(parts(params), x)

    def forward(params: Any, x: Any, key: Key) -> tuple[Any, Any, Callable[[Any], tuple[Any, Any]]]:
        y, renewed, back = inner.forward(parts(params), x, key)

        def backward(dy: Any) -> tuple[Any, Any]:
            grads, dx = back(dy)
            return rebuild(params, grads), dx

        return y, rebuild(params, renewed), backward

    def learn(params: Any, x: Any, key: Key) -> tuple[Any, Any, Callable[[Any], Any]]:
        y, renewed, back = learn_of(inner)(parts(params), x, key)
        return y, rebuild(params, renewed), lambda dy: rebuild(params, back(dy))

    def labelled(s: Shape) -> list[Part]:
        names = iter(field_names)
        found = inner.parts(s) if inner.parts is not None else []
        return [part._replace(label=next(names) if init_of(part.stage) is not None else "") for part in found]

    return label, Functions(init, apply, forward, inner.shape, labelled, learn, inner.random)
