"""Rows for the combinators of `fnn.combine`, alone, in compositions, and in each other."""

from __future__ import annotations

from fnn.combine import as_model, parallel, residual, shared
from fnn.layers import Dense, dense, dropout, flatten, relu, sigmoid, softmax, tanh
from fnn.tree import record
from tests.cases import Case, Draw, away_from, normal


@record
class MLP:
    """Parameters of a perceptron with one hidden layer."""

    hidden: Dense
    out: Dense


@record
class Branches:
    """Parameters of two branches."""

    left: Dense
    right: MLP


def two(draw: Draw) -> Draw:
    """Draw a pair."""
    return lambda rng: (draw(rng), draw(rng))


mlp = (dense(3, 4) >> tanh >> dense(4, 3)).into(MLP)
branches = parallel(dense(3, 3), mlp).into(Branches)

CASES: list[Case] = [
    Case("as_model", as_model(tanh), normal(4, 3)),
    Case("as_model(dropout)", as_model(dropout(0.4)), normal(4, 5), agrees=False, batched=False),
    Case("as_model(in a serial)", as_model(tanh) >> dense(3, 4) >> sigmoid >> dense(4, 2), normal(4, 3)),
    Case("as_model(before a record)", as_model(tanh) >> mlp >> dense(3, 2), normal(4, 3)),
    Case("as_model(before a serial in a serial)", as_model(tanh) >> (dense(3, 4) >> tanh >> dense(4, 2)), normal(4, 3)),
    Case("as_model(several stages)", as_model(flatten >> tanh >> softmax), normal(4, 2, 3)),
    Case("parallel", parallel(dense(3, 2), dense(3, 4)), normal(4, 3)),
    Case("parallel(three)", parallel(dense(3, 2), as_model(tanh), dense(3, 1)), normal(4, 3)),
    Case("parallel(add)", parallel(dense(3, 2), dense(3, 2), join="add"), normal(4, 3)),
    Case("parallel(three, add)", parallel(dense(3, 3), as_model(relu), mlp, join="add"), away_from(0, 4, 3)),
    Case("parallel(concatenate)", parallel(dense(3, 2), dense(3, 4), join="concatenate"), normal(4, 3)),
    Case(
        "parallel(three, concatenate)",
        parallel(dense(3, 2), as_model(tanh), dense(3, 1), join="concatenate"),
        normal(4, 3),
    ),
    Case("parallel(sequence)", parallel(dense(3, 2), dense(3, 1), join="concatenate"), normal(4, 5, 3)),
    Case("parallel(record)", parallel(dense(3, 2), branches), normal(4, 3)),
    Case("parallel(dropout)", parallel(dense(3, 3), as_model(dropout(0.4))), normal(4, 3), agrees=False, batched=False),
    Case("residual", residual(dense(3, 3)), normal(4, 3)),
    Case("residual(serial)", residual(dense(3, 4) >> tanh >> dense(4, 3)), normal(4, 3)),
    Case("residual(residual)", residual(dense(3, 3) >> residual(dense(3, 3) >> tanh)), normal(4, 3)),
    Case("residual(sequence)", residual(dense(3, 3)), normal(4, 5, 3)),
    Case("residual(dropout)", residual(dense(3, 3) >> dropout(0.4)), normal(4, 3), agrees=False, batched=False),
    Case(
        "residual(parallel)",
        residual(parallel(dense(3, 2), residual(dense(3, 3)), join="concatenate") >> dense(5, 3)),
        normal(4, 3),
    ),
    Case("shared", shared(dense(3, 2)), two(normal(4, 3))),
    Case("shared(serial)", shared(dense(3, 4) >> tanh >> dense(4, 2)), two(normal(4, 3))),
    Case("shared(parallel)", shared(parallel(dense(3, 2), dense(3, 1))), two(normal(4, 3))),
    Case("shared(shared)", shared(shared(dense(3, 2))), two(two(normal(4, 3)))),
    Case("shared(dropout)", shared(dense(3, 3) >> dropout(0.4)), two(normal(4, 3)), agrees=False, batched=False),
]
