"""Models: records of pure functions over parameter trees, composed with ``>>``.

`Model` is anything with parameters, `Fn` a stage without, `Serial` what ``>>`` builds. A model computes in two ways:
``apply`` for inference, and ``forward`` for training, which also returns the function that carries a gradient back.
"""

from fnn.model.build import fn, layer
from fnn.model.core import Backward, Composed, Fn, Learn, Model, Serial, Stage
from fnn.model.series import check_tuple
from fnn.model.shapes import (
    FlopsRule,
    Part,
    Parts,
    ShapeRule,
    learn_of,
    moving,
    op_of,
    output_shape,
    per_input,
    stages_of,
)

__all__ = [
    "Backward",
    "Composed",
    "FlopsRule",
    "Fn",
    "Learn",
    "Model",
    "Part",
    "Parts",
    "Serial",
    "ShapeRule",
    "Stage",
    "check_tuple",
    "fn",
    "layer",
    "learn_of",
    "moving",
    "op_of",
    "output_shape",
    "per_input",
    "stages_of",
]
