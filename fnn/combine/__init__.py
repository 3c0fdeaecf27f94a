"""Combinators: models made from models, other than one after the other."""

from fnn.combine.as_model import as_model
from fnn.combine.freeze import Frozen, freeze
from fnn.combine.parallel import parallel
from fnn.combine.repeat import repeat
from fnn.combine.residual import residual
from fnn.combine.shared import shared

__all__ = ["Frozen", "as_model", "freeze", "parallel", "repeat", "residual", "shared"]
