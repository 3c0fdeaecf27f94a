"""The losses that compare vectors: cosine distance, contrastive, supervised contrastive and triplet loss."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import fnn
from fnn.arrays import Array
from fnn.errors import DataError, DtypeError, HyperparameterError, LabelError, ShapeError, StructureError
from fnn.losses import contrastive, cosine_distance, softmax_cross_entropy, supervised_contrastive, triplet
from fnn.losses.vectors import polar

ANY = arrays(np.float64, (4, 3), elements=st.floats(-100, 100))
V = ANY.map(lambda x: x.round(3))  # nothing so near to 0 that turning or scaling it loses its direction
quick = settings(deadline=None, max_examples=50)


def orthogonal() -> Array:
    q, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))
    return q


# --- lengths and directions ---


@given(ANY)
@quick
def test_length_and_direction_give_the_vector(x: Array) -> None:
    length, direction = polar(x)
    np.testing.assert_allclose(length[:, 0], [math.hypot(*row) for row in x], rtol=1e-12)
    np.testing.assert_allclose(length * direction, x, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1.0, 1e20, 1e37])
def test_no_square_leaves_the_range_of_float32(scale: float) -> None:
    x = np.array([[3.0, -4.0]], np.float32) * np.float32(scale)
    length, direction = polar(x)
    assert float(length.item()) == pytest.approx(5 * scale, rel=1e-6)
    np.testing.assert_allclose(direction, [[0.6, -0.8]], rtol=1e-6)
    assert cosine_distance(x, x)[0] == pytest.approx(0, abs=1e-6)


# --- cosine distance ---


@given(y=V, target=V, scale=st.floats(0.01, 100))
@quick
def test_the_cosine_knows_directions_only(y: Array, target: Array, scale: float) -> None:
    value, dy = cosine_distance(y, target)
    assert -1e-12 <= value <= 2 + 1e-12
    scaled, _ = cosine_distance(scale * y, target)
    assert scaled == pytest.approx(value, abs=1e-12)
    turned, _ = cosine_distance(y @ orthogonal(), target @ orthogonal())
    assert turned == pytest.approx(value, abs=1e-10)
    largest = np.abs(y).max(axis=1) * np.abs(dy).max(axis=1)
    np.testing.assert_allclose((y * dy).sum(axis=1), 0, atol=1e-12 * max(1.0, float(largest.max())))


def test_cosines_by_hand() -> None:
    y = np.array([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [1.0, 1.0]])
    target = np.array([[5.0, 0.0]] * 4)
    single = [cosine_distance(y[[i]], target[[i]])[0] for i in range(4)]
    assert single == pytest.approx([0, 1, 2, 1 - math.sqrt(0.5)])


def test_a_vector_of_zeros_has_no_direction() -> None:
    value, dy = cosine_distance(np.zeros((1, 3)), np.ones((1, 3)))
    assert value == 1.0
    assert not dy.any()
    value, dy = cosine_distance(np.ones((1, 3)), np.zeros((1, 3)))
    assert value == 1.0
    assert not dy.any()


# --- contrastive ---


@given(a=V, b=V, seed=st.integers(0, 1000), margin=st.floats(0.1, 100))
@quick
def test_pairs_pull_and_push_along_their_difference(a: Array, b: Array, seed: int, margin: float) -> None:
    same = np.random.default_rng(seed).integers(0, 2, 4)
    value, (da, db) = contrastive((a, b), same, margin=margin)
    assert np.array_equal(da, -db)
    swapped, (other, _) = contrastive((b, a), same, margin=margin)
    assert swapped == value
    np.testing.assert_array_equal(other, db)
    pull = (da * (a - b)).sum(axis=1)
    assert (pull[same == 1] >= 0).all()
    assert (pull[same == 0] <= 0).all()
    far = np.linalg.norm(a - b, axis=1) > margin
    assert not da[(same == 0) & far].any()


def test_pairs_in_one_place() -> None:
    a = np.ones((2, 3))
    value, (da, db) = contrastive((a, a), np.array([1, 0]), margin=2.0, reduction="sum")
    assert value == 2.0
    assert not da.any()
    assert not db.any()


def test_a_target_between_is_a_mixture() -> None:
    rng = np.random.default_rng(0)
    y = rng.standard_normal((3, 2)), rng.standard_normal((3, 2))
    same, other = contrastive(y, np.ones(3), margin=3.0), contrastive(y, np.zeros(3), margin=3.0)
    value, (da, _) = contrastive(y, np.full(3, 0.25), margin=3.0)
    assert value == pytest.approx(0.25 * same[0] + 0.75 * other[0])
    np.testing.assert_allclose(da, 0.25 * same[1][0] + 0.75 * other[1][0])


def test_a_siamese_network_trains_on_pairs() -> None:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, (2, 200))
    points = (rng.standard_normal((2, 200, 4)) + 2 * kind[..., None] * np.array([1, 0, -1, 0])).astype(np.float32)
    same = (kind[0] == kind[1]).astype(int)
    twin, optimizer = fnn.shared(fnn.dense(4, 2)), fnn.adam(0.02)
    step = fnn.train_step(twin, contrastive, optimizer)
    data = fnn.batches((points[0], points[1]), same, batch_size=50)
    end = fnn.final(fnn.fit(step, fnn.start(twin, optimizer, fnn.Key(0)), data, epochs=20))
    a, b = twin.apply(end.state.params, (points[0], points[1]))
    distance = np.linalg.norm(a - b, axis=1)
    assert distance[same == 1].mean() < 0.6 * distance[same == 0].mean()


# --- supervised contrastive ---


def unit(x: Array) -> Array:
    return x / np.linalg.norm(x, axis=1, keepdims=True)  # type: ignore[no-any-return]  # the norm has any type


def test_classes_within_a_batch_by_hand() -> None:
    rng = np.random.default_rng(0)
    y, labels, temperature = (rng.standard_normal((5, 3)), rng.standard_normal((5, 3))), np.array([4, 1, 4, 4, 1]), 0.3
    e, kinds = unit(np.concatenate(y)), [*labels, *labels]
    losses = []
    for i in range(10):
        others = [j for j in range(10) if j != i]
        total = sum(math.exp(e[i] @ e[j] / temperature) for j in others)
        own = [math.exp(e[i] @ e[j] / temperature) / total for j in others if kinds[j] == kinds[i]]
        losses.append(-sum(map(math.log, own)) / len(own))
    assert supervised_contrastive(y, labels, temperature=temperature)[0] == pytest.approx(np.mean(losses))
    weight = np.array([1.0, 0.0, 3.0, 0.5, 2.0])
    value, _ = supervised_contrastive(y, labels, temperature=temperature, sample_weight=weight)
    assert value == pytest.approx(np.average(losses, weights=[*weight, *weight]))


def test_without_classes_each_is_to_find_its_partner() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 6, 4))
    e = unit(np.concatenate([a, b]))
    logits = e @ e.T / 0.5
    np.fill_diagonal(logits, -1e9)  # none is its own partner
    expected, _ = softmax_cross_entropy(logits, np.roll(np.arange(12), 6))
    assert supervised_contrastive((a, b), np.arange(6), temperature=0.5)[0] == pytest.approx(expected)


@given(a=V, b=V, seed=st.integers(0, 1000), scale=st.floats(0.01, 100))
@quick
def test_only_directions_and_who_is_alike_count(a: Array, b: Array, seed: int, scale: float) -> None:
    labels = np.random.default_rng(seed).integers(0, 3, 4)
    value, (da, db) = supervised_contrastive((a, b), labels)
    assert value >= 0
    renamed, _ = supervised_contrastive((scale * a, b), 7 - labels)
    assert renamed == pytest.approx(value, rel=1e-9, abs=1e-9)
    swapped, (other, _) = supervised_contrastive((b, a), labels)
    assert swapped == pytest.approx(value, rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(other, db, rtol=1e-9, atol=1e-9 * max(1.0, float(np.abs(db).max())))
    size = np.linalg.norm(a, axis=1) * np.linalg.norm(da, axis=1)
    np.testing.assert_allclose((a * da).sum(axis=1), 0, atol=1e-9 * max(1.0, float(size.max())))


def test_no_exponential_overflows() -> None:
    x = np.array([[1.0, 0.0], [-1.0, 0.0]], np.float32)
    value, (da, db) = supervised_contrastive((x, x), np.array([0, 1]), temperature=1e-4)
    assert value == 0
    assert not da.any()
    assert not db.any()
    value, (da, _) = supervised_contrastive((x, x[::-1]), np.array([0, 1]), temperature=1e-4)
    assert value == pytest.approx(2e4)  # the nearest is the other class, by 2 / temperature
    assert np.isfinite(da).all()


def test_zeros_have_neither_direction_nor_gradient() -> None:
    a, b = np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [1.0, 1.0]])
    value, (da, db) = supervised_contrastive((a, b), np.array([0, 1]))
    assert math.isfinite(value)
    assert not da[0].any()
    assert db.any()


# --- triplet ---


@given(a=V, p=V, n=V, margin=st.floats(0.1, 100))
@quick
def test_triples(a: Array, p: Array, n: Array, margin: float) -> None:
    value, (da, dp, dn) = triplet((a, p, n), margin=margin, reduction="sum")
    short = np.linalg.norm(a - p, axis=1) - np.linalg.norm(a - n, axis=1) + margin
    assert value == pytest.approx(float(np.maximum(short, 0).sum()), rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(da + dp + dn, 0, atol=1e-14)  # moving all three together changes nothing
    for slope in (dp, dn):
        assert (np.linalg.norm(slope, axis=1) <= 1 + 1e-12).all()
    assert not da[short < -1e-9].any()


def test_triples_at_their_kinks() -> None:
    a, p, n = np.zeros((1, 2)), np.array([[3.0, 4.0]]), np.array([[0.0, 6.0]])
    value, slopes = triplet((a, p, n), margin=1.0)  # 5 - 6 + 1 = 0
    assert value == 0
    assert not any(slope.any() for slope in slopes)
    value, (da, dp, dn) = triplet((a, a, n), margin=8.0)  # anchor and positive in one place
    assert value == 2.0
    assert not dp.any()
    assert (da.tolist(), dn.tolist()) == ([[0.0, 1.0]], [[0.0, -1.0]])
    value, slopes = triplet((a, a, a))
    assert value == 1.0
    assert not any(slope.any() for slope in slopes)


def test_triples_come_in_batches_without_targets() -> None:
    x = np.random.default_rng(0).standard_normal((10, 3)).astype(np.float32)
    data = fnn.batches((x, x + 1, x - 1), None, batch_size=4)
    batch = next(data.epoch(0))
    assert batch.targets is None
    assert batch.size == 4
    assert triplet(batch.inputs, batch.targets)[0] == pytest.approx(1.0, rel=1e-5)


# --- what is refused ---

X = np.ones((2, 3))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: contrastive(X, np.array([0, 1])),  # type: ignore[arg-type]  # wrong on purpose
            ShapeError,
            "contrastive: expected a prediction of 2 arrays, (first, second), got float64 of shape (2, 3). Such a",
        ),
        (
            lambda: triplet((X, X)),  # type: ignore[arg-type]  # wrong on purpose
            ShapeError,
            "triplet: expected a prediction of 3 arrays, (anchor, positive, negative), got a tuple of 2. Such a",
        ),
        (
            lambda: triplet((X, X, np.ones((2, 4)))),
            ShapeError,
            "triplet: expected negative of the shape (2, 3) that anchor has, got shape (2, 4).",
        ),
        (
            lambda: contrastive((X, X.astype(np.float32)), np.array([0, 1])),
            DtypeError,
            "contrastive: expected second of the dtype float64 that first has, got float32. Convert it: x.astype(np.fl",
        ),
        (
            lambda: contrastive((np.ones(3), np.ones(3)), np.array([0, 1])),
            ShapeError,
            "contrastive: expected first of shape (batch, ..., features), got shape (3,). For a batch of one write",
        ),
        (
            lambda: contrastive((X, X), np.array([0, 2])),
            LabelError,
            "contrastive: expected targets from 0 to 1, got 2 at index (1,).",
        ),
        (
            lambda: contrastive((X, X), np.array([[0], [1]])),
            ShapeError,
            "contrastive: expected target of the output's shape (2,), got shape (2, 1). Reshape it: target.resh",
        ),
        (
            lambda: supervised_contrastive((X, X), np.array([[0], [1]])),
            LabelError,
            "supervised_contrastive: expected labels as integers of shape (2,), got int64 of shape (2, 1). The",
        ),
        (
            lambda: supervised_contrastive((X, X), np.array([0.0, 1.0])),
            LabelError,
            "supervised_contrastive: expected labels as integers of shape (2,), got float64 of shape (2,).",
        ),
        (
            lambda: supervised_contrastive((X, X), np.array([0, 1]), temperature=0.0),
            HyperparameterError,
            "supervised_contrastive: expected temperature in (0, inf), got 0.0.",
        ),
        (
            lambda: triplet((X, X, X), np.array([0, 1])),  # type: ignore[arg-type]  # wrong on purpose
            StructureError,
            "triplet: expected None as the target, got int64 of shape (2,). The triple says it all.",
        ),
        (lambda: triplet((X[:0], X[:0], X[:0])), DataError, "triplet: expected a batch of at least one sample, got sh"),
        (lambda: triplet((X, X, X), margin=0.0), HyperparameterError, "triplet: expected margin in (0, inf), got 0.0."),
        (
            lambda: contrastive((X, X), np.array([0, 1]), margin=math.inf),
            HyperparameterError,
            "contrastive: expected margin in (0, inf), got inf.",
        ),
        (
            lambda: cosine_distance(np.ones(3), np.ones(3)),
            ShapeError,
            "cosine_distance: expected prediction of shape (batch, ..., features), got shape (3,). For a batch of one",
        ),
        (
            lambda: cosine_distance(X, np.ones((2, 4))),
            ShapeError,
            "cosine_distance: expected target of the output's shape (2, 3), got shape (2, 4). One target belongs to",
        ),
    ],
)
def test_what_is_refused(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(text)
