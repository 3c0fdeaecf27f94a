"""Loy's network: the sum of squared errors after 1500 iterations, from several beginnings."""

import itertools
import sys
from pathlib import Path

import pytest

import fnn
from tests.examples.scripts import script


@pytest.mark.parametrize("seed", range(4))
def test_the_error_falls_below_0_004(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    two_layer = script("two_layer", monkeypatch)
    end = two_layer.train(fnn.Key(seed))
    losses = [row["loss"] for row in end.history]
    assert len(losses) == 1500
    assert all(later < earlier for earlier, later in itertools.pairwise(losses))
    y, error = two_layer.error_of(end.state.params)
    assert error < 0.004
    assert error < losses[-1]
    assert (y > 0.5).ravel().tolist() == [False, True, True, False]


def test_it_begins_as_in_the_article(monkeypatch: pytest.MonkeyPatch) -> None:
    params = script("two_layer", monkeypatch).MODEL.init(fnn.Key(0))
    assert [leaf.shape for leaf in fnn.tree.leaves(params)] == [(3, 4), (4, 1)]  # no biases
    assert all(leaf.min() >= 0 and leaf.max() < 1 for leaf in fnn.tree.leaves(params))


def test_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    error = script("two_layer", monkeypatch).main(steps=200, keys=2, folder=tmp_path)
    printed = capsys.readouterr().out
    assert f"sum of squared errors {error:.5f}" in printed
    assert "0 of 2 end below 0.004" in printed
    assert (tmp_path / "two_layer.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_there_is_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    script("two_layer", monkeypatch).main(steps=10, keys=1, folder=tmp_path)
    assert "no picture: plots.curves: expected matplotlib" in capsys.readouterr().out
