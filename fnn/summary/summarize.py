"""The summary of a model, from shapes alone, and the plan of its training."""

from __future__ import annotations

from typing import Any

from fnn import tree
from fnn.arrays import Shape, describe
from fnn.combine import as_model
from fnn.errors import DtypeError, HyperparameterError, ShapeError, StructureError
from fnn.model import Fn, Model, output_shape
from fnn.optim.base import Optimizer
from fnn.random import Key
from fnn.summary.caches import caches
from fnn.summary.inputs import Draw, drawer, repeater
from fnn.summary.outline import Place, outline
from fnn.summary.peak import peak
from fnn.summary.table import Plan, Row, Summary
from fnn.validate import positive


def summary(
    model: Model[Any, Any, Any] | Fn[Any, Any],
    input_shape: Shape,
    *,
    batch_size: int | None = None,
    optimizer: Optimizer[Any] | None = None,
    example: object = None,
) -> Summary:
    """Tell stage by stage the parameters' record, the output shape, and the number of parameters and operations.

    ``input_shape`` is that of one sample, without the batch axis: ``(784,)``. Raises ShapeError where a stage cannot
    take what the one before it gives, naming both, and for what is no shape.

    >>> import fnn
    >>> model = fnn.dense(4, 3) >> fnn.tanh >> fnn.dense(3, 2)
    >>> print(summary(model, (4,)))
    stage           parameters  output      count  bytes  FLOPs
    -----------------------------------------------------------
    input                       (batch, 4)
    0: dense(4, 3)  Dense       (batch, 3)     15     60     27
    1: tanh                     (batch, 3)                    3
    2: dense(3, 2)  Dense       (batch, 2)      8     32     14
    -----------------------------------------------------------
    total                       (batch, 2)     23     92     44

    **FLOPs** are the floating-point operations of one sample's forward pass; a step of training takes about three times
    as many. A multiplication and an addition are two. Products of matrices and convolutions are counted exactly, taps
    in the padding and masked steps included; what is computed entry by entry, an exponential as well as a sum, is one
    for each entry; moving numbers costs none. A layer of your own tells by a rule, ``layer(..., flops=...)``; where
    there is none stands a question mark, and the total is "at least" the sum of the others.

    **With a batch size** training is planned: how many bytes the gradients take, the caches, which are what each stage
    keeps from forward to backward, and in all, at the worst moment of a step with ``optimizer`` (without one, no
    update), the parameters, the optimizer's state, the batch and whatever the step makes, as tracemalloc would see it.
    For this the model is trained for a few steps on small batches, see `fnn.summary.peak`, of normal numbers or, if it
    refuses these, of indices that are 0; for any other input, give an ``example``, which is a batch of one sample or
    more. Of the loss its gradient is counted, and nothing else. Where tracemalloc is tracing already it goes on, but
    its record of the peak begins anew.

    Raises HyperparameterError for a batch size below 1, and what the model raises that cannot be trained so.

    >>> plan = summary(model, (4,), batch_size=1000, optimizer=fnn.adam(1e-3)).plan
    >>> plan.batch, plan.caches, plan.optimizer_state
    (16000, 12000, 184)
    """
    _check(model, input_shape, batch_size, optimizer, example)
    whole = outline(model, input_shape)
    places = list(whole)
    kept: list[int | None] = [None] * len(places)
    plan = None
    if batch_size is not None:
        plan, kept = _plan(whole, batch_size, optimizer, example)
    out = output_shape(model, input_shape)
    rows = tuple(_row(place, size) for place, size in zip(places, kept, strict=True) if place.depth >= 0)
    params = model.init(Key(0)) if isinstance(model, Model) else None
    trained, everything = tree.size(params, trained_only=True), tree.size(params)
    flops = sum(place.flops or 0 for place in places)
    buffers = everything - trained
    return Summary(model.name, input_shape, out, rows, everything, buffers, tree.nbytes(params), flops, plan)


def _row(place: Place, kept: int | None) -> Row:
    stage, shape = place.stage, output_shape(place.stage, place.shape)
    if place.inner:
        return Row(place.label, place.depth, place.name, "", shape, 0, 0, 0, place.flops, kept)
    params = stage.init(Key(0)) if isinstance(stage, Model) else None
    trained, everything = tree.size(params, trained_only=True), tree.size(params)
    record = "" if params is None else type(params).__name__
    sizes = everything, everything - trained, tree.nbytes(params)
    return Row(place.label, place.depth, place.name, record, shape, *sizes, place.flops, kept)


def _plan(
    whole: Place, batch_size: int, optimizer: Optimizer[Any] | None, example: object
) -> tuple[Plan, list[int | None]]:
    """Return the plan, and what each place keeps: in proportion to the batch, found with two small ones."""
    model = as_model(whole.stage) if isinstance(whole.stage, Fn) else whole.stage
    params = model.init(Key(0))
    draw = _drawer(model, whole.shape, params) if example is None else repeater(example)
    chosen = _resting if optimizer is None else optimizer
    low, high = (batch_size, batch_size) if batch_size <= 4 else (2, 4)

    def line(a: int | None, b: int | None) -> int | None:
        return b if a is None or b is None or low == high else a + (b - a) * (batch_size - low) // (high - low)

    (all_low, each_low), (all_high, each_high) = (caches(whole, draw(count), count) for count in (low, high))
    kept = [line(a, b) for a, b in zip(each_low, each_high, strict=True)]
    plan = Plan(
        batch_size,
        tree.nbytes(draw(1)) * batch_size,
        tree.nbytes(chosen.start(params)),
        line(all_low, all_high) or 0,
        peak(model, chosen, draw, batch_size),
    )
    return plan, kept


def _drawer(model: Model[Any, Any, Any], shape: Shape, params: Any) -> Draw:
    try:
        return drawer(model, shape, params)
    except (DtypeError, StructureError) as error:
        error.hint = "Give the summary an example: inputs of one sample or more, of the kind that the model takes."
        raise


_resting: Optimizer[None] = Optimizer(lambda params: None, lambda grads, state, params, paths: (grads, params, state))


def _check(model: object, input_shape: object, batch_size: int | None, optimizer: object, example: object) -> None:
    if not isinstance(model, Model | Fn):
        raise StructureError("summary", "a model or a stage", describe(model), "Parameters are counted by tree.size.")
    if not _is_shape(input_shape):
        hint = "That of one sample, without the batch axis: (784,), say; for a pair of inputs ((4,), (4,))."
        raise ShapeError("summary", "an input shape as a tuple of sizes of at least 1", repr(input_shape), hint)
    if batch_size is not None:
        positive("summary", batch_size=batch_size)
    elif optimizer is not None or example is not None:
        hint = "Memory depends on how many samples a step takes."
        raise HyperparameterError("summary", "a batch_size beside optimizer and example", "None", hint)
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise StructureError("summary", "an optimizer", describe(optimizer), "Such as fnn.adam(1e-3).")


def _is_shape(value: object) -> bool:
    if not isinstance(value, tuple):
        return False
    return all(_is_shape(v) if isinstance(v, tuple) else type(v) is int and v >= 1 for v in value)
