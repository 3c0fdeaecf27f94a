"""Each compiled loop computes what its reference in NumPy computes, within rounding; and the choice between the two."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from fnn import kernels, ops
from fnn.kernels.choice import compiled, kernel, reference
from fnn.kernels.erf import erfc
from fnn.ops.windows import views, window
from fnn.tree import record

ROUNDING = {np.float32: 2e-6, np.float64: 1e-13}
"""By how much the two may differ, relative to the largest entry."""

Make = Callable[..., Any]


@record
class Case:
    """A kernel, and the arguments it is tested with; ``draw(*shape)`` gives random numbers of one dtype."""

    kernel: Callable[..., Any]
    arguments: Callable[[Make, np.random.Generator], tuple[Any, ...]]


def softmax_scores(draw: Make, rng: np.random.Generator) -> tuple[Any, ...]:
    scores = draw(6, 7)
    scores[rng.random(scores.shape) < 0.3] = -np.inf
    scores[1] = -np.inf
    return scores, 3, 1


def pool(shape: tuple[int, ...], spans: tuple[kernels.Span, ...]) -> tuple[Case, Case]:
    outputs = (shape[0], *(span[0] for span in spans), shape[-1])
    winners = np.zeros(outputs, np.uint8)

    def gradient(draw: Make, rng: np.random.Generator) -> tuple[Any, ...]:
        taps = int(np.prod([span[1] for span in spans]))
        return draw(*outputs), rng.integers(0, taps, winners.shape, np.uint8), shape, spans

    return (
        Case(
            kernels.window_maxima, lambda draw, rng: (np.round(draw(*shape)), spans)
        ),  # rounded, so that there are ties
        Case(kernels.window_maxima_gradient, gradient),
    )


def means(shape: tuple[int, ...], spans: tuple[kernels.Span, ...]) -> tuple[Case, Case]:
    places = tuple(span[0] for span in spans)

    def gradient(draw: Make, rng: np.random.Generator) -> tuple[Any, ...]:
        return draw(shape[0], *places, shape[-1]), draw(*places, 1) ** 2 + 1, shape, spans

    return (
        Case(kernels.window_means, lambda draw, rng: (draw(*shape), draw(*places, 1) ** 2 + 1, spans)),
        Case(kernels.window_means_gradient, gradient),
    )


def windows(shape: tuple[int, ...], weight: tuple[int, ...], stride: int, dilation: int) -> Case:
    axes = window("test", len(shape) - 2, weight[:-2], stride=stride, dilation=dilation).over(shape[1:-1], "test")
    outputs = (shape[0], *(axis.outputs for axis in axes), weight[-1])
    return Case(
        kernels.window_products,
        lambda draw, rng: (views(draw(*shape), axes), draw(*weight), draw(*outputs)),
    )


def strided(case: Case) -> Case:
    """The same, with arrays that are not contiguous."""
    return Case(case.kernel, lambda draw, rng: case.arguments(lambda *shape: draw(*shape, 2)[..., 0], rng))


def standardized(shape: tuple[int, ...], groups: int) -> tuple[Case, Case]:
    def gradient(draw: Make, rng: np.random.Generator) -> tuple[Any, ...]:
        return draw(*shape), draw(*shape), draw(shape[0], 1, shape[2]) ** 2, draw(shape[2]), groups

    return (
        Case(kernels.standardize, lambda draw, rng: (draw(*shape) + 3, draw(shape[2]), draw(shape[2]), groups, 1e-5)),
        Case(kernels.standardize_gradient, gradient),
    )


def steps(time: int, batch: int, units: int, *, mask: bool) -> Iterator[tuple[str, Case]]:
    """The loops over time of the recurrent networks; states and gradients are given to be written over."""

    def case(kernel: Callable[..., Any], arguments: Callable[..., tuple[Any, ...]]) -> tuple[str, Case]:
        def made(draw: Make, rng: np.random.Generator) -> tuple[Any, ...]:
            valid = rng.random((time, batch, 1)) < 0.7 if mask else None
            return arguments(lambda *shape, scale=1: scale * draw(*shape), valid)

        return kernel.__name__, Case(kernel, made)

    n, u = (time, batch), units
    last = (time + 1, batch, u)
    small = u**-0.5  # recurrent weights as they are drawn, so that rounding does not grow from step to step
    yield case(kernels.rnn_steps, lambda draw, valid: (draw(*last), draw(u, u, scale=small), False, valid))
    yield case(
        kernels.rnn_steps_gradients,
        lambda draw, valid: (draw(*n, u) ** 2, draw(u, u, scale=small), draw(*n, u), valid, draw(batch, u)),
    )
    yield case(
        kernels.gru_steps,
        lambda draw, valid: (
            *(draw(*n, 3 * u), draw(u, 3 * u, scale=small), draw(u)),
            *(draw(*last), draw(*n, u), valid),
        ),
    )
    yield case(
        kernels.gru_steps_gradients,
        lambda draw, valid: (
            *(np.tanh(draw(*n, 3 * u)), draw(u, 3 * u, scale=small), draw(*last), draw(*n, u), draw(*n, u), valid),
            *(draw(batch, u), draw(*n, 3 * u), draw(*n, 3 * u)),
        ),
    )
    yield case(
        kernels.gru_reset_before_steps,
        lambda draw, valid: (draw(*n, 3 * u), draw(u, 3 * u, scale=small), draw(*last), valid),
    )
    yield case(
        kernels.gru_reset_before_steps_gradients,
        lambda draw, valid: (
            *(np.tanh(draw(*n, 3 * u)), draw(u, 3 * u, scale=small), draw(*n, u), valid),
            *(draw(batch, u), np.tanh(draw(*n, 3 * u))),
        ),
    )
    yield case(
        kernels.lstm_steps,
        lambda draw, valid: (
            *(draw(*n, 4 * u), draw(u, 4 * u, scale=small), draw(4 * u)),
            *(draw(*last), draw(*last), draw(*n, u), valid),
        ),
    )
    yield case(
        kernels.lstm_steps_gradients,
        lambda draw, valid: (
            *(np.tanh(draw(*n, 4 * u)), draw(u, 4 * u, scale=small), draw(*last), draw(*n, u), draw(*n, u), valid),
            *(draw(batch, u), draw(batch, u), draw(*n, 4 * u)),
        ),
    )


def leaves(draw: Make) -> list[Any]:
    return [draw(3, 4), draw(4), np.asarray(draw()), draw(2, 3, 1, 5), np.asfortranarray(draw(3, 2))]


def equal_leaves(shape: tuple[int, ...]) -> Callable[[Make, np.random.Generator], tuple[Any, ...]]:
    def arguments(draw: Make, rng: np.random.Generator) -> tuple[Any, ...]:
        grads, params, means, squares = ([np.asarray(draw(*shape)) for _ in range(5)] for _ in range(4))
        return grads, params, means, [leaf**2 for leaf in squares], (0.9, 0.99, 0.01, 1e-3)

    return arguments


def adam(draw: Make, rng: np.random.Generator) -> tuple[Any, ...]:
    squares = [leaf**2 for leaf in leaves(draw)]
    return leaves(draw), leaves(draw), leaves(draw), squares, (0.9, 0.99, 0.01, 1e-3)


def contiguous_adam(draw: Make, rng: np.random.Generator) -> tuple[Any, ...]:
    grads, *overwritten, factors = adam(draw, rng)
    return grads, *([np.array(leaf, order="C") for leaf in group] for group in overwritten), factors


def dense(*sizes: int, samples: int = 9) -> Callable[[Make, np.random.Generator], tuple[Any, ...]]:
    def arguments(draw: Make, rng: np.random.Generator) -> tuple[Any, ...]:
        count = sum(inputs * outputs + outputs for inputs, outputs in pairwise(sizes))
        state = draw(count), draw(count), draw(count) ** 2
        labels = rng.integers(0, sizes[-1], samples)
        return draw(samples, sizes[0]), labels, *state, np.array(sizes), (0.9, 0.99, 0.01, 1e-3)

    return arguments


CASES = {
    "add_bias_relu": Case(kernels.add_bias_relu, lambda draw, rng: (draw(5, 37), draw(37))),
    "add_rows": Case(kernels.add_rows, lambda draw, rng: (draw(50, 7), rng.integers(0, 9, 50), 12)),
    "relu_bias_gradients": Case(kernels.relu_bias_gradients, lambda draw, rng: (draw(600, 37), draw(600, 37))),
    "adam": Case(kernels.adam_update, adam),
    "adam, leaves of one shape": Case(kernels.adam_update, equal_leaves((3, 4))),
    "adam, leaves without axes": Case(kernels.adam_update, equal_leaves(())),
    "adam_overwrite": Case(kernels.adam_overwrite, contiguous_adam),
    "cross_entropy": Case(kernels.cross_entropy, lambda draw, rng: (30 * draw(9, 4), rng.integers(0, 4, 9), 0.125)),
    "dense_adam_step, one layer": Case(kernels.dense_adam_step, dense(5, 3)),
    "dense_adam_step, narrow and wide": Case(kernels.dense_adam_step, dense(2, 16, 3, 40, 4)),
    "dense_adam_step, all remainders": Case(kernels.dense_adam_step, dense(1, 1, 2, 3, 4, 5, 6, 7, 2)),
    "dense_adam_step, many samples": Case(kernels.dense_adam_step, dense(3, 7, 5, samples=300)),
    "gelu": Case(kernels.gelu, lambda draw, rng: (4 * draw(5, 7, 30),)),
    "gelu_tanh": Case(kernels.gelu_tanh, lambda draw, rng: (10 * draw(5, 7, 3),)),
    "gelu_tanh, small": Case(kernels.gelu_tanh, lambda draw, rng: (0.1 * draw(5, 7, 3),)),
    "gru_step": Case(
        kernels.gru_step,
        lambda draw, rng: (4 * draw(5, 21), 4 * draw(5, 21), draw(7), draw(5, 7), draw(5, 7), draw(5, 7)),
    ),
    "gru_step_gradients": Case(
        kernels.gru_step_gradients,
        lambda draw, rng: (draw(5, 21), draw(5, 7), draw(5, 7), draw(5, 7), draw(5, 21), draw(5, 21)),
    ),
    "lstm_step": Case(
        kernels.lstm_step,
        lambda draw, rng: (4 * draw(5, 28), draw(28), draw(5, 7), draw(5, 7), draw(5, 7), draw(5, 7)),
    ),
    "lstm_step_gradients": Case(
        kernels.lstm_step_gradients,
        lambda draw, rng: (draw(5, 28), draw(5, 7), draw(5, 7), draw(5, 7), draw(5, 7), draw(5, 7), draw(5, 28)),
    ),
    "transposed": Case(kernels.transposed, lambda draw, rng: (draw(19, 33),)),
    "transposed, column": Case(kernels.transposed, lambda draw, rng: (draw(19, 1),)),
    "normalize_rows": Case(kernels.normalize_rows, lambda draw, rng: (draw(9, 33) + 3, draw(33), draw(33), 1e-5)),
    "normalize_rows_gradient": Case(
        kernels.normalize_rows_gradient, lambda draw, rng: (draw(600, 33), draw(600, 33), draw(600) ** 2, draw(33))
    ),
    "rms_rows": Case(kernels.rms_rows, lambda draw, rng: (draw(9, 33) + 3, draw(33), 1e-5)),
    "rms_rows_gradient": Case(
        kernels.rms_rows_gradient, lambda draw, rng: (draw(600, 33), draw(600, 33), draw(600) ** 2, draw(33))
    ),
    "shift_scale": Case(kernels.shift_scale, lambda draw, rng: (draw(9, 33), draw(33), draw(33), draw(33))),
    "shift_scale_gradient": Case(
        kernels.shift_scale_gradient, lambda draw, rng: (draw(600, 33), draw(600, 33), draw(33), draw(33))
    ),
    "silu": Case(kernels.silu, lambda draw, rng: (10 * draw(5, 7, 30),)),
    "silu_gradient": Case(kernels.silu_gradient, lambda draw, rng: (draw(5, 70), draw(5, 70), draw(5, 70))),
    "softmax_rows": Case(kernels.softmax_rows, softmax_scores),
    "softmax_rows, all keys": Case(kernels.softmax_rows, lambda draw, rng: (10 * draw(6, 40), 3, 40)),
    "softmax_rows_gradient": Case(kernels.softmax_rows_gradient, lambda draw, rng: (draw(6, 40), draw(6, 40) ** 2)),
    "swiglu": Case(kernels.swiglu, lambda draw, rng: (5 * draw(5, 7, 60),)),
    "swiglu_gradient": Case(
        kernels.swiglu_gradient, lambda draw, rng: (draw(2, 5, 30), draw(2, 5, 60), draw(2, 5, 30))
    ),
}
for name, shape, spans in (
    ("image", (2, 6, 6, 5), ((3, 2, 2, 1, 0), (3, 2, 2, 1, 0))),
    ("image, a column left", (2, 6, 7, 5), ((3, 2, 2, 1, 0), (3, 2, 2, 1, 0))),
    ("image, overlapping", (2, 5, 5, 3), ((4, 2, 1, 1, 0), (4, 2, 1, 1, 0))),
    ("image, padded", (2, 5, 7, 3), ((3, 3, 2, 1, 1), (4, 3, 2, 1, 1))),
    ("image, dilated", (1, 7, 7, 2), ((3, 3, 1, 2, 0), (7, 2, 1, 2, 1))),
    ("signal", (2, 9, 3), ((5, 3, 2, 1, 1),)),
    ("volume", (2, 4, 4, 4, 3), ((2, 2, 2, 1, 0),) * 3),
):
    CASES[f"window_maxima, {name}"], CASES[f"window_maxima_gradient, {name}"] = pool(shape, spans)
    CASES[f"window_means, {name}"], CASES[f"window_means_gradient, {name}"] = means(shape, spans)
for name, time, batch, units in (
    ("few steps", 3, 5, 7),
    ("one unit", 4, 1, 1),
    ("deep and wide", 4, 17, 75),  # so that products are of several blocks, in all three directions
):
    for mask in (False, True):
        CASES |= {f"{loop}, {name}{', mask' * mask}": case for loop, case in steps(time, batch, units, mask=mask)}
for name, shape, weight, stride, dilation in (
    ("image", (2, 9, 21, 2), (3, 3, 2, 40), 1, 1),
    ("image, a stride and dilation", (2, 9, 21, 3), (3, 2, 3, 5), 2, 2),
    ("image, narrow", (2, 9, 5, 2), (3, 3, 2, 3), 1, 1),
    ("image, a single output", (2, 9, 12, 6), (3, 3, 6, 1), 1, 1),
    ("image, a single tap", (2, 9, 12, 6), (1, 1, 6, 9), 1, 1),
    ("image, deep", (2, 9, 12, 20), (3, 3, 20, 3), 1, 1),
    ("signal", (2, 23, 3), (5, 3, 40), 2, 1),
    ("volume", (1, 4, 5, 12, 1), (2, 2, 2, 1, 3), 1, 1),
):
    CASES[f"window_products, {name}"] = windows(shape, weight, stride, dilation)
for name, shape, groups in (("batch", (1, 300, 9), 9), ("groups", (3, 7, 6), 2), ("one position", (4, 1, 6), 3)):
    CASES[f"standardize, {name}"], CASES[f"standardize_gradient, {name}"] = standardized(shape, groups)
for name in (
    "gelu",
    "rms_rows",
    "rms_rows_gradient",
    "standardize, groups",
    "standardize_gradient, groups",
):
    CASES[f"{name}, strided"] = strided(CASES[name])


def outcome(function: Callable[..., Any], arguments: tuple[Any, ...]) -> list[Any]:
    """All that a kernel returns, and the arguments, which it may have overwritten."""
    result = function(*arguments)
    results = result if isinstance(result, tuple) else (result,)
    return [part for part in (*results, *arguments) if part is not None]


def flat(value: Any) -> list[np.ndarray[Any, Any]]:
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in flat(part)]
    return [np.asarray(value)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", CASES)
def test_the_loop_computes_what_the_reference_computes(name: str, dtype: Any) -> None:
    case, found = CASES[name], []
    for function in (reference(case.kernel), compiled(case.kernel)):
        rng = np.random.default_rng(7)
        arguments = case.arguments(lambda *shape, rng=rng: rng.standard_normal(shape).astype(dtype), rng)
        found.append(flat(outcome(function, arguments)))
    for expected, got in zip(*found, strict=True):
        assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
        if expected.dtype.kind == "f" and expected.ndim:
            finite = np.abs(expected[np.isfinite(expected)])
            np.testing.assert_allclose(got, expected, rtol=0, atol=ROUNDING[dtype] * max(finite.max(initial=0), 1))
        elif expected.ndim == 0:
            np.testing.assert_allclose(got, expected, rtol=ROUNDING[dtype])
        else:
            np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("bad", ["label below", "label above", "input"])
def test_a_loss_that_is_not_finite_leaves_the_state_as_it_is(bad: str) -> None:
    for function in (reference(kernels.dense_adam_step), compiled(kernels.dense_adam_step)):
        draw = np.random.default_rng(0).standard_normal
        x, labels, *rest = dense(2, 3)(lambda *shape, draw=draw: draw(shape), np.random.default_rng(0))
        if bad == "input":
            x[4] = np.nan
        else:
            labels[4] = -1 if bad == "label below" else 3
        before = [state.copy() for state in rest[:3]]
        loss, _ = function(x, labels, *rest)
        assert not np.isfinite(loss)
        np.testing.assert_array_equal(rest[:3], before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("choose", [reference, compiled])
def test_adam_gives_the_same_bits_in_new_arrays_and_over_the_old(choose: Any, dtype: Any) -> None:
    rng = np.random.default_rng(3)
    sizes = [*range(1, 40), 1000, 2**16 + 5]  # so that loops end in different places, and blocks
    grads, params, means, squares = ([rng.standard_normal(size).astype(dtype) for size in sizes] for _ in range(4))
    squares = [leaf**2 for leaf in squares]
    made = choose(kernels.adam_update)(grads, params, means, squares, (0.9, 0.999, 1e-3, 1e-8))
    choose(kernels.adam_overwrite)(grads, params, means, squares, (0.9, 0.999, 1e-3, 1e-8))
    for group, expected in zip((params, means, squares), made, strict=True):
        for got, want in zip(group, expected, strict=True):
            np.testing.assert_array_equal(got, want)


def test_an_index_beyond_the_table_is_refused() -> None:
    for function in (reference(kernels.add_rows), compiled(kernels.add_rows)):
        with pytest.raises(IndexError):
            function(np.ones((2, 3)), np.array([0, 4]), 4)


def test_long_columns_are_summed_up_with_little_rounding() -> None:
    """Sums of float32 that added one entry after the other would be off by 1e-5, and more with a mean far from 0."""
    draw, ones = np.random.default_rng(0).standard_normal, np.ones(8, np.float32)
    x, dy = (draw((1, 50_000, 8)) + 10).astype(np.float32), (draw((1, 50_000, 8)) + 1).astype(np.float32)
    standardize, gradient = compiled(kernels.standardize), compiled(kernels.standardize_gradient)
    _, z, inverse, mean, variance = standardize(x, ones, ones, 8, 1e-5)
    wide = x.astype(np.float64)
    np.testing.assert_allclose(mean[0, 0], wide.mean(axis=(0, 1)), rtol=2e-7)
    np.testing.assert_allclose(variance[0, 0], wide.var(axis=(0, 1)), rtol=5e-7)
    _, dscale, dbias = gradient(dy, z, inverse, ones, 8)
    np.testing.assert_allclose(dbias, dy.astype(np.float64).sum(axis=(0, 1)), rtol=5e-7)
    np.testing.assert_allclose(dscale, (dy.astype(np.float64) * z).sum(axis=(0, 1)), atol=5e-7 * 50_000)


FOUR = np.ones(4)


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (lambda x: ops.average_pool_forward(x, size=2), ops.average_pool_backward),
        (lambda x: ops.batch_norm_forward(x, FOUR, FOUR), ops.batch_norm_backward),
        (
            lambda x: ops.batch_norm_inference_forward(x, FOUR, FOUR, mean=FOUR, variance=FOUR),
            ops.batch_norm_inference_backward,
        ),
        (lambda x: ops.embedding_forward(x.astype(int), np.ones((9, 4))), ops.embedding_backward),
        (ops.geglu_forward, ops.geglu_backward),
        (ops.gelu_forward, ops.gelu_backward),
        (lambda x: ops.group_norm_forward(x, FOUR, FOUR, groups=2), ops.group_norm_backward),
        (lambda x: ops.instance_norm_forward(x, FOUR, FOUR), ops.instance_norm_backward),
        (lambda x: ops.rms_norm_forward(x, FOUR), ops.rms_norm_backward),
        (ops.silu_forward, ops.silu_backward),
        (ops.swiglu_forward, ops.swiglu_backward),
    ],
)
def test_no_loop_reads_beyond_its_arrays(forward: Make, backward: Make) -> None:
    """Loops do not look where arrays end: a gradient of another shape than the output's is refused before."""
    y, cache = forward(np.arange(128.0).reshape(2, 4, 4, 4) % 9)
    for dy in (y[:, :1], np.concatenate([y, y], axis=1)):
        with pytest.raises(ValueError, match="shape"):
            backward(dy, cache)


def test_every_kernel_is_in_the_table() -> None:
    public = {getattr(kernels, name) for name in kernels.__all__}
    assert {case.kernel for case in CASES.values()} == {each for each in public if hasattr(each, "__wrapped__")} - {
        kernels.active
    }


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_not_hidden(bad: float) -> None:
    """A run that diverges must be seen to."""
    z, row = np.full((2, 3), bad, np.float32), np.zeros(3, np.float32)
    kernels.add_bias_relu(z, row)
    assert not np.isfinite(z).any()
    logits = np.array([[0, bad, 0]], np.float32)
    with np.errstate(invalid="ignore"):
        value, _ = kernels.cross_entropy(logits, np.array([0]), 1.0)
    assert not np.isfinite(value)
    gates, cells = np.full((1, 4), np.nan, np.float32), [np.zeros((1, 1), np.float32) for _ in range(4)]
    kernels.lstm_step(gates, np.zeros(4, np.float32), *cells)
    assert np.isnan(cells[3]).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_not_a_number_stays_so(dtype: Any) -> None:
    x = np.full((2, 4, 4), np.nan, dtype)
    four = np.ones(4, dtype)
    for result in (
        ops.average_pool_forward(x, size=2),
        ops.batch_norm_forward(x, four, four),
        ops.batch_norm_inference_forward(x, four, four, mean=four, variance=four),
        ops.gelu_forward(x),
        ops.rms_norm_forward(x, four),
        ops.silu_forward(x),
        ops.swiglu_forward(x),
    ):
        assert np.isnan(result[0]).all()


@pytest.mark.parametrize(("variable", "expected"), [("numpy", "numpy"), ("numba", "numba"), ("", "numba")])
def test_the_environment_decides(variable: str, expected: str) -> None:
    code = "import sys, fnn; loaded = 'numba' in sys.modules; print(fnn.kernels.active(), loaded)"
    environment = {**os.environ, "FNN_KERNELS": variable}
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.split() == [expected, "False"]


def test_a_choice_that_is_none_is_refused() -> None:
    environment = {**os.environ, "FNN_KERNELS": "fortran"}
    shown = subprocess.run(
        [sys.executable, "-c", "import fnn; fnn.kernels.active()"], env=environment, capture_output=True, text=True
    )
    assert "FNN_KERNELS: expected numba or numpy, or nothing, got 'fortran'" in shown.stderr


@pytest.mark.parametrize("broken", [ImportError("Numba needs NumPy 2.1 or less"), ModuleNotFoundError("numba")])
def test_a_numba_that_cannot_be_imported_is_left_alone(broken: ImportError, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise broken

    monkeypatch.delenv("FNN_KERNELS", raising=False)
    monkeypatch.setattr("fnn.kernels.choice.import_module", fail)
    assert kernels.active.__wrapped__() == "numpy"  # what the cache wraps


@pytest.mark.parametrize("spans", [((2, 2, 2, 1, 0),) * 2, ((3, 2, 1, 1, 0),) * 2])
def test_the_maximum_of_a_window_with_nan_is_nan(spans: tuple[kernels.Span, ...]) -> None:
    for place in np.ndindex(2, 2):
        x = np.arange(16.0).reshape(1, 4, 4, 1)
        x[0, place[0], place[1]] = np.nan
        for function in (reference(kernels.window_maxima), compiled(kernels.window_maxima)):
            assert np.isnan(function(x, spans)[0][0, 0, 0])


def test_scores_far_below_have_no_weight() -> None:
    for function in (reference(kernels.softmax_rows), compiled(kernels.softmax_rows)):
        scores = np.array([[0, -1e9, -np.inf, 0, -88, -1e30]], np.float32)
        function(scores, 1, 6)
        np.testing.assert_allclose(scores, [[0.5, 0, 0, 0.5, 0, 0]], atol=1e-30)
        assert scores[0, 1] == scores[0, 2] == scores[0, 5] == 0


EXACT: dict[str, Callable[..., Any]] = {
    "erfc": erfc,
    "exp": np.exp,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
}


@pytest.mark.parametrize("name", EXACT)
def test_functions_of_the_loops_keep_their_digits(name: str) -> None:
    """Relative to the functions of NumPy, and to ours, in float64."""
    from fnn.kernels.compiled import functions
    from fnn.kernels.compiled.options import loop

    function = getattr(functions, name)

    @loop
    def run(x: Any, y: Any) -> None:
        for i in range(x.size):
            y[i] = function(x[i])

    x = np.concatenate([np.linspace(-87, 88, 100_001), np.linspace(-1, 1, 100_001)]).astype(np.float32)
    x = x[np.abs(x) < 40] if name != "exp" else x
    y = np.empty_like(x)
    run(x, y)
    wide = x.astype(np.float64)
    exact = EXACT[name](wide)
    rounding = 1e-6 * (np.maximum(1, wide**2 / 4) if name == "erfc" else 1)
    assert (np.abs(y - exact) <= rounding * np.abs(exact) + 1e-37).all()
    run(np.array([np.nan, np.inf, -np.inf], np.float32), y)
    ends = {"exp": [np.nan, np.inf, 0], "erfc": [np.nan, 0, 2], "sigmoid": [np.nan, 1, 0], "tanh": [np.nan, 1, -1]}[
        name
    ]
    np.testing.assert_array_equal(y[:3], np.array(ends, np.float32))


def test_a_kernel_runs_its_reference_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fnn.kernels.choice.active", lambda: "numpy")

    @kernel
    def own(x: float) -> float:
        return x + 1

    assert own(1.0) == 2.0


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.bool_, np.float32])
def test_weights_of_another_dtype_go_to_the_reference(dtype: Any) -> None:
    """The compiled block reads numbers of one type."""
    rng = np.random.default_rng(0)
    windows, weight = rng.standard_normal((1, 3, 9, 3, 3, 2)), rng.integers(0, 2, (3, 3, 2, 33)).astype(dtype)
    found = []
    for choose in (reference, compiled):
        y = np.empty((1, 3, 9, 33))
        choose(kernels.window_products)(windows, weight, y)
        h = np.full((6, 5, 4), 0.1)
        choose(kernels.rnn_steps)(h, weight.ravel()[:16].reshape(4, 4), False, None)
        found.append((y, h))
    for got, expected in zip(*found, strict=True):
        np.testing.assert_array_equal(got, expected)


def test_the_block_is_compiled_for_floats_of_one_type_alone() -> None:
    from fnn.kernels.compiled.options import loop
    from fnn.kernels.compiled.tile import add_product

    @loop
    def run(a: Any, b: Any, c: Any) -> None:
        add_product(a, b, c)

    one = np.ones((1, 1))
    for kinds in ((float, int, float), (int, int, int), (np.float32, float, float), (complex, complex, complex)):
        with pytest.raises(Exception, match="expected floats of one type"):
            run(*(one.astype(kind) for kind in kinds))
