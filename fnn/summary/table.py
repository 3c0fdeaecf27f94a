"""The table: its rows and totals, and how they are written."""

from __future__ import annotations

import attrs

from fnn.arrays import Shape, format_shape


@attrs.frozen
class Row:
    """One stage: its place and depth in the model, its parameters' class, the shape it gives, and its size.

    ``nbytes`` is that of the parameters, and of their gradients. ``flops`` is None where no rule tells them, ``caches``
    without a plan, and where the stage would not run on its own. A composition has what it adds to its parts.
    """

    label: str
    depth: int
    stage: str
    record: str
    shape: Shape
    parameters: int
    buffers: int
    nbytes: int
    flops: int | None
    caches: int | None = None


@attrs.frozen
class Plan:
    """What training on batches of a size will take, in bytes.

    ``batch`` is that of the inputs, ``caches`` that of all stages. ``peak`` is the most that a step takes at any
    moment: with parameters, optimizer state, batch, caches, gradients, and all that passes.
    """

    batch_size: int
    batch: int
    optimizer_state: int
    caches: int
    peak: int

    def __str__(self) -> str:
        sizes = [(f"batch of {self.batch_size:,}", self.batch), ("optimizer state", self.optimizer_state)]
        return "\n".join(
            _aligned([(name, short_bytes(n)) for name, n in [*sizes, ("peak of a step", self.peak)]], left=1)
        )


@attrs.frozen
class Summary:
    """The rows of all stages, in order, and the totals; prints as a table.

    ``flops`` is the sum of those that are known.
    """

    name: str
    input_shape: Shape
    output_shape: Shape
    rows: tuple[Row, ...]
    parameters: int
    buffers: int
    nbytes: int
    flops: int
    plan: Plan | None = None

    def __str__(self) -> str:
        size = "{:,}".format if self.plan is None else short_bytes
        table: list[tuple[str, ...]] = [("stage", "parameters", "output", "count", "bytes", "FLOPs", "grads", "caches")]
        table.append(("input", "", format_shape(self.input_shape), *[""] * 5))
        for row in self.rows:
            stage = "  " * row.depth + (f"{row.label}: " if row.label else "") + row.stage
            count, own = (f"{row.parameters:,}", size(row.nbytes)) if row.record else ("", "")
            flops = "?" if row.flops is None else short_count(row.flops) if row.flops else ""
            caches = "?" if row.caches is None else short_bytes(row.caches) if row.caches else ""
            table.append((stage, row.record, format_shape(row.shape), count, own, flops, own, caches))
        known = "" if all(row.flops is not None for row in self.rows) else "at least "
        total, caches = size(self.nbytes), short_bytes(self.plan.caches) if self.plan else ""
        out, count = format_shape(self.output_shape), f"{self.parameters:,}"
        table.append(("total", "", out, count, total, known + short_count(self.flops), total, caches))
        lines = _aligned([line if self.plan else line[:6] for line in table], left=3)
        rule = "-" * max(map(len, lines))
        lines = [lines[0], rule, *lines[1:-1], rule, lines[-1]]
        if self.buffers:
            lines.append(f"of which {self.buffers:,} are buffers, which are saved but not trained")
        return "\n".join(lines if self.plan is None else [*lines, rule, str(self.plan)])


def _aligned(table: list[tuple[str, ...]], left: int) -> list[str]:
    """Write the columns side by side, so many of them flush left, and the others right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    align = [str.ljust] * left + [str.rjust] * (len(widths) - left)
    return ["  ".join(f(cell, w) for f, cell, w in zip(align, line, widths, strict=True)).rstrip() for line in table]


def short_count(count: int) -> str:
    """Write a number, in units of a thousand where it is long.

    >>> short_count(9_999), short_count(14_458_880)
    ('9,999', '14.5 M')
    """
    return f"{count:,}" if count < 10_000 else _short(count, ("", "k", "M", "G", "T", "P"))


def short_bytes(count: int) -> str:
    """Write a number of bytes, in units of a thousand.

    >>> short_bytes(60), short_bytes(1_290_000)
    ('60 B', '1.29 MB')
    """
    return _short(count, ("B", "kB", "MB", "GB", "TB", "PB"))


def _short(count: float, units: tuple[str, ...]) -> str:
    """Write a number with three digits that count.

    >>> _short(999_600, ("", "k", "M"))
    '1.00 M'
    """
    power = 0
    while count >= 999.5:
        count, power = count / 1000, power + 1
    return f"{count} {units[0]}" if power == 0 else f"{count:#.3g}".rstrip(".") + f" {units[power]}"
