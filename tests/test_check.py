"""The checker is checked: it must pass what is right and find what is wrong, and say where."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import attrs
import numpy as np
import pytest

import fnn
from fnn import Array, Key, ops
from fnn.check import Entry, Report, gradients
from fnn.errors import DtypeError, FnnError, GradientError, HyperparameterError, ShapeError, StructureError

X: Array = np.random.default_rng(11).standard_normal((4, 3))
SQUARE: Array = np.random.default_rng(12).standard_normal((3, 3))
BIAS: Array = np.random.default_rng(13).standard_normal(3)
LINEAR = (X, SQUARE, BIAS)
ALL_SQUARE = (SQUARE + 1, SQUARE, BIAS)  # where a wrong transpose or axis does not show in the shape

Linear = tuple[Array, Array]


# --- right ones pass ---


def test_right_gradients_pass() -> None:
    assert gradients((ops.linear_forward, ops.linear_backward), *LINEAR).passed
    assert gradients(fnn.tanh, X).passed
    assert gradients(fnn.dense(3, 4) >> fnn.gelu >> fnn.dropout(0.3) >> fnn.dense(4, 2) >> fnn.log_softmax, X).passed


def test_numerical_error_is_far_below_the_tolerance() -> None:
    model = fnn.dense(3, 8) >> fnn.tanh >> fnn.dense(8, 8) >> fnn.silu >> fnn.dense(8, 2) >> fnn.softmax
    assert gradients(model, X).worst.error < 1e-9


def test_gradient_that_is_zero_everywhere_passes() -> None:
    assert gradients(fnn.step, X).worst == Entry("input", 12, 0.0, (0, 0), 0.0, 0.0)


# --- wrong ones are caught ---


class Mutant(NamedTuple):
    """An op with a mistake, the inputs that it is checked at, and what the error must be and say."""

    forward: Callable[..., tuple[Any, Any]]
    backward: Callable[[Any, Any], Any]
    inputs: tuple[Array, ...]
    says: str
    error: type[FnnError] = GradientError


def mean_forward(x: Array) -> tuple[Array, int]:
    y: Array = x.mean(axis=0)
    return y, len(x)


def missing_mean_backward(dy: Array, size: int) -> Array:
    return np.repeat(dy[None], size, axis=0)


def untransposed_weight_backward(dy: Array, cache: Linear) -> tuple[Array, Array, Array]:
    x, weight = cache
    return dy @ weight, x.T @ dy, dy.sum(axis=0)


def transposed_dweight_backward(dy: Array, cache: Linear) -> tuple[Array, Array, Array]:
    x, weight = cache
    return dy @ weight.T, dy.T @ x, dy.sum(axis=0)


def unsummed_bias_backward(dy: Array, cache: Linear) -> tuple[Array, Array, Array]:
    return *ops.linear_backward(dy, cache)[:2], dy


def bias_of_one_row_backward(dy: Array, cache: Linear) -> tuple[Array, Array, Array]:
    return *ops.linear_backward(dy, cache)[:2], dy[0]


def bias_along_the_wrong_axis_backward(dy: Array, cache: Linear) -> tuple[Array, Array, Array]:
    return *ops.linear_backward(dy, cache)[:2], dy.sum(axis=1)


def mean_bias_backward(dy: Array, cache: Linear) -> tuple[Array, Array, Array]:
    return *ops.linear_backward(dy, cache)[:2], dy.mean(axis=0)


def nan_bias_backward(dy: Array, cache: Linear) -> tuple[Array, Array, Array]:
    return *ops.linear_backward(dy, cache)[:2], np.array([0.0, np.nan, 0.0])


def two_of_three_backward(dy: Array, cache: Linear) -> tuple[Array, Array]:
    return ops.linear_backward(dy, cache)[:2]


def no_tuple_backward(dy: Array, cache: Linear) -> Array:
    return dy


def swapped_backward(dy: Array, cache: Linear) -> tuple[Array, Array, Array]:
    dx, dweight, dbias = ops.linear_backward(dy, cache)
    return dweight, dx, dbias


def square_forward(x: Array) -> tuple[Array, Array]:
    return x * x, x


def square_backward(dy: Array, x: Array) -> Array:
    return 2 * x * dy


def slightly_large_backward(dy: Array, x: Array) -> Array:
    return 2.001 * x * dy


def half_backward(dy: Array, x: Array) -> Array:
    return x * dy


def sign_backward(dy: Array, x: Array) -> Array:
    return -2 * x * dy


def without_dy_backward(dy: Array, x: Array) -> Array:
    return 2 * x


def last_row_backward(dy: Array, x: Array) -> Array:
    dx = square_backward(dy, x)
    dx[-1] *= 1.01
    return dx


def one_entry_backward(dy: Array, x: Array) -> Array:
    dx = square_backward(dy, x)
    dx[2, 1] += 1e-6
    return dx


def nan_backward(dy: Array, x: Array) -> Array:
    dx = square_backward(dy, x)
    dx[0, 0] = np.nan
    return dx


def transposed_shape_backward(dy: Array, x: Array) -> Array:
    return square_backward(dy, x).T


def summed_to_a_row_backward(dy: Array, x: Array) -> Array:
    row: Array = square_backward(dy, x).sum(axis=0)
    return row


def float32_backward(dy: Array, x: Array) -> Array:
    return square_backward(dy, x).astype(np.float32)


def through_float32_backward(dy: Array, x: Array) -> Array:
    return square_backward(dy, x).astype(np.float32).astype(np.float64)


def list_backward(dy: Array, x: Array) -> Any:
    return square_backward(dy, x).tolist()


def none_backward(dy: Array, x: Array) -> None:
    return None


def float32_forward(x: Array) -> tuple[Array, Array]:
    return (x * x).astype(np.float32), x


def softmax_diagonal_backward(dy: Array, y: Array) -> Array:
    return dy * y * (1 - y)


def log_softmax_forgotten_backward(dy: Array, y: Array) -> Array:
    return dy


def silu_forgotten_backward(dy: Array, cache: Linear) -> Array:
    return dy * cache[1]


# fmt: off
MUTANTS = [
    Mutant(mean_forward, missing_mean_backward, (X,), "at input["),
    Mutant(ops.linear_forward, untransposed_weight_backward, LINEAR, "at input0["),
    Mutant(ops.linear_forward, transposed_dweight_backward, ALL_SQUARE, "at input1["),
    Mutant(ops.linear_forward, unsummed_bias_backward, LINEAR, "of shape (3,) at input2, got shape (4, 3)", ShapeError),
    Mutant(ops.linear_forward, bias_of_one_row_backward, LINEAR, "at input2["),
    Mutant(ops.linear_forward, bias_along_the_wrong_axis_backward, ALL_SQUARE, "at input2["),
    Mutant(ops.linear_forward, mean_bias_backward, LINEAR, "at input2["),
    Mutant(ops.linear_forward, nan_bias_backward, LINEAR, "at input2[1], got nan"),
    Mutant(ops.linear_forward, two_of_three_backward, LINEAR,
           "linear: expected a tuple of 3 gradients, one for each input, got 2.", StructureError),
    Mutant(ops.linear_forward, no_tuple_backward, LINEAR, "got float64 of shape (4, 3).", StructureError),
    Mutant(ops.linear_forward, swapped_backward, LINEAR, "of shape (4, 3) at input0, got shape (3, 3)", ShapeError),
    Mutant(square_forward, slightly_large_backward, (X,), "relative error 5.0e-04"),
    Mutant(square_forward, half_backward, (X,), "relative error 5.0e-01"),
    Mutant(square_forward, sign_backward, (X,), "relative error 2.0e+00"),
    Mutant(square_forward, without_dy_backward, (X,), "at input["),
    Mutant(square_forward, last_row_backward, (X,), "at input[3, "),
    Mutant(square_forward, one_entry_backward, (X,), "at input[2, 1]"),
    Mutant(square_forward, nan_backward, (X,), "at input[0, 0], got nan"),
    Mutant(square_forward, transposed_shape_backward, (X,), "(4, 3) at input, got shape (3, 4)", ShapeError),
    Mutant(square_forward, summed_to_a_row_backward, (X,), "(4, 3) at input, got shape (3,)", ShapeError),
    Mutant(square_forward, float32_backward, (X,), "gradient in float64 at input, got float32", DtypeError),
    Mutant(square_forward, through_float32_backward, (X,), "at input["),
    Mutant(square_forward, list_backward, (X,), "input: expected an array", StructureError),
    Mutant(square_forward, none_backward, (X,), "a gradient at input, got gradients at no path", StructureError),
    Mutant(float32_forward, square_backward, (X,), "output in float64, as the inputs are, got float32", DtypeError),
    Mutant(ops.softmax_forward, softmax_diagonal_backward, (X,), "softmax: expected gradient"),
    Mutant(ops.log_softmax_forward, log_softmax_forgotten_backward, (X,), "log_softmax: expected gradient"),
    Mutant(ops.silu_forward, silu_forgotten_backward, (X,), "silu: expected gradient"),
]
# fmt: on


@pytest.mark.parametrize("mutant", MUTANTS, ids=[m.backward.__name__ for m in MUTANTS])
def test_wrong_gradients_are_caught(mutant: Mutant) -> None:
    for seed in range(5):
        with pytest.raises(mutant.error) as caught:
            gradients((mutant.forward, mutant.backward), *mutant.inputs, key=Key(seed))
        assert mutant.says in str(caught.value)


WRONG_VALUES = [m for m in MUTANTS if m.error is GradientError]


@pytest.mark.parametrize("mutant", WRONG_VALUES, ids=[m.backward.__name__ for m in WRONG_VALUES])
def test_wrong_gradients_are_caught_by_the_complex_step(mutant: Mutant) -> None:
    with pytest.raises(GradientError) as caught:
        gradients((mutant.forward, mutant.backward), *mutant.inputs, method="complex", tolerance=1e-13)
    assert mutant.says in str(caught.value)


# --- functions that are not pure are caught ---


def test_stale_cache_is_caught() -> None:
    last: dict[str, Array] = {}

    def forward(x: Array) -> tuple[Array, None]:
        last["x"] = x
        return x * x, None

    with pytest.raises(GradientError, match="the same gradients when the backward is called again, got others"):
        gradients((forward, lambda dy, cache: 2 * last["x"] * dy), X)


def test_cache_of_an_earlier_call_is_caught() -> None:
    kept: list[Array] = []

    def forward(x: Array) -> tuple[Array, Array]:
        kept.append(x.copy())
        return x * x, kept[0]

    pair = forward, square_backward
    assert gradients(pair, X).passed
    with pytest.raises(GradientError, match="expected gradient"):
        gradients(pair, X + 1)


def test_buffer_that_calls_share_is_caught() -> None:
    shared = np.zeros_like(X)

    def forward(x: Array) -> tuple[Array, Array]:
        np.multiply(2, x, out=shared)
        return x * x, shared

    with pytest.raises(GradientError, match="called again"):
        gradients((forward, lambda dy, slope: dy * slope), X)


def test_cache_that_is_used_up_is_caught() -> None:
    def backward(dy: Array, x: Array) -> Array:
        x *= 2 * dy
        return x

    with pytest.raises(GradientError, match="called again"):
        gradients((lambda x: (x * x, x.copy()), backward), X)


def test_changed_inputs_and_dy_are_caught() -> None:
    def forward(x: Array) -> tuple[Array, Array]:
        np.maximum(x, 0, out=x)
        return x, x

    with pytest.raises(GradientError, match=r"expected inputs and dy left as they are, got changed ones\. Write"):
        gradients((forward, ops.relu_backward), X)

    def backward(dy: Array, y: Array) -> Array:
        dy *= y > 0
        return dy

    with pytest.raises(GradientError, match="inputs and dy left as they are"):
        gradients((ops.relu_forward, backward), X)


# --- models and stages ---


@fnn.record
class Normalizer:
    scale: Array
    mean: Array = fnn.buffer()


def normalizer(factor: float = 1.0) -> fnn.Model[Normalizer, Array, Array]:
    """Scale the distance from a running mean, which is a buffer; ``factor`` makes the gradient wrong."""

    def init(key: Key) -> Normalizer:
        return Normalizer(np.ones(3, np.float32), np.full(3, 0.5, np.float32))

    def apply(params: Normalizer, x: Array) -> Array:
        return params.scale * (x - params.mean)

    def forward(
        params: Normalizer, x: Array, key: Key
    ) -> tuple[Array, Normalizer, Callable[[Array], tuple[Normalizer, Array]]]:
        def backward(dy: Array) -> tuple[Normalizer, Array]:
            dscale: Array = factor * (dy * (x - params.mean)).sum(axis=0)
            return Normalizer(dscale, np.zeros_like(params.mean)), dy * params.scale

        return apply(params, x), fnn.replace(params, mean=x.mean(axis=0)), backward

    return fnn.Model(init, apply, forward, name="normalizer")


def test_buffers_are_carried_and_not_checked() -> None:
    report = gradients(normalizer(), X)
    assert [entry.path for entry in report.entries] == ["params.scale", "input"]
    assert [entry.size for entry in report.entries] == [3, 12]


def test_wrong_parameter_gradient_is_found_inside_a_composition() -> None:
    model = fnn.dense(3, 3) >> normalizer(2.001 / 2) >> fnn.tanh
    with pytest.raises(GradientError, match=r"^dense\(3, 3\) >> normalizer >> tanh: .* at params\.1\.scale\[\d\], got"):
        gradients(model, X)


def test_parameters_given_are_used_and_not_changed() -> None:
    model = fnn.dense(3, 2)
    params = model.init(Key(5))
    before = fnn.tree.copy(params)
    report = gradients(model, X, params=params)
    assert fnn.tree.equal(params, before)
    assert report.entries[2].path == "input"
    assert report.entries[2].expected != 0
    of_zeros = gradients(model, X, params=fnn.tree.zeros_like(params))
    assert of_zeros.entries[2].got == 0  # no input matters where the weight is 0


def test_biases_are_displaced_from_zero() -> None:
    model = fnn.layer(
        lambda key: (np.zeros(3, np.float32),),
        lambda params, x: (x + params[0] * params[0], params),
        lambda dy, params: ((np.zeros_like(params[0]),), dy),  # right only where the bias is 0
        name="bias",
    )
    with pytest.raises(GradientError, match=r"at params\.0\[\d\], got 0,"):
        gradients(model, X)


def test_random_stage_is_checked_with_one_mask() -> None:
    assert gradients(fnn.dropout(0.5), X).worst.error < 1e-9


def test_trees_of_inputs_and_outputs() -> None:
    Inputs = tuple[Array, dict[str, Array]]

    def forward(x: Inputs) -> tuple[tuple[Array, Array], Inputs]:
        a, b = x[0], x[1]["b"]
        return (a * b, a + b), x

    def backward(dy: tuple[Array, Array], x: Inputs) -> Inputs:
        a, b = x[0], x[1]["b"]
        return dy[0] * b + dy[1], {"b": dy[0] * a + dy[1]}

    def wrong(dy: tuple[Array, Array], x: Inputs) -> Inputs:
        da, db = backward(dy, x)
        return da, {"b": db["b"] - dy[1]}

    def one_missing(dy: tuple[Array, Array], x: Inputs) -> Inputs:
        return backward(dy, x)[0], {}

    inputs = (X, {"b": X + 1})
    report = gradients(fnn.fn(forward, backward, name="pair"), inputs)
    assert [entry.path for entry in report.entries] == ["input.0", "input.1.b"]
    with pytest.raises(GradientError, match=r"pair: expected gradient \S+ at input\.1\.b\[\d, \d\]"):
        gradients(fnn.fn(forward, wrong, name="pair"), inputs)
    with pytest.raises(StructureError, match=r"pair: expected a gradient at input\.1\.b, got gradients at input\.0\."):
        gradients(fnn.fn(forward, one_missing, name="pair"), inputs)


def test_integers_are_passed_through() -> None:
    def forward(x: Array, index: fnn.IntArray) -> tuple[Array, tuple[tuple[int, ...], fnn.IntArray]]:
        return x[index], (x.shape, index)

    def backward(dy: Array, cache: tuple[tuple[int, ...], fnn.IntArray]) -> tuple[Array, None]:
        dx = np.zeros(cache[0])
        np.add.at(dx, cache[1], dy)
        return dx, None

    report = gradients((forward, backward), X, np.array([0, 2, 2]))
    assert [entry.path for entry in report.entries] == ["input0"]


def test_options_of_an_op_are_bound() -> None:
    assert gradients((partial(ops.elu_forward, alpha=2.0), ops.elu_backward), X).subject == "elu"


def test_displacement_grows_with_the_input() -> None:
    assert gradients((square_forward, square_backward), np.array([1e6])).passed  # 1e-4 would drown in 1e12


def test_float32_inputs_are_widened() -> None:
    assert gradients(fnn.tanh, X.astype(np.float32)).worst.error < 1e-9


# --- report and texts ---


def test_report() -> None:
    report = gradients(fnn.dense(3, 2), X, tolerance=1e-6)
    assert (report.subject, report.method, report.tolerance) == ("dense(3, 2)", "central", 1e-6)
    assert [(e.path, e.size) for e in report.entries] == [("params.weight", 6), ("params.bias", 2), ("input", 12)]
    assert report.worst.error == max(entry.error for entry in report.entries)
    assert report.worst.expected == pytest.approx(report.worst.got)
    lines = str(report).splitlines()
    assert lines[0] == "dense(3, 2): central differences, tolerance 1e-06"
    assert lines[1].split()[:5] == ["params.weight", "6", "entries", "relative", "error"]
    assert len(lines) == 4


def test_report_that_did_not_pass() -> None:
    good, bad, nan = (Entry(str(error), 1, error, (0,), 1.0, 1.0) for error in (1e-9, 1e-3, float("nan")))
    report = Report("op", "central", 1e-6, (good,))
    assert report.passed
    assert not attrs.evolve(report, entries=(good, bad)).passed
    assert not attrs.evolve(report, entries=(good, nan)).passed
    assert attrs.evolve(report, entries=(good, bad, good)).worst is bad


def test_text_of_a_wrong_gradient() -> None:
    with pytest.raises(GradientError) as caught:
        gradients((square_forward, slightly_large_backward), np.array([2.0]))
    error = caught.value
    assert error.place == "square"
    expected, got = float(error.expected.split()[1]), float(error.got.split(",")[0])
    assert got / expected == pytest.approx(2.001 / 2)
    assert error.expected.endswith(" at input[0]")
    assert error.got.endswith(", relative error 5.0e-04 over the tolerance 1e-08")
    assert error.hint.startswith("Compare the backward with its derivation.")


def test_error_is_measured_against_the_largest_gradient_of_the_array() -> None:
    slopes, wrong = np.array([1.0, 1e-3]), np.array([1.0, 1.001e-3])
    report = gradients((lambda x: (x * slopes, None), lambda dy, cache: dy * wrong), np.ones(2), tolerance=1e-4)
    assert report.worst.index == (1,)
    assert 1e-8 < report.worst.error < 1e-5  # measured against itself it would be 1e-3


def weighted_sum(small: float, got: float) -> tuple[Any, Any]:
    """``a + small * b``, whose gradient for b is said to be ``got``."""
    return (lambda a, b: (a + small * b, None)), (lambda dy, cache: (dy, dy * got))


def test_error_is_measured_for_each_array_by_itself() -> None:
    with pytest.raises(GradientError, match=r"at input1\[\d\], .* relative error 1\.0e-03"):
        gradients(weighted_sum(0.1, 0.1001), np.ones(2), np.ones(2), tolerance=1e-4)


def test_rounding_in_a_gradient_that_is_all_but_zero_is_no_mistake() -> None:
    assert gradients(weighted_sum(1e-9, 1e-9), X, X).passed


# --- the complex step ---


def test_complex_step_is_exact() -> None:
    report = gradients((ops.softmax_forward, ops.softmax_backward), X, method="complex", tolerance=1e-13)
    assert report.worst.error < 1e-14
    assert str(report).startswith("softmax: complex step, tolerance 1e-13")


def test_complex_step_finds_what_differences_cannot() -> None:
    def backward(dy: Array, x: Array) -> Array:
        return (2 + 1e-11) * x * dy

    assert gradients((square_forward, backward), X).passed
    with pytest.raises(GradientError):
        gradients((square_forward, backward), X, method="complex", tolerance=1e-13)


def hypot_forward(x: Array) -> tuple[Array, Array]:
    return np.hypot(x, 1.0), x


def hypot_backward(dy: Array, x: Array) -> Array:
    dx: Array = dy * x / np.hypot(x, 1.0)
    return dx


@pytest.mark.parametrize(("name", "subject"), [("tanh", fnn.tanh), ("hypot", (hypot_forward, hypot_backward))])
def test_complex_step_refused(name: str, subject: Any) -> None:
    assert gradients(subject, X).passed
    with pytest.raises(StructureError) as caught:
        gradients(subject, X, method="complex")
    assert str(caught.value).startswith(f"{name}: expected a subject that computes on complex numbers, got ")
    assert caught.value.hint == "Take method='central'."


def test_step_may_be_given() -> None:
    assert gradients((square_forward, square_backward), X, step=0.5).passed  # exact for a parabola
    with pytest.raises(GradientError):
        gradients(fnn.tanh, X, step=0.5)


# --- misuse ---


def test_misuse_is_explained() -> None:
    with pytest.raises(HyperparameterError, match=r"check\.gradients: expected method 'central' or 'complex', got 'x'"):
        gradients(fnn.tanh, X, method="x")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(HyperparameterError, match=r"expected tolerance in \(0, inf\), got 0"):
        gradients(fnn.tanh, X, tolerance=0)
    with pytest.raises(HyperparameterError, match=r"expected step in \(0, inf\), got -1e-06"):
        gradients(fnn.tanh, X, step=-1e-6)
    with pytest.raises(StructureError, match=r"tanh: expected one input, got 2\. Several arrays make one tuple\."):
        gradients(fnn.tanh, X, X)
    with pytest.raises(StructureError, match=r"input: expected an array, record, tuple, dict or None, got a list"):
        gradients(fnn.tanh, [1.0])
    with pytest.raises(StructureError, match="op: expected an input or parameter of floats, got none"):
        gradients((lambda i: (i * 1.0, None), lambda dy, cache: None), np.arange(3))


def test_error_of_the_forward_passes_through() -> None:
    with pytest.raises(ShapeError, match=r"dense\(2, 2\): expected input of shape"):
        gradients(fnn.dense(2, 2), X)
