"""Options: what is no number, no size and no function is refused by name, with what it should have been."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import fnn
from fnn.errors import FnnError, HyperparameterError, StructureError
from fnn.validate import function, height_and_width, in_range, positive, shown

NO_NUMBERS: list[Any] = ["0.5", None, True, [0.5], (0.5,), 0.5 + 0j, np.array(0.5), np.array([0.5]), np.True_, object()]
X = np.ones((4, 2), np.float32)
untyped: Any = fnn


def refused(call: Callable[[], object], kind: type[FnnError] = HyperparameterError) -> str:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.place
    return str(caught.value)


def name_of(value: object) -> str:
    """A test's name, without the address of an object, which differs from run to run."""
    return f"{type(value).__name__} {value}".partition(" object at")[0]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=name_of)
def test_what_is_no_number(value: Any) -> None:
    text = f"adam: expected beta1 as a number in [0, 1), got {shown(value)}."
    assert refused(lambda: in_range("adam", 0, 1, high_open=True, beta1=value)) == text


@pytest.mark.parametrize(
    "value",
    [0.5, 0, np.float32(0.5), np.float64(0.5), np.int64(0), Fraction(1, 2)],
    ids=name_of,
)
def test_what_is_a_number(value: Any) -> None:
    in_range("adam", 0, 1, high_open=True, beta1=value)


FACTORIES: dict[str, Callable[[Any], object]] = {
    "dropout": fnn.dropout,
    "leaky_relu": fnn.leaky_relu,
    "elu": fnn.elu,
    "sgd": fnn.sgd,
    "momentum": lambda v: fnn.momentum(0.1, momentum=v),
    "nesterov": fnn.nesterov,
    "adagrad": lambda v: fnn.adagrad(0.1, eps=v),
    "rmsprop": lambda v: fnn.rmsprop(0.1, rho=v),
    "adam": lambda v: fnn.adam(v),
    "adamw": lambda v: fnn.adamw(0.1, weight_decay=v),
    "clip_by_value": fnn.clip_by_value,
    "clip_by_global_norm": fnn.clip_by_global_norm,
    "weight_decay": fnn.weight_decay,
    "ema": fnn.ema,
    "l1": fnn.l1,
    "l2": fnn.l2,
    "constant": fnn.constant,
    "inverse_time": lambda v: fnn.inverse_time(0.1, decay=v),
    "exponential_decay": lambda v: fnn.exponential_decay(0.1, factor=v),
    "step_decay": lambda v: fnn.step_decay(v, factor=0.5, steps=2),
    "cosine_decay": lambda v: fnn.cosine_decay(0.1, steps=2, final=v),
    "linear_warmup": lambda v: fnn.linear_warmup(2, v),
    "piecewise_constant": lambda v: fnn.piecewise_constant([3], [0.1, v]),
    "huber": lambda v: fnn.huber(X, X, delta=v),
    "normal": fnn.initializers.normal,
    "uniform": lambda v: fnn.initializers.uniform(v, 2.0),
    "initial constant": fnn.initializers.constant,
    "orthogonal": fnn.initializers.orthogonal,
    "holdout": lambda v: fnn.data.holdout(X, X, fraction=v, key=fnn.Key(0)),
    "rotate": fnn.data.rotate,
    "flip_horizontal": fnn.data.flip_horizontal,
    "fill": lambda v: fnn.data.shift(1, fill=v)(fnn.Key(0), X[None]),
    "spiral": lambda v: fnn.data.spiral(3, 3, fnn.Key(0), noise=v),
    "fit_min_max": lambda v: fnn.data.fit_min_max(X, (v, 2.0)),
    "binary_accuracy": lambda v: fnn.binary_accuracy(X, X, threshold=v),
    "regression_accuracy": lambda v: untyped.regression_accuracy(X, X, tolerance=[v]),
    "early_stopping": lambda v: fnn.early_stopping([], minimum_change=v),
    "check.gradients": lambda v: fnn.check.gradients(fnn.relu, X, tolerance=v),
}


@pytest.mark.parametrize(
    "value",
    ["0.5", None, True, float("nan"), [0.5], 1j, np.array([0.5])],
    ids=name_of,
)
@pytest.mark.parametrize("factory", FACTORIES.values(), ids=FACTORIES)
def test_every_option_that_is_a_number_refuses_what_is_none(factory: Callable[[Any], object], value: Any) -> None:
    refused(lambda: factory(value))


@pytest.mark.parametrize(
    "value",
    ["3", None, True, 2.0, 0, -1, [3]],
    ids=name_of,
)
def test_what_is_no_size(value: Any) -> None:
    assert refused(lambda: positive("dense", outputs=value)) == (
        f"dense: expected outputs as an integer of at least 1, got {value!r}."
        + (" Make it a Python integer: int(n)." if value is True else "")
    )


def test_sizes_counted_by_numpy_are_told_how_to_become_python_s() -> None:
    labels = np.array([0, 2])
    assert refused(lambda: fnn.dense(3, labels.max() + 1)).endswith(
        "got np.int64(3). Make it a Python integer: int(n)."
    )


@pytest.mark.parametrize(
    "value",
    [3, None, (3,), (3, 3, 3), "ab", np.array([3, 3])],
    ids=name_of,
)
def test_what_is_no_height_and_width(value: Any) -> None:
    images = np.ones((1, 4, 4), np.uint8)
    for name, call in {
        "crop": lambda: fnn.data.crop(value),
        "crop_centre": lambda: fnn.data.crop_centre(images, value),
        "resize": lambda: fnn.data.resize(images, value),
        "prepare_image": lambda: fnn.data.prepare_image(images[0], invert=False, size=value),
    }.items():
        text = refused(call)
        assert text.startswith((f"{name}: expected size as (height, width), got ", f"{name}: expected height as"))
    height_and_width("resize", (3, 3))


def test_what_is_no_function() -> None:
    text = "train_step: expected loss as a function, got 3. Such as f."
    assert refused(lambda: function("train_step", "Such as f.", loss=3)) == text
    assert refused(lambda: fnn.dense(3, 4, weight=np.ones((3, 4)))).startswith(  # type: ignore[arg-type]  # wrong on purpose
        "dense: expected weight as a function, got a value of class ndarray. Such as fnn.initializers."
    )
    refused(lambda: fnn.linear(3, 4, weight=None))  # type: ignore[arg-type]  # wrong on purpose
    refused(lambda: fnn.batches(X, X, batch_size=2, transform="x"))  # type: ignore[call-overload]  # wrong on purpose
    refused(lambda: fnn.batches(X, X, batch_size=2, augment="x", key=fnn.Key(0)))  # type: ignore[call-overload]  # wrong on purpose
    refused(lambda: fnn.data.compose(None))  # type: ignore[arg-type]  # wrong on purpose
    refused(lambda: fnn.l2(0.1, where=3))  # type: ignore[arg-type]  # wrong on purpose
    refused(lambda: fnn.weight_decay(0.1, where=None))  # type: ignore[arg-type]  # wrong on purpose
    refused(lambda: fnn.adamw(0.1, where=3))  # type: ignore[arg-type]  # wrong on purpose


SEEDS: dict[str, Callable[[Any], object]] = {
    "start": lambda k: fnn.start(fnn.dense(2, 2), fnn.sgd(0.1), k),
    "dense(2, 2)": lambda k: fnn.dense(2, 2).init(k),
    "dense(2, 2) >> relu": lambda k: (fnn.dense(2, 2) >> fnn.relu).init(k),
    "parallel(dense(2, 2), dense(2, 2), tuple)": lambda k: fnn.parallel(fnn.dense(2, 2), fnn.dense(2, 2)).init(k),
    "dropout(0.5)": lambda k: fnn.dropout(0.5).forward(X, k),
    "batches": lambda k: fnn.batches(X, X, batch_size=2, key=k),
    "holdout": lambda k: fnn.data.holdout(X, X, key=k),
    "k_folds": lambda k: fnn.data.k_folds(4, 2, key=k),
    "spiral": lambda k: fnn.data.spiral(3, 3, k),
    "vertical": lambda k: fnn.data.vertical(3, 3, k),
    "rotate": lambda k: fnn.data.rotate(10)(k, X[None]),
    "shift": lambda k: fnn.data.shift(1)(k, X[None]),
    "crop": lambda k: fnn.data.crop((1, 1))(k, X[None]),
    "flip_horizontal": lambda k: fnn.data.flip_horizontal()(k, X[None]),
    "compose": lambda k: fnn.data.compose(fnn.data.shift(1))(k, X[None]),
    "check.gradients": lambda k: fnn.check.gradients(fnn.relu, X, key=k),
}


@pytest.mark.parametrize("place", SEEDS)
def test_a_bare_seed_is_no_key(place: str) -> None:
    assert refused(lambda: SEEDS[place](0)) == f"{place}: expected a key, got 0. Write fnn.Key(0), say."
    assert "got a value of class Generator" in refused(lambda: SEEDS[place](np.random.default_rng(0)))


def test_other_things_in_the_place_of_models_and_transforms() -> None:
    for call in (
        lambda: untyped.as_model(fnn.dense(2, 2)),
        lambda: untyped.as_model(None),
        lambda: untyped.chain(fnn.clip_by_value, fnn.sgd(0.1)),
        lambda: untyped.chain([fnn.sgd(0.1)]),
        lambda: untyped.summary(None, (2,)),
        lambda: untyped.check.gradients(None, X),
        lambda: untyped.check.gradients((1, 2), X),
        lambda: untyped.save("unwritten.npz", (X,), metadata=["a"]),
        lambda: untyped.save("unwritten.npz", (X,), metadata="abc"),
    ):
        refused(call, StructureError)
