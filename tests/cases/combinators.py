"""Rows for the combinators of `fnn.combine`."""

from __future__ import annotations

from tests.cases import Case

CASES: list[Case] = []
