"""Keys are values that always give the same numbers; the numbers of two keys have nothing to do with each other."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.errors import HyperparameterError
from fnn.random import _GOLDEN, _MASK, Key, _mix

seeds = st.integers(-(2**70), 2**70)
few = settings(deadline=None, max_examples=50)


def stream(seed: int, count: int) -> list[int]:
    return [_mix((seed + _GOLDEN * (i + 1)) & _MASK) for i in range(count)]


def test_splitmix64_gives_the_numbers_of_its_reference_implementation() -> None:
    assert stream(1234567, 5) == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert stream(0, 3) == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def test_a_fold_is_a_word_of_the_stream_that_begins_where_the_key_leads() -> None:
    key = Key(1234567)
    assert [key.fold(i).state for i in range(5)] == stream(stream(1234567, 1)[0], 5)


def test_frozen_values() -> None:
    """Saved runs go on bit for bit only while these stand."""
    key = Key(0)
    assert key.fold(0).state == 12035550249420947055
    assert key.fold(1).fold(2).state == 14557509173690941684
    assert [k.state for k in key.split(3)] == [12035550249420947055, 12935080325729570654, 7141179953334974231]
    assert key.rng().bit_generator.random_raw(2).tolist() == [14645725078257245364, 872640208744727529]
    assert key.rng().random(2).tolist() == [0.7939463473735969, 0.04730592050596183]


def test_another_process_draws_the_same() -> None:
    code = "from fnn.random import Key; print(Key(5).fold(3).split(3)[2].rng().random(3).tobytes().hex())"
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    assert runs == {Key(5).fold(3).split(3)[2].rng().random(3).tobytes().hex().encode() + b"\n"}


@few
@given(seeds)
def test_seeds_are_taken_by_their_lowest_64_bits(seed: int) -> None:
    assert Key(seed) == Key(seed + 2**64) == Key(seed % 2**64)
    assert 0 <= Key(seed).state < 2**64


@few
@given(seeds)
def test_repr_makes_the_same_key(seed: int) -> None:
    key = Key(seed)
    assert eval(repr(key)) == key
    assert hash(eval(repr(key))) == hash(key)
    assert pickle.loads(pickle.dumps(key)) == key


def test_integers_of_numpy_are_integers() -> None:
    assert Key(np.int64(7)) == Key(np.array(7)) == Key(7)
    assert Key(0).fold(np.int64(7)) == Key(0).fold(np.uint8(7)) == Key(0).fold(7)
    assert Key(0).split(np.int64(2)) == Key(0).split(2)
    assert type(Key(np.int64(7)).state) is int


def test_drawing_does_not_change_the_key() -> None:
    key = Key(3)
    key.rng().random(100)
    assert key.rng().random() == Key(3).rng().random()


def test_numpys_global_generator_is_left_alone() -> None:
    before = np.random.get_state(legacy=False)  # noqa: NPY002  # to see that it stays as it is
    Key(3).split(5)[2].rng().random(100)
    after = np.random.get_state(legacy=False)  # noqa: NPY002  # the global state, which must stay as it is
    assert str(before) == str(after)


# --- independence ---


def test_no_two_folds_collide() -> None:
    key = Key(0)
    states = {key.fold(i).state for i in range(100_000)}
    states |= {fold.fold(j).state for fold in key.split(100) for j in range(100)}
    assert len(states) == 110_000
    assert key.state not in states


def test_the_first_draws_of_neighbouring_folds_are_uniform() -> None:
    """Chi-square over 64 cells: mean 63, standard deviation 11.2."""
    for key in (Key(0), Key(1), Key(2**64 - 1)):
        draws = np.array([key.fold(i).rng().random() for i in range(6400)])
        counts = np.bincount((draws * 64).astype(int), minlength=64)
        assert 63 - 4 * 11.2 < float(((counts - 100.0) ** 2 / 100).sum()) < 63 + 4 * 11.2
        neighbours = float(np.corrcoef(draws[:-1], draws[1:])[0, 1])
        assert abs(neighbours) < 4 / 6400**0.5


def test_draws_of_a_key_and_of_its_folds_are_not_correlated() -> None:
    keys = [Key(0), *Key(0).split(4), *Key(0).fold(1).split(2), Key(1)]
    draws = np.stack([key.rng().standard_normal(20_000) for key in keys])
    correlations = np.corrcoef(draws) - np.eye(len(keys))
    assert float(np.abs(correlations).max()) < 4.5 / 20_000**0.5


def test_one_bit_of_seed_or_number_flips_half_of_the_bits() -> None:
    flips = []
    for i in range(200):
        key, bit = Key(i * 0x9E3779B97F4A7C15), 1 << (i % 64)
        flips.append((key.fold(i).state ^ Key(key.state ^ bit).fold(i).state).bit_count())
        flips.append((key.fold(i).state ^ key.fold(i ^ (1 << (i % 16))).state).bit_count())
    assert abs(float(np.mean(flips)) - 32) < 4 * 4 / len(flips) ** 0.5
    assert min(flips) > 32 - 6 * 4
    assert max(flips) < 32 + 6 * 4


# --- errors ---


@pytest.mark.parametrize("seed", ["0", 1.0, None, [1]])
def test_a_seed_that_is_no_integer(seed: object) -> None:
    with pytest.raises(HyperparameterError) as caught:
        Key(seed)  # type: ignore[arg-type]  # wrong on purpose
    assert str(caught.value) == f"Key: expected an integer seed, got {seed!r}. Write fnn.Key(0), say."


def test_a_fold_that_is_no_integer() -> None:
    with pytest.raises(HyperparameterError) as caught:
        Key(0).fold(0.5)  # type: ignore[arg-type]  # wrong on purpose
    assert str(caught.value) == (
        "Key.fold: expected an integer number, got 0.5. Fold in an index: of an epoch, a stage, a step."
    )


@pytest.mark.parametrize(("count", "expected"), [(0, "a count of at least 1"), (-1, "a count of at least 1")])
def test_a_split_into_none(count: int, expected: str) -> None:
    with pytest.raises(HyperparameterError) as caught:
        Key(0).split(count)
    assert str(caught.value) == f"Key.split: expected {expected}, got {count}. Write key.split(3), say."


def test_a_split_into_parts() -> None:
    with pytest.raises(HyperparameterError) as caught:
        Key(0).split(2.5)  # type: ignore[arg-type]  # wrong on purpose
    assert str(caught.value) == "Key.split: expected an integer count, got 2.5. Write key.split(3), say."
