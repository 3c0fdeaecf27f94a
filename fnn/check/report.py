"""What a check of gradients finds."""

from __future__ import annotations

import attrs


@attrs.frozen
class Entry:
    """The comparison at one leaf: its path, its number of entries, and where it is worst."""

    path: str
    size: int
    error: float
    index: tuple[int, ...]
    expected: float
    got: float


@attrs.frozen
class Report:
    """What `gradients` found: one entry for each parameter and each input, and the largest relative error."""

    subject: str
    method: str
    tolerance: float
    entries: tuple[Entry, ...]

    @property
    def worst(self) -> Entry:
        """The entry with the largest error."""
        return max(self.entries, key=lambda entry: entry.error)

    @property
    def passed(self) -> bool:
        """Whether every error is within the tolerance (NaN never is)."""
        return all(entry.error <= self.tolerance for entry in self.entries)

    def __str__(self) -> str:
        method = "complex step" if self.method == "complex" else "central differences"
        lines = [f"{self.subject}: {method}, tolerance {self.tolerance:g}"]
        lines += [f"  {e.path:<24} {e.size:>7} entries   relative error {e.error:.1e}" for e in self.entries]
        return "\n".join(lines)
