"""The step (Heaviside) function and its derivative, which is 0.

    y = 1 where x > 0, 0 where x <= 0        dy/dx = 0 where x != 0

At ``x = 0`` the function jumps and has no derivative; the value there is 0, as in the book, and the gradient is 0
there too. **No gradient passes this stage**: nothing before it can be trained by gradient descent. The step stands
here because the history of neurons begins with it, and for networks whose weights are set by hand.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array


def step_forward(x: Array) -> tuple[Array, None]:
    """Return 1 where ``x`` is positive and 0 elsewhere, of the shape of ``x`` (any); NaN stays NaN. No cache.

    Reference: McCulloch and Pitts (1943), "A logical calculus of the ideas immanent in nervous activity".

    >>> step_forward(np.array([-1.0, 0.0, 2.0]))[0]
    array([0., 0., 1.])
    """
    y: Array = np.heaviside(x, 0.0)
    return y, None


def step_backward(dy: Array, cache: None) -> Array:
    """Return ``dx = 0`` everywhere.

    >>> step_backward(np.array([5.0, 5.0]), None)
    array([0., 0.])
    """
    dx: Array = np.zeros_like(dy)
    return dx
