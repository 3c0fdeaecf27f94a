from __future__ import annotations

import numpy as np
import pytest

from fnn.errors import ShapeError
from fnn.ops import flatten_backward, flatten_forward


def test_order_and_way_back() -> None:
    x = np.arange(24.0).reshape(2, 3, 4)
    y, shape = flatten_forward(x)
    assert y.tolist() == [list(range(12)), list(range(12, 24))]
    assert np.array_equal(flatten_backward(y, shape), x)
    assert np.shares_memory(y, x)


@pytest.mark.parametrize(("shape", "flat"), [((5,), (5, 1)), ((5, 3), (5, 3)), ((0, 2, 3), (0, 6)), ((5, 0), (5, 0))])
def test_shapes(shape: tuple[int, ...], flat: tuple[int, ...]) -> None:
    y, cache = flatten_forward(np.zeros(shape))
    assert y.shape == flat
    assert flatten_backward(y, cache).shape == shape


def test_no_axes() -> None:
    with pytest.raises(ShapeError) as caught:
        flatten_forward(np.array(1.0))
    assert (
        str(caught.value) == "flatten: expected x of shape (batch, ...), got shape (). Put samples along a first axis."
    )
