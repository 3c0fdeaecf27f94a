"""The table of what a model is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fnn import tree
from fnn.arrays import Array, Shape
from fnn.combine import as_model, parallel, residual, shared
from fnn.errors import ShapeError
from fnn.layers import Dense, dense, dropout, flatten, relu, softmax, tanh
from fnn.model import Fn, Model, fn
from fnn.random import Key
from fnn.summary import Row, summary
from fnn.tree import record
from tests.toys import centre, noise, scale

Stage = Model[Any, Any, Any] | Fn[Any, Any]


@record
class MLP:
    hidden: Dense
    out: Dense


def halves(x: Array) -> tuple[tuple[Array, Array], None]:
    a, b = np.split(x, 2, axis=1)
    return (a, b), None


def together(dy: tuple[Array, Array], cache: None) -> Array:
    return np.concatenate(dy, axis=1)


split = fn(halves, together, name="split")
mlp = (dense(4, 3) >> relu >> dense(3, 4)).into(MLP)

TABLES: list[tuple[str, Stage, Shape, str]] = [
    (
        "serial",
        flatten >> dense(784, 128) >> relu >> dropout(0.1) >> dense(128, 10),
        (28, 28),
        """
stage               parameters  output             count    bytes  FLOPs
------------------------------------------------------------------------
input                           (batch, 28, 28)
0: flatten                      (batch, 784)
1: dense(784, 128)  Dense       (batch, 128)     100,480  401,920  201 k
2: relu                         (batch, 128)                         128
3: dropout(0.1)                 (batch, 128)                         128
4: dense(128, 10)   Dense       (batch, 10)        1,290    5,160  2,570
------------------------------------------------------------------------
total                           (batch, 10)      101,770  407,080  204 k
""",
    ),
    (
        "record",
        mlp,
        (4,),
        """
stage                parameters  output      count  bytes  FLOPs
----------------------------------------------------------------
input                            (batch, 4)
hidden: dense(4, 3)  Dense       (batch, 3)     15     60     27
relu                             (batch, 3)                    3
out: dense(3, 4)     Dense       (batch, 4)     16     64     28
----------------------------------------------------------------
total                            (batch, 4)     31    124     58
""",
    ),
    (
        "one model",
        dense(4, 3),
        (7, 4),
        """
stage        parameters  output         count  bytes  FLOPs
-----------------------------------------------------------
input                    (batch, 7, 4)
dense(4, 3)  Dense       (batch, 7, 3)     15     60    189
-----------------------------------------------------------
total                    (batch, 7, 3)     15     60    189
""",
    ),
    (
        "stages without parameters",
        relu >> dropout(0.5) >> softmax,
        (3,),
        """
stage         parameters  output      count  bytes  FLOPs
---------------------------------------------------------
input                     (batch, 3)
relu                      (batch, 3)                    3
dropout(0.5)              (batch, 3)                    3
softmax                   (batch, 3)                    3
---------------------------------------------------------
total                     (batch, 3)      0      0      9
""",
    ),
    (
        "buffers and float64",
        centre(4) >> dense(4, 2),
        (4,),
        """
stage           parameters  output      count  bytes        FLOPs
-----------------------------------------------------------------
input                       (batch, 4)
0: centre(4)    Centre      (batch, 4)      8     64            ?
1: dense(4, 2)  Dense       (batch, 2)     10     40           18
-----------------------------------------------------------------
total                       (batch, 2)     18    104  at least 18
of which 4 are buffers, which are saved but not trained
""",
    ),
    (
        "no shape rule",
        scale(4) >> noise(),
        (4,),
        """
stage        parameters  output      count  bytes       FLOPs
-------------------------------------------------------------
input                    (batch, 4)
0: scale(4)  Scale       (batch, 4)      4     32           ?
1: noise                 (batch, 4)                         ?
-------------------------------------------------------------
total                    (batch, 4)      4     32  at least 0
""",
    ),
    (
        "nested",
        dense(4, 4) >> (dense(4, 4) >> relu) >> residual(mlp) >> (relu >> tanh >> relu),
        (4,),
        """
stage                    parameters  output      count  bytes  FLOPs
--------------------------------------------------------------------
input                                (batch, 4)
0: dense(4, 4)           Dense       (batch, 4)     20     80     36
1: serial                            (batch, 4)
  0: dense(4, 4)         Dense       (batch, 4)     20     80     36
  1: relu                            (batch, 4)                    4
2: residual                          (batch, 4)                    4
  MLP                                (batch, 4)
    hidden: dense(4, 3)  Dense       (batch, 3)     15     60     27
    relu                             (batch, 3)                    3
    out: dense(3, 4)     Dense       (batch, 4)     16     64     28
3: serial                            (batch, 4)
  relu                               (batch, 4)                    4
  tanh                               (batch, 4)                    4
  relu                               (batch, 4)                    4
--------------------------------------------------------------------
total                                (batch, 4)     71    284    150
""",
    ),
    (
        "parallel",
        parallel(mlp, as_model(relu), dense(4, 2)),
        (4,),
        """
stage                  parameters  output                                count  bytes  FLOPs
--------------------------------------------------------------------------------------------
input                              (batch, 4)
0: MLP                             (batch, 4)
  hidden: dense(4, 3)  Dense       (batch, 3)                               15     60     27
  relu                             (batch, 3)                                              3
  out: dense(3, 4)     Dense       (batch, 4)                               16     64     28
1: relu                            (batch, 4)                                              4
2: dense(4, 2)         Dense       (batch, 2)                               10     40     18
--------------------------------------------------------------------------------------------
total                              ((batch, 4), (batch, 4), (batch, 2))     41    164     80
""",
    ),
    (
        "parallel in residual",
        residual(parallel(dense(4, 3), as_model(relu >> dropout(0.2)), join="concatenate") >> dense(7, 4)),
        (4,),
        """
stage               parameters  output      count  bytes  FLOPs
---------------------------------------------------------------
input                           (batch, 4)
serial                          (batch, 4)
  0: parallel                   (batch, 7)
    0: dense(4, 3)  Dense       (batch, 3)     15     60     27
    1: serial                   (batch, 4)
      relu                      (batch, 4)                    4
      dropout(0.2)              (batch, 4)                    4
  1: dense(7, 4)    Dense       (batch, 4)     32    128     60
---------------------------------------------------------------
total                           (batch, 4)     47    188     99
""",
    ),
    (
        "shared",
        dense(4, 4) >> as_model(split) >> shared(dense(2, 1)),
        (4,),
        """
stage           parameters  output                    count  bytes        FLOPs
-------------------------------------------------------------------------------
input                       (batch, 4)
0: dense(4, 4)  Dense       (batch, 4)                   20     80           36
1: split                    ((batch, 2), (batch, 2))                          ?
2: shared                   ((batch, 1), (batch, 1))
  dense(2, 1)   Dense       (batch, 1)                    3     12           10
-------------------------------------------------------------------------------
total                       ((batch, 1), (batch, 1))     23     92  at least 46
""",
    ),
]


@pytest.mark.parametrize(("model", "shape", "table"), [row[1:] for row in TABLES], ids=[row[0] for row in TABLES])
def test_tables(model: Stage, shape: Shape, table: str) -> None:
    assert str(summary(model, shape)) == table.strip()


@pytest.mark.parametrize(("model", "shape"), [row[1:3] for row in TABLES], ids=[row[0] for row in TABLES])
def test_totals_are_those_of_the_parameters_and_of_the_rows(model: Stage, shape: Shape) -> None:
    found = summary(model, shape)
    params = model.init(Key(3)) if isinstance(model, Model) else None
    assert found.parameters == tree.size(params) == sum(row.parameters for row in found.rows)
    assert found.nbytes == tree.nbytes(params) == sum(row.nbytes for row in found.rows)
    assert found.parameters - found.buffers == tree.size(params, trained_only=True)
    assert found.buffers == sum(row.buffers for row in found.rows)


def test_rows_are_values() -> None:
    found = summary(dense(4, 3) >> relu, (4,))
    assert found.rows == (
        Row("0", 0, "dense(4, 3)", "Dense", (3,), 15, 0, 60, 27),
        Row("1", 0, "relu", "", (3,), 0, 0, 0, 3),
    )
    assert (found.name, found.input_shape, found.output_shape) == ("dense(4, 3) >> relu", (4,), (3,))
    assert found == summary(dense(4, 3) >> relu, (4,))


@pytest.mark.parametrize(
    ("model", "text", "before", "given"),
    [
        (
            dense(4, 128) >> relu >> dense(100, 10),
            "stage 2 > dense(100, 10): expected input of shape (batch, ..., 100), got (batch, 128).",
            "stage 1 relu",
            "(batch, 128)",
        ),
        (
            (dense(4, 3) >> relu >> dense(9, 4)).into(MLP),
            "stage 2 > dense(9, 4): expected input of shape (batch, ..., 9), got (batch, 3).",
            "stage 1 relu",
            "(batch, 3)",
        ),
        (
            dense(4, 3) >> residual(dense(9, 3)),
            "stage 1 > dense(9, 3): expected input of shape (batch, ..., 9), got (batch, 3).",
            "stage 0 dense(4, 3)",
            "(batch, 3)",
        ),
        (
            mlp >> parallel(dense(3, 1), dense(4, 3)),
            "stage 1 > branch 0 > dense(3, 1): expected input of shape (batch, ..., 3), got (batch, 4).",
            "stage 0 MLP",
            "(batch, 4)",
        ),
    ],
)
def test_shapes_that_cannot_be_name_both_stages(model: Stage, text: str, before: str, given: str) -> None:
    with pytest.raises(ShapeError) as caught:
        summary(model, (4,))
    assert str(caught.value) == f"{text} Before it comes {before}, which gives {given}."


def test_wrong_input_shapes() -> None:
    with pytest.raises(ShapeError) as caught:
        summary(dense(4, 3), ())
    assert str(caught.value) == "dense(4, 3): expected input of shape (batch, ..., 4), got (batch)."


@pytest.mark.parametrize("shape", [4, [4], None, (0,), (-3,), (3.5,), ("a",), (True,)], ids=repr)
def test_what_is_no_shape(shape: Any) -> None:
    with pytest.raises(ShapeError, match=r"^summary: expected an input shape as a tuple of sizes of at least 1, got "):
        summary(relu, shape)
