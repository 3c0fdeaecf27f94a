"""Batches: every sample once an epoch, the same again from the same key, no copy of the data, and clear refusals."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fnn import tree
from fnn.arrays import Array, IntArray
from fnn.data.batches import Batch, Batches, batches
from fnn.data.samples import Rows, Samples, check_all_finite, count_samples, take
from fnn.errors import DataError, DtypeError, FnnError, HyperparameterError, StructureError
from fnn.random import Key
from fnn.tree import record

few = settings(deadline=None, max_examples=50)


def table(count: int, dtype: Any = np.float32) -> Samples[Array, IntArray]:
    """Samples that carry their own number, in the inputs and in the targets."""
    rows = np.arange(count)
    return Samples((rows[:, None] * np.array([1, -1])).astype(dtype), rows)


def jitter(key: Key, x: Array) -> Array:
    return x + key.rng().random(x.shape).astype(x.dtype)


def contents(source: Batches[Any, Any], epoch: int, skip: int = 0) -> list[bytes]:
    """The bits of each batch, for comparing."""
    return [
        b"".join(leaf.tobytes() for leaf in tree.leaves((batch.inputs, batch.targets)))
        for batch in source.epoch(epoch, skip)
    ]


def order(source: Batches[Any, IntArray], epoch: int) -> list[int]:
    return [int(number) for batch in source.epoch(epoch) for number in batch.targets]


# --- which samples, in which order ---


@few
@given(
    count=st.integers(1, 60),
    batch_size=st.integers(1, 70),
    seed=st.none() | st.integers(0, 99),
    epoch=st.integers(0, 9),
)
def test_each_sample_comes_once_an_epoch_with_its_target(
    count: int, batch_size: int, seed: int | None, epoch: int
) -> None:
    data = batches(*table(count), batch_size=batch_size, key=None if seed is None else Key(seed))
    found = list(data.epoch(epoch))
    assert sorted(order(data, epoch)) == list(range(count))
    assert all(np.array_equal(batch.inputs, batch.targets[:, None] * [1, -1]) for batch in found)
    assert [batch.size for batch in found[:-1]] == [batch_size] * (len(found) - 1)
    assert 1 <= found[-1].size <= batch_size
    assert len(found) == len(data)
    assert data.samples == count


def test_without_a_key_samples_come_in_order() -> None:
    data = batches(*table(7), batch_size=3)
    assert [batch.targets.tolist() for batch in data.epoch(0)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert order(data, 5) == list(range(7))


def test_the_same_key_gives_the_same_epochs() -> None:
    first, second, other = (
        batches(*table(50), batch_size=8, key=Key(seed), augment=jitter).epoch for seed in (3, 3, 4)
    )
    for epoch in (0, 1, 7):
        same = [batch.inputs.tobytes() for batch in first(epoch)]
        assert [batch.inputs.tobytes() for batch in second(epoch)] == same
        assert [batch.inputs.tobytes() for batch in other(epoch)] != same


def test_epochs_differ_and_come_in_any_order() -> None:
    data = batches(*table(50), batch_size=8, key=Key(0))
    epochs = [order(data, epoch) for epoch in range(5)]
    assert len({tuple(epoch) for epoch in epochs}) == 5
    assert list(range(50)) not in epochs
    assert [order(data, epoch) for epoch in (4, 2, 0)] == [epochs[4], epochs[2], epochs[0]]


def test_an_epoch_may_be_run_while_another_is() -> None:
    data = batches(*table(20), batch_size=4, key=Key(0))
    pairs = list(zip(data.epoch(0), data.epoch(1), strict=True))
    assert [int(n) for batch, _ in pairs for n in batch.targets] == order(data, 0)
    assert [int(n) for _, batch in pairs for n in batch.targets] == order(data, 1)


def test_every_sample_reaches_every_place() -> None:
    data = batches(*table(5), batch_size=5, key=Key(0))
    places = np.array([order(data, epoch) for epoch in range(500)])
    counts = np.stack([np.bincount(column, minlength=5) for column in places.T])
    assert counts.min() > 100 - 5 * 9  # each place holds each sample 100 times, give or take 9
    assert counts.max() < 100 + 5 * 9


def test_drop_last_leaves_out_others_each_epoch() -> None:
    data = batches(*table(11), batch_size=4, key=Key(0), drop_last=True)
    assert len(data) == 2
    assert data.samples == 8
    assert [batch.size for batch in data.epoch(0)] == [4, 4]
    assert set().union(*(order(data, epoch) for epoch in range(20))) == set(range(11))
    assert len(set(order(data, 0))) == 8


def test_drop_last_drops_nothing_where_all_batches_are_full() -> None:
    data = batches(*table(12), batch_size=4, drop_last=True)
    assert (len(data), data.samples, order(data, 0)) == (3, 12, list(range(12)))


# --- entering an epoch in the middle ---


@few
@given(st.integers(1, 40), st.integers(1, 12), st.booleans(), st.booleans(), st.data())
def test_skip_gives_the_tail_bit_for_bit(
    count: int, batch_size: int, shuffled: bool, drop_last: bool, data: st.DataObject
) -> None:
    batch_size = min(batch_size, count)
    if shuffled:
        source = batches(*table(count), batch_size=batch_size, key=Key(1), drop_last=drop_last, augment=jitter)
    else:
        source = batches(*table(count), batch_size=batch_size, drop_last=drop_last)
    skip = data.draw(st.integers(0, len(source)))
    assert contents(source, 3, skip) == contents(source, 3)[skip:]


def test_skipped_batches_are_not_computed() -> None:
    seen: list[int] = []

    def transform(x: Array) -> Array:
        seen.append(len(x))
        return x

    data = batches(*table(10), batch_size=4, key=Key(0), transform=transform)
    assert next(data.epoch(0, skip=2)).size == 2
    assert seen == [2]
    assert list(data.epoch(0, skip=3)) == []
    assert seen == [2]


def test_batches_are_computed_one_at_a_time() -> None:
    seen: list[int] = []

    def load(rows: Rows, key: Key | None) -> Batch[int, int]:
        seen.append(len(seen))
        return Batch(0, 0)

    run = Batches(load, 10, batch_size=2, key=Key(0)).epoch(0)
    assert seen == []
    next(run)
    assert seen == [0]


# --- what is in a batch ---


def test_transform_then_augment_with_a_key_of_the_batch() -> None:
    keys: list[Key] = []

    def augment(key: Key, x: Array) -> Array:
        keys.append(key)
        assert x.dtype == np.float32
        return x + 1

    x = np.full((6, 2), 255, np.uint8)
    data = batches(
        x, np.arange(6), batch_size=2, key=Key(0), transform=lambda b: b.astype(np.float32) / 255, augment=augment
    )
    for epoch in range(3):
        for batch in data.epoch(epoch):
            assert batch.inputs.dtype == np.float32
            assert batch.inputs.tolist() == [[2.0, 2.0]] * 2
    assert len(set(keys)) == 9
    assert x.tolist() == [[255, 255]] * 6


def test_augmentation_leaves_targets_alone() -> None:
    data = batches(*table(9), batch_size=4, key=Key(0), augment=jitter)
    batch = next(data.epoch(0))
    difference = batch.inputs - batch.targets[:, None] * np.array([1, -1], np.float32)
    assert (difference >= 0).all()
    assert (difference <= 1).all()
    assert len(np.unique(difference)) == 8


@record
class Pair:
    left: Array
    right: Array


def test_trees_are_cut_leaf_by_leaf() -> None:
    x, rows = table(7)
    inputs = (x, {"image": np.arange(28).reshape(7, 2, 2)}, None)
    data = batches(inputs, Pair(x * 2, x * 3), batch_size=3, key=Key(0))
    batch = next(data.epoch(0))
    chosen = batch.inputs[0][:, 0].astype(np.int64)
    assert isinstance(batch.targets, Pair)
    assert batch.size == 3
    assert len(set(chosen)) == 3
    assert np.array_equal(batch.inputs[1]["image"], np.arange(28).reshape(7, 2, 2)[chosen])
    assert np.array_equal(batch.targets.left, x[chosen] * 2)
    assert np.array_equal(batch.targets.right, x[chosen] * 3)
    assert rows.tolist() == list(range(7))


def test_inputs_as_targets() -> None:
    x, _ = table(9)
    for batch in batches(x, x, batch_size=4, key=Key(0)).epoch(0):
        assert np.array_equal(batch.inputs, batch.targets)


def test_map_changes_both_sides_and_keeps_the_rest() -> None:
    source = batches(*table(11), batch_size=4, key=Key(2), drop_last=True, augment=jitter)
    noisy = source.map(lambda batch: Batch(batch.inputs * 2, batch.inputs))
    assert (len(noisy), noisy.samples, repr(noisy)) == (len(source), source.samples, repr(source))
    for epoch in range(2):
        for before, after in zip(source.epoch(epoch), noisy.epoch(epoch), strict=True):
            assert np.array_equal(after.targets, before.inputs)
            assert np.array_equal(after.inputs, before.inputs * 2)
    assert contents(noisy, 1, 1) == contents(noisy, 1)[1:]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.int64, np.bool_])
@pytest.mark.parametrize("key", [None, Key(0)])
def test_dtypes_are_kept(dtype: Any, key: Key | None) -> None:
    x = np.ones((5, 3), dtype)
    batch = next(batches(x, x[:, 0], batch_size=2, key=key).epoch(0))
    assert batch.inputs.dtype == batch.targets.dtype == dtype
    assert batch.inputs.shape == (2, 3)


def test_repr_says_how_many_and_in_which_order() -> None:
    assert repr(batches(*table(5), batch_size=2)) == "Batches(5 samples, 3 batches of 2, in order)"
    dropped = batches(*table(5), batch_size=2, key=Key(7), drop_last=True)
    assert repr(dropped) == "Batches(4 samples, 2 batches of 2, shuffled by Key(7))"


# --- memory ---


@pytest.mark.parametrize("key", [None, Key(0)])
def test_batches_are_read_only_and_the_data_set_is_not_touched(key: Key | None) -> None:
    x, rows = table(6)
    batch = next(batches(x, (rows, x), batch_size=4, key=key).epoch(0))
    for leaf in tree.leaves((batch.inputs, batch.targets)):
        with pytest.raises(ValueError, match="read-only"):
            leaf[0] = 7
    assert x.flags.writeable
    assert rows.flags.writeable


def test_batches_in_order_are_views() -> None:
    x, rows = table(6)
    for batch in batches(x, rows, batch_size=4).epoch(0):
        assert np.shares_memory(batch.inputs, x)
        assert np.shares_memory(batch.targets, rows)


@pytest.mark.parametrize("key", [None, Key(0)])
def test_a_memory_mapped_file_is_never_copied(tmp_path: Path, key: Key | None) -> None:
    images = np.memmap(tmp_path / "images", np.uint8, "w+", shape=(20_000, 28, 28))  # 15.7 MB of a sparse file
    labels = np.arange(20_000)
    images[labels, 3, 4] = labels % 251
    tracemalloc.start()
    try:
        data = batches(images, labels, batch_size=100, key=key, transform=lambda x: x.astype(np.float32) / 255)
        seen = 0
        for batch in data.epoch(0):
            assert np.array_equal(np.rint(batch.inputs[:, 3, 4] * 255), batch.targets % 251)
            seen += batch.size
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seen == 20_000
    assert peak < 2_000_000  # the order takes 160 kB, a batch of floats 314 kB
    assert images.flags.writeable


def test_looking_for_nan_copies_nothing() -> None:
    x = np.zeros((1000, 1000), np.float32)
    tracemalloc.start()
    try:
        batches(x, x, batch_size=10, check_finite=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000


def test_take_gives_views_of_slices_and_copies_of_indices() -> None:
    x, rows = table(6)
    assert np.shares_memory(take(x, slice(1, 3)), x)
    chosen = take((x, rows), np.array([4, 0]))
    assert chosen[1].tolist() == [4, 0]
    assert not np.shares_memory(chosen[0], x)


# --- loading by hand ---


def test_samples_loaded_one_batch_at_a_time() -> None:
    def load(rows: Rows, key: Key | None) -> Batch[IntArray, None]:
        assert key is not None
        return Batch(np.arange(100, 110)[rows], None)

    data = Batches(load, 10, batch_size=4, key=Key(0))
    found = [batch.inputs.tolist() for batch in data.epoch(0)]
    assert [len(numbers) for numbers in found] == [4, 4, 2]
    assert sorted(number for numbers in found for number in numbers) == list(range(100, 110))
    in_order = Batches(lambda rows, key: Batch((rows, key), None), 3, batch_size=2)
    assert [batch.inputs for batch in in_order.epoch(0)] == [(slice(0, 2), None), (slice(2, 3), None)]


def test_nothing_global_is_drawn_from() -> None:
    before = str(np.random.get_state(legacy=False))  # noqa: NPY002  # to see that it stays as it is
    contents(batches(*table(9), batch_size=2, key=Key(0), augment=jitter), 0)
    assert str(np.random.get_state(legacy=False)) == before  # noqa: NPY002  # the global state, which must stay as it is


# --- errors ---

X, ROWS = table(4)
NAN = np.where(np.arange(8).reshape(4, 2) == 5, np.nan, 1.0)
RAGGED = np.empty(4, object)
NO_LIST = (
    "expected an array, or a tuple, dict or record of arrays, got a list. "
    "Make it an array: np.array(rows, np.float32), all rows of equal length."
)
RAGGED_HINT = "Its rows have unequal lengths or hold objects: make it of numbers, all rows of equal length."
LIST_HINT = "Write lists as tuples, numbers as static fields."
CLEAN = "Clean the data: drop or fill these values."
LOOK = "Look where it was cut or chosen from the data."


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (
            lambda: batches(X, ROWS[:3], batch_size=2),
            DataError,
            "batches > targets: expected 4 samples, as in inputs, got 3. One target belongs to each input.",
        ),
        (
            lambda: batches(X[:3], ROWS, batch_size=2),
            DataError,
            "batches > targets: expected 3 samples, as in inputs, got 4. One target belongs to each input.",
        ),
        (
            lambda: batches((X, X[:3]), ROWS, batch_size=2),
            DataError,
            "batches > inputs.1: expected 4 samples, as in inputs.0, got 3. All arrays share the first axis.",
        ),
        (
            lambda: batches(X, {"a": ROWS, "b": ROWS[:1]}, batch_size=2),
            DataError,
            "batches > targets.b: expected 4 samples, as in inputs, got 1. One target belongs to each input.",
        ),
        (
            lambda: batches(X[:0], ROWS[:0], batch_size=2),
            DataError,
            f"batches > inputs: expected at least one sample, got shape (0, 2). {LOOK}",
        ),
        (
            lambda: batches(X[:, :0], ROWS, batch_size=2),
            DataError,
            f"batches > inputs: expected samples of at least one value, got shape (4, 0). {LOOK}",
        ),
        (
            lambda: batches(np.array(3.0), ROWS, batch_size=2),
            DataError,
            "batches > inputs: expected an array whose first axis is the sample, got float64 of shape ().",
        ),
        (lambda: batches((), None, batch_size=2), DataError, "batches: expected at least one array, got none."),
        (
            lambda: batches([[1.0, 2.0], [3.0]], ROWS, batch_size=2),
            DtypeError,
            f"batches > inputs: {NO_LIST}",
        ),
        (
            lambda: batches(X, [0, 1, 2, 3], batch_size=2),
            DtypeError,
            f"batches > targets: {NO_LIST}",
        ),
        (
            lambda: batches(RAGGED, ROWS, batch_size=2),
            DtypeError,
            f"batches > inputs: expected an array of numbers, got object of shape (4,). {RAGGED_HINT}",
        ),
        (
            lambda: batches(({"a": [1.0]},), ROWS, batch_size=2),
            StructureError,
            f"batches > inputs > 0.a: expected an array, record, tuple, dict or None, got a list. {LIST_HINT}",
        ),
        (
            lambda: batches(X, ROWS, batch_size=0),
            HyperparameterError,
            "batches: expected batch_size as an integer of at least 1, got 0.",
        ),
        (
            lambda: batches(X, ROWS, batch_size=2.0),  # type: ignore[call-overload]  # wrong on purpose
            HyperparameterError,
            "batches: expected batch_size as an integer of at least 1, got 2.0.",
        ),
        (
            lambda: batches(X, ROWS, batch_size=5, drop_last=True),
            DataError,
            "batches: expected at least 5 samples, one full batch, got 4. Lower batch_size or leave out drop_last.",
        ),
        (
            lambda: batches(X, ROWS, batch_size=2, augment=jitter),
            HyperparameterError,
            "batches: expected a key along with augment, got None. Write key=fnn.Key(0), say.",
        ),
        (
            lambda: batches(NAN, ROWS, batch_size=2, check_finite=True),
            DataError,
            f"batches > inputs: expected finite values, got nan at index (2, 1), 1 such value in all. {CLEAN}",
        ),
        (
            lambda: batches(X, (ROWS, 1 / NAN - np.inf), batch_size=2, check_finite=True),
            DataError,
            f"batches > targets.1: expected finite values, got -inf at index (0, 0), 8 such values in all. {CLEAN}",
        ),
        (
            lambda: Batches(lambda rows, key: Batch(0, 0), 0, batch_size=1),
            HyperparameterError,
            "batches: expected count as an integer of at least 1, got 0.",
        ),
    ],
)
def test_bad_data_and_options(make: Callable[[], object], kind: type[FnnError], text: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == text


def test_values_that_are_not_finite_are_let_through_unless_asked() -> None:
    assert np.isnan(next(batches(NAN, ROWS, batch_size=4).epoch(0)).inputs).sum() == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, complex(0, np.inf), complex(0, np.nan)])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_check_all_finite_finds_each_kind_anywhere(bad: complex, place: int) -> None:
    x: NDArray[Any] = np.array([-1, 0, 1], np.complex128 if np.iscomplexobj(bad) else np.float32)
    check_all_finite("data", x=x, rows=np.arange(3), words=np.array(["a", "b", "c"]), none=None)
    x[place] = bad
    with pytest.raises(DataError, match=rf"data > x: expected finite values, got .* at index \({place},\), 1 such"):
        check_all_finite("data", x=x)


def test_counting_names_what_it_counts() -> None:
    assert count_samples("fit", x=X, more=(ROWS, None)) == 4
    with pytest.raises(DataError, match=r"^fit > more\.1: expected 4 samples, as in x, got 2\."):
        count_samples("fit", x=X, more=(ROWS, ROWS[:2]))


def test_epochs_are_refused_when_asked_for_not_when_run() -> None:
    data = batches(X, ROWS, batch_size=3)
    with pytest.raises(HyperparameterError) as negative:
        data.epoch(-1)
    assert str(negative.value) == "batches.epoch: expected an index of at least 0, got -1."
    for skip in (-1, 3):
        with pytest.raises(HyperparameterError) as caught:
            data.epoch(0, skip)
        assert str(caught.value) == (
            f"batches.epoch: expected skip in [0, 2], the batches, got {skip}. "
            "A run goes on with the data set and the batch size that it began with."
        )
