"""Chapter 7, derivatives: the slope of a curve, by numbers and by rules.

The slope between two points of a curve tends to the derivative as they come together. Look at the table of steps: a
shorter step is better only until rounding takes over, for the difference of two nearly equal numbers has few true
digits. A difference to both sides has an error of h^2 instead of h; and where the function can be computed on complex
numbers, the imaginary step subtracts nothing at all, so that it may be as short as one likes (Squire and Trapp 1998,
"Using complex variables to estimate derivatives of real functions"). `fnn.check.gradients` checks every derivative in
fnn by the last two.

Writes the curve with some of its tangents to tangents.png.
"""

import argparse
import cmath
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

import fnn

Function = Callable[[float], float]


def f(x: float) -> float:
    """Return ``2 x^2``, whose derivative is ``4 x`` by the power rule."""
    return 2 * x**2


def forward_difference(f: Function, x: float, step: float) -> float:
    """Return ``(f(x + h) - f(x)) / h``, the book's way; its error is about ``h f''(x) / 2``."""
    shifted = x + step
    return (f(shifted) - f(x)) / (shifted - x)


def central_difference(f: Function, x: float, step: float) -> float:
    """Return ``(f(x + h) - f(x - h)) / 2h``; its error is about ``h^2 f'''(x) / 6``."""
    return (f(x + step) - f(x - step)) / (2 * step)


def tangent(f: Function, x: float, step: float = 1e-4) -> tuple[float, float]:
    """Return slope ``m`` and intercept ``b`` of the line ``y = m x + b`` that touches the curve at ``x``."""
    slope = forward_difference(f, x, step)
    return slope, f(x) - slope * x


def square_forward(x: fnn.Array) -> tuple[fnn.Array, fnn.Array]:
    """Return ``2 x^2`` and what its derivative needs, as an op of fnn does."""
    y: fnn.Array = 2 * x**2
    return y, x


def square_backward(dy: fnn.Array, x: fnn.Array) -> fnn.Array:
    """Return ``dx = dy * 4 x``: the derivative by rule, times what comes from further on."""
    dx: fnn.Array = dy * 4 * x
    return dx


def draw(path: Path) -> None:
    """Draw the curve and its tangents at 0, 1, 2, 3 and 4."""
    from matplotlib.figure import Figure  # the extra plots

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    x = np.arange(0, 5, 0.001)
    axes.plot(x, 2 * x**2)
    for at in range(5):
        slope, intercept = tangent(f, at)
        ends = np.array([at - 0.9, at + 0.9])
        axes.plot(ends, slope * ends + intercept, "--", label=f"x = {at}: slope {slope:.4f}")
    axes.set(xlabel="x", ylabel="2 x²", title="a curve and its tangents")
    axes.legend()
    figure.savefig(path, dpi=150)


def main(folder: Path = Path("runs")) -> None:
    """Print slopes by numbers and by rule, and draw tangents into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    print(f"mean slope of 2x^2 from 0 to 1: {(f(1) - f(0)) / (1 - 0):g}, from 1 to 2: {(f(2) - f(1)) / (2 - 1):g}")
    print(f"derivative at 1 with a step of 1e-4: {forward_difference(f, 1, 1e-4)!r}")

    print("\nderivative of sin at 1, which is cos 1: errors")
    print("step     forward  central")
    for exponent in (1, 2, 4, 6, 8, 10, 12, 14):
        step = 10.0**-exponent
        errors = (abs(way(math.sin, 1, step) - math.cos(1)) for way in (forward_difference, central_difference))
        print("{:<7g} {:8.1e} {:8.1e}".format(step, *errors))
    imaginary = cmath.sin(1 + 1e-30j).imag / 1e-30
    print(f"imaginary step of 1e-30: {abs(imaginary - math.cos(1)):.1e}")

    print("\ntangents of 2x^2")
    for at in range(5):
        slope, intercept = tangent(f, at)
        print(f"x = {at}: by numbers {slope:.13f}, by rule {4 * at}; y = {slope:.4f} x {intercept:+.4f}")

    report = fnn.check.gradients((square_forward, square_backward), np.arange(5.0), method="complex")
    print(f"\nthe rule checked by fnn.check.gradients: relative error {report.worst.error:.1e}")
    draw(folder / "tangents.png")
    print(f"drawn to {folder / 'tangents.png'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the picture")
    main(parser.parse_args().folder)
