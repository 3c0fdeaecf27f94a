"""Data sets cut into batches, shuffled by a key, without a copy of the data set.

An epoch is a permutation of the row numbers, and a batch gathers a slice of it: the data set itself stays where it is,
in memory or in a memory-mapped file. Everything random in epoch ``e`` comes from ``key.fold(e)``, so that an epoch can
be repeated, or entered in the middle, at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar, overload

import attrs
import numpy as np

from fnn import tree
from fnn.data.samples import Rows, check_all_finite, count_samples, take
from fnn.errors import DataError, HyperparameterError
from fnn.random import Key, check_key
from fnn.validate import function, positive

# Each function has type variables of its own, for mypy would join those of arrays of one dtype and of several badly.
D = TypeVar("D")  # what is stored
M = TypeVar("M")  # after the transform
X = TypeVar("X")
T = TypeVar("T")
X_co = TypeVar("X_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(eq=False)
class Batch(Generic[X_co, T_co]):
    """Some samples and their targets: arrays, or trees of arrays, whose first axis is the sample.

    >>> import numpy as np
    >>> Batch(np.zeros((4, 2)), np.array([0, 1, 1, 0])).size
    4
    """

    inputs: X_co
    targets: T_co

    @property
    def size(self) -> int:
        """The number of samples."""
        if isinstance(self.inputs, np.ndarray):
            return len(self.inputs)
        return len(tree.leaves((self.inputs, self.targets))[0])


@attrs.frozen(eq=False, repr=False)
class Batches(Generic[X_co, T_co]):
    """Epochs of batches; made by `batches`, or by hand where samples are loaded one batch at a time, from files, say.

    ``load(rows, key)`` returns the batch of the samples ``rows``, a slice or an array of indices below ``count``; its
    key is the batch's own, or None if there is no ``key``. Without ``key`` the samples come in order.
    """

    load: Callable[[Rows, Key | None], Batch[X_co, T_co]]
    count: int
    batch_size: int = attrs.field(kw_only=True)
    key: Key | None = attrs.field(default=None, kw_only=True)
    drop_last: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        positive("batches", count=self.count, batch_size=self.batch_size)
        function("batches", load=self.load)
        if self.key is not None:
            check_key(self.key, "batches")
        if len(self) == 0:
            raise DataError(
                "batches",
                f"at least {self.batch_size} samples, one full batch",
                str(self.count),
                "Lower batch_size or leave out drop_last.",
            )

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        return self.count // self.batch_size if self.drop_last else -(-self.count // self.batch_size)

    @property
    def samples(self) -> int:
        """The number of samples in an epoch, without those that ``drop_last`` leaves out."""
        return len(self) * self.batch_size if self.drop_last else self.count

    def epoch(self, index: int, skip: int = 0) -> Iterator[Batch[X_co, T_co]]:
        """Return the batches of epoch ``index`` (from 0), without the first ``skip``, which are not computed.

        The same index gives the same batches; with ``skip`` they are the tail of those without. Raises
        HyperparameterError for a negative index and for ``skip`` outside [0, len].

        >>> import numpy as np
        >>> data = batches(np.zeros((5, 3)), np.arange(5), batch_size=2)
        >>> [batch.targets.tolist() for batch in data.epoch(0)]
        [[0, 1], [2, 3], [4]]
        >>> [batch.targets.tolist() for batch in data.epoch(0, skip=2)]
        [[4]]
        """
        if index < 0:
            raise HyperparameterError("batches.epoch", "an index of at least 0", repr(index))
        if not 0 <= skip <= len(self):
            hint = "A run goes on with the data set and the batch size that it began with."
            raise HyperparameterError("batches.epoch", f"skip in [0, {len(self)}], the batches", repr(skip), hint)
        return self._run(index, skip)

    def map(self, change: Callable[[Batch[X_co, T_co]], Batch[X, T]]) -> Batches[X, T]:
        """Return the same batches, each changed by a function as it is loaded.

        With its inputs as its targets, for an autoencoder, or with one-hot targets, say:

        >>> import numpy as np
        >>> data = batches(np.ones((5, 3)), np.arange(5), batch_size=2)
        >>> next(data.map(lambda batch: Batch(batch.inputs, batch.inputs)).epoch(0)).targets
        array([[1., 1., 1.],
               [1., 1., 1.]])
        """
        load = self.load
        return Batches(
            lambda rows, key: change(load(rows, key)),
            self.count,
            batch_size=self.batch_size,
            key=self.key,
            drop_last=self.drop_last,
        )

    def augment(self, change: Callable[[Key, Batch[X_co, T_co]], Batch[X, T]]) -> Batches[X, T]:
        """Return the same batches, each changed at random, inputs and targets together, with a key for each.

        The rows of each batch stay the same. (What is random within it already, by `batches`' own ``augment``, is drawn
        anew.) Raises HyperparameterError for batches without a key.

        >>> import numpy as np
        >>> def flip_signs(key, batch):
        ...     sign = key.rng().choice([-1, 1])
        ...     return Batch(sign * batch.inputs, sign * batch.targets)
        >>> data = batches(np.ones((5, 3)), np.arange(5), batch_size=2, key=Key(0)).augment(flip_signs)
        >>> next(data.epoch(0)).size
        2
        """
        load, key = self.load, self.key
        if key is None:
            raise HyperparameterError(
                "batches.augment", "batches with a key", "None", "Write batches(..., key=Key(0))."
            )

        def changed(rows: Rows, own: Key | None) -> Batch[X, T]:
            inner, outer = (key if own is None else own).split()
            return change(outer, load(rows, inner))

        return Batches(changed, self.count, batch_size=self.batch_size, key=key, drop_last=self.drop_last)

    def _run(self, index: int, skip: int) -> Iterator[Batch[X_co, T_co]]:
        key = None if self.key is None else self.key.fold(index)
        order = None if key is None else key.rng().permutation(self.count)
        for number in range(skip, len(self)):
            part = slice(number * self.batch_size, min((number + 1) * self.batch_size, self.count))
            yield self.load(part if order is None else order[part], None if key is None else key.fold(number))

    def __repr__(self) -> str:
        order = "in order" if self.key is None else f"shuffled by {self.key}"
        return f"Batches({self.samples} samples, {len(self)} batches of {self.batch_size}, {order})"


@overload
def batches(
    inputs: X,
    targets: T,
    *,
    batch_size: int,
    key: Key | None = None,
    drop_last: bool = False,
    check_finite: bool = False,
) -> Batches[X, T]: ...
@overload
def batches(
    inputs: D,
    targets: T,
    *,
    batch_size: int,
    key: Key | None = None,
    drop_last: bool = False,
    transform: Callable[[D], X],
    check_finite: bool = False,
) -> Batches[X, T]: ...
@overload
def batches(
    inputs: D,
    targets: T,
    *,
    batch_size: int,
    key: Key | None = None,
    drop_last: bool = False,
    augment: Callable[[Key, D], X],
    check_finite: bool = False,
) -> Batches[X, T]: ...
@overload
def batches(
    inputs: D,
    targets: T,
    *,
    batch_size: int,
    key: Key | None = None,
    drop_last: bool = False,
    transform: Callable[[D], M],
    augment: Callable[[Key, M], X],
    check_finite: bool = False,
) -> Batches[X, T]: ...
def batches(
    inputs: Any,
    targets: Any,
    *,
    batch_size: int,
    key: Key | None = None,
    drop_last: bool = False,
    transform: Callable[[Any], Any] | None = None,
    augment: Callable[[Key, Any], Any] | None = None,
    check_finite: bool = False,
) -> Batches[Any, Any]:
    """Cut a data set into batches of ``batch_size`` samples, in a new order each epoch if there is a ``key``.

    ``inputs`` and ``targets`` are arrays, or tuples, dicts or records of arrays, that share their first axis; they may
    be memory-mapped. The data set is never copied: shuffled batches are gathered, unshuffled ones are views, and both
    are read-only. An autoencoder takes its inputs as targets, too.

    ``transform(inputs)`` converts each batch as it is loaded, so that images stay bytes in memory. ``augment(key,
    inputs)`` comes after it, with another key for each batch of each epoch. Neither touches the targets; `Batches.map`
    can. ``drop_last`` leaves out a last batch that is smaller. ``check_finite`` looks for NaN and infinity beforehand.

    Raises DataError for an empty data set, unequal lengths, or values that are not finite; DtypeError for lists;
    HyperparameterError for a batch size below 1, and for augmentation without a key.

    >>> import numpy as np
    >>> images, labels = np.full((5, 2, 2), 255, np.uint8), np.arange(5)
    >>> data = batches(images, labels, batch_size=2, key=Key(0), transform=lambda x: x.astype(np.float32) / 255)
    >>> data
    Batches(5 samples, 3 batches of 2, shuffled by Key(0))
    >>> batch = next(data.epoch(0))
    >>> batch.inputs.dtype, batch.size
    (dtype('float32'), 2)
    """
    if transform is not None:
        function("batches", "Such as scaler.transform.", transform=transform)
    if augment is not None:
        function("batches", "Such as fnn.data.rotate(10).", augment=augment)
    if augment is not None and key is None:
        raise HyperparameterError("batches", "a key along with augment", "None", "Write key=fnn.Key(0), say.")
    count = count_samples("batches", inputs=inputs, targets=targets)
    if check_finite:
        check_all_finite("batches", inputs=inputs, targets=targets)

    def load(rows: Rows, own: Key | None) -> Batch[Any, Any]:
        x = take(inputs, rows)
        if transform is not None:
            x = transform(x)
        if augment is not None and own is not None:
            x = augment(own, x)
        return Batch(x, take(targets, rows))

    return Batches(load, count, batch_size=batch_size, key=key, drop_last=drop_last)
