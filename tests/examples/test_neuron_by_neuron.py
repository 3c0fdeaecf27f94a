"""The lecture's network: its figures, its derivatives by hand, and what it says of three people."""

import numpy as np
import pytest

import fnn
from tests.examples.scripts import script


def test_the_derivatives_by_hand_are_those_of_the_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert script("neuron_by_neuron", monkeypatch).check_by_hand() < 1e-16


def test_the_derivatives_by_hand_are_those_of_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    lecture = script("neuron_by_neuron", monkeypatch)
    params = fnn.tree.astype(lecture.MODEL.init(fnn.Key(1)), np.float64)
    x, target, h = (17.0, 4.0), 0.0, 1e-6
    _, grads = lecture.by_hand(params, x, target)
    for path, slope in fnn.tree.leaves_with_paths(grads):
        leaf = fnn.tree.get(params, path)
        for index in np.ndindex(leaf.shape):
            step = np.zeros_like(leaf)
            step[index] = h
            up, down = (fnn.tree.set(params, path, leaf + sign * step) for sign in (1, -1))
            numerical = (lecture.by_hand(up, x, target)[0] - lecture.by_hand(down, x, target)[0]) / (2 * h)
            assert slope[index] == pytest.approx(numerical, abs=1e-8), (path, index)


@pytest.mark.parametrize("seed", range(3))
def test_the_predictions(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lecture = script("neuron_by_neuron", monkeypatch)
    predictions = lecture.predict(lecture.train(fnn.Key(seed)))
    assert 0.93 <= predictions["Emily"] <= 0.98
    assert 0.03 <= predictions["Frank"] <= 0.05
    assert 0.03 <= predictions["Steve"] <= 0.05


def test_kilograms_become_pounds_and_centimetres_inches(monkeypatch: pytest.MonkeyPatch) -> None:
    lecture = script("neuron_by_neuron", monkeypatch)
    pounds, inches = lecture.from_metric(75, 178)
    assert (pounds, inches) == (pytest.approx(165.347, abs=1e-3), pytest.approx(70.079, abs=1e-3))
    np.testing.assert_array_equal(lecture.features(128, 63), [[-7, -3]])


def test_the_script(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    predictions = script("neuron_by_neuron", monkeypatch).main(epochs=20, keys=2)
    printed = capsys.readouterr().out
    assert "input [2, 3]: 0.72163256095184" in printed
    assert "for [1, 0, 0, 1]: 0.5\n" in printed
    assert "is 165.3 pounds and 70.1 inches" in printed
    assert set(predictions) == {"Emily", "Frank", "Steve"}
