"""The gradient checker: hand-written backwards against numerical differences. Public, for users write backwards too."""

from fnn.check.compare import gradients
from fnn.check.report import Entry, Report
from fnn.check.subjects import Pair

__all__ = ["Entry", "Pair", "Report", "gradients"]
