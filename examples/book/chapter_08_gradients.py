"""Chapter 8, gradients and the chain rule: what a network's derivative is made of.

A partial derivative varies one input and holds the others; the gradient is all of them together, and points where the
function rises fastest. Look at the three partial derivatives that a neuron needs (sum, product, maximum), each as an op
of fnn has it: a function with its backward, which multiplies the slope that arrives by its own. And look at the chain
rule: composed functions run forward from the inside out, and their backwards from the outside in.
"""

import numpy as np

import fnn
from fnn import Array


def surface_forward(x: Array, y: Array) -> tuple[Array, tuple[Array, Array]]:
    """Return ``3 x^2 y + y^3`` and what the gradient needs."""
    return 3 * x**2 * y + y**3, (x, y)


def surface_backward(dz: Array, cache: tuple[Array, Array]) -> tuple[Array, Array]:
    """Return the partial derivatives ``6 x y`` and ``3 x^2 + 3 y^2``, by power and sum rule, times ``dz``."""
    x, y = cache
    return dz * 6 * x * y, dz * (3 * x**2 + 3 * y**2)


def sum_forward(x: Array, y: Array) -> tuple[Array, None]:
    """Return ``x + y``; the derivative needs nothing."""
    return x + y, None


def sum_backward(dz: Array, cache: None) -> tuple[Array, Array]:
    """A sum passes the slope on to both sides: its partial derivatives are 1 and 1."""
    return dz, dz


def product_forward(x: Array, y: Array) -> tuple[Array, tuple[Array, Array]]:
    """Return ``x y``; each is the other's derivative."""
    return x * y, (x, y)


def product_backward(dz: Array, cache: tuple[Array, Array]) -> tuple[Array, Array]:
    """A product swaps: its partial derivatives are ``y`` and ``x``."""
    x, y = cache
    return dz * y, dz * x


def maximum_forward(x: Array, y: Array) -> tuple[Array, Array]:
    """Return the larger of the two, and 1 where that is ``x``, 0 where it is ``y``."""
    return np.maximum(x, y), (x > y).astype(x.dtype)


def maximum_backward(dz: Array, first: Array) -> tuple[Array, Array]:
    """A maximum switches: the whole slope goes to the larger side (at a tie, here, to the second)."""
    return dz * first, dz * (1 - first)


double_square: fnn.Fn[Array, Array] = fnn.fn(lambda x: (2 * x**2, x), lambda dy, x: dy * 4 * x, name="2 x^2")
"""The inner function of the chain."""

triple_fifth: fnn.Fn[Array, Array] = fnn.fn(lambda u: (3 * u**5, u), lambda dy, u: dy * 15 * u**4, name="3 u^5")
"""The outer function of the chain."""


def gradient(x: float, y: float) -> Array:
    """Return the gradient of the surface at a point, as a vector."""
    _, cache = surface_forward(np.array([x]), np.array([y]))
    return np.concatenate(surface_backward(np.ones(1), cache))


def rise(direction: Array, x: float, y: float, step: float = 1e-3) -> float:
    """Return how much the surface rises by a short step of given length in some direction."""
    dx, dy = step * direction / np.linalg.norm(direction)
    return float(surface_forward(np.array([x + dx]), np.array([y + dy]))[0][0] - (3 * x**2 * y + y**3))


def main(directions: int = 1000) -> None:
    """Print gradients, their checks, and a derivative by the chain rule."""
    slope = gradient(1.0, 2.0)
    print(f"gradient of 3x^2 y + y^3 at (1, 2): {slope.tolist()}, by hand 6xy = 12 and 3x^2 + 3y^2 = 15")
    others = fnn.Key(0).rng().standard_normal((directions, 2))
    best = max(rise(other, 1.0, 2.0) for other in others)
    print(f"rise along it by a step of 0.001: {rise(slope, 1.0, 2.0):.6f}")
    print(f"the most that {directions} random directions reach: {best:.6f}")

    print("\nthe three that a neuron is made of, at x = 3, y = -2, with a slope of 1 arriving")
    x, y, one = np.array([3.0]), np.array([-2.0]), np.ones(1)
    sums, products, maxima = sum_forward(x, y), product_forward(x, y), maximum_forward(x, y)
    slopes = (
        ("sum", sum_backward(one, sums[1])),
        ("product", product_backward(one, products[1])),
        ("maximum", maximum_backward(one, maxima[1])),
    )
    for name, (dx, dy) in slopes:
        print(f"{name:8} d/dx = {dx[0]:2g}, d/dy = {dy[0]:2g}")
    rng = fnn.Key(1).rng()
    points = rng.standard_normal(5), rng.standard_normal(5)
    for pair in (
        (surface_forward, surface_backward),
        (sum_forward, sum_backward),
        (product_forward, product_backward),
        (maximum_forward, maximum_backward),
    ):
        report = fnn.check.gradients(pair, *points)
        print(f"{report.subject} checked numerically: relative error {report.worst.error:.0e}")

    # h(x) = 3 (2 x^2)^5 = 96 x^10, so h'(x) = 960 x^9; no one has to multiply out, `>>` chains the backwards.
    composed = double_square >> triple_fifth
    value, backward = composed.forward(np.array([1.5]), fnn.Key(0))
    print(f"\nchain {composed.name} at 1.5: value {value[0]:.6g}, by hand {96 * 1.5**10:.6g}")
    print(f"its derivative: {backward(np.ones(1))[0]:.6g}, by hand {960 * 1.5**9:.6g}")
    print(f"checked: {fnn.check.gradients(composed, np.array([0.5, 1.5, -1.0]), method='complex').passed}")


if __name__ == "__main__":
    main()
