"""Explicit randomness: a key is a value, splitting it gives new ones, and nothing is hidden."""

from __future__ import annotations

import operator
from typing import Any, SupportsIndex

import numpy as np
from attrs import field, frozen
from numpy.random.bit_generator import ISeedSequence

from fnn.errors import HyperparameterError

_KEY_HINT = "Write fnn.Key(0), say."

_MASK = 0xFFFFFFFFFFFFFFFF
_GOLDEN = 0x9E3779B97F4A7C15


def _mix(z: int) -> int:
    """Finalizer of splitmix64: a bijection of 64-bit words in which every input bit reaches every output bit."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


class _Words(ISeedSequence):
    """Seed words made by splitmix64, about ten times as fast to start a generator from as ``SeedSequence``."""

    def __init__(self, state: int) -> None:
        self._state = state

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Any:
        words = [_mix((self._state + _GOLDEN * (i + 1)) & _MASK) for i in range(n_words)]
        return np.array(words, np.uint64).astype(dtype)


def _integer(value: SupportsIndex, place: str, what: str, hint: str) -> int:
    """Return a Python integer, for those of NumPy overflow; refuse anything else."""
    try:
        return operator.index(value)
    except TypeError:
        raise HyperparameterError(place, f"an integer {what}", repr(value), hint) from None


def _seed(value: SupportsIndex) -> int:
    return _integer(value, "Key", "seed", _KEY_HINT) & _MASK


@frozen(repr=False)
class Key:
    """A source of randomness that is a plain value: the same key always gives the same numbers.

    ``seed`` is any integer; its lowest 64 bits count. Never use one key for two purposes: ``split`` it, or ``fold`` a
    number into it. Words are mixed with splitmix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number
    generators"); numbers are drawn from NumPy's PCG64 (O'Neill 2014).

    >>> key = Key(0)
    >>> weights, shuffle = key.split()
    >>> weights == shuffle, key.split() == (weights, shuffle)
    (False, True)
    >>> int(weights.rng().integers(100)) == int(weights.rng().integers(100))
    True
    """

    state: int = field(converter=_seed)

    def fold(self, number: SupportsIndex) -> Key:
        """Return the key that belongs to ``number``, an integer: an epoch or a stage, say.

        >>> Key(0).fold(3) == Key(0).fold(3), Key(0).fold(3) == Key(0).fold(4)
        (True, False)
        """
        n = _integer(number, "Key.fold", "number", "Fold in an index: of an epoch, a stage, a step.")
        return Key(_mix((_mix((self.state + _GOLDEN) & _MASK) + _GOLDEN * (n + 1)) & _MASK))

    def split(self, count: SupportsIndex = 2) -> tuple[Key, ...]:
        """Return ``count`` independent keys.

        >>> len(Key(0).split(3))
        3
        """
        hint = "Write key.split(3), say."
        n = _integer(count, "Key.split", "count", hint)
        if n < 1:
            raise HyperparameterError("Key.split", "a count of at least 1", str(n), hint)
        return tuple(self.fold(i) for i in range(n))

    def rng(self) -> np.random.Generator:
        """Return a new NumPy generator, always in the same first state.

        >>> Key(7).rng().random() == Key(7).rng().random()
        True
        """
        return np.random.Generator(np.random.PCG64(_Words(self.state)))  # type: ignore[arg-type]  # stubs know only SeedSequence

    def __repr__(self) -> str:
        return f"Key({self.state})"


def check_key(key: Key, place: str) -> None:
    """Refuse what is no key, such as a bare seed.

    >>> check_key(0, "start")
    Traceback (most recent call last):
    fnn.errors.HyperparameterError: start: expected a key, got 0. Write fnn.Key(0), say.
    """
    given: object = key  # untyped callers hand over anything
    if not isinstance(given, Key):
        got = repr(given) if isinstance(given, int | str | None) else f"a value of class {type(given).__name__}"
        raise HyperparameterError(place, "a key", got, _KEY_HINT)
