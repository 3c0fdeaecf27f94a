"""Training: a pure step, a generator of events, and wrappers around that generator."""

from fnn.train.checkpoint import checkpoint, resume
from fnn.train.early_stopping import early_stopping
from fnn.train.evaluate import Source, evaluate, predict
from fnn.train.events import EarlyStop, End, EpochEnd, Event, Events, Row, StepEnd, final
from fnn.train.figures import Loss, Metric
from fnn.train.fit import fit
from fnn.train.history import history, read_history, write_history
from fnn.train.objective import objective
from fnn.train.progress import progress
from fnn.train.state import TrainState, start
from fnn.train.step import TrainStep, train_step

__all__ = [
    "EarlyStop",
    "End",
    "EpochEnd",
    "Event",
    "Events",
    "Loss",
    "Metric",
    "Row",
    "Source",
    "StepEnd",
    "TrainState",
    "TrainStep",
    "checkpoint",
    "early_stopping",
    "evaluate",
    "final",
    "fit",
    "history",
    "objective",
    "predict",
    "progress",
    "read_history",
    "resume",
    "start",
    "train_step",
    "write_history",
]
