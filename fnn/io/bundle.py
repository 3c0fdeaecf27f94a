"""All that it takes to use a trained network, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from fnn.arrays import Array
from fnn.data.scalers import MaxAbs, MinMax, Numbers, Standardize
from fnn.io.values import JSON
from fnn.tree import record, static

P = TypeVar("P")


@record
class Bundle(Generic[P]):
    """Parameters, the scaler fitted on the training data, the names of the classes, and configuration, as one tree.

    Saved and loaded as any tree, it is one file, and the type says of what: ``fnn.load(path, Bundle[MLP])``.

    >>> import fnn, os, tempfile
    >>> from fnn.io.load import load
    >>> from fnn.io.save import save
    >>> bundle = Bundle(fnn.dense(4, 3).init(fnn.Key(0)), class_names=("setosa", "versicolor", "virginica"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "iris.npz")
    ...     save(path, bundle)
    ...     load(path, Bundle[fnn.Dense]).class_names
    ('setosa', 'versicolor', 'virginica')
    """

    params: P
    scaler: MaxAbs | MinMax | Standardize | None = None
    class_names: tuple[str, ...] = static(default=())
    config: Mapping[str, JSON] = static(factory=dict)

    def transform(self, x: Numbers) -> Array:
        """Return ``x`` as the network takes it: scaled, if there is a scaler.

        >>> import numpy as np
        >>> Bundle((), scaler=MaxAbs(np.array(4.0))).transform(np.array([[1.0, 2.0]]))
        array([[0.25, 0.5 ]])
        """
        return x if self.scaler is None else self.scaler.transform(x)  # type: ignore[return-value]  # checked by layers
