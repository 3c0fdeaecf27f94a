"""The stages of a model as a tree: what stands inside what, with the shape of each one's input."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from fnn.arrays import Shape
from fnn.model import Part, Serial, Stage


@attrs.frozen(eq=False)
class Place:
    """A stage in its place: the shape of its input, how many such inputs a sample gives it, and what it is made of."""

    label: str
    depth: int
    stage: Stage
    shape: Shape
    times: int
    inner: tuple[Place, ...]

    def __iter__(self) -> Iterator[Place]:
        """Go through this place and all inside it, in the order of the table."""
        yield self
        for place in self.inner:
            yield from place

    @property
    def name(self) -> str:
        """The stage's name; of a composition without that of its parts."""
        if not self.inner:
            return self.stage.name
        name = self.stage.name.split("(")[0]
        return "serial" if isinstance(self.stage, Serial) or ">>" in name else name

    @property
    def flops(self) -> int | None:
        """The operations that the stage does itself for one sample; None if there is no rule that tells."""
        if self.stage.flops is None:
            return 0 if self.inner else None
        return self.times * int(self.stage.flops(self.shape))


def outline(model: Stage, input_shape: Shape) -> Place:
    """Return the place of a model, with depth -1 if it is made of parts, which are the first to be shown then.

    >>> import fnn
    >>> [place.name for place in outline(fnn.residual(fnn.dense(4, 3) >> fnn.relu >> fnn.dense(3, 4)), (4,))]
    ['residual', 'serial', 'dense(4, 3)', 'relu', 'dense(3, 4)']
    """
    return _place(Part("", model, input_shape), 0 if model.parts is None else -1, 1)


def _place(part: Part, depth: int, outer: int) -> Place:
    times = outer * part.times
    parts = [] if part.stage.parts is None else part.stage.parts(part.shape)
    inner = tuple(_place(Part(*inside), depth + 1, times) for inside in parts)
    return Place(part.label, depth, part.stage, part.shape, times, inner)
