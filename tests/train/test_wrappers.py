"""The wrappers around the generator: history, early stopping, checkpoints, progress."""

import contextlib
import io
import os
import pty
import select
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

import attrs
import pytest

import fnn
from fnn.errors import FileFormatError, HyperparameterError
from tests.train.long_run import Net, OptimizerState, prepare
from tests.train.test_fit import linear_run

FIGURES = [5.0, 4.0, 3.0, 3.5, 2.9, 3.1, 3.2, 3.3, 1.0]


def scripted(values: list[float], begin: int = 0) -> Iterator[fnn.EpochEnd[Net, OptimizerState]]:
    """Epochs whose validation loss is as given."""
    state = prepare()[1]
    for epoch, value in list(enumerate(values, start=1))[begin:]:
        metrics: Mapping[str, float] = {"loss": 2 * value, "validation_loss": value}
        yield fnn.EpochEnd(fnn.replace(state, epoch=epoch), metrics, epoch=epoch, epochs=len(values))


def test_early_stopping_returns_the_best_state() -> None:
    events = list(fnn.early_stopping(scripted(FIGURES), patience=2))
    last = events[-1]
    assert isinstance(last, fnn.EarlyStop)
    assert last.epoch == last.state.epoch == 5
    assert last.metrics["validation_loss"] == 2.9
    assert last.reason == "validation_loss has not improved for 2 epochs"
    assert [event.epoch for event in events[:-1]] == [1, 2, 3, 4, 5, 6, 7]


def test_early_stopping_can_maximize_and_ask_for_a_least_change() -> None:
    rising = fnn.early_stopping(scripted([1.0, 2.0, 2.05, 2.08, 9.0]), mode="max", patience=2, minimum_change=0.1)
    last = fnn.final(rising)
    assert isinstance(last, fnn.EarlyStop)
    assert last.epoch == 2


def test_early_stopping_lets_a_run_end_that_keeps_improving() -> None:
    assert isinstance(fnn.final(fnn.early_stopping(scripted([3.0, 2.0, 1.0]), patience=1)), fnn.EpochEnd)


def test_early_stopping_names_the_metrics_there_are() -> None:
    with pytest.raises(HyperparameterError, match=r"'accuracy', got loss, validation_loss\. Give fit validate="):
        list(fnn.early_stopping(scripted(FIGURES), metric="accuracy"))
    with pytest.raises(HyperparameterError, match="patience as an integer of at least 1, got 0"):
        fnn.early_stopping(scripted(FIGURES), patience=0)
    with pytest.raises(HyperparameterError, match="mode"):
        fnn.early_stopping(scripted(FIGURES), mode="maximum")  # type: ignore[arg-type]  # wrong on purpose


def test_early_stopping_remembers_across_a_resumption(tmp_path: Path) -> None:
    for event in fnn.early_stopping(scripted(FIGURES), patience=2, keep=tmp_path / "best.npz"):
        if event.state.epoch == 6:
            break
    last = fnn.final(fnn.early_stopping(scripted(FIGURES, begin=6), patience=2, keep=tmp_path / "best.npz"))
    assert isinstance(last, fnn.EarlyStop)
    assert last.epoch == last.state.epoch == 5
    assert dict(last.metrics) == {"loss": 5.8, "validation_loss": 2.9}


@pytest.mark.parametrize("stop", range(20))
def test_a_run_that_stopped_early_ends_alike_wherever_it_was_cut(stop: int, tmp_path: Path) -> None:
    """Also after its last epoch, where it has nothing to learn any more: it must not go on."""
    step, start, data = prepare()
    figures = [5.0, 3.0, 4.0, 4.5, 1.0]

    def run(state: fnn.TrainState[Net, OptimizerState], folder: Path) -> fnn.Events[Net, OptimizerState]:
        folder.mkdir(exist_ok=True)
        score = iter(figures[state.epoch :])
        events = fnn.fit(step, state, data, epochs=5, validate=lambda params: {"loss": next(score)})
        watched = fnn.early_stopping(events, patience=2, keep=folder / "best.npz")
        return fnn.checkpoint(fnn.history(watched, folder / "log.csv"), folder / "run.npz", every=3)

    whole = fnn.final(run(start, tmp_path / "whole"))
    assert isinstance(whole, fnn.EarlyStop)
    cut = tmp_path / "cut"
    last: fnn.Event[Net, OptimizerState] | None = None
    for last, _ in zip(run(start, cut), range(2 * stop + 1), strict=False):  # noqa: B007  # the last one is looked at after the loop
        pass
    end = fnn.final(run(fnn.resume(cut / "run.npz", start), cut))
    assert isinstance(end, fnn.EarlyStop)
    assert (end.epoch, end.metrics, end.reason, end.history) == (2, whole.metrics, whole.reason, whole.history)
    assert fnn.tree.equal(end.state, whole.state)
    assert (cut / "log.csv").read_bytes() == (tmp_path / "whole" / "log.csv").read_bytes()


def test_nan_is_worse_than_any_figure() -> None:
    nan = float("nan")
    assert isinstance(fnn.final(fnn.early_stopping(scripted([nan, 3.0, 2.0, 1.0]), patience=2)), fnn.EpochEnd)
    last = fnn.final(fnn.early_stopping(scripted([3.0, nan, nan, 1.0]), patience=2))
    assert isinstance(last, fnn.EarlyStop)
    assert last.epoch == 1


def test_a_best_state_kept_for_another_metric_is_no_best_state(tmp_path: Path) -> None:
    fnn.final(fnn.early_stopping(scripted([1.0]), metric="loss", keep=tmp_path / "best.npz"))
    fnn.save(tmp_path / "best.npz", prepare()[1], metadata={"epoch": 1, "metrics": {"accuracy": 1.0}})
    end = fnn.final(fnn.early_stopping(scripted([1.0, 2.0], begin=1), keep=tmp_path / "best.npz"))
    assert isinstance(end, fnn.EpochEnd)


def test_history_collects_rows_and_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    end = fnn.final(fnn.history(linear_run(epochs=3), path))
    assert [row["epoch"] for row in end.history] == [1, 2, 3]
    assert [row["loss"] for row in end.history] == sorted((row["loss"] for row in end.history), reverse=True)
    assert fnn.train.read_history(path) == end.history
    assert path.read_text().splitlines()[0] == "epoch,loss,learning_rate"


def test_history_of_a_resumed_run_keeps_earlier_rows_and_replaces_later_ones(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    fnn.final(fnn.history(scripted([4.0, 3.0, 2.0, 1.0]), path))
    end = fnn.final(fnn.history(scripted([0.0, 0.0, 7.0], begin=2), path))
    assert [(row["epoch"], row["validation_loss"]) for row in end.history] == [(1, 4.0), (2, 3.0), (3, 7.0)]


def test_a_file_that_is_no_history_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FileFormatError, match=r"line 2: expected numbers in columns, one named epoch"):
        fnn.train.read_history(tmp_path / "log.csv")


def test_checkpoint_saves_at_the_end_of_epochs_and_every_so_many_steps(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    start = prepare()[1]
    step, state, data = prepare()
    run = fnn.checkpoint(fnn.fit(step, state, data, epochs=1), path, every=3)
    assert [fnn.resume(path, start).step for _ in run] == [0, 0, 3, 3, 3, 6, 6, 6, 8]
    with pytest.raises(HyperparameterError, match="every as an integer"):
        fnn.checkpoint(linear_run(), path, every=0)


def test_progress_writes_plain_lines_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    events = list(fnn.progress(linear_run(epochs=2), stream=out))
    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("epoch 1/2  loss ")
    assert "  rate 0.1  " in lines[0]
    assert len(events) == 8


def test_progress_writes_validation_in_brackets() -> None:
    out = io.StringIO()
    list(fnn.progress(scripted([0.25]), stream=out))
    assert out.getvalue().startswith("epoch 1/1  loss 0.5 (0.25)  ")


def test_progress_tells_of_an_early_stop() -> None:
    out = io.StringIO()
    list(fnn.progress(fnn.early_stopping(scripted(FIGURES), patience=2), stream=out))
    assert out.getvalue().splitlines()[-1] == "stopped: validation_loss has not improved for 2 epochs; best epoch 5"


@contextlib.contextmanager
def terminal() -> Iterator[tuple[TextIO, Callable[[], str]]]:
    """A pseudo-terminal: the stream that writes to it, and a function that returns what it would have shown."""
    control, end = pty.openpty()

    def shown() -> str:
        stream.flush()
        text = b""
        while select.select([control], [], [], 0.2)[0]:
            text += os.read(control, 1 << 16)
        return text.decode()

    with os.fdopen(end, "w") as stream:
        yield stream, shown
    os.close(control)


def test_progress_draws_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "160")
    with terminal() as (stream, shown):
        assert len(list(fnn.progress(linear_run(epochs=2), stream=stream))) == 8
        drawn = shown()
    assert "epoch 2/2" in drawn
    assert "steps/s" in drawn
    assert "100%" in drawn


def test_breaking_out_of_a_bar_gives_the_terminal_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    with terminal() as (stream, shown):
        for _ in fnn.progress(linear_run(epochs=2), stream=stream):
            break
        assert "\x1b[?25h" in shown()  # the cursor is there again


def test_without_rich_a_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    list(fnn.progress(linear_run(epochs=1), stream=out))
    assert out.getvalue().startswith("epoch 1/1")


def test_wrappers_pass_every_event_on_unchanged(tmp_path: Path) -> None:
    plain = list(linear_run(epochs=2))
    shown = fnn.progress(linear_run(epochs=2), stream=io.StringIO())
    wrapped = list(fnn.checkpoint(fnn.history(shown), tmp_path / "run.npz"))
    assert [type(event) for event in plain] == [type(event) for event in wrapped]
    for a, b in zip(plain, wrapped, strict=True):
        assert a.metrics == b.metrics
        assert fnn.tree.equal(a.state, b.state)


def test_events_are_immutable() -> None:
    event = next(iter(linear_run()))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.epoch = 3  # type: ignore[misc]  # wrong on purpose
